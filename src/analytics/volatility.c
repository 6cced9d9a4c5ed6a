/* Realised volatility of the mid over a minute to a day, and its exponentially weighted form.
 *
 * Returns are those between the last mids of bars that follow each other without a hole. A return across a short loss of the book is kept:
 * both its ends are true mids, and what lies between did happen. Bars in which the book was true for less than half of the time
 * break the series: a window that holds one is not shown. The weighted form is long learnt and goes on behind a gap. */
#include "metrics.h"
#include "params.h"

#include <alphaplus/analytics/bars.h>
#include <alphaplus/analytics/volatility.h>
#include <alphaplus/base/clock.h>
#include <math.h>

#define YEAR_S 31536000.0

struct volatility volatility_realised(const double *returns, size_t n)
{
    double squares = 0.0, fourths = 0.0;
    for (size_t i = 0; i < n; i++) {
        double square = returns[i] * returns[i];
        squares += square;
        fourths += square * square;
    }
    struct volatility v = {.sd = sqrt(squares)};
    if (v.sd > 0.0)
        v.se = sqrt(2.0 / 3.0 * fourths) / (2.0 * v.sd);
    return v;
}

void volatility_ewma_add(struct volatility_ewma *v, double lambda, double r)
{
    v->n += 1.0;
    if (v->n > VOLATILITY_START)
        v->variance = volatility_ewma_step(v->variance, lambda, r);
    else
        v->variance += r * r;
    if (v->n == VOLATILITY_START)
        v->variance /= VOLATILITY_START;
}

struct volatility volatility_ewma_now(const struct volatility_ewma *v, double lambda)
{
    struct volatility now = {0, 0};
    if (v->n < VOLATILITY_START)
        return now;
    double effective = fmin(v->n, (1.0 + lambda) / (1.0 - lambda));
    now.sd = sqrt(v->variance);
    now.se = now.sd / sqrt(2.0 * effective);
    return now;
}

/* --- the measure ----------------------------------------------------------------------------------------------------- */

enum { RETURNS_MAX = 300 };

struct series {
    int row;
    enum bar_span span;
    int step, n; /* every step-th bar, n returns */
};
static const struct series of_seconds[] = {{METRIC_RV_1M, BAR_1S, 1, 60}, {METRIC_RV_5M, BAR_1S, 1, 300}},
                           of_minutes[] = {{METRIC_RV_1H, BAR_1M, 1, 60}, {METRIC_RV_1D, BAR_1M, 5, 288}};
_Static_assert(BARS_1S > 300 && BARS_1M > 5 * 288, "a window is one bar longer than its returns");

struct vol {
    struct volatility_ewma ewma;
};

static bool is_good(const struct bar *b)
{
    return b && b->true_ns >= b->span_ns / 2;
}

/* The return over `step` bars that ends with the bar `back` bars ago; false: there is a hole. */
static bool read_return(const struct bars *bars, const struct series *s, size_t back, double *ret_r)
{
    const struct bar *to = bars_at(bars, s->span, back),
                     *from = bars_at(bars, s->span, back + (size_t)s->step);
    if (!is_good(to) || !is_good(from) || to->start_ns - from->start_ns != s->step * to->span_ns)
        return false;
    *ret_r = log((double)to->mid2_close / (double)from->mid2_close);
    return true;
}

static void show(const struct measure_input *in, const struct series *s, struct metric_value *values)
{
    double returns[RETURNS_MAX];
    const struct bar *newest = bars_at(in->bars, s->span, 0);
    if (!newest)
        return;
    int64_t span_ns = newest->span_ns;
    /* Steps end on multiples of themselves, so that the figure does not hang on when one looks. */
    size_t back = (size_t)((newest->start_ns / span_ns + 1) % s->step);
    for (int i = 0; i < s->n; i++, back += (size_t)s->step) {
        if (!read_return(in->bars, s, back, &returns[i])) {
            values[s->row] = metric_none(METRIC_WARMUP);
            return;
        }
    }
    struct volatility v = volatility_realised(returns, (size_t)s->n);
    int64_t span_s = span_ns / NS_PER_S;
    double percent = 100.0 * sqrt(YEAR_S / ((double)(s->n * s->step) * (double)span_s));
    values[s->row] = metric_estimate(v.sd * percent, v.se * percent);
}

static void on_minute(struct vol *v, const struct measure_input *in, struct metric_value *values)
{
    static const struct series minutes = {.span = BAR_1M, .step = 1};
    double r, lambda = exp2(-1.0 / in->params->value[PARAM_VOL_HALF_LIFE_MIN]),
              percent = 100.0 * sqrt(YEAR_S / 60.0);
    for (int i = 0; i < 2; i++)
        show(in, &of_minutes[i], values);
    if (read_return(in->bars, &minutes, 0, &r))
        volatility_ewma_add(&v->ewma, lambda, r);
    struct volatility now = volatility_ewma_now(&v->ewma, lambda);
    bool is_warm = v->ewma.n >= VOLATILITY_START;
    values[METRIC_VOL_EWMA] = is_warm ? metric_estimate(now.sd * percent, now.se * percent)
                                      : metric_none(METRIC_WARMUP);
}

static void on_tick(void *state, const struct measure_input *in, bool is_second, struct metric_value *values)
{
    if (!is_second || !in->is_true)
        return;
    for (int i = 0; i < 2; i++)
        show(in, &of_seconds[i], values);
    if (bars_closed(in->bars, BAR_1M, in->now_ns))
        on_minute(state, in, values);
}

static void on_lost(void *state, const struct measure_input *in, struct metric_value *values)
{
    (void)state;
    (void)in;
    metrics_none(values, METRIC_RV_1M, METRIC_VOL_EWMA - METRIC_RV_1M + 1, METRIC_NO_DATA);
}

const struct measure measure_vol = {
    .name = "volatility",
    .first = METRIC_RV_1M,
    .n = METRIC_VOL_EWMA - METRIC_RV_1M + 1,
    .state_bytes = sizeof(struct vol),
    .state_version = 1,
    .on_tick = on_tick,
    .on_lost = on_lost,
};
