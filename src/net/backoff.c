#include "net/backoff.h"

void backoff_init(struct backoff *b, int64_t base_ns, int64_t cap_ns)
{
    *b = (struct backoff){.base_ns = base_ns, .cap_ns = cap_ns};
}

void backoff_reset(struct backoff *b)
{
    b->failures = 0;
}

int64_t backoff_next(struct backoff *b, uint64_t random)
{
    int64_t wait_ns = b->base_ns;
    for (uint32_t i = 0; i < b->failures && wait_ns < b->cap_ns; i++) {
        wait_ns = wait_ns > b->cap_ns / 2 ? b->cap_ns : wait_ns * 2;
    }
    if (b->failures < UINT32_MAX) {
        b->failures++;
    }
    uint64_t half = (uint64_t)wait_ns / 2;
    return wait_ns - (int64_t)(random % (half + 1));
}

uint64_t backoff_random(uint64_t *state)
{
    uint64_t z = (*state += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}
