/* Leveraged positions of the market's traders, found by the price that kills them: one heap for longs, one
 * for shorts. */
#ifndef SIM_MARKET_POSITIONS_H
#define SIM_MARKET_POSITIONS_H

#include "sim/market/rng.h"

#include <alphaplus/base/err.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define POSITIONS_MAX    16384 /* a side */
#define MAINTENANCE_RATE 0.004

struct holding {
    double death; /* price at which it is liquidated */
    double entry;
    uint32_t lots;
    uint32_t leverage;
};

struct positions {
    struct holding *sides[2]; /* owned; heaps, the first to die on top; [0] longs, [1] shorts */
    size_t n[2];
    int64_t lots; /* sum of all */
};

AP_MUST_CHECK int positions_init(struct positions *p);
void positions_finish(struct positions *p);
double position_death(bool is_long, double entry, uint32_t leverage);
double position_bankruptcy(bool is_long, double entry, uint32_t leverage);
uint32_t position_leverage(struct rng *r); /* 5, 10, 25, 50 or 100 */
/* A full side takes no more. */
void positions_open(struct positions *p, bool is_long, double entry, uint32_t lots, uint32_t leverage);
/* Closes any one, chosen by chance. */
void positions_close_any(struct positions *p, struct rng *r);
/* The next one that this mark price kills. */
bool positions_reap(struct positions *p, bool is_long, double mark, struct holding *ret_dead);

#endif
