/* Golden screens: scripted keys on a fake terminal, text and roles compared with expected/<name>.screen. AP_GOLDEN_UPDATE=1 writes them
 * anew: look at the difference before you commit it. */
#include "screen.h"

#include <stdio.h>

#ifndef GOLDEN_DIR
#define GOLDEN_DIR "tests/golden/expected" /* the build says where it really is */
#endif

static void breaks_book(struct screen *s)
{
    screen_settle(s);
    fake_market_book(s->market, BOOK_GAP);
}

static void loses_feed(struct screen *s)
{
    fake_market_feed(s->market, FEED_DOWN, "connection refused; next try in 4 s");
    fake_market_journal(s->market, JOURNAL_STOPPED);
}

static void is_young(struct screen *s)
{
    fake_market_history(s->market, 45);
    fake_market_positions(s->market, false);
}

static void replays(struct screen *s)
{
    s->replay = (struct ui_replay){.is_on = true,
                                   .is_paused = true,
                                   .speed = 10.0,
                                   .at_ns = FAKE_MARKET_NOW_NS,
                                   .first_ns = FAKE_MARKET_BEGIN_NS,
                                   .last_ns = FAKE_MARKET_NOW_NS + 900 * NS_PER_S};
}

static const struct golden {
    const char *name;
    int cols, rows, colors;
    bool is_utf8;
    const char *theme;
    void (*before)(struct screen *s);
    const char *keys;
} goldens[] = {
    {"main-80x24", 80, 24, 256, true, "default", NULL, ""},
    {"main-120x40", 120, 40, 256, true, "default", NULL, ""},
    {"main-200x60", 200, 60, 256, true, "default", NULL, ""},
    {"phone-40x20", 40, 20, 256, true, "default", NULL, ""},
    {"main-80x24-mono", 80, 24, 0, true, "default", NULL, ""},
    {"main-80x24-ascii", 80, 24, 8, false, "default", NULL, ""},
    {"risk-80x24", 80, 24, 256, true, "default", NULL, "L"},
    {"risk-160x48", 160, 48, 256, true, "default", NULL, "L"},
    {"flow-120x40", 120, 40, 256, true, "default", NULL, "LL"},
    {"health-120x40", 120, 40, 256, true, "default", NULL, "LLL"},
    {"metrics-80x24", 80, 24, 256, true, "default", NULL, "m"},
    {"metrics-120x40", 120, 40, 256, true, "default", NULL, "mjjj"},
    {"metrics-200x60", 200, 60, 256, true, "default", NULL, "/depth\nj"},
    {"help-80x24", 80, 24, 256, true, "default", NULL, "?"},
    {"help-160x48", 160, 48, 256, true, "default", NULL, "?"},
    {"gap-100x30", 100, 30, 256, true, "default", breaks_book, ""},
    {"down-120x40", 120, 40, 256, true, "default", loses_feed, ""},
    {"young-120x40", 120, 40, 256, true, "light", is_young, ""},
    {"replay-120x40", 120, 40, 256, true, "classic", replays, ""},
    {"usd-wider-100x30", 100, 30, 256, true, "default", NULL, "u]]"},
    {"ladder-zoomed-100x30", 100, 30, 256, true, "default", NULL, "z"},
    {"second-instrument-80x24", 80, 24, 256, true, "default", NULL, "i"},
    {"command-80x24", 80, 24, 256, true, "default", NULL, ":theme nig"},
    {"too-small-30x8", 30, 8, 256, true, "default", NULL, ""},
};

static void compare(const struct golden *g, const char *got)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s.screen", GOLDEN_DIR, g->name);
    if (getenv("AP_GOLDEN_UPDATE") != NULL) {
        FILE *f = fopen(path, "w");
        assert_non_null(f);
        fputs(got, f);
        fclose(f);
        return;
    }
    FILE *f = fopen(path, "r");
    if (f == NULL)
        print_error("%s is missing; AP_GOLDEN_UPDATE=1 writes it\n", path);
    assert_non_null(f);
    size_t size = strlen(got) + 65536;
    char *want = malloc(size);
    assert_non_null(want);
    size_t n = fread(want, 1, size - 1, f);
    want[n] = '\0';
    fclose(f);
    bool is_same = strcmp(want, got) == 0;
    if (!is_same)
        print_error("%s differs; it is now:\n%s\n", g->name, got);
    free(want);
    assert_true(is_same);
}

static void test_golden(void **state)
{
    const struct golden *g = *state;
    struct screen s;
    screen_open_at(&s, g->cols, g->rows, g->colors, g->is_utf8, false, g->theme);
    if (g->before != NULL)
        g->before(&s);
    screen_settle(&s);
    screen_type(&s, g->keys);
    screen_settle(&s);
    /* What keys announce goes away. */
    s.now_ns += g->keys[0] == 'L' || g->keys[0] == 'i' || g->keys[0] == 'm' || g->keys[0] == '/'
                    ? 8 * NS_PER_S
                    : 0;
    screen_settle(&s);
    compare(g, term_fake_text(s.term, true));
    screen_close(&s);
}

int main(void)
{
    enum { N = sizeof goldens / sizeof *goldens };
    struct CMUnitTest tests[N];
    for (size_t i = 0; i < N; i++)
        tests[i] = (struct CMUnitTest){goldens[i].name, test_golden, NULL, NULL,
                                       (void *)(uintptr_t)&goldens[i]};
    return cmocka_run_group_tests_name("golden/screens", tests, NULL, NULL);
}
