#include "wild_events.h"
#include "test.h"

#include <alphaplus/base/clock.h>
#include <alphaplus/base/fixed.h>
#include <alphaplus/model/position.h>
#include <stdio.h>
#include <string.h>

enum { WILD_ROWS_MAX = 2 * WILD_GRID };

static bool wild_chance(struct wild *w, uint64_t in_10000)
{
    return test_below(&w->rng, 10000) < in_10000;
}

/* NULL when the buffer is full. */
static void *wild_begin(struct wild *w, int kind, uint32_t instrument, size_t bytes, struct event **ret_event)
{
    struct event *ev = event_buf_new(w->out, kind, bytes);
    *ret_event = ev;
    if (!ev)
        return NULL;
    ev->instrument = instrument;
    ev->version = 1;
    ev->seq = ++w->seq;
    ev->recv_ns = w->now_ns;
    ev->exch_ns = wild_chance(w, 9900) ? w->now_ns - (int64_t)test_below(&w->rng, 50) * NS_PER_MS
                                       : (int64_t)test_random(&w->rng);
    return event_rows(ev);
}

static void wild_end(struct wild *w, const struct event *ev)
{
    assert_int_equal(event_check(ev, ev->size), 0);
    event_buf_push(w->out, ev);
}

static int64_t wild_qty(struct wild *w, const struct wild_market *m)
{
    uint64_t kind = test_below(&w->rng, 100);
    if (kind == 0)
        return 1;
    if (kind == 1)
        return m->max_qty;
    return 1 +
           (int64_t)test_below(&w->rng, kind < 90 ? (uint64_t)m->max_qty / 1000 + 1 : (uint64_t)m->max_qty);
}

static int64_t wild_px(const struct wild_market *m, int at)
{
    return m->base_px + at * m->in.tick;
}

static void wild_market_init(struct wild_market *m, uint32_t i)
{
    static const struct {
        int64_t base_px, tick, max_qty, multiplier;
        uint8_t rule, price_decimals, qty_decimals, inverse;
    } kinds[WILD_MARKETS] = {
        {640000, 1, 500000, 100000000, BOOK_RULE_PREV_ID, 1, 3, 0},
        {2, 1, INT64_C(1000000000000), 100000000, BOOK_RULE_FIRST_ID, 8, 0, 1},
        {FIXED_VALUE_MAX - 3 * WILD_GRID, 3, FIXED_VALUE_MAX, FIXED_VALUE_MAX, BOOK_RULE_SEQUENCE, 0, 0, 0},
        {64, 64, FIXED_VALUE_MAX, 100000000, BOOK_RULE_NONE, 12, 12, 0},
    };
    memset(m, 0, sizeof *m);
    m->base_px = kinds[i].base_px;
    m->max_qty = kinds[i].max_qty;
    m->mid = WILD_GRID / 2;
    m->id = 1000;
    m->in = (struct instrument){.venue = "binance",
                                .quote = "USDT",
                                .id = i + 1,
                                .version = 1,
                                .kind = INSTRUMENT_PERPETUAL,
                                .book_rule = kinds[i].rule,
                                .inverse = kinds[i].inverse,
                                .price_decimals = kinds[i].price_decimals,
                                .qty_decimals = kinds[i].qty_decimals,
                                .mark_decimals = 8,
                                .rate_decimals = 8,
                                .tick = kinds[i].tick,
                                .lot = 1,
                                .multiplier = kinds[i].multiplier,
                                .trading = 1,
                                .liq_completeness = (uint8_t)(i % 4)};
    snprintf(m->in.base, sizeof m->in.base, "W%u", i / 2);
    snprintf(m->in.symbol, sizeof m->in.symbol, "WILD%u", i);
}

static void wild_instrument(struct wild *w, const struct wild_market *m)
{
    struct event *ev;
    void *row = wild_begin(w, EVENT_INSTRUMENT, m->in.id, sizeof m->in, &ev);
    if (!row)
        return;
    memcpy(row, &m->in, sizeof m->in);
    wild_end(w, ev);
}

/* One change to the venue's book; notes it as a row. */
static void wild_set(struct wild_market *m, int side, int at, int64_t qty, struct level *rows, uint32_t *n)
{
    if (at < 0 || at >= WILD_GRID || *n == WILD_ROWS_MAX)
        return;
    m->qty[side][at] = qty;
    rows[(*n)++] = (struct level){wild_px(m, at), qty};
}

/* Bids lie below mid, asks from it on; what a move of mid passes over goes. */
static void wild_change(struct wild *w, struct wild_market *m, struct level *rows[2], uint32_t n[2])
{
    int mid = m->mid + (int)test_below(&w->rng, 7) - 3;
    mid = mid < 20 ? 20 : mid > WILD_GRID - 20 ? WILD_GRID - 20 : mid;
    for (int at = m->mid; at < mid; at++)
        wild_set(m, SIDE_ASK, at, 0, rows[SIDE_ASK], &n[SIDE_ASK]);
    for (int at = mid; at < m->mid; at++)
        wild_set(m, SIDE_BID, at, 0, rows[SIDE_BID], &n[SIDE_BID]);
    m->mid = mid;
    for (uint64_t k = 1 + test_below(&w->rng, 16); k > 0; k--) {
        int side = (int)test_below(&w->rng, 2), reach = wild_chance(w, 8000) ? 16 : WILD_GRID;
        int away = (int)test_below(&w->rng, (uint64_t)reach);
        int64_t qty = wild_chance(w, 3000) ? 0 : wild_qty(w, m);
        wild_set(m, side, side == SIDE_ASK ? mid + away : mid - 1 - away, qty, rows[side], &n[side]);
    }
}

static void wild_empty_side(struct wild *w, struct wild_market *m, struct level *rows[2], uint32_t n[2])
{
    int side = (int)test_below(&w->rng, 2);
    for (int at = 0; at < WILD_GRID; at++) {
        if (m->qty[side][at] > 0)
            wild_set(m, side, at, 0, rows[side], &n[side]);
    }
}

/* Rows that the venue's book does not hold: they cross it, or lie where nobody looks. */
static void wild_nonsense(struct wild *w, const struct wild_market *m, struct level *rows[2], uint32_t n[2])
{
    int side = (int)test_below(&w->rng, 2);
    int64_t px = wild_chance(w, 5000) ? wild_px(m, side == SIDE_BID ? WILD_GRID - 1 : 0)
                                      : 1 + (int64_t)test_below(&w->rng, (uint64_t)FIXED_VALUE_MAX);
    if (n[side] < WILD_ROWS_MAX)
        rows[side][n[side]++] = (struct level){px, wild_qty(w, m)};
}

static void wild_rows(struct wild *w, int kind, struct wild_market *m, struct level *rows[2],
                      const uint32_t n[2], uint64_t first, uint64_t prev, int flags)
{
    struct event *ev;
    struct depth_rows *d = wild_begin(w, kind, m->in.id, sizeof *d + (n[0] + n[1]) * sizeof(struct level),
                                      &ev);
    if (!d)
        return;
    d->bid_n = n[SIDE_BID];
    d->ask_n = n[SIDE_ASK];
    memcpy(d->levels, rows[SIDE_BID], n[SIDE_BID] * sizeof(struct level));
    memcpy(d->levels + n[SIDE_BID], rows[SIDE_ASK], n[SIDE_ASK] * sizeof(struct level));
    ev->first_id = first;
    ev->last_id = m->id;
    ev->prev_id = prev;
    ev->flags = (uint16_t)flags;
    wild_end(w, ev);
}

static void wild_depth(struct wild *w, struct wild_market *m)
{
    static struct level space[2][WILD_ROWS_MAX];
    struct level *rows[2] = {space[0], space[1]};
    uint32_t n[2] = {0, 0};
    uint64_t before = m->id;

    wild_change(w, m, rows, n);
    if (wild_chance(w, 30))
        wild_empty_side(w, m, rows, n);
    if (wild_chance(w, 60))
        wild_nonsense(w, m, rows, n);
    m->id += m->in.book_rule == BOOK_RULE_SEQUENCE ? 1 : 1 + test_below(&w->rng, 5);
    if (wild_chance(w, 50)) {
        m->id += 100; /* something was not sent */
        before = m->id - 1;
    }
    wild_rows(w, EVENT_DEPTH, m, rows, n, before + 1, before, 0);
    if (wild_chance(w, 50)) /* once more */
        wild_rows(w, EVENT_DEPTH, m, rows, n, before + 1, before, 0);
}

static void wild_snapshot(struct wild *w, struct wild_market *m)
{
    static struct level space[2][WILD_ROWS_MAX];
    struct level *rows[2] = {space[0], space[1]};
    uint32_t n[2] = {0, 0};
    int reach = wild_chance(w, 5000) ? WILD_GRID : 5 + (int)test_below(&w->rng, 100);

    for (int away = 0; away < reach; away++) {
        for (int side = 0; side < 2; side++) {
            int at = side == SIDE_ASK ? m->mid + away : m->mid - 1 - away;
            if (at >= 0 && at < WILD_GRID && m->qty[side][at] > 0)
                wild_set(m, side, at, m->qty[side][at], rows[side], &n[side]);
        }
    }
    if (wild_chance(w, 1000)) { /* in two parts */
        wild_rows(w, EVENT_DEPTH_SNAPSHOT, m, rows, n, 0, 0, EVENT_MORE);
        n[0] = n[1] = 0;
    }
    wild_rows(w, EVENT_DEPTH_SNAPSHOT, m, rows, n, 0, 0, 0);
}

static void wild_trade(struct wild *w, const struct wild_market *m)
{
    struct event *ev;
    struct trade_row *t = wild_begin(w, EVENT_TRADE, m->in.id, sizeof *t, &ev);
    if (!t)
        return;
    *t = (struct trade_row){.px = wild_px(m, m->mid - (int)test_below(&w->rng, 2)),
                            .qty = wild_chance(w, 9900) ? wild_qty(w, m) : 0,
                            .aggressor = (uint8_t)test_below(&w->rng, 2),
                            .flags = wild_chance(w, 100) ? TRADE_NOT_MARKET : 0};
    wild_end(w, ev);
}

static void wild_quote(struct wild *w, const struct wild_market *m)
{
    struct event *ev;
    struct quote_row *q = wild_begin(w, EVENT_QUOTE, m->in.id, sizeof *q, &ev);
    if (!q)
        return;
    *q = (struct quote_row){wild_px(m, m->mid - 1), 1, wild_px(m, m->mid), 0};
    wild_end(w, ev);
}

static void wild_mark(struct wild *w, const struct wild_market *m)
{
    struct event *ev;
    struct mark_row *r = wild_begin(w, EVENT_MARK, m->in.id, sizeof *r, &ev);
    if (!r)
        return;
    *r = (struct mark_row){.mark = wild_chance(w, 9000) ? 1 + (int64_t)test_below(&w->rng, INT64_C(1) << 45)
                                                        : 0,
                           .index = (int64_t)test_below(&w->rng, 1000),
                           .funding_rate = (int64_t)test_below(&w->rng, 2000) - 1000,
                           .next_funding_ns = w->now_ns,
                           .has_funding = (int32_t)test_below(&w->rng, 2)};
    wild_end(w, ev);
}

static void wild_liquidation(struct wild *w, const struct wild_market *m)
{
    struct event *ev;
    struct liquidation_row *l = wild_begin(w, EVENT_LIQUIDATION, m->in.id, sizeof *l, &ev);
    if (!l)
        return;
    *l = (struct liquidation_row){.px = wild_chance(w, 9500) ? wild_px(m, m->mid) : 0,
                                  .qty = wild_qty(w, m),
                                  .side = (uint8_t)test_below(&w->rng, 2),
                                  .completeness = (uint8_t)test_below(&w->rng, 4)};
    wild_end(w, ev);
}

static void wild_count(struct wild *w, int kind, uint32_t instrument, int64_t value)
{
    struct event *ev;
    struct count_row *c = wild_begin(w, kind, instrument, sizeof *c, &ev);
    if (!c)
        return;
    c->value = value;
    wild_end(w, ev);
}

static void wild_gap(struct wild *w, uint32_t instrument)
{
    struct event *ev;
    struct gap_row *g = wild_begin(w, EVENT_GAP, instrument, sizeof *g, &ev);
    if (!g)
        return;
    *g = (struct gap_row){.cause = 1 + (uint32_t)test_below(&w->rng, 8), .lost = test_below(&w->rng, 100)};
    wild_end(w, ev);
}

static void wild_feed(struct wild *w)
{
    struct event *ev;
    struct feed_row *f = wild_begin(w, EVENT_FEED, 0, sizeof *f, &ev);
    if (!f)
        return;
    f->state = (uint8_t)test_below(&w->rng, FEED_ENDED + 1);
    snprintf(f->venue, sizeof f->venue, "venue%u", (unsigned)test_below(&w->rng, 12));
    wild_end(w, ev);
}

static void wild_position(struct wild *w, const struct wild_market *m)
{
    struct event *ev;
    struct account *a = wild_begin(w, EVENT_ACCOUNT, 0, sizeof *a, &ev);
    if (!a)
        return;
    snprintf(a->name, sizeof a->name, "main");
    a->wallet = (double)test_below(&w->rng, 1000000);
    wild_end(w, ev);
    struct position *p = wild_begin(w, EVENT_POSITION, 0, sizeof *p, &ev);
    if (!p)
        return;
    snprintf(p->account, sizeof p->account, "main");
    instrument_name(&m->in, p->instrument);
    p->side = (uint8_t)test_below(&w->rng, 2);
    p->margin_mode = (uint8_t)test_below(&w->rng, 2);
    p->qty = (double)test_below(&w->rng, 1000) / 10.0;
    p->entry = 1.0 + (double)test_below(&w->rng, 100000);
    p->isolated_margin = (double)test_below(&w->rng, 1000);
    wild_end(w, ev);
}

static void wild_session(struct wild *w)
{
    struct event *ev;
    struct session_row *s = wild_begin(w, EVENT_SESSION, 0, sizeof *s, &ev);
    if (!s)
        return;
    snprintf(s->program, sizeof s->program, "test");
    snprintf(s->source, sizeof s->source, "wild");
    wild_end(w, ev);
    for (uint32_t i = 0; i < WILD_MARKETS; i++)
        wild_instrument(w, &w->markets[i]);
}

void wild_init(struct wild *w, uint64_t seed, int64_t now_ns, struct event_buf *out)
{
    *w = (struct wild){.rng = seed, .now_ns = now_ns, .out = out};
    for (uint32_t i = 0; i < WILD_MARKETS; i++)
        wild_market_init(&w->markets[i], i);
    wild_session(w);
}

static void wild_pass_time(struct wild *w)
{
    uint64_t kind = test_below(&w->rng, 10000);
    if (kind < 9800)
        w->now_ns += (int64_t)test_below(&w->rng, 10) * NS_PER_MS;
    else if (kind < 9985)
        w->now_ns += (int64_t)test_below(&w->rng, 3000) * NS_PER_MS;
    else if (kind < 9998)
        w->now_ns += (int64_t)test_below(&w->rng, 100) * NS_PER_S;
    else
        w->now_ns += (int64_t)test_below(&w->rng, 200000) * NS_PER_S;
}

static void wild_rare(struct wild *w, struct wild_market *m)
{
    switch (test_below(&w->rng, 12)) {
    case 0: wild_gap(w, 0); break;
    case 1: wild_gap(w, (uint32_t)test_below(&w->rng, WILD_MARKETS + 3)); break;
    case 2: wild_count(w, EVENT_CLOCK_STEP, 0, (int64_t)test_random(&w->rng)); break;
    case 3:
        m->in.tick = m->in.tick == 1 ? 1 : m->in.tick; /* the same again */
        m->in.version++;
        wild_instrument(w, m);
        break;
    case 4:
        m->in.qty_decimals = (uint8_t)(m->in.qty_decimals == 3 ? 4 : 3);
        m->in.version++;
        wild_instrument(w, m);
        break;
    case 5:
        if (wild_chance(w, 1000))
            wild_session(w);
        break;
    case 6:
    case 7: wild_position(w, m); break;
    default: wild_feed(w); break;
    }
}

void wild_step(struct wild *w)
{
    struct wild_market *m = &w->markets[test_below(&w->rng, WILD_MARKETS)];
    uint64_t kind = test_below(&w->rng, 1000);
    wild_pass_time(w);
    if (kind < 600)
        wild_depth(w, m);
    else if (kind < 640)
        wild_snapshot(w, m);
    else if (kind < 820)
        wild_trade(w, m);
    else if (kind < 900)
        wild_quote(w, m);
    else if (kind < 930)
        wild_mark(w, m);
    else if (kind < 960)
        wild_liquidation(w, m);
    else if (kind < 970)
        wild_count(w, EVENT_OPEN_INTEREST, m->in.id, (int64_t)(test_random(&w->rng) >> 1));
    else if (kind < 990)
        wild_rare(w, m);
}
