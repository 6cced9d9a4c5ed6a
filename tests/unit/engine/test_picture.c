/* Pictures of a book that is known at every second: the heatmap's columns at every width, and the rows of the ladder. */
#include "event_script.h"
#include "test.h"

#include <alphaplus/base/clock.h>
#include <alphaplus/engine/engine.h>

#define T0 (INT64_C(1700000040) * NS_PER_S) /* a whole minute */
/* In price units of 0.1. The histories' base bucket is the 1-2-5 step nearest to 0.15 bps of the price. */
enum { MID = 1000000, BUCKET = 20, GROUP = 100, ROWS = 8 };

struct fixture {
    struct script script;
    struct publication *pub;
    struct engine *engine;
    struct picture pic;
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
    run(x);
}

/* Known 1,000 units either way; the touch one tick wide. */
static int setup(void **state)
{
    static const struct level levels[] = {{MID - 1, 1000}, {MID - 1000, 1}, {MID + 1, 1000}, {MID + 1000, 1}};
    struct fixture *x = calloc(1, sizeof *x);
    script_init(&x->script, T0);
    x->id = 100;
    assert_ok(publication_create(&x->pub));
    assert_ok(engine_create(x->pub, NULL, &x->engine));
    struct instrument in = script_instrument(1, "BTCUSDT");
    script_session(&x->script);
    script_declare(&x->script, &in);
    script_depth(&x->script, EVENT_DEPTH_SNAPSHOT, 1, 0, x->id, 0, levels, 2, 2);
    run(x);
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

static void pass(struct fixture *x, int64_t ns)
{
    x->script.now_ns += ns;
    script_idle(&x->script);
    run(x);
}

static const struct picture *look_from(struct fixture *x, int64_t top_px, int64_t group, int64_t column_s,
                                       uint32_t cols)
{
    struct board *b = publication_request(x->pub, 0);
    struct view_request *r = board_begin(b);
    *r = (struct view_request){.id = r->id + 1,
                               .rows = ROWS,
                               .top_px = top_px,
                               .group = group,
                               .heat_cols = cols,
                               .column_ns = column_s * NS_PER_S,
                               .mark_usd = 1};
    board_publish(b);
    engine_publish(x->engine);
    assert_true(board_read(publication_picture(x->pub, 0), &x->pic) > 0);
    assert_int_equal(x->pic.request.id, r->id);
    return &x->pic;
}

static const struct picture *look(struct fixture *x, int64_t group, int64_t column_s, uint32_t cols)
{
    return look_from(x, (MID / group + ROWS / 2) * group, group, column_s, cols);
}

/* Within the rounding of two codes, the stored column's and the picture's. */
static void assert_shade(const struct picture *pic, uint32_t col, int64_t px, double qty)
{
    int64_t half = pic->request.group / 2;
    int64_t pixel = (pic->request.top_px + half - px - 1) / half;
    int code = pic->heat[col][pixel];
    if (qty == 0.0) {
        assert_int_equal(code, HEAT_ZERO);
        return;
    }
    double expected = 2 + log(qty / HEAT_UNIT) / log(HEAT_BASE);
    if (fabs(code - expected) > 1.5)
        fail_msg("column %u, pixel %d: code %d, not %.1f", col, (int)pixel, code, expected);
}

/* An order of 50 (in thousandths) stands at +110 for the seconds 10..19, one of 7 thereafter. */
static void tell_story(struct fixture *x)
{
    pass(x, 10 * NS_PER_S);
    update(x, (struct level[]){{MID + 110, 50000}}, 0, 1);
    pass(x, 10 * NS_PER_S);
    update(x, (struct level[]){{MID + 110, 7000}}, 0, 1);
    pass(x, 5 * NS_PER_S);
}

static void test_seconds(void **state)
{
    struct fixture *x = *state;
    tell_story(x);
    const struct picture *pic = look(x, GROUP, 1,
                                     30); /* seconds -5..24; the last is the one that just ended */
    assert_int_equal(pic->col_start_ns, T0 - 5 * NS_PER_S);
    for (uint32_t col = 0; col < 30; col++) {
        int second = (int)col - 5;
        assert_int_equal(pic->has_column[col], second >= 0);
        if (second < 0) {
            assert_int_equal(pic->heat[col][6], HEAT_UNKNOWN);
            assert_int_equal(pic->trace[col], -1);
            continue;
        }
        assert_shade(pic, col, MID + 110, second < 10 ? 0.0 : second < 20 ? 50.0 : 7.0);
        assert_shade(pic, col, MID + 160, 0.0);
        assert_shade(pic, col, MID - 20, 1.0);
        assert_int_equal(pic->trace[col],
                         ROWS / 2 * 2 + 0); /* MID is the lower border of the pixel above it */
    }
}

/* Wider columns are means of their seconds; the running one is made of what it has. */
static void test_widths(void **state)
{
    static const struct {
        int column_s;
        double qty[4]; /* of the last four columns; negative: there is none */
    } cases[] = {
        {5, {0.0, 50.0, 50.0, 7.0}},
        {10, {-1.0, 0.0, 50.0, 7.0}},
        {20, {-1.0, -1.0, 25.0, 7.0}},
        {60, {-1.0, -1.0, -1.0, (10 * 0.0 + 10 * 50.0 + 5 * 7.0) / 25}},
    };
    struct fixture *x = *state;
    tell_story(x);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct picture *pic = look(x, GROUP, cases[i].column_s, 4);
        for (uint32_t col = 0; col < 4; col++) {
            double qty = cases[i].qty[col];
            assert_int_equal(pic->has_column[col], qty >= 0.0);
            if (qty >= 0.0)
                assert_shade(pic, col, MID + 110, qty);
        }
    }
    /* A day on, the hours are minutes: what is left of the story is the mean of its minute. */
    for (int i = 0; i < 200; i++)
        pass(x, 10 * NS_PER_S);
    const struct picture *pic = look(x, GROUP, 60, 40);
    uint32_t first = 0;
    while (first < 40 && !pic->has_column[first])
        first++;
    assert_int_equal(pic->col_start_ns + (int64_t)first * 60 * NS_PER_S, T0);
    assert_shade(pic, first, MID + 110, (10 * 50.0 + 40 * 7.0) / 60);
    assert_shade(pic, first + 1, MID + 110, 7.0);
    for (uint32_t col = first; col < 40; col++)
        assert_true(pic->has_column[col]);
}

/* A pixel takes the buckets that it covers, in proportion; rows of one bucket, of a part of one, and of many. */
static void test_groups(void **state)
{
    struct fixture *x = *state;
    update(x, (struct level[]){{MID + 110, 50000}, {MID + 120, 8000}}, 0, 2); /* buckets +100 and +120 */
    update(x, (struct level[]){{MID + 139, 1000}}, 0, 1);
    pass(x, 2 * NS_PER_S);
    const struct picture *pic = look(x, 2 * BUCKET, 1, 2);
    assert_shade(pic, 1, MID + 100, 50.0);
    assert_shade(pic, 1, MID + 120, 9.0);
    assert_shade(pic, 1, MID + 140, 0.0);
    pic = look(x, BUCKET, 1, 2); /* half a bucket a pixel */
    assert_shade(pic, 1, MID + 60, 0.0);
    pic = look(x, 30, 1, 2); /* pixels of 15: +95..+110 and +110..+125 hold half of it each */
    assert_shade(pic, 1, MID + 95, 25.0);
    assert_shade(pic, 1, MID + 110, 25.0 + 9.0 / 4);
    assert_shade(pic, 1, MID + 80, 0.0);
    pic = look(x, 400, 1, 2); /* +0..+200 holds all and the best ask */
    assert_shade(pic, 1, MID + 0, 60.0);
    assert_shade(pic, 1, MID + 200, 0.0);
    assert_int_equal(pic->heat[1][0], HEAT_UNKNOWN); /* +1600..+1800 */
}

/* Beyond what is known nothing is empty. */
static void test_known(void **state)
{
    struct fixture *x = *state;
    pass(x, 2 * NS_PER_S);
    const struct picture *pic = look(x, 400, 1, 1); /* pixels of 200: rows +1600 .. -1200 */
    for (int pixel = 0; pixel < 2 * ROWS; pixel++) {
        int64_t hi = 1800 - 200 * pixel, lo = hi - 200;
        bool is_known = lo >= -1000 && hi <= 1000; /* whole buckets: the last unit decides */
        assert_int_equal(pic->heat[0][pixel] != HEAT_UNKNOWN, is_known);
    }
    pic = look_from(x, MID + 1040, 2 * BUCKET, 1, 1);
    assert_int_equal(pic->heat[0][2], HEAT_UNKNOWN); /* +1000..+1020: only its first price is known */
    assert_shade(pic, 0, MID + 980, 0.0);
    pic = look(x, 400, 1, 1);
    for (int row = 0; row < ROWS; row++) {
        int64_t label = 1600 - 400 * row;
        uint32_t flags = pic->rows[row].flags;
        assert_int_equal((flags & LADDER_KNOWN_BID) != 0, label >= -1000 && label + 399 <= 1000);
        assert_int_equal((flags & LADDER_KNOWN_ASK) != 0, label - 399 >= -1000 && label <= 1000);
    }
}

static void test_ladder_sums(void **state)
{
    struct fixture *x = *state;
    static const struct level levels[] = {{MID - 1, 1000}, {MID - 30, 200}, {MID - 100, 400}, {MID - 101, 7},
                                          {MID + 1, 1000}, {MID + 99, 200}, {MID + 100, 400}, {MID + 101, 7}};
    update(x, levels, 4, 4);
    const struct picture *pic = look(x, GROUP, 1, 0);
    /* Bids fall to the label below them, asks rise to the one above. */
    assert_int_equal(pic->rows[4].bid_qty, 0);
    assert_int_equal(pic->rows[5].bid_qty, 1600);
    assert_int_equal(pic->rows[6].bid_qty, 7);
    assert_int_equal(pic->rows[4].ask_qty, 0);
    assert_int_equal(pic->rows[3].ask_qty, 1600);
    assert_int_equal(pic->rows[2].ask_qty, 7);
    assert_true(pic->rows[5].flags & LADDER_BEST_BID);
    assert_true(pic->rows[3].flags & LADDER_BEST_ASK);
    double best = (MID - 1) / 10.0 * 1.0, row = best + (MID - 30) / 10.0 * 0.2 + (MID - 100) / 10.0 * 0.4;
    assert_near(pic->rows[5].cum_usd, row, 1e-6);
    assert_near(pic->rows[6].cum_usd, row + (MID - 101) / 10.0 * 0.007, 1e-6);
}

static void test_marks(void **state)
{
    struct fixture *x = *state;
    pass(x, NS_PER_S);
    script_trade(&x->script, 1, MID + 100, 500, AGGRESSOR_BUY);     /* 50,005 in quote currency */
    script_trade(&x->script, 1, MID + 100, 10, AGGRESSOR_SELL);     /* too small for a mark */
    script_liquidation(&x->script, 1, MID - 100, 3, POSITION_LONG); /* no liquidation is */
    script_trade(&x->script, 1, MID + 460, 5000, AGGRESSOR_BUY);    /* above the picture */
    run(x);
    pass(x, NS_PER_S / 2);
    const struct picture *pic = look(x, GROUP, 1, 4);
    assert_int_equal(pic->mark_n, 2);
    for (uint32_t i = 0; i < 2; i++) {
        const struct heat_mark *mark = &pic->marks[i];
        bool is_trade = mark->kind == HEAT_BUY;
        assert_int_equal(mark->col, 3);
        assert_int_equal(mark->kind, is_trade ? HEAT_BUY : HEAT_LIQ_LONG);
        assert_int_equal(mark->row, is_trade ? 6 : 10); /* the pixel above the label */
    }
    assert_near(pic->volume[3], 0.0, 0.0); /* its second is not over */
    pass(x, NS_PER_S);
    pic = look(x, GROUP, 1, 4);
    double buy = (MID + 100) / 10.0 * 0.5 + (MID + 460) / 10.0 * 5, sell = (MID + 100) / 10.0 * 0.01;
    assert_near(pic->volume[2], buy + sell, 1.0);
    assert_near(pic->cvd[2], buy - sell, 1.0);
    assert_near(pic->cvd[3], buy - sell, 1.0); /* it goes on */
}

/* Volume-weighted mean price and point of control stand in their rows. */
static void test_prices(void **state)
{
    struct fixture *x = *state;
    script_trade(&x->script, 1, MID - 200, 3000, AGGRESSOR_BUY);
    script_trade(&x->script, 1, MID + 200, 1000, AGGRESSOR_SELL);
    run(x);
    pass(x, 2 * NS_PER_S);
    const struct picture *pic = look(x, GROUP, 1, 0);
    for (int i = 0; i < ROWS; i++) {
        assert_int_equal((pic->rows[i].flags & LADDER_VWAP) != 0, pic->rows[i].px == MID - 100);
        assert_int_equal((pic->rows[i].flags & LADDER_POC) != 0, pic->rows[i].px == MID - 200);
    }
    pass(x, 86400 * NS_PER_S); /* tomorrow they are no more */
    pic = look(x, GROUP, 1, 0);
    for (int i = 0; i < ROWS; i++)
        assert_int_equal(pic->rows[i].flags & (LADDER_VWAP | LADDER_POC), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_seconds, setup, teardown),
        cmocka_unit_test_setup_teardown(test_widths, setup, teardown),
        cmocka_unit_test_setup_teardown(test_groups, setup, teardown),
        cmocka_unit_test_setup_teardown(test_known, setup, teardown),
        cmocka_unit_test_setup_teardown(test_ladder_sums, setup, teardown),
        cmocka_unit_test_setup_teardown(test_marks, setup, teardown),
        cmocka_unit_test_setup_teardown(test_prices, setup, teardown),
    };
    return cmocka_run_group_tests_name("picture", tests, NULL, NULL);
}
