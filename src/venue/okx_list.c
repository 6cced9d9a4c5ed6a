/* OKX: which instruments there are (told by the venue, or read off frames), what to subscribe to, what to ask for. */
#include "list.h"
#include "okx.h"

#include <alphaplus/base/fixed.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define MULTIPLIER_DECIMALS 8

/* --- the venue's list ---------------------------------------------------------------------------------------------- */

/* "BTC-USDT-SWAP": what is before the first hyphen, and between it and the next. */
static bool split_symbol(const char *symbol, struct instrument *in)
{
    const char *first = strchr(symbol, '-');
    if (first == NULL) {
        return false;
    }
    const char *second = strchr(first + 1, '-');
    size_t quote_n = second != NULL ? (size_t)(second - first - 1) : strlen(first + 1);
    return list_copy(in->base, sizeof(in->base), symbol, (size_t)(first - symbol)) &&
           list_copy(in->quote, sizeof(in->quote), first + 1, quote_n);
}

/* A contract is ctVal * ctMult of the base (linear) or of the quote (inverse). */
static bool read_contract(const json_t *s, struct instrument *in)
{
    const char *type = list_text(s, "ctType"), *value = list_text(s, "ctVal"), *mult = list_text(s, "ctMult");
    int64_t size, times;
    in->inverse = strcmp(type, "inverse") == 0;
    if (!in->inverse && strcmp(type, "linear") != 0) {
        return false;
    }
    if (fixed_parse(value, strlen(value), MULTIPLIER_DECIMALS, &size) < 0 ||
        fixed_parse(mult, strlen(mult), 0, &times) < 0 || size < 1 || times < 1 ||
        size > FIXED_VALUE_MAX / times) {
        return false;
    }
    in->multiplier = size * times;
    return true;
}

static bool read_symbol(const json_t *s, struct instrument *ret_in)
{
    const char *symbol = list_text(s, "instId"), *settle = list_text(s, "settleCcy");
    struct instrument in = {
        .venue = "okx",
        .version = 1,
        .kind = INSTRUMENT_PERPETUAL,
        .book_rule = BOOK_RULE_PREV_ID,
        .rate_decimals = OKX_RATE_DECIMALS,
        .trading = strcmp(list_text(s, "state"), "live") == 0,
        .liq_completeness = COMPLETENESS_SAMPLED,
    };
    if (strcmp(list_text(s, "instType"), "SWAP") != 0 || !read_contract(s, &in) ||
        !list_copy(in.symbol, sizeof(in.symbol), symbol, strlen(symbol)) || !split_symbol(symbol, &in) ||
        !list_copy(in.settle, sizeof(in.settle), settle, strlen(settle)) ||
        !list_step(list_text(s, "tickSz"), &in.price_decimals, &in.tick) ||
        !list_step(list_text(s, "lotSz"), &in.qty_decimals, &in.lot)) {
        return false;
    }
    int decimals = in.price_decimals + OKX_MARK_DECIMALS_MORE;
    in.mark_decimals = (uint8_t)(decimals > FIXED_DECIMALS_MAX ? FIXED_DECIMALS_MAX : decimals);
    if (instrument_check(&in) < 0) {
        return false;
    }
    *ret_in = in;
    return true;
}

/* The "data" of an answer; NULL when it is none. *ret_root is the caller's to let go of. */
static json_t *answer_of(const char *bytes, size_t n, json_t **ret_root)
{
    json_error_t unused;
    *ret_root = n > VENUE_LIST_MAX ? NULL : json_loadb(bytes, n, JSON_REJECT_DUPLICATES, &unused);
    json_t *data = json_object_get(*ret_root, "data");
    return json_is_array(data) ? data : NULL;
}

int okx_read_instruments(const char *bytes, size_t n, void (*found)(void *user, const struct instrument *in),
                         void *user)
{
    int count = 0;
    size_t i;
    json_t *s, *root, *list = answer_of(bytes, n, &root);
    if (list == NULL) {
        json_decref(root);
        return n > VENUE_LIST_MAX ? AP_ETOOBIG : root != NULL ? AP_ETYPE : AP_ESYNTAX;
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

int okx_read_time(const char *bytes, size_t n, int64_t *ret_ns)
{
    json_t *root, *data = answer_of(bytes, n, &root);
    bool is_time = list_time(json_object_get(json_array_get(data, 0), "ts"), ret_ns);
    json_decref(root);
    return is_time ? 0 : AP_ESYNTAX;
}

/* --- snapshots ----------------------------------------------------------------------------------------------------- */

static int amount_of(const json_t *v, int decimals, int64_t *ret_value)
{
    int64_t value;
    if (!json_is_string(v)) {
        return AP_ETYPE;
    }
    int err = fixed_parse(json_string_value(v), json_string_length(v), decimals, &value);
    if (err < 0 || value < 0 || value > FIXED_VALUE_MAX) {
        return err < 0 ? err : AP_ERANGE;
    }
    *ret_value = value;
    return 0;
}

static int levels_of(const json_t *list, const struct instrument *in, struct level *levels)
{
    size_t i;
    json_t *row;
    json_array_foreach(list, i, row)
    {
        int err;
        if ((err = amount_of(json_array_get(row, 0), in->price_decimals, &levels[i].px)) < 0 ||
            (err = amount_of(json_array_get(row, 1), in->qty_decimals, &levels[i].qty)) < 0) {
            return err;
        }
        if (levels[i].px == 0) {
            return AP_ERANGE;
        }
    }
    return 0;
}

/* Bare or in a string, as the venue has it. */
static int whole_of(const json_t *v, int64_t *ret_value)
{
    if (json_is_integer(v)) {
        *ret_value = json_integer_value(v);
        return *ret_value >= 0 ? 0 : AP_ERANGE;
    }
    return v != NULL ? amount_of(v, 0, ret_value) : AP_ESYNTAX;
}

static int put_snapshot(const json_t *book, const struct instrument *in, struct event_buf *out)
{
    const json_t *bids = json_object_get(book, "bids"), *asks = json_object_get(book, "asks");
    int64_t id, ms;
    int err;
    if (!json_is_array(bids) || !json_is_array(asks)) {
        return AP_ETYPE;
    }
    if ((err = whole_of(json_object_get(book, "seqId"), &id)) < 0 ||
        (err = whole_of(json_object_get(book, "ts"), &ms)) < 0) {
        return err;
    }
    size_t bid_n = json_array_size(bids), ask_n = json_array_size(asks);
    struct event *ev = event_buf_new(out, EVENT_DEPTH_SNAPSHOT,
                                     sizeof(struct depth_rows) + (bid_n + ask_n) * sizeof(struct level));
    if (ev == NULL) {
        return AP_EFULL;
    }
    struct depth_rows *rows = event_rows(ev);
    rows->bid_n = (uint32_t)bid_n;
    rows->ask_n = (uint32_t)ask_n;
    if ((err = levels_of(bids, in, rows->levels)) < 0 ||
        (err = levels_of(asks, in, rows->levels + bid_n)) < 0) {
        return err;
    }
    ev->flags = EVENT_WINDOW;
    ev->instrument = in->id;
    ev->version = in->version;
    ev->exch_ns = ms <= INT64_MAX / 1000000 ? ms * 1000000 : 0;
    ev->first_id = ev->last_id = (uint64_t)id;
    event_buf_push(out, ev);
    return 1;
}

int okx_decode_rest(struct decoder *d, enum venue_rest what, const struct instrument *in, const char *bytes,
                    size_t n, struct event_buf *out)
{
    (void)d;
    if (what != REST_SNAPSHOT) {
        return AP_EUNSUPPORTED;
    }
    if (n > FRAME_BYTES_MAX || in == NULL) {
        return in == NULL ? AP_EINVAL : AP_ETOOBIG;
    }
    json_t *root, *data = answer_of(bytes, n, &root);
    int got = json_array_size(data) == 1 ? put_snapshot(json_array_get(data, 0), in, out) : AP_ESYNTAX;
    json_decref(root);
    return got;
}

/* --- read off frames ----------------------------------------------------------------------------------------------- */

/* Books, best prices, tickers and trades: whatever of it there is. */
static int probe_row(struct venue_probe_symbol *seen, const struct fields *row)
{
    static const uint8_t prices[] = {ROW_BID_PX, ROW_ASK_PX, ROW_PX};
    static const uint8_t sizes[] = {ROW_BID_SZ, ROW_ASK_SZ, ROW_SZ};
    int err;
    seen->has_ids = fields_has(row, ROW_ID);
    if ((err = fields_probe_levels(seen, row, ROW_BIDS)) < 0 ||
        (err = fields_probe_levels(seen, row, ROW_ASKS)) < 0) {
        return err;
    }
    for (size_t i = 0; i < sizeof(prices); i++) {
        if ((err = fields_probe_price(seen, row, prices[i])) < 0 ||
            (err = fields_probe_decimals(&seen->qty_decimals, row, sizes[i])) < 0) {
            return err;
        }
    }
    return 0;
}

static int probe_figure(struct venue_probe_symbol *seen, const struct fields *row)
{
    int err = fields_probe_decimals(&seen->mark_decimals, row, FIGURE_MARK);
    return err < 0 ? err : fields_probe_decimals(&seen->rate_decimals, row, FIGURE_RATE);
}

static const struct {
    const char *channel;
    const struct field_names *names;
    int (*probe)(struct venue_probe_symbol *seen, const struct fields *row);
} probes[] = {
    {"books", &okx_row_names, probe_row},
    {"books-l2-tbt", &okx_row_names, probe_row},
    {"books50-l2-tbt", &okx_row_names, probe_row},
    {"bbo-tbt", &okx_row_names, probe_row},
    {"tickers", &okx_row_names, probe_row},
    {"trades", &okx_row_names, probe_row},
    {"mark-price", &okx_figure_names, probe_figure},
    {"funding-rate", &okx_figure_names, probe_figure},
};

static int probe_rows(struct venue_probe *p, const struct fields *top, const struct fields *arg, size_t kind)
{
    struct fields row;
    struct scan s;
    int err = fields_array(&top->values[TOP_DATA], &s), more;
    if (err < 0) {
        return err;
    }
    while ((more = fields_next(&s, probes[kind].names, &row)) == 1) {
        struct venue_probe_symbol seen = {.tick = 0};
        if ((err = fields_name(arg, ARG_INST, seen.symbol)) < 0 ||
            (err = probes[kind].probe(&seen, &row)) < 0 ||
            (err = fields_probe_add(p, &seen, okx_infer)) < 0) {
            return err;
        }
    }
    return more;
}

int okx_probe(struct venue_probe *p, const char *bytes, size_t n)
{
    struct fields top, arg;
    bool is_object;
    int err = okx_frame(bytes, n, &top, &is_object);
    if (err < 0 || !is_object || fields_has(&top, TOP_EVENT) || !fields_has(&top, TOP_ARG)) {
        return err;
    }
    if ((err = okx_arg(&top, &arg)) < 0) {
        return err;
    }
    for (size_t i = 0; i < sizeof(probes) / sizeof(probes[0]); i++) {
        if (fields_is(&arg, ARG_CHANNEL, probes[i].channel)) {
            return probe_rows(p, &top, &arg, i);
        }
    }
    return 0;
}

/* What a contract is worth stands in the venue's list alone: without it, a contract counts as one. */
void okx_infer(const struct venue_probe_symbol *seen, struct instrument *ret_in)
{
    struct instrument in = {
        .venue = "okx",
        .version = 1,
        .book_rule = seen->has_ids ? BOOK_RULE_PREV_ID : BOOK_RULE_NONE,
        .inferred = 1,
        .price_decimals = seen->price_decimals,
        .qty_decimals = seen->qty_decimals,
        .mark_decimals = seen->mark_decimals,
        .rate_decimals = seen->rate_decimals,
        .tick = seen->tick > 0 ? seen->tick : 1,
        .lot = 1,
        .multiplier = INT64_C(100000000),
        .trading = 1,
        .liq_completeness = COMPLETENESS_SAMPLED,
    };
    memcpy(in.symbol, seen->symbol, sizeof(in.symbol));
    bool has_names = split_symbol(in.symbol, &in);
    const char *last = strrchr(in.symbol, '-'), *first = strchr(in.symbol, '-');
    bool is_swap = last != NULL && strcmp(last, "-SWAP") == 0;
    in.kind = is_swap ? INSTRUMENT_PERPETUAL : first == last ? INSTRUMENT_SPOT : INSTRUMENT_FUTURE;
    in.inverse = in.kind != INSTRUMENT_SPOT && strcmp(in.quote, "USD") == 0;
    if (!has_names) {
        in.base[0] = in.quote[0] = '\0';
    } else if (in.kind != INSTRUMENT_SPOT) {
        memcpy(in.settle, in.inverse ? in.base : in.quote, sizeof(in.settle));
    }
    *ret_in = in;
}

int okx_is_bare_snapshot(const char *bytes, size_t n)
{
    (void)bytes, (void)n;
    return 0;
}

/* --- wishes -------------------------------------------------------------------------------------------------------- */

/* Streams are "channel:instId"; of liquidations "channel:SWAP", for all. */
static const struct {
    const char *name;
    uint8_t kind;
} channels[] = {
    {"books", EVENT_DEPTH},
    {"bbo-tbt", EVENT_QUOTE},
    {"trades", EVENT_TRADE},
    {"mark-price", EVENT_MARK},
    {"funding-rate", 0}, /* every minute or so, with the marks */
    {"open-interest", EVENT_OPEN_INTEREST},
};
#define LIQUIDATIONS "liquidation-orders:SWAP"

static bool has_stream(const struct venue_plan *plan, const char *name)
{
    for (uint32_t i = 0; i < plan->stream_n; i++) {
        if (strcmp(plan->streams[i], name) == 0) {
            return true;
        }
    }
    return false;
}

static void add_streams(struct venue_plan *plan, const char *symbol)
{
    char index[VENUE_STREAM_MAX];
    for (size_t k = 0; k < sizeof(channels) / sizeof(channels[0]); k++) {
        (void)venue_plan_add(plan, channels[k].kind, "%s:%s", channels[k].name, symbol);
    }
    /* The index of "BTC-USDT-SWAP" is "BTC-USDT". */
    const char *last = strrchr(symbol, '-');
    (void)snprintf(index, sizeof(index), "index-tickers:%.*s",
                   last != NULL ? (int)(last - symbol) : (int)strlen(symbol), symbol);
    if (!has_stream(plan, index)) {
        (void)venue_plan_add(plan, 0, "%s", index);
    }
}

void okx_plan(const struct instrument *list, size_t n, struct venue_plan *ret_plan)
{
    struct venue_plan *plan = ret_plan;
    memset(plan, 0, sizeof(*plan));
    n = n > INSTRUMENT_MAX ? INSTRUMENT_MAX : n;
    for (size_t i = 0; i < n; i++) {
        add_streams(plan, list[i].symbol);
    }
    if (n > 0) {
        (void)venue_plan_add(plan, 0, LIQUIDATIONS);
        plan->conn_n = 1;
        plan->conns[0].n = plan->stream_n;
        (void)snprintf(plan->conns[0].path, sizeof(plan->conns[0].path), "/ws/v5/public");
    }
}

static bool is_name(const char *text, size_t n)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_";
    return n > 0 && strspn(text, allowed) >= n;
}

int okx_subscribe(char *buf, size_t size, const char (*streams)[VENUE_STREAM_MAX], size_t n, uint64_t id,
                  int is_unsubscribe)
{
    int got = snprintf(buf, size, "{\"id\":\"%" PRIu64 "\",\"op\":\"%s\",\"args\":[", id,
                       is_unsubscribe ? "unsubscribe" : "subscribe");
    for (size_t i = 0; i < n && got > 0 && (size_t)got < size; i++) {
        const char *colon = memchr(streams[i], ':', VENUE_STREAM_MAX);
        size_t name_n = strnlen(streams[i], VENUE_STREAM_MAX);
        if (colon == NULL || name_n == VENUE_STREAM_MAX ||
            !is_name(streams[i], (size_t)(colon - streams[i])) ||
            !is_name(colon + 1, name_n - (size_t)(colon + 1 - streams[i]))) {
            return AP_EINVAL;
        }
        bool is_all = strcmp(streams[i], LIQUIDATIONS) == 0;
        got += snprintf(buf + got, size - (size_t)got, "%s{\"channel\":\"%.*s\",\"%s\":\"%s\"}",
                        i > 0 ? "," : "", (int)(colon - streams[i]), streams[i],
                        is_all ? "instType" : "instId", colon + 1);
    }
    if (got > 0 && (size_t)got < size) {
        got += snprintf(buf + got, size - (size_t)got, "]}");
    }
    return got > 0 && (size_t)got < size ? got : AP_ETOOBIG;
}

int okx_rest_path(enum venue_rest what, const struct instrument *in, char *buf, size_t size, int *ret_weight)
{
    int n;
    if (what == REST_INSTRUMENTS) {
        n = snprintf(buf, size, "/api/v5/public/instruments?instType=SWAP");
    } else if (what == REST_TIME) {
        n = snprintf(buf, size, "/api/v5/public/time");
    } else if (what == REST_SNAPSHOT && in != NULL) {
        n = snprintf(buf, size, "/api/v5/market/books?instId=%s&sz=400&source=0", in->symbol);
    } else {
        return what == REST_SNAPSHOT ? AP_EINVAL : AP_EUNSUPPORTED;
    }
    if (n < 0 || (size_t)n >= size) {
        return AP_ETOOBIG;
    }
    if (ret_weight != NULL) {
        *ret_weight = what == REST_SNAPSHOT ? 1 : what == REST_INSTRUMENTS ? 2 : 4;
    }
    return 0;
}
