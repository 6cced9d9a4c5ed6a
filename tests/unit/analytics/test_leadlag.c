#include "test.h"
#include "vectors.h"
#include <alphaplus/analytics/infoshare.h>
#include <alphaplus/analytics/leadlag.h>
#include <alphaplus/base/clock.h>

#define POINTS_MAX 4096

static size_t read_points(const char *name, struct lead_point *points)
{
    FILE *f = vector_open(name);
    char line[128];
    size_t n = 0;
    double ms, x;
    assert_non_null(f);
    while (fgets(line, sizeof line, f)) {
        if (sscanf(line, "%lf,%lf", &ms, &x) != 2)
            continue;
        assert_true(n < POINTS_MAX);
        points[n++] = (struct lead_point){(int64_t)ms * NS_PER_MS, x};
    }
    fclose(f);
    return n;
}

static double number(const json_t *o, const char *key)
{
    const json_t *v = json_object_get(o, key);
    assert_true(json_is_number(v));
    return json_number_value(v);
}

/* R's highfrequency::leadLag agrees with these to ten digits. */
static void test_vector(void **state)
{
    static struct lead_point a[POINTS_MAX], b[POINTS_MAX];
    struct lead_series x = {a, read_points("hy_a.csv", a)}, y = {b, read_points("hy_b.csv", b)};
    json_t *v = vector_json("hy.json");
    struct lead_grid grid = {.reach_ns = 3 * NS_PER_S, .step_ns = 50 * NS_PER_MS, .fine_ns = 10 * NS_PER_MS};
    struct lead_result r;
    uint64_t overlaps;
    const char *lag;
    json_t *rho;
    (void)state;

    assert_non_null(v);
    assert_true(is_close(lead_covariance(&x, &y, 0, &overlaps), number(v, "hy_cov0"), 1e-12));
    assert_int_equal(overlaps, (int)number(v, "overlaps"));
    assert_true(is_close(lead_variance(&x), number(v, "rv_a"), 1e-12));
    assert_true(is_close(lead_variance(&y), number(v, "rv_b"), 1e-12));
    double scale = sqrt(lead_variance(&x) * lead_variance(&y));
    json_object_foreach(json_object_get(v, "rho"), lag, rho)
    {
        int64_t ns = strtoll(lag, NULL, 10) * NS_PER_MS;
        assert_true(is_close(lead_covariance(&x, &y, ns, NULL) / scale, json_number_value(rho), 1e-12));
    }
    assert_ok(lead_find(&x, &y, &grid, &r));
    assert_int_equal(r.lag_ns / NS_PER_MS, (int)number(v, "best_lag_ms"));
    assert_true(is_close(r.rho, number(v, "best_rho"), 1e-12));
    assert_true(is_close(r.rho0, number(v, "rho0"), 1e-12));
    assert_true(is_close(r.ratio, number(v, "llr_squared"), 1e-12));
    json_decref(v);
}

/* Who leads is told from either side, whatever the scale and the time of day. */
static void test_symmetry(void **state)
{
    static struct lead_point a[POINTS_MAX], b[POINTS_MAX];
    struct lead_series x = {a, read_points("hy_a.csv", a)}, y = {b, read_points("hy_b.csv", b)};
    struct lead_grid grid = {.reach_ns = 2 * NS_PER_S, .step_ns = 50 * NS_PER_MS};
    struct lead_result r, back;
    (void)state;
    assert_ok(lead_find(&x, &y, &grid, &r));
    assert_ok(lead_find(&y, &x, &grid, &back));
    assert_int_equal(back.lag_ns, -r.lag_ns);
    assert_near(back.rho, r.rho, 1e-12);
    assert_near(back.ratio * r.ratio, 1.0, 1e-9);
    assert_int_equal(back.overlaps, r.overlaps);
    for (size_t i = 0; i < x.n; i++)
        a[i] = (struct lead_point){a[i].t_ns + INT64_C(1700000000) * NS_PER_S, a[i].x * -1000.0};
    for (size_t i = 0; i < y.n; i++)
        b[i].t_ns += INT64_C(1700000000) * NS_PER_S;
    assert_ok(lead_find(&x, &y, &grid, &back));
    assert_int_equal(back.lag_ns, r.lag_ns);
    assert_near(back.rho, -r.rho, 1e-12);
}

/* Straight from the definition: all pairs of intervals that overlap. */
static void test_definition(void **state)
{
    uint64_t rng = 5;
    (void)state;
    for (int round = 0; round < 300; round++) {
        struct lead_point a[40], b[40];
        size_t n = 2 + test_below(&rng, 38), m = 2 + test_below(&rng, 38);
        int64_t t = (int64_t)test_below(&rng, 20), u = (int64_t)test_below(&rng, 20),
                lag = (int64_t)test_below(&rng, 41) - 20;
        for (size_t i = 0; i < n; i++)
            a[i] = (struct lead_point){t += 1 + (int64_t)test_below(&rng, 9), (double)test_below(&rng, 100)};
        for (size_t j = 0; j < m; j++)
            b[j] = (struct lead_point){u += 1 + (int64_t)test_below(&rng, 9), (double)test_below(&rng, 100)};
        double sum = 0.0;
        uint64_t pairs = 0, overlaps;
        for (size_t i = 1; i < n; i++) {
            for (size_t j = 1; j < m; j++) {
                int64_t lo = b[j - 1].t_ns - lag, hi = b[j].t_ns - lag;
                if (a[i - 1].t_ns >= hi || lo >= a[i].t_ns)
                    continue;
                pairs++;
                sum += (a[i].x - a[i - 1].x) * (b[j].x - b[j - 1].x);
            }
        }
        struct lead_series x = {a, n}, y = {b, m};
        assert_near(lead_covariance(&x, &y, lag, &overlaps), sum, 1e-9);
        assert_int_equal(overlaps, pairs);
    }
}

static void test_nothing(void **state)
{
    struct lead_point one[2] = {{5, 1.0}, {9, 1.0}}, two[2] = {{4, 1.0}, {7, 2.0}};
    struct lead_series none = {one, 0}, still = {one, 2}, moves = {two, 2}, single = {two, 1};
    struct lead_grid grid = {.reach_ns = 10, .step_ns = 1};
    struct lead_result r;
    (void)state;
    assert_err(lead_find(&none, &moves, &grid, &r), AP_EAGAIN);
    assert_err(lead_find(&moves, &single, &grid, &r), AP_EAGAIN);
    assert_err(lead_find(&still, &moves, &grid, &r), AP_EAGAIN);
    assert_near(lead_covariance(&moves, &none, 0, NULL), 0.0, 0.0);
    assert_ok(lead_find(&moves, &moves, &grid, &r));
    assert_int_equal(r.lag_ns, 0);
    assert_near(r.rho, 1.0, 1e-15);
}

static void read_two(double x[POINTS_MAX], double y[POINTS_MAX], size_t *ret_n)
{
    FILE *f = vector_open("twomarkets.csv");
    char line[128];
    *ret_n = 0;
    assert_non_null(f);
    while (fgets(line, sizeof line, f)) {
        if (sscanf(line, "%lf,%lf", &x[*ret_n], &y[*ret_n]) == 2)
            ++*ret_n;
        assert_true(*ret_n < POINTS_MAX);
    }
    fclose(f);
}

static void assert_pair(const double *got, const json_t *want)
{
    for (size_t i = 0; i < 2; i++)
        assert_true(is_close(got[i], json_number_value(json_array_get(want, i)), 1e-9));
}

/* statsmodels' VECM comes near to these; it estimates the cointegrating vector, which is known here. */
static void test_infoshare(void **state)
{
    static double x[POINTS_MAX], y[POINTS_MAX];
    size_t n;
    json_t *v = vector_json("infoshare.json");
    struct infoshare s;
    (void)state;
    assert_non_null(v);
    read_two(x, y, &n);
    assert_ok(infoshare_fit(x, y, n, (int)number(v, "lags"), &s));
    assert_pair(s.alpha, json_object_get(v, "alpha"));
    assert_pair(s.omega[0], json_array_get(json_object_get(v, "omega"), 0));
    assert_pair(s.omega[1], json_array_get(json_object_get(v, "omega"), 1));
    assert_pair(s.component, json_object_get(v, "CS"));
    double order12[2] = {s.first[0], s.last[1]}, order21[2] = {s.last[0], s.first[1]};
    assert_pair(order12, json_object_get(v, "IS_order12"));
    assert_pair(order21, json_object_get(v, "IS_order21"));
    assert_pair(s.leadership, json_object_get(v, "ILS"));
    json_decref(v);
}

static void test_infoshare_bounds(void **state)
{
    static double x[POINTS_MAX], y[POINTS_MAX];
    size_t n;
    struct infoshare s, turned;
    (void)state;
    read_two(x, y, &n);
    assert_ok(infoshare_fit(x, y, n, 10, &s));
    assert_ok(infoshare_fit(y, x, n, 10, &turned));
    for (int j = 0; j < 2; j++) {
        assert_near(turned.first[1 - j], s.first[j], 1e-9);
        assert_near(turned.component[1 - j], s.component[j], 1e-9);
        assert_true(s.first[j] >= 0.0 && s.first[j] <= 1.0 && s.last[j] >= 0.0 && s.last[j] <= 1.0);
    }
    assert_near(s.first[0] + s.last[1], 1.0, 1e-9);
    assert_near(s.component[0] + s.component[1], 1.0, 1e-12);
    for (size_t i = 0; i < n; i++) {
        x[i] = x[i] * 1000.0 + 7.0;
        y[i] = y[i] * 1000.0 - 3.0;
    }
    assert_ok(infoshare_fit(x, y, n, 10, &turned));
    assert_near(turned.first[0], s.first[0], 1e-9);
    assert_err(infoshare_fit(x, y, 30, 10, &s), AP_EAGAIN);
    assert_err(infoshare_fit(x, y, 0, 1, &s), AP_EAGAIN);
    assert_err(infoshare_fit(x, y, n, 11, &s), AP_EINVAL);
    assert_true(infoshare_fit(x, x, n, 5, &s) < 0); /* the same market twice */
    for (size_t i = 0; i < n; i++)
        y[i] = 3.0;
    assert_true(infoshare_fit(x, y, n, 5, &s) < 0); /* one that never moves */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vector),     cmocka_unit_test(test_symmetry),
        cmocka_unit_test(test_definition), cmocka_unit_test(test_nothing),
        cmocka_unit_test(test_infoshare),  cmocka_unit_test(test_infoshare_bounds),
    };
    return cmocka_run_group_tests_name("leadlag", tests, NULL, NULL);
}
