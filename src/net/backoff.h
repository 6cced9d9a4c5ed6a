/* How long to wait before the next try: doubling, capped, jittered so that many clients do not come back at once. Pure. */
#ifndef ALPHAPLUS_NET_BACKOFF_H
#define ALPHAPLUS_NET_BACKOFF_H

#include <stdint.h>

struct backoff {
    int64_t base_ns, cap_ns; /* 0 < base <= cap */
    uint32_t failures;       /* in a row */
};

void backoff_init(struct backoff *b, int64_t base_ns, int64_t cap_ns);
void backoff_reset(struct backoff *b);
/* The wait after one more failure: between half and the whole of min(cap, base * 2^failures), by `random`. */
int64_t backoff_next(struct backoff *b, uint64_t random);

/* The next of a sequence of random numbers (splitmix64); any seed. For jitter, not for secrets. */
uint64_t backoff_random(uint64_t *state);

#endif
