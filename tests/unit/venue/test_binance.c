/* One frame a kind, as the venue's documents and recordings have them; and what must be refused. */
#include "test.h"

#include "binance_twin.h"
#include <alphaplus/venue/venue.h>
#include <stdio.h>
#include <string.h>

struct fixture {
    struct decoder d;
    struct instrument insts[3];
    uint64_t data[4096];
    struct event_buf out;
};

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));
    assert_non_null(f);
    decoder_init(&f->d, venue_find("binance"));
    twin_instrument(&f->insts[0], "BTCUSDT", 1, 1, 3);
    twin_instrument(&f->insts[1], "SUSHIUSDT", 2, 4, 0);
    twin_instrument(&f->insts[2], "ETHUSDT", 3, 2, 3);
    f->insts[2].version = 7;
    for (int i = 0; i < 3; i++) {
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

/* Bytes, no string: there is no end mark to copy. */
static void lay(void *to, const void *from, size_t n)
{
    memcpy(to, from, n);
}

/* Also holds the twin to it. */
static int decode(struct fixture *f, const char *text)
{
    static uint64_t twin_data[4096];
    size_t n = strlen(text);
    char *exact = malloc(n > 0 ? n : 1);
    assert_non_null(exact);
    lay(exact, text, n);
    memset(f->data, 0xa5, sizeof(f->data));
    f->out = (struct event_buf){.data = (uint8_t *)f->data, .cap = sizeof(f->data)};
    int got = f->d.venue->decode(&f->d, exact, n, &f->out);
    struct event_buf twin = {.data = (uint8_t *)twin_data, .cap = sizeof(twin_data)};
    int expected = twin_decode(f->insts, 3, exact, n, &twin);
    free(exact);
    assert_int_equal(got < 0 ? -1 : got, expected);
    assert_int_equal(f->out.used, twin.used);
    assert_memory_equal(f->data, twin_data, twin.used);
    return got;
}

static const struct event *one(struct fixture *f, const char *text, int kind)
{
    const struct event *ev = (const struct event *)f->data;
    assert_int_equal(decode(f, text), 1);
    assert_int_equal(ev->kind, kind);
    assert_int_equal(ev->size, f->out.used);
    assert_ok(event_check(ev, f->out.used));
    return ev;
}

static void depth(void **state)
{
    struct fixture *f = *state;
    const struct event *ev = one(
        f,
        "{\"stream\":\"sushiusdt@depth@100ms\",\"data\":{\"e\":\"depthUpdate\",\"E\":1626992741037,\"T\":1626992741024,\"s\":"
        "\"SUSHIUSDT\",\"U\":600859599090,\"u\":600859600917,\"pu\":600859598061,\"b\":[[\"7.5040\",\"813\"],[\"7.6090\",\"0\"],"
        "[\"7.6110\",\"2\"]],\"a\":[[\"7.6150\",\"1563\"],[\"7.6220\",\"3284\"]]}}",
        EVENT_DEPTH);
    const struct depth_rows *rows = event_rows_const(ev);
    static const struct level expected[] = {
        {75040, 813}, {76090, 0}, {76110, 2}, {76150, 1563}, {76220, 3284}};
    assert_int_equal(ev->instrument, 2);
    assert_int_equal(ev->version, 1);
    assert_true(ev->first_id == 600859599090 && ev->last_id == 600859600917 && ev->prev_id == 600859598061);
    assert_true(ev->exch_ns == INT64_C(1626992741024000000));
    assert_int_equal(rows->bid_n, 3);
    assert_int_equal(rows->ask_n, 2);
    assert_memory_equal(rows->levels, expected, sizeof(expected));
}

/* Keys in any order and fields nobody knew of: the same event. */
static void depth_in_any_order(void **state)
{
    struct fixture *f = *state;
    static const char *const same[] = {
        "{\"e\":\"depthUpdate\",\"E\":5,\"T\":4,\"s\":\"BTCUSDT\",\"U\":2,\"u\":3,\"pu\":1,\"b\":[[\"64098.10\",\"1.500\"]],\"a\":"
        "[[\"64098.20\",\"0\"]]}",
        "{\"e\":\"depthUpdate\",\"E\":5,\"T\":4,\"s\":\"BTCUSDT\",\"ps\":\"BTCUSDT\",\"st\":1,\"U\":2,\"u\":3,\"pu\":1,\"b\":[["
        "\"64098.1\",\"1.5\"]],\"a\":[[\"64098.2\",\"0.000\"]],\"new\":{\"x\":[1,{\"y\":null}]}}",
        "{\"a\":[[\"64098.20\",\"0\"]],\"b\":[[\"64098.10\",\"1.500\"]],\"pu\":1,\"u\":3,\"U\":2,\"s\":\"BTCUSDT\",\"T\":4,\"E\":5,"
        "\"e\":\"depthUpdate\"}",
        " { \"data\" : { \"b\" : [ [ \"64098.1\" , \"1.5\" ] ] , \"e\" : \"depthUpdate\" , \"s\" : \"BTCUSDT\" , \"a\" : [ [ "
        "\"64098.2\" , \"0\" ] ] , \"U\" : 2 , \"u\" : 3 , \"pu\" : 1 , \"T\" : 4 } , \"stream\" : \"x\" } ",
        "{\"\\u0065\":\"depth\\u0055pdate\",\"T\":4,\"s\":\"BTC\\u0055SDT\",\"U\":2,\"u\":3,\"pu\":1,\"b\":[[\"64098.\\u0031\","
        "\"1.5\"]],\"a\":[[\"64098.2\",\"0\"]]}",
    };
    uint64_t first[64];
    for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++) {
        const struct event *ev = one(f, same[i], EVENT_DEPTH);
        if (i == 0) {
            memcpy(first, ev, ev->size);
        }
        assert_memory_equal(ev, first, ev->size);
    }
    const struct depth_rows *rows = event_rows_const((const struct event *)first);
    assert_true(rows->levels[0].px == 640981 && rows->levels[0].qty == 1500 && rows->levels[1].px == 640982);
}

static void depth_of_nothing(void **state)
{
    const struct event *ev = one(
        *state,
        "{\"e\":\"depthUpdate\",\"E\":1626992741077,\"s\":\"ETHUSDT\",\"U\":1,\"u\":1,\"pu\":0,\"b\":[],\"a\":[]}",
        EVENT_DEPTH);
    assert_int_equal(ev->size, sizeof(*ev) + sizeof(struct depth_rows));
    assert_int_equal(ev->version, 7);
    assert_true(ev->exch_ns == INT64_C(1626992741077000000));
}

static void quote(void **state)
{
    const struct event *ev = one(
        *state,
        "{\"e\":\"bookTicker\",\"u\":600859600576,\"s\":\"SUSHIUSDT\",\"b\":\"7.6110\",\"B\":\"2\",\"a\":"
        "\"7.6120\",\"A\":\"297\",\"T\":1626992741012,\"E\":1626992741017,\"st\":1,\"ps\":\"SUSHIUSDT\"}",
        EVENT_QUOTE);
    const struct quote_row *q = event_rows_const(ev);
    assert_true(q->bid_px == 76110 && q->bid_qty == 2 && q->ask_px == 76120 && q->ask_qty == 297);
    assert_true(ev->last_id == 600859600576 && ev->exch_ns == INT64_C(1626992741012000000));
}

static void trades(void **state)
{
    struct fixture *f = *state;
    const struct event *ev = one(
        f,
        "{\"e\":\"trade\",\"E\":1680652700455,\"T\":1680652700452,\"s\":\"BTCUSDT\",\"t\":3535186032,\"p\":"
        "\"28145.10\",\"q\":\"0.002\",\"X\":\"MARKET\",\"m\":true}",
        EVENT_TRADE);
    const struct trade_row *t = event_rows_const(ev);
    assert_true(t->px == 281451 && t->qty == 2 && t->aggressor == AGGRESSOR_SELL && t->flags == 0);
    assert_true(ev->last_id == 3535186032);
    ev = one(
        f,
        "{\"e\":\"trade\",\"E\":1680652874406,\"T\":1680652874400,\"s\":\"BTCUSDT\",\"t\":3535191080,\"p\":\"28722.50\",\"q\":"
        "\"0.001\",\"X\":\"INSURANCE_FUND\",\"m\":true}",
        EVENT_TRADE);
    t = event_rows_const(ev);
    assert_int_equal(t->flags, TRADE_NOT_MARKET);
    ev = one(
        f,
        "{\"e\":\"aggTrade\",\"E\":1626992742869,\"a\":16599293,\"s\":\"SUSHIUSDT\",\"p\":\"1.01100\",\"q\":\"10\",\"nq\":\"9\","
        "\"f\":23961323,\"l\":23961324,\"T\":1626992742715,\"m\":false,\"st\":1}",
        EVENT_TRADE);
    t = event_rows_const(ev);
    assert_true(t->px == 10110 && t->qty == 10 && t->aggressor == AGGRESSOR_BUY && t->flags == 0);
    assert_true(ev->last_id == 16599293 && ev->exch_ns == INT64_C(1626992742715000000));
    assert_int_equal(
        decode(
            f,
            "{\"e\":\"trade\",\"E\":1,\"T\":1,\"s\":\"BTCUSDT\",\"t\":3,\"p\":\"0\",\"q\":\"0\",\"X\":\"NA\",\"m\":"
            "true}"),
        0);
}

static void mark(void **state)
{
    struct fixture *f = *state;
    const struct event *ev = one(
        f,
        "{\"e\":\"markPriceUpdate\",\"E\":1562305380000,\"s\":\"BTCUSDT\",\"p\":\"11794.15000000\",\"i\":"
        "\"11784.62659091\",\"P\":\"11784.25641265\",\"r\":\"-0.00038167\",\"ap\":\"11794.15000000\",\"T\":"
        "1562306400000,\"st\":1}",
        EVENT_MARK);
    const struct mark_row *m = event_rows_const(ev);
    assert_true(m->mark == 1179415000000 && m->index == 1178462659091 && m->funding_rate == -38167);
    assert_true(m->has_funding == 1 && m->next_funding_ns == INT64_C(1562306400000000000));
    assert_true(ev->exch_ns == INT64_C(1562305380000000000)); /* T is not when it was */
    ev = one(
        f,
        "{\"e\":\"markPriceUpdate\",\"E\":1562305380000,\"s\":\"BTCUSDT\",\"p\":\"11794.15\",\"r\":\"\",\"T\":0}",
        EVENT_MARK);
    m = event_rows_const(ev);
    assert_true(m->has_funding == 0 && m->index == 0 && m->next_funding_ns == 0);
}

static void force_order(void **state)
{
    struct fixture *f = *state;
    const struct event *ev = one(
        f,
        "{\"e\":\"forceOrder\",\"E\":1695714031883,\"o\":{\"s\":\"BTCUSDT\",\"S\":\"SELL\",\"o\":\"LIMIT\","
        "\"f\":\"IOC\",\"q\":\"0.115\",\"p\":\"26142.12\",\"ap\":\"26245.15\",\"X\":\"FILLED\",\"l\":\"0.115\","
        "\"z\":\"0.114\",\"T\":1695714031881},\"ps\":\"BTCUSDT\",\"st\":1}",
        EVENT_LIQUIDATION);
    const struct liquidation_row *l = event_rows_const(ev);
    /* Off the grid of 0.1: the nearest price on it. */
    assert_true(l->px == 262452 && l->order_px == 261421 && l->qty == 114 && l->side == POSITION_LONG);
    assert_true(l->completeness == COMPLETENESS_SAMPLED && l->is_bankruptcy == 0);
    assert_true(ev->exch_ns == INT64_C(1695714031881000000));
    ev = one(
        f,
        "{\"e\":\"forceOrder\",\"E\":7,\"o\":{\"s\":\"ETHUSDT\",\"S\":\"BUY\",\"p\":\"1624.12\",\"ap\":\"0\",\"z\":\"2.5\"}}",
        EVENT_LIQUIDATION);
    l = event_rows_const(ev);
    assert_true(l->px == 162412 && l->order_px == 162412 && l->side == POSITION_SHORT &&
                l->is_bankruptcy == 1);
    assert_true(ev->exch_ns == 7000000);
    assert_int_equal(
        decode(
            f,
            "{\"e\":\"forceOrder\",\"E\":7,\"o\":{\"s\":\"ETHUSDT\",\"S\":\"BUY\",\"p\":\"1624.12\",\"ap\":\"0\",\"z\":"
            "\"0\"}}"),
        0);
}

static uint64_t unknown(const struct fixture *f, const char *kind)
{
    for (int i = 0; i < VENUE_UNKNOWN_KINDS; i++) {
        if (strcmp(f->d.unknown_kinds[i].name, kind) == 0) {
            return f->d.unknown_kinds[i].count;
        }
    }
    return 0;
}

static void no_events(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *text, *kind;
    } none[] = {
        {"{\"result\":null,\"id\":1}", NULL},
        {"{\"id\":312,\"result\":[\"btcusdt@aggTrade\"]}", NULL},
        {"{\"code\":-1121,\"msg\":\"Invalid symbol.\"}", "error"},
        {"{\"error\":{\"code\":2,\"msg\":\"Invalid request\"},\"id\":7}", "error"},
        {"{\"e\":\"kline\",\"E\":1,\"s\":\"BTCUSDT\",\"k\":{\"t\":1,\"x\":false,\"o\":\"1.0\"}}", "kline"},
        {"[{\"e\":\"markPriceUpdate\"}]", "array"},
        {"{\"stream\":\"!markPrice@arr\",\"data\":[]}", "array"},
        {"{\"lastUpdateId\":1,\"bids\":[],\"asks\":[]}", "snapshot"},
        {"{}", "untyped"},
        {"{\"e\":\"depthUpdate\",\"s\":\"XRPUSDT\",\"U\":1,\"u\":1,\"pu\":1,\"b\":[[\"1\",\"1\"]],\"a\":[]}",
         "(symbol)"},
        /* COIN-M shares the all-market streams; nothing of it is ours, not even its errors */
        {"{\"e\":\"depthUpdate\",\"s\":\"BTCUSDT\",\"st\":2,\"b\":7}", NULL},
    };
    for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
        uint64_t before = none[i].kind != NULL ? unknown(f, none[i].kind) : f->d.unknown;
        assert_int_equal(decode(f, none[i].text), 0);
        assert_true((none[i].kind != NULL ? unknown(f, none[i].kind) - 1 : f->d.unknown) == before);
    }
    assert_true(f->d.frames == sizeof(none) / sizeof(none[0]) && f->d.bad == 0);
}

static void unknown_kinds_have_an_end(void **state)
{
    struct fixture *f = *state;
    char text[64];
    for (int i = 0; i < 40; i++) {
        (void)snprintf(text, sizeof(text), "{\"e\":\"kind\\u001b%d\"}", i);
        assert_int_equal(decode(f, text), 0);
    }
    assert_string_equal(f->d.unknown_kinds[0].name, "kind?0");
    assert_string_equal(f->d.unknown_kinds[VENUE_UNKNOWN_KINDS - 1].name, "(others)");
    assert_int_equal(f->d.unknown_kinds[VENUE_UNKNOWN_KINDS - 1].count, 40 - (VENUE_UNKNOWN_KINDS - 1));
    assert_int_equal(f->d.unknown, 40);
}

static void refuses(void **state)
{
    struct fixture *f = *state;
#define DEPTH(rest) "{\"e\":\"depthUpdate\",\"s\":\"BTCUSDT\",\"U\":1,\"u\":2,\"pu\":0," rest "}"
#define QUOTE(rest)                                                                                          \
    "{\"e\":\"bookTicker\",\"s\":\"BTCUSDT\",\"u\":1,\"B\":\"1\",\"a\":\"2\",\"A\":\"1\",\"b\":" rest "}"
    static const struct {
        const char *text;
        int err;
    } bad[] = {
        {"", AP_ESYNTAX},
        {"garbage", AP_ESYNTAX},
        {DEPTH("\"b\":[],\"a\":[]") "x", AP_ESYNTAX},
        {DEPTH("\"b\":[],\"a\":[],\"b\":[]"), AP_ESYNTAX},
        {DEPTH("\"b\":[],\"a\":[],\"x\":1,\"x\":1"), AP_ESYNTAX},
        {DEPTH("\"b\":[],\"a\":[],\"u\":2"), AP_ESYNTAX},
        {DEPTH("\"b\":[]"), AP_ESYNTAX},
        {DEPTH("\"b\":[],\"a\":{}"), AP_ETYPE},
        {DEPTH("\"b\":[],\"a\":[[\"1\"]]"), AP_ETYPE},
        {DEPTH("\"b\":[],\"a\":[[\"1\",\"1\",\"1\"]]"), AP_ETYPE},
        {DEPTH("\"b\":[],\"a\":[[1,\"1\"]]"), AP_ETYPE},
        {DEPTH("\"b\":[[\"0\",\"1\"]],\"a\":[]"), AP_ERANGE},
        {DEPTH("\"b\":[[\"-1\",\"1\"]],\"a\":[]"), AP_ERANGE},
        {DEPTH("\"b\":[[\"1\",\"-1\"]],\"a\":[]"), AP_ERANGE},
        {DEPTH("\"b\":[[\"64098.11\",\"1\"]],\"a\":[]"), AP_ERANGE},
        {DEPTH("\"b\":[[\"64098.1\",\"1.0001\"]],\"a\":[]"), AP_ERANGE},
        {DEPTH("\"b\":[[\"1e5\",\"1\"]],\"a\":[]"), AP_ESYNTAX},
        {DEPTH("\"b\":[[\"NaN\",\"1\"]],\"a\":[]"), AP_ESYNTAX},
        {DEPTH("\"b\":[[\"\",\"1\"]],\"a\":[]"), AP_ESYNTAX},
        {DEPTH("\"b\":[[\" 1\",\"1\"]],\"a\":[]"), AP_ESYNTAX},
        {DEPTH("\"b\":[[\"123456789012345678901234567890\",\"1\"]],\"a\":[]"), AP_ERANGE},
        {DEPTH("\"b\":[[\"1\",\"1125899906842.625\"]],\"a\":[]"), AP_ERANGE},
        {"{\"e\":\"depthUpdate\",\"s\":\"BTCUSDT\",\"U\":-1,\"u\":2,\"pu\":0,\"b\":[],\"a\":[]}", AP_ERANGE},
        {"{\"e\":\"depthUpdate\",\"s\":\"BTCUSDT\",\"U\":\"1\",\"u\":2,\"pu\":0,\"b\":[],\"a\":[]}",
         AP_ETYPE},
        {"{\"e\":\"depthUpdate\",\"s\":\"BTCUSDT\",\"U\":1.0,\"u\":2,\"pu\":0,\"b\":[],\"a\":[]}", AP_ETYPE},
        {"{\"e\":\"depthUpdate\",\"U\":1,\"u\":2,\"pu\":0,\"b\":[],\"a\":[]}", AP_ESYNTAX},
        {"{\"e\":\"depthUpdate\",\"s\":5,\"U\":1,\"u\":2,\"pu\":0,\"b\":[],\"a\":[]}", AP_ETYPE},
        {"{\"e\":5}", AP_ETYPE},
        {"{\"e\":\"trade\",\"st\":\"1\"}", AP_ETYPE},
        {"{\"stream\":\"x\"}", AP_ESYNTAX},
        {"{\"stream\":1,\"data\":{}}", AP_ETYPE},
        {QUOTE("1.5"), AP_ETYPE},
        {QUOTE("null"), AP_ETYPE},
        {QUOTE("\"9223372036854775808\""), AP_ERANGE},
        {"{\"e\":\"trade\",\"E\":9223372036855,\"s\":\"BTCUSDT\",\"t\":3,\"p\":\"1\",\"q\":\"1\",\"m\":true}",
         AP_ERANGE},
        {"{\"e\":\"trade\",\"E\":1,\"s\":\"BTCUSDT\",\"t\":3,\"p\":\"1\",\"q\":\"1\",\"m\":1}", AP_ETYPE},
        {"{\"e\":\"trade\",\"E\":1,\"s\":\"BTCUSDT\",\"t\":3,\"p\":\"1\",\"q\":\"1\"}", AP_ESYNTAX},
        {"{\"e\":\"forceOrder\",\"E\":7,\"o\":{\"s\":\"ETHUSDT\",\"S\":\"UP\",\"p\":\"1\",\"ap\":\"1\",\"z\":\"2\"}}",
         AP_ESYNTAX},
        {"{\"e\":\"forceOrder\",\"E\":7,\"o\":{\"s\":\"ETHUSDT\",\"S\":\"BUY\",\"p\":\"0\",\"ap\":\"0\",\"z\":\"2\"}}",
         AP_ERANGE},
        {"{\"e\":\"forceOrder\",\"E\":7,\"o\":[]}", AP_ETYPE},
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        int err = decode(f, bad[i].text);
        if (err != bad[i].err) {
            print_error("%s: %s, not %s\n", bad[i].text, ap_err_name(err), ap_err_name(bad[i].err));
            fail();
        }
        assert_int_equal(f->out.used, 0);
    }
    assert_true(f->d.bad == sizeof(bad) / sizeof(bad[0]));
    /* The largest there is, to the unit. */
    (void)one(f, DEPTH("\"b\":[[\"112589990684262.4\",\"1125899906842.624\"]],\"a\":[]"), EVENT_DEPTH);
#undef DEPTH
#undef QUOTE
}

/* With less room than it needs, a frame leaves nothing behind, and what was there stays. */
static void too_little_room(void **state)
{
    struct fixture *f = *state;
    static const char text[] =
        "{\"e\":\"depthUpdate\",\"s\":\"BTCUSDT\",\"U\":1,\"u\":2,\"pu\":0,\"b\":[[\"1\",\"1\"]],\"a\":[]}";
    f->out = (struct event_buf){.data = (uint8_t *)f->data, .cap = sizeof(f->data)};
    assert_int_equal(f->d.venue->decode(&f->d, text, sizeof(text) - 1, &f->out), 1);
    size_t used = f->out.used;
    for (size_t cap = used; cap < used + sizeof(struct event) + sizeof(struct depth_rows); cap += 8) {
        f->out.cap = cap;
        assert_err(f->d.venue->decode(&f->d, text, sizeof(text) - 1, &f->out), AP_EFULL);
        assert_int_equal(f->out.used, used);
    }
    char *big = calloc(1, FRAME_BYTES_MAX + 1);
    assert_non_null(big);
    assert_err(f->d.venue->decode(&f->d, big, FRAME_BYTES_MAX + 1, &f->out), AP_ETOOBIG);
    free(big);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(depth),
        TEST(depth_in_any_order),
        TEST(depth_of_nothing),
        TEST(quote),
        TEST(trades),
        TEST(mark),
        TEST(force_order),
        TEST(no_events),
        TEST(unknown_kinds_have_an_end),
        TEST(refuses),
        TEST(too_little_room),
    };
    return cmocka_run_group_tests_name("venue/binance", tests, NULL, NULL);
}
