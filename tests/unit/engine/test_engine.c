/* The engine over scripted events: books, ticks, gaps, figures, boards. */
#include "event_script.h"
#include "test.h"

#include <alphaplus/analytics/measure.h>
#include <alphaplus/base/clock.h>
#include <alphaplus/engine/engine.h>

#define T0 (INT64_C(1700000000) * NS_PER_S)

struct fixture {
    struct script script;
    struct publication *pub;
    struct engine *engine;
    size_t at;
    int ticks;
    int64_t first_tick_ns, last_tick_ns;
};

static void on_tick(void *user, struct engine *e, int64_t tick_ns)
{
    struct fixture *x = user;
    assert_true(engine_time(e) == tick_ns);
    if (x->ticks++ == 0)
        x->first_tick_ns = tick_ns;
    x->last_tick_ns = tick_ns;
}

static int setup(void **state)
{
    struct fixture *x = calloc(1, sizeof *x);
    struct engine_hooks hooks = {.on_tick = on_tick, .user = x, .tick_every_ns = TICK_NS};
    script_init(&x->script, T0);
    assert_ok(publication_create(&x->pub));
    assert_ok(engine_create(x->pub, &hooks, &x->engine));
    struct instrument in = script_instrument(1, "BTCUSDT");
    script_session(&x->script);
    script_declare(&x->script, &in);
    *state = x;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *x = *state;
    engine_destroy(x->engine);
    publication_destroy(x->pub);
    script_finish(&x->script);
    free(x);
    return 0;
}

static void run(struct fixture *x)
{
    const struct event *ev;
    while ((ev = script_next(&x->script, &x->at)))
        assert_ok(engine_apply(x->engine, ev));
}

static const struct level snapshot[] = {{10000, 5000}, {9990, 1000},  {9980, 7000},
                                        {10010, 2000}, {10020, 9000}, {10040, 100}};

static void join(struct fixture *x)
{
    script_depth(&x->script, EVENT_DEPTH_SNAPSHOT, 1, 0, 100, 0, snapshot, 3, 3);
    script_depth(&x->script, EVENT_DEPTH, 1, 95, 105, 90, (struct level[]){{10000, 6000}}, 1, 0);
    run(x);
}

static const struct market_view *view(struct fixture *x)
{
    return engine_market(x->engine, 0);
}

static void test_book(void **state)
{
    struct fixture *x = *state;
    run(x);
    assert_int_equal(engine_market_count(x->engine), 1);
    assert_int_equal(engine_find(x->engine, "binance:BTCUSDT"), 0);
    assert_int_equal(engine_find(x->engine, "binance:ETHUSDT"), -1);
    join(x);
    const struct market_view *v = view(x);
    assert_int_equal(v->book_state, BOOK_TRUE);
    assert_int_equal(v->bid_px, 10000);
    assert_int_equal(v->bid_qty, 6000);
    assert_int_equal(v->ask_px, 10010);
    assert_int_equal(v->known_lo, 9980);
    assert_int_equal(v->known_hi, 10040);
    engine_publish(x->engine);
    struct market_view board;
    assert_true(board_read(publication_market(x->pub, 0), &board) > 0);
    assert_int_equal(board.bid_px, 10000);
}

static void test_gap_and_heal(void **state)
{
    struct fixture *x = *state;
    struct result r;
    uint32_t wish;
    run(x);
    join(x);
    while (engine_next_result(x->engine, &r))
        ;
    while (engine_next_wish(x->engine, &wish))
        ;
    script_depth(&x->script, EVENT_DEPTH, 1, 120, 130, 119, (struct level[]){{10000, 1}}, 1, 0);
    run(x);
    const struct market_view *v = view(x);
    assert_int_equal(v->book_state, BOOK_GAP);
    assert_int_equal(v->gaps, 1);
    assert_false(v->has_touch);
    assert_int_equal(v->bid_px, 0);
    for (int i = 0; i < METRIC_MAX; i++) /* nothing is right that needs a book */
        assert_true(v->metrics[i].state != METRIC_OK);
    assert_true(engine_next_result(x->engine, &r));
    assert_int_equal(r.kind, RESULT_GAP);
    assert_int_equal(r.cause, GAP_SEQUENCE);
    assert_int_equal(r.from_id, 105);
    assert_int_equal(r.to_id, 119);
    assert_true(engine_next_wish(x->engine, &wish));
    assert_int_equal(wish, 1);
    assert_false(engine_next_wish(x->engine, &wish));
    script_depth(&x->script, EVENT_DEPTH_SNAPSHOT, 1, 0, 130, 0, snapshot, 3, 3);
    script_depth(&x->script, EVENT_DEPTH, 1, 131, 140, 130, (struct level[]){{10001, 4}}, 1, 0);
    run(x);
    assert_int_equal(view(x)->book_state, BOOK_TRUE);
    assert_int_equal(view(x)->bid_px, 10001);
    assert_int_equal(view(x)->resyncs, 1);
    assert_true(engine_next_result(x->engine, &r));
    assert_int_equal(r.kind, RESULT_HEALED);
}

static void test_lost_events(void **state)
{
    struct fixture *x = *state;
    run(x);
    join(x);
    script_gap(&x->script, 0, GAP_RING_FULL, 17);
    run(x);
    assert_int_equal(view(x)->book_state, BOOK_GAP);
    assert_int_equal(engine_head(x->engine)->lost, 17);
}

static void test_ticks(void **state)
{
    struct fixture *x = *state;
    run(x);
    assert_int_equal(x->ticks, 0);
    x->script.now_ns = T0 + TICK_NS; /* tick T0 + 100 ms runs before this event */
    script_idle(&x->script);
    run(x);
    assert_int_equal(x->ticks, 1);
    assert_true(x->first_tick_ns == T0 + TICK_NS);
    x->script.now_ns = T0 + 3 * TICK_NS - 1;
    script_idle(&x->script);
    run(x);
    assert_int_equal(x->ticks, 2);
    engine_advance(x->engine, T0 + 5 * TICK_NS);
    assert_int_equal(x->ticks, 5);
    assert_true(x->last_tick_ns == T0 + 5 * TICK_NS);
    x->script.now_ns = T0 + 86400 * NS_PER_S; /* a leap of a day costs a minute of ticks */
    script_idle(&x->script);
    run(x);
    assert_in_range(x->ticks, 5 + ENGINE_LEAP_NS / TICK_NS, 6 + ENGINE_LEAP_NS / TICK_NS);
}

static void test_liquidations(void **state)
{
    struct fixture *x = *state;
    run(x);
    script_mark(&x->script, 1, INT64_C(100000000000), 0); /* 1000.0 */
    script_liquidation(&x->script, 1, 9900, 2000, POSITION_LONG);
    script_liquidation(&x->script, 1, 10100, 1000, POSITION_SHORT);
    run(x);
    struct liq_item item;
    assert_true(trail_read(publication_liquidations(x->pub), trail_head(publication_liquidations(x->pub)) - 2,
                           &item));
    assert_near(item.usd, 1980.0, 1e-9);
    assert_near(item.distance_pct, -1.0, 1e-9);
    assert_int_equal(item.side, POSITION_LONG);
    const struct liq_total *t = &view(x)->liq[0];
    assert_near(t->long_usd, 1980.0, 1e-9);
    assert_near(t->short_usd, 1010.0, 1e-9);
    assert_int_equal(t->count, 2);
    assert_int_equal(t->completeness, COMPLETENESS_SAMPLED);
    engine_advance(x->engine, T0 + 59 * NS_PER_S);
    assert_int_equal(view(x)->liq[0].count, 2);
    engine_advance(x->engine, T0 + 61 * NS_PER_S);
    assert_int_equal(view(x)->liq[0].count, 0);
    assert_near(view(x)->liq[0].long_usd, 0.0, 0.0);
    assert_int_equal(view(x)->liq[1].count, 2);
    assert_near((double)view(x)->liq[1].covered_ns, 61e9, 1.0);
    assert_near((double)view(x)->liq[0].covered_ns, 60e9, 1.0);
}

static void test_sweeps(void **state)
{
    struct fixture *x = *state;
    struct tape_item item;
    run(x);
    script_trade(&x->script, 1, 10010, 1000, AGGRESSOR_BUY);
    script_trade(&x->script, 1, 10020, 2000, AGGRESSOR_BUY);
    script_trade(&x->script, 1, 10000, 500, AGGRESSOR_SELL);
    run(x);
    struct trail *tape = publication_tape(x->pub, 0);
    assert_int_equal(trail_head(tape), 2);
    assert_true(trail_read(tape, 0, &item));
    assert_int_equal(item.prints, 2);
    assert_int_equal(item.qty, 3000);
    assert_int_equal(item.first_px, 10010);
    assert_int_equal(item.px, 10020);
    assert_near(item.usd, 1001.0 + 2004.0, 1e-9);
}

static void ask_picture(struct fixture *x, uint64_t id, int64_t top, int64_t group)
{
    struct view_request r = {.id = id,
                             .rows = 8,
                             .top_px = top,
                             .group = group,
                             .heat_cols = 4,
                             .column_ns = NS_PER_S,
                             .mark_usd = 1};
    struct board *b = publication_request(x->pub, 0);
    memcpy(board_begin(b), &r, sizeof r);
    board_publish(b);
    engine_publish(x->engine);
}

static void test_ladder(void **state)
{
    struct fixture *x = *state;
    static struct picture pic;
    run(x);
    join(x);
    ask_picture(x, 1, 10040, 10);
    assert_true(board_read(publication_picture(x->pub, 0), &pic) > 0);
    assert_int_equal(pic.row_n, 8);
    static const struct {
        int64_t px, bid, ask;
    } expected[] = {{10040, 0, 100},  {10030, 0, 0},   {10020, 0, 9000}, {10010, 0, 2000},
                    {10000, 6000, 0}, {9990, 1000, 0}, {9980, 7000, 0},  {9970, 0, 0}};
    for (int i = 0; i < 8; i++) {
        assert_int_equal(pic.rows[i].px, expected[i].px);
        assert_int_equal(pic.rows[i].bid_qty, expected[i].bid);
        assert_int_equal(pic.rows[i].ask_qty, expected[i].ask);
    }
    assert_true(pic.rows[3].flags & LADDER_BEST_ASK);
    assert_true(pic.rows[4].flags & LADDER_BEST_BID);
    assert_true(pic.rows[5].flags & LADDER_KNOWN_BID);
    assert_false(pic.rows[7].flags & LADDER_KNOWN_BID); /* 9970..9979 lies below the known book */
    assert_near(pic.rows[2].cum_usd, 1001.0 * 2 + 1002.0 * 9, 1e-9);
    /* impossible requests get no picture */
    uint64_t version = board_version(publication_picture(x->pub, 0));
    ask_picture(x, 2, 10041, 10);
    ask_picture(x, 3, 10040, 0);
    assert_int_equal(board_version(publication_picture(x->pub, 0)), version);
}

static void test_flow_and_heat(void **state)
{
    struct fixture *x = *state;
    static struct picture pic;
    run(x);
    join(x);
    x->script.now_ns += 2 * NS_PER_S;
    script_trade(&x->script, 1, 10000, 1500, AGGRESSOR_SELL);
    script_depth(&x->script, EVENT_DEPTH, 1, 106, 110, 105, (struct level[]){{10000, 3200}, {10010, 2600}}, 1,
                 1);
    x->script.now_ns += 2 * NS_PER_S;
    script_idle(&x->script);
    run(x);
    ask_picture(x, 1, 10040, 10);
    assert_true(board_read(publication_picture(x->pub, 0), &pic) > 0);
    const struct ladder_row *bid = &pic.rows[4], *ask = &pic.rows[3];
    assert_int_equal(bid->volume, 1500);
    assert_int_equal(bid->bid_delta, 1000 - 1300); /* 1,000 came; 2,800 went, 1,500 of them traded */
    assert_int_equal(ask->ask_delta, 600);
    assert_int_equal(pic.col_n, 4);
    assert_true(pic.has_column[3]);
    /* row of 10020: 9,000 rest at 10020, which is the upper half */
    assert_near((double)pic.heat[3][2 * 2], 2 + round(log(9.0 / HEAT_UNIT) / log(HEAT_BASE)), 0.5);
    assert_int_equal(pic.heat[3][2 * 7 + 1], HEAT_UNKNOWN);
    int liq_or_trade = 0;
    for (uint32_t i = 0; i < pic.mark_n; i++)
        liq_or_trade += pic.marks[i].kind == HEAT_SELL;
    assert_int_equal(liq_or_trade, 0); /* 1,500 in quote currency is below the floor of marks */
    engine_advance(x->engine, x->script.now_ns + 20 * NS_PER_S);
    engine_publish(x->engine);
    assert_true(board_read(publication_picture(x->pub, 0), &pic) > 0);
    assert_int_equal(pic.rows[4].bid_delta, 0); /* older than 15 s */
    assert_int_equal(pic.rows[4].volume, 1500);
}

static void test_digest(void **state)
{
    struct fixture *x = *state;
    struct engine *twin;
    uint64_t exact[2], all[2];
    const struct event *ev;
    size_t at = 0;

    join(x);
    script_trade(&x->script, 1, 10010, 1000, AGGRESSOR_BUY);
    x->script.now_ns += 5 * NS_PER_S;
    script_idle(&x->script);
    run(x);
    assert_ok(engine_create(NULL, NULL, &twin));
    while ((ev = script_next(&x->script, &at)))
        assert_ok(engine_apply(twin, ev));
    engine_digest(x->engine, &exact[0], &all[0]);
    engine_digest(twin, &exact[1], &all[1]);
    assert_true(exact[0] == exact[1] && all[0] == all[1]);
    script_depth(&x->script, EVENT_DEPTH, 1, 106, 110, 105, (struct level[]){{9980, 7001}}, 1, 0);
    run(x);
    engine_digest(x->engine, &exact[0], &all[0]);
    assert_true(exact[0] != exact[1] && all[0] != all[1]); /* one lot, three levels deep */
    engine_destroy(twin);
}

/* A second session in the same journal: its digests are those of a program that saw nothing else. */
static void test_sessions(void **state)
{
    struct fixture *x = *state;
    uint64_t exact[2], all[2];
    join(x);
    x->script.now_ns += 3 * NS_PER_S;
    script_trade(&x->script, 1, 10010, 1000, AGGRESSOR_BUY);
    run(x);
    engine_digest(x->engine, &exact[0], &all[0]);
    x->script.now_ns += 7200 * NS_PER_S;
    int64_t start = x->script.now_ns;
    size_t second = x->script.buf.used;
    struct instrument in = script_instrument(1, "ETHUSDT");
    script_session(&x->script);
    script_declare(&x->script, &in);
    join(x);
    assert_int_equal(engine_market_count(x->engine), 1);
    assert_int_equal(engine_find(x->engine, "binance:BTCUSDT"), -1);
    assert_true(engine_head(x->engine)->session_ns == start);
    engine_digest(x->engine, &exact[0], &all[0]);

    struct engine *twin;
    const struct event *ev;
    assert_ok(engine_create(NULL, NULL, &twin));
    while ((ev = script_next(&x->script, &second)))
        assert_ok(engine_apply(twin, ev));
    engine_digest(twin, &exact[1], &all[1]);
    assert_true(exact[0] == exact[1] && all[0] == all[1]);
    engine_destroy(twin);
}

static void test_nonsense(void **state)
{
    struct fixture *x = *state;
    struct event ev = {.size = sizeof ev, .kind = EVENT_IDLE, .recv_ns = -1};
    run(x);
    assert_err(engine_apply(x->engine, &ev), AP_ERANGE);
    ev.recv_ns = T0;
    ev.kind = 9999;
    assert_ok(engine_apply(x->engine, &ev));
    ev.kind = EVENT_TRADE;
    ev.instrument = 60; /* never declared */
    assert_ok(engine_apply(x->engine, &ev));
    ev.instrument = UINT32_MAX;
    assert_ok(engine_apply(x->engine, &ev));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_book, setup, teardown),
        cmocka_unit_test_setup_teardown(test_gap_and_heal, setup, teardown),
        cmocka_unit_test_setup_teardown(test_lost_events, setup, teardown),
        cmocka_unit_test_setup_teardown(test_ticks, setup, teardown),
        cmocka_unit_test_setup_teardown(test_liquidations, setup, teardown),
        cmocka_unit_test_setup_teardown(test_sweeps, setup, teardown),
        cmocka_unit_test_setup_teardown(test_ladder, setup, teardown),
        cmocka_unit_test_setup_teardown(test_flow_and_heat, setup, teardown),
        cmocka_unit_test_setup_teardown(test_digest, setup, teardown),
        cmocka_unit_test_setup_teardown(test_sessions, setup, teardown),
        cmocka_unit_test_setup_teardown(test_nonsense, setup, teardown),
    };
    return cmocka_run_group_tests_name("engine", tests, NULL, NULL);
}
