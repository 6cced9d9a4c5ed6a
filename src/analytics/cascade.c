/* Intensity of liquidations as a Hawkes process, fitted aside each quarter of an hour, and what it says of cascades.
 *
 * Feeds that tell no more than one liquidation a second are read as presence in a second, with a likelihood of its own; their intensity is
 * a lower bound, and the fit is not judged. Before the first fit a prior serves and says so (ref). The usual rate, the sizes and the fitted parameters are long
 * learnt and outlive gaps; excitement and the events of the next fit do not: they begin anew. 60 kB, and 50 kB of the fit. */
#include "metrics.h"
#include "params.h"

#include <alphaplus/analytics/hawkes.h>
#include <alphaplus/analytics/stats.h>
#include <alphaplus/base/clock.h>
#include <math.h>
#include <stdlib.h>

#define DAY_S         86400.0
#define WINDOW_NS     (86400 * NS_PER_S) /* of a fit */
#define MINUTE_NS     (60 * NS_PER_S)
#define TICK_OF_CLOCK 0.001 /* venues give milliseconds */
#define SKEW_NS       (10 * NS_PER_S)
#define MARK_MAX      10.0
#define SIZES_MIN     50.0  /* before sizes weigh */
#define RATE_MIN_S    900.0 /* of watching before the usual rate is one */
#define DAY_MINUTES   1440.0
#define STEP_S        1.5 /* between two looks at the clock; more was a leap, in which nobody watched */
#define P_POOR        0.001
enum { EVENTS = 2048 };
enum phase { QUIET, WATCH, ACTIVE, ENDED };

struct cascade {
    int64_t watched_ns;            /* 0: not now */
    int64_t rate_ns;               /* the decayed sums are as of then; 0: none yet */
    double events, marks, seconds; /* decayed over a day: liquidations, their marks, and time watched */
    struct histogram usd, minute;  /* of one; of a minute */
    double minute_usd;             /* running */
    double recent[60];             /* by second */
    int slot;
    int32_t phase;      /* enum phase */
    int64_t phase_ns;   /* since */
    double excitement;  /* sum of marks, decayed, as of excited_ns */
    int64_t excited_ns; /* 0: never */
    int64_t presence_s; /* the second that counted last */
    struct hawkes fitted;
    double branching, p; /* of the fit */
    int32_t has_fit, pad;
    int64_t fit_ns;        /* when the last one began */
    uint32_t first, n;     /* ring of those since watched */
    double time_s[EVENTS]; /* since the epoch less origin_ns */
    double mark[EVENTS];
    int64_t origin_ns;
};

struct cascade_fit {
    double t[EVENTS], mark[EVENTS], work[EVENTS];
    uint64_t n;
    double end;
    int32_t feed, is_done;
    struct hawkes found;
    double p, mean_mark; /* p 0: not judged */
};

static void init(void *state, const struct measure_input *in, struct metric_value *values)
{
    struct cascade *c = state;
    (void)in;
    (void)values;
    histogram_init(&c->usd, 1.0, DAY_S);
    histogram_init(&c->minute, 1.0, DAY_S);
}

static bool is_sampled(const struct measure_input *in)
{
    return in->inst->liq_completeness != COMPLETENESS_FULL;
}

/* --- the usual rate -------------------------------------------------------------------------------------------------- */

/* Time that was watched counts, and what was long ago counts less. */
static void pass_time(struct cascade *c, int64_t now_ns)
{
    if (c->rate_ns != 0 && now_ns > c->rate_ns) {
        double s = (double)(now_ns - c->rate_ns) / 1e9, keep = exp2(-fmin(s, 40.0 * DAY_S) / DAY_S);
        c->events *= keep;
        c->marks *= keep;
        c->seconds = c->seconds * keep + (c->watched_ns != 0 ? fmin(s, STEP_S) : 0.0);
    }
    c->rate_ns = now_ns;
}

/* A second; 0: not known yet. */
static double usual(const struct cascade *c)
{
    return c->seconds >= RATE_MIN_S && c->events > 0.0 ? c->events / c->seconds : 0.0;
}

static struct hawkes model(const struct cascade *c, const struct measure_input *in)
{
    if (c->has_fit)
        return c->fitted;
    double n = in->params->value[PARAM_HAWKES_PRIOR_N], beta = 1.0 / in->params->value[PARAM_HAWKES_PRIOR_S];
    double mean_mark = c->marks > 0.0 ? c->marks / c->events : 1.0;
    return (struct hawkes){.mu = usual(c) * (1.0 - n), .alpha = n * beta / mean_mark, .beta = beta};
}

static double excitement_at(const struct cascade *c, double beta, int64_t now_ns)
{
    double s = (double)(now_ns - c->excited_ns) / 1e9;
    return c->excited_ns != 0 && beta * s < 500.0 ? c->excitement * exp(-beta * fmax(0.0, s)) : 0.0;
}

/* --- events ---------------------------------------------------------------------------------------------------------- */

/* sqrt of the size in medians, at most MARK_MAX; before it is judged, 1. */
static double mark_of(const struct cascade *c, double usd)
{
    double median = c->usd.n >= SIZES_MIN ? histogram_quantile(&c->usd, 0.5) : 0.0;
    return median > 0.0 ? fmin(MARK_MAX, sqrt(usd / median)) : 1.0;
}

/* When it happened: the venue's clock where it is near ours, and never backwards. */
static void keep_event(struct cascade *c, const struct measure_input *in, const struct event *ev, double mark)
{
    int64_t at_ns = llabs(ev->exch_ns - in->now_ns) < SKEW_NS ? ev->exch_ns : in->now_ns;
    if (c->n == 0)
        c->origin_ns = at_ns - NS_PER_S;
    double at_s = (double)(at_ns - c->origin_ns) / 1e9;
    if (c->n > 0)
        at_s = fmax(at_s, c->time_s[(c->first + c->n - 1) % EVENTS]);
    if (c->n == EVENTS) {
        c->first = (c->first + 1) % EVENTS;
        c->n--;
    }
    uint32_t i = (c->first + c->n++) % EVENTS;
    c->time_s[i] = at_s;
    c->mark[i] = mark;
}

static void on_event(void *state, const struct measure_input *in, const struct event *ev,
                     struct metric_value *values)
{
    struct cascade *c = state;
    const struct liquidation_row *row = event_rows_const(ev);
    (void)values;
    if (c->watched_ns == 0 &&
        (in->inst->liq_completeness != COMPLETENESS_UNKNOWN || ev->kind == EVENT_LIQUIDATION)) {
        pass_time(c, in->now_ns);
        c->watched_ns = in->now_ns;
    }
    if (ev->kind != EVENT_LIQUIDATION || row->px <= 0 || row->qty <= 0)
        return;
    double usd = instrument_notional(in->inst, row->px, row->qty), mark = mark_of(c, usd);
    c->recent[c->slot] += usd;
    c->minute_usd += usd;
    histogram_add(&c->usd, in->now_ns, usd);
    if (is_sampled(in) && c->excited_ns != 0 && c->presence_s == in->now_ns / NS_PER_S)
        return; /* that second has had its one */
    c->presence_s = in->now_ns / NS_PER_S;
    pass_time(c, in->now_ns);
    c->events += 1.0;
    c->marks += mark;
    c->excitement = excitement_at(c, model(c, in).beta, in->now_ns) + mark;
    c->excited_ns = in->now_ns;
    keep_event(c, in, ev, mark);
}

/* --- the fit --------------------------------------------------------------------------------------------------------- */

/* A second is told once: the first of it stays. */
static size_t by_second(double *t, double *mark, size_t n)
{
    size_t out = 0;
    for (size_t i = 0; i < n; i++) {
        double s = floor(t[i]);
        if (out > 0 && t[out - 1] == s)
            continue;
        t[out] = s;
        mark[out++] = mark[i];
    }
    return out;
}

static bool fit_begin(void *state, const struct measure_input *in, void *block)
{
    struct cascade *c = state;
    struct cascade_fit *f = block;
    int64_t every_ns = (int64_t)(in->params->value[PARAM_HAWKES_FIT_MIN] * 60e9);
    size_t n = 0;

    if (c->watched_ns == 0 || in->now_ns - c->fit_ns < every_ns ||
        c->n < in->params->value[PARAM_HAWKES_EVENTS_MIN])
        return false;
    c->fit_ns = in->now_ns;
    double now_s = (double)(in->now_ns - c->origin_ns) / 1e9,
           since_s = fmax(0.0, now_s - (double)WINDOW_NS / 1e9);
    if (c->n == EVENTS)
        since_s = fmax(since_s, c->time_s[c->first]);
    since_s = is_sampled(in) ? floor(since_s) : since_s;
    for (uint32_t i = 0; i < c->n; i++) {
        double t = c->time_s[(c->first + i) % EVENTS] - since_s;
        if (t < 0.0)
            continue;
        f->t[n] = t;
        f->mark[n++] = c->mark[(c->first + i) % EVENTS];
    }
    f->feed = is_sampled(in) ? HAWKES_PRESENCE : HAWKES_EACH;
    f->n = n;
    f->end = now_s - since_s;
    return n >= in->params->value[PARAM_HAWKES_EVENTS_MIN];
}

static void fit_run(void *block)
{
    struct cascade_fit *f = block;
    double loglik;

    if (f->feed == HAWKES_PRESENCE)
        f->n = by_second(f->t, f->mark, f->n);
    else
        hawkes_spread_ties(f->t, f->n, TICK_OF_CLOCK);
    struct hawkes_events ev = {.t = f->t, .mark = f->mark, .n = f->n};
    ev.end = fmax(f->end, ev.n > 0 ? f->t[ev.n - 1] + 1.0 : 0.0);
    f->p = 0.0;
    f->mean_mark = hawkes_mean_mark(&ev);
    f->is_done = hawkes_fit(&ev, (enum hawkes_feed)f->feed, &f->found, &loglik) == 0;
    if (f->is_done && f->feed == HAWKES_EACH)
        hawkes_residuals(&f->found, &ev, f->work, &f->p);
}

static void fit_end(void *state, const struct measure_input *in, const void *block,
                    struct metric_value *values)
{
    struct cascade *c = state;
    const struct cascade_fit *f = block;
    (void)values;
    if (!f->is_done)
        return;
    c->excitement = excitement_at(c, model(c, in).beta, in->now_ns);
    c->excited_ns = c->excited_ns != 0 ? in->now_ns : 0;
    c->fitted = f->found;
    c->branching = f->found.alpha / f->found.beta * f->mean_mark;
    c->p = f->p;
    c->has_fit = 1;
}

static const struct measure_fit fit = {
    .bytes = sizeof(struct cascade_fit), .begin = fit_begin, .run = fit_run, .end = fit_end};

/* --- what is shown --------------------------------------------------------------------------------------------------- */

static struct metric_value bounded(const struct measure_input *in, double v, bool is_ref)
{
    return (struct metric_value){
        .value = v, .state = is_sampled(in) ? METRIC_DEGRADED : METRIC_OK, .is_ref = is_ref};
}

static void show_intensity(const struct cascade *c, const struct measure_input *in,
                           struct metric_value *values)
{
    double base = usual(c);
    struct hawkes h = model(c, in);
    if (c->watched_ns == 0 || c->seconds < RATE_MIN_S) {
        metrics_none(values, METRIC_HAWKES_NOW, 3, c->watched_ns ? METRIC_WARMUP : METRIC_NO_DATA);
        return;
    }
    double lambda = h.mu + h.alpha * excitement_at(c, h.beta, in->now_ns);
    values[METRIC_HAWKES_NOW] = bounded(in, 60.0 * lambda, !c->has_fit);
    values[METRIC_HAWKES_BASE] = bounded(in, 60.0 * base, false);
    values[METRIC_HAWKES_RATIO] = base > 0.0 ? bounded(in, lambda / base, !c->has_fit)
                                             : metric_none(METRIC_NO_DATA);
}

static void show_fit(const struct cascade *c, const struct measure_input *in, struct metric_value *values)
{
    bool is_judged = c->has_fit && c->p > 0.0;
    values[METRIC_HAWKES_P] = is_judged ? metric_ok(c->p)
                                        : metric_none(is_sampled(in) ? METRIC_NO_DATA : METRIC_WARMUP);
    values[METRIC_HAWKES_BRANCHING] = metric_ok(c->has_fit ? c->branching
                                                           : in->params->value[PARAM_HAWKES_PRIOR_N]);
    values[METRIC_HAWKES_BRANCHING].is_ref = !c->has_fit;
    if (is_judged && c->p < P_POOR)
        values[METRIC_HAWKES_BRANCHING].state = METRIC_DEGRADED;
    if (c->watched_ns == 0)
        metrics_none(values, METRIC_HAWKES_BRANCHING, 2, METRIC_NO_DATA);
}

/* More was liquidated in the last minute than in 99 of 100. */
static bool is_much(const struct cascade *c, const struct measure_input *in)
{
    double sum = 0.0;
    bool is_own = histogram_weight(&c->minute, in->now_ns) >= DAY_MINUTES / 2.0;
    for (int i = 0; i < 60; i++)
        sum += c->recent[i];
    return sum > (is_own ? histogram_quantile(&c->minute, 0.99) : in->params->value[PARAM_CASCADE_REF_USD]);
}

static enum phase next_phase(const struct cascade *c, const struct measure_input *in, double ratio)
{
    const double *p = in->params->value;
    bool is_open = ratio > p[PARAM_CASCADE_RATIO];
    if (is_open && c->has_fit && c->branching > p[PARAM_CASCADE_N] && is_much(c, in))
        return ACTIVE;
    if (c->phase == ACTIVE)
        return ratio < 2.0 ? ENDED : ACTIVE;
    if (is_open || (c->phase == WATCH && ratio >= 2.0))
        return WATCH;
    if (c->phase == ENDED && in->now_ns - c->phase_ns < (int64_t)(p[PARAM_CASCADE_ENDED_S] * 1e9))
        return ENDED;
    return QUIET;
}

static void show_phase(struct cascade *c, const struct measure_input *in, struct metric_value *values)
{
    const struct metric_value *ratio = &values[METRIC_HAWKES_RATIO];
    const struct metric_value *base = &values[METRIC_HAWKES_BASE];
    if (base->state < METRIC_DEGRADED) {
        c->phase = QUIET;
        values[METRIC_CASCADE] = metric_none(base->state);
        return;
    }
    enum phase phase = next_phase(c, in, ratio->value); /* none ever: 0 */
    if ((int32_t)phase != c->phase)
        c->phase_ns = in->now_ns;
    c->phase = phase;
    values[METRIC_CASCADE] = bounded(in, phase, ratio->is_ref);
}

static void on_tick(void *state, const struct measure_input *in, bool is_second, struct metric_value *values)
{
    struct cascade *c = state;
    if (is_second) {
        pass_time(c, in->now_ns);
        c->slot = (c->slot + 1) % 60;
        c->recent[c->slot] = 0.0;
    }
    show_intensity(c, in, values);
    if (!is_second)
        return;
    show_fit(c, in, values);
    show_phase(c, in, values);
    if (in->now_ns % MINUTE_NS != 0)
        return;
    if (c->watched_ns != 0 && in->now_ns - c->watched_ns >= MINUTE_NS)
        histogram_add(&c->minute, in->now_ns, c->minute_usd);
    c->minute_usd = 0.0;
}

static void on_missed(void *state, const struct measure_input *in, struct metric_value *values)
{
    struct cascade *c = state;
    pass_time(c, in->now_ns);
    c->watched_ns = c->excited_ns = 0;
    c->excitement = c->minute_usd = 0.0;
    c->first = c->n = 0;
    c->phase = QUIET;
    for (int i = 0; i < 60; i++)
        c->recent[i] = 0.0;
    metrics_none(values, METRIC_HAWKES_NOW, METRIC_CASCADE - METRIC_HAWKES_NOW + 1, METRIC_NO_DATA);
}

const struct measure measure_cascade = {
    .name = "cascade",
    .first = METRIC_HAWKES_NOW,
    .n = METRIC_CASCADE - METRIC_HAWKES_NOW + 1,
    .state_bytes = sizeof(struct cascade),
    .state_version = 1,
    .kinds = 1u << EVENT_TRADE | 1u << EVENT_MARK | 1u << EVENT_LIQUIDATION,
    .init = init,
    .on_event = on_event,
    .on_tick = on_tick,
    .on_missed = on_missed,
    .fit = &fit,
};
