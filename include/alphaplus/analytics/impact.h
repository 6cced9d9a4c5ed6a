/* What trading costs and how far it moves the price: formulas on arrays. Prices in any one unit, sides +1 (taker buys) or -1. */
#ifndef ALPHAPLUS_ANALYTICS_IMPACT_H
#define ALPHAPLUS_ANALYTICS_IMPACT_H

#include <stdbool.h>
#include <stddef.h>

/* Of one trade at px, in bps of the mid just before it. Effective = realised + impact. Huang & Stoll (1996). */
double impact_effective(int side, double px, double mid);
double impact_realised(int side, double px, double mid, double mid_later);
double impact_permanent(int side, double mid, double mid_later); /* "price impact" over a horizon */

/* y = alpha + beta x, with White's (HC0) standard error beside the plain one. False: below three points, or x does not vary. */
struct regression {
    size_t n;
    double alpha, beta;
    double se, se_hc0; /* of beta */
    double r2;
};
bool regression_fit(const double *x, const double *y, size_t n, struct regression *ret_fit);

/* Mean of |return| / value traded over bars with trades, the largest ratios held to their `winsor` quantile (type 7; 1: none). Amihud (2002).
 * False: no bar had trades. n <= IMPACT_BARS_MAX. */
#define IMPACT_BARS_MAX 256
bool impact_amihud(const double *returns, const double *values, size_t n, double winsor, double *ret_mean,
                   double *ret_se);

/* Covariance of successive price changes, over all n - 1 pairs; the spread is 2 sqrt(-cov). Roll (1984). False: cov >= 0, and there is no such
 * spread, or below three changes. */
bool impact_roll(const double *changes, size_t n, double *ret_spread, double *ret_se);

/* Square-root law: y sigma_day sqrt(qty / volume_day), in the unit of sigma. A model. Toth et al. (2011). volume_day > 0. */
double impact_square_root(double y, double sigma_day, double qty, double volume_day);

#endif
