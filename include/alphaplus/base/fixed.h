/* Decimal text <-> fixed-point integers. A value v with d decimals means v * 10^-d. Exact or refused, never rounded. */
#ifndef ALPHAPLUS_BASE_FIXED_H
#define ALPHAPLUS_BASE_FIXED_H

#include <alphaplus/base/err.h>
#include <stddef.h>
#include <stdint.h>

#define FIXED_DECIMALS_MAX 12
/* Prices and sizes on the hot path stay below this, so that 64 of them, times 64, still sum in an int64. */
#define FIXED_VALUE_MAX (INT64_C(1) << 50)
#define FIXED_TEXT_MAX  32

/* Reads all n bytes: optional '-', digits, optional '.' and digits. No exponent, no spaces, no '+'. Trailing zeros
 * beyond `decimals` are dropped; a non-zero digit there is AP_ERANGE, as is a value beyond int64. `decimals` is 0..FIXED_DECIMALS_MAX. */
AP_MUST_CHECK int fixed_parse(const char *text, size_t n, int decimals, int64_t *ret_value);

/* Digits after the point without trailing zeros ("64098.10" -> 1), or with them when `keep_zeros` (-> 2); 0 when none.
 * AP_ERANGE beyond FIXED_DECIMALS_MAX. */
AP_MUST_CHECK int fixed_count_decimals(const char *text, size_t n, int keep_zeros, int *ret_decimals);

/* Writes exactly `decimals` (0..18) digits after the point and a final NUL; returns the length. buf holds FIXED_TEXT_MAX. */
size_t fixed_format(char *buf, int64_t value, int decimals);

/* value * 10^(to - from), exact; AP_ERANGE when digits would be lost or it overflows. */
AP_MUST_CHECK int fixed_rescale(int64_t value, int from, int to, int64_t *ret_value);

int64_t fixed_pow10(int decimals); /* 0 <= decimals <= 18; else 0 */
double fixed_to_double(int64_t value, int decimals);

#endif
