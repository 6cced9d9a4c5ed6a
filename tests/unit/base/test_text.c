#include "test.h"
#include <alphaplus/base/clock.h>
#include <alphaplus/base/text.h>
#include <string.h>

static void test_sanitize(void **state)
{
    static const struct {
        const char *in, *out;
        size_t n;
    } rows[] = {
        {"plain", "plain", 5},
        {"a\x1b[2Jb", "a?[2Jb", 6},
        {"a\nb\tc\x7f", "a?b?c?", 6},
        {"nul\0here", "nul?here", 8},
        {"\xe2\x82\xac", "\xe2\x82\xac", 3},         /* a euro sign stays */
        {"\xf0\x9f\x90\xb3", "\xf0\x9f\x90\xb3", 4}, /* four bytes too */
        {"\xc2\x9b\x35", "?5", 3},                   /* C1 CSI, as UTF-8 */
        {"\x9b\x35", "?5", 2},                       /* and as a byte */
        {"\xc0\xaf", "??", 2},                       /* overlong */
        {"\xe0\x80\xaf", "???", 3},
        {"\xed\xa0\x80", "???", 3},      /* surrogate */
        {"\xf4\x90\x80\x80", "????", 4}, /* beyond Unicode */
        {"\xe2\x82", "??", 2},           /* cut */
        {"\xff\xfe", "??", 2},
        {"x\xe2\x80\xaey", "x?y", 5}, /* right-to-left override */
    };
    char buf[64];
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        text_sanitize(buf, sizeof(buf), rows[i].in, rows[i].n);
        assert_string_equal(buf, rows[i].out);
    }
}

static void test_sanitize_never_cuts_a_character(void **state)
{
    char buf[8];
    (void)state;
    text_sanitize(buf, 4, "ab\xe2\x82\xac", 5);
    assert_string_equal(buf, "ab");
    text_sanitize(buf, 6, "ab\xe2\x82\xac", 5);
    assert_string_equal(buf, "ab\xe2\x82\xac");
    text_sanitize(buf, 1, "ab", 2);
    assert_string_equal(buf, "");
    buf[0] = 'x';
    text_sanitize(buf, 0, "ab", 2);
    assert_int_equal(buf[0], 'x');
}

static void test_copy(void **state)
{
    char buf[4];
    (void)state;
    assert_true(text_copy(buf, sizeof(buf), "abc"));
    assert_string_equal(buf, "abc");
    assert_false(text_copy(buf, sizeof(buf), "abcd"));
    assert_string_equal(buf, "abc");
    assert_false(text_copy(buf, 1, "abcd"));
    assert_string_equal(buf, "");
    assert_false(text_copy(buf, 0, ""));
    assert_true(text_equal_nocase("BiNance", "bINANCE"));
    assert_false(text_equal_nocase("abc", "abcd"));
    assert_false(text_equal_nocase("abcd", "abc"));
    assert_true(text_equal_nocase("", ""));
}

static void test_distance(void **state)
{
    char longer[100];
    (void)state;
    assert_int_equal(text_distance("kitten", "sitting", 9), 3);
    assert_int_equal(text_distance("live", "lvie", 9), 1);
    assert_int_equal(text_distance("replay", "replay", 9), 0);
    assert_int_equal(text_distance("", "abc", 9), 3);
    assert_int_equal(text_distance("abc", "", 9), 3);
    assert_int_equal(text_distance("record", "doctor", 3), 3);
    memset(longer, 'a', sizeof(longer) - 1);
    longer[sizeof(longer) - 1] = '\0';
    assert_int_equal(text_distance(longer, "abc", 4), 4);
    assert_int_equal(text_distance(longer, longer, 4), 0);
}

static void test_money(void **state)
{
    static const struct {
        double value;
        const char *text;
    } rows[] = {{0, "0"},           {-0.0, "0"},        {0.001, "0.00"},    {-0.001, "0.00"},
                {0.25, "0.25"},     {1.5, "1.50"},      {12.34, "12.3"},    {99.94, "99.9"},
                {99.96, "100"},     {999.4, "999"},     {999.6, "1.00k"},   {412000, "412k"},
                {1020000, "1.02M"}, {999499, "999k"},   {999500, "1.00M"},  {-1020000, "-1.02M"},
                {1.5e9, "1.50B"},   {2.25e12, "2.25T"}, {9.9e14, "990T"},   {9.999e14, ">999T"},
                {-1e300, "<-999T"}, {9.996, "10.0"},    {(double)NAN, "?"}, {(double)INFINITY, "?"}};
    char buf[16];
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_int_equal(text_money(buf, sizeof(buf), rows[i].value), strlen(rows[i].text));
        assert_string_equal(buf, rows[i].text);
    }
    assert_int_equal(text_money(buf, 3, 412000), 2);
    assert_string_equal(buf, "41");
}

static void test_time(void **state)
{
    char buf[64];
    int64_t t = INT64_C(1795272419412345678); /* date -u -d @1795272419 */
    (void)state;
    text_time(buf, sizeof(buf), t, 0, false);
    assert_string_equal(buf, "14:46:59");
    text_time(buf, sizeof(buf), t, 3, false);
    assert_string_equal(buf, "14:46:59.412");
    text_time(buf, sizeof(buf), t, 3, true);
    assert_string_equal(buf, "2026-11-21T14:46:59.412Z");
    text_time(buf, sizeof(buf), t, 9, true);
    assert_string_equal(buf, "2026-11-21T14:46:59.412345678Z");
    text_time(buf, sizeof(buf), -1, 3, true);
    assert_string_equal(buf, "1969-12-31T23:59:59.999Z");
    text_time(buf, sizeof(buf), INT64_MIN, 0, true);
    assert_string_equal(buf, "1677-09-21T00:12:43Z");
    text_time(buf, 3, t, 0, false);
    assert_string_equal(buf, "14");
}

static void test_duration(void **state)
{
    static const struct {
        const char *text;
        int64_t ns;
    } rows[] = {{"250ms", 250000000},
                {"1s", 1000000000},
                {"5m", INT64_C(300000000000)},
                {"0s", 0},
                {"2h", INT64_C(7200000000000)},
                {"30d", INT64_C(2592000000000000)},
                {"7us", 7000},
                {"9ns", 9}};
    static const char *const bad[] = {"", "s", "5", "5 s", "-5s", "1.5s", "5x", "5sec", " 5s", "1e3s", "5s "};
    int64_t ns = 77;
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_ok(text_parse_duration(rows[i].text, &ns));
        assert_int_equal(ns, rows[i].ns);
    }
    ns = 77;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_err(text_parse_duration(bad[i], &ns), AP_ESYNTAX);
    }
    assert_err(text_parse_duration("999999999d", &ns), AP_ERANGE);
    assert_err(text_parse_duration("99999999999999999999999s", &ns), AP_ERANGE);
    assert_int_equal(ns, 77);
}

static void test_parse_time(void **state)
{
    const int64_t day = INT64_C(1721347402000000000); /* 2024-07-19T00:03:22Z */
    static const struct {
        const char *text;
        int64_t ns;
    } rows[] = {{"1721347402", INT64_C(1721347402000000000)},
                {"1721347402123", INT64_C(1721347402123000000)},
                {"1721347402123456", INT64_C(1721347402123456000)},
                {"1721347402123456789", INT64_C(1721347402123456789)},
                {"0", 0},
                {"2024-07-19T00:03:22", INT64_C(1721347402000000000)},
                {"2024-07-19T00:03:22Z", INT64_C(1721347402000000000)},
                {"2024-07-19T00:03:22.123", INT64_C(1721347402123000000)},
                {"2024-07-19T00:03:22.123456789Z", INT64_C(1721347402123456789)},
                {"2024-07-19 00:03", INT64_C(1721347380000000000)},
                {"2024-07-19", INT64_C(1721347200000000000)},
                {"2024-02-29", INT64_C(1709164800000000000)},
                {"1969-12-31T23:59:59", INT64_C(-1000000000)},
                {"14:03:22", INT64_C(1721397802000000000)},
                {"14:03:22.5", INT64_C(1721397802500000000)},
                {"14:03", INT64_C(1721397780000000000)}};
    static const char *const syntax[] = {"",
                                         "now",
                                         "14:3:22",
                                         "14:03:22Z",
                                         "2024-7-19",
                                         "2024-07-19T",
                                         "2024-07-19T00:03:22+01",
                                         "24-07-19",
                                         "14:03:22.",
                                         "14:03:22.1234567890",
                                         "-5",
                                         "2024-07-19T00:03:22ZZ"};
    static const char *const range[] = {"24:00:00",    "14:60:00",   "14:00:60",
                                        "2024-13-01",  "2024-00-01", "2023-02-29",
                                        "2024-04-31",  "9999-01-01", "99999999999999999999",
                                        "99999999999", "1600-01-01"};
    int64_t ns = 77;
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_ok(text_parse_time(rows[i].text, day, &ns));
        assert_int_equal(ns, rows[i].ns);
    }
    ns = 77;
    for (size_t i = 0; i < sizeof(syntax) / sizeof(syntax[0]); i++) {
        assert_err(text_parse_time(syntax[i], day, &ns), AP_ESYNTAX);
    }
    for (size_t i = 0; i < sizeof(range) / sizeof(range[0]); i++) {
        assert_err(text_parse_time(range[i], day, &ns), AP_ERANGE);
    }
    assert_int_equal(ns, 77);
}

static void test_time_within(void **state)
{
    const int64_t midnight = INT64_C(1721347200) * 1000000000, s = 1000000000; /* 2024-07-19 */
    const int64_t first = midnight - 180 * s, last = midnight + 300 * s;
    int64_t at;
    (void)state;
    assert_ok(text_parse_time_within("00:03:22", first, last, &at));
    assert_true(at == midnight + 202 * s);
    assert_ok(text_parse_time_within("23:58:00", first, last, &at));
    assert_true(at == midnight - 120 * s);
    assert_ok(text_parse_time_within("12:00:00", first, last, &at)); /* nowhere inside: the first day's */
    assert_true(at == midnight - 43200 * s);
    assert_ok(text_parse_time_within("1721347201", first, last, &at));
    assert_true(at == midnight + s);
    assert_true(text_parse_time_within("noon", first, last, &at) < 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sanitize),    cmocka_unit_test(test_sanitize_never_cuts_a_character),
        cmocka_unit_test(test_copy),        cmocka_unit_test(test_distance),
        cmocka_unit_test(test_money),       cmocka_unit_test(test_time),
        cmocka_unit_test(test_duration),    cmocka_unit_test(test_parse_time),
        cmocka_unit_test(test_time_within),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
