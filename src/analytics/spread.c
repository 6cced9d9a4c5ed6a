/* Quoted spread, now and time-weighted over a minute. */
#include "metrics.h"

#include <alphaplus/base/clock.h>
#include <alphaplus/base/fixed.h>

#define WINDOW 60 /* slots of one second */

struct spread {
    double weighted[WINDOW]; /* spread in bps times the ns that it stood */
    double ns[WINDOW];
    int slot;
    double bps;       /* standing now; 0: none */
    int64_t since_ns; /* accounted up to here */
    int64_t begun_ns; /* the window's first moment; 0: none */
};

/* A slot takes no more than its second: after a leap in time the rest of it stood outside the window. */
static void account(struct spread *s, int64_t now_ns)
{
    if (now_ns <= s->since_ns)
        return;
    int64_t dt = now_ns - s->since_ns;
    if (s->bps > 0.0) {
        dt = dt < NS_PER_S ? dt : NS_PER_S;
        s->weighted[s->slot] += s->bps * (double)dt;
        s->ns[s->slot] += (double)dt;
    }
    s->since_ns = now_ns;
}

static void on_event(void *state, const struct measure_input *in, const struct event *ev,
                     struct metric_value *values)
{
    struct spread *s = state;
    (void)ev;
    if (!in->is_true)
        return;
    int64_t units = in->ask.px - in->bid.px, both = in->ask.px + in->bid.px;
    account(s, in->now_ns);
    if (s->begun_ns == 0)
        s->begun_ns = in->now_ns;
    s->bps = 2e4 * (double)units / (double)both;
    values[METRIC_MID] = metric_ok(fixed_to_double(both, in->inst->price_decimals) / 2.0);
    values[METRIC_SPREAD_PX] = metric_ok(fixed_to_double(units, in->inst->price_decimals));
    values[METRIC_SPREAD_BPS] = metric_ok(s->bps);
    values[METRIC_SPREAD_TICKS] = metric_ok((double)units / (double)in->inst->tick);
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
    bool is_full = s->begun_ns != 0 && in->now_ns - s->begun_ns >= WINDOW * NS_PER_S;
    values[METRIC_SPREAD_TW] = is_full && ns > 0.0 ? metric_ok(weighted / ns) : metric_none(METRIC_WARMUP);
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
    .kinds = MEASURE_BOOK_KINDS,
    .on_event = on_event,
    .on_tick = on_tick,
    .on_lost = on_lost,
};
