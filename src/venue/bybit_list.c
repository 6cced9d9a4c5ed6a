/* Bybit: which instruments there are (told by the venue, or read off frames), what to subscribe to, what to ask for. */
#include "bybit.h"
#include "list.h"

#include <alphaplus/base/fixed.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define LIST_PATH "/v5/market/instruments-info?category=linear&limit=1000"

/* --- the venue's list ---------------------------------------------------------------------------------------------- */

static bool copy_name(char *buf, size_t size, const char *text)
{
    return list_copy(buf, size, text, strlen(text));
}

static uint8_t mark_decimals(uint8_t price_decimals)
{
    int n = price_decimals + BYBIT_MARK_DECIMALS_MORE;
    return (uint8_t)(n > FIXED_DECIMALS_MAX ? FIXED_DECIMALS_MAX : n);
}

static bool read_contract(const json_t *s, struct instrument *in)
{
    const char *contract = list_text(s, "contractType");
    if (strcmp(contract, "LinearPerpetual") == 0) {
        in->kind = INSTRUMENT_PERPETUAL;
        return true;
    }
    in->kind = INSTRUMENT_FUTURE;
    return strcmp(contract, "LinearFutures") == 0 &&
           list_time(json_object_get(s, "deliveryTime"), &in->expiry_ns);
}

static bool read_symbol(const json_t *s, struct instrument *ret_in)
{
    const json_t *minutes = json_object_get(s, "fundingInterval");
    struct instrument in = {
        .venue = "bybit",
        .version = 1,
        .book_rule = BOOK_RULE_SEQUENCE,
        .rate_decimals = BYBIT_RATE_DECIMALS,
        .multiplier = INT64_C(100000000),
        .trading = strcmp(list_text(s, "status"), "Trading") == 0,
        .liq_completeness = COMPLETENESS_FULL,
    };
    if (!read_contract(s, &in) || !copy_name(in.symbol, sizeof(in.symbol), list_text(s, "symbol")) ||
        !copy_name(in.base, sizeof(in.base), list_text(s, "baseCoin")) ||
        !copy_name(in.quote, sizeof(in.quote), list_text(s, "quoteCoin")) ||
        !copy_name(in.settle, sizeof(in.settle), list_text(s, "settleCoin")) ||
        !list_step(list_text(json_object_get(s, "priceFilter"), "tickSize"), &in.price_decimals, &in.tick) ||
        !list_step(list_text(json_object_get(s, "lotSizeFilter"), "qtyStep"), &in.qty_decimals, &in.lot)) {
        return false;
    }
    json_int_t interval = json_integer_value(minutes);
    in.funding_interval_s = interval > 0 && interval <= 7 * 24 * 60 ? (uint32_t)interval * 60 : 0;
    in.mark_decimals = mark_decimals(in.price_decimals);
    if (instrument_check(&in) < 0) {
        return false;
    }
    *ret_in = in;
    return true;
}

int bybit_read_instruments(const char *bytes, size_t n,
                           void (*found)(void *user, const struct instrument *in), void *user)
{
    json_error_t unused;
    int count = 0;
    size_t i;
    json_t *s;
    if (n > VENUE_LIST_MAX) {
        return AP_ETOOBIG;
    }
    json_t *root = json_loadb(bytes, n, JSON_REJECT_DUPLICATES, &unused);
    json_t *list = json_object_get(json_object_get(root, "result"), "list");
    if (!json_is_array(list)) {
        json_decref(root);
        return root != NULL ? AP_ETYPE : AP_ESYNTAX;
    }
    json_array_foreach(list, i, s)
    {
        struct instrument in;
        if (read_symbol(s, &in)) {
            found(user, &in);
            count++;
        }
    }
    json_decref(root);
    return count;
}

/* The cursor is the venue's own, escaped as it wants it back: anything else is none of its. */
int bybit_next_page(const char *bytes, size_t n, char *buf, size_t size)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.~%";
    json_error_t unused;
    json_t *root = n > VENUE_LIST_MAX ? NULL : json_loadb(bytes, n, JSON_REJECT_DUPLICATES, &unused);
    const char *cursor = list_text(json_object_get(root, "result"), "nextPageCursor");
    int got = 0;
    if (root == NULL || strspn(cursor, allowed) != strlen(cursor)) {
        got = AP_ESYNTAX;
    } else if (cursor[0] != '\0') {
        int used = snprintf(buf, size, LIST_PATH "&cursor=%s", cursor);
        got = used > 0 && (size_t)used < size ? 1 : AP_ETOOBIG;
    }
    json_decref(root);
    return got;
}

int bybit_read_time(const char *bytes, size_t n, int64_t *ret_ns)
{
    json_error_t unused;
    json_t *root = n > VENUE_LIST_MAX ? NULL : json_loadb(bytes, n, JSON_REJECT_DUPLICATES, &unused);
    const char *nano = list_text(json_object_get(root, "result"), "timeNano");
    int err = fixed_parse(nano, strlen(nano), 0, ret_ns);
    json_decref(root);
    return err == 0 && *ret_ns > 0 ? 0 : AP_ESYNTAX;
}

/* --- read off frames ----------------------------------------------------------------------------------------------- */

static int probe_book(struct venue_probe *p, const struct scan_value *data)
{
    struct venue_probe_symbol seen = {.tick = 0};
    struct fields book;
    int err;
    if ((err = fields_of(data, &bybit_book_names, &book)) < 0 ||
        (err = fields_name(&book, BOOK_S, seen.symbol)) < 0 ||
        (err = fields_probe_levels(&seen, &book, BOOK_B)) < 0 ||
        (err = fields_probe_levels(&seen, &book, BOOK_A)) < 0) {
        return err;
    }
    return fields_probe_add(p, &seen, bybit_infer);
}

static int probe_ticker(struct venue_probe *p, const struct scan_value *data)
{
    struct venue_probe_symbol seen = {.tick = 0};
    struct fields t;
    int err;
    if ((err = fields_of(data, &bybit_ticker_names, &t)) < 0 ||
        (err = fields_name(&t, TICKER_SYMBOL, seen.symbol)) < 0 ||
        (err = fields_probe_decimals(&seen.mark_decimals, &t, TICKER_MARK)) < 0 ||
        (err = fields_probe_decimals(&seen.mark_decimals, &t, TICKER_INDEX)) < 0 ||
        (err = fields_probe_decimals(&seen.rate_decimals, &t, TICKER_RATE)) < 0 ||
        (err = fields_probe_decimals(&seen.qty_decimals, &t, TICKER_ONE_SIDE)) < 0) {
        return err;
    }
    return fields_probe_add(p, &seen, bybit_infer);
}

static int probe_trades(struct venue_probe *p, const struct scan_value *data)
{
    struct fields f;
    struct scan s;
    int err = fields_array(data, &s), more;
    if (err < 0) {
        return err;
    }
    while ((more = fields_next(&s, &bybit_trade_names, &f)) == 1) {
        struct venue_probe_symbol seen = {.tick = 0};
        if ((err = fields_name(&f, TRADE_S, seen.symbol)) < 0 ||
            (err = fields_probe_price(&seen, &f, TRADE_P)) < 0 ||
            (err = fields_probe_decimals(&seen.qty_decimals, &f, TRADE_V)) < 0 ||
            (err = fields_probe_add(p, &seen, bybit_infer)) < 0) {
            return err;
        }
    }
    return more;
}

int bybit_probe(struct venue_probe *p, const char *bytes, size_t n)
{
    static const struct {
        const char *kind;
        int (*probe)(struct venue_probe *p, const struct scan_value *data);
    } kinds[] = {{"orderbook", probe_book}, {"tickers", probe_ticker}, {"publicTrade", probe_trades}};
    struct fields top;
    struct bybit_topic topic;
    bool is_object;
    int err = bybit_frame(bytes, n, &top, &is_object);
    if (err < 0 || !is_object || !fields_has(&top, TOP_TOPIC)) {
        return err;
    }
    if ((err = bybit_topic(&top, &topic)) < 0) {
        return err;
    }
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (bybit_topic_is(&topic, kinds[i].kind)) {
            return fields_has(&top, TOP_DATA) ? kinds[i].probe(p, &top.values[TOP_DATA]) : AP_ESYNTAX;
        }
    }
    return 0;
}

void bybit_infer(const struct venue_probe_symbol *seen, struct instrument *ret_in)
{
    static const char quotes[][8] = {"USDT", "USDC"};
    struct instrument in = {
        .venue = "bybit",
        .version = 1,
        .kind = INSTRUMENT_PERPETUAL,
        .book_rule = BOOK_RULE_SEQUENCE,
        .inferred = 1,
        .price_decimals = seen->price_decimals,
        .qty_decimals = seen->qty_decimals,
        .mark_decimals = seen->mark_decimals,
        .rate_decimals = seen->rate_decimals,
        .tick = seen->tick > 0 ? seen->tick : 1,
        .lot = 1,
        .multiplier = INT64_C(100000000),
        .trading = 1,
        .liq_completeness = COMPLETENESS_FULL,
    };
    memcpy(in.symbol, seen->symbol, sizeof(in.symbol));
    in.kind = strchr(in.symbol, '-') != NULL ? INSTRUMENT_FUTURE : INSTRUMENT_PERPETUAL;
    list_split(in.symbol, strlen(in.symbol), quotes, sizeof(quotes) / sizeof(quotes[0]), &in);
    memcpy(in.settle, in.quote, sizeof(in.settle));
    *ret_in = in;
}

int bybit_is_bare_snapshot(const char *bytes, size_t n)
{
    (void)bytes, (void)n;
    return 0;
}

/* --- wishes -------------------------------------------------------------------------------------------------------- */

void bybit_plan(const struct instrument *list, size_t n, struct venue_plan *ret_plan)
{
    /* The deepest book, and the best prices at the rate they change. */
    static const struct {
        const char *name;
        uint8_t kind;
    } topics[] = {{"orderbook.1000.", EVENT_DEPTH},
                  {"orderbook.1.", EVENT_QUOTE},
                  {"publicTrade.", EVENT_TRADE},
                  {"tickers.", EVENT_MARK},
                  {"allLiquidation.", EVENT_LIQUIDATION}};
    struct venue_plan *plan = ret_plan;
    memset(plan, 0, sizeof(*plan));
    n = n > INSTRUMENT_MAX ? INSTRUMENT_MAX : n;
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < sizeof(topics) / sizeof(topics[0]); k++) {
            (void)venue_plan_add(plan, topics[k].kind, "%s%s", topics[k].name, list[i].symbol);
        }
    }
    if (n > 0) {
        plan->conn_n = 1;
        plan->conns[0].n = plan->stream_n;
        (void)snprintf(plan->conns[0].path, sizeof(plan->conns[0].path), "/v5/public/linear");
    }
}

int bybit_subscribe(char *buf, size_t size, const char (*streams)[VENUE_STREAM_MAX], size_t n, uint64_t id,
                    int is_unsubscribe)
{
    int got = snprintf(buf, size, "{\"req_id\":\"%" PRIu64 "\",\"op\":\"%s\",\"args\":[", id,
                       is_unsubscribe ? "unsubscribe" : "subscribe");
    for (size_t i = 0; i < n && got > 0 && (size_t)got < size; i++) {
        size_t name_n = strnlen(streams[i], VENUE_STREAM_MAX);
        if (name_n == 0 || name_n == VENUE_STREAM_MAX ||
            strspn(streams[i], "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_") !=
                name_n) {
            return AP_EINVAL;
        }
        got += snprintf(buf + got, size - (size_t)got, "%s\"%s\"", i > 0 ? "," : "", streams[i]);
    }
    if (got > 0 && (size_t)got < size) {
        got += snprintf(buf + got, size - (size_t)got, "]}");
    }
    return got > 0 && (size_t)got < size ? got : AP_ETOOBIG;
}

/* All else comes by the stream. */
int bybit_rest_path(enum venue_rest what, const struct instrument *in, char *buf, size_t size,
                    int *ret_weight)
{
    (void)in;
    if (what != REST_INSTRUMENTS && what != REST_TIME) {
        return AP_EUNSUPPORTED;
    }
    int n = snprintf(buf, size, "%s", what == REST_TIME ? "/v5/market/time" : LIST_PATH);
    if (n < 0 || (size_t)n >= size) {
        return AP_ETOOBIG;
    }
    if (ret_weight != NULL) {
        *ret_weight = 1;
    }
    return 0;
}

int bybit_decode_rest(struct decoder *d, enum venue_rest what, const struct instrument *in, const char *bytes,
                      size_t n, struct event_buf *out)
{
    (void)d, (void)what, (void)in, (void)bytes, (void)n, (void)out;
    return AP_EUNSUPPORTED;
}
