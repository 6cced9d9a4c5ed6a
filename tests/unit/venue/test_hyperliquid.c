/* Hyperliquid's frames and answers as its documents and recordings have them; and what must be refused. */
#include "test.h"

#include "hyperliquid_twin.h"
#include <alphaplus/venue/venue.h>
#include <stdio.h>
#include <string.h>

struct fixture {
    struct decoder d;
    struct instrument insts[2];
    uint64_t data[1024];
    struct event_buf out;
};

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));
    assert_non_null(f);
    decoder_init(&f->d, venue_find("hyperliquid"));
    hyperliquid_twin_instrument(&f->insts[0], "BTC", 1, 5);
    hyperliquid_twin_instrument(&f->insts[1], "kPEPE", 2, 0);
    for (int i = 0; i < 2; i++) {
        assert_ok(decoder_add(&f->d, &f->insts[i]));
    }
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    free(*state);
    return 0;
}

/* Also holds the twin to it. */
static int decode(struct fixture *f, const char *text)
{
    static uint64_t twin_data[1024];
    size_t n = strlen(text);
    char *exact = malloc(n > 0 ? n : 1);
    assert_non_null(exact);
    memcpy(exact, text, n);
    memset(f->data, 0xa5, sizeof(f->data));
    f->out = (struct event_buf){.data = (uint8_t *)f->data, .cap = sizeof(f->data)};
    struct event_buf twin = {.data = (uint8_t *)twin_data, .cap = sizeof(twin_data)};
    int got = f->d.venue->decode(&f->d, exact, n, &f->out);
    assert_int_equal(got < 0 ? -1 : got, hyperliquid_twin_decode(f->insts, 2, exact, n, &twin));
    free(exact);
    assert_int_equal(f->out.used, twin.used);
    assert_memory_equal(f->data, twin_data, twin.used);
    return got;
}

static const struct event *first(const struct fixture *f, int kind)
{
    const struct event *ev = (const struct event *)f->data;
    assert_int_equal(ev->kind, kind);
    assert_ok(event_check(ev, f->out.used));
    return ev;
}

static const struct event *second(const struct fixture *f, int kind)
{
    const uint8_t *at = (const uint8_t *)f->data + ((const struct event *)f->data)->size;
    const struct event *ev = (const struct event *)(const void *)at;
    assert_int_equal(ev->kind, kind);
    return ev;
}

static const char recorded_book[] =
    "{\"coin\":\"BTC\",\"levels\":[[{\"px\":\"110427.0\",\"sz\":\"4.11882\"},{\"px\":\"110426.0\",\"sz\":\"0.31694\"}],[{\"px\":"
    "\"110428.0\",\"sz\":\"3.72573\"},{\"px\":\"110430.0\",\"sz\":\"0.03586\"}]],\"time\":1761786491067}";

/* The same book from the stream, from REST and inside a capture. */
static void whole_books(void **state)
{
    struct fixture *f = *state;
    static const struct level expected[] = {
        {1104270, 411882}, {1104260, 31694}, {1104280, 372573}, {1104300, 3586}};
    char text[512];
    (void)snprintf(text, sizeof(text), "{\"channel\":\"l2Book\",\"data\":%s}", recorded_book);
    for (int way = 0; way < 3; way++) {
        if (way == 0) {
            assert_int_equal(decode(f, text), 1);
        } else if (way == 1) {
            assert_int_equal(decode(f, recorded_book), 1);
        } else {
            f->out.used = 0;
            memset(f->data, 0, sizeof(f->data));
            assert_int_equal(f->d.venue->decode_rest(&f->d, REST_SNAPSHOT, &f->insts[0], recorded_book,
                                                     sizeof(recorded_book) - 1, &f->out),
                             1);
        }
        const struct event *ev = first(f, EVENT_DEPTH_SNAPSHOT);
        const struct depth_rows *rows = event_rows_const(ev);
        assert_true(rows->bid_n == 2 && rows->ask_n == 2 && ev->instrument == 1);
        assert_memory_equal(rows->levels, expected, sizeof(expected));
        assert_true(ev->exch_ns == INT64_C(1761786491067000000));
    }
    assert_err(f->d.venue->decode_rest(&f->d, REST_SNAPSHOT, &f->insts[1], recorded_book,
                                       sizeof(recorded_book) - 1, &f->out),
               AP_EINVAL);
    assert_int_equal(
        decode(
            f,
            "{\"channel\":\"l2Book\",\"data\":{\"coin\":\"BTC\",\"levels\":[[{\"px\":\"98450.50\",\"sz\":\"2.5\",\"n\":"
            "3}],[]],\"time\":1703875200000}}"),
        1);
    /* The quick five-level book would hide the prices behind it. */
    assert_int_equal(
        decode(
            f,
            "{\"channel\":\"l2Book\",\"data\":{\"coin\":\"BTC\",\"levels\":[[],[]],\"time\":1,\"fast\":true}}"),
        0);
}

static void best_bid_and_ask(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(
        decode(
            f,
            "{\"channel\":\"bbo\",\"data\":{\"coin\":\"BTC\",\"time\":1703875200000,\"bbo\":[{\"px\":\"98450.5\","
            "\"sz\":\"2.5\",\"n\":3},{\"px\":\"98451.0\",\"sz\":\"1.5\",\"n\":2}]}}"),
        1);
    const struct event *ev = first(f, EVENT_QUOTE);
    const struct quote_row *q = event_rows_const(ev);
    assert_true(q->bid_px == 984505 && q->bid_qty == 250000 && q->ask_px == 984510 && q->ask_qty == 150000);
    assert_true(ev->exch_ns == INT64_C(1703875200000000000));
    assert_int_equal(
        decode(
            f,
            "{\"channel\":\"bbo\",\"data\":{\"coin\":\"kPEPE\",\"time\":1,\"bbo\":[null,{\"px\":\"0.011\",\"sz\":\"7\"}]}}"),
        1);
    q = event_rows_const(first(f, EVENT_QUOTE));
    assert_true(q->bid_px == 0 && q->bid_qty == 0 && q->ask_px == 11000 && q->ask_qty == 7);
}

static void trades_of_takers(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(
        decode(
            f,
            "{\"channel\":\"trades\",\"data\":[{\"coin\":\"BTC\",\"side\":\"B\",\"px\":\"72581.0\",\"sz\":\"0.00017\",\"time\":"
            "1787259217020,\"hash\":\"0x0000000000000000000000000000000000000001000000000000000000000000\",\"tid\":"
            "877707108085800,\"users\":[\"0x0000000000000000000000000000000000000001\","
            "\"0x0000000000000000000000000000000000000001\"]},{\"coin\":\"ETH\",\"side\":\"A\"},{\"coin\":\"BTC\",\"side\":\"A\","
            "\"px\":\"72580.5\",\"sz\":\"1\",\"time\":1787259217021,\"tid\":5}]}"),
        2);
    const struct event *ev = first(f, EVENT_TRADE);
    const struct trade_row *t = event_rows_const(ev);
    assert_true(t->px == 725810 && t->qty == 17 && t->aggressor == AGGRESSOR_BUY && t->flags == 0);
    assert_true(ev->last_id == 877707108085800 && ev->exch_ns == INT64_C(1787259217020000000));
    t = event_rows_const(second(f, EVENT_TRADE));
    assert_true(t->px == 725805 && t->qty == 100000 && t->aggressor == AGGRESSOR_SELL);
    assert_int_equal(f->d.unknown, 1); /* a coin that nobody asked for */
}

static void mark_and_open_interest(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(
        decode(
            f,
            "{\"channel\":\"activeAssetCtx\",\"data\":{\"coin\":\"BTC\",\"ctx\":{\"funding\":\"-0.0000015186\",\"openInterest\":"
            "\"27353.17682\",\"prevDayPx\":\"76317.0\",\"dayNtlVlm\":\"1516669192.1953897476\",\"premium\":\"-0.0005927453\","
            "\"oraclePx\":\"77605.0\",\"markPx\":\"77562.0\",\"midPx\":null,\"impactPxs\":[\"77558.0\",\"77559.0\"],"
            "\"dayBaseVlm\":\"19707.77457\"}}}"),
        2);
    const struct mark_row *m = event_rows_const(first(f, EVENT_MARK));
    assert_true(m->mark == INT64_C(7756200000000) && m->index == INT64_C(7760500000000) &&
                m->funding_rate == -1518600 && m->has_funding == 1);
    const struct count_row *open = event_rows_const(second(f, EVENT_OPEN_INTEREST));
    assert_true(open->value == INT64_C(2735317682));
}

static void no_events(void **state)
{
    struct fixture *f = *state;
    static const char *const silent[] = {
        "Websocket connection established.",
        "{\"channel\":\"pong\"}",
        ("{\"channel\":\"subscriptionResponse\",\"data\":{\"method\":\"subscribe\",\"subscription\":{\"type\":\"l2Book\",\"coin\":"
         "\"BTC\",\"nSigFigs\":null,\"mantissa\":null}}}"),
    };
    for (size_t i = 0; i < sizeof(silent) / sizeof(silent[0]); i++) {
        assert_int_equal(decode(f, silent[i]), 0);
        assert_int_equal(f->d.unknown, 0);
    }
    assert_int_equal(decode(f, "{\"channel\":\"error\",\"data\":\"Invalid subscription\"}"), 0);
    assert_int_equal(decode(f, "{\"channel\":\"candle\",\"data\":{\"t\":1}}"), 0);
    assert_int_equal(decode(f, "[]"), 0);
    assert_int_equal(f->d.unknown, 3);
    assert_string_equal(f->d.unknown_kinds[0].name, "error");
}

static void refuses(void **state)
{
    struct fixture *f = *state;
#define BOOK(levels) "{\"channel\":\"l2Book\",\"data\":{\"coin\":\"BTC\",\"levels\":" levels ",\"time\":1}}"
#define TRADE(rest)                                                                                          \
    "{\"channel\":\"trades\",\"data\":[{\"coin\":\"BTC\",\"time\":1,\"tid\":1,\"px\":\"1\",\"sz\":\"1\"},{"  \
    "\"coin\":\"BTC\",\"time\":1," rest "}]}"
    static const struct {
        const char *text;
        int err;
    } bad[] = {
        {"", AP_ESYNTAX},
        {"Websocket connection established", AP_ESYNTAX},
        {"7", AP_ESYNTAX},
        {"{\"channel\":\"pong\"}x", AP_ESYNTAX},
        {"{\"channel\":7}", AP_ETYPE},
        {"{\"channel\":\"l2Book\"}", AP_ESYNTAX},
        {"{\"channel\":\"trades\",\"data\":{}}", AP_ETYPE},
        {BOOK("[[],[],[]]"), AP_ETYPE},
        {BOOK("[[]]"), AP_ETYPE},
        {BOOK("[]"), AP_ETYPE},
        {BOOK("[[[\"1\",\"1\"]],[]]"), AP_ETYPE},
        {BOOK("[[{\"px\":\"1\"}],[]]"), AP_ESYNTAX},
        {BOOK("[[{\"px\":1,\"sz\":\"1\"}],[]]"), AP_ETYPE},
        {BOOK("[[{\"px\":\"0\",\"sz\":\"1\"}],[]]"), AP_ERANGE},
        {BOOK("[[{\"px\":\"-1\",\"sz\":\"1\"}],[]]"), AP_ERANGE},
        {BOOK("[[{\"px\":\"1.25\",\"sz\":\"1\"}],[]]"), AP_ERANGE},
        {BOOK("[[{\"px\":\"1\",\"sz\":\"1\",\"sz\":\"1\"}],[]]"), AP_ESYNTAX},
        {TRADE("\"side\":\"B\",\"tid\":1,\"px\":\"1\""), AP_ESYNTAX},
        {"{\"channel\":\"bbo\",\"data\":{\"coin\":\"BTC\",\"time\":-1,\"bbo\":[null,null]}}", AP_ERANGE},
        {"{\"channel\":\"bbo\",\"data\":{\"coin\":\"BTC\",\"time\":1,\"bbo\":[null]}}", AP_ETYPE},
        {"{\"channel\":\"activeAssetCtx\",\"data\":{\"coin\":\"BTC\",\"ctx\":{\"markPx\":\"1\"}}}",
         AP_ESYNTAX},
        {"{\"channel\":\"activeAssetCtx\",\"data\":{\"coin\":\"BTC\",\"ctx\":{\"markPx\":\"-1\",\"oraclePx\":\"1\",\"funding\":"
         "\"0\",\"openInterest\":\"0\"}}}",
         AP_ERANGE},
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        int got = decode(f, bad[i].text);
        if (got != bad[i].err) {
            fail_msg("%s: %d", bad[i].text, got);
        }
        assert_int_equal(f->out.used, 0);
    }
    assert_int_equal(f->d.bad, sizeof(bad) / sizeof(bad[0]));
}

struct found {
    struct instrument list[8];
    int n;
};

static void on_found(void *user, const struct instrument *in)
{
    struct found *f = user;
    assert_true(f->n < 8);
    f->list[f->n++] = *in;
}

static void instruments(void **state)
{
    static const char meta[] =
        "{\"universe\":[{\"name\":\"BTC\",\"szDecimals\":5,\"maxLeverage\":40,\"marginTableId\":56,\"onlyIsolated\":null},{\"name\":"
        "\"MATIC\",\"szDecimals\":1,\"maxLeverage\":20,\"isDelisted\":true},{\"name\":\"kPEPE\",\"szDecimals\":0,\"maxLeverage\":10},"
        "{\"name\":\"dex:COIN\",\"szDecimals\":0},{\"name\":\"X\",\"szDecimals\":7},7],\"marginTables\":[]}";
    const struct venue *v = venue_find("hyperliquid");
    struct found f = {.n = 0};
    char both[sizeof(meta) + 16];
    (void)state;
    assert_int_equal(v->read_instruments(meta, sizeof(meta) - 1, on_found, &f), 3);
    const struct instrument *btc = &f.list[0];
    assert_string_equal(btc->base, "BTC");
    assert_string_equal(btc->settle, "USDC");
    /* At most 6 - szDecimals decimals in a price. */
    assert_true(btc->qty_decimals == 5 && btc->price_decimals == 1 && btc->tick == 1);
    assert_true(btc->book_rule == BOOK_RULE_SNAPSHOTS && btc->funding_interval_s == 3600 &&
                btc->liq_completeness == COMPLETENESS_UNKNOWN && btc->inverse == 0);
    assert_true(f.list[1].trading == 0 && f.list[2].price_decimals == 6 && f.list[2].trading == 1);
    int n = snprintf(both, sizeof(both), "[%s,[]]", meta);
    f.n = 0;
    assert_int_equal(v->read_instruments(both, (size_t)n, on_found, &f), 3);
    assert_err(v->read_instruments("[]", 2, on_found, &f), AP_ETYPE);
    assert_err(v->read_instruments("{", 1, on_found, &f), AP_ESYNTAX);
}

static void one_stream_a_message(void **state)
{
    struct fixture *f = *state;
    const struct venue *v = f->d.venue;
    struct venue_plan *p = malloc(sizeof(*p));
    static const char evil[1][VENUE_STREAM_MAX] = {"bbo:B\"TC"};
    char buf[160];
    assert_non_null(p);
    v->plan(f->insts, 2, p);
    assert_true(p->conn_n == 1 && p->stream_n == 8 && p->conns[0].n == 8);
    assert_string_equal(p->conns[0].path, "/ws");
    const char(*streams)[VENUE_STREAM_MAX] = (const char(*)[VENUE_STREAM_MAX])p->streams;
    int n = v->subscribe(buf, sizeof(buf), streams, 1, 7, 0);
    assert_string_equal(buf,
                        "{\"method\":\"subscribe\",\"subscription\":{\"type\":\"l2Book\",\"coin\":\"BTC\"}}");
    assert_int_equal(n, strlen(buf));
    assert_true(v->subscribe(buf, sizeof(buf), streams + 7, 1, 8, 1) > 0);
    assert_string_equal(
        buf,
        "{\"method\":\"unsubscribe\",\"subscription\":{\"type\":\"activeAssetCtx\",\"coin\":\"kPEPE\"}}");
    assert_err(v->subscribe(buf, sizeof(buf), streams, 2, 7, 0), AP_ETOOBIG);
    assert_err(v->subscribe(buf, (size_t)n, streams, 1, 7, 0), AP_ETOOBIG);
    assert_err(v->subscribe(buf, sizeof(buf), evil, 1, 7, 0), AP_EINVAL);
    assert_string_equal(v->ping_text, "{\"method\":\"ping\"}");
    assert_true(v->ping_s > 0 && v->ping_s < 60);
    free(p);
}

static void is_inferred(void **state)
{
    const struct venue *v = venue_find("hyperliquid");
    static struct venue_probe p;
    struct instrument in;
    (void)state;
    memset(&p, 0, sizeof(p));
    assert_ok(v->probe(&p, recorded_book, sizeof(recorded_book) - 1));
    assert_true(p.n == 1 && p.bare_snapshots == 0 && p.symbols[0].has_depth == 1);
    v->infer(&p.symbols[0], &in);
    assert_ok(instrument_check(&in));
    assert_true(in.price_decimals == 1 && in.qty_decimals == 5 && in.book_rule == BOOK_RULE_SNAPSHOTS);
    assert_string_equal(in.base, "BTC");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(whole_books, set_up, tear_down),
        cmocka_unit_test_setup_teardown(best_bid_and_ask, set_up, tear_down),
        cmocka_unit_test_setup_teardown(trades_of_takers, set_up, tear_down),
        cmocka_unit_test_setup_teardown(mark_and_open_interest, set_up, tear_down),
        cmocka_unit_test_setup_teardown(no_events, set_up, tear_down),
        cmocka_unit_test_setup_teardown(refuses, set_up, tear_down),
        cmocka_unit_test(instruments),
        cmocka_unit_test_setup_teardown(one_stream_a_message, set_up, tear_down),
        cmocka_unit_test(is_inferred),
    };
    return cmocka_run_group_tests_name("venue/hyperliquid", tests, NULL, NULL);
}
