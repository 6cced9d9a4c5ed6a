#include "test.h"
#include <alphaplus/base/clock.h>

struct fake {
    int64_t monotonic_ns, wall_ns;
};

static int64_t fake_monotonic_ns(void *user)
{
    return ((struct fake *)user)->monotonic_ns;
}

static int64_t fake_wall_ns(void *user)
{
    return ((struct fake *)user)->wall_ns;
}

static void test_stamp(void **state)
{
    struct fake f = {.monotonic_ns = 100, .wall_ns = 1000 * NS_PER_S};
    struct clock clock = {fake_monotonic_ns, fake_wall_ns, &f};
    struct clock_stamp s;
    (void)state;
    clock_stamp_init(&s, &clock);
    assert_int_equal(clock_stamp_now(&s), 1000 * NS_PER_S);
    f.monotonic_ns += 7;
    f.wall_ns += 7;
    assert_int_equal(clock_stamp_now(&s), 1000 * NS_PER_S + 7);
    f.monotonic_ns -= 5; /* never decreases */
    assert_int_equal(clock_stamp_now(&s), 1000 * NS_PER_S + 7);
    f.monotonic_ns += 5;
    f.wall_ns -= 3600 * NS_PER_S; /* a step of the wall clock does not tear the sequence */
    assert_int_equal(clock_stamp_now(&s), 1000 * NS_PER_S + 7);
    assert_int_equal(clock_stamp_step(&s), -3600 * NS_PER_S);
    assert_int_equal(clock_stamp_step(&s), 0); /* told once */
    f.wall_ns += 499 * NS_PER_MS;
    assert_int_equal(clock_stamp_step(&s), 0);
    f.wall_ns += NS_PER_MS; /* a slow drift is told when it has grown */
    assert_int_equal(clock_stamp_step(&s), 500 * NS_PER_MS);
}

static void test_system(void **state)
{
    const struct clock *c = clock_system();
    int64_t a = c->monotonic_ns(c->user), b = c->monotonic_ns(c->user);
    (void)state;
    assert_true(a > 0 && b >= a);
    assert_true(c->wall_ns(c->user) > INT64_C(1700000000) * NS_PER_S);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stamp),
        cmocka_unit_test(test_system),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
