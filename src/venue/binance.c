/* Binance: what a frame means. One function a kind of message, found by its "e". */
#include "binance.h"
#include "fields.h"

#include <alphaplus/base/fixed.h>
#include <string.h>

static int instrument_of(struct decoder *d, const struct message *m, const struct instrument **ret_in)
{
    char buf[BINANCE_TEXT_MAX];
    const char *symbol;
    size_t n;
    int err = binance_text(m, KEY_s, buf, &symbol, &n);
    if (err < 0) {
        return err;
    }
    *ret_in = decoder_find(d, symbol, n);
    if (*ret_in == NULL) {
        decoder_count_unknown(d, "(symbol)", sizeof("(symbol)") - 1);
    }
    return 0;
}

/* Matching-engine time where given, else the time of sending. */
static int exchange_time(const struct message *m, int64_t *ret_ns)
{
    int64_t sent_ns, matched_ns;
    int err;
    if ((err = binance_time(m, KEY_E, &sent_ns)) < 0 || (err = binance_time(m, KEY_T, &matched_ns)) < 0) {
        return err;
    }
    *ret_ns = matched_ns != 0 ? matched_ns : sent_ns;
    return 0;
}

/* --- depth --------------------------------------------------------------------------------------------------------- */

static int noted_levels(const struct message *m, enum binance_key key, const struct instrument *in,
                        struct level *levels, uint32_t *ret_n)
{
    const struct scan_value *v = &m->values[key];
    struct scan s = scan_over(v);
    return v->type == SCAN_ARRAY ? binance_levels(&s, in, levels, binance_levels_room(v->n), ret_n)
                                 : AP_ETYPE;
}

/* The levels that were not put while reading. */
static int put_rest(struct frame *f, const struct instrument *in, struct event_buf *out)
{
    const struct message *m = f->body;
    int err;
    if (!f->has_bids) {
        size_t room = binance_levels_room(m->values[KEY_b].n) + binance_levels_room(m->values[KEY_a].n);
        f->depth = event_buf_new(out, EVENT_DEPTH, sizeof(struct depth_rows) + room * sizeof(struct level));
        if (f->depth == NULL) {
            return AP_EFULL;
        }
    }
    struct depth_rows *rows = event_rows(f->depth);
    if (!f->has_bids && (err = noted_levels(m, KEY_b, in, rows->levels, &f->bid_n)) < 0) {
        return err;
    }
    if (!f->has_asks && (err = noted_levels(m, KEY_a, in, rows->levels + f->bid_n, &f->ask_n)) < 0) {
        return err;
    }
    return 0;
}

static int decode_depth(struct decoder *d, struct frame *f, struct event_buf *out)
{
    const struct message *m = f->body;
    const struct instrument *in;
    uint64_t first, last, prev = 0;
    int64_t exch_ns;
    int err;
    if ((err = instrument_of(d, m, &in)) < 0 || in == NULL) {
        return err;
    }
    if ((err = exchange_time(m, &exch_ns)) < 0 || (err = binance_id(m, KEY_U, &first)) < 0 ||
        (err = binance_id(m, KEY_u, &last)) < 0 ||
        (f->market->book_rule == BOOK_RULE_PREV_ID && (err = binance_id(m, KEY_pu, &prev)) < 0)) {
        return err;
    }
    if (!binance_has(m, KEY_b) || !binance_has(m, KEY_a)) {
        return AP_ESYNTAX;
    }
    if (f->depth_of != m) {
        f->has_bids = f->has_asks = 0;
        f->bid_n = f->ask_n = 0;
    }
    if ((!f->has_bids || !f->has_asks) && (err = put_rest(f, in, out)) < 0) {
        return err;
    }
    struct depth_rows *rows = event_rows(f->depth);
    rows->bid_n = f->bid_n;
    rows->ask_n = f->ask_n;
    /* It was made large enough for any levels. */
    f->depth->size = event_size_for(sizeof(*rows) + ((size_t)f->bid_n + f->ask_n) * sizeof(struct level));
    f->depth->instrument = in->id;
    f->depth->version = in->version;
    f->depth->exch_ns = exch_ns;
    f->depth->first_id = first;
    f->depth->last_id = last;
    f->depth->prev_id = prev;
    event_buf_push(out, f->depth);
    return 1;
}

/* --- the others ---------------------------------------------------------------------------------------------------- */

static int decode_quote(struct decoder *d, struct frame *f, struct event_buf *out)
{
    const struct message *m = f->body;
    const struct instrument *in;
    struct quote_row q;
    uint64_t id;
    int64_t exch_ns;
    int err;
    if ((err = instrument_of(d, m, &in)) < 0 || in == NULL) {
        return err;
    }
    if ((err = exchange_time(m, &exch_ns)) < 0 || (err = binance_id(m, KEY_u, &id)) < 0 ||
        (err = binance_amount(m, KEY_b, in->price_decimals, &q.bid_px)) < 0 ||
        (err = binance_amount(m, KEY_B, in->qty_decimals, &q.bid_qty)) < 0 ||
        (err = binance_amount(m, KEY_a, in->price_decimals, &q.ask_px)) < 0 ||
        (err = binance_amount(m, KEY_A, in->qty_decimals, &q.ask_qty)) < 0) {
        return err;
    }
    return fields_put(out, EVENT_QUOTE, in, exch_ns, id, &q, sizeof(q));
}

static int maker_flag(const struct message *m, uint8_t *ret_aggressor)
{
    if (!binance_has(m, KEY_m)) {
        return AP_ESYNTAX;
    }
    uint8_t type = m->values[KEY_m].type;
    if (type != SCAN_TRUE && type != SCAN_FALSE) {
        return AP_ETYPE;
    }
    *ret_aggressor = type == SCAN_TRUE ? AGGRESSOR_SELL : AGGRESSOR_BUY; /* m: the buyer was the maker */
    return 0;
}

static int put_trade(struct decoder *d, const struct message *m, enum binance_key id_key,
                     struct event_buf *out)
{
    const struct instrument *in;
    struct trade_row t = {0};
    uint64_t id;
    int64_t exch_ns;
    int err;
    if ((err = instrument_of(d, m, &in)) < 0 || in == NULL) {
        return err;
    }
    if ((err = exchange_time(m, &exch_ns)) < 0 || (err = binance_id(m, id_key, &id)) < 0 ||
        (err = binance_amount(m, KEY_p, in->price_decimals, &t.px)) < 0 ||
        (err = binance_amount(m, KEY_q, in->qty_decimals, &t.qty)) < 0 ||
        (err = maker_flag(m, &t.aggressor)) < 0) {
        return err;
    }
    if (binance_has(m, KEY_X)) {
        if (m->values[KEY_X].type != SCAN_STRING) {
            return AP_ETYPE;
        }
        t.flags = binance_is(m, KEY_X, "MARKET") ? 0 : TRADE_NOT_MARKET;
    }
    if (t.px == 0 || t.qty == 0) {
        decoder_count_unknown(d, "trade of nothing", sizeof("trade of nothing") - 1);
        return 0;
    }
    return fields_put(out, EVENT_TRADE, in, exch_ns, id, &t, sizeof(t));
}

static int decode_trade(struct decoder *d, struct frame *f, struct event_buf *out)
{
    return put_trade(d, f->body, KEY_t, out);
}

static int decode_agg_trade(struct decoder *d, struct frame *f, struct event_buf *out)
{
    return put_trade(d, f->body, KEY_a, out);
}

/* Dated futures say "" for the rate. */
static int funding(const struct message *m, const struct instrument *in, struct mark_row *mark)
{
    if (!binance_has(m, KEY_r) || binance_is(m, KEY_r, "")) {
        return 0;
    }
    int64_t rate;
    int err = binance_decimal(&m->values[KEY_r], in->rate_decimals, &rate);
    if (err < 0) {
        return err;
    }
    if (rate < -FIXED_VALUE_MAX || rate > FIXED_VALUE_MAX) {
        return AP_ERANGE;
    }
    mark->funding_rate = rate;
    mark->has_funding = 1;
    return 0;
}

static int decode_mark(struct decoder *d, struct frame *f, struct event_buf *out)
{
    const struct message *m = f->body;
    const struct instrument *in;
    struct mark_row mark = {0};
    int64_t sent_ns;
    int err;
    if ((err = instrument_of(d, m, &in)) < 0 || in == NULL) {
        return err;
    }
    if ((err = binance_time(m, KEY_E, &sent_ns)) < 0 ||
        (err = binance_time(m, KEY_T, &mark.next_funding_ns)) < 0 ||
        (err = binance_amount(m, KEY_p, in->mark_decimals, &mark.mark)) < 0 ||
        (err = funding(m, in, &mark)) < 0 ||
        (binance_has(m, KEY_i) && (err = binance_amount(m, KEY_i, in->mark_decimals, &mark.index)) < 0)) {
        return err;
    }
    return fields_put(out, EVENT_MARK, in, sent_ns, 0, &mark, sizeof(mark));
}

/* Neither price need lie on the grid: one is an average, the other near the bankruptcy price. */
static int read_order(const struct message *order, const struct instrument *in, struct liquidation_row *row)
{
    int err;
    if ((err = binance_amount(order, KEY_z, in->qty_decimals, &row->qty)) < 0 ||
        (err = binance_price_near(order, KEY_ap, in->price_decimals, &row->px)) < 0 ||
        (err = binance_price_near(order, KEY_p, in->price_decimals, &row->order_px)) < 0) {
        return err;
    }
    if (binance_is(order, KEY_S, "SELL")) {
        row->side = POSITION_LONG;
    } else if (binance_is(order, KEY_S, "BUY")) {
        row->side = POSITION_SHORT;
    } else {
        return AP_ESYNTAX;
    }
    if (row->px == 0) {
        row->px = row->order_px;
        row->is_bankruptcy = 1;
    }
    return row->px == 0 ? AP_ERANGE : 0;
}

static int decode_liquidation(struct decoder *d, struct frame *f, struct event_buf *out)
{
    const struct message *m = f->body;
    const struct instrument *in;
    struct message order;
    struct liquidation_row row = {.completeness = d->venue->completeness};
    int64_t sent_ns, exch_ns;
    int err;
    if (!binance_has(m, KEY_o)) {
        return AP_ESYNTAX;
    }
    if ((err = binance_read_object(&order, &m->values[KEY_o])) < 0 ||
        (err = instrument_of(d, &order, &in)) < 0 || in == NULL) {
        return err;
    }
    if ((err = binance_time(m, KEY_E, &sent_ns)) < 0 || (err = binance_time(&order, KEY_T, &exch_ns)) < 0 ||
        (err = read_order(&order, in, &row)) < 0) {
        return err;
    }
    if (row.qty == 0) {
        decoder_count_unknown(d, "forceOrder unfilled", sizeof("forceOrder unfilled") - 1);
        return 0;
    }
    return fields_put(out, EVENT_LIQUIDATION, in, exch_ns != 0 ? exch_ns : sent_ns, 0, &row, sizeof(row));
}

/* --- all ----------------------------------------------------------------------------------------------------------- */

static const struct {
    const char *kind;
    int (*decode)(struct decoder *d, struct frame *f, struct event_buf *out);
    bool is_of_contracts;
} kinds[] = {
    {"depthUpdate", decode_depth, false},   {"bookTicker", decode_quote, false},
    {"aggTrade", decode_agg_trade, false},  {"trade", decode_trade, false},
    {"markPriceUpdate", decode_mark, true}, {"forceOrder", decode_liquidation, true},
};

/* Spot sends best bid and ask without a word on what it is. */
bool binance_is_bare_quote(const struct binance_market *market, const struct message *m)
{
    return market->is_spot && !binance_has(m, KEY_e) && binance_has(m, KEY_u) && binance_has(m, KEY_s) &&
           binance_has(m, KEY_B) && binance_has(m, KEY_A);
}

/* A frame with no "e": an answer, or none of ours. */
static int decode_answer(struct decoder *d, const struct message *m)
{
    const char *kind = "untyped";
    if (m == NULL) {
        kind = "array";
    } else if (binance_has(m, KEY_error) || binance_has(m, KEY_code)) {
        kind = "error";
    } else if (binance_has(m, KEY_result)) {
        return 0;
    } else if (binance_has(m, KEY_lastUpdateId)) {
        kind = "snapshot";
    }
    decoder_count_unknown(d, kind, strlen(kind));
    return 0;
}

static int decode_frame(const struct binance_market *market, struct decoder *d, const char *bytes, size_t n,
                        struct event_buf *out)
{
    struct frame f;
    char buf[BINANCE_TEXT_MAX];
    const char *kind;
    size_t kind_n;
    int64_t class = 0;
    f.market = market;
    f.decoder = d;
    f.out = out;
    int err = n > FRAME_BYTES_MAX ? AP_ETOOBIG : binance_read(&f, bytes, n);
    if (err < 0) {
        return err;
    }
    const struct message *m = f.body;
    if (m == NULL || !binance_has(m, KEY_e)) {
        return m != NULL && binance_is_bare_quote(market, m) ? decode_quote(d, &f, out) : decode_answer(d, m);
    }
    if ((err = binance_text(m, KEY_e, buf, &kind, &kind_n)) < 0 ||
        (binance_has(m, KEY_st) && (err = scan_int(&m->values[KEY_st], &class)) < 0)) {
        return err;
    }
    if (class != 0 && class == market->other_class) {
        return 0; /* the all-market streams are of both kinds of futures */
    }
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        bool is_known = !kinds[i].is_of_contracts || !market->is_spot;
        if (is_known && strlen(kinds[i].kind) == kind_n && memcmp(kinds[i].kind, kind, kind_n) == 0) {
            return kinds[i].decode(d, &f, out);
        }
    }
    decoder_count_unknown(d, kind, kind_n);
    return 0;
}

int binance_market_decode(const struct binance_market *market, struct decoder *d, const char *bytes, size_t n,
                          struct event_buf *out)
{
    int got = decode_frame(market, d, bytes, n, out);
    d->frames++;
    d->bytes += n;
    d->bad += got < 0;
    return got;
}
