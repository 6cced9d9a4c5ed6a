/* Liquidations in a run: totals, distance and impact, bursts, intensity and cascades, estimated levels and their back-test. */
#include "measure_run.h"

#include <alphaplus/analytics/hawkes.h>
#include <alphaplus/model/detail.h>

#define T0 (INT64_C(1700006400) * NS_PER_S)

static void assert_state(const struct measure_run *r, const char *id, enum metric_state state)
{
    struct metric_value v = run_value(r, id);
    if (v.state != state)
        print_error("%s is %s %g\n", id, metric_state_name(v.state), v.value);
    assert_string_equal(metric_state_name(v.state), metric_state_name((int)state));
}

static struct detail *look(struct measure_run *r)
{
    static struct detail d;
    memset(&d, 0, sizeof d);
    measures_detail(r->measures, &r->in, &d);
    return &d;
}

static double uniform(uint64_t *rng)
{
    return ((double)(test_random(rng) >> 11) + 0.5) * 0x1p-53;
}

/* Time passes, and the connection shows life. */
static void idle_to(struct measure_run *r, int64_t until_ns)
{
    for (int64_t at = r->in.now_ns; until_ns - at > 30 * NS_PER_S;)
        run_mark(r, at += 30 * NS_PER_S, 10000, 10000);
    run_to(r, until_ns);
}

/* Windows by side, to the second, and their states. */
static void test_totals(void **state)
{
    struct instrument inst = run_instrument();
    struct measure_run r;
    (void)state;
    run_init(&r, &inst);
    run_to(&r, T0);
    run_mark(&r, T0 + 1, 10000, 10000);                    /* 100.00 */
    run_liquidation(&r, T0 + 10 * NS_PER_S, 990, 1000, 0); /* a long, 99 USD */
    run_liquidation(&r, T0 + 40 * NS_PER_S, 1020, 2000, 1);
    run_to(&r, T0 + 59 * NS_PER_S);
    assert_state(&r, "liq.long.60s", METRIC_WARMUP);
    run_to(&r, T0 + 61 * NS_PER_S);
    assert_near(run_value(&r, "liq.long.60s").value, 99.0, 1e-9);
    assert_near(run_value(&r, "liq.short.60s").value, 204.0, 1e-9);
    assert_near(run_value(&r, "liq.distance.last").value, 2.0, 1e-9);
    assert_state(&r, "liq.short.15m", METRIC_WARMUP);
    run_to(&r, T0 + 71 * NS_PER_S);
    assert_near(run_value(&r, "liq.long.60s").value, 0.0, 0);
    run_to(&r, T0 + 901 * NS_PER_S);
    assert_near(run_value(&r, "liq.long.15m").value, 99.0, 1e-9);
    run_missed(&r, T0 + 902 * NS_PER_S);
    assert_state(&r, "liq.long.15m", METRIC_NO_DATA);
    run_finish(&r);
    inst.liq_completeness = COMPLETENESS_SAMPLED;
    run_init(&r, &inst);
    run_mark(&r, T0, 10000, 10000);
    run_liquidation(&r, T0 + NS_PER_S, 990, 1000, 0);
    run_to(&r, T0 + 61 * NS_PER_S);
    assert_state(&r, "liq.long.60s", METRIC_DEGRADED); /* at least */
    run_finish(&r);
    inst.liq_completeness = COMPLETENESS_UNKNOWN; /* a venue that tells of none */
    run_init(&r, &inst);
    run_trade(&r, T0, 1000, 1000, 0);
    run_to(&r, T0 + 4000 * NS_PER_S);
    assert_state(&r, "liq.long.1h", METRIC_NO_DATA);
    assert_state(&r, "liq.cascade", METRIC_NO_DATA);
    run_finish(&r);
}

/* A long sold into the bids: half of them go and come back, a little lower. */
static void test_impact(void **state)
{
    struct instrument inst = run_instrument();
    struct measure_run r;
    (void)state;
    run_init(&r, &inst);
    run_level(&r, T0, SIDE_BID, 99999, 1000);
    run_level(&r, T0, SIDE_BID, 99990, 1000);
    run_level(&r, T0, SIDE_ASK, 100001, 1000);
    run_to(&r, T0 + NS_PER_S);
    run_liquidation(&r, T0 + NS_PER_S + 1, 99999, 1000, 0);
    run_level(&r, T0 + NS_PER_S + 2, SIDE_BID, 99999, 0);
    run_to(&r, T0 + 5 * NS_PER_S);
    assert_state(&r, "liq.impact.score", METRIC_NO_DATA);
    assert_false(look(&r)->impacts[0].has_impact);
    run_level(&r, T0 + 5 * NS_PER_S + 1, SIDE_BID, 99995, 1000); /* they come back, in part */
    run_to(&r, T0 + 7 * NS_PER_S);
    double moved = -((99995.0 + 100001.0) / (99999.0 + 100001.0) - 1.0) * 1e4,
           eaten = 1.0 - 99990.0 / (99999.0 + 99990.0);
    assert_near(run_value(&r, "liq.impact.move").value, moved, 1e-9);
    assert_near(run_value(&r, "liq.impact.eaten").value, eaten, 1e-9);
    assert_near(run_value(&r, "liq.impact.score").value, 50.0 * moved / 5.0 + 50.0 * eaten, 1e-9);
    const struct liq_impact *i = &look(&r)->impacts[0];
    assert_true(i->has_impact && i->side == POSITION_LONG && i->time_ns == T0 + NS_PER_S + 1);
    run_liquidation(&r, T0 + 8 * NS_PER_S, 99999, 1000, 1);
    run_level(&r, T0 + 9 * NS_PER_S, SIDE_ASK, 100001, 0); /* the book has one side: nothing to say */
    assert_state(&r, "liq.impact.score", METRIC_NO_DATA);
    run_to(&r, T0 + 20 * NS_PER_S);
    assert_int_equal(look(&r)->impact_n, 2);
    assert_false(look(&r)->impacts[0].has_impact);
    run_finish(&r);
}

static void test_bursts(void **state)
{
    struct instrument inst = run_instrument();
    struct measure_run r;
    (void)state;
    run_init(&r, &inst);
    run_mark(&r, T0, 10000000, 10000000);
    for (int i = 0; i < 6; i++) /* 6 longs of 25,000 within 10 s and 0.05 % */
        run_liquidation(&r, T0 + (100 + 2 * i) * NS_PER_S, 1000000 - 100 * i, 250, 0);
    for (int i = 0; i < 6; i++) /* as many, a minute apart each */
        run_liquidation(&r, T0 + (300 + 60 * i) * NS_PER_S, 1000000, 250, 1);
    run_to(&r, T0 + 700 * NS_PER_S);
    struct metric_value count = run_value(&r, "liq.cluster.count.1h");
    assert_true(count.state == METRIC_DEGRADED && count.is_ref && count.value == 1.0); /* not yet an hour */
    const struct detail *d = look(&r);
    assert_int_equal(d->cluster_n, 1);
    assert_int_equal(d->clusters[0].count, 6);
    assert_true(d->clusters[0].start_ns == T0 + 100 * NS_PER_S &&
                d->clusters[0].end_ns == T0 + 110 * NS_PER_S);
    assert_true(d->clusters[0].px_low == 999500 && d->clusters[0].px_high == 1000000);
    assert_near(d->clusters[0].usd, 25.0 * (1000000 * 6 - 1500) / 1000.0, 1e-6);
    assert_near(d->clusters[0].long_usd, d->clusters[0].usd, 0);
    run_to(&r, T0 + 3800 * NS_PER_S); /* an hour later it is out of sight */
    assert_near(run_value(&r, "liq.cluster.count.1h").value, 0.0, 0);
    assert_state(&r, "liq.cluster.last", METRIC_NO_DATA);
    run_finish(&r);
}

/* A process with known parameters, told whole: the fit finds them, and the intensity is the formula's. */
static void test_hawkes(void **state)
{
    enum { SECONDS = 40000 };
    const struct hawkes truth = {0.02, 0.4, 0.8};
    struct instrument inst = run_instrument();
    struct measure_run r;
    uint64_t rng = 99;
    double excited = 0.0, at_s = 0.0, last_s = 0.0;
    int n = 0;
    (void)state;
    run_init(&r, &inst);
    run_mark(&r, T0, 10000, 10000);
    while (at_s < SECONDS && n < 4000) { /* Ogata's thinning */
        double bound = truth.mu + truth.alpha * excited * exp(-truth.beta * (at_s - last_s));
        at_s += -log(uniform(&rng)) / bound;
        double now = truth.mu + truth.alpha * excited * exp(-truth.beta * (at_s - last_s));
        if (uniform(&rng) * bound > now)
            continue;
        excited = excited * exp(-truth.beta * (at_s - last_s)) + 1.0;
        last_s = at_s;
        n++;
        idle_to(&r, T0 + (int64_t)(at_s * 1e9));
        run_liquidation(&r, T0 + (int64_t)(at_s * 1e9), 1000, 1000, 0); /* all of one size: marks are 1 */
        if (n == 100) {
            assert_state(&r, "liq.hawkes.fit_p", METRIC_WARMUP);
            assert_true(run_value(&r, "liq.hawkes.branching").is_ref);
        }
    }
    assert_true(n > 1000);
    idle_to(&r, T0 + (int64_t)(at_s * 1e9) + 1000 * NS_PER_S);
    struct metric_value branching = run_value(&r, "liq.hawkes.branching");
    assert_true(branching.state == METRIC_OK && !branching.is_ref);
    assert_near(branching.value, 0.5, 0.08);
    assert_true(run_value(&r, "liq.hawkes.fit_p").value > 0.01);
    double usual = 60.0 * n / (at_s + 1000.0);
    assert_near(run_value(&r, "liq.hawkes.usual").value / usual, 1.0, 0.2); /* aged a little */
    assert_near(run_value(&r, "liq.hawkes.intensity").value / (60.0 * truth.mu), 1.0, 0.3);
    run_missed(&r, r.in.now_ns + 1);
    assert_state(&r, "liq.hawkes.intensity", METRIC_NO_DATA);
    run_mark(&r, r.in.now_ns + NS_PER_S, 10000, 10000);
    run_to(&r, r.in.now_ns + 2 * NS_PER_S);
    assert_near(run_value(&r, "liq.hawkes.branching").value, branching.value, 1e-12); /* long learnt */
    run_finish(&r);
}

/* Quiet hours, then a chain of liquidations that grows, then silence. */
static void cascade(uint8_t completeness)
{
    struct instrument inst = run_instrument();
    struct measure_run r;
    uint64_t rng = 5;
    int64_t now = T0, last = T0;
    bool was[4] = {false};
    inst.liq_completeness = completeness;
    run_init(&r, &inst);
    run_mark(&r, T0, 10000, 10000);
    for (int i = 0; i < 120; i++) { /* chains of a few, minutes apart: excitement to learn from */
        now += (int64_t)((60.0 + 240.0 * uniform(&rng)) * 1e9);
        for (int k = 0; k < 6; k++) {
            now += (int64_t)(2.5e9 * uniform(&rng)) + NS_PER_MS;
            idle_to(&r, now);
            run_liquidation(&r, now, 1000, 1000 + (int64_t)test_below(&rng, 100), 0);
        }
    }
    assert_true(!run_value(&r, "liq.cascade").is_ref);
    idle_to(&r, now + 120 * NS_PER_S);
    assert_near(run_value(&r, "liq.cascade").value, 0.0, 0);
    assert_int_equal(run_value(&r, "liq.cascade").state,
                     completeness == COMPLETENESS_FULL ? METRIC_OK : METRIC_DEGRADED);
    now += 120 * NS_PER_S;
    for (int i = 0; i < 200; i++) {
        now += (int64_t)(0.3e9 * uniform(&rng)) + 250 * NS_PER_MS;
        run_liquidation(&r, now, 1000, 2000000, 0); /* 200,000 USD each */
        was[(int)run_value(&r, "liq.cascade").value] = true;
    }
    assert_true(was[2]); /* active */
    last = now;
    for (; now < last + 400 * NS_PER_S; now += NS_PER_S) {
        run_mark(&r, now, 10000, 10000);
        was[(int)run_value(&r, "liq.cascade").value] = true;
    }
    assert_true(was[3]); /* ended, and that is over */
    assert_near(run_value(&r, "liq.cascade").value, 0.0, 0);
    run_finish(&r);
    run_init(&r, &inst); /* hours without any are quiet, not unknown */
    run_mark(&r, T0, 10000, 10000);
    idle_to(&r, T0 + 800 * NS_PER_S);
    assert_state(&r, "liq.cascade", METRIC_WARMUP);
    idle_to(&r, T0 + 1000 * NS_PER_S);
    assert_near(run_value(&r, "liq.cascade").value, 0.0, 0);
    assert_near(run_value(&r, "liq.hawkes.intensity").value, 0.0, 0);
    assert_state(&r, "liq.hawkes.ratio", METRIC_NO_DATA);
    run_finish(&r);
}

static void test_cascade(void **state)
{
    (void)state;
    cascade(COMPLETENESS_FULL);
    cascade(COMPLETENESS_SAMPLED);
}

/* A market whose longs die where the model says (or anywhere), while the price falls through the levels: the back-test tells which. */
static double map_lift(bool is_as_estimated, bool *ret_is_proven)
{
    struct instrument inst = run_instrument();
    struct measure_run r;
    uint64_t rng = 12;
    int64_t now = T0;
    double oi = 1e6, price = 50000.0;
    run_init(&r, &inst);
    run_mark(&r, now, 5000000, 5000000);
    for (int minute = 0; minute < 900; minute++) {
        bool is_building = minute % 60 < 30;
        if (is_building)
            oi *= 1.0 + 0.002 * (minute % 60 == 5); /* positions come at one moment: a sharp level */
        else
            price *= 1.0 - 0.0012;
        if (minute % 60 == 59)
            price = 50000.0 * (1.0 + 0.002 * (double)(minute / 60 % 5)); /* back up, for the next round */
        now = T0 + minute * 60 * NS_PER_S + 30 * NS_PER_S;
        run_open_interest(&r, now, llround(oi * 1000.0));
        run_trade(&r, now, llround(price * 10.0), 1000, 1);
        if (!is_building) {
            const struct liq_map_view *map = &look(&r)->liq_map;
            double bin = floor((price - map->low) / map->width), mass = 0.0;
            if (map->n > 0 && bin >= 0 && bin < map->n)
                mass = map->long_usd[(size_t)bin];
            for (int k = 0; k < 3; k++) {
                if (is_as_estimated ? mass > 0.0 : test_below(&rng, 4) == 0)
                    run_liquidation(&r, now, llround(price * 10.0), 1000 + (int64_t)test_below(&rng, 9000),
                                    0);
            }
        }
    }
    run_to(&r, T0 + 901 * 60 * NS_PER_S);
    struct metric_value lift = run_value(&r, "liq.map.lift"), near = run_value(&r, "liq.map.long.2pct");
    *ret_is_proven = look(&r)->liq_map.is_proven;
    assert_int_equal(near.is_ref, !*ret_is_proven);
    assert_true(lift.state == METRIC_OK && lift.se > 0.0);
    run_finish(&r);
    return lift.value;
}

static void test_map(void **state)
{
    bool is_proven;
    (void)state;
    double lift = map_lift(true, &is_proven);
    assert_true(lift > 3.0 && is_proven);
    lift = map_lift(false, &is_proven);
    assert_true(lift < 2.0 && !is_proven);
}

/* The estimate itself: what came at one price is found at its liquidation prices, in quote currency, with a band. */
static void test_map_figures(void **state)
{
    struct instrument inst = run_instrument();
    struct measure_run r;
    (void)state;
    run_init(&r, &inst);
    run_mark(&r, T0, 5000000, 5000000);
    for (int minute = 0; minute < 3; minute++) {
        run_open_interest(&r, T0 + (minute * 60 + 1) * NS_PER_S, minute < 1 ? 1000000 : 1100000);
        run_trade(&r, T0 + (minute * 60 + 2) * NS_PER_S, 500000, 1000, 0);
    }
    run_to(&r, T0 + 181 * NS_PER_S);
    struct metric_value longs = run_value(&r, "liq.map.long.2pct"),
                        shorts = run_value(&r, "liq.map.short.2pct");
    /* 100 BTC, of which a tenth at 100x (49,699) and 15 % at 50x (49,197) lie within 2 % */
    assert_near(longs.value / (100 * (0.10 * 49699.0 + 0.15 * 49197.0)), 1.0, 0.002);
    assert_near(shorts.value / (100 * (0.10 * 50299.0 + 0.15 * 50797.0)), 1.0, 0.002);
    assert_near(longs.se / (100 * (sqrt(0.1 * 0.9 / 51) * 49699.0 + sqrt(0.15 * 0.85 / 51) * 49197.0)), 1.0,
                0.002);
    assert_true(longs.is_ref && longs.state == METRIC_DEGRADED); /* what was there before is not known */
    assert_state(&r, "liq.map.lift", METRIC_WARMUP);
    const struct liq_map_view *map = &look(&r)->liq_map;
    double sum = 0.0;
    for (uint32_t i = 0; i < map->n; i++)
        sum += map->long_usd[i];
    assert_true(sum > longs.value && !map->is_proven && !map->has_lift);
    run_to(&r, T0 + 600 * NS_PER_S);
    assert_state(&r, "liq.map.long.2pct", METRIC_STALE);
    run_finish(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_totals),      cmocka_unit_test(test_impact),  cmocka_unit_test(test_bursts),
        cmocka_unit_test(test_hawkes),      cmocka_unit_test(test_cascade), cmocka_unit_test(test_map),
        cmocka_unit_test(test_map_figures),
    };
    return cmocka_run_group_tests_name("liquidations", tests, run_trap, run_untrap);
}
