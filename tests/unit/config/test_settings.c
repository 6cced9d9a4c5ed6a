#include "config/ini_text.h"
#include "test.h"
#include <alphaplus/config/settings.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct read {
    struct settings s;
    struct buf why;
};

static int read_text(struct read *r, const char *text)
{
    settings_default(&r->s);
    buf_init(&r->why, 64 << 10);
    return settings_parse(&r->s, text, strlen(text), "s.ini", &r->why);
}

static void test_defaults(void **state)
{
    struct settings s;
    struct buf text;
    (void)state;
    settings_default(&s);
    assert_string_equal(s.screen.theme, "default");
    assert_string_equal(s.screen.glyphs, "auto");
    assert_int_equal(s.screen.fps, 10);
    assert_false(s.screen.mouse);
    assert_true(s.screen.utc);
    assert_true(s.screen.mark_trades == 125000);
    assert_string_equal(s.feeds.instruments, "binance:BTCUSDT");
    assert_string_equal(s.journal.directory, "");
    buf_init(&text, 64 << 10);
    assert_ok(settings_print(&s, &text));
    assert_non_null(
        strstr(text.data, "screen.fps = 10 (default 10, frames a second at most; from default)\n"));
    assert_non_null(strstr(text.data, "screen.mouse = no (default no, "));
    assert_non_null(strstr(text.data, "screen.tape_floor = 10000 (default 10000, "));
    assert_non_null(strstr(text.data, "journal.directory =  (default empty, "));
    buf_finish(&text);
}

static void test_params(void **state)
{
    struct read r;
    (void)state;
    assert_ok(
        read_text(&r, "[params]\nwall.z_min = 4.25\n; x\nimbalance.tau_bps = -2 ; checked elsewhere\n"));
    assert_int_equal(r.s.params.n, 2);
    assert_string_equal(r.s.params.pairs[0].id, "wall.z_min");
    assert_true(r.s.params.pairs[0].value == 4.25);
    assert_int_equal(r.s.params.pairs[0].line, 2);
    assert_true(r.s.params.pairs[1].value == -2.0);
    assert_int_equal(r.s.params.pairs[1].line, 4);
    buf_finish(&r.why);
    assert_int_equal(read_text(&r, "[params]\na = 1\na = 2\nb = nan\nc = 1e5\n"
                                   "a.name.that.is.longer.than.any.parameter.can.ever.be = 1\n"),
                     AP_ESYNTAX);
    assert_non_null(strstr(r.why.data, "s.ini:3: params.a stands in line 2 already\n"));
    assert_non_null(strstr(r.why.data, "s.ini:4: params.b: \"nan\" is not a number\n"));
    assert_non_null(strstr(r.why.data, "s.ini:5: "));
    assert_non_null(strstr(r.why.data, "s.ini:6: "));
    assert_int_equal(r.s.params.n, 0);
    buf_finish(&r.why);
}

static void test_params_full(void **state)
{
    struct read r;
    struct buf text;
    (void)state;
    buf_init(&text, 64 << 10);
    buf_text(&text, "[params]\n");
    for (int i = 0; i <= SETTING_PAIRS_MAX; i++) {
        buf_printf(&text, "p%d = %d\n", i, i);
    }
    assert_int_equal(read_text(&r, text.data), AP_ESYNTAX);
    assert_non_null(strstr(r.why.data, "s.ini:258: params.p256: at most 256"));
    buf_finish(&r.why);
    buf_finish(&text);
}

static void test_good(void **state)
{
    struct read r;
    (void)state;
    assert_ok(read_text(&r, "\xef\xbb\xbf; all of it\r\n"
                            "[screen]\r\n"
                            "  theme=mono ; ours\r\n"
                            "\tfps  =  25\t\r\n"
                            "mouse = On\n"
                            "# utc = maybe\n"
                            "utc = false\n"
                            "colors = 256\n"
                            "tape_floor = 2500.5\n"
                            "\n"
                            "[feeds]\n"
                            "instruments = binance:BTCUSDT, binance:ETHUSDT\n"
                            "[journal]\n"
                            "directory = /tmp/a;b=c:d/\xc3\xa9\n"
                            "[screen]\n"
                            "mark_trades = 1"));
    assert_string_equal(r.s.screen.theme, "mono");
    assert_int_equal(r.s.screen.fps, 25);
    assert_true(r.s.screen.mouse);
    assert_false(r.s.screen.utc);
    assert_string_equal(r.s.screen.colors, "256");
    assert_true(r.s.screen.tape_floor == 2500.5);
    assert_true(r.s.screen.mark_trades == 1);
    assert_string_equal(r.s.feeds.instruments, "binance:BTCUSDT, binance:ETHUSDT");
    assert_string_equal(r.s.journal.directory, "/tmp/a;b=c:d/\xc3\xa9");
    assert_string_equal(r.why.data, "");
    buf_finish(&r.why);
    assert_ok(read_text(&r, ""));
    buf_finish(&r.why);
    assert_ok(read_text(&r, "[screen]\ntheme =\n")); /* a free text may be empty */
    assert_string_equal(r.s.screen.theme, "");
    buf_finish(&r.why);
}

static void test_faults(void **state)
{
    static const char *const rows[][2] = {
        {"[screen]\nfps = 0\n", "s.ini:2: screen.fps: \"0\" is not between 1 and 60\n"},
        {"[screen]\nfps = 61\n", "s.ini:2: screen.fps: \"61\" is not between 1 and 60\n"},
        {"[screen]\nfps = 9.5\n", "s.ini:2: screen.fps: \"9.5\" is not a whole number\n"},
        {"[screen]\nfps = 1e1\n", "s.ini:2: screen.fps: \"1e1\" is not a whole number\n"},
        {"[screen]\nfps =\n", "s.ini:2: screen.fps: \"\" is not a whole number\n"},
        {"[screen]\ntape_floor = nan\n", "s.ini:2: screen.tape_floor: \"nan\" is not a number\n"},
        {"[screen]\ntape_floor = -1\n",
         "s.ini:2: screen.tape_floor: \"-1\" is not between 0 and 1000000000000\n"},
        {"[screen]\nmouse = 7\n", "s.ini:2: screen.mouse: \"7\" is neither yes nor no\n"},
        {"[screen]\nglyphs = emoji\n", "s.ini:2: screen.glyphs: \"emoji\" is not one of auto|ascii|utf8\n"},
        {"[screen]\nglyphs = ascii|utf8\n",
         "s.ini:2: screen.glyphs: \"ascii|utf8\" is not one of auto|ascii|utf8\n"},
        {"[screen]\nglyphs = utf\n", "s.ini:2: screen.glyphs: \"utf\" is not one of auto|ascii|utf8\n"},
        {"[screen]\nfpz = 9\n", "s.ini:2: no setting screen.fpz: is it screen.fps?\n"},
        {"[screen]\nsomething_else = 9\n", "s.ini:2: no setting screen.something_else\n"},
        {"[sreen]\nfps = 9\n",
         "s.ini:1: no section [sreen]: there are [screen] [journal] [feeds] [risk] [params]\n"},
        {"fps = 9\n", "s.ini:1: fps: stands before any [section]\n"},
        {"[screen]\nfps = 9\n\nfps = 10\n", "s.ini:4: screen.fps stands in line 2 already\n"},
        {"[screen]\nfps\n", "s.ini:2: neither [section] nor name = value\n"},
        {"[screen]\n= 5\n", "s.ini:2: neither [section] nor name = value\n"},
        {"[screen]\nfps: 9\n", "s.ini:2: neither [section] nor name = value\n"},
        {"[screen\nfps = 9\n",
         "s.ini:1: a section is written [name], alone in its line\ns.ini:2: fps: stands before any [section]\n"},
        {"[screen] fps = 9\n", "s.ini:1: a section is written [name], alone in its line\n"},
        {"[]\n", "s.ini:1: a section is written [name], alone in its line\n"},
        {"[screen]\ntheme = \x1b[2J\n", "s.ini:2: the line holds control bytes or is not UTF-8\n"},
        {"[screen]\ntheme = \xff\n", "s.ini:2: the line holds control bytes or is not UTF-8\n"},
        /* All of them, not the first alone. */
        {"[screen]\nfps = x\nmouse = y\nnope\n", "s.ini:2: screen.fps: \"x\" is not a whole number\n"
                                                 "s.ini:3: screen.mouse: \"y\" is neither yes nor no\n"
                                                 "s.ini:4: neither [section] nor name = value\n"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct read r;
        struct settings standard;
        settings_default(&standard);
        assert_err(read_text(&r, rows[i][0]), AP_ESYNTAX);
        assert_string_equal(r.why.data, rows[i][1]);
        assert_memory_equal(&r.s, &standard, sizeof(standard)); /* unchanged */
        buf_finish(&r.why);
    }
}

/* What inih alone would get wrong without a word. */
static void test_nothing_is_cut_or_joined(void **state)
{
    struct read r;
    char text[1024], value[512];
    (void)state;
    /* A long value whole, a longer one refused in words, a long comment no matter. */
    memset(value, 'p', sizeof(value));
    value[160] = '\0';
    (void)snprintf(text, sizeof(text), "[journal]\ndirectory = /%s\n", value);
    assert_ok(read_text(&r, text));
    assert_int_equal(strlen(r.s.journal.directory), 161);
    buf_finish(&r.why);
    value[160] = 'p';
    value[300] = '\0';
    (void)snprintf(text, sizeof(text), "[journal]\ndirectory = /%s\n[screen]\nfps = x\n", value);
    assert_err(read_text(&r, text), AP_ESYNTAX);
    assert_string_equal(r.why.data, "s.ini:2: the line is too long: at most 190 bytes\n"
                                    "s.ini:4: screen.fps: \"x\" is not a whole number\n");
    buf_finish(&r.why);
    (void)snprintf(text, sizeof(text), "; %s\n[screen]\nfps = 7 ; %s\n", value, value);
    assert_ok(read_text(&r, text));
    assert_int_equal(r.s.screen.fps, 7);
    buf_finish(&r.why);
    /* An indented line is one of its own. */
    assert_ok(read_text(&r, "[screen]\ntheme = mono\n   fps = 7\n"));
    assert_string_equal(r.s.screen.theme, "mono");
    assert_int_equal(r.s.screen.fps, 7);
    buf_finish(&r.why);
    /* A NUL ends neither line nor file unseen. */
    settings_default(&r.s);
    buf_init(&r.why, 1024);
    assert_err(settings_parse(&r.s, "[screen]\nfps = 7\0\nmouse = yes\n", 30, "s.ini", &r.why), AP_ESYNTAX);
    assert_string_equal(r.why.data, "s.ini:2: the line holds control bytes or is not UTF-8\n");
    buf_finish(&r.why);
}

static void test_many_faults(void **state)
{
    struct read r;
    struct buf text;
    (void)state;
    buf_init(&text, 1 << 20);
    for (int i = 0; i < 3000; i++) {
        assert_ok(buf_text(&text, "nothing\n"));
    }
    assert_err(read_text(&r, text.data), AP_ESYNTAX);
    assert_non_null(strstr(r.why.data, "s.ini:50: "));
    assert_null(strstr(r.why.data, "s.ini:51: "));
    assert_non_null(strstr(r.why.data, "s.ini: more faults follow\n"));
    buf_finish(&r.why);
    while (text.len <= INI_TEXT_MAX) {
        assert_ok(buf_text(&text, "; a comment to fill the file with\n"));
    }
    assert_err(read_text(&r, text.data), AP_ESYNTAX);
    assert_string_equal(r.why.data, "s.ini: larger than 256 KiB\n");
    buf_finish(&r.why);
    buf_finish(&text);
}

static void put(const char *path, const char *text, size_t n)
{
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    assert_int_equal(fwrite(text, 1, n, f), n);
    assert_int_equal(fclose(f), 0);
}

static void test_files(void **state)
{
    const char *build = getenv("AP_TEST_BUILD");
    char folder[512], path[600];
    struct settings s;
    struct buf why;
    (void)state;
    (void)snprintf(folder, sizeof(folder), "%s/settings-XXXXXX", build != NULL ? build : "/tmp");
    assert_non_null(mkdtemp(folder));
    (void)snprintf(path, sizeof(path), "%s/s.ini", folder);
    buf_init(&why, 64 << 10);
    settings_default(&s);
    assert_err(settings_load(&s, path, &why), AP_ENOTFOUND);
    put(path, "[screen]\nfps = 33\n", 18);
    assert_ok(settings_load(&s, path, &why));
    assert_int_equal(s.screen.fps, 33);
    buf_reset(&why);
    assert_err(settings_load(&s, folder, &why), AP_ETYPE);
    assert_non_null(strstr(why.data, "not a regular file"));
    buf_reset(&why);
    assert_err(settings_load(&s, "/dev/null", &why), AP_ETYPE);
    unlink(path);
    assert_int_equal(mkfifo(path, 0600), 0); /* must not wait for a writer */
    assert_err(settings_load(&s, path, &why), AP_ETYPE);
    unlink(path);
    char *large = calloc(1, INI_TEXT_MAX + 1);
    assert_non_null(large);
    put(path, large, INI_TEXT_MAX + 1);
    free(large);
    buf_reset(&why);
    assert_err(settings_load(&s, path, &why), AP_ETOOBIG);
    assert_non_null(strstr(why.data, "larger than 256 KiB"));
    unlink(path);
    rmdir(folder);
    buf_finish(&why);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_defaults),    cmocka_unit_test(test_params),
        cmocka_unit_test(test_params_full), cmocka_unit_test(test_good),
        cmocka_unit_test(test_faults),      cmocka_unit_test(test_nothing_is_cut_or_joined),
        cmocka_unit_test(test_many_faults), cmocka_unit_test(test_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
