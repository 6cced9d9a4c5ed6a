/* Bybit v5 linear contracts: what a frame means. One function a topic. Dispatch is by topic, for a snapshot may come before the
 * answer to its subscription. */
#include "bybit.h"

#include "venues.h"
#include <alphaplus/base/fixed.h>
#include <string.h>

const struct venue venue_bybit = {
    .name = "bybit",
    .title = "Bybit linear contracts",
    .rest_base = "https://api.bybit.com",
    .ws_base = "wss://stream.bybit.com",
    .completeness = COMPLETENESS_FULL,
    .snapshot_by = SNAPSHOT_RESUBSCRIBE,
    .rest_window_s = 5,
    .rest_weight = 600,
    .ping_s = 20,
    .ping_text = "{\"op\":\"ping\"}",
    .decode = bybit_decode,
    .decode_rest = bybit_decode_rest,
    .read_instruments = bybit_read_instruments,
    .probe = bybit_probe,
    .infer = bybit_infer,
    .is_bare_snapshot = bybit_is_bare_snapshot,
    .plan = bybit_plan,
    .subscribe = bybit_subscribe,
    .rest_path = bybit_rest_path,
    .next_page = bybit_next_page,
    .read_time = bybit_read_time,
};

const struct field_names bybit_top_names = {{"topic", "type", "ts", "cts", "data", "op", "success"}};
const struct field_names bybit_book_names = {{"s", "b", "a", "u"}};
const struct field_names bybit_ticker_names = {{"symbol", "markPrice", "indexPrice", "fundingRate",
                                                "nextFundingTime", "openInterest", "singleOpenInterest"}};
const struct field_names bybit_trade_names = {{"T", "s", "S", "v", "p", "BT", "seq"}};

/* --- reading ------------------------------------------------------------------------------------------------------- */

int bybit_frame(const char *bytes, size_t n, struct fields *ret_top, bool *ret_is_object)
{
    struct scan s = {.at = bytes, .end = bytes + n};
    struct scan_value array;
    if (n > FRAME_BYTES_MAX) {
        return AP_ETOOBIG;
    }
    scan_space(&s);
    bool is_array = s.at < s.end && *s.at == '[';
    int err = is_array ? scan_value(&s, 0, &array) : fields_read(&s, 0, &bybit_top_names, ret_top);
    if (err < 0) {
        return err;
    }
    *ret_is_object = !is_array;
    return scan_at_end(&s) ? 0 : AP_ESYNTAX;
}

int bybit_topic(const struct fields *top, struct bybit_topic *ret_topic)
{
    struct bybit_topic *t = ret_topic;
    size_t n;
    int err = fields_text(top, TOP_TOPIC, t->buf, &t->kind, &n);
    if (err < 0) {
        return err;
    }
    const char *dot = memchr(t->kind, '.', n), *end = t->kind + n;
    t->kind_n = dot != NULL ? (size_t)(dot - t->kind) : n;
    t->depth = dot != NULL ? dot + 1 : end;
    dot = memchr(t->depth, '.', (size_t)(end - t->depth));
    t->depth_n = dot != NULL ? (size_t)(dot - t->depth) : 0;
    return 0;
}

bool bybit_topic_is(const struct bybit_topic *t, const char *kind)
{
    return strlen(kind) == t->kind_n && memcmp(kind, t->kind, t->kind_n) == 0;
}

static int instrument_of(struct decoder *d, const struct fields *f, int key, const struct instrument **ret_in)
{
    char buf[FIELD_TEXT_MAX];
    const char *symbol;
    size_t n;
    int err = fields_text(f, key, buf, &symbol, &n);
    if (err < 0) {
        return err;
    }
    *ret_in = decoder_find(d, symbol, n);
    if (*ret_in == NULL) {
        decoder_count_unknown(d, "(symbol)", sizeof("(symbol)") - 1);
    }
    return 0;
}

static int data_object(const struct fields *top, const struct field_names *names, struct fields *ret_data)
{
    return fields_has(top, TOP_DATA) ? fields_of(&top->values[TOP_DATA], names, ret_data) : AP_ESYNTAX;
}

static int data_array(const struct fields *top, struct scan *ret_scan)
{
    return fields_has(top, TOP_DATA) ? fields_array(&top->values[TOP_DATA], ret_scan) : AP_ESYNTAX;
}

/* --- books --------------------------------------------------------------------------------------------------------- */

/* One level a side. A side that is empty makes no best price. */
static int put_quote(const struct fields *book, const struct instrument *in, int64_t exch_ns, uint64_t id,
                     struct event_buf *out)
{
    enum { ROOM = 2 };
    struct level bid[ROOM], ask[ROOM];
    uint32_t bid_n, ask_n;
    int err;
    if ((err = fields_levels(&book->values[BOOK_B], in, 2, bid, ROOM, &bid_n)) < 0 ||
        (err = fields_levels(&book->values[BOOK_A], in, 2, ask, ROOM, &ask_n)) < 0) {
        return err == AP_EFULL ? AP_ETOOBIG : err;
    }
    if (bid_n != 1 || ask_n != 1) {
        return 0;
    }
    const struct quote_row quote = {bid[0].px, bid[0].qty, ask[0].px, ask[0].qty};
    return fields_put(out, EVENT_QUOTE, in, exch_ns, id, &quote, sizeof(quote));
}

/* A message that begins the ids anew holds the whole book, whatever it calls itself. */
static int decode_book(struct decoder *d, const struct fields *top, const struct bybit_topic *topic,
                       struct event_buf *out)
{
    struct fields book;
    const struct instrument *in;
    struct event *ev;
    int64_t exch_ns, id;
    int err;
    if (topic->depth_n == 0 || topic->depth[0] < '1' || topic->depth[0] > '9') {
        decoder_count_unknown(d, "orderbook of a kind", sizeof("orderbook of a kind") - 1); /* full, rpi */
        return 0;
    }
    if ((err = data_object(top, &bybit_book_names, &book)) < 0 ||
        (err = instrument_of(d, &book, BOOK_S, &in)) < 0 || in == NULL) {
        return err;
    }
    if ((err = fields_time(top, fields_has(top, TOP_CTS) ? TOP_CTS : TOP_TS, &exch_ns)) < 0 ||
        (err = fields_whole(&book, BOOK_U, &id)) < 0) {
        return err;
    }
    if (!fields_has(&book, BOOK_B) || !fields_has(&book, BOOK_A)) {
        return AP_ESYNTAX;
    }
    if (topic->depth_n == 1 && topic->depth[0] == '1') {
        return put_quote(&book, in, exch_ns, (uint64_t)id, out);
    }
    bool is_snapshot = fields_is(top, TOP_TYPE, "snapshot") || id == 1;
    if (!is_snapshot && !fields_is(top, TOP_TYPE, "delta")) {
        return AP_ESYNTAX;
    }
    err = fields_depth(&book.values[BOOK_B], &book.values[BOOK_A], in, 2,
                       is_snapshot ? EVENT_DEPTH_SNAPSHOT : EVENT_DEPTH, out, &ev);
    if (err < 0) {
        return err;
    }
    ev->flags = EVENT_WINDOW;
    ev->exch_ns = exch_ns;
    ev->first_id = ev->last_id = (uint64_t)id;
    event_buf_push(out, ev);
    return 1;
}

/* --- figures ------------------------------------------------------------------------------------------------------- */

/* A field that is absent has not changed. */
static int merge_mark(const struct fields *t, const struct instrument *in, struct mark_row *mark,
                      bool *ret_is_news)
{
    int err = 0;
    *ret_is_news = false;
    if (!fields_is_empty(t, TICKER_MARK)) {
        err = fields_near(t, TICKER_MARK, in->mark_decimals, FIXED_VALUE_MAX, &mark->mark);
        *ret_is_news = true;
    }
    if (err == 0 && !fields_is_empty(t, TICKER_INDEX)) {
        err = fields_near(t, TICKER_INDEX, in->mark_decimals, FIXED_VALUE_MAX, &mark->index);
        *ret_is_news = true;
    }
    if (err == 0 && !fields_is_empty(t, TICKER_RATE)) {
        err = fields_near(t, TICKER_RATE, in->rate_decimals, FIXED_VALUE_MAX, &mark->funding_rate);
        mark->has_funding = 1;
        *ret_is_news = true;
    }
    if (err == 0 && !fields_is_empty(t, TICKER_NEXT_FUNDING)) {
        err = fields_time(t, TICKER_NEXT_FUNDING, &mark->next_funding_ns);
        *ret_is_news = true;
    }
    return err == 0 && (mark->mark < 0 || mark->index < 0) ? AP_ERANGE : err;
}

/* The venue counts both sides of each contract; the others, and we, count one. Older frames give the double only. */
static int merge_open_interest(const struct fields *t, const struct instrument *in, int64_t *value,
                               bool *ret_is_news)
{
    bool is_one_side = !fields_is_empty(t, TICKER_ONE_SIDE);
    int64_t got;
    *ret_is_news = is_one_side || !fields_is_empty(t, TICKER_OPEN_INTEREST);
    if (!*ret_is_news) {
        return 0;
    }
    int err = fields_near(t, is_one_side ? TICKER_ONE_SIDE : TICKER_OPEN_INTEREST, in->qty_decimals,
                          FIXED_VALUE_MAX, &got);
    if (err < 0 || got < 0) {
        return err < 0 ? err : AP_ERANGE;
    }
    *value = is_one_side ? got : got / 2;
    return 0;
}

static int decode_ticker(struct decoder *d, const struct fields *top, const struct bybit_topic *topic,
                         struct event_buf *out)
{
    struct fields t;
    const struct instrument *in;
    bool is_mark, is_open_interest;
    int64_t exch_ns;
    int err, n = 0;
    (void)topic;
    if ((err = data_object(top, &bybit_ticker_names, &t)) < 0 ||
        (err = instrument_of(d, &t, TICKER_SYMBOL, &in)) < 0 || in == NULL) {
        return err;
    }
    struct decoder_last *last = &d->last[in - d->insts], next = {.open_interest = 0};
    if (!fields_is(top, TOP_TYPE, "snapshot")) {
        next = *last;
    }
    if ((err = fields_time(top, TOP_TS, &exch_ns)) < 0 ||
        (err = merge_mark(&t, in, &next.mark, &is_mark)) < 0 ||
        (err = merge_open_interest(&t, in, &next.open_interest, &is_open_interest)) < 0) {
        return err;
    }
    size_t used = out->used;
    if (is_mark && (n = fields_put(out, EVENT_MARK, in, exch_ns, 0, &next.mark, sizeof(next.mark))) < 0) {
        return n;
    }
    if (is_open_interest) {
        const struct count_row row = {next.open_interest};
        if ((err = fields_put(out, EVENT_OPEN_INTEREST, in, exch_ns, 0, &row, sizeof(row))) < 0) {
            out->used = used;
            return err;
        }
        n += err;
    }
    *last = next;
    return n;
}

/* --- trades and liquidations --------------------------------------------------------------------------------------- */

static int read_side(const struct fields *f, bool *ret_is_buy)
{
    *ret_is_buy = fields_is(f, TRADE_SIDE, "Buy");
    return *ret_is_buy || fields_is(f, TRADE_SIDE, "Sell") ? 0 : AP_ESYNTAX;
}

static int put_trade(struct decoder *d, const struct fields *f, struct event_buf *out)
{
    const struct instrument *in;
    struct trade_row row = {0};
    int64_t exch_ns, id = 0;
    bool is_buy;
    int err;
    if ((err = instrument_of(d, f, TRADE_S, &in)) < 0 || in == NULL) {
        return err;
    }
    if ((err = fields_time(f, TRADE_T, &exch_ns)) < 0 || (err = read_side(f, &is_buy)) < 0 ||
        (err = fields_amount(f, TRADE_P, in->price_decimals, &row.px)) < 0 ||
        (err = fields_amount(f, TRADE_V, in->qty_decimals, &row.qty)) < 0 ||
        (fields_has(f, TRADE_SEQ) && (err = fields_whole(f, TRADE_SEQ, &id)) < 0)) {
        return err;
    }
    row.aggressor = is_buy ? AGGRESSOR_BUY : AGGRESSOR_SELL;
    if (fields_has(f, TRADE_BT) && f->values[TRADE_BT].type == SCAN_TRUE) {
        row.flags = TRADE_NOT_MARKET; /* a block, agreed elsewhere */
    }
    if (row.px == 0 || row.qty == 0) {
        decoder_count_unknown(d, "trade of nothing", sizeof("trade of nothing") - 1);
        return 0;
    }
    return fields_put(out, EVENT_TRADE, in, exch_ns, (uint64_t)id, &row, sizeof(row));
}

/* S is the side of the position that died, not of the order that closed it; p is where it was bankrupt, not the fill. */
static int put_liquidation(struct decoder *d, const struct fields *f, struct event_buf *out)
{
    const struct instrument *in;
    struct liquidation_row row = {.completeness = COMPLETENESS_FULL, .is_bankruptcy = 1};
    int64_t exch_ns;
    bool is_buy;
    int err;
    if ((err = instrument_of(d, f, TRADE_S, &in)) < 0 || in == NULL) {
        return err;
    }
    if ((err = fields_time(f, TRADE_T, &exch_ns)) < 0 || (err = read_side(f, &is_buy)) < 0 ||
        (err = fields_near(f, TRADE_P, in->price_decimals, FIXED_VALUE_MAX, &row.px)) < 0 ||
        (err = fields_amount(f, TRADE_V, in->qty_decimals, &row.qty)) < 0) {
        return err;
    }
    if (row.px <= 0 || row.qty == 0) {
        return AP_ERANGE;
    }
    row.side = is_buy ? POSITION_LONG : POSITION_SHORT;
    return fields_put(out, EVENT_LIQUIDATION, in, exch_ns, 0, &row, sizeof(row));
}

static int put_all(struct decoder *d, const struct fields *top, struct event_buf *out,
                   int (*put)(struct decoder *d, const struct fields *f, struct event_buf *out))
{
    struct fields f;
    struct scan s;
    size_t used = out->used;
    int err = data_array(top, &s), n = 0, more;
    if (err < 0) {
        return err;
    }
    while ((more = fields_next(&s, &bybit_trade_names, &f)) == 1) {
        if ((err = put(d, &f, out)) < 0) {
            more = err;
            break;
        }
        n += err;
    }
    if (more < 0) {
        out->used = used;
        return more;
    }
    return n;
}

static int decode_trades(struct decoder *d, const struct fields *top, const struct bybit_topic *topic,
                         struct event_buf *out)
{
    (void)topic;
    return put_all(d, top, out, put_trade);
}

static int decode_liquidations(struct decoder *d, const struct fields *top, const struct bybit_topic *topic,
                               struct event_buf *out)
{
    (void)topic;
    return put_all(d, top, out, put_liquidation);
}

static int decode_nothing(struct decoder *d, const struct fields *top, const struct bybit_topic *topic,
                          struct event_buf *out)
{
    (void)d, (void)top, (void)topic, (void)out;
    return 0;
}

/* --- all ----------------------------------------------------------------------------------------------------------- */

static const struct {
    const char *kind;
    int (*decode)(struct decoder *d, const struct fields *top, const struct bybit_topic *topic,
                  struct event_buf *out);
} kinds[] = {
    {"orderbook", decode_book},     {"tickers", decode_ticker},
    {"publicTrade", decode_trades}, {"allLiquidation", decode_liquidations},
    {"kline", decode_nothing}, /* of whoever recorded it; not asked for */
};

/* A frame with no topic: an answer, or none of ours. */
static int decode_answer(struct decoder *d, const struct fields *top, bool is_object)
{
    const char *kind = "untyped";
    if (!is_object) {
        kind = "array";
    } else if (fields_has(top, TOP_SUCCESS) && top->values[TOP_SUCCESS].type == SCAN_FALSE) {
        kind = "error";
    } else if (fields_has(top, TOP_OP)) {
        return 0;
    }
    decoder_count_unknown(d, kind, strlen(kind));
    return 0;
}

static int decode_frame(struct decoder *d, const char *bytes, size_t n, struct event_buf *out)
{
    struct fields top;
    struct bybit_topic topic;
    bool is_object;
    int err = bybit_frame(bytes, n, &top, &is_object);
    if (err < 0) {
        return err;
    }
    if (!is_object || !fields_has(&top, TOP_TOPIC)) {
        return decode_answer(d, &top, is_object);
    }
    if ((err = bybit_topic(&top, &topic)) < 0) {
        return err;
    }
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (bybit_topic_is(&topic, kinds[i].kind)) {
            return kinds[i].decode(d, &top, &topic, out);
        }
    }
    decoder_count_unknown(d, topic.kind, topic.kind_n);
    return 0;
}

int bybit_decode(struct decoder *d, const char *bytes, size_t n, struct event_buf *out)
{
    int got = decode_frame(d, bytes, n, out);
    d->frames++;
    d->bytes += n;
    d->bad += got < 0;
    return got;
}
