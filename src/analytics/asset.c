#include <alphaplus/analytics/asset.h>

#include "metrics.h"
#include "params.h"

#include <alphaplus/analytics/infoshare.h>
#include <alphaplus/analytics/leadlag.h>
#include <alphaplus/base/clock.h>
#include <math.h>
#include <string.h>

#define MIDS_KEPT   4096
#define GRID_REACH  (5 * NS_PER_S)
#define GRID_STEP   (50 * NS_PER_MS)
#define GRID_FINE   (10 * NS_PER_MS)
#define SHARE_STEP  NS_PER_S
#define SAMPLES_MAX 3600
#define SAMPLES_MIN 300

/* Changes of a mid; times rise. The newest is at (n - 1) % MIDS_KEPT. */
struct mids {
    uint64_t n;
    struct lead_point points[MIDS_KEPT]; /* x: the mid, in price units */
};

struct asset {
    struct mids own, other;
    struct asset_clocks clocks;
    uint64_t epoch; /* of what is under way: another one since means that it is not wanted any more */
    uint8_t is_wanted;
    uint8_t pad[7];
};

struct fit {
    struct mids own, other;
    struct lead_point x[MIDS_KEPT], y[MIDS_KEPT]; /* logarithms, by our clock, within the window */
    double share_x[SAMPLES_MAX], share_y[SAMPLES_MAX];
    struct asset_clocks clocks;
    double window_s, points_min, clock_ms, unknown_ms;
    uint64_t epoch;
    int32_t lags;
    uint8_t has_lead, has_share;
    uint8_t pad[2];
    struct lead_result lead;
    struct infoshare share;
};

static void add_mid(struct mids *m, int64_t t_ns, double mid)
{
    struct lead_point *last = m->n > 0 ? &m->points[(m->n - 1) % MIDS_KEPT] : NULL;
    if (last && (t_ns < last->t_ns || mid == last->x))
        return;
    if (last && t_ns == last->t_ns)
        last->x = mid;
    else
        m->points[m->n++ % MIDS_KEPT] = (struct lead_point){t_ns, mid};
}

static void on_event(void *state, const struct measure_input *in, const struct event *ev,
                     struct metric_value *values)
{
    struct asset *a = state;
    (void)values;
    double mid = ((double)in->bid.px + (double)in->ask.px) / 2.0;
    if (in->is_true && ev->exch_ns > 0 && mid > 0.0)
        add_mid(&a->own, ev->exch_ns, mid);
}

static void forget_pair(struct asset *a, struct metric_value *values)
{
    a->epoch++;
    a->is_wanted = 0;
    metrics_none(values, METRIC_LEAD_LAG, METRIC_SHARE_COMPONENT - METRIC_LEAD_LAG + 1, METRIC_NO_DATA);
}

static void on_lost(void *state, const struct measure_input *in, struct metric_value *values)
{
    struct asset *a = state;
    (void)in;
    a->own.n = 0;
    forget_pair(a, values);
}

/* --- the fit -------------------------------------------------------------------------------------------------------- */

static bool begin(void *state, const struct measure_input *in, void *block)
{
    struct asset *a = state;
    struct fit *f = block;
    if (!a->is_wanted)
        return false;
    a->is_wanted = 0;
    f->own = a->own;
    f->other = a->other;
    memset(&a->other, 0, sizeof a->other); /* a checkpoint need not carry it */
    f->clocks = a->clocks;
    f->epoch = a->epoch;
    f->window_s = in->params->value[PARAM_LEAD_WINDOW_S];
    f->points_min = in->params->value[PARAM_LEAD_POINTS];
    f->clock_ms = in->params->value[PARAM_LEAD_CLOCK_MS];
    f->unknown_ms = in->params->value[PARAM_LEAD_UNKNOWN_MS];
    f->lags = (int32_t)in->params->value[PARAM_SHARE_LAGS];
    return true;
}

static const struct lead_point *point_at(const struct mids *m, uint64_t i)
{
    return &m->points[i % MIDS_KEPT];
}

static uint64_t oldest(const struct mids *m)
{
    return m->n > MIDS_KEPT ? m->n - MIDS_KEPT : 0;
}

/* From the last change at or before from_ns on. */
static size_t cut(const struct mids *m, int64_t clock_ns, int64_t from_ns, struct lead_point out[MIDS_KEPT])
{
    size_t n = 0;
    uint64_t i = oldest(m);
    while (i + 1 < m->n && point_at(m, i + 1)->t_ns - clock_ns <= from_ns)
        i++;
    for (; i < m->n; i++)
        out[n++] = (struct lead_point){point_at(m, i)->t_ns - clock_ns, log(point_at(m, i)->x)};
    return n;
}

static double value_at(const struct lead_series *s, int64_t t_ns, size_t *at)
{
    while (*at + 1 < s->n && s->points[*at + 1].t_ns <= t_ns)
        ++*at;
    return s->points[*at].x;
}

static size_t sample(const struct lead_series *x, const struct lead_series *y, struct fit *f)
{
    int64_t from = x->points[0].t_ns > y->points[0].t_ns ? x->points[0].t_ns : y->points[0].t_ns;
    int64_t to = x->points[x->n - 1].t_ns < y->points[y->n - 1].t_ns ? x->points[x->n - 1].t_ns
                                                                     : y->points[y->n - 1].t_ns;
    size_t n = 0, at_x = 0, at_y = 0;
    for (int64_t t = from; t <= to && n < SAMPLES_MAX; t += SHARE_STEP) {
        f->share_x[n] = value_at(x, t, &at_x);
        f->share_y[n++] = value_at(y, t, &at_y);
    }
    return n;
}

static void run(void *block)
{
    struct fit *f = block;
    f->has_lead = f->has_share = 0;
    if (f->own.n == 0 || f->other.n == 0)
        return;
    int64_t end_x = point_at(&f->own, f->own.n - 1)->t_ns - f->clocks.own_ns;
    int64_t end_y = point_at(&f->other, f->other.n - 1)->t_ns - f->clocks.other_ns;
    int64_t start_x = point_at(&f->own, oldest(&f->own))->t_ns - f->clocks.own_ns;
    int64_t start_y = point_at(&f->other, oldest(&f->other))->t_ns - f->clocks.other_ns;
    int64_t from = (end_x > end_y ? end_x : end_y) - (int64_t)(f->window_s * 1e9);
    if (from < start_x)
        from = start_x;
    if (from < start_y)
        from = start_y;
    struct lead_series x = {f->x, cut(&f->own, f->clocks.own_ns, from, f->x)};
    struct lead_series y = {f->y, cut(&f->other, f->clocks.other_ns, from, f->y)};
    if ((double)x.n < f->points_min || (double)y.n < f->points_min)
        return;
    const struct lead_grid grid = {.reach_ns = GRID_REACH, .step_ns = GRID_STEP, .fine_ns = GRID_FINE};
    f->has_lead = lead_find(&x, &y, &grid, &f->lead) == 0;
    size_t n = sample(&x, &y, f);
    f->has_share = n >= SAMPLES_MIN && infoshare_fit(f->share_x, f->share_y, n, f->lags, &f->share) == 0;
}

static struct metric_value in_unit(double share)
{
    return metric_ok(share < 0.0 ? 0.0 : share > 1.0 ? 1.0 : share);
}

static void end(void *state, const struct measure_input *in, const void *block, struct metric_value *values)
{
    const struct asset *a = state;
    const struct fit *f = block;
    (void)in;
    if (a->epoch != f->epoch)
        return;
    double error = (f->clocks.error_ms < 0.0 ? f->unknown_ms : f->clocks.error_ms) + f->clock_ms;
    metrics_none(values, METRIC_LEAD_LAG, METRIC_SHARE_COMPONENT - METRIC_LEAD_LAG + 1, METRIC_WARMUP);
    if (f->has_lead) {
        double lag = (double)f->lead.lag_ns / 1e6;
        values[METRIC_LEAD_LAG] = fabs(lag) >= 2.0 * error ? metric_estimate(lag, error)
                                                           : metric_none(METRIC_NO_DATA);
        values[METRIC_LEAD_RHO] = metric_ok(f->lead.rho);
        values[METRIC_LEAD_RATIO] = f->lead.ratio > 0.0 ? metric_ok(f->lead.ratio)
                                                        : metric_none(METRIC_NO_DATA);
    }
    if (f->has_share) {
        values[METRIC_SHARE_LOW] = in_unit(fmin(f->share.first[0], f->share.last[0]));
        values[METRIC_SHARE_HIGH] = in_unit(fmax(f->share.first[0], f->share.last[0]));
        values[METRIC_SHARE_COMPONENT] = metric_ok(f->share.component[0]);
    }
}

static const struct measure_fit fit = {.bytes = sizeof(struct fit), .begin = begin, .run = run, .end = end};

const struct measure measure_asset = {
    .name = "asset",
    .first = METRIC_ASSET_MARKETS,
    .n = METRIC_SHARE_COMPONENT - METRIC_ASSET_MARKETS + 1,
    .state_bytes = sizeof(struct asset),
    .state_version = 1,
    .kinds = MEASURE_BOOK_KINDS,
    .on_event = on_event,
    .on_lost = on_lost,
    .fit = &fit,
};

/* --- what the engine hands over ------------------------------------------------------------------------------------- */

void asset_give(const struct measures *m, struct asset_part *ret_part)
{
    const struct metric_value *v = measures_values(m);
    *ret_part = (struct asset_part){.bid_10 = v[METRIC_DEPTH_BID_10],
                                    .ask_10 = v[METRIC_DEPTH_ASK_10],
                                    .bid_50 = v[METRIC_DEPTH_BID_50],
                                    .ask_50 = v[METRIC_DEPTH_ASK_50],
                                    .cvd_day = v[METRIC_CVD_DAY],
                                    .cvd_60 = v[METRIC_CVD_60]};
}

void asset_take(struct measures *m, const struct asset_sum *s)
{
    struct metric_value *v = measures_own(m, &measure_asset, NULL);
    v[METRIC_ASSET_MARKETS] = s->markets;
    v[METRIC_ASSET_BID_10] = s->of.bid_10;
    v[METRIC_ASSET_ASK_10] = s->of.ask_10;
    v[METRIC_ASSET_BID_50] = s->of.bid_50;
    v[METRIC_ASSET_ASK_50] = s->of.ask_50;
    v[METRIC_ASSET_CVD_DAY] = s->of.cvd_day;
    v[METRIC_ASSET_CVD_60] = s->of.cvd_60;
    for (int w = 0; w < ASSET_LIQ_WINDOWS; w++) {
        v[METRIC_ASSET_LIQ_LONG_1M + 2 * w] = s->liq_long[w];
        v[METRIC_ASSET_LIQ_SHORT_1M + 2 * w] = s->liq_short[w];
    }
    v[METRIC_ASSET_OI] = s->oi;
    v[METRIC_ASSET_FUNDING] = s->funding;
    v[METRIC_ASSET_BASIS] = s->basis;
    v[METRIC_ASSET_DISPERSION] = s->dispersion;
}

void asset_compare(struct measures *m, const struct measures *other, const struct asset_clocks *clocks)
{
    void *state;
    const void *from;
    measures_own(m, &measure_asset, &state);
    from = measures_state(other, &measure_asset);
    struct asset *a = state;
    a->other = ((const struct asset *)from)->own;
    a->clocks = *clocks;
    a->is_wanted = 1;
}

void asset_part_ways(struct measures *m)
{
    void *state;
    struct metric_value *values = measures_own(m, &measure_asset, &state);
    forget_pair(state, values);
}
