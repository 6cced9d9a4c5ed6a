#include "market.h"

#include "flow.h"
#include "heat.h"

#include <alphaplus/analytics/lines.h>
#include <alphaplus/analytics/wall.h>
#include <alphaplus/base/clock.h>
#include <alphaplus/base/fixed.h>
#include <alphaplus/base/hash.h>
#include <alphaplus/base/text.h>
#include <alphaplus/model/detail.h>
#include <alphaplus/model/metric.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SPLICE_KEEP_NS     (10 * NS_PER_S) /* updates are kept for a snapshot wished for, this long */
#define SPLICE_WAIT_NS     (10 * NS_PER_S) /* between wishes; doubled while none is granted */
#define SPLICE_WAIT_MAX_NS (640 * NS_PER_S)
#define MARK_OLD_NS        (60 * NS_PER_S) /* a mark price that old is not the mark price */
#define MARK_FLOOR_USD     10000.0

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
static void set_bucket(struct market *m, int64_t now_ns)
{
    double mid = ((double)m->view.bid_px + (double)m->view.ask_px) / 2.0;
    int64_t bucket = nice_step(mid * 0.15e-4, m->view.inst.tick);
    heat_set_bucket(m->heat, bucket);
    flow_set_bucket(m->flow, bucket, now_ns);
}

static void forget_histories(struct market *m)
{
    heat_set_bucket(m->heat, 0);
    flow_set_bucket(m->flow, 0, 0);
    m->has_sweep = m->is_measured = m->is_heard = false;
    m->mark_head = m->sweep_mark = 0;
    m->splice = (struct splice){.wait_ns = SPLICE_WAIT_NS};
}

static struct measure_input market_input(const struct market *m, int64_t now_ns)
{
    return (struct measure_input){
        .inst = &m->view.inst,
        .book = m->sync.book,
        .is_true = m->view.book_state == BOOK_TRUE && m->view.has_touch,
        .now_ns = now_ns,
        .bid = {m->view.bid_px, m->view.bid_qty},
        .ask = {m->view.ask_px, m->view.ask_qty},
        .params = &m->env->params,
    };
}

int market_create(const struct market_env *env, const struct instrument *in, uint32_t index,
                  struct market **ret_market)
{
    struct market *m = calloc(1, sizeof *m);
    if (!m)
        return AP_ENOMEM;
    m->env = env;
    m->index = index;
    m->chain = (struct digest){HASH_SEED, HASH_SEED};
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
        err = measures_create(&input, env->worker, &m->measures);
    if (err < 0) {
        market_destroy(m);
        return err;
    }
    forget_histories(m);
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

/* Everything that counts in the instrument's units begins anew. */
static int rebuild(struct market *m, const struct instrument *in)
{
    struct sync sync;
    struct measures *measures;
    struct measure_input input = {.inst = in, .now_ns = m->view.time_ns, .params = &m->env->params};
    int err = sync_init(&sync, in->book_rule, in->tick);
    if (err < 0)
        return err;
    err = measures_create(&input, m->env->worker, &measures);
    if (err < 0) {
        sync_finish(&sync);
        return err;
    }
    sync_finish(&m->sync);
    m->sync = sync;
    measures_destroy(m->measures);
    m->measures = measures;
    m->view = (struct market_view){.inst = *in, .seq = m->view.seq, .time_ns = m->view.time_ns};
    forget_histories(m);
    m->is_dirty = true;
    return 0;
}

int market_change(struct market *m, const struct instrument *in)
{
    const struct instrument *old = &m->view.inst;
    bool is_same_grid = old->tick == in->tick && old->price_decimals == in->price_decimals &&
                        old->qty_decimals == in->qty_decimals && old->book_rule == in->book_rule &&
                        old->mark_decimals == in->mark_decimals && old->rate_decimals == in->rate_decimals &&
                        old->multiplier == in->multiplier && old->inverse == in->inverse;
    int err = is_same_grid ? 0 : rebuild(m, in);
    if (err < 0)
        return err;
    m->view.inst = *in;
    m->is_dirty = m->is_declared = true;
    return 0;
}

static void forget_mark(struct market_view *v)
{
    v->has_mark = v->has_funding = 0;
    v->mark = v->index = v->funding_rate = v->next_funding_ns = 0;
}

static void view_arrival(struct market *m, const struct event *ev)
{
    m->view.last_depth_ns = ev->recv_ns;
    m->view.last_exch_ns = ev->exch_ns;
    m->view.latency_ns = ev->exch_ns > 0 ? ev->recv_ns - ev->exch_ns : 0;
}

static void view_sync(struct market *m)
{
    struct market_view *v = &m->view;
    v->book_state = m->sync.state;
    v->book_since_ns = m->sync.since_ns;
    v->gaps = m->sync.gaps;
    v->resyncs = m->sync.resyncs;
    v->checksums = m->sync.checksums;
    v->mismatches = m->sync.mismatches;
    v->crossed = m->sync.crossed;
}

/* Brings what the view says of the book in line with the book. */
static void view_book(struct market *m, int64_t now_ns)
{
    struct market_view *v = &m->view;
    struct level bid, ask;

    view_sync(m);
    v->depth_events = m->sync.depth_events;
    v->level_updates = m->sync.level_updates;
    v->bid_levels = book_count(m->sync.book, SIDE_BID);
    v->ask_levels = book_count(m->sync.book, SIDE_ASK);
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
            set_bucket(m, now_ns);
        flow_center(m->flow, bid.px);
    } else {
        v->bid_px = v->bid_qty = v->ask_px = v->ask_qty = 0;
    }
}

/* Size added or taken at each level that the event sets, against the book as it stands before it. sign -1 takes it back. */
static void note_flow(struct market *m, const struct event *ev, int sign)
{
    const struct depth_rows *rows = event_rows_const(ev);
    if (flow_bucket(m->flow) == 0)
        return;
    for (uint32_t i = 0; i < rows->bid_n + rows->ask_n; i++) {
        enum side side = i < rows->bid_n ? SIDE_BID : SIDE_ASK;
        const struct level *level = &rows->levels[i];
        flow_level(m->flow, side, level->px, sign * (level->qty - book_qty(m->sync.book, side, level->px)));
    }
}

/* No snapshot came: what is kept for it goes, and the wish with it. */
static void give_up(struct sync *s)
{
    s->is_refreshing = s->wants_snapshot = 0;
    s->pending.used = 0;
}

static int64_t reach_of(const struct market_view *v)
{
    int64_t down = v->bid_px - v->known_lo, up = v->known_hi - v->ask_px;
    return down < up ? down : up;
}

/* Half-way from where the touch stood to the border of the known book, a fresh snapshot is wished for. Updates are kept for it
 * only a while: in a replay of events among which there are none, none will ever come. */
static void wish_splice(struct market *m, int64_t now_ns)
{
    struct splice *s = &m->splice;
    if (m->sync.is_refreshing && now_ns - s->wish_ns >= SPLICE_KEEP_NS) {
        give_up(&m->sync);
        s->wait_ns = s->wait_ns < SPLICE_WAIT_MAX_NS ? s->wait_ns * 2 : SPLICE_WAIT_MAX_NS;
    }
    if (!m->view.has_touch || m->view.known_lo == 0 || reach_of(&m->view) >= s->reach / 2 ||
        m->sync.is_refreshing || (s->wish_ns != 0 && now_ns - s->wish_ns < s->wait_ns))
        return;
    s->wish_ns = now_ns;
    sync_refresh(&m->sync);
}

/* A snapshot came: the book is known anew around the touch. */
static void note_known(struct market *m)
{
    m->splice.reach = m->view.has_touch && m->view.known_lo != 0 ? reach_of(&m->view) : 0;
    m->splice.wait_ns = SPLICE_WAIT_NS;
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

/* The book has no two sides to measure any more. */
static void stop_measuring(struct market *m, int64_t now_ns)
{
    if (!m->is_measured)
        return;
    m->is_measured = false;
    struct measure_input input = market_input(m, now_ns);
    measures_lost(m->measures, &input);
}

static void measure_book(struct market *m, const struct event *ev)
{
    struct measure_input input = market_input(m, ev->recv_ns);
    if (!input.is_true) {
        stop_measuring(m, ev->recv_ns);
        return;
    }
    m->is_measured = true;
    measures_event(m->measures, &input, ev);
}

/* What the view says of the book when it is not true. */
static void view_lost(struct market *m)
{
    struct market_view *v = &m->view;
    view_sync(m);
    v->has_touch = 0;
    v->bid_px = v->bid_qty = v->ask_px = v->ask_qty = 0;
    v->known_lo = v->known_hi = 0;
    v->bid_levels = v->ask_levels = 0;
}

static void lose_book(struct market *m, int64_t now_ns)
{
    if (m->view.book_state == BOOK_TRUE)
        flow_lose_levels(m->flow);
    view_lost(m);
    stop_measuring(m, now_ns);
    m->is_dirty = true;
}

int market_depth(struct market *m, const struct event *ev, const struct market_book_hook *hook)
{
    struct joined joined = {m, hook};
    bool was_true = m->sync.state == BOOK_TRUE, is_update = was_true && ev->kind == EVENT_DEPTH;
    uint64_t before_id = m->sync.last_id;

    if (is_update)
        note_flow(m, ev, 1);
    int result = sync_event(&m->sync, ev, on_applied, &joined);
    m->is_dirty = true;
    if (ev->kind == EVENT_DEPTH || m->sync.rule == BOOK_RULE_SNAPSHOTS)
        view_arrival(m, ev);
    if (m->sync.state != BOOK_TRUE) {
        lose_book(m, ev->recv_ns);
        return result;
    }
    if (result != SYNC_APPLIED && result != SYNC_JOINED) { /* the book is as it was */
        if (is_update)
            note_flow(m, ev, -1);
        return result;
    }
    view_book(m, ev->recv_ns);
    if (result == SYNC_JOINED) {
        if (!was_true || m->sync.last_id != before_id) /* no splice, which only adds to what is known */
            flow_lose_levels(m->flow);
        note_known(m);
    }
    wish_splice(m, ev->recv_ns);
    measure_book(m, ev);
    return result;
}

void market_lose(struct market *m, int64_t now_ns)
{
    sync_lose(&m->sync, now_ns);
    lose_book(m, now_ns);
}

void market_miss(struct market *m, int64_t now_ns)
{
    struct measure_input input = market_input(m, now_ns);
    measures_missed(m->measures, &input);
    m->has_sweep = m->is_heard = false;
    liqs_missed(&m->liqs);
    liqs_totals(&m->liqs, now_ns, m->view.inst.liq_completeness, m->view.liq);
    m->is_dirty = true;
}

/* Trades, marks and liquidations come over one connection: any of them shows that it lives. */
static void hear(struct market *m, int64_t now_ns)
{
    if (!m->is_heard && m->view.inst.liq_completeness != COMPLETENESS_UNKNOWN)
        liqs_watch(&m->liqs, now_ns);
    m->is_heard = true;
    m->is_dirty = true;
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
        s->qty = s->qty < INT64_MAX - t->qty ? s->qty + t->qty : INT64_MAX;
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

    hear(m, ev->recv_ns);
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
    struct measure_input input = market_input(m, ev->recv_ns);
    measures_event(m->measures, &input, ev);
}

void market_mark(struct market *m, const struct event *ev)
{
    const struct mark_row *row = event_rows_const(ev);
    struct market_view *v = &m->view;

    hear(m, ev->recv_ns);
    if (row->mark > 0) {
        v->has_mark = 1;
        v->mark = row->mark;
        v->mark_ns = ev->recv_ns;
    }
    if (row->index > 0)
        v->index = row->index;
    if (row->has_funding) {
        v->has_funding = 1;
        v->funding_rate = row->funding_rate;
        v->next_funding_ns = row->next_funding_ns;
    }
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

double market_mark_price(const struct market *m)
{
    return m->view.has_mark ? fixed_to_double(m->view.mark, m->view.inst.mark_decimals) : 0.0;
}

/* What a liquidation's distance is counted from; 0: nothing to count from. */
static double reference_price(const struct market *m)
{
    double mark = market_mark_price(m);
    if (mark > 0.0 || !m->view.has_touch)
        return mark;
    return fixed_to_double(m->view.bid_px + m->view.ask_px, m->view.inst.price_decimals) / 2.0;
}

void market_liquidation(struct market *m, const struct event *ev, struct liq_item *ret_item)
{
    const struct liquidation_row *row = event_rows_const(ev);
    const struct instrument *in = &m->view.inst;
    double usd = instrument_notional(in, row->px, row->qty), from = reference_price(m);

    hear(m, ev->recv_ns);
    *ret_item = (struct liq_item){.recv_ns = ev->recv_ns,
                                  .exch_ns = ev->exch_ns,
                                  .px = row->px,
                                  .qty = row->qty,
                                  .usd = usd,
                                  .instrument = m->index,
                                  .side = row->side,
                                  .completeness = row->completeness,
                                  .is_bankruptcy = row->is_bankruptcy};
    if (from > 0.0 && row->px > 0) {
        ret_item->has_distance = 1;
        ret_item->distance_pct = (instrument_price(in, row->px) / from - 1.0) * 100.0;
    }
    liqs_watch(&m->liqs, ev->recv_ns);
    liqs_add(&m->liqs, ev->recv_ns, row->side, usd, row->completeness);
    liqs_totals(&m->liqs, ev->recv_ns, in->liq_completeness, m->view.liq);
    add_mark(m, ev->recv_ns, row->px, usd, row->side == POSITION_LONG ? HEAT_LIQ_LONG : HEAT_LIQ_SHORT);
    struct measure_input input = market_input(m, ev->recv_ns);
    measures_event(m->measures, &input, ev);
}

void market_tick(struct market *m, int64_t tick_ns,
                 void (*wall_changed)(void *user, const struct wall_change *change), void *user)
{
    bool is_second = tick_ns % NS_PER_S == 0;
    struct measure_input input = market_input(m, tick_ns);

    measures_tick(m->measures, &input, is_second);
    const struct walls *walls = measures_walls(m->measures);
    for (uint32_t i = 0; i < walls->change_n; i++)
        wall_changed(user, &walls->changes[i]);
    m->is_dirty = true;
    if (!is_second)
        return;
    flow_second(m->flow, tick_ns);
    heat_sample(m->heat, input.inst, input.book, input.is_true, tick_ns);
    liqs_expire(&m->liqs, tick_ns);
    liqs_totals(&m->liqs, tick_ns, input.inst->liq_completeness, m->view.liq);
    if (m->view.has_mark && tick_ns - m->view.mark_ns > MARK_OLD_NS)
        forget_mark(&m->view);
}

void market_wall_text(const struct market *m, const struct wall_change *change, char *text, size_t size)
{
    const struct instrument *in = &m->view.inst;
    const struct wall_track *t = &change->track;
    const char *side = t->side == SIDE_BID ? "bid" : "ask";
    char px[FIXED_TEXT_MAX], money[16];
    int64_t filled, pulled, qty = change->kind == WALL_BORN ? t->qty : t->largest;

    fixed_format(px, t->px, in->price_decimals);
    text_money(money, sizeof money, instrument_notional(in, t->px, qty));
    wall_spent(t, &filled, &pulled);
    double share = t->reduced > 0 ? 100.0 * (double)filled / (double)t->reduced : 0.0;
    if (change->kind == WALL_BORN)
        snprintf(text, size, "%s wall %s %s formed", side, px, money);
    else if (t->gone_ns != 0)
        snprintf(text, size, "%s wall %s %s gone: filled %.0f %%, pulled %.0f %%", side, px, money, share,
                 100.0 - share);
    else
        snprintf(text, size, "%s wall %s %s stands out no more", side, px, money);
}

void market_chain(struct market *m)
{
    const struct heat_column *column = heat_newest(m->heat);
    market_refresh(m);
    digest_market(&m->chain, &m->view, metric_registry());
    digest_u64(&m->chain, (uint64_t)m->sweep.px);
    digest_u64(&m->chain, (uint64_t)m->sweep.qty);
    if (column)
        digest_bytes(&m->chain, column, sizeof *column);
}

struct result market_break(const struct market *m, enum result_kind kind, enum gap_cause cause,
                           const char *text, int64_t time_ns, uint64_t seq)
{
    struct result r = {.size = sizeof r,
                       .kind = (uint16_t)kind,
                       .cause = (uint16_t)cause,
                       .instrument = m->view.inst.id,
                       .seq = seq,
                       .time_ns = time_ns,
                       .from_id = m->sync.break_from_id,
                       .to_id = m->sync.break_to_id};
    text_copy(r.text, sizeof r.text, text);
    return r;
}

void market_refresh(struct market *m)
{
    memcpy(m->view.metrics, measures_values(m->measures), sizeof m->view.metrics);
    m->view.wall_n = walls_list(measures_walls(m->measures), &m->view.inst, m->view.time_ns, m->view.walls,
                                WALL_VIEW_MAX);
}

int market_lines(const struct market *m, struct price_line *lines)
{
    const struct market_view *v = &m->view;
    int n = lines_read(measures_values(m->measures), lines);
    if (v->has_mark)
        lines[n++] = (struct price_line){.price = market_mark_price(m), .kind = LINE_MARK};
    if (v->has_mark && v->index > 0)
        lines[n++] = (struct price_line){.price = fixed_to_double(v->index, v->inst.mark_decimals),
                                         .kind = LINE_INDEX};
    return n;
}

void market_detail(const struct market *m, struct detail *ret_detail)
{
    struct measure_input input = market_input(m, m->view.time_ns);
    *ret_detail = (struct detail){.seq = m->view.seq, .time_ns = m->view.time_ns};
    ret_detail->line_n = (uint32_t)market_lines(m, ret_detail->lines);
    measures_detail(m->measures, &input, ret_detail);
}
