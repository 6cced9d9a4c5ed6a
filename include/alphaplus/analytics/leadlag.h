/* Which of two series of one asset moves first, from observations at their own times: Hayashi & Yoshida (2005) without resampling,
 * Hoffmann, Rosenbaum & Yoshida (2013) for the lag, Huth & Abergel (2014) for the ratio. */
#ifndef ALPHAPLUS_ANALYTICS_LEADLAG_H
#define ALPHAPLUS_ANALYTICS_LEADLAG_H

#include <alphaplus/base/err.h>
#include <stddef.h>
#include <stdint.h>

struct lead_point {
    int64_t t_ns;
    double x; /* log price */
};
/* Times rise. */
struct lead_series {
    const struct lead_point *points; /* borrowed */
    size_t n;
};

/* Sum of products of changes whose intervals overlap, y shifted by -lag; *ret_overlaps (may be NULL): how many products. */
double lead_covariance(const struct lead_series *x, const struct lead_series *y, int64_t lag_ns,
                       uint64_t *ret_overlaps);
double lead_variance(const struct lead_series *x); /* sum of squared changes */

struct lead_grid {
    int64_t reach_ns; /* lags -reach..reach */
    int64_t step_ns;
    int64_t fine_ns; /* step around the best; 0: none */
};
struct lead_result {
    int64_t lag_ns; /* of the largest |rho|; > 0: x leads y */
    double rho;     /* there */
    double rho0;    /* at lag 0 */
    double ratio;   /* sum of rho^2 where x leads by that where y does; 0: nothing to divide by */
    uint64_t overlaps;
};
/* AP_EAGAIN: fewer than two points, or one of them never moved. */
AP_MUST_CHECK int lead_find(const struct lead_series *x, const struct lead_series *y,
                            const struct lead_grid *grid, struct lead_result *ret_lead);

#endif
