/* Is a price series a random walk? Variance ratios (Lo & MacKinlay 1988), jointly (Chow & Denning 1993), and DFA-1 (Peng et al. 1994).
 * On log mids at even times, never on trade prices. */
#ifndef ALPHAPLUS_ANALYTICS_EFFICIENCY_H
#define ALPHAPLUS_ANALYTICS_EFFICIENCY_H

#include <stdbool.h>
#include <stddef.h>

struct variance_ratio {
    double ratio; /* 1: random walk; below: reversal */
    double z;     /* robust against heteroskedasticity */
    double se;    /* sqrt(theta / n) */
};
/* p: n + 1 log prices, 2 <= q < n. Overlapping, unbiased. False: the price did not move. */
bool efficiency_variance_ratio(const double *p, size_t n, size_t q, struct variance_ratio *ret_ratio);
/* P(max |Z| of m tests is as large) under the null, by Sidak's bound. */
double efficiency_joint_p(double max_z, int m);
/* Slope of log fluctuation over log size, sizes 8, 16, .. up to n / 4 and 256; 0.5: no memory. False: fewer than three sizes, or no moves. */
#define EFFICIENCY_DFA_SIZES 6
bool efficiency_dfa(const double *returns, size_t n, double *ret_alpha, double *ret_se);

#define EFFICIENCY_Q 4 /* q = 2, 4, 8, 16 */
struct efficiency {
    struct variance_ratio vr[EFFICIENCY_Q];
    double score; /* 1 - mean min(1, |VR - 1|) */
    double p;     /* joint */
    double dfa, dfa_se;
    bool has_dfa;
};
bool efficiency_measure(const double *p, size_t n, struct efficiency *ret_efficiency);

#endif
