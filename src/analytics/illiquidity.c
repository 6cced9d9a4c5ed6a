/* Amihud's illiquidity over minutes and hours, and what the square-root law expects an order to move.
 *
 * Bars are of trades, their returns from the last price before them to the last in them. One counts when everything in it was heard; a
 * break drops the bars under way and the price that the next return would count from. Closed bars stay for as long as their window
 * reaches. */
#include "metrics.h"
#include "params.h"
#include "sweep.h"

#include <alphaplus/analytics/impact.h>
#include <math.h>

enum { BARS = 168, HOURS = 24 };
#define WINSOR         0.99
#define MINUTES_A_DAY  1440.0
#define MODEL_MIN      10.0 /* minutes, before a day is judged by them */
#define PER_MILLION    1e10 /* a fraction per unit of value -> bps per million */
#define MODEL_ORDER    1e6
#define MODEL_ORDER_10 1e7

struct series {
    double before;    /* price of the last trade before the bar under way; 0: none */
    double value;     /* traded in it */
    int64_t is_whole; /* it was heard from its begin */
    uint32_t n, at;
    double returns[BARS], values[BARS]; /* of closed bars */
    int64_t end_s[BARS];
};
struct sums {
    int64_t hour; /* number of it */
    double square, value, minutes;
};
struct illiquidity {
    int64_t heard_ns; /* 0: nobody listened since something was missed */
    double last;      /* price of the last trade; 0: none */
    struct series minutes, hours;
    struct sums day[HOURS];
};

static void on_event(void *state, const struct measure_input *in, const struct event *ev,
                     struct metric_value *values)
{
    struct illiquidity *q = state;
    const struct trade_row *row = sweep_trade(ev);
    (void)values;
    if (q->heard_ns == 0)
        q->heard_ns = in->now_ns;
    if (!row)
        return;
    double value = instrument_notional(in->inst, row->px, row->qty);
    q->last = instrument_price(in->inst, row->px);
    q->minutes.value += value;
    q->hours.value += value;
}

/* True: the bar that ends here counts, and its return and value are the newest of the series. */
static bool close_bar(struct series *s, const struct illiquidity *q, int64_t now_s)
{
    bool counts = s->is_whole && s->before > 0.0 && q->last > 0.0;
    if (counts) {
        s->returns[s->at] = log(q->last / s->before);
        s->values[s->at] = s->value;
        s->end_s[s->at] = now_s;
        s->at = (s->at + 1) % BARS;
        s->n += s->n < BARS;
    }
    s->before = q->last;
    s->value = 0.0;
    s->is_whole = q->heard_ns != 0;
    return counts;
}

/* Over the last `max` bars that ended within the window; at least `min` of them with trades. */
static struct metric_value amihud(const struct series *s, int64_t now_s, int64_t window_s, size_t min)
{
    double returns[BARS], values[BARS], mean, se;
    size_t n = 0, traded = 0;
    for (uint32_t i = 0; i < s->n; i++) {
        uint32_t at = (s->at + BARS - 1 - i) % BARS;
        if (now_s - s->end_s[at] >= window_s)
            break;
        returns[n] = s->returns[at];
        values[n] = s->values[at];
        traded += values[n++] > 0.0;
    }
    if (traded < min || !impact_amihud(returns, values, n, WINSOR, &mean, &se))
        return metric_none(METRIC_WARMUP);
    return metric_estimate(mean * PER_MILLION, se * PER_MILLION);
}

static void add_minute(struct illiquidity *q, int64_t now_s)
{
    int64_t hour = (now_s - 1) / 3600;
    uint32_t newest = (q->minutes.at + BARS - 1) % BARS;
    struct sums *s = &q->day[hour % HOURS];
    if (s->hour != hour)
        *s = (struct sums){.hour = hour};
    s->square += q->minutes.returns[newest] * q->minutes.returns[newest];
    s->value += q->minutes.values[newest];
    s->minutes += 1.0;
}

static void model(const struct illiquidity *q, const struct measure_input *in, struct metric_value *values)
{
    int64_t hour = (in->now_ns / NS_PER_S - 1) / 3600;
    double square = 0.0, value = 0.0, minutes = 0.0, y = in->params->value[PARAM_IMPACT_Y];
    for (int i = 0; i < HOURS; i++) {
        if (q->day[i].hour <= hour - HOURS)
            continue;
        square += q->day[i].square;
        value += q->day[i].value;
        minutes += q->day[i].minutes;
    }
    metrics_none(values, METRIC_MODEL_1M, 2, METRIC_WARMUP);
    if (minutes < MODEL_MIN || !(value > 0.0))
        return;
    double sigma = 1e4 * sqrt(square / minutes * MINUTES_A_DAY), day = value / minutes * MINUTES_A_DAY;
    values[METRIC_MODEL_1M] = metric_ok(impact_square_root(y, sigma, MODEL_ORDER, day));
    values[METRIC_MODEL_10M] = metric_ok(impact_square_root(y, sigma, MODEL_ORDER_10, day));
}

static void on_tick(void *state, const struct measure_input *in, bool is_second, struct metric_value *values)
{
    struct illiquidity *q = state;
    int64_t now_s = in->now_ns / NS_PER_S;
    if (!is_second || now_s % 60 != 0)
        return;
    if (close_bar(&q->minutes, q, now_s))
        add_minute(q, now_s);
    if (now_s % 3600 == 0)
        close_bar(&q->hours, q, now_s);
    values[METRIC_AMIHUD_1H] = amihud(&q->minutes, now_s, 3600, 30);
    values[METRIC_AMIHUD_24H] = amihud(&q->hours, now_s, 24 * 3600, 12);
    values[METRIC_AMIHUD_7D] = amihud(&q->hours, now_s, 168 * 3600, 84);
    model(q, in, values);
    if (q->heard_ns == 0)
        metrics_none(values, METRIC_AMIHUD_1H, METRIC_MODEL_10M - METRIC_AMIHUD_1H + 1, METRIC_NO_DATA);
}

static void on_missed(void *state, const struct measure_input *in, struct metric_value *values)
{
    struct illiquidity *q = state;
    (void)in;
    q->heard_ns = q->minutes.is_whole = q->hours.is_whole = 0;
    q->last = q->minutes.before = q->hours.before = 0.0;
    metrics_none(values, METRIC_AMIHUD_1H, METRIC_MODEL_10M - METRIC_AMIHUD_1H + 1, METRIC_NO_DATA);
}

const struct measure measure_illiquidity = {
    .name = "illiquidity",
    .first = METRIC_AMIHUD_1H,
    .n = METRIC_MODEL_10M - METRIC_AMIHUD_1H + 1,
    .state_bytes = sizeof(struct illiquidity),
    .state_version = 1,
    .kinds = SWEEP_KINDS,
    .on_event = on_event,
    .on_tick = on_tick,
    .on_missed = on_missed,
};
