/* Order flow imbalance of ten levels, seen at ticks, and its first component.
 *
 * A gap ends the window. The covariance of past seconds and the weights fitted to it stay: every second in it lay within one true
 * book. */
#include "metrics.h"

#include <alphaplus/analytics/ofi.h>
#include <alphaplus/base/clock.h>
#include <alphaplus/model/detail.h>
#include <math.h>
#include <string.h>

enum { LEVELS = OFI_LEVELS, SLOTS = 10 };
#define SUM_MAX     (INT64_C(1) << 58) /* ten slots of them fit */
#define SAMPLE_MIN  120
#define SHARE       (1.0 / 3600.0) /* of the newest second in the covariance */
#define FIT_EVERY_S 60

struct mlofi {
    struct level bid[LEVELS], ask[LEVELS]; /* at the tick before */
    int64_t sums[SLOTS][LEVELS];
    double depth[SLOTS]; /* sum over ticks of the mean size of a level */
    uint32_t ticks[SLOTS];
    int64_t begun_ns; /* 0: none */
    int32_t slot;
    uint32_t samples;
    double mean[LEVELS], covariance[LEVELS][LEVELS]; /* of seconds, in mean sizes */
    double weights[LEVELS], share;                   /* share 0: none yet */
};
struct mlofi_fit {
    double covariance[LEVELS][LEVELS], weights[LEVELS], share;
    int32_t is_found, pad;
};

static void forget_window(struct mlofi *m)
{
    m->begun_ns = 0;
    memset(m->sums, 0, sizeof m->sums);
    memset(m->depth, 0, sizeof m->depth);
    memset(m->ticks, 0, sizeof m->ticks);
}

static void look(struct mlofi *m, const struct measure_input *in)
{
    const struct near_levels *near = in->near;
    int64_t e[LEVELS];
    double size = 0.0;
    if (m->begun_ns != 0) {
        ofi_levels_step(m->bid, m->ask, near->bid, near->ask, LEVELS, e);
        for (int i = 0; i < LEVELS; i++) {
            int64_t sum = m->sums[m->slot][i] + e[i];
            m->sums[m->slot][i] = sum > SUM_MAX ? SUM_MAX : sum < -SUM_MAX ? -SUM_MAX : sum;
        }
    } else {
        m->begun_ns = in->now_ns;
    }
    for (int i = 0; i < LEVELS; i++)
        size += ((double)near->bid[i].qty + (double)near->ask[i].qty) / (2.0 * LEVELS);
    m->depth[m->slot] += size;
    m->ticks[m->slot]++;
    memcpy(m->bid, near->bid, sizeof m->bid);
    memcpy(m->ask, near->ask, sizeof m->ask);
}

/* The newest `seconds`, each level in mean sizes of a level. */
static void recent(const struct mlofi *m, int seconds, double ret_ofi[LEVELS])
{
    double depth = 0.0, ticks = 0.0;
    for (int s = 0; s < seconds; s++) {
        int slot = (m->slot + SLOTS - s) % SLOTS;
        depth += m->depth[slot];
        ticks += (double)m->ticks[slot];
    }
    for (int i = 0; i < LEVELS; i++) {
        double sum = 0.0;
        for (int s = 0; s < seconds; s++)
            sum += (double)m->sums[(m->slot + SLOTS - s) % SLOTS][i];
        ret_ofi[i] = depth > 0.0 ? sum * ticks / depth : 0.0;
    }
}

static void learn(struct mlofi *m)
{
    double ofi[LEVELS], d[LEVELS];
    recent(m, 1, ofi);
    m->samples++;
    double a = fmax(SHARE, 1.0 / (double)m->samples);
    for (int i = 0; i < LEVELS; i++) {
        d[i] = ofi[i] - m->mean[i];
        m->mean[i] += a * d[i];
    }
    for (int i = 0; i < LEVELS; i++) {
        for (int j = 0; j < LEVELS; j++)
            m->covariance[i][j] = (1.0 - a) * (m->covariance[i][j] + a * d[i] * d[j]);
    }
}

static void publish(const struct mlofi *m, const struct measure_input *in, struct metric_value *values)
{
    double ofi[LEVELS], sum = 0.0;
    metrics_none(values, METRIC_OFI_INTEGRATED, 2, METRIC_WARMUP);
    if (!(m->share > 0.0))
        return;
    values[METRIC_OFI_SHARE] = metric_ok(m->share);
    if (m->begun_ns == 0 || in->now_ns - m->begun_ns < SLOTS * NS_PER_S)
        return;
    recent(m, SLOTS, ofi);
    for (int i = 0; i < LEVELS; i++)
        sum += m->weights[i] * ofi[i];
    values[METRIC_OFI_INTEGRATED] = metric_ok(sum);
}

static void on_tick(void *state, const struct measure_input *in, bool is_second, struct metric_value *values)
{
    struct mlofi *m = state;
    if (!in->is_true)
        return;
    if (in->near->bid_n < LEVELS || in->near->ask_n < LEVELS) {
        forget_window(m);
        metrics_none(values, METRIC_OFI_INTEGRATED, 2, METRIC_NO_DATA);
        return;
    }
    look(m, in);
    if (!is_second)
        return;
    if (in->now_ns - m->begun_ns >= NS_PER_S)
        learn(m);
    publish(m, in, values);
    m->slot = (m->slot + 1) % SLOTS;
    memset(m->sums[m->slot], 0, sizeof m->sums[m->slot]);
    m->depth[m->slot] = 0.0;
    m->ticks[m->slot] = 0;
}

static void on_lost(void *state, const struct measure_input *in, struct metric_value *values)
{
    (void)in;
    forget_window(state);
    metrics_none(values, METRIC_OFI_INTEGRATED, 2, METRIC_NO_DATA);
}

static void detail(const void *state, const struct measure_input *in, struct detail *ret_detail)
{
    const struct mlofi *m = state;
    _Static_assert(FLOW_LEVELS == LEVELS, "detail.h shows the same levels");
    if (m->begun_ns == 0 || in->now_ns - m->begun_ns < SLOTS * NS_PER_S || !(m->share > 0.0))
        return;
    ret_detail->flow.level_n = LEVELS;
    recent(m, SLOTS, ret_detail->flow.level_ofi);
    memcpy(ret_detail->flow.level_weight, m->weights, sizeof m->weights);
}

static bool fit_begin(void *state, const struct measure_input *in, void *block)
{
    const struct mlofi *m = state;
    struct mlofi_fit *fit = block;
    if (m->samples < SAMPLE_MIN || in->now_ns / NS_PER_S % FIT_EVERY_S != 0)
        return false;
    memcpy(fit->covariance, m->covariance, sizeof fit->covariance);
    return true;
}

static void fit_run(void *block)
{
    struct mlofi_fit *fit = block;
    fit->is_found = ofi_component(&fit->covariance[0][0], LEVELS, fit->weights, &fit->share);
}

static void fit_end(void *state, const struct measure_input *in, const void *block,
                    struct metric_value *values)
{
    struct mlofi *m = state;
    const struct mlofi_fit *fit = block;
    (void)in;
    (void)values; /* the next second shows it */
    m->share = fit->is_found ? fit->share : 0.0;
    memcpy(m->weights, fit->weights, sizeof m->weights);
}

static const struct measure_fit fit = {sizeof(struct mlofi_fit), fit_begin, fit_run, fit_end};

const struct measure measure_mlofi = {
    .name = "mlofi",
    .first = METRIC_OFI_INTEGRATED,
    .n = METRIC_OFI_SHARE - METRIC_OFI_INTEGRATED + 1,
    .state_bytes = sizeof(struct mlofi),
    .state_version = 1,
    .on_tick = on_tick,
    .on_lost = on_lost,
    .detail = detail,
    .fit = &fit,
};
