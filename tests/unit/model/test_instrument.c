#include "test.h"
#include <alphaplus/base/fixed.h>
#include <alphaplus/model/instrument.h>
#include <string.h>

static struct instrument good(void)
{
    return (struct instrument){.venue = "binance",
                               .symbol = "BTCUSDT",
                               .base = "BTC",
                               .quote = "USDT",
                               .settle = "USDT",
                               .id = 1,
                               .version = 1,
                               .kind = INSTRUMENT_PERPETUAL,
                               .book_rule = BOOK_RULE_PREV_ID,
                               .price_decimals = 1,
                               .qty_decimals = 3,
                               .mark_decimals = 8,
                               .rate_decimals = 8,
                               .tick = 1,
                               .lot = 1,
                               .multiplier = 100000000,
                               .trading = 1};
}

static void test_split(void **state)
{
    static const char *const bad[] = {"",
                                      ":",
                                      "binance",
                                      "binance:",
                                      ":BTCUSDT",
                                      "binance:BTC:USDT",
                                      "bin ance:BTC",
                                      "binance:BTC\n",
                                      "binance:\x1b[2J",
                                      "binance:BTC;rm",
                                      "b\xc3\xa9:X"};
    char venue[VENUE_NAME_MAX] = "-", symbol[SYMBOL_MAX] = "-", name[INSTRUMENT_NAME_MAX];
    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_err(instrument_name_split(bad[i], venue, sizeof(venue), symbol, sizeof(symbol)), AP_ESYNTAX);
    }
    assert_err(
        instrument_name_split("a23456789012345678901234:X", venue, sizeof(venue), symbol, sizeof(symbol)),
        AP_ETOOBIG);
    assert_err(instrument_name_split("a:0123456789012345678901234567890123456789", venue, sizeof(venue),
                                     symbol, sizeof(symbol)),
               AP_ETOOBIG);
    assert_string_equal(venue, "-");
    assert_string_equal(symbol, "-");
    assert_ok(instrument_name_split("kraken:PF_XBT/USD-1.0", venue, sizeof(venue), symbol, sizeof(symbol)));
    assert_string_equal(venue, "kraken");
    assert_string_equal(symbol, "PF_XBT/USD-1.0");
    struct instrument in = good();
    instrument_name(&in, name);
    assert_string_equal(name, "binance:BTCUSDT");
    memset(in.venue, 'v', sizeof(in.venue)); /* no end: cut, not read on */
    memset(in.symbol, 's', sizeof(in.symbol));
    instrument_name(&in, name);
    assert_int_equal(strlen(name), INSTRUMENT_NAME_MAX - 1);
}

#define REFUSES(change)                                                                                      \
    do {                                                                                                     \
        in = good();                                                                                         \
        change;                                                                                              \
        assert_err(instrument_check(&in), AP_EINVAL);                                                        \
    } while (0)

static void test_check(void **state)
{
    struct instrument in = good();
    (void)state;
    assert_ok(instrument_check(&in));
    in.base[0] = '\0'; /* unknown is fine */
    assert_ok(instrument_check(&in));
    REFUSES(in.venue[0] = '\0');
    REFUSES(in.symbol[0] = '\x1b');
    REFUSES(memset(in.symbol, 'x', sizeof(in.symbol)));
    REFUSES(memset(in.settle, 'x', sizeof(in.settle)));
    REFUSES(in.id = INSTRUMENT_MAX + 1);
    REFUSES(in.kind = 0);
    REFUSES(in.kind = 9);
    REFUSES(in.book_rule = 5);
    REFUSES(in.inverse = 2);
    REFUSES(in.inferred = 2);
    REFUSES(in.trading = 2);
    REFUSES(in.price_decimals = FIXED_DECIMALS_MAX + 1);
    REFUSES(in.qty_decimals = 255);
    REFUSES(in.mark_decimals = 13);
    REFUSES(in.rate_decimals = 13);
    REFUSES(in.tick = 0);
    REFUSES(in.lot = -1);
    REFUSES(in.multiplier = INT64_MAX);
    REFUSES(in.expiry_ns = -1);
}

static void test_values(void **state)
{
    struct instrument in = good();
    (void)state;
    assert_near(instrument_price(&in, 640981), 64098.1, 0);
    assert_near(instrument_qty(&in, 1500), 1.5, 0);
    assert_near(instrument_notional(&in, 640981, 1500), 96147.15, 1e-9);
    in.multiplier = 1000000; /* contracts of 0.01 */
    assert_near(instrument_notional(&in, 640981, 1500), 961.4715, 1e-9);
    in.inverse = 1; /* contracts of 100 USD, whatever the price */
    in.multiplier = INT64_C(10000000000);
    in.qty_decimals = 0;
    assert_near(instrument_notional(&in, 640981, 7), 700, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_split),
        cmocka_unit_test(test_check),
        cmocka_unit_test(test_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
