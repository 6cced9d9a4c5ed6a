/* What the engine stops showing when it can no longer know: one side gone, events lost, silence, old marks; and how it asks. */
#include "event_script.h"
#include "test.h"

#include <alphaplus/analytics/measure.h>
#include <alphaplus/base/clock.h>
#include <alphaplus/engine/engine.h>
#include <alphaplus/model/position.h>

#define T0 (INT64_C(1700000000) * NS_PER_S)

struct fixture {
    struct script script;
    struct publication *pub;
    struct engine *engine;
    size_t at;
    uint64_t id;
};

static void run(struct fixture *x)
{
    const struct event *ev;
    while ((ev = script_next(&x->script, &x->at)))
        assert_ok(engine_apply(x->engine, ev));
    x->at = x->script.buf.used = 0;
}

static void update(struct fixture *x, const struct level *levels, uint32_t bid_n, uint32_t ask_n)
{
    script_depth(&x->script, EVENT_DEPTH, 1, x->id + 1, x->id + 1, x->id, levels, bid_n, ask_n);
    x->id++;
}

static void join(struct fixture *x)
{
    static const struct level levels[] = {{10000, 5000}, {9990, 1000},  {9000, 7000},
                                          {10010, 2000}, {10020, 9000}, {11010, 100}};
    script_depth(&x->script, EVENT_DEPTH_SNAPSHOT, 1, 0, x->id, 0, levels, 3, 3);
    update(x, levels, 1, 0);
    run(x);
}

static int setup(void **state)
{
    struct fixture *x = calloc(1, sizeof *x);
    script_init(&x->script, T0);
    x->id = 100;
    assert_ok(publication_create(&x->pub));
    assert_ok(engine_create(x->pub, NULL, &x->engine));
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

static const struct market_view *view(struct fixture *x)
{
    return engine_market(x->engine, 0);
}

static int state_of(struct fixture *x, const char *id)
{
    int i = metric_find(metric_registry(), id);
    assert_true(i >= 0);
    return view(x)->metrics[i].state;
}

static void pass(struct fixture *x, int64_t ns)
{
    x->script.now_ns += ns;
    script_idle(&x->script);
    run(x);
}

static const struct picture *look(struct fixture *x)
{
    static struct picture pic;
    struct board *b = publication_request(x->pub, 0);
    struct view_request *r = board_begin(b);
    *r = (struct view_request){
        .id = r->id + 1, .rows = 8, .top_px = 10040, .group = 10, .heat_cols = 4, .column_ns = NS_PER_S};
    board_publish(b);
    engine_publish(x->engine);
    assert_true(board_read(publication_picture(x->pub, 0), &pic) > 0);
    return &pic;
}

/* The asks are all taken: the book is true, but nothing is between two sides any more. What is left is still drawn. */
static void test_one_side(void **state)
{
    struct fixture *x = *state;
    join(x);
    pass(x, NS_PER_S);
    assert_int_equal(state_of(x, "book.mid"), METRIC_OK);
    assert_true(look(x)->rows[3].ask_qty == 2000);
    update(x, (struct level[]){{10010, 0}, {10020, 0}, {11010, 0}}, 0, 3);
    run(x);
    assert_int_equal(view(x)->book_state, BOOK_TRUE);
    assert_false(view(x)->has_touch);
    for (int i = 0; i < metric_registry()->n; i++) {
        const char *id = metric_registry()->rows[i].id;
        bool is_of_book = strncmp(id, "book.", 5) == 0 || strncmp(id, "flow.", 5) == 0;
        if (is_of_book && view(x)->metrics[i].state >= METRIC_DEGRADED)
            print_error("%s\n", id);
        assert_false(is_of_book && view(x)->metrics[i].state >= METRIC_DEGRADED);
    }
    const struct picture *pic = look(x);
    assert_true(pic->bid_px == 0);
    assert_true(pic->rows[4].bid_qty == 5000 && (pic->rows[4].flags & LADDER_BEST_BID));
    assert_true(pic->rows[3].ask_qty == 0);
    update(x, (struct level[]){{10010, 3000}}, 0, 1);
    run(x);
    assert_int_equal(state_of(x, "book.mid"), METRIC_OK);
    assert_int_equal(state_of(x, "flow.ofi.10s"), METRIC_NO_DATA); /* a new beginning */
}

/* An update that came twice is one update. */
static void test_double(void **state)
{
    struct fixture *x = *state;
    join(x);
    pass(x, NS_PER_S);
    update(x, (struct level[]){{10000, 5400}}, 1, 0);
    run(x);
    assert_int_equal(look(x)->rows[4].bid_delta, 400);
    script_depth(&x->script, EVENT_DEPTH, 1, x->id, x->id, x->id - 1, (struct level[]){{10000, 5400}}, 1, 0);
    run(x);
    pass(x, NS_PER_S);
    assert_int_equal(look(x)->rows[4].bid_delta, 400);
    script_depth(&x->script, EVENT_DEPTH, 1, x->id, x->id, x->id - 1, (struct level[]){{10000, 9999}}, 1, 0);
    run(x); /* the same number with other rows: it was not applied, so nothing came */
    pass(x, NS_PER_S);
    assert_int_equal(look(x)->rows[4].bid_qty, 5400);
    assert_int_equal(look(x)->rows[4].bid_delta, 400);
}

static void trade_for(struct fixture *x, int seconds)
{
    for (int i = 0; i < seconds; i++) {
        script_trade(&x->script, 1, 10000, 1000, AGGRESSOR_BUY);
        pass(x, NS_PER_S);
    }
}

/* A minute is known when a minute was heard, and not before. */
static void test_windows(void **state)
{
    struct fixture *x = *state;
    run(x);
    pass(x, 100 * NS_PER_S); /* connected or not: nobody knows */
    assert_int_equal(state_of(x, "trade.buy.60s"), METRIC_NO_DATA);
    assert_int_equal(view(x)->liq[0].covered_ns, 0);
    script_mark(&x->script, 1, INT64_C(100000000000), 0);
    pass(x, 9 * NS_PER_S);
    assert_int_equal(state_of(x, "trade.pace.10s"), METRIC_WARMUP);
    pass(x, NS_PER_S);
    assert_int_equal(state_of(x, "trade.pace.10s"), METRIC_OK);
    assert_int_equal(state_of(x, "trade.buy.60s"), METRIC_WARMUP);
    pass(x, 50 * NS_PER_S);
    assert_int_equal(state_of(x, "trade.buy.60s"), METRIC_OK); /* no trade in it, and that is known */
    assert_int_equal(view(x)->liq[0].covered_ns, 60 * NS_PER_S);
    assert_int_equal(engine_head(x->engine)->liq[1].covered_ns, 60 * NS_PER_S);
}

static void lose(struct fixture *x, uint32_t instrument, enum gap_cause cause)
{
    script_gap(&x->script, instrument, cause, 3);
    run(x);
}

static void test_gaps(void **state)
{
    static const struct {
        enum gap_cause cause;
        bool is_book_lost;
    } cases[] = {{GAP_RING_FULL, true}, {GAP_DISCONNECT, true}, {GAP_JOURNAL_LAG, true},
                 {GAP_DISK, true},      {GAP_BAD_FRAME, false}, {GAP_STREAM, false}};
    struct fixture *x = *state;
    for (size_t i = 0; i < 2 * sizeof cases / sizeof cases[0]; i++) {
        join(x);
        trade_for(x, 61);
        assert_int_equal(view(x)->book_state, BOOK_TRUE);
        assert_int_equal(state_of(x, "trade.buy.60s"), METRIC_OK);
        assert_true(view(x)->liq[0].covered_ns > 0);
        lose(x, i % 2, cases[i / 2].cause);
        assert_int_equal(view(x)->book_state, cases[i / 2].is_book_lost ? BOOK_GAP : BOOK_TRUE);
        assert_int_equal(state_of(x, "book.mid"), cases[i / 2].is_book_lost ? METRIC_NO_DATA : METRIC_OK);
        assert_int_equal(state_of(x, "trade.buy.60s"), METRIC_NO_DATA);
        assert_int_equal(state_of(x, "trade.vwap.day"), METRIC_OK); /* of what was seen */
        assert_int_equal(view(x)->liq[0].covered_ns, 0);
        assert_int_equal(engine_head(x->engine)->liq[0].covered_ns, 0);
        pass(x, 100 * NS_PER_S); /* while nobody trades nobody knows whether anybody listens */
        assert_int_equal(state_of(x, "trade.buy.60s"), METRIC_NO_DATA);
        x->id += 1000;
    }
}

/* What was kept for a join before a loss is not joined to what comes after it. */
static void test_kept_before_loss(void **state)
{
    struct fixture *x = *state;
    update(x, (struct level[]){{10000, 1}}, 1, 0);
    run(x);
    assert_int_equal(view(x)->book_state, BOOK_SYNCING);
    lose(x, 1, GAP_DISCONNECT);
    update(x, (struct level[]){{10001, 2}}, 1, 0);
    static const struct level levels[] = {{9990, 5000}, {10010, 2000}};
    script_depth(&x->script, EVENT_DEPTH_SNAPSHOT, 1, 0, x->id - 2, 0, levels, 1, 1);
    run(x);
    assert_int_equal(view(x)->book_state, BOOK_SYNCING); /* too old for what is left */
}

static void test_old_mark(void **state)
{
    struct fixture *x = *state;
    struct event *ev;
    run(x);
    struct account *a = event_rows(ev = script_event(&x->script, EVENT_ACCOUNT, 0, sizeof *a));
    strncat(a->name, "main", sizeof a->name - 1);
    a->wallet = 1000;
    event_buf_push(&x->script.buf, ev);
    struct position *p = event_rows(ev = script_event(&x->script, EVENT_POSITION, 0, sizeof *p));
    *p = (struct position){.account = "main", .instrument = "binance:BTCUSDT", .qty = 2, .entry = 900};
    event_buf_push(&x->script.buf, ev);
    script_mark(&x->script, 1, INT64_C(100000000000), 0); /* 1000.0 */
    run(x);
    assert_near(engine_head(x->engine)->risk.positions[0].upnl, 200.0, 1e-9);
    pass(x, 60 * NS_PER_S);
    assert_true(view(x)->has_mark);
    pass(x, NS_PER_S);
    assert_false(view(x)->has_mark);
    assert_false(engine_head(x->engine)->risk.positions[0].has_mark);
    assert_true(engine_head(x->engine)->risk.positions[0].upnl == 0.0);
    script_mark(&x->script, 1, INT64_C(100000000000), 0);
    run(x);
    assert_near(engine_head(x->engine)->risk.positions[0].upnl, 200.0, 1e-9);
}

/* A mark event that gives no mark does not take the one that there is. */
static void test_half_mark(void **state)
{
    struct fixture *x = *state;
    run(x);
    script_mark(&x->script, 1, INT64_C(100000000000), 7);
    script_mark(&x->script, 1, 0, 8);
    run(x);
    assert_true(view(x)->has_mark && view(x)->mark == INT64_C(100000000000));
    assert_int_equal(view(x)->index, 8);
}

static int wishes(struct fixture *x)
{
    uint32_t id;
    int n = 0;
    while (engine_next_wish(x->engine, &id))
        n++;
    return n;
}

/* The touch nears the border of what is known, and no snapshot ever comes: it is wished for ever more rarely. */
static void test_splice(void **state)
{
    struct fixture *x = *state;
    join(x);
    wishes(x);
    pass(x, NS_PER_S);
    assert_int_equal(wishes(x), 0);
    update(x, (struct level[]){{10000, 0}, {9990, 0}, {9600, 5}}, 3, 0);
    run(x);
    assert_int_equal(wishes(x), 0); /* 600 from the border */
    update(x, (struct level[]){{9600, 0}, {9300, 5}}, 2, 0);
    run(x);
    assert_int_equal(wishes(x), 1); /* 300 from the border: less than half of 1,000 */
    int asked = 0, first_minute = 0;
    for (int s = 1; s <= 3600; s++) {
        x->script.now_ns += NS_PER_S;
        update(x, (struct level[]){{9300, 5 + s % 7}}, 1, 0);
        run(x);
        asked += wishes(x);
        first_minute = s == 60 ? asked : first_minute;
    }
    assert_in_range(first_minute, 1, 3);
    assert_in_range(asked, 5, 12);
    /* One that comes late makes it known anew. */
    static const struct level levels[] = {{9300, 5}, {8000, 1}, {10010, 2000}, {12000, 1}};
    script_depth(&x->script, EVENT_DEPTH_SNAPSHOT, 1, 0, x->id + 1, 0, levels, 2, 2);
    x->id++;
    run(x);
    assert_int_equal(view(x)->known_lo, 8000);
    wishes(x);
    for (int s = 1; s <= 100; s++) {
        x->script.now_ns += NS_PER_S;
        update(x, (struct level[]){{9300, 5 + s % 7}}, 1, 0);
        run(x);
        assert_int_equal(wishes(x), 0);
    }
}

/* Deltas outlive a splice, which tells nothing new of the levels that were known. */
static void test_splice_keeps_flow(void **state)
{
    struct fixture *x = *state;
    join(x);
    update(x, (struct level[]){{10000, 5400}}, 1, 0);
    update(x, (struct level[]){{10010, 0}, {10020, 0}, {10005, 100}, {10700, 5}, {10710, 5}}, 0, 5);
    update(x, (struct level[]){{10005, 0}}, 0, 1);
    run(x);
    assert_int_equal(look(x)->rows[4].bid_delta, 400);
    assert_int_equal(wishes(x), 1);
    update(x, (struct level[]){{10700, 6}}, 0, 1);
    static const struct level levels[] = {{10000, 5400}, {8000, 1}, {10700, 5}, {13000, 1}};
    script_depth(&x->script, EVENT_DEPTH_SNAPSHOT, 1, 0, x->id - 1, 0, levels, 2, 2);
    run(x);
    assert_int_equal(view(x)->known_hi, 13000);
    assert_int_equal(view(x)->ask_qty, 6);
    assert_int_equal(look(x)->rows[4].bid_delta, 400);
}

/* Eight minutes are eight minutes after a leap in time too. */
static void test_leap(void **state)
{
    struct fixture *x = *state;
    join(x);
    trade_for(x, 3);
    assert_int_equal(look(x)->rows[4].volume, 3000);
    pass(x, 120 * NS_PER_S);
    assert_int_equal(look(x)->rows[4].volume, 3000);
    pass(x, 86400 * NS_PER_S);
    assert_int_equal(look(x)->rows[4].volume, 0);
    assert_int_equal(view(x)->book_state, BOOK_TRUE); /* nothing says that anything was lost */
    assert_int_equal(state_of(x, "trade.vwap.day"), METRIC_NO_DATA);
}

static void test_ids(void **state)
{
    struct fixture *x = *state;
    struct instrument in = script_instrument(0, "ETHUSDT");
    struct level levels[] = {{9990, 1}, {10010, 1}};
    uint32_t wish;
    join(x);
    script_declare(&x->script, &in); /* 0 means none: nobody may have it */
    const struct event *ev = script_next(&x->script, &x->at);
    assert_err(engine_apply(x->engine, ev), AP_ECORRUPT);
    assert_int_equal(engine_market_count(x->engine), 1);
    while (engine_next_wish(x->engine, &wish))
        ;
    in.id = 1; /* the id goes to another: events with it are that one's now */
    script_declare(&x->script, &in);
    script_depth(&x->script, EVENT_DEPTH, 1, 7, 7, 6, levels, 1, 1);
    run(x);
    assert_int_equal(engine_market_count(x->engine), 2);
    assert_int_equal(engine_market(x->engine, 0)->book_state, BOOK_TRUE);
    assert_int_equal(engine_market(x->engine, 1)->book_state, BOOK_SYNCING);
    script_gap(&x->script, 0, GAP_DISCONNECT, 0);
    run(x);
    assert_int_equal(wishes(x), 1); /* who has no id cannot ask */
    in = script_instrument(4, "BTCUSDT");
    script_declare(&x->script, &in);
    in = script_instrument(5, "BTCUSDT");
    script_declare(&x->script, &in);
    script_depth(&x->script, EVENT_DEPTH_SNAPSHOT, 4, 0, 200, 0, levels, 1, 1);
    run(x);
    assert_int_equal(engine_market(x->engine, 0)->book_state, BOOK_GAP); /* not its id any more */
    assert_true(engine_next_wish(x->engine, &wish));
    assert_int_equal(wish, 5);
    script_depth(&x->script, EVENT_DEPTH_SNAPSHOT, 5, 0, 200, 0, levels, 1, 1);
    run(x);
    assert_int_equal(engine_market(x->engine, 0)->book_state, BOOK_TRUE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_one_side, setup, teardown),
        cmocka_unit_test_setup_teardown(test_double, setup, teardown),
        cmocka_unit_test_setup_teardown(test_windows, setup, teardown),
        cmocka_unit_test_setup_teardown(test_gaps, setup, teardown),
        cmocka_unit_test_setup_teardown(test_kept_before_loss, setup, teardown),
        cmocka_unit_test_setup_teardown(test_old_mark, setup, teardown),
        cmocka_unit_test_setup_teardown(test_half_mark, setup, teardown),
        cmocka_unit_test_setup_teardown(test_splice, setup, teardown),
        cmocka_unit_test_setup_teardown(test_splice_keeps_flow, setup, teardown),
        cmocka_unit_test_setup_teardown(test_leap, setup, teardown),
        cmocka_unit_test_setup_teardown(test_ids, setup, teardown),
    };
    return cmocka_run_group_tests_name("losses", tests, NULL, NULL);
}
