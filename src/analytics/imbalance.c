/* Weighted imbalance and depth pressure. */
#include "metrics.h"
#include "params.h"

#include <alphaplus/analytics/liquidity.h>

#define RANK_LEVELS 50
#define TAU_SPREADS 2.0

static void on_event(void *state, const struct measure_input *in, const struct event *ev,
                     struct metric_value *values)
{
    (void)state;
    (void)ev;
    if (!in->is_true)
        return;
    double bid = (double)in->bid.qty, ask = (double)in->ask.qty;
    values[METRIC_IMBALANCE_L1] = metric_ok((bid - ask) / (bid + ask));
}

static void on_tick(void *state, const struct measure_input *in, bool is_second, struct metric_value *values)
{
    struct liquidity_weighted w;
    (void)state;
    (void)is_second;
    if (!in->is_true)
        return;
    double mid = ((double)in->bid.px + (double)in->ask.px) / 2.0;
    double spread_bps = (double)(in->ask.px - in->bid.px) / mid * 1e4;
    double least = in->params->value[PARAM_IMBALANCE_TAU_BPS];
    double tau = TAU_SPREADS * spread_bps > least ? TAU_SPREADS * spread_bps : least;
    liquidity_distance(in->book, in->inst, tau, &w);
    values[METRIC_IMBALANCE_RANK] = metric_ok(
        liquidity_imbalance_rank(in->book, in->params->value[PARAM_IMBALANCE_RANK_DECAY], RANK_LEVELS));
    values[METRIC_IMBALANCE_DISTANCE] = metric_ok(w.imbalance);
    values[METRIC_PRESSURE] = metric_ok(w.bid - w.ask);
}

static void on_lost(void *state, const struct measure_input *in, struct metric_value *values)
{
    (void)state;
    (void)in;
    metrics_none(values, METRIC_IMBALANCE_L1, METRIC_PRESSURE - METRIC_IMBALANCE_L1 + 1, METRIC_NO_DATA);
}

const struct measure measure_imbalance = {
    .name = "imbalance",
    .first = METRIC_IMBALANCE_L1,
    .n = METRIC_PRESSURE - METRIC_IMBALANCE_L1 + 1,
    .kinds = MEASURE_BOOK_KINDS,
    .on_event = on_event,
    .on_tick = on_tick,
    .on_lost = on_lost,
};
