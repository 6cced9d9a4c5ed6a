#include "test.h"
#include <alphaplus/model/metric.h>
#include <alphaplus/model/view.h>

static void test_find_and_names(void **state)
{
    static const struct metric_row rows[] = {{.id = "book.spread"}, {.id = "book.mid"}};
    const struct metric_registry r = {rows, 2};
    (void)state;
    assert_int_equal(metric_find(&r, "book.mid"), 1);
    assert_int_equal(metric_find(&r, "book"), -1);
    assert_string_equal(metric_state_name(METRIC_NO_DATA), "NO_DATA");
    assert_string_equal(metric_state_name(METRIC_OK), "OK");
    assert_string_equal(metric_state_name(77), "?");
    assert_string_equal(metric_cadence_name(CADENCE_100MS), "100ms");
    assert_string_equal(metric_cadence_name(-1), "?");
    assert_string_equal(book_state_name(BOOK_TRUE), "TRUE");
    assert_string_equal(book_state_name(9), "?");
    assert_string_equal(journal_state_name(JOURNAL_LAGGING), "REC LAG");
    assert_string_equal(journal_state_name(9), "?");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_find_and_names)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
