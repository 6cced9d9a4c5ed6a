#include "metrics.h"
#include "traded.h"

#include <alphaplus/analytics/bars.h>
#include <alphaplus/base/clock.h>
#include <alphaplus/model/detail.h>
#include <string.h>

static const int64_t span_ns[BAR_SPANS] = {
#define X(name, seconds, text) (seconds) * NS_PER_S,
    BAR_SPAN_LIST(X)
#undef X
};
static const uint32_t caps[BAR_SPANS] = {BARS_1S, BARS_1M, BARS_1H, BARS_1D};

static const struct bar *ring_const(const struct bars *b, enum bar_span span)
{
    const struct bar *const rings[BAR_SPANS] = {b->s1, b->m1, b->h1, b->d1};
    return rings[span];
}

static struct bar *ring(struct bars *b, enum bar_span span)
{
    struct bar *const rings[BAR_SPANS] = {b->s1, b->m1, b->h1, b->d1};
    return rings[span];
}

const struct bar *bars_at(const struct bars *b, enum bar_span span, size_t back)
{
    uint64_t kept = b->head[span] < caps[span] ? b->head[span] : caps[span];
    return back < kept ? &ring_const(b, span)[(b->head[span] - 1 - back) % caps[span]] : NULL;
}

const struct bar *bars_closed(const struct bars *b, enum bar_span span, int64_t tick_ns)
{
    return b->closed_ns[span] == tick_ns ? bars_at(b, span, 0) : NULL;
}

/* --- one bar ------------------------------------------------------------------------------------------------------- */

static void sums_begin(struct bar_sums *s, int64_t start_ns, int64_t span)
{
    *s = (struct bar_sums){.bar = {.start_ns = start_ns, .span_ns = span}};
}

static void take_price(struct bar *b, int64_t px)
{
    if (b->trades == 0)
        b->open = b->high = b->low = px;
    b->high = px > b->high ? px : b->high;
    b->low = px < b->low ? px : b->low;
    b->close = px;
}

static void take_mid2(struct bar *b, int64_t mid2)
{
    if (b->mid2_open == 0)
        b->mid2_open = b->mid2_high = b->mid2_low = mid2;
    b->mid2_high = mid2 > b->mid2_high ? mid2 : b->mid2_high;
    b->mid2_low = mid2 < b->mid2_low ? mid2 : b->mid2_low;
    b->mid2_close = mid2;
}

static enum completeness worse(enum completeness a, enum completeness b)
{
    return a > b ? a : b; /* unknown takes the other; full < sampled < inferred by number */
}

static void sums_merge(struct bar_sums *s, const struct bar_sums *later)
{
    struct bar *b = &s->bar;
    const struct bar *l = &later->bar;

    if (l->trades > 0) {
        take_price(b, l->open);
        b->high = l->high > b->high ? l->high : b->high;
        b->low = l->low < b->low ? l->low : b->low;
        b->close = l->close;
    }
    if (l->mid2_open > 0) {
        take_mid2(b, l->mid2_open);
        b->mid2_high = l->mid2_high > b->mid2_high ? l->mid2_high : b->mid2_high;
        b->mid2_low = l->mid2_low < b->mid2_low ? l->mid2_low : b->mid2_low;
        b->mid2_close = l->mid2_close;
    }
    b->buy_usd += l->buy_usd;
    b->sell_usd += l->sell_usd;
    b->buy_qty += l->buy_qty;
    b->sell_qty += l->sell_qty;
    b->trades += l->trades;
    b->buys += l->buys;
    b->true_ns += l->true_ns;
    b->long_usd += l->long_usd;
    b->short_usd += l->short_usd;
    b->longs += l->longs;
    b->shorts += l->shorts;
    b->completeness = (uint8_t)worse(b->completeness, l->completeness);
    b->depth_is_bound |= l->depth_is_bound;
    s->spread_ns += later->spread_ns;
    s->bid_sum += later->bid_sum;
    s->ask_sum += later->ask_sum;
    s->depth_n += later->depth_n;
    s->seconds += later->seconds;
}

static struct bar sums_bar(const struct bar_sums *s)
{
    struct bar b = s->bar;
    double qty = b.buy_qty + b.sell_qty;
    b.vwap = qty > 0.0 ? (b.buy_usd + b.sell_usd) / qty : 0.0;
    if (b.true_ns > 0)
        b.spread_bps = s->spread_ns / (double)b.true_ns;
    else
        b.mid2_open = b.mid2_high = b.mid2_low = b.mid2_close = 0;
    if (s->depth_n > 0) {
        b.bid_usd = s->bid_sum / s->depth_n;
        b.ask_usd = s->ask_sum / s->depth_n;
    }
    b.is_partial = (int64_t)s->seconds * NS_PER_S != b.span_ns;
    return b;
}

static bool is_empty(const struct bar_sums *s)
{
    return s->seconds == 0 && s->bar.trades == 0 && s->bar.true_ns == 0 && s->bar.longs + s->bar.shorts == 0;
}

bool bars_running(const struct bars *b, enum bar_span span, struct bar *ret_bar)
{
    struct bar_sums s = b->open[span];
    const struct bar_sums *second = &b->open[BAR_1S];
    if (s.bar.start_ns == 0)
        sums_begin(&s, second->bar.start_ns / span_ns[span] * span_ns[span], span_ns[span]);
    if (span != BAR_1S)
        sums_merge(&s, second);
    if (second->bar.start_ns == 0 || is_empty(&s))
        return false;
    *ret_bar = sums_bar(&s);
    ret_bar->is_partial = 1;
    return true;
}

int64_t bars_heard_ns(const struct bars *b, enum bar_span span)
{
    const struct bar_sums *s = &b->open[span];
    return s->bar.start_ns == 0 ? 0 : s->seconds * NS_PER_S;
}

/* --- in time ------------------------------------------------------------------------------------------------------- */

/* A second counts as whole when it begins on time and heard; what spoils it takes that back. */
static void begin_second(struct bars *b, int64_t now_ns)
{
    struct bar_sums *s = &b->open[BAR_1S];
    int64_t start_ns = now_ns / NS_PER_S * NS_PER_S;
    sums_begin(s, start_ns, NS_PER_S);
    s->seconds = start_ns == now_ns && b->is_heard;
    if (b->true_since_ns != 0)
        take_mid2(&s->bar, b->mid2);
}

static void account(struct bars *b, int64_t now_ns)
{
    struct bar_sums *s = &b->open[BAR_1S];
    if (b->true_since_ns == 0 || now_ns <= b->true_since_ns)
        return;
    int64_t dt = now_ns - b->true_since_ns;
    s->bar.true_ns += dt;
    s->spread_ns += b->spread_bps * (double)dt;
    b->true_since_ns = now_ns;
}

static void emit(struct bars *b, enum bar_span span, int64_t tick_ns)
{
    const struct bar_sums *s = &b->open[span];
    if (is_empty(s))
        return;
    ring(b, span)[b->head[span]++ % caps[span]] = sums_bar(s);
    b->closed_ns[span] = tick_ns;
}

static void close_longer(struct bars *b, enum bar_span span, int64_t tick_ns)
{
    struct bar_sums *s = &b->open[span];
    int64_t start_ns = b->open[BAR_1S].bar.start_ns / span_ns[span] * span_ns[span];
    if (s->bar.start_ns == 0)
        sums_begin(s, start_ns, span_ns[span]);
    sums_merge(s, &b->open[BAR_1S]);
    if (tick_ns - start_ns < span_ns[span])
        return;
    emit(b, span, tick_ns);
    s->bar.start_ns = 0;
}

/* After a leap in time the second ends where it should have; of what was leapt over nothing is known. */
static void close_second(struct bars *b, int64_t tick_ns)
{
    struct bar_sums *s = &b->open[BAR_1S];
    int64_t end_ns = s->bar.start_ns + NS_PER_S;
    account(b, end_ns);
    if (tick_ns != end_ns)
        s->seconds = 0;
    emit(b, BAR_1S, tick_ns);
    for (int span = BAR_1S + 1; span < BAR_SPANS; span++)
        close_longer(b, (enum bar_span)span, tick_ns);
    if (b->true_since_ns != 0)
        b->true_since_ns = tick_ns;
    begin_second(b, tick_ns);
}

/* --- what happens -------------------------------------------------------------------------------------------------- */

static void on_touch(struct bars *b, const struct measure_input *in)
{
    if (!in->is_true)
        return;
    account(b, in->now_ns);
    b->true_since_ns = in->now_ns;
    b->mid2 = in->bid.px + in->ask.px;
    b->spread_bps = 2e4 * (double)(in->ask.px - in->bid.px) / (double)b->mid2;
    take_mid2(&b->open[BAR_1S].bar, b->mid2);
}

static void on_trade(struct bar *bar, const struct measure_input *in, const struct event *ev)
{
    const struct trade_row *row = event_rows_const(ev);
    struct traded t;
    if (!traded_read(in->inst, ev, &t))
        return;
    bool is_buy = t.sign > 0.0;
    take_price(bar, row->px);
    bar->trades++;
    bar->buys += is_buy;
    *(is_buy ? &bar->buy_usd : &bar->sell_usd) += t.usd;
    *(is_buy ? &bar->buy_qty : &bar->sell_qty) += t.base;
}

static void on_liquidation(struct bar *bar, const struct measure_input *in, const struct event *ev)
{
    const struct liquidation_row *row = event_rows_const(ev);
    bool is_long = row->side == POSITION_LONG;
    bar->completeness = (uint8_t)worse(bar->completeness, row->completeness & 3);
    (*(is_long ? &bar->longs : &bar->shorts))++;
    if (row->px > 0 && row->qty > 0)
        *(is_long ? &bar->long_usd : &bar->short_usd) += instrument_notional(in->inst, row->px, row->qty);
}

static void on_event(void *state, const struct measure_input *in, const struct event *ev,
                     struct metric_value *values)
{
    struct bars *b = state;
    struct bar_sums *s = &b->open[BAR_1S];
    (void)values;
    if (s->bar.start_ns == 0)
        begin_second(b, in->now_ns);
    if (MEASURE_BOOK_KINDS & 1u << ev->kind) {
        on_touch(b, in);
        return;
    }
    b->is_heard = true;
    if (ev->kind == EVENT_TRADE)
        on_trade(&s->bar, in, ev);
    else if (ev->kind == EVENT_LIQUIDATION)
        on_liquidation(&s->bar, in, ev);
}

static void sample_depth(struct bar_sums *s, const struct metric_value *bid, const struct metric_value *ask)
{
    if (bid->state < METRIC_DEGRADED || ask->state < METRIC_DEGRADED)
        return;
    s->bid_sum += bid->value;
    s->ask_sum += ask->value;
    s->depth_n++;
    s->bar.depth_is_bound |= bid->state == METRIC_DEGRADED || ask->state == METRIC_DEGRADED;
}

static void on_tick(void *state, const struct measure_input *in, bool is_second, struct metric_value *values)
{
    struct bars *b = state;
    struct bar_sums *s = &b->open[BAR_1S];

    if (s->bar.start_ns == 0)
        begin_second(b, in->now_ns);
    if (in->is_true)
        sample_depth(s, &values[METRIC_DEPTH_BID_10], &values[METRIC_DEPTH_ASK_10]);
    if (b->is_heard)
        s->bar.completeness = (uint8_t)worse(s->bar.completeness, in->inst->liq_completeness & 3);
    if (is_second && in->now_ns > s->bar.start_ns)
        close_second(b, in->now_ns);
}

static void on_lost(void *state, const struct measure_input *in, struct metric_value *values)
{
    struct bars *b = state;
    (void)values;
    account(b, in->now_ns);
    b->true_since_ns = 0;
}

static void on_missed(void *state, const struct measure_input *in, struct metric_value *values)
{
    struct bars *b = state;
    (void)in;
    (void)values;
    b->is_heard = false;
    b->open[BAR_1S].seconds = 0;
}

static void detail(const void *state, const struct measure_input *in, struct detail *ret_detail)
{
    const struct bars *b = state;
    const struct bar *closed;
    (void)in;
    ret_detail->bar_n = bars_running(b, BAR_1M, &ret_detail->bars[0]);
    for (size_t back = 0; ret_detail->bar_n < DETAIL_BARS && (closed = bars_at(b, BAR_1M, back)) != NULL;
         back++)
        ret_detail->bars[ret_detail->bar_n++] = *closed;
}

const struct measure measure_bars = {
    .name = "bars",
    .first = METRIC_VWAP_DAY,
    .state_bytes = sizeof(struct bars),
    .state_version = 1,
    .kinds = MEASURE_BOOK_KINDS | 1u << EVENT_TRADE | 1u << EVENT_MARK | 1u << EVENT_LIQUIDATION,
    .on_event = on_event,
    .on_tick = on_tick,
    .on_lost = on_lost,
    .on_missed = on_missed,
    .detail = detail,
};
