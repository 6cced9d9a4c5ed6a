#include "test.h"
#include <alphaplus/risk/margin.h>

#include <string.h>

/* Binance's BTCUSDT tiers of October 2024. */
static const struct margin_tier btc[] = {
    {0, 50000, 0.004, 0, 125},
    {50000, 600000, 0.005, 50, 100},
    {600000, 3000000, 0.0065, 950, 75},
    {3000000, 12000000, 0.01, 11450, 50},
    {12000000, 70000000, 0.02, 131450, 25},
    {70000000, 100000000, 0.025, 481450, 20},
    {100000000, 230000000, 0.05, 2981450, 10},
    {230000000, 480000000, 0.1, 14481450, 5},
    {480000000, 600000000, 0.125, 26481450, 4},
    {600000000, 800000000, 0.15, 41481450, 3},
    {800000000, 1200000000, 0.25, 121481450, 2},
    {1200000000, 1800000000, 0.5, 421481450, 1},
};
enum { BTC_N = sizeof(btc) / sizeof(btc[0]) };

static double linear(double wallet, double mm, double upnl, int s, double q, double entry,
                     const struct margin_tier *tiers, size_t n)
{
    double price = -1;
    assert_ok(margin_liq_price_linear(wallet, mm, upnl, s, q, entry, tiers, n, &price));
    return price;
}

/* Binance FAQ "How to calculate liquidation price of USD-M futures": ETH and BTC in one account. */
static void test_binance_faq(void **state)
{
    (void)state;
    const struct margin_tier eth = {0, 1e12, 0.10, 135365, 10}, big = {0, 1e12, 0.025, 16300, 20};
    const double wallet = 1535443.01;
    double eth_mm = margin_maintenance(&eth, 1, 3683.979 * 1335.18), eth_pnl = 3683.979 * (1335.18 - 1456.84);
    double btc_mm = margin_maintenance(&big, 1, 109.488 * 31967.27),
           btc_pnl = 109.488 * (31967.27 - 32481.98);
    assert_near(eth_mm, 356512.508, 0.001);
    assert_near(btc_mm, 71200.811, 0.001);
    assert_near(eth_pnl, -448192.885, 0.001);
    assert_near(btc_pnl, -56354.569, 0.001);
    assert_near(linear(wallet, btc_mm, btc_pnl, 1, 3683.979, 1456.84, &eth, 1), 1153.26, 0.005);
    assert_near(linear(wallet, eth_mm, eth_pnl, 1, 109.488, 32481.98, &big, 1), 26316.89, 0.005);
    assert_near(linear(wallet, 0, 0, 1, 3683.979, 1456.84, &eth, 1), 1114.78, 0.005);
    assert_near(linear(wallet, 0, 0, 1, 109.488, 32481.98, &big, 1), 18778.73, 0.005);
}

/* Expected prices of freqtrade's tests (tests/freqtradebot, dry-run liquidation), isolated. The fee of OKX and Gate adds to the
 * rate; Bybit's classic margin is taken at entry, which is a rate of 0 and a wallet less that margin. */
static void test_published_isolated_prices(void **state)
{
    (void)state;
    static const struct {
        int s;
        double entry, q, wallet, mmr, cum, expected, tolerance;
    } rows[] = {
        {-1, 10, 1, 2, 0.01, 0.01, 11.89108910891089, 1e-12},
        {-1, 10, 1, 3.3333333333333335, 0.01, 0.01, 13.211221122079207, 1e-9},
        {-1, 8, 1, 1.6, 0.01, 0.01, 9.514851485148514, 1e-12},
        {-1, 10, 0.6, 1.2, 0.01, 0.01, 11.897689768976898, 1e-12},
        {1, 10, 1, 2, 0.01, 0.01, 8.070707070707071, 1e-12},
        {1, 8, 1, 1.6, 0.01, 0.01, 6.454545454545454, 1e-12},
        {1, 10, 1, 3.3333333333333335, 0.01, 0.01, 6.723905723905723, 1e-12},
        {1, 10, 0.6, 1.2, 0.01, 0.01, 8.063973063973064, 1e-12},
        {-1, 10, 1, 2, 0.0106, 0, 11.87413417771621, 1e-12},
        {-1, 10, 2, 4, 0.0106, 0, 11.87413417771621, 1e-12},
        {-1, 10, 1, 3.3333333333333335, 0.0106, 0, 13.193482419684678, 1e-12},
        {-1, 8, 1, 1.6, 0.0106, 0, 9.499307342172967, 1e-12},
        {1, 10, 1, 2, 0.0106, 0, 8.085708510208207, 1e-12},
        {1, 10, 1, 3.3333333333333335, 0.0106, 0, 6.738090425173506, 1e-12},
        {1, 10, 1, 10 - 0.1, 0, 0, 0.1, 1e-12},
        {1, 10, 1, 2 - 0.1, 0, 0, 8.1, 1e-12},
        {-1, 10, 1, 2 - 0.1, 0, 0, 11.9, 1e-12},
        {1, 20000, 1, 400 - 100, 0, 0, 19700, 1e-9},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct margin_tier tier = {0, 1e12, rows[i].mmr, rows[i].cum, 100};
        double price = linear(rows[i].wallet, 0, 0, rows[i].s, rows[i].q, rows[i].entry, &tier, 1);
        assert_near(price, rows[i].expected, rows[i].tolerance);
    }
}

/* The tier is the one at the price that comes out: worked by hand for each tier, only one lies in its own. */
static void test_the_tier_at_the_liquidation_price(void **state)
{
    (void)state;
    assert_near(linear(5400, 0, 0, 1, 0.9, 60000, btc, BTC_N), 54216.87, 0.005);
    assert_near(linear(4800, 0, 0, -1, 0.8, 60000, btc, BTC_N), 65733.83, 0.005);
    assert_near(linear(6500, 0, 0, 1, 1, 65000, btc, BTC_N), 58743.718592964826, 1e-9);
    assert_near(linear(65000, 0, 0, 1, 10, 65000, btc, BTC_N), 58788.94472361809, 1e-9);
    assert_near(linear(65000, 0, 0, -1, 10, 65000, btc, BTC_N), 71132.63785394933, 1e-9);
    assert_near(linear(650000, 0, 0, 1, 100, 65000, btc, BTC_N), 58975.25252525252, 1e-9);
    assert_near(linear(20000000, 0, 0, -1, 2000, 65000, btc, BTC_N), 72848.30952380953, 1e-9);
}

static void test_maintenance(void **state)
{
    (void)state;
    const struct margin_tier ada = {0, 1e9, 0.0065, 0, 75};
    assert_near(margin_maintenance(&ada, 1, 12.314277), 0.0800428,
                1e-8); /* positionRisk sample of Binance's documents */
    assert_near(margin_maintenance(btc, BTC_N, 0), 0, 0);
    assert_near(margin_maintenance(btc, BTC_N, 50000), 200, 1e-9);
    assert_near(margin_maintenance(btc, BTC_N, 50001), 200.005, 1e-9);
    assert_near(margin_maintenance(btc, BTC_N, 600000), 2950, 1e-9);
    assert_near(margin_maintenance(btc, BTC_N, 5000000), 38550, 1e-6);
}

static void test_inverse(void **state)
{
    (void)state;
    const struct margin_tier tier = {0, 1e9, 0.005, 0, 100};
    double price;
    assert_ok(margin_liq_price_inverse(0.12, 1, 60000, 50000, &tier, 1, &price));
    assert_near(price, 45681.818181818184, 1e-9);
    assert_ok(margin_liq_price_inverse(0.12, -1, 60000, 50000, &tier, 1, &price));
    assert_near(price, 55277.777777777774, 1e-9);
    /* OKX documents, positions channel: ETH-USD future, one contract of 10 USD, rate 0.8 % + fee 0.05 %; they show it one tick of
     * 0.01 before the barrier: 2352.8496681818. */
    const struct margin_tier okx = {0, 1e9, 0.0085, 0, 100};
    assert_ok(margin_liq_price_inverse(0.0003896645377994, 1, 10, 2566.31, &okx, 1, &price));
    assert_near(price, 2352.8496681818 - 0.01, 1e-7);
    /* A short with as much coin as it owes cannot die. */
    assert_err(margin_liq_price_inverse(1.2, -1, 60000, 50000, &tier, 1, &price), AP_ENOTFOUND);
    assert_err(margin_liq_price_inverse(-1.2, 1, 60000, 50000, &tier, 1, &price), AP_ERANGE);
}

static void test_no_price(void **state)
{
    (void)state;
    double price = 7;
    assert_err(margin_liq_price_linear(60000, 0, 0, 1, 1, 60000, btc, BTC_N, &price), AP_ENOTFOUND);
    assert_err(margin_liq_price_linear(1e9, 0, 0, 1, 1, 60000, btc, BTC_N, &price), AP_ENOTFOUND);
    assert_err(margin_liq_price_linear(-60000, 0, 0, -1, 1, 60000, btc, BTC_N, &price), AP_ERANGE);
    assert_err(margin_liq_price_linear(1, 0, 0, 0, 1, 60000, btc, BTC_N, &price), AP_EINVAL);
    assert_err(margin_liq_price_linear(1, 0, 0, 1, 0, 60000, btc, BTC_N, &price), AP_EINVAL);
    assert_err(margin_liq_price_linear(1, 0, 0, 1, -1, 60000, btc, BTC_N, &price), AP_EINVAL);
    assert_err(margin_liq_price_linear(1, 0, 0, 1, 1, 0, btc, BTC_N, &price), AP_EINVAL);
    assert_err(margin_liq_price_linear(NAN, 0, 0, 1, 1, 60000, btc, BTC_N, &price), AP_EINVAL);
    assert_err(margin_liq_price_linear(INFINITY, 0, 0, 1, 1, 60000, btc, BTC_N, &price), AP_EINVAL);
    assert_err(margin_liq_price_linear(1, 0, 0, 1, 1, 60000, btc, 0, &price), AP_EINVAL);
    assert_err(margin_liq_price_linear(1, 0, 0, 1, 1e308, 1e308, btc, BTC_N, &price), AP_EINVAL);
    assert_err(margin_liq_price_inverse(NAN, 1, 1, 60000, btc, BTC_N, &price), AP_EINVAL);
    assert_near(price, 7, 0);
}

static void test_tiers_check(void **state)
{
    (void)state;
    struct margin_tier t[BTC_N];
    assert_ok(margin_tiers_check(btc, BTC_N));
    assert_ok(margin_tiers_check(btc, 1));
    assert_err(margin_tiers_check(btc, 0), AP_EINVAL);
    assert_err(margin_tiers_check(btc, MARGIN_TIER_MAX + 1), AP_EINVAL);
    assert_err(margin_tiers_check(btc + 1, 3), AP_EINVAL); /* does not begin at 0 */
    for (int fault = 0; fault < 8; fault++) {
        memcpy(t, btc, sizeof(t));
        switch (fault) {
        case 0: t[2].cum += 1; break;
        case 1: t[2].floor += 1; break;
        case 2: t[2].cap = t[2].floor; break;
        case 3: t[3].mmr = 0.001; break;
        case 4: t[11].mmr = 1; break;
        case 5: t[0].cum = 5; break;
        case 6: t[4].cum = NAN; break;
        default: t[0].mmr = -0.001; break;
        }
        assert_err(margin_tiers_check(t, BTC_N), AP_EINVAL);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_binance_faq),
        cmocka_unit_test(test_published_isolated_prices),
        cmocka_unit_test(test_the_tier_at_the_liquidation_price),
        cmocka_unit_test(test_maintenance),
        cmocka_unit_test(test_inverse),
        cmocka_unit_test(test_no_price),
        cmocka_unit_test(test_tiers_check),
    };
    return cmocka_run_group_tests_name("risk/margin", tests, NULL, NULL);
}
