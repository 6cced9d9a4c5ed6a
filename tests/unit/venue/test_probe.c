#include "test.h"

#include <alphaplus/venue/venue.h>
#include <string.h>

static int probe(struct venue_probe *p, const char *text)
{
    return venue_find("binance")->probe(p, text, strlen(text));
}

static void widest_text_and_common_step(void **state)
{
    static struct venue_probe p;
    struct instrument in;
    (void)state;
    memset(&p, 0, sizeof(p));
    assert_ok(probe(
        &p,
        "{\"e\":\"depthUpdate\",\"s\":\"BTCUSDT\",\"U\":1,\"u\":1,\"pu\":1,\"b\":[[\"64098.10\",\"0.12\"],[\"64097.50\","
        "\"1\"]],\"a\":[]}"));
    assert_int_equal(p.n, 1);
    assert_true(p.symbols[0].price_decimals == 2 && p.symbols[0].qty_decimals == 2 &&
                p.symbols[0].tick == 10);
    assert_ok(probe(
        &p,
        "{\"e\":\"bookTicker\",\"s\":\"BTCUSDT\",\"u\":1,\"b\":\"64098.10\",\"B\":\"0.125\",\"a\":\"64098.25\",\"A\":\"1\"}"));
    assert_true(p.symbols[0].tick == 5 && p.symbols[0].qty_decimals == 3);
    assert_ok(
        probe(&p, "{\"e\":\"trade\",\"s\":\"BTCUSDT\",\"t\":1,\"p\":\"64098.1000\",\"q\":\"7\",\"m\":true}"));
    assert_true(p.symbols[0].price_decimals == 4 && p.symbols[0].tick == 500);
    assert_ok(probe(
        &p, "{\"e\":\"markPriceUpdate\",\"s\":\"BTCUSDT\",\"p\":\"11794.15000000\",\"r\":\"0.00038167\"}"));
    assert_true(p.symbols[0].mark_decimals == 8 && p.symbols[0].rate_decimals == 8 &&
                p.symbols[0].price_decimals == 4);
    assert_ok(probe(
        &p,
        "{\"stream\":\"x\",\"data\":{\"e\":\"bookTicker\",\"s\":\"ETHUSDT_240927\",\"b\":\"3\",\"B\":\"1\",\"a\":\"4\",\"A\":"
        "\"1\"}}"));
    assert_int_equal(p.n, 2);
    assert_true(p.symbols[0].has_depth == 1 && p.symbols[1].has_depth == 0);
    venue_find("binance")->infer(&p.symbols[1], &in);
    assert_ok(instrument_check(&in));
    assert_string_equal(in.base, "ETH");
    assert_string_equal(in.quote, "USDT");
    assert_true(in.kind == INSTRUMENT_FUTURE && in.inferred == 1);
    assert_true(in.expiry_ns == INT64_C(1727424000000000000)); /* 2024-09-27 08:00 UTC */
}

static void what_cannot_be_read_takes_nothing(void **state)
{
    static struct venue_probe p, before;
    (void)state;
    memset(&p, 0, sizeof(p));
    assert_ok(probe(&p, "{\"e\":\"trade\",\"s\":\"BTCUSDT\",\"p\":\"1.5\",\"q\":\"1\"}"));
    before = p;
    assert_true(probe(&p, "{\"e\":\"trade\",\"s\":\"BTCUSDT\",\"p\":\"1.555\",\"q\":\"x\"}") < 0);
    assert_true(
        probe(&p, "{\"e\":\"depthUpdate\",\"s\":\"BTCUSDT\",\"b\":[[\"1.5555\",\"1\"],[1]],\"a\":[]}") < 0);
    assert_true(probe(&p, "{\"e\":\"trade\",\"s\":\"BTC USDT\",\"p\":\"1.5\",\"q\":\"1\"}") < 0);
    assert_true(probe(&p, "garbage") < 0);
    assert_ok(probe(&p, "{\"result\":null,\"id\":1}"));
    assert_ok(probe(&p, "{\"e\":\"kline\",\"s\":\"BTCUSDT\"}"));
    assert_memory_equal(&p, &before, sizeof(p));
}

static void bare_snapshots(void **state)
{
    static const char bare[] =
        "{\"asks\":[[\"4.00000200\",\"12.0\"]],\"bids\":[[\"4.00000000\",\"431.00\"]],\"lastUpdateId\":1027024}";
    const struct venue *v = venue_find("binance");
    static struct venue_probe p;
    (void)state;
    memset(&p, 0, sizeof(p));
    assert_true(v->is_bare_snapshot(bare, sizeof(bare) - 1));
    assert_false(v->is_bare_snapshot("{\"stream\":\"x\",\"data\":{\"lastUpdateId\":1}}", 39));
    assert_false(v->is_bare_snapshot("{\"e\":\"depthUpdate\"}", 19));
    assert_false(v->is_bare_snapshot("{\"lastUpdateId\":1", 17));
    assert_false(v->is_bare_snapshot("", 0));
    assert_ok(probe(&p, bare));
    assert_true(p.n == 0 && p.bare_snapshots == 1 && p.bare.price_decimals == 8 && p.bare.qty_decimals == 2 &&
                p.bare.tick == 200);
}

static void widening(void **state)
{
    struct venue_probe_symbol a = {.price_decimals = 1, .tick = 5, .qty_decimals = 3};
    const struct venue_probe_symbol b = {.price_decimals = 2, .tick = 25, .qty_decimals = 1, .has_depth = 1},
                                    far = {.price_decimals = 12, .tick = 1}, none = {.tick = 0};
    struct venue_probe_symbol wide = {.price_decimals = 0, .tick = INT64_C(1) << 40};
    (void)state;
    assert_ok(venue_probe_widen(&a, &none));
    assert_true(a.tick == 5 && a.price_decimals == 1);
    assert_ok(venue_probe_widen(&a, &b));
    assert_true(a.price_decimals == 2 && a.tick == 25 && a.qty_decimals == 3 && a.has_depth == 1);
    assert_err(venue_probe_widen(&wide, &far), AP_ERANGE);
    assert_int_equal(wide.price_decimals, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(widest_text_and_common_step),
        cmocka_unit_test(what_cannot_be_read_takes_nothing),
        cmocka_unit_test(bare_snapshots),
        cmocka_unit_test(widening),
    };
    return cmocka_run_group_tests_name("venue/probe", tests, NULL, NULL);
}
