/* Summaries of a stream: pointer-free, of fixed size, all zero is the start. Values that go in are finite.
 *
 * Sources: Welford (1962), Chan, Golub & LeVeque (1979), West (1979), Finch (2009), Hyndman & Fan (1996). */
#ifndef ALPHAPLUS_ANALYTICS_STATS_H
#define ALPHAPLUS_ANALYTICS_STATS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Mean and variance. */
struct running {
    double weight; /* the count, or the sum of weights */
    double mean, m2;
};
void running_add(struct running *r, double x);
void running_weigh(struct running *r, double x, double weight); /* weight <= 0: nothing happens */
void running_merge(struct running *r, const struct running *other);
double running_variance(const struct running *r);   /* of a sample, n - 1; 0 below two values */
double running_population(const struct running *r); /* over the weight; 0 when there is none */

/* Exponentially weighted, for values at irregular times: a = 1 - exp(-dt / tau). The first value counts as all the past until then,
 * so `weight`, what has been seen of it since, says how much that still matters. */
#define EW_WARM 0.95
struct ew {
    double mean, variance;
    double weight;   /* 0..1 */
    int64_t last_ns; /* of the last value */
    int64_t n;
};
void ew_add(struct ew *e, double tau_s, int64_t now_ns, double x);
static inline bool ew_is_warm(const struct ew *e)
{
    return e->weight > EW_WARM;
}
struct ew_pair {
    double mean_x, mean_y, variance_x, variance_y, covariance;
    double weight;
    int64_t last_ns;
    int64_t n;
};
void ew_pair_add(struct ew_pair *e, double tau_s, int64_t now_ns, double x, double y);

/* A sum that decays: of values as they come, halved every half_life. */
struct decay {
    double sum;
    int64_t last_ns;
};
void decay_add(struct decay *d, double half_life_s, int64_t now_ns, double x);
double decay_at(const struct decay *d, double half_life_s, int64_t now_ns);

/* The sum of the last `cap` values, which the caller keeps in `ring`; summed anew once a round, so that it does not drift. */
struct rolling {
    double sum;
    uint32_t n; /* values in the ring, at most cap */
    uint32_t at;
};
void rolling_push(struct rolling *r, double *ring, uint32_t cap, double x);

/* A distribution by buckets of 2 %, aged: weights halve every half-life (0: never). Quantiles within 1 %. What is not above `min` falls
 * into the first bucket and is given back as min; what is beyond 6e8 min falls into the last. */
#define HISTOGRAM_BINS 1024
struct histogram {
    double min; /* > 0; set before the first value */
    double half_life_s;
    double scale;    /* what one value weighs now; 0: none came yet */
    double total;    /* of bins */
    int64_t aged_ns; /* scale is as of then */
    int64_t n;       /* values ever */
    double bins[HISTOGRAM_BINS];
};
void histogram_init(struct histogram *h, double min, double half_life_s);
void histogram_add(struct histogram *h, int64_t now_ns, double x);
double histogram_weight(const struct histogram *h,
                        int64_t now_ns); /* in values: how many the aged ones are worth */
double histogram_quantile(const struct histogram *h, double p); /* 0 when empty; p in [0, 1] */
double histogram_rank(const struct histogram *h,
                      double x); /* share below x, half of its bucket counted; 0 when empty */

/* On arrays. The quantile is R's type 7; it, the median and the MAD sort x, n >= 1. */
void stats_sort(double *x, size_t n);
double stats_quantile_sorted(const double *x, size_t n, double p);
double stats_quantile(double *x, size_t n, double p);
double stats_median(double *x, size_t n);
/* Median of |x - centre|, not scaled by 1.4826; x becomes the deviations. */
double stats_mad(double *x, size_t n, double centre);

/* sum num / sum den, and its standard error for terms that hang together over `lags` neighbours (Newey & West 1987). den > 0 in sum; n <=
 * STATS_RATIO_MAX. */
#define STATS_RATIO_MAX 512
void stats_ratio(const double *num, const double *den, size_t n, size_t lags, double *ret_ratio,
                 double *ret_se);

/* Survival by Kaplan and Meier (1958): the first time at which no more than `level` survive. False: more outlive the last event. Sorts s. */
struct survival {
    double time;
    bool is_event; /* false: censored then */
};
bool stats_survival(struct survival *s, size_t n, double level, double *ret_time);

#endif
