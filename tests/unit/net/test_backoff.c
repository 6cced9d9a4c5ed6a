#include "net/backoff.h"
#include "test.h"

static void doubles_up_to_the_cap(void **state)
{
    (void)state;
    struct backoff b;
    backoff_init(&b, 500, 30000);
    /* random 0 gives the whole wait */
    static const int64_t waits[] = {500, 1000, 2000, 4000, 8000, 16000, 30000, 30000};
    for (size_t i = 0; i < sizeof waits / sizeof *waits; i++) {
        assert_int_equal(backoff_next(&b, 0), waits[i]);
    }
    backoff_reset(&b);
    assert_int_equal(backoff_next(&b, 0), 500);
}

static void jitter_stays_within_the_upper_half(void **state)
{
    (void)state;
    uint64_t random = 7;
    int64_t least = INT64_MAX, most = 0;
    for (int i = 0; i < 10000; i++) {
        struct backoff b = {.base_ns = 1000, .cap_ns = 1000};
        int64_t wait = backoff_next(&b, backoff_random(&random));
        assert_in_range(wait, 500, 1000);
        least = wait < least ? wait : least;
        most = wait > most ? wait : most;
    }
    assert_in_range(least, 500, 510);
    assert_in_range(most, 990, 1000);
}

static void never_overflows(void **state)
{
    (void)state;
    struct backoff b;
    backoff_init(&b, 1, INT64_MAX);
    for (int i = 0; i < 200; i++) {
        assert_true(backoff_next(&b, 0) > 0);
    }
    assert_true(backoff_next(&b, 0) == INT64_MAX);
    b.failures = UINT32_MAX;
    assert_true(backoff_next(&b, UINT64_MAX) > 0);
    assert_true(b.failures == UINT32_MAX);
}

/* The first numbers of splitmix64 from seed 1234567, as published with its reference code. */
static void random_is_splitmix64(void **state)
{
    (void)state;
    uint64_t seed = 1234567;
    assert_true(backoff_random(&seed) == UINT64_C(6457827717110365317));
    assert_true(backoff_random(&seed) == UINT64_C(3203168211198807973));
    assert_true(backoff_random(&seed) == UINT64_C(9817491932198370423));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(doubles_up_to_the_cap),
        cmocka_unit_test(jitter_stays_within_the_upper_half),
        cmocka_unit_test(never_overflows),
        cmocka_unit_test(random_is_splitmix64),
    };
    return cmocka_run_group_tests_name("net/backoff", tests, NULL, NULL);
}
