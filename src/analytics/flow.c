/* Order flow imbalance at the touch. */
#include "metrics.h"

#include <alphaplus/analytics/ofi.h>
#include <alphaplus/base/clock.h>

#define SLOTS   10                 /* of one second */
#define SUM_MAX (INT64_C(1) << 59) /* ten of them fit; a real second stays far below */

struct flow {
    struct touch before;
    int64_t sums[SLOTS];
    int64_t begun_ns; /* the window's first moment; 0: none */
    int slot;
    int has_before;
};

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
    f->before = now;
    f->has_before = 1;
}

static void on_tick(void *state, const struct measure_input *in, bool is_second, struct metric_value *values)
{
    struct flow *f = state;
    int64_t sum = 0;
    if (!is_second || !in->is_true)
        return;
    for (int i = 0; i < SLOTS; i++)
        sum += f->sums[i];
    bool is_full = f->has_before && in->now_ns - f->begun_ns >= SLOTS * NS_PER_S;
    values[METRIC_OFI_10] = is_full ? metric_ok(instrument_qty(in->inst, sum)) : metric_none(METRIC_WARMUP);
    f->slot = (f->slot + 1) % SLOTS;
    f->sums[f->slot] = 0;
}

static void on_lost(void *state, const struct measure_input *in, struct metric_value *values)
{
    (void)in;
    *(struct flow *)state = (struct flow){0};
    metrics_none(values, METRIC_OFI_10, 1, METRIC_NO_DATA);
}

const struct measure measure_flow = {
    .name = "flow",
    .first = METRIC_OFI_10,
    .n = 1,
    .state_bytes = sizeof(struct flow),
    .state_version = 1,
    .kinds = MEASURE_BOOK_KINDS,
    .on_event = on_event,
    .on_tick = on_tick,
    .on_lost = on_lost,
};
