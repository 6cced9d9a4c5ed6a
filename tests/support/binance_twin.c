#include "binance_twin.h"

#include <alphaplus/base/fixed.h>
#include <alphaplus/venue/venue.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum {
    REFUSED = -1,
    NS_PER_MS = 1000000,
    DEPTH_MAX = 32,
    KEYS_MAX = 64,
    KEY_BYTES_MAX = 256,
    NUMBER_BYTES_MAX = 64
};
enum { TEXT_BYTES_MAX = 64, DECIMAL_BYTES_MAX = 40 };

/* --- what is refused beyond what jansson refuses ------------------------------------------------------------------- */

static bool has_long_number(const char *bytes, size_t n)
{
    bool in_string = false;
    size_t run = 0;
    for (size_t i = 0; i < n; i++) {
        char c = bytes[i];
        if (in_string) {
            if (c == '\\') {
                i++;
            } else if (c == '"') {
                in_string = false;
            }
            continue;
        }
        in_string = c == '"';
        run = c != '\0' && strchr("+-.eE0123456789", c) != NULL ? run + 1 : 0;
        if (run > NUMBER_BYTES_MAX) {
            return true;
        }
    }
    return false;
}

static bool is_beyond_ceilings(const json_t *v, int depth)
{
    if (json_is_array(v)) {
        size_t i;
        json_t *item;
        json_array_foreach(v, i, item)
        {
            if (is_beyond_ceilings(item, depth + 1)) {
                return true;
            }
        }
    } else if (json_is_object(v)) {
        const char *key;
        json_t *item;
        json_object_foreach((json_t *)v, key, item)
        {
            if (strlen(key) > KEY_BYTES_MAX || is_beyond_ceilings(item, depth + 1)) {
                return true;
            }
        }
        if (json_object_size(v) > KEYS_MAX) {
            return true;
        }
    }
    return (json_is_array(v) || json_is_object(v)) && depth >= DEPTH_MAX;
}

/* --- values; each sets *bad when it is not as it must be ----------------------------------------------------------- */

static const char *text(const json_t *m, const char *key, bool *bad)
{
    const json_t *v = json_object_get(m, key);
    if (!json_is_string(v) || json_string_length(v) > TEXT_BYTES_MAX) {
        *bad = true;
        return "";
    }
    return json_string_value(v);
}

static int64_t decimal(const json_t *v, int decimals, int64_t low, bool *bad)
{
    int64_t value;
    if (!json_is_string(v) || json_string_length(v) > DECIMAL_BYTES_MAX ||
        fixed_parse(json_string_value(v), json_string_length(v), decimals, &value) < 0 || value < low ||
        value > FIXED_VALUE_MAX) {
        *bad = true;
        return 0;
    }
    return value;
}

static int64_t amount(const json_t *m, const char *key, int decimals, bool *bad)
{
    return decimal(json_object_get(m, key), decimals, 0, bad);
}

/* To the nearest unit, by the text: cut, then look at the digit behind. */
static int64_t near(const json_t *m, const char *key, int decimals, bool *bad)
{
    const json_t *v = json_object_get(m, key);
    char digits[DECIMAL_BYTES_MAX + 1];
    int64_t whole, wide;
    int given;
    if (!json_is_string(v) || json_string_length(v) > DECIMAL_BYTES_MAX) {
        *bad = true;
        return 0;
    }
    size_t n = json_string_length(v);
    memcpy(digits, json_string_value(v), n + 1);
    if (fixed_count_decimals(digits, n, 0, &given) < 0 ||
        fixed_parse(digits, n, FIXED_DECIMALS_MAX, &wide) == AP_ESYNTAX) {
        *bad = true;
        return 0;
    }
    if (given <= decimals) {
        return decimal(v, decimals, 0, bad);
    }
    if (fixed_parse(digits, n, given, &wide) < 0 || wide < 0) {
        *bad = true;
        return 0;
    }
    char *point = strchr(digits, '.');
    char behind = point[1 + decimals];
    point[decimals > 0 ? 1 + decimals : 0] = '\0';
    if (fixed_parse(digits, strlen(digits), decimals, &whole) < 0 ||
        whole + (behind >= '5') > FIXED_VALUE_MAX) {
        *bad = true;
        return 0;
    }
    return whole + (behind >= '5');
}

static uint64_t id(const json_t *m, const char *key, bool *bad)
{
    const json_t *v = json_object_get(m, key);
    if (!json_is_integer(v) || json_integer_value(v) < 0) {
        *bad = true;
        return 0;
    }
    return (uint64_t)json_integer_value(v);
}

static int64_t time_ns(const json_t *m, const char *key, bool *bad)
{
    const json_t *v = json_object_get(m, key);
    if (v != NULL &&
        (!json_is_integer(v) || json_integer_value(v) < 0 || json_integer_value(v) > INT64_MAX / NS_PER_MS)) {
        *bad = true;
        return 0;
    }
    return v != NULL ? json_integer_value(v) * NS_PER_MS : 0;
}

static int64_t exchange_ns(const json_t *m, bool *bad)
{
    int64_t matched = time_ns(m, "T", bad), sent = time_ns(m, "E", bad);
    return matched != 0 ? matched : sent;
}

/* --- messages ------------------------------------------------------------------------------------------------------ */

struct into {
    const struct instrument *in;
    bool is_spot;
    struct event_buf *out;
    bool bad;
};

static struct event *add(struct into *t, int kind, int64_t exch_ns, const void *rows, size_t rows_bytes)
{
    struct event *ev = event_buf_new(t->out, kind, rows_bytes);
    if (ev == NULL) {
        abort(); /* the caller gave too little room */
    }
    ev->instrument = t->in->id;
    ev->version = t->in->version;
    ev->exch_ns = exch_ns;
    if (rows != NULL) {
        memcpy(event_rows(ev), rows, rows_bytes);
    }
    return ev;
}

static void put_levels(struct into *t, const json_t *list, struct level *levels)
{
    size_t i;
    json_t *pair;
    if (!json_is_array(list)) {
        t->bad = true;
        return;
    }
    json_array_foreach(list, i, pair)
    {
        if (json_array_size(pair) != 2) {
            t->bad = true;
            return;
        }
        levels[i].px = decimal(json_array_get(pair, 0), t->in->price_decimals, 1, &t->bad);
        levels[i].qty = decimal(json_array_get(pair, 1), t->in->qty_decimals, 0, &t->bad);
    }
}

static int on_depth(struct into *t, const json_t *m)
{
    const json_t *bids = json_object_get(m, "b"), *asks = json_object_get(m, "a");
    size_t bid_n = json_array_size(bids), ask_n = json_array_size(asks);
    size_t levels_bytes = (bid_n + ask_n) * sizeof(struct level);
    struct event *ev = add(t, EVENT_DEPTH, exchange_ns(m, &t->bad), NULL,
                           sizeof(struct depth_rows) + levels_bytes);
    struct depth_rows *rows = event_rows(ev);
    rows->bid_n = (uint32_t)bid_n;
    rows->ask_n = (uint32_t)ask_n;
    put_levels(t, bids, rows->levels);
    put_levels(t, asks, rows->levels + bid_n);
    ev->first_id = id(m, "U", &t->bad);
    ev->last_id = id(m, "u", &t->bad);
    ev->prev_id = t->is_spot ? 0 : id(m, "pu", &t->bad);
    if (!t->bad) {
        event_buf_push(t->out, ev);
    }
    return 1;
}

static int on_quote(struct into *t, const json_t *m)
{
    struct quote_row q = {
        .bid_px = amount(m, "b", t->in->price_decimals, &t->bad),
        .bid_qty = amount(m, "B", t->in->qty_decimals, &t->bad),
        .ask_px = amount(m, "a", t->in->price_decimals, &t->bad),
        .ask_qty = amount(m, "A", t->in->qty_decimals, &t->bad),
    };
    struct event *ev = add(t, EVENT_QUOTE, exchange_ns(m, &t->bad), &q, sizeof(q));
    ev->last_id = id(m, "u", &t->bad);
    if (!t->bad) {
        event_buf_push(t->out, ev);
    }
    return 1;
}

static int on_any_trade(struct into *t, const json_t *m, const char *id_key)
{
    const json_t *maker = json_object_get(m, "m"), *type = json_object_get(m, "X");
    struct trade_row row = {
        .px = amount(m, "p", t->in->price_decimals, &t->bad),
        .qty = amount(m, "q", t->in->qty_decimals, &t->bad),
        .aggressor = json_is_true(maker) ? AGGRESSOR_SELL : AGGRESSOR_BUY,
        .flags = type != NULL && (!json_is_string(type) || strcmp(json_string_value(type), "MARKET") != 0),
    };
    t->bad |= !json_is_boolean(maker) || (type != NULL && !json_is_string(type));
    struct event *ev = add(t, EVENT_TRADE, exchange_ns(m, &t->bad), &row, sizeof(row));
    ev->last_id = id(m, id_key, &t->bad);
    if (t->bad || row.px == 0 || row.qty == 0) {
        return 0;
    }
    event_buf_push(t->out, ev);
    return 1;
}

static int on_trade(struct into *t, const json_t *m)
{
    return on_any_trade(t, m, "t");
}

static int on_agg_trade(struct into *t, const json_t *m)
{
    return on_any_trade(t, m, "a");
}

static int on_mark(struct into *t, const json_t *m)
{
    const json_t *rate = json_object_get(m, "r");
    struct mark_row row = {
        .mark = amount(m, "p", t->in->mark_decimals, &t->bad),
        .index = json_object_get(m, "i") != NULL ? amount(m, "i", t->in->mark_decimals, &t->bad) : 0,
        .next_funding_ns = time_ns(m, "T", &t->bad),
    };
    if (rate != NULL && !(json_is_string(rate) && json_string_length(rate) == 0)) {
        row.has_funding = 1;
        row.funding_rate = decimal(rate, t->in->rate_decimals, -FIXED_VALUE_MAX, &t->bad);
    }
    struct event *ev = add(t, EVENT_MARK, time_ns(m, "E", &t->bad), &row, sizeof(row));
    if (!t->bad) {
        event_buf_push(t->out, ev);
    }
    return 1;
}

static int on_force_order(struct into *t, const json_t *m)
{
    const json_t *o = json_object_get(m, "o");
    const char *side = text(o, "S", &t->bad);
    struct liquidation_row row = {
        .px = near(o, "ap", t->in->price_decimals, &t->bad),
        .qty = amount(o, "z", t->in->qty_decimals, &t->bad),
        .order_px = near(o, "p", t->in->price_decimals, &t->bad),
        .side = strcmp(side, "SELL") == 0 ? POSITION_LONG : POSITION_SHORT,
        .completeness = COMPLETENESS_SAMPLED,
    };
    t->bad |= strcmp(side, "SELL") != 0 && strcmp(side, "BUY") != 0;
    if (row.px == 0) {
        row.px = row.order_px;
        row.is_bankruptcy = 1;
    }
    t->bad |= row.px == 0;
    int64_t matched = time_ns(o, "T", &t->bad), sent = time_ns(m, "E", &t->bad);
    struct event *ev = add(t, EVENT_LIQUIDATION, matched != 0 ? matched : sent, &row, sizeof(row));
    if (t->bad || row.qty == 0) {
        return 0;
    }
    event_buf_push(t->out, ev);
    return 1;
}

static const struct {
    const char *kind;
    int (*on)(struct into *t, const json_t *m);
} kinds[] = {
    /* those of spot first */
    {"depthUpdate", on_depth},  {"bookTicker", on_quote},     {"trade", on_trade},
    {"aggTrade", on_agg_trade}, {"markPriceUpdate", on_mark}, {"forceOrder", on_force_order},
};

enum { QUOTE_KIND = 1, SPOT_KINDS = 4 };

static bool is_spot(const struct instrument *in)
{
    return strcmp(in->venue, "binance-spot") == 0;
}

static int decode_kind(const struct instrument *insts, size_t inst_n, const json_t *m, size_t kind,
                       struct event_buf *out)
{
    struct into t = {.out = out, .is_spot = is_spot(&insts[0])};
    const json_t *named = kinds[kind].on == on_force_order ? json_object_get(m, "o") : m;
    const char *symbol = text(named, "s", &t.bad);
    if (t.bad || !json_is_object(named)) {
        return REFUSED;
    }
    for (size_t i = 0; i < inst_n; i++) {
        if (strcmp(insts[i].symbol, symbol) == 0) {
            t.in = &insts[i];
        }
    }
    if (t.in == NULL) {
        return 0;
    }
    int got = kinds[kind].on(&t, m);
    return t.bad ? REFUSED : got;
}

static int decode_tree(const struct instrument *insts, size_t inst_n, const json_t *root,
                       struct event_buf *out)
{
    const json_t *m = root;
    bool bad = false;
    if (json_is_array(root)) {
        return 0;
    }
    if (json_object_get(root, "stream") != NULL) {
        m = json_object_get(root, "data");
        if (!json_is_string(json_object_get(root, "stream")) || m == NULL) {
            return REFUSED;
        }
        if (!json_is_object(m)) {
            return 0;
        }
    }
    if (json_object_get(m, "e") == NULL) {
        bool is_quote = is_spot(&insts[0]) && json_object_get(m, "u") != NULL &&
                        json_object_get(m, "s") != NULL && json_object_get(m, "B") != NULL &&
                        json_object_get(m, "A") != NULL;
        return is_quote ? decode_kind(insts, inst_n, m, QUOTE_KIND, out) : 0;
    }
    const char *kind = text(m, "e", &bad);
    const json_t *class = json_object_get(m, "st");
    if (bad || (class != NULL && !json_is_integer(class))) {
        return REFUSED;
    }
    json_int_t other = is_spot(&insts[0]) ? 0 : strcmp(insts[0].venue, "binance-coinm") == 0 ? 1 : 2;
    if (class != NULL && other != 0 && json_integer_value(class) == other) {
        return 0;
    }
    for (size_t i = 0; i < (is_spot(&insts[0]) ? SPOT_KINDS : sizeof(kinds) / sizeof(kinds[0])); i++) {
        if (strcmp(kinds[i].kind, kind) == 0) {
            return decode_kind(insts, inst_n, m, i, out);
        }
    }
    return 0;
}

json_t *twin_load(const char *bytes, size_t n)
{
    json_error_t unused;
    /* jansson passes over a NUL behind a word or number; JSON has none anywhere. */
    bool may_be_json = n <= FRAME_BYTES_MAX && memchr(bytes, '\0', n) == NULL;
    json_t *root = may_be_json ? json_loadb(bytes, n, JSON_REJECT_DUPLICATES, &unused) : NULL;
    if (root != NULL && (has_long_number(bytes, n) || is_beyond_ceilings(root, 0))) {
        json_decref(root);
        return NULL;
    }
    return root;
}

int twin_decode(const struct instrument *insts, size_t inst_n, const char *bytes, size_t n,
                struct event_buf *out)
{
    json_t *root = twin_load(bytes, n);
    int got = root != NULL ? decode_tree(insts, inst_n, root, out) : REFUSED;
    json_decref(root);
    return got;
}

void twin_instrument(struct instrument *ret_in, const char *symbol, uint32_t id, int price_decimals,
                     int qty_decimals)
{
    struct instrument in = {
        .venue = "binance",
        .id = id,
        .version = 1,
        .kind = INSTRUMENT_PERPETUAL,
        .book_rule = BOOK_RULE_PREV_ID,
        .price_decimals = (uint8_t)price_decimals,
        .qty_decimals = (uint8_t)qty_decimals,
        .mark_decimals = 8,
        .rate_decimals = 8,
        .tick = 1,
        .lot = 1,
        .multiplier = INT64_C(100000000),
        .trading = 1,
    };
    memcpy(in.symbol, symbol, strlen(symbol) + 1);
    *ret_in = in;
}

void twin_move(struct instrument *in, const char *venue)
{
    memset(in->venue, 0, sizeof(in->venue));
    memcpy(in->venue, venue, strlen(venue) + 1);
    if (is_spot(in)) {
        in->kind = INSTRUMENT_SPOT;
        in->book_rule = BOOK_RULE_FIRST_ID;
    }
    in->inverse = strcmp(venue, "binance-coinm") == 0;
}
