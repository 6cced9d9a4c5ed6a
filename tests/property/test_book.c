/* Random books against the plainest book there is: the same levels, best, walks, sums, hash and known range after every step,
 * on coarse and fine grids, near and far from the touch, and while the market runs away. */
#include "book_twin.h"
#include "test.h"
#include <alphaplus/base/fixed.h>
#include <alphaplus/base/hash.h>
#include <alphaplus/book/book.h>

struct world {
    int64_t quantum;   /* of the book */
    int64_t tick;      /* of the market */
    int64_t mid;       /* ticks */
    int64_t near, far; /* reach in ticks */
    int64_t drift;     /* ticks a step, at most */
    int64_t max_qty;
    int odd_percent; /* prices off the grid */
    int far_percent;
    int load_percent;
    int rows_max;
};

static int64_t between(uint64_t *rng, int64_t lo, int64_t hi)
{
    return lo + (int64_t)test_below(rng, (uint64_t)(hi - lo + 1));
}

static bool chance(uint64_t *rng, int percent)
{
    return (int)test_below(rng, 100) < percent;
}

static int64_t some_px(const struct world *w, int64_t mid, int side, uint64_t *rng)
{
    int64_t reach = chance(rng, w->far_percent) ? w->far : w->near;
    int64_t away = between(rng, -reach / 8, reach);
    int64_t px = (mid + (side == SIDE_ASK ? away + 1 : -away)) * w->tick;
    if (chance(rng, w->odd_percent)) {
        px += between(rng, 1, 3 * w->tick);
    }
    return px < 1 ? 1 : px > FIXED_VALUE_MAX ? FIXED_VALUE_MAX : px;
}

static struct depth_rows *make_rows(const struct world *w, int64_t mid, uint64_t *rng)
{
    uint32_t bid_n = (uint32_t)test_below(rng, (uint64_t)w->rows_max),
             ask_n = (uint32_t)test_below(rng, (uint64_t)w->rows_max);
    struct depth_rows *rows = malloc(sizeof(*rows) + (bid_n + ask_n) * sizeof(struct level));
    assert_non_null(rows);
    rows->bid_n = bid_n;
    rows->ask_n = ask_n;
    for (uint32_t i = 0; i < bid_n + ask_n; i++) {
        rows->levels[i].px = some_px(w, mid, i < bid_n ? SIDE_BID : SIDE_ASK, rng);
        rows->levels[i].qty = chance(rng, 35) ? 0 : between(rng, 1, w->max_qty);
    }
    return rows;
}

__extension__ typedef __int128 wide;

static void check_sum(const struct book *b, const struct twin *t, int side, int64_t lo, int64_t hi)
{
    wide qty = 0, px_qty = 0;
    uint32_t levels = 0;
    for (int i = 0; i < t->n[side]; i++) {
        const struct level *l = &t->levels[side][i];
        if (l->px >= lo && l->px <= hi) {
            qty += l->qty;
            px_qty += (wide)l->px * l->qty;
            levels++;
        }
    }
    double expected = (double)px_qty;
    struct book_sum sum;
    book_sum(b, (enum side)side, lo, hi, &sum);
    assert_int_equal(sum.levels, levels);
    assert_int_equal(sum.qty, qty > INT64_MAX ? INT64_MAX : (int64_t)qty);
    assert_memory_equal(&sum.px_qty, &expected, sizeof(double));
}

static void check_levels(const struct book *b, const struct twin *t)
{
    for (int side = 0; side < 2; side++) {
        struct book_iter it;
        struct level level;
        assert_int_equal(book_count(b, (enum side)side), t->n[side]);
        assert_int_equal(book_best(b, (enum side)side, &level), t->n[side] > 0);
        book_iter_init(&it, b, (enum side)side);
        for (int i = 0; i < t->n[side]; i++) {
            assert_true(book_iter_next(&it, &level));
            assert_int_equal(level.px, t->levels[side][i].px);
            assert_int_equal(level.qty, t->levels[side][i].qty);
        }
        assert_false(book_iter_next(&it, &level));
    }
    int64_t lo = 0, hi = 0;
    assert_int_equal(book_known(b, &lo, &hi), t->known_lo > 0);
    assert_int_equal(lo, t->known_lo);
    assert_int_equal(hi, t->known_hi);
    assert_int_equal(book_is_crossed(b), twin_is_crossed(t));
}

/* The same levels read together: all of them, the first few, and those between two prices. */
static void check_read(const struct book *b, const struct twin *t, int side, int64_t lo, int64_t hi,
                       uint32_t max)
{
    struct level *levels = malloc((max + 1) * sizeof(struct level));
    uint32_t n = 0;
    assert_non_null(levels);
    uint32_t read = book_read(b, (enum side)side, lo, hi, levels, max);
    for (int i = 0; i < t->n[side] && n < max; i++) {
        const struct level *l = &t->levels[side][i];
        if (l->px < lo || l->px > hi) {
            continue;
        }
        assert_true(n < read);
        assert_memory_equal(&levels[n++], l, sizeof *l);
    }
    assert_int_equal(read, n);
    free(levels);
}

static void check_samples(const struct world *w, const struct book *b, const struct twin *t, int64_t mid,
                          uint64_t *rng)
{
    for (int k = 0; k < 4; k++) {
        int side = k & 1;
        /* Bounds need not lie on the grid. */
        int64_t x = some_px(w, mid, side, rng) + between(rng, -1, 1) * between(rng, 0, w->tick);
        int64_t y = some_px(w, mid, side, rng) + between(rng, -1, 1) * between(rng, 0, w->tick);
        assert_int_equal(book_qty(b, (enum side)side, x), twin_qty(t, side, x));
        check_sum(b, t, side, x, y);
        check_sum(b, t, side, y, x);
        check_read(b, t, side, x, y, (uint32_t)between(rng, 0, t->n[side] + 1));
        check_read(b, t, side, y, x, (uint32_t)between(rng, 0, t->n[side] + 1));
        check_read(b, t, side, 1, INT64_MAX, (uint32_t)t->n[side] + 1);
        struct book_iter it;
        struct level level;
        int i = 0;
        while (i < t->n[side] && twin_is_better(side, t->levels[side][i].px, x)) {
            i++;
        }
        book_iter_from(&it, b, (enum side)side, x);
        assert_int_equal(book_iter_next(&it, &level), i < t->n[side]);
        if (i < t->n[side]) {
            assert_int_equal(level.px, t->levels[side][i].px);
        }
    }
    check_sum(b, t, SIDE_BID, INT64_MIN, INT64_MAX);
    check_sum(b, t, SIDE_ASK, 1, FIXED_VALUE_MAX);
}

/* The same levels loaded at once on the finest grid. */
static void check_hash(const struct book *b, const struct twin *t)
{
    struct book *other;
    uint32_t n = (uint32_t)(t->n[0] + t->n[1]);
    struct depth_rows *rows = malloc(sizeof(*rows) + n * sizeof(struct level));
    assert_non_null(rows);
    rows->bid_n = (uint32_t)t->n[0];
    rows->ask_n = (uint32_t)t->n[1];
    memcpy(rows->levels, t->levels[0], rows->bid_n * sizeof(struct level));
    memcpy(rows->levels + rows->bid_n, t->levels[1], rows->ask_n * sizeof(struct level));
    assert_ok(book_create(1, &other));
    assert_ok(book_load(other, rows));
    book_set_known(other, t->known_lo, t->known_hi);
    assert_int_equal(book_hash(other, HASH_SEED), book_hash(b, HASH_SEED));
    book_destroy(other);
    free(rows);
}

static void live_through(const struct world *w, int steps, uint64_t seed)
{
    static struct twin t;
    struct book *b;
    uint64_t rng = seed;
    int64_t mid = w->mid;
    memset(&t, 0, sizeof(t));
    assert_ok(book_create(w->quantum, &b));
    for (int step = 0; step < steps; step++) {
        if (chance(&rng, 30)) {
            int side = (int)test_below(&rng, 2);
            int64_t px = some_px(w, mid, side, &rng),
                    qty = chance(&rng, 40) ? 0 : between(&rng, 1, w->max_qty);
            assert_ok(book_set(b, (enum side)side, px, qty));
            twin_set(&t, side, px, qty);
        } else {
            struct depth_rows *rows = make_rows(w, mid, &rng);
            if (chance(&rng, w->load_percent)) {
                assert_ok(book_load(b, rows));
                twin_load(&t, rows);
            } else {
                assert_ok(book_apply(b, rows));
                twin_apply(&t, rows);
            }
            free(rows);
        }
        assert_in_range(t.n[0], 0, TWIN_LEVELS - 1 - w->rows_max);
        assert_in_range(t.n[1], 0, TWIN_LEVELS - 1 - w->rows_max);
        check_samples(w, b, &t, mid, &rng);
        if (step % 16 == 0) {
            check_levels(b, &t);
            check_hash(b, &t);
        }
        mid += between(&rng, -w->drift / 4, w->drift);
        mid = mid < 10 ? 10 : mid > FIXED_VALUE_MAX / w->tick ? w->mid : mid;
    }
    check_levels(b, &t);
    book_destroy(b);
}

static void test_near_the_touch(void **state)
{
    (void)state;
    const struct world w = {10, 10, 640000, 200, 5000, 2, 100000, 0, 5, 1, 40};
    live_through(&w, 3000, 11);
}

static void test_far_levels(void **state)
{
    (void)state;
    const struct world w = {1, 1, 1 << 26, 400, 1 << 25, 3, 1000, 0, 40, 2, 30};
    live_through(&w, 2000, 12);
}

static void test_a_market_that_runs_away(void **state)
{
    (void)state;
    const struct world w = {5, 5, 5000000, 3000, 2000000, 40000, 1000, 0, 10, 0, 30};
    live_through(&w, 1500, 13);
}

static void test_a_market_that_jumps(void **state)
{
    (void)state;
    /* Every level anywhere: the best is mostly outside the window. */
    const struct world w = {1, 1, 1 << 29, 1 << 29, 1 << 29, 1 << 20, 1000, 0, 50, 3, 20};
    live_through(&w, 1500, 14);
}

static void test_prices_off_the_grid(void **state)
{
    (void)state;
    const struct world w = {1000, 1000, 64000, 100, 20000, 2, 100000, 1, 5, 1, 10};
    for (uint64_t seed = 1; seed < 12; seed++) {
        live_through(&w, 150, seed);
    }
}

static void test_the_largest_prices_and_sizes(void **state)
{
    (void)state;
    const struct world w = {1, 1, FIXED_VALUE_MAX - 5000, 4000, 1 << 20, 10, FIXED_VALUE_MAX, 0, 10, 1, 30};
    live_through(&w, 1000, 15);
    const struct world low = {1, 1, 60, 60, 4000, 3, FIXED_VALUE_MAX, 0, 10, 1, 30};
    live_through(&low, 1000, 16);
}

/* Any quantum, also one far larger than the prices. */
static void test_quanta(void **state)
{
    (void)state;
    const int64_t quanta[] = {2, 3, 7, 12, 96, 1000, 12345, 1 << 20, FIXED_VALUE_MAX - 1, FIXED_VALUE_MAX};
    for (size_t i = 0; i < sizeof(quanta) / sizeof(quanta[0]); i++) {
        const struct world w = {quanta[i], 12, 100000, 60, 9000, 4, 500, 0, 8, 2, 12};
        live_through(&w, 120, 17 + i);
    }
}

/* Bids of one book are the asks of its mirror image. */
static void test_sides_are_mirror_images(void **state)
{
    (void)state;
    enum { AXIS = 1 << 24 };
    uint64_t rng = 99;
    struct book *a, *m;
    assert_ok(book_create(1, &a));
    assert_ok(book_create(1, &m));
    for (int i = 0; i < 20000; i++) {
        int side = (int)test_below(&rng, 2);
        int64_t reach = chance(&rng, 10) ? 1 << 23 : 500;
        int64_t px = AXIS + between(&rng, -reach, reach), qty = chance(&rng, 40) ? 0 : between(&rng, 1, 999);
        assert_ok(book_set(a, (enum side)side, px, qty));
        assert_ok(book_set(m, (enum side) !side, 2 * AXIS - px, qty));
        struct level x = {0, 0}, y = {0, 0};
        assert_int_equal(book_best(a, SIDE_BID, &x), book_best(m, SIDE_ASK, &y));
        assert_true((x.px == 0 && y.px == 0) || x.px == 2 * AXIS - y.px);
        assert_int_equal(x.qty, y.qty);
        assert_int_equal(book_is_crossed(a), book_is_crossed(m));
        struct book_sum s, z;
        int64_t lo = AXIS - between(&rng, 0, reach), hi = AXIS + between(&rng, 0, reach);
        book_sum(a, SIDE_ASK, lo, hi, &s);
        book_sum(m, SIDE_BID, 2 * AXIS - hi, 2 * AXIS - lo, &z);
        assert_int_equal(s.qty, z.qty);
        assert_int_equal(s.levels, z.levels);
    }
    book_destroy(a);
    book_destroy(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_near_the_touch),
        cmocka_unit_test(test_far_levels),
        cmocka_unit_test(test_a_market_that_runs_away),
        cmocka_unit_test(test_a_market_that_jumps),
        cmocka_unit_test(test_prices_off_the_grid),
        cmocka_unit_test(test_the_largest_prices_and_sizes),
        cmocka_unit_test(test_quanta),
        cmocka_unit_test(test_sides_are_mirror_images),
    };
    return cmocka_run_group_tests_name("property/book", tests, NULL, NULL);
}
