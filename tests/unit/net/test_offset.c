#include "net/offset.h"
#include "test.h"
#include <alphaplus/base/clock.h>

#define T0 (1700000000 * NS_PER_S)

static void the_shortest_trip_counts(void **state)
{
    (void)state;
    struct offset o;
    int64_t ns, error_ns;
    offset_init(&o);
    assert_false(offset_best(&o, T0, &ns, &error_ns));
    /* 40 ms there, 10 ms back, the venue 3 s ahead: the middle is off by 15 ms, within the 25 ms it owns up to. */
    offset_trip(&o, T0, T0 + 50 * NS_PER_MS, T0 + 3 * NS_PER_S + 40 * NS_PER_MS + 7);
    assert_true(offset_best(&o, T0, &ns, &error_ns));
    assert_true(ns == 3 * NS_PER_S + 15 * NS_PER_MS + 7);
    assert_true(error_ns == 25 * NS_PER_MS);
    offset_trip(&o, T0 + NS_PER_S, T0 + NS_PER_S + 10 * NS_PER_MS, T0 + 4 * NS_PER_S + 5 * NS_PER_MS + 1);
    offset_trip(&o, T0 + 2 * NS_PER_S, T0 + 2 * NS_PER_S + 90 * NS_PER_MS, T0 + 9 * NS_PER_S + 1);
    assert_true(offset_best(&o, T0 + 3 * NS_PER_S, &ns, &error_ns));
    assert_true(ns == 3 * NS_PER_S + 1);
    assert_true(error_ns == 5 * NS_PER_MS);
    assert_true(offset_best(&o, T0 + 602 * NS_PER_S, &ns, &error_ns)); /* the best of them is too old now */
    assert_true(error_ns == 45 * NS_PER_MS);
    assert_false(offset_best(&o, T0 + 700 * NS_PER_S, &ns, &error_ns));
}

static void whole_milliseconds_cost_half_of_one(void **state)
{
    (void)state;
    struct offset o;
    int64_t ns, error_ns;
    offset_init(&o);
    offset_trip(&o, T0, T0 + 2 * NS_PER_MS, T0);
    assert_true(offset_best(&o, T0, &ns, &error_ns));
    assert_true(ns == -NS_PER_MS / 2);
    assert_true(error_ns == NS_PER_MS + NS_PER_MS / 2);
    offset_trip(&o, T0, T0 - 1, T0); /* cannot be */
    assert_true(o.sample_n == 1);
}

static void nothing_comes_out_of_the_future(void **state)
{
    (void)state;
    struct offset o;
    int64_t ns;
    offset_init(&o);
    assert_false(offset_floor(&o, &ns));
    for (int i = 0; i < 100; i++) {
        offset_message(&o, T0 + i * NS_PER_MS, T0 + i * NS_PER_MS - (10 + i % 7) * NS_PER_MS);
    }
    assert_true(offset_floor(&o, &ns) && ns == -10 * NS_PER_MS);
    offset_message(&o, T0 + NS_PER_S, T0 + 3 * NS_PER_S);
    assert_true(offset_floor(&o, &ns) && ns == 2 * NS_PER_S);
    offset_message(&o, T0 + 70 * NS_PER_S, T0 + 70 * NS_PER_S); /* the span before still counts */
    assert_true(offset_floor(&o, &ns) && ns == 2 * NS_PER_S);
    offset_message(&o, T0 + 140 * NS_PER_S, T0 + 139 * NS_PER_S); /* and then no more */
    assert_true(offset_floor(&o, &ns) && ns == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_shortest_trip_counts),
        cmocka_unit_test(whole_milliseconds_cost_half_of_one),
        cmocka_unit_test(nothing_comes_out_of_the_future),
    };
    return cmocka_run_group_tests_name("net/offset", tests, NULL, NULL);
}
