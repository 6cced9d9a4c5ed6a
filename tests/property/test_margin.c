/* Liquidation prices for random positions and tier tables: the price that comes out is where equity equals the maintenance
 * margin, more money moves it away, and long and short are mirror images. */
#include "test.h"
#include <alphaplus/risk/margin.h>

enum { ROUNDS = 20000 };

struct draw {
    struct margin_tier tiers[MARGIN_TIER_MAX];
    size_t n;
    int s;
    double q, entry, wallet, other_mm, other_upnl;
};

static double uniform(uint64_t *rng, double lo, double hi)
{
    return lo + (hi - lo) * ((double)(test_random(rng) >> 11) * 0x1p-53);
}

static void draw(struct draw *d, uint64_t *rng)
{
    d->n = 1 + test_below(rng, 12);
    double floor = 0, mmr = uniform(rng, 0.001, 0.02), cum = 0;
    for (size_t i = 0; i < d->n; i++) {
        double cap = (floor + 1000) * uniform(rng, 1.5, 8);
        d->tiers[i] = (struct margin_tier){floor, cap, mmr, cum, 1 / mmr};
        double next = mmr + uniform(rng, 0, (0.9 - mmr) / 4);
        cum += cap * (next - mmr);
        mmr = next;
        floor = cap;
    }
    d->s = test_below(rng, 2) ? 1 : -1;
    d->entry = exp(uniform(rng, log(1e-4), log(1e5)));
    double notional = exp(uniform(rng, log(10), log(1e8)));
    d->q = notional / d->entry;
    d->wallet = notional / uniform(rng, 0.8, 125);
    d->other_mm = uniform(rng, 0, d->wallet / 3);
    d->other_upnl = uniform(rng, -d->wallet / 3, d->wallet / 3);
}

static int price_of(const struct draw *d, double wallet, double *ret_price)
{
    return margin_liq_price_linear(wallet, d->other_mm, d->other_upnl, d->s, d->q, d->entry, d->tiers, d->n,
                                   ret_price);
}

static void test_equity_is_the_maintenance_margin_there(void **state)
{
    (void)state;
    uint64_t rng = 5;
    int found = 0;
    for (int i = 0; i < ROUNDS; i++) {
        struct draw d;
        double price;
        draw(&d, &rng);
        assert_ok(margin_tiers_check(d.tiers, d.n));
        int err = price_of(&d, d.wallet, &price);
        if (err == AP_ENOTFOUND || err == AP_ERANGE) {
            /* Then the side of the inequality is the same at a price close to zero. */
            double left = d.wallet - d.other_mm + d.other_upnl + d.s * d.q * (d.entry * 1e-12 - d.entry) -
                          margin_maintenance(d.tiers, d.n, d.q * d.entry * 1e-12);
            assert_true(err == AP_ENOTFOUND ? left >= 0 : left <= 0);
            continue;
        }
        assert_ok(err);
        found++;
        double equity = d.wallet - d.other_mm + d.other_upnl + d.s * d.q * (price - d.entry);
        double mm = margin_maintenance(d.tiers, d.n, d.q * price);
        assert_near(equity, mm, 1e-9 * (d.q * price + d.q * d.entry + d.wallet));
        /* Alive on one side of it, dead on the other. */
        for (int k = -1; k <= 1; k += 2) {
            double p = price * (1 + k * 1e-6);
            double left = d.wallet - d.other_mm + d.other_upnl + d.s * d.q * (p - d.entry) -
                          margin_maintenance(d.tiers, d.n, d.q * p);
            assert_true(k * d.s > 0 ? left > 0 : left < 0);
        }
    }
    assert_true(found > ROUNDS / 2);
}

static void test_more_money_moves_it_away(void **state)
{
    (void)state;
    uint64_t rng = 6;
    for (int i = 0; i < ROUNDS; i++) {
        struct draw d;
        double near, far;
        draw(&d, &rng);
        if (price_of(&d, d.wallet, &near) < 0 || price_of(&d, d.wallet * 1.01, &far) < 0) {
            continue;
        }
        assert_true(d.s > 0 ? far < near : far > near);
        /* As does less maintenance margin elsewhere. */
        d.other_mm *= 0.5;
        double less;
        int err = price_of(&d, d.wallet * 1.01, &less);
        assert_true(err == 0 || (err == AP_ENOTFOUND && d.s > 0));
        assert_true(err < 0 || (d.s > 0 ? less <= far : less >= far));
    }
}

/* Without tiers the way to the price is the same up and down. */
static void test_mirror(void **state)
{
    (void)state;
    const struct margin_tier none = {0, 1e18, 0, 0, 1};
    uint64_t rng = 7;
    for (int i = 0; i < ROUNDS; i++) {
        struct draw d;
        double down, up;
        draw(&d, &rng);
        double money = d.q * d.entry * uniform(&rng, 0.001, 0.9);
        assert_ok(margin_liq_price_linear(money, 0, 0, 1, d.q, d.entry, &none, 1, &down));
        assert_ok(margin_liq_price_linear(money, 0, 0, -1, d.q, d.entry, &none, 1, &up));
        assert_near(up - d.entry, d.entry - down, 1e-12 * d.entry);
    }
}

/* An inverse long is, in coin at y = 1 / price, a linear short. */
static void test_inverse_is_linear_in_one_over_price(void **state)
{
    (void)state;
    uint64_t rng = 8;
    int found = 0;
    for (int i = 0; i < ROUNDS; i++) {
        struct draw d;
        double price, y;
        draw(&d, &rng);
        int err = margin_liq_price_inverse(d.wallet, -d.s, d.q, 1 / d.entry, d.tiers, d.n, &price);
        int twin = margin_liq_price_linear(d.wallet, 0, 0, d.s, d.q, d.entry, d.tiers, d.n, &y);
        assert_int_equal(err, twin);
        if (err == 0) {
            found++;
            assert_near(1 / price, y, 1e-9 * (y + d.entry));
        }
    }
    assert_true(found > ROUNDS / 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_equity_is_the_maintenance_margin_there),
        cmocka_unit_test(test_more_money_moves_it_away),
        cmocka_unit_test(test_mirror),
        cmocka_unit_test(test_inverse_is_linear_in_one_over_price),
    };
    return cmocka_run_group_tests_name("property/margin", tests, NULL, NULL);
}
