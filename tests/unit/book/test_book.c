#include "test.h"
#include <alphaplus/base/fixed.h>
#include <alphaplus/base/hash.h>
#include <alphaplus/book/book.h>

static struct book *make(int64_t quantum)
{
    struct book *b;
    assert_int_equal(book_create(quantum, &b), 0);
    return b;
}

static void put(struct book *b, enum side side, int64_t px, int64_t qty)
{
    assert_int_equal(book_set(b, side, px, qty), 0);
}

/* Bids, then asks, as {px, qty}; bid_n of n. */
static struct depth_rows *rows_of(const struct level *levels, uint32_t bid_n, uint32_t n)
{
    struct depth_rows *rows = malloc(sizeof(*rows) + n * sizeof(struct level));
    assert_non_null(rows);
    rows->bid_n = bid_n;
    rows->ask_n = n - bid_n;
    for (uint32_t i = 0; i < n; i++) {
        rows->levels[i] = levels[i];
    }
    return rows;
}

static void assert_best(const struct book *b, enum side side, int64_t px, int64_t qty)
{
    struct level level;
    assert_true(book_best(b, side, &level));
    assert_int_equal(level.px, px);
    assert_int_equal(level.qty, qty);
}

static void test_empty(void **state)
{
    (void)state;
    struct book *b = make(10);
    struct level level;
    struct book_sum sum;
    struct book_iter it;
    int64_t lo, hi;
    assert_false(book_best(b, SIDE_BID, &level));
    assert_false(book_best(b, SIDE_ASK, &level));
    assert_false(book_is_crossed(b));
    assert_false(book_known(b, &lo, &hi));
    book_sum(b, SIDE_BID, 1, FIXED_VALUE_MAX, &sum);
    assert_int_equal(sum.qty, 0);
    assert_int_equal(sum.levels, 0);
    book_iter_init(&it, b, SIDE_ASK);
    assert_false(book_iter_next(&it, &level));
    put(b, SIDE_BID, 100, 0); /* removing what is not there is ordinary */
    assert_int_equal(book_count(b, SIDE_BID), 0);
    book_destroy(b);
    book_destroy(NULL);
    struct book *none;
    assert_int_equal(book_create(0, &none), AP_EINVAL);
    assert_int_equal(book_create(-5, &none), AP_EINVAL);
    assert_int_equal(book_create(FIXED_VALUE_MAX + 1, &none), AP_EINVAL);
}

static void test_best_and_crossing(void **state)
{
    (void)state;
    struct book *b = make(10);
    put(b, SIDE_BID, 1000, 5);
    put(b, SIDE_BID, 1010, 6);
    put(b, SIDE_BID, 900, 7);
    put(b, SIDE_ASK, 1030, 8);
    put(b, SIDE_ASK, 1020, 9);
    assert_best(b, SIDE_BID, 1010, 6);
    assert_best(b, SIDE_ASK, 1020, 9);
    assert_false(book_is_crossed(b));
    put(b, SIDE_BID, 1020, 1);
    assert_true(book_is_crossed(b));
    put(b, SIDE_BID, 1020, 0);
    put(b, SIDE_BID, 1010, 0);
    assert_best(b, SIDE_BID, 1000, 5);
    put(b, SIDE_BID, 1000, 55);
    assert_best(b, SIDE_BID, 1000, 55);
    put(b, SIDE_BID, 1000, 0);
    assert_best(b, SIDE_BID, 900, 7);
    put(b, SIDE_BID, 900, 0);
    struct level level;
    assert_false(book_best(b, SIDE_BID, &level));
    assert_int_equal(book_count(b, SIDE_ASK), 2);
    book_destroy(b);
}

static void test_refuses_and_stays(void **state)
{
    (void)state;
    const struct level bad[] = {
        {0, 1},          {-1, 1},  {FIXED_VALUE_MAX + 1, 1},  {INT64_MIN, 1},
        {INT64_MAX, 1},  {10, -1}, {10, FIXED_VALUE_MAX + 1}, {10, INT64_MIN},
        {10, INT64_MAX},
    };
    struct book *b = make(10);
    put(b, SIDE_BID, 1000, 5);
    book_set_known(b, 500, 1500);
    uint64_t before = book_hash(b, HASH_SEED);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_int_equal(book_set(b, SIDE_ASK, bad[i].px, bad[i].qty), AP_ERANGE);
        const struct level levels[] = {{990, 1}, {1000, 0}, {1100, 3}, bad[i]};
        struct depth_rows *rows = rows_of(levels, 2, 4);
        assert_int_equal(book_apply(b, rows), AP_ERANGE);
        assert_int_equal(book_load(b, rows), AP_ERANGE);
        free(rows);
    }
    assert_int_equal(book_hash(b, HASH_SEED), before);
    book_destroy(b);
}

static void test_the_largest_numbers_are_exact(void **state)
{
    (void)state;
    struct book *b = make(1);
    struct book_sum sum;
    for (int64_t i = 0; i < 128; i++) {
        put(b, SIDE_ASK, FIXED_VALUE_MAX - i, FIXED_VALUE_MAX);
    }
    assert_best(b, SIDE_ASK, FIXED_VALUE_MAX - 127, FIXED_VALUE_MAX);
    book_sum(b, SIDE_ASK, FIXED_VALUE_MAX, FIXED_VALUE_MAX, &sum);
    assert_int_equal(sum.qty, FIXED_VALUE_MAX);
    assert_true(sum.px_qty == 0x1p100);
    book_sum(b, SIDE_ASK, INT64_MIN, INT64_MAX, &sum);
    assert_int_equal(sum.qty, 128 * FIXED_VALUE_MAX);
    assert_int_equal(sum.levels, 128);
    /* 2^50 * (128 * 2^50 - 8128) = 2^107 - 127 * 2^56: two 53-bit numbers, exact as a double */
    assert_true(sum.px_qty == 0x1p107 - 127 * 0x1p56);
    for (int64_t i = 0; i < 9000; i++) {
        put(b, SIDE_BID, 1 + i, FIXED_VALUE_MAX);
    }
    book_sum(b, SIDE_BID, 1, 9000, &sum);
    assert_int_equal(sum.qty, INT64_MAX); /* 9000 * 2^50 is more */
    assert_true(sum.px_qty == 9000.0 * 9001 / 2 * 0x1p50);
    book_destroy(b);
}

static void test_load_knows_its_depth(void **state)
{
    (void)state;
    const struct level levels[] = {{1000, 1}, {980, 2}, {970, 0}, {1010, 3}, {1050, 4}, {1060, 5}, {1060, 0}};
    struct depth_rows *rows = rows_of(levels, 3, 7);
    struct book *b = make(10);
    int64_t lo, hi;
    put(b, SIDE_BID, 400, 9);
    assert_int_equal(book_load(b, rows), 0);
    assert_int_equal(book_qty(b, SIDE_BID, 400), 0);
    assert_int_equal(book_count(b, SIDE_BID), 2);
    assert_int_equal(book_count(b, SIDE_ASK), 2);
    assert_true(book_known(b, &lo, &hi));
    assert_int_equal(lo, 980);
    assert_int_equal(hi, 1050);
    put(b, SIDE_BID, 300, 7); /* beyond what is known: kept, and no more is known for it */
    assert_int_equal(book_qty(b, SIDE_BID, 300), 7);
    assert_true(book_known(b, &lo, &hi));
    assert_int_equal(lo, 980);
    book_clear(b);
    assert_false(book_known(b, &lo, &hi));
    free(rows);

    rows = rows_of(levels, 2, 2); /* bids alone */
    assert_int_equal(book_load(b, rows), 0);
    assert_true(book_known(b, &lo, &hi));
    assert_int_equal(lo, 980);
    assert_int_equal(hi, 1000);
    rows->bid_n = 0;
    assert_int_equal(book_load(b, rows), 0);
    assert_false(book_known(b, &lo, &hi));
    free(rows);
    book_destroy(b);
}

static void test_off_grid_price_makes_the_grid_finer(void **state)
{
    (void)state;
    struct book *coarse = make(100), *fine = make(5);
    for (int64_t i = 0; i < 300; i++) {
        put(coarse, SIDE_BID, 100000 - i * 100, i + 1);
        put(fine, SIDE_BID, 100000 - i * 100, i + 1);
        put(coarse, SIDE_ASK, 100100 + i * 3700, i + 1);
        put(fine, SIDE_ASK, 100100 + i * 3700, i + 1);
    }
    put(coarse, SIDE_ASK, 100105, 77);
    put(fine, SIDE_ASK, 100105, 77);
    assert_int_equal(book_quantum(coarse), 5);
    assert_best(coarse, SIDE_ASK, 100100, 1);
    assert_int_equal(book_qty(coarse, SIDE_ASK, 100105), 77);
    assert_int_equal(book_qty(coarse, SIDE_ASK, 100103), 0);
    assert_int_equal(book_hash(coarse, HASH_SEED), book_hash(fine, HASH_SEED));
    struct book_sum a, b;
    book_sum(coarse, SIDE_ASK, 1, FIXED_VALUE_MAX, &a);
    book_sum(fine, SIDE_ASK, 1, FIXED_VALUE_MAX, &b);
    assert_int_equal(a.qty, b.qty);
    assert_memory_equal(&a.px_qty, &b.px_qty, sizeof(double));
    book_destroy(coarse);
    book_destroy(fine);
}

static void test_iteration_from_a_price(void **state)
{
    (void)state;
    struct book *b = make(10);
    struct book_iter it;
    struct level level;
    for (int64_t i = 0; i < 500; i++) {
        put(b, SIDE_BID, 10000 - i * 20, 1 + i);
        put(b, SIDE_ASK, 10010 + i * 20, 1 + i);
    }
    book_iter_from(&it, b, SIDE_BID, 9999);
    assert_true(book_iter_next(&it, &level));
    assert_int_equal(level.px, 9980);
    assert_true(book_iter_next(&it, &level));
    assert_int_equal(level.px, 9960);
    book_iter_from(&it, b, SIDE_ASK, 10030);
    assert_true(book_iter_next(&it, &level));
    assert_int_equal(level.px, 10030);
    book_iter_from(&it, b, SIDE_ASK, 10031);
    assert_true(book_iter_next(&it, &level));
    assert_int_equal(level.px, 10050);
    book_iter_from(&it, b, SIDE_ASK, INT64_MAX);
    assert_false(book_iter_next(&it, &level));
    book_iter_from(&it, b, SIDE_BID, INT64_MIN);
    assert_false(book_iter_next(&it, &level));
    book_iter_from(&it, b, SIDE_BID, 3);
    assert_false(book_iter_next(&it, &level));
    book_destroy(b);
}

/* What comes out must not tell where the window stands: built here, built from far away, or loaded. */
static void test_hash_and_sums_do_not_see_the_layout(void **state)
{
    (void)state;
    enum { N = 3000 };
    static struct level levels[2 * N];
    struct book *b[3] = {make(10), make(10), make(5)};
    for (int64_t i = 0; i < N; i++) {
        levels[i] = (struct level){50000000 - i * i * 5 / 50 * 10 * 3 - i * 10, 1 + i * 7919 % 1000003};
        levels[N + i] = (struct level){50000010 + i * i / 5 * 100 + i * 10, 1 + i * 104729 % 1000003};
    }
    for (int i = 0; i < 2 * N; i++) {
        put(b[0], i < N ? SIDE_BID : SIDE_ASK, levels[i].px, levels[i].qty);
    }
    put(b[1], SIDE_BID, 10, 1);
    put(b[1], SIDE_ASK, 900000000010, 1);
    for (int i = 2 * N - 1; i >= 0; i--) {
        put(b[1], i < N ? SIDE_BID : SIDE_ASK, levels[i].px, levels[i].qty);
    }
    put(b[1], SIDE_BID, 10, 0);
    put(b[1], SIDE_ASK, 900000000010, 0);
    struct depth_rows *rows = rows_of(levels, N, 2 * N);
    assert_int_equal(book_load(b[2], rows), 0);
    book_set_known(b[2], 0, 0);
    for (int k = 1; k < 3; k++) {
        assert_int_equal(book_hash(b[0], HASH_SEED), book_hash(b[k], HASH_SEED));
        for (int64_t width = 0; width < 900000000; width = width * 3 + 17) {
            for (int side = 0; side < 2; side++) {
                struct book_sum x, y;
                book_sum(b[0], (enum side)side, 50000000 - width, 50000000 + width, &x);
                book_sum(b[k], (enum side)side, 50000000 - width, 50000000 + width, &y);
                assert_int_equal(x.qty, y.qty);
                assert_int_equal(x.levels, y.levels);
                assert_memory_equal(&x.px_qty, &y.px_qty, sizeof(double));
            }
        }
    }
    put(b[2], SIDE_BID, levels[5].px, levels[5].qty + 1);
    assert_int_not_equal(book_hash(b[0], HASH_SEED), book_hash(b[2], HASH_SEED));
    free(rows);
    for (int k = 0; k < 3; k++) {
        book_destroy(b[k]);
    }
}

/* A million levels, most of them far from the window, and the ceiling. */
static void test_a_great_many_levels(void **state)
{
    (void)state;
    struct book *b = make(1);
    struct level level;
    uint64_t step = 7919 * 4096;
    for (uint64_t i = 0; i < 1000000; i++) {
        put(b, SIDE_ASK, 1 + (int64_t)(i * step % (UINT64_C(1) << 40)), 1 + (int64_t)(i % 1000));
    }
    uint32_t n = book_count(b, SIDE_ASK);
    assert_int_equal(n, 1000000);
    struct book_sum sum;
    book_sum(b, SIDE_ASK, 1, FIXED_VALUE_MAX, &sum);
    assert_int_equal(sum.levels, n);
    assert_int_equal(sum.qty, 1000 * 500500);
    for (int64_t i = 0; i < BOOK_LEVELS_MAX - 1000000; i++) {
        put(b, SIDE_BID, 1 + i, 1);
    }
    assert_int_equal(book_set(b, SIDE_BID, 1 + BOOK_LEVELS_MAX, 1), AP_ETOOBIG);
    put(b, SIDE_BID, 1, 2); /* one that is there is no more level */
    put(b, SIDE_BID, 7, 0);
    put(b, SIDE_BID, 1 + BOOK_LEVELS_MAX, 1);
    const struct level two[] = {{1, 3}, {7, 3}};
    struct depth_rows *rows = rows_of(two, 2, 2);
    assert_int_equal(book_apply(b, rows), AP_ETOOBIG);
    assert_int_equal(book_qty(b, SIDE_BID, 1), 2);
    free(rows);
    while (book_best(b, SIDE_ASK, &level)) {
        put(b, SIDE_ASK, level.px, 0);
        n--;
    }
    assert_int_equal(n, 0);
    book_destroy(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_empty),
        cmocka_unit_test(test_best_and_crossing),
        cmocka_unit_test(test_refuses_and_stays),
        cmocka_unit_test(test_the_largest_numbers_are_exact),
        cmocka_unit_test(test_load_knows_its_depth),
        cmocka_unit_test(test_off_grid_price_makes_the_grid_finer),
        cmocka_unit_test(test_iteration_from_a_price),
        cmocka_unit_test(test_hash_and_sums_do_not_see_the_layout),
        cmocka_unit_test(test_a_great_many_levels),
    };
    return cmocka_run_group_tests_name("book/book", tests, NULL, NULL);
}
