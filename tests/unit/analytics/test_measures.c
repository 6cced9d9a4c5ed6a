/* The registry, and the measures in a run of events: warm-up, loss, and figures from what they say they come from. */
#include "test.h"
#include "vectors.h"

#include <alphaplus/analytics/measure.h>
#include <alphaplus/analytics/params.h>
#include <alphaplus/base/clock.h>
#include <string.h>

static const struct instrument inst = {
    .id = 1, .price_decimals = 1, .qty_decimals = 3, .tick = 1, .lot = 1, .multiplier = 100000000};

struct run {
    struct book *book;
    struct measures *measures;
    struct measure_input in;
    struct params params;
};

static void refresh(struct run *r, int64_t now_ns)
{
    r->in.now_ns = now_ns;
    r->in.is_true = book_best(r->book, SIDE_BID, &r->in.bid) && book_best(r->book, SIDE_ASK, &r->in.ask);
}

static void set_level(struct run *r, enum side side, int64_t px, int64_t qty, int64_t now_ns)
{
    struct {
        struct event ev;
        uint32_t bid_n, ask_n; /* struct depth_rows of one */
        struct level level;
    } e = {{.size = sizeof e, .kind = EVENT_DEPTH, .recv_ns = now_ns},
           side == SIDE_BID,
           side == SIDE_ASK,
           {px, qty}};
    assert_int_equal(book_set(r->book, side, px, qty), 0);
    refresh(r, now_ns);
    measures_event(r->measures, &r->in, &e.ev);
}

static void trade(struct run *r, int64_t px, int64_t qty, enum aggressor side, int flags, int64_t now_ns)
{
    struct {
        struct event ev;
        struct trade_row row;
    } e = {.ev = {.size = sizeof e, .kind = EVENT_TRADE, .recv_ns = now_ns},
           .row = {.px = px, .qty = qty, .aggressor = (uint8_t)side, .flags = (uint8_t)flags}};
    refresh(r, now_ns);
    measures_event(r->measures, &r->in, &e.ev);
}

static void tick_to(struct run *r, int64_t from_ns, int64_t to_ns)
{
    for (int64_t t = from_ns; t <= to_ns; t += TICK_NS) {
        refresh(r, t);
        measures_tick(r->measures, &r->in, t % NS_PER_S == 0);
    }
}

static struct metric_value value(const struct run *r, const char *id)
{
    int i = metric_find(metric_registry(), id);
    assert_true(i >= 0);
    return measures_values(r->measures)[i];
}

static void assert_value(const struct run *r, const char *id, double expected)
{
    struct metric_value v = value(r, id);
    assert_int_equal(v.state, METRIC_OK);
    assert_true(is_close(v.value, expected, 1e-12));
}

static int setup(void **state)
{
    struct run *r = calloc(1, sizeof *r);
    assert_int_equal(book_create(1, &r->book), 0);
    params_init(&r->params);
    r->in = (struct measure_input){.inst = &inst, .book = r->book, .params = &r->params};
    assert_int_equal(measures_create(&r->in, NULL, &r->measures), 0);
    *state = r;
    return 0;
}

static int teardown(void **state)
{
    struct run *r = *state;
    measures_destroy(r->measures);
    book_destroy(r->book);
    free(r);
    return 0;
}

static void test_registry(void **state)
{
    const struct metric_registry *reg = metric_registry();
    int n, covered = 0;
    const struct measure *const *list = measure_list(&n);
    (void)state;

    assert_true(reg->n > 0 && reg->n <= METRIC_MAX);
    for (int i = 0; i < reg->n; i++) {
        const struct metric_row *row = &reg->rows[i];
        assert_true(row->id[0] && row->label[0] && row->unit[0] && row->range[0] && row->window[0]);
        assert_true(row->meaning[0] && row->source[0]);
        assert_true(strlen(row->label) <= 12);
        assert_int_equal(metric_find(reg, row->id), i); /* no id twice */
    }
    for (int i = 0; i < n; i++) {
        assert_int_equal(list[i]->first, covered); /* in order, without holes */
        covered += list[i]->n;
    }
    assert_int_equal(covered, reg->n);
}

static void test_spread(void **state)
{
    struct run *r = *state;
    set_level(r, SIDE_BID, 1000, 5000, NS_PER_S);
    assert_int_equal(value(r, "book.spread.bps").state, METRIC_NO_DATA); /* one side is no spread */
    set_level(r, SIDE_ASK, 1001, 3000, NS_PER_S);
    assert_value(r, "book.mid", 100.05);
    assert_value(r, "book.spread.px", 0.1);
    assert_value(r, "book.spread.ticks", 1);
    assert_value(r, "book.spread.bps", 0.1 / 100.05 * 1e4);
    assert_value(r, "book.imbalance.l1", 0.25);
    /* half of a minute at one tick, half at two */
    tick_to(r, NS_PER_S, 30 * NS_PER_S);
    assert_int_equal(value(r, "book.spread.tw_bps").state, METRIC_WARMUP);
    set_level(r, SIDE_ASK, 1001, 0, 31 * NS_PER_S);
    set_level(r, SIDE_ASK, 1002, 3000, 31 * NS_PER_S);
    tick_to(r, 31 * NS_PER_S, 61 * NS_PER_S);
    struct metric_value tw = value(r, "book.spread.tw_bps");
    assert_int_equal(tw.state, METRIC_OK);
    assert_true(is_close(tw.value, (0.1 / 100.05 + 0.2 / 100.1) / 2 * 1e4, 1e-9));
}

static void test_trades(void **state)
{
    struct run *r = *state;
    trade(r, 1000, 1000, AGGRESSOR_BUY, 0, NS_PER_S);
    trade(r, 1010, 3000, AGGRESSOR_SELL, 0, NS_PER_S);
    trade(r, 5000, 9000, AGGRESSOR_BUY, TRADE_NOT_MARKET, NS_PER_S); /* insurance fund: not a taker */
    assert_value(r, "trade.vwap.day", (100.0 * 1 + 101.0 * 3) / 4);
    assert_true(is_close(value(r, "trade.vwap.sd").value, sqrt(0.1875), 1e-12));
    assert_value(r, "trade.cvd.day", 100.0 - 303.0);
    tick_to(r, 2 * NS_PER_S, 60 * NS_PER_S);
    assert_int_equal(value(r, "trade.buy.60s").state, METRIC_WARMUP);
    tick_to(r, 61 * NS_PER_S, 61 * NS_PER_S);
    assert_value(r, "trade.buy.60s", 100);
    assert_value(r, "trade.sell.60s", 303);
    assert_value(r, "trade.cvd.60s", -203);
    assert_value(r, "trade.pace.10s", 0);
    tick_to(r, 62 * NS_PER_S, 62 * NS_PER_S);
    assert_value(r, "trade.buy.60s", 0);
    trade(r, 2000, 1000, AGGRESSOR_BUY, 0, (86400 + 1) * NS_PER_S); /* a new UTC day */
    assert_value(r, "trade.vwap.day", 200);
    assert_value(r, "trade.cvd.day", 200);
}

/* The window of the flow at the touch: ten seconds, no more and no less. */
static void test_flow(void **state)
{
    struct run *r = *state;
    set_level(r, SIDE_BID, 1000, 5000, NS_PER_S);
    set_level(r, SIDE_ASK, 1001, 3000, NS_PER_S);
    set_level(r, SIDE_BID, 1000, 5700, NS_PER_S); /* +700 */
    tick_to(r, NS_PER_S + TICK_NS, 10 * NS_PER_S);
    assert_int_equal(value(r, "flow.ofi.10s").state, METRIC_WARMUP);
    set_level(r, SIDE_ASK, 1001, 3200, 10 * NS_PER_S); /* -200 */
    tick_to(r, 11 * NS_PER_S, 11 * NS_PER_S);
    assert_value(r, "flow.ofi.10s", 0.5);
    tick_to(r, 11 * NS_PER_S + TICK_NS, 12 * NS_PER_S);
    assert_value(r, "flow.ofi.10s", -0.2); /* the first second is out */
    tick_to(r, 12 * NS_PER_S + TICK_NS, 20 * NS_PER_S);
    assert_value(r, "flow.ofi.10s", -0.2);
    tick_to(r, 20 * NS_PER_S + TICK_NS, 21 * NS_PER_S);
    assert_value(r, "flow.ofi.10s", 0.0);
}

/* A second of trades and marks lost: minutes begin anew, the day goes on with what was seen. */
static void test_missed(void **state)
{
    struct run *r = *state;
    trade(r, 1000, 1000, AGGRESSOR_BUY, 0, NS_PER_S);
    tick_to(r, 2 * NS_PER_S, 61 * NS_PER_S);
    assert_value(r, "trade.buy.60s", 100);
    refresh(r, 62 * NS_PER_S);
    measures_missed(r->measures, &r->in);
    assert_int_equal(value(r, "trade.buy.60s").state, METRIC_NO_DATA);
    assert_int_equal(value(r, "trade.pace.10s").state, METRIC_NO_DATA);
    assert_value(r, "trade.vwap.day", 100);
    tick_to(r, 62 * NS_PER_S, 200 * NS_PER_S);
    assert_int_equal(value(r, "trade.buy.60s").state, METRIC_NO_DATA); /* is anybody there? */
    trade(r, 1000, 2000, AGGRESSOR_BUY, 0, 200 * NS_PER_S);
    tick_to(r, 200 * NS_PER_S + TICK_NS, 259 * NS_PER_S);
    assert_int_equal(value(r, "trade.buy.60s").state, METRIC_WARMUP);
    tick_to(r, 260 * NS_PER_S, 260 * NS_PER_S);
    assert_value(r, "trade.buy.60s", 200);
}

/* An hour in one step: the minute's mean is of the minute. */
static void test_leap(void **state)
{
    struct run *r = *state;
    set_level(r, SIDE_BID, 1000, 5000, NS_PER_S);
    set_level(r, SIDE_ASK, 1003, 3000, NS_PER_S);
    tick_to(r, NS_PER_S, 61 * NS_PER_S);
    assert_value(r, "book.spread.tw_bps", 0.3 / 100.15 * 1e4);
    tick_to(r, 3600 * NS_PER_S, 3630 * NS_PER_S);
    set_level(r, SIDE_ASK, 1001, 3000, 3630 * NS_PER_S);
    tick_to(r, 3630 * NS_PER_S + TICK_NS, 3660 * NS_PER_S);
    double wide = 0.3 / 100.15 * 1e4, narrow = 0.1 / 100.05 * 1e4, tw = value(r, "book.spread.tw_bps").value;
    assert_true(fabs(tw - (wide + narrow) / 2.0) < 0.02 * wide); /* a second of the leap may be in it */
}

static void test_lost(void **state)
{
    struct run *r = *state;
    set_level(r, SIDE_BID, 1000, 5000, NS_PER_S);
    set_level(r, SIDE_ASK, 1001, 3000, NS_PER_S);
    tick_to(r, NS_PER_S, 20 * NS_PER_S);
    assert_int_equal(value(r, "flow.ofi.10s").state, METRIC_OK);
    assert_int_equal(value(r, "book.depth.bid.10").state,
                     METRIC_DEGRADED); /* nothing says how far the book is known */
    book_clear(r->book);
    refresh(r, 21 * NS_PER_S);
    measures_lost(r->measures, &r->in);
    const struct metric_registry *reg = metric_registry();
    for (int i = 0; i < reg->n; i++) {
        if (strncmp(reg->rows[i].id, "book.", 5) == 0 || strncmp(reg->rows[i].id, "flow.", 5) == 0)
            assert_int_equal(measures_values(r->measures)[i].state, METRIC_NO_DATA);
    }
    tick_to(r, 21 * NS_PER_S, 22 * NS_PER_S);
    assert_int_equal(value(r, "book.depth.bid.10").state, METRIC_NO_DATA);
    set_level(r, SIDE_BID, 2000, 7000, 23 * NS_PER_S);
    set_level(r, SIDE_ASK, 2001, 3000, 23 * NS_PER_S);
    tick_to(r, 23 * NS_PER_S, 23 * NS_PER_S);
    assert_int_equal(value(r, "flow.ofi.10s").state, METRIC_WARMUP); /* no step across the gap */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_registry),
        cmocka_unit_test_setup_teardown(test_spread, setup, teardown),
        cmocka_unit_test_setup_teardown(test_trades, setup, teardown),
        cmocka_unit_test_setup_teardown(test_flow, setup, teardown),
        cmocka_unit_test_setup_teardown(test_missed, setup, teardown),
        cmocka_unit_test_setup_teardown(test_leap, setup, teardown),
        cmocka_unit_test_setup_teardown(test_lost, setup, teardown),
    };
    return cmocka_run_group_tests_name("measures", tests, NULL, NULL);
}
