/* Quoted spread, now and time-weighted over a minute. */
#include "metrics.h"

#include <alphaplus/base/fixed.h>

#define WINDOW 60 /* slots of one second */

struct spread {
    double weighted[WINDOW]; /* spread in bps times the ns that it stood */
    double ns[WINDOW];
    int slot, filled;
    double bps; /* standing now; 0: none */
    int64_t since_ns;
};

static void account(struct spread *s, int64_t now_ns)
{
    if (s->bps > 0.0 && now_ns > s->since_ns) {
        double dt = (double)(now_ns - s->since_ns);
        s->weighted[s->slot] += s->bps * dt;
        s->ns[s->slot] += dt;
    }
    s->since_ns = now_ns;
}

static void on_event(void *state, const struct measure_input *in, const struct event *ev,
                     struct metric_value *values)
{
    struct spread *s = state;
    if (!in->is_true || (ev->kind != EVENT_DEPTH && ev->kind != EVENT_DEPTH_SNAPSHOT))
        return;
    double bid = instrument_price(in->inst, in->bid.px), ask = instrument_price(in->inst, in->ask.px);
    double mid = (bid + ask) / 2.0;
    account(s, in->now_ns);
    s->bps = (ask - bid) / mid * 1e4;
    values[METRIC_MID] = metric_ok(mid);
    values[METRIC_SPREAD_PX] = metric_ok(fixed_to_double(in->ask.px - in->bid.px, in->inst->price_decimals));
    values[METRIC_SPREAD_BPS] = metric_ok(s->bps);
    values[METRIC_SPREAD_TICKS] = metric_ok((double)(in->ask.px - in->bid.px) / (double)in->inst->tick);
}

static void on_tick(void *state, const struct measure_input *in, bool is_second, struct metric_value *values)
{
    struct spread *s = state;
    if (!is_second || !in->is_true)
        return;
    account(s, in->now_ns);
    double weighted = 0.0, ns = 0.0;
    for (int i = 0; i < WINDOW; i++) {
        weighted += s->weighted[i];
        ns += s->ns[i];
    }
    if (s->filled < WINDOW)
        s->filled++;
    values[METRIC_SPREAD_TW] = s->filled == WINDOW && ns > 0.0 ? metric_ok(weighted / ns)
                                                               : metric_none(METRIC_WARMUP);
    s->slot = (s->slot + 1) % WINDOW;
    s->weighted[s->slot] = s->ns[s->slot] = 0.0;
}

static void on_lost(void *state, const struct measure_input *in, struct metric_value *values)
{
    (void)in;
    *(struct spread *)state = (struct spread){0};
    metrics_none(values, METRIC_MID, METRIC_SPREAD_TW - METRIC_MID + 1, METRIC_NO_DATA);
}

const struct measure measure_spread = {
    .name = "spread",
    .first = METRIC_MID,
    .n = METRIC_SPREAD_TW - METRIC_MID + 1,
    .state_bytes = sizeof(struct spread),
    .state_version = 1,
    .on_event = on_event,
    .on_tick = on_tick,
    .on_lost = on_lost,
};
