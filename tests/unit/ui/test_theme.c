#include "test.h"
#include "ui/theme.h"
#include <alphaplus/ui/ui.h>
#include <stdio.h>
#include <string.h>

/* A theme of all roles, one line each, with `change` put in place of the line that begins like it. */
static size_t write_theme(char *buf, size_t size, const char *change)
{
    static const char *const names[] = {
#define X(name, text, letter, meaning) #text,
        ROLE_LIST(X)
#undef X
    };
    size_t at = (size_t)snprintf(buf, size, "# made\n[roles]\n");
    for (size_t i = 0; i < ROLE_N; i++) {
        size_t n = strlen(names[i]);
        bool is_it = strncmp(change, names[i], n) == 0 && change[n] == ' ';
        at += (size_t)snprintf(buf + at, size - at, "%s%s\n", is_it ? change : names[i],
                               is_it ? "" : " = #102030 on #405060 bold");
    }
    return at + (size_t)snprintf(buf + at, size - at, "[heat]\nramp = #000000 #ffffff\n");
}

static void test_every_builtin_sets_every_role(void **state)
{
    size_t n = 0;
    (void)state;
    for (; ui_theme_name(n) != NULL; n++) {
        char why[256] = "";
        if (ui_theme_check(ui_theme_name(n), why, sizeof why) != 0)
            print_error("%s: %s\n", ui_theme_name(n), why);
        assert_ok(ui_theme_check(ui_theme_name(n), why, sizeof why));
    }
    assert_true(n >= 4);
}

static void test_missing_role(void **state)
{
    char text[4096], why[256] = "";
    struct theme t;
    (void)state;
    size_t n = write_theme(text, sizeof text, "bid # nothing");
    assert_err(theme_parse(text, n, &t, why, sizeof why), AP_ESYNTAX);
    n = write_theme(text, sizeof text, "wall ");
    assert_err(theme_parse(text, n, &t, why, sizeof why), AP_ESYNTAX);
    assert_err(theme_parse("", 0, &t, why, sizeof why), AP_ESYNTAX);
    assert_non_null(strstr(why, "ramp"));
}

static void test_faults_name_their_line(void **state)
{
    static const char *const bad[] = {
        "bid = blue",        "bid = #12345",     "bid = #1234567", "bid = #10203g",
        "bid = #102030 fat", "bid = #102030 on", "bid #102030",    "bid = "};
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char text[4096], why[256] = "";
        struct theme t;
        size_t n = write_theme(text, sizeof text, bad[i]);
        assert_err(theme_parse(text, n, &t, why, sizeof why), AP_ESYNTAX);
        assert_non_null(strstr(why, "line 9"));
    }
}

static void test_good_theme(void **state)
{
    char text[4096], why[256] = "";
    struct theme t;
    (void)state;
    size_t n = write_theme(text, sizeof text, "bid = #0a0b0c underline reverse");
    assert_ok(theme_parse(text, n, &t, why, sizeof why));
    assert_int_equal(t.roles[ROLE_BID].fg, 0x0a0b0c);
    assert_int_equal(t.roles[ROLE_BID].bg, 0x405060); /* of text */
    assert_int_equal(t.roles[ROLE_BID].attr, ATTR_UNDERLINE | ATTR_REVERSE);
    assert_int_equal(t.heat[0], 0x000000);
    assert_int_equal(t.heat[HEAT_SHADES - 1], 0xffffff);
    for (int i = 1; i < HEAT_SHADES; i++)
        assert_true(t.heat[i] > t.heat[i - 1]);
}

static void test_garbage_is_refused(void **state)
{
    uint64_t seed = 7;
    char text[512], why[256];
    struct theme t;
    (void)state;
    for (int round = 0; round < 2000; round++) {
        for (size_t i = 0; i < sizeof text; i++)
            text[i] = "[]=# \n\tabcdef0123456789bidroleshat\xc3"[test_random(&seed) % 36];
        assert_true(theme_parse(text, sizeof text, &t, why, sizeof why) < 0);
    }
    assert_err(theme_load("no-such-theme", &t, why, sizeof why), AP_ENOTFOUND);
    assert_true(theme_load("/", &t, why, sizeof why) < 0);
    assert_true(theme_load("/dev/zero", &t, why, sizeof why) < 0);
}

static void test_downsample(void **state)
{
    (void)state;
    assert_int_equal(color_downsample(COLOR_DEFAULT, 256), COLOR_DEFAULT);
    assert_int_equal(color_downsample(0xff0000, 0), COLOR_DEFAULT);
    assert_int_equal(color_downsample(0x123456, COLORS_DIRECT), 0x123456);
    assert_int_equal(color_downsample(0x000003, COLORS_DIRECT), 8); /* 0..7 would be the palette */
    assert_int_equal(color_downsample(0xff0000, 256), 196);
    assert_int_equal(color_downsample(0x5f87af, 256), 67);
    assert_int_equal(color_downsample(0x080808, 256), 232);
    assert_int_equal(color_downsample(0xeeeeee, 256), 255);
    assert_int_equal(color_downsample(0xffffff, 256), 231);
    assert_int_equal(color_downsample(0xffffff, 16), 15);
    assert_int_equal(color_downsample(0x5aa9ff, 8), 4 | 2); /* a light blue: cyan */
    assert_int_equal(color_downsample(0xffab5e, 8), 3);
    assert_int_equal(color_downsample(0x0b0e14, 8), 0);
    assert_int_equal(color_downsample(0xb9c2cf, 8), 7);
}

/* Bid and ask must differ in every theme at every depth, by colour or by attribute. */
static void test_sides_differ(void **state)
{
    static const int depths[] = {COLORS_DIRECT, 256, 16, 8, 0};
    (void)state;
    for (size_t n = 0; ui_theme_name(n) != NULL; n++) {
        struct theme t;
        char why[256];
        assert_ok(theme_load(ui_theme_name(n), &t, why, sizeof why));
        for (size_t d = 0; d < sizeof depths / sizeof *depths; d++) {
            struct cell bid = {.ch = '1', .fg = ROLE_BID, .bg = PAINT_OWN},
                        ask = {.ch = '1', .fg = ROLE_ASK, .bg = PAINT_OWN};
            struct look a = theme_look(&t, &bid, depths[d]), b = theme_look(&t, &ask, depths[d]);
            if (depths[d] == 0 && strcmp(ui_theme_name(n), "mono") != 0)
                continue; /* the screen takes mono there */
            assert_true(a.fg != b.fg || a.attr != b.attr);
        }
    }
}

static void test_ink_is_never_paper(void **state)
{
    static const int depths[] = {COLORS_DIRECT, 256, 16, 8};
    (void)state;
    for (size_t n = 0; ui_theme_name(n) != NULL; n++) {
        struct theme t;
        char why[256];
        assert_ok(theme_load(ui_theme_name(n), &t, why, sizeof why));
        for (size_t d = 0; d < sizeof depths / sizeof *depths; d++) {
            for (int role = 0; role < ROLE_N; role++) {
                struct cell cell = {.ch = 'x', .fg = (uint8_t)role, .bg = PAINT_OWN};
                struct look look = theme_look(&t, &cell, depths[d]);
                assert_true(look.fg != look.bg || look.fg == COLOR_DEFAULT);
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_builtin_sets_every_role),
        cmocka_unit_test(test_missing_role),
        cmocka_unit_test(test_faults_name_their_line),
        cmocka_unit_test(test_good_theme),
        cmocka_unit_test(test_garbage_is_refused),
        cmocka_unit_test(test_downsample),
        cmocka_unit_test(test_sides_differ),
        cmocka_unit_test(test_ink_is_never_paper),
    };
    return cmocka_run_group_tests_name("ui/theme", tests, NULL, NULL);
}
