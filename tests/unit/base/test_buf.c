#include "test.h"
#include <alphaplus/base/buf.h>
#include <string.h>

static void test_grows_and_is_text(void **state)
{
    struct buf b;
    (void)state;
    buf_init(&b, 1 << 20);
    assert_string_equal(b.data, "");
    for (int i = 0; i < 1000; i++) {
        assert_ok(buf_printf(&b, "%03d,", i));
    }
    assert_ok(buf_text(&b, "end"));
    assert_ok(buf_byte(&b, '.'));
    assert_int_equal(b.len, 4004);
    assert_int_equal(strlen(b.data), 4004);
    assert_memory_equal(b.data, "000,001,", 8);
    assert_string_equal(b.data + 3996, "999,end.");
    buf_reset(&b);
    assert_string_equal(b.data, "");
    assert_true(b.cap > 4004);
    buf_finish(&b);
    assert_string_equal(b.data, "");
    buf_finish(NULL);
}

static void test_ceiling(void **state)
{
    struct buf b;
    char *at = NULL;
    (void)state;
    buf_init(&b, 10);
    assert_ok(buf_text(&b, "12345678"));
    assert_err(buf_text(&b, "abc"), AP_ETOOBIG);
    assert_string_equal(b.data, "12345678"); /* as it was */
    assert_err(b.failed, AP_ETOOBIG);
    assert_ok(buf_text(&b, "ab"));
    assert_err(b.failed, AP_ETOOBIG); /* sticky */
    assert_string_equal(b.data, "12345678ab");
    assert_err(buf_byte(&b, 'x'), AP_ETOOBIG);
    assert_err(buf_printf(&b, "%d", 1), AP_ETOOBIG);
    assert_err(buf_grow(&b, SIZE_MAX, &at), AP_ETOOBIG);
    assert_null(at);
    assert_ok(buf_append(&b, NULL, 0));
    buf_reset(&b);
    assert_int_equal(b.failed, 0);
    assert_ok(buf_grow(&b, 10, &at));
    memset(at, 'z', 10);
    assert_string_equal(b.data, "zzzzzzzzzz");
    buf_finish(&b);
    buf_init(&b, 0);
    assert_err(buf_byte(&b, 'x'), AP_ETOOBIG);
    assert_ok(buf_text(&b, ""));
    assert_string_equal(b.data, "");
    buf_finish(&b);
}

/* malloc as the program knows it: NULL, no report. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return "allocator_may_return_null=1";
}

static void test_failing_memory(void **state)
{
    struct buf b;
    char *at = NULL;
    (void)state;
    buf_init(&b, SIZE_MAX - 1);
    assert_ok(buf_text(&b, "kept"));
    /* More than any address space. */
    assert_err(buf_grow(&b, SIZE_MAX / 2 + 10, &at), AP_ENOMEM);
    assert_string_equal(b.data, "kept");
    assert_err(b.failed, AP_ENOMEM);
    buf_finish(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_grows_and_is_text),
        cmocka_unit_test(test_ceiling),
        cmocka_unit_test(test_failing_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
