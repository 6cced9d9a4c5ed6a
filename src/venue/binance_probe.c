/* What an instrument's decimals must hold, read off frames; for captures without the venue's list. */
#include "binance.h"
#include "fields.h"
#include "list.h"

#include <alphaplus/base/fixed.h>
#include <alphaplus/base/text.h>
#include <stdio.h>
#include <string.h>

static int widen(uint8_t *decimals, const struct message *m, enum binance_key key)
{
    return binance_has(m, key) ? fields_widen(decimals, &m->values[key]) : 0;
}

static int add_price(struct venue_probe_symbol *s, const struct scan_value *v)
{
    char buf[BINANCE_DECIMAL_MAX];
    const char *text;
    size_t n;
    int decimals, err;
    struct venue_probe_symbol seen = {.tick = 0};
    if ((err = scan_text(v, buf, sizeof(buf), &text, &n)) < 0 ||
        (err = fixed_count_decimals(text, n, 1, &decimals)) < 0 ||
        (err = fixed_parse(text, n, decimals, &seen.tick)) < 0) {
        return err;
    }
    if (seen.tick < 0 || seen.tick > FIXED_VALUE_MAX) {
        return AP_ERANGE;
    }
    seen.price_decimals = (uint8_t)decimals;
    if (s->tick != 0 && decimals == s->price_decimals && seen.tick % s->tick == 0) {
        return 0;
    }
    return venue_probe_widen(s, &seen);
}

static int add_prices(struct venue_probe_symbol *s, const struct message *m, const enum binance_key *keys,
                      size_t n)
{
    for (size_t i = 0; i < n; i++) {
        int err = binance_has(m, keys[i]) ? add_price(s, &m->values[keys[i]]) : 0;
        if (err < 0) {
            return err;
        }
    }
    return 0;
}

static int add_qty(struct venue_probe_symbol *s, const struct scan_value *v)
{
    struct message one = {.has = UINT64_C(1) << KEY_q};
    one.values[KEY_q] = *v;
    return widen(&s->qty_decimals, &one, KEY_q);
}

static int add_levels(struct venue_probe_symbol *s, const struct message *m, enum binance_key key)
{
    struct scan_value price, qty;
    if (!binance_has(m, key)) {
        return 0;
    }
    struct scan in = scan_over(&m->values[key]);
    if (!scan_take(&in, '[')) {
        return AP_ETYPE;
    }
    if (scan_take(&in, ']')) {
        return 0;
    }
    do {
        int err = scan_take(&in, '[') ? scan_value(&in, SCAN_DEPTH_MAX, &price) : AP_ETYPE;
        if (err < 0 || (err = scan_take(&in, ',') ? scan_value(&in, SCAN_DEPTH_MAX, &qty) : AP_ETYPE) < 0 ||
            (err = add_price(s, &price)) < 0 || (err = add_qty(s, &qty)) < 0) {
            return err;
        }
        if (!scan_take(&in, ']')) {
            return AP_ETYPE;
        }
    } while (scan_take(&in, ','));
    return scan_take(&in, ']') ? 0 : AP_ESYNTAX;
}

/* --- a kind each --------------------------------------------------------------------------------------------------- */

static int probe_depth(struct venue_probe_symbol *s, const struct message *m)
{
    int err;
    s->has_depth = 1;
    if ((err = add_levels(s, m, KEY_b)) < 0) {
        return err;
    }
    return add_levels(s, m, KEY_a);
}

static int probe_quote(struct venue_probe_symbol *s, const struct message *m)
{
    int err;
    if ((err = add_prices(s, m, (const enum binance_key[]){KEY_b, KEY_a}, 2)) < 0 ||
        (err = widen(&s->qty_decimals, m, KEY_B)) < 0) {
        return err;
    }
    return widen(&s->qty_decimals, m, KEY_A);
}

static int probe_trade(struct venue_probe_symbol *s, const struct message *m)
{
    int err;
    if ((err = add_prices(s, m, (const enum binance_key[]){KEY_p}, 1)) < 0) {
        return err;
    }
    return widen(&s->qty_decimals, m, KEY_q);
}

static int probe_mark(struct venue_probe_symbol *s, const struct message *m)
{
    int err;
    if ((err = widen(&s->mark_decimals, m, KEY_p)) < 0 || (err = widen(&s->mark_decimals, m, KEY_i)) < 0) {
        return err;
    }
    return widen(&s->rate_decimals, m, KEY_r);
}

/* Its prices need not lie on the grid, so they say nothing of the tick; the average may be wider than any price. */
static int probe_order(struct venue_probe_symbol *s, const struct message *m)
{
    int err;
    if ((err = widen(&s->price_decimals, m, KEY_p)) < 0) {
        return err;
    }
    return widen(&s->qty_decimals, m, KEY_z);
}

static int probe_snapshot(struct venue_probe_symbol *s, const struct message *m)
{
    int err;
    if ((err = add_levels(s, m, KEY_bids)) < 0) {
        return err;
    }
    return add_levels(s, m, KEY_asks);
}

static const struct {
    const char *kind;
    int (*probe)(struct venue_probe_symbol *s, const struct message *m);
} kinds[] = {
    {"depthUpdate", probe_depth}, {"bookTicker", probe_quote},     {"aggTrade", probe_trade},
    {"trade", probe_trade},       {"markPriceUpdate", probe_mark}, {"forceOrder", probe_order},
};

static int name_of(const struct message *m, char name[SYMBOL_MAX])
{
    char buf[BINANCE_TEXT_MAX];
    const char *text;
    size_t n;
    int err = binance_text(m, KEY_s, buf, &text, &n);
    return err < 0 ? err : fields_copy_name(text, n, name);
}

static int probe_message(const struct binance_market *market, struct venue_probe *p, const struct message *m,
                         int (*probe)(struct venue_probe_symbol *, const struct message *))
{
    struct venue_probe_symbol seen = {.symbol = {0}};
    struct instrument in;
    uint32_t i = 0;
    int err = name_of(m, seen.symbol);
    if (err < 0 || (err = probe(&seen, m)) < 0) {
        return err;
    }
    binance_market_infer(market, &seen, &in);
    if (instrument_check(&in) < 0) {
        return AP_ESYNTAX; /* a name no instrument can have */
    }
    while (i < p->n && strcmp(p->symbols[i].symbol, seen.symbol) != 0) {
        i++;
    }
    if (i == INSTRUMENT_MAX) {
        return AP_EFULL;
    }
    if (i == p->n) {
        p->symbols[p->n++] = seen;
        return 0;
    }
    return venue_probe_widen(&p->symbols[i], &seen);
}

static int probe_bare(struct venue_probe *p, const struct message *m)
{
    struct venue_probe_symbol seen = {.symbol = {0}};
    int err = probe_snapshot(&seen, m);
    if (err < 0 || (err = venue_probe_widen(&p->bare, &seen)) < 0) {
        return err;
    }
    p->bare_snapshots++;
    return 0;
}

int binance_market_probe(const struct binance_market *market, struct venue_probe *p, const char *bytes,
                         size_t n)
{
    struct frame f;
    f.market = market;
    f.decoder = NULL;
    f.out = NULL;
    int err = n > FRAME_BYTES_MAX ? AP_ETOOBIG : binance_read(&f, bytes, n);
    if (err < 0 || f.body == NULL) {
        return err;
    }
    const struct message *m = f.body;
    if (binance_is_bare_quote(market, m)) {
        return probe_message(market, p, m, probe_quote);
    }
    if (!binance_has(m, KEY_e)) {
        return m == &f.top && binance_has(m, KEY_lastUpdateId) ? probe_bare(p, m) : 0;
    }
    int64_t class = 0;
    if (binance_has(m, KEY_st) &&
        (scan_int(&m->values[KEY_st], &class) < 0 || (class != 0 && class == market->other_class))) {
        return 0;
    }
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        struct message order;
        if (!binance_is(m, KEY_e, kinds[i].kind)) {
            continue;
        }
        if (kinds[i].probe != probe_order) {
            return probe_message(market, p, m, kinds[i].probe);
        }
        err = binance_has(m, KEY_o) ? binance_read_object(&order, &m->values[KEY_o]) : AP_ESYNTAX;
        return err < 0 ? err : probe_message(market, p, &order, probe_order);
    }
    return 0;
}

int binance_is_bare_snapshot(const char *bytes, size_t n)
{
    struct frame f;
    static const char usual[][12] = {"{\"stream\":", "{\"e\":"};
    for (size_t i = 0; i < sizeof(usual) / sizeof(usual[0]); i++) {
        if (n > strlen(usual[i]) && memcmp(bytes, usual[i], strlen(usual[i])) == 0) {
            return 0;
        }
    }
    f.market = NULL;
    f.decoder = NULL;
    f.out = NULL;
    return n <= FRAME_BYTES_MAX && binance_read(&f, bytes, n) == 0 && f.body == &f.top &&
           !binance_has(&f.top, KEY_e) && binance_has(&f.top, KEY_lastUpdateId);
}

/* --- an instrument out of it --------------------------------------------------------------------------------------- */

/* "BTCUSDT_240927": the day it is delivered, at 08:00 UTC. */
static int64_t expiry_of(const char *symbol)
{
    const char *day = strrchr(symbol, '_');
    int yy, mm, dd, end = 0;
    if (day == NULL || strlen(day) != 7 || sscanf(day, "_%2d%2d%2d%n", &yy, &mm, &dd, &end) != 3 ||
        end != 7 || yy < 0 || mm < 1 || mm > 12 || dd < 1 || dd > 31) {
        return 0;
    }
    /* Days since 1970 of the civil calendar, years counted from March. */
    int y = 2000 + yy - (mm <= 2), m = (mm + 9) % 12;
    int64_t days = 365 * (int64_t)y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + dd - 1 - 719468;
    return (days * 86400 + 8 * 3600) * INT64_C(1000000000);
}

/* The assets, where the symbol ends in a quote we know; longer ones stand first. */
static void split_symbol(const char *symbol, struct instrument *in)
{
    static const char quotes[][8] = {"USDT", "USDC", "BUSD", "FDUSD", "USD",
                                     "TRY",  "EUR",  "BTC",  "ETH",   "BNB"};
    const char *end = strchr(symbol, '_');
    size_t n = end != NULL ? (size_t)(end - symbol) : strlen(symbol);
    list_split(symbol, n, quotes, sizeof(quotes) / sizeof(quotes[0]), in);
}

/* All prices of a spot market are written with eight decimals. */
static void drop_zeros(struct instrument *in)
{
    while (in->price_decimals > 0 && in->tick % 10 == 0) {
        in->tick /= 10;
        in->price_decimals--;
    }
}

void binance_market_infer(const struct binance_market *market, const struct venue_probe_symbol *seen,
                          struct instrument *ret_in)
{
    struct instrument in = {
        .version = 1,
        .kind = market->is_spot ? INSTRUMENT_SPOT : INSTRUMENT_PERPETUAL,
        .book_rule = market->book_rule,
        .inferred = 1,
        .inverse = market->is_inverse,
        .price_decimals = seen->price_decimals,
        .qty_decimals = seen->qty_decimals,
        .mark_decimals = seen->mark_decimals,
        .rate_decimals = seen->rate_decimals,
        .tick = seen->tick > 0 ? seen->tick : 1,
        .lot = 1,
        .multiplier = INT64_C(100000000),
        .trading = 1,
        .liq_completeness = market->completeness,
    };
    (void)text_copy(in.venue, sizeof(in.venue), market->name);
    memcpy(in.symbol, seen->symbol, sizeof(in.symbol));
    split_symbol(in.symbol, &in);
    memcpy(in.settle, market->is_inverse ? in.base : in.quote, sizeof(in.settle));
    if (market->is_inverse) {
        in.multiplier *= strcmp(in.base, "BTC") == 0 ? 100 : 10; /* US dollars a contract */
    }
    if (market->is_spot) {
        drop_zeros(&in);
    } else if ((in.expiry_ns = expiry_of(in.symbol)) != 0) {
        in.kind = INSTRUMENT_FUTURE;
    }
    *ret_in = in;
}
