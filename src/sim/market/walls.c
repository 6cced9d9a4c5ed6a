/* Large resting orders with a will of their own: some stay until they are eaten, some flee when the price
 * comes near, some are filled up again. */
#include "sim/market/state.h"

#include <math.h>

struct wall *walls_find(struct instrument_market *im, int32_t tick)
{
    for (int i = 0; i < WALLS_MAX; i++) {
        if (im->walls[i].tick == tick) {
            return &im->walls[i];
        }
    }
    return NULL;
}

static uint32_t wall_lots(struct instrument_market *im)
{
    struct rng *r = &im->rng;
    double times = rng_chance(r, 0.25) ? rng_range(r, 50.0, 130.0) : rng_range(r, 15.0, 40.0);
    return (uint32_t)fmin(im->temper->level_lots * times, LOB_LOTS_MAX);
}

static void raise_wall(struct instrument_market *im, struct wall *w)
{
    struct rng *r = &im->rng;
    enum side side = rng_chance(r, 0.5) ? SIDE_BID : SIDE_ASK;
    int32_t d = (int32_t)(2.0 * im->temper->near_ticks + rng_exponential(r, 1.5 * im->temper->mid_ticks));
    int32_t tick = side == SIDE_BID ? im->anchor - d : im->anchor + im->spread + d;
    int32_t grain = rng_chance(r, 0.4) ? 50 : rng_chance(r, 0.7) ? 10 : 1;
    if (grain < 2.0 * im->temper->mid_ticks) {
        tick -= tick % grain;
    }
    uint32_t lots = wall_lots(im);
    if (tick < 2 || tick >= im->lob.span - 2 || walls_find(im, tick) ||
        !lob_set(&im->lob, side, tick, lots)) {
        return;
    }
    uint32_t habit = rng_below(r, 100);
    *w = (struct wall){
        .tick = tick,
        .side = side,
        .habit = habit < 45   ? WALL_STAYS
                 : habit < 80 ? WALL_FLEES
                              : WALL_REFILLS,
        .lots = lots,
        .refills = 1 + rng_below(r, 4),
        .until_step = im->market->step + (int64_t)((8.0 + rng_exponential(r, 60.0)) / STEP_S),
    };
}

static void watch_wall(struct instrument_market *im, struct wall *w)
{
    struct lob *b = &im->lob;
    uint32_t left = lob_side(b, w->tick) == w->side ? b->lots[w->tick] : 0;
    int32_t distance = w->side == SIDE_BID ? b->best_bid - w->tick : w->tick - b->best_ask;
    if (w->habit == WALL_REFILLS && w->refills > 0 && left < w->lots * 0.35) {
        w->refills--;
        if (!lob_set(b, w->side, w->tick, w->lots)) {
            w->tick = 0;
        }
        return;
    }
    bool is_scared = w->habit == WALL_FLEES && distance <= (int32_t)(im->temper->near_ticks * 0.75);
    if (left < w->lots / 20) {
        w->tick = 0; /* eaten: it is an ordinary level again */
    } else if (is_scared || im->market->step >= w->until_step) {
        (void)lob_set(b, w->side, w->tick, makers_lots(im, w->side, w->tick));
        w->tick = 0;
    }
}

void walls_step(struct instrument_market *im)
{
    for (int i = 0; i < WALLS_MAX; i++) {
        struct wall *w = &im->walls[i];
        if (w->tick != 0) {
            watch_wall(im, w);
        } else if (rng_chance(&im->rng, 0.002)) { /* asked ten times a second and free place */
            raise_wall(im, w);
        }
    }
}
