/* Bars, figures and estimates: seconds add up to minutes and hours, across sessions and failures of the disk. */
#include "place.h"

#include <string.h>

#define SECOND_NS INT64_C(1000000000)
#define START_NS  (INT64_C(1699999200) * SECOND_NS) /* a whole hour */

static const struct metric_row metric_rows[] = {{.id = "a.first", .label = "first", .unit = "usd"},
                                                {.id = "a.second", .label = "second", .unit = "bps"}};
static const struct metric_registry registry = {.rows = metric_rows, .n = 2};

static struct journal_writer *open_named(const struct place *p, int64_t pages)
{
    const struct journal_writer_options o = {
        .path = p->path, .program = PROGRAM, .page_ceiling = pages, .metrics = &registry};
    struct journal_writer *w = NULL;
    char why[256] = "";
    assert_ok(journal_writer_open(&o, &w, why, sizeof(why)));
    return w;
}

static struct rollup_bar bar(int64_t second, uint32_t instrument)
{
    return (struct rollup_bar){.head = {.size = sizeof(struct rollup_bar),
                                        .kind = RESULT_BAR,
                                        .price_decimals = 2,
                                        .qty_decimals = 3,
                                        .instrument = instrument,
                                        .time_ns = START_NS + (second + 1) * SECOND_NS},
                               .bar = {.start_ns = START_NS + second * SECOND_NS,
                                       .span_ns = SECOND_NS,
                                       .completeness = COMPLETENESS_SAMPLED}};
}

static struct rollup_bar traded(int64_t second, int64_t open, int64_t high, int64_t low, int64_t close)
{
    struct rollup_bar b = bar(second, 1);
    b.bar.open = open;
    b.bar.high = high;
    b.bar.low = low;
    b.bar.close = close;
    b.bar.buy_qty = 1.5;
    b.bar.sell_qty = 0.5;
    b.bar.buy_usd = 150;
    b.bar.sell_usd = 50;
    b.bar.vwap = 100;
    b.bar.trades = 3;
    b.bar.buys = 2;
    return b;
}

static void start(struct journal_writer *w, struct made_events *m)
{
    made_clear(m);
    made_session(m);
    write_all(w, m, 100);
}

static void check_real(const struct place *p, const char *sql, double want)
{
    sqlite3 *db;
    sqlite3_stmt *stmt;
    assert_int_equal(sqlite3_open_v2(p->path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &stmt, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
    double value = sqlite3_column_double(stmt, 0);
    bool is_same = value > want - 1e-9 && value < want + 1e-9 && sqlite3_column_type(stmt, 0) != SQLITE_NULL;
    if (!is_same) {
        print_error("%s: %.12g, not %.12g\n", sql, value, want);
    }
    assert_true(is_same);
    sqlite3_finalize(stmt);
    sqlite3_close(db);
}

#define MINUTE(column)                                                                                       \
    "SELECT " column " FROM bars_1m WHERE instrument = 'binance:AAA1USDT' AND start_ns = 1699999200000000000"

/* Goes on with the same file. */
static void other_lengths_and_units(const struct place *p, struct made_events *m)
{
    struct rollup_bar b;
    struct journal_writer *w;
    /* Two seconds of another length: the means are over the time. */
    w = open_named(p, 0);
    start(w, m);
    b = bar(8, 1);
    b.bar.true_ns = SECOND_NS / 4;
    b.bar.mid2_open = b.bar.mid2_low = b.bar.mid2_high = b.bar.mid2_close = 20003;
    b.bar.spread_bps = 9;
    b.bar.bid_usd = 6000;
    b.bar.is_partial = 1;
    assert_ok(journal_append_rollup(w, &b.head));
    assert_ok(journal_writer_close(w));
    check_real(p, MINUTE("spread_bps"), 5);
    check_real(p, MINUTE("bid_depth_usd"), 2000);
    check_real(p, MINUTE("mid_close"), 100.015);
    assert_int_equal(number(p, "SELECT sum(is_partial) FROM bars_1s"), 1);
    check_real(p, "SELECT low FROM bars_1h WHERE instrument LIKE '%AAA1%'", 0.01);
    assert_int_equal(
        number(p, "SELECT open IS NULL AND mid_open IS NULL AND spread_bps IS NULL AND bid_depth_usd IS NULL "
                  "FROM bars_1s WHERE instrument = 'binance:AAA2USDT'"),
        1);
    /* Another unit is another series, not a sum of both. */
    w = open_named(p, 0);
    start(w, m);
    b = traded(7, 1000000, 1000000, 1000000, 1000000);
    b.head.price_decimals = 4;
    assert_ok(journal_append_rollup(w, &b.head));
    assert_ok(journal_writer_close(w));
    assert_int_equal(number(p, "SELECT count(*) FROM bars_1h"), 3);
    check_real(p, MINUTE("min(close)"), 100);
}

static void seconds_add_up(void **state)
{
    const struct place *p = *state;
    struct made_events m;
    struct rollup_bar b;
    made_init(&m, 3, 2);
    struct journal_writer *w = open_named(p, 0);
    start(w, &m);
    b = traded(5, 10000, 10300, 9900, 10100);
    assert_ok(journal_append_rollup(w, &b.head));
    b = bar(6, 1); /* no trade: a book, and liquidations */
    b.bar.true_ns = SECOND_NS;
    b.bar.mid2_open = b.bar.mid2_low = 20001;
    b.bar.mid2_high = b.bar.mid2_close = 20005;
    b.bar.spread_bps = 4;
    b.bar.bid_usd = 1000;
    b.bar.ask_usd = 2000;
    b.bar.long_usd = 7000;
    b.bar.longs = 3;
    assert_ok(journal_append_rollup(w, &b.head));
    b = bar(6, 2);
    b.bar.completeness = COMPLETENESS_FULL;
    assert_ok(journal_append_rollup(w, &b.head));
    assert_ok(journal_commit(w));
    assert_ok(journal_writer_close(w));
    w = open_named(p, 0);
    start(w, &m);
    b = traded(59, 10100, 10200, 9800, 10050);
    assert_ok(journal_append_rollup(w, &b.head));
    b = traded(60, 1, 2, 1, 2);
    assert_ok(journal_append_rollup(w, &b.head));
    assert_ok(journal_writer_close(w));

    assert_int_equal(number(p, "SELECT count(*) FROM bars_1s"), 5);
    assert_int_equal(number(p, "SELECT count(*) FROM bars_1m"), 3);
    assert_int_equal(number(p, "SELECT count(*) FROM bars_1h"), 2);
    check_real(p, MINUTE("open"), 100);
    check_real(p, MINUTE("high"), 103);
    check_real(p, MINUTE("low"), 98);
    check_real(p, MINUTE("close"), 100.5);
    check_real(p, MINUTE("mid_open"), 100.005);
    check_real(p, MINUTE("mid_high"), 100.025);
    check_real(p, MINUTE("buy_qty"), 3);
    check_real(p, MINUTE("sell_qty"), 1);
    check_real(p, MINUTE("buy_usd"), 300);
    check_real(p, MINUTE("vwap"), 100);
    check_real(p, MINUTE("trades"), 6);
    check_real(p, MINUTE("buys"), 4);
    check_real(p, MINUTE("spread_bps"), 4);
    check_real(p, MINUTE("bid_depth_usd"), 1000);
    check_real(p, MINUTE("ask_depth_usd"), 2000);
    check_real(p, MINUTE("book_known"), 1. / 60);
    check_real(p, MINUTE("is_partial"), 1); /* three seconds of sixty */
    check_real(p, MINUTE("long_liquidated_usd"), 7000);
    check_real(p, MINUTE("long_liquidations"), 3);
    assert_int_equal(number(p, MINUTE("completeness = 'sampled'")), 1);
    assert_int_equal(number(p, "SELECT max(is_partial) FROM bars_1s"), 0);
    other_lengths_and_units(p, &m);
    made_finish(&m);
}

static void figures_and_estimates(void **state)
{
    const struct place *p = *state;
    struct made_events m;
    struct {
        struct rollup_head head;
        struct rollup_figure rows[3];
    } f = {.head = {.size = sizeof(f),
                    .kind = RESULT_FIGURES,
                    .price_decimals = 2,
                    .qty_decimals = 3,
                    .instrument = 1,
                    .n = 3,
                    .time_ns = START_NS},
           .rows = {{1, METRIC_OK, 2.5}, {0, METRIC_DEGRADED, -7}, {9, METRIC_OK, 1}}};
    struct {
        struct rollup_head head;
        struct rollup_level rows[2];
    } l = {.head = f.head, .rows = {{10050, 1e6, POSITION_SHORT, 0}, {9950, 2e6, POSITION_LONG, 0}}};
    l.head.size = sizeof(l);
    l.head.kind = RESULT_LEVELS;
    l.head.n = 2;
    made_init(&m, 3, 1);
    struct journal_writer *w = open_named(p, 0);
    start(w, &m);
    assert_ok(journal_append_rollup(w, &f.head));
    assert_ok(journal_append_rollup(w, &l.head));
    assert_ok(journal_writer_close(w));
    assert_int_equal(number(p, "SELECT count(*) FROM comprehensive_analysis"), 2);
    check_real(
        p,
        "SELECT value FROM comprehensive_analysis WHERE metric = 'a.second' AND unit = 'bps' AND is_bound = 0",
        2.5);
    check_real(p, "SELECT value FROM comprehensive_analysis WHERE metric = 'a.first' AND is_bound = 1", -7);
    check_real(p, "SELECT notional FROM liquidation_levels WHERE side = 'short' AND price = 100.5", 1e6);
    check_real(p,
               "SELECT price FROM liquidation_levels WHERE side = 'long' AND instrument = 'binance:AAA1USDT'",
               99.5);
    made_finish(&m);
}

static void malformed_ones_are_refused(void **state)
{
    const struct place *p = *state;
    struct journal_writer *w = open_named(p, 0);
    const struct rollup_bar good = bar(0, 1);
    struct rollup_bar b = good;
    b.head.size = 16;
    assert_err(journal_append_rollup(w, &b.head), AP_EINVAL);
    b = good;
    b.head.kind = RESULT_LEVELS + 1;
    assert_err(journal_append_rollup(w, &b.head), AP_EINVAL);
    b = good;
    b.head.instrument = INSTRUMENT_MAX + 1;
    assert_err(journal_append_rollup(w, &b.head), AP_EINVAL);
    b = good;
    b.head.kind = RESULT_FIGURES;
    b.head.n = 1000;
    assert_err(journal_append_rollup(w, &b.head), AP_EINVAL);
    b = good;
    b.head.price_decimals = 19;
    assert_err(journal_append_rollup(w, &b.head), AP_EINVAL);
    assert_ok(journal_append_rollup(w, &good.head)); /* of an instrument that nobody declared: left out */
    assert_ok(journal_writer_close(w));
    assert_int_equal(number(p, "SELECT count(*) FROM bar_sums"), 0);
}

static void survive_a_full_disk(void **state)
{
    const struct place *p = *state;
    struct made_events m;
    made_init(&m, 3, 1);
    struct journal_writer *w = open_named(p, 0);
    start(w, &m);
    assert_ok(journal_writer_close(w));
    w = open_named(p, number(p, "PRAGMA page_count") + 6);
    start(w, &m);
    uint32_t n = 0;
    int err = 0;
    for (; n < 4000 && err == 0; n++) {
        struct rollup_bar b = traded(n, 1, 1, 1, 1);
        assert_ok(journal_append_rollup(w, &b.head));
        err = journal_commit(w);
    }
    assert_err(err, AP_EFULL);
    assert_int_equal(number(p, "SELECT sum(trades) FROM bar_sums WHERE width_s = 3600"), 3 * (n - 1));
    (void)journal_writer_close(w);
    made_finish(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(seconds_add_up, setup, teardown),
        cmocka_unit_test_setup_teardown(figures_and_estimates, setup, teardown),
        cmocka_unit_test_setup_teardown(malformed_ones_are_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(survive_a_full_disk, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
