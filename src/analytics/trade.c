/* Trades: VWAP of the UTC day with its deviation, cumulative volume delta, buys and sells and their pace. Trades without a taker
 * (insurance fund, ADL) are left out. */
#include "metrics.h"

#include <alphaplus/base/clock.h>
#include <math.h>

#define SLOTS      60 /* of one second */
#define PACE_SLOTS 10
#define DAY_NS     (86400 * NS_PER_S)

/* A minute without trades is a fact only when somebody listened: windows begin with the first sign of life of the connection
 * that trades come over, which marks and liquidations share. */
struct trade {
    int64_t day;             /* UTC day number of the sums; 0: none yet */
    double weight, mean, m2; /* weighted Welford over prices */
    double cvd;
    double buy[SLOTS], sell[SLOTS];
    uint32_t count[SLOTS];
    int slot;
    int64_t heard_ns; /* the windows' first moment; 0: none */
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
    if (t->heard_ns == 0)
        t->heard_ns = in->now_ns;
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

static bool is_heard_for(const struct trade *t, int64_t now_ns, int seconds)
{
    return t->heard_ns != 0 && now_ns - t->heard_ns >= seconds * NS_PER_S;
}

static void minute(const struct trade *t, int64_t now_ns, struct metric_value *values)
{
    double buy = 0.0, sell = 0.0;
    uint32_t count = 0;

    metrics_none(values, METRIC_CVD_60, METRIC_PACE_10 - METRIC_CVD_60 + 1,
                 t->heard_ns ? METRIC_WARMUP : METRIC_NO_DATA);
    if (is_heard_for(t, now_ns, PACE_SLOTS)) {
        for (int i = 0; i < PACE_SLOTS; i++)
            count += t->count[(t->slot + SLOTS - i) % SLOTS];
        values[METRIC_PACE_10] = metric_ok((double)count / PACE_SLOTS);
    }
    if (is_heard_for(t, now_ns, SLOTS)) {
        for (int i = 0; i < SLOTS; i++) {
            buy += t->buy[i];
            sell += t->sell[i];
        }
        values[METRIC_CVD_60] = metric_ok(buy - sell);
        values[METRIC_BUY_60] = metric_ok(buy);
        values[METRIC_SELL_60] = metric_ok(sell);
    }
}

static void on_tick(void *state, const struct measure_input *in, bool is_second, struct metric_value *values)
{
    struct trade *t = state;
    if (!is_second)
        return;
    if (t->day != in->now_ns / DAY_NS) /* yesterday's are not today's */
        metrics_none(values, METRIC_VWAP_DAY, METRIC_CVD_DAY - METRIC_VWAP_DAY + 1, METRIC_NO_DATA);
    minute(t, in->now_ns, values);
    t->slot = (t->slot + 1) % SLOTS;
    t->buy[t->slot] = t->sell[t->slot] = 0.0;
    t->count[t->slot] = 0;
}

static void on_missed(void *state, const struct measure_input *in, struct metric_value *values)
{
    struct trade *t = state;
    (void)in;
    t->heard_ns = 0;
    metrics_none(values, METRIC_CVD_60, METRIC_PACE_10 - METRIC_CVD_60 + 1, METRIC_NO_DATA);
}

const struct measure measure_trade = {
    .name = "trade",
    .first = METRIC_VWAP_DAY,
    .n = METRIC_PACE_10 - METRIC_VWAP_DAY + 1,
    .state_bytes = sizeof(struct trade),
    .state_version = 1,
    .kinds = 1u << EVENT_TRADE | 1u << EVENT_MARK | 1u << EVENT_LIQUIDATION,
    .on_event = on_event,
    .on_tick = on_tick,
    .on_missed = on_missed,
};
