/* What takers paid and what became of it: effective and realised spread, price impact, and the share of the spread that information
 * takes, over the last hour, weighted by size.
 *
 * Trades wait in batches of one tick. All that a horizon needs of a batch is linear in the later mid, so three sums stand for any
 * number of trades and the queue is as long as the longest horizon. A trade's horizon ends at the first tick at or after it.
 *
 * A gap ends what waits: the mid before and after must be of one true book. Hours already measured stay, for each trade in them lay
 * within one. */
#include "metrics.h"
#include "sweep.h"

#include <alphaplus/analytics/stats.h>
#include <string.h>

enum { HORIZONS = 3, WAITING = 3072, SLOTS = 360 };
#define SLOT_NS      (10 * NS_PER_S)
#define ASYMMETRY_SE 0.5
#define SLOT_MIN     12 /* slots that saw trades: two minutes' worth */

static const int64_t horizon_ticks[HORIZONS] = {50, 600, 3000};

struct batch {
    int64_t tick;                          /* its trades came before this one; 0: none */
    int64_t ref2;                          /* twice the reference mid */
    double size, effective, slope, offset; /* impact at a later mid = slope (mid - ref) - offset */
};
struct sums {
    double size, effective, impact;
};
struct execution {
    int64_t heard_ns; /* 0: nobody listened since something was missed */
    struct sweep sweep;
    int64_t slot; /* number of the newest 10 s */
    struct batch waiting[WAITING];
    struct sums at_once[SLOTS], later[HORIZONS][SLOTS];
};

static void on_event(void *state, const struct measure_input *in, const struct event *ev,
                     struct metric_value *values)
{
    struct execution *x = state;
    const struct trade_row *row = sweep_trade(ev);
    (void)values;
    if (x->heard_ns == 0)
        x->heard_ns = in->now_ns;
    if (!row)
        return;
    sweep_add(&x->sweep, in, ev, row, NULL);
    if (!in->is_true || x->sweep.mid2 == 0)
        return;
    int64_t tick = in->now_ns / TICK_NS + 1;
    struct batch *b = &x->waiting[tick % WAITING];
    if (b->tick != tick)
        *b = (struct batch){.tick = tick, .ref2 = x->sweep.mid2};
    double size = instrument_qty(in->inst, row->qty), mid = (double)x->sweep.mid2 / 2.0;
    double signed_size = 2e4 * x->sweep.side * size / mid;
    b->size += size;
    b->effective += signed_size * ((double)row->px - mid);
    b->slope += signed_size;
    b->offset += signed_size * (double)(x->sweep.mid2 - b->ref2) / 2.0;
}

static void clear_slots(struct execution *x, int64_t now)
{
    int64_t from = now - x->slot > SLOTS ? now - SLOTS : x->slot;
    for (int64_t s = from + 1; s <= now; s++) {
        x->at_once[s % SLOTS] = (struct sums){0};
        for (int h = 0; h < HORIZONS; h++)
            x->later[h][s % SLOTS] = (struct sums){0};
    }
    x->slot = now;
}

static void add(struct sums *s, const struct batch *b, double impact)
{
    s->size += b->size;
    s->effective += b->effective;
    s->impact += impact;
}

/* What came due at this tick. */
static void mature(struct execution *x, const struct measure_input *in)
{
    int64_t tick = in->now_ns / TICK_NS, slot = (in->now_ns - 1) / SLOT_NS;
    if (slot > x->slot)
        clear_slots(x, slot);
    const struct batch *b = &x->waiting[tick % WAITING];
    if (b->tick == tick)
        add(&x->at_once[slot % SLOTS], b, 0.0);
    for (int h = 0; h < HORIZONS && in->is_true; h++) {
        b = &x->waiting[(tick + WAITING - horizon_ticks[h]) % WAITING];
        if (b->tick != tick - horizon_ticks[h])
            continue;
        double moved = (double)(in->bid.px + in->ask.px - b->ref2) / 2.0;
        add(&x->later[h][slot % SLOTS], b, b->slope * moved - b->offset);
    }
}

/* Slots in order of time, so that neighbours are neighbours. Returns how many saw trades. */
static int unroll(const struct execution *x, const struct sums *from, double *size, double *effective,
                  double *realised, double *impact)
{
    int n = 0;
    for (int i = 0; i < SLOTS; i++) {
        const struct sums *s = &from[(x->slot + 1 + i) % SLOTS];
        size[i] = s->size;
        effective[i] = s->effective;
        realised[i] = s->effective - s->impact;
        impact[i] = s->impact;
        n += s->size > 0.0;
    }
    return n;
}

static struct metric_value ratio(const double *num, const double *den, size_t lags)
{
    double value, se;
    stats_ratio(num, den, SLOTS, lags, &value, &se);
    return metric_estimate(value, se);
}

static void publish_asymmetry(const double *impact, const double *effective, size_t lags,
                              struct metric_value *values)
{
    double paid = 0.0;
    for (int i = 0; i < SLOTS; i++)
        paid += effective[i];
    values[METRIC_ASYMMETRY] = metric_none(METRIC_NO_DATA); /* nothing was paid: there is no share of it */
    if (!(paid > 1e-9))
        return;
    struct metric_value v = ratio(impact, effective, lags);
    if (v.se > ASYMMETRY_SE) { /* a share in [0, 1] that is not known to a half is not known */
        values[METRIC_ASYMMETRY] = metric_none(METRIC_WARMUP);
        return;
    }
    v.value = v.value < 0.0 ? 0.0 : v.value > 1.0 ? 1.0 : v.value;
    values[METRIC_ASYMMETRY] = v;
}

static void publish(const struct execution *x, struct metric_value *values)
{
    double size[SLOTS], effective[SLOTS], realised[SLOTS], impact[SLOTS];
    metrics_none(values, METRIC_EFFECTIVE, METRIC_ASYMMETRY - METRIC_EFFECTIVE + 1, METRIC_WARMUP);
    if (unroll(x, x->at_once, size, effective, realised, impact) >= SLOT_MIN)
        values[METRIC_EFFECTIVE] = ratio(effective, size, 6);
    for (int h = 0; h < HORIZONS; h++) {
        size_t lags = (size_t)(horizon_ticks[h] * TICK_NS / SLOT_NS) + 1;
        if (unroll(x, x->later[h], size, effective, realised, impact) < SLOT_MIN)
            continue;
        values[METRIC_REALISED_5 + h] = ratio(realised, size, lags);
        values[METRIC_IMPACT_5 + h] = ratio(impact, size, lags);
        if (h == 1)
            publish_asymmetry(impact, effective, lags, values);
    }
}

static void on_tick(void *state, const struct measure_input *in, bool is_second, struct metric_value *values)
{
    struct execution *x = state;
    mature(x, in);
    if (is_second && in->is_true && x->heard_ns != 0)
        publish(x, values);
}

static void forget_waiting(struct execution *x)
{
    x->sweep = (struct sweep){0};
    memset(x->waiting, 0, sizeof x->waiting);
}

static void on_lost(void *state, const struct measure_input *in, struct metric_value *values)
{
    (void)in;
    forget_waiting(state);
    metrics_none(values, METRIC_EFFECTIVE, METRIC_ASYMMETRY - METRIC_EFFECTIVE + 1, METRIC_NO_DATA);
}

/* The mid of every waiting trade was seen, and so will be the later one: only the sweep may lack prints. */
static void on_missed(void *state, const struct measure_input *in, struct metric_value *values)
{
    struct execution *x = state;
    (void)in;
    x->sweep = (struct sweep){0};
    x->heard_ns = 0;
    metrics_none(values, METRIC_EFFECTIVE, METRIC_ASYMMETRY - METRIC_EFFECTIVE + 1, METRIC_NO_DATA);
}

const struct measure measure_execution = {
    .name = "execution",
    .first = METRIC_EFFECTIVE,
    .n = METRIC_ASYMMETRY - METRIC_EFFECTIVE + 1,
    .state_bytes = sizeof(struct execution),
    .state_version = 2,
    .kinds = SWEEP_KINDS,
    .on_event = on_event,
    .on_tick = on_tick,
    .on_lost = on_lost,
    .on_missed = on_missed,
};
