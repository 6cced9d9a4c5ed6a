/* Kyle's lambda: what the mid moved with net taker buys, over bars of 1, 10 and 60 s. An association, no cause.
 *
 * A bar counts when the book was true at both of its ends and all trades between were heard; a gap drops the bar under way. Closed bars
 * stay for as long as the window reaches. */
#include "metrics.h"
#include "sweep.h"

#include <alphaplus/analytics/impact.h>
#include <math.h>

enum { SPANS = 3, BARS = 240, BAR_MIN = 60 };
static const int64_t span_s[SPANS] = {1, 10, 60};

struct kyle {
    int64_t heard_ns; /* 0: nobody listened since something was missed */
    struct series {
        int64_t mid2; /* at the begin of the bar under way; 0: it does not count */
        double net;   /* taker buys less sells in it, millions */
        uint32_t n, at;
        double x[BARS], y[BARS];
        int64_t end_s[BARS];
    } series[SPANS];
};

static void on_event(void *state, const struct measure_input *in, const struct event *ev,
                     struct metric_value *values)
{
    struct kyle *k = state;
    const struct trade_row *row = sweep_trade(ev);
    (void)values;
    if (k->heard_ns == 0)
        k->heard_ns = in->now_ns;
    if (!row)
        return;
    double usd = instrument_notional(in->inst, row->px, row->qty) / 1e6;
    for (int i = 0; i < SPANS; i++)
        k->series[i].net += row->aggressor == AGGRESSOR_BUY ? usd : -usd;
}

/* Bars that the window does not reach any more, the oldest first. */
static void expire(struct series *s, int64_t now_s, int64_t window_s)
{
    while (s->n > 0 && now_s - s->end_s[(s->at + BARS - s->n) % BARS] >= window_s)
        s->n--;
}

static void close_bar(struct series *s, const struct measure_input *in, bool is_heard)
{
    int64_t mid2 = in->is_true ? in->bid.px + in->ask.px : 0;
    if (s->mid2 != 0 && mid2 != 0) {
        s->x[s->at] = s->net;
        s->y[s->at] = 1e4 * log((double)mid2 / (double)s->mid2);
        s->end_s[s->at] = in->now_ns / NS_PER_S;
        s->at = (s->at + 1) % BARS;
        s->n += s->n < BARS;
    }
    s->mid2 = is_heard ? mid2 : 0;
    s->net = 0.0;
}

static void estimate(const struct series *s, struct metric_value *ret_lambda, struct metric_value *ret_r2)
{
    double x[BARS], y[BARS];
    struct regression fit;
    *ret_lambda = *ret_r2 = metric_none(METRIC_WARMUP);
    if (s->n < BAR_MIN)
        return;
    for (uint32_t i = 0; i < s->n;
         i++) { /* the same order whatever was dropped: sums do not depend on `at` */
        x[i] = s->x[(s->at + BARS - s->n + i) % BARS];
        y[i] = s->y[(s->at + BARS - s->n + i) % BARS];
    }
    if (!regression_fit(x, y, s->n, &fit)) {
        *ret_lambda = *ret_r2 = metric_none(METRIC_NO_DATA); /* nobody traded */
        return;
    }
    *ret_lambda = metric_estimate(fit.beta, fit.se_hc0);
    *ret_r2 = metric_ok(fit.r2);
}

static void on_tick(void *state, const struct measure_input *in, bool is_second, struct metric_value *values)
{
    struct kyle *k = state;
    int64_t now_s = in->now_ns / NS_PER_S;
    if (!is_second)
        return;
    for (int i = 0; i < SPANS; i++) {
        struct series *s = &k->series[i];
        if (now_s % span_s[i] != 0)
            continue;
        close_bar(s, in, k->heard_ns != 0);
        expire(s, now_s, BARS * span_s[i]);
        if (in->is_true && k->heard_ns != 0)
            estimate(s, &values[METRIC_KYLE_1 + i], &values[METRIC_KYLE_R2_1 + i]);
    }
}

static void drop_open(struct kyle *k)
{
    for (int i = 0; i < SPANS; i++)
        k->series[i].mid2 = 0;
}

static void on_lost(void *state, const struct measure_input *in, struct metric_value *values)
{
    (void)in;
    drop_open(state);
    metrics_none(values, METRIC_KYLE_1, METRIC_KYLE_R2_60 - METRIC_KYLE_1 + 1, METRIC_NO_DATA);
}

static void on_missed(void *state, const struct measure_input *in, struct metric_value *values)
{
    struct kyle *k = state;
    (void)in;
    drop_open(k);
    k->heard_ns = 0;
    metrics_none(values, METRIC_KYLE_1, METRIC_KYLE_R2_60 - METRIC_KYLE_1 + 1, METRIC_NO_DATA);
}

const struct measure measure_kyle = {
    .name = "kyle",
    .first = METRIC_KYLE_1,
    .n = METRIC_KYLE_R2_60 - METRIC_KYLE_1 + 1,
    .state_bytes = sizeof(struct kyle),
    .state_version = 1,
    .kinds = SWEEP_KINDS,
    .on_event = on_event,
    .on_tick = on_tick,
    .on_lost = on_lost,
    .on_missed = on_missed,
};
