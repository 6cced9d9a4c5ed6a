/* Pace, spread and depth as multiples of what is usual for this hour of the day.
 *
 * A distribution an hour of the day and figure: shares of time by buckets of 10 %, which halve every seven days. They outlive gaps:
 * what was usual is learnt from seconds one by one, of which none needs the one before. Until an hour was seen long enough, the
 * median of recorded days stands in, and the row says `ref`. 75 KiB a market. */
#include "usual.h"

#include "metrics.h"
#include "params.h"

#include <alphaplus/base/clock.h>
#include <math.h>

#define HOURS  24
#define BINS   256
#define STEP   1.1
#define HALF_D 7.0 /* half-life in days */

struct hour {
    int64_t day;   /* bins are aged up to it */
    double weight; /* seconds */
    float bins[BINS];
};
struct usual {
    struct hour hours[USUAL_FIGURES][HOURS];
    double reference[USUAL_FIGURES]; /* median; 0: none */
};

static const struct {
    int from, to; /* rows: what is measured, and its multiple */
    double least; /* lower edge of the first bucket */
} figures[USUAL_FIGURES] = {
    [USUAL_PACE] = {METRIC_PACE_10, METRIC_USUAL_PACE, 0.05},
    [USUAL_SPREAD] = {METRIC_SPREAD_TW, METRIC_USUAL_SPREAD, 1e-4},
    [USUAL_DEPTH] = {METRIC_DEPTH_10, METRIC_USUAL_DEPTH, 1.0},
};

static void init(void *state, const struct measure_input *in, struct metric_value *values)
{
    struct usual *u = state;
    (void)values;
    for (int i = 0; i < USUAL_FIGURES; i++)
        (void)usual_reference(in->inst, (enum usual_figure)i, &u->reference[i]);
}

static void age(struct hour *h, int64_t day)
{
    if (h->weight > 0.0 && day > h->day) {
        double left = exp2(-(double)(day - h->day) / HALF_D);
        h->weight *= left;
        for (int i = 0; i < BINS; i++)
            h->bins[i] = (float)((double)h->bins[i] * left);
    }
    h->day = day;
}

static void learn(struct hour *h, double least, double value)
{
    double bin = value > least ? floor(log(value / least) / log(STEP)) : 0.0;
    h->bins[bin < BINS ? (int)bin : BINS - 1] += 1.0f;
    h->weight += 1.0;
}

/* Within its bucket the median is where its share of the bucket's weight ends, on a logarithmic scale. */
static double median(const struct hour *h, double least)
{
    double total = 0.0, seen = 0.0;
    for (int i = 0; i < BINS; i++)
        total += (double)h->bins[i];
    for (int i = 0; i < BINS; i++) {
        double w = (double)h->bins[i];
        if (w > 0.0 && seen + w >= total / 2.0)
            return least * exp(log(STEP) * (i + (total / 2.0 - seen) / w));
        seen += w;
    }
    return 0.0;
}

static struct metric_value multiple(const struct usual *u, int figure, const struct hour *h, double value,
                                    double warm_s)
{
    bool is_own = h->weight >= warm_s;
    double usual = is_own ? median(h, figures[figure].least) : u->reference[figure];
    if (!(usual > 0.0))
        return metric_none(METRIC_WARMUP);
    struct metric_value v = metric_ok(value / usual);
    v.is_ref = !is_own;
    return v;
}

static void on_tick(void *state, const struct measure_input *in, bool is_second, struct metric_value *values)
{
    struct usual *u = state;
    int64_t day = in->now_ns / (86400 * NS_PER_S);
    int hour = (int)(in->now_ns / (3600 * NS_PER_S) % HOURS);
    if (!is_second)
        return;
    for (int i = 0; i < USUAL_FIGURES; i++) {
        const struct metric_value *now = &values[figures[i].from];
        struct hour *h = &u->hours[i][hour];
        age(h, day);
        if (now->state != METRIC_OK) {
            values[figures[i].to] = metric_none(now->state == METRIC_DEGRADED ? METRIC_NO_DATA : now->state);
            continue;
        }
        values[figures[i].to] = multiple(u, i, h, now->value, in->params->value[PARAM_USUAL_WARM_S]);
        learn(h, figures[i].least, now->value);
    }
}

static void on_lost(void *state, const struct measure_input *in, struct metric_value *values)
{
    (void)state;
    (void)in;
    values[METRIC_USUAL_SPREAD] = values[METRIC_USUAL_DEPTH] = metric_none(METRIC_NO_DATA);
}

static void on_missed(void *state, const struct measure_input *in, struct metric_value *values)
{
    (void)state;
    (void)in;
    values[METRIC_USUAL_PACE] = metric_none(METRIC_WARMUP);
}

const struct measure measure_usual = {
    .name = "usual",
    .first = METRIC_USUAL_PACE,
    .n = USUAL_FIGURES,
    .state_bytes = sizeof(struct usual),
    .state_version = 1,
    .init = init,
    .on_tick = on_tick,
    .on_lost = on_lost,
    .on_missed = on_missed,
};
