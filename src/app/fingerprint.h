/* Tells apart the machines on which digests over doubles can be compared. */
#ifndef ALPHAPLUS_APP_FINGERPRINT_H
#define ALPHAPLUS_APP_FINGERPRINT_H

#include <stdint.h>

/* exp, log and pow of a few numbers, bit by bit: another libm has other last bits. */
uint64_t libm_fingerprint(void);

#endif
