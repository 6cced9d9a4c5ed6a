#include "sim/market/market.h"

#include "sim/market/state.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const struct temper tempers[MARKET_INSTRUMENTS] = {
    {
        .spec = {"BTCUSDT", "BTC", "USDT", .price_decimals = 2, .qty_decimals = 3, .tick_size = 10,
                 .lot_size = 1},
        .price = 64000.0,
        .volatility = 1.1e-4,
        .beta = 1.0,
        .correlation = 0.9,
        .level_lots = 350,
        .touch_lots = 2000,
        .reach = 3500,
        .near_ticks = 8,
        .mid_ticks = 140,
        .edits = 600,
        .takers = 2.2,
        .taker_usd = 1500,
        .impact = 5e-11,
        .position_usd = 14e3,
        .basis = 1e-4,
    },
    {
        .spec = {"ETHUSDT", "ETH", "USDT", .price_decimals = 2, .qty_decimals = 3, .tick_size = 1,
                 .lot_size = 1},
        .price = 3400.0,
        .volatility = 1.4e-4,
        .beta = 1.25,
        .correlation = 0.85,
        .level_lots = 5000,
        .touch_lots = 40000,
        .reach = 3500,
        .near_ticks = 8,
        .mid_ticks = 140,
        .edits = 450,
        .takers = 1.6,
        .taker_usd = 1100,
        .impact = 9e-11,
        .position_usd = 9e3,
        .basis = 4e-4,
    },
    {
        .spec = {"SOLUSDT", "SOL", "USDT", .price_decimals = 4, .qty_decimals = 2, .tick_size = 100,
                 .lot_size = 1},
        .price = 145.0,
        .volatility = 1.9e-4,
        .beta = 1.6,
        .correlation = 0.75,
        .level_lots = 15000,
        .touch_lots = 40000,
        .reach = 2200,
        .near_ticks = 3,
        .mid_ticks = 25,
        .edits = 250,
        .takers = 0.8,
        .taker_usd = 500,
        .impact = 2.5e-10,
        .position_usd = 5e3,
        .basis = -2e-4,
    },
};

static void note_change(void *user, int32_t tick, enum side was)
{
    struct instrument_market *im = user;
    im->last_id = ++im->market->update_id;
    for (int rate = 0; rate < RATES; rate++) {
        diff_note(&im->diffs[rate], tick, was, im->last_id);
    }
}

double sim_market_usd(const struct instrument_market *im, double lots)
{
    const struct market_spec *spec = &im->temper->spec;
    return lots * (double)spec->lot_size * pow(10.0, -spec->qty_decimals) * price_of_tick(im, im->anchor);
}

static int instrument_init(struct market *m, int i)
{
    struct instrument_market *im = &m->each[i];
    im->temper = &tempers[i];
    im->market = m;
    rng_init(&im->rng, rng_u64(&m->rng));
    price_init(im);
    int32_t span = (int32_t)(2.0 * im->temper->price / price_of_tick(im, 1.0));
    int err = lob_init(&im->lob, span);
    for (int rate = 0; err == 0 && rate < RATES; rate++) {
        err = diff_init(&im->diffs[rate], span);
    }
    if (err == 0) {
        err = positions_init(&im->positions);
    }
    if (err < 0) {
        return err;
    }
    im->trade_id = UINT64_C(5182006711) / (uint64_t)(i + 1);
    im->agg_id = UINT64_C(2210038112) / (uint64_t)(i + 1);
    im->lob.changing = note_change;
    im->lob.user = im;
    makers_init(im);
    takers_init(im);
    return 0;
}

int sim_market_create(uint64_t seed, struct market **ret_market)
{
    struct market *m = calloc(1, sizeof *m);
    if (!m) {
        return AP_ENOMEM;
    }
    rng_init(&m->rng, seed);
    m->update_id = UINT64_C(4984028367545);
    for (int i = 0; i < MARKET_INSTRUMENTS; i++) {
        int err = instrument_init(m, i);
        if (err < 0) {
            sim_market_destroy(m);
            return err;
        }
    }
    *ret_market = m;
    return 0;
}

void sim_market_destroy(struct market *m)
{
    if (!m) {
        return;
    }
    for (int i = 0; i < MARKET_INSTRUMENTS; i++) {
        struct instrument_market *im = &m->each[i];
        lob_finish(&im->lob);
        positions_finish(&im->positions);
        for (int rate = 0; rate < RATES; rate++) {
            diff_finish(&im->diffs[rate]);
        }
    }
    free(m->rows);
    free(m);
}

static int index_of(const struct instrument_market *im)
{
    return (int)(im - im->market->each);
}

static void emit_aggs(struct instrument_market *im, const struct market_listener *l)
{
    for (size_t i = 0; i < im->fill_n;) {
        const struct market_trade *first = &im->fills[i];
        struct market_agg agg = {first->time_ms, ++im->agg_id, first->id, first->id, first->tick, 0,
                                 first->is_sell};
        for (; i < im->fill_n && im->fills[i].tick == agg.tick && im->fills[i].is_sell == agg.is_sell; i++) {
            agg.last = im->fills[i].id;
            agg.lots += im->fills[i].lots;
        }
        if (l->agg) {
            l->agg(l->user, index_of(im), &agg);
        }
    }
    im->fill_n = 0;
}

void sim_market_fill(struct instrument_market *im, int32_t tick, uint32_t lots, bool is_sell)
{
    const struct market_listener *l = im->market->listener;
    if (im->fill_n == FILLS_MAX) {
        emit_aggs(im, l);
    }
    struct market_trade *t = &im->fills[im->fill_n++];
    *t = (struct market_trade){sim_market_time_ms(im->market), ++im->trade_id, tick, lots, is_sell};
    if (l->trade) {
        l->trade(l->user, index_of(im), t);
    }
}

void sim_market_quote(const struct market *m, int instrument, struct market_quote *ret_quote)
{
    const struct instrument_market *im = &m->each[instrument];
    const struct lob *b = &im->lob;
    *ret_quote = (struct market_quote){
        .time_ms = sim_market_time_ms(m),
        .id = im->last_id,
        .bid = {b->best_bid, b->lots[b->best_bid]},
        .ask = {b->best_ask, b->best_ask < b->span ? b->lots[b->best_ask] : 0},
    };
}

static void emit_quote(struct instrument_market *im, const struct market_listener *l)
{
    struct market_quote now;
    sim_market_quote(im->market, index_of(im), &now);
    if (memcmp(&now.bid, &im->told.bid, sizeof now.bid) == 0 &&
        memcmp(&now.ask, &im->told.ask, sizeof now.ask) == 0) {
        return;
    }
    im->told = now;
    if (l->quote) {
        l->quote(l->user, index_of(im), &now);
    }
}

static int emit_depth(struct instrument_market *im, enum market_rate rate, const struct market_listener *l)
{
    struct market *m = im->market;
    struct diff *d = &im->diffs[rate];
    if (d->err < 0) {
        return d->err;
    }
    if (m->row_cap < 2 * d->n) {
        struct market_level *rows = realloc(m->rows, 4 * d->n * sizeof rows[0]);
        if (!rows) {
            return AP_ENOMEM;
        }
        m->rows = rows;
        m->row_cap = 4 * d->n;
    }
    struct market_depth depth;
    if (diff_take(d, &im->lob, m->rows, &depth) && l->depth) {
        depth.time_ms = sim_market_time_ms(m);
        l->depth(l->user, index_of(im), rate, &depth);
    }
    return 0;
}

void sim_market_mark(const struct market *m, int instrument, struct market_mark *ret_mark)
{
    const struct instrument_market *im = &m->each[instrument];
    double premium = im->price.premium_ema;
    double funding = premium + fmin(fmax(1e-4 - premium, -5e-4), 5e-4);
    *ret_mark = (struct market_mark){
        .time_ms = sim_market_time_ms(m),
        .mark = price_mark(im),
        .index = exp(im->price.index),
        .average = im->price.average_ema,
        .funding = fmin(fmax(funding, -3e-3), 3e-3),
    };
}

static int emit(struct instrument_market *im, const struct market_listener *l)
{
    static const int every[RATES] = {1, 10, 25, 50};
    struct market *m = im->market;
    emit_aggs(im, l);
    emit_quote(im, l);
    for (int rate = 0; rate < RATES; rate++) {
        /* Instruments take turns, so that their batches do not all fall into one step. */
        if ((m->step + 3 * index_of(im)) % every[rate] == 0) {
            int err = emit_depth(im, (enum market_rate)rate, l);
            if (err < 0) {
                return err;
            }
        }
    }
    if (l->mark && m->step % (1000 / MARKET_STEP_MS) == 0) {
        struct market_mark mark;
        sim_market_mark(m, index_of(im), &mark);
        l->mark(l->user, index_of(im), &mark);
    }
    return 0;
}

int sim_market_tell_depth(struct market *m, const struct market_listener *l)
{
    int err = 0;
    for (int i = 0; i < MARKET_INSTRUMENTS; i++) {
        for (int rate = 0; err == 0 && rate < RATES; rate++) {
            err = emit_depth(&m->each[i], (enum market_rate)rate, l);
        }
    }
    return err;
}

int sim_market_step(struct market *m, const struct market_listener *l)
{
    m->listener = l;
    m->step++;
    price_step_common(m);
    double common = rng_normal(&m->rng);
    double shock = m->step < m->shock.to_step ? m->shock.per_step : 0.0;
    int err = 0;
    for (int i = 0; err == 0 && i < MARKET_INSTRUMENTS; i++) {
        struct instrument_market *im = &m->each[i];
        price_step(im, common, shock);
        takers_liquidate(im);
        makers_step(im);
        takers_step(im);
        if (m->step % 10 == i) {
            walls_step(im);
        }
        price_marks(im);
        err = emit(im, l);
    }
    m->listener = NULL;
    return err;
}

void sim_market_watch(struct market *m, int instrument, enum market_rate rate, bool is_watched)
{
    struct instrument_market *im = &m->each[instrument];
    diff_watch(&im->diffs[rate], is_watched, im->last_id);
}

const struct market_spec *sim_market_spec(int instrument)
{
    return instrument >= 0 && instrument < MARKET_INSTRUMENTS ? &tempers[instrument].spec : NULL;
}

int64_t sim_market_time_ms(const struct market *m)
{
    return m->step * MARKET_STEP_MS;
}

uint64_t sim_market_last_id(const struct market *m, int instrument)
{
    return m->each[instrument].last_id;
}

static size_t side_levels(const struct lob *b, enum side side, size_t limit, struct market_level *levels)
{
    size_t n = 0;
    int32_t tick = lob_best(b, side);
    for (; n < limit && tick > 0 && tick < b->span; tick = lob_next(b, side, tick)) {
        levels[n++] = (struct market_level){tick, b->lots[tick]};
    }
    return n;
}

void sim_market_book(const struct market *m, int instrument, size_t limit, struct market_level *bids,
                     size_t *ret_bid_n, struct market_level *asks, size_t *ret_ask_n)
{
    const struct lob *b = &m->each[instrument].lob;
    *ret_bid_n = side_levels(b, SIDE_BID, limit, bids);
    *ret_ask_n = side_levels(b, SIDE_ASK, limit, asks);
}

int64_t sim_market_open_interest(const struct market *m, int instrument)
{
    return m->each[instrument].positions.lots;
}
