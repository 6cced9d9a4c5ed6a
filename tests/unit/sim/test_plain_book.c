#include "sim/plain_book.h"

#include "test.h"
#include <stdio.h>
#include <string.h>

#define SNAPSHOT                                                                                             \
    "{\"lastUpdateId\":100,\"bids\":[[\"10.0\",\"1\"],[\"9.9\",\"2\"],[\"9.0\",\"5\"]],\"asks\":[[\"10.1\",\"3\"],[\"10.5\",\"4\"]]}"

static int snapshot(struct plain_book *b, const char *text)
{
    return plain_book_snapshot(b, text, strlen(text));
}

static int diff(struct plain_book *b, const char *text)
{
    return plain_book_diff(b, text, strlen(text));
}

static void expect(const struct plain_book *b, int side, const char *text)
{
    struct price_level levels[16];
    char got[256] = "";
    size_t n = plain_book_top(b, side, 16, levels), at = 0;
    for (size_t i = 0; i < n; i++) {
        at += (size_t)snprintf(got + at, sizeof got - at, "%lldx%lld ", (long long)levels[i].px,
                               (long long)levels[i].qty);
    }
    assert_string_equal(got, text);
}

static void test_diffs_before_the_snapshot_join_it(void **state)
{
    (void)state;
    struct plain_book b;
    plain_book_init(&b, 1, 0);
    assert_ok(
        diff(&b, "{\"U\":80,\"u\":90,\"pu\":79,\"b\":[[\"8.0\",\"9\"]],\"a\":[]}")); /* before it: skipped */
    assert_ok(diff(&b, "{\"U\":95,\"u\":105,\"pu\":90,\"b\":[[\"10.0\",\"7\"]],\"a\":[[\"10.1\",\"0\"]]}"));
    assert_ok(diff(&b, "{\"U\":107,\"u\":110,\"pu\":105,\"b\":[],\"a\":[[\"10.2\",\"6\"]]}"));
    assert_int_equal(b.state, PLAIN_EMPTY);
    assert_ok(snapshot(&b, SNAPSHOT));
    assert_int_equal(b.state, PLAIN_TRUE);
    assert_int_equal(b.last_id, 110);
    expect(&b, 0, "100x7 99x2 90x5 ");
    expect(&b, 1, "102x6 105x4 ");
    plain_book_finish(&b);
}

static void test_a_missing_diff_breaks_it_until_the_next_snapshot(void **state)
{
    (void)state;
    struct plain_book b;
    plain_book_init(&b, 1, 0);
    assert_ok(snapshot(&b, SNAPSHOT));
    assert_ok(diff(&b, "{\"U\":99,\"u\":101,\"pu\":98,\"b\":[],\"a\":[[\"10.1\",\"1\"]]}"));
    assert_ok(diff(&b, "{\"U\":104,\"u\":105,\"pu\":103,\"b\":[],\"a\":[]}"));
    assert_int_equal(b.state, PLAIN_BROKEN);
    assert_ok(diff(&b, "{\"U\":106,\"u\":106,\"pu\":105,\"b\":[],\"a\":[]}"));
    assert_int_equal(b.state, PLAIN_BROKEN);
    assert_ok(snapshot(&b, SNAPSHOT));
    assert_int_equal(b.state, PLAIN_TRUE);
    /* A first diff that begins after the snapshot ended leaves a hole. */
    assert_ok(diff(&b, "{\"U\":103,\"u\":105,\"pu\":102,\"b\":[],\"a\":[]}"));
    assert_int_equal(b.state, PLAIN_BROKEN);
    plain_book_finish(&b);
}

static void test_levels_beyond_the_snapshot_are_not_claimed(void **state)
{
    (void)state;
    struct plain_book b;
    plain_book_init(&b, 1, 0);
    assert_ok(snapshot(&b, SNAPSHOT));
    assert_ok(diff(
        &b,
        "{\"U\":101,\"u\":102,\"pu\":100,\"b\":[[\"8.5\",\"1\"],[\"9.5\",\"1\"]],\"a\":[[\"11.0\",\"1\"],[\"10.5\",\"0\"]]}"));
    expect(&b, 0, "100x1 99x2 95x1 90x5 ");
    expect(&b, 1, "101x3 ");
    plain_book_finish(&b);
}

static void test_unreadable_text_breaks_it(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "{\"U\":101,\"u\":102,\"pu\":100,\"b\":[[\"x\",\"1\"]],\"a\":[]}",
        "{\"U\":101,\"u\":102,\"pu\":100,\"b\":[[\"10.05\",\"1\"]],\"a\":[]}",
        "{\"U\":101,\"u\":102,\"pu\":100,\"b\":[[\"-1\",\"1\"]],\"a\":[]}",
        "{\"U\":101,\"u\":102,\"pu\":100,\"b\":[\"9\"],\"a\":[]}",
        "{\"U\":101,\"u\":102,\"pu\":100,\"b\":[]}",
        "{\"U\":101,\"u\":-2,\"pu\":100,\"b\":[],\"a\":[]}",
        "{\"U\":101,\"u\":102,\"pu\":100,\"b\":[],\"a\":[]",
        "[]",
        "",
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct plain_book b;
        plain_book_init(&b, 1, 0);
        assert_ok(snapshot(&b, SNAPSHOT));
        assert_true(diff(&b, bad[i]) < 0);
        assert_int_equal(b.state, PLAIN_BROKEN);
        plain_book_finish(&b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_diffs_before_the_snapshot_join_it),
        cmocka_unit_test(test_a_missing_diff_breaks_it_until_the_next_snapshot),
        cmocka_unit_test(test_levels_beyond_the_snapshot_are_not_claimed),
        cmocka_unit_test(test_unreadable_text_breaks_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
