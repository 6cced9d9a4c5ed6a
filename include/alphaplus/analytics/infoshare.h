/* Where the price of one asset is found: two markets that must come back to one another, as a vector error correction model with the
 * cointegrating vector (1, -1) known. Information shares: Hasbrouck (1995); they hang on the order of the markets, so both orders
 * bound them. Component shares: Gonzalo & Granger (1995). Information leadership: Putnins (2013). */
#ifndef ALPHAPLUS_ANALYTICS_INFOSHARE_H
#define ALPHAPLUS_ANALYTICS_INFOSHARE_H

#include <alphaplus/base/err.h>
#include <stddef.h>

#define INFOSHARE_LAGS_MAX 10

struct infoshare {
    double alpha[2];          /* how fast each comes back to the other */
    double omega[2][2];       /* covariance of what was not foreseen */
    double component[2];      /* Gonzalo & Granger; add up to 1 */
    double first[2], last[2]; /* information shares with this market ordered first, and last */
    double leadership[2];     /* Putnins */
    size_t n;                 /* observations in the regression */
};

/* x, y: n prices (or their logarithms) of the two at the same, evenly spaced times. AP_EAGAIN: too few, AP_ERANGE: one did not move,
 * or nothing pulls them together. lags: 1..INFOSHARE_LAGS_MAX. */
AP_MUST_CHECK int infoshare_fit(const double *x, const double *y, size_t n, int lags,
                                struct infoshare *ret_share);

#endif
