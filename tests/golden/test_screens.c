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
                                   .last_ns = FAKE_MARKET_NOW_NS + 900 * NS_PER_S,
                                   .surveyed = 0.41};
    s->replay.bins[10] = 1u << UI_MARK_TRADE;
    s->replay.bins[40] = 1u << UI_MARK_FORMED;
    s->replay.bins[60] = 1u << UI_MARK_PULLED;
    s->replay.bins[90] = 1u << UI_MARK_LIQUIDATION | 1u << UI_MARK_TRADE;
    s->replay.bins[100] = 1u << UI_MARK_GAP;
}

static void is_rewound(struct screen *s)
{
    replays(s);
    s->replay.is_live = true;
    s->replay.speed = 1.0;
    s->replay.surveyed = 1.0;
    s->replay.last_ns = FAKE_MARKET_NOW_NS + 32 * NS_PER_S;
}

static void was_away(struct screen *s)
{
    struct ui_away a = {.progress = 1.0,
                        .from_ns = FAKE_MARKET_NOW_NS - 5400 * NS_PER_S,
                        .to_ns = FAKE_MARKET_NOW_NS,
                        .market_n = 2,
                        .liq_n = 2,
                        .position_n = 1,
                        .gaps = 1,
                        .gap_ns = 2 * NS_PER_S,
                        .lost = 1200};
    a.markets[0] = (struct ui_away_market){.name = "binance:BTCUSDT",
                                           .first = 64000.0,
                                           .last = 63944.1,
                                           .low = 63810.5,
                                           .high = 64210.0,
                                           .low_ns = FAKE_MARKET_NOW_NS - 3000 * NS_PER_S,
                                           .high_ns = FAKE_MARKET_NOW_NS - 4000 * NS_PER_S,
                                           .long_usd = 4.1e6,
                                           .short_usd = 212000.0,
                                           .liqs = 31,
                                           .completeness = COMPLETENESS_SAMPLED};
    a.markets[1] = (struct ui_away_market){.name = "binance:ETHUSDT"};
    a.liqs[0] = (struct liq_item){
        .recv_ns = FAKE_MARKET_NOW_NS - 3000 * NS_PER_S, .usd = 1.9e6, .side = POSITION_LONG};
    a.liqs[1] = (struct liq_item){
        .recv_ns = FAKE_MARKET_NOW_NS - 4000 * NS_PER_S, .usd = 84000.0, .side = POSITION_SHORT};
    a.positions[0] = (struct ui_away_position){
        .pos = {.account = "main", .instrument = "binance:BTCUSDT", .side = POSITION_LONG},
        .distance_pct = -4.21,
        .at_ns = FAKE_MARKET_NOW_NS - 3000 * NS_PER_S,
        .funding = 312.5,
        .fundings = 1};
    screen_settle(s);
    screen_type(s, "W");
    ui_show_away(s->ui, &a);
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
    {"replay-80x24", 80, 24, 256, true, "default", replays, ""},
    {"replay-120x40", 120, 40, 256, true, "classic", replays, ""},
    {"replay-200x60", 200, 60, 256, true, "default", replays, ""},
    {"rewound-80x24", 80, 24, 256, true, "default", is_rewound, ""},
    {"rewound-120x40", 120, 40, 256, true, "default", is_rewound, ""},
    {"away-80x24", 80, 24, 256, true, "default", was_away, ""},
    {"away-120x40", 120, 40, 256, true, "default", was_away, ""},
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
