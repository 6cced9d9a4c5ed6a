/* Frames against the fields, order and widths of recorded ones (tests/data/captures) and of the venue's
 * documents. */
#include "sim/binance_encode.h"
#include "sim/dialect.h"
#include "sim/rest.h"

#include "test.h"
#include <string.h>

static const struct listing btc = {.symbol = "BTCUSDT",
                                   .base = "BTC",
                                   .quote = "USDT",
                                   .price_decimals = 2,
                                   .qty_decimals = 3,
                                   .tick = 10,
                                   .lot = 1};
static const struct listing sol = {.symbol = "SOLUSDT",
                                   .base = "SOL",
                                   .quote = "USDT",
                                   .price_decimals = 4,
                                   .qty_decimals = 2,
                                   .tick = 100,
                                   .lot = 1};

static void expect(struct buf *b, const char *text)
{
    assert_int_equal(b->failed, 0);
    assert_string_equal(b->data, text);
    buf_reset(b);
}

static void test_stream_frames(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 1u << 16);
    const struct market_level bids[] = {{639438, 1}, {639439, 46371}}, asks[] = {{639441, 0}};
    const struct market_depth depth = {40, 11, 15, 9, bids, asks, 2, 1};
    encode_depth(&b, &btc, 1721347022557, 1721347022500, &depth);
    expect(
        &b,
        "{\"e\":\"depthUpdate\",\"E\":1721347022557,\"T\":1721347022540,\"s\":\"BTCUSDT\",\"ps\":\"BTCUSDT\",\"U\":11,"
        "\"u\":15,\"pu\":9,\"b\":[[\"63943.80\",\"0.001\"],[\"63943.90\",\"46.371\"]],\"a\":[[\"63944.10\",\"0.000\"]],"
        "\"st\":1}");
    const struct market_quote quote = {7, 15, {639439, 46371}, {639440, 95}};
    encode_quote(&b, &btc, 1721347022507, 1721347022500, &quote);
    expect(
        &b,
        "{\"e\":\"bookTicker\",\"u\":15,\"s\":\"BTCUSDT\",\"ps\":\"BTCUSDT\",\"b\":\"63943.90\",\"B\":\"46.371\","
        "\"a\":\"63944.00\",\"A\":\"0.095\",\"T\":1721347022507,\"E\":1721347022507,\"st\":1}");
    const struct market_trade trade = {5, 77, 14523, 761, true};
    encode_trade(&b, &sol, 1006, 1000, &trade);
    expect(
        &b,
        "{\"e\":\"trade\",\"E\":1006,\"T\":1005,\"s\":\"SOLUSDT\",\"t\":77,\"p\":\"145.2300\",\"q\":\"7.61\","
        "\"X\":\"MARKET\",\"m\":true,\"st\":1}");
    const struct market_agg agg = {5, 3, 77, 79, 14523, 100, false};
    encode_agg(&b, &sol, 1006, 1000, &agg);
    expect(
        &b,
        "{\"e\":\"aggTrade\",\"E\":1006,\"a\":3,\"s\":\"SOLUSDT\",\"p\":\"145.2300\",\"q\":\"1.00\",\"nq\":\"1.00\","
        "\"f\":77,\"l\":79,\"T\":1005,\"m\":false,\"st\":1}");
    buf_finish(&b);
}

static void test_marks_and_liquidations(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 1u << 16);
    const struct market_mark mark = {0, 63943.5, 63940.25, 63943.0, 0.0001};
    encode_mark(&b, &btc, 1721347022000, &mark);
    expect(
        &b,
        "{\"e\":\"markPriceUpdate\",\"E\":1721347022000,\"s\":\"BTCUSDT\",\"ps\":\"BTCUSDT\",\"p\":\"63943.50000000\","
        "\"ap\":\"63943.00000000\",\"P\":\"63940.25000000\",\"i\":\"63940.25000000\",\"r\":\"0.00010000\","
        "\"T\":1721347200000,\"st\":1}");
    const struct market_liquidation dead = {4, true, 115, 115, 639000, 63901.236};
    encode_force(&b, &btc, 1006, 1000, &dead);
    expect(
        &b,
        "{\"e\":\"forceOrder\",\"E\":1006,\"o\":{\"s\":\"BTCUSDT\",\"S\":\"SELL\",\"o\":\"LIMIT\",\"f\":\"IOC\","
        "\"q\":\"0.115\",\"p\":\"63900.00\",\"ap\":\"63901.24\",\"X\":\"FILLED\",\"l\":\"0.115\",\"z\":\"0.115\",\"T\":1004},"
        "\"ps\":\"BTCUSDT\",\"st\":1}");
    buf_finish(&b);
}

static void test_rest_bodies(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 1u << 16);
    const struct price_level bids[] = {{6394390, 46371}}, asks[] = {{6394400, 95}, {6394410, 1}};
    encode_book(&b, &btc, 4984028384061, 9, 8, bids, 1, asks, 2);
    expect(&b, "{\"lastUpdateId\":4984028384061,\"E\":9,\"T\":8,\"bids\":[[\"63943.90\",\"46.371\"]],"
               "\"asks\":[[\"63944.00\",\"0.095\"],[\"63944.10\",\"0.001\"]]}");
    encode_open_interest(&b, &btc, 10659509, 1589437530011);
    expect(&b, "{\"openInterest\":\"10659.509\",\"symbol\":\"BTCUSDT\",\"time\":1589437530011}");
    const struct premium p = {11793.63104562, 11781.8049597, 11781.16138815,
                              0.00038246,     1597392000000, 1597370495002};
    encode_premium(&b, &btc, &p);
    expect(
        &b,
        "{\"symbol\":\"BTCUSDT\",\"markPrice\":\"11793.63104562\",\"indexPrice\":\"11781.80495970\","
        "\"estimatedSettlePrice\":\"11781.16138815\",\"lastFundingRate\":\"0.00038246\",\"interestRate\":\"0.00010000\","
        "\"nextFundingTime\":1597392000000,\"time\":1597370495002}");
    encode_exchange_info(&b, &btc, 1, 5);
    assert_non_null(strstr(b.data, "\"tickSize\":\"0.10\""));
    assert_non_null(strstr(b.data, "\"stepSize\":\"0.001\""));
    assert_non_null(strstr(b.data, "\"status\":\"TRADING\""));
    assert_int_equal(next_funding_ms(1597370495002), 1597392000000);
    assert_int_equal(next_funding_ms(1597392000000), 1597420800000);
    buf_finish(&b);
}

static void test_rest_paths(void **state)
{
    (void)state;
    struct rest_request r;
    assert_ok(rest_parse_path(&dialect_binance, "/fapi/v1/depth", &r));
    assert_err(rest_parse_end(&dialect_binance, &r), AP_EINVAL); /* no symbol */
    assert_ok(rest_parse_argument(&r, "symbol=BTCUSDT"));
    assert_ok(rest_parse_argument(&r, "unheard=of"));
    assert_ok(rest_parse_end(&dialect_binance, &r));
    assert_int_equal(r.limit, 500);
    assert_int_equal(r.weight, 10);
    assert_ok(rest_parse_argument(&r, "limit=1000"));
    assert_ok(rest_parse_end(&dialect_binance, &r));
    assert_int_equal(r.weight, 20);
    assert_ok(rest_parse_argument(&r, "limit=999"));
    assert_err(rest_parse_end(&dialect_binance, &r), AP_EINVAL);
    assert_err(rest_parse_argument(&r, "limit=10x"), AP_EINVAL);
    assert_err(rest_parse_argument(&r, "limit="), AP_EINVAL);
    assert_err(rest_parse_argument(&r, "symbol=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
               AP_EINVAL);
    assert_err(rest_parse_path(&dialect_binance, "/fapi/v1/order", &r), AP_ENOTFOUND);
    assert_ok(rest_parse_path(&dialect_binance, "/fapi/v1/premiumIndex", &r));
    assert_ok(rest_parse_end(&dialect_binance, &r));
    assert_int_equal(r.weight, 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stream_frames),
        cmocka_unit_test(test_marks_and_liquidations),
        cmocka_unit_test(test_rest_bodies),
        cmocka_unit_test(test_rest_paths),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
