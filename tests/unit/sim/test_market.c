#include "sim/binance_encode.h"
#include "sim/market/market.h"

#include "test.h"
#include <alphaplus/base/buf.h>
#include <alphaplus/base/hash.h>
#include <math.h>
#include <string.h>

#define MAP_TICKS 1400000

/* A reader's book, rebuilt from diffs alone. */
struct reader {
    uint32_t *bids, *asks; /* by tick */
    uint64_t last_id;
};
struct watcher {
    struct market *market; /* borrowed */
    struct reader readers[MARKET_INSTRUMENTS];
    struct market_quote quotes[MARKET_INSTRUMENTS];
    uint64_t trade_id[MARKET_INSTRUMENTS], agg_id[MARKET_INSTRUMENTS];
    uint64_t digest;
    long depth_n, trade_n, agg_n, quote_n, mark_n, dead_n;
    double dead_usd;
    int64_t first_dead_ms;
    uint64_t agg_lots, trade_lots;
};

static void on_trade(void *user, int i, const struct market_trade *t)
{
    struct watcher *w = user;
    assert_true(t->lots > 0 && t->tick > 0);
    assert_true(w->trade_id[i] == 0 || t->id == w->trade_id[i] + 1);
    w->trade_id[i] = t->id;
    w->trade_lots += t->lots;
    w->trade_n++;
    w->digest = hash_u64(hash_u64(w->digest, (uint64_t)t->tick), t->lots);
}

static void on_agg(void *user, int i, const struct market_agg *t)
{
    struct watcher *w = user;
    assert_true(t->lots > 0 && t->first <= t->last);
    assert_true(w->agg_id[i] == 0 || t->id == w->agg_id[i] + 1);
    w->agg_id[i] = t->id;
    w->agg_lots += t->lots;
    w->agg_n++;
}

static void on_quote(void *user, int i, const struct market_quote *q)
{
    struct watcher *w = user;
    assert_true(q->bid.tick < q->ask.tick);
    assert_true(q->bid.lots > 0 && q->ask.lots > 0);
    w->quotes[i] = *q;
    w->quote_n++;
    w->digest = hash_u64(hash_u64(w->digest, q->id), (uint64_t)q->bid.tick);
}

static void apply(uint32_t *side, const struct market_level *rows, size_t n)
{
    for (size_t k = 0; k < n; k++) {
        assert_true(rows[k].tick > 0 && rows[k].tick < MAP_TICKS);
        assert_true(k == 0 || rows[k].tick > rows[k - 1].tick);
        side[rows[k].tick] = rows[k].lots;
    }
}

static void apply_levels(uint32_t *side, const struct market_level *levels, size_t n)
{
    for (size_t k = 0; k < n; k++) {
        side[levels[k].tick] = levels[k].lots;
    }
}

static void on_depth(void *user, int i, enum market_rate rate, const struct market_depth *d)
{
    struct watcher *w = user;
    struct reader *r = &w->readers[i];
    assert_int_equal(rate, RATE_100MS);
    assert_true(d->prev_id == r->last_id);
    assert_true(d->first_id > d->prev_id && d->last_id >= d->first_id);
    assert_true(d->bid_n + d->ask_n > 0);
    apply(r->bids, d->bids, d->bid_n);
    apply(r->asks, d->asks, d->ask_n);
    r->last_id = d->last_id;
    w->depth_n++;
    w->digest = hash_bytes(w->digest, d->bids, d->bid_n * sizeof d->bids[0]);
    w->digest = hash_bytes(w->digest, d->asks, d->ask_n * sizeof d->asks[0]);
}

static void on_mark(void *user, int i, const struct market_mark *m)
{
    struct watcher *w = user;
    (void)i;
    assert_true(m->mark > 0 && m->index > 0 && fabs(m->mark / m->index - 1.0) < 0.05);
    assert_true(fabs(m->funding) <= 3e-3);
    w->mark_n++;
}

static void on_liquidation(void *user, int i, const struct market_liquidation *l)
{
    struct watcher *w = user;
    const struct market_spec *spec = sim_market_spec(i);
    assert_true(l->filled > 0 && l->filled <= l->lots && l->average > 0);
    w->dead_usd += (double)l->filled * (double)spec->lot_size * pow(10, -spec->qty_decimals) * l->average;
    w->first_dead_ms = w->first_dead_ms ? w->first_dead_ms : l->time_ms;
    w->dead_n++;
}

static const struct market_listener all = {on_trade, on_agg,         on_quote, on_depth,
                                           on_mark,  on_liquidation, NULL};

static void begin(struct watcher *w, uint64_t seed)
{
    *w = (struct watcher){.digest = HASH_SEED};
    assert_ok(sim_market_create(seed, &w->market));
    for (int i = 0; i < MARKET_INSTRUMENTS; i++) {
        w->readers[i].bids = calloc(MAP_TICKS, sizeof(uint32_t));
        w->readers[i].asks = calloc(MAP_TICKS, sizeof(uint32_t));
        w->readers[i].last_id = sim_market_last_id(w->market, i);
        sim_market_watch(w->market, i, RATE_100MS, true);
        static struct market_level bids[200000], asks[200000];
        size_t bid_n, ask_n;
        sim_market_book(w->market, i, 200000, bids, &bid_n, asks, &ask_n);
        assert_true(bid_n > 500 && bid_n < 200000 && ask_n > 500 && ask_n < 200000);
        for (size_t k = 0; k < bid_n; k++) {
            w->readers[i].bids[bids[k].tick] = bids[k].lots;
        }
        for (size_t k = 0; k < ask_n; k++) {
            w->readers[i].asks[asks[k].tick] = asks[k].lots;
        }
    }
}

static void end(struct watcher *w)
{
    for (int i = 0; i < MARKET_INSTRUMENTS; i++) {
        free(w->readers[i].bids);
        free(w->readers[i].asks);
    }
    sim_market_destroy(w->market);
}

/* The rebuilt book is the market's own, level by level. */
static void compare_side(const struct market_level *levels, size_t n, const uint32_t *rebuilt)
{
    size_t there = 0;
    for (int32_t tick = 0; tick < MAP_TICKS; tick++) {
        there += rebuilt[tick] > 0;
    }
    assert_int_equal(there, n);
    for (size_t k = 0; k < n; k++) {
        assert_true(levels[k].lots > 0);
        assert_int_equal(levels[k].lots, rebuilt[levels[k].tick]);
    }
}

static void compare(struct watcher *w, int i)
{
    static struct market_level bids[200000], asks[200000];
    size_t bid_n, ask_n;
    sim_market_book(w->market, i, 200000, bids, &bid_n, asks, &ask_n);
    assert_true(bids[0].tick < asks[0].tick);
    compare_side(bids, bid_n, w->readers[i].bids);
    compare_side(asks, ask_n, w->readers[i].asks);
}

static void run(struct watcher *w, int steps)
{
    struct market_listener l = all;
    l.user = w;
    for (int step = 0; step < steps; step++) {
        assert_ok(sim_market_step(w->market, &l));
        for (int i = 0; i < MARKET_INSTRUMENTS; i++) {
            assert_true(sim_market_open_interest(w->market, i) >= 0);
            /* Just told: what has been told is all there is. */
            if ((step + 1 + 3 * i) % 10 == 0 && step % 997 < 10) {
                compare(w, i);
            }
        }
    }
}

static void test_invariants_hold_for_a_long_time(void **state)
{
    (void)state;
    struct watcher w;
    begin(&w, 7);
    run(&w, 100000);
    assert_true(w.depth_n > 25000 && w.depth_n <= 30000);
    assert_true(w.agg_n > 10000 && w.trade_n >= w.agg_n && w.quote_n > 50000);
    assert_int_equal(w.mark_n, MARKET_INSTRUMENTS * 1000);
    assert_true(w.agg_lots == w.trade_lots);
    end(&w);
}

static void test_one_seed_is_one_market(void **state)
{
    (void)state;
    struct watcher a, b, c;
    begin(&a, 1);
    begin(&b, 1);
    begin(&c, 2);
    run(&a, 4000);
    run(&b, 4000);
    run(&c, 4000);
    assert_true(hash_final(a.digest) == hash_final(b.digest));
    assert_true(hash_final(a.digest) != hash_final(c.digest));
    end(&a);
    end(&b);
    end(&c);
}

static void test_watching_changes_nothing(void **state)
{
    (void)state;
    struct watcher a, b;
    begin(&a, 3);
    begin(&b, 3);
    for (int i = 0; i < MARKET_INSTRUMENTS; i++) {
        sim_market_watch(b.market, i, RATE_100MS, false);
    }
    run(&a, 3000);
    struct market_listener deaf = {0};
    for (int i = 0; i < 3000; i++) {
        assert_ok(sim_market_step(b.market, &deaf));
    }
    for (int i = 0; i < MARKET_INSTRUMENTS; i++) {
        struct market_quote qa, qb;
        sim_market_quote(a.market, i, &qa);
        sim_market_quote(b.market, i, &qb);
        assert_true(qa.id == qb.id && qa.bid.tick == qb.bid.tick && qa.ask.lots == qb.ask.lots);
        assert_true(sim_market_open_interest(a.market, i) == sim_market_open_interest(b.market, i));
    }
    end(&a);
    end(&b);
}

/* Whoever starts the demo sees liquidations within the first minute, whatever the seed. */
static void test_cascades_come_early(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 8; seed++) {
        struct watcher w;
        begin(&w, seed);
        run(&w, 12000);
        assert_true(w.first_dead_ms > 0 && w.first_dead_ms < 45000);
        assert_true(w.dead_n > 100 && w.dead_usd > 5e6);
        end(&w);
    }
}

/* A snapshot taken anywhere between two events, and the events behind it. */
struct joiner {
    uint32_t bids[MAP_TICKS], asks[MAP_TICKS];
    uint64_t id;
    int events;
};

static void join(void *user, int i, enum market_rate rate, const struct market_depth *d)
{
    struct joiner *j = user;
    (void)i;
    (void)rate;
    if (d->last_id > j->id) {
        assert_true(j->events > 0 || d->prev_id <= j->id);
        apply(j->bids, d->bids, d->bid_n);
        apply(j->asks, d->asks, d->ask_n);
        j->events++;
    }
}

static void test_a_snapshot_between_two_events_joins(void **state)
{
    (void)state;
    enum { ETH = 1, MOST = 20000 };
    static struct joiner j;
    static struct market_level bids[MOST], asks[MOST];
    const struct market_listener l = {.depth = join, .user = &j};
    struct market *m;
    size_t bid_n, ask_n;
    assert_ok(sim_market_create(9, &m));
    sim_market_watch(m, ETH, RATE_100MS, true);
    for (int step = 0, joined = 0; joined < 200; step++) {
        if (step % 17 == 0) { /* ten steps an event: at each place between two */
            memset(&j, 0, sizeof j);
            j.id = sim_market_last_id(m, ETH);
            sim_market_book(m, ETH, MOST, bids, &bid_n, asks, &ask_n);
            apply_levels(j.bids, bids, bid_n);
            apply_levels(j.asks, asks, ask_n);
        }
        assert_ok(sim_market_step(m, &l));
        if (j.events > 0) {
            sim_market_book(m, ETH, MOST, bids, &bid_n, asks, &ask_n);
            compare_side(bids, bid_n, j.bids);
            compare_side(asks, ask_n, j.asks);
            j.events = 0;
            j.id = UINT64_MAX;
            joined++;
        }
    }
    sim_market_destroy(m);
}

static void put_depth(void *user, int i, enum market_rate rate, const struct market_depth *d)
{
    struct listing in;
    (void)rate;
    listing_of_spec(sim_market_spec(i), &in);
    encode_depth(user, &in, 1700000000000 + d->time_ms, 1700000000000, d);
}

static void put_agg(void *user, int i, const struct market_agg *t)
{
    struct listing in;
    listing_of_spec(sim_market_spec(i), &in);
    encode_agg(user, &in, 1700000000000 + t->time_ms, 1700000000000, t);
}

static void test_one_seed_is_the_same_bytes(void **state)
{
    (void)state;
    struct buf text[2];
    for (int round = 0; round < 2; round++) {
        struct market *m;
        buf_init(&text[round], 64u << 20);
        struct market_listener l = {.agg = put_agg, .depth = put_depth, .user = &text[round]};
        assert_ok(sim_market_create(42, &m));
        sim_market_watch(m, 1, RATE_0MS, true);
        for (int i = 0; i < 3000; i++) {
            assert_ok(sim_market_step(m, &l));
        }
        sim_market_destroy(m);
        assert_int_equal(text[round].failed, 0);
    }
    assert_true(text[0].len > 100000 && text[0].len == text[1].len);
    assert_memory_equal(text[0].data, text[1].data, text[0].len);
    buf_finish(&text[0]);
    buf_finish(&text[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_invariants_hold_for_a_long_time),
        cmocka_unit_test(test_one_seed_is_one_market),
        cmocka_unit_test(test_watching_changes_nothing),
        cmocka_unit_test(test_cascades_come_early),
        cmocka_unit_test(test_a_snapshot_between_two_events_joins),
        cmocka_unit_test(test_one_seed_is_the_same_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
