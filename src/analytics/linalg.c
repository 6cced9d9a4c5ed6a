#include <alphaplus/analytics/linalg.h>
#include <float.h>
#include <math.h>
#include <string.h>

#define JITTER_START 1e-12
#define JITTER_TRIES 6
#define SWEEPS_MAX   64
#define RANK_TINY    1e-11 /* of a column's own length */

static int cholesky(double *a, int n)
{
    for (int j = 0; j < n; j++) {
        for (int i = j; i < n; i++) {
            double sum = a[i * n + j];
            for (int k = 0; k < j; k++)
                sum -= a[i * n + k] * a[j * n + k];
            if (i == j && !(sum > 0.0))
                return AP_ERANGE;
            a[i * n + j] = i == j ? sqrt(sum) : sum / a[j * n + j];
        }
    }
    for (int i = 0; i < n; i++) {
        for (int j = i + 1; j < n; j++)
            a[i * n + j] = 0.0;
    }
    return 0;
}

int linalg_cholesky(double *a, int n, double *ret_jitter)
{
    double kept[LINALG_MAX * LINALG_MAX], trace = 0.0, jitter = 0.0;
    if (n < 1 || n > LINALG_MAX)
        return AP_ETOOBIG;
    memcpy(kept, a, sizeof(double) * (size_t)(n * n));
    for (int i = 0; i < n; i++)
        trace += a[i * n + i];
    for (int round = 0; round <= JITTER_TRIES; round++) {
        memcpy(a, kept, sizeof(double) * (size_t)(n * n));
        for (int i = 0; i < n; i++)
            a[i * n + i] += jitter;
        if (cholesky(a, n) == 0) {
            if (ret_jitter)
                *ret_jitter = jitter;
            return 0;
        }
        jitter = round == 0 ? JITTER_START * trace / n : jitter * 10.0;
    }
    memcpy(a, kept, sizeof(double) * (size_t)(n * n));
    return AP_ERANGE;
}

void linalg_solve_lower(const double *l, int n, double *b)
{
    for (int i = 0; i < n; i++) {
        for (int j = 0; j < i; j++)
            b[i] -= l[i * n + j] * b[j];
        b[i] /= l[i * n + i];
    }
}

void linalg_solve_lower_transposed(const double *l, int n, double *b)
{
    for (int i = n - 1; i >= 0; i--) {
        for (int j = i + 1; j < n; j++)
            b[i] -= l[j * n + i] * b[j];
        b[i] /= l[i * n + i];
    }
}

static void swap_rows(double *a, int columns, int i, int j)
{
    for (int c = 0; c < columns && i != j; c++) {
        double t = a[i * columns + c];
        a[i * columns + c] = a[j * columns + c];
        a[j * columns + c] = t;
    }
}

int linalg_solve(double *a, int n, double *b, int columns)
{
    double largest = 0.0;
    for (int i = 0; i < n * n; i++)
        largest = fmax(largest, fabs(a[i]));
    for (int k = 0; k < n; k++) {
        int pivot = k;
        for (int i = k + 1; i < n; i++)
            pivot = fabs(a[i * n + k]) > fabs(a[pivot * n + k]) ? i : pivot;
        if (!(fabs(a[pivot * n + k]) > largest * n * DBL_EPSILON))
            return AP_ERANGE;
        swap_rows(a, n, k, pivot);
        swap_rows(b, columns, k, pivot);
        for (int i = k + 1; i < n; i++) {
            double f = a[i * n + k] / a[k * n + k];
            for (int j = k; j < n && f != 0.0; j++)
                a[i * n + j] -= f * a[k * n + j];
            for (int c = 0; c < columns && f != 0.0; c++)
                b[i * columns + c] -= f * b[k * columns + c];
        }
    }
    for (int c = 0; c < columns; c++) {
        for (int i = n - 1; i >= 0; i--) {
            for (int j = i + 1; j < n; j++)
                b[i * columns + c] -= a[i * n + j] * b[j * columns + c];
            b[i * columns + c] /= a[i * n + i];
        }
    }
    return 0;
}

/* --- symmetric eigenvalues: cyclic Jacobi ------------------------------------------------------------------------------ */

static void rotate(double *a, double *v, int n, int p, int q)
{
    double apq = a[p * n + q];
    double theta = (a[q * n + q] - a[p * n + p]) / (2.0 * apq);
    double t = (theta >= 0.0 ? 1.0 : -1.0) / (fabs(theta) + hypot(theta, 1.0));
    double c = 1.0 / hypot(t, 1.0), s = t * c;
    for (int k = 0; k < n; k++) {
        double akp = a[k * n + p], akq = a[k * n + q];
        a[k * n + p] = c * akp - s * akq;
        a[k * n + q] = s * akp + c * akq;
    }
    for (int k = 0; k < n; k++) {
        double apk = a[p * n + k], aqk = a[q * n + k];
        a[p * n + k] = c * apk - s * aqk;
        a[q * n + k] = s * apk + c * aqk;
        double vkp = v[k * n + p], vkq = v[k * n + q];
        v[k * n + p] = c * vkp - s * vkq;
        v[k * n + q] = s * vkp + c * vkq;
    }
}

static void sort_eigen(double *values, double *v, int n)
{
    for (int i = 0; i < n; i++) {
        int best = i;
        for (int j = i + 1; j < n; j++)
            best = values[j] > values[best] ? j : best;
        double t = values[i];
        values[i] = values[best];
        values[best] = t;
        for (int k = 0; k < n && best != i; k++) {
            t = v[k * n + i];
            v[k * n + i] = v[k * n + best];
            v[k * n + best] = t;
        }
    }
}

void linalg_eigen(double *a, int n, double *ret_values, double *ret_vectors)
{
    for (int i = 0; i < n * n; i++)
        ret_vectors[i] = i % (n + 1) == 0 ? 1.0 : 0.0;
    for (int sweep = 0; sweep < SWEEPS_MAX; sweep++) {
        bool has_turned = false;
        for (int p = 0; p < n; p++) {
            for (int q = p + 1; q < n; q++) {
                double scale = sqrt(fabs(a[p * n + p])) * sqrt(fabs(a[q * n + q]));
                if (fabs(a[p * n + q]) <= fmax(scale * DBL_EPSILON / 4, DBL_MIN))
                    continue;
                rotate(a, ret_vectors, n, p, q);
                has_turned = true;
            }
        }
        if (!has_turned)
            break;
    }
    for (int i = 0; i < n; i++)
        ret_values[i] = a[i * n + i];
    sort_eigen(ret_values, ret_vectors, n);
}

/* --- least squares ----------------------------------------------------------------------------------------------------- */

void ols_init(struct ols *o, int k)
{
    *o = (struct ols){.k = k};
}

/* Turns one more row into the triangle; what is left of y. */
static double absorb(struct ols *o, const double *row, double y)
{
    double x[OLS_MAX];
    memcpy(x, row, sizeof(double) * (size_t)o->k);
    for (int i = 0; i < o->k; i++) {
        double h2 = o->r[i][i] * o->r[i][i] + x[i] * x[i];
        if (x[i] == 0.0 || !(h2 > 0.0))
            continue;
        double h = sqrt(h2), c = o->r[i][i] / h, s = x[i] / h, z = o->z[i];
        o->r[i][i] = h;
        for (int j = i + 1; j < o->k; j++) {
            double r = o->r[i][j];
            o->r[i][j] = c * r + s * x[j];
            x[j] = c * x[j] - s * r;
        }
        o->z[i] = c * z + s * y;
        y = c * y - s * z;
    }
    return y;
}

void ols_add(struct ols *o, const double *row, double y)
{
    double rest = absorb(o, row, y);
    o->rss += rest * rest;
    running_add(&o->y, y);
    for (int i = 0; i < o->k; i++)
        o->norm[i] += row[i] * row[i];
}

void ols_merge(struct ols *o, const struct ols *other)
{
    for (int i = 0; i < o->k; i++) {
        double rest = absorb(o, other->r[i], other->z[i]);
        o->rss += rest * rest;
        o->norm[i] += other->norm[i];
    }
    o->rss += other->rss;
    running_merge(&o->y, &other->y);
}

/* Columns of the inverse of R, upper triangular. */
static void invert(const struct ols *o, struct ols_result *fit)
{
    for (int j = 0; j < o->k; j++) {
        fit->inverse[j][j] = 1.0 / o->r[j][j];
        for (int i = j - 1; i >= 0; i--) {
            double sum = 0.0;
            for (int m = i + 1; m <= j; m++)
                sum += o->r[i][m] * fit->inverse[m][j];
            fit->inverse[i][j] = -sum / o->r[i][i];
        }
    }
}

int ols_solve(const struct ols *o, struct ols_result *ret_fit)
{
    if (!(o->y.weight > o->k))
        return AP_EAGAIN;
    for (int i = 0; i < o->k; i++) {
        if (!(o->r[i][i] > RANK_TINY * sqrt(o->norm[i])))
            return AP_ERANGE;
    }
    struct ols_result *fit = ret_fit;
    *fit = (struct ols_result){.k = o->k, .n = o->y.weight, .rss = o->rss};
    for (int i = o->k - 1; i >= 0; i--) {
        fit->b[i] = o->z[i];
        for (int j = i + 1; j < o->k; j++)
            fit->b[i] -= o->r[i][j] * fit->b[j];
        fit->b[i] /= o->r[i][i];
    }
    invert(o, fit);
    double variance = o->rss / (fit->n - o->k);
    fit->sigma = sqrt(variance);
    fit->r2 = o->y.m2 > 0.0 ? fmax(0.0, 1.0 - o->rss / o->y.m2) : 0.0;
    for (int i = 0; i < o->k; i++) {
        double sum = 0.0;
        for (int j = i; j < o->k; j++)
            sum += fit->inverse[i][j] * fit->inverse[i][j];
        fit->se[i] = sqrt(variance * sum);
    }
    return 0;
}

void ols_white_add(struct ols_white *w, const struct ols_result *fit, const double *row, double y)
{
    double e = y;
    for (int i = 0; i < fit->k; i++)
        e -= row[i] * fit->b[i];
    for (int i = 0; i < fit->k; i++) {
        for (int j = 0; j < fit->k; j++)
            w->meat[i][j] += e * e * row[i] * row[j];
    }
}

/* The diagonal of (X'X)^-1 meat (X'X)^-1, with (X'X)^-1 = R^-1 R^-T. */
void ols_white_se(const struct ols_white *w, const struct ols_result *fit, double *ret_se)
{
    double bread[OLS_MAX][OLS_MAX];
    for (int i = 0; i < fit->k; i++) {
        for (int j = 0; j < fit->k; j++) {
            bread[i][j] = 0.0;
            for (int m = i > j ? i : j; m < fit->k; m++)
                bread[i][j] += fit->inverse[i][m] * fit->inverse[j][m];
        }
    }
    for (int i = 0; i < fit->k; i++) {
        double sum = 0.0;
        for (int j = 0; j < fit->k; j++) {
            for (int m = 0; m < fit->k; m++)
                sum += bread[i][j] * w->meat[j][m] * bread[m][i];
        }
        ret_se[i] = sqrt(fmax(0.0, sum));
    }
}
