/* Volatility from returns, per step of the returns: the caller scales it to a year of 365 days. */
#ifndef ALPHAPLUS_ANALYTICS_VOLATILITY_H
#define ALPHAPLUS_ANALYTICS_VOLATILITY_H

#include <stddef.h>

/* The square root of the sum of squared returns, over all n of them together, with its standard error from the sum of fourth powers.
 * Andersen, Bollerslev, Diebold & Labys (2003); Barndorff-Nielsen & Shephard (2002). */
struct volatility {
    double sd, se;
};
struct volatility volatility_realised(const double *returns, size_t n);

/* v' = lambda v + (1 - lambda) r^2. RiskMetrics (1996). The start is the mean of the first VOLATILITY_START squares. */
#define VOLATILITY_START 20
static inline double volatility_ewma_step(double variance, double lambda, double r)
{
    return lambda * variance + (1.0 - lambda) * r * r;
}
/* Pointer-free; all zero is the start. */
struct volatility_ewma {
    double variance; /* per step; the sum of squares until n reaches VOLATILITY_START */
    double n;        /* returns seen */
};
void volatility_ewma_add(struct volatility_ewma *v, double lambda, double r);
/* sd 0: not begun. The standard error is that of normal returns. */
struct volatility volatility_ewma_now(const struct volatility_ewma *v, double lambda);

#endif
