/* Windows of the best levels, and bars, against a client that keeps them the plainest way. */
#include "sim/bars.h"
#include "sim/market/rng.h"
#include "sim/window.h"

#include "test.h"
#include <string.h>

enum { PRICES = 60, LEVELS = 8 };

struct client {
    int64_t qty[2][PRICES];
    uint64_t id, count;
};

static void take(struct client *c, const struct window_news *news)
{
    if (news->is_snapshot) {
        memset(c->qty, 0, sizeof c->qty);
    } else {
        assert_true(news->prev_id == c->id && news->count == c->count + 1);
    }
    for (int side = 0; side < 2; side++) {
        for (size_t i = 0; i < news->n[side]; i++) {
            c->qty[side][news->rows[side][i].px] = news->rows[side][i].qty;
        }
    }
    c->id = news->id;
    c->count = news->count;
}

static void expect(const struct client *c, const struct window *w)
{
    for (int side = 0; side < 2; side++) {
        size_t n = 0;
        for (int px = 0; px < PRICES; px++) {
            n += c->qty[side][px] != 0;
        }
        assert_int_equal(n, w->told_n[side]);
        for (size_t i = 0; i < n; i++) {
            assert_int_equal(c->qty[side][w->told[side][i].px], w->told[side][i].qty);
        }
    }
}

/* Bids below the middle, asks above, each there or not. */
static void draw(struct rng *r, struct window *w)
{
    int middle = 20 + (int)rng_below(r, 20);
    for (int side = 0; side < 2; side++) {
        w->fresh_n[side] = 0;
        for (int d = 1; d < 20 && w->fresh_n[side] < LEVELS; d++) {
            if (rng_chance(r, 0.6)) {
                w->fresh[side][w->fresh_n[side]++] = (struct price_level){side == 0 ? middle - d : middle + d,
                                                                          1 + rng_below(r, 3)};
            }
        }
    }
}

static void test_changes_make_the_window(void **state)
{
    (void)state;
    static const struct window_spec spec = {LEVELS, 100, false, true, 0};
    struct window w;
    struct rng r;
    struct client old = {.id = 0}, newcomer;
    rng_init(&r, 5);
    assert_ok(window_init(&w, &spec));
    window_start(&w);
    for (uint64_t id = 1; id < 2000; id++) {
        draw(&r, &w);
        if (window_turn(&w, id, (int64_t)id * 100)) {
            const struct window_news news = window_news(&w, false), all = window_news(&w, true);
            take(&old, &news);
            expect(&old, &w);
            memset(&newcomer, 0, sizeof newcomer);
            take(&newcomer, &all);
            expect(&newcomer, &w);
            assert_true(newcomer.id == old.id && newcomer.count == old.count);
        }
    }
    assert_true(old.count > 1900);
    window_finish(&w);
}

static void test_nothing_new_is_said_again_in_time_only(void **state)
{
    (void)state;
    static const struct window_spec spec = {1, 10, true, true, 3000};
    struct window w;
    assert_ok(window_init(&w, &spec));
    window_start(&w);
    int said = 0;
    for (int64_t ms = 0; ms < 10000; ms += 10) {
        w.fresh[0][0] = (struct price_level){7, 1};
        w.fresh_n[0] = 1;
        w.fresh_n[1] = 0;
        said += window_turn(&w, 5, ms);
    }
    assert_int_equal(said, 1 + 3);
    assert_int_equal(w.count, 1);
    window_finish(&w);
}

static void test_bars_add_up(void **state)
{
    (void)state;
    enum { START_MIN = 30000000, MINUTES = 7 };
    static struct bars b;
    static struct bar minutes[BARS_MAX], fives[BARS_MAX];
    bars_init(&b, 3, 64000, START_MIN * BAR_MS);
    assert_int_equal(bars_read(&b, BAR_MS, 0, 0, BARS_MAX, minutes), BARS_MAX);
    for (int i = 1; i < BARS_MAX; i++) {
        assert_int_equal(minutes[i].open_ms, minutes[i - 1].open_ms + BAR_MS);
        assert_int_equal(minutes[i].open, minutes[i - 1].close);
        assert_true(minutes[i].low <= minutes[i].open && minutes[i].high >= minutes[i].close &&
                    minutes[i].low > 0);
    }
    /* A trade of one lot a second, the price one up each time. */
    for (int i = 0; i < 60 * MINUTES; i++) {
        const struct market_trade t = {.tick = 70000 + i, .lots = 1, .is_sell = i % 2};
        bars_trade(&b, START_MIN * BAR_MS + BAR_MS + i * INT64_C(1000), &t);
    }
    assert_int_equal(bars_read(&b, BAR_MS, (START_MIN + 1) * BAR_MS, 0, 100, minutes), MINUTES);
    assert_int_equal(minutes[0].lots, 60);
    assert_int_equal(minutes[0].buy_lots, 30);
    assert_int_equal(minutes[3].open, 70000 + 179); /* the last before it */
    assert_int_equal(minutes[3].close, 70000 + 239);
    size_t n = bars_read(&b, 5 * BAR_MS, (START_MIN + 1) * BAR_MS, 0, 100, fives);
    uint64_t lots = 0, trades = 0;
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(fives[i].open_ms % (5 * BAR_MS), 0);
        lots += fives[i].lots;
        trades += fives[i].trades;
    }
    assert_true(trades <= 60 * MINUTES && lots == trades && trades >= 60 * (MINUTES - 4));
    assert_int_equal(bars_read(&b, BAR_MS, 0, 0, 3, minutes), 3);
    assert_int_equal(minutes[2].close, 70000 + 60 * MINUTES - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_changes_make_the_window),
        cmocka_unit_test(test_nothing_new_is_said_again_in_time_only),
        cmocka_unit_test(test_bars_add_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
