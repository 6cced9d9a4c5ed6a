/* Is the mid a random walk? Mids of each second, up to an hour of them in a row, judged once a minute by a fit aside. A gap, or a second
 * that was skipped, begins the row anew. */
#include "metrics.h"

#include <alphaplus/analytics/efficiency.h>
#include <alphaplus/base/clock.h>
#include <math.h>
#include <string.h>

enum { MIDS = 3601, MIDS_MIN = 301 };
#define FIT_EVERY_S 60

struct walk {
    int64_t last_s; /* of the newest mid */
    uint32_t n, at;
    int64_t fit_begun_s; /* 0: its row of mids was broken since */
    double mids[MIDS];   /* logarithms */
    struct efficiency fit;
    int32_t has_fit; /* 1: fit; -1: the mid did not move */
    int32_t pad;
};
struct walk_fit {
    double mids[MIDS];
    uint32_t n;
    int32_t has_fit;
    struct efficiency fit;
};

static void forget(struct walk *w)
{
    w->n = w->at = 0;
    w->has_fit = 0;
    w->fit_begun_s = 0;
}

static void publish(const struct walk *w, struct metric_value *values)
{
    metrics_none(values, METRIC_EFFICIENCY, METRIC_DFA - METRIC_EFFICIENCY + 1,
                 w->has_fit < 0 ? METRIC_NO_DATA : METRIC_WARMUP);
    if (w->has_fit <= 0)
        return;
    values[METRIC_EFFICIENCY] = metric_ok(w->fit.score);
    values[METRIC_EFFICIENCY_P] = metric_ok(w->fit.p);
    for (int i = 0; i < EFFICIENCY_Q; i++)
        values[METRIC_VR_2 + i] = metric_estimate(w->fit.vr[i].ratio, w->fit.vr[i].se);
    if (w->fit.has_dfa)
        values[METRIC_DFA] = metric_estimate(w->fit.dfa, w->fit.dfa_se);
}

static void on_tick(void *state, const struct measure_input *in, bool is_second, struct metric_value *values)
{
    struct walk *w = state;
    int64_t now_s = in->now_ns / NS_PER_S;
    if (!is_second || !in->is_true)
        return;
    if (w->n > 0 && now_s != w->last_s + 1)
        forget(w);
    w->mids[w->at] = log((double)in->bid.px + (double)in->ask.px);
    w->at = (w->at + 1) % MIDS;
    w->n += w->n < MIDS;
    w->last_s = now_s;
    publish(w, values);
}

static void on_lost(void *state, const struct measure_input *in, struct metric_value *values)
{
    (void)in;
    forget(state);
    metrics_none(values, METRIC_EFFICIENCY, METRIC_DFA - METRIC_EFFICIENCY + 1, METRIC_NO_DATA);
}

static bool fit_begin(void *state, const struct measure_input *in, void *block)
{
    struct walk *w = state;
    struct walk_fit *fit = block;
    int64_t now_s = in->now_ns / NS_PER_S;
    if (now_s % FIT_EVERY_S != 0 || w->n < MIDS_MIN)
        return false;
    w->fit_begun_s = now_s;
    fit->n = w->n;
    for (uint32_t i = 0; i < w->n; i++)
        fit->mids[i] = w->mids[(w->at + MIDS - w->n + i) % MIDS];
    return true;
}

static void fit_run(void *block)
{
    struct walk_fit *fit = block;
    fit->has_fit = efficiency_measure(fit->mids, fit->n - 1, &fit->fit) ? 1 : -1;
}

static void fit_end(void *state, const struct measure_input *in, const void *block,
                    struct metric_value *values)
{
    struct walk *w = state;
    const struct walk_fit *fit = block;
    (void)in;
    (void)values; /* the next second shows it */
    if (w->fit_begun_s == 0)
        return;
    w->has_fit = fit->has_fit;
    w->fit = fit->fit;
}

static const struct measure_fit fit = {sizeof(struct walk_fit), fit_begin, fit_run, fit_end};

const struct measure measure_walk = {
    .name = "walk",
    .first = METRIC_EFFICIENCY,
    .n = METRIC_DFA - METRIC_EFFICIENCY + 1,
    .state_bytes = sizeof(struct walk),
    .state_version = 1,
    .on_tick = on_tick,
    .on_lost = on_lost,
    .fit = &fit,
};
