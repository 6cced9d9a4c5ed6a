/* The value behind the quotes: a log price with stochastic volatility, jumps, common shocks and the push
 * of the takers. */
#include "sim/market/state.h"

#include <math.h>

#define BPS            1e-4
#define STEPS(seconds) ((int64_t)((seconds) / STEP_S))

double price_of_tick(const struct instrument_market *im, double tick)
{
    const struct market_spec *spec = &im->temper->spec;
    return tick * (double)spec->tick_size * pow(10.0, -spec->price_decimals);
}

static double mid_price(const struct instrument_market *im)
{
    return price_of_tick(im, 0.5 * ((double)im->lob.best_bid + im->lob.best_ask));
}

double price_mark(const struct instrument_market *im)
{
    return exp(im->price.index) * (1.0 + im->price.basis_ema);
}

void price_init(struct instrument_market *im)
{
    double home = log(im->temper->price);
    im->price = (struct price){
        .home = home,
        .lasting = home,
        .basis = im->temper->basis,
        .fair = home + im->temper->basis,
        .index = home,
        .basis_ema = im->temper->basis,
        .premium_ema = im->temper->basis,
        .average_ema = im->temper->price,
    };
}

/* The first falls early and the second climbs, so that a watcher soon sees what a cascade looks like; between them and
 * after, the market is as calm as the real one. */
static void plan_shock(struct market *m)
{
    struct rng *r = &m->rng;
    const struct price *lead = &m->each[0].price;
    double size = 0.001 + rng_exponential(r, 0.001), wait_s = 240.0 + rng_exponential(r, 600.0);
    bool is_up = rng_chance(r, 0.5 - 8.0 * (lead->lasting - lead->home));
    if (m->shock_n == 0) {
        size = rng_range(r, 0.0022, 0.0030);
        wait_s = rng_range(r, 90.0, 120.0);
        is_up = false;
    } else if (m->shock_n == 1) {
        size = rng_range(r, 0.0030, 0.0038);
        is_up = true;
    }
    size = fmin(size, 0.006);
    int64_t length = STEPS(rng_range(r, 2.5, 5.0));
    m->shock = (struct shock){(is_up ? size : -size) / (double)length, m->step, m->step + length};
    m->next_shock_step = m->step + length + STEPS(wait_s);
    m->shock_n++;
}

void price_step_common(struct market *m)
{
    if (m->next_shock_step == 0) {
        m->next_shock_step = STEPS(rng_range(&m->rng, 22.0, 32.0));
    }
    if (m->step >= m->next_shock_step) {
        plan_shock(m);
    }
    double pull = STEP_S / 60.0;
    m->calm += -m->calm * pull + 0.35 * sqrt(2.0 * pull) * rng_normal(&m->rng);
}

void price_step(struct instrument_market *im, double common, double shock)
{
    const struct temper *t = im->temper;
    struct price *p = &im->price;
    double own = rng_normal(&im->rng);
    double z = t->correlation * common + sqrt(1.0 - t->correlation * t->correlation) * own;
    double move = t->volatility * exp(im->market->calm) * sqrt(STEP_S) * z + t->beta * shock;
    if (rng_chance(&im->rng, STEP_S / 45.0)) {
        double jump = rng_range(&im->rng, 2.0, 7.0) * BPS * (rng_chance(&im->rng, 0.5) ? 1.0 : -1.0);
        move += jump;
        im->stress += fabs(jump) / BPS * 0.1;
    }
    /* Back home within hours, so that a demo left alone stays where its numbers look right. */
    p->lasting += move - (p->lasting - p->home) * STEP_S / 14400.0;
    p->lasting = fmin(fmax(p->lasting, p->home - 0.35), p->home + 0.35);
    p->passing *= 1.0 - STEP_S / 15.0;
    p->basis += (t->basis - p->basis) * STEP_S / 300.0 +
                2.0 * BPS * sqrt(2.0 * STEP_S / 300.0) * rng_normal(&im->rng);
    p->fair = p->lasting + p->passing + p->basis;
    p->index += (p->lasting - p->index) * STEP_S / 0.5;
    im->stress += fabs(t->beta * shock) / BPS * 0.08;
    im->stress *= 1.0 - STEP_S / 3.0;
    im->stress = fmin(im->stress, 8.0);
}

void price_push(struct instrument_market *im, double usd)
{
    struct price *p = &im->price;
    double push = usd * im->temper->impact;
    p->passing = fmin(fmax(p->passing + push, -0.05), 0.05);
    p->lasting += 0.3 * push;
}

void price_marks(struct instrument_market *im)
{
    struct price *p = &im->price;
    double index = exp(p->index), premium = mid_price(im) / index - 1.0;
    p->basis_ema += (premium - p->basis_ema) * STEP_S / 8.0;
    p->premium_ema += (premium - p->premium_ema) * STEP_S / 600.0;
    p->average_ema += (price_mark(im) - p->average_ema) * STEP_S / 60.0;
}
