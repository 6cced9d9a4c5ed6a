/* Volume by price, in bins of a width that grows by doubling when prices leave them: nothing is thrown away, only told less finely.
 *
 * Bin i holds first + i as the number of its bucket: prices [number * bucket, (number + 1) * bucket). Cells are {bought, sold}; those
 * outside [lo, hi] are 0. */
#ifndef ALPHAPLUS_ANALYTICS_PROFILE_H
#define ALPHAPLUS_ANALYTICS_PROFILE_H

#include <alphaplus/model/event.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bins {
    int64_t bucket; /* price units; 0: not begun */
    int64_t first;
    uint32_t lo, hi; /* occupied cells */
};
/* The bucket to begin with: bps of px, a whole number of ticks. */
int64_t bins_bucket(int64_t px, int64_t tick, double bps);
void bins_begin(struct bins *b, double (*cells)[2], uint32_t cap, int64_t bucket);
/* px > 0, cap > 1. */
void bins_add(struct bins *b, double (*cells)[2], uint32_t cap, int64_t px, enum aggressor side, double qty);

/* Where most was traded (the lowest of equals), and the run of bins around it that holds `share` of all: it grows by the larger
 * neighbour, the upper of equals. Indices into volume[0 .. n). False: there is no volume. Source: Steidlmayer's market profile, one row
 * at a time. */
struct value_area {
    size_t poc, low, high;
};
bool value_area(const double *volume, size_t n, double share, struct value_area *ret_area);

#endif
