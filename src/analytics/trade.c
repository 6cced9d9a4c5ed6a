/* Trades: VWAP of the UTC day with its deviation, cumulative volume delta, buys and sells and their pace. Trades without a taker
 * (insurance fund, ADL) are left out. */
#include "metrics.h"

#include <alphaplus/base/clock.h>
#include <math.h>

#define SLOTS      60 /* of one second */
#define PACE_SLOTS 10
#define DAY_NS     (86400 * NS_PER_S)

struct trade {
    int64_t day;             /* UTC day number of the sums; 0: none yet */
    double weight, mean, m2; /* weighted Welford over prices */
    double cvd;
    double buy[SLOTS], sell[SLOTS];
    uint32_t count[SLOTS];
    int slot, filled;
};

static void add_price(struct trade *t, double price, double size)
{
    if (!(size > 0.0))
        return;
    t->weight += size;
    double d = price - t->mean;
    t->mean += d * size / t->weight;
    t->m2 += size * d * (price - t->mean);
}

static void on_event(void *state, const struct measure_input *in, const struct event *ev,
                     struct metric_value *values)
{
    struct trade *t = state;
    const struct trade_row *row = event_rows_const(ev);
    if (ev->kind != EVENT_TRADE || (row->flags & TRADE_NOT_MARKET))
        return;
    int64_t day = in->now_ns / DAY_NS;
    if (t->day != day) {
        t->day = day;
        t->weight = t->mean = t->m2 = t->cvd = 0.0;
    }
    double usd = instrument_notional(in->inst, row->px, row->qty);
    bool is_buy = row->aggressor == AGGRESSOR_BUY;
    add_price(t, instrument_price(in->inst, row->px), instrument_qty(in->inst, row->qty));
    t->cvd += is_buy ? usd : -usd;
    *(is_buy ? &t->buy[t->slot] : &t->sell[t->slot]) += usd;
    t->count[t->slot]++;
    if (t->weight > 0.0) {
        values[METRIC_VWAP_DAY] = metric_ok(t->mean);
        values[METRIC_VWAP_SD] = metric_ok(sqrt(fmax(0.0, t->m2 / t->weight)));
    }
    values[METRIC_CVD_DAY] = metric_ok(t->cvd);
}

static void on_tick(void *state, const struct measure_input *in, bool is_second, struct metric_value *values)
{
    struct trade *t = state;
    double buy = 0.0, sell = 0.0;
    uint32_t count = 0;
    (void)in;
    if (!is_second)
        return;
    for (int i = 0; i < SLOTS; i++) {
        buy += t->buy[i];
        sell += t->sell[i];
    }
    for (int i = 0; i < PACE_SLOTS; i++)
        count += t->count[(t->slot + SLOTS - i) % SLOTS];
    if (t->filled < SLOTS)
        t->filled++;
    enum metric_state minute = t->filled == SLOTS ? METRIC_OK : METRIC_WARMUP;
    const struct {
        int row;
        double value;
    } sums[] = {{METRIC_CVD_60, buy - sell}, {METRIC_BUY_60, buy}, {METRIC_SELL_60, sell}};
    for (size_t i = 0; i < sizeof sums / sizeof sums[0]; i++)
        values[sums[i].row] = minute == METRIC_OK ? metric_ok(sums[i].value) : metric_none(minute);
    values[METRIC_PACE_10] = t->filled >= PACE_SLOTS ? metric_ok((double)count / PACE_SLOTS)
                                                     : metric_none(METRIC_WARMUP);
    t->slot = (t->slot + 1) % SLOTS;
    t->buy[t->slot] = t->sell[t->slot] = 0.0;
    t->count[t->slot] = 0;
}

const struct measure measure_trade = {
    .name = "trade",
    .first = METRIC_VWAP_DAY,
    .n = METRIC_PACE_10 - METRIC_VWAP_DAY + 1,
    .state_bytes = sizeof(struct trade),
    .state_version = 1,
    .on_event = on_event,
    .on_tick = on_tick,
};
