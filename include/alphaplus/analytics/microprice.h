/* Stoikov's micro-price (2018): the mid plus its expected change, given the imbalance at the touch and the spread.
 *
 * A state is a tenth of imbalance I = bid size / (bid size + ask size) and a spread of 1..MICROPRICE_SPREADS ticks. One-step
 * transitions, each counted with its mirror image, give Q (mid unchanged), R (mid moved by -1, -1/2, +1/2, +1 ticks) and T (mid moved,
 * new state): G1 = (I - Q)^-1 R K, B = (I - Q)^-1 T, G* = sum of B^i G1. */
#ifndef ALPHAPLUS_ANALYTICS_MICROPRICE_H
#define ALPHAPLUS_ANALYTICS_MICROPRICE_H

#include <alphaplus/base/err.h>
#include <stdint.h>

#define MICROPRICE_BUCKETS   10
#define MICROPRICE_SPREADS   2
#define MICROPRICE_STATES    (MICROPRICE_BUCKETS * MICROPRICE_SPREADS)
#define MICROPRICE_STEPS_MIN 5000 /* transitions, mirrors not counted, before a fit is worth showing */

struct microprice_counts {
    double stay[MICROPRICE_STATES][MICROPRICE_STATES]; /* mid unchanged */
    double move[MICROPRICE_STATES][MICROPRICE_STATES]; /* mid changed */
    double jump[MICROPRICE_STATES][4];                 /* by -1, -1/2, +1/2, +1 ticks */
    double steps;
};

/* State of a touch; -1 when the spread is not within 1..MICROPRICE_SPREADS ticks or imbalance not within [0, 1]. */
int microprice_state(double imbalance, int64_t spread_ticks);
/* One step; moved_half_ticks: change of the mid. Steps of more than one tick are not counted. */
void microprice_add(struct microprice_counts *c, int from, int to, int64_t moved_half_ticks);
/* G1 and G* by state, in ticks. AP_EAGAIN: the counts do not determine them. */
AP_MUST_CHECK int microprice_fit(const struct microprice_counts *c, double ret_g1[MICROPRICE_STATES],
                                 double ret_g[MICROPRICE_STATES]);

#endif
