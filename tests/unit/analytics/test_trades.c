/* Trades, their sizes and the prices they stood at: against vectors, and against the plainest sums over every trade. */
#include "measure_run.h"
#include "vectors.h"

#include <alphaplus/analytics/profile.h>
#include <alphaplus/model/detail.h>

#define T0 (INT64_C(1700006400) * NS_PER_S) /* a midnight, of a Wednesday */

static void assert_ok_value(const struct measure_run *r, const char *id, double expected, double tolerance)
{
    struct metric_value v = run_value(r, id);
    if (v.state != METRIC_OK)
        print_error("%s: %s\n", id, metric_state_name(v.state));
    assert_int_equal(v.state, METRIC_OK);
    assert_true(is_close(v.value, expected, tolerance));
}

static void assert_state(const struct measure_run *r, const char *id, enum metric_state state)
{
    assert_string_equal(metric_state_name(run_value(r, id).state), metric_state_name((int)state));
}

/* Typical prices of simulated hours, volume-weighted, anew each UTC day. One trade an hour of three times the typical price, which is a
 * whole number of tenths. */
static void test_vwap(void **state)
{
    struct instrument inst = run_instrument();
    struct measure_run r;
    FILE *bars = vector_open("ohlcv_synth.csv"), *expected = vector_open("vwap_synth.csv");
    char line[256];
    double ms, open, high, low, close, volume, anchored, mean, sd;
    int i, n = 0;
    (void)state;
    assert_true(bars && expected && fgets(line, sizeof line, bars) && fgets(line, sizeof line, expected));
    run_init(&r, &inst);
    while (fscanf(bars, "%lf,%lf,%lf,%lf,%lf,%lf", &ms, &open, &high, &low, &close, &volume) == 6) {
        assert_int_equal(fscanf(expected, "%d,%lf,%lf,%lf", &i, &anchored, &mean, &sd), 4);
        run_trade(&r, (int64_t)ms * NS_PER_MS, llround((high + low + close) * 10.0), llround(volume * 1000.0),
                  n & 1);
        assert_ok_value(&r, "trade.vwap.day", 3.0 * mean, 1e-11); /* printed with 12 digits */
        double own = run_value(&r, "trade.vwap.sd").value;
        assert_near(own * own, 9.0 * sd * sd,
                    1e-5 + 1e-9 * sd * sd); /* theirs is E[x^2] - E[x]^2, with 7 digits left */
        assert_ok_value(&r, "trade.vwap.upper.2", 3.0 * mean + 2.0 * own, 1e-11);
        assert_ok_value(&r, "trade.vwap.lower.1", 3.0 * mean - own, 1e-11);
        n++;
    }
    assert_int_equal(n, 500);
    fclose(bars);
    fclose(expected);
    run_finish(&r);
}

static void test_value_area(void **state)
{
    json_t *root = vector_json("fib_profile.json"), *p = json_object_get(root, "profile"),
           *list = json_object_get(p, "volumes"), *single = json_object_get(p, "single_row");
    double volume[1024], bin0 = json_number_value(json_object_get(p, "bin0")), total = 0.0, inside = 0.0;
    size_t n = json_array_size(list);
    struct value_area area;
    (void)state;
    assert_true(n > 100 && n <= 1024);
    for (size_t i = 0; i < n; i++)
        total += volume[i] = json_number_value(json_array_get(list, i));
    assert_true(value_area(volume, n, 0.70, &area));
    assert_int_equal(area.poc, json_integer_value(json_object_get(p, "poc_bin")));
    assert_true(bin0 + 10.0 * (double)area.low == json_number_value(json_object_get(single, "val")));
    assert_true(bin0 + 10.0 * (double)(area.high + 1) == json_number_value(json_object_get(single, "vah")));
    for (size_t i = area.low; i <= area.high; i++)
        inside += volume[i];
    assert_near(inside / total, json_number_value(json_object_get(single, "share")), 1e-9);
    memset(volume, 0, sizeof volume);
    assert_false(value_area(volume, n, 0.70, &area));
    volume[3] = 1.0;
    assert_true(value_area(volume, n, 1.0, &area) && area.poc == 3 && area.low <= 3 && area.high >= 3);
    json_decref(root);
}

/* Bins against every trade: whatever the price does, nothing is lost, and each bin holds its own. */
static void test_bins(void **state)
{
    enum { CAP = 64, TRADES = 3000 };
    static double cells[CAP][2];
    static int64_t px[TRADES];
    static double qty[TRADES];
    uint64_t rng = 9;
    (void)state;
    for (int run = 0; run < 40; run++) {
        struct bins b;
        int64_t at = 1 + (int64_t)test_below(&rng, 1000000), wander = 1 + (int64_t)test_below(&rng, 300);
        bins_begin(&b, cells, CAP, 1 + (int64_t)test_below(&rng, 7));
        for (int i = 0; i < TRADES; i++) {
            at += (int64_t)test_below(&rng, 2 * (uint64_t)wander + 1) - wander;
            if (test_below(&rng, 1000) == 0)
                at = test_below(&rng, 2) ? at / 2 : at * 2; /* 50 % in one step */
            at = at < 1 ? 1 : at;
            px[i] = at;
            qty[i] = (double)(1 + test_below(&rng, 1000));
            bins_add(&b, cells, CAP, at, (enum aggressor)(i & 1), qty[i]);
        }
        double plain[CAP][2];
        memset(plain, 0, sizeof plain);
        for (int i = 0; i < TRADES; i++) {
            int64_t cell = px[i] / b.bucket - b.first;
            assert_true(cell >= (int64_t)b.lo && cell <= (int64_t)b.hi);
            plain[cell][i & 1] += qty[i];
        }
        assert_memory_equal(plain, cells, sizeof plain); /* sums of whole numbers */
    }
}

struct plain_trade {
    int64_t at_ns, px;
    double usd, base;
    int is_sell;
};

static double plain_sum(const struct plain_trade *t, int n, int64_t since_ns, int64_t before_ns, int sign)
{
    double sum = 0.0;
    for (int i = 0; i < n; i++) {
        if (t[i].at_ns >= since_ns && t[i].at_ns < before_ns)
            sum += t[i].is_sell ? sign * t[i].usd : t[i].usd;
    }
    return sum;
}

/* Two hours of trades now and then. */
static void test_windows(void **state)
{
    static const struct {
        const char *cvd, *pressure;
        int64_t seconds;
    } windows[] = {{"trade.cvd.60s", "trade.pressure.60s", 60},
                   {"trade.cvd.5m", "trade.pressure.5m", 300},
                   {"trade.cvd.15m", "trade.pressure.15m", 900},
                   {"trade.cvd.1h", "trade.pressure.1h", 3600}};
    enum { TRADES = 2000 };
    struct plain_trade *t = calloc(TRADES, sizeof *t);
    struct instrument inst = run_instrument();
    struct measure_run r;
    uint64_t rng = 77;
    int64_t now = T0;
    int checked = 0;
    (void)state;
    run_init(&r, &inst);
    for (int i = 0; i < TRADES; i++) {
        now += (int64_t)test_below(&rng, 8000) * NS_PER_MS;
        int64_t px = 5000 + (int64_t)test_below(&rng, 100), qty = 1 + (int64_t)test_below(&rng, 100000);
        t[i] = (struct plain_trade){
            .at_ns = now, .px = px, .usd = (double)px / 10.0 * (double)qty / 1e3, .is_sell = i % 3 == 0};
        run_trade(&r, now, px, qty, t[i].is_sell);
        if (i % 50 != 49)
            continue;
        now = (now / NS_PER_S + 1) * NS_PER_S;
        run_to(&r, now);
        for (size_t w = 0; w < sizeof windows / sizeof windows[0]; w++) {
            int64_t since = now - windows[w].seconds * NS_PER_S;
            if (since < T0 + NS_PER_S) {
                if (since < T0 - NS_PER_S)
                    assert_state(&r, windows[w].cvd, METRIC_WARMUP);
                continue;
            }
            double net = plain_sum(t, i + 1, since, now, -1), all = plain_sum(t, i + 1, since, now, 1);
            assert_ok_value(&r, windows[w].cvd, net, 1e-9);
            if (all > 0.0)
                assert_ok_value(&r, windows[w].pressure, net / all, 1e-9);
            checked++;
        }
    }
    assert_true(checked > 120);
    assert_ok_value(&r, "trade.volume.1h", plain_sum(t, TRADES, now - 3600 * NS_PER_S, now, 1), 1e-9);
    /* An hour in one step leaves nothing of it in the windows. */
    run_to(&r, now + 3700 * NS_PER_S);
    assert_ok_value(&r, "trade.cvd.1h", 0.0, 1e-9);
    assert_state(&r, "trade.pressure.1h", METRIC_NO_DATA);
    run_finish(&r);
    free(t);
}

static double sweep(struct measure_run *r, int64_t *now, double usd, int prints, int is_sell)
{
    for (int i = 0; i < prints; i++)
        run_trade(r, *now, 1000, llround(usd / prints * 10.0), is_sell); /* price 100 */
    *now += 700 * NS_PER_MS;
    return usd;
}

/* Prints of one taker are one size; large is said against the reference first, against the instrument's own sizes later. */
static void test_sizes(void **state)
{
    struct instrument inst = run_instrument();
    struct measure_run r;
    struct detail *d = calloc(1, sizeof *d);
    int64_t now = T0;
    (void)state;
    run_init(&r, &inst);
    sweep(&r, &now, 150000, 3, 0);
    sweep(&r, &now, 300000, 3, 1); /* only together are they above the reference */
    run_to(&r, now + 2 * NS_PER_S);
    struct metric_value min = run_value(&r, "trade.large.min");
    assert_true(min.state == METRIC_OK && min.is_ref && min.value == 200000.0);
    assert_state(&r, "trade.size.q50", METRIC_WARMUP);
    measures_detail(r.measures, &r.in, d);
    assert_int_equal(d->large_n, 1);
    assert_true(d->large[0].is_ref && d->large[0].side == AGGRESSOR_SELL && d->large[0].prints == 3);
    assert_near(d->large[0].usd, 300000.0, 1e-6);
    for (int i = 1; i <= 1100; i++) /* 10 .. 11,000 */
        sweep(&r, &now, 10.0 * ((i * 7919) % 1100 + 1), 1 + i % 2, i & 1);
    run_to(&r, now + NS_PER_S);
    min = run_value(&r, "trade.large.min");
    assert_true(min.state == METRIC_OK && !min.is_ref);
    assert_near(min.value / 10900.0, 1.0, 0.02);
    assert_near(run_value(&r, "trade.size.q50").value / 5500.0, 1.0, 0.02);
    assert_near(run_value(&r, "trade.size.q95").value / 10450.0, 1.0, 0.02);
    double before = run_value(&r, "trade.large.buy.5m").value,
           n = run_value(&r, "trade.large.count.5m").value;
    double seen = sweep(&r, &now, 50000, 5, 0);
    run_to(&r, now + NS_PER_S);
    assert_near(run_value(&r, "trade.large.buy.5m").value, before + seen, 1e-6);
    assert_near(run_value(&r, "trade.large.count.5m").value, n + 1.0, 0);
    *d = (struct detail){0};
    measures_detail(r.measures, &r.in, d);
    assert_true(d->large_n > 1 && !d->large[0].is_ref && d->large[0].prints == 5 && d->large[0].rank > 0.99);
    assert_true(d->large[0].time_ns > d->large[1].time_ns);
    run_missed(&r, now + 2 * NS_PER_S);
    assert_state(&r, "trade.large.buy.5m", METRIC_NO_DATA);
    run_finish(&r);
    free(d);
}

/* The day's profile and the footprints against every trade. */
static void test_profile(void **state)
{
    enum { TRADES = 4000 };
    struct plain_trade *t = calloc(TRADES, sizeof *t);
    struct detail *d = calloc(1, sizeof *d);
    struct instrument inst = run_instrument();
    struct measure_run r;
    uint64_t rng = 31;
    int64_t now = T0 - 100 * NS_PER_S, px = 200000;
    double total = 0.0;
    (void)state;
    run_init(&r, &inst);
    for (int i = 0; i < TRADES; i++) {
        now += (int64_t)test_below(&rng, 400) * NS_PER_MS;
        px += (int64_t)test_below(&rng, 41) - 20;
        int64_t qty = 1 + (int64_t)test_below(&rng, 5000);
        t[i] = (struct plain_trade){.at_ns = now, .px = px, .base = (double)qty / 1e3, .is_sell = i % 5 == 0};
        run_trade(&r, now, px, qty, t[i].is_sell);
    }
    now = (now / NS_PER_S + 1) * NS_PER_S;
    run_to(&r, now);
    measures_detail(r.measures, &r.in, d);
    const struct profile_view *p = &d->profile_day;
    double rows[PROFILE_ROWS_MAX] = {0}, most = 0.0;
    assert_true(p->n > 10 && p->n <= PROFILE_ROWS_MAX && p->begun_ns >= T0 &&
                d->profile_session.begun_ns < T0);
    for (int i = 0; i < TRADES; i++) {
        if (t[i].at_ns < T0)
            continue;
        int64_t row = (t[i].px - p->low) / p->bucket;
        assert_true(t[i].px >= p->low && row < p->n);
        rows[row] += t[i].base;
        total += t[i].base;
    }
    for (uint32_t i = 0; i < p->n; i++) {
        assert_near(p->buy[i] + p->sell[i], rows[i], 1e-9);
        most = rows[i] > most ? rows[i] : most;
    }
    assert_near(rows[p->poc], most, 1e-9);
    double inside = 0.0;
    for (uint32_t i = p->value_low; i <= p->value_high; i++)
        inside += rows[i];
    assert_true(inside >= 0.7 * total && p->value_low <= p->poc && p->poc <= p->value_high);
    double poc = run_value(&r, "trade.poc.day").value, low = run_value(&r, "trade.value.low.day").value,
           high = run_value(&r, "trade.value.high.day").value;
    assert_true(low <= poc && poc <= high && high < 1.1 * low);
    assert_int_equal(d->footprint_n, d->footprint_n < FOOTPRINT_BARS ? d->footprint_n : FOOTPRINT_BARS);
    assert_true(d->footprint_n > 10);
    for (uint32_t f = 0; f < d->footprint_n; f++) {
        const struct footprint_view *m = &d->footprints[f];
        double both = 0.0, plain = 0.0, buys = 0.0, plain_buys = 0.0;
        for (uint32_t i = 0; i < m->n; i++) {
            both += m->buy[i] + m->sell[i];
            buys += m->buy[i];
        }
        for (int i = 0; i < TRADES; i++) {
            if (t[i].at_ns / (60 * NS_PER_S) * (60 * NS_PER_S) != m->start_ns)
                continue;
            plain += t[i].base;
            plain_buys += t[i].is_sell ? 0.0 : t[i].base;
            assert_true(t[i].px >= m->low && t[i].px < m->low + (int64_t)m->n * m->bucket);
        }
        assert_near(both, plain, 1e-9);
        assert_near(buys, plain_buys, 1e-9);
    }
    run_to(&r, T0 + 86400 * NS_PER_S); /* a new day has no trade yet */
    assert_state(&r, "trade.poc.day", METRIC_NO_DATA);
    assert_ok_value(&r, "trade.poc.session", run_value(&r, "trade.poc.session").value, 0);
    run_finish(&r);
    free(d);
    free(t);
}

static void test_levels(void **state)
{
    const int64_t day = 86400 * NS_PER_S;
    struct instrument inst = run_instrument();
    struct measure_run r;
    (void)state;
    run_init(&r, &inst);
    run_trade(&r, T0 - 7200 * NS_PER_S, 900, 10, 0); /* late on the day before */
    run_trade(&r, T0 - 3600 * NS_PER_S, 1200, 10, 0);
    run_trade(&r, T0 + 5 * NS_PER_S, 1000, 10, 0);
    run_trade(&r, T0 + 6 * NS_PER_S, 1100, 10, 1);
    run_trade(&r, T0 + 7 * NS_PER_S, 950, 10, 1);
    run_to(&r, T0 + 10 * NS_PER_S);
    assert_near(run_value(&r, "price.day.open").value, 100.0, 0);
    assert_near(run_value(&r, "price.day.high").value, 110.0, 0);
    assert_near(run_value(&r, "price.day.low").value, 95.0, 0);
    assert_near(run_value(&r, "price.prev.high").value, 120.0, 0);
    assert_near(run_value(&r, "price.prev.low").value, 90.0, 0);
    assert_state(&r, "price.prev.high", METRIC_DEGRADED); /* its morning was not seen */
    assert_state(&r, "price.week.open", METRIC_NO_DATA);  /* Monday was not */
    run_to(&r, T0 + 5 * day + 10 * NS_PER_S);             /* the next Monday */
    assert_state(&r, "price.day.open", METRIC_NO_DATA);
    run_trade(&r, T0 + 5 * day + 20 * NS_PER_S, 1300, 10, 0);
    run_to(&r, T0 + 5 * day + 21 * NS_PER_S);
    assert_near(run_value(&r, "price.week.open").value, 130.0, 0);
    assert_state(&r, "price.prev.high", METRIC_NO_DATA);
    run_to(&r, T0 + 7 * day + NS_PER_S);
    assert_near(run_value(&r, "price.week.open").value, 130.0, 0);
    run_finish(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vwap),    cmocka_unit_test(test_value_area), cmocka_unit_test(test_bins),
        cmocka_unit_test(test_windows), cmocka_unit_test(test_sizes),      cmocka_unit_test(test_profile),
        cmocka_unit_test(test_levels),
    };
    return cmocka_run_group_tests_name("trades", tests, run_trap, run_untrap);
}
