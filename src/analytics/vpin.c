/* VPIN: by the taker's side, over buckets of a fiftieth of a day and of a usual minute, and by bulk classification of minutes.
 *
 * The day's volume is the mean of up to seven whole days, set anew at midnight UTC; before the first whole day it is what was heard so
 * far, taken to a day after ten minutes, an hour and six hours. Buckets count volume, not time, so closed ones stay over a break in what
 * was heard; the one under way is dropped with it. */
#include "metrics.h"
#include "params.h"
#include "sweep.h"

#include <alphaplus/analytics/vpin.h>
#include <alphaplus/model/detail.h>
#include <math.h>
#include <string.h>

#define DAY_S          86400
#define DAYS           7
#define WHOLE_DAY_S    (DAY_S * 95 / 100) /* heard that long, a day counts */
#define RANK_MIN       100                /* buckets in the history */
#define RANK_HALF_S    (15.0 * DAY_S)
#define VPIN_SMALLEST  1e-4
#define TRADES_MIN     4.0 /* of a bucket, on average */
#define SIGMA_TAU_S    ((double)DAY_S)
#define SIGMA_MIN_BARS 30

struct day_volume {
    double days[DAYS];
    uint32_t n, at;
    int64_t day;     /* UTC, of `today` */
    double today;    /* base units heard today, */
    int64_t today_s; /* over so many seconds */
    double all;      /* ever */
    int64_t all_s, all_trades;
    double per_day; /* 0: not known */
};
struct vpin_measure {
    struct vpin slow, fast, bulk;
    struct histogram slow_history, fast_history;
    struct day_volume volume;
    int64_t heard_ns; /* 0: nobody listened since something was missed */
    int64_t bar_ns;   /* the minute under way was heard from its begin; 0: it was not */
    double bar_volume, bar_last,
        bar_before;  /* price of the last trade, and of the last before the bar; 0: none */
    struct ew moves; /* of log prices over minutes */
};

static void forget_open(struct vpin_measure *m)
{
    m->heard_ns = m->bar_ns = 0;
    m->bar_volume = m->bar_last = m->bar_before = 0.0;
    m->slow.buys = m->slow.sells = m->fast.buys = m->fast.sells = m->bulk.buys = m->bulk.sells = 0.0;
}

static void add(struct vpin *v, struct histogram *h, int64_t now_ns, double size, bool is_buy)
{
    double now;
    if (v->volume > 0.0 && vpin_add(v, size, is_buy ? 1.0 : 0.0) > 0 && vpin_value(v, &now))
        histogram_add(h, now_ns, now);
}

static void on_event(void *state, const struct measure_input *in, const struct event *ev,
                     struct metric_value *values)
{
    struct vpin_measure *m = state;
    const struct trade_row *row = sweep_trade(ev);
    (void)values;
    if (m->heard_ns == 0)
        m->heard_ns = in->now_ns;
    if (!row)
        return;
    double size = instrument_qty(in->inst, row->qty);
    bool is_buy = row->aggressor == AGGRESSOR_BUY;
    m->volume.today += size;
    m->volume.all += size;
    m->volume.all_trades++;
    m->bar_volume += size;
    m->bar_last = instrument_price(in->inst, row->px);
    add(&m->slow, &m->slow_history, in->now_ns, size, is_buy);
    add(&m->fast, &m->fast_history, in->now_ns, size, is_buy);
}

/* A bucket that one trade fills says nothing about sides: then there is none. */
static double bucket_of(const struct day_volume *v, double buckets_a_day)
{
    double trades_a_day = (double)v->all_trades * DAY_S / (double)v->all_s;
    return trades_a_day < TRADES_MIN * buckets_a_day ? 0.0 : v->per_day / buckets_a_day;
}

static void set_bucket(struct vpin *v, double volume)
{
    if (!(volume > 0.0))
        *v = (struct vpin){0};
    v->volume = volume;
}

static void set_volume(struct vpin_measure *m, const struct measure_input *in, double per_day)
{
    m->volume.per_day = per_day;
    double volume = bucket_of(&m->volume, in->params->value[PARAM_VPIN_PER_DAY]);
    set_bucket(&m->slow, volume);
    set_bucket(&m->bulk, volume);
    set_bucket(&m->fast, bucket_of(&m->volume, in->params->value[PARAM_VPIN_FAST_PER_DAY]));
}

static void end_day(struct day_volume *v)
{
    if (v->today_s >= WHOLE_DAY_S) {
        v->days[v->at] = v->today * (double)DAY_S / (double)v->today_s;
        v->at = (v->at + 1) % DAYS;
        v->n += v->n < DAYS;
    }
    v->today = 0.0;
    v->today_s = 0;
}

static void count_volume(struct vpin_measure *m, const struct measure_input *in)
{
    struct day_volume *v = &m->volume;
    int64_t day = (in->now_ns - 1) / NS_PER_S / DAY_S;
    double sum = 0.0;
    bool is_new_day = day != v->day;
    if (is_new_day) {
        end_day(v);
        v->day = day;
    }
    if (m->heard_ns != 0) {
        v->today_s++;
        v->all_s++;
    }
    for (uint32_t i = 0; i < v->n; i++)
        sum += v->days[i];
    if (v->n > 0 && (is_new_day || v->per_day == 0.0))
        set_volume(m, in, sum / (double)v->n);
    else if (v->n == 0 && (v->all_s == 600 || v->all_s == 3600 || v->all_s == 21600))
        set_volume(m, in, v->all * (double)DAY_S / (double)v->all_s);
}

/* A minute ends: its volume bought as much of itself as its move says, against the usual move of the minutes before it. */
static void end_bar(struct vpin_measure *m, const struct measure_input *in)
{
    double move = m->bar_before > 0.0 && m->bar_last > 0.0 ? log(m->bar_last / m->bar_before) : 0.0;
    double sigma = sqrt(m->moves.variance);
    if (m->bar_ns != 0 && m->bar_before > 0.0) {
        bool is_known = m->moves.n >= SIGMA_MIN_BARS && sigma > 0.0;
        if (is_known && m->bulk.volume > 0.0)
            vpin_add(&m->bulk, m->bar_volume, vpin_bulk_share(move, sigma));
        ew_add(&m->moves, SIGMA_TAU_S, in->now_ns, move);
    }
    m->bar_ns = m->heard_ns != 0 ? in->now_ns : 0;
    m->bar_before = m->bar_last;
    m->bar_volume = 0.0;
}

static void show(const struct vpin *v, const struct histogram *h, struct metric_value *ret_value,
                 struct metric_value *ret_rank)
{
    double now;
    *ret_value = *ret_rank = metric_none(METRIC_WARMUP);
    if (!vpin_value(v, &now))
        return;
    *ret_value = metric_ok(now);
    if (h->n >= RANK_MIN)
        *ret_rank = metric_ok(histogram_rank(h, now));
}

static void on_tick(void *state, const struct measure_input *in, bool is_second, struct metric_value *values)
{
    struct vpin_measure *m = state;
    double bulk;
    if (!is_second)
        return;
    count_volume(m, in);
    if (in->now_ns / NS_PER_S % 60 == 0)
        end_bar(m, in);
    if (m->heard_ns == 0)
        return;
    values[METRIC_VPIN_BULK] = vpin_value(&m->bulk, &bulk) ? metric_ok(bulk) : metric_none(METRIC_WARMUP);
    show(&m->slow, &m->slow_history, &values[METRIC_VPIN], &values[METRIC_VPIN_RANK]);
    show(&m->fast, &m->fast_history, &values[METRIC_VPIN_FAST], &values[METRIC_VPIN_FAST_RANK]);
}

static void init(void *state, const struct measure_input *in, struct metric_value *values)
{
    struct vpin_measure *m = state;
    (void)in;
    (void)values;
    histogram_init(&m->slow_history, VPIN_SMALLEST, RANK_HALF_S);
    histogram_init(&m->fast_history, VPIN_SMALLEST, RANK_HALF_S);
}

static void on_missed(void *state, const struct measure_input *in, struct metric_value *values)
{
    (void)in;
    forget_open(state);
    metrics_none(values, METRIC_VPIN, METRIC_VPIN_FAST_RANK - METRIC_VPIN + 1, METRIC_NO_DATA);
}

static void detail(const void *state, const struct measure_input *in, struct detail *ret_detail)
{
    const struct vpin_measure *m = state;
    (void)in;
    ret_detail->flow.vpin_bucket = m->slow.volume;
    ret_detail->flow.vpin_fast_bucket = m->fast.volume;
    ret_detail->flow.vpin_closed = m->slow.closed;
    ret_detail->flow.vpin_fast_closed = m->fast.closed;
}

const struct measure measure_vpin = {
    .name = "vpin",
    .first = METRIC_VPIN,
    .n = METRIC_VPIN_FAST_RANK - METRIC_VPIN + 1,
    .state_bytes = sizeof(struct vpin_measure),
    .state_version = 1,
    .kinds = SWEEP_KINDS,
    .init = init,
    .on_event = on_event,
    .on_tick = on_tick,
    .on_missed = on_missed,
    .detail = detail,
};
