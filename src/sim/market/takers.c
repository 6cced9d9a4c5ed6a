/* Orders that trade at once: excited by each other (Hawkes, a fast and a slow kernel), and forced by
 * liquidation. */
#include "sim/market/state.h"

#include <math.h>

#define FAST_PER_S          10.0
#define SLOW_PER_S          0.3
#define FORCED_USD_PER_STEP 400e3

uint64_t takers_take(struct instrument_market *im, enum side from, uint64_t lots, int32_t limit,
                     double *ret_value)
{
    bool is_sell = from == SIDE_BID;
    uint64_t taken = 0;
    while (taken < lots) {
        int32_t tick = lob_best(&im->lob, from);
        if (is_sell ? tick < limit : tick > limit) {
            break;
        }
        uint64_t want = lots - taken;
        uint32_t got = lob_take_best(&im->lob, from, want > LOB_LOTS_MAX ? LOB_LOTS_MAX : (uint32_t)want,
                                     &tick);
        if (got == 0) {
            break;
        }
        sim_market_fill(im, tick, got, is_sell);
        taken += got;
        *ret_value += (double)got * tick;
    }
    double usd = sim_market_usd(im, (double)taken);
    price_push(im, is_sell ? -usd : usd);
    return taken;
}

static void excite(struct instrument_market *im, int buyer_or_seller)
{
    im->heat[buyer_or_seller] += 0.38 * FAST_PER_S;
    im->heat_slow[buyer_or_seller] += 0.22 * SLOW_PER_S;
    im->heat[!buyer_or_seller] += 0.06 * FAST_PER_S;
}

static void trade_once(struct instrument_market *im, bool is_sell)
{
    double usd = rng_lognormal(&im->rng, im->temper->taker_usd, 1.6);
    double lots = fmin(usd / sim_market_usd(im, 1.0), 1e9), value = 0.0;
    int32_t slack = (int32_t)(10.0 * im->temper->near_ticks);
    enum side from = is_sell ? SIDE_BID : SIDE_ASK;
    int32_t limit = lob_best(&im->lob, from) + (is_sell ? -slack : slack);
    takers_take(im, from, (uint64_t)lots + 1, limit, &value);
    excite(im, is_sell ? 1 : 0);
}

static void open_and_close(struct instrument_market *im)
{
    struct rng *r = &im->rng;
    if (rng_chance(r, 2.0 * STEP_S)) {
        double usd = fmin(rng_lognormal(r, im->temper->position_usd, 2.0), 8e6);
        double lean = im->heat_slow[0] - im->heat_slow[1];
        bool is_long = rng_chance(r, 0.52 + 0.2 * tanh(lean));
        double entry = price_of_tick(im, im->lob.best_bid);
        positions_open(&im->positions, is_long, entry, (uint32_t)(usd / sim_market_usd(im, 1.0)) + 1,
                       position_leverage(r));
    }
    if (rng_chance(r, 2.0 * STEP_S * (double)(im->positions.n[0] + im->positions.n[1]) / 6000.0)) {
        positions_close_any(&im->positions, r);
    }
}

void takers_init(struct instrument_market *im)
{
    struct rng *r = &im->rng;
    double now = im->temper->price;
    for (int i = 0; i < 6000; i++) {
        double entry = now * exp(0.011 * rng_normal(r));
        double usd = fmin(rng_lognormal(r, im->temper->position_usd, 2.0), 8e6);
        bool is_long = rng_chance(r, 0.52);
        uint32_t leverage = position_leverage(r);
        double death = position_death(is_long, entry, leverage);
        if (is_long ? death < now * 0.9988 : death > now * 1.0012) {
            positions_open(&im->positions, is_long, entry, (uint32_t)(usd / sim_market_usd(im, 1.0)) + 1,
                           leverage);
        }
    }
}

void takers_step(struct instrument_market *im)
{
    double middle = im->anchor + 0.5 * im->spread;
    double gap_bps = (exp(im->price.fair) / price_of_tick(im, middle) - 1.0) * 1e4;
    double tilt = fmin(fmax(0.6 * gap_bps, -1.5), 1.5);
    for (int side = 0; side < 2; side++) {
        im->heat[side] *= exp(-FAST_PER_S * STEP_S);
        im->heat_slow[side] *= exp(-SLOW_PER_S * STEP_S);
        double rate = im->temper->takers * exp(side == 0 ? tilt : -tilt) + im->heat[side] +
                      im->heat_slow[side];
        rate = fmin(rate, 60.0 * im->temper->takers);
        for (uint32_t n = rng_poisson(&im->rng, rate * STEP_S); n > 0; n--) {
            trade_once(im, side == 1);
        }
    }
    open_and_close(im);
}

static bool next_death(struct instrument_market *im)
{
    struct forced *f = &im->forced;
    double mark = price_mark(im);
    bool is_long = true;
    if (!positions_reap(&im->positions, true, mark, &f->dead)) {
        is_long = false;
        if (!positions_reap(&im->positions, false, mark, &f->dead)) {
            return false;
        }
    }
    *f = (struct forced){.dead = f->dead, .is_long = is_long, .left = f->dead.lots};
    return true;
}

static void report_death(struct instrument_market *im, int32_t limit)
{
    struct forced *f = &im->forced;
    const struct market_listener *l = im->market->listener;
    if (f->filled > 0 && l->liquidation) {
        const struct market_liquidation dead = {
            .time_ms = sim_market_time_ms(im->market),
            .is_long = f->is_long,
            .lots = f->dead.lots,
            .filled = f->filled,
            .limit = limit,
            .average = price_of_tick(im, f->value / (double)f->filled),
        };
        l->liquidation(l->user, (int)(im - im->market->each), &dead);
    }
    f->left = 0;
}

void takers_liquidate(struct instrument_market *im)
{
    struct forced *f = &im->forced;
    double budget = FORCED_USD_PER_STEP;
    while (budget > 0.0 && (f->left > 0 || next_death(im))) {
        double bankrupt = position_bankruptcy(f->is_long, f->dead.entry, f->dead.leverage) /
                          price_of_tick(im, 1.0);
        int32_t limit = (int32_t)fmin(fmax(bankrupt, 1.0), im->lob.span - 1);
        uint64_t slice = (uint64_t)(budget / sim_market_usd(im, 1.0)) + 1;
        slice = slice < f->left ? slice : f->left;
        uint64_t got = takers_take(im, f->is_long ? SIDE_BID : SIDE_ASK, slice, limit, &f->value);
        double usd = sim_market_usd(im, (double)got);
        f->filled += got;
        f->left -= got;
        budget -= usd + 20e3;
        im->stress += usd / 1e6 * 0.5 * im->temper->beta;
        excite(im, f->is_long ? 1 : 0);
        if (f->left == 0 ||
            got < slice) { /* what the market does not take within the limit goes to the insurance fund */
            report_death(im, limit);
        }
    }
}
