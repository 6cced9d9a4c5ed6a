/* Bars against the plainest way to have them: keep every event, and look at all of those within. */
#include "measure_run.h"

#include <alphaplus/analytics/bars.h>

#define T0 (INT64_C(1700006400) * NS_PER_S) /* a midnight */
enum { STEPS = 60000 };

struct past {
    struct {
        int64_t at_ns, px, qty;
        int is_sell;
    } trades[STEPS];
    struct {
        int64_t from_ns, to_ns, bid, ask; /* a touch stood */
    } touches[2 * STEPS];
    int trade_n, touch_n;
};

static void touch(struct past *p, const struct measure_run *r, int64_t now_ns)
{
    if (p->touch_n > 0 && p->touches[p->touch_n - 1].to_ns == 0)
        p->touches[p->touch_n - 1].to_ns = now_ns;
    if (!r->in.is_true)
        return;
    p->touches[p->touch_n].from_ns = now_ns;
    p->touches[p->touch_n].to_ns = 0;
    p->touches[p->touch_n].bid = r->in.bid.px;
    p->touches[p->touch_n++].ask = r->in.ask.px;
}

static void check_trades(const struct past *p, const struct bar *b)
{
    double usd[2] = {0, 0}, qty[2] = {0, 0};
    int64_t open = 0, high = 0, low = 0, close = 0;
    uint32_t n[2] = {0, 0};
    for (int i = 0; i < p->trade_n; i++) {
        if (p->trades[i].at_ns < b->start_ns || p->trades[i].at_ns >= b->start_ns + b->span_ns)
            continue;
        int64_t px = p->trades[i].px;
        int s = p->trades[i].is_sell;
        open = n[0] + n[1] == 0 ? px : open;
        high = n[0] + n[1] == 0 || px > high ? px : high;
        low = n[0] + n[1] == 0 || px < low ? px : low;
        close = px;
        n[s]++;
        qty[s] += (double)p->trades[i].qty / 1e3;
        usd[s] += (double)p->trades[i].qty / 1e3 * (double)px / 10.0;
    }
    assert_int_equal(b->buys, n[0]);
    assert_int_equal(b->trades, n[0] + n[1]);
    assert_true(b->open == open && b->high == high && b->low == low && b->close == close);
    assert_near(b->buy_qty, qty[0], 1e-9 * (1 + qty[0]));
    assert_near(b->sell_qty, qty[1], 1e-9 * (1 + qty[1]));
    assert_near(b->buy_usd, usd[0], 1e-9 * (1 + usd[0]));
    assert_near(b->sell_usd, usd[1], 1e-9 * (1 + usd[1]));
    if (b->trades > 0)
        assert_near(b->vwap, (usd[0] + usd[1]) / (qty[0] + qty[1]), 1e-9 * b->vwap);
}

static void check_touches(const struct past *p, const struct bar *b)
{
    int64_t ns = 0, high = 0, low = INT64_MAX, first = 0, last = 0, end = b->start_ns + b->span_ns;
    double spread = 0.0;
    for (int i = 0; i < p->touch_n; i++) {
        int64_t from = p->touches[i].from_ns, to = p->touches[i].to_ns ? p->touches[i].to_ns : INT64_MAX;
        int64_t mid2 = p->touches[i].bid + p->touches[i].ask;
        bool is_born_inside = from >= b->start_ns && from < end,
             is_carried = from < b->start_ns && to > b->start_ns;
        if (!is_born_inside && !is_carried)
            continue;
        from = from > b->start_ns ? from : b->start_ns;
        to = to < end ? to : end;
        ns += to - from;
        spread += 2e4 * (double)(p->touches[i].ask - p->touches[i].bid) / (double)mid2 * (double)(to - from);
        first = first == 0 ? mid2 : first;
        last = mid2;
        high = mid2 > high ? mid2 : high;
        low = mid2 < low ? mid2 : low;
    }
    assert_true(b->true_ns == ns);
    if (ns == 0) {
        assert_true(b->mid2_open == 0 && b->spread_bps == 0.0);
        return;
    }
    assert_near(b->spread_bps, spread / (double)ns, 1e-9 * (1 + b->spread_bps));
    assert_true(b->mid2_open == first && b->mid2_close == last && b->mid2_high == high && b->mid2_low == low);
}

/* Seconds of all kinds, for three hours: crowded, quiet, without a book. */
static void test_batch(void **state)
{
    struct past *p = calloc(1, sizeof *p);
    struct instrument inst = run_instrument();
    struct measure_run r;
    uint64_t rng = 5;
    int64_t now = T0 - 90 * NS_PER_S + 7, bid = 100000;
    int checked[BAR_SPANS] = {0};
    (void)state;
    run_init(&r, &inst);
    run_level(&r, now, SIDE_BID, bid, 50);
    run_level(&r, now, SIDE_ASK, bid + 1, 50);
    touch(p, &r, now);
    for (int i = 0; i < STEPS; i++) {
        now += (int64_t)test_below(&rng, 360) * NS_PER_MS + (int64_t)test_below(&rng, 1000);
        if (test_below(&rng, 3) == 0) {
            int64_t px = bid + (int64_t)test_below(&rng, 20) - 10, qty = 1 + (int64_t)test_below(&rng, 9999);
            int is_sell = (int)test_below(&rng, 2);
            run_trade(&r, now, px, qty, is_sell);
            p->trades[p->trade_n].at_ns = now;
            p->trades[p->trade_n].px = px;
            p->trades[p->trade_n].qty = qty;
            p->trades[p->trade_n++].is_sell = is_sell;
        } else { /* the ask comes, goes and moves: at times there is none */
            int64_t px = bid + 1 + (int64_t)test_below(&rng, 4);
            run_level(&r, now, SIDE_ASK, px, book_qty(r.book, SIDE_ASK, px) ? 0 : 7);
            touch(p, &r, now);
        }
        const struct bars *bars = measures_bars(r.measures);
        for (int span = 0; span < BAR_SPANS; span++) {
            const struct bar *b = bars_at(bars, (enum bar_span)span, 0);
            if (!b || (int)bars->head[span] == checked[span] || (span == BAR_1S && i % 16 != 0))
                continue;
            checked[span] = (int)bars->head[span];
            check_trades(p, b);
            check_touches(p, b);
        }
    }
    assert_true(checked[BAR_1S] > 9000 && checked[BAR_1M] > 170 && checked[BAR_1H] == 3 &&
                checked[BAR_1D] == 1);
    const struct bar *hour = bars_at(measures_bars(r.measures), BAR_1H, 0),
                     *day = bars_at(measures_bars(r.measures), BAR_1D, 0);
    assert_false(hour->is_partial);
    assert_true(day->is_partial && day->start_ns == T0 - 86400 * NS_PER_S);
    assert_null(bars_at(measures_bars(r.measures), BAR_1H, 3));
    struct bar running;
    assert_true(bars_running(measures_bars(r.measures), BAR_1D, &running));
    assert_true(running.is_partial && running.start_ns == T0 && running.trades > hour->trades);
    run_finish(&r);
    free(p);
}

/* What makes a bar partial, second by second. */
static void test_partial(void **state)
{
    struct instrument inst = run_instrument();
    struct measure_run r;
    const struct bars *bars;
    (void)state;
    run_init(&r, &inst);
    bars = measures_bars(r.measures);
    run_level(&r, T0, SIDE_BID, 1000, 5);
    run_level(&r, T0, SIDE_ASK, 1001, 5);
    run_to(&r, T0 + NS_PER_S);
    assert_true(bars_at(bars, BAR_1S, 0)->is_partial); /* nobody said that trades are listened to */
    run_mark(&r, T0 + NS_PER_S + 1, 10000, 10000);
    run_to(&r, T0 + 2 * NS_PER_S);
    assert_true(bars_at(bars, BAR_1S, 0)->is_partial); /* heard since its middle */
    run_to(&r, T0 + 3 * NS_PER_S);
    assert_false(bars_at(bars, BAR_1S, 0)->is_partial);
    run_missed(&r, T0 + 3 * NS_PER_S + 5);
    run_mark(&r, T0 + 3 * NS_PER_S + 6, 10000, 10000);
    run_to(&r, T0 + 4 * NS_PER_S);
    assert_true(bars_at(bars, BAR_1S, 0)->is_partial);
    run_to(&r, T0 + 60 * NS_PER_S);
    assert_false(bars_at(bars, BAR_1S, 0)->is_partial);
    assert_true(bars_at(bars, BAR_1M, 0)->is_partial);
    run_to(&r, T0 + 120 * NS_PER_S);
    assert_false(bars_at(bars, BAR_1M, 0)->is_partial);
    assert_true(bars_at(bars, BAR_1M, 0)->trades == 0 && bars_at(bars, BAR_1M, 0)->true_ns == 60 * NS_PER_S);
    assert_near(bars_at(bars, BAR_1M, 0)->spread_bps, 1e4 * 0.1 / 100.05, 1e-9);
    assert_true(bars_at(bars, BAR_1M, 0)->depth_is_bound); /* nothing says how far the book is known */
    assert_near(bars_at(bars, BAR_1M, 0)->bid_usd, 0.005 * 100.0, 1e-12);
    assert_ptr_equal(bars_closed(bars, BAR_1M, T0 + 120 * NS_PER_S), bars_at(bars, BAR_1M, 0));
    assert_null(bars_closed(bars, BAR_1M, T0 + 121 * NS_PER_S));
    run_finish(&r);
}

/* A day in one step, twice: what was leapt over is in no bar. */
static void test_leap(void **state)
{
    struct instrument inst = run_instrument();
    struct measure_run r;
    const struct bars *bars;
    const int64_t day = 86400 * NS_PER_S;
    (void)state;
    run_init(&r, &inst);
    bars = measures_bars(r.measures);
    run_level(&r, T0, SIDE_BID, 1000, 5);
    run_level(&r, T0, SIDE_ASK, 1001, 5);
    run_trade(&r, T0 + 1, 1000, 1000, 0);
    run_to(&r, T0 + 10 * NS_PER_S);
    run_trade(&r, T0 + day + day / 2, 1000, 3000, 1);
    assert_true(bars_at(bars, BAR_1D, 0)->start_ns == T0 && bars_at(bars, BAR_1D, 0)->is_partial);
    assert_int_equal(bars_at(bars, BAR_1D, 0)->trades, 1);
    assert_true(bars_at(bars, BAR_1D, 0)->true_ns == 11 * NS_PER_S);
    run_to(&r, T0 + 3 * day);
    assert_true(bars_at(bars, BAR_1D, 1)->start_ns == T0 + day &&
                bars_at(bars, BAR_1D, 0)->start_ns == T0 + 2 * day);
    assert_int_equal(bars_at(bars, BAR_1D, 1)->trades, 1);
    assert_near(bars_at(bars, BAR_1D, 1)->sell_usd, 300.0, 1e-9);
    assert_int_equal(bars_at(bars, BAR_1D, 0)->trades, 0);
    run_finish(&r);
}

/* Contracts of an inverse instrument: base units are value by price, and the VWAP is harmonic. */
static void test_inverse(void **state)
{
    struct instrument inst = run_instrument();
    struct measure_run r;
    (void)state;
    inst.inverse = 1;
    inst.qty_decimals = 0;
    inst.multiplier = 100 * INT64_C(100000000); /* 100 USD a contract */
    run_init(&r, &inst);
    run_trade(&r, T0 + 1, 500000, 10, 0);
    run_trade(&r, T0 + 2, 400000, 10, 1);
    run_liquidation(&r, T0 + 3, 400000, 7, 1);
    run_to(&r, T0 + NS_PER_S);
    const struct bar *b = bars_at(measures_bars(r.measures), BAR_1S, 0);
    assert_near(b->buy_usd, 1000.0, 1e-9);
    assert_near(b->buy_qty, 0.02, 1e-12);
    assert_near(b->sell_qty, 0.025, 1e-12);
    assert_near(b->vwap, 2000.0 / 0.045, 1e-8);
    assert_near(b->short_usd, 700.0, 1e-12);
    assert_true(b->shorts == 1 && b->longs == 0 && b->completeness == COMPLETENESS_FULL);
    run_finish(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_batch),
        cmocka_unit_test(test_partial),
        cmocka_unit_test(test_leap),
        cmocka_unit_test(test_inverse),
    };
    return cmocka_run_group_tests_name("bars", tests, run_trap, run_untrap);
}
