#include "test.h"
#include <alphaplus/config/positions.h>
#include <alphaplus/model/event.h>
#include <stdio.h>
#include <string.h>

#define ACCOUNT "[account]\nname = bin\nvenue = binance\ncurrency = USDT\nwallet = 100000\n"
#define POSITION                                                                                             \
    "[position]\naccount = bin\ninstrument = binance:BTCUSDT\nside = long\nsize = 6.000\nentry = 64850.0\n"

static void test_good(void **state)
{
    struct positions all;
    struct buf why;
    (void)state;
    buf_init(&why, 64 << 10);
    assert_ok(positions_parse(
        "[position]\n" /* before its account: fine */
        "account = bin\n"
        "instrument = binance:BTCUSDT\n"
        "side = long\n"
        "size = 6.000\n"
        "entry = 64850.0\n"
        "margin = cross          ; or: isolated 5400\n"
        "stop = 62175\n" ACCOUNT "[position]\n"
        "account = bin\ninstrument = binance:ETHUSDT\nside = short\nsize = 0.5\nentry = 3400\n"
        "margin = isolated 5400.25\n",
        "p.ini", &all, &why));
    assert_string_equal(why.data, "");
    assert_int_equal(all.account_n, 1);
    assert_int_equal(all.position_n, 2);
    assert_string_equal(all.accounts[0].name, "bin");
    assert_string_equal(all.accounts[0].currency, "USDT");
    assert_true(all.accounts[0].wallet == 100000);
    const struct position *p = &all.positions[0];
    assert_string_equal(p->instrument, "binance:BTCUSDT");
    assert_int_equal(p->side, POSITION_LONG);
    assert_int_equal(p->margin_mode, MARGIN_CROSS);
    assert_true(p->qty == 6 && p->entry == 64850 && p->stop == 62175 && p->isolated_margin == 0);
    p = &all.positions[1];
    assert_int_equal(p->side, POSITION_SHORT);
    assert_int_equal(p->margin_mode, MARGIN_ISOLATED);
    assert_true(p->isolated_margin == 5400.25 && p->stop == 0);
    assert_ok(positions_parse("", "p.ini", &all, &why));
    assert_int_equal(all.account_n + all.position_n, 0);
    buf_finish(&why);
}

static void test_faults(void **state)
{
    static const char *const rows[][2] = {
        {"[account]\nname = bin\n",
         "p.ini:1: this [account] lacks: venue\np.ini:1: this [account] lacks: currency\n"
         "p.ini:1: this [account] lacks: wallet\n"},
        {"[account]\n", "p.ini:1: this [account] lacks: name"},
        {ACCOUNT "[position]\n", "p.ini:6: this [position] lacks: account"},
        {ACCOUNT ACCOUNT, "p.ini:6: account bin stands in line 1 already\n"},
        {ACCOUNT POSITION POSITION, "p.ini:12: the same account, instrument and side as in line 6\n"},
        {POSITION, "p.ini:1: no [account] has the name bin\n"},
        {ACCOUNT "[position]\naccount = bin\ninstrument = bybit:BTCUSDT\nside = long\nsize = 1\nentry = 1\n",
         "p.ini:6: bybit:BTCUSDT is not at binance, where account bin is\n"},
        {ACCOUNT "[position]\naccount = bin\ninstrument = binanceus:X\nside = long\nsize = 1\nentry = 1\n",
         "p.ini:6: binanceus:X is not at binance"},
        {ACCOUNT POSITION "side = short\n", "p.ini:12: side is said twice\n"},
        {ACCOUNT POSITION "leverage = 5\n", "p.ini:12: [position] has no leverage\n"},
        {ACCOUNT POSITION "stop = 0\n", "p.ini:12: stop: \"0\" must be more than zero\n"},
        {ACCOUNT POSITION "stop = -5\n", "p.ini:12: stop: \"-5\" must be a plain number"},
        {ACCOUNT POSITION "stop = 1e5\n", "must be a plain number"},
        {ACCOUNT POSITION "stop = nan\n", "must be a plain number"},
        {ACCOUNT POSITION "stop = inf\n", "must be a plain number"},
        {ACCOUNT POSITION "stop = 0x10\n", "must be a plain number"},
        {ACCOUNT POSITION "stop = 64,850\n", "must be a plain number"},
        {ACCOUNT POSITION "stop = 123456789012345678901234567890\n", "must be a plain number"},
        {ACCOUNT POSITION "stop = 90071992547409.93\n", "must be a plain number"}, /* no double is that */
        {ACCOUNT POSITION "margin = isolated\n", "must be: cross, or: isolated AMOUNT"},
        {ACCOUNT POSITION "margin = isolated 0\n", "must be: cross, or: isolated AMOUNT"},
        {ACCOUNT POSITION "margin = isolated5\n", "must be: cross, or: isolated AMOUNT"},
        {ACCOUNT POSITION "margin = crossed\n", "must be: cross, or: isolated AMOUNT"},
        {ACCOUNT "[position]\naccount = bin\ninstrument = BTCUSDT\nside = up\nsize = 0\nentry = x\n",
         "p.ini:8: instrument: \"BTCUSDT\" must be like binance:BTCUSDT\n"
         "p.ini:9: side: \"up\" must be long or short\n"
         "p.ini:10: size: \"0\" must be more than zero\n"
         "p.ini:11: entry: \"x\" must be a plain number"},
        {"[account]\nname = a b\n", "p.ini:2: name: \"a b\" must be letters, digits and -_.\n"},
        {"[account]\nname = 0123456789abcdef\n", "p.ini:2: name: \"0123456789abcdef\" is too long\n"},
        {"wallet = 5\n", "p.ini:1: wallet: stands before any [section]\n"},
        {"[wallet]\nx = 5\n", "p.ini:1: no section [wallet]: there are [account] and [position]\n"},
        {"[account]\nrubbish\n", "p.ini:2: neither [section] nor name = value\n"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct positions all = {.account_n = 77};
        struct buf why;
        buf_init(&why, 64 << 10);
        assert_err(positions_parse(rows[i][0], "p.ini", &all, &why), AP_ESYNTAX);
        if (strstr(why.data, rows[i][1]) == NULL) {
            print_error("expected: %s\nfound: %s\n", rows[i][1], why.data);
            fail();
        }
        assert_int_equal(all.account_n, 77); /* untouched */
        buf_finish(&why);
    }
}

static void test_too_many(void **state)
{
    struct positions all;
    struct buf why, text;
    (void)state;
    buf_init(&why, 64 << 10);
    buf_init(&text, 256 << 10);
    for (int i = 0; i < ACCOUNT_MAX + 1; i++) {
        (void)buf_printf(&text, "[account]\nname = a%d\nvenue = binance\ncurrency = USDT\nwallet = 1\n", i);
    }
    assert_err(positions_parse(text.data, "p.ini", &all, &why), AP_ESYNTAX);
    assert_string_equal(why.data, "p.ini:41: more than 8 accounts\n");
    buf_reset(&text);
    buf_reset(&why);
    (void)buf_text(&text, ACCOUNT);
    for (int i = 0; i < POSITION_MAX + 2; i++) {
        (void)buf_printf(
            &text, "[position]\naccount = bin\ninstrument = binance:X%d\nside = long\nsize = 1\nentry = 1\n",
            i);
    }
    assert_err(positions_parse(text.data, "p.ini", &all, &why), AP_ESYNTAX);
    assert_string_equal(why.data, "p.ini:390: more than 64 positions\np.ini:396: more than 64 positions\n");
    buf_finish(&text);
    buf_finish(&why);
}

static void test_load(void **state)
{
    struct positions all;
    struct buf why;
    (void)state;
    buf_init(&why, 64 << 10);
    assert_err(positions_load("/nowhere/p.ini", &all, &why), AP_ENOTFOUND);
    assert_string_equal(why.data, "/nowhere/p.ini: No such file or directory\n");
    buf_reset(&why);
    assert_err(positions_load("/", &all, &why), AP_ETYPE);
    buf_finish(&why);
}

/* The exchange's table of BTCUSDT, October 2024: a few of its lines, typed in by hand. */
static void test_tiers(void **state)
{
    struct margin_tier t[MARGIN_TIER_MAX];
    const char *date = NULL;
    (void)state;
    assert_int_equal(tiers_builtin("binance:BTCUSDT", t, MARGIN_TIER_MAX, &date), 12);
    assert_string_equal(date, "2024-10");
    assert_true(t[0].floor == 0 && t[0].cap == 50000 && t[0].mmr == 0.004 && t[0].cum == 0 &&
                t[0].max_leverage == 125);
    assert_true(t[2].floor == 600000 && t[2].cap == 3000000 && t[2].mmr == 0.0065 && t[2].cum == 950);
    assert_true(t[11].cap == 1800000000 && t[11].mmr == 0.5 && t[11].cum == 421481450 &&
                t[11].max_leverage == 1);
    date = NULL;
    assert_int_equal(tiers_builtin("binance:BTCUSDT", t, 11, &date), 0); /* a part of them would be wrong */
    assert_int_equal(tiers_builtin("binance:BTC", t, MARGIN_TIER_MAX, &date), 0);
    assert_int_equal(tiers_builtin("binance:", t, MARGIN_TIER_MAX, &date), 0);
    assert_int_equal(tiers_builtin("binance:symbol", t, MARGIN_TIER_MAX, &date),
                     0); /* the table's own head */
    assert_int_equal(tiers_builtin("bybit:BTCUSDT", t, MARGIN_TIER_MAX, &date), 0);
    assert_null(date);
    assert_true(tiers_builtin("binance:ETHUSDC", t, MARGIN_TIER_MAX, &date) > 5);
    assert_true(tiers_builtin("binance:1000BONKUSDC", t, MARGIN_TIER_MAX, &date) ==
                8); /* the first of the table */
}

/* Maintenance margin must not jump at the edge of a tier: that is what `cum` is for. */
static void test_tiers_follow_each_other(void **state)
{
    static const char *const names[] = {"binance:BTCUSDT", "binance:ETHUSDT", "binance:SOLUSDT",
                                        "binance:BTCUSDC"};
    struct margin_tier t[MARGIN_TIER_MAX];
    const char *date;
    (void)state;
    for (size_t k = 0; k < 4; k++) {
        size_t n = tiers_builtin(names[k], t, MARGIN_TIER_MAX, &date);
        assert_true(n > 1);
        for (size_t i = 1; i < n; i++) {
            assert_true(t[i].floor == t[i - 1].cap);
            assert_near(t[i].floor * t[i].mmr - t[i].cum, t[i].floor * t[i - 1].mmr - t[i - 1].cum, 1e-6);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good),     cmocka_unit_test(test_faults),
        cmocka_unit_test(test_too_many), cmocka_unit_test(test_load),
        cmocka_unit_test(test_tiers),    cmocka_unit_test(test_tiers_follow_each_other),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
