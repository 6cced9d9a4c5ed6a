#include "test.h"
#include <alphaplus/base/fixed.h>
#include <string.h>

static int parse(const char *text, int decimals, int64_t *ret_value)
{
    return fixed_parse(text, strlen(text), decimals, ret_value);
}

static void test_parse_good(void **state)
{
    static const struct {
        const char *text;
        int decimals;
        int64_t value;
    } rows[] = {
        {"0", 0, 0},
        {"-0", 0, 0},
        {"-0.000", 2, 0},
        {"1", 0, 1},
        {"64098.10", 1, 640981},
        {"64098.10", 2, 6409810},
        {"64098.10", 8, 6409810000000},
        {"0.00000001", 8, 1},
        {"-0.5", 1, -5},
        {"007.50", 2, 750},
        {"1.0000000000000000000000000000", 0, 1},
        {"0000000000000000000000000000000001", 0, 1},
        {"0.000000000001", 12, 1},
        {"9223372036854775807", 0, INT64_MAX},
        {"-9223372036854775808", 0, INT64_MIN},
        {"922337203685477580.7", 1, INT64_MAX},
        {"-9223372.036854775808", 12, INT64_MIN},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        int64_t value = 77;
        assert_ok(parse(rows[i].text, rows[i].decimals, &value));
        assert_int_equal(value, rows[i].value);
    }
}

static void test_parse_bad(void **state)
{
    static const struct {
        const char *text;
        int decimals;
        int err;
    } rows[] = {
        {"", 2, AP_ESYNTAX},
        {"-", 2, AP_ESYNTAX},
        {".", 2, AP_ESYNTAX},
        {".5", 2, AP_ESYNTAX},
        {"5.", 2, AP_ESYNTAX},
        {"-.5", 2, AP_ESYNTAX},
        {"+1", 2, AP_ESYNTAX},
        {"--1", 2, AP_ESYNTAX},
        {" 1", 2, AP_ESYNTAX},
        {"1 ", 2, AP_ESYNTAX},
        {"1e5", 2, AP_ESYNTAX},
        {"1E-5", 2, AP_ESYNTAX},
        {"1.2.3", 2, AP_ESYNTAX},
        {"1,5", 2, AP_ESYNTAX},
        {"0x10", 2, AP_ESYNTAX},
        {"NaN", 2, AP_ESYNTAX},
        {"nan", 2, AP_ESYNTAX},
        {"inf", 2, AP_ESYNTAX},
        {"-Infinity", 2, AP_ESYNTAX},
        {"\xd9\xa1", 2, AP_ESYNTAX}, /* an Arabic digit */
        {"1.001", 2, AP_ERANGE},
        {"0.0000000000001", 12, AP_ERANGE},
        {"9223372036854775808", 0, AP_ERANGE},
        {"-9223372036854775809", 0, AP_ERANGE},
        {"92233720368547758.08", 2, AP_ERANGE},
        {"9223372036854775807", 1, AP_ERANGE},
        {"123456789012345678901234567890", 0, AP_ERANGE},
        {"0.123456789012345678901234567890", 8, AP_ERANGE},
        {"18446744073709551616", 0, AP_ERANGE},
        {"18446744073709551617", 0, AP_ERANGE},
        {"1", -1, AP_EINVAL},
        {"1", FIXED_DECIMALS_MAX + 1, AP_EINVAL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        int64_t value = 77;
        assert_err(parse(rows[i].text, rows[i].decimals, &value), rows[i].err);
        assert_int_equal(value, 77);
    }
}

static void test_parse_reads_n_bytes_only(void **state)
{
    int64_t value = 77;
    (void)state;
    assert_ok(fixed_parse("12.345", 4, 1, &value));
    assert_int_equal(value, 123);
    assert_err(fixed_parse("1\0002", 3, 1, &value), AP_ESYNTAX);
    assert_err(fixed_parse(NULL, 0, 1, &value), AP_ESYNTAX);
}

static void test_count(void **state)
{
    static const struct {
        const char *text;
        int keep, n;
    } rows[] = {{"64098.10", 0, 1}, {"64098.10", 1, 2}, {"5", 0, 0},     {"5", 1, 0},
                {"5.000", 0, 0},    {"5.000", 1, 3},    {"-0.01", 0, 2}, {"0.000000000001", 0, 12}};
    int n = 77;
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_ok(fixed_count_decimals(rows[i].text, strlen(rows[i].text), rows[i].keep, &n));
        assert_int_equal(n, rows[i].n);
    }
    n = 77;
    assert_err(fixed_count_decimals("1.", 2, 0, &n), AP_ESYNTAX);
    assert_err(fixed_count_decimals("abc", 3, 0, &n), AP_ESYNTAX);
    assert_err(fixed_count_decimals("0.0000000000001", 15, 0, &n), AP_ERANGE);
    assert_err(fixed_count_decimals("0.0000000000000", 15, 1, &n), AP_ERANGE);
    assert_int_equal(n, 77);
}

static void test_format(void **state)
{
    static const struct {
        int64_t value;
        int decimals;
        const char *text;
    } rows[] = {{0, 0, "0"},
                {0, 2, "0.00"},
                {5, 0, "5"},
                {5, 1, "0.5"},
                {5, 3, "0.005"},
                {-5, 3, "-0.005"},
                {100, 2, "1.00"},
                {6409810, 2, "64098.10"},
                {INT64_MAX, 0, "9223372036854775807"},
                {INT64_MIN, 0, "-9223372036854775808"},
                {INT64_MIN, 18, "-9.223372036854775808"},
                {1, 18, "0.000000000000000001"},
                {INT64_MIN, 12, "-9223372.036854775808"}};
    char buf[FIXED_TEXT_MAX];
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_int_equal(fixed_format(buf, rows[i].value, rows[i].decimals), strlen(rows[i].text));
        assert_string_equal(buf, rows[i].text);
    }
}

static void test_rescale(void **state)
{
    int64_t v = 77;
    (void)state;
    assert_ok(fixed_rescale(123, 1, 3, &v));
    assert_int_equal(v, 12300);
    assert_ok(fixed_rescale(-12300, 3, 1, &v));
    assert_int_equal(v, -123);
    assert_ok(fixed_rescale(0, 18, 0, &v));
    assert_int_equal(v, 0);
    assert_ok(fixed_rescale(INT64_MIN, 5, 5, &v));
    assert_int_equal(v, INT64_MIN);
    v = 77;
    assert_err(fixed_rescale(12301, 3, 1, &v), AP_ERANGE);
    assert_err(fixed_rescale(-1, 1, 0, &v), AP_ERANGE);
    assert_err(fixed_rescale(INT64_MAX / 10 + 1, 0, 1, &v), AP_ERANGE);
    assert_err(fixed_rescale(INT64_MIN, 0, 1, &v), AP_ERANGE);
    assert_err(fixed_rescale(10, 0, 18, &v), AP_ERANGE);
    assert_err(fixed_rescale(1, 19, 0, &v), AP_EINVAL);
    assert_err(fixed_rescale(1, 0, -1, &v), AP_EINVAL);
    assert_int_equal(v, 77);
    assert_ok(fixed_rescale(INT64_MAX / 10, 0, 1, &v));
    assert_int_equal(v, INT64_MAX / 10 * 10);
}

static void test_to_double(void **state)
{
    (void)state;
    assert_true(fixed_to_double(640981, 1) == 64098.1);
    assert_true(fixed_to_double(-1, 8) == -1e-8);
    assert_true(fixed_to_double(FIXED_VALUE_MAX, 0) == 1125899906842624.0);
    assert_int_equal(fixed_pow10(0), 1);
    assert_int_equal(fixed_pow10(18), INT64_C(1000000000000000000));
    assert_int_equal(fixed_pow10(19), 0);
    assert_int_equal(fixed_pow10(-1), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parse_good),
        cmocka_unit_test(test_parse_bad),
        cmocka_unit_test(test_parse_reads_n_bytes_only),
        cmocka_unit_test(test_count),
        cmocka_unit_test(test_format),
        cmocka_unit_test(test_rescale),
        cmocka_unit_test(test_to_double),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
