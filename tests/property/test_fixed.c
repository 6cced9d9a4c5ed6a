/* Decimal text and fixed-point integers are one and the same thing, for any number of digits. */
#include "test.h"
#include <alphaplus/base/fixed.h>
#include <stdio.h>
#include <string.h>

enum { ROUNDS = 200000 };

/* Of any magnitude, the ends more often than chance would have it. */
static int64_t any_value(uint64_t *rng)
{
    int64_t v = (int64_t)(test_random(rng) >> test_below(rng, 64));
    switch (test_below(rng, 8)) {
    case 0: return INT64_MAX - (int64_t)test_below(rng, 3);
    case 1: return INT64_MIN + (int64_t)test_below(rng, 3);
    case 2: return v < 0 ? v : -v;
    default: return v;
    }
}

static void test_format_then_parse(void **state)
{
    uint64_t rng = 42;
    char text[FIXED_TEXT_MAX];
    (void)state;
    for (int i = 0; i < ROUNDS; i++) {
        int64_t value = any_value(&rng), back = ~value;
        int decimals = (int)test_below(&rng, FIXED_DECIMALS_MAX + 1), counted = -1;
        size_t n = fixed_format(text, value, decimals);
        assert_int_equal(n, strlen(text));
        assert_ok(fixed_parse(text, n, decimals, &back));
        assert_true(back == value);
        assert_ok(fixed_count_decimals(text, n, 1, &counted));
        assert_int_equal(counted, decimals);
    }
}

/* Text made by printf's integers, not by our own format. */
static void test_parse_then_format(void **state)
{
    uint64_t rng = 43;
    char text[64], back[FIXED_TEXT_MAX];
    (void)state;
    for (int i = 0; i < ROUNDS; i++) {
        int decimals = 1 + (int)test_below(&rng, FIXED_DECIMALS_MAX);
        uint64_t fraction = test_random(&rng) % (uint64_t)fixed_pow10(decimals);
        uint64_t whole = test_random(&rng) % 900000 >> test_below(&rng, 20);
        bool negative = test_below(&rng, 2) != 0 && (whole | fraction) != 0;
        (void)snprintf(text, sizeof(text), "%s%llu.%0*llu", negative ? "-" : "", (unsigned long long)whole,
                       decimals, (unsigned long long)fraction);
        int64_t value = 0, expected = (int64_t)whole * fixed_pow10(decimals) + (int64_t)fraction;
        assert_ok(fixed_parse(text, strlen(text), decimals, &value));
        assert_true(value == (negative ? -expected : expected));
        (void)fixed_format(back, value, decimals);
        assert_string_equal(back, text);
    }
}

/* Rescaling there and back is nothing, or is refused: never a rounded number. */
static void test_rescale(void **state)
{
    uint64_t rng = 44;
    (void)state;
    for (int i = 0; i < ROUNDS; i++) {
        int64_t value = any_value(&rng), there = 0, back = 0;
        int from = (int)test_below(&rng, 19), to = (int)test_below(&rng, 19);
        if (fixed_rescale(value, from, to, &there) == 0) {
            assert_ok(fixed_rescale(there, to, from, &back));
            assert_true(back == value);
        } else if (to < from) {
            assert_true(value % fixed_pow10(from - to) != 0);
        } else {
            int64_t limit = INT64_MAX / fixed_pow10(to - from);
            assert_true(value > limit || value < -limit);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_format_then_parse),
        cmocka_unit_test(test_parse_then_format),
        cmocka_unit_test(test_rescale),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
