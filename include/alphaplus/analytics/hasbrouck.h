/* Hasbrouck (1991): a vector autoregression of quote revisions and signed trades in trade time. The revision's equation holds the trade's
 * own sign; the lasting impact of one trade is the cumulated response of the quote after HASBROUCK_STEPS trades. */
#ifndef ALPHAPLUS_ANALYTICS_HASBROUCK_H
#define ALPHAPLUS_ANALYTICS_HASBROUCK_H

#include <alphaplus/base/err.h>
#include <stddef.h>
#include <stdint.h>

#define HASBROUCK_LAGS  5
#define HASBROUCK_STEPS 100
#define HASBROUCK_MIN   200 /* usable trades of a fit */

struct hasbrouck_trade {
    double r;         /* what the mid did from just before this trade to just before the next, bps */
    float x;          /* +1 or -1 */
    int32_t is_first; /* something was missed before this one: it and its followers have no lags across */
};
struct hasbrouck {
    size_t n;                              /* rows used */
    double at_once;                        /* response of the quote to the trade itself, bps */
    double cumulated[HASBROUCK_STEPS + 1]; /* after k further trades */
    double lasting, lasting_se;            /* the last of them; jackknife over blocks */
    double var_r, var_x;                   /* of the residuals */
    double sigma_w2;                       /* variance of the random walk */
    double r2_w, r2_w_se;                  /* share of it that trades bring */
    double radius;                         /* of the companion matrix, < 1 */
};
/* AP_EAGAIN: too few trades. AP_ERANGE: they determine nothing, or the system is not stable. */
AP_MUST_CHECK int hasbrouck_fit(const struct hasbrouck_trade *trades, size_t n, struct hasbrouck *ret_fit);

#endif
