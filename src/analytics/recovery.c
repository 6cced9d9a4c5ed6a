/* Resilience: how long depth and spread need to recover half of what a large taker order took.
 *
 * A large order has at least the 95th percentile of its day's orders and half of the opposite depth within 5 bps. What it took is the least
 * 10-bps depth (the widest spread) of the half second after it, against the mean from 10 s to 1 s before; below a tenth of that it took
 * nothing. An observation ends unfinished at 60 s or at the next large order, no sooner than 10 s later. A gap drops the one under way;
 * finished ones stay, for each lay within one true book. */
#include "metrics.h"
#include "params.h"
#include "sweep.h"

#include <alphaplus/analytics/resilience.h>
#include <alphaplus/analytics/stats.h>
#include <alphaplus/model/detail.h>
#include <math.h>
#include <string.h>

enum { TICKS_A_S = 10, PAST = 100, FUTURE = 600, LAST = 50, RECORD_MIN = 8 };
#define BLOW_TICKS    5 /* the book may show an order that late */
#define REFRACTORY_NS (10 * NS_PER_S)
#define BASE_MIN      80 /* samples of the 90 before */
#define MISSING_MIN   0.1
#define HALF_S        (0.5 * 86400) /* aging of the day's orders */
#define ORDERS_MIN    100
#define USD_SMALLEST  1.0

enum watched { DEPTH, SPREAD, WATCHED };

struct recovery {
    struct sweep sweep;
    struct histogram orders;
    double large_usd;             /* 0: not known */
    double past[PAST][3];         /* by tick: depth of bids, of asks, minus the spread */
    int64_t past_tick[PAST];      /* which tick the sample is of */
    int64_t event_ns, event_tick; /* tick 0: none under way */
    int32_t side, n;              /* consumed side; samples so far */
    double base[WATCHED];
    int32_t is_open[WATCHED];
    double sample[WATCHED][FUTURE + 1];
    struct survival records[WATCHED][LAST];
    uint32_t record_n[WATCHED], record_at[WATCHED];
};

static void record(struct recovery *r, enum watched w, double seconds, bool is_event)
{
    r->records[w][r->record_at[w]] = (struct survival){seconds, is_event};
    r->record_at[w] = (r->record_at[w] + 1) % LAST;
    r->record_n[w] += r->record_n[w] < LAST;
    r->is_open[w] = 0;
}

/* The worst sample of the blow; what follows counts from it. */
static int worst(const struct recovery *r, enum watched w)
{
    int at = 0;
    for (int i = 1; i < BLOW_TICKS && i < r->n; i++)
        at = r->sample[w][i] < r->sample[w][at] ? i : at;
    return at;
}

static void censor(struct recovery *r)
{
    for (int w = 0; w < WATCHED; w++) {
        if (r->is_open[w] && r->n > BLOW_TICKS)
            record(r, (enum watched)w, (double)(r->n - 1 - worst(r, (enum watched)w)) / TICKS_A_S, false);
        r->is_open[w] = 0;
    }
    r->event_tick = 0;
}

static void judge(struct recovery *r, enum watched w)
{
    double times[FUTURE + 1], half;
    int from = worst(r, w);
    double missing = r->base[w] - r->sample[w][from];
    if (missing < MISSING_MIN * fabs(r->base[w])) {
        r->is_open[w] = 0;
        return;
    }
    for (int i = from; i < r->n; i++)
        times[i] = (double)i / TICKS_A_S;
    if (resilience_half_life(times + from, r->sample[w] + from, (size_t)(r->n - from), r->base[w], &half))
        record(r, w, half, true);
}

/* Means over [-10 s, -1 s]; false: too few samples. */
static bool set_base(struct recovery *r, int64_t tick)
{
    double sum[WATCHED] = {0.0};
    int n = 0;
    for (int64_t t = tick - PAST + 1; t <= tick - TICKS_A_S; t++) {
        const double *past = r->past[t % PAST];
        if (t <= 0 || r->past_tick[t % PAST] != t)
            continue;
        sum[DEPTH] += past[r->side];
        sum[SPREAD] += past[2];
        n++;
    }
    if (n < BASE_MIN)
        return false;
    for (int w = 0; w < WATCHED; w++)
        r->base[w] = sum[w] / n;
    return true;
}

static void begin(struct recovery *r, const struct measure_input *in)
{
    int64_t tick = in->now_ns / TICK_NS;
    censor(r);
    r->event_ns = in->now_ns;
    r->side = r->sweep.side > 0 ? SIDE_ASK : SIDE_BID;
    r->n = 0;
    if (!set_base(r, tick))
        return;
    r->event_tick = tick;
    r->is_open[DEPTH] = r->is_open[SPREAD] = 1;
}

static void on_event(void *state, const struct measure_input *in, const struct event *ev,
                     struct metric_value *values)
{
    struct recovery *r = state;
    const struct trade_row *row = sweep_trade(ev);
    struct sweep ended;
    if (!row)
        return;
    double before = r->sweep.usd;
    bool is_new = sweep_add(&r->sweep, in, ev, row, &ended);
    if (is_new && ended.side != 0)
        histogram_add(&r->orders, in->now_ns, ended.usd);
    if (is_new)
        before = 0.0;
    if (!in->is_true || !(r->large_usd > 0.0))
        return;
    const struct metric_value *depth = &values[r->sweep.side > 0 ? METRIC_DEPTH_ASK_5 : METRIC_DEPTH_BID_5];
    if (depth->state != METRIC_OK)
        return;
    double large = fmax(r->large_usd, in->params->value[PARAM_RESILIENCE_SHARE] * depth->value);
    bool is_large = before < large && r->sweep.usd >= large;
    if (is_large && (r->event_ns == 0 || in->now_ns - r->event_ns >= REFRACTORY_NS))
        begin(r, in);
}

static struct metric_value median(const struct recovery *r, enum watched w)
{
    struct survival s[LAST];
    double half, early, late, last = 0.0;
    size_t n = r->record_n[w];
    if (n < RECORD_MIN)
        return metric_none(METRIC_WARMUP);
    memcpy(s, r->records[w], n * sizeof *s);
    for (size_t i = 0; i < n; i++)
        last = fmax(last, s[i].time);
    if (!stats_survival(s, n, 0.5, &half)) { /* most were not seen to the end */
        struct metric_value bound = metric_ok(last);
        bound.state = METRIC_DEGRADED;
        return bound;
    }
    double sd = 0.5 / sqrt((double)n);
    bool has_se = stats_survival(s, n, 0.5 + sd, &early) && stats_survival(s, n, 0.5 - sd, &late);
    return metric_estimate(half, has_se ? (late - early) / 2.0 : 0.0);
}

static void look(struct recovery *r, const struct metric_value *values, int64_t tick)
{
    const struct metric_value *bid = &values[METRIC_DEPTH_BID_10], *ask = &values[METRIC_DEPTH_ASK_10];
    bool is_known = bid->state == METRIC_OK && ask->state == METRIC_OK &&
                    values[METRIC_SPREAD_BPS].state == METRIC_OK;
    double now[3] = {bid->value, ask->value, -values[METRIC_SPREAD_BPS].value};
    if (is_known) {
        memcpy(r->past[tick % PAST], now, sizeof now);
        r->past_tick[tick % PAST] = tick;
    }
    if (r->event_tick == 0 || tick <= r->event_tick)
        return;
    if (!is_known || tick != r->event_tick + r->n + 1) { /* a hole in what was watched */
        censor(r);
        return;
    }
    r->sample[DEPTH][r->n] = now[r->side];
    r->sample[SPREAD][r->n] = now[2];
    r->n++;
    for (int w = 0; w < WATCHED && r->n > BLOW_TICKS; w++) {
        if (r->is_open[w])
            judge(r, (enum watched)w);
    }
    if (r->n > FUTURE || (!r->is_open[DEPTH] && !r->is_open[SPREAD]))
        censor(r);
}

static void on_tick(void *state, const struct measure_input *in, bool is_second, struct metric_value *values)
{
    struct recovery *r = state;
    if (in->is_true)
        look(r, values, in->now_ns / TICK_NS);
    if (!is_second)
        return;
    if (histogram_weight(&r->orders, in->now_ns) >= ORDERS_MIN)
        r->large_usd = histogram_quantile(&r->orders, in->params->value[PARAM_RESILIENCE_RANK]);
    if (!in->is_true)
        return;
    values[METRIC_RESILIENCE_DEPTH] = median(r, DEPTH);
    values[METRIC_RESILIENCE_SPREAD] = median(r, SPREAD);
}

static void init(void *state, const struct measure_input *in, struct metric_value *values)
{
    struct recovery *r = state;
    (void)in;
    (void)values;
    histogram_init(&r->orders, USD_SMALLEST, HALF_S);
}

static void forget_open(struct recovery *r)
{
    r->sweep = (struct sweep){0};
    r->event_tick = 0;
    r->is_open[DEPTH] = r->is_open[SPREAD] = 0;
}

static void on_lost(void *state, const struct measure_input *in, struct metric_value *values)
{
    struct recovery *r = state;
    (void)in;
    forget_open(r);
    memset(r->past_tick, 0, sizeof r->past_tick);
    metrics_none(values, METRIC_RESILIENCE_DEPTH, 2, METRIC_NO_DATA);
}

static void on_missed(void *state, const struct measure_input *in, struct metric_value *values)
{
    (void)in;
    (void)values; /* the book's own figures go with it when it does */
    forget_open(state);
}

static uint32_t unfinished(const struct recovery *r, enum watched w)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < r->record_n[w]; i++)
        n += !r->records[w][i].is_event;
    return n;
}

static void detail(const void *state, const struct measure_input *in, struct detail *ret_detail)
{
    const struct recovery *r = state;
    struct flow_view *f = &ret_detail->flow;
    (void)in;
    f->large_usd = r->large_usd;
    f->depth_n = r->record_n[DEPTH];
    f->depth_open = unfinished(r, DEPTH);
    f->spread_n = r->record_n[SPREAD];
    f->spread_open = unfinished(r, SPREAD);
}

const struct measure measure_recovery = {
    .name = "recovery",
    .first = METRIC_RESILIENCE_DEPTH,
    .n = METRIC_RESILIENCE_SPREAD - METRIC_RESILIENCE_DEPTH + 1,
    .state_bytes = sizeof(struct recovery),
    .state_version = 1,
    .kinds = 1u << EVENT_TRADE,
    .init = init,
    .on_event = on_event,
    .on_tick = on_tick,
    .on_lost = on_lost,
    .on_missed = on_missed,
    .detail = detail,
};
