/* Estimated liquidation levels. No venue publishes other people's positions: this is a model, and to be shown as an estimate.
 *
 * Every contract has a long and a short, so open interest that is added at a price is added to both sides, spread over a few leverages;
 * each has its liquidation price. What falls is closed in proportion; what the price trades through is gone. Mass is kept for each
 * leverage apart, as if all had taken it, and the weights of leverages are applied when it is looked at: so they can be learnt. Weights
 * have a Dirichlet prior, whose spread is the error band: what the model itself gets wrong is in no band. */
#ifndef ALPHAPLUS_ANALYTICS_OIMAP_H
#define ALPHAPLUS_ANALYTICS_OIMAP_H

#include <alphaplus/model/event.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define OIMAP_BINS      2048 /* of each side: bin i holds prices [i * width, (i + 1) * width) */
#define OIMAP_LEVERAGES 5
#define OIMAP_PRIOR     50.0 /* events that the default weights are worth */

extern const double oimap_leverage[OIMAP_LEVERAGES];
extern const double oimap_weight[OIMAP_LEVERAGES]; /* the defaults */

/* Pointer-free; zero is the start. Prices are doubles in the caller's unit, mass in the unit of open interest times price. */
struct oimap {
    double width; /* 0: not begun */
    double oi;    /* at the end of the last bar; 0: none yet */
    double weight[OIMAP_LEVERAGES], weight_sd[OIMAP_LEVERAGES];
    double mass[2][OIMAP_LEVERAGES][OIMAP_BINS]; /* by enum position_side */
};
struct oimap_bar {
    double vwap, high, low;
    double oi; /* at its end */
};
/* What a bar traded through, before it was deleted: for the back-test and for learning. */
struct oimap_swept {
    size_t from[2], to[2];           /* bins by side, [from, to) */
    double mass[2][OIMAP_LEVERAGES]; /* that was there */
};

void oimap_begin(struct oimap *m, double width);
/* One bar: sweeps, then closes or adds. mmr: maintenance margin of a typical position. decay in (0, 1]: what remains of stale mass. */
void oimap_add(struct oimap *m, const struct oimap_bar *bar, double mmr, double decay,
               struct oimap_swept *ret_swept);
double oimap_mass(const struct oimap *m, enum position_side side, size_t bin, double *ret_sd);
/* Weights from observed notional y against swept mass x of each leverage, summed over bars: xx = sum of x x', xy = sum of x y; events that y
 * came from. Non-negative least squares, shrunk to the prior. */
void oimap_learn(struct oimap *m, double (*xx)[OIMAP_LEVERAGES], const double xy[OIMAP_LEVERAGES],
                 double events);
/* min |A w - b| over w >= 0, given A'A and A'b. Lawson & Hanson (1974), by coordinate descent. */
void oimap_nnls(double (*xx)[OIMAP_LEVERAGES], const double xy[OIMAP_LEVERAGES],
                double ret_w[OIMAP_LEVERAGES]);

#endif
