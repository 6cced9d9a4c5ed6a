/* What the journal keeps beside events: figures and estimated liquidation levels at each whole minute. */
#include "app/rollup.h"
#include "event_script.h"

#include <alphaplus/base/clock.h>

#define T0 (INT64_C(1700000040) * NS_PER_S) /* a whole minute */

struct seen {
    struct rollup rollup;
    int bars, figures, levels;
    int64_t level_ns;
    bool has_long, has_short; /* at the prices where 100x of 50,000 dies */
    double total_usd;
};

static void note(void *user, const struct rollup_head *h)
{
    struct seen *seen = user;
    assert_int_equal(h->size % 8, 0);
    assert_true(h->instrument == 1 && h->price_decimals == 1 && h->qty_decimals == 3 &&
                h->n <= ROLLUP_ROWS_MAX);
    seen->bars += h->kind == RESULT_BAR;
    seen->figures += h->kind == RESULT_FIGURES;
    if (h->kind != RESULT_LEVELS) {
        return;
    }
    const struct rollup_levels *l = (const void *)h;
    seen->levels++;
    seen->level_ns = h->time_ns;
    for (uint32_t i = 0; i < h->n; i++) {
        int64_t want = l->rows[i].side == POSITION_LONG ? 496990 : 502990;
        bool is_there = llabs(l->rows[i].px - want) < 2000;
        seen->has_long = seen->has_long || (is_there && l->rows[i].side == POSITION_LONG);
        seen->has_short = seen->has_short || (is_there && l->rows[i].side == POSITION_SHORT);
        assert_true(l->rows[i].usd > 0);
        seen->total_usd += l->rows[i].usd;
    }
}

static void on_tick(void *user, struct engine *e, int64_t tick_ns)
{
    rollup_tick(&((struct seen *)user)->rollup, e, tick_ns);
}

static void on_bar(void *user, const struct instrument *in, const struct bar *bar)
{
    rollup_bar(&((struct seen *)user)->rollup, in, bar);
}

static void put(struct script *s, int kind, const void *row, size_t n)
{
    struct event *ev = script_event(s, kind, 1, n);
    memcpy(event_rows(ev), row, n);
    event_buf_push(&s->buf, ev);
}

/* 100 of 1,100 coins came at 50,000: at 100x they die near 49,699 and 50,299. */
static void levels_of_a_minute(void **state)
{
    struct script s;
    struct seen seen = {0};
    struct engine *e = NULL;
    (void)state;
    seen.rollup = (struct rollup){.emit = note, .user = &seen};
    const struct engine_hooks hooks = {
        .on_tick = on_tick, .on_bar = on_bar, .user = &seen, .tick_every_ns = TICK_NS};
    assert_ok(engine_create(NULL, &hooks, &e));
    script_init(&s, T0);
    script_session(&s);
    const struct instrument in = script_instrument(1, "BTCUSDT");
    put(&s, EVENT_INSTRUMENT, &in, sizeof(in));
    const struct mark_row mark = {.mark = INT64_C(5000000000000), .index = INT64_C(5000000000000)};
    put(&s, EVENT_MARK, &mark, sizeof(mark));
    for (int minute = 0; minute < 3; minute++) {
        const struct count_row oi = {.value = minute < 1 ? 1000000 : 1100000};
        const struct trade_row trade = {.px = 500000, .qty = 1000};
        s.now_ns = T0 + (minute * 60 + 1) * NS_PER_S;
        put(&s, EVENT_OPEN_INTEREST, &oi, sizeof(oi));
        put(&s, EVENT_TRADE, &trade, sizeof(trade));
    }
    for (size_t at = 0; at < s.buf.used;) {
        const struct event *ev = (const void *)(s.buf.data + at);
        assert_ok(engine_apply(e, ev));
        at += ev->size;
    }
    engine_advance(e, T0 + 180 * NS_PER_S);
    assert_true(seen.bars > 100);
    assert_int_equal(seen.figures, 3);
    assert_true(seen.levels >= 1 && seen.levels <= 3);
    assert_true(seen.level_ns % (60 * NS_PER_S) == 0);
    assert_true(seen.has_long && seen.has_short);
    engine_destroy(e);
    script_finish(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(levels_of_a_minute),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
