/* Figures of the book as streams over a market that wanders: in the mirror, in other units and at another time; against what the
 * definitions give for the record of the run; through gaps and extremes. Float exceptions are trapped. */
#include "measure_run.h"

#include <alphaplus/analytics/stats.h>
#include <alphaplus/analytics/wall.h>
#include <alphaplus/base/fixed.h>
#include <alphaplus/model/detail.h>

enum { MID = 1000000, LEVELS = 80, SECONDS = 780, STEPS = 8 };
#define BEGIN_NS (INT64_C(1700006400) * NS_PER_S) /* midnight UTC */
#define DAY_NS   (86400 * NS_PER_S)

struct world {
    struct measure_run run;
    int64_t scale, shift_ns;
    bool is_mirror;
};

static void world_init(struct world *w, int64_t scale, int64_t shift_ns, bool is_mirror)
{
    struct instrument in = run_instrument();
    in.tick = scale;
    in.price_decimals = scale == 1 ? 1 : 4;
    *w = (struct world){.scale = scale, .shift_ns = shift_ns, .is_mirror = is_mirror};
    run_init(&w->run, &in);
    assert_ok(params_set(&w->run.params, "liquidity.warm_h", 0.1));
    book_set_known(w->run.book, 1, FIXED_VALUE_MAX);
}

static enum side side_in(const struct world *w, int side)
{
    return (enum side)(w->is_mirror ? 1 - side : side);
}

static int64_t px_in(const struct world *w, int64_t px)
{
    return (w->is_mirror ? 2 * MID - px : px) * w->scale;
}

static void level(struct world *w, int64_t now, int side, int64_t px, int64_t qty)
{
    run_level(&w->run, now + w->shift_ns, side_in(w, side), px_in(w, px), qty);
}

static void trade(struct world *w, int64_t now, int hit, int64_t px, int64_t qty)
{
    run_trade(&w->run, now + w->shift_ns, px_in(w, px), qty, side_in(w, hit) == SIDE_BID);
}

static struct metric_value value(const struct world *w, const char *id)
{
    int i = metric_find(metric_registry(), id);
    assert_true(i >= 0);
    return measures_values(w->run.measures)[i];
}

static int64_t some_qty(uint64_t *rng)
{
    return test_below(rng, 60) == 0 ? 400000 : 200 + (int64_t)test_below(rng, 8000);
}

/* The same moment in every world. The touch stays about MID, so that a mirror changes prices by no more than the reach. */
static void step(struct world *worlds, int n, int64_t now, uint64_t *rng)
{
    int side = (int)test_below(rng, 2);
    int64_t away = 1 + (int64_t)test_below(rng, LEVELS), px = side == SIDE_BID ? MID - away : MID + away;
    int64_t qty = away > 1 && test_below(rng, 4) == 0 ? 0 : some_qty(rng),
            taken = 1 + (int64_t)test_below(rng, 900);
    bool trades = test_below(rng, 6) == 0;
    for (int i = 0; i < n; i++) {
        if (trades)
            trade(&worlds[i], now, side, side == SIDE_BID ? MID - 1 : MID + 1, taken);
        level(&worlds[i], now, side, px, qty);
    }
}

static void fill(struct world *worlds, int n, int64_t now)
{
    for (int64_t away = 1; away <= LEVELS; away++) {
        for (int i = 0; i < n; i++) {
            level(&worlds[i], now, SIDE_BID, MID - away, 1000 + away * 7);
            level(&worlds[i], now, SIDE_ASK, MID + away, 1000 + away * 5);
        }
    }
}

static bool is_of_book(const char *id)
{
    return strncmp(id, "book.", 5) == 0;
}

/* Prices in other units and another day: every figure is the same. */
static void compare_same(const struct world *a, const struct world *b)
{
    const struct metric_registry *r = metric_registry();
    for (int i = 0; i < r->n; i++) {
        struct metric_value x = measures_values(a->run.measures)[i], y = measures_values(b->run.measures)[i];
        if (!is_of_book(r->rows[i].id))
            continue;
        if (x.state != y.state || !(fabs(x.value - y.value) <= 1e-9 * fmax(1.0, fabs(x.value))))
            print_error("%s: %d %.17g, %d %.17g\n", r->rows[i].id, x.state, x.value, y.state, y.value);
        assert_int_equal(x.state, y.state);
        assert_true(fabs(x.value - y.value) <= 1e-9 * fmax(1.0, fabs(x.value)));
    }
}

/* Each figure and the one of the other side (or itself), with its sign. */
static void compare_mirror(const struct world *a, const struct world *b)
{
    static const struct {
        const char *id, *twin;
        double sign;
    } pairs[] = {
        {"book.spread.ticks", "book.spread.ticks", 1},
        {"book.imbalance.l1", "book.imbalance.l1", -1},
        {"book.imbalance.rank", "book.imbalance.rank", -1},
        {"book.imbalance.distance", "book.imbalance.distance", -1},
        {"book.imbalance.smooth", "book.imbalance.smooth", -1},
        {"book.pressure.z", "book.pressure.z", -1},
        {"book.depth.bid.5", "book.depth.ask.5", 1},
        {"book.walk.buy.10k.bps", "book.walk.sell.10k.bps", 1},
        {"book.walk.sell.100k.bps", "book.walk.buy.100k.bps", 1},
        {"book.walk.round.1m.bps", "book.walk.round.1m.bps", 1},
        {"book.liquidity.absolute", "book.liquidity.absolute", 1},
        {"book.wall.bid", "book.wall.ask", 1},
        {"book.wall.count", "book.wall.count", 1},
        {"book.cancel.5s", "book.cancel.5s", 1},
        {"book.refill.count", "book.refill.count", 1},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        struct metric_value x = value(a, pairs[i].id), y = value(b, pairs[i].twin);
        if (x.state != y.state || fabs(x.value - pairs[i].sign * y.value) > 2e-3 * fmax(0.5, fabs(x.value)))
            print_error("%s: %d %.17g, %d %.17g\n", pairs[i].id, x.state, x.value, y.state, y.value);
        assert_int_equal(x.state, y.state);
        assert_true(fabs(x.value - pairs[i].sign * y.value) <= 2e-3 * fmax(0.5, fabs(x.value)));
    }
}

struct record {
    double pressure[SECONDS];
    int n;
};

/* The yardstick is of the last tenth second whose fit ended before this one; the pressure is of now. */
static void compare_batch(const struct world *w, const struct record *r, int second)
{
    double sorted[SECONDS];
    struct metric_value z = value(w, "book.pressure.z");
    int begun = (second - 3) / 10 * 10, n = r->n - (second - begun);
    if (z.state != METRIC_OK)
        return;
    memcpy(sorted, r->pressure, (size_t)n * sizeof sorted[0]);
    double mad = stats_mad(sorted, (size_t)n, stats_median(sorted, (size_t)n));
    assert_near(z.value, r->pressure[r->n - 1] / (1.4826 * mad), 1e-9);
}

static void test_worlds(void **state)
{
    static struct world worlds[3];
    static struct record record;
    uint64_t rng = 5;
    int known = 0, walls = 0;
    (void)state;
    world_init(&worlds[0], 1, 0, false);
    world_init(&worlds[1], 1000, DAY_NS, false);
    world_init(&worlds[2], 1, 0, true);
    fill(worlds, 3, BEGIN_NS + 1);
    for (int second = 1; second < SECONDS; second++) {
        for (int k = 0; k < STEPS; k++)
            step(worlds, 3, BEGIN_NS + (second - 1) * NS_PER_S + (k + 1) * NS_PER_S / (STEPS + 1), &rng);
        for (int i = 0; i < 3; i++)
            run_to(&worlds[i].run, BEGIN_NS + second * NS_PER_S + worlds[i].shift_ns);
        record.pressure[record.n++] = value(&worlds[0], "book.pressure").value;
        compare_same(&worlds[0], &worlds[1]);
        compare_mirror(&worlds[0], &worlds[2]);
        compare_batch(&worlds[0], &record, second);
        known += value(&worlds[0], "book.pressure.z").state == METRIC_OK &&
                 value(&worlds[0], "book.liquidity.relative").state == METRIC_OK;
        walls += value(&worlds[0], "book.wall.count").value > 0.0;
    }
    assert_true(known > 100);
    assert_true(walls > 100);
    double relative = value(&worlds[0], "book.liquidity.relative").value;
    assert_true(relative > 0.2 && relative < 0.8); /* a market that does not change is as usual */
    for (int i = 0; i < 3; i++)
        run_finish(&worlds[i].run);
}

static void assert_none(const struct world *w)
{
    const struct metric_registry *r = metric_registry();
    for (int i = 0; i < r->n; i++) {
        if (is_of_book(r->rows[i].id))
            assert_true(measures_values(w->run.measures)[i].state < METRIC_DEGRADED);
    }
}

/* After a gap nothing is known until the book is true again, and no life of a wall goes on. */
static void test_gap(void **state)
{
    static struct world w;
    static struct detail d;
    uint64_t rng = 9;
    (void)state;
    world_init(&w, 1, 0, false);
    fill(&w, 1, BEGIN_NS);
    level(&w, BEGIN_NS, SIDE_BID, MID - LEVELS - 5, 4000000);
    for (int i = 0; i < 400; i++)
        step(&w, 1, BEGIN_NS + i * NS_PER_S / 10, &rng);
    assert_true(value(&w, "book.wall.bid").value > 0.0);
    run_lost(&w.run);
    assert_none(&w);
    assert_int_equal(measures_walls(w.run.measures)->n, 0);
    measures_detail(w.run.measures, &w.run.in, &d);
    assert_int_equal(d.refill_n, 0);
    level(&w, BEGIN_NS + 41 * NS_PER_S, SIDE_BID, MID - 2, 700);
    run_to(&w.run, BEGIN_NS + 42 * NS_PER_S);
    assert_int_equal(value(&w, "book.wall.count").state, METRIC_OK);
    assert_true(value(&w, "book.wall.count").value == 0.0); /* too young again */
    assert_int_equal(value(&w, "book.cancel.5s").state, METRIC_WARMUP);
    /* one side goes: the same as a gap */
    for (int64_t away = 1; away <= LEVELS; away++)
        level(&w, BEGIN_NS + 43 * NS_PER_S, SIDE_ASK, MID + away, 0);
    run_to(&w.run, BEGIN_NS + 60 * NS_PER_S);
    assert_none(&w);
    run_finish(&w.run);
}

/* Sizes of one unit and of all that fits, a price that halves, time that stands still and leaps a day. */
static void test_extremes(void **state)
{
    static struct world w;
    static struct detail d;
    uint64_t rng = 13;
    int64_t now = BEGIN_NS, mid = MID;
    (void)state;
    world_init(&w, 1, 0, false);
    for (int i = 0; i < 6000; i++) {
        static const int64_t leaps[] = {0, 0, 1, NS_PER_S / 10, NS_PER_S, 3600 * NS_PER_S, DAY_NS};
        static const int64_t sizes[] = {0, 1, 1, 1000, FIXED_VALUE_MAX};
        now += leaps[test_below(&rng, test_below(&rng, 50) == 0 ? 7 : 4)];
        mid = test_below(&rng, 500) == 0 ? MID / 2 + (int64_t)test_below(&rng, MID) : mid;
        int side = (int)test_below(&rng, 2);
        int64_t away = (int64_t)test_below(&rng, 40) - 2;
        int64_t px = side == SIDE_BID ? mid - away : mid + away;
        if (test_below(&rng, 5) == 0)
            trade(&w, now, side, px, 1 + (int64_t)test_below(&rng, (uint64_t)FIXED_VALUE_MAX));
        level(&w, now, side, px, sizes[test_below(&rng, 5)]);
        if (i % 50 == 0) {
            memset(&d, 0, sizeof d);
            measures_detail(w.run.measures, &w.run.in, &d);
        }
        if (!w.run.in.is_true)
            assert_none(&w);
        for (int k = 0; k < metric_registry()->n; k++)
            assert_true(isfinite(measures_values(w.run.measures)[k].value));
    }
    run_finish(&w.run);
}

static int trap(void **state)
{
    (void)state;
    feclearexcept(FE_ALL_EXCEPT);
    return feenableexcept(FE_INVALID | FE_DIVBYZERO | FE_OVERFLOW) < 0;
}

static int untrap(void **state)
{
    (void)state;
    return fedisableexcept(FE_ALL_EXCEPT) < 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_worlds),
        cmocka_unit_test(test_gap),
        cmocka_unit_test(test_extremes),
    };
    return cmocka_run_group_tests_name("book_measures", tests, trap, untrap);
}
