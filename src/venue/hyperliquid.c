/* Hyperliquid perpetuals: what a frame means. Books come whole, of the 20 best prices a side and with no ids; the chain settles in
 * blocks, so several frames may bear one time. Liquidations are not told to the public. */
#include "hyperliquid.h"
#include "decimal.h"
#include "venues.h"

#include <alphaplus/base/fixed.h>
#include <string.h>

const struct field_names hyperliquid_book = {{"coin", "levels", "time", "fast"}};
const struct field_names hyperliquid_bbo = {{"coin", "bbo", "time"}};
const struct field_names hyperliquid_row = {{"px", "sz"}};
const struct field_names hyperliquid_trade = {{"coin", "side", "px", "sz", "time", "tid"}};
const struct field_names hyperliquid_ctx = {{"coin", "ctx"}};
const struct field_names hyperliquid_figures = {{"markPx", "oraclePx", "funding", "openInterest"}};

/* --- frames -------------------------------------------------------------------------------------------------------- */

int hyperliquid_read(const char *bytes, size_t n, struct hyperliquid_frame *ret_frame)
{
    enum { CHANNEL, DATA, COIN };
    static const struct field_names envelope = {{"channel", "data", "coin"}};
    static const char greeting[] = "Websocket connection established.";
    struct hyperliquid_frame *frame = ret_frame;
    struct scan s = {.at = bytes, .end = bytes + n};
    struct fields top = {.has = 0};
    struct scan_value other;
    int err;
    if (n == sizeof(greeting) - 1 && memcmp(bytes, greeting, n) == 0) {
        return 1;
    }
    frame->kind = "";
    frame->kind_n = 0;
    frame->data = (struct scan_value){.type = 0};
    scan_space(&s);
    const char *text = s.at;
    bool is_array = s.at < s.end && *s.at == '[';
    if ((err = is_array ? scan_value(&s, 0, &other) : fields_read(&s, 0, &envelope, &top)) < 0) {
        return err == AP_ETYPE ? AP_ESYNTAX : err;
    }
    const char *end = s.at;
    if (!scan_at_end(&s)) {
        return AP_ESYNTAX;
    }
    if (fields_has(&top, CHANNEL) &&
        (err = fields_text(&top, CHANNEL, frame->buf, &frame->kind, &frame->kind_n)) < 0) {
        return err;
    }
    if (fields_has(&top, CHANNEL) && fields_has(&top, DATA)) {
        frame->data = top.values[DATA];
    } else if (!fields_has(&top, CHANNEL) && fields_has(&top, COIN)) {
        frame->kind = "l2Book"; /* a book as REST answers it */
        frame->kind_n = strlen(frame->kind);
        frame->data = (struct scan_value){.text = text, .n = (uint32_t)(end - text), .type = SCAN_OBJECT};
    }
    return 0;
}

int hyperliquid_pair(const struct scan_value *v, struct scan_value ret_pair[2])
{
    struct scan s = scan_over(v);
    if (v->type != SCAN_ARRAY || !scan_take(&s, '[') || scan_take(&s, ']')) {
        return AP_ETYPE;
    }
    for (int i = 0; i < 2; i++) {
        if ((i > 0 && !scan_take(&s, ',')) || scan_value(&s, 1, &ret_pair[i]) < 0) {
            return AP_ETYPE; /* the bytes were found right before */
        }
    }
    return scan_take(&s, ']') ? 0 : AP_ETYPE;
}

static int instrument_of(struct decoder *d, const struct fields *f, int coin_key,
                         const struct instrument **ret_in)
{
    char buf[FIELD_TEXT_MAX];
    const char *coin;
    size_t n;
    int err = fields_text(f, coin_key, buf, &coin, &n);
    if (err < 0) {
        return err;
    }
    *ret_in = decoder_find(d, coin, n);
    if (*ret_in == NULL) {
        decoder_count_unknown(d, "(symbol)", sizeof("(symbol)") - 1);
    }
    return 0;
}

/* --- book ---------------------------------------------------------------------------------------------------------- */

/* `{"px":"1","sz":"1"},` */
static size_t rows_room(const struct scan_value *v)
{
    return v->n / (sizeof("{\"px\":\"1\",\"sz\":\"1\"},") - 1) + 1;
}

/* `,"sz":"1234567.12345678","n":1234567}` behind as much of a price. */
enum { ROW_REACH = 80 };

struct row_form {
    struct decimal_form px, sz;
    bool is_quick;
};

/* A row as nearly all are written; *at moves behind its '}'. The bytes were found right before. */
static bool row_quick(const char **at, struct row_form *f, struct level *ret_level)
{
    static const char px[] = "{\"px\":\"", sz[] = ",\"sz\":\"", count[] = ",\"n\":";
    const char *p = *at;
    if (memcmp(p, px, sizeof(px) - 1) != 0) {
        return false;
    }
    p += sizeof(px) - 1;
    if (!decimal_quick(&p, &f->px, &ret_level->px) || memcmp(p, sz, sizeof(sz) - 1) != 0) {
        return false;
    }
    p += sizeof(sz) - 1;
    if (!decimal_quick(&p, &f->sz, &ret_level->qty) || ret_level->px == 0) {
        return false;
    }
    if (memcmp(p, count, sizeof(count) - 1) == 0) {
        p += sizeof(count) - 1;
        for (int n = 0; n < 7 && *p >= '0' && *p <= '9'; n++) {
            p++;
        }
    }
    if (*p != '}') {
        return false;
    }
    *at = p + 1;
    return true;
}

static int row_careful(const struct fields *row, const struct instrument *in, struct level *ret_level)
{
    int err = fields_amount(row, ROW_px, in->price_decimals, &ret_level->px);
    if (err < 0 || (err = fields_amount(row, ROW_sz, in->qty_decimals, &ret_level->qty)) < 0) {
        return err;
    }
    return ret_level->px == 0 ? AP_ERANGE : 0;
}

static int put_side(const struct scan_value *v, const struct instrument *in, struct level *levels,
                    uint32_t *ret_n)
{
    struct scan s;
    struct fields row;
    struct row_form f = {.is_quick = in->price_decimals <= DECIMAL_QUICK_MAX &&
                                     in->qty_decimals <= DECIMAL_QUICK_MAX};
    uint32_t n = 0;
    int got = fields_array(v, &s);
    decimal_init(&f.px, in->price_decimals, fixed_pow10(in->price_decimals));
    decimal_init(&f.sz, in->qty_decimals, fixed_pow10(in->qty_decimals));
    while (got == 0 && s.at < s.end) {
        if (n == rows_room(v)) {
            return AP_EFULL;
        }
        scan_space(&s);
        if (f.is_quick && s.end - s.at >= ROW_REACH && row_quick(&s.at, &f, &levels[n])) {
            n++;
            if (!scan_take(&s, ',')) {
                s.at = s.end; /* and nothing but ']' is there, for the bytes were found right */
            }
            continue;
        }
        if ((got = fields_next(&s, &hyperliquid_row, &row)) <= 0) {
            break;
        }
        if ((got = row_careful(&row, in, &levels[n])) < 0) {
            return got;
        }
        n++;
    }
    *ret_n = n;
    return got;
}

int hyperliquid_put_book(const struct fields *book, const struct instrument *in, struct event_buf *out)
{
    struct scan_value sides[2];
    int64_t exch_ns;
    int err;
    if (!fields_has(book, BOOK_levels)) {
        return AP_ESYNTAX;
    }
    if ((err = fields_time(book, BOOK_time, &exch_ns)) < 0 ||
        (err = hyperliquid_pair(&book->values[BOOK_levels], sides)) < 0) {
        return err;
    }
    size_t room = rows_room(&sides[0]) + rows_room(&sides[1]);
    struct event *ev = event_buf_new(out, EVENT_DEPTH_SNAPSHOT,
                                     sizeof(struct depth_rows) + room * sizeof(struct level));
    if (ev == NULL) {
        return AP_EFULL;
    }
    struct depth_rows *rows = event_rows(ev);
    if ((err = put_side(&sides[0], in, rows->levels, &rows->bid_n)) < 0 ||
        (err = put_side(&sides[1], in, rows->levels + rows->bid_n, &rows->ask_n)) < 0) {
        return err;
    }
    ev->size = event_size_for(sizeof(*rows) + ((size_t)rows->bid_n + rows->ask_n) * sizeof(struct level));
    ev->instrument = in->id;
    ev->version = in->version;
    ev->exch_ns = exch_ns;
    event_buf_push(out, ev);
    return 1;
}

static int decode_book(struct decoder *d, const struct scan_value *data, struct event_buf *out)
{
    const struct instrument *in;
    struct fields book;
    int err;
    if ((err = fields_of(data, &hyperliquid_book, &book)) < 0 ||
        (err = instrument_of(d, &book, BOOK_coin, &in)) < 0 || in == NULL) {
        return err;
    }
    if (fields_has(&book, BOOK_fast) && book.values[BOOK_fast].type == SCAN_TRUE) {
        return 0; /* five prices a side: as a whole book it would hide the others */
    }
    return hyperliquid_put_book(&book, in, out);
}

/* --- the others ---------------------------------------------------------------------------------------------------- */

/* null: that side of the book is empty. */
static int read_best(const struct scan_value *v, const struct instrument *in, int64_t *ret_px,
                     int64_t *ret_qty)
{
    struct fields row;
    int err;
    if (v->type == SCAN_NULL) {
        *ret_px = *ret_qty = 0;
        return 0;
    }
    if ((err = fields_of(v, &hyperliquid_row, &row)) < 0 ||
        (err = fields_amount(&row, ROW_px, in->price_decimals, ret_px)) < 0) {
        return err;
    }
    return fields_amount(&row, ROW_sz, in->qty_decimals, ret_qty);
}

static int decode_bbo(struct decoder *d, const struct scan_value *data, struct event_buf *out)
{
    const struct instrument *in;
    struct fields bbo;
    struct scan_value best[2];
    struct quote_row q;
    int64_t exch_ns;
    int err;
    if ((err = fields_of(data, &hyperliquid_bbo, &bbo)) < 0 ||
        (err = instrument_of(d, &bbo, BBO_coin, &in)) < 0 || in == NULL) {
        return err;
    }
    if (!fields_has(&bbo, BBO_bbo)) {
        return AP_ESYNTAX;
    }
    if ((err = fields_time(&bbo, BBO_time, &exch_ns)) < 0 ||
        (err = hyperliquid_pair(&bbo.values[BBO_bbo], best)) < 0 ||
        (err = read_best(&best[0], in, &q.bid_px, &q.bid_qty)) < 0 ||
        (err = read_best(&best[1], in, &q.ask_px, &q.ask_qty)) < 0) {
        return err;
    }
    return fields_put(out, EVENT_QUOTE, in, exch_ns, 0, &q, sizeof(q));
}

static int put_trade(struct decoder *d, const struct fields *f, struct event_buf *out)
{
    const struct instrument *in;
    struct trade_row t = {.aggressor = AGGRESSOR_BUY};
    int64_t exch_ns, id;
    int err;
    if ((err = instrument_of(d, f, TRADE_coin, &in)) < 0 || in == NULL) {
        return err;
    }
    if ((err = fields_time(f, TRADE_time, &exch_ns)) < 0 || (err = fields_whole(f, TRADE_tid, &id)) < 0 ||
        (err = fields_amount(f, TRADE_px, in->price_decimals, &t.px)) < 0 ||
        (err = fields_amount(f, TRADE_sz, in->qty_decimals, &t.qty)) < 0) {
        return err;
    }
    if (fields_is(f, TRADE_side, "A")) {
        t.aggressor = AGGRESSOR_SELL;
    } else if (!fields_is(f, TRADE_side, "B")) {
        return AP_ESYNTAX;
    }
    if (t.px == 0 || t.qty == 0) {
        decoder_count_unknown(d, "trade of nothing", sizeof("trade of nothing") - 1);
        return 0;
    }
    return fields_put(out, EVENT_TRADE, in, exch_ns, (uint64_t)id, &t, sizeof(t));
}

static int decode_trades(struct decoder *d, const struct scan_value *data, struct event_buf *out)
{
    struct scan s;
    struct fields trade;
    int events = 0, err = fields_array(data, &s), more;
    if (err < 0) {
        return err;
    }
    while ((more = fields_next(&s, &hyperliquid_trade, &trade)) == 1) {
        int got = put_trade(d, &trade, out);
        if (got < 0) {
            return got;
        }
        events += got;
    }
    return more < 0 ? more : events;
}

/* Funding is told by the hour and paid at each full one. Open interest may come in finer parts than a size does. */
static int decode_ctx(struct decoder *d, const struct scan_value *data, struct event_buf *out)
{
    const struct instrument *in;
    struct fields ctx, figures;
    struct mark_row mark = {.has_funding = 1};
    struct count_row open = {0};
    int err, got;
    if ((err = fields_of(data, &hyperliquid_ctx, &ctx)) < 0 ||
        (err = instrument_of(d, &ctx, CTX_coin, &in)) < 0 || in == NULL) {
        return err;
    }
    if (!fields_has(&ctx, CTX_ctx)) {
        return AP_ESYNTAX;
    }
    if ((err = fields_of(&ctx.values[CTX_ctx], &hyperliquid_figures, &figures)) < 0 ||
        (err = fields_near(&figures, FIGURE_mark, in->mark_decimals, FIXED_VALUE_MAX, &mark.mark)) < 0 ||
        (err = fields_near(&figures, FIGURE_oracle, in->mark_decimals, FIXED_VALUE_MAX, &mark.index)) < 0 ||
        (err = fields_near(&figures, FIGURE_funding, in->rate_decimals, FIXED_VALUE_MAX,
                           &mark.funding_rate)) < 0 ||
        (err = fields_near(&figures, FIGURE_open_interest, in->qty_decimals, FIXED_VALUE_MAX, &open.value)) <
            0) {
        return err;
    }
    if (mark.mark < 0 || mark.index < 0 || open.value < 0) {
        return AP_ERANGE;
    }
    if ((got = fields_put(out, EVENT_MARK, in, 0, 0, &mark, sizeof(mark))) < 0) {
        return got;
    }
    got = fields_put(out, EVENT_OPEN_INTEREST, in, 0, 0, &open, sizeof(open));
    return got < 0 ? got : 2;
}

/* --- all ----------------------------------------------------------------------------------------------------------- */

static const struct {
    const char *kind;
    int (*decode)(struct decoder *d, const struct scan_value *data,
                  struct event_buf *out); /* NULL: answers */
} kinds[] = {
    {"l2Book", decode_book},        {"bbo", decode_bbo},
    {"trades", decode_trades},      {"activeAssetCtx", decode_ctx},
    {"subscriptionResponse", NULL}, {"pong", NULL},
};

static int decode_frame(struct decoder *d, const char *bytes, size_t n, struct event_buf *out)
{
    struct hyperliquid_frame frame;
    int err = n > FRAME_BYTES_MAX ? AP_ETOOBIG : hyperliquid_read(bytes, n, &frame);
    if (err != 0) {
        return err < 0 ? err : 0;
    }
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (!hyperliquid_is(&frame, kinds[i].kind)) {
            continue;
        }
        if (kinds[i].decode == NULL) {
            return 0;
        }
        return frame.data.type != 0 ? kinds[i].decode(d, &frame.data, out) : AP_ESYNTAX;
    }
    decoder_count_unknown(d, frame.kind, frame.kind_n);
    return 0;
}

int hyperliquid_decode(struct decoder *d, const char *bytes, size_t n, struct event_buf *out)
{
    size_t used = out->used;
    int got = decode_frame(d, bytes, n, out);
    if (got < 0) {
        out->used = used;
    }
    d->frames++;
    d->bytes += n;
    d->bad += got < 0;
    return got;
}

static int is_bare_snapshot(const char *bytes, size_t n)
{
    (void)bytes;
    (void)n;
    return 0; /* its books name their coin */
}

const struct venue venue_hyperliquid = {
    .name = "hyperliquid",
    .title = "Hyperliquid perpetuals",
    .rest_base = "https://api.hyperliquid.xyz",
    .ws_base = "wss://api.hyperliquid.xyz",
    .completeness = COMPLETENESS_UNKNOWN,
    .has_trade_ids = 1,
    .rest_window_s = 60,
    .rest_weight = 1200,
    .ping_s = 50,
    .ping_text = "{\"method\":\"ping\"}",
    .decode = hyperliquid_decode,
    .decode_rest = hyperliquid_decode_rest,
    .read_instruments = hyperliquid_read_instruments,
    .probe = hyperliquid_probe,
    .infer = hyperliquid_infer,
    .is_bare_snapshot = is_bare_snapshot,
    .plan = hyperliquid_plan,
    .subscribe = hyperliquid_subscribe,
    .rest_path = hyperliquid_rest_path,
    .rest_body = hyperliquid_rest_body,
};
