/* Dense linear algebra for small n, row-major, in place, no allocation.
 *
 * Least squares is a QR decomposition that takes one row after the other (Givens rotations; Gentleman 1974), so its state does not grow
 * with the data. Sources: Golub & Van Loan; White (1980) for HC0. */
#ifndef ALPHAPLUS_ANALYTICS_LINALG_H
#define ALPHAPLUS_ANALYTICS_LINALG_H

#include <alphaplus/analytics/stats.h>
#include <alphaplus/base/err.h>

#define LINALG_MAX 64 /* n of the functions on matrices */
#define OLS_MAX    24 /* coefficients */

/* a = L L' in the lower triangle, the rest zeroed. When a is not positive definite, jitter is added to its diagonal: 1e-12 of the mean diagonal,
 * then tenfold up to six times; *ret_jitter (may be NULL) is what was added. AP_ERANGE: that was not enough. */
AP_MUST_CHECK int linalg_cholesky(double *a, int n, double *ret_jitter);
void linalg_solve_lower(const double *l, int n, double *b);            /* L x = b */
void linalg_solve_lower_transposed(const double *l, int n, double *b); /* L' x = b */
/* a x = b with row exchanges; destroys a, b (n x columns) becomes x. AP_ERANGE: singular to working precision. */
AP_MUST_CHECK int linalg_solve(double *a, int n, double *b, int columns);
/* Eigenvalues of a symmetric matrix, largest first, and eigenvectors in the columns of ret_vectors (n x n); destroys a. */
void linalg_eigen(double *a, int n, double *ret_values, double *ret_vectors);

/* y = X b + e. An intercept is a column of ones that the caller gives, the first: R2 is about the mean. */
struct ols {
    int k;
    double r[OLS_MAX][OLS_MAX]; /* upper triangle of R */
    double z[OLS_MAX];          /* Q' y */
    double rss;
    double norm[OLS_MAX]; /* of the columns, squared */
    struct running y;
};
struct ols_result {
    int k;
    double n, rss, r2, sigma; /* sigma: of the residual, over n - k */
    double b[OLS_MAX], se[OLS_MAX];
    double inverse[OLS_MAX][OLS_MAX]; /* of R, upper */
};
void ols_init(struct ols *o, int k); /* 1..OLS_MAX */
void ols_add(struct ols *o, const double *row, double y);
/* As if all rows of the other had been added too. Of the same k. */
void ols_merge(struct ols *o, const struct ols *other);
/* AP_EAGAIN: no more rows than coefficients. AP_ERANGE: columns depend on each other. */
AP_MUST_CHECK int ols_solve(const struct ols *o, struct ols_result *ret_fit);
/* White's standard errors: zero, every row once more after ols_solve, then the errors. */
struct ols_white {
    double meat[OLS_MAX][OLS_MAX];
};
void ols_white_add(struct ols_white *w, const struct ols_result *fit, const double *row, double y);
void ols_white_se(const struct ols_white *w, const struct ols_result *fit, double *ret_se);

#endif
