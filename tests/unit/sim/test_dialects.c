/* What clients of each venue say and hear, as the venues' documents have it. */
#include "sim/dialect.h"

#include "test.h"
#include <stdio.h>
#include <string.h>

struct fixture {
    const struct dialect *dialect;
    struct hub hub;
    struct listener l;
    struct listing in;
    int greeted, watched;
};

static struct sim_topic resolve(void *user, const struct stream *s, const char *name)
{
    struct fixture *f = user;
    (void)name;
    bool is_all = s->kind == STREAM_ALL_FORCE;
    return (struct sim_topic){is_all || strcmp(s->symbol, f->in.symbol) == 0 ? (uint32_t)s->kind : 0, false};
}

static void watch(void *user, uint32_t topic, int delta)
{
    struct fixture *f = user;
    (void)topic;
    f->watched += delta;
}

static void greet(void *user, struct listener *l, uint32_t topic)
{
    struct fixture *f = user;
    (void)l;
    (void)topic;
    f->greeted++;
}

static void ignore(void *user)
{
    (void)user;
}

static void begin(struct fixture *f, const struct dialect *dialect)
{
    memset(f, 0, sizeof *f);
    f->dialect = dialect;
    dialect->list(sim_market_spec(0), &f->in);
    hub_init(&f->hub, 1u << 20);
    f->hub.parse = dialect->stream;
    f->hub.resolve = resolve;
    f->hub.watch = watch;
    f->hub.greet = greet;
    f->hub.user = f;
    f->l = (struct listener){.wake = ignore, .cut = ignore, .user = f};
    hub_join(&f->hub, &f->l, 0);
}

static void end(struct fixture *f)
{
    hub_leave(&f->hub, &f->l);
    assert_int_equal(f->watched, 0);
}

/* Says it, and hears exactly this. */
static void ask(struct fixture *f, const char *text, const char *answer)
{
    size_t n;
    assert_ok(f->dialect->handle(&f->l, text, strlen(text)));
    unsigned char *at = sendq_front(&f->l.queue, &n);
    assert_non_null(at);
    char *heard = strndup((char *)at, n);
    assert_string_equal(heard, answer);
    free(heard);
    sendq_pop(&f->l.queue);
}

static void test_bybit(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f, &dialect_bybit);
    ask(&f, "{\"req_id\":\"100001\",\"op\":\"ping\"}",
        "{\"success\":true,\"ret_msg\":\"pong\",\"conn_id\":\"sim-1\",\"req_id\":\"100001\",\"op\":\"ping\"}");
    ask(&f,
        "{\"req_id\":\"1\",\"op\":\"subscribe\",\"args\":[\"orderbook.1000.BTCUSDT\",\"tickers.BTCUSDT\"]}",
        "{\"success\":true,\"ret_msg\":\"\",\"conn_id\":\"sim-1\",\"req_id\":\"1\",\"op\":\"subscribe\"}");
    assert_int_equal(f.greeted, 2);
    /* One that does not exist fails all of them. */
    ask(&f,
        "{\"req_id\":\"2\",\"op\":\"subscribe\",\"args\":[\"publicTrade.BTCUSDT\",\"orderbook.7.BTCUSDT\"]}",
        "{\"success\":false,\"ret_msg\":\"error:handler not found,topic:orderbook.7.BTCUSDT\",\"conn_id\":\"sim-1\","
        "\"req_id\":\"2\",\"op\":\"subscribe\"}");
    assert_int_equal(f.l.sub_n, 2);
    ask(&f, "{\"req_id\":\"3\",\"op\":\"unsubscribe\",\"args\":[\"tickers.BTCUSDT\"]}",
        "{\"success\":true,\"ret_msg\":\"\",\"conn_id\":\"sim-1\",\"req_id\":\"3\",\"op\":\"unsubscribe\"}");
    assert_int_equal(f.l.sub_n, 1);
    ask(&f, "nonsense",
        "{\"success\":false,\"ret_msg\":\"error:request is not valid\",\"conn_id\":\"sim-1\",\"req_id\":\"\",\"op\":\"\"}");
    end(&f);
}

static void test_okx(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f, &dialect_okx);
    ask(&f, "ping", "pong");
    ask(&f,
        "{\"id\":\"1\",\"op\":\"subscribe\",\"args\":[{\"channel\":\"books\",\"instId\":\"BTC-USDT-SWAP\"}]}",
        "{\"event\":\"subscribe\",\"arg\":{\"channel\":\"books\",\"instId\":\"BTC-USDT-SWAP\"},\"connId\":\"00000001\"}");
    ask(&f, "{\"op\":\"subscribe\",\"args\":[{\"channel\":\"index-tickers\",\"instId\":\"BTC-USDT\"}]}",
        "{\"event\":\"subscribe\",\"arg\":{\"channel\":\"index-tickers\",\"instId\":\"BTC-USDT\"},\"connId\":\"00000001\"}");
    ask(&f, "{\"op\":\"subscribe\",\"args\":[{\"channel\":\"liquidation-orders\",\"instType\":\"SWAP\"}]}",
        "{\"event\":\"subscribe\",\"arg\":{\"channel\":\"liquidation-orders\",\"instType\":\"SWAP\"},\"connId\":\"00000001\"}");
    ask(&f, "{\"op\":\"subscribe\",\"args\":[{\"channel\":\"books-l2-tbt\",\"instId\":\"BTC-USDT-SWAP\"}]}",
        "{\"event\":\"error\",\"code\":\"60011\",\"msg\":\"Please log in\",\"connId\":\"00000001\"}");
    ask(&f, "{\"op\":\"subscribe\",\"args\":[{\"channel\":\"books\",\"instId\":\"XYZ-USDT-SWAP\"}]}",
        "{\"event\":\"error\",\"code\":\"60018\",\"msg\":\"Wrong URL or channel:books,instId:XYZ-USDT-SWAP doesn't exist. "
        "Please use the correct URL, channel and parameters.\",\"connId\":\"00000001\"}");
    assert_int_equal(f.l.sub_n, 3);
    ask(&f, "{\"op\":\"unsubscribe\",\"args\":[{\"channel\":\"books\",\"instId\":\"BTC-USDT-SWAP\"}]}",
        "{\"event\":\"unsubscribe\",\"arg\":{\"channel\":\"books\",\"instId\":\"BTC-USDT-SWAP\"},\"connId\":\"00000001\"}");
    assert_int_equal(f.l.sub_n, 2);
    end(&f);
}

static void test_hyperliquid(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f, &dialect_hyperliquid);
    ask(&f, "{\"method\":\"ping\"}", "{\"channel\":\"pong\"}");
    ask(&f, "{\"method\":\"subscribe\",\"subscription\":{\"type\":\"l2Book\",\"coin\":\"BTC\"}}",
        "{\"channel\":\"subscriptionResponse\",\"data\":{\"method\":\"subscribe\",\"subscription\":{\"type\":\"l2Book\","
        "\"coin\":\"BTC\",\"nSigFigs\":null,\"mantissa\":null}}}");
    ask(&f, "{\"method\":\"subscribe\",\"subscription\":{\"type\":\"l2Book\",\"coin\":\"BTC\"}}",
        "{\"channel\":\"error\",\"data\":\"Already subscribed: l2Book:BTC\"}");
    ask(&f,
        "{\"method\":\"subscribe\",\"subscription\":{\"type\":\"l2Book\",\"coin\":\"BTC\",\"fast\":true}}",
        "{\"channel\":\"subscriptionResponse\",\"data\":{\"method\":\"subscribe\",\"subscription\":{\"type\":\"l2Book\","
        "\"coin\":\"BTC\",\"nSigFigs\":null,\"mantissa\":null,\"fast\":true}}}");
    ask(&f, "{\"method\":\"subscribe\",\"subscription\":{\"type\":\"trades\",\"coin\":\"NOCOIN\"}}",
        "{\"channel\":\"error\",\"data\":\"Invalid subscription trades:NOCOIN\"}");
    assert_int_equal(f.l.sub_n, 2);
    end(&f);
}

/* Whatever is said, nothing breaks, and an answer is one line of text. */
static void test_rubbish_is_answered(void **state)
{
    (void)state;
    static const char *const said[] = {
        "",
        "[]",
        "{",
        "{\"op\":1,\"args\":{}}",
        "{\"op\":\"subscribe\",\"args\":[1,{}]}",
        "{\"method\":\"subscribe\"}",
        "{\"op\":\"subscribe\",\"args\":[{\"channel\":\"books\\\"\",\"instId\":\"\\\\\"}]}",
        "{\"method\":\"subscribe\",\"subscription\":{\"type\":\"l2Book\\\"\",\"coin\":\"\\\"\"}}",
    };
    for (size_t v = 0; dialect_at(v); v++) {
        for (size_t i = 0; i < sizeof said / sizeof said[0]; i++) {
            struct fixture f;
            begin(&f, dialect_at(v));
            assert_ok(f.dialect->handle(&f.l, said[i], strlen(said[i])));
            size_t n;
            unsigned char *at = sendq_front(&f.l.queue, &n);
            assert_non_null(at);
            assert_true(at[0] == '{' && at[n - 1] == '}' && f.l.sub_n == 0);
            end(&f);
        }
    }
}

/* The CRC-32 of "64000:0.3:64000.1:1.25:63999.9:10", as zlib has it. */
static void test_okx_checksum(void **state)
{
    (void)state;
    static const struct price_level bids[] = {{6400000, 30}, {6399990, 1000}}, asks[] = {{6400010, 125}};
    const struct window_news news = {.spec = &dialect_okx.windows[0],
                                     .id = 9,
                                     .prev_id = 7,
                                     .rows = {bids, asks},
                                     .n = {1, 0},
                                     .all = {bids, asks},
                                     .all_n = {2, 1}};
    struct listing in;
    struct buf out;
    dialect_okx.list(sim_market_spec(0), &in);
    buf_init(&out, 1u << 16);
    dialect_okx.window(&out, &in, 0, 0, &news);
    assert_string_equal(
        out.data,
        "{\"arg\":{\"channel\":\"books\",\"instId\":\"BTC-USDT-SWAP\"},\"action\":\"update\",\"data\":[{\"asks\":[],"
        "\"bids\":[[\"64000\",\"0.3\",\"0\",\"1\"]],\"ts\":\"0\",\"checksum\":-1847976143,\"prevSeqId\":7,\"seqId\":9}]}");
    buf_finish(&out);
}

/* No price of Hyperliquid has more than five digits that count; a bid is never told above where it is, nor an ask below. */
static void test_coarse_prices(void **state)
{
    (void)state;
    struct listing in;
    struct price_level levels[3];
    static const struct market_level bids[] = {
        {640007, 10}, {640003, 5}, {640000, 1}, {639999, 2}, {639980, 4}};
    static const struct market_level asks[] = {{640008, 10}, {640010, 5}, {640011, 1}};
    dialect_hyperliquid.list(sim_market_spec(0), &in);
    assert_int_equal(in.price_decimals, 1);
    assert_int_equal(listing_levels(&in, 0, bids, 5, 3, levels), 3);
    assert_int_equal(levels[0].px, 640000);
    assert_int_equal(levels[0].qty, 16 * in.lot);
    assert_int_equal(levels[1].px, 639990);
    assert_int_equal(levels[2].px, 639980);
    assert_int_equal(listing_levels(&in, 1, asks, 3, 3, levels), 2);
    assert_int_equal(levels[0].px, 640010);
    assert_int_equal(levels[0].qty, 15 * in.lot);
    assert_int_equal(levels[1].px, 640020);
}

static void test_hyperliquid_asks_by_post(void **state)
{
    (void)state;
    struct rest_request r;
    static const char meta[] = "{\"type\":\"meta\"}", other[] = "{\"type\":\"nothing\"}";
    static const char candles[] =
        "{\"type\":\"candleSnapshot\",\"req\":{\"coin\":\"BTC\",\"interval\":\"5m\",\"startTime\":1,\"endTime\":2}}";
    assert_ok(dialect_hyperliquid.post("/info", meta, sizeof meta - 1, &r));
    assert_true(r.kind == REST_EXCHANGE_INFO && r.weight == 20);
    assert_ok(dialect_hyperliquid.post("/info", candles, sizeof candles - 1, &r));
    assert_true(r.kind == REST_BARS && r.bar_ms == 300000 && r.from_ms == 1 && r.to_ms == 2);
    assert_string_equal(r.symbol, "BTC");
    assert_err(dialect_hyperliquid.post("/info", other, sizeof other - 1, &r), AP_EINVAL);
    assert_err(dialect_hyperliquid.post("/exchange", meta, sizeof meta - 1, &r), AP_ENOTFOUND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bybit),
        cmocka_unit_test(test_okx),
        cmocka_unit_test(test_hyperliquid),
        cmocka_unit_test(test_rubbish_is_answered),
        cmocka_unit_test(test_okx_checksum),
        cmocka_unit_test(test_coarse_prices),
        cmocka_unit_test(test_hyperliquid_asks_by_post),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
