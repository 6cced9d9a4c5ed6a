/* Estimated liquidation levels and clusters of liquidations: against vectors, and against plain definitions. */
#include "measure_run.h"
#include "vectors.h"

#include <alphaplus/analytics/cluster.h>
#include <alphaplus/analytics/oimap.h>
#include <string.h>

static double number(const json_t *o, const char *key)
{
    return json_number_value(json_object_get(o, key));
}

/* Three bars; open interest in quote currency. */
static void test_vector(void **state)
{
    struct oimap *m = calloc(1, sizeof *m);
    json_t *root = vector_json("scores_oi_map.json"), *v = json_object_get(root, "oi_map"), *row;
    struct oimap_swept swept;
    size_t i, found = 0;
    double sd;
    (void)state;
    oimap_begin(m, 100.0);
    m->oi = number(v, "oi0");
    json_array_foreach(json_object_get(v, "steps"), i, row)
    {
        struct oimap_bar bar = {number(row, "vwap"), number(row, "high"), number(row, "low"),
                                number(row, "oi")};
        oimap_add(m, &bar, 0.005, 1.0, &swept);
    }
    json_array_foreach(json_object_get(v, "out"), i, row)
    {
        bool is_long = strcmp(json_string_value(json_object_get(row, "side")), "L") == 0;
        size_t bin = (size_t)(number(row, "lo") / 100.0);
        assert_true(is_close(oimap_mass(m, is_long ? POSITION_LONG : POSITION_SHORT, bin, &sd),
                             number(row, "notional"), 1e-12));
        assert_true(sd > 0.0);
    }
    for (size_t bin = 0; bin < OIMAP_BINS; bin++) {
        for (int side = 0; side < 2; side++)
            found += oimap_mass(m, (enum position_side)side, bin, &sd) > 0.0;
    }
    assert_int_equal(found, json_array_size(json_object_get(v, "out")));
    json_decref(root);
    free(m);
}

/* Bars at random: mass is never negative, nothing stands where the price has been, and both sides take what is added. */
static void test_bounds(void **state)
{
    struct oimap *m = calloc(1, sizeof *m);
    uint64_t rng = 3;
    double price = 100.0, oi = 1e6;
    (void)state;
    oimap_begin(m, 0.1);
    for (int i = 0; i < 3000; i++) {
        struct oimap_swept swept;
        price *= test_below(&rng, 300) == 0 ? (test_below(&rng, 2) ? 1.5 : 0.6)
                                            : 1.0 + ((double)test_below(&rng, 201) - 100.0) / 2e4;
        oi *= 1.0 + ((double)test_below(&rng, 201) - 100.0) / 1e4;
        oimap_add(m, &(struct oimap_bar){price, price * 1.002, price * 0.998, oi}, 0.004, 0.9999, &swept);
        if (i % 100 != 0)
            continue;
        for (size_t bin = 0; bin < OIMAP_BINS; bin++) {
            double sd, longs = oimap_mass(m, POSITION_LONG, bin, &sd),
                       shorts = oimap_mass(m, POSITION_SHORT, bin, &sd);
            assert_true(longs >= 0.0 && shorts >= 0.0 && isfinite(longs) && isfinite(shorts));
            double lo = (double)bin * m->width;
            assert_true(longs == 0.0 || lo < price * 0.998 ||
                        lo <= price); /* what this bar added lies below it */
            assert_true(shorts == 0.0 || lo + m->width > price * 0.99);
        }
    }
    free(m);
}

/* Observed notional made with known weights: they are found again, and few events leave the prior standing. */
static void test_learning(void **state)
{
    static const double truth[OIMAP_LEVERAGES] = {0.0, 0.1, 0.5, 0.4, 0.0};
    struct oimap *m = calloc(1, sizeof *m);
    double xx[OIMAP_LEVERAGES][OIMAP_LEVERAGES] = {{0}}, xy[OIMAP_LEVERAGES] = {0}, w[OIMAP_LEVERAGES];
    uint64_t rng = 5;
    (void)state;
    for (int i = 0; i < 5000; i++) {
        double x[OIMAP_LEVERAGES], y = ((double)test_below(&rng, 2001) - 1000.0) / 20.0;
        for (int k = 0; k < OIMAP_LEVERAGES; k++) {
            x[k] = (double)test_below(&rng, 1000);
            y += 0.02 * truth[k] * x[k]; /* few of those that could be are ever seen */
        }
        for (int k = 0; k < OIMAP_LEVERAGES; k++) {
            xy[k] += x[k] * y;
            for (int j = 0; j < OIMAP_LEVERAGES; j++)
                xx[k][j] += x[k] * x[j];
        }
    }
    oimap_nnls(xx, xy, w);
    for (int k = 0; k < OIMAP_LEVERAGES; k++)
        assert_near(w[k] / 0.02, truth[k], 0.15);
    oimap_begin(m, 1.0);
    oimap_learn(m, xx, xy, 1e6);
    double sum = 0.0;
    for (int k = 0; k < OIMAP_LEVERAGES; k++) {
        assert_near(m->weight[k], truth[k], 0.15);
        assert_true(m->weight_sd[k] < 0.001);
        sum += m->weight[k];
    }
    assert_near(sum, 1.0, 1e-12);
    oimap_learn(m, xx, xy, 0.5);
    for (int k = 0; k < OIMAP_LEVERAGES; k++)
        assert_near(m->weight[k], oimap_weight[k], 0.01);
    memset(xx, 0, sizeof xx);
    memset(xy, 0, sizeof xy);
    oimap_learn(m, xx, xy, 1000);
    assert_near(m->weight[1], oimap_weight[1], 0);
    free(m);
}

/* scikit-learn's DBSCAN on the same points. */
static void test_clusters(void **state)
{
    json_t *root = vector_json("liq_clusters.json"), *cases = json_object_get(root, "cases"), *one;
    size_t c;
    (void)state;
    assert_true(json_array_size(cases) >= 4);
    json_array_foreach(cases, c, one)
    {
        json_t *x = json_object_get(one, "x"), *y = json_object_get(one, "y"),
               *weight = json_object_get(one, "weight"), *labels = json_object_get(one, "labels"),
               *core = json_object_get(one, "core");
        size_t n = json_array_size(x);
        struct cluster_point *p = calloc(n, sizeof *p);
        struct cluster_params params = {.eps = number(one, "eps"),
                                        .points_min = (size_t)number(one, "points_min"),
                                        .weight_min = number(one, "weight_min")};
        for (size_t i = 0; i < n; i++)
            p[i] = (struct cluster_point){.x = json_number_value(json_array_get(x, i)),
                                          .y = json_number_value(json_array_get(y, i)),
                                          .weight = json_number_value(json_array_get(weight, i))};
        assert_int_equal(cluster_find(p, n, &params), json_integer_value(json_object_get(one, "clusters")));
        for (size_t i = 0; i < n; i++) {
            int expected = (int)json_integer_value(json_array_get(labels, i));
            assert_int_equal(p[i].is_core, json_integer_value(json_array_get(core, i)));
            if (p[i].is_core || expected < 0 || p[i].label < 0)
                assert_int_equal(p[i].label, expected);
        }
        free(p);
    }
    json_decref(root);
}

static void test_no_clusters(void **state)
{
    struct cluster_point p[3] = {{.x = 0}, {.x = 0}, {.x = 0}};
    struct cluster_params params = {.eps = 1.0, .points_min = 4, .weight_min = 0.0};
    (void)state;
    assert_int_equal(cluster_find(p, 0, &params), 0);
    assert_int_equal(cluster_find(p, 3, &params), 0);
    assert_int_equal(p[1].label, -1);
    params.points_min = 3;
    assert_int_equal(cluster_find(p, 3, &params), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vector),   cmocka_unit_test(test_bounds),      cmocka_unit_test(test_learning),
        cmocka_unit_test(test_clusters), cmocka_unit_test(test_no_clusters),
    };
    return cmocka_run_group_tests_name("levels", tests, run_trap, run_untrap);
}
