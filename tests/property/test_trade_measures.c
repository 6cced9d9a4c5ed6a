/* Trades, bars, volatility, funding and liquidations over runs at random: swapped sides, other units and other times say what they must, and
 * nothing that may come makes a figure that is none. */
#include "measure_run.h"

#include <alphaplus/analytics/bars.h>
#include <alphaplus/model/detail.h>

#define T0  (INT64_C(1700006400) * NS_PER_S) /* a midnight */
#define DAY (86400 * NS_PER_S)
enum { STEPS = 3200 };

static const char *const families[] = {"trade.", "price.", "vol.", "funding.", "basis.", "oi.", "liq."};

static bool is_ours(const char *id)
{
    for (size_t i = 0; i < sizeof families / sizeof families[0]; i++) {
        if (strncmp(id, families[i], strlen(families[i])) == 0)
            return true;
    }
    return false;
}

/* One market of a run: its sides may be swapped, its clock shifted. */
struct stage {
    struct measure_run run;
    int swap;
    int64_t shift_ns;
};

/* The same happenings for every stage: a touch that wanders, trades, marks, interest, liquidations, losses. */
static void play(struct stage *stages, int n, uint64_t seed, int steps)
{
    uint64_t rng = seed;
    int64_t now = T0 + 7 * NS_PER_MS, px = 1000000, oi = 50000000;
    for (int i = 0; i < steps; i++) {
        now += (int64_t)test_below(&rng, 700) * NS_PER_MS;
        int64_t to = px + (int64_t)test_below(&rng, 101) - 50, qty = 1 + (int64_t)test_below(&rng, 20000);
        int what = (int)test_below(&rng, 100), side = (int)test_below(&rng, 2);
        oi += (int64_t)test_below(&rng, 20001) - 10000;
        for (int k = 0; k < n; k++) {
            struct measure_run *r = &stages[k].run;
            int64_t at = now + stages[k].shift_ns;
            int s = side ^ stages[k].swap;
            if (what < 40) {
                run_trade(r, at, px, qty, s);
            } else if (what < 80) {
                run_level(r, at, SIDE_ASK, px + 1, 0);
                run_level(r, at, SIDE_BID, px - 1, 0);
                run_level(r, at, SIDE_BID, to - 1, qty);
                run_level(r, at, SIDE_ASK, to + 1, qty);
            } else if (what < 90) {
                run_mark(r, at, px * 10, px * 10 + 500);
            } else if (what < 95) {
                run_open_interest(r, at, oi);
            } else if (what < 99 || i < 10) {
                run_liquidation(r, at, px, qty, s);
            } else if (i % 16 == 0) {
                run_missed(r, at);
            }
        }
        px = what >= 40 && what < 80 ? to : px;
    }
    for (int k = 0; k < n; k++)
        run_to(&stages[k].run, (now / NS_PER_S + 1) * NS_PER_S + stages[k].shift_ns);
}

static void stage_init(struct stage *s, int swap, int64_t shift_ns, uint8_t price_decimals)
{
    struct instrument inst = run_instrument();
    inst.price_decimals = price_decimals;
    inst.mark_decimals = (uint8_t)(price_decimals + 1);
    *s = (struct stage){.swap = swap, .shift_ns = shift_ns};
    run_init(&s->run, &inst);
}

static void assert_same_state(const struct metric_row *row, struct metric_value a, struct metric_value b)
{
    if (a.state != b.state || a.is_ref != b.is_ref)
        print_error("%s: %s and %s\n", row->id, metric_state_name(a.state), metric_state_name(b.state));
    assert_true(a.state == b.state && a.is_ref == b.is_ref);
}

static bool has_any(const char *id, const char *const *parts, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (strstr(id, parts[i]))
            return true;
    }
    return false;
}

/* Buyers and sellers, longs and shorts swapped: flows change their sign, all else stays. */
static void test_swapped(void **state)
{
    static const char *const signs[] = {"trade.cvd.", "trade.pressure."};
    static const struct {
        const char *a, *b;
    } pairs[] = {{"trade.buy.60s", "trade.sell.60s"},
                 {"trade.large.buy.5m", "trade.large.sell.5m"},
                 {"liq.long.60s", "liq.short.60s"},
                 {"liq.long.15m", "liq.short.15m"}};
    const struct metric_registry *reg = metric_registry();
    struct stage s[2];
    (void)state;
    stage_init(&s[0], 0, 0, 1);
    stage_init(&s[1], 1, 0, 1);
    play(s, 2, 3, STEPS);
    for (int i = 0; i < reg->n; i++) {
        const char *id = reg->rows[i].id;
        struct metric_value a = measures_values(s[0].run.measures)[i],
                            b = measures_values(s[1].run.measures)[i];
        if (!is_ours(id) || strstr(id, "liq.") || strstr(id, ".buy.") || strstr(id, ".sell."))
            continue;
        assert_same_state(&reg->rows[i], a, b);
        double sign = has_any(id, signs, 2) ? -1.0 : 1.0;
        assert_near(a.value, sign * b.value, 1e-9 * (1.0 + fabs(a.value)));
    }
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        assert_near(run_value(&s[0].run, pairs[i].a).value, run_value(&s[1].run, pairs[i].b).value, 1e-6);
        assert_near(run_value(&s[0].run, pairs[i].b).value, run_value(&s[1].run, pairs[i].a).value, 1e-6);
    }
    run_finish(&s[0].run);
    run_finish(&s[1].run);
}

/* A thousandth of every price: prices and values with it; what is a ratio, a rate or a count stays. Figures judged by a reference in
 * quote currency are left out. */
static void test_scaled(void **state)
{
    static const char *const units[] = {"px", "usd"};
    const struct metric_registry *reg = metric_registry();
    struct stage s[2];
    int compared = 0;
    (void)state;
    stage_init(&s[0], 0, 0, 1);
    stage_init(&s[1], 0, 0, 4);
    play(s, 2, 5, STEPS);
    for (int i = 0; i < reg->n; i++) {
        const struct metric_row *row = &reg->rows[i];
        struct metric_value a = measures_values(s[0].run.measures)[i],
                            b = measures_values(s[1].run.measures)[i];
        if (!is_ours(row->id) || a.is_ref || strstr(row->id, "large") || strstr(row->id, "size") ||
            strstr(row->id, "hawkes"))
            continue;
        assert_same_state(row, a, b);
        double scale = has_any(row->unit, units, 2) ? 1000.0 : 1.0;
        if (a.state == METRIC_OK)
            assert_near(a.value, scale * b.value, 1e-9 * (1.0 + fabs(a.value)));
        compared += a.state == METRIC_OK;
    }
    assert_true(compared > 25);
    run_finish(&s[0].run);
    run_finish(&s[1].run);
}

/* A week later it is all the same. */
static void test_shifted(void **state)
{
    const struct metric_registry *reg = metric_registry();
    struct stage s[2];
    (void)state;
    stage_init(&s[0], 0, 0, 1);
    stage_init(&s[1], 0, 7 * DAY, 1);
    play(s, 2, 7, STEPS);
    for (int i = 0; i < reg->n; i++) {
        struct metric_value a = measures_values(s[0].run.measures)[i],
                            b = measures_values(s[1].run.measures)[i];
        if (!is_ours(reg->rows[i].id))
            continue;
        assert_same_state(&reg->rows[i], a, b);
        assert_near(a.value, b.value, 1e-9 * (1.0 + fabs(a.value)));
        assert_near(a.se, b.se, 1e-9 * (1.0 + fabs(a.se)));
    }
    run_finish(&s[0].run);
    run_finish(&s[1].run);
}

static void check_figures(const struct measure_run *r)
{
    static const struct {
        const char *id;
        double low, high;
    } bounds[] = {{"trade.pressure.60s", -1, 1}, {"trade.pressure.1h", -1, 1},   {"liq.impact.eaten", 0, 1},
                  {"liq.impact.score", 0, 100},  {"liq.hawkes.branching", 0, 1}, {"liq.cascade", 0, 3},
                  {"liq.hawkes.fit_p", 0, 1},    {"oi.quadrant.1h", 0, 4}};
    const struct metric_registry *reg = metric_registry();
    for (int i = 0; i < reg->n; i++) {
        struct metric_value v = measures_values(r->measures)[i];
        if (!is_ours(reg->rows[i].id))
            continue;
        bool is_told = v.state == METRIC_OK || v.state == METRIC_DEGRADED;
        if (!isfinite(v.value) || !isfinite(v.se) || v.se < 0.0 || (!is_told && v.value != 0.0))
            print_error("%s: %s %g +- %g\n", reg->rows[i].id, metric_state_name(v.state), v.value, v.se);
        assert_true(isfinite(v.value) && isfinite(v.se) && v.se >= 0.0 && (is_told || v.value == 0.0));
    }
    for (size_t i = 0; i < sizeof bounds / sizeof bounds[0]; i++) {
        double v = run_value(r, bounds[i].id).value;
        assert_true(v >= bounds[i].low && v <= bounds[i].high);
    }
}

static void check_detail(struct measure_run *r)
{
    static struct detail d;
    memset(&d, 0, sizeof d);
    measures_detail(r->measures, &r->in, &d);
    assert_true(d.large_n <= LARGE_TRADES_MAX && d.footprint_n <= FOOTPRINT_BARS &&
                d.impact_n <= LIQ_IMPACTS_MAX && d.cluster_n <= LIQ_CLUSTERS_MAX && d.bar_n <= DETAIL_BARS &&
                d.liq_map.n <= LIQ_MAP_BINS);
    for (uint32_t i = 0; i < d.liq_map.n; i++)
        assert_true(d.liq_map.long_usd[i] >= 0.0 && isfinite(d.liq_map.long_usd[i]) &&
                    d.liq_map.short_se[i] >= 0.0);
    assert_true(d.profile_session.n <= PROFILE_ROWS_MAX && d.profile_session.poc < PROFILE_ROWS_MAX);
}

static int64_t wild(uint64_t *rng)
{
    static const int64_t odd[] = {1, 2, 1000, 123456, INT64_C(1) << 40, INT64_C(1) << 50};
    return odd[test_below(rng, sizeof odd / sizeof odd[0])];
}

static void wild_event(struct measure_run *r, uint64_t *rng, int64_t at)
{
    switch (test_below(rng, 9)) {
    case 0: run_trade(r, at, wild(rng), test_below(rng, 9) ? wild(rng) : 0, (int)test_below(rng, 2)); break;
    case 1:
        run_level(r, at, (enum side)test_below(rng, 2), wild(rng), test_below(rng, 2) ? wild(rng) : 0);
        break;
    case 2: run_mark(r, at, wild(rng), wild(rng)); break;
    case 3:
        RUN_ROW(r, at, EVENT_MARK, mark_row, .mark = 0, .funding_rate = -wild(rng), .has_funding = 1,
                .next_funding_ns = wild(rng));
        break;
    case 4: run_open_interest(r, at, test_below(rng, 5) ? wild(rng) : 0); break;
    case 5:
    case 6: run_liquidation(r, at, wild(rng), wild(rng), (int)test_below(rng, 2)); break;
    case 7:
        if (test_below(rng, 20) == 0)
            run_missed(r, at);
        break;
    default:
        run_to(r, at);
        if (test_below(rng, 20) == 0)
            run_lost(r);
    }
}

/* The least and the most of everything, time that stands still and leaps by a day. */
static void test_extremes(void **state)
{
    uint64_t rng = 11;
    (void)state;
    for (int run = 0; run < 9; run++) {
        struct instrument inst = run_instrument();
        struct measure_run r;
        int64_t at = T0;
        inst.price_decimals = (uint8_t)test_below(&rng, 13);
        inst.qty_decimals = (uint8_t)test_below(&rng, 13);
        inst.inverse = run % 3 == 0;
        inst.liq_completeness = (uint8_t)(run % 4);
        run_init(&r, &inst);
        for (int i = 0; i < 1200; i++) {
            switch (test_below(&rng, 40)) {
            case 0: at += 60 * NS_PER_S; break;
            case 1: at += test_below(&rng, 4) ? 3 * NS_PER_S : DAY; break;
            default: at += test_below(&rng, 2) ? 0 : (int64_t)test_below(&rng, 300) * NS_PER_MS;
            }
            wild_event(&r, &rng, at);
            if (i % 25 == 0)
                check_figures(&r);
            if (i % 300 == 0)
                check_detail(&r);
        }
        run_finish(&r);
    }
}

/* One trade an hour, and no book. */
static void test_sparse(void **state)
{
    struct instrument inst = run_instrument();
    struct measure_run r;
    (void)state;
    run_init(&r, &inst);
    for (int hour = 0; hour < 30; hour++) {
        for (int minute = 0; minute < 60; minute++)
            run_to(&r, T0 + (hour * 60 + minute) * 60 * NS_PER_S);
        run_trade(&r, T0 + hour * 3600 * NS_PER_S + 1800 * NS_PER_S + 1, 1000 + hour, 1000, hour & 1);
        check_figures(&r);
    }
    assert_near(run_value(&r, "trade.vwap.day").value, (1024 + 1029) / 20.0, 1e-9);
    assert_int_equal(run_value(&r, "vol.realised.1h").state, METRIC_NO_DATA);
    run_finish(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_swapped),  cmocka_unit_test(test_scaled), cmocka_unit_test(test_shifted),
        cmocka_unit_test(test_extremes), cmocka_unit_test(test_sparse),
    };
    return cmocka_run_group_tests_name("trade measures", tests, run_trap, run_untrap);
}
