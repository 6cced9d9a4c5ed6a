/* Sizes of sweeps, and which of them are large for this instrument: above a quantile of its own last days, and until enough were seen,
 * above a reference, marked as such. A sweep is what one taker did: prints of one side and one exchange millisecond. The
 * distribution is long learnt and outlives gaps; windows do not. 20 kB. */
#include "metrics.h"
#include "params.h"
#include "traded.h"

#include <alphaplus/analytics/stats.h>
#include <alphaplus/base/clock.h>
#include <alphaplus/model/detail.h>

#define SLOTS       300 /* of one second */
#define USD_MIN     1.0
#define HALF_LIFE_S 86400.0
#define SWEEP_NS    (500 * NS_PER_MS) /* no print of a sweep comes later than this after its first */

struct sizes {
    struct histogram usd;
    struct large_trade sweep; /* growing; time_ns 0: none */
    int64_t sweep_ms;         /* exchange time of it */
    double large_usd;         /* from here on a sweep is large; 0: not known yet */
    double buy[SLOTS], sell[SLOTS];
    uint32_t count[SLOTS];
    int slot;
    uint32_t large_n; /* ever, modulo 2^32 */
    int64_t heard_ns; /* the windows' first moment; 0: none */
    int64_t tick_ns;
    struct large_trade large[LARGE_TRADES_MAX];
};

static void init(void *state, const struct measure_input *in, struct metric_value *values)
{
    struct sizes *s = state;
    (void)in;
    (void)values;
    histogram_init(&s->usd, USD_MIN, HALF_LIFE_S);
}

static bool is_own(const struct sizes *s, const struct measure_input *in)
{
    return histogram_weight(&s->usd, in->now_ns) >= in->params->value[PARAM_LARGE_SWEEPS_MIN];
}

/* Judged by those before it. */
static void end_sweep(struct sizes *s, const struct measure_input *in)
{
    struct large_trade *t = &s->sweep;
    if (t->time_ns == 0)
        return;
    double min = s->large_usd > 0.0 ? s->large_usd : in->params->value[PARAM_LARGE_REF_USD];
    if (t->usd >= min) {
        *(t->side == AGGRESSOR_BUY ? &s->buy[s->slot] : &s->sell[s->slot]) += t->usd;
        s->count[s->slot]++;
        t->is_ref = !is_own(s, in);
        t->rank = histogram_rank(&s->usd, t->usd);
        s->large[s->large_n++ % LARGE_TRADES_MAX] = *t;
    }
    histogram_add(&s->usd, in->now_ns, t->usd);
    t->time_ns = 0;
}

static void on_event(void *state, const struct measure_input *in, const struct event *ev,
                     struct metric_value *values)
{
    struct sizes *s = state;
    struct traded now;
    (void)values;
    if (s->heard_ns == 0)
        s->heard_ns = in->now_ns;
    if (!traded_read(in->inst, ev, &now))
        return;
    const struct trade_row *row = event_rows_const(ev);
    int64_t ms = ev->exch_ns / NS_PER_MS;
    if (s->sweep.time_ns == 0 || row->aggressor != s->sweep.side || ms == 0 || ms != s->sweep_ms) {
        end_sweep(s, in);
        s->sweep = (struct large_trade){.time_ns = in->now_ns, .side = row->aggressor};
        s->sweep_ms = ms;
    }
    s->sweep.px = row->px;
    s->sweep.usd += now.usd;
    s->sweep.prints++;
}

static void show_quantiles(struct sizes *s, const struct measure_input *in, struct metric_value *values)
{
    bool is_enough = is_own(s, in);
    s->large_usd = is_enough ? histogram_quantile(&s->usd, in->params->value[PARAM_LARGE_QUANTILE])
                             : in->params->value[PARAM_LARGE_REF_USD];
    values[METRIC_LARGE_MIN] = metric_ok(s->large_usd);
    values[METRIC_LARGE_MIN].is_ref = !is_enough;
    if (!is_enough) {
        metrics_none(values, METRIC_SIZE_50, 3, s->usd.n > 0 ? METRIC_WARMUP : METRIC_NO_DATA);
        return;
    }
    values[METRIC_SIZE_50] = metric_ok(histogram_quantile(&s->usd, 0.50));
    values[METRIC_SIZE_95] = metric_ok(histogram_quantile(&s->usd, 0.95));
    values[METRIC_SIZE_99] = metric_ok(histogram_quantile(&s->usd, 0.99));
}

static void show_window(const struct sizes *s, int64_t now_ns, struct metric_value *values)
{
    double buy = 0.0, sell = 0.0;
    uint32_t count = 0;
    if (s->heard_ns == 0 || now_ns - s->heard_ns < SLOTS * NS_PER_S) {
        metrics_none(values, METRIC_LARGE_BUY, 3, s->heard_ns ? METRIC_WARMUP : METRIC_NO_DATA);
        return;
    }
    for (int i = 0; i < SLOTS; i++) {
        buy += s->buy[i];
        sell += s->sell[i];
        count += s->count[i];
    }
    values[METRIC_LARGE_BUY] = metric_ok(buy);
    values[METRIC_LARGE_SELL] = metric_ok(sell);
    values[METRIC_LARGE_COUNT] = metric_ok(count);
    for (int i = METRIC_LARGE_BUY; i <= METRIC_LARGE_COUNT; i++)
        values[i].is_ref = values[METRIC_LARGE_MIN].is_ref;
}

static void next_slot(struct sizes *s)
{
    s->slot = (s->slot + 1) % SLOTS;
    s->buy[s->slot] = s->sell[s->slot] = 0.0;
    s->count[s->slot] = 0;
}

static void on_tick(void *state, const struct measure_input *in, bool is_second, struct metric_value *values)
{
    struct sizes *s = state;
    if (s->sweep.time_ns != 0 && in->now_ns - s->sweep.time_ns >= SWEEP_NS)
        end_sweep(s, in);
    if (!is_second)
        return;
    int64_t leapt = s->tick_ns != 0 ? (in->now_ns - s->tick_ns) / NS_PER_S - 1 : 0;
    for (int64_t i = 0; i < leapt && i < SLOTS; i++)
        next_slot(s);
    s->tick_ns = in->now_ns;
    show_quantiles(s, in, values);
    show_window(s, in->now_ns, values);
    next_slot(s);
}

static void on_missed(void *state, const struct measure_input *in, struct metric_value *values)
{
    struct sizes *s = state;
    (void)in;
    s->heard_ns = s->sweep.time_ns = 0;
    metrics_none(values, METRIC_LARGE_BUY, 3, METRIC_NO_DATA);
}

static void detail(const void *state, const struct measure_input *in, struct detail *ret_detail)
{
    const struct sizes *s = state;
    (void)in;
    for (uint32_t back = 1; back <= LARGE_TRADES_MAX && back <= s->large_n; back++) {
        const struct large_trade *t = &s->large[(s->large_n - back) % LARGE_TRADES_MAX];
        if (t->time_ns != 0)
            ret_detail->large[ret_detail->large_n++] = *t;
    }
}

const struct measure measure_sizes = {
    .name = "sizes",
    .first = METRIC_SIZE_50,
    .n = METRIC_LARGE_COUNT - METRIC_SIZE_50 + 1,
    .state_bytes = sizeof(struct sizes),
    .state_version = 1,
    .kinds = 1u << EVENT_TRADE | 1u << EVENT_MARK | 1u << EVENT_LIQUIDATION,
    .init = init,
    .on_event = on_event,
    .on_tick = on_tick,
    .on_missed = on_missed,
    .detail = detail,
};
