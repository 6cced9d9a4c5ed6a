#include "test.h"
#include <alphaplus/base/err.h>

static void test_names(void **state)
{
    (void)state;
    assert_string_equal(ap_err_name(AP_ERANGE), "AP_ERANGE");
    assert_string_equal(ap_err_text(AP_ERANGE), "number out of range");
    assert_string_equal(ap_err_name(-12345), "AP_E?");
    assert_string_equal(ap_err_text(-12345), "unknown error");
    assert_string_equal(ap_err_name(3), "AP_E?"); /* not an error */
    assert_int_equal(AP_ENOMEM, -1);              /* numbers are permanent */
    assert_int_equal(AP_EUNKNOWN, -20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_names)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
