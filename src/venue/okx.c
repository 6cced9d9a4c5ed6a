/* OKX v5 swaps: what a frame means. One function a channel. Sizes are contracts; what one is worth stands in the instrument. */
#include "okx.h"

#include "venues.h"
#include <alphaplus/base/fixed.h>
#include <string.h>

const struct venue venue_okx = {
    .name = "okx",
    .title = "OKX swaps",
    .rest_base = "https://www.okx.com",
    .ws_base = "wss://ws.okx.com:8443",
    .completeness = COMPLETENESS_SAMPLED, /* one a contract and second at most */
    .snapshot_by = SNAPSHOT_EITHER,
    .has_trade_ids = 1,
    .rest_window_s = 2, /* each kind of request has a limit of its own; one counts as what it takes of 40 */
    .rest_weight = 40,
    .ping_s = 20,
    .ping_text = "ping",
    .decode = okx_decode,
    .decode_rest = okx_decode_rest,
    .read_instruments = okx_read_instruments,
    .probe = okx_probe,
    .infer = okx_infer,
    .is_bare_snapshot = okx_is_bare_snapshot,
    .plan = okx_plan,
    .subscribe = okx_subscribe,
    .rest_path = okx_rest_path,
    .read_time = okx_read_time,
};

const struct field_names okx_top_names = {{"event", "arg", "action", "data"}};
const struct field_names okx_arg_names = {{"channel", "instId"}};
const struct field_names okx_row_names = {{"instId", "bids", "asks", "ts", "checksum", "prevSeqId", "seqId",
                                           "bidPx", "bidSz", "askPx", "askSz", "px", "sz", "side",
                                           "tradeId"}};
const struct field_names okx_figure_names = {
    {"instId", "ts", "markPx", "idxPx", "fundingRate", "fundingTime", "oi"}};
static const struct field_names liquidation_names = {{"instId", "details"}};
static const struct field_names detail_names = {{"bkPx", "sz", "side", "posSide", "ts"}};

/* --- reading ------------------------------------------------------------------------------------------------------- */

int okx_frame(const char *bytes, size_t n, struct fields *ret_top, bool *ret_is_object)
{
    struct scan s = {.at = bytes, .end = bytes + n};
    struct scan_value array;
    if (n > FRAME_BYTES_MAX) {
        return AP_ETOOBIG;
    }
    if (n == 4 && memcmp(bytes, "pong", 4) == 0) {
        *ret_is_object = false;
        return 0;
    }
    scan_space(&s);
    bool is_array = s.at < s.end && *s.at == '[';
    int err = is_array ? scan_value(&s, 0, &array) : fields_read(&s, 0, &okx_top_names, ret_top);
    if (err < 0) {
        return err;
    }
    *ret_is_object = !is_array;
    return scan_at_end(&s) ? 0 : AP_ESYNTAX;
}

int okx_arg(const struct fields *top, struct fields *ret_arg)
{
    if (!fields_has(top, TOP_ARG) || !fields_has(top, TOP_DATA)) {
        return AP_ESYNTAX;
    }
    return fields_of(&top->values[TOP_ARG], &okx_arg_names, ret_arg);
}

bool okx_is_book(const struct fields *arg)
{
    return fields_is(arg, ARG_CHANNEL, "books") || fields_is(arg, ARG_CHANNEL, "books-l2-tbt") ||
           fields_is(arg, ARG_CHANNEL, "books50-l2-tbt");
}

static int find(struct decoder *d, const struct fields *f, int key, const struct instrument **ret_in)
{
    char buf[FIELD_TEXT_MAX];
    const char *symbol;
    size_t n;
    int err = fields_text(f, key, buf, &symbol, &n);
    if (err == 0) {
        *ret_in = decoder_find(d, symbol, n);
    }
    return err;
}

static int instrument_of(struct decoder *d, const struct fields *f, int key, const struct instrument **ret_in)
{
    int err = find(d, f, key, ret_in);
    if (err == 0 && *ret_in == NULL) {
        decoder_count_unknown(d, "(symbol)", sizeof("(symbol)") - 1);
    }
    return err;
}

/* One message, of which every row is put. */
struct message {
    struct decoder *decoder;  /* borrowed */
    const struct fields *top; /* borrowed */
    const struct fields *arg; /* borrowed */
    struct event_buf *out;    /* borrowed */
};

/* --- books and quotes ---------------------------------------------------------------------------------------------- */

/* 0 is what the venue says since it gives none any more. */
static int read_checksum(const struct fields *row, const struct instrument *in, struct event *ev)
{
    int64_t crc = 0;
    int err = fields_has(row, ROW_CHECKSUM) ? scan_int(&row->values[ROW_CHECKSUM], &crc) : 0;
    if (err < 0) {
        return err;
    }
    if (crc < INT32_MIN || crc > INT32_MAX) {
        return AP_ERANGE;
    }
    if (crc != 0) {
        ev->flags |= EVENT_CHECKSUM;
        ev->aux = event_checksum((uint32_t)(int32_t)crc, in->price_decimals, in->qty_decimals);
    }
    return 0;
}

/* Frames of before 2023 have none. The id before a snapshot is -1. */
static int read_ids(const struct fields *row, bool is_snapshot, struct event *ev)
{
    int64_t id = 0, prev = 0;
    int err = 0;
    if (fields_has(row, ROW_ID) && (err = fields_whole(row, ROW_ID, &id)) < 0) {
        return err;
    }
    if (!is_snapshot && fields_has(row, ROW_PREV_ID) && (err = fields_whole(row, ROW_PREV_ID, &prev)) < 0) {
        return err;
    }
    ev->first_id = ev->last_id = (uint64_t)id;
    ev->prev_id = (uint64_t)prev;
    return 0;
}

static int put_book(const struct message *m, const struct fields *row)
{
    const struct instrument *in = NULL;
    struct event *ev;
    int err;
    bool is_snapshot = fields_is(m->top, TOP_ACTION, "snapshot");
    if ((err = instrument_of(m->decoder, m->arg, ARG_INST, &in)) < 0 || in == NULL) {
        return err;
    }
    if (!is_snapshot && !fields_is(m->top, TOP_ACTION, "update")) {
        return AP_ESYNTAX;
    }
    if (!fields_has(row, ROW_BIDS) || !fields_has(row, ROW_ASKS)) {
        return AP_ESYNTAX;
    }
    err = fields_depth(&row->values[ROW_BIDS], &row->values[ROW_ASKS], in, 4,
                       is_snapshot ? EVENT_DEPTH_SNAPSHOT : EVENT_DEPTH, m->out, &ev);
    if (err < 0) {
        return err;
    }
    ev->flags = EVENT_WINDOW;
    if ((err = fields_time(row, ROW_TS, &ev->exch_ns)) < 0 || (err = read_ids(row, is_snapshot, ev)) < 0 ||
        (err = read_checksum(row, in, ev)) < 0) {
        return err;
    }
    event_buf_push(m->out, ev);
    return 1;
}

/* One level a side. A side that is empty makes no best price. */
static int put_best(const struct message *m, const struct fields *row)
{
    enum { ROOM = 2 };
    const struct instrument *in = NULL;
    struct level bid[ROOM], ask[ROOM];
    uint32_t bid_n, ask_n;
    int64_t exch_ns, id = 0;
    int err;
    if ((err = instrument_of(m->decoder, m->arg, ARG_INST, &in)) < 0 || in == NULL) {
        return err;
    }
    if (!fields_has(row, ROW_BIDS) || !fields_has(row, ROW_ASKS)) {
        return AP_ESYNTAX;
    }
    if ((err = fields_levels(&row->values[ROW_BIDS], in, 4, bid, ROOM, &bid_n)) < 0 ||
        (err = fields_levels(&row->values[ROW_ASKS], in, 4, ask, ROOM, &ask_n)) < 0) {
        return err == AP_EFULL ? AP_ETOOBIG : err;
    }
    if ((err = fields_time(row, ROW_TS, &exch_ns)) < 0 ||
        (fields_has(row, ROW_ID) && (err = fields_whole(row, ROW_ID, &id)) < 0)) {
        return err;
    }
    if (bid_n != 1 || ask_n != 1) {
        return 0;
    }
    const struct quote_row quote = {bid[0].px, bid[0].qty, ask[0].px, ask[0].qty};
    return fields_put(m->out, EVENT_QUOTE, in, exch_ns, (uint64_t)id, &quote, sizeof(quote));
}

static int put_ticker(const struct message *m, const struct fields *row)
{
    const struct instrument *in = NULL;
    struct quote_row quote;
    int64_t exch_ns;
    int err;
    if ((err = instrument_of(m->decoder, row, ROW_INST, &in)) < 0 || in == NULL) {
        return err;
    }
    if (fields_is_empty(row, ROW_BID_PX) || fields_is_empty(row, ROW_ASK_PX)) {
        return 0;
    }
    if ((err = fields_time(row, ROW_TS, &exch_ns)) < 0 ||
        (err = fields_amount(row, ROW_BID_PX, in->price_decimals, &quote.bid_px)) < 0 ||
        (err = fields_amount(row, ROW_BID_SZ, in->qty_decimals, &quote.bid_qty)) < 0 ||
        (err = fields_amount(row, ROW_ASK_PX, in->price_decimals, &quote.ask_px)) < 0 ||
        (err = fields_amount(row, ROW_ASK_SZ, in->qty_decimals, &quote.ask_qty)) < 0) {
        return err;
    }
    return fields_put(m->out, EVENT_QUOTE, in, exch_ns, 0, &quote, sizeof(quote));
}

/* --- trades and liquidations --------------------------------------------------------------------------------------- */

static int put_trade(const struct message *m, const struct fields *row)
{
    const struct instrument *in = NULL;
    struct trade_row trade = {0};
    int64_t exch_ns, id = 0;
    int err;
    if ((err = instrument_of(m->decoder, row, ROW_INST, &in)) < 0 || in == NULL) {
        return err;
    }
    if ((err = fields_time(row, ROW_TS, &exch_ns)) < 0 ||
        (err = fields_amount(row, ROW_PX, in->price_decimals, &trade.px)) < 0 ||
        (err = fields_amount(row, ROW_SZ, in->qty_decimals, &trade.qty)) < 0 ||
        (!fields_is_empty(row, ROW_TRADE_ID) && (err = fields_whole(row, ROW_TRADE_ID, &id)) < 0)) {
        return err;
    }
    trade.aggressor = fields_is(row, ROW_SIDE, "sell") ? AGGRESSOR_SELL : AGGRESSOR_BUY;
    if (trade.aggressor == AGGRESSOR_BUY && !fields_is(row, ROW_SIDE, "buy")) {
        return AP_ESYNTAX;
    }
    if (trade.px == 0 || trade.qty == 0) {
        decoder_count_unknown(m->decoder, "trade of nothing", sizeof("trade of nothing") - 1);
        return 0;
    }
    return fields_put(m->out, EVENT_TRADE, in, exch_ns, (uint64_t)id, &trade, sizeof(trade));
}

/* `side` is that of the closing order; where the position has one of its own ("net" is none), that counts. */
static int put_detail(const struct message *m, const struct instrument *in, const struct fields *f)
{
    struct liquidation_row row = {.completeness = COMPLETENESS_SAMPLED, .is_bankruptcy = 1};
    int64_t exch_ns;
    int err;
    if ((err = fields_time(f, DETAIL_TS, &exch_ns)) < 0 ||
        (err = fields_near(f, DETAIL_PX, in->price_decimals, FIXED_VALUE_MAX, &row.px)) < 0 ||
        (err = fields_amount(f, DETAIL_SZ, in->qty_decimals, &row.qty)) < 0) {
        return err;
    }
    bool is_buy = fields_is(f, DETAIL_SIDE, "buy");
    if (!is_buy && !fields_is(f, DETAIL_SIDE, "sell")) {
        return AP_ESYNTAX;
    }
    row.side = is_buy ? POSITION_SHORT : POSITION_LONG;
    if (fields_is(f, DETAIL_POSITION, "long")) {
        row.side = POSITION_LONG;
    } else if (fields_is(f, DETAIL_POSITION, "short")) {
        row.side = POSITION_SHORT;
    }
    if (row.px <= 0 || row.qty == 0) {
        return AP_ERANGE;
    }
    return fields_put(m->out, EVENT_LIQUIDATION, in, exch_ns, 0, &row, sizeof(row));
}

/* The channel carries those of every swap: the ones nobody watches are no news. */
static int put_liquidation(const struct message *m, const struct fields *row)
{
    const struct instrument *in = NULL;
    struct fields detail;
    struct scan s;
    int err, more, n = 0;
    if ((err = find(m->decoder, row, LIQUIDATION_INST, &in)) < 0 || in == NULL) {
        return err;
    }
    if (!fields_has(row, LIQUIDATION_DETAILS)) {
        return AP_ESYNTAX;
    }
    if ((err = fields_array(&row->values[LIQUIDATION_DETAILS], &s)) < 0) {
        return err;
    }
    while ((more = fields_next(&s, &detail_names, &detail)) == 1) {
        if ((err = put_detail(m, in, &detail)) < 0) {
            return err;
        }
        n += err;
    }
    return more < 0 ? more : n;
}

/* --- figures ------------------------------------------------------------------------------------------------------- */

/* Mark, index and funding come by three channels: each row that is put holds the last of all. */
static int put_last(const struct message *m, const struct fields *row, const struct instrument *in,
                    const struct mark_row *next)
{
    int64_t exch_ns;
    int err = fields_time(row, FIGURE_TS, &exch_ns);
    if (err == 0) {
        err = fields_put(m->out, EVENT_MARK, in, exch_ns, 0, next, sizeof(*next));
    }
    if (err > 0) {
        m->decoder->last[in - m->decoder->insts].mark = *next;
    }
    return err;
}

static int put_mark(const struct message *m, const struct fields *row)
{
    const struct instrument *in = NULL;
    int err = instrument_of(m->decoder, row, FIGURE_INST, &in);
    if (err < 0 || in == NULL) {
        return err;
    }
    struct mark_row next = m->decoder->last[in - m->decoder->insts].mark;
    err = fields_near(row, FIGURE_MARK, in->mark_decimals, FIXED_VALUE_MAX, &next.mark);
    if (err < 0 || next.mark < 0) {
        return err < 0 ? err : AP_ERANGE;
    }
    return put_last(m, row, in, &next);
}

static int put_funding(const struct message *m, const struct fields *row)
{
    const struct instrument *in = NULL;
    int err = instrument_of(m->decoder, row, FIGURE_INST, &in);
    if (err < 0 || in == NULL || fields_is_empty(row, FIGURE_RATE)) {
        return err;
    }
    struct mark_row next = m->decoder->last[in - m->decoder->insts].mark;
    if ((err = fields_near(row, FIGURE_RATE, in->rate_decimals, FIXED_VALUE_MAX, &next.funding_rate)) < 0 ||
        (err = fields_time(row, FIGURE_FUNDING_TIME, &next.next_funding_ns)) < 0) {
        return err;
    }
    next.has_funding = 1;
    return put_last(m, row, in, &next);
}

/* An index ("BTC-USDT") is that of all contracts on it; it goes out with their next mark price, five times a second. */
static int note_index(const struct message *m, const struct fields *row)
{
    char buf[FIELD_TEXT_MAX];
    const char *name;
    size_t n;
    struct decoder *d = m->decoder;
    int err = fields_text(row, FIGURE_INST, buf, &name, &n);
    for (uint32_t i = 0; i < d->inst_n && err == 0; i++) {
        const struct instrument *in = &d->insts[i];
        int64_t index;
        if (n == 0 || strncmp(in->symbol, name, n) != 0 || in->symbol[n] != '-') {
            continue;
        }
        err = fields_near(row, FIGURE_INDEX, in->mark_decimals, FIXED_VALUE_MAX, &index);
        if (err == 0 && index < 0) {
            err = AP_ERANGE;
        }
        if (err == 0) {
            d->last[i].mark.index = index;
        }
    }
    return err;
}

static int put_open_interest(const struct message *m, const struct fields *row)
{
    const struct instrument *in = NULL;
    struct count_row count;
    int64_t exch_ns;
    int err = instrument_of(m->decoder, row, FIGURE_INST, &in);
    if (err < 0 || in == NULL) {
        return err;
    }
    if ((err = fields_time(row, FIGURE_TS, &exch_ns)) < 0 ||
        (err = fields_near(row, FIGURE_OPEN_INTEREST, in->qty_decimals, INT64_MAX, &count.value)) < 0) {
        return err;
    }
    return count.value < 0 ? AP_ERANGE
                           : fields_put(m->out, EVENT_OPEN_INTEREST, in, exch_ns, 0, &count, sizeof(count));
}

/* --- all ----------------------------------------------------------------------------------------------------------- */

static const struct {
    const char *channel;
    const struct field_names *names;
    int (*put)(const struct message *m, const struct fields *row);
} channels[] = {
    {"books", &okx_row_names, put_book},
    {"bbo-tbt", &okx_row_names, put_best},
    {"trades", &okx_row_names, put_trade},
    {"mark-price", &okx_figure_names, put_mark},
    {"index-tickers", &okx_figure_names, note_index},
    {"tickers", &okx_row_names, put_ticker},
    {"funding-rate", &okx_figure_names, put_funding},
    {"open-interest", &okx_figure_names, put_open_interest},
    {"liquidation-orders", &liquidation_names, put_liquidation},
    {"books-l2-tbt", &okx_row_names, put_book},
    {"books50-l2-tbt", &okx_row_names, put_book},
};

static int decode_rows(const struct message *m, size_t channel)
{
    struct fields row;
    struct scan s;
    size_t used = m->out->used;
    int err = fields_array(&m->top->values[TOP_DATA], &s), n = 0, more;
    if (err < 0) {
        return err;
    }
    while ((more = fields_next(&s, channels[channel].names, &row)) == 1) {
        if ((err = channels[channel].put(m, &row)) < 0) {
            more = err;
            break;
        }
        n += err;
    }
    if (more < 0) {
        m->out->used = used;
        return more;
    }
    return n;
}

/* What is no data: an answer, or a warning. */
static int decode_event(struct decoder *d, const struct fields *top)
{
    static const char usual[][24] = {"subscribe", "unsubscribe", "channel-conn-count"};
    char buf[FIELD_TEXT_MAX];
    const char *kind;
    size_t n;
    int err = fields_text(top, TOP_EVENT, buf, &kind, &n);
    if (err < 0) {
        return err;
    }
    for (size_t i = 0; i < sizeof(usual) / sizeof(usual[0]); i++) {
        if (fields_is(top, TOP_EVENT, usual[i])) {
            return 0;
        }
    }
    decoder_count_unknown(d, kind, n); /* "error", "notice" */
    return 0;
}

static int decode_frame(struct decoder *d, const char *bytes, size_t n, struct event_buf *out)
{
    struct fields top, arg;
    char buf[FIELD_TEXT_MAX];
    const char *channel;
    size_t channel_n;
    bool is_object;
    int err = okx_frame(bytes, n, &top, &is_object);
    if (err < 0) {
        return err;
    }
    if (!is_object) {
        if (bytes[0] != 'p') {
            decoder_count_unknown(d, "array", sizeof("array") - 1);
        }
        return 0;
    }
    if (fields_has(&top, TOP_EVENT)) {
        return decode_event(d, &top);
    }
    if (!fields_has(&top, TOP_ARG)) {
        decoder_count_unknown(d, "untyped", sizeof("untyped") - 1);
        return 0;
    }
    if ((err = okx_arg(&top, &arg)) < 0 ||
        (err = fields_text(&arg, ARG_CHANNEL, buf, &channel, &channel_n)) < 0) {
        return err;
    }
    const struct message m = {d, &top, &arg, out};
    for (size_t i = 0; i < sizeof(channels) / sizeof(channels[0]); i++) {
        if (strlen(channels[i].channel) == channel_n &&
            memcmp(channels[i].channel, channel, channel_n) == 0) {
            return decode_rows(&m, i);
        }
    }
    decoder_count_unknown(d, channel, channel_n);
    return 0;
}

int okx_decode(struct decoder *d, const char *bytes, size_t n, struct event_buf *out)
{
    struct decoder_last last[INSTRUMENT_MAX];
    memcpy(last, d->last, d->inst_n * sizeof(last[0]));
    int got = decode_frame(d, bytes, n, out);
    d->frames++;
    d->bytes += n;
    if (got < 0) {
        memcpy(d->last, last, d->inst_n * sizeof(last[0])); /* of a frame that is refused nothing stays */
        d->bad++;
    }
    return got;
}
