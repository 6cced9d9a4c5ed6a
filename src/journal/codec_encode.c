#include "codec.h"
#include "codec_columns.h"
#include "codec_state.h"

#include <stdlib.h>
#include <string.h>

struct codec_encoder {
    struct columns_out cols;
    struct codec_state state;
    ZSTD_CCtx *zstd;                /* owned */
    uint32_t table[KIND_TABLE_MAX]; /* 2 * kind + is_raw */
    uint32_t table_n;
};

int codec_encoder_create(int zstd_level, struct codec_encoder **ret_encoder)
{
    struct codec_encoder *e = calloc(1, sizeof(*e));
    if (e == NULL) {
        return AP_ENOMEM;
    }
    e->zstd = ZSTD_createCCtx();
    if (e->zstd == NULL || codec_state_init(&e->state) != 0 ||
        ZSTD_isError(ZSTD_CCtx_setParameter(e->zstd, ZSTD_c_compressionLevel, zstd_level))) {
        codec_encoder_destroy(e);
        return AP_ENOMEM;
    }
    *ret_encoder = e;
    return 0;
}

void codec_encoder_destroy(struct codec_encoder *e)
{
    if (e == NULL) {
        return;
    }
    columns_out_finish(&e->cols);
    codec_state_finish(&e->state);
    ZSTD_freeCCtx(e->zstd);
    free(e);
}

static uint64_t gcd(uint64_t a, uint64_t b)
{
    while (b != 0) {
        uint64_t r = a % b;
        a = b;
        b = r;
    }
    return a;
}

/* Widens a unit so far (0: none yet) to divide d too. The test first: nearly always it divides already. */
static void unit_take(uint64_t *unit, uint64_t d)
{
    if (*unit == 0 || d % *unit != 0) {
        *unit = gcd(*unit, d);
    }
}

static uint64_t distance(uint64_t a, uint64_t b)
{
    uint64_t d = a - b;
    return d >> 63 != 0 ? 0 - d : d;
}

struct unit_scan {
    struct codec_units u;
    bool has_exch, has_px;
};

static void scan_px(struct unit_scan *s, int64_t px)
{
    if (!s->has_px) {
        s->has_px = true;
        s->u.px_0 = (uint64_t)px;
    }
    unit_take(&s->u.px, distance((uint64_t)px, s->u.px_0));
}

static void scan_rows(struct unit_scan *s, const struct event *ev)
{
    const struct quote_row *q = event_rows_const(ev);
    const struct depth_rows *d = event_rows_const(ev);
    const struct trade_row *t = event_rows_const(ev);
    switch (codec_class_of(ev->kind)) {
    case CLASS_DEPTH:
        for (size_t i = 0; i < (size_t)d->bid_n + d->ask_n; i++) {
            scan_px(s, d->levels[i].px);
            unit_take(&s->u.qty, (uint64_t)d->levels[i].qty);
        }
        break;
    case CLASS_QUOTE:
        scan_px(s, q->bid_px);
        scan_px(s, q->ask_px);
        unit_take(&s->u.qty, (uint64_t)q->bid_qty);
        unit_take(&s->u.qty, (uint64_t)q->ask_qty);
        break;
    case CLASS_TRADE:
        scan_px(s, t->px);
        unit_take(&s->u.qty, (uint64_t)t->qty);
        break;
    default: break;
    }
}

/* Can the columns hold all of it? Otherwise its rows go as raw bytes. */
static bool is_regular(const struct event *ev)
{
    static const uint8_t zero[8];
    const struct depth_rows *d = event_rows_const(ev);
    const struct trade_row *t = event_rows_const(ev);
    const struct mark_row *m = event_rows_const(ev);
    const struct liquidation_row *l = event_rows_const(ev);
    size_t n = ev->size - sizeof(*ev);
    switch (ev->kind) {
    case EVENT_DEPTH:
    case EVENT_DEPTH_SNAPSHOT:
        return n >= sizeof(*d) && n - sizeof(*d) == ((uint64_t)d->bid_n + d->ask_n) * sizeof(struct level);
    case EVENT_QUOTE: return n == sizeof(struct quote_row);
    case EVENT_TRADE:
        return n == sizeof(*t) && t->aggressor <= 1 && t->flags < 0x80 &&
               memcmp(t->pad, zero, sizeof(t->pad)) == 0;
    case EVENT_MARK: return n == sizeof(*m) && m->has_funding >= 0 && m->has_funding <= 1 && m->pad == 0;
    case EVENT_LIQUIDATION:
        return n == sizeof(*l) && l->side <= 1 && l->completeness <= 3 && l->is_bankruptcy <= 1 &&
               memcmp(l->pad, zero, sizeof(l->pad)) == 0;
    case EVENT_OPEN_INTEREST: return n == sizeof(struct count_row);
    default: return n == 0;
    }
}

static void put_kind(struct codec_encoder *e, uint32_t kind, bool is_raw)
{
    uint32_t key = 2 * kind + is_raw, i = 0;
    while (i < e->table_n && e->table[i] != key) {
        i++;
    }
    if (i == e->table_n && i < KIND_TABLE_MAX) {
        e->table[e->table_n++] = key;
    }
    put(&e->cols, SECTION_HEAD, COL_KIND, i < KIND_TABLE_MAX ? i : KIND_TABLE_MAX + (uint64_t)key);
}

static void put_odd(struct codec_encoder *e, const struct event *ev, enum codec_class class, uint8_t odd)
{
    put_byte(&e->cols, COL_ODD, odd);
    if ((odd & ODD_FLAGS) != 0) {
        put(&e->cols, SECTION_HEAD, COL_FLAGS, ev->flags);
        e->state.flags[class] = ev->flags;
    }
    if ((odd & ODD_VERSION) != 0) {
        put(&e->cols, SECTION_HEAD, COL_VERSION, ev->version);
        e->state.version = ev->version;
    }
    if ((odd & ODD_AUX) != 0) {
        put(&e->cols, SECTION_HEAD, COL_AUX, ev->aux);
    }
}

static void put_ids(struct codec_encoder *e, const struct event *ev, enum codec_class class, uint8_t shape)
{
    uint64_t before = e->state.last_id[class];
    int c = (int)class;
    if ((shape & SHAPE_LAST) != 0) {
        put(&e->cols, SECTION_HEAD, COL_LAST_ID + c, ev->last_id - before);
        e->state.last_id[class] = ev->last_id;
    }
    if (((shape >> SHAPE_FIRST_SHIFT) & 3) == ID_GIVEN) {
        put(&e->cols, SECTION_HEAD, COL_FIRST_ID + c, ev->last_id - ev->first_id);
    }
    if (((shape >> SHAPE_PREV_SHIFT) & 3) == ID_GIVEN) {
        put(&e->cols, SECTION_HEAD, COL_PREV_ID + c, zigzag(before - ev->prev_id));
    }
}

static unsigned id_form(uint64_t id, uint64_t expected)
{
    return id == 0 ? ID_ZERO : id == expected ? ID_SAME : ID_GIVEN;
}

static void put_header(struct codec_encoder *e, const struct event *ev)
{
    struct codec_state *s = &e->state;
    enum codec_class class = codec_class_of(ev->kind);
    int c = (int)class;
    uint8_t odd = (uint8_t)((ev->flags != s->flags[class] ? ODD_FLAGS : 0) |
                            (ev->version != s->version ? ODD_VERSION : 0) | (ev->aux != 0 ? ODD_AUX : 0));
    uint8_t shape = (uint8_t)((odd != 0 ? SHAPE_ODD : 0) | (ev->exch_ns != 0 ? SHAPE_EXCH : 0) |
                              (ev->last_id != 0 ? SHAPE_LAST : 0) |
                              id_form(ev->first_id, ev->last_id) << SHAPE_FIRST_SHIFT |
                              id_form(ev->prev_id, s->last_id[class]) << SHAPE_PREV_SHIFT);
    put_byte(&e->cols, COL_SHAPE + c, shape);
    if (odd != 0) {
        put_odd(e, ev, class, odd);
    }
    put(&e->cols, SECTION_HEAD, COL_SEQ, ev->seq - s->seq - 1);
    s->seq = ev->seq;

    bool has_moved = false;
    if (ev->exch_ns != 0) {
        uint64_t exch = in_units((uint64_t)ev->exch_ns, s->units.exch_0, s->units.exch);
        has_moved = exch != s->exch;
        put(&e->cols, SECTION_HEAD, COL_EXCH + c, zigzag(exch - s->exch));
        s->exch = exch;
    }
    uint64_t recv = in_units((uint64_t)ev->recv_ns, s->units.recv_0, s->units.recv);
    put(&e->cols, SECTION_HEAD, COL_RECV + c + (has_moved ? 0 : CLASS_N), recv - s->recv);
    s->recv = recv;
    put_ids(e, ev, class, shape);
}

static void put_size(struct codec_encoder *e, uint64_t px, uint64_t qty, int is_quote)
{
    struct price_entry *p = price_find(&e->state.prices, px);
    if (p == NULL) {
        e->cols.err = AP_ENOMEM;
        return;
    }
    unsigned code = SIZE_GONE;
    uint64_t before = p->sizes[0];
    if (qty != 0) {
        unsigned i = 0;
        while (i < p->size_n && p->sizes[i] != qty) {
            i++;
        }
        code = i < p->size_n    ? 1 + i
               : p->size_n == 0 ? SIZE_NEW
               : !p->is_there   ? SIZE_BACK
               : qty > before   ? SIZE_MORE
                                : SIZE_LESS;
    }
    put_byte(&e->cols, (is_quote ? COL_QSIZE : COL_SIZE) + (int)price_context(p), (uint8_t)code);
    if (code == SIZE_MORE || code == SIZE_LESS) {
        put(&e->cols, SECTION_BOOK, COL_DELTA + is_quote,
            (code == SIZE_MORE ? qty - before : before - qty) - 1);
    } else if (code >= SIZE_BACK) {
        put(&e->cols, SECTION_BOOK, COL_FRESH + is_quote, qty);
    }
    price_note(&e->state.prices, p, code, qty);
}

/* What a side's prices are; `expected` when there are too few to tell, so that the byte seldom changes. */
static unsigned order_of(const struct level *levels, uint32_t n, unsigned expected)
{
    if (n < 2) {
        return expected;
    }
    bool is_up = levels[1].px > levels[0].px;
    for (uint32_t i = 1; i < n; i++) {
        if (is_up ? levels[i].px <= levels[i - 1].px : levels[i].px >= levels[i - 1].px) {
            return ORDER_NONE;
        }
    }
    return is_up ? ORDER_UP : ORDER_DOWN;
}

/* Outward from the touch, so that steps are small first: bids from the highest price, asks from the lowest. */
static void put_side(struct codec_encoder *e, const struct level *levels, uint32_t n, int side,
                     unsigned order)
{
    struct codec_state *s = &e->state;
    bool is_reversed = order == (side == SIDE_BID ? ORDER_UP : ORDER_DOWN);
    uint64_t last = s->touch[side], step = 1;
    for (uint32_t i = 0; i < n; i++) {
        const struct level *l = &levels[is_reversed ? n - 1 - i : i];
        uint64_t px = in_units((uint64_t)l->px, s->units.px_0, s->units.px);
        if (i == 0) {
            put(&e->cols, SECTION_BOOK, COL_TOUCH + side, zigzag(px - last));
            s->touch[side] = px;
        } else if (order == ORDER_NONE) {
            put(&e->cols, SECTION_BOOK, COL_JUMP, zigzag(px - last));
        } else {
            unsigned context = dpx_context(step);
            step = (side == SIDE_BID ? last - px : px - last) - 1;
            put(&e->cols, SECTION_BOOK, COL_DPX + (int)context, step);
        }
        last = px;
        put_size(e, px, (uint64_t)l->qty / s->units.qty, 0);
    }
}

static void put_depth(struct codec_encoder *e, const struct depth_rows *d)
{
    struct codec_state *s = &e->state;
    const struct level *sides[2] = {d->levels, d->levels + d->bid_n};
    uint32_t n[2] = {d->bid_n, d->ask_n};
    for (int side = 0; side < 2; side++) {
        put(&e->cols, SECTION_BOOK, COL_COUNT + side, n[side]);
        s->order[side] = (uint8_t)order_of(sides[side], n[side], s->order[side]);
    }
    put_byte(&e->cols, COL_ORDER, (uint8_t)(s->order[0] * ORDER_N + s->order[1]));
    for (int side = 0; side < 2; side++) {
        put_side(e, sides[side], n[side], side, s->order[side]);
    }
}

static void put_quote(struct codec_encoder *e, const struct quote_row *q)
{
    struct codec_state *s = &e->state;
    const struct codec_units *u = &s->units;
    const struct quote_row old = s->quote;
    uint64_t px[2] = {in_units((uint64_t)q->bid_px, u->px_0, u->px),
                      in_units((uint64_t)q->ask_px, u->px_0, u->px)};
    uint64_t qty[2] = {(uint64_t)q->bid_qty / u->qty, (uint64_t)q->ask_qty / u->qty};
    uint64_t old_px[2] = {(uint64_t)old.bid_px, (uint64_t)old.ask_px};
    uint64_t old_qty[2] = {(uint64_t)old.bid_qty, (uint64_t)old.ask_qty};
    uint8_t shape = 0;
    for (int side = 0; side < 2; side++) {
        bool has_moved = px[side] != old_px[side];
        shape |= has_moved ? (uint8_t)(QUOTE_PX_0 << side) : 0;
        shape |= has_moved || qty[side] != old_qty[side] ? (uint8_t)(QUOTE_QTY_0 << side) : 0;
    }
    put_byte(&e->cols, COL_QUOTE, shape);
    for (int side = 0; side < 2; side++) {
        if ((shape & (QUOTE_PX_0 << side)) != 0) {
            put(&e->cols, SECTION_BOOK, COL_QUOTE_PX + side, zigzag(px[side] - old_px[side]));
        }
        if ((shape & (QUOTE_QTY_0 << side)) != 0) {
            put_size(e, px[side], qty[side], 1);
        }
    }
    s->quote = (struct quote_row){(int64_t)px[0], (int64_t)qty[0], (int64_t)px[1], (int64_t)qty[1]};
}

static void put_trade(struct codec_encoder *e, const struct trade_row *t)
{
    struct codec_state *s = &e->state;
    uint64_t px = in_units((uint64_t)t->px, s->units.px_0, s->units.px);
    put_byte(&e->cols, COL_TRADE, (uint8_t)(t->aggressor | t->flags << 1));
    put(&e->cols, SECTION_TRADE, COL_TRADE_PX, zigzag(px - s->trade_px));
    put(&e->cols, SECTION_TRADE, COL_TRADE_QTY, (uint64_t)t->qty / s->units.qty);
    s->trade_px = px;
}

static void put_mark(struct codec_encoder *e, const struct mark_row *m)
{
    uint64_t values[MARK_VALUES] = {(uint64_t)m->mark, (uint64_t)m->index, (uint64_t)m->funding_rate,
                                    (uint64_t)m->next_funding_ns};
    put_byte(&e->cols, COL_MARK, (uint8_t)m->has_funding);
    for (int i = 0; i < MARK_VALUES; i++) {
        put(&e->cols, SECTION_OTHER, COL_MARK_VALUE + i, zigzag(values[i] - e->state.mark[i]));
        e->state.mark[i] = values[i];
    }
}

static void put_liquidation(struct codec_encoder *e, const struct liquidation_row *l)
{
    put_byte(&e->cols, COL_LIQUIDATION, (uint8_t)(l->side | l->completeness << 1 | l->is_bankruptcy << 3));
    put(&e->cols, SECTION_OTHER, COL_LIQUIDATION_VALUE, zigzag((uint64_t)l->px - e->state.liquidation_px));
    put(&e->cols, SECTION_OTHER, COL_LIQUIDATION_VALUE + 1, (uint64_t)l->qty);
    put(&e->cols, SECTION_OTHER, COL_LIQUIDATION_VALUE + 2, zigzag((uint64_t)l->order_px - (uint64_t)l->px));
    e->state.liquidation_px = (uint64_t)l->px;
}

static void put_raw(struct codec_encoder *e, const struct event *ev)
{
    size_t n = ev->size - sizeof(*ev);
    put(&e->cols, SECTION_OTHER, COL_RAW_SIZE, n / 8);
    if (n > 0 && column_room(&e->cols, COL_RAW, n)) {
        memcpy(e->cols.cols[COL_RAW].data + e->cols.cols[COL_RAW].n, ev + 1, n);
        e->cols.cols[COL_RAW].n += n;
    }
}

static void put_event(struct codec_encoder *e, const struct event *ev)
{
    const void *rows = event_rows_const(ev);
    bool is_raw = !is_regular(ev);
    put_kind(e, ev->kind, is_raw);
    put_header(e, ev);
    if (is_raw) {
        put_raw(e, ev);
        return;
    }
    switch (ev->kind) {
    case EVENT_DEPTH:
    case EVENT_DEPTH_SNAPSHOT: put_depth(e, rows); break;
    case EVENT_QUOTE: put_quote(e, rows); break;
    case EVENT_TRADE: put_trade(e, rows); break;
    case EVENT_MARK: put_mark(e, rows); break;
    case EVENT_LIQUIDATION: put_liquidation(e, rows); break;
    case EVENT_OPEN_INTEREST: {
        uint64_t value = (uint64_t)((const struct count_row *)rows)->value;
        put(&e->cols, SECTION_OTHER, COL_INTEREST, zigzag(value - e->state.interest));
        e->state.interest = value;
        break;
    }
    default: break;
    }
}

/* First pass: is it a block at all, and in which units? */
static int survey(const struct event *const *events, size_t n, struct codec_units *ret_units,
                  uint64_t *ret_bytes)
{
    struct unit_scan s = {.u = {.recv_0 = (uint64_t)events[0]->recv_ns}};
    uint64_t bytes = 0;
    for (size_t i = 0; i < n; i++) {
        const struct event *ev = events[i];
        if (ev->size < sizeof(*ev) || ev->size % 8 != 0 || ev->size > EVENT_SIZE_MAX ||
            ev->instrument != events[0]->instrument || (i > 0 && ev->seq <= events[i - 1]->seq)) {
            return AP_EINVAL;
        }
        bytes += ev->size;
        unit_take(&s.u.recv, distance((uint64_t)ev->recv_ns, s.u.recv_0));
        if (ev->exch_ns != 0) {
            s.u.exch_0 = s.has_exch ? s.u.exch_0 : (uint64_t)ev->exch_ns;
            s.has_exch = true;
            unit_take(&s.u.exch, distance((uint64_t)ev->exch_ns, s.u.exch_0));
        }
        if (is_regular(ev)) {
            scan_rows(&s, ev);
        }
    }
    s.u.recv += s.u.recv == 0;
    s.u.exch += s.u.exch == 0;
    s.u.px += s.u.px == 0;
    s.u.qty += s.u.qty == 0;
    *ret_units = s.u;
    *ret_bytes = bytes;
    return bytes > CODEC_RAW_MAX ? AP_ETOOBIG : 0;
}

static void put_block_header(const struct codec_encoder *e, size_t n, uint64_t bytes,
                             const struct event *first, struct buf *out)
{
    const struct codec_units *u = &e->state.units;
    const uint64_t head[] = {first->instrument, n,       bytes,   first->seq, u->recv_0, u->recv,
                             u->exch_0,         u->exch, u->px_0, u->px,      u->qty};
    buf_byte(out, CODEC_FORMAT);
    for (size_t i = 0; i < sizeof(head) / sizeof(head[0]); i++) {
        varint_put(out, head[i]);
    }
    varint_put(out, e->table_n);
    for (uint32_t i = 0; i < e->table_n; i++) {
        varint_put(out, e->table[i]);
    }
}

int codec_encode(struct codec_encoder *e, const struct event *const *events, size_t n, struct buf *out)
{
    struct codec_units units;
    uint64_t bytes;
    size_t len = out->len;
    int err = n == 0 ? AP_EINVAL : survey(events, n, &units, &bytes);
    if (err != 0) {
        return err;
    }
    columns_out_reset(&e->cols);
    codec_state_reset(&e->state);
    e->state.units = units;
    e->state.seq = events[0]->seq - 1;
    e->table_n = 0;
    for (size_t i = 0; i < n && e->cols.err == 0; i++) {
        put_event(e, events[i]);
    }
    put_block_header(e, n, bytes, events[0], out);
    err = columns_pack(&e->cols, e->zstd, out);
    if (err != 0) {
        out->len = len;
    }
    return err;
}
