/* Weighted imbalance and depth pressure. Pressure is also told against its own size of the last hour: its median absolute deviation, from
 * one value a second, found aside every ten seconds. That hour is of seconds with a true book and outlives a gap: it is a yardstick, no
 * figure of the book that was lost. 29 kB. */
#include "metrics.h"
#include "params.h"

#include <alphaplus/analytics/liquidity.h>
#include <alphaplus/analytics/stats.h>
#include <alphaplus/base/clock.h>
#include <string.h>

#define RANK_LEVELS  50
#define TAU_SPREADS  2.0
#define SMOOTH_S     1.0
#define NORMAL       1.4826 /* MAD of a normal, to its sd */
#define FIT_EVERY_NS (10 * NS_PER_S)

enum { HOUR_S = 3600 };

struct imbalance {
    struct ew smooth;
    double mad; /* 0: not known yet */
    int64_t added_ns;
    uint32_t n, at;
    double pressure[HOUR_S];
};
struct imbalance_fit {
    uint32_t n, pad;
    double mad;
    double pressure[HOUR_S];
};

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

/* One value a second; after an hour without any the old ones tell nothing. */
static void keep_pressure(struct imbalance *m, int64_t now_ns, double pressure)
{
    if (now_ns - m->added_ns > HOUR_S * NS_PER_S)
        m->n = m->at = 0;
    m->added_ns = now_ns;
    m->pressure[m->at] = pressure;
    m->at = (m->at + 1) % HOUR_S;
    m->n += m->n < HOUR_S;
    if (m->n == 1)
        m->mad = 0.0;
}

static void on_tick(void *state, const struct measure_input *in, bool is_second, struct metric_value *values)
{
    struct imbalance *m = state;
    struct liquidity_weighted w;
    if (!in->is_true)
        return;
    double mid = ((double)in->bid.px + (double)in->ask.px) / 2.0;
    double spread_bps = (double)(in->ask.px - in->bid.px) / mid * 1e4;
    double least = in->params->value[PARAM_IMBALANCE_TAU_BPS];
    double tau = TAU_SPREADS * spread_bps > least ? TAU_SPREADS * spread_bps : least;
    liquidity_distance(in->book, in->inst, tau, &w);
    double pressure = w.bid - w.ask;
    ew_add(&m->smooth, SMOOTH_S, in->now_ns, w.imbalance);
    if (is_second)
        keep_pressure(m, in->now_ns, pressure);
    values[METRIC_IMBALANCE_RANK] = metric_ok(
        liquidity_imbalance_rank(in->book, in->params->value[PARAM_IMBALANCE_RANK_DECAY], RANK_LEVELS));
    values[METRIC_IMBALANCE_DISTANCE] = metric_ok(w.imbalance);
    values[METRIC_IMBALANCE_SMOOTH] = ew_is_warm(&m->smooth) ? metric_ok(m->smooth.mean)
                                                             : metric_none(METRIC_WARMUP);
    values[METRIC_PRESSURE] = metric_ok(pressure);
    values[METRIC_PRESSURE_Z] = m->mad > 0.0 ? metric_ok(pressure / (NORMAL * m->mad))
                                             : metric_none(METRIC_WARMUP);
}

static void on_lost(void *state, const struct measure_input *in, struct metric_value *values)
{
    struct imbalance *m = state;
    (void)in;
    m->smooth = (struct ew){0};
    metrics_none(values, METRIC_IMBALANCE_L1, METRIC_PRESSURE_Z - METRIC_IMBALANCE_L1 + 1, METRIC_NO_DATA);
}

static bool fit_begin(void *state, const struct measure_input *in, void *block)
{
    const struct imbalance *m = state;
    struct imbalance_fit *fit = block;
    if (in->now_ns % FIT_EVERY_NS != 0 || m->n < in->params->value[PARAM_PRESSURE_WARM])
        return false;
    fit->n = m->n;
    memcpy(fit->pressure, m->pressure, m->n * sizeof m->pressure[0]);
    return true;
}

static void fit_run(void *block)
{
    struct imbalance_fit *fit = block;
    double centre = stats_median(fit->pressure, fit->n);
    fit->mad = stats_mad(fit->pressure, fit->n, centre);
}

static void fit_end(void *state, const struct measure_input *in, const void *block,
                    struct metric_value *values)
{
    struct imbalance *m = state;
    (void)in;
    (void)values;
    if (m->n > 0)
        m->mad = ((const struct imbalance_fit *)block)->mad;
}

static const struct measure_fit fit = {
    .bytes = sizeof(struct imbalance_fit),
    .begin = fit_begin,
    .run = fit_run,
    .end = fit_end,
};

const struct measure measure_imbalance = {
    .name = "imbalance",
    .first = METRIC_IMBALANCE_L1,
    .n = METRIC_PRESSURE_Z - METRIC_IMBALANCE_L1 + 1,
    .state_bytes = sizeof(struct imbalance),
    .state_version = 1,
    .kinds = MEASURE_BOOK_KINDS,
    .on_event = on_event,
    .on_tick = on_tick,
    .on_lost = on_lost,
    .fit = &fit,
};
