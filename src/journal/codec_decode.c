#include "codec.h"
#include "codec_columns.h"
#include "codec_state.h"

#include <stdlib.h>
#include <string.h>

struct codec_decoder {
    struct columns_in cols;
    struct codec_state state;
    ZSTD_DCtx *zstd;  /* owned */
    struct buf event; /* the one handed out; malloc aligns it */
    uint32_t table[KIND_TABLE_MAX];
    uint32_t table_n;
    uint32_t instrument;
    unsigned sections; /* a mask: those decompressed */
    uint64_t left;     /* events */
    uint64_t bytes;    /* event bytes that may still come */
};

int codec_decoder_create(struct codec_decoder **ret_decoder)
{
    struct codec_decoder *d = calloc(1, sizeof(*d));
    if (d == NULL) {
        return AP_ENOMEM;
    }
    buf_init(&d->event, EVENT_SIZE_MAX + 64);
    d->zstd = ZSTD_createDCtx();
    if (d->zstd == NULL || codec_state_init(&d->state) != 0) {
        codec_decoder_destroy(d);
        return AP_ENOMEM;
    }
    *ret_decoder = d;
    return 0;
}

void codec_decoder_destroy(struct codec_decoder *d)
{
    if (d == NULL) {
        return;
    }
    columns_in_finish(&d->cols);
    codec_state_finish(&d->state);
    ZSTD_freeDCtx(d->zstd);
    buf_finish(&d->event);
    free(d);
}

static int read_block_header(struct codec_decoder *d, const uint8_t **p, const uint8_t *end)
{
    struct codec_units *u = &d->state.units;
    uint64_t instrument, seq, table_n, key;
    uint64_t *const head[] = {&instrument, &d->left, &d->bytes, &seq,   &u->recv_0, &u->recv,
                              &u->exch_0,  &u->exch, &u->px_0,  &u->px, &u->qty};
    if (*p == end) {
        return AP_ECORRUPT;
    }
    if (*(*p)++ != CODEC_FORMAT) {
        return AP_EVERSION;
    }
    for (size_t i = 0; i < sizeof(head) / sizeof(head[0]); i++) {
        if (!varint_get(p, end, head[i])) {
            return AP_ECORRUPT;
        }
    }
    if (!varint_get(p, end, &table_n) || table_n > KIND_TABLE_MAX || instrument > UINT32_MAX) {
        return AP_ECORRUPT;
    }
    d->instrument = (uint32_t)instrument;
    d->table_n = (uint32_t)table_n;
    for (uint32_t i = 0; i < d->table_n; i++) {
        if (!varint_get(p, end, &key) || key > 2 * UINT16_MAX + 1) {
            return AP_ECORRUPT;
        }
        d->table[i] = (uint32_t)key;
    }
    d->state.seq = seq - 1;
    return d->bytes > CODEC_RAW_MAX || d->left > d->bytes / sizeof(struct event) ? AP_ECORRUPT : 0;
}

static unsigned sections_for(uint32_t kinds)
{
    unsigned mask = 1U << SECTION_HEAD;
    for (unsigned kind = 0; kind < CODEC_KINDS; kind++) {
        if ((kinds & (1U << kind)) != 0) {
            mask |= 1U << codec_section_of(kind, false) | 1U << SECTION_OTHER;
        }
    }
    return mask;
}

int codec_decoder_open(struct codec_decoder *d, const void *bytes, size_t n, uint32_t kinds)
{
    const uint8_t *p = bytes, *end = p + n;
    d->left = 0;
    if (n > CODEC_BLOCK_MAX) {
        return AP_ETOOBIG;
    }
    codec_state_reset(&d->state);
    d->sections = sections_for(kinds);
    int err = read_block_header(d, &p, end);
    if (err == 0) {
        err = columns_unpack(&d->cols, d->zstd, p, (size_t)(end - p), d->sections);
    }
    if (err != 0) {
        d->left = 0;
    }
    return err;
}

/* An event of this many bytes of rows in d->event, header as in *header; NULL when it is too large. */
static struct event *new_event(struct codec_decoder *d, const struct event *header, uint64_t rows)
{
    char *at;
    uint64_t size = sizeof(*header) + rows;
    buf_reset(&d->event);
    if (size % 8 != 0 || size > EVENT_SIZE_MAX || size > d->bytes ||
        buf_grow(&d->event, (size_t)size, &at) != 0) {
        d->cols.is_bad = true;
        return NULL;
    }
    d->bytes -= size;
    struct event *ev = (struct event *)(void *)at;
    *ev = *header;
    ev->size = (uint32_t)size;
    return ev;
}

static uint32_t get_kind(struct codec_decoder *d)
{
    uint64_t i = get(&d->cols, SECTION_HEAD, COL_KIND);
    if (i < d->table_n) {
        return d->table[i];
    }
    if (i < KIND_TABLE_MAX || i - KIND_TABLE_MAX > 2 * UINT16_MAX + 1) {
        d->cols.is_bad = true;
        return 0;
    }
    return (uint32_t)(i - KIND_TABLE_MAX);
}

static void get_odd(struct codec_decoder *d, struct event *ev, enum codec_class class)
{
    uint8_t odd = get_byte(&d->cols, COL_ODD);
    if ((odd & ODD_FLAGS) != 0) {
        uint64_t flags = get(&d->cols, SECTION_HEAD, COL_FLAGS);
        d->cols.is_bad |= flags > UINT16_MAX;
        d->state.flags[class] = (uint16_t)flags;
    }
    if ((odd & ODD_VERSION) != 0) {
        uint64_t version = get(&d->cols, SECTION_HEAD, COL_VERSION);
        d->cols.is_bad |= version > UINT32_MAX;
        d->state.version = (uint32_t)version;
    }
    if ((odd & ODD_AUX) != 0) {
        ev->aux = get(&d->cols, SECTION_HEAD, COL_AUX);
    }
    d->cols.is_bad |= odd == 0 || odd > ODD_ALL;
}

static void get_ids(struct codec_decoder *d, struct event *ev, enum codec_class class, uint8_t shape)
{
    uint64_t before = d->state.last_id[class];
    int c = (int)class, first = (shape >> SHAPE_FIRST_SHIFT) & 3, prev = (shape >> SHAPE_PREV_SHIFT) & 3;
    if ((shape & SHAPE_LAST) != 0) {
        ev->last_id = before + get(&d->cols, SECTION_HEAD, COL_LAST_ID + c);
        d->state.last_id[class] = ev->last_id;
    }
    ev->first_id = first == ID_GIVEN  ? ev->last_id - get(&d->cols, SECTION_HEAD, COL_FIRST_ID + c)
                   : first == ID_SAME ? ev->last_id
                                      : 0;
    ev->prev_id = prev == ID_GIVEN  ? before - unzigzag(get(&d->cols, SECTION_HEAD, COL_PREV_ID + c))
                  : prev == ID_SAME ? before
                                    : 0;
}

static void get_header(struct codec_decoder *d, struct event *ev)
{
    struct codec_state *s = &d->state;
    enum codec_class class = codec_class_of(ev->kind);
    int c = (int)class;
    uint8_t shape = get_byte(&d->cols, COL_SHAPE + c);
    d->cols.is_bad |= shape > SHAPE_ALL;
    if ((shape & SHAPE_ODD) != 0) {
        get_odd(d, ev, class);
    }
    ev->flags = s->flags[class];
    ev->version = s->version;
    ev->instrument = d->instrument;
    s->seq += get(&d->cols, SECTION_HEAD, COL_SEQ) + 1;
    ev->seq = s->seq;

    bool has_moved = false;
    if ((shape & SHAPE_EXCH) != 0) {
        uint64_t step = unzigzag(get(&d->cols, SECTION_HEAD, COL_EXCH + c));
        has_moved = step != 0;
        s->exch += step;
        ev->exch_ns = (int64_t)(s->units.exch_0 + s->exch * s->units.exch);
    }
    s->recv += get(&d->cols, SECTION_HEAD, COL_RECV + c + (has_moved ? 0 : CLASS_N));
    ev->recv_ns = (int64_t)(s->units.recv_0 + s->recv * s->units.recv);
    get_ids(d, ev, class, shape);
}

static uint64_t get_size(struct codec_decoder *d, uint64_t px, int is_quote)
{
    struct price_entry *p = price_find(&d->state.prices, px);
    if (p == NULL) {
        d->cols.is_bad = true;
        return 0;
    }
    unsigned code = get_byte(&d->cols, (is_quote ? COL_QSIZE : COL_SIZE) + (int)price_context(p));
    uint64_t qty = 0;
    if (code == SIZE_MORE || code == SIZE_LESS) {
        uint64_t delta = get(&d->cols, SECTION_BOOK, COL_DELTA + is_quote) + 1;
        d->cols.is_bad |= !p->is_there;
        qty = code == SIZE_MORE ? p->sizes[0] + delta : p->sizes[0] - delta;
    } else if (code >= SIZE_BACK) {
        d->cols.is_bad |= code >= SIZE_CODES || (code == SIZE_NEW) != (p->size_n == 0);
        qty = get(&d->cols, SECTION_BOOK, COL_FRESH + is_quote);
    } else if (code != SIZE_GONE) {
        if (code > p->size_n) {
            d->cols.is_bad = true;
            return 0;
        }
        qty = p->sizes[code - 1];
    }
    price_note(&d->state.prices, p, code, qty);
    return qty;
}

static void get_side(struct codec_decoder *d, struct level *levels, uint32_t n, int side, unsigned order)
{
    struct codec_state *s = &d->state;
    bool is_reversed = order == (side == SIDE_BID ? ORDER_UP : ORDER_DOWN);
    uint64_t px = s->touch[side], step = 1;
    for (uint32_t i = 0; i < n && !d->cols.is_bad; i++) {
        struct level *l = &levels[is_reversed ? n - 1 - i : i];
        if (i == 0) {
            px += unzigzag(get(&d->cols, SECTION_BOOK, COL_TOUCH + side));
            s->touch[side] = px;
        } else if (order == ORDER_NONE) {
            px += unzigzag(get(&d->cols, SECTION_BOOK, COL_JUMP));
        } else {
            step = get(&d->cols, SECTION_BOOK, COL_DPX + (int)dpx_context(step));
            px = side == SIDE_BID ? px - step - 1 : px + step + 1;
        }
        l->px = (int64_t)to_px(&s->units, px);
        l->qty = (int64_t)(get_size(d, px, 0) * s->units.qty);
    }
}

static const struct event *get_depth(struct codec_decoder *d, const struct event *header)
{
    struct codec_state *s = &d->state;
    uint64_t bid_n = get(&d->cols, SECTION_BOOK, COL_COUNT);
    uint64_t ask_n = get(&d->cols, SECTION_BOOK, COL_COUNT + 1);
    unsigned order = get_byte(&d->cols, COL_ORDER);
    const uint64_t most = EVENT_SIZE_MAX / sizeof(struct level);
    if (bid_n > most || ask_n > most || order >= ORDER_N * ORDER_N) {
        d->cols.is_bad = true;
        return NULL;
    }
    struct event *ev = new_event(d, header,
                                 sizeof(struct depth_rows) + (bid_n + ask_n) * sizeof(struct level));
    if (ev == NULL) {
        return NULL;
    }
    struct depth_rows *rows = event_rows(ev);
    rows->bid_n = (uint32_t)bid_n;
    rows->ask_n = (uint32_t)ask_n;
    s->order[0] = (uint8_t)(order / ORDER_N);
    s->order[1] = (uint8_t)(order % ORDER_N);
    get_side(d, rows->levels, rows->bid_n, 0, s->order[0]);
    get_side(d, rows->levels + bid_n, rows->ask_n, 1, s->order[1]);
    return ev;
}

static const struct event *get_quote(struct codec_decoder *d, const struct event *header)
{
    struct codec_state *s = &d->state;
    struct event *ev = new_event(d, header, sizeof(struct quote_row));
    uint8_t shape = get_byte(&d->cols, COL_QUOTE);
    uint64_t px[2] = {(uint64_t)s->quote.bid_px, (uint64_t)s->quote.ask_px};
    uint64_t qty[2] = {(uint64_t)s->quote.bid_qty, (uint64_t)s->quote.ask_qty};
    if (ev == NULL || shape > QUOTE_ALL) {
        d->cols.is_bad = true;
        return NULL;
    }
    for (int side = 0; side < 2; side++) {
        if ((shape & (QUOTE_PX_0 << side)) != 0) {
            px[side] += unzigzag(get(&d->cols, SECTION_BOOK, COL_QUOTE_PX + side));
        }
        if ((shape & (QUOTE_QTY_0 << side)) != 0) {
            qty[side] = get_size(d, px[side], 1);
        }
    }
    s->quote = (struct quote_row){(int64_t)px[0], (int64_t)qty[0], (int64_t)px[1], (int64_t)qty[1]};
    struct quote_row *q = event_rows(ev);
    *q = (struct quote_row){(int64_t)to_px(&s->units, px[0]), (int64_t)(qty[0] * s->units.qty),
                            (int64_t)to_px(&s->units, px[1]), (int64_t)(qty[1] * s->units.qty)};
    return ev;
}

static const struct event *get_trade(struct codec_decoder *d, const struct event *header)
{
    struct codec_state *s = &d->state;
    struct event *ev = new_event(d, header, sizeof(struct trade_row));
    if (ev == NULL) {
        return NULL;
    }
    uint8_t shape = get_byte(&d->cols, COL_TRADE);
    s->trade_px += unzigzag(get(&d->cols, SECTION_TRADE, COL_TRADE_PX));
    uint64_t qty = get(&d->cols, SECTION_TRADE, COL_TRADE_QTY);
    struct trade_row *t = event_rows(ev);
    *t = (struct trade_row){.px = (int64_t)to_px(&s->units, s->trade_px),
                            .qty = (int64_t)(qty * s->units.qty),
                            .aggressor = shape & 1,
                            .flags = shape >> 1};
    return ev;
}

static const struct event *get_mark(struct codec_decoder *d, const struct event *header)
{
    uint64_t *v = d->state.mark;
    struct event *ev = new_event(d, header, sizeof(struct mark_row));
    if (ev == NULL) {
        return NULL;
    }
    uint8_t shape = get_byte(&d->cols, COL_MARK);
    for (int i = 0; i < MARK_VALUES; i++) {
        v[i] += unzigzag(get(&d->cols, SECTION_OTHER, COL_MARK_VALUE + i));
    }
    struct mark_row *m = event_rows(ev);
    *m = (struct mark_row){.mark = (int64_t)v[0],
                           .index = (int64_t)v[1],
                           .funding_rate = (int64_t)v[2],
                           .next_funding_ns = (int64_t)v[3],
                           .has_funding = shape};
    return ev;
}

static const struct event *get_liquidation(struct codec_decoder *d, const struct event *header)
{
    struct event *ev = new_event(d, header, sizeof(struct liquidation_row));
    if (ev == NULL) {
        return NULL;
    }
    uint8_t shape = get_byte(&d->cols, COL_LIQUIDATION);
    uint64_t px = d->state.liquidation_px + unzigzag(get(&d->cols, SECTION_OTHER, COL_LIQUIDATION_VALUE));
    uint64_t qty = get(&d->cols, SECTION_OTHER, COL_LIQUIDATION_VALUE + 1);
    uint64_t order_px = px + unzigzag(get(&d->cols, SECTION_OTHER, COL_LIQUIDATION_VALUE + 2));
    d->state.liquidation_px = px;
    struct liquidation_row *l = event_rows(ev);
    *l = (struct liquidation_row){.px = (int64_t)px,
                                  .qty = (int64_t)qty,
                                  .order_px = (int64_t)order_px,
                                  .side = shape & 1,
                                  .completeness = (shape >> 1) & 3,
                                  .is_bankruptcy = shape >> 3};
    return ev;
}

static const struct event *get_interest(struct codec_decoder *d, const struct event *header)
{
    struct event *ev = new_event(d, header, sizeof(struct count_row));
    if (ev == NULL) {
        return NULL;
    }
    d->state.interest += unzigzag(get(&d->cols, SECTION_OTHER, COL_INTEREST));
    struct count_row *row = event_rows(ev);
    row->value = (int64_t)d->state.interest;
    return ev;
}

static const struct event *get_raw(struct codec_decoder *d, const struct event *header)
{
    struct column_in *raw = &d->cols.cols[COL_RAW];
    uint64_t words = get(&d->cols, SECTION_OTHER, COL_RAW_SIZE);
    if (words > (uint64_t)(raw->end - raw->p) / 8) {
        d->cols.is_bad = true;
        return NULL;
    }
    struct event *ev = new_event(d, header, 8 * words);
    if (ev != NULL && words > 0) {
        memcpy(ev + 1, raw->p, (size_t)(8 * words));
        raw->p += 8 * words;
    }
    return ev;
}

static const struct event *get_rows(struct codec_decoder *d, const struct event *header, bool is_raw)
{
    if (is_raw) {
        return get_raw(d, header);
    }
    switch (header->kind) {
    case EVENT_DEPTH:
    case EVENT_DEPTH_SNAPSHOT: return get_depth(d, header);
    case EVENT_QUOTE: return get_quote(d, header);
    case EVENT_TRADE: return get_trade(d, header);
    case EVENT_MARK: return get_mark(d, header);
    case EVENT_LIQUIDATION: return get_liquidation(d, header);
    case EVENT_OPEN_INTEREST: return get_interest(d, header);
    default: return new_event(d, header, 0);
    }
}

int codec_decoder_next(struct codec_decoder *d, const struct event **ret_event)
{
    while (d->left > 0) {
        struct event header = {0};
        uint32_t key = get_kind(d);
        bool is_raw = (key & 1) != 0;
        header.kind = (uint16_t)(key >> 1);
        get_header(d, &header);
        d->left--;
        if (!d->cols.is_bad && (d->sections & (1U << codec_section_of(header.kind, is_raw))) == 0) {
            continue;
        }
        const struct event *ev = d->cols.is_bad ? NULL : get_rows(d, &header, is_raw);
        if (d->cols.is_bad) {
            d->left = 0;
            return AP_ECORRUPT;
        }
        *ret_event = ev;
        return 1;
    }
    return !d->cols.is_bad && columns_are_read(&d->cols) ? 0 : AP_ECORRUPT;
}
