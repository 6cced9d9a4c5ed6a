/* Hawkes processes: likelihoods, gradients, fits and residuals against vectors, and fits against what was simulated. */
#include "measure_run.h"
#include "vectors.h"

#include <alphaplus/analytics/hawkes.h>
#include <string.h>

enum { TIMES_MAX = 4096 };

static size_t read_times(double *t)
{
    FILE *f = vector_open("hawkes_times.csv");
    char line[64];
    size_t n = 0;
    assert_true(f && fgets(line, sizeof line, f));
    while (n < TIMES_MAX && fscanf(f, "%lf", &t[n]) == 1)
        n++;
    fclose(f);
    return n;
}

static double at(const json_t *array, size_t i)
{
    return json_number_value(json_array_get(array, i));
}

static void test_loglik(void **state)
{
    static double t[TIMES_MAX];
    json_t *root = vector_json("hawkes.json"), *grad = vector_json("hawkes_grad.json");
    struct hawkes_events ev = {
        .t = t, .n = read_times(t), .end = json_number_value(json_object_get(root, "T"))};
    struct hawkes h = {0.02, 0.6, 1.2}, poisson = {(double)ev.n / ev.end, 0.0, 1.0};
    double g[3];
    (void)state;
    assert_int_equal(ev.n, json_integer_value(json_object_get(root, "n")));
    assert_true(
        is_close(hawkes_loglik(&h, &ev, g), json_number_value(json_object_get(root, "ll_at_true")), 1e-12));
    for (size_t i = 0; i < 3; i++)
        assert_true(is_close(g[i], at(json_object_get(grad, "grad"), i), 1e-10));
    assert_true(is_close(hawkes_loglik(&poisson, &ev, NULL),
                         json_number_value(json_object_get(root, "ll_poisson")), 1e-12));
    json_decref(root);
    json_decref(grad);
}

static void test_fit(void **state)
{
    static double t[TIMES_MAX], work[TIMES_MAX];
    json_t *root = vector_json("hawkes.json"), *mle = json_object_get(root, "mle"),
           *ks = json_object_get(root, "residual_ks");
    struct hawkes_events ev = {
        .t = t, .n = read_times(t), .end = json_number_value(json_object_get(root, "T"))};
    struct hawkes h;
    double loglik, p;
    (void)state;
    assert_ok(hawkes_fit(&ev, HAWKES_EACH, &h, &loglik));
    assert_near(loglik, json_number_value(json_object_get(root, "ll_mle")), 1e-6);
    assert_near(h.mu, at(mle, 0), 1e-5);
    assert_near(h.alpha, at(mle, 1), 1e-5);
    assert_near(h.beta, at(mle, 2), 1e-5);
    h = (struct hawkes){at(mle, 0), at(mle, 1), at(mle, 2)};
    assert_near(hawkes_residuals(&h, &ev, work, &p), json_number_value(json_object_get(ks, "D")), 1e-9);
    assert_near(p, json_number_value(json_object_get(ks, "p")),
                0.01); /* theirs is exact, ours the corrected limit */
    ev.n = 2;
    assert_err(hawkes_fit(&ev, HAWKES_EACH, &h, &loglik), AP_EAGAIN);
    json_decref(root);
}

/* The published check of tick's two-kind process. */
static void test_pair(void **state)
{
    json_t *root = vector_json("hawkes.json"), *v = json_object_get(root, "tick_gtest");
    double t[2][8];
    struct hawkes_events ev[2];
    struct hawkes_pair h = {.mu = {1, 3}, .branching = {{2, 3}, {4, 1}}, .beta = 2};
    (void)state;
    for (int k = 0; k < 2; k++) {
        json_t *list = json_object_get(v, k ? "t1" : "t0");
        ev[k] = (struct hawkes_events){.t = t[k], .n = json_array_size(list), .end = 4.25};
        for (size_t i = 0; i < ev[k].n; i++)
            t[k][i] = at(list, i);
    }
    double loglik = hawkes_pair_loglik(&h, ev);
    assert_true(is_close(loglik, json_number_value(json_object_get(v, "loglik")), 1e-12));
    assert_true(is_close((-loglik - 2 * 4.25) / 11,
                         json_number_value(json_object_get(v, "published_tick_loss")), 1e-12));
    json_decref(root);
}

static double uniform(uint64_t *rng)
{
    return ((double)(test_random(rng) >> 11) + 0.5) * 0x1p-53;
}

/* By second, straight from the definition. */
static double presence_plain(const struct hawkes *h, const double *t, const double *mark, size_t n,
                             int seconds)
{
    double a = 0.0, loglik = 0.0;
    size_t i = 0;
    for (int s = 0; s < seconds; s++) {
        double lambda = h->mu + h->alpha * a * exp(-h->beta);
        bool is_event = i < n && t[i] == s;
        loglik += is_event ? log(1.0 - exp(-lambda)) : -lambda;
        a = a * exp(-h->beta) + (is_event ? mark[i++] : 0.0);
    }
    return loglik;
}

/* A feed that tells one a second, made from a process second by second: its own likelihood finds the parameters again. */
static void test_presence(void **state)
{
    enum { SECONDS = 200000 };
    static double t[SECONDS], mark[SECONDS];
    struct hawkes truth = {0.004, 0.25, 0.4}, h;
    double a = 0.0, loglik;
    uint64_t rng = 19;
    size_t n = 0;
    (void)state;
    for (int s = 0; s < SECONDS; s++) {
        a *= exp(-truth.beta);
        if (uniform(&rng) < 1.0 - exp(-(truth.mu + truth.alpha * a))) {
            t[n] = s;
            mark[n] = 0.5 + uniform(&rng);
            a += mark[n++];
        }
    }
    struct hawkes_events ev = {.t = t, .mark = mark, .n = n, .end = SECONDS};
    assert_near(hawkes_presence_loglik(&truth, &ev) / presence_plain(&truth, t, mark, n, SECONDS), 1.0, 1e-9);
    assert_ok(hawkes_fit(&ev, HAWKES_PRESENCE, &h, &loglik));
    assert_true(loglik >= hawkes_presence_loglik(&truth, &ev));
    assert_near(h.mu / truth.mu, 1.0, 0.15);
    assert_near(h.alpha / truth.alpha, 1.0, 0.25);
    assert_near(h.beta / truth.beta, 1.0, 0.25);
}

/* The gradient is the slope, with marks too. */
static void test_marked_gradient(void **state)
{
    static double t[TIMES_MAX], mark[TIMES_MAX];
    uint64_t rng = 23;
    double at_s = 0.0;
    (void)state;
    for (int i = 0; i < 500; i++) {
        t[i] = at_s += -log(uniform(&rng)) * 3.0;
        mark[i] = 0.1 + 5.0 * uniform(&rng);
    }
    struct hawkes_events ev = {.t = t, .mark = mark, .n = 500, .end = at_s + 10.0};
    double x[3] = {0.1, 0.2, 0.9}, g[3];
    hawkes_loglik(&(struct hawkes){x[0], x[1], x[2]}, &ev, g);
    for (int k = 0; k < 3; k++) {
        double step = 1e-5 * x[k], y[3] = {x[0], x[1], x[2]};
        y[k] += step;
        double up = hawkes_loglik(&(struct hawkes){y[0], y[1], y[2]}, &ev, NULL);
        y[k] -= 2.0 * step;
        double down = hawkes_loglik(&(struct hawkes){y[0], y[1], y[2]}, &ev, NULL);
        assert_near((up - down) / (2.0 * step) / g[k], 1.0, 1e-5);
    }
}

static void test_ties(void **state)
{
    double t[] = {1.0, 1.0, 1.0, 1.0, 2.0, 3.0, 3.0};
    static const double expected[] = {1.0, 1.00025, 1.0005, 1.00075, 2.0, 3.0, 3.0005};
    (void)state;
    hawkes_spread_ties(t, 7, 0.001);
    for (int i = 0; i < 7; i++)
        assert_near(t[i], expected[i], 1e-12);
}

/* Nothing but bursts, nothing but one event over and over, a day of silence: an answer or none, never a trap. */
static void test_extremes(void **state)
{
    static double t[TIMES_MAX];
    struct hawkes h;
    double loglik;
    (void)state;
    for (int kind = 0; kind < 4; kind++) {
        for (int feed = HAWKES_EACH; feed <= HAWKES_PRESENCE; feed++) {
            size_t n = kind == 3 ? 3 : 1000;
            for (size_t i = 0; i < n; i++) {
                size_t hundred = i / 100;
                t[i] = kind == 0   ? (double)i
                       : kind == 1 ? (double)(hundred * 5000 + i % 100)
                       : kind == 2 ? 86000.0
                                   : 1e9 * (double)i;
            }
            if (kind == 2 && feed == HAWKES_EACH)
                hawkes_spread_ties(t, n, 0.001);
            if (kind == 2 && feed == HAWKES_PRESENCE)
                continue; /* a second is told once */
            struct hawkes_events ev = {.t = t, .n = n, .end = kind == 3 ? 4e9 : 86400.0};
            if (hawkes_fit(&ev, (enum hawkes_feed)feed, &h, &loglik) < 0)
                continue;
            assert_true(isfinite(loglik) && h.mu > 0.0 && h.alpha >= 0.0 && h.beta > 0.0 && h.alpha < h.beta);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_loglik),
        cmocka_unit_test(test_fit),
        cmocka_unit_test(test_pair),
        cmocka_unit_test(test_presence),
        cmocka_unit_test(test_marked_gradient),
        cmocka_unit_test(test_ties),
        cmocka_unit_test(test_extremes),
    };
    return cmocka_run_group_tests_name("hawkes", tests, run_trap, run_untrap);
}
