#include "net/budget.h"
#include "test.h"
#include <alphaplus/base/clock.h>

#define T0 (1000 * NS_PER_S)

static void spends_up_to_the_limit_each_minute(void **state)
{
    (void)state;
    struct budget b;
    budget_init(&b, 100, 60 * NS_PER_S, T0);
    for (int i = 0; i < 5; i++) {
        assert_true(budget_can(&b, 20, T0 + i));
        budget_spend(&b, 20, T0 + i);
    }
    assert_false(budget_can(&b, 1, T0 + 5));
    assert_false(budget_can(&b, 1, T0 + 60 * NS_PER_S - 1));
    assert_true(budget_can(&b, 20, T0 + 60 * NS_PER_S));
}

static void a_heavy_request_gets_a_fresh_minute(void **state)
{
    (void)state;
    struct budget b;
    budget_init(&b, 100, 60 * NS_PER_S, T0);
    budget_spend(&b, 1, T0);
    assert_false(budget_can(&b, 500, T0));
    assert_true(budget_can(&b, 500, T0 + 60 * NS_PER_S));
}

static void the_venues_count_wins(void **state)
{
    (void)state;
    struct budget b;
    budget_init(&b, 100, 60 * NS_PER_S, T0);
    budget_spend(&b, 20, T0);
    budget_report(&b, 95, T0 + 1); /* someone else on this address spends as well */
    assert_false(budget_can(&b, 20, T0 + 2));
    budget_report(&b, -1, T0 + 3); /* no header: nothing learnt */
    assert_false(budget_can(&b, 20, T0 + 3));
    budget_report(&b, 10, T0 + 30 * NS_PER_S); /* its minute began anew: so does ours */
    assert_true(budget_can(&b, 90, T0 + 30 * NS_PER_S));
    budget_spend(&b, 90, T0 + 30 * NS_PER_S);
    assert_false(budget_can(&b, 1, T0 + 89 * NS_PER_S));
    assert_true(budget_can(&b, 1, T0 + 90 * NS_PER_S));
}

static void waits_as_long_as_it_is_told(void **state)
{
    (void)state;
    struct budget b;
    budget_init(&b, 100, 60 * NS_PER_S, T0);
    assert_true(budget_refused(&b, 429, 7, T0));
    assert_false(budget_can(&b, 1, T0 + 7 * NS_PER_S - 1));
    assert_true(budget_can(&b, 1, T0 + 7 * NS_PER_S));
    assert_true(budget_blocked_until(&b, T0) == T0 + 7 * NS_PER_S);
    assert_true(budget_blocked_until(&b, T0 + 7 * NS_PER_S) == 0);
}

static void each_refusal_has_a_wait_of_its_own(void **state)
{
    (void)state;
    static const struct {
        int status;
        int64_t wait_s;
    } cases[] = {{429, 60}, {418, 120}, {403, 600}, {451, 300}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct budget b;
        budget_init(&b, 100, 60 * NS_PER_S, T0);
        assert_true(budget_refused(&b, cases[i].status, 0, T0));
        assert_true(budget_blocked_until(&b, T0) == T0 + cases[i].wait_s * NS_PER_S);
        assert_int_equal(b.blocked_status, cases[i].status);
    }
    struct budget b;
    budget_init(&b, 100, 60 * NS_PER_S, T0);
    assert_false(budget_refused(&b, 200, 9, T0));
    assert_false(budget_refused(&b, 500, 9, T0));
    assert_true(budget_can(&b, 1, T0));
}

static void a_later_refusal_does_not_shorten_the_wait(void **state)
{
    (void)state;
    struct budget b;
    budget_init(&b, 100, 60 * NS_PER_S, T0);
    assert_true(budget_refused(&b, 418, 600, T0));
    assert_true(budget_refused(&b, 429, 1, T0));
    assert_true(budget_blocked_until(&b, T0) == T0 + 600 * NS_PER_S);
    assert_int_equal(b.blocked_status, 418);
    /* absurd figures are held to the longest ban there is */
    assert_true(budget_refused(&b, 418, INT64_MAX, T0));
    assert_true(budget_blocked_until(&b, T0) == T0 + 3 * 24 * 3600 * NS_PER_S);
}

static void counts_do_not_overflow(void **state)
{
    (void)state;
    struct budget b;
    budget_init(&b, 100, 60 * NS_PER_S, T0);
    budget_report(&b, INT32_MAX, T0);
    budget_spend(&b, 20, T0);
    assert_false(budget_can(&b, 20, T0));
    assert_true(budget_can(&b, 20, T0 + 60 * NS_PER_S));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(spends_up_to_the_limit_each_minute),
        cmocka_unit_test(a_heavy_request_gets_a_fresh_minute),
        cmocka_unit_test(the_venues_count_wins),
        cmocka_unit_test(waits_as_long_as_it_is_told),
        cmocka_unit_test(each_refusal_has_a_wait_of_its_own),
        cmocka_unit_test(a_later_refusal_does_not_shorten_the_wait),
        cmocka_unit_test(counts_do_not_overflow),
    };
    return cmocka_run_group_tests_name("net/budget", tests, NULL, NULL);
}
