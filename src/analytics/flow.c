/* Order flow imbalance at the touch: sums over windows, in multiples of the size there, and what it explains of the mid. A gap ends
 * everything: no second from before it is used after it. */
#include "metrics.h"

#include <alphaplus/analytics/impact.h>
#include <alphaplus/analytics/ofi.h>
#include <alphaplus/base/clock.h>
#include <string.h>

#define SLOTS      60                 /* of one second */
#define SUM_MAX    (INT64_C(1) << 57) /* sixty of them fit; a real second stays far below */
#define SAMPLES    300                /* seconds of the regression */
#define SAMPLE_MIN 60

struct flow {
    struct touch before;
    int64_t sums[SLOTS];
    double depth[SLOTS]; /* sum of (bid + ask) / 2 over the updates, */
    uint32_t updates[SLOTS];
    int64_t begun_ns; /* the window's first moment; 0: none */
    int32_t slot;
    uint8_t has_before, has_mid, pad[2];
    int64_t mid2; /* at the last second */
    uint32_t n, at;
    double x[SAMPLES], y[SAMPLES]; /* imbalance, ticks */
};

static double size_of(const struct touch *t)
{
    return ((double)t->bid.qty + (double)t->ask.qty) / 2.0;
}

static void on_event(void *state, const struct measure_input *in, const struct event *ev,
                     struct metric_value *values)
{
    struct flow *f = state;
    (void)values;
    (void)ev;
    if (!in->is_true)
        return;
    struct touch now = {in->bid, in->ask};
    if (f->has_before) {
        int64_t sum = f->sums[f->slot] + ofi_step(&f->before, &now);
        f->sums[f->slot] = sum > SUM_MAX ? SUM_MAX : sum < -SUM_MAX ? -SUM_MAX : sum;
    } else {
        f->begun_ns = in->now_ns;
    }
    f->depth[f->slot] += size_of(&now);
    f->updates[f->slot]++;
    f->before = now;
    f->has_before = 1;
}

static void window(const struct flow *f, const struct measure_input *in, int seconds,
                   struct metric_value *ret_sum, struct metric_value *ret_norm)
{
    int64_t sum = 0;
    double depth = 0.0, updates = 0.0;
    *ret_sum = *ret_norm = metric_none(METRIC_WARMUP);
    if (!f->has_before || in->now_ns - f->begun_ns < seconds * NS_PER_S)
        return;
    for (int i = 0; i < seconds; i++) {
        int slot = (f->slot + SLOTS - i) % SLOTS;
        sum += f->sums[slot];
        depth += f->depth[slot];
        updates += (double)f->updates[slot];
    }
    double size = updates > 0.0 ? depth / updates : size_of(&f->before);
    *ret_sum = metric_ok(instrument_qty(in->inst, sum));
    if (size > 0.0)
        *ret_norm = metric_ok((double)sum / size);
}

static void regress(struct flow *f, const struct measure_input *in, struct metric_value *values)
{
    struct regression fit;
    int64_t mid2 = in->bid.px + in->ask.px;
    if (f->has_mid) {
        f->x[f->at] = instrument_qty(in->inst, f->sums[f->slot]);
        f->y[f->at] = (double)(mid2 - f->mid2) / 2.0 / (double)in->inst->tick;
        f->at = (f->at + 1) % SAMPLES;
        f->n += f->n < SAMPLES;
    }
    f->mid2 = mid2;
    f->has_mid = 1;
    bool is_known = f->n >= SAMPLE_MIN && regression_fit(f->x, f->y, f->n, &fit);
    values[METRIC_OFI_BETA] = is_known ? metric_estimate(fit.beta, fit.se_hc0) : metric_none(METRIC_WARMUP);
    values[METRIC_OFI_R2] = is_known ? metric_ok(fit.r2) : metric_none(METRIC_WARMUP);
}

static void on_tick(void *state, const struct measure_input *in, bool is_second, struct metric_value *values)
{
    struct flow *f = state;
    if (!is_second || !in->is_true)
        return;
    window(f, in, 1, &values[METRIC_OFI_1], &values[METRIC_OFI_NORM_1]);
    window(f, in, 10, &values[METRIC_OFI_10], &values[METRIC_OFI_NORM_10]);
    window(f, in, SLOTS, &values[METRIC_OFI_60], &values[METRIC_OFI_NORM_60]);
    regress(f, in, values);
    f->slot = (f->slot + 1) % SLOTS;
    f->sums[f->slot] = 0;
    f->depth[f->slot] = 0.0;
    f->updates[f->slot] = 0;
}

static void on_lost(void *state, const struct measure_input *in, struct metric_value *values)
{
    (void)in;
    memset(state, 0, sizeof(struct flow));
    metrics_none(values, METRIC_OFI_1, METRIC_OFI_R2 - METRIC_OFI_1 + 1, METRIC_NO_DATA);
}

const struct measure measure_flow = {
    .name = "flow",
    .first = METRIC_OFI_1,
    .n = METRIC_OFI_R2 - METRIC_OFI_1 + 1,
    .state_bytes = sizeof(struct flow),
    .state_version = 2,
    .kinds = MEASURE_BOOK_KINDS,
    .on_event = on_event,
    .on_tick = on_tick,
    .on_lost = on_lost,
};
