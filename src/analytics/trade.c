/* Trades: VWAP of the UTC day with its bands, cumulative volume delta, buys against sells and their pace. Trades without a taker
 * (insurance fund, ADL) are left out. 73 kB. */
#include "metrics.h"
#include "traded.h"

#include <alphaplus/analytics/stats.h>
#include <alphaplus/base/clock.h>
#include <math.h>

#define SLOTS      3600 /* of one second */
#define PACE_SLOTS 10
#define DAY_NS     (86400 * NS_PER_S)

/* A minute without trades is a fact only when somebody listened: windows begin with the first sign of life of the connection
 * that trades come over, which marks and liquidations share. The day's sums are of what was seen, and go on across a gap. */
struct trade {
    int64_t day;         /* UTC day number of the sums; 0: none yet */
    struct running vwap; /* prices, weighted by size */
    double cvd;
    double buy[SLOTS], sell[SLOTS];
    uint32_t count[SLOTS];
    int slot;
    int64_t heard_ns; /* the windows' first moment; 0: none */
    int64_t tick_ns;  /* of the last second; 0: none */
};

static const struct window {
    int seconds, cvd, balance; /* rows; the minute's are followed by buy and sell */
} windows[] = {{60, METRIC_CVD_60, METRIC_BALANCE_60},
               {300, METRIC_CVD_5M, METRIC_BALANCE_5M},
               {900, METRIC_CVD_15M, METRIC_BALANCE_15M},
               {3600, METRIC_CVD_1H, METRIC_BALANCE_1H}};
enum { WINDOWS = sizeof windows / sizeof windows[0] };

static void show_day(const struct trade *t, struct metric_value *values)
{
    double mean = t->vwap.mean, sd = sqrt(fmax(0.0, running_population(&t->vwap)));
    values[METRIC_VWAP_DAY] = metric_ok(mean);
    values[METRIC_VWAP_SD] = metric_ok(sd);
    values[METRIC_VWAP_UPPER_1] = metric_ok(mean + sd);
    values[METRIC_VWAP_LOWER_1] = metric_ok(mean - sd);
    values[METRIC_VWAP_UPPER_2] = metric_ok(mean + 2.0 * sd);
    values[METRIC_VWAP_LOWER_2] = metric_ok(mean - 2.0 * sd);
    values[METRIC_CVD_DAY] = metric_ok(t->cvd);
}

static void on_event(void *state, const struct measure_input *in, const struct event *ev,
                     struct metric_value *values)
{
    struct trade *t = state;
    struct traded now;
    if (t->heard_ns == 0)
        t->heard_ns = in->now_ns;
    if (!traded_read(in->inst, ev, &now))
        return;
    int64_t day = in->now_ns / DAY_NS;
    if (t->day != day) {
        t->day = day;
        t->vwap = (struct running){0};
        t->cvd = 0.0;
    }
    running_weigh(&t->vwap, now.price, now.base);
    t->cvd += now.sign * now.usd;
    *(now.sign > 0.0 ? &t->buy[t->slot] : &t->sell[t->slot]) += now.usd;
    t->count[t->slot]++;
    show_day(t, values);
}

static bool is_heard_for(const struct trade *t, int64_t now_ns, int seconds)
{
    return t->heard_ns != 0 && now_ns - t->heard_ns >= seconds * NS_PER_S;
}

static void show_window(const struct window *w, double buy, double sell, struct metric_value *values)
{
    values[w->cvd] = metric_ok(buy - sell);
    values[w->balance] = buy + sell > 0.0 ? metric_ok((buy - sell) / (buy + sell))
                                          : metric_none(METRIC_NO_DATA);
    if (w->seconds == 60) {
        values[METRIC_BUY_60] = metric_ok(buy);
        values[METRIC_SELL_60] = metric_ok(sell);
    }
    if (w->seconds == SLOTS)
        values[METRIC_VOLUME_1H] = metric_ok(buy + sell);
}

/* One walk back through the seconds serves all windows. */
static void show_windows(const struct trade *t, int64_t now_ns, struct metric_value *values)
{
    double buy = 0.0, sell = 0.0;
    uint32_t count = 0;
    int back = 0;

    metrics_none(values, METRIC_CVD_60, METRIC_VOLUME_1H - METRIC_CVD_60 + 1,
                 t->heard_ns ? METRIC_WARMUP : METRIC_NO_DATA);
    for (int i = 0; i < WINDOWS && is_heard_for(t, now_ns, windows[i].seconds); i++) {
        for (; back < windows[i].seconds; back++) {
            int slot = (t->slot + SLOTS - back) % SLOTS;
            buy += t->buy[slot];
            sell += t->sell[slot];
        }
        show_window(&windows[i], buy, sell, values);
    }
    if (!is_heard_for(t, now_ns, PACE_SLOTS))
        return;
    for (int i = 0; i < PACE_SLOTS; i++)
        count += t->count[(t->slot + SLOTS - i) % SLOTS];
    values[METRIC_PACE_10] = metric_ok((double)count / PACE_SLOTS);
}

static void next_slot(struct trade *t)
{
    t->slot = (t->slot + 1) % SLOTS;
    t->buy[t->slot] = t->sell[t->slot] = 0.0;
    t->count[t->slot] = 0;
}

static void on_tick(void *state, const struct measure_input *in, bool is_second, struct metric_value *values)
{
    struct trade *t = state;
    if (!is_second)
        return;
    if (t->day != in->now_ns / DAY_NS) /* yesterday's are not today's */
        metrics_none(values, METRIC_VWAP_DAY, METRIC_CVD_DAY - METRIC_VWAP_DAY + 1, METRIC_NO_DATA);
    /* After a leap in time the seconds that had no tick take their slots too. */
    int64_t leapt = t->tick_ns != 0 ? (in->now_ns - t->tick_ns) / NS_PER_S - 1 : 0;
    for (int64_t i = 0; i < leapt && i < SLOTS; i++)
        next_slot(t);
    t->tick_ns = in->now_ns;
    show_windows(t, in->now_ns, values);
    next_slot(t);
}

static void on_missed(void *state, const struct measure_input *in, struct metric_value *values)
{
    struct trade *t = state;
    (void)in;
    t->heard_ns = 0;
    metrics_none(values, METRIC_CVD_60, METRIC_VOLUME_1H - METRIC_CVD_60 + 1, METRIC_NO_DATA);
}

const struct measure measure_trade = {
    .name = "trade",
    .first = METRIC_VWAP_DAY,
    .n = METRIC_VOLUME_1H - METRIC_VWAP_DAY + 1,
    .state_bytes = sizeof(struct trade),
    .state_version = 2,
    .kinds = 1u << EVENT_TRADE | 1u << EVENT_MARK | 1u << EVENT_LIQUIDATION,
    .on_event = on_event,
    .on_tick = on_tick,
    .on_missed = on_missed,
};
