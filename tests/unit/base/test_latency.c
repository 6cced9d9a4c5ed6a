#include "test.h"
#include <alphaplus/base/latency.h>

static void test_quantiles(void **state)
{
    static struct latency l;
    (void)state;
    assert_int_equal(latency_quantile(&l, 0.5), 0);
    for (int64_t ns = 1; ns <= 100000; ns++)
        latency_add(&l, ns * 10);
    assert_int_equal(l.count, 100000);
    assert_int_equal(l.max_ns, 1000000);
    static const double ps[] = {0.01, 0.5, 0.9, 0.99, 0.999};
    for (size_t i = 0; i < sizeof ps / sizeof ps[0]; i++) {
        double exact = ps[i] * 1000000.0, got = (double)latency_quantile(&l, ps[i]);
        assert_true(got >= exact * 0.999 && got <= exact * 1.07); /* the bin's upper edge: never flatters */
    }
    assert_int_equal(latency_quantile(&l, 1.0), 1000000);
}

static void test_extremes(void **state)
{
    static struct latency l;
    (void)state;
    latency_add(&l, -5); /* clocks may differ */
    latency_add(&l, 0);
    latency_add(&l, INT64_MAX);
    assert_int_equal(latency_quantile(&l, 0.0), 0);
    assert_true(latency_quantile(&l, 1.0) > 0);
    for (int i = 0; i < 63; i++) {
        static struct latency one;
        one = (struct latency){0};
        latency_add(&one, INT64_C(1) << i);
        int64_t got = latency_quantile(&one, 1.0);
        assert_true(got == INT64_C(1) << i || i > 50);
    }
}

static void test_age(void **state)
{
    static struct latency l;
    (void)state;
    for (int i = 0; i < 8; i++)
        latency_add(&l, 100);
    for (int i = 0; i < 3; i++)
        latency_age(&l);
    latency_add(&l, 1000000);
    latency_add(&l, 1000000);
    latency_add(&l, 1000000);
    assert_true(latency_quantile(&l, 0.5) > 900000); /* one old one against three new ones */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_quantiles),
        cmocka_unit_test(test_extremes),
        cmocka_unit_test(test_age),
    };
    return cmocka_run_group_tests_name("latency", tests, NULL, NULL);
}
