/* Special functions and distributions. Relative error about 1e-13 in the body; no function raises a float exception for finite arguments
 * in the stated ranges. Sources: Wichura (1988) AS241; Lentz's continued fractions (Thompson & Barnett 1986). */
#ifndef ALPHAPLUS_ANALYTICS_SPECIAL_H
#define ALPHAPLUS_ANALYTICS_SPECIAL_H

double special_xlogy(double x, double y);          /* x ln y; 0 when x is 0 */
double special_log_gamma(double x);                /* x > 0 */
double special_gamma_p(double a, double x);        /* regularised lower incomplete gamma; a > 0, x >= 0 */
double special_gamma_q(double a, double x);        /* 1 - P, without loss */
double special_beta(double x, double a, double b); /* regularised incomplete beta; x in [0, 1], a, b > 0 */

double normal_cdf(double x);
double normal_quantile(double p); /* p in (0, 1); outside it the nearest finite end */
double student_cdf(double t, double df);
double student_quantile(double p, double df); /* p in (0, 1), df >= 1 */
double chi2_cdf(double x, double df);
double chi2_sf(double x, double df);       /* the upper tail */
double chi2_quantile(double p, double df); /* p in (0, 1) */

double special_sigmoid(double z);            /* 1 / (1 + exp(-z)) */
double special_log_loss(double z, double y); /* of sigmoid(z) against y in [0, 1] */

#endif
