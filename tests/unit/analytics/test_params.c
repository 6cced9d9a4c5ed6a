/* The table of parameters: every row sound, and a value only ever within its range. */
#include "test.h"

#include <alphaplus/analytics/params.h>
#include <math.h>
#include <string.h>

static void rows_are_sound(void **state)
{
    int n;
    const struct param_row *rows = param_rows(&n);
    (void)state;
    assert_true(n > 0);
    for (int i = 0; i < n; i++) {
        assert_true(rows[i].min <= rows[i].fallback && rows[i].fallback <= rows[i].max);
        assert_true(strlen(rows[i].id) < 48); /* as in a PARAM event */
        assert_true(rows[i].meaning[0] && rows[i].unit[0] && rows[i].source[0]);
        assert_int_equal(param_find(rows[i].id), i);
    }
}

static void a_value_stays_within_its_range(void **state)
{
    struct params p;
    int n, i = param_find("imbalance.tau_bps");
    const struct param_row *row = param_rows(&n) + i;
    (void)state;
    params_init(&p);
    assert_true(i >= 0 && p.value[i] == row->fallback);
    assert_int_equal(params_set(&p, row->id, row->max * 2.0), AP_ERANGE);
    assert_int_equal(params_set(&p, row->id, (double)NAN), AP_ERANGE);
    assert_int_equal(params_set(&p, "no.such", 1.0), AP_EUNKNOWN);
    assert_true(p.value[i] == row->fallback);
    assert_int_equal(params_set(&p, row->id, row->max), 0);
    assert_true(p.value[i] == row->max);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_sound),
        cmocka_unit_test(a_value_stays_within_its_range),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
