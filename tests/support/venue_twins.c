#include "venue_twins.h"

#include "binance_twin.h"
#include <alphaplus/base/fixed.h>
#include <jansson.h>
#include <stdbool.h>
#include <string.h>

enum { REFUSED = -1, TEXT_BYTES_MAX = 64, DECIMAL_BYTES_MAX = 40, MARK_DECIMALS = 6, RATE_DECIMALS = 8 };
#define NS_PER_MS 1000000

struct into {
    struct venue_twin *twin;
    struct event_buf *out;
    bool bad;
    int n;
};

/* --- values -------------------------------------------------------------------------------------------------------- */

static bool is_text(const json_t *m, const char *key, const char *text)
{
    const char *found = json_string_value(json_object_get(m, key));
    return found != NULL && strcmp(found, text) == 0;
}

static const char *text(struct into *t, const json_t *m, const char *key)
{
    const json_t *v = json_object_get(m, key);
    if (!json_is_string(v) || json_string_length(v) > TEXT_BYTES_MAX) {
        t->bad = true;
        return "";
    }
    return json_string_value(v);
}

static bool is_empty(const json_t *m, const char *key)
{
    const json_t *v = json_object_get(m, key);
    return v == NULL || (json_is_string(v) && json_string_length(v) == 0);
}

static int64_t amount_of(struct into *t, const json_t *v, int decimals)
{
    int64_t value;
    if (!json_is_string(v) || json_string_length(v) > DECIMAL_BYTES_MAX ||
        fixed_parse(json_string_value(v), json_string_length(v), decimals, &value) < 0 || value < 0 ||
        value > FIXED_VALUE_MAX) {
        t->bad = true;
        return 0;
    }
    return value;
}

static int64_t amount(struct into *t, const json_t *m, const char *key, int decimals)
{
    return amount_of(t, json_object_get(m, key), decimals);
}

/* Cut behind the last decimal wanted, then look at the digit that was cut off. */
static int64_t near(struct into *t, const json_t *m, const char *key, int decimals, bool is_signed,
                    int64_t most)
{
    char digits[TEXT_BYTES_MAX + 1];
    int64_t value;
    bool is_up = false;
    const char *all = text(t, m, key);
    memcpy(digits, all, strlen(all) + 1);
    char *point = strchr(digits, '.');
    if (point != NULL && strlen(point + 1) > (size_t)decimals) {
        const char *behind = point + 1 + decimals;
        t->bad |= strspn(behind, "0123456789") != strlen(behind);
        is_up = *behind >= '5';
        point[decimals > 0 ? 1 + decimals : 0] = '\0';
    }
    if (fixed_parse(digits, strlen(digits), decimals, &value) < 0 || value < -FIXED_VALUE_MAX ||
        value > most || (value == most && is_up)) {
        t->bad = true;
        return 0;
    }
    value += digits[0] == '-' ? -(int)is_up : (int)is_up;
    t->bad |= !is_signed && value < 0;
    return value;
}

static int64_t whole(struct into *t, const json_t *m, const char *key)
{
    const json_t *v = json_object_get(m, key);
    int64_t value = -1;
    if (json_is_integer(v)) {
        value = json_integer_value(v);
    } else if (!json_is_string(v) || json_string_length(v) > DECIMAL_BYTES_MAX ||
               strchr(json_string_value(v), '.') != NULL ||
               fixed_parse(json_string_value(v), json_string_length(v), 0, &value) < 0) {
        value = -1;
    }
    t->bad |= value < 0;
    return value < 0 ? 0 : value;
}

static int64_t time_ns(struct into *t, const json_t *m, const char *key)
{
    int64_t ms = is_empty(m, key) ? 0 : whole(t, m, key);
    if (ms > INT64_MAX / NS_PER_MS) {
        t->bad = true;
        return 0;
    }
    return ms * NS_PER_MS;
}

/* NULL: nobody watches it. */
static const struct instrument *instrument(struct into *t, const json_t *m, const char *key)
{
    const char *symbol = text(t, m, key);
    for (size_t i = 0; i < t->twin->inst_n && !t->bad; i++) {
        if (strcmp(t->twin->insts[i].symbol, symbol) == 0) {
            return &t->twin->insts[i];
        }
    }
    return NULL;
}

static struct decoder_last *last_of(struct into *t, const struct instrument *in)
{
    return &t->twin->last[in - t->twin->insts];
}

static struct event *put(struct into *t, int kind, const struct instrument *in, int64_t exch_ns,
                         int64_t last_id, const void *rows, size_t rows_bytes)
{
    struct event *ev = event_buf_new(t->out, kind, rows_bytes);
    ev->instrument = in->id;
    ev->version = in->version;
    ev->exch_ns = exch_ns;
    ev->last_id = (uint64_t)last_id;
    if (rows != NULL) {
        memcpy(event_rows(ev), rows, rows_bytes);
        event_buf_push(t->out, ev);
    }
    t->n++;
    return ev;
}

static size_t level_list(struct into *t, const json_t *list, const struct instrument *in, size_t columns_max,
                         struct level *levels)
{
    size_t i;
    json_t *row;
    t->bad |= !json_is_array(list);
    json_array_foreach(list, i, row)
    {
        t->bad |= json_array_size(row) < 2 || json_array_size(row) > columns_max;
        levels[i].px = amount_of(t, json_array_get(row, 0), in->price_decimals);
        levels[i].qty = amount_of(t, json_array_get(row, 1), in->qty_decimals);
        t->bad |= levels[i].px == 0;
    }
    return json_array_size(list);
}

static struct event *new_depth(struct into *t, const json_t *bids, const json_t *asks, size_t columns_max,
                               const struct instrument *in, int kind, int64_t exch_ns)
{
    size_t n = json_array_size(bids) + json_array_size(asks);
    struct event *ev = put(t, kind, in, exch_ns, 0, NULL,
                           sizeof(struct depth_rows) + n * sizeof(struct level));
    struct depth_rows *rows = event_rows(ev);
    rows->bid_n = (uint32_t)level_list(t, bids, in, columns_max, rows->levels);
    rows->ask_n = (uint32_t)level_list(t, asks, in, columns_max, rows->levels + rows->bid_n);
    ev->flags = EVENT_WINDOW;
    return ev;
}

static void put_best(struct into *t, const json_t *bids, const json_t *asks, size_t columns_max,
                     const struct instrument *in, int64_t exch_ns, int64_t id)
{
    struct level bid[2], ask[2];
    size_t bid_n = json_array_size(bids), ask_n = json_array_size(asks);
    if (bid_n > 2 || ask_n > 2) {
        t->bad = true;
        return;
    }
    (void)level_list(t, bids, in, columns_max, bid);
    (void)level_list(t, asks, in, columns_max, ask);
    if (bid_n == 1 && ask_n == 1 && !t->bad) {
        const struct quote_row quote = {bid[0].px, bid[0].qty, ask[0].px, ask[0].qty};
        put(t, EVENT_QUOTE, in, exch_ns, id, &quote, sizeof(quote));
    }
}

/* --- Bybit --------------------------------------------------------------------------------------------------------- */

static void bybit_book(struct into *t, const json_t *top, const char *depth)
{
    const json_t *data = json_object_get(top, "data");
    const char *end = strchr(depth, '.');
    if (end == NULL || depth[0] < '1' || depth[0] > '9') {
        return;
    }
    t->bad |= !json_is_object(data);
    const struct instrument *in = instrument(t, data, "s");
    if (in == NULL) {
        return;
    }
    int64_t exch_ns = time_ns(t, top, json_object_get(top, "cts") != NULL ? "cts" : "ts");
    int64_t id = whole(t, data, "u");
    const json_t *bids = json_object_get(data, "b"), *asks = json_object_get(data, "a");
    if (end - depth == 1 && depth[0] == '1') {
        t->bad |= !json_is_array(bids) || !json_is_array(asks);
        put_best(t, bids, asks, 2, in, exch_ns, id);
        return;
    }
    bool is_snapshot = is_text(top, "type", "snapshot") || id == 1;
    t->bad |= !is_snapshot && !is_text(top, "type", "delta");
    struct event *ev = new_depth(t, bids, asks, 2, in, is_snapshot ? EVENT_DEPTH_SNAPSHOT : EVENT_DEPTH,
                                 exch_ns);
    ev->first_id = ev->last_id = (uint64_t)id;
    event_buf_push(t->out, ev);
}

static void bybit_ticker(struct into *t, const json_t *top, const char *rest)
{
    const json_t *d = json_object_get(top, "data");
    (void)rest;
    t->bad |= !json_is_object(d);
    const struct instrument *in = instrument(t, d, "symbol");
    if (in == NULL) {
        return;
    }
    struct decoder_last next = {.open_interest = 0};
    if (!is_text(top, "type", "snapshot")) {
        next = *last_of(t, in);
    }
    int64_t exch_ns = time_ns(t, top, "ts");
    bool has_mark = !is_empty(d, "markPrice"), has_index = !is_empty(d, "indexPrice");
    bool has_rate = !is_empty(d, "fundingRate"), has_next = !is_empty(d, "nextFundingTime");
    if (has_mark) {
        next.mark.mark = near(t, d, "markPrice", in->mark_decimals, false, FIXED_VALUE_MAX);
    }
    if (has_index) {
        next.mark.index = near(t, d, "indexPrice", in->mark_decimals, false, FIXED_VALUE_MAX);
    }
    if (has_rate) {
        next.mark.funding_rate = near(t, d, "fundingRate", in->rate_decimals, true, FIXED_VALUE_MAX);
        next.mark.has_funding = 1;
    }
    if (has_next) {
        next.mark.next_funding_ns = time_ns(t, d, "nextFundingTime");
    }
    bool has_one = !is_empty(d, "singleOpenInterest"), has_both = !is_empty(d, "openInterest");
    if (has_one) {
        next.open_interest = near(t, d, "singleOpenInterest", in->qty_decimals, false, FIXED_VALUE_MAX);
    } else if (has_both) {
        next.open_interest = near(t, d, "openInterest", in->qty_decimals, false, FIXED_VALUE_MAX) / 2;
    }
    if (t->bad) {
        return;
    }
    if (has_mark || has_index || has_rate || has_next) {
        put(t, EVENT_MARK, in, exch_ns, 0, &next.mark, sizeof(next.mark));
    }
    if (has_one || has_both) {
        const struct count_row row = {next.open_interest};
        put(t, EVENT_OPEN_INTEREST, in, exch_ns, 0, &row, sizeof(row));
    }
    *last_of(t, in) = next;
}

static bool bybit_is_buy(struct into *t, const json_t *d)
{
    t->bad |= !is_text(d, "S", "Buy") && !is_text(d, "S", "Sell");
    return is_text(d, "S", "Buy");
}

static void bybit_trades(struct into *t, const json_t *top, const char *rest)
{
    const json_t *list = json_object_get(top, "data");
    size_t i;
    json_t *d;
    (void)rest;
    t->bad |= !json_is_array(list);
    json_array_foreach(list, i, d)
    {
        struct trade_row row = {0};
        t->bad |= !json_is_object(d);
        const struct instrument *in = instrument(t, d, "s");
        if (in == NULL) {
            continue;
        }
        int64_t exch_ns = time_ns(t, d, "T");
        int64_t id = json_object_get(d, "seq") != NULL ? whole(t, d, "seq") : 0;
        row.px = amount(t, d, "p", in->price_decimals);
        row.qty = amount(t, d, "v", in->qty_decimals);
        row.aggressor = bybit_is_buy(t, d) ? AGGRESSOR_BUY : AGGRESSOR_SELL;
        row.flags = json_is_true(json_object_get(d, "BT")) ? TRADE_NOT_MARKET : 0;
        if (!t->bad && row.px != 0 && row.qty != 0) {
            put(t, EVENT_TRADE, in, exch_ns, id, &row, sizeof(row));
        }
    }
}

static void bybit_liquidations(struct into *t, const json_t *top, const char *rest)
{
    const json_t *list = json_object_get(top, "data");
    size_t i;
    json_t *d;
    (void)rest;
    t->bad |= !json_is_array(list);
    json_array_foreach(list, i, d)
    {
        struct liquidation_row row = {.completeness = COMPLETENESS_FULL, .is_bankruptcy = 1};
        t->bad |= !json_is_object(d);
        const struct instrument *in = instrument(t, d, "s");
        if (in == NULL) {
            continue;
        }
        int64_t exch_ns = time_ns(t, d, "T");
        row.px = near(t, d, "p", in->price_decimals, false, FIXED_VALUE_MAX);
        row.qty = amount(t, d, "v", in->qty_decimals);
        row.side = bybit_is_buy(t, d) ? POSITION_LONG : POSITION_SHORT;
        t->bad |= row.px == 0 || row.qty == 0;
        if (!t->bad) {
            put(t, EVENT_LIQUIDATION, in, exch_ns, 0, &row, sizeof(row));
        }
    }
}

static void bybit_frame(struct into *t, const json_t *top)
{
    static const struct {
        const char *prefix;
        void (*decode)(struct into *t, const json_t *top, const char *rest);
    } kinds[] = {{"orderbook", bybit_book},
                 {"tickers", bybit_ticker},
                 {"publicTrade", bybit_trades},
                 {"allLiquidation", bybit_liquidations}};
    if (!json_is_object(top) || json_object_get(top, "topic") == NULL) {
        return;
    }
    const char *topic = text(t, top, "topic");
    size_t n = strcspn(topic, ".");
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]) && !t->bad; i++) {
        if (strlen(kinds[i].prefix) == n && strncmp(topic, kinds[i].prefix, n) == 0) {
            kinds[i].decode(t, top, topic[n] == '.' ? topic + n + 1 : "");
            return;
        }
    }
}

/* --- OKX ----------------------------------------------------------------------------------------------------------- */

static void okx_book(struct into *t, const json_t *top, const json_t *d)
{
    const struct instrument *in = instrument(t, json_object_get(top, "arg"), "instId");
    const json_t *crc = json_object_get(d, "checksum");
    bool is_snapshot = is_text(top, "action", "snapshot");
    if (in == NULL) {
        return;
    }
    t->bad |= !is_snapshot && !is_text(top, "action", "update");
    struct event *ev = new_depth(t, json_object_get(d, "bids"), json_object_get(d, "asks"), 4, in,
                                 is_snapshot ? EVENT_DEPTH_SNAPSHOT : EVENT_DEPTH, time_ns(t, d, "ts"));
    if (json_object_get(d, "seqId") != NULL) {
        ev->first_id = ev->last_id = (uint64_t)whole(t, d, "seqId");
    }
    if (!is_snapshot && json_object_get(d, "prevSeqId") != NULL) {
        ev->prev_id = (uint64_t)whole(t, d, "prevSeqId");
    }
    json_int_t value = json_integer_value(crc);
    t->bad |= crc != NULL && (!json_is_integer(crc) || value < INT32_MIN || value > INT32_MAX);
    if (value != 0) {
        ev->flags |= EVENT_CHECKSUM;
        ev->aux = (uint64_t)(uint32_t)value + ((uint64_t)in->price_decimals << 32) +
                  ((uint64_t)in->qty_decimals << 40);
    }
    event_buf_push(t->out, ev);
}

static void okx_best(struct into *t, const json_t *top, const json_t *d)
{
    const struct instrument *in = instrument(t, json_object_get(top, "arg"), "instId");
    const json_t *bids = json_object_get(d, "bids"), *asks = json_object_get(d, "asks");
    if (in == NULL) {
        return;
    }
    t->bad |= !json_is_array(bids) || !json_is_array(asks);
    int64_t id = json_object_get(d, "seqId") != NULL ? whole(t, d, "seqId") : 0;
    put_best(t, bids, asks, 4, in, time_ns(t, d, "ts"), id);
}

static void okx_ticker(struct into *t, const json_t *top, const json_t *d)
{
    const struct instrument *in = instrument(t, d, "instId");
    (void)top;
    if (in == NULL || is_empty(d, "bidPx") || is_empty(d, "askPx")) {
        return;
    }
    const struct quote_row quote = {
        amount(t, d, "bidPx", in->price_decimals), amount(t, d, "bidSz", in->qty_decimals),
        amount(t, d, "askPx", in->price_decimals), amount(t, d, "askSz", in->qty_decimals)};
    put(t, EVENT_QUOTE, in, time_ns(t, d, "ts"), 0, &quote, sizeof(quote));
}

static void okx_trade(struct into *t, const json_t *top, const json_t *d)
{
    const struct instrument *in = instrument(t, d, "instId");
    (void)top;
    if (in == NULL) {
        return;
    }
    struct trade_row row = {.px = amount(t, d, "px", in->price_decimals),
                            .qty = amount(t, d, "sz", in->qty_decimals),
                            .aggressor = is_text(d, "side", "sell") ? AGGRESSOR_SELL : AGGRESSOR_BUY};
    int64_t exch_ns = time_ns(t, d, "ts"), id = is_empty(d, "tradeId") ? 0 : whole(t, d, "tradeId");
    t->bad |= !is_text(d, "side", "sell") && !is_text(d, "side", "buy");
    if (!t->bad && row.px != 0 && row.qty != 0) {
        put(t, EVENT_TRADE, in, exch_ns, id, &row, sizeof(row));
    }
}

static void okx_liquidation(struct into *t, const json_t *top, const json_t *d)
{
    const struct instrument *in = instrument(t, d, "instId");
    const json_t *details = json_object_get(d, "details");
    size_t i;
    json_t *f;
    (void)top;
    if (in == NULL) {
        return;
    }
    t->bad |= !json_is_array(details);
    json_array_foreach(details, i, f)
    {
        bool is_buy = is_text(f, "side", "buy");
        t->bad |= !json_is_object(f) || (!is_buy && !is_text(f, "side", "sell"));
        bool is_long = is_text(f, "posSide", "long") || (!is_text(f, "posSide", "short") && !is_buy);
        struct liquidation_row row = {.px = near(t, f, "bkPx", in->price_decimals, false, FIXED_VALUE_MAX),
                                      .qty = amount(t, f, "sz", in->qty_decimals),
                                      .side = is_long ? POSITION_LONG : POSITION_SHORT,
                                      .completeness = COMPLETENESS_SAMPLED,
                                      .is_bankruptcy = 1};
        int64_t exch_ns = time_ns(t, f, "ts");
        t->bad |= row.px == 0 || row.qty == 0;
        if (!t->bad) {
            put(t, EVENT_LIQUIDATION, in, exch_ns, 0, &row, sizeof(row));
        }
    }
}

static void okx_mark(struct into *t, const json_t *top, const json_t *d)
{
    const struct instrument *in = instrument(t, d, "instId");
    bool is_funding = is_text(json_object_get(top, "arg"), "channel", "funding-rate");
    if (in == NULL || (is_funding && is_empty(d, "fundingRate"))) {
        return;
    }
    struct mark_row next = last_of(t, in)->mark;
    if (is_funding) {
        next.funding_rate = near(t, d, "fundingRate", in->rate_decimals, true, FIXED_VALUE_MAX);
        next.next_funding_ns = time_ns(t, d, "fundingTime");
        next.has_funding = 1;
    } else {
        next.mark = near(t, d, "markPx", in->mark_decimals, false, FIXED_VALUE_MAX);
    }
    int64_t exch_ns = time_ns(t, d, "ts");
    if (!t->bad) {
        put(t, EVENT_MARK, in, exch_ns, 0, &next, sizeof(next));
        last_of(t, in)->mark = next;
    }
}

static void okx_index(struct into *t, const json_t *top, const json_t *d)
{
    const char *name = text(t, d, "instId");
    size_t n = strlen(name);
    (void)top;
    for (size_t i = 0; i < t->twin->inst_n && n > 0; i++) {
        const char *symbol = t->twin->insts[i].symbol;
        if (strlen(symbol) > n && symbol[n] == '-' && memcmp(symbol, name, n) == 0) {
            t->twin->last[i].mark.index = near(t, d, "idxPx", t->twin->insts[i].mark_decimals, false,
                                               FIXED_VALUE_MAX);
        }
    }
}

static void okx_open_interest(struct into *t, const json_t *top, const json_t *d)
{
    const struct instrument *in = instrument(t, d, "instId");
    (void)top;
    if (in == NULL) {
        return;
    }
    const struct count_row row = {near(t, d, "oi", in->qty_decimals, false, INT64_MAX)};
    put(t, EVENT_OPEN_INTEREST, in, time_ns(t, d, "ts"), 0, &row, sizeof(row));
}

static void okx_frame(struct into *t, const json_t *top)
{
    static const struct {
        const char *channel;
        void (*decode)(struct into *t, const json_t *top, const json_t *row);
    } channels[] = {{"books", okx_book},
                    {"books-l2-tbt", okx_book},
                    {"books50-l2-tbt", okx_book},
                    {"bbo-tbt", okx_best},
                    {"tickers", okx_ticker},
                    {"trades", okx_trade},
                    {"liquidation-orders", okx_liquidation},
                    {"mark-price", okx_mark},
                    {"funding-rate", okx_mark},
                    {"index-tickers", okx_index},
                    {"open-interest", okx_open_interest}};
    size_t i;
    json_t *row, *data = json_object_get(top, "data"), *arg = json_object_get(top, "arg");
    if (!json_is_object(top) || json_object_get(top, "event") != NULL) {
        if (json_is_object(top)) {
            (void)text(t, top, "event");
        }
        return;
    }
    if (arg == NULL) {
        return;
    }
    t->bad |= !json_is_object(arg) || data == NULL;
    const char *channel = text(t, arg, "channel");
    for (size_t k = 0; k < sizeof(channels) / sizeof(channels[0]) && !t->bad; k++) {
        if (strcmp(channels[k].channel, channel) != 0) {
            continue;
        }
        t->bad |= !json_is_array(data);
        json_array_foreach(data, i, row)
        {
            t->bad |= !json_is_object(row);
            if (!t->bad) {
                channels[k].decode(t, top, row);
            }
        }
    }
}

/* --- both ---------------------------------------------------------------------------------------------------------- */

static int decode(struct venue_twin *twin, const char *bytes, size_t n, struct event_buf *out,
                  void (*frame)(struct into *t, const json_t *top))
{
    struct into t = {.twin = twin, .out = out};
    struct decoder_last before[INSTRUMENT_MAX];
    size_t used = out->used;
    json_t *root = twin_load(bytes, n);
    if (root == NULL) {
        return REFUSED;
    }
    memcpy(before, twin->last, sizeof(before));
    frame(&t, root);
    json_decref(root);
    if (t.bad) {
        memcpy(twin->last, before, sizeof(before));
        out->used = used;
        return REFUSED;
    }
    return t.n;
}

int bybit_twin_decode(struct venue_twin *t, const char *bytes, size_t n, struct event_buf *out)
{
    return decode(t, bytes, n, out, bybit_frame);
}

int okx_twin_decode(struct venue_twin *t, const char *bytes, size_t n, struct event_buf *out)
{
    return n == 4 && memcmp(bytes, "pong", 4) == 0 ? 0 : decode(t, bytes, n, out, okx_frame);
}

void venue_twin_instrument(struct instrument *ret_in, const char *venue, const char *symbol, uint32_t id,
                           int price_decimals, int qty_decimals)
{
    struct venue_probe_symbol seen = {.price_decimals = (uint8_t)price_decimals,
                                      .qty_decimals = (uint8_t)qty_decimals,
                                      .mark_decimals = MARK_DECIMALS,
                                      .rate_decimals = RATE_DECIMALS};
    memcpy(seen.symbol, symbol, strlen(symbol) + 1);
    venue_find(venue)->infer(&seen, ret_in);
    ret_in->id = id;
}
