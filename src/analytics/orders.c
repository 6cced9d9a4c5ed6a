/* Market orders of three sizes, both ways, by walking the book at each tick; and for the detail those of several more. No state. */
#include "metrics.h"

#include <alphaplus/analytics/cost.h>
#include <alphaplus/model/detail.h>

enum { SIZES = 3, SIDES = 2 };
static const double sizes[SIZES] = {1e4, 1e5, 1e6};
static const double asked[COST_SIZES] = {1e4, 5e4, 1e5, 5e5, 1e6, 5e6};
_Static_assert(METRIC_WALK_SELL_10K - METRIC_WALK_BUY_10K == SIZES &&
                   METRIC_WALK_ROUND_10K - METRIC_WALK_SELL_10K == SIZES &&
                   METRIC_WALK_ROUND_1M - METRIC_WALK_ROUND_10K == SIZES - 1,
               "a row per size: buys, sells, both");

static struct metric_value value_of(const struct cost *c)
{
    struct metric_value v = metric_ok(c->slippage_bps);
    if (c->unfilled > 0.0)
        v.state = METRIC_DEGRADED; /* what is left over costs more */
    return v;
}

static void on_tick(void *state, const struct measure_input *in, bool is_second, struct metric_value *values)
{
    struct cost costs[SIDES][SIZES];
    (void)state;
    (void)is_second;
    if (!in->is_true)
        return;
    cost_walk(in->book, in->inst, SIDE_ASK, COST_QUOTE, sizes, SIZES, costs[0]);
    cost_walk(in->book, in->inst, SIDE_BID, COST_QUOTE, sizes, SIZES, costs[1]);
    for (int i = 0; i < SIZES; i++) {
        struct metric_value buy = value_of(&costs[0][i]), sell = value_of(&costs[1][i]);
        values[METRIC_WALK_BUY_10K + i] = buy;
        values[METRIC_WALK_SELL_10K + i] = sell;
        values[METRIC_WALK_ROUND_10K + i] = metric_ok(buy.value + sell.value);
        values[METRIC_WALK_ROUND_10K + i].state = buy.state < sell.state ? buy.state : sell.state;
    }
}

static void on_lost(void *state, const struct measure_input *in, struct metric_value *values)
{
    (void)state;
    (void)in;
    metrics_none(values, METRIC_WALK_BUY_10K, METRIC_WALK_ROUND_1M - METRIC_WALK_BUY_10K + 1, METRIC_NO_DATA);
}

static void detail(const void *state, const struct measure_input *in, struct detail *ret_detail)
{
    (void)state;
    if (!in->is_true)
        return;
    for (int side = 0; side < SIDES; side++) {
        struct cost costs[COST_SIZES];
        cost_walk(in->book, in->inst, side == 0 ? SIDE_ASK : SIDE_BID, COST_QUOTE, asked, COST_SIZES, costs);
        for (int i = 0; i < COST_SIZES; i++) {
            ret_detail->costs[ret_detail->cost_n++] = (struct cost_view){.usd = asked[i],
                                                                         .filled_usd = costs[i].filled,
                                                                         .vwap = costs[i].vwap,
                                                                         .worst = costs[i].worst,
                                                                         .bps = costs[i].slippage_bps,
                                                                         .is_sell = side == 1,
                                                                         .is_bound = costs[i].unfilled > 0.0};
        }
    }
}

const struct measure measure_orders = {
    .name = "orders",
    .first = METRIC_WALK_BUY_10K,
    .n = METRIC_WALK_ROUND_1M - METRIC_WALK_BUY_10K + 1,
    .on_tick = on_tick,
    .on_lost = on_lost,
    .detail = detail,
};
