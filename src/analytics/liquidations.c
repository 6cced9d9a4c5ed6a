/* Liquidations as the venue tells them: totals by side, how far from the mark, what each did to price and book, and bursts of them close in
 * time and price. Sums of feeds that tell not all are lower bounds. Windows begin with the first sign of life of the connection; what
 * was seen before a gap is not in them. Distributions are long learnt and outlive gaps. 90 kB. */
#include "metrics.h"
#include "params.h"
#include "traded.h"

#include <alphaplus/analytics/cluster.h>
#include <alphaplus/analytics/stats.h>
#include <alphaplus/base/clock.h>
#include <alphaplus/base/fixed.h>
#include <alphaplus/model/detail.h>
#include <math.h>
#include <string.h>

#define YEAR_S      31536000.0
#define MARK_OLD_NS (60 * NS_PER_S)
#define MINUTE_NS   (60 * NS_PER_S)
#define HOUR_S      3600
#define CLUSTER_NS  (10 * NS_PER_S) /* bursts are looked for that often */
#define DAY_MINUTES 1440.0          /* minutes seen before the instrument's own quantiles serve */
#define HALF_LIFE_S 86400.0
enum { KEPT = 512, PENDING = 64, MINUTES = 5 };

/* One that is followed until its impact is known. */
struct pending {
    int64_t until_ns; /* 0: free */
    uint32_t index;   /* of its impact */
    uint8_t side, pad[3];
    double mid, depth, least; /* before it; depth at worst since */
};
struct liquidations {
    int64_t watched_ns;    /* the windows' first moment; 0: none */
    double usd[HOUR_S][2]; /* a second each, by enum position_side */
    int slot;
    int64_t tick_ns;
    double mark;
    int64_t mark_ns;
    struct pending pending[PENDING];
    uint32_t impact_n; /* ever, modulo 2^32 */
    struct liq_impact impacts[LIQ_IMPACTS_MAX];
    uint32_t kept_n; /* ever, modulo 2^32 */
    struct kept {
        int64_t time_ns, px;
        double usd;
        uint8_t side, pad[7];
    } kept[KEPT];
    struct histogram five; /* value of 5 minutes, sampled each minute */
    double minutes[MINUTES];
    uint32_t cluster_n; /* newest first, as of the last look */
    struct liq_cluster clusters[LIQ_CLUSTERS_MAX];
};

static void init(void *state, const struct measure_input *in, struct metric_value *values)
{
    struct liquidations *l = state;
    (void)in;
    (void)values;
    histogram_init(&l->five, 1.0, HALF_LIFE_S);
}

/* --- one liquidation ------------------------------------------------------------------------------------------------- */

/* What a distance is counted from: mark, else mid, else 0. */
static double reference(const struct liquidations *l, const struct measure_input *in)
{
    if (l->mark_ns != 0 && in->now_ns - l->mark_ns <= MARK_OLD_NS)
        return l->mark;
    return in->is_true ? fixed_to_double(in->bid.px + in->ask.px, in->inst->price_decimals) / 2.0 : 0.0;
}

/* Value within 10 bps on the side that a liquidation runs into: a long's is sold to the bids. 0: not known. */
static double depth_of(uint8_t side, const struct metric_value *values)
{
    const struct metric_value *v = &values[side == POSITION_LONG ? METRIC_DEPTH_BID_10 : METRIC_DEPTH_ASK_10];
    return v->state >= METRIC_DEGRADED ? v->value : 0.0;
}

static void follow(struct liquidations *l, const struct measure_input *in, uint32_t index, uint8_t side,
                   const struct metric_value *values)
{
    double depth = depth_of(side, values);
    if (!in->is_true || !(depth > 0.0))
        return;
    for (int i = 0; i < PENDING; i++) {
        if (l->pending[i].until_ns != 0)
            continue;
        l->pending[i] = (struct pending){.until_ns = in->now_ns +
                                                     (int64_t)(in->params->value[PARAM_IMPACT_S] * 1e9),
                                         .index = index,
                                         .side = side,
                                         .mid = (double)(in->bid.px + in->ask.px) / 2.0,
                                         .depth = depth,
                                         .least = depth};
        return;
    }
}

static void on_liquidation(struct liquidations *l, const struct measure_input *in,
                           const struct liquidation_row *row, struct metric_value *values)
{
    if (row->px <= 0 || row->qty <= 0)
        return;
    uint8_t side = row->side == POSITION_SHORT;
    double usd = instrument_notional(in->inst, row->px, row->qty), from = reference(l, in);
    l->usd[l->slot][side] += usd;
    l->minutes[0] += usd;
    l->kept[l->kept_n++ % KEPT] = (struct kept){
        .time_ns = in->now_ns, .px = row->px, .usd = usd, .side = side};
    struct liq_impact *i = &l->impacts[l->impact_n % LIQ_IMPACTS_MAX];
    *i = (struct liq_impact){.time_ns = in->now_ns,
                             .px = row->px,
                             .usd = usd,
                             .side = side,
                             .completeness = row->completeness & 3};
    if (from > 0.0) {
        i->has_distance = 1;
        i->distance_pct = (instrument_price(in->inst, row->px) / from - 1.0) * 100.0;
        values[METRIC_LIQ_DISTANCE] = metric_ok(i->distance_pct);
    }
    follow(l, in, l->impact_n, side, values);
    l->impact_n++;
}

static void on_event(void *state, const struct measure_input *in, const struct event *ev,
                     struct metric_value *values)
{
    struct liquidations *l = state;
    if (in->inst->liq_completeness == COMPLETENESS_UNKNOWN && ev->kind != EVENT_LIQUIDATION)
        return;
    if (l->watched_ns == 0)
        l->watched_ns = in->now_ns;
    if (ev->kind == EVENT_LIQUIDATION) {
        on_liquidation(l, in, event_rows_const(ev), values);
    } else if (ev->kind == EVENT_MARK) {
        const struct mark_row *row = event_rows_const(ev);
        if (row->mark > 0) {
            l->mark = fixed_to_double(row->mark, in->inst->mark_decimals);
            l->mark_ns = in->now_ns;
        }
    }
}

/* --- impact ---------------------------------------------------------------------------------------------------------- */

/* Three standard deviations of the mid over as long as an impact is followed, in bps. */
static double usual_move(const struct measure_input *in, const struct metric_value *values)
{
    const struct metric_value *vol = &values[METRIC_RV_5M];
    double reference_bps = in->params->value[PARAM_IMPACT_REF_BPS];
    if (vol->state != METRIC_OK || !(vol->value > 0.0))
        return reference_bps;
    return 3.0 * vol->value / 100.0 * sqrt(in->params->value[PARAM_IMPACT_S] / YEAR_S) * 1e4;
}

static double clip(double x)
{
    return fmax(0.0, fmin(1.0, x));
}

static void end_impact(struct liquidations *l, const struct pending *p, const struct measure_input *in,
                       struct metric_value *values)
{
    struct liq_impact *i = &l->impacts[p->index % LIQ_IMPACTS_MAX];
    if (l->impact_n - p->index > LIQ_IMPACTS_MAX)
        return; /* overwritten since */
    double moved = ((double)(in->bid.px + in->ask.px) / 2.0 / p->mid - 1.0) * 1e4;
    i->has_impact = 1;
    i->move_bps = p->side == POSITION_LONG ? -moved : moved;
    i->eaten = clip(1.0 - p->least / p->depth);
    i->score = 50.0 * clip(i->move_bps / usual_move(in, values)) + 50.0 * i->eaten;
    values[METRIC_LIQ_MOVE] = metric_ok(i->move_bps);
    values[METRIC_LIQ_EATEN] = metric_ok(i->eaten);
    values[METRIC_LIQ_IMPACT] = metric_ok(i->score);
}

static void follow_all(struct liquidations *l, const struct measure_input *in, struct metric_value *values)
{
    for (int k = 0; k < PENDING; k++) {
        struct pending *p = &l->pending[k];
        double depth = p->until_ns != 0 ? depth_of(p->side, values) : 0.0;
        if (depth > 0.0)
            p->least = fmin(p->least, depth);
        if (p->until_ns == 0 || in->now_ns < p->until_ns)
            continue;
        if (in->is_true && in->now_ns < p->until_ns + NS_PER_S) /* not after a leap */
            end_impact(l, p, in, values);
        p->until_ns = 0;
    }
}

/* --- totals ---------------------------------------------------------------------------------------------------------- */

static struct metric_value bounded(const struct measure_input *in, double v)
{
    struct metric_value out = metric_ok(v);
    if (in->inst->liq_completeness != COMPLETENESS_FULL)
        out.state = METRIC_DEGRADED;
    return out;
}

static void show_totals(const struct liquidations *l, const struct measure_input *in,
                        struct metric_value *values)
{
    static const struct {
        int seconds, row;
    } windows[] = {{60, METRIC_LIQ_LONG_60}, {900, METRIC_LIQ_LONG_15M}, {HOUR_S, METRIC_LIQ_LONG_1H}};
    double usd[2] = {0.0, 0.0};
    int back = 0;

    metrics_none(values, METRIC_LIQ_LONG_60, 6, l->watched_ns ? METRIC_WARMUP : METRIC_NO_DATA);
    for (size_t w = 0; w < sizeof windows / sizeof windows[0]; w++) {
        if (l->watched_ns == 0 || in->now_ns - l->watched_ns < windows[w].seconds * NS_PER_S)
            return;
        for (; back < windows[w].seconds; back++) {
            const double *slot = l->usd[(l->slot + HOUR_S - back) % HOUR_S];
            usd[0] += slot[0];
            usd[1] += slot[1];
        }
        for (int side = 0; side < 2; side++)
            values[windows[w].row + side] = bounded(in, usd[side]);
    }
}

static void next_slot(struct liquidations *l)
{
    l->slot = (l->slot + 1) % HOUR_S;
    l->usd[l->slot][0] = l->usd[l->slot][1] = 0.0;
}

/* --- bursts ---------------------------------------------------------------------------------------------------------- */

static void next_minute(struct liquidations *l, const struct measure_input *in)
{
    double sum = 0.0;
    for (int i = 0; i < MINUTES; i++)
        sum += l->minutes[i];
    if (l->watched_ns != 0 && in->now_ns - l->watched_ns >= MINUTES * MINUTE_NS)
        histogram_add(&l->five, in->now_ns, sum);
    memmove(l->minutes + 1, l->minutes, (MINUTES - 1) * sizeof l->minutes[0]);
    l->minutes[0] = 0.0;
}

/* Those of the last hour since it is watched, oldest first. */
static size_t points_of(const struct liquidations *l, const struct measure_input *in,
                        struct cluster_point *points, uint32_t *ret_first)
{
    uint32_t n = l->kept_n < KEPT ? l->kept_n : KEPT;
    double time_ns = in->params->value[PARAM_CLUSTER_TIME_S] * 1e9,
           pct = in->params->value[PARAM_CLUSTER_PRICE_PCT];
    while (n > 0) {
        int64_t at_ns = l->kept[(l->kept_n - n) % KEPT].time_ns;
        if (at_ns > in->now_ns - HOUR_S * NS_PER_S && at_ns >= l->watched_ns)
            break;
        n--;
    }
    *ret_first = l->kept_n - n;
    for (uint32_t i = 0; i < n; i++) {
        const struct kept *k = &l->kept[(*ret_first + i) % KEPT];
        points[i] = (struct cluster_point){.x = (double)(k->time_ns - (in->now_ns - HOUR_S * NS_PER_S)) /
                                                time_ns,
                                           .y = log((double)k->px) * 100.0 / pct,
                                           .weight = k->usd};
    }
    return n;
}

static void gather(struct liq_cluster *c, const struct kept *k)
{
    if (c->count++ == 0) {
        c->start_ns = k->time_ns;
        c->px_low = c->px_high = k->px;
    }
    c->end_ns = k->time_ns;
    c->px_low = k->px < c->px_low ? k->px : c->px_low;
    c->px_high = k->px > c->px_high ? k->px : c->px_high;
    c->usd += k->usd;
    c->long_usd += k->side == POSITION_LONG ? k->usd : 0.0;
}

static void find_clusters(struct liquidations *l, const struct measure_input *in, struct metric_value *values)
{
    struct cluster_point points[KEPT];
    uint32_t first;
    bool is_own = histogram_weight(&l->five, in->now_ns) >= DAY_MINUTES / 2.0;
    double usd_min = is_own ? histogram_quantile(&l->five, 0.95) : in->params->value[PARAM_CLUSTER_REF_USD];
    struct cluster_params p = {
        .eps = 1.0, .points_min = (size_t)in->params->value[PARAM_CLUSTER_MIN], .weight_min = usd_min};
    size_t n = points_of(l, in, points, &first);
    int found = cluster_find(points, n, &p);

    l->cluster_n = found < LIQ_CLUSTERS_MAX ? (uint32_t)found : LIQ_CLUSTERS_MAX;
    memset(l->clusters, 0, sizeof l->clusters);
    for (size_t i = 0; i < n; i++) {
        int row = found - 1 - points[i].label;
        if (points[i].label >= 0 && row < LIQ_CLUSTERS_MAX) {
            gather(&l->clusters[row], &l->kept[(first + i) % KEPT]);
            l->clusters[row].is_ref = !is_own;
        }
    }
    values[METRIC_LIQ_CLUSTERS] = bounded(in, found);
    values[METRIC_LIQ_CLUSTERS].is_ref = !is_own;
    if (in->now_ns - l->watched_ns < HOUR_S * NS_PER_S) /* not all of the hour was watched */
        values[METRIC_LIQ_CLUSTERS].state = METRIC_DEGRADED;
    values[METRIC_LIQ_CLUSTER_USD] = found > 0 ? bounded(in, l->clusters[0].usd)
                                               : metric_none(METRIC_NO_DATA);
    values[METRIC_LIQ_CLUSTER_USD].is_ref = found > 0 && !is_own;
}

/* --- in time --------------------------------------------------------------------------------------------------------- */

static void on_tick(void *state, const struct measure_input *in, bool is_second, struct metric_value *values)
{
    struct liquidations *l = state;
    follow_all(l, in, values);
    if (!is_second)
        return;
    int64_t leapt = l->tick_ns != 0 ? (in->now_ns - l->tick_ns) / NS_PER_S - 1 : 0;
    for (int64_t i = 0; i < leapt && i < HOUR_S; i++)
        next_slot(l);
    l->tick_ns = in->now_ns;
    show_totals(l, in, values);
    next_slot(l);
    if (in->now_ns % MINUTE_NS == 0)
        next_minute(l, in);
    if (in->now_ns % CLUSTER_NS != 0)
        return;
    if (l->watched_ns != 0)
        find_clusters(l, in, values);
    else
        metrics_none(values, METRIC_LIQ_CLUSTERS, 2, METRIC_NO_DATA);
}

static void on_lost(void *state, const struct measure_input *in, struct metric_value *values)
{
    struct liquidations *l = state;
    (void)in;
    memset(l->pending, 0, sizeof l->pending);
    metrics_none(values, METRIC_LIQ_MOVE, 3, METRIC_NO_DATA);
}

static void on_missed(void *state, const struct measure_input *in, struct metric_value *values)
{
    struct liquidations *l = state;
    (void)in;
    l->watched_ns = 0;
    memset(l->minutes, 0, sizeof l->minutes);
    l->cluster_n = 0;
    metrics_none(values, METRIC_LIQ_LONG_60, 6, METRIC_NO_DATA);
    metrics_none(values, METRIC_LIQ_CLUSTERS, 2, METRIC_NO_DATA);
}

static void detail(const void *state, const struct measure_input *in, struct detail *ret_detail)
{
    const struct liquidations *l = state;
    (void)in;
    for (uint32_t back = 1; back <= l->impact_n && back <= LIQ_IMPACTS_MAX; back++)
        ret_detail->impacts[ret_detail->impact_n++] = l->impacts[(l->impact_n - back) % LIQ_IMPACTS_MAX];
    ret_detail->cluster_n = l->cluster_n;
    memcpy(ret_detail->clusters, l->clusters, sizeof l->clusters);
}

const struct measure measure_liquidations = {
    .name = "liquidations",
    .first = METRIC_LIQ_LONG_60,
    .n = METRIC_LIQ_CLUSTER_USD - METRIC_LIQ_LONG_60 + 1,
    .state_bytes = sizeof(struct liquidations),
    .state_version = 1,
    .kinds = 1u << EVENT_TRADE | 1u << EVENT_MARK | 1u << EVENT_LIQUIDATION,
    .init = init,
    .on_event = on_event,
    .on_tick = on_tick,
    .on_lost = on_lost,
    .on_missed = on_missed,
    .detail = detail,
};
