#include <alphaplus/analytics/hasbrouck.h>
#include <alphaplus/analytics/linalg.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

enum {
    LAGS = HASBROUCK_LAGS,
    K_R = 2 + 2 * LAGS, /* constant, x now, lags of r, lags of x */
    K_X = 1 + 2 * LAGS,
    SIZE = 2 * LAGS, /* of the companion matrix */
    BLOCKS = 10,
};
#define SQUARINGS 20

struct equations {
    struct ols r, x;
};

static void equations_init(struct equations *e)
{
    ols_init(&e->r, K_R);
    ols_init(&e->x, K_X);
}

/* t[0] is the row's own trade, the lags stand before it. */
static void equations_add(struct equations *e, const struct hasbrouck_trade *t)
{
    double row_r[K_R] = {1.0, (double)t->x}, row_x[K_X] = {1.0};
    for (int lag = 1; lag <= LAGS; lag++) {
        row_r[1 + lag] = row_x[lag] = t[-lag].r;
        row_r[1 + LAGS + lag] = row_x[LAGS + lag] = (double)t[-lag].x;
    }
    ols_add(&e->r, row_r, t->r);
    ols_add(&e->x, row_x, (double)t->x);
}

/* Response of both to one unit of x: r holds x at once. Fills `ret_r` with r's responses; sums over r's own shock too. */
static void respond(const double *b_r, const double *b_x, double r0, double x0, double *ret_r)
{
    double r[HASBROUCK_STEPS + 1], x[HASBROUCK_STEPS + 1];
    for (int t = 0; t <= HASBROUCK_STEPS; t++) {
        x[t] = t == 0 ? x0 : 0.0;
        r[t] = t == 0 ? r0 : 0.0;
        for (int lag = 1; lag <= LAGS && lag <= t; lag++) {
            x[t] += b_x[lag] * r[t - lag] + b_x[LAGS + lag] * x[t - lag];
            r[t] += b_r[1 + lag] * r[t - lag] + b_r[1 + LAGS + lag] * x[t - lag];
        }
        r[t] += b_r[1] * x[t];
        ret_r[t] = r[t];
    }
}

/* Spectral radius by repeated squaring, scaled so that nothing overflows (Gelfand). */
static double radius_of(const double *b_r, const double *b_x)
{
    double a[SIZE][SIZE], next[SIZE][SIZE], log_scale = 0.0, norm = 0.0;
    memset(a, 0, sizeof a);
    for (int lag = 0; lag < LAGS;
         lag++) { /* (r, x) of lag l at columns 2 l, 2 l + 1, x put into r's equation */
        a[1][2 * lag] = b_x[1 + lag];
        a[1][2 * lag + 1] = b_x[1 + LAGS + lag];
        a[0][2 * lag] = b_r[2 + lag] + b_r[1] * b_x[1 + lag];
        a[0][2 * lag + 1] = b_r[2 + LAGS + lag] + b_r[1] * b_x[1 + LAGS + lag];
    }
    for (int i = 2; i < SIZE; i++)
        a[i][i - 2] = 1.0;
    for (int k = 0; k < SQUARINGS; k++) {
        memset(next, 0, sizeof next);
        norm = 0.0;
        for (int i = 0; i < SIZE; i++) {
            for (int m = 0; m < SIZE; m++) {
                for (int j = 0; j < SIZE; j++)
                    next[i][j] += a[i][m] * a[m][j];
            }
            for (int j = 0; j < SIZE; j++)
                norm = fmax(norm, fabs(next[i][j]));
        }
        if (!(norm > 0.0))
            return 0.0;
        log_scale = 2.0 * log_scale + log(norm);
        for (int i = 0; i < SIZE; i++) {
            for (int j = 0; j < SIZE; j++)
                a[i][j] = next[i][j] / norm;
        }
    }
    return exp(log_scale / exp2(SQUARINGS));
}

static int solve(const struct equations *e, struct hasbrouck *h)
{
    struct ols_result r, x;
    double of_r[HASBROUCK_STEPS + 1], of_x[HASBROUCK_STEPS + 1], sum_a = 0.0, sum_b = 0.0;
    int err = ols_solve(&e->r, &r);
    if (err == 0)
        err = ols_solve(&e->x, &x);
    if (err < 0)
        return err;
    h->radius = radius_of(r.b, x.b);
    if (!(h->radius < 1.0))
        return AP_ERANGE;
    respond(r.b, x.b, 1.0, 0.0, of_r);
    respond(r.b, x.b, 0.0, 1.0, of_x);
    for (int t = 0; t <= HASBROUCK_STEPS; t++) {
        sum_a += of_r[t];
        sum_b += of_x[t];
        h->cumulated[t] = sum_b;
    }
    h->n = (size_t)r.n;
    h->at_once = r.b[1];
    h->lasting = sum_b;
    h->var_r = r.rss / r.n;
    h->var_x = x.rss / x.n;
    h->sigma_w2 = sum_a * sum_a * h->var_r + sum_b * sum_b * h->var_x;
    if (!(h->sigma_w2 > 0.0))
        return AP_ERANGE;
    h->r2_w = sum_b * sum_b * h->var_x / h->sigma_w2;
    return 0;
}

/* Leave out one block after the other; a block that leaves no solution leaves no standard error. */
static void jackknife(const struct equations *blocks, struct hasbrouck *h)
{
    struct running lasting = {0}, r2_w = {0};
    for (int out = 0; out < BLOCKS; out++) {
        struct equations rest;
        struct hasbrouck without;
        equations_init(&rest);
        for (int b = 0; b < BLOCKS; b++) {
            if (b == out)
                continue;
            ols_merge(&rest.r, &blocks[b].r);
            ols_merge(&rest.x, &blocks[b].x);
        }
        if (solve(&rest, &without) < 0)
            return;
        running_add(&lasting, without.lasting);
        running_add(&r2_w, without.r2_w);
    }
    h->lasting_se = sqrt(lasting.m2 * (BLOCKS - 1) / BLOCKS);
    h->r2_w_se = sqrt(r2_w.m2 * (BLOCKS - 1) / BLOCKS);
}

int hasbrouck_fit(const struct hasbrouck_trade *trades, size_t n, struct hasbrouck *ret_fit)
{
    struct equations all, blocks[BLOCKS];
    size_t since = 0; /* trades in a row behind us without a break */
    equations_init(&all);
    for (int b = 0; b < BLOCKS; b++)
        equations_init(&blocks[b]);
    for (size_t i = 0; i < n; i++) {
        since = trades[i].is_first ? 0 : since + (i > 0);
        if (since < LAGS)
            continue;
        equations_add(&blocks[i * BLOCKS / n], &trades[i]);
    }
    for (int b = 0; b < BLOCKS; b++) {
        ols_merge(&all.r, &blocks[b].r);
        ols_merge(&all.x, &blocks[b].x);
    }
    if (!(all.r.y.weight >= HASBROUCK_MIN))
        return AP_EAGAIN;
    struct hasbrouck h = {0};
    int err = solve(&all, &h);
    if (err < 0)
        return err;
    jackknife(blocks, &h);
    *ret_fit = h;
    return 0;
}
