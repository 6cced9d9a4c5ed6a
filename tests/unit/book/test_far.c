#include "book/far.h"
#include "test.h"

enum { KEYS = 5000 };

static void check(const struct far *f, const int64_t *qty)
{
    struct far_cursor c;
    struct far_level level;
    uint32_t n = 0;
    far_seek(&c, f, INT64_MIN);
    for (int64_t key = 0; key < KEYS; key++) {
        assert_int_equal(far_get(f, key), qty[key]);
        if (qty[key] > 0) {
            assert_true(far_step(&c, &level));
            assert_int_equal(level.key, key);
            assert_int_equal(level.qty, qty[key]);
            n++;
        }
    }
    assert_false(far_step(&c, &level));
    assert_int_equal(f->count, n);
    for (uint32_t r = 0; r < f->run_n; r++) {
        assert_in_range(f->runs[r]->n, 1, FAR_RUN);
    }
}

/* Reserved once for a whole batch, whatever its order: it must never run out of runs. */
static void test_batches_against_an_array(void **state)
{
    (void)state;
    static int64_t qty[KEYS];
    uint64_t rng = 0x1234567;
    struct far f;
    far_init(&f);
    for (int batch = 0; batch < 400; batch++) {
        int order = (int)test_below(&rng, 4), n = 1 + (int)test_below(&rng, 900);
        int64_t start = (int64_t)test_below(&rng, KEYS), emptying = (int64_t)test_below(&rng, 3);
        assert_int_equal(far_reserve(&f, (size_t)n), 0);
        for (int i = 0; i < n; i++) {
            int64_t key = order == 0   ? (int64_t)test_below(&rng, KEYS)
                          : order == 1 ? (start + i) % KEYS
                          : order == 2 ? (start + KEYS - i) % KEYS
                                       : (start + i * 127) % KEYS;
            int64_t size = (int64_t)test_below(&rng, 3) < emptying ? 0 : (int64_t)test_below(&rng, 1000);
            assert_int_equal(far_set(&f, key, size), qty[key]);
            qty[key] = size;
        }
        check(&f, qty);
        if (batch % 50 == 0) {
            far_trim(&f);
        }
    }
    far_clear(&f);
    for (int64_t key = 0; key < KEYS; key++) {
        qty[key] = 0;
    }
    check(&f, qty);
    far_finish(&f);
}

static void test_ceil_finds_the_next_level(void **state)
{
    (void)state;
    struct far f;
    struct far_level level;
    far_init(&f);
    assert_false(far_ceil(&f, 0, &level));
    assert_int_equal(far_reserve(&f, 1000), 0);
    for (int64_t i = 0; i < 1000; i++) {
        assert_int_equal(far_set(&f, i * 10 - 5000, i + 1), 0);
    }
    for (int64_t key = -5020; key <= 4990; key += 5) {
        int64_t next = key <= -5000 ? -5000 : (key + 5000 + 9) / 10 * 10 - 5000;
        assert_true(far_ceil(&f, key, &level));
        assert_int_equal(level.key, next);
    }
    assert_false(far_ceil(&f, 4991, &level));
    far_finish(&f);
    far_finish(NULL);
}

/* Removing all but one level in each run must give the memory of the runs back. */
static void test_sparse_runs_are_merged(void **state)
{
    (void)state;
    struct far f;
    far_init(&f);
    for (int64_t i = 0; i < 100000; i++) {
        assert_int_equal(far_reserve(&f, 1), 0);
        assert_int_equal(far_set(&f, i, 1), 0);
    }
    assert_true(f.run_n <= 100000 / FAR_RUN + 1);
    for (int64_t i = 0; i < 100000; i++) {
        if (i % 100 != 0) {
            assert_int_equal(far_set(&f, i, 0), 1);
        }
    }
    assert_int_equal(f.count, 1000);
    assert_true(f.run_n <= 2 * 1000 / (FAR_RUN / 2) + 2);
    far_finish(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_batches_against_an_array),
        cmocka_unit_test(test_ceil_finds_the_next_level),
        cmocka_unit_test(test_sparse_runs_are_merged),
    };
    return cmocka_run_group_tests_name("book/far", tests, NULL, NULL);
}
