/* Quoted decimals read eight bytes at a time: the common case of fixed_parse(), which answers for all the others.
 *
 * A word holds eight characters, the first in its lowest byte. Whole digits are shifted up against the top of the word and
 * the wanted decimals behind them, so that zero bytes pad the front, and one multiply chain makes a number of all eight. */
#ifndef AP_VENUE_DECIMAL_H
#define AP_VENUE_DECIMAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "words are read as little-endian"
#endif

/* Bytes that may be looked at from the first digit on. */
#define DECIMAL_REACH     18
#define DECIMAL_QUICK_MAX 8 /* decimals */

/* 7 whole digits and 8 decimals are the most that is read here: always below FIXED_VALUE_MAX. */
#define DECIMAL_WHOLE_MAX 7

static inline uint64_t decimal_word(const char *p)
{
    uint64_t w;
    memcpy(&w, p, sizeof(w));
    return w ^ UINT64_C(0x3030303030303030);
}

/* How many bytes from the lowest on are digits: 0..8. */
static inline unsigned decimal_digits(uint64_t word)
{
    uint64_t other = ((word + UINT64_C(0x7676767676767676)) | word) & UINT64_C(0x8080808080808080);
    return other != 0 ? (unsigned)__builtin_ctzll(other) >> 3 : 8;
}

/* The number of eight digits: pairs, then fours, then all. */
static inline uint64_t decimal_value(uint64_t word)
{
    const uint64_t pairs = UINT64_C(0x000000ff000000ff);
    word = word * 10 + (word >> 8);
    return (((word & pairs) * UINT64_C(0x000f424000000064)) +
            (((word >> 16) & pairs) * UINT64_C(0x0000271000000001))) >>
           32;
}

/* The decimal at *at, to its closing quote, counted in 10^-decimals; scale is 10^decimals, decimals <= DECIMAL_QUICK_MAX.
 * *at moves behind the quote. False: not of the simple form (which may be right all the same), and nothing is changed. */
static inline bool decimal_quick(const char **at, unsigned decimals, int64_t scale, int64_t *ret_value)
{
    const char *p = *at;
    uint64_t word = decimal_word(p);
    unsigned whole_n = decimal_digits(word);
    if (whole_n - 1 >= DECIMAL_WHOLE_MAX) {
        return false;
    }
    uint64_t whole = word << (64 - 8 * whole_n);
    p += whole_n;
    if (*p == '"') {
        *ret_value = (int64_t)decimal_value(whole) * scale;
        *at = p + 1;
        return true;
    }
    if (*p != '.') {
        return false;
    }
    word = decimal_word(++p);
    unsigned n = decimal_digits(word);
    if (n == 0 || p[n] != '"') {
        return false;
    }
    word &= ~UINT64_C(0) >> (64 - 8 * n);
    /* In two halves, for a shift by the whole width is undefined. */
    if (((word >> (4 * decimals)) >> (4 * decimals)) != 0) {
        return false; /* digits beyond `decimals` that are not zero */
    }
    uint64_t kept = (word << (4 * (8 - decimals))) << (4 * (8 - decimals));
    if (whole_n + decimals <= 8) {
        *ret_value = (int64_t)decimal_value((whole >> (8 * decimals)) | kept);
    } else {
        *ret_value = (int64_t)decimal_value(whole) * scale + (int64_t)decimal_value(kept);
    }
    *at = p + n + 1;
    return true;
}

#endif
