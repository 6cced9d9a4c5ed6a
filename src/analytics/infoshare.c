#include <alphaplus/analytics/infoshare.h>
#include <alphaplus/analytics/linalg.h>

#include <math.h>
#include <stdbool.h>

_Static_assert(2 + 2 * INFOSHARE_LAGS_MAX <= OLS_MAX, "all coefficients fit");

/* Row t of the regression: constant, error, then each lag's changes of both. */
static void make_row(const double *x, const double *y, size_t t, int lags, double *row)
{
    row[0] = 1.0;
    row[1] = x[t] - y[t];
    for (int k = 0; k < lags; k++) {
        size_t at = t - (size_t)k;
        row[2 + 2 * k] = x[at] - x[at - 1];
        row[3 + 2 * k] = y[at] - y[at - 1];
    }
}

static double residual(const struct ols_result *fit, const double *row, double change)
{
    for (int i = 0; i < fit->k; i++)
        change -= fit->b[i] * row[i];
    return change;
}

/* Share of market `j` in the variance of the common price, ordered first and last: psi F, F the Cholesky factor of omega. */
static void share_of(struct infoshare *s, const double psi[2], int j)
{
    int other = 1 - j;
    double var = s->omega[j][j], var_other = s->omega[other][other], cov = s->omega[0][1];
    double total = psi[0] * psi[0] * s->omega[0][0] + 2.0 * psi[0] * psi[1] * cov +
                   psi[1] * psi[1] * s->omega[1][1];
    double first = psi[j] * sqrt(var) + psi[other] * cov / sqrt(var);
    double rest = var - cov * cov / var_other;
    s->first[j] = first * first / total;
    s->last[j] = psi[j] * psi[j] * (rest > 0.0 ? rest : 0.0) / total;
}

static int shares(struct infoshare *s)
{
    double pull = s->alpha[1] - s->alpha[0];
    bool is_sound = s->omega[0][0] > 0.0 && s->omega[1][1] > 0.0 && pull > 0.0;
    if (!is_sound)
        return AP_ERANGE;
    s->component[0] = s->alpha[1] / pull;
    s->component[1] = -s->alpha[0] / pull;
    double total = s->component[0] * s->component[0] * s->omega[0][0] +
                   2.0 * s->component[0] * s->component[1] * s->omega[0][1] +
                   s->component[1] * s->component[1] * s->omega[1][1];
    if (!(total > 0.0))
        return AP_ERANGE;
    share_of(s, s->component, 0);
    share_of(s, s->component, 1);
    double mid[2], ratio = 0.0;
    for (int j = 0; j < 2; j++)
        mid[j] = (s->first[j] + s->last[j]) / 2.0;
    double up = fabs(mid[0] * s->component[1]), down = fabs(mid[1] * s->component[0]);
    if (up + down > 0.0)
        ratio = up * up / (up * up + down * down);
    s->leadership[0] = ratio;
    s->leadership[1] = 1.0 - ratio;
    return 0;
}

int infoshare_fit(const double *x, const double *y, size_t n, int lags, struct infoshare *ret_share)
{
    struct ols ols[2];
    struct ols_result fit[2];
    double row[OLS_MAX];
    struct infoshare s = {.n = 0};
    size_t from = (size_t)lags;

    if (lags < 1 || lags > INFOSHARE_LAGS_MAX)
        return AP_EINVAL;
    if (n < from + 2 || n - from - 1 < 10 * (size_t)lags)
        return AP_EAGAIN;
    for (int j = 0; j < 2; j++)
        ols_init(&ols[j], 2 + 2 * lags);
    for (size_t t = from; t + 1 < n; t++) {
        make_row(x, y, t, lags, row);
        ols_add(&ols[0], row, x[t + 1] - x[t]);
        ols_add(&ols[1], row, y[t + 1] - y[t]);
        s.n++;
    }
    for (int j = 0; j < 2; j++) {
        int err = ols_solve(&ols[j], &fit[j]);
        if (err < 0)
            return err;
        s.alpha[j] = fit[j].b[1];
    }
    for (size_t t = from; t + 1 < n; t++) {
        make_row(x, y, t, lags, row);
        double e0 = residual(&fit[0], row, x[t + 1] - x[t]), e1 = residual(&fit[1], row, y[t + 1] - y[t]);
        s.omega[0][0] += e0 * e0 / (double)s.n;
        s.omega[1][1] += e1 * e1 / (double)s.n;
        s.omega[0][1] += e0 * e1 / (double)s.n;
    }
    s.omega[1][0] = s.omega[0][1];
    int err = shares(&s);
    if (err == 0)
        *ret_share = s;
    return err;
}
