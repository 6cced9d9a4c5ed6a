#include "sim/json.h"

#include "test.h"
#include <string.h>

static int read_text(const char *text, struct json_span *value)
{
    return json_read(text, strlen(text), value);
}

static void test_values_of_every_type(void **state)
{
    (void)state;
    static const struct {
        const char *text, *span;
        enum json_type type;
    } cases[] = {
        {" null ", "null", JSON_NULL},
        {"true", "true", JSON_TRUE},
        {"false", "false", JSON_FALSE},
        {"-12.5e+3", "-12.5e+3", JSON_NUMBER},
        {"\"a\\\"b\"", "a\\\"b", JSON_STRING},
        {"[1, [2]]", "[1, [2]]", JSON_ARRAY},
        {"{\"a\":{\"b\":[]}}", "{\"a\":{\"b\":[]}}", JSON_OBJECT},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct json_span v;
        assert_ok(read_text(cases[i].text, &v));
        assert_int_equal(v.type, cases[i].type);
        assert_true(json_is(&v, cases[i].span));
    }
}

static void test_broken_text_is_refused(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "",      " ",       "{",        "}",         "[1,]",
        "[1 2]", "{\"a\"}", "{\"a\":}", "{a:1}",     "{\"a\":1,}",
        "\"abc", "\"a\\",   "nul",      "01x",       "-",
        "1.",    "1e",      "[1]]",     "{\"a\":[}", "\"line\nbreak\"",
        "+1",    "NaN",
    };
    struct json_span v;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_err(read_text(cases[i], &v), AP_ESYNTAX);
    }
    char deep[JSON_DEPTH_MAX * 2 + 3];
    memset(deep, '[', JSON_DEPTH_MAX + 1);
    memset(deep + JSON_DEPTH_MAX + 1, ']', JSON_DEPTH_MAX + 1);
    deep[2 * JSON_DEPTH_MAX + 2] = '\0';
    assert_err(read_text(deep, &v), AP_ETOOBIG);
}

static void test_members_and_items_in_order(void **state)
{
    (void)state;
    struct json_span all, key, value;
    struct json_walk object, array;
    assert_ok(read_text("{ \"a\" : 1 , \"b\" : [ \"x\" , null ] , \"\" : {} }", &all));
    assert_ok(json_enter(&all, JSON_OBJECT, &object));
    assert_err(json_enter(&all, JSON_ARRAY, &array), AP_ETYPE);
    assert_int_equal(json_member(&object, &key, &value), 1);
    assert_true(json_is(&key, "a") && json_is(&value, "1"));
    assert_int_equal(json_member(&object, &key, &value), 1);
    assert_true(json_is(&key, "b"));
    assert_ok(json_enter(&value, JSON_ARRAY, &array));
    assert_int_equal(json_item(&array, &value), 1);
    assert_true(value.type == JSON_STRING && json_is(&value, "x"));
    assert_int_equal(json_item(&array, &value), 1);
    assert_int_equal(value.type, JSON_NULL);
    assert_int_equal(json_item(&array, &value), 0);
    assert_int_equal(json_member(&object, &key, &value), 1);
    assert_true(json_is(&key, "") && value.type == JSON_OBJECT);
    assert_int_equal(json_member(&object, &key, &value), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values_of_every_type),
        cmocka_unit_test(test_broken_text_is_refused),
        cmocka_unit_test(test_members_and_items_in_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
