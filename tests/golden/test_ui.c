/* What the screen does with keys, time and news. */
#include "screen.h"

#include <stdio.h>

static void test_no_change_no_frame(void **state)
{
    struct screen s;
    (void)state;
    screen_open(&s, 120, 40);
    screen_settle(&s);
    uint64_t sent = term_fake_cells_sent(s.term);
    for (int i = 0; i < 20; i++)
        assert_int_equal(ui_frame(s.ui, s.now_ns + i, NULL), 0);
    assert_int_equal(term_fake_cells_sent(s.term), sent);
    /* A new second is a change: the clock shows that the screen lives. It costs a cell or a few. */
    assert_int_equal(ui_frame(s.ui, s.now_ns + NS_PER_S, NULL), 1);
    assert_in_range(term_fake_cells_sent(s.term) - sent, 1, 12);
    assert_true(screen_shows(&s, "14:47:00Z"));
    screen_close(&s);
}

static void test_a_dead_engine_is_seen(void **state)
{
    struct screen s;
    (void)state;
    screen_open(&s, 120, 40);
    screen_settle(&s);
    assert_false(screen_shows(&s, "NOTHING FOR"));
    ui_frame(s.ui, s.now_ns + 7 * NS_PER_S, NULL);
    assert_true(screen_shows(&s, "NOTHING FOR 7.0s"));
    screen_close(&s);
}

static void test_untrue_book_shows_no_size(void **state)
{
    struct screen s;
    (void)state;
    screen_open(&s, 80, 24);
    screen_settle(&s);
    assert_true(screen_shows(&s, "64160◆███"));
    fake_market_book(s.market, BOOK_GAP);
    screen_settle(&s);
    assert_true(screen_shows(&s, "GAP, RESYNCING"));
    assert_false(screen_shows(&s, "64160◆███"));
    fake_market_book(s.market, BOOK_SYNCING);
    screen_settle(&s);
    assert_true(screen_shows(&s, "SYNCING"));
    fake_market_book(s.market, BOOK_TRUE);
    fake_market_feed(s.market, FEED_DOWN, "");
    screen_settle(&s);
    assert_true(screen_shows(&s, "FEED DOWN"));
    assert_false(screen_shows(&s, "64160◆███"));
    screen_close(&s);
}

static void test_quit_closes_what_is_open_first(void **state)
{
    struct screen s;
    (void)state;
    screen_open_at(&s, 80, 24, 256, true, true, "default");
    screen_settle(&s);
    screen_type(&s, "z?");
    screen_settle(&s);
    assert_true(screen_shows(&s, "Keys and commands"));
    assert_int_equal(screen_type(&s, "q"), 0);
    screen_settle(&s);
    assert_false(screen_shows(&s, "Keys and commands"));
    assert_int_equal(screen_type(&s, "q"), 0); /* the zoom */
    assert_int_equal(screen_type(&s, "q"), 0); /* a recording: asks */
    screen_settle(&s);
    assert_true(screen_shows(&s, "recording"));
    assert_int_equal(screen_type(&s, "n"), 0);
    assert_int_equal(screen_type(&s, "q"), 0);
    assert_int_equal(screen_type(&s, "y"), UI_WISH_QUIT);
    screen_close(&s);
    screen_open(&s, 80, 24);
    assert_int_equal(screen_type(&s, "q"), UI_WISH_QUIT); /* nothing to lose */
    screen_close(&s);
}

static void test_replay_keys(void **state)
{
    struct screen s;
    (void)state;
    screen_open(&s, 80, 24);
    screen_settle(&s);
    assert_int_equal(screen_type(&s, ".sd<>g()"), 0); /* live: none of them, but */
    assert_int_equal(screen_type(&s, "R"), UI_WISH_REWIND);
    assert_int_equal(ui_seek_ns(s.ui), FAKE_MARKET_NOW_NS);
    assert_int_equal(screen_type(&s, ",,"), UI_WISH_REWIND);
    assert_int_equal(ui_seek_ns(s.ui), FAKE_MARKET_NOW_NS - 2 * NS_PER_S);
    s.replay = (struct ui_replay){.is_on = true,
                                  .speed = 1.0,
                                  .at_ns = FAKE_MARKET_NOW_NS,
                                  .first_ns = FAKE_MARKET_BEGIN_NS,
                                  .last_ns = FAKE_MARKET_NOW_NS + 60 * NS_PER_S};
    screen_settle(&s);
    assert_true(screen_shows(&s, " REPLAY  PLAYING"));
    assert_false(screen_shows(&s, "LIVE"));
    assert_int_equal(screen_type(&s, " "), UI_WISH_PAUSE);
    assert_int_equal(screen_type(&s, "."), UI_WISH_STEP_EVENT);
    assert_int_equal(screen_type(&s, "d"), UI_WISH_STEP_DEPTH);
    assert_int_equal(screen_type(&s, "s"), UI_WISH_STEP_SECOND);
    assert_int_equal(screen_type(&s, "<"), UI_WISH_SLOWER);
    assert_int_equal(screen_type(&s, ">"), UI_WISH_FASTER);
    assert_int_equal(screen_type(&s, ",,"), UI_WISH_SEEK);
    assert_int_equal(ui_seek_ns(s.ui), FAKE_MARKET_NOW_NS - 2 * NS_PER_S);
    int direction;
    assert_int_equal(screen_type(&s, "("), UI_WISH_JUMP);
    assert_int_equal(ui_jump(s.ui, &direction), UI_MARK_ALL);
    assert_int_equal(direction, -1);
    assert_int_equal(screen_type(&s, "J)"), UI_WISH_JUMP);
    assert_int_equal(ui_jump(s.ui, &direction), 1u << UI_MARK_LIQUIDATION);
    assert_int_equal(direction, 1);
    screen_type(&s, ":next gap");
    assert_int_equal(screen_key(&s, KEY__ENTER), UI_WISH_JUMP);
    assert_int_equal(ui_jump(s.ui, &direction), 1u << UI_MARK_GAP);
    screen_type(&s, ":next Tuesday");
    assert_int_equal(screen_key(&s, KEY__ENTER), 0);
    screen_settle(&s);
    assert_true(screen_shows(&s, "no mark \"Tuesday\""));
    term_fake_key(s.term, 'g');
    screen_type(&s, "50%");
    assert_int_equal(screen_key(&s, KEY__ENTER), UI_WISH_SEEK);
    assert_int_equal(ui_seek_ns(s.ui), (FAKE_MARKET_BEGIN_NS + FAKE_MARKET_NOW_NS + 60 * NS_PER_S) / 2);
    assert_int_equal(screen_type(&s, "R"), 0); /* there is no now */
    s.replay.is_live = true;
    screen_settle(&s);
    assert_true(screen_shows(&s, " REWOUND -01:00"));
    assert_int_equal(screen_type(&s, "R"), UI_WISH_NOW);
    s.replay.is_live = false;
    term_fake_key(s.term, 'g');
    screen_type(&s, "14:03:22");
    assert_int_equal(screen_key(&s, KEY__ENTER), UI_WISH_SEEK);
    assert_int_equal(ui_seek_ns(s.ui), FAKE_MARKET_BEGIN_NS + 82 * NS_PER_S);
    screen_type(&s, ":goto 03:00:00");
    assert_int_equal(screen_key(&s, KEY__ENTER), 0);
    screen_settle(&s);
    assert_true(screen_shows(&s, "outside the journal"));
    screen_close(&s);
}

static void test_away(void **state)
{
    struct screen s;
    (void)state;
    screen_open(&s, 80, 24);
    screen_settle(&s);
    assert_int_equal(screen_type(&s, "W"), UI_WISH_AWAY);
    assert_int_equal(ui_away_from(s.ui), FAKE_MARKET_NOW_NS - 900 * NS_PER_S); /* was not away at all */
    screen_settle(&s);
    assert_true(screen_shows(&s, "looking through it"));
    assert_int_equal(screen_key(&s, KEY__ESC), 0);
    screen_settle(&s);
    assert_false(screen_shows(&s, "looking through it"));
    screen_type(&s, ":away 8h");
    assert_int_equal(screen_key(&s, KEY__ENTER), UI_WISH_AWAY);
    assert_int_equal(ui_away_from(s.ui), FAKE_MARKET_NOW_NS - 8 * 3600 * NS_PER_S);
    assert_int_equal(screen_key(&s, KEY__ENTER), UI_WISH_REWIND);
    assert_int_equal(ui_seek_ns(s.ui), FAKE_MARKET_NOW_NS - 8 * 3600 * NS_PER_S);
    screen_close(&s);
}

static struct view_request asked(struct screen *s)
{
    struct view_request r = {.id = 0};
    board_read(publication_request(fake_market_publication(s->market), 0), &r);
    return r;
}

static void test_requests(void **state)
{
    struct screen s;
    (void)state;
    screen_open(&s, 120, 40);
    screen_settle(&s);
    struct view_request a = asked(&s);
    assert_int_equal(a.id, 1); /* one, and no more while nothing changes */
    assert_int_equal(a.group, 100);
    assert_int_equal(a.top_px % a.group, 0);
    assert_int_equal(a.column_ns, 5 * NS_PER_S);
    assert_true(a.rows > 10 && a.heat_cols > 40);
    screen_type(&s, "]");
    screen_settle(&s);
    struct view_request b = asked(&s);
    assert_true(b.id > a.id);
    assert_int_equal(b.group, 200);
    screen_type(&s, "+");
    screen_settle(&s);
    assert_int_equal(asked(&s).column_ns, 10 * NS_PER_S);
    screen_type(&s, "i");
    screen_settle(&s);
    assert_int_equal(asked(&s).market, 1);
    assert_int_equal(asked(&s).group, 50);
    screen_type(&s, "i");
    screen_settle(&s);
    assert_int_equal(asked(&s).group, 200); /* each instrument keeps its own */
    screen_type(&s, "L");                   /* risk: nobody looks at a picture */
    screen_settle(&s);
    assert_int_equal(asked(&s).id, 0);
    screen_type(&s, "LLLL");
    screen_settle(&s);
    assert_true(asked(&s).id > b.id);
    screen_close(&s);
}

static void test_scrolled_axis_stays_and_points(void **state)
{
    struct screen s;
    (void)state;
    screen_open(&s, 80, 24);
    screen_settle(&s);
    int64_t top = asked(&s).top_px;
    for (int i = 0; i < 3; i++)
        screen_key(&s, KEY__PGUP);
    screen_settle(&s);
    assert_int_equal(asked(&s).top_px, top + 30 * 100);
    assert_true(screen_shows(&s, "▼ 64"));
    screen_type(&s, "c");
    screen_settle(&s);
    assert_int_equal(asked(&s).top_px, top);
    screen_close(&s);
}

static void test_hold(void **state)
{
    struct screen s;
    char before[64];
    (void)state;
    screen_open(&s, 120, 40);
    screen_settle(&s);
    screen_type(&s, " ");
    screen_settle(&s);
    assert_true(screen_shows(&s, "HELD"));
    const char *newest = strstr(term_fake_text(s.term, false), "SELL");
    assert_non_null(newest);
    snprintf(before, sizeof before, "%.30s", newest);
    s.now_ns += 5 * NS_PER_S;
    screen_settle(&s);
    assert_true(screen_shows(&s, before));
    assert_true(screen_shows(&s, "HELD 5.0s"));
    assert_true(screen_shows(&s, "14:47:04Z")); /* the top line lives on */
    screen_type(&s, " ");
    screen_settle(&s);
    assert_false(screen_shows(&s, "HELD"));
    screen_close(&s);
}

static void test_commands(void **state)
{
    struct screen s;
    (void)state;
    screen_open(&s, 120, 40);
    screen_settle(&s);
    screen_type(&s, ":nonsense");
    screen_key(&s, KEY__ENTER);
    screen_settle(&s);
    assert_true(screen_shows(&s, "no command \"nonsense\""));
    screen_type(&s, ":theme nowhere");
    screen_key(&s, KEY__ENTER);
    screen_settle(&s);
    assert_true(screen_shows(&s, "no theme of that name"));
    screen_type(&s, ":lay risk");
    screen_key(&s, KEY__ENTER);
    screen_settle(&s);
    assert_true(screen_shows(&s, "POSITIONS"));
    screen_type(&s, ":symbol ethusdt");
    screen_key(&s, KEY__ENTER);
    screen_settle(&s);
    assert_true(screen_shows(&s, "ETHUSDT.bin"));
    screen_type(&s, ":x");
    for (int i = 0; i < 3; i++)
        screen_key(&s, KEY__BACKSPACE);
    screen_type(&s, ":");
    for (uint32_t i = 0; i < 300; i++)
        screen_key(&s, 0x20ac); /* longer than any command */
    screen_key(&s, KEY__ENTER);
    assert_int_equal(screen_type(&s, ":quit"), 0);
    assert_int_equal(screen_key(&s, KEY__ENTER), UI_WISH_QUIT);
    screen_close(&s);
}

/* Any keys in any order on any size: nothing breaks, and no cell is wider than one column. */
static void test_monkey(void **state)
{
    static const uint32_t special[] = {KEY__UP,  KEY__DOWN,  KEY__PGUP, KEY__PGDN, KEY__HOME,     KEY__TAB,
                                       KEY__ESC, KEY__ENTER, KEY__F1,   KEY__F10,  KEY__BACKSPACE};
    uint64_t seed = 20261121;
    struct screen s;
    (void)state;
    screen_open(&s, 80, 24);
    for (int round = 0; round < 400; round++) {
        uint64_t r = test_random(&seed);
        if (r % 13 == 0)
            term_fake_resize(s.term, 1 + (int)(test_random(&seed) % 220), 1 + (int)(test_random(&seed) % 70));
        if (r % 17 == 0)
            fake_market_book(s.market, (enum book_state)(test_random(&seed) % 4));
        for (int k = 0; k < 3; k++) {
            uint64_t pick = test_random(&seed);
            screen_key(&s, pick % 4 == 0 ? special[pick / 4 % (sizeof special / sizeof *special)]
                                         : 0x20 + (uint32_t)(pick / 4 % 95));
        }
        s.now_ns += (int64_t)(test_random(&seed) % (2 * NS_PER_S));
        s.replay.is_on = r % 29 < 3;
        s.replay.at_ns = s.now_ns;
        fake_market_at(s.market, s.now_ns);
        assert_true(ui_frame(s.ui, s.now_ns, s.replay.is_on ? &s.replay : NULL) >= 0);
    }
    screen_close(&s);
}

static void test_empty_publication(void **state)
{
    static const int sizes[][2] = {{1, 1}, {40, 20}, {80, 24}, {200, 60}};
    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct screen s;
        screen_open(&s, sizes[i][0], sizes[i][1]);
        for (int layout = 0; layout < 5; layout++) {
            assert_true(ui_frame(s.ui, s.now_ns + layout, NULL) >= 0);
            screen_type(&s, "L");
        }
        screen_close(&s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_change_no_frame),
        cmocka_unit_test(test_a_dead_engine_is_seen),
        cmocka_unit_test(test_untrue_book_shows_no_size),
        cmocka_unit_test(test_quit_closes_what_is_open_first),
        cmocka_unit_test(test_replay_keys),
        cmocka_unit_test(test_away),
        cmocka_unit_test(test_requests),
        cmocka_unit_test(test_scrolled_axis_stays_and_points),
        cmocka_unit_test(test_hold),
        cmocka_unit_test(test_commands),
        cmocka_unit_test(test_monkey),
        cmocka_unit_test(test_empty_publication),
    };
    return cmocka_run_group_tests_name("golden/ui", tests, NULL, NULL);
}
