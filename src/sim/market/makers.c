/* Resting orders. Makers want their best bid at `anchor` and their best ask `spread` ticks above; they
 * look at the fair price only now and then, so that the touch rests and leaps as real ones do. Every edit
 * draws a level anew: there with the probability of its distance, its size log-normal around the median of
 * its distance and of how round its price is. */
#include "sim/market/state.h"

#include <math.h>

/* How likely a level `d` ticks behind the touch is there. */
static double occupancy(const struct temper *t, int32_t d)
{
    return d == 0 ? 1.0 : 0.35 + 0.55 * exp(-d / (4.0 * t->mid_ticks));
}

static double roundness(int32_t tick)
{
    return tick % 1000 == 0  ? 6.0
           : tick % 500 == 0 ? 4.0
           : tick % 100 == 0 ? 2.5
           : tick % 50 == 0  ? 1.8
           : tick % 10 == 0  ? 1.3
                             : 1.0;
}

uint32_t makers_lots(struct instrument_market *im, enum side side, int32_t tick)
{
    const struct temper *t = im->temper;
    int32_t d = side == SIDE_BID ? im->anchor - tick : tick - im->anchor - im->spread;
    double thin = 1.0 + 0.3 * im->stress;
    double median = t->touch_lots;
    if (d > 0) {
        median = t->level_lots * (0.4 + 0.6 * exp(-d / (6.0 * t->mid_ticks))) * roundness(tick);
    }
    if (d > 6.0 * t->mid_ticks) {
        thin = 1.0;
    }
    double lots = rng_lognormal(&im->rng, median / thin, d > 0 ? 0.8 : 0.6);
    return lots < 1.0 ? 1 : lots > LOB_LOTS_MAX ? LOB_LOTS_MAX : (uint32_t)lots;
}

static void draw_level(struct instrument_market *im, enum side side, int32_t tick)
{
    int32_t d = side == SIDE_BID ? im->anchor - tick : tick - im->anchor - im->spread;
    double p = tick % 100 == 0 ? 1.0 : occupancy(im->temper, d);
    /* Refused when the other side has not yet given way: the level is drawn another time. */
    (void)lob_set(&im->lob, side, tick, rng_chance(&im->rng, p) ? makers_lots(im, side, tick) : 0);
}

static void populate_edges(struct instrument_market *im, int budget)
{
    int32_t reach = im->temper->reach;
    for (; im->low > im->anchor - reach && im->low > 2 && budget > 0; budget--) {
        draw_level(im, SIDE_BID, --im->low);
    }
    for (; im->high < im->anchor + im->spread + reach && im->high < im->lob.span - 2 && budget > 0;
         budget--) {
        draw_level(im, SIDE_ASK, ++im->high);
    }
}

static double fair_tick(const struct instrument_market *im)
{
    return exp(im->price.fair) / price_of_tick(im, 1.0);
}

static void aim(struct instrument_market *im)
{
    double fair = fair_tick(im);
    int32_t spread = 1 + (int32_t)(im->stress * im->temper->near_ticks * 0.25 + 0.15 * rng_unit(&im->rng));
    int32_t anchor = (int32_t)floor(fair - 0.5 * spread + 0.5);
    im->spread = spread;
    im->anchor = anchor < 2 ? 2 : anchor > im->lob.span - spread - 3 ? im->lob.span - spread - 3 : anchor;
}

void makers_init(struct instrument_market *im)
{
    aim(im);
    im->low = im->anchor + 1;
    im->high = im->anchor + im->spread - 1;
    populate_edges(im, 2 * im->temper->reach);
    int32_t far = im->anchor / 7; /* round prices are held far beyond the populated range */
    for (int32_t tick = (im->anchor - far) / 1000 * 1000; tick < im->anchor + far; tick += 1000) {
        if (tick < im->low || tick > im->high) {
            draw_level(im, tick < im->anchor ? SIDE_BID : SIDE_ASK, tick);
        }
    }
}

/* A wall stands in the way of the fair price: informed takers eat at it, and it holds the price back a
 * little. */
static void lean_on_wall(struct instrument_market *im, enum side side, int32_t tick, int32_t gap)
{
    double gap_log = gap / (double)tick;
    double usd = 60e3 + 2.5e9 * im->temper->beta * gap_log * STEP_S * 10.0;
    double lots = fmin(usd / sim_market_usd(im, 1.0), 1e9) + 1.0, value = 0.0;
    takers_take(im, side, (uint64_t)lots, tick, &value);
    im->price.passing -= (side == SIDE_ASK ? 0.08 : -0.08) * gap_log;
    if (side == SIDE_ASK) {
        im->anchor = tick - im->spread;
    } else {
        im->anchor = tick;
    }
}

/* Orders on the wrong side of where the makers now see the price are traded away by the quick, or
 * withdrawn. */
static void clear_stale(struct instrument_market *im, enum side side)
{
    struct lob *b = &im->lob;
    for (;;) {
        int32_t tick = lob_best(b, side);
        int32_t gap = side == SIDE_ASK ? im->anchor + 1 - tick : tick - (im->anchor + im->spread) + 1;
        if (gap <= 0 || tick <= 0 || tick >= b->span) {
            return;
        }
        struct wall *w = walls_find(im, tick);
        if (w && w->habit != WALL_FLEES && b->lots[tick] > w->lots / 10) {
            lean_on_wall(im, side, tick, gap);
            if (b->lots[tick] > 0) {
                return;
            }
        } else if (rng_chance(&im->rng, 0.15)) {
            double value = 0.0;
            takers_take(im, side, b->lots[tick], tick, &value);
        } else {
            (void)lob_set(b, side, tick, 0);
        }
    }
}

static void requote(struct instrument_market *im)
{
    double middle = im->anchor + 0.5 * im->spread, gap_bps = fabs(fair_tick(im) / middle - 1.0) * 1e4;
    double eager = fmin(gap_bps * gap_bps / 0.5, 40.0);
    if (!rng_chance(&im->rng, STEP_S * (1.0 + 4.0 * eager + 10.0 * im->stress))) {
        return;
    }
    aim(im);
    clear_stale(im, SIDE_ASK);
    clear_stale(im, SIDE_BID);
}

static int32_t draw_distance(struct instrument_market *im)
{
    const struct temper *t = im->temper;
    double at = rng_unit(&im->rng);
    double mean = at < 0.40 ? t->near_ticks : at < 0.75 ? t->mid_ticks : t->mid_ticks * 5.0;
    double d = rng_exponential(&im->rng, mean);
    return d > t->reach ? t->reach : (int32_t)d;
}

static void keep_touch(struct instrument_market *im, enum side side)
{
    int32_t wanted = side == SIDE_BID ? im->anchor : im->anchor + im->spread;
    int32_t behind = side == SIDE_BID ? wanted - im->lob.best_bid : im->lob.best_ask - wanted;
    if (behind > 0 && (behind > 2.0 * im->temper->near_ticks || rng_chance(&im->rng, 0.5))) {
        (void)lob_set(&im->lob, side, wanted, makers_lots(im, side, wanted));
    }
}

void makers_step(struct instrument_market *im)
{
    requote(im);
    double heat = im->heat[0] + im->heat[1] + im->heat_slow[0] + im->heat_slow[1];
    double rate = im->temper->edits * (0.5 + 0.5 * im->stress + fmin(heat / (6.0 * im->temper->takers), 2.0));
    for (uint32_t n = rng_poisson(&im->rng, rate * STEP_S); n > 0; n--) {
        enum side side = rng_chance(&im->rng, 0.5) ? SIDE_BID : SIDE_ASK;
        int32_t d = draw_distance(im);
        int32_t tick = side == SIDE_BID ? im->anchor - d : im->anchor + im->spread + d;
        if (tick > 1 && tick < im->lob.span - 1 && !walls_find(im, tick)) {
            draw_level(im, side, tick);
        }
    }
    populate_edges(im, 64);
    keep_touch(im, SIDE_BID);
    keep_touch(im, SIDE_ASK);
}
