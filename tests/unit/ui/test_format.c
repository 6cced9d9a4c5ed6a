#include "test.h"
#include "ui/format.h"
#include <alphaplus/base/clock.h>
#include <string.h>

static struct instrument btc(void)
{
    return (struct instrument){
        .price_decimals = 1, .qty_decimals = 3, .mark_decimals = 8, .rate_decimals = 8, .tick = 1};
}

static void test_prices(void **state)
{
    struct instrument in = btc();
    char buf[FORMAT_MAX];
    (void)state;
    assert_string_equal(format_px(buf, &in, 640981), "64098.1");
    assert_string_equal(format_px(buf, &in, -5), "-0.5");
    assert_string_equal(format_px_row(buf, &in, 640900, 100), "64090");
    assert_string_equal(format_px_row(buf, &in, 640905, 5), "64090.5");
    assert_string_equal(format_px_row(buf, &in, 640000, 1000), "64000");
    assert_string_equal(format_mark(buf, &in, INT64_C(6409814999999)), "64098.1");
    assert_string_equal(format_mark(buf, &in, INT64_C(6409815000000)), "64098.2");
    assert_string_equal(format_mark(buf, &in, INT64_C(6409810000000)), "64098.1");
    assert_string_equal(format_price(buf, 0.123456, 5), "0.12346");
    assert_string_equal(format_price(buf, NAN, 5), FORMAT_NONE);
    assert_string_equal(format_price(buf, INFINITY, 5), FORMAT_NONE);
}

static void test_money(void **state)
{
    char buf[FORMAT_MAX];
    (void)state;
    assert_string_equal(format_money(buf, 412000.0, false), "412k");
    assert_string_equal(format_money(buf, 1.02e6, true), "+1.02M");
    assert_string_equal(format_money(buf, -3.82e7, true), "-38.2M");
    assert_string_equal(format_money(buf, NAN, true), FORMAT_NONE);
    assert_string_equal(format_money_fit(buf, -3.82e7, true, 6), "-38.2M");
    assert_string_equal(format_money_fit(buf, 1.234e6, true, 5), "+1.2M");
    assert_string_equal(format_money_fit(buf, -38.2e6, true, 5), "-38M");
    assert_string_equal(format_money_fit(buf, 999.6e3, false, 4), "1.0M");
    assert_string_equal(format_account(buf, -6455.4, true), "-6,455");
    assert_string_equal(format_account(buf, 153545.0, false), "153,545");
    assert_string_equal(format_account(buf, 0.2, true), "+0");
    assert_string_equal(format_account(buf, 1234567.0, true), "+1,234,567");
    assert_string_equal(format_count(buf, UINT64_MAX), "18,446,744,073,709,551,615");
}

static void test_distances(void **state)
{
    char buf[FORMAT_MAX];
    (void)state;
    assert_string_equal(format_pct(buf, 8.2249, 1), "+8.2%");
    assert_string_equal(format_pct(buf, -24.85, 0), "-25%");
    assert_string_equal(format_pct(buf, -0.0004, 2), "+0.00%"); /* nothing has no direction */
    assert_string_equal(format_pct(buf, -0.006, 2), "-0.01%");
    assert_string_equal(format_pct(buf, NAN, 2), FORMAT_NONE);
    assert_string_equal(format_bp(buf, 1.3, 1), "+1.3bp");
    assert_string_equal(format_rate(buf, 10000, 8), "+0.0100%");
    assert_string_equal(format_rate(buf, -37500, 8), "-0.0375%");
}

static void test_sizes_never_grow_out_of_their_column(void **state)
{
    char buf[FORMAT_MAX];
    (void)state;
    assert_int_equal(format_qty_decimals(94.1, 7, 3), 3);
    assert_int_equal(format_qty_decimals(1234.0, 7, 3), 2);
    assert_int_equal(format_qty_decimals(1234567.0, 7, 3), 0);
    assert_int_equal(format_qty_decimals(5.0, 7, 1), 1); /* not finer than the instrument */
    assert_string_equal(format_fit(buf, 1388.61, 1, 6), "1388.6");
    assert_string_equal(format_fit(buf, 1388.61, 1, 5), "1389");
    assert_string_equal(format_fit(buf, 13886.1, 1, 4), "13.9k");
    assert_string_equal(format_delta(buf, 7.72, 1), "+7.7");
    assert_string_equal(format_delta(buf, -0.04, 1), ".");
    assert_string_equal(format_delta(buf, -58.3, 1), "-58.3");
}

static void test_times(void **state)
{
    char buf[FORMAT_MAX];
    int64_t t = INT64_C(1795272419) * NS_PER_S + 412 * NS_PER_MS;
    (void)state;
    assert_string_equal(format_countdown(buf, 4381 * NS_PER_S + 999), "1:13:01");
    assert_string_equal(format_countdown(buf, 0), "0:00:00");
    assert_string_equal(format_countdown(buf, -1), "-:--:--");
    assert_string_equal(format_countdown(buf, INT64_MAX), "-:--:--");
    assert_string_equal(format_age(buf, 400 * NS_PER_MS), "0.4s");
    assert_string_equal(format_age(buf, 12 * NS_PER_S), "12s");
    assert_string_equal(format_age(buf, 400 * NS_PER_S), "6m");
    assert_string_equal(format_age(buf, 4 * 3600 * NS_PER_S), "4h");
    assert_string_equal(format_age(buf, -1), "0.0s");
    assert_string_equal(format_span(buf, 5 * NS_PER_S), "5s");
    assert_string_equal(format_span(buf, 60 * NS_PER_S), "1m");
    assert_string_equal(format_span(buf, 90 * NS_PER_S), "90s");
    assert_string_equal(format_span(buf, 415 * NS_PER_S), "7m");
    assert_string_equal(format_span(buf, 3600 * NS_PER_S), "1h");
    assert_string_equal(format_time(buf, t, 0, 0, true), "14:46:59Z");
    assert_string_equal(format_time(buf, t, 3, 0, false), "14:46:59.412");
    assert_string_equal(format_time(buf, t, 0, 3600, true), "15:46:59"); /* no Z on local time */
    assert_string_equal(format_minute(buf, t, 0), "14:46");
    assert_string_equal(format_latency(buf, 850), "850ns");
    assert_string_equal(format_latency(buf, 11 * NS_PER_MS), "11ms");
    assert_string_equal(format_latency(buf, -3400), "-3.4us");
    assert_string_equal(format_latency(buf, 1200 * NS_PER_MS), "1.2s");
    assert_string_equal(format_latency(buf, INT64_MIN), "-9223372037s");
}

static void test_bytes(void **state)
{
    char buf[FORMAT_MAX];
    (void)state;
    assert_string_equal(format_bytes(buf, 0), "0 B");
    assert_string_equal(format_bytes(buf, 3100000), "3.1 MB");
    assert_string_equal(format_bytes(buf, 999600), "1.0 MB");
    assert_string_equal(format_bytes(buf, UINT64_MAX), "18447 PB");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_prices),    cmocka_unit_test(test_money),
        cmocka_unit_test(test_distances), cmocka_unit_test(test_sizes_never_grow_out_of_their_column),
        cmocka_unit_test(test_times),     cmocka_unit_test(test_bytes),
    };
    return cmocka_run_group_tests_name("ui/format", tests, NULL, NULL);
}
