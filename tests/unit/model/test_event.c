#include "test.h"
#include <alphaplus/base/fixed.h>
#include <alphaplus/model/event.h>
#include <alphaplus/model/position.h>
#include <string.h>

/* One event in memory of its own, so that the sanitizer sees a look past its end. */
static struct event *make(int kind, const void *rows, size_t rows_bytes)
{
    uint32_t size = event_size_for(rows_bytes);
    struct event *ev = calloc(1, size);
    assert_non_null(ev);
    ev->size = size;
    ev->kind = (uint16_t)kind;
    if (rows_bytes > 0) {
        memcpy(event_rows(ev), rows, rows_bytes);
    }
    return ev;
}

static int check(int kind, const void *rows, size_t rows_bytes)
{
    struct event *ev = make(kind, rows, rows_bytes);
    int err = event_check(ev, ev->size);
    free(ev);
    return err;
}

static void test_names(void **state)
{
    (void)state;
    assert_string_equal(event_kind_name(EVENT_TRADE), "TRADE");
    assert_string_equal(event_kind_name(EVENT_DEPTH_SNAPSHOT), "DEPTH_SNAPSHOT");
    assert_string_equal(event_kind_name(0), "?");
    assert_string_equal(event_kind_name(-5), "?");
    assert_string_equal(feed_state_name(FEED_STALE), "STALE");
    assert_string_equal(feed_state_name(99), "?");
    for (int cause = GAP_RING_FULL; cause <= GAP_STREAM; cause++) {
        assert_string_not_equal(gap_cause_name(cause), "?");
    }
    assert_string_equal(gap_cause_name(0), "?");
}

static void test_frame(void **state)
{
    struct event *ev = make(EVENT_IDLE, NULL, 0);
    (void)state;
    assert_ok(event_check(ev, 72));
    assert_err(event_check(ev, 71), AP_ECORRUPT);
    assert_err(event_check(ev, 0), AP_ECORRUPT);
    ev->size = 64;
    assert_err(event_check(ev, 72), AP_ECORRUPT);
    ev->size = 0;
    assert_err(event_check(ev, 72), AP_ECORRUPT);
    ev->size = 80;
    assert_err(event_check(ev, 72), AP_ECORRUPT);
    ev->size = UINT32_MAX;
    assert_err(event_check(ev, SIZE_MAX), AP_ECORRUPT);
    ev->size = EVENT_SIZE_MAX + 8;
    assert_err(event_check(ev, SIZE_MAX), AP_ECORRUPT);
    ev->size = 72;
    ev->kind = 999; /* a later program's */
    assert_err(event_check(ev, 72), AP_EUNKNOWN);
    free(ev);
}

static void test_depth(void **state)
{
    struct { /* struct depth_rows and three levels */
        uint32_t bid_n, ask_n;
        struct level levels[3];
    } d = {1, 2, {{100, 5}, {101, 0}, {102, 7}}};
    (void)state;
    assert_int_equal(sizeof(d), 56);
    assert_ok(check(EVENT_DEPTH, &d, sizeof(d)));
    assert_ok(check(EVENT_DEPTH_SNAPSHOT, &d, sizeof(d)));
    assert_err(check(EVENT_DEPTH, &d, sizeof(d) - 16), AP_ECORRUPT);
    assert_err(check(EVENT_DEPTH, &d, 0), AP_ECORRUPT);
    d.ask_n = 1; /* a level too many */
    assert_err(check(EVENT_DEPTH, &d, sizeof(d)), AP_ECORRUPT);
    d.ask_n = UINT32_MAX; /* 1 + 2^32 - 1 levels: must not wrap */
    assert_err(check(EVENT_DEPTH, &d, sizeof(d)), AP_ECORRUPT);
    d.bid_n = UINT32_MAX;
    assert_err(check(EVENT_DEPTH, &d, sizeof(d)), AP_ECORRUPT);
    d.bid_n = 1;
    d.ask_n = 2;
    d.levels[2].qty = -1;
    assert_err(check(EVENT_DEPTH, &d, sizeof(d)), AP_ECORRUPT);
    d.levels[2].qty = FIXED_VALUE_MAX + 1;
    assert_err(check(EVENT_DEPTH, &d, sizeof(d)), AP_ECORRUPT);
    d.levels[2].qty = FIXED_VALUE_MAX;
    assert_ok(check(EVENT_DEPTH, &d, sizeof(d)));
    d.levels[0].px = INT64_MIN;
    assert_err(check(EVENT_DEPTH, &d, sizeof(d)), AP_ECORRUPT);
}

static void test_small_kinds(void **state)
{
    struct trade_row trade = {.px = 1, .qty = 1, .aggressor = AGGRESSOR_SELL};
    struct quote_row quote = {1, 2, 3, 4};
    struct mark_row mark = {.mark = 5, .funding_rate = -100, .has_funding = 1};
    struct liquidation_row liq = {
        .px = 1, .qty = 1, .side = POSITION_SHORT, .completeness = COMPLETENESS_SAMPLED};
    struct count_row count = {.value = 0};
    struct feed_row feed = {.state = FEED_LIVE, .venue = "binance"};
    struct gap_row gap = {.cause = GAP_DISK, .text = "no space left"};
    struct session_row session = {.program = "alphaplus 0.1.0", .source = "live"};
    (void)state;
    assert_ok(check(EVENT_TRADE, &trade, sizeof(trade)));
    assert_err(check(EVENT_TRADE, &trade, sizeof(trade) - 8), AP_ECORRUPT);
    trade.aggressor = 2;
    assert_err(check(EVENT_TRADE, &trade, sizeof(trade)), AP_ECORRUPT);
    assert_ok(check(EVENT_QUOTE, &quote, sizeof(quote)));
    quote.ask_qty = -4;
    assert_err(check(EVENT_QUOTE, &quote, sizeof(quote)), AP_ECORRUPT);
    assert_ok(check(EVENT_MARK, &mark, sizeof(mark)));
    mark.has_funding = 7;
    assert_err(check(EVENT_MARK, &mark, sizeof(mark)), AP_ECORRUPT);
    assert_ok(check(EVENT_LIQUIDATION, &liq, sizeof(liq)));
    liq.completeness = 4;
    assert_err(check(EVENT_LIQUIDATION, &liq, sizeof(liq)), AP_ECORRUPT);
    assert_ok(check(EVENT_OPEN_INTEREST, &count, sizeof(count)));
    count.value = -1;
    assert_err(check(EVENT_OPEN_INTEREST, &count, sizeof(count)), AP_ECORRUPT);
    assert_ok(check(EVENT_CLOCK_STEP, &count, sizeof(count))); /* backwards is fine */
    assert_ok(check(EVENT_FEED, &feed, sizeof(feed)));
    memset(feed.reason, 'x', sizeof(feed.reason)); /* no end */
    assert_err(check(EVENT_FEED, &feed, sizeof(feed)), AP_ECORRUPT);
    assert_ok(check(EVENT_GAP, &gap, sizeof(gap)));
    memset(gap.text, 'x', sizeof(gap.text));
    assert_err(check(EVENT_GAP, &gap, sizeof(gap)), AP_ECORRUPT);
    assert_ok(check(EVENT_SESSION, &session, sizeof(session)));
    memset(session.source, 'x', sizeof(session.source));
    assert_err(check(EVENT_SESSION, &session, sizeof(session)), AP_ECORRUPT);
    assert_err(check(EVENT_IDLE, &count, sizeof(count)), AP_ECORRUPT);
}

static void test_own_kinds(void **state)
{
    struct position pos = {.account = "a", .instrument = "binance:BTCUSDT", .qty = 1, .entry = 2};
    struct account acc = {.name = "a", .venue = "binance", .currency = "USDT", .wallet = -1};
    struct margin_tiers all = {.instrument = "binance:BTCUSDT",
                               .n = 2,
                               .tiers = {{0, 50000, 0.004, 0, 125}, {50000, 600000, 0.005, 50, 100}}};
    struct instrument in = {.venue = "binance",
                            .symbol = "BTCUSDT",
                            .id = 1,
                            .kind = 1,
                            .tick = 1,
                            .lot = 1,
                            .multiplier = 100000000};
    (void)state;
    assert_ok(check(EVENT_POSITION, &pos, sizeof(pos)));
    pos.qty = (double)NAN;
    assert_err(check(EVENT_POSITION, &pos, sizeof(pos)), AP_ECORRUPT);
    assert_ok(check(EVENT_ACCOUNT, &acc, sizeof(acc)));
    acc.wallet = (double)INFINITY;
    assert_err(check(EVENT_ACCOUNT, &acc, sizeof(acc)), AP_ECORRUPT);
    assert_ok(check(EVENT_TIERS, &all, sizeof(all)));
    assert_err(check(EVENT_TIERS, &all, sizeof(all) - 8), AP_ECORRUPT);
    all.tiers[1].floor = 40000; /* they overlap */
    assert_err(check(EVENT_TIERS, &all, sizeof(all)), AP_ECORRUPT);
    all.tiers[1].floor = 600000; /* nothing in it */
    assert_err(check(EVENT_TIERS, &all, sizeof(all)), AP_ECORRUPT);
    all.n = 1;
    assert_ok(check(EVENT_TIERS, &all, sizeof(all)));
    all.n = MARGIN_TIER_MAX + 1;
    assert_err(check(EVENT_TIERS, &all, sizeof(all)), AP_ECORRUPT);
    all.n = 0;
    memset(all.instrument, 'x', sizeof(all.instrument));
    assert_err(check(EVENT_TIERS, &all, sizeof(all)), AP_ECORRUPT);
    assert_ok(check(EVENT_INSTRUMENT, &in, sizeof(in)));
    in.tick = 0;
    assert_err(check(EVENT_INSTRUMENT, &in, sizeof(in)), AP_ECORRUPT);
}

static void test_buf(void **state)
{
    enum { CAP = 512 };
    struct event_buf b = {.data = malloc(CAP), .cap = CAP};
    (void)state;
    assert_non_null(b.data);
    memset(b.data, 0xaa, CAP);
    struct event *ev = event_buf_new(&b, EVENT_TRADE, sizeof(struct trade_row));
    assert_non_null(ev);
    assert_int_equal(ev->size, 72 + sizeof(struct trade_row));
    assert_int_equal(ev->kind, EVENT_TRADE);
    assert_int_equal(ev->seq, 0);
    assert_ok(event_check(ev, CAP));
    assert_ptr_equal(event_buf_new(&b, EVENT_QUOTE, 32), ev); /* not pushed: replaced */
    event_buf_push(&b, ev);
    assert_int_equal(b.used, 104);
    ev = event_buf_new(&b, EVENT_GAP, 5); /* rounded up, padding zero */
    assert_int_equal(ev->size, 80);
    assert_int_equal(((uint8_t *)event_rows(ev))[7], 0);
    event_buf_push(&b, ev);
    assert_null(event_buf_new(&b, EVENT_DEPTH, CAP - 184 - 72 + 1));
    assert_null(event_buf_new(&b, EVENT_DEPTH, SIZE_MAX));
    assert_null(event_buf_new(&b, EVENT_DEPTH, EVENT_SIZE_MAX));
    ev = event_buf_new(&b, EVENT_DEPTH, CAP - 184 - 72);
    assert_non_null(ev);
    event_buf_push(&b, ev);
    assert_int_equal(b.used, CAP);
    assert_null(event_buf_new(&b, EVENT_IDLE, 0));
    free(b.data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),       cmocka_unit_test(test_frame),     cmocka_unit_test(test_depth),
        cmocka_unit_test(test_small_kinds), cmocka_unit_test(test_own_kinds), cmocka_unit_test(test_buf),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
