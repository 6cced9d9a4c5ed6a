#include "market.h"

#include <alphaplus/base/clock.h>
#include <alphaplus/base/fixed.h>
#include <alphaplus/model/metric.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SPLICE_EVERY_NS (10 * NS_PER_S)
#define MARK_FLOOR_USD  10000.0

/* The 1-2-5 step nearest to `units`, at least one tick and a whole number of them. */
static int64_t nice_step(double units, int64_t tick)
{
    double best = (double)tick;
    for (double decade = (double)tick; decade <= units * 10.0 && decade < 1e15; decade *= 10.0) {
        static const double steps[] = {1.0, 2.0, 5.0};
        for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
            double step = decade * steps[i];
            if (fabs(log(step / units)) < fabs(log(best / units)))
                best = step;
        }
    }
    return (int64_t)best;
}

/* Histories need a base bucket, and that needs a price: set at the first touch, a tenth of the ladder's default group. */
static void set_bucket(struct market *m)
{
    double mid = ((double)m->view.bid_px + (double)m->view.ask_px) / 2.0;
    int64_t bucket = nice_step(mid * 0.15e-4, m->view.inst.tick);
    heat_set_bucket(m->heat, bucket);
    flow_set_bucket(m->flow, bucket);
}

struct measure_input market_input(const struct market *m, int64_t now_ns)
{
    return (struct measure_input){
        .inst = &m->view.inst,
        .book = m->sync.book,
        .is_true = m->view.book_state == BOOK_TRUE && m->view.has_touch,
        .now_ns = now_ns,
        .bid = {m->view.bid_px, m->view.bid_qty},
        .ask = {m->view.ask_px, m->view.ask_qty},
    };
}

int market_create(const struct instrument *in, uint32_t index, struct market **ret_market)
{
    struct market *m = calloc(1, sizeof *m);
    if (!m)
        return AP_ENOMEM;
    m->index = index;
    m->view.inst = *in;
    instrument_name(in, m->name);
    int err = sync_init(&m->sync, in->book_rule, in->tick);
    if (err == 0)
        err = liqs_init(&m->liqs);
    if (err == 0)
        err = flow_create(&m->flow);
    if (err == 0)
        err = heat_create(&m->heat);
    struct measure_input input = market_input(m, 0);
    if (err == 0)
        err = measures_create(&input, &m->measures);
    if (err < 0) {
        market_destroy(m);
        return err;
    }
    wall_tracker_init(&m->walls, &wall_params_default);
    m->is_dirty = m->is_declared = true;
    *ret_market = m;
    return 0;
}

void market_destroy(struct market *m)
{
    if (!m)
        return;
    sync_finish(&m->sync);
    liqs_finish(&m->liqs);
    flow_destroy(m->flow);
    heat_destroy(m->heat);
    measures_destroy(m->measures);
    free(m);
}

int market_change(struct market *m, const struct instrument *in)
{
    const struct instrument *old = &m->view.inst;
    bool is_same_grid = old->tick == in->tick && old->price_decimals == in->price_decimals &&
                        old->qty_decimals == in->qty_decimals && old->book_rule == in->book_rule &&
                        old->multiplier == in->multiplier && old->inverse == in->inverse;
    m->is_dirty = m->is_declared = true;
    if (is_same_grid) {
        m->view.inst = *in;
        return 0;
    }
    struct sync sync;
    struct measures *measures;
    int err = sync_init(&sync, in->book_rule, in->tick);
    if (err < 0)
        return err;
    m->view = (struct market_view){.inst = *in, .seq = m->view.seq, .time_ns = m->view.time_ns};
    sync_finish(&m->sync);
    m->sync = sync;
    struct measure_input input = market_input(m, m->view.time_ns);
    err = measures_create(&input, &measures);
    if (err < 0)
        return err;
    measures_destroy(m->measures);
    m->measures = measures;
    wall_tracker_init(&m->walls, &wall_params_default);
    heat_set_bucket(m->heat, 0);
    flow_set_bucket(m->flow, 0);
    m->has_sweep = m->was_true = false;
    m->mark_head = m->sweep_mark = 0;
    return 0;
}

/* Brings what the view says of the book in line with the book. */
static void view_book(struct market *m, const struct event *ev)
{
    struct market_view *v = &m->view;
    struct level bid, ask;

    v->book_state = m->sync.state;
    v->book_since_ns = m->sync.since_ns;
    v->gaps = m->sync.gaps;
    v->resyncs = m->sync.resyncs;
    v->crossed = m->sync.crossed;
    v->depth_events = m->sync.depth_events;
    v->level_updates = m->sync.level_updates;
    v->bid_levels = book_count(m->sync.book, SIDE_BID);
    v->ask_levels = book_count(m->sync.book, SIDE_ASK);
    v->last_depth_ns = ev->recv_ns;
    v->last_exch_ns = ev->exch_ns;
    v->latency_ns = ev->exch_ns ? ev->recv_ns - ev->exch_ns : 0;
    if (!book_known(m->sync.book, &v->known_lo, &v->known_hi))
        v->known_lo = v->known_hi = 0;
    v->has_touch = book_best(m->sync.book, SIDE_BID, &bid) && book_best(m->sync.book, SIDE_ASK, &ask) &&
                   bid.px < ask.px;
    if (v->has_touch) {
        v->bid_px = bid.px;
        v->bid_qty = bid.qty;
        v->ask_px = ask.px;
        v->ask_qty = ask.qty;
        if (heat_bucket(m->heat) == 0)
            set_bucket(m);
        flow_center(m->flow, bid.px);
    } else {
        v->bid_px = v->bid_qty = v->ask_px = v->ask_qty = 0;
    }
}

/* Size added or taken at each level that the event sets, against the book as it stands before it. */
static void note_flow(struct market *m, const struct event *ev)
{
    const struct depth_rows *rows = event_rows_const(ev);
    if (flow_bucket(m->flow) == 0)
        return;
    for (uint32_t i = 0; i < rows->bid_n + rows->ask_n; i++) {
        enum side side = i < rows->bid_n ? SIDE_BID : SIDE_ASK;
        const struct level *level = &rows->levels[i];
        flow_level(m->flow, side, level->px, level->qty - book_qty(m->sync.book, side, level->px));
    }
}

/* When the mid is half-way to the known border, a fresh snapshot is wished for. */
static void wish_splice(struct market *m, int64_t now_ns)
{
    const struct market_view *v = &m->view;
    if (!v->has_touch || v->known_lo == 0 || now_ns - m->splice_ns < SPLICE_EVERY_NS)
        return;
    int64_t span = v->known_hi - v->known_lo;
    if (v->bid_px - v->known_lo >= span / 4 && v->known_hi - v->ask_px >= span / 4)
        return;
    m->splice_ns = now_ns;
    sync_refresh(&m->sync);
}

struct joined {
    struct market *market;
    const struct market_book_hook *hook;
};

static void on_applied(void *user, const struct event *ev)
{
    struct joined *j = user;
    if (j->hook && j->hook->on_book)
        j->hook->on_book(j->hook->user, &j->market->view.inst, j->market->sync.book, ev);
}

/* The book stopped being true: what the view and the measures said of it goes. */
static void lose_view(struct market *m, int64_t now_ns)
{
    m->view.book_state = m->sync.state;
    m->view.book_since_ns = m->sync.since_ns;
    m->view.has_touch = 0;
    m->view.bid_px = m->view.bid_qty = m->view.ask_px = m->view.ask_qty = 0;
    m->view.known_lo = m->view.known_hi = 0;
    m->is_dirty = true;
    if (!m->was_true)
        return;
    m->was_true = false;
    struct measure_input input = market_input(m, now_ns);
    measures_lost(m->measures, &input);
    wall_tracker_lost(&m->walls);
    flow_lose_levels(m->flow);
}

int market_depth(struct market *m, const struct event *ev, const struct market_book_hook *hook)
{
    struct joined joined = {m, hook};

    if (m->sync.state == BOOK_TRUE && ev->kind == EVENT_DEPTH)
        note_flow(m, ev);
    int result = sync_event(&m->sync, ev, on_applied, &joined);
    m->is_dirty = true;
    if (result == SYNC_BUFFERED) {
        m->view.book_state = m->sync.state;
        m->view.book_since_ns = m->sync.since_ns;
        return result;
    }
    view_book(m, ev);
    if (result < 0 || result == SYNC_BROKEN) {
        lose_view(m, ev->recv_ns);
        return result;
    }
    if (result == SYNC_JOINED)
        flow_lose_levels(m->flow);
    m->was_true = true;
    wish_splice(m, ev->recv_ns);
    struct measure_input input = market_input(m, ev->recv_ns);
    measures_event(m->measures, &input, ev);
    return result;
}

void market_lose(struct market *m, int64_t now_ns)
{
    sync_lose(&m->sync, now_ns);
    lose_view(m, now_ns);
}

void market_quote(struct market *m, const struct event *ev)
{
    struct measure_input input = market_input(m, ev->recv_ns);
    measures_event(m->measures, &input, ev);
}

static void add_mark(struct market *m, int64_t time_ns, int64_t px, double usd, enum heat_mark_kind kind)
{
    m->marks[m->mark_head++ % MARKET_MARKS] = (struct market_mark){time_ns, px, usd, (uint16_t)kind};
}

/* One taker order shows as many prints: same side, same exchange millisecond. */
static void sweep_add(struct market *m, const struct event *ev, const struct trade_row *t, double usd,
                      struct trail *tape)
{
    struct tape_item *s = &m->sweep;
    bool is_same = m->has_sweep && s->aggressor == t->aggressor && s->flags == t->flags && ev->exch_ns != 0 &&
                   s->exch_ns / NS_PER_MS == ev->exch_ns / NS_PER_MS;
    if (is_same) {
        s->px = t->px;
        s->qty += t->qty;
        s->usd += usd;
        s->prints++;
        if (tape)
            trail_amend(tape, s);
    } else {
        *s = (struct tape_item){.recv_ns = ev->recv_ns,
                                .exch_ns = ev->exch_ns,
                                .px = t->px,
                                .first_px = t->px,
                                .qty = t->qty,
                                .usd = usd,
                                .instrument = m->index,
                                .prints = 1,
                                .aggressor = t->aggressor,
                                .flags = t->flags};
        m->has_sweep = true;
        if (tape)
            trail_push(tape, s);
    }
    enum heat_mark_kind kind = t->aggressor == AGGRESSOR_BUY ? HEAT_BUY : HEAT_SELL;
    if (!is_same)
        m->sweep_mark = 0;
    if (s->usd < MARK_FLOOR_USD)
        return;
    if (m->sweep_mark == 0) {
        add_mark(m, ev->recv_ns, s->px, s->usd, kind);
        m->sweep_mark = m->mark_head;
    } else {
        struct market_mark *mark = &m->marks[(m->sweep_mark - 1) % MARKET_MARKS];
        mark->px = s->px;
        mark->usd = s->usd;
    }
}

void market_trade(struct market *m, const struct event *ev, struct trail *tape)
{
    const struct trade_row *t = event_rows_const(ev);
    struct market_view *v = &m->view;
    enum side hit = t->aggressor == AGGRESSOR_BUY ? SIDE_ASK : SIDE_BID;
    double usd = instrument_notional(&v->inst, t->px, t->qty);

    m->is_dirty = true;
    v->trades++;
    sweep_add(m, ev, t, usd, tape);
    flow_trade(m->flow, hit, t->px, t->qty);
    if (t->flags & TRADE_NOT_MARKET)
        return;
    v->has_last = 1;
    v->last_px = t->px;
    v->last_qty = t->qty;
    v->last_side = t->aggressor;
    v->last_trade_ns = ev->recv_ns;
    const int64_t day_ns = 86400 * NS_PER_S;
    if (!v->has_day_open || v->day_open_ns / day_ns != ev->recv_ns / day_ns) {
        v->has_day_open = 1;
        v->day_open_px = t->px;
        v->day_open_ns = ev->recv_ns;
    }
    heat_trade(m->heat, t->aggressor == AGGRESSOR_BUY ? usd : -usd);
    m->taker_per_min[hit] += instrument_qty(&v->inst, t->qty);
    struct measure_input input = market_input(m, ev->recv_ns);
    measures_event(m->measures, &input, ev);
}

void market_mark(struct market *m, const struct event *ev)
{
    const struct mark_row *row = event_rows_const(ev);
    struct market_view *v = &m->view;

    m->is_dirty = true;
    v->has_mark = row->mark > 0;
    v->mark = row->mark;
    v->index = row->index;
    v->mark_ns = ev->recv_ns;
    v->has_funding = row->has_funding != 0;
    v->funding_rate = row->funding_rate;
    v->next_funding_ns = row->next_funding_ns;
    struct measure_input input = market_input(m, ev->recv_ns);
    measures_event(m->measures, &input, ev);
}

void market_open_interest(struct market *m, const struct event *ev)
{
    const struct count_row *row = event_rows_const(ev);
    m->is_dirty = true;
    m->view.has_oi = 1;
    m->view.open_interest = row->value;
    m->view.open_interest_ns = ev->recv_ns;
    struct measure_input input = market_input(m, ev->recv_ns);
    measures_event(m->measures, &input, ev);
}

void market_liquidation(struct market *m, const struct event *ev, struct liq_item *ret_item)
{
    const struct liquidation_row *row = event_rows_const(ev);
    const struct instrument *in = &m->view.inst;
    double usd = instrument_notional(in, row->px, row->qty);
    double px = instrument_price(in, row->px);
    double mark = m->view.has_mark ? fixed_to_double(m->view.mark, in->mark_decimals) : 0.0;

    m->is_dirty = true;
    *ret_item = (struct liq_item){.recv_ns = ev->recv_ns,
                                  .exch_ns = ev->exch_ns,
                                  .px = row->px,
                                  .qty = row->qty,
                                  .usd = usd,
                                  .instrument = m->index,
                                  .side = row->side,
                                  .completeness = row->completeness,
                                  .is_bankruptcy = row->is_bankruptcy};
    if (mark > 0.0) {
        ret_item->has_distance = 1;
        ret_item->distance_pct = (px / mark - 1.0) * 100.0;
    }
    liqs_add(&m->liqs, ev->recv_ns, row->side, usd, row->completeness);
    liqs_totals(&m->liqs, ev->recv_ns, in->liq_completeness, m->view.liq);
    add_mark(m, ev->recv_ns, row->px, usd, row->side == POSITION_LONG ? HEAT_LIQ_LONG : HEAT_LIQ_SHORT);
    struct measure_input input = market_input(m, ev->recv_ns);
    measures_event(m->measures, &input, ev);
}

void market_tick(struct market *m, int64_t tick_ns,
                 void (*wall_changed)(void *user, enum wall_change change, const struct wall_track *track),
                 void *user)
{
    bool is_second = tick_ns % NS_PER_S == 0;
    struct measure_input input = market_input(m, tick_ns);

    measures_tick(m->measures, &input, is_second);
    if (input.is_true)
        wall_tracker_tick(&m->walls, &input, wall_changed, user);
    m->is_dirty = true;
    if (!is_second)
        return;
    flow_second(m->flow, tick_ns);
    heat_sample(m->heat, input.inst, input.book, input.is_true, tick_ns);
    liqs_expire(&m->liqs, tick_ns);
    liqs_totals(&m->liqs, tick_ns, input.inst->liq_completeness, m->view.liq);
    for (int side = 0; side < 2; side++)
        m->taker_per_min[side] *= 59.0 / 60.0;
}

void market_refresh(struct market *m)
{
    memcpy(m->view.metrics, measures_values(m->measures), sizeof m->view.metrics);
    m->view.wall_n = wall_tracker_list(&m->walls, &m->view.inst, m->taker_per_min[SIDE_BID],
                                       m->taker_per_min[SIDE_ASK], m->view.walls, WALL_VIEW_MAX);
}
