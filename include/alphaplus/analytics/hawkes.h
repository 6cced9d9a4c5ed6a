/* Self-exciting events: Hawkes processes with an exponential kernel.
 *
 *   lambda(t) = mu + sum over t_i < t of alpha g_i exp(-beta (t - t_i))
 *
 * Times are seconds from the start of observation, rising; g_i is the mark of an event (1 without marks). The branching ratio, the share of
 * events that others caused, is alpha / beta times the mean mark. Hawkes (1971), Ogata (1981, 1988), Ozaki (1979). */
#ifndef ALPHAPLUS_ANALYTICS_HAWKES_H
#define ALPHAPLUS_ANALYTICS_HAWKES_H

#include <alphaplus/base/err.h>
#include <stddef.h>

struct hawkes {
    double mu, alpha, beta; /* 1/s */
};
struct hawkes_events {
    const double *t;    /* borrowed */
    const double *mark; /* borrowed; NULL: all 1 */
    size_t n;
    double end; /* of observation, >= the last */
};

/* grad (may be NULL): by mu, alpha, beta. */
double hawkes_loglik(const struct hawkes *h, const struct hawkes_events *ev, double grad[3]);

/* Of a feed that tells no more than whether there was any event in a second: t are whole seconds, each once. P(event in second s) =
 * 1 - exp(-lambda_s), with what happened in earlier seconds decaying as above. */
double hawkes_presence_loglik(const struct hawkes *h, const struct hawkes_events *ev);

/* Two kinds of events that excite themselves and each other, one beta: kernel of j on i is branching[i][j] beta exp(-beta t). */
struct hawkes_pair {
    double mu[2], branching[2][2], beta;
};
double hawkes_pair_loglik(const struct hawkes_pair *h, const struct hawkes_events ev[2]);

/* Largest likelihood over mu, alpha, beta > 0 with a branching ratio below 1, from several starts. AP_EAGAIN: fewer than 3 events, or no
 * time. */
enum hawkes_feed { HAWKES_EACH, HAWKES_PRESENCE };
AP_MUST_CHECK int hawkes_fit(const struct hawkes_events *ev, enum hawkes_feed feed, struct hawkes *ret_hawkes,
                             double *ret_loglik);
double hawkes_mean_mark(const struct hawkes_events *ev);

/* Kolmogorov and Smirnov's distance of the residuals (compensator between events) from Exp(1), and its p-value. `work` holds n. */
double hawkes_residuals(const struct hawkes *h, const struct hawkes_events *ev, double *work, double *ret_p);

/* Events of one clock tick have no order: they are spread evenly within it. */
void hawkes_spread_ties(double *t, size_t n, double tick_s);

#endif
