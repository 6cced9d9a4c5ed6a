/* The liquidity score, against what is usual for the instrument itself and against fixed references. What is usual are medians over aged
 * histograms of each second's figures, so they outlive a gap: they tell of the market, not of the book that was lost. 41 kB. */
#include "metrics.h"
#include "params.h"

#include <alphaplus/analytics/cost.h>
#include <alphaplus/analytics/score.h>
#include <alphaplus/analytics/stats.h>
#include <alphaplus/base/clock.h>

#define DAY_S           86400.0
#define HOUR_S          3600.0
#define ABSOLUTE_USD    1e5
#define ORDER_SHARE     20.0 /* an order is a twentieth of a minute's volume */
#define ORDER_FLOOR_USD 1e4
#define MINUTES_MIN     30 /* minutes of volume seen before their median counts */
#define HALF_LIVES_MIN  10

static const struct score_parts fixed_reference = {1.0, 1e6, 2.0, 5.0};

enum { SPREAD, DEPTH, COST, HALF_LIFE, VOLUME, HISTORIES };
static const double finest[HISTORIES] = {1e-4, 1.0, 1e-4, 1e-3, 1.0};

struct liquid {
    struct histogram usual[HISTORIES];
};

static double order_usd(const struct liquid *l)
{
    const struct histogram *volume = &l->usual[VOLUME];
    double usd = volume->n < MINUTES_MIN ? 0.0 : histogram_quantile(volume, 0.5) / ORDER_SHARE;
    return usd > ORDER_FLOOR_USD ? usd : ORDER_FLOOR_USD;
}

/* Mean cost of buying and selling; what the book cannot fill is taken to cost as much again. False: a side fills nothing. */
static bool mean_cost(const struct measure_input *in, double usd, double *ret_bps, bool *ret_is_bound)
{
    double sum = 0.0;
    *ret_is_bound = false;
    for (int side = 0; side < 2; side++) {
        struct cost c;
        cost_walk(in->book, in->inst, (enum side)side, COST_QUOTE, &usd, 1, &c);
        if (c.filled <= 0.0)
            return false;
        sum += c.slippage_bps * (usd / c.filled);
        *ret_is_bound |= c.unfilled > 0.0;
    }
    *ret_bps = sum / 2.0;
    return true;
}

static bool has_value(const struct metric_value *v)
{
    return v->state == METRIC_OK || v->state == METRIC_DEGRADED;
}

static struct score_parts reference_of(const struct liquid *l)
{
    const struct histogram *half_life = &l->usual[HALF_LIFE];
    return (struct score_parts){
        .spread_bps = histogram_quantile(&l->usual[SPREAD], 0.5),
        .depth = histogram_quantile(&l->usual[DEPTH], 0.5),
        .cost_bps = histogram_quantile(&l->usual[COST], 0.5),
        .half_life_s = half_life->n < HALF_LIVES_MIN ? -1.0 : histogram_quantile(half_life, 0.5),
    };
}

static void age(struct liquid *l, const struct measure_input *in)
{
    double half_life_s = in->params->value[PARAM_LIQUIDITY_HALF_LIFE] * DAY_S;
    for (int i = 0; i < HISTORIES; i++) {
        if (l->usual[i].min <= 0.0)
            histogram_init(&l->usual[i], finest[i], half_life_s);
        l->usual[i].half_life_s = half_life_s;
    }
}

static void learn(struct liquid *l, int64_t now_ns, const struct score_parts *x,
                  const struct metric_value *values)
{
    const struct metric_value *buy = &values[METRIC_BUY_60], *sell = &values[METRIC_SELL_60];
    histogram_add(&l->usual[SPREAD], now_ns, x->spread_bps);
    histogram_add(&l->usual[DEPTH], now_ns, x->depth);
    histogram_add(&l->usual[COST], now_ns, x->cost_bps);
    if (now_ns % (60 * NS_PER_S) != 0)
        return;
    if (buy->state == METRIC_OK && sell->state == METRIC_OK)
        histogram_add(&l->usual[VOLUME], now_ns, buy->value + sell->value);
    if (x->half_life_s >= 0.0)
        histogram_add(&l->usual[HALF_LIFE], now_ns, x->half_life_s);
}

static struct metric_value scored(const struct score_parts *x, const struct score_parts *ref, bool is_bound)
{
    struct metric_value v = metric_ok(score_liquidity(x, ref));
    if (is_bound)
        v.state = METRIC_DEGRADED;
    return v;
}

static void on_tick(void *state, const struct measure_input *in, bool is_second, struct metric_value *values)
{
    struct liquid *l = state;
    const struct metric_value *depth = &values[METRIC_DEPTH_10], *half = &values[METRIC_RESILIENCE_DEPTH];
    struct score_parts x = {.half_life_s = half->state == METRIC_OK ? half->value : -1.0};
    struct score_parts fixed;
    bool is_bound, is_fixed_bound;

    if (!is_second || !in->is_true || !has_value(depth))
        return;
    age(l, in);
    double usd = order_usd(l);
    values[METRIC_LIQUIDITY_ORDER] = metric_ok(usd);
    x.spread_bps = 2e4 * (double)(in->ask.px - in->bid.px) / ((double)in->ask.px + (double)in->bid.px);
    x.depth = depth->value;
    fixed = x;
    if (!mean_cost(in, usd, &x.cost_bps, &is_bound) ||
        !mean_cost(in, ABSOLUTE_USD, &fixed.cost_bps, &is_fixed_bound)) {
        values[METRIC_LIQUIDITY] = values[METRIC_LIQUIDITY_ABSOLUTE] = metric_none(METRIC_NO_DATA);
        return;
    }
    bool is_cut = depth->state != METRIC_OK;
    values[METRIC_LIQUIDITY_ABSOLUTE] = scored(&fixed, &fixed_reference, is_cut || is_fixed_bound);
    if (!is_cut && !is_bound)
        learn(l, in->now_ns, &x, values);
    double seen_s = (double)l->usual[SPREAD].n;
    if (seen_s < in->params->value[PARAM_LIQUIDITY_WARM] * HOUR_S) {
        values[METRIC_LIQUIDITY] = metric_none(METRIC_WARMUP);
        return;
    }
    struct score_parts ref = reference_of(l);
    values[METRIC_LIQUIDITY] = scored(&x, &ref, is_cut || is_bound);
}

static void on_lost(void *state, const struct measure_input *in, struct metric_value *values)
{
    (void)state;
    (void)in;
    metrics_none(values, METRIC_LIQUIDITY, METRIC_LIQUIDITY_ORDER - METRIC_LIQUIDITY + 1, METRIC_NO_DATA);
}

const struct measure measure_liquid = {
    .name = "liquid",
    .first = METRIC_LIQUIDITY,
    .n = METRIC_LIQUIDITY_ORDER - METRIC_LIQUIDITY + 1,
    .state_bytes = sizeof(struct liquid),
    .state_version = 1,
    .on_tick = on_tick,
    .on_lost = on_lost,
};
