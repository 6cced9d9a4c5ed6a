/* Latency histograms: log-linear bins (16 a factor of two), ns to hours, quantiles within 7 %. One writer. */
#ifndef ALPHAPLUS_BASE_LATENCY_H
#define ALPHAPLUS_BASE_LATENCY_H

#include <stdint.h>

#define LATENCY_BINS 784

struct latency {
    uint64_t count;
    int64_t max_ns;
    uint32_t bins[LATENCY_BINS];
};
void latency_add(struct latency *l, int64_t ns);
/* Upper edge of the bin that holds quantile p of 0..1; 0 when empty. */
int64_t latency_quantile(const struct latency *l, double p);
/* Halves all counts: recent ones weigh more. */
void latency_age(struct latency *l);

#endif
