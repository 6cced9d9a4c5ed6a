/* Walls and their lives. Scans each 500 ms of event time; sizes and trades at the prices that are tracked are seen event by event. A gap
 * ends every life: what happened meanwhile is not known. What survives it is what was learnt of walls that had ended before. 33 kB. */
#include "walls.h"
#include "metrics.h"
#include "params.h"

#include <alphaplus/analytics/liquidity.h>
#include <alphaplus/base/clock.h>
#include <alphaplus/base/fixed.h>
#include <math.h>
#include <string.h>

#define SCAN_NS        (500 * NS_PER_MS)
#define PRESENCE_SCANS 10 /* of the last 5 s */
#define SCAN_BITS      ((1u << PRESENCE_SCANS) - 1)
#define LEVELS_MAX     4096 /* a side, within range: more are not looked at */
#define TAKER_FLOOR    1e-9 /* of a unit a minute: below it nobody takes */
#define STANDS         0.2  /* of its largest size: with less, most of it went */
#define REFILL         0.1  /* of its largest size: grown by this after trades is a refill */
#define DAY_S          86400.0
#define EPISODE_NS     (600 * NS_PER_S)
#define ALIKE          0.1
#define VOLATILITY_MIN 600 /* values before a burst is one */

static double param(const struct measure_input *in, enum param p)
{
    return in->params->value[p];
}

/* --- which prices are tracked -------------------------------------------------------------------------------------- */

static uint32_t hash_px(int side, int64_t px)
{
    uint64_t h = ((uint64_t)px * 2 + (uint64_t)side) * UINT64_C(0x9E3779B97F4A7C15);
    return (uint32_t)(h >> 54);
}

static void mark(struct walls *w, const struct wall_track *t)
{
    uint32_t h = hash_px(t->side, t->px);
    w->marked[h / 8] |= (uint8_t)(1u << h % 8);
}

static void mark_all(struct walls *w)
{
    memset(w->marked, 0, sizeof w->marked);
    for (uint32_t i = 0; i < w->n; i++)
        mark(w, &w->tracks[i]);
}

static struct wall_track *find(struct walls *w, int side, int64_t px)
{
    uint32_t h = hash_px(side, px);
    if (!(w->marked[h / 8] >> h % 8 & 1))
        return NULL;
    for (uint32_t i = 0; i < w->n; i++) {
        if (w->tracks[i].side == side && w->tracks[i].px == px)
            return &w->tracks[i];
    }
    return NULL;
}

/* --- events -------------------------------------------------------------------------------------------------------- */

void wall_spent(const struct wall_track *t, int64_t *ret_filled, int64_t *ret_pulled)
{
    *ret_filled = t->filled < t->reduced ? t->filled : t->reduced;
    *ret_pulled = t->reduced - *ret_filled;
}

static bool is_touched(const struct walls *w, const struct wall_track *t, const struct measure_input *in)
{
    int64_t recent = (int64_t)(param(in, PARAM_SPOOF_TRADE_MS) * (double)NS_PER_MS);
    int64_t other = w->traded_ns[t->side == SIDE_BID ? SIDE_ASK : SIDE_BID];
    return (t->near_ns != 0 && in->now_ns - t->near_ns <= recent) ||
           (other != 0 && in->now_ns - other <= recent);
}

static void resize(struct walls *w, struct wall_track *t, const struct measure_input *in, int64_t qty)
{
    int64_t by = qty - t->qty;
    t->qty = qty;
    if (by < 0) {
        t->reduced = t->reduced < INT64_MAX + by ? t->reduced - by : INT64_MAX;
        if (t->gone_ns == 0 && (double)qty <= STANDS * (double)t->largest) {
            t->gone_ns = in->now_ns;
            t->evidence = is_touched(w, t, in) ? SPOOF_TOUCHED : 0;
        }
        return;
    }
    if (t->hit > 0 && (double)by >= REFILL * (double)t->largest) {
        t->refills++;
        t->hit = 0;
    }
    t->largest = qty > t->largest ? qty : t->largest;
    if ((double)qty > STANDS * (double)t->largest)
        t->gone_ns = 0;
}

static void on_depth(struct walls *w, const struct measure_input *in, const struct event *ev)
{
    const struct depth_rows *rows = event_rows_const(ev);
    for (uint32_t i = 0; i < rows->bid_n + rows->ask_n; i++) {
        struct wall_track *t = find(w, i < rows->bid_n ? SIDE_BID : SIDE_ASK, rows->levels[i].px);
        if (t)
            resize(w, t, in, rows->levels[i].qty);
    }
}

/* What changed between this and the book before is no event of ours. */
static void on_snapshot(struct walls *w, const struct measure_input *in)
{
    for (uint32_t i = 0; i < w->n; i++) {
        struct wall_track *t = &w->tracks[i];
        t->qty = book_qty(in->book, (enum side)t->side, t->px);
        t->largest = t->qty > t->largest ? t->qty : t->largest;
    }
}

static void on_trade(struct walls *w, const struct measure_input *in, const struct event *ev)
{
    const struct trade_row *row = event_rows_const(ev);
    if (row->flags & TRADE_NOT_MARKET)
        return;
    enum side hit = row->aggressor == AGGRESSOR_BUY ? SIDE_ASK : SIDE_BID;
    w->taker_per_min[hit] += (double)row->qty;
    w->traded_ns[hit] = in->now_ns;
    struct wall_track *t = find(w, hit, row->px);
    if (!t)
        return;
    t->filled = t->filled < INT64_MAX - row->qty ? t->filled + row->qty : INT64_MAX;
    t->hit = t->hit < INT64_MAX - row->qty ? t->hit + row->qty : INT64_MAX;
}

static void on_event(void *state, const struct measure_input *in, const struct event *ev,
                     struct metric_value *values)
{
    struct walls *w = state;
    (void)values;
    if (ev->kind == EVENT_TRADE)
        on_trade(w, in, ev);
    else if (in->is_true && ev->kind == EVENT_DEPTH_SNAPSHOT)
        on_snapshot(w, in);
    else if (in->is_true && w->n > 0)
        on_depth(w, in, ev);
}

/* --- scans --------------------------------------------------------------------------------------------------------- */

static void see(struct walls *w, enum side side, const struct level *level, const struct wall_candidate *c,
                int64_t now_ns)
{
    struct wall_track *t = find(w, side, level->px);
    if (!t) {
        if (w->n == WALL_TRACK_MAX)
            return;
        t = &w->tracks[w->n++];
        *t = (struct wall_track){.px = level->px,
                                 .qty = level->qty,
                                 .largest = level->qty,
                                 .born_ns = now_ns,
                                 .side = (uint8_t)side};
        mark(w, t);
    }
    t->seen_ns = now_ns;
    t->z = c->z;
    t->share = c->share;
    t->seen_bits |= 1;
}

static int64_t least_qty(const struct measure_input *in, const struct metric_value *values)
{
    double floor = param(in, PARAM_WALL_FLOOR), unit = instrument_notional(in->inst, in->bid.px, 1);
    if (values[METRIC_SIZE_50].state == METRIC_OK)
        floor = fmax(floor, param(in, PARAM_WALL_MEDIANS) * values[METRIC_SIZE_50].value);
    double qty = floor / unit;
    return qty < (double)FIXED_VALUE_MAX ? (int64_t)qty : INT64_MAX; /* no level can be worth that much */
}

/* Only inside the known depth: beyond it the neighbours of a level are not all there to compare with. */
static void scan_side(struct walls *w, const struct measure_input *in, enum side side, int64_t qty_min)
{
    struct level levels[LEVELS_MAX];
    struct wall_candidate found[WALL_TRACK_MAX];
    struct wall_rule rule = {.half_window = (int)param(in, PARAM_WALL_HALF_WINDOW),
                             .z_min = param(in, PARAM_WALL_Z_MIN),
                             .share_min = param(in, PARAM_WALL_SHARE_MIN),
                             .mad_floor = param(in, PARAM_WALL_MAD_FLOOR)};
    double mid = ((double)in->bid.px + (double)in->ask.px) / 2.0;
    double reach = mid * param(in, PARAM_WALL_RANGE) / 100.0;
    int64_t lo, hi;

    if (!book_known(in->book, &lo, &hi))
        return;
    lo = (double)lo > mid - reach ? lo : (int64_t)ceil(mid - reach);
    hi = (double)hi < mid + reach ? hi : (int64_t)floor(mid + reach);
    size_t n = book_read(in->book, side, lo, hi, levels, LEVELS_MAX);
    size_t walls = wall_scan(levels, n, &rule, qty_min, found, WALL_TRACK_MAX);
    for (size_t i = 0; i < walls; i++)
        see(w, side, &levels[found[i].index], &found[i], in->now_ns);
}

/* By how much the imbalance would be another without this level. */
static void weigh(struct walls *w, const struct measure_input *in)
{
    struct liquidity_weighted all;
    double mid = ((double)in->bid.px + (double)in->ask.px) / 2.0;
    double tau = fmax(2e4 * (double)(in->ask.px - in->bid.px) / mid, param(in, PARAM_IMBALANCE_TAU_BPS));
    if (w->n == 0)
        return;
    liquidity_distance(in->book, in->inst, tau, &all);
    for (uint32_t i = 0; i < w->n; i++) {
        struct wall_track *t = &w->tracks[i];
        double weight = exp(-fabs((double)t->px / mid - 1.0) * 1e4 / tau);
        double own = instrument_notional(in->inst, t->px, t->qty) * weight;
        double bid = all.bid - (t->side == SIDE_BID ? own : 0.0);
        double ask = all.ask - (t->side == SIDE_ASK ? own : 0.0);
        if (bid + ask <= 0.0 || own <= 0.0)
            continue;
        double with = (all.bid - all.ask) / (all.bid + all.ask), without = (bid - ask) / (bid + ask);
        t->shift = fmax(t->shift, fabs(with - without));
    }
}

/* The touch comes near and goes again: that is one approach. */
static void follow(struct walls *w, const struct measure_input *in)
{
    int64_t near = (int64_t)param(in, PARAM_SPOOF_NEAR) * in->inst->tick;
    for (uint32_t i = 0; i < w->n; i++) {
        struct wall_track *t = &w->tracks[i];
        int64_t away = t->side == SIDE_BID ? in->bid.px - t->px : t->px - in->ask.px;
        double bps = (double)away / (double)in->bid.px * 1e4, limit = param(in, PARAM_WALL_APPROACH);
        if (away <= near)
            t->near_ns = in->now_ns;
        if (!t->is_approached && bps <= limit) {
            t->is_approached = 1;
            t->approaches++;
        } else if (bps > 2.0 * limit) {
            t->is_approached = 0;
        }
    }
}

/* --- the end of a life --------------------------------------------------------------------------------------------- */

int wall_class(const struct instrument *in, const struct wall_track *t)
{
    double usd = instrument_notional(in, t->px, t->largest) / 1e4;
    int class = 0;
    while (class < WALL_CLASSES - 1 && usd >= 4.0) {
        usd /= 4.0;
        class ++;
    }
    return class;
}

static void learn(struct walls *w, const struct measure_input *in, const struct wall_track *t)
{
    int64_t filled, pulled;
    int class = wall_class(in->inst, t);
    wall_spent(t, &filled, &pulled);
    double share = (double)pulled / ((double)filled + (double)pulled);
    decay_add(&w->gone, PAST_S, in->now_ns, 1.0);
    decay_add(&w->spent, PAST_S, in->now_ns, share);
    decay_add(&w->class_gone[class], PAST_S, in->now_ns, 1.0);
    decay_add(&w->class_pulled[class], PAST_S, in->now_ns, share);
}

static double score_of(unsigned evidence)
{
    static const double points[] = {20.0, 25.0, 15.0, 20.0, 20.0};
    double score = 0.0;
    for (unsigned i = 0; i < sizeof points / sizeof points[0]; i++)
        score += evidence >> i & 1 ? points[i] : 0.0;
    return score;
}

/* With this one, how many alike there were within ten minutes. */
static int alike(const struct walls *w, const struct wall_track *t)
{
    int n = 1;
    for (uint64_t i = 1; i <= WALL_EPISODES && i <= w->episode_n; i++) {
        const struct wall_episode *e = &w->episodes[(w->episode_n - i) % WALL_EPISODES];
        n += e->side == t->side && t->gone_ns - e->gone_ns <= EPISODE_NS &&
             fabs((double)e->qty - (double)t->largest) <= ALIKE * (double)t->largest;
    }
    return n;
}

/* Told only of what went soon and hardly traded, and not while the market is in a burst. */
static void judge(struct walls *w, const struct measure_input *in, const struct wall_track *t)
{
    unsigned evidence = t->evidence;
    if ((double)(t->gone_ns - t->born_ns) <= param(in, PARAM_SPOOF_LIFE) * (double)NS_PER_S)
        evidence |= SPOOF_SHORT;
    if ((double)t->filled < param(in, PARAM_SPOOF_FILLED) * (double)t->largest)
        evidence |= SPOOF_UNTRADED;
    if (t->shift >= param(in, PARAM_SPOOF_SHIFT))
        evidence |= SPOOF_SHIFT;
    if (!(evidence & SPOOF_SHORT) || !(evidence & SPOOF_UNTRADED) || !w->is_calm)
        return;
    if (alike(w, t) >= (int)param(in, PARAM_SPOOF_REPEAT))
        evidence |= SPOOF_REPEATED;
    w->episodes[w->episode_n++ % WALL_EPISODES] = (struct wall_episode){.px = t->px,
                                                                        .qty = t->largest,
                                                                        .born_ns = t->born_ns,
                                                                        .gone_ns = t->gone_ns,
                                                                        .score = score_of(evidence),
                                                                        .side = t->side,
                                                                        .evidence = (uint8_t)evidence};
}

static bool is_wall(const struct wall_track *t, const struct measure_input *in)
{
    int seen = __builtin_popcount(t->seen_bits & SCAN_BITS);
    if (t->is_wall)
        return seen >= param(in, PARAM_WALL_KEPT) * PRESENCE_SCANS;
    return (double)(in->now_ns - t->born_ns) >= param(in, PARAM_WALL_AGE) * (double)NS_PER_S &&
           seen >= param(in, PARAM_WALL_PRESENCE) * PRESENCE_SCANS;
}

static void tell(struct walls *w, enum wall_change_kind kind, const struct wall_track *t)
{
    if (w->change_n < WALL_CHANGES_MAX)
        w->changes[w->change_n++] = (struct wall_change){kind, *t};
}

static void age(struct walls *w, const struct measure_input *in)
{
    for (uint32_t i = 0; i < w->n;) {
        struct wall_track *t = &w->tracks[i];
        bool now = is_wall(t, in), was = t->is_wall;
        t->is_wall = now;
        t->was_wall |= now;
        if (now != was)
            tell(w, now ? WALL_BORN : WALL_GONE, t);
        if (now || (t->seen_bits & SCAN_BITS) != 0) {
            i++;
            continue;
        }
        if (t->gone_ns != 0) {
            judge(w, in, t);
            if (t->was_wall)
                learn(w, in, t);
        }
        *t = w->tracks[--w->n];
    }
    mark_all(w);
}

/* --- figures ------------------------------------------------------------------------------------------------------- */

static void decay_takers(struct walls *w, int64_t now_ns)
{
    int64_t seconds = w->taker_ns == 0 ? 1 : (now_ns - w->taker_ns) / NS_PER_S;
    w->taker_ns = now_ns;
    for (int side = 0; side < 2; side++) {
        for (int64_t i = 0; i < seconds && w->taker_per_min[side] > 0.0; i++) {
            w->taker_per_min[side] *= 59.0 / 60.0;
            if (w->taker_per_min[side] < TAKER_FLOOR)
                w->taker_per_min[side] = 0.0;
        }
    }
}

static void watch_volatility(struct walls *w, const struct measure_input *in,
                             const struct metric_value *values)
{
    const struct metric_value *v = &values[METRIC_RV_1M];
    struct histogram *h = &w->volatility;
    w->is_calm = 1;
    if (v->state != METRIC_OK)
        return;
    if (h->min <= 0.0)
        histogram_init(h, 1e-3, DAY_S / 2.0);
    histogram_add(h, in->now_ns, v->value);
    w->is_calm = h->n < VOLATILITY_MIN ||
                 v->value <= param(in, PARAM_SPOOF_CALM) * histogram_quantile(h, 0.5);
}

static void publish(const struct walls *w, const struct measure_input *in, struct metric_value *values)
{
    double count = 0.0, usd[2] = {0.0, 0.0}, score = 0.0;
    for (uint32_t i = 0; i < w->n; i++) {
        const struct wall_track *t = &w->tracks[i];
        if (t->is_wall) {
            count++;
            usd[t->side] += instrument_notional(in->inst, t->px, t->qty);
        }
    }
    for (int i = 0; i < WALL_EPISODES; i++) {
        const struct wall_episode *e = &w->episodes[i];
        if (e->gone_ns != 0 && in->now_ns - e->gone_ns <= EPISODE_NS)
            score = fmax(score, e->score);
    }
    double gone = decay_at(&w->gone, PAST_S, in->now_ns);
    values[METRIC_WALL_COUNT] = metric_ok(count);
    values[METRIC_WALL_BID] = metric_ok(usd[SIDE_BID]);
    values[METRIC_WALL_ASK] = metric_ok(usd[SIDE_ASK]);
    values[METRIC_WALL_PULLED] = gone >= PAST_MIN ? metric_ok(decay_at(&w->spent, PAST_S, in->now_ns) / gone)
                                                  : metric_none(METRIC_WARMUP);
    values[METRIC_SPOOF_SCORE] = metric_ok(score);
}

static void on_tick(void *state, const struct measure_input *in, bool is_second, struct metric_value *values)
{
    struct walls *w = state;
    w->change_n = 0;
    if (is_second)
        decay_takers(w, in->now_ns);
    if (!in->is_true)
        return;
    if (is_second)
        watch_volatility(w, in, values);
    follow(w, in);
    if (in->now_ns - w->scan_ns >= SCAN_NS) {
        w->scan_ns = in->now_ns;
        for (uint32_t i = 0; i < w->n; i++)
            w->tracks[i].seen_bits = (uint16_t)(w->tracks[i].seen_bits << 1);
        int64_t qty_min = least_qty(in, values);
        scan_side(w, in, SIDE_BID, qty_min);
        scan_side(w, in, SIDE_ASK, qty_min);
        weigh(w, in);
        age(w, in);
    }
    if (is_second)
        publish(w, in, values);
}

static void on_lost(void *state, const struct measure_input *in, struct metric_value *values)
{
    struct walls *w = state;
    (void)in;
    w->n = w->change_n = 0;
    memset(w->marked, 0, sizeof w->marked);
    metrics_none(values, METRIC_WALL_COUNT, METRIC_SPOOF_SCORE - METRIC_WALL_COUNT + 1, METRIC_NO_DATA);
}

/* Trades may be missing: what was filled is not known any more, so the lives begin anew. */
static void on_missed(void *state, const struct measure_input *in, struct metric_value *values)
{
    struct walls *w = state;
    (void)values;
    for (uint32_t i = 0; i < w->n; i++) {
        struct wall_track *t = &w->tracks[i];
        t->filled = t->reduced = t->hit = 0;
        t->refills = 0;
        t->largest = t->qty > 0 ? t->qty : t->largest;
        t->born_ns = t->gone_ns == 0 ? t->born_ns : in->now_ns;
        t->gone_ns = 0;
    }
}

const struct walls *measures_walls(const struct measures *m)
{
    return measures_state(m, &measure_walls);
}

const struct measure measure_walls = {
    .name = "walls",
    .first = METRIC_WALL_COUNT,
    .n = METRIC_SPOOF_SCORE - METRIC_WALL_COUNT + 1,
    .state_bytes = sizeof(struct walls),
    .state_version = 1,
    .kinds = MEASURE_BOOK_KINDS | 1u << EVENT_TRADE,
    .on_event = on_event,
    .on_tick = on_tick,
    .on_lost = on_lost,
    .on_missed = on_missed,
    .detail = walls_detail,
};
