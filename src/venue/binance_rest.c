/* REST answers: few and small beside the stream, so read with jansson. */
#include "binance.h"
#include "list.h"

#include <alphaplus/base/fixed.h>
#include <string.h>

enum { NS_PER_MS = 1000000 };

/* The object, or with may_be_list the only one in a list. The caller owns it; NULL when it is neither. */
static json_t *load(const char *bytes, size_t n, bool may_be_list)
{
    json_error_t unused;
    json_t *root = json_loadb(bytes, n, JSON_REJECT_DUPLICATES, &unused);
    if (may_be_list && json_array_size(root) == 1) {
        json_t *only = json_incref(json_array_get(root, 0));
        json_decref(root);
        root = only;
    }
    if (root != NULL && !json_is_object(root)) {
        json_decref(root);
        return NULL;
    }
    return root;
}

static int decimal_of(const json_t *v, int decimals, int64_t *ret_value)
{
    if (v == NULL) {
        return AP_ESYNTAX;
    }
    if (!json_is_string(v)) {
        return AP_ETYPE;
    }
    return fixed_parse(json_string_value(v), json_string_length(v), decimals, ret_value);
}

static int amount_of(const json_t *v, int decimals, int64_t ceiling, int64_t *ret_value)
{
    int64_t value;
    int err = decimal_of(v, decimals, &value);
    if (err < 0) {
        return err;
    }
    if (value < 0 || value > ceiling) {
        return AP_ERANGE;
    }
    *ret_value = value;
    return 0;
}

static int time_of(const json_t *v, int64_t *ret_ns)
{
    json_int_t ms = v != NULL ? json_integer_value(v) : 0;
    if (v != NULL && !json_is_integer(v)) {
        return AP_ETYPE;
    }
    if (ms < 0 || ms > INT64_MAX / NS_PER_MS) {
        return AP_ERANGE;
    }
    *ret_ns = ms * NS_PER_MS;
    return 0;
}

static struct event *new_event(struct event_buf *out, int kind, const struct instrument *in, int64_t exch_ns,
                               size_t rows_bytes)
{
    struct event *ev = event_buf_new(out, kind, rows_bytes);
    if (ev != NULL) {
        ev->instrument = in->id;
        ev->version = in->version;
        ev->exch_ns = exch_ns;
    }
    return ev;
}

/* --- snapshot ------------------------------------------------------------------------------------------------------ */

static int levels_of(const json_t *list, const struct instrument *in, struct level *levels)
{
    size_t i;
    json_t *pair;
    json_array_foreach(list, i, pair)
    {
        int err;
        if (json_array_size(pair) != 2) {
            return AP_ETYPE;
        }
        if ((err = amount_of(json_array_get(pair, 0), in->price_decimals, FIXED_VALUE_MAX, &levels[i].px)) <
                0 ||
            (err = amount_of(json_array_get(pair, 1), in->qty_decimals, FIXED_VALUE_MAX, &levels[i].qty)) <
                0) {
            return err;
        }
        if (levels[i].px == 0) {
            return AP_ERANGE;
        }
    }
    return 0;
}

static int decode_snapshot(const json_t *root, const struct instrument *in, struct event_buf *out)
{
    const json_t *id = json_object_get(root, "lastUpdateId");
    const json_t *bids = json_object_get(root, "bids"), *asks = json_object_get(root, "asks");
    int64_t sent_ns, matched_ns;
    int err;
    if (id == NULL || bids == NULL || asks == NULL) {
        return AP_ESYNTAX;
    }
    if (!json_is_integer(id) || !json_is_array(bids) || !json_is_array(asks)) {
        return AP_ETYPE;
    }
    if (json_integer_value(id) < 0) {
        return AP_EAGAIN; /* so it answers for a new listing: no book yet */
    }
    if ((err = time_of(json_object_get(root, "E"), &sent_ns)) < 0 ||
        (err = time_of(json_object_get(root, "T"), &matched_ns)) < 0) {
        return err;
    }
    size_t bid_n = json_array_size(bids), ask_n = json_array_size(asks);
    struct event *ev = new_event(out, EVENT_DEPTH_SNAPSHOT, in, matched_ns != 0 ? matched_ns : sent_ns,
                                 sizeof(struct depth_rows) + (bid_n + ask_n) * sizeof(struct level));
    if (ev == NULL) {
        return AP_EFULL;
    }
    struct depth_rows *rows = event_rows(ev);
    ev->last_id = (uint64_t)json_integer_value(id);
    rows->bid_n = (uint32_t)bid_n;
    rows->ask_n = (uint32_t)ask_n;
    if ((err = levels_of(bids, in, rows->levels)) < 0 ||
        (err = levels_of(asks, in, rows->levels + bid_n)) < 0) {
        return err;
    }
    event_buf_push(out, ev);
    return 1;
}

/* --- figures ------------------------------------------------------------------------------------------------------- */

static int decode_open_interest(const json_t *root, const struct instrument *in, struct event_buf *out)
{
    int64_t value, exch_ns;
    int err;
    if ((err = amount_of(json_object_get(root, "openInterest"), in->qty_decimals, INT64_MAX, &value)) < 0 ||
        (err = time_of(json_object_get(root, "time"), &exch_ns)) < 0) {
        return err;
    }
    struct event *ev = new_event(out, EVENT_OPEN_INTEREST, in, exch_ns, sizeof(struct count_row));
    if (ev == NULL) {
        return AP_EFULL;
    }
    *(struct count_row *)event_rows(ev) = (struct count_row){value};
    event_buf_push(out, ev);
    return 1;
}

static int decode_premium(const json_t *root, const struct instrument *in, struct event_buf *out)
{
    const json_t *rate = json_object_get(root, "lastFundingRate");
    struct mark_row row = {0};
    int64_t exch_ns;
    int err;
    if ((err = amount_of(json_object_get(root, "markPrice"), in->mark_decimals, FIXED_VALUE_MAX, &row.mark)) <
            0 ||
        (err = amount_of(json_object_get(root, "indexPrice"), in->mark_decimals, FIXED_VALUE_MAX,
                         &row.index)) < 0 ||
        (err = time_of(json_object_get(root, "nextFundingTime"), &row.next_funding_ns)) < 0 ||
        (err = time_of(json_object_get(root, "time"), &exch_ns)) < 0) {
        return err;
    }
    /* Dated futures have none and say "". */
    if (rate != NULL && !(json_is_string(rate) && json_string_length(rate) == 0)) {
        if ((err = decimal_of(rate, in->rate_decimals, &row.funding_rate)) < 0) {
            return err;
        }
        if (row.funding_rate < -FIXED_VALUE_MAX || row.funding_rate > FIXED_VALUE_MAX) {
            return AP_ERANGE;
        }
        row.has_funding = 1;
    }
    struct event *ev = new_event(out, EVENT_MARK, in, exch_ns, sizeof(row));
    if (ev == NULL) {
        return AP_EFULL;
    }
    memcpy(event_rows(ev), &row, sizeof(row));
    event_buf_push(out, ev);
    return 1;
}

int binance_decode_rest(struct decoder *d, enum venue_rest what, const struct instrument *in,
                        const char *bytes, size_t n, struct event_buf *out)
{
    static int (*const decode[REST_KINDS])(const json_t *root, const struct instrument *in,
                                           struct event_buf *out) = {
        [REST_SNAPSHOT] = decode_snapshot,
        [REST_OPEN_INTEREST] = decode_open_interest,
        [REST_PREMIUM] = decode_premium,
    };
    if ((int)what < 0 || what >= REST_KINDS || decode[what] == NULL) {
        return AP_EUNSUPPORTED;
    }
    if (n > FRAME_BYTES_MAX) {
        return AP_ETOOBIG;
    }
    json_t *root = load(bytes, n, what == REST_PREMIUM); /* COIN-M answers with a list */
    const char *symbol = json_string_value(json_object_get(root, "symbol"));
    int got = AP_ESYNTAX;
    if (in == NULL && symbol != NULL) {
        in = decoder_find(d, symbol, strlen(symbol));
    }
    if (root != NULL) {
        bool is_other = in == NULL || (symbol != NULL && strcmp(symbol, in->symbol) != 0);
        got = is_other ? AP_EINVAL : decode[what](root, in, out);
    }
    json_decref(root);
    return got;
}

/* --- list of instruments ------------------------------------------------------------------------------------------- */

/* The filter's step: its decimals without trailing zeros, and how many of those units it is. */
static bool read_step(const json_t *filters, const char *type, const char *key, uint8_t *ret_decimals,
                      int64_t *ret_step)
{
    size_t i;
    json_t *filter;
    json_array_foreach(filters, i, filter)
    {
        if (strcmp(list_text(filter, "filterType"), type) == 0) {
            return list_step(list_text(filter, key), ret_decimals, ret_step);
        }
    }
    return false;
}

static bool copy_name(char *buf, size_t size, const char *text)
{
    return list_copy(buf, size, text, strlen(text));
}

/* Perpetual or dated? False: neither. */
static bool read_contract(const json_t *s, struct instrument *in)
{
    const char *contract = list_text(s, "contractType");
    if (strcmp(contract, "PERPETUAL") == 0 || strcmp(contract, "TRADIFI_PERPETUAL") == 0) {
        in->kind = INSTRUMENT_PERPETUAL;
        return true;
    }
    in->kind = INSTRUMENT_FUTURE;
    return (strstr(contract, "QUARTER") != NULL || strstr(contract, "MONTH") != NULL) &&
           time_of(json_object_get(s, "deliveryDate"), &in->expiry_ns) == 0;
}

/* An inverse contract is worth this many of the quote. */
static bool read_contract_size(const json_t *s, struct instrument *in)
{
    const json_t *size = json_object_get(s, "contractSize");
    json_int_t units = json_integer_value(size);
    if (!json_is_integer(size) || units < 1 || units > FIXED_VALUE_MAX / in->multiplier) {
        return false;
    }
    in->multiplier *= units;
    return true;
}

/* Orders from before a coarser step still rest in the book: as many decimals, up to all eight that are written, as leave room for a
 * thousand of the largest orders at one price. */
static void widen_qty(const json_t *filters, struct instrument *in)
{
    uint8_t decimals;
    int64_t most;
    if (!read_step(filters, "LOT_SIZE", "maxQty", &decimals, &most)) {
        return;
    }
    int64_t whole = most / fixed_pow10(decimals) + 1, room = FIXED_VALUE_MAX / 1000;
    while (in->qty_decimals < 8 && whole <= room / fixed_pow10(in->qty_decimals + 1)) {
        in->qty_decimals++;
        in->lot *= 10;
    }
}

static bool is_trading(const json_t *s, const struct binance_market *market)
{
    return strcmp(list_text(s, market->is_inverse ? "contractStatus" : "status"), "TRADING") == 0;
}

/* Is it one that can be watched? Widths come from the filters, never from pricePrecision, which is another thing. */
static bool read_symbol(const struct binance_market *market, const json_t *s, struct instrument *ret_in)
{
    struct instrument in = {
        .version = 1,
        .kind = INSTRUMENT_SPOT,
        .book_rule = market->book_rule,
        .inverse = market->is_inverse,
        .mark_decimals = 8,
        .rate_decimals = 8,
        .multiplier = INT64_C(100000000),
        .trading = is_trading(s, market),
        .liq_completeness = market->completeness,
    };
    const json_t *filters = json_object_get(s, "filters");
    if ((!market->is_spot && !read_contract(s, &in)) || (market->is_inverse && !read_contract_size(s, &in)) ||
        !copy_name(in.venue, sizeof(in.venue), market->name) ||
        !copy_name(in.symbol, sizeof(in.symbol), list_text(s, "symbol")) ||
        !copy_name(in.base, sizeof(in.base), list_text(s, "baseAsset")) ||
        !copy_name(in.quote, sizeof(in.quote), list_text(s, "quoteAsset")) ||
        !copy_name(in.settle, sizeof(in.settle),
                   list_text(s, market->is_spot ? "quoteAsset" : "marginAsset")) ||
        !read_step(filters, "PRICE_FILTER", "tickSize", &in.price_decimals, &in.tick) ||
        !read_step(filters, "LOT_SIZE", "stepSize", &in.qty_decimals, &in.lot) || in.lot > FIXED_VALUE_MAX) {
        return false;
    }
    if (market->is_spot) {
        widen_qty(filters, &in);
    }
    if (instrument_check(&in) < 0) {
        return false;
    }
    *ret_in = in;
    return true;
}

int binance_market_read_instruments(const struct binance_market *market, const char *bytes, size_t n,
                                    void (*found)(void *user, const struct instrument *in), void *user)
{
    int count = 0;
    size_t i;
    json_t *s;
    if (n > VENUE_LIST_MAX) {
        return AP_ETOOBIG;
    }
    json_t *root = load(bytes, n, false);
    json_t *symbols = json_object_get(root, "symbols");
    if (!json_is_array(symbols)) {
        json_decref(root);
        return root != NULL ? AP_ETYPE : AP_ESYNTAX;
    }
    json_array_foreach(symbols, i, s)
    {
        struct instrument in;
        if (read_symbol(market, s, &in)) {
            found(user, &in);
            count++;
        }
    }
    json_decref(root);
    return count;
}

/* --- the venue ----------------------------------------------------------------------------------------------------- */

int binance_read_time(const char *bytes, size_t n, int64_t *ret_ns)
{
    json_t *root = n > FRAME_BYTES_MAX ? NULL : load(bytes, n, false);
    bool is_time = list_time(json_object_get(root, "serverTime"), ret_ns);
    json_decref(root);
    return is_time ? 0 : AP_ESYNTAX;
}

int binance_read_funding(const char *bytes, size_t n,
                         void (*found)(void *user, const char *symbol, uint32_t interval_s), void *user)
{
    enum { WEEK_H = 7 * 24 };
    json_error_t unused;
    json_t *row;
    size_t i;
    int count = 0;
    if (n > FRAME_BYTES_MAX) {
        return AP_ETOOBIG;
    }
    json_t *root = json_loadb(bytes, n, JSON_REJECT_DUPLICATES, &unused);
    if (!json_is_array(root)) {
        json_decref(root);
        return root != NULL ? AP_ETYPE : AP_ESYNTAX;
    }
    json_array_foreach(root, i, row)
    {
        json_int_t hours = json_integer_value(json_object_get(row, "fundingIntervalHours"));
        if (hours >= 1 && hours <= WEEK_H) {
            found(user, list_text(row, "symbol"), (uint32_t)hours * 3600);
            count++;
        }
    }
    json_decref(root);
    return count;
}
