/* Fair value at the touch: the weighted mid, and Stoikov's micro-price fitted to the instrument's own steps. */
#include "metrics.h"

#include <alphaplus/analytics/liquidity.h>
#include <alphaplus/analytics/microprice.h>
#include <alphaplus/base/clock.h>
#include <alphaplus/base/fixed.h>
#include <string.h>

#define FIT_EVERY_NS   (60 * NS_PER_S)
#define HALVE_EVERY_NS (43200 * NS_PER_S)

struct fair {
    struct microprice_counts counts;
    double g[MICROPRICE_STATES];
    int has_fit;
    int has_before;
    struct level bid, ask; /* the touch before */
};
struct fair_fit {
    struct microprice_counts counts;
    double g[MICROPRICE_STATES];
    int has_fit;
};

static int state_of(const struct measure_input *in, const struct level *bid, const struct level *ask)
{
    int64_t spread = ask->px - bid->px;
    double imbalance = (double)bid->qty / ((double)bid->qty + (double)ask->qty);
    return spread % in->inst->tick == 0 ? microprice_state(imbalance, spread / in->inst->tick) : -1;
}

static void count_step(struct fair *f, const struct measure_input *in)
{
    bool is_step = f->bid.px != in->bid.px || f->bid.qty != in->bid.qty || f->ask.px != in->ask.px ||
                   f->ask.qty != in->ask.qty;
    if (f->has_before && is_step) {
        int64_t moved = (in->bid.px + in->ask.px - f->bid.px - f->ask.px);
        if (moved % in->inst->tick == 0)
            microprice_add(&f->counts, state_of(in, &f->bid, &f->ask), state_of(in, &in->bid, &in->ask),
                           moved / in->inst->tick);
    }
    f->bid = in->bid;
    f->ask = in->ask;
    f->has_before = 1;
}

static void on_event(void *state, const struct measure_input *in, const struct event *ev,
                     struct metric_value *values)
{
    struct fair *f = state;
    (void)ev;
    if (!in->is_true)
        return;
    count_step(f, in);
    double scale = (double)fixed_pow10(in->inst->price_decimals);
    values[METRIC_WEIGHTED_MID] = metric_ok(liquidity_weighted_mid(&in->bid, &in->ask) / scale);
    int s = state_of(in, &in->bid, &in->ask);
    if (!f->has_fit || s < 0) {
        values[METRIC_MICROPRICE] = metric_none(METRIC_WARMUP);
        return;
    }
    double px = ((double)in->bid.px + (double)in->ask.px) / 2.0 + f->g[s] * (double)in->inst->tick;
    values[METRIC_MICROPRICE] = px > 0.0 ? metric_ok(px / scale) : metric_none(METRIC_WARMUP);
}

static void halve(struct microprice_counts *c)
{
    for (int i = 0; i < MICROPRICE_STATES; i++) {
        for (int j = 0; j < MICROPRICE_STATES; j++) {
            c->stay[i][j] *= 0.5;
            c->move[i][j] *= 0.5;
        }
        for (int k = 0; k < 4; k++)
            c->jump[i][k] *= 0.5;
    }
    c->steps *= 0.5;
}

static void on_tick(void *state, const struct measure_input *in, bool is_second, struct metric_value *values)
{
    struct fair *f = state;
    (void)values;
    if (is_second && in->now_ns % HALVE_EVERY_NS == 0)
        halve(&f->counts);
}

static bool fit_begin(void *state, const struct measure_input *in, void *block)
{
    const struct fair *f = state;
    struct fair_fit *fit = block;
    if (in->now_ns % FIT_EVERY_NS != 0 || f->counts.steps < MICROPRICE_STEPS_MIN)
        return false;
    fit->counts = f->counts;
    fit->has_fit = 0;
    return true;
}

static void fit_run(void *block)
{
    struct fair_fit *fit = block;
    double g1[MICROPRICE_STATES];
    fit->has_fit = microprice_fit(&fit->counts, g1, fit->g) == 0;
}

static void fit_end(void *state, const struct measure_input *in, const void *block,
                    struct metric_value *values)
{
    struct fair *f = state;
    const struct fair_fit *fit = block;
    (void)in;
    (void)values;
    f->has_fit = fit->has_fit;
    memcpy(f->g, fit->g, sizeof f->g);
}

static const struct measure_fit fit = {
    .bytes = sizeof(struct fair_fit),
    .begin = fit_begin,
    .run = fit_run,
    .end = fit_end,
};

static void on_lost(void *state, const struct measure_input *in, struct metric_value *values)
{
    struct fair *f = state;
    (void)in;
    f->has_before = 0; /* no step across a gap; what was learnt stays */
    metrics_none(values, METRIC_WEIGHTED_MID, 2, METRIC_NO_DATA);
}

const struct measure measure_fair = {
    .name = "fair",
    .first = METRIC_WEIGHTED_MID,
    .n = 2,
    .state_bytes = sizeof(struct fair),
    .state_version = 2,
    .kinds = MEASURE_BOOK_KINDS,
    .on_event = on_event,
    .on_tick = on_tick,
    .on_lost = on_lost,
    .fit = &fit,
};
