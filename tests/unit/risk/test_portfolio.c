#include "test.h"
#include <alphaplus/base/hash.h>
#include <alphaplus/model/event.h>
#include <alphaplus/risk/margin.h>
#include <alphaplus/risk/portfolio.h>

#include <stdio.h>
#include <string.h>

static const struct margin_tier one_percent = {0, 1e12, 0.01, 0, 100};

/* The example of Binance's FAQ, its deductions made continuous with a first tier so that the table is a real one. */
static const struct margin_tier faq_eth[] = {{0, 1353650, 0, 0, 100}, {1353650, 1e12, 0.10, 135365, 10}};
static const struct margin_tier faq_btc[] = {{0, 652000, 0, 0, 100}, {652000, 1e12, 0.025, 16300, 20}};

static struct portfolio *make(double wallet)
{
    struct portfolio *p;
    struct account a = {.name = "bin", .venue = "binance", .currency = "USDT", .wallet = wallet};
    assert_ok(portfolio_create(&p));
    assert_ok(portfolio_set_account(p, &a));
    return p;
}

static struct position position(const char *instrument, int side, double qty, double entry, double isolated)
{
    struct position pos = {.account = "bin", .side = (uint8_t)side, .qty = qty, .entry = entry};
    snprintf(pos.instrument, sizeof(pos.instrument), "%s", instrument);
    pos.margin_mode = isolated > 0 ? MARGIN_ISOLATED : MARGIN_CROSS;
    pos.isolated_margin = isolated;
    return pos;
}

static void hold(struct portfolio *p, const char *instrument, int side, double qty, double entry,
                 double isolated)
{
    struct position pos = position(instrument, side, qty, entry, isolated);
    assert_ok(portfolio_set_position(p, &pos));
}

static struct risk_view view(const struct portfolio *p)
{
    struct risk_view v;
    memset(&v, 0xee, sizeof(v));
    portfolio_view(p, &v);
    return v;
}

static void test_faq_account(void **state)
{
    (void)state;
    struct portfolio *p = make(1535443.01);
    hold(p, "binance:ETHUSDT", POSITION_LONG, 3683.979, 1456.84, 0);
    hold(p, "binance:BTCUSDT", POSITION_LONG, 109.488, 32481.98, 0);
    assert_ok(portfolio_set_tiers(p, "binance:ETHUSDT", faq_eth, 2));
    assert_ok(portfolio_set_tiers(p, "binance:BTCUSDT", faq_btc, 2));
    portfolio_set_mark(p, "binance:ETHUSDT", 1335.18, 0);
    portfolio_set_mark(p, "binance:BTCUSDT", 31967.27, 0);
    struct risk_view v = view(p);
    assert_int_equal(v.position_n, 2);
    const struct position_view *eth = &v.positions[0], *btc = &v.positions[1];
    assert_near(eth->liq, 1153.26, 0.005);
    assert_near(btc->liq, 26316.89, 0.005);
    assert_near(eth->notional, 4918775.08, 0.005);
    assert_near(eth->maintenance, 356512.508, 0.001);
    assert_near(eth->upnl, -448192.885, 0.001);
    assert_near(eth->distance_pct, (eth->liq / 1335.18 - 1) * 100, 1e-12);
    assert_int_equal(v.first_to_die, 0); /* -13.6 % against -17.7 % */
    const struct account_view *a = &v.accounts[0];
    assert_true(a->is_known);
    double equity = 1535443.01 - 448192.88514 - 56354.56848;
    assert_near(a->equity, equity, 0.01);
    assert_near(a->maintenance, 356512.508 + 71200.811, 0.01);
    assert_near(a->margin_ratio, (356512.508 + 71200.811) / equity, 1e-6);
    assert_near(eth->leverage, 4918775.08 / equity, 1e-5);
    portfolio_destroy(p);
    portfolio_destroy(NULL);
}

static void test_isolated_stands_alone(void **state)
{
    (void)state;
    struct portfolio *p = make(10000);
    assert_ok(portfolio_set_tiers(p, "x:A", &one_percent, 1));
    assert_ok(portfolio_set_tiers(p, "x:B", &one_percent, 1));
    hold(p, "x:A", POSITION_LONG, 100, 10, 200);
    portfolio_set_mark(p, "x:A", 10, 0);
    portfolio_set_mark(p, "x:B", 100, 0);
    double alone = view(p).positions[0].liq;
    assert_near(alone, 800 / (100 * 0.99), 1e-12);
    hold(p, "x:B", POSITION_SHORT, 50, 100, 0);
    struct risk_view v = view(p);
    assert_near(v.positions[0].liq, alone, 0);
    assert_near(v.positions[0].leverage, 1000.0 / 200, 1e-12);
    /* What A has set aside does not back B. */
    assert_near(v.positions[1].liq, (10000 - 200 + 5000) / (50 * 1.01), 1e-9);
    assert_near(v.positions[1].leverage, 5000.0 / 9800, 1e-12);
    assert_near(v.accounts[0].equity, 10000, 0);
    portfolio_destroy(p);
}

/* Every figure that misses something says so, and no number stands in for it. */
static void test_what_is_missing(void **state)
{
    (void)state;
    struct portfolio *p = make(1000);
    hold(p, "x:A", POSITION_LONG, 10, 100, 0);
    struct risk_view v = view(p);
    assert_int_equal(v.first_to_die, -1);
    assert_false(v.positions[0].has_mark || v.positions[0].has_liq || v.positions[0].has_tiers);
    assert_false(v.accounts[0].is_known);
    assert_near(v.accounts[0].equity, 0, 0);

    portfolio_set_mark(p, "x:A", 110, 0);
    v = view(p);
    assert_true(v.positions[0].has_mark);
    assert_near(v.positions[0].upnl, 100, 1e-12);
    assert_near(v.positions[0].leverage, 1.0, 1e-12);
    assert_false(v.positions[0].has_liq || v.positions[0].has_tiers);
    assert_false(v.accounts[0].is_known);

    assert_ok(portfolio_set_tiers(p, "x:A", &one_percent, 1));
    hold(p, "x:A", POSITION_LONG, 20, 100, 0);
    v = view(p);
    assert_true(v.positions[0].has_liq && v.positions[0].has_tiers);
    assert_near(v.positions[0].liq, (2000 - 1000) / (20 * 0.99), 1e-9);
    assert_true(v.accounts[0].is_known);
    assert_int_equal(v.first_to_die, 0);

    /* Another cross position whose mark is not known: nobody knows when the first dies. */
    hold(p, "x:B", POSITION_LONG, 1, 50, 0);
    v = view(p);
    assert_true(v.positions[0].has_mark);
    assert_near(v.positions[0].upnl, 200, 1e-12);
    assert_near(v.positions[0].leverage, 0, 0);
    assert_false(v.positions[0].has_liq || v.positions[0].has_tiers);
    assert_int_equal(v.first_to_die, -1);
    assert_false(v.accounts[0].is_known);
    portfolio_set_mark(p, "x:B", 50, 0);
    assert_false(view(p).positions[0].has_liq); /* its tiers are still missing */
    assert_ok(portfolio_set_tiers(p, "x:B", &one_percent, 1));
    assert_true(view(p).positions[0].has_liq);
    portfolio_set_mark(p, "x:B", 0, 0);
    assert_false(view(p).positions[0].has_liq);
    portfolio_set_mark(p, "x:B", NAN, 0);
    assert_false(view(p).positions[1].has_mark);
    hold(p, "x:B", POSITION_LONG, 0, 0, 0); /* closed */
    v = view(p);
    assert_int_equal(v.position_n, 1);
    assert_true(v.positions[0].has_liq);

    /* Own mark gone: the price stands, the distance does not. */
    portfolio_set_mark(p, "x:A", 0, 0);
    v = view(p);
    assert_true(v.positions[0].has_liq);
    assert_false(v.positions[0].has_mark);
    assert_near(v.positions[0].distance_pct, 0, 0);
    assert_int_equal(v.first_to_die, -1);
    portfolio_destroy(p);
}

static void test_unknown_account(void **state)
{
    (void)state;
    struct portfolio *p;
    assert_ok(portfolio_create(&p));
    assert_ok(portfolio_set_tiers(p, "x:A", &one_percent, 1));
    portfolio_set_mark(p, "x:A", 100, 0);
    hold(p, "x:A", POSITION_LONG, 1, 100, 0);
    struct risk_view v = view(p);
    assert_true(v.positions[0].has_mark);
    assert_false(v.positions[0].has_liq || v.positions[0].has_tiers);
    hold(p, "x:A", POSITION_LONG, 1, 100, 10); /* isolated needs no account */
    assert_near(view(p).positions[0].liq, 90 / 0.99, 1e-12);
    portfolio_destroy(p);
}

static void test_no_liquidation_price_and_past_it(void **state)
{
    (void)state;
    struct portfolio *p = make(3000);
    assert_ok(portfolio_set_tiers(p, "x:A", &one_percent, 1));
    assert_ok(portfolio_set_tiers(p, "x:B", &one_percent, 1));
    portfolio_set_mark(p, "x:A", 100, 0);
    portfolio_set_mark(p, "x:B", 100, 0);
    hold(p, "x:A", POSITION_LONG, 5, 100, 0); /* the wallet pays for all of it */
    struct risk_view v = view(p);
    assert_true(v.positions[0].has_tiers);
    assert_false(v.positions[0].has_liq);
    assert_int_equal(v.first_to_die, -1);

    hold(p, "x:B", POSITION_LONG, 100, 120,
         1500); /* past its price: it comes first, however far away that is */
    hold(p, "x:A", POSITION_LONG, 100, 100, 0);
    v = view(p);
    assert_true(v.positions[1].liq > 100);
    assert_true(v.positions[1].distance_pct > 0);
    assert_int_equal(v.first_to_die, 1);

    hold(p, "x:B", POSITION_SHORT, 1, 100, 0); /* nothing can save it */
    hold(p, "x:A", POSITION_LONG, 100, 150, 0);
    v = view(p);
    assert_true(v.positions[1].has_liq);
    assert_near(v.positions[1].liq, 100, 0);
    assert_near(v.positions[1].distance_pct, 0, 0);
    assert_near(v.accounts[0].margin_ratio, MARGIN_RATIO_MAX, 0);
    portfolio_destroy(p);
}

static void test_inverse(void **state)
{
    (void)state;
    const struct margin_tier tier = {0, 1e9, 0.005, 0, 100};
    struct portfolio *p;
    struct account a = {.name = "bin", .venue = "x", .currency = "BTC", .wallet = 0.12};
    assert_ok(portfolio_create(&p));
    assert_ok(portfolio_set_account(p, &a));
    assert_ok(portfolio_set_tiers(p, "x:BTCUSD", &tier, 1));
    portfolio_set_mark(p, "x:BTCUSD", 52000, 1);
    hold(p, "x:BTCUSD", POSITION_LONG, 600, 50000, 0);
    struct risk_view v = view(p);
    assert_false(v.positions[0].has_mark || v.positions[0].has_tiers); /* 600 contracts of what? */
    assert_ok(portfolio_set_contract(p, "x:BTCUSD", "BTC", 100));
    v = view(p);
    assert_near(v.positions[0].liq, 45681.818181818184, 1e-9);
    assert_near(v.positions[0].notional, 60000, 0);
    assert_near(v.positions[0].upnl, 60000.0 / 50000 - 60000.0 / 52000, 1e-15);
    assert_near(v.positions[0].leverage, 60000.0 / 52000 / (0.12 + v.positions[0].upnl), 1e-12);
    /* Money of another kind in the same account. */
    assert_ok(portfolio_set_contract(p, "x:ETHUSDT", "USDT", 1));
    assert_ok(portfolio_set_tiers(p, "x:ETHUSDT", &tier, 1));
    portfolio_set_mark(p, "x:ETHUSDT", 3000, 0);
    hold(p, "x:ETHUSDT", POSITION_LONG, 1, 3000, 0);
    v = view(p);
    assert_false(v.positions[1].has_mark || v.positions[1].has_tiers);
    assert_false(v.positions[0].has_liq || v.positions[0].has_tiers);
    assert_false(v.accounts[0].is_known);
    assert_ok(portfolio_set_contract(p, "x:ETHUSDT", "",
                                     1)); /* settled in who knows what, but not in coin as the first */
    v = view(p);
    assert_true(v.positions[1].has_mark);
    assert_false(v.positions[0].has_liq || v.positions[0].has_tiers);
    assert_false(v.positions[1].has_liq || v.positions[1].has_tiers);
    assert_near(v.positions[0].leverage, 0, 0);
    assert_false(v.accounts[0].is_known);
    assert_err(portfolio_set_contract(p, "x:BTCUSD", "BTC", 0), AP_EINVAL);
    assert_err(portfolio_set_contract(p, "x:BTCUSD", "BTC", INFINITY), AP_EINVAL);
    portfolio_destroy(p);
}

static void test_nonsense_and_ceilings(void **state)
{
    (void)state;
    struct portfolio *p = make(1000);
    struct position good = position("x:A", POSITION_LONG, 1, 100, 0), pos;
    uint64_t before = portfolio_hash(p, HASH_SEED);
    for (int fault = 0; fault < 10; fault++) {
        pos = good;
        switch (fault) {
        case 0: pos.account[0] = '\0'; break;
        case 1: memset(pos.account, 'x', sizeof(pos.account)); break;
        case 2: memset(pos.instrument, 'x', sizeof(pos.instrument)); break;
        case 3: pos.side = 2; break;
        case 4: pos.margin_mode = 9; break;
        case 5: pos.qty = -1; break;
        case 6: pos.qty = NAN; break;
        case 7: pos.entry = 0; break;
        case 8: pos.isolated_margin = INFINITY; break;
        default: pos.stop = -1; break;
        }
        assert_err(portfolio_set_position(p, &pos), AP_EINVAL);
    }
    struct account a = {.name = "a", .wallet = NAN};
    assert_err(portfolio_set_account(p, &a), AP_EINVAL);
    a = (struct account){.name = ""};
    assert_err(portfolio_set_account(p, &a), AP_EINVAL);
    assert_err(portfolio_set_tiers(p, "x:A", &one_percent, 0), AP_EINVAL);
    assert_err(portfolio_set_tiers(p, "", &one_percent, 1), AP_EINVAL);
    assert_int_equal(portfolio_hash(p, HASH_SEED), before);

    for (int i = 0; i < ACCOUNT_MAX; i++) {
        a = (struct account){.wallet = i};
        snprintf(a.name, sizeof(a.name), "a%d", i);
        int err = portfolio_set_account(p, &a);
        assert_int_equal(err, i < ACCOUNT_MAX - 1 ? 0 : AP_EFULL);
    }
    for (int i = 0; i <= POSITION_MAX; i++) {
        pos = good;
        snprintf(pos.instrument, sizeof(pos.instrument), "x:%d", i);
        assert_int_equal(portfolio_set_position(p, &pos), i < POSITION_MAX ? 0 : AP_EFULL);
    }
    pos.qty = 0; /* closing what is not held */
    assert_ok(portfolio_set_position(p, &pos));
    int err = 0;
    for (int i = 0; i < 1000 && err == 0; i++) {
        char name[INSTRUMENT_NAME_MAX];
        snprintf(name, sizeof(name), "y:%d", i);
        err = portfolio_set_tiers(p, name, &one_percent, 1);
    }
    assert_err(err, AP_EFULL);
    portfolio_set_mark(p, "z:new", 1, 0); /* no room: stays unknown */
    assert_int_equal(view(p).position_n, POSITION_MAX);
    portfolio_destroy(p);
}

static void test_a_position_turns(void **state)
{
    (void)state;
    struct portfolio *p = make(1000);
    hold(p, "x:A", POSITION_LONG, 1, 100, 0);
    hold(p, "x:B", POSITION_LONG, 1, 100, 0);
    uint64_t before = portfolio_hash(p, HASH_SEED);
    hold(p, "x:A", POSITION_SHORT, 2, 90, 0);
    struct risk_view v = view(p);
    assert_int_equal(v.position_n, 2);
    assert_int_equal(v.positions[0].pos.side, POSITION_SHORT);
    assert_int_not_equal(portfolio_hash(p, HASH_SEED), before);
    hold(p, "x:A", POSITION_LONG, 1, 100, 0);
    assert_int_equal(portfolio_hash(p, HASH_SEED), before);
    portfolio_destroy(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_faq_account),
        cmocka_unit_test(test_isolated_stands_alone),
        cmocka_unit_test(test_what_is_missing),
        cmocka_unit_test(test_unknown_account),
        cmocka_unit_test(test_no_liquidation_price_and_past_it),
        cmocka_unit_test(test_inverse),
        cmocka_unit_test(test_nonsense_and_ceilings),
        cmocka_unit_test(test_a_position_turns),
    };
    return cmocka_run_group_tests_name("risk/portfolio", tests, NULL, NULL);
}
