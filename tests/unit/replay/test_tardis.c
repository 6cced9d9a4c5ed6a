/* CSV files in the form of Tardis.dev's documentation of its columns: what becomes of each row, and what is refused, where. */
#include "test.h"
#include <alphaplus/model/event.h>
#include <alphaplus/replay/source.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BOOK "exchange,symbol,timestamp,local_timestamp,is_snapshot,side,price,amount\n"
#define ROW  "exchange,symbol,timestamp,local_timestamp,id,side,price,amount\n"
#define TICK                                                                                                         \
    "exchange,symbol,timestamp,local_timestamp,funding_timestamp,funding_rate,predicted_funding_rate,open_interest," \
    "last_price,index_price,mark_price\n"

enum { FILES = 4 };

struct place {
    char folder[48];
    char paths[FILES][96];
    const char *list[FILES];
    size_t n;
};

static int setup(void **state)
{
    struct place *p = calloc(1, sizeof(*p));
    assert_non_null(p);
    (void)snprintf(p->folder, sizeof(p->folder), "/tmp/ap-tardis-XXXXXX");
    assert_non_null(mkdtemp(p->folder));
    *state = p;
    return 0;
}

static int teardown(void **state)
{
    struct place *p = *state;
    for (size_t i = 0; i < p->n; i++) {
        (void)unlink(p->paths[i]);
    }
    assert_int_equal(rmdir(p->folder), 0);
    free(p);
    return 0;
}

static void put(struct place *p, const char *name, const char *text)
{
    char path[sizeof(p->paths[0])];
    assert_true(p->n < FILES);
    (void)snprintf(path, sizeof(path), "%s/%s.csv", p->folder, name);
    memcpy(p->paths[p->n], path, sizeof(path));
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    assert_int_equal(fputs(text, f) >= 0, 1);
    assert_int_equal(fclose(f), 0);
    p->list[p->n] = p->paths[p->n];
    p->n++;
}

static struct source *open_all(struct place *p)
{
    const struct source_capture_options o = {.paths = p->list, .path_n = p->n, .program = "test"};
    struct source *s = NULL;
    char why[256] = "";
    int err = source_open_tardis(&o, &s, why, sizeof(why));
    if (err != 0) {
        print_error("%s\n", why);
    }
    assert_int_equal(err, 0);
    return s;
}

static const struct event *expect(struct source *s, int kind, int64_t recv_us)
{
    const struct event *ev = NULL;
    int got = source_next(s, &ev);
    if (got != 1) {
        print_error("%s\n", source_why(s));
    }
    assert_int_equal(got, 1);
    assert_int_equal(ev->kind, kind);
    assert_int_equal(event_check(ev, ev->size), 0);
    assert_int_equal(ev->recv_ns, recv_us * 1000);
    return ev;
}

static void all_kinds_in_order_of_receipt(void **state)
{
    struct place *p = *state;
    put(p, "book",
        BOOK "binance-futures,BTCUSDT,1700000000000000,1700000000000100,true,bid,100.5,1\n"
             "binance-futures,BTCUSDT,1700000000000000,1700000000000100,true,bid,100.4,2.25\n"
             "binance-futures,BTCUSDT,1700000000000000,1700000000000100,true,ask,100.6,3\n"
             "binance-futures,BTCUSDT,1700000000010000,1700000000010200,false,bid,100.5,0\n"
             "binance-futures,BTCUSDT,1700000000010000,1700000000010200,false,ask,100.55,1e-2\n"
             "binance-futures,BTCUSDT,1700000000030000,1700000000030200,false,ask,100.55,0\n");
    put(p, "trades",
        ROW "binance-futures,BTCUSDT,1700000000009000,1700000000009100,77,buy,100.6,0.5\n"
            "binance-futures,ETHUSDT,1700000000009000,1700000000009200,abc,sell,10,1\r\n"
            "binance-futures,BTCUSDT,1700000000020000,1700000000020100,,unknown,100.6,0.5\n");
    put(p, "liquidations",
        ROW "binance-futures,BTCUSDT,1700000000011000,1700000000011100,,buy,101,4\n"
            "binance-futures,BTCUSDT,1700000000012000,1700000000012100,,sell,99,5\n");
    put(p, "ticker",
        TICK
        "binance-futures,BTCUSDT,1700000000040000,1700000000040100,1700006400000000,-1.25e-5,,812.5,100.6,100.61,100.62\n"
        "binance-futures,BTCUSDT,1700000000041000,1700000000041100,,,,812.5,,,\n"
        "binance-futures,BTCUSDT,1700000000042000,1700000000042100,,,,813,,,100.7\n");
    struct source *s = open_all(p);
    for (int round = 0; round < 2; round++) {
        const struct event *ev = expect(s, EVENT_SESSION, 1700000000000100);
        struct instrument in;
        ev = expect(s, EVENT_INSTRUMENT, 1700000000000100);
        memcpy(&in, event_rows_const(ev), sizeof(in));
        assert_string_equal(in.venue, "binance");
        assert_string_equal(in.symbol, "BTCUSDT");
        assert_string_equal(in.base, "BTC");
        assert_true(in.price_decimals == 2 && in.qty_decimals == 2 && in.inferred == 1);
        ev = expect(s, EVENT_INSTRUMENT, 1700000000000100);
        uint64_t seq = ev->seq;

        ev = expect(s, EVENT_DEPTH_SNAPSHOT, 1700000000000100);
        const struct depth_rows *d = event_rows_const(ev);
        assert_int_equal(ev->seq, seq + 1);
        assert_true(d->bid_n == 2 && d->ask_n == 1 && ev->exch_ns == INT64_C(1700000000000000000));
        assert_true(d->levels[1].px == 10040 && d->levels[1].qty == 225 && d->levels[2].px == 10060);
        uint64_t id = ev->last_id;
        ev = expect(s, EVENT_TRADE, 1700000000009100);
        const struct trade_row *t = event_rows_const(ev);
        assert_true(ev->last_id == 77 && t->px == 10060 && t->qty == 50 && t->aggressor == AGGRESSOR_BUY &&
                    t->flags == 0);
        ev = expect(s, EVENT_TRADE, 1700000000009200);
        t = event_rows_const(ev);
        assert_true(ev->instrument == 2 && ev->last_id == 0 && t->qty == 1 && t->aggressor == AGGRESSOR_SELL);
        ev = expect(s, EVENT_DEPTH, 1700000000010200);
        d = event_rows_const(ev);
        assert_true(ev->first_id == id + 1 && ev->last_id == id + 1 && d->bid_n == 1 && d->ask_n == 1);
        assert_true(d->levels[0].qty == 0 && d->levels[1].px == 10055 && d->levels[1].qty == 1);
        ev = expect(s, EVENT_LIQUIDATION, 1700000000011100);
        const struct liquidation_row *l = event_rows_const(ev);
        assert_true(l->side == POSITION_SHORT && l->px == 10100 && l->qty == 400 &&
                    l->completeness == COMPLETENESS_SAMPLED);
        l = event_rows_const(expect(s, EVENT_LIQUIDATION, 1700000000012100));
        assert_int_equal(l->side, POSITION_LONG);
        t = event_rows_const(expect(s, EVENT_TRADE, 1700000000020100));
        assert_int_equal(t->flags, TRADE_NOT_MARKET);
        ev = expect(s, EVENT_DEPTH, 1700000000030200);
        assert_int_equal(ev->last_id, id + 2);
        const struct mark_row *m = event_rows_const(expect(s, EVENT_MARK, 1700000000040100));
        assert_true(m->mark == INT64_C(10062000000) && m->index == INT64_C(10061000000) &&
                    m->has_funding == 1);
        assert_true(m->funding_rate == -125000 && m->next_funding_ns == INT64_C(1700006400000000000));
        const struct count_row *c = event_rows_const(expect(s, EVENT_OPEN_INTEREST, 1700000000040100));
        assert_int_equal(c->value, 81250);
        m = event_rows_const(expect(s, EVENT_MARK, 1700000000042100)); /* the one between told nothing new */
        assert_true(m->has_funding == 0 && m->index == 0);
        c = event_rows_const(expect(s, EVENT_OPEN_INTEREST, 1700000000042100));
        assert_int_equal(c->value, 81300);
        assert_int_equal(source_next(s, &ev), 0);
        assert_ok(source_rewind(s));
    }
    source_close(s);
}

/* Whichever reading finds it: the words name file, line and column. */
static void bad_rows_are_named(void **state)
{
    static const struct {
        const char *text, *why;
    } bad[] = {
        {"", "end of data"},
        {"a,b,c\n1,2,3\n", "does not name the columns"},
        {ROW, "no rows"},
        {ROW "binance-futures,BTCUSDT,1700000000009000,1700000000009100,77,buy,100.6\n",
         ":2: another number of columns"},
        {ROW "binance-futures,BTCUSDT,1700000000009000,170000000000910,77,buy,1,1\n", ":2: local_timestamp"},
        {ROW "binance-futures,BTCUSDT,,1700000000009100,77,buy,1,1\n", ":2: timestamp"},
        {ROW "binance-futures,BTCUSDT,1700000000009000,1700000000009100,77,buy,1,1\n"
             "binance-futures,BTCUSDT,1700000000009000,1700000000009099,78,buy,1,1\n",
         ":3: local_timestamp goes backwards"},
        {ROW "binance-futures,BTCUSDT,1700000000009000,1700000000009100,77,buy,1x,1\n", ":2: price \"1x\""},
        {ROW "binance-futures,BTCUSDT,1700000000009000,1700000000009100,77,buy,1,1e99\n",
         ":2: amount \"1e99\""},
        {ROW "binance-futures,BTCUSDT,1700000000009000,1700000000009100,77,buy,1,1e-40\n", ":2: amount"},
        {ROW "binance-futures,BTCUSDT,1700000000009000,1700000000009100,77,buy,,1\n", ":2: price \"\""},
        {ROW "binance-futures,BTCUSDT,1700000000009000,1700000000009100,77,bye,1,1\n", ":2: side \"bye\""},
        {ROW "binance-futures,BTCUSDT,1700000000009000,1700000000009100,77,buy,1,-1\n", ":2: amount \"-1\""},
        {ROW "bitmex,XBTUSD,1700000000009000,1700000000009100,77,buy,1,1\n",
         ":2: exchange \"bitmex\": its sizes are contracts"},
        {ROW "bybit,BTCUSD,1700000000009000,1700000000009100,77,buy,1,1\n", ":2: an inverse contract"},
        {ROW "binance-futures,B TC,1700000000009000,1700000000009100,77,buy,1,1\n", "symbol \"B TC\""},
        {BOOK "binance-futures,BTCUSDT,1700000000009000,1700000000009100,maybe,bid,1,1\n",
         ":2: is_snapshot \"maybe\""},
        {BOOK "binance-futures,BTCUSDT,1700000000009000,1700000000009100,true,buy,1,1\n", ":2: side \"buy\""},
    };
    struct place *p = *state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        const struct source_capture_options o = {.paths = p->list, .path_n = 1, .program = "test"};
        struct source *s = NULL;
        const struct event *ev;
        char why[512] = "";
        p->n = 0;
        put(p, "bad", bad[i].text);
        int err = source_open_tardis(&o, &s, why, sizeof(why));
        while (err == 0 && (err = source_next(s, &ev)) == 1) {
            err = 0;
        }
        if (s != NULL) {
            (void)snprintf(why, sizeof(why), "%s", source_why(s));
        }
        if (err >= 0 || strstr(why, bad[i].why) == NULL) {
            print_error("%d: \"%s\" says \"%s\"\n", (int)i, bad[i].text, why);
        }
        assert_true(err < 0);
        assert_non_null(strstr(why, bad[i].why));
        assert_non_null(strstr(why, i == 15 ? "symbol" : "bad.csv"));
        source_close(s);
    }
}

static void is_told_from_captures(void **state)
{
    struct place *p = *state;
    put(p, "book", BOOK);
    put(p, "capture", "1700000000000000000 {\"stream\":\"x\"}\n");
    assert_true(source_is_tardis(p->list[0]));
    assert_false(source_is_tardis(p->list[1]));
    assert_false(source_is_tardis("/nonexistent"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(all_kinds_in_order_of_receipt, setup, teardown),
        cmocka_unit_test_setup_teardown(bad_rows_are_named, setup, teardown),
        cmocka_unit_test_setup_teardown(is_told_from_captures, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
