#include "test.h"

#include "venue/decimal.h"
#include "venue/scan.h"
#include <alphaplus/base/fixed.h>
#include <stdio.h>
#include <string.h>

/* In a block of its own size, so that the sanitizer sees a read beyond it. */
static int check(const char *text, size_t n, struct scan_value *ret_value)
{
    static char *kept;
    free(kept);
    kept = malloc(n > 0 ? n : 1);
    assert_non_null(kept);
    memcpy(kept, text, n);
    struct scan s = {.at = kept, .end = kept + n};
    int err = scan_value(&s, 0, ret_value);
    if (n == 0) {
        free(kept);
        kept = NULL;
    }
    return err < 0 ? err : scan_at_end(&s) ? 0 : AP_ESYNTAX;
}

static void accepts_json(void **state)
{
    static const struct {
        const char *text;
        int type;
    } good[] = {
        {"null", SCAN_NULL},
        {" true ", SCAN_TRUE},
        {"false", SCAN_FALSE},
        {"0", SCAN_INT},
        {"-0", SCAN_INT},
        {"9223372036854775807", SCAN_INT},
        {"-9223372036854775808", SCAN_INT},
        {"0.5", SCAN_REAL},
        {"1e5", SCAN_REAL},
        {"-1.25E-7", SCAN_REAL},
        {"\"\"", SCAN_STRING},
        {"\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\ud83d\\ude00\"", SCAN_STRING},
        {"\"\x7f\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80 longer than a word\"", SCAN_STRING},
        {"[]", SCAN_ARRAY},
        {" [ 1 , [ ] , { } ]\r\n", SCAN_ARRAY},
        {"{}", SCAN_OBJECT},
        {"{\"a\":1,\"b\":{\"a\":2}}", SCAN_OBJECT},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        struct scan_value v = {0};
        assert_ok(check(good[i].text, strlen(good[i].text), &v));
        assert_int_equal(v.type, good[i].type);
    }
}

static void refuses_what_is_not_json(void **state)
{
    static const char *const bad[] = {
        "",
        " ",
        "nul",
        "truex",
        "TRUE",
        "01",
        "-",
        "+1",
        "1.",
        ".5",
        "1e",
        "1e+",
        "0x1",
        "NaN",
        "Infinity",
        "\"",
        "\"abc",
        "\"\\x\"",
        "\"\\u12\"",
        "\"\\u0000\"",
        "\"\\ud83d\"",
        "\"\\ud83d\\u0041\"",
        "\"\\ude00\"",
        "\"a\nb\"",
        "\"\x01\"",
        "\"\xff\"",
        "\"\xc0\xaf\"",
        "\"\xed\xa0\x80\"",
        "\"\xf4\x90\x80\x80\"",
        "\"\xe2\x82\"",
        "\"\xf0\x9f\"",
        "[",
        "[1",
        "[1,]",
        "[,1]",
        "[1 2]",
        "]",
        "{",
        "{\"a\"}",
        "{\"a\":}",
        "{\"a\":1,}",
        "{a:1}",
        "{1:1}",
        "{\"a\" 1}",
        "[1]]",
        "{}{}",
        "1 2",
        "[1e999]",
        "9223372036854775808",
        "-9223372036854775809",
        "{\"a\":1,\"a\":2}",
        "[{\"x\":{\"a\":1,\"\\u0061\":2}}]",
        "\xef\xbb\xbf{}",
    };
    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct scan_value v;
        if (check(bad[i], strlen(bad[i]), &v) == 0) {
            print_error("taken as JSON: %s\n", bad[i]);
            fail();
        }
    }
    struct scan_value v;
    assert_err(check("[true\0]", 7, &v), AP_ESYNTAX);
}

/* Bytes, no string: there is no end mark to copy. */
static void lay(void *to, const void *from, size_t n)
{
    memcpy(to, from, n);
}

static void has_ceilings(void **state)
{
    char text[8192];
    struct scan_value v;
    (void)state;
    for (int depth = SCAN_DEPTH_MAX - 1; depth <= SCAN_DEPTH_MAX + 1; depth++) {
        memset(text, '[', (size_t)depth);
        memset(text + depth, ']', (size_t)depth);
        assert_err(check(text, 2 * (size_t)depth, &v), depth <= SCAN_DEPTH_MAX ? 0 : AP_ETOOBIG);
    }
    for (int keys = SCAN_KEYS_MAX; keys <= SCAN_KEYS_MAX + 1; keys++) {
        size_t n = (size_t)snprintf(text, sizeof(text), "{");
        for (int i = 0; i < keys; i++) {
            n += (size_t)snprintf(text + n, sizeof(text) - n, "%s\"k%d\":0", i > 0 ? "," : "", i);
        }
        n += (size_t)snprintf(text + n, sizeof(text) - n, "}");
        assert_err(check(text, n, &v), keys <= SCAN_KEYS_MAX ? 0 : AP_ETOOBIG);
    }
    for (size_t key = SCAN_KEY_MAX; key <= SCAN_KEY_MAX + 1; key++) {
        memset(text, 'x', sizeof(text));
        lay(text, "{\"", 2);
        lay(text + 2 + key, "\":0}", 4);
        assert_err(check(text, key + 6, &v), key <= SCAN_KEY_MAX ? 0 : AP_ETOOBIG);
    }
    memset(text, '1', 100);
    lay(text, "0.", 2);
    assert_err(check(text, SCAN_NUMBER_MAX, &v), 0);
    assert_err(check(text, SCAN_NUMBER_MAX + 1, &v), AP_ETOOBIG);
}

static void gives_texts_and_integers(void **state)
{
    static const struct {
        const char *text;
        int64_t value;
    } ints[] = {
        {"0", 0},
        {"-0", 0},
        {"7", 7},
        {"12345678", 12345678},
        {"-123456789", -123456789},
        {"1721347022504", 1721347022504},
        {"123456789012345678", 123456789012345678},
        {"-123456789012345678", -123456789012345678},
        {"9223372036854775807", INT64_MAX},
        {"-9223372036854775808", INT64_MIN},
    };
    char buf[16];
    const char *text;
    size_t n;
    struct scan_value v;
    int64_t value;
    (void)state;
    for (size_t i = 0; i < sizeof(ints) / sizeof(ints[0]); i++) {
        assert_ok(check(ints[i].text, strlen(ints[i].text), &v));
        assert_ok(scan_int(&v, &value));
        assert_true(value == ints[i].value);
    }
    assert_ok(check("\"B\\u0054C\\ud83d\\ude00\"", 22, &v));
    assert_ok(scan_text(&v, buf, sizeof(buf), &text, &n));
    assert_int_equal(n, 7);
    assert_memory_equal(text, "BTC\xf0\x9f\x98\x80", 7);
    assert_err(scan_text(&v, buf, 6, &text, &n), AP_ETOOBIG);
    assert_ok(check("1.5", 3, &v));
    assert_err(scan_int(&v, &value), AP_ETYPE);
    assert_err(scan_text(&v, buf, sizeof(buf), &text, &n), AP_ETYPE);
}

/* Each way of reading a decimal eight bytes at a time says what fixed_parse() says, or that it cannot tell. */
static void quick_decimals_are_the_careful_ones(void **state)
{
    uint64_t rng = 20240718;
    int read[3] = {0};
    (void)state;
    for (int i = 0; i < 200000; i++) {
        char text[64];
        struct decimal_form f;
        unsigned decimals = (unsigned)test_below(&rng, DECIMAL_QUICK_MAX + 1);
        decimal_init(&f, decimals, fixed_pow10((int)decimals));
        if (test_below(&rng, 10) != 0) {
            decimal_learn(&f, 1 + (unsigned)test_below(&rng, 7), 1 + (unsigned)test_below(&rng, 7));
        }
        memset(text, '5', sizeof(text));
        size_t n = 0;
        for (uint64_t k = test_below(&rng, 9); k > 0; k--) {
            text[n++] = (char)('0' + test_below(&rng, 10));
        }
        if (test_below(&rng, 4) != 0) {
            text[n++] = '.';
            for (uint64_t k = test_below(&rng, 10); k > 0; k--) {
                text[n++] = (char)('0' + test_below(&rng, 3) * test_below(&rng, 4));
            }
        }
        if (test_below(&rng, 50) == 0 && n > 0) {
            text[test_below(&rng, n)] = "-+ eE:/\x80\xff"[test_below(&rng, 9)];
        }
        text[n] = '"';
        int64_t expected = 0, got[3] = {0};
        bool is_right = fixed_parse(text, n, (int)f.decimals, &expected) == 0;
        const char *at[3] = {text, text, text};
        bool did[3] = {decimal_alike(&at[0], &f, &got[0]), decimal_alike_behind(&at[1], &f, &got[1]), false};
        did[2] = decimal_quick(&at[2], &f, &got[2]);
        for (int k = 0; k < 3; k++) {
            if (did[k] && (!is_right || got[k] != expected || at[k] != text + n + 1)) {
                print_error("way %d of %.*s at %u decimals\n", k, (int)n, text, f.decimals);
                fail();
            }
            assert_true(did[k] || at[k] == text);
            read[k] += did[k];
        }
        assert_true(!(did[0] || did[1]) || did[2]);
    }
    assert_true(read[0] > 200 && read[1] > 1000 && read[2] > 50000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(accepts_json),
        cmocka_unit_test(refuses_what_is_not_json),
        cmocka_unit_test(has_ceilings),
        cmocka_unit_test(gives_texts_and_integers),
        cmocka_unit_test(quick_decimals_are_the_careful_ones),
    };
    return cmocka_run_group_tests_name("venue/scan", tests, NULL, NULL);
}
