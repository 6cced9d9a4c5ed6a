#include "sim/bars.h"

#include "sim/market/rng.h"

#include <math.h>
#include <string.h>

#define MINUTE_MOVE 4e-4 /* a minute's usual */

static struct bar *at(struct bars *b, size_t i)
{
    return &b->list[(b->first + i) % BARS_MAX];
}

static int32_t near(struct rng *r, int32_t tick)
{
    double moved = (double)tick * exp(MINUTE_MOVE * rng_normal(r));
    return moved < 1.0 ? 1 : (int32_t)moved;
}

void bars_init(struct bars *b, uint64_t seed, int32_t tick, int64_t now_ms)
{
    struct rng r;
    rng_init(&r, seed);
    b->first = 0;
    b->n = BARS_MAX;
    b->last_ms = now_ms / BAR_MS * BAR_MS;
    for (size_t i = BARS_MAX; i > 0; i--) { /* from now backwards */
        int32_t open = near(&r, tick), high = open > tick ? open : tick, low = open < tick ? open : tick;
        uint64_t lots = 1 + (uint64_t)rng_lognormal(&r, 2000.0, 0.7);
        b->list[i - 1] = (struct bar){
            .open_ms = b->last_ms - (int64_t)(BARS_MAX - i) * BAR_MS,
            .open = open,
            .high = high + (int32_t)rng_below(&r, 1 + (uint32_t)high / 5000),
            .low = low - (int32_t)rng_below(&r, 1 + (uint32_t)low / 5000),
            .close = tick,
            .lots = lots,
            .buy_lots = (uint64_t)((double)lots * rng_range(&r, 0.3, 0.7)),
            .trades = 1 + rng_below(&r, 400),
        };
        tick = open;
    }
}

static void open_until(struct bars *b, int64_t minute_ms)
{
    while (b->last_ms < minute_ms) {
        int32_t last = at(b, b->n - 1)->close;
        b->last_ms += BAR_MS;
        b->first = (b->first + 1) % BARS_MAX;
        *at(b, b->n - 1) = (struct bar){
            .open_ms = b->last_ms, .open = last, .high = last, .low = last, .close = last};
    }
}

void bars_trade(struct bars *b, int64_t time_ms, const struct market_trade *t)
{
    int64_t minute_ms = time_ms / BAR_MS * BAR_MS;
    if (minute_ms - b->last_ms > BARS_MAX * BAR_MS) { /* the clock jumped: nothing of the past is near */
        b->last_ms = minute_ms - BARS_MAX * BAR_MS;
    }
    open_until(b, minute_ms);
    struct bar *bar = at(b, b->n - 1);
    bar->high = t->tick > bar->high ? t->tick : bar->high;
    bar->low = t->tick < bar->low ? t->tick : bar->low;
    bar->close = t->tick;
    bar->lots += t->lots;
    bar->buy_lots += t->is_sell ? 0 : t->lots;
    bar->trades++;
}

static void add(struct bar *to, const struct bar *bar)
{
    to->high = bar->high > to->high ? bar->high : to->high;
    to->low = bar->low < to->low ? bar->low : to->low;
    to->close = bar->close;
    to->lots += bar->lots;
    to->buy_lots += bar->buy_lots;
    to->trades += bar->trades;
}

size_t bars_read(const struct bars *b, int64_t bar_ms, int64_t from_ms, int64_t to_ms, size_t limit,
                 struct bar *ret_bars)
{
    size_t n = 0;
    for (size_t i = 0; i < b->n; i++) {
        const struct bar *bar = &b->list[(b->first + i) % BARS_MAX];
        int64_t open_ms = bar->open_ms / bar_ms * bar_ms;
        if (open_ms < from_ms || (to_ms > 0 && open_ms > to_ms)) {
            continue;
        }
        if (n > 0 && ret_bars[n - 1].open_ms == open_ms) {
            add(&ret_bars[n - 1], bar);
        } else {
            ret_bars[n] = *bar;
            ret_bars[n++].open_ms = open_ms;
        }
    }
    size_t skip = n > limit ? n - limit : 0;
    memmove(ret_bars, ret_bars + skip, (n - skip) * sizeof ret_bars[0]);
    return n - skip;
}
