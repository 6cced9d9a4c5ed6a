/* Flow, toxicity, impact and efficiency on simulated trades, books and prices, against values made apart in R and Python. */
#include "test.h"
#include "vectors.h"

#include <alphaplus/analytics/efficiency.h>
#include <alphaplus/analytics/hasbrouck.h>
#include <alphaplus/analytics/impact.h>
#include <alphaplus/analytics/ofi.h>
#include <alphaplus/analytics/resilience.h>
#include <alphaplus/analytics/special.h>
#include <alphaplus/analytics/stats.h>
#include <alphaplus/analytics/vpin.h>
#include <fenv.h>
#include <string.h>

enum { TRADES = 12000, ROWS = 2000, LEVELS = 5, BARS = 4320, PRICES = 2001 };

struct vector_trade {
    double t, px, qty, mid;
    int side;
};
static struct vector_trade trades[TRADES];
static struct level bids[ROWS][LEVELS], asks[ROWS][LEVELS];
static double bid_px[ROWS], ask_px[ROWS];

static double number(const json_t *o, const char *path)
{
    char key[64];
    while (o && *path) {
        size_t n = strcspn(path, "/");
        memcpy(key, path, n);
        key[n] = '\0';
        o = json_object_get(o, key);
        path += n + (path[n] == '/');
    }
    assert_true(json_is_number(o));
    return json_number_value(o);
}

static int read_all(void **state)
{
    char line[512];
    FILE *f = vector_open("trades.csv");
    (void)state;
    if (!f || !fgets(line, sizeof line, f))
        return -1;
    for (size_t i = 0; i < TRADES && fgets(line, sizeof line, f); i++) {
        double c[8];
        char *at = line;
        for (int k = 0; k < 8; k++)
            c[k] = strtod(at + (k > 0), &at);
        trades[i] = (struct vector_trade){c[0], c[1], c[2], (c[4] + c[6]) / 2.0, c[3] > 0 ? 1 : -1};
    }
    fclose(f);
    f = vector_open("book.csv");
    if (!f || !fgets(line, sizeof line, f))
        return -1;
    for (size_t i = 0; i < ROWS && fgets(line, sizeof line, f); i++) {
        char *at = line;
        strtod(at, &at);
        for (int m = 0; m < LEVELS; m++) {
            double c[4];
            for (int k = 0; k < 4; k++)
                c[k] = strtod(at + 1, &at);
            bids[i][m] = (struct level){llround(c[0] * 2), llround(c[1] * 1000)};
            asks[i][m] = (struct level){llround(c[2] * 2), llround(c[3] * 1000)};
        }
        bid_px[i] = (double)bids[i][0].px / 2;
        ask_px[i] = (double)asks[i][0].px / 2;
    }
    fclose(f);
    feclearexcept(FE_ALL_EXCEPT);
    return feenableexcept(FE_INVALID | FE_DIVBYZERO | FE_OVERFLOW) < 0;
}

static void test_spreads(void **state)
{
    json_t *root = vector_json("micro_est.json"), *v = json_object_get(root, "spreads");
    double es = 0, es_q = 0, q = 0, rs = 0, pi = 0, rs60 = 0, pi60 = 0;
    size_t later = 0, n60 = 0;
    (void)state;
    for (size_t i = 0; i < TRADES; i++) {
        const struct vector_trade *t = &trades[i];
        double unit = t->mid / 1e4; /* the vectors are in price units */
        double e = impact_effective(t->side, t->px, t->mid) * unit;
        es += e;
        es_q += e * t->qty;
        q += t->qty;
        if (i + 100 < TRADES) {
            rs += impact_realised(t->side, t->px, t->mid, trades[i + 100].mid) * unit;
            pi += impact_permanent(t->side, t->mid, trades[i + 100].mid) * unit;
        }
        while (later + 1 < TRADES && trades[later + 1].t <= t->t + 60.0)
            later++;
        if (t->t + 60.0 > trades[TRADES - 1].t)
            continue;
        n60++;
        rs60 += impact_realised(t->side, t->px, t->mid, trades[later].mid) * unit;
        pi60 += impact_permanent(t->side, t->mid, trades[later].mid) * unit;
    }
    assert_near(es / TRADES, number(v, "effective_mean"), 1e-12);
    assert_near(es_q / q, number(v, "effective_vw"), 1e-12);
    assert_near(rs / (TRADES - 100), number(v, "realised_100tr_mean"), 1e-12);
    assert_near(pi / (TRADES - 100) / 2.0, number(v, "impact_100tr_mean"),
                1e-12); /* highfrequency halves it */
    assert_near((double)n60, number(v, "n60"), 0.0);
    assert_near(rs60 / (double)n60, number(v, "realised_60s_mean"), 1e-12);
    assert_near(pi60 / (double)n60 / 2.0, number(v, "impact_60s_mean"), 1e-12);
    json_decref(root);
}

static void test_identity(void **state)
{
    uint64_t rng = 3;
    (void)state;
    for (int i = 0; i < 1000; i++) {
        double mid = 1.0 + (double)test_below(&rng, 100000), px = mid * 1.0001, later = mid * 0.9997;
        int side = test_below(&rng, 2) ? 1 : -1;
        double sum = impact_realised(side, px, mid, later) + impact_permanent(side, mid, later);
        assert_near(sum, impact_effective(side, px, mid), 1e-9);
        assert_near(impact_effective(side, px * 1000, mid * 1000), impact_effective(side, px, mid), 1e-9);
    }
}

struct bar {
    int has;
    double first, last, mid, qty, signed_qty, value;
};

/* Bars of `seconds` that saw trades, in order. */
static size_t make_bars(double seconds, struct bar *bars)
{
    size_t n = 0;
    int64_t at = -1;
    for (size_t i = 0; i < TRADES; i++) {
        const struct vector_trade *t = &trades[i];
        if ((int64_t)(t->t / seconds) != at) {
            at = (int64_t)(t->t / seconds);
            bars[n++] = (struct bar){.has = 1, .first = t->px};
        }
        struct bar *b = &bars[n - 1];
        b->last = t->px;
        b->mid = t->mid;
        b->qty += t->qty;
        b->signed_qty += t->side * t->qty;
        b->value += t->px * t->qty;
    }
    return n;
}

static void test_kyle(void **state)
{
    static struct bar bars[BARS];
    static double x[BARS], y[BARS];
    json_t *root = vector_json("micro_est.json"), *v = json_object_get(root, "kyle_60s");
    struct regression fit, scaled;
    size_t n = make_bars(60, bars);
    (void)state;
    for (size_t i = 1; i < n; i++) {
        x[i - 1] = bars[i].signed_qty;
        y[i - 1] = bars[i].mid - bars[i - 1].mid;
    }
    assert_near((double)(n - 1), number(v, "n"), 0.0);
    assert_true(regression_fit(x, y, n - 1, &fit));
    assert_true(is_close(fit.alpha, number(v, "alpha"), 1e-9));
    assert_true(is_close(fit.beta, number(v, "lam"), 1e-12));
    assert_true(is_close(fit.se, number(v, "se"), 1e-12));
    assert_true(is_close(fit.se_hc0, number(v, "se_hc0"), 1e-12));
    assert_true(is_close(fit.r2, number(v, "r2"), 1e-12));
    for (size_t i = 0; i < n - 1; i++) {
        x[i] = -x[i] * 8.0;
        y[i] *= 1000.0;
    }
    assert_true(regression_fit(x, y, n - 1, &scaled));
    assert_true(is_close(scaled.beta, -125.0 * fit.beta, 1e-9));
    assert_true(is_close(scaled.r2, fit.r2, 1e-12));
    for (size_t i = 0; i < n - 1; i++)
        x[i] = 1e9;
    assert_false(regression_fit(x, y, n - 1, &fit));
    json_decref(root);
}

static void test_amihud(void **state)
{
    static struct bar bars[BARS];
    double r[IMPACT_BARS_MAX], v[IMPACT_BARS_MAX], mean, se, plain;
    json_t *root = vector_json("micro_est.json");
    size_t n = make_bars(3600, bars);
    (void)state;
    for (size_t i = 1; i < n; i++) {
        r[i - 1] = log(bars[i].last / bars[i - 1].last);
        v[i - 1] = bars[i].value;
    }
    assert_near((double)(n - 1), number(root, "amihud_hourly_x1e6/n"), 0.0);
    assert_true(impact_amihud(r, v, n - 1, 1.0, &plain, &se));
    assert_near(plain * 1e6 / number(root, "amihud_hourly_x1e6/illiq"), 1.0, 1e-12);
    assert_true(impact_amihud(r, v, n - 1, 0.9, &mean, &se) && mean < plain);
    v[3] = 0.0; /* an hour without trades is skipped */
    assert_true(impact_amihud(r, v, n - 1, 1.0, &mean, &se));
    memset(v, 0, sizeof v);
    assert_false(impact_amihud(r, v, n - 1, 1.0, &mean, &se));
    json_decref(root);
}

static void test_roll(void **state)
{
    static double changes[TRADES];
    double spread, se;
    json_t *root = vector_json("micro_est.json");
    (void)state;
    for (size_t i = 1; i < TRADES; i++)
        changes[i - 1] = trades[i].px - trades[i - 1].px;
    assert_true(impact_roll(changes, TRADES - 1, &spread, &se));
    assert_true(is_close(spread, number(root, "roll/spread"), 1e-12));
    assert_true(se > 0.0);
    for (size_t i = 0; i < TRADES; i++)
        changes[i] = (double)(i / 50 % 2); /* moves that go on: no spread follows from them */
    assert_false(impact_roll(changes, TRADES, &spread, &se));
    json_decref(root);
}

/* A true spread of two without anything else: alternating prices. */
static void test_roll_known(void **state)
{
    double changes[4000], spread, se;
    uint64_t rng = 17;
    int last = 0;
    (void)state;
    for (int i = 0; i < 4000; i++) {
        int side = (int)test_below(&rng, 2);
        changes[i] = 2.0 * (side - last);
        last = side;
    }
    assert_true(impact_roll(changes, 4000, &spread, &se));
    assert_near(spread, 2.0, 4.0 * se);
    assert_true(se < 0.1);
}

static void test_square_root(void **state)
{
    (void)state;
    assert_near(impact_square_root(0.7, 0.04, 100.0, 10000.0), 0.0028, 1e-16);
    assert_near(impact_square_root(0.7, 0.04, 400.0, 10000.0), 0.0056, 1e-16);
}

static void test_ofi_regression(void **state)
{
    static double x[100], y[100];
    json_t *root = vector_json("micro.json"), *v = json_object_get(root, "ofi_regression");
    struct regression fit;
    (void)state;
    for (int k = 0; k < 100; k++) {
        int64_t sum = 0;
        int end = (k + 1) * 20 < ROWS ? (k + 1) * 20 : ROWS - 1;
        for (int i = k * 20; i < end; i++) {
            struct touch before = {bids[i][0], asks[i][0]}, now = {bids[i + 1][0], asks[i + 1][0]};
            sum += ofi_step(&before, &now);
        }
        x[k] = (double)sum / 1000;
        y[k] = (bid_px[end] + ask_px[end] - bid_px[k * 20] - ask_px[k * 20]) / 2.0 / 0.5;
    }
    assert_true(regression_fit(x, y, 100, &fit));
    assert_true(is_close(fit.alpha, number(v, "alpha"), 1e-12));
    assert_true(is_close(fit.beta, number(v, "beta"), 1e-12));
    assert_true(is_close(fit.se, json_number_value(json_array_get(json_object_get(v, "se"), 1)), 1e-12));
    assert_true(is_close(fit.r2, number(v, "r2"), 1e-12));
    json_decref(root);
}

static void test_levels(void **state)
{
    static double of[100][LEVELS], x[100], y[100];
    double mean[LEVELS] = {0}, covariance[LEVELS * LEVELS] = {0}, weights[LEVELS], share;
    json_t *root = vector_json("micro.json"), *v = json_object_get(root, "integrated_ofi");
    int64_t total[LEVELS] = {0};
    struct regression fit;
    (void)state;
    for (int k = 0; k < 100; k++) {
        int end = (k + 1) * 20 < ROWS ? (k + 1) * 20 : ROWS - 1;
        int64_t e[LEVELS], sum[LEVELS] = {0}, depth = 0;
        for (int i = k * 20; i < (k + 1) * 20; i++) {
            for (int m = 0; m < LEVELS; m++)
                depth += bids[i][m].qty + asks[i][m].qty;
            if (i >= end)
                continue;
            ofi_levels_step(bids[i], asks[i], bids[i + 1], asks[i + 1], LEVELS, e);
            for (int m = 0; m < LEVELS; m++) {
                sum[m] += e[m];
                total[m] += e[m];
            }
        }
        for (int m = 0; m < LEVELS; m++) {
            of[k][m] = (double)sum[m] / ((double)depth / (2.0 * 20 * LEVELS));
            mean[m] += of[k][m] / 100;
        }
        y[k] = (bid_px[end] + ask_px[end] - bid_px[k * 20] - ask_px[k * 20]) / 2.0 / 0.5;
    }
    for (int k = 0; k < 100; k++) {
        for (int i = 0; i < LEVELS * LEVELS; i++)
            covariance[i] += (of[k][i / LEVELS] - mean[i / LEVELS]) * (of[k][i % LEVELS] - mean[i % LEVELS]) /
                             99;
    }
    assert_true(ofi_component(covariance, LEVELS, weights, &share));
    for (size_t m = 0; m < LEVELS; m++) {
        assert_near((double)total[m] / 1000,
                    json_number_value(json_array_get(json_object_get(root, "cum_ofi_levels"), m)), 1e-9);
        assert_near(weights[m], json_number_value(json_array_get(json_object_get(v, "w1_l1"), m)), 1e-12);
    }
    assert_near(share, number(v, "explained"), 1e-12);
    for (int k = 0; k < 100; k++) {
        x[k] = 0.0;
        for (int m = 0; m < LEVELS; m++)
            x[k] += weights[m] * of[k][m];
    }
    assert_true(regression_fit(x, y, 100, &fit));
    assert_near(fit.beta, number(v, "beta"), 1e-10);
    assert_near(fit.r2, number(v, "r2"), 1e-10);
    memset(covariance, 0, sizeof covariance);
    assert_false(ofi_component(covariance, LEVELS, weights, &share));
    json_decref(root);
}

static void note_vpin(const struct vpin *v, unsigned closed, double *series, size_t *n)
{
    double now;
    assert_true(closed <= 1);
    if (closed && vpin_value(v, &now))
        series[(*n)++] = now;
}

static void check_series(const json_t *v, const double *series, size_t n)
{
    size_t most = 0;
    for (size_t i = 0; i < n; i++)
        most = series[i] > series[most] ? i : most;
    assert_near((double)n, number(v, "n"), 0.0);
    assert_near((double)most, number(v, "argmax"), 0.0);
    assert_near(series[0], number(v, "first"), 1e-9);
    assert_near(series[n - 1], number(v, "last"), 1e-9);
    assert_near(series[most], number(v, "max"), 1e-9);
    for (size_t i = 0; i < n; i += 20)
        assert_near(series[i], json_number_value(json_array_get(json_object_get(v, "every20"), i / 20)),
                    1e-9);
}

static void test_vpin(void **state)
{
    static double series[400];
    json_t *root = vector_json("vpin.json");
    struct vpin signed_v = {.volume = number(root, "params/V")};
    size_t n = 0;
    (void)state;
    for (size_t i = 0; i < TRADES; i++)
        note_vpin(&signed_v, vpin_add(&signed_v, trades[i].qty, trades[i].side > 0), series, &n);
    check_series(json_object_get(root, "signed_trade"), series, n);
    json_decref(root);
}

static void test_vpin_bulk(void **state)
{
    static struct bar bars[BARS];
    static double series[400];
    json_t *root = vector_json("vpin.json");
    struct vpin bulk = {.volume = number(root, "params/V")};
    double sigma = number(root, "params/sd_dp_in_bar");
    size_t n = 0, bar_n = make_bars(60, bars);
    (void)state;
    for (size_t i = 0; i < bar_n; i++)
        note_vpin(&bulk, vpin_add(&bulk, bars[i].qty, vpin_bulk_share(bars[i].last - bars[i].first, sigma)),
                  series, &n);
    check_series(json_object_get(root, "bvc_normal_inbar"), series, n);
    json_decref(root);
}

/* What cannot be split forever: a trade of a trillion buckets, a volume that shrinks below what is in the bucket. */
static void test_vpin_extremes(void **state)
{
    struct vpin v = {.volume = 1e-6};
    double now;
    (void)state;
    vpin_add(&v, 1e12, 1.0);
    assert_true(vpin_value(&v, &now));
    assert_near(now, 1.0, 0.0);
    for (int i = 0; i < 200; i++)
        vpin_add(&v, 0.5e-6, i % 2);
    assert_true(vpin_value(&v, &now));
    assert_near(now, 0.0, 1e-9);
    vpin_add(&v, 0.9e-6, 1.0);
    v.volume = 1e-7;
    vpin_add(&v, 1e-7, 0.0);
    assert_true(vpin_value(&v, &now) && now > 0.0 && now <= 1.0);
    vpin_add(&v, 0.0, 1.0);
    vpin_add(&v, 1e-30, 1.0);
}

static void test_hasbrouck(void **state)
{
    static struct hasbrouck_trade t[TRADES];
    json_t *root = vector_json("micro_est.json"), *v = json_object_get(root, "hasbrouck91");
    struct hasbrouck h, sold;
    (void)state;
    for (size_t i = 0; i + 1 < TRADES; i++)
        t[i] = (struct hasbrouck_trade){(trades[i + 1].mid / trades[i].mid - 1.0) * 1e4,
                                        (float)trades[i].side, i == 0};
    assert_ok(hasbrouck_fit(t, TRADES - 1, &h));
    assert_near(h.at_once, number(v, "b0_contemp"), 1e-9);
    assert_near(h.cumulated[1], number(v, "cum_impact_1"), 1e-9);
    assert_near(h.cumulated[10], number(v, "cum_impact_10"), 1e-9);
    assert_near(h.lasting, number(v, "cum_impact_100"), 1e-9);
    assert_near(h.var_r, number(v, "var_e_r"), 1e-9);
    assert_near(h.var_x, number(v, "var_e_x"), 1e-9);
    assert_near(h.sigma_w2, number(v, "sigma_w2"), 1e-9);
    assert_near(h.r2_w, number(v, "R2_w"), 1e-9);
    assert_true(h.radius > 0.0 && h.radius < 1.0);
    assert_true(h.lasting_se > 0.0 && h.lasting_se < h.lasting / 5.0);
    for (size_t i = 0; i + 1 < TRADES; i++) { /* in the mirror */
        t[i].r = -t[i].r;
        t[i].x = -t[i].x;
    }
    assert_ok(hasbrouck_fit(t, TRADES - 1, &sold));
    assert_near(sold.lasting, h.lasting, 1e-9);
    assert_near(sold.r2_w, h.r2_w, 1e-9);
    json_decref(root);
}

static void test_hasbrouck_refusals(void **state)
{
    static struct hasbrouck_trade t[1000];
    struct hasbrouck h;
    uint64_t rng = 5;
    (void)state;
    memset(t, 0, sizeof t);
    for (int i = 0; i < 1000; i++)
        t[i] = (struct hasbrouck_trade){(double)test_below(&rng, 100), test_below(&rng, 2) ? 1 : -1,
                                        i % 6 == 0};
    assert_err(hasbrouck_fit(t, 1000, &h), AP_EAGAIN); /* one row in six has its lags */
    assert_err(hasbrouck_fit(t, 0, &h), AP_EAGAIN);
    for (int i = 0; i < 1000; i++)
        t[i] = (struct hasbrouck_trade){0.0, 1, 0}; /* only buys, and nothing moves */
    assert_err(hasbrouck_fit(t, 1000, &h), AP_ERANGE);
}

static void test_efficiency(void **state)
{
    static double p[PRICES];
    char line[64], key[32];
    json_t *root = vector_json("efficiency.json"), *v = json_object_get(root, "variance_ratio");
    FILE *f = vector_open("price_ar.csv");
    struct efficiency e;
    struct variance_ratio vr;
    double off = 0.0;
    (void)state;
    assert_non_null(fgets(line, sizeof line, f));
    for (size_t i = 0; i < PRICES; i++) {
        assert_non_null(fgets(line, sizeof line, f));
        p[i] = strtod(line, NULL);
    }
    fclose(f);
    for (int q = 2; q <= 32; q *= 2) {
        assert_true(efficiency_variance_ratio(p, PRICES - 1, (size_t)q, &vr));
        snprintf(key, sizeof key, "%d/vr", q);
        assert_true(is_close(vr.ratio, number(v, key), 1e-10));
        snprintf(key, sizeof key, "%d/z_robust", q);
        assert_true(is_close(vr.z, number(v, key), 1e-9));
    }
    assert_true(efficiency_measure(p, PRICES - 1, &e));
    assert_near(e.dfa, number(root, "dfa1/alpha"), 1e-9);
    for (int q = 2; q <= 16; q *= 2) {
        snprintf(key, sizeof key, "%d/vr", q);
        off += fabs(number(v, key) - 1.0) / 4.0;
    }
    assert_near(e.score, 1.0 - off, 1e-10);
    assert_true(e.p < 1e-5); /* max |Z| is 5.24 */
    json_decref(root);
}

static void test_efficiency_bounds(void **state)
{
    static double p[PRICES];
    struct efficiency e;
    uint64_t rng = 77;
    int rejected = 0;
    (void)state;
    for (int run = 0; run < 200; run++) {
        for (int i = 0; i < 601; i++)
            p[i] = i == 0
                       ? 5.0
                       : p[i - 1] + 1e-4 * normal_quantile(((double)test_below(&rng, 999999) + 0.5) / 999999);
        assert_true(efficiency_measure(p, 600, &e));
        assert_true(e.score <= 1.0 && e.score >= 0.0 && e.p >= 0.0 && e.p <= 1.0);
        rejected += e.p < 0.05;
    }
    assert_true(rejected < 24); /* 5 % of 200, and four standard errors */
    for (int i = 0; i < 601; i++)
        p[i] = 5.0;
    assert_false(efficiency_measure(p, 600, &e));
    assert_near(efficiency_joint_p(0.0, 4), 1.0, 0.0);
    assert_near(efficiency_joint_p(1.959963984540054, 1), 0.05, 1e-12);
}

static size_t numbers(const json_t *list, double *out, size_t max)
{
    size_t n = 0;
    for (; n < json_array_size(list) && n < max; n++)
        out[n] = json_number_value(json_array_get(list, n));
    return n;
}

static void test_resilience(void **state)
{
    double t[64], depth[64], half;
    json_t *v = vector_json("scores_resilience.json");
    size_t n = numbers(json_object_get(v, "t"), t, 64);
    (void)state;
    assert_int_equal(numbers(json_object_get(v, "D"), depth, 64), n);
    assert_true(resilience_half_life(t, depth, n, number(v, "D0"), &half));
    assert_near(half, number(v, "nonparam"), 1e-12);
    assert_true(resilience_exponential(t, depth, n, number(v, "D0"), &half));
    assert_near(half, json_number_value(json_array_get(json_object_get(v, "log_fit_tau_hl"), 1)), 1e-12);
    assert_false(resilience_half_life(t, depth, 3, number(v, "D0"), &half)); /* not back yet */
    assert_false(resilience_half_life(t, depth, n, 10.0, &half));            /* nothing was missing */
    assert_false(resilience_half_life(t, depth, 0, 10.0, &half));
    assert_false(resilience_exponential(t, depth, 2, number(v, "D0"), &half));
    json_decref(v);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_spreads),
        cmocka_unit_test(test_identity),
        cmocka_unit_test(test_kyle),
        cmocka_unit_test(test_amihud),
        cmocka_unit_test(test_roll),
        cmocka_unit_test(test_roll_known),
        cmocka_unit_test(test_square_root),
        cmocka_unit_test(test_ofi_regression),
        cmocka_unit_test(test_levels),
        cmocka_unit_test(test_vpin),
        cmocka_unit_test(test_vpin_bulk),
        cmocka_unit_test(test_vpin_extremes),
        cmocka_unit_test(test_hasbrouck),
        cmocka_unit_test(test_hasbrouck_refusals),
        cmocka_unit_test(test_resilience),
        cmocka_unit_test(test_efficiency),
        cmocka_unit_test(test_efficiency_bounds),
    };
    return cmocka_run_group_tests_name("flow", tests, read_all, NULL);
}
