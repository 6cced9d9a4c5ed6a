/* The numeric kernel against NIST's data sets and R's distributions, and each streaming form against the plain one. */
#include "test.h"
#include "vectors.h"

#include <alphaplus/analytics/linalg.h>
#include <alphaplus/analytics/special.h>
#include <alphaplus/analytics/stats.h>
#include <alphaplus/base/clock.h>
#include <fenv.h>
#include <float.h>
#include <string.h>

static double random_unit(uint64_t *rng)
{
    return (double)(test_random(rng) >> 11) * 0x1p-53;
}

/* NIST NumAcc4: 1,001 values around 1e7 whose deviation is 0.1. */
static void test_numacc4(void **state)
{
    struct running r = {0}, half[2];
    json_t *root = vector_json("published.json"), *v = json_object_get(root, "numacc4");
    (void)state;
    memset(half, 0, sizeof half);
    for (int i = 0; i < 1001; i++) {
        double x = i == 0 ? 10000000.2 : i % 2 ? 10000000.1 : 10000000.3;
        running_add(&r, x);
        running_add(&half[i > 300], x);
    }
    running_merge(&half[0], &half[1]);
    assert_near(r.mean, json_number_value(json_object_get(v, "mean")), 1e-8);
    assert_near(half[0].mean, r.mean, 1e-8);
    /* 0.1 is not what these doubles are apart: 0.100000000558794 is the exact answer for them. */
    assert_near(sqrt(running_variance(&r)), 0.100000000558794, 1e-10);
    assert_near(sqrt(running_variance(&half[0])), 0.100000000558794, 1e-10);
    json_decref(root);
}

static void test_weighted(void **state)
{
    struct running r = {0}, repeated = {0};
    uint64_t rng = 3;
    (void)state;
    for (int i = 0; i < 200; i++) {
        double x = random_unit(&rng);
        int times = (int)test_below(&rng, 5);
        running_weigh(&r, x, times);
        for (int k = 0; k < times; k++)
            running_add(&repeated, x);
    }
    assert_near(r.mean, repeated.mean, 1e-13);
    assert_near(running_variance(&r), running_variance(&repeated), 1e-13);
    struct running none = {0};
    running_merge(&none, &none);
    running_merge(&none, &r);
    assert_near(none.mean, r.mean, 1e-15);
    assert_near(running_variance(&none), running_variance(&r), 1e-15);
}

/* The recursion is the weighted mean with weights that decay, written out. */
static void test_ew(void **state)
{
    enum { N = 300 };
    double x[N], y[N], tau = 7.0;
    int64_t at[N], now = 5;
    struct ew e = {0};
    struct ew_pair pair = {0};
    uint64_t rng = 5;
    (void)state;
    for (int i = 0; i < N; i++) {
        now += (int64_t)test_below(&rng, 2000000000);
        x[i] = random_unit(&rng);
        y[i] = x[i] + random_unit(&rng);
        at[i] = now;
        ew_add(&e, tau, now, x[i]);
        ew_pair_add(&pair, tau, now, x[i], y[i]);
    }
    double mx = 0, my = 0, w = 0;
    for (int pass = 0; pass < 2; pass++) {
        double vx = 0, cxy = 0;
        for (int i = 0; i < N; i++) {
            double older = exp(-(double)(now - at[i]) / 1e9 / tau);
            double before = i == 0 ? 0.0 : exp(-(double)(now - at[i - 1]) / 1e9 / tau);
            double weight = older - before;
            if (pass == 0) {
                mx += weight * x[i];
                my += weight * y[i];
                w += i > 0 ? weight : 0.0;
            }
            vx += weight * (x[i] - mx) * (x[i] - mx);
            cxy += weight * (x[i] - mx) * (y[i] - my);
        }
        if (pass == 1) {
            assert_near(e.mean, mx, 1e-12);
            assert_near(e.variance, vx, 1e-12);
            assert_near(pair.covariance, cxy, 1e-12);
            assert_near(pair.mean_y, my, 1e-12);
            assert_near(e.weight, w, 1e-12);
        }
    }
    assert_true(ew_is_warm(&e));
    struct ew fresh = {0};
    ew_add(&fresh, tau, NS_PER_S, 1.0);
    ew_add(&fresh, tau, NS_PER_S, 9.0); /* time stands still */
    assert_near(fresh.mean, 1.0, 0.0);
    ew_add(&fresh, tau, 4 * NS_PER_S, 9.0);
    assert_false(ew_is_warm(&fresh));
    ew_add(&fresh, tau, INT64_C(1) << 62, 5.0); /* a leap */
    assert_near(fresh.mean, 5.0, 1e-12);
}

static void test_rolling(void **state)
{
    enum { CAP = 37 };
    double ring[CAP], all[5000];
    struct rolling r = {0};
    uint64_t rng = 9;
    (void)state;
    for (int i = 0; i < 5000; i++) {
        double sum = 0.0;
        all[i] = (random_unit(&rng) - 0.5) * (i % 50 == 0 ? 1e12 : 1.0);
        rolling_push(&r, ring, CAP, all[i]);
        for (int k = i >= CAP ? i - CAP + 1 : 0; k <= i; k++)
            sum += all[k];
        assert_near(r.sum, sum, 1e-3); /* what 1e12 leaves behind is gone within a round */
    }
    assert_int_equal(r.n, CAP);
}

static void test_decay(void **state)
{
    struct decay d = {0};
    (void)state;
    decay_add(&d, 10.0, NS_PER_S, 8.0);
    assert_near(decay_at(&d, 10.0, 11 * NS_PER_S), 4.0, 1e-15);
    decay_add(&d, 10.0, 21 * NS_PER_S, 1.0);
    assert_near(d.sum, 3.0, 1e-15);
    assert_near(decay_at(&d, 10.0, INT64_C(1) << 62), 0.0, 0.0);
}

static void test_histogram(void **state)
{
    enum { N = 4000 };
    static struct histogram h;
    static double x[N], sorted[N];
    uint64_t rng = 11;
    (void)state;
    histogram_init(&h, 1e-3, 0.0);
    assert_near(histogram_quantile(&h, 0.5), 0.0, 0.0);
    assert_near(histogram_rank(&h, 1.0), 0.0, 0.0);
    for (int i = 0; i < N; i++) {
        x[i] = sorted[i] = exp(3.0 * normal_quantile(random_unit(&rng) * 0.998 + 0.001));
        histogram_add(&h, i, x[i]);
    }
    stats_sort(sorted, N);
    for (double p = 0.05; p < 0.96; p += 0.05) {
        double exact = sorted[(int)(p * N)], quantile = histogram_quantile(&h, p);
        assert_near(quantile / exact, 1.0,
                    0.021); /* its own half of a bucket, and the neighbour that p falls on */
        assert_near(histogram_rank(&h, exact), p, 0.01);
    }
    assert_near(histogram_weight(&h, N), N, 1e-9);
    assert_near(histogram_rank(&h, 1e30), 1.0, 1e-9);
    histogram_add(&h, N, -5.0);
    histogram_add(&h, N, 0.0);
    histogram_add(&h, N, 1e300);
    assert_near(histogram_quantile(&h, 0.0), 1e-3, 0.0);
}

/* Two populations; after many half-lives only the second is left. The scale is brought back on the way. */
static void test_histogram_age(void **state)
{
    static struct histogram h;
    (void)state;
    histogram_init(&h, 1e-3, 10.0);
    for (int i = 0; i < 100; i++)
        histogram_add(&h, NS_PER_S, 1.0);
    assert_near(histogram_weight(&h, 11 * NS_PER_S), 50.0, 1e-9);
    for (int i = 0; i < 100; i++)
        histogram_add(&h, 11 * NS_PER_S, 2.0);
    assert_near(histogram_rank(&h, 1.5), 1.0 / 3.0, 1e-12);
    for (int64_t t = 12; t < 5000; t++)
        histogram_add(&h, t * NS_PER_S, 3.0);
    assert_near(histogram_rank(&h, 2.5), 0.0, 1e-12);
    assert_near(histogram_weight(&h, 4999 * NS_PER_S), 1.0 / (1.0 - exp2(-0.1)), 1e-6);
    histogram_add(&h, INT64_C(1) << 62, 7.0);
    assert_near(histogram_quantile(&h, 0.01), 7.0, 0.07);
}

static void test_arrays(void **state)
{
    /* R: quantile(c(2, 4, 4, 7, 11), .3, type = 7) is 4; .9 is 9.4; mad(constant = 1) is 2 */
    double x[] = {11, 4, 2, 7, 4}, one[] = {3};
    (void)state;
    assert_near(stats_quantile(x, 5, 0.3), 4.0, 1e-15);
    assert_near(stats_quantile_sorted(x, 5, 0.9), 9.4, 1e-14);
    assert_near(stats_quantile_sorted(x, 5, 1.0), 11.0, 0.0);
    assert_near(stats_median(x, 5), 4.0, 0.0);
    assert_near(stats_mad(x, 5, 4.0), 2.0, 0.0);
    assert_near(stats_quantile(one, 1, 0.7), 3.0, 0.0);
}

/* The remission times of 6-MP patients (Freireich 1963), as in R: survfit says 23. */
static void test_survival(void **state)
{
    static const struct {
        double time;
        bool is_event;
    } given[] = {{6, 1},  {6, 1},  {6, 1},  {6, 0},  {7, 1},  {9, 0},  {10, 1},
                 {10, 0}, {11, 0}, {13, 1}, {16, 1}, {17, 0}, {19, 0}, {20, 0},
                 {22, 1}, {23, 1}, {25, 0}, {32, 0}, {32, 0}, {34, 0}, {35, 0}};
    struct survival s[21], same[2] = {{5, true}, {9, true}};
    double median = 0.0;
    (void)state;
    for (size_t i = 0; i < 21; i++)
        s[20 - i] = (struct survival){given[i].time, given[i].is_event};
    assert_true(stats_survival(s, 21, 0.5, &median));
    assert_near(median, 23.0, 0.0);
    for (size_t i = 0; i < 21; i++)
        s[i].is_event = s[i].time < 10;
    assert_false(stats_survival(s, 21, 0.5, &median));
    assert_true(stats_survival(same, 2, 0.5, &median));
    assert_near(median, 5.0, 0.0);
    assert_false(stats_survival(same, 0, 0.5, &median));
}

/* Equal weights and no lags: the mean, and its standard error over n. With lags: Newey and West's sum, written out. */
static void test_ratio(void **state)
{
    double num[6] = {1, 4, 2, 8, 5, 7}, den[6] = {1, 1, 1, 1, 1, 1}, ratio, se, u[6], gamma[3] = {0};
    (void)state;
    stats_ratio(num, den, 6, 0, &ratio, &se);
    assert_near(ratio, 4.5, 1e-15);
    assert_near(se, sqrt(37.5) / 6.0, 1e-15);
    stats_ratio(num, den, 6, 2, &ratio, &se);
    for (int i = 0; i < 6; i++)
        u[i] = num[i] - 4.5;
    for (int lag = 0; lag < 3; lag++) {
        for (int i = lag; i < 6; i++)
            gamma[lag] += u[i] * u[i - lag];
    }
    assert_near(se, sqrt(gamma[0] + 4.0 / 3.0 * gamma[1] + 2.0 / 3.0 * gamma[2]) / 6.0, 1e-15);
    for (int i = 0; i < 6; i++)
        num[i] = 3.0 * (den[i] = 1.0 + i); /* exactly in proportion */
    stats_ratio(num, den, 6, 2, &ratio, &se);
    assert_near(ratio, 3.0, 1e-15);
    assert_near(se, 0.0, 1e-14);
}

static void test_special(void **state)
{
    json_t *root = vector_json("special.json");
    const struct {
        const char *name;
        double value;
    } rows[] = {
        {"qnorm_.99", normal_quantile(0.99)},
        {"qnorm_1e_10", normal_quantile(1e-10)},
        {"pnorm_m8", normal_cdf(-8)},
        {"pnorm_1.96", normal_cdf(1.96)},
        {"qt_.975_4", student_quantile(0.975, 4)},
        {"qt_.995_4", student_quantile(0.995, 4)},
        {"qt_.01_4", student_quantile(0.01, 4)},
        {"qchisq_.95_1", chi2_quantile(0.95, 1)},
        {"qchisq_.95_2", chi2_quantile(0.95, 2)},
        {"pbeta_.3_2.5_4", special_beta(0.3, 2.5, 4)},
        {"lgamma_.25", special_log_gamma(0.25)},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        double expected = json_number_value(json_object_get(root, rows[i].name));
        assert_near(rows[i].value / expected, 1.0, 1e-12);
    }
    json_decref(root);
}

static void test_special_identities(void **state)
{
    (void)state;
    for (double p = 1e-12; p < 1.0; p += 0.00731) {
        assert_near(normal_cdf(normal_quantile(p)) / p, 1.0, 1e-12);
        assert_near(student_cdf(student_quantile(p, 1), 1), p, 1e-12);
        assert_near(student_quantile(p, 1) * tan(M_PI * p), -1.0, 1e-9); /* Cauchy */
        assert_near(chi2_cdf(chi2_quantile(p, 5), 5), p, 1e-12);
        assert_near(chi2_cdf(p * 20, 3) + chi2_sf(p * 20, 3), 1.0, 1e-13);
        assert_near(chi2_sf(p * 20, 2), exp(-p * 10), 1e-13);
    }
    assert_near(student_cdf(1e200, 0.25), 1.0, 1e-12);
    assert_near(student_cdf(-2.0, 0.25) + student_cdf(2.0, 0.25), 1.0, 1e-14);
    assert_true(isfinite(normal_quantile(0.0)) && isfinite(normal_quantile(1.0)));
    assert_near(normal_cdf(1e300), 1.0, 0.0);
    assert_near(special_xlogy(0.0, 0.0), 0.0, 0.0);
    assert_near(special_sigmoid(-1e6) + special_sigmoid(1e6), 1.0, 0.0);
    assert_near(special_log_loss(0.0, 1.0), log(2.0), 1e-15);
    assert_near(special_log_loss(-1e6, 1.0), 1e6, 0.0);
}

/* NIST Longley: seven coefficients of data that is nearly collinear. */
static void test_longley(void **state)
{
    json_t *root = vector_json("published.json"), *v = json_object_get(root, "longley");
    FILE *f = vector_open("longley.csv");
    char line[256];
    struct ols o;
    struct ols_result fit;
    (void)state;
    assert_non_null(fgets(line, sizeof line, f));
    ols_init(&o, 7);
    while (fgets(line, sizeof line, f)) {
        double row[7] = {1.0};
        char *at = line;
        double y = strtod(at, &at);
        for (int i = 1; i < 7; i++)
            row[i] = strtod(at + 1, &at);
        ols_add(&o, row, y);
    }
    fclose(f);
    assert_ok(ols_solve(&o, &fit));
    for (size_t i = 0; i < 7; i++)
        assert_near(fit.b[i] / json_number_value(json_array_get(json_object_get(v, "nist_coef"), i)), 1.0,
                    1e-9);
    assert_near(fit.sigma / json_number_value(json_object_get(v, "nist_sigma")), 1.0, 1e-10);
    assert_near(fit.r2, json_number_value(json_object_get(v, "nist_r2")), 1e-12);
    assert_near(fit.se[1], 84.9149257747669, 1e-7); /* NIST's own standard deviations */
    assert_near(fit.se[6], 455.478499142212, 1e-6);
    json_decref(root);
}

static void test_ols_degenerate(void **state)
{
    struct ols o;
    struct ols_result fit;
    double row[2] = {1.0, 2.0};
    (void)state;
    ols_init(&o, 2);
    assert_err(ols_solve(&o, &fit), AP_EAGAIN);
    for (int i = 0; i < 10; i++)
        ols_add(&o, row, i); /* a regressor that never moves is the intercept */
    assert_err(ols_solve(&o, &fit), AP_ERANGE);
}

/* With errors of one size White's differ from the plain ones by (n - k) / n alone; here y moves by +-1 at x = +-1, balanced. */
static void test_hc0(void **state)
{
    struct ols o;
    struct ols_white white = {{{0}}};
    struct ols_result fit;
    double se[2];
    (void)state;
    ols_init(&o, 2);
    for (int pass = 0; pass < 2; pass++) {
        for (int i = 0; i < 8; i++) {
            double row[2] = {1.0, i & 1 ? 1.0 : -1.0}, y = 3.0 + 2.0 * row[1] + (i & 2 ? 1.0 : -1.0);
            if (pass == 0)
                ols_add(&o, row, y);
            else
                ols_white_add(&white, &fit, row, y);
        }
        if (pass == 0)
            assert_ok(ols_solve(&o, &fit));
    }
    ols_white_se(&white, &fit, se);
    assert_near(fit.b[0], 3.0, 1e-14);
    assert_near(fit.b[1], 2.0, 1e-14);
    assert_near(se[1], sqrt(1.0 / 8.0), 1e-14);
    assert_near(fit.se[1], sqrt(8.0 / 6.0 / 8.0), 1e-14);
}

static void random_spd(double *a, int n, uint64_t *rng)
{
    double g[16 * 16];
    for (int i = 0; i < n * n; i++)
        g[i] = random_unit(rng) - 0.5;
    for (int i = 0; i < n; i++) {
        for (int j = 0; j < n; j++) {
            a[i * n + j] = i == j ? 0.1 : 0.0;
            for (int k = 0; k < n; k++)
                a[i * n + j] += g[i * n + k] * g[j * n + k];
        }
    }
}

static void test_solvers(void **state)
{
    uint64_t rng = 21;
    (void)state;
    for (int n = 1; n <= 16; n++) {
        double a[256], l[256], lu[256], eig[256], v[256], values[16], x[16], b[16], c[16], jitter;
        random_spd(a, n, &rng);
        for (int i = 0; i < n; i++)
            x[i] = random_unit(&rng);
        for (int i = 0; i < n; i++) {
            b[i] = 0.0;
            for (int j = 0; j < n; j++)
                b[i] += a[i * n + j] * x[j];
            c[i] = b[i];
        }
        memcpy(l, a, sizeof a);
        memcpy(lu, a, sizeof a);
        memcpy(eig, a, sizeof a);
        assert_ok(linalg_cholesky(l, n, &jitter));
        assert_true(jitter == 0.0);
        linalg_solve_lower(l, n, b);
        linalg_solve_lower_transposed(l, n, b);
        assert_ok(linalg_solve(lu, n, c, 1));
        linalg_eigen(eig, n, values, v);
        for (int i = 0; i < n; i++) {
            assert_near(b[i], x[i], 1e-9);
            assert_near(c[i], x[i], 1e-9);
            assert_true(i == 0 || values[i] <= values[i - 1]);
            for (int j = 0; j < n; j++) {
                double av = 0.0;
                for (int k = 0; k < n; k++)
                    av += a[i * n + k] * v[k * n + j];
                assert_near(av, values[j] * v[i * n + j], 1e-11);
            }
        }
    }
}

static void test_singular(void **state)
{
    double ones[4] = {1, 1, 1, 1}, indefinite[4] = {1, 2, 2, 1}, zero[4] = {0}, b[2] = {1, 2}, jitter = -1.0;
    double values[2], vectors[4];
    (void)state;
    assert_ok(linalg_cholesky(ones, 2, &jitter));
    assert_true(jitter > 0.0 && jitter < 1e-5);
    assert_err(linalg_cholesky(indefinite, 2, NULL), AP_ERANGE);
    assert_err(linalg_cholesky(zero, 2, NULL), AP_ERANGE);
    ones[0] = ones[1] = ones[2] = ones[3] = 1.0;
    assert_err(linalg_solve(ones, 2, b, 1), AP_ERANGE);
    linalg_eigen(zero, 2, values, vectors);
    assert_near(values[0], 0.0, 0.0);
}

static int trap(void **state)
{
    (void)state;
    feclearexcept(FE_ALL_EXCEPT);
    return feenableexcept(FE_INVALID | FE_DIVBYZERO | FE_OVERFLOW) < 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numacc4),
        cmocka_unit_test(test_weighted),
        cmocka_unit_test(test_ew),
        cmocka_unit_test(test_rolling),
        cmocka_unit_test(test_decay),
        cmocka_unit_test(test_histogram),
        cmocka_unit_test(test_histogram_age),
        cmocka_unit_test(test_arrays),
        cmocka_unit_test(test_survival),
        cmocka_unit_test(test_ratio),
        cmocka_unit_test(test_special),
        cmocka_unit_test(test_special_identities),
        cmocka_unit_test(test_longley),
        cmocka_unit_test(test_ols_degenerate),
        cmocka_unit_test(test_hc0),
        cmocka_unit_test(test_solvers),
        cmocka_unit_test(test_singular),
    };
    return cmocka_run_group_tests_name("stats", tests, trap, NULL);
}
