#include "fingerprint.h"

#include <alphaplus/base/hash.h>
#include <math.h>

uint64_t libm_fingerprint(void)
{
    volatile double x = 0.7310585786300049;
    uint64_t h = HASH_SEED;
    for (int i = 0; i < 64; i++) {
        h = hash_double(h, exp(x * i - 20.0));
        h = hash_double(h, log(x * (i + 1)));
        h = hash_double(h, pow(1.1, x * i));
    }
    return hash_final(h);
}
