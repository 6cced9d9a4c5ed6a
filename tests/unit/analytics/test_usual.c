/* What is usual for this hour: by the shipped quantiles at first, then by the instrument's own seconds. */
#include "analytics/usual.h"
#include "measure_run.h"

#include <string.h>

/* Distributions are kept in buckets of 10 %. */
#define T0 (INT64_C(1700006400) * NS_PER_S) /* midnight UTC */

static struct instrument named(const char *venue, const char *symbol)
{
    struct instrument in = run_instrument();
    strncat(in.venue, venue, sizeof in.venue - 1);
    strncat(in.symbol, symbol, sizeof in.symbol - 1);
    return in;
}

/* 1000.0 and 1000.1, qty thousandths a side: the lesser side is worth qty dollars. */
static void set_depth(struct measure_run *r, int64_t now_ns, int64_t qty)
{
    run_level(r, now_ns, SIDE_BID, 10000, qty);
    run_level(r, now_ns, SIDE_ASK, 10001, qty + 1000);
    run_level(r, now_ns, SIDE_BID, 9000, 1); /* what is known reaches far */
    run_level(r, now_ns, SIDE_ASK, 11000, 1);
    book_set_known(r->book, 9000, 11000);
}

static void test_reference(void **state)
{
    struct instrument btc = named("binance", "BTCUSDT"), none = named("binance", "BTCUSD");
    double pace, spread, depth, other;
    (void)state;
    assert_true(usual_reference(&btc, USUAL_PACE, &pace) && usual_reference(&btc, USUAL_SPREAD, &spread) &&
                usual_reference(&btc, USUAL_DEPTH, &depth));
    assert_true(pace > 1.0 && pace < 1000.0 && spread > 0.001 && spread < 1.0 && depth > 1e5 && depth < 1e9);
    assert_false(usual_reference(&none, USUAL_PACE, &other));
    none = named("binance", "");
    assert_false(usual_reference(&none, USUAL_DEPTH, &other));
}

static void test_stands_in(void **state)
{
    struct measure_run r;
    struct instrument btc = named("binance", "BTCUSDT");
    double depth;
    (void)state;
    run_init(&r, &btc);
    set_depth(&r, T0 + 1, 5000000000); /* 5 million */
    run_to(&r, T0 + 5 * NS_PER_S);
    struct metric_value v = run_value(&r, "usual.depth");
    assert_int_equal(v.state, METRIC_OK);
    assert_int_equal(v.is_ref, 1);
    assert_true(usual_reference(&btc, USUAL_DEPTH, &depth));
    assert_near(v.value, run_value(&r, "book.depth.10").value / depth, 1e-12);
    run_finish(&r);
}

static void test_own_history(void **state)
{
    struct measure_run r;
    struct instrument in = named("nowhere", "XUSDT");
    (void)state;
    run_init(&r, &in);
    assert_ok(params_set(&r.params, "usual.warm_s", 60.0));
    set_depth(&r, T0 + 1, 3000000);
    run_to(&r, T0 + 50 * NS_PER_S);
    assert_int_equal(run_value(&r, "usual.depth").state, METRIC_WARMUP);
    run_to(&r, T0 + 100 * NS_PER_S);
    struct metric_value v = run_value(&r, "usual.depth");
    assert_int_equal(v.state, METRIC_OK);
    assert_int_equal(v.is_ref, 0);
    assert_near(v.value, 1.0, 0.05);
    set_depth(&r, T0 + 100 * NS_PER_S + 1, 9000000);
    run_to(&r, T0 + 101 * NS_PER_S);
    assert_near(run_value(&r, "usual.depth").value, 3.0, 0.15);
    run_lost(&r);
    assert_int_equal(run_value(&r, "usual.depth").state, METRIC_NO_DATA);
    assert_int_equal(run_value(&r, "usual.spread").state, METRIC_NO_DATA);
    set_depth(&r, T0 + 3600 * NS_PER_S + 1, 3000000); /* another hour: nothing is known of it */
    run_to(&r, T0 + 3610 * NS_PER_S);
    assert_int_equal(run_value(&r, "usual.depth").state, METRIC_WARMUP);
    run_finish(&r);
}

/* Each day back, at the same hour, counts for less; after weeks the new way is the usual one. */
static void test_age(void **state)
{
    struct measure_run r;
    struct instrument in = named("nowhere", "XUSDT");
    (void)state;
    run_init(&r, &in);
    assert_ok(params_set(&r.params, "usual.warm_s", 60.0));
    set_depth(&r, T0 + 1, 2000000);
    run_to(&r, T0 + 50 * NS_PER_S);
    for (int day = 1; day <= 2; day++) {
        set_depth(&r, T0 + day * 86400 * NS_PER_S + 1, 2000000);
        run_to(&r, T0 + (day * 86400 + 50) * NS_PER_S);
    }
    set_depth(&r, T0 + 9 * 86400 * NS_PER_S + 1, 8000000); /* a week later: the rest weighs half */
    run_to(&r, T0 + (9 * 86400 + 40) * NS_PER_S);
    assert_near(run_value(&r, "usual.depth").value, 4.0, 0.4); /* within a bucket */
    run_to(&r, T0 + (9 * 86400 + 400) * NS_PER_S);
    assert_near(run_value(&r, "usual.depth").value, 1.0, 0.1);
    run_finish(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reference),
        cmocka_unit_test(test_stands_in),
        cmocka_unit_test(test_own_history),
        cmocka_unit_test(test_age),
    };
    return cmocka_run_group_tests_name("usual", tests, NULL, NULL);
}
