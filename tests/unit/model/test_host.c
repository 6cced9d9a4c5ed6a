#include "test.h"

#include <alphaplus/model/view.h>

static struct metric_value value(const char *id, bool is_host, const struct host_view *h)
{
    struct metric_row row = {.id = id, .is_host = is_host};
    return host_metric(&row, h);
}

static void test_values(void **state)
{
    struct host_view h = {.events_per_s = 1200,
                          .ring_used = 25,
                          .ring_size = 100,
                          .apply_p50_ns = 1500,
                          .apply_max_ns = 90000,
                          .resident_bytes = 1 << 20,
                          .journal_state = JOURNAL_RECORDING,
                          .journal_lag_bytes = 7};
    (void)state;
    assert_near(value("host.events.per_s", true, &h).value, 1200.0, 0.0);
    assert_near(value("host.ring.fill", true, &h).value, 0.25, 0.0);
    assert_near(value("host.apply.p50", true, &h).value, 1.5, 1e-12);
    assert_near(value("host.apply.max", true, &h).value, 90.0, 1e-12);
    assert_near(value("host.memory", true, &h).value, 1048576.0, 0.0);
    assert_near(value("host.journal.lag", true, &h).value, 7.0, 0.0);
    assert_int_equal(value("host.decode.p99", true, &h).state, METRIC_NO_DATA); /* nobody measured it */
    assert_int_equal(value("host.nothing", true, &h).state, METRIC_NO_DATA);
    assert_int_equal(value("book.mid", false, &h).state, METRIC_NO_DATA);
    assert_int_equal(value("host.memory", true, NULL).state, METRIC_NO_DATA);
    h = (struct host_view){0};
    assert_int_equal(value("host.ring.fill", true, &h).state, METRIC_NO_DATA);
    assert_int_equal(value("host.journal.lag", true, &h).state, METRIC_NO_DATA);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_values)};
    return cmocka_run_group_tests_name("host", tests, NULL, NULL);
}
