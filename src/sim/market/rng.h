/* Random numbers of the market model: xoshiro256** (Blackman, Vigna 2018), seeded by splitmix64. The same
 * on every machine. */
#ifndef SIM_MARKET_RNG_H
#define SIM_MARKET_RNG_H

#include <stdbool.h>
#include <stdint.h>

struct rng {
    uint64_t s[4];
};

void rng_init(struct rng *r, uint64_t seed);
uint64_t rng_u64(struct rng *r);
double rng_unit(struct rng *r);                /* [0, 1) */
uint32_t rng_below(struct rng *r, uint32_t n); /* 0..n-1; n >= 1 */
bool rng_chance(struct rng *r, double p);      /* true with probability p */
double rng_range(struct rng *r, double lo, double hi);
double rng_normal(struct rng *r);
double rng_exponential(struct rng *r, double mean);
double rng_lognormal(struct rng *r, double median, double sigma);
uint32_t rng_poisson(struct rng *r, double mean); /* means up to some hundreds */

#endif
