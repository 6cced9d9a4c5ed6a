/* Volatility, funding, basis and open interest. */
#include "measure_run.h"
#include "vectors.h"

#include <alphaplus/analytics/volatility.h>

#define T0 (INT64_C(1700006400) * NS_PER_S)

static void assert_state(const struct measure_run *r, const char *id, enum metric_state state)
{
    assert_string_equal(metric_state_name(run_value(r, id).state), metric_state_name((int)state));
}

/* A portfolio of four simulated assets, lambda 0.94: the recursion begins, as theirs, with the mean of the first 20 squares. */
static void test_ewma(void **state)
{
    enum { N = 750 };
    static const double weights[] = {0.4, 0.3, 0.2, 0.1};
    static double p[N];
    json_t *root = vector_json("var_es.json"), *v = json_object_get(root, "ewma94");
    FILE *f = vector_open("returns4.csv");
    char line[256];
    double x[4], variance = 0.0;
    (void)state;
    assert_true(f && fgets(line, sizeof line, f));
    for (int i = 0; i < N; i++) {
        assert_int_equal(fscanf(f, "%lf,%lf,%lf,%lf", &x[0], &x[1], &x[2], &x[3]), 4);
        for (int k = 0; k < 4; k++)
            p[i] += weights[k] * x[k];
        variance += i < VOLATILITY_START ? p[i] * p[i] / VOLATILITY_START : 0.0;
    }
    fclose(f);
    for (int t = 1; t <= N; t++) {
        if (t == 100)
            assert_near(sqrt(variance), json_number_value(json_object_get(v, "sd_t100")), 1e-12);
        if (t == 500)
            assert_near(sqrt(variance), json_number_value(json_object_get(v, "sd_t500")), 1e-12);
        variance = volatility_ewma_step(variance, 0.94, p[t - 1]);
    }
    assert_near(sqrt(variance), json_number_value(json_object_get(v, "sd_next")), 1e-12);
    struct volatility_ewma live = {0, 0};
    for (int i = 0; i < N; i++) {
        assert_true((volatility_ewma_now(&live, 0.94).sd > 0.0) == (i >= VOLATILITY_START));
        volatility_ewma_add(&live, 0.94, p[i]);
    }
    assert_near(volatility_ewma_now(&live, 0.94).sd, sqrt(variance), 1e-12); /* the start is forgotten */
    json_decref(root);
}

/* Over many samples of one known volatility the standard errors are as wide as the figures scatter. */
static void test_realised_se(void **state)
{
    enum { RUNS = 2000, N = 60 };
    double sum = 0.0, squares = 0.0, se = 0.0;
    uint64_t rng = 41;
    (void)state;
    for (int run = 0; run < RUNS; run++) {
        double r[N];
        for (int i = 0; i < N; i++) { /* nearly normal: a sum of twelve */
            r[i] = -6.0;
            for (int k = 0; k < 12; k++)
                r[i] += (double)(test_random(&rng) >> 11) * 0x1p-53;
        }
        struct volatility v = volatility_realised(r, N);
        sum += v.sd;
        squares += v.sd * v.sd;
        se += v.se / RUNS;
    }
    double mean = sum / RUNS, scatter = sqrt(squares / RUNS - mean * mean);
    assert_near(mean / sqrt(N), 1.0, 0.01);
    assert_near(se / scatter, 1.0, 0.06);
}

static int64_t close_at[90000]; /* twice the mid at the end of second i */

static double plain(int last, int step, int n)
{
    double squares = 0.0;
    for (int i = 0; i < n; i++) {
        double r = log((double)close_at[last - i * step] / (double)close_at[last - (i + 1) * step]);
        squares += r * r;
    }
    return 100.0 * sqrt(squares * 31536000.0 / (n * step));
}

/* Whole seconds alone: of a day's ticks a tenth. */
static void seconds_to(struct measure_run *r, int64_t until_ns)
{
    if (r->tick_ns == 0)
        r->tick_ns = until_ns;
    for (r->tick_ns = (r->tick_ns + NS_PER_S - 1) / NS_PER_S * NS_PER_S; r->tick_ns <= until_ns;
         r->tick_ns += NS_PER_S) {
        run_look(r, r->tick_ns);
        measures_tick(r->measures, &r->in, true);
    }
    run_look(r, until_ns);
}

/* A day and more of a mid that wanders, against the plain definition; then a hole in it. */
static void test_realised(void **state)
{
    enum { SECONDS = 87000 };
    struct instrument inst = run_instrument();
    struct measure_run r;
    uint64_t rng = 43;
    int64_t px = 100000;
    (void)state;
    run_init(&r, &inst);
    run_level(&r, T0, SIDE_BID, px, 5);
    run_level(&r, T0, SIDE_ASK, px + 1, 5);
    for (int i = 0; i < SECONDS; i++) {
        int64_t at = T0 + i * NS_PER_S + NS_PER_S / 3,
                to = px + (i % 8 ? 0 : (int64_t)test_below(&rng, 21) - 10);
        seconds_to(&r, at);
        if (to != px) {
            run_level(&r, at, to < px ? SIDE_BID : SIDE_ASK, to < px ? to : to + 1, 5);
            run_level(&r, at, SIDE_ASK, px + 1, 0);
            run_level(&r, at, SIDE_BID, px, 0);
            run_level(&r, at, SIDE_BID, to, 5);
            run_level(&r, at, SIDE_ASK, to + 1, 5);
        }
        px = to;
        close_at[i] = 2 * px + 1;
        seconds_to(&r, T0 + (i + 1) * NS_PER_S);
        assert_int_equal(run_value(&r, "vol.realised.1m").state, i >= 60 ? METRIC_OK : METRIC_WARMUP);
        if (i % 997 == 0 && i > 300) {
            assert_near(run_value(&r, "vol.realised.1m").value, plain(i, 1, 60), 1e-9);
            assert_near(run_value(&r, "vol.realised.5m").value, plain(i, 1, 300), 1e-9);
        }
        if (i % 3600 == 3599 && i > 3700)
            assert_near(run_value(&r, "vol.realised.1h").value, plain(i, 60, 60), 1e-9);
    }
    struct metric_value day = run_value(&r, "vol.realised.1d"), ewma = run_value(&r, "vol.ewma");
    assert_near(day.value, plain(SECONDS / 300 * 300 - 1, 300, 288), 1e-9);
    assert_true(day.se > 0.0 && day.se < 0.2 * day.value);
    assert_true(ewma.state == METRIC_OK && fabs(ewma.value - day.value) < 4.0 * ewma.se);
    int64_t now = T0 + SECONDS * NS_PER_S;
    run_level(&r, now + NS_PER_S / 2, SIDE_ASK, px + 1, 0);
    assert_state(&r, "vol.realised.1m", METRIC_NO_DATA);
    assert_state(&r, "vol.realised.1d", METRIC_NO_DATA);
    run_to(&r, now + 3 * NS_PER_S);
    run_level(&r, now + 3 * NS_PER_S + 1, SIDE_ASK, px + 1, 5);
    run_to(&r, now + 60 * NS_PER_S);
    assert_state(&r, "vol.realised.1m", METRIC_WARMUP);
    assert_state(&r, "vol.realised.1h", METRIC_OK); /* of minutes, none of which was lost */
    run_to(&r, now + 64 * NS_PER_S);
    assert_near(run_value(&r, "vol.realised.1m").value, 0.0, 0);
    run_finish(&r);
}

static void funding(struct measure_run *r, int64_t now_ns, int64_t rate, int64_t next_ns)
{
    RUN_ROW(r, now_ns, EVENT_MARK, mark_row, .mark = 5010000, .index = 5000000, .funding_rate = rate,
            .next_funding_ns = next_ns, .has_funding = 1);
}

static void test_funding(void **state)
{
    struct instrument inst = run_instrument();
    struct measure_run r;
    (void)state;
    run_init(&r, &inst);
    run_to(&r, T0);
    funding(&r, T0 + 1, 10000, T0 + 3600 * NS_PER_S); /* 0.01 % per 8 h */
    run_to(&r, T0 + 2 * NS_PER_S);
    assert_near(run_value(&r, "funding.rate").value, 1.0, 1e-12);
    assert_near(run_value(&r, "funding.annual").value, 0.01 * 3 * 365, 1e-12);
    assert_near(run_value(&r, "funding.next_s").value, 3598.0, 1e-9);
    assert_near(run_value(&r, "basis.bps").value, 20.0, 1e-9);
    assert_state(&r, "basis.mid_bps", METRIC_NO_DATA);
    run_level(&r, T0 + 3 * NS_PER_S, SIDE_BID, 499999, 5);
    run_level(&r, T0 + 3 * NS_PER_S, SIDE_ASK, 500011, 5);
    run_to(&r, T0 + 4 * NS_PER_S);
    assert_near(run_value(&r, "basis.mid_bps").value, 0.1, 1e-9);
    run_to(&r, T0 + 63 * NS_PER_S);
    assert_state(&r, "funding.rate", METRIC_STALE);
    assert_state(&r, "basis.bps", METRIC_STALE);
    funding(&r, T0 + 3599 * NS_PER_S, -20000, T0 + 3600 * NS_PER_S);
    run_to(&r, T0 + 3601 * NS_PER_S);
    assert_near(run_value(&r, "funding.annual").value, -0.02 * 3 * 365, 1e-12);
    assert_state(&r, "funding.next_s", METRIC_NO_DATA); /* it has passed */
    run_finish(&r);
    inst.funding_interval_s = 0; /* nobody said: no guess */
    run_init(&r, &inst);
    funding(&r, T0 + 1, 10000, T0 + 3600 * NS_PER_S);
    run_to(&r, T0 + NS_PER_S);
    assert_near(run_value(&r, "funding.rate").value, 1.0, 1e-12);
    assert_state(&r, "funding.annual", METRIC_NO_DATA);
    run_finish(&r);
}

static void test_interest(void **state)
{
    static const struct {
        int64_t mark, oi;
        double quadrant;
    } turns[] = {{5100000, 1100, 1}, {5200000, 1050, 2}, {5150000, 1000, 3}, {5000000, 1200, 4}};
    struct instrument inst = run_instrument();
    struct measure_run r;
    int64_t now = T0;
    (void)state;
    run_init(&r, &inst);
    run_mark(&r, T0 - 2 * NS_PER_S, 5000000, 5000000);
    run_open_interest(&r, T0 - 2 * NS_PER_S, 1000000);
    run_to(&r, T0 - NS_PER_S);
    assert_near(run_value(&r, "oi.base").value, 1000.0, 1e-9);
    assert_near(run_value(&r, "oi.usd").value, 5e7, 1e-3);
    assert_state(&r, "oi.change.5m", METRIC_NO_DATA);
    int64_t oi = 1000000, mark = 5000000;
    for (size_t i = 0; i < 4; i++) {
        int64_t until = now + 3600 * NS_PER_S;
        for (; now < until - 60 * NS_PER_S; now += 30 * NS_PER_S) {
            run_mark(&r, now, mark, mark);
            run_open_interest(&r, now, oi);
        }
        double before = (double)oi;
        mark = turns[i].mark;
        oi = turns[i].oi * 1000;
        run_mark(&r, until - NS_PER_S, mark, mark);
        run_open_interest(&r, until - NS_PER_S, oi);
        run_to(&r, until + NS_PER_S);
        now = until + 30 * NS_PER_S;
        assert_near(run_value(&r, "oi.change.1h").value, ((double)oi / before - 1.0) * 100.0, 1e-9);
        assert_near(run_value(&r, "oi.change.5m").value, ((double)oi / before - 1.0) * 100.0, 1e-9);
        assert_near(run_value(&r, "oi.change_usd.1h").value,
                    ((double)oi - before) / 1e3 * (double)mark / 100.0, 1e-3);
        assert_near(run_value(&r, "oi.quadrant.1h").value, turns[i].quadrant, 0);
    }
    assert_state(&r, "oi.change.24h", METRIC_WARMUP);
    run_to(&r, now + 400 * NS_PER_S);
    assert_state(&r, "oi.usd", METRIC_STALE);
    assert_state(&r, "oi.change.1h", METRIC_STALE);
    run_finish(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ewma),    cmocka_unit_test(test_realised_se), cmocka_unit_test(test_realised),
        cmocka_unit_test(test_funding), cmocka_unit_test(test_interest),
    };
    return cmocka_run_group_tests_name("carry", tests, run_trap, run_untrap);
}
