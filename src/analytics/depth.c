/* Value resting within bands around the mid: sums of the book's pages, at each tick. */
#include "metrics.h"

#include <alphaplus/analytics/liquidity.h>

static const double bands_bps[] = {5, 10, 25, 50, 100, 200};
enum { BANDS = sizeof bands_bps / sizeof bands_bps[0], HEADLINE = 1 };
_Static_assert(METRIC_DEPTH_ASK_5 - METRIC_DEPTH_BID_5 == BANDS, "a row per band and side");

static void fill(const struct measure_input *in, enum side side, struct metric_value *values)
{
    struct liquidity_band bands[BANDS];
    liquidity_bands(in->book, in->inst, side, bands_bps, BANDS, bands);
    for (int i = 0; i < BANDS; i++) {
        values[i] = metric_ok(bands[i].value);
        if (bands[i].is_bound)
            values[i].state = METRIC_DEGRADED;
    }
}

static void on_tick(void *state, const struct measure_input *in, bool is_second, struct metric_value *values)
{
    (void)state;
    (void)is_second;
    if (!in->is_true)
        return;
    fill(in, SIDE_BID, &values[METRIC_DEPTH_BID_5]);
    fill(in, SIDE_ASK, &values[METRIC_DEPTH_ASK_5]);
    const struct metric_value *bid = &values[METRIC_DEPTH_BID_5 + HEADLINE],
                              *ask = &values[METRIC_DEPTH_ASK_5 + HEADLINE];
    const struct metric_value *lesser = bid->value < ask->value ? bid : ask;
    values[METRIC_DEPTH_10] = *lesser;
    if (bid->state != METRIC_OK ||
        ask->state != METRIC_OK) /* the other could be the lesser, were it known whole: no less than this */
        values[METRIC_DEPTH_10].state = METRIC_DEGRADED;
}

static void on_lost(void *state, const struct measure_input *in, struct metric_value *values)
{
    (void)state;
    (void)in;
    metrics_none(values, METRIC_DEPTH_BID_5, METRIC_DEPTH_10 - METRIC_DEPTH_BID_5 + 1, METRIC_NO_DATA);
}

const struct measure measure_depth = {
    .name = "depth",
    .first = METRIC_DEPTH_BID_5,
    .n = METRIC_DEPTH_10 - METRIC_DEPTH_BID_5 + 1,
    .on_tick = on_tick,
    .on_lost = on_lost,
};
