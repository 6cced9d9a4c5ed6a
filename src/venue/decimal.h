/* Quoted decimals read eight bytes at a time: the common case of fixed_parse(), which answers for all the others.
 *
 * A word holds eight characters, the first in its lowest byte, each less '0'. Whole digits are shifted up against the top of a word
 * and the wanted decimals behind them, so that zero bytes pad the front, and one chain of multiplies makes a number of all
 * eight. Where a number ends is data that the next read must wait for; so the number is first taken to be shaped like the one before
 * it, which the processor can guess, and only measured when it is not. */
#ifndef AP_VENUE_DECIMAL_H
#define AP_VENUE_DECIMAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "words are read as little-endian"
#endif

#define DECIMAL_REACH     18 /* bytes that may be looked at from the first digit on */
#define DECIMAL_QUICK_MAX 8  /* decimals */
#define DECIMAL_WHOLE_MAX 7  /* digits before the point; with 8 behind it, always below FIXED_VALUE_MAX */

/* What to read: 10^-decimals; and the shape of the last one read, for the next. */
struct decimal_form {
    unsigned decimals; /* 0..DECIMAL_QUICK_MAX */
    int64_t scale;     /* 10^decimals */
    unsigned whole_n, fraction_n;
    uint64_t whole_upto, whole_end; /* others & upto == end: just so many digits */
    uint64_t fraction_upto, fraction_end;
    uint64_t whole_wanted;
    uint64_t wanted, beyond; /* bytes of the fraction: to keep; to be zero */
    unsigned whole_shift, fraction_shift;
};

#define DECIMAL_BYTES(c) (UINT64_C(0x0101010101010101) * (c))

static inline uint64_t decimal_word(const char *p)
{
    uint64_t w;
    memcpy(&w, p, sizeof(w));
    return w ^ DECIMAL_BYTES('0');
}

/* The top bit of each byte that is no digit: right up to and with the lowest such byte. */
static inline uint64_t decimal_others(uint64_t word)
{
    return ((word + DECIMAL_BYTES(0x76)) | word) & DECIMAL_BYTES(0x80);
}

/* How many bytes from the lowest on are digits: 0..8. */
static inline unsigned decimal_digits(uint64_t word)
{
    uint64_t others = decimal_others(word);
    return others != 0 ? (unsigned)__builtin_ctzll(others) >> 3 : 8;
}

/* The lowest n bytes, 0..8. */
static inline uint64_t decimal_low(unsigned n)
{
    return n == 0 ? 0 : ~UINT64_C(0) >> (64 - 8 * n);
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

/* whole_n: 1..7 digits of `whole`; fraction_n: 1..8 of `fraction`. False: digits beyond f->decimals that are not zero. */
static inline bool decimal_join(const struct decimal_form *f, uint64_t whole, unsigned whole_n,
                                uint64_t fraction, unsigned fraction_n, int64_t *ret_value)
{
    whole <<= 64 - 8 * whole_n;
    fraction &= ~UINT64_C(0) >> (64 - 8 * fraction_n);
    /* In two halves, for a shift by the whole width is undefined. */
    if (((fraction >> (4 * f->decimals)) >> (4 * f->decimals)) != 0) {
        return false;
    }
    fraction = (fraction << (4 * (8 - f->decimals))) << (4 * (8 - f->decimals));
    if (whole_n + f->decimals <= 8) {
        *ret_value = (int64_t)decimal_value((whole >> (8 * f->decimals)) | fraction);
    } else {
        *ret_value = (int64_t)decimal_value(whole) * f->scale + (int64_t)decimal_value(fraction);
    }
    return true;
}

/* Numbers of 1..7 and 1..7 digits are alike from now on; if all that is wanted of them fits a word, else none is. */
static inline void decimal_learn(struct decimal_form *f, unsigned whole_n, unsigned fraction_n)
{
    unsigned kept = fraction_n < f->decimals ? fraction_n : f->decimals;
    if (whole_n + f->decimals > 8) {
        return;
    }
    f->whole_n = whole_n;
    f->fraction_n = fraction_n;
    f->whole_upto = decimal_low(whole_n + 1);
    f->whole_end = UINT64_C(0x80) << (8 * whole_n);
    f->whole_wanted = decimal_low(whole_n);
    f->fraction_upto = decimal_low(fraction_n + 1);
    f->fraction_end = UINT64_C(0x80) << (8 * fraction_n);
    f->wanted = decimal_low(kept);
    f->beyond = decimal_low(fraction_n) & ~f->wanted;
    f->whole_shift = 8 * (8 - whole_n - f->decimals);
    f->fraction_shift = f->decimals > 0 ? 8 * (8 - f->decimals) : 0;
}

static inline void decimal_init(struct decimal_form *f, unsigned decimals, int64_t scale)
{
    *f = (struct decimal_form){
        .decimals = decimals, .scale = scale, .whole_end = 1, .fraction_end = 1}; /* as none is */
}

/* As decimal_quick(), for a number of the shape of the last. */
static inline bool decimal_alike(const char **at, const struct decimal_form *f, int64_t *ret_value)
{
    const char *p = *at, *q = p + f->whole_n + 1;
    uint64_t whole = decimal_word(p), fraction = decimal_word(q);
    if ((decimal_others(whole) & f->whole_upto) != f->whole_end || q[-1] != '.' ||
        (decimal_others(fraction) & f->fraction_upto) != f->fraction_end || q[f->fraction_n] != '"' ||
        (fraction & f->beyond) != 0) {
        return false;
    }
    whole = (whole & f->whole_wanted) << f->whole_shift;
    *ret_value = (int64_t)decimal_value(whole | (fraction & f->wanted) << f->fraction_shift);
    *at = q + f->fraction_n + 1;
    return true;
}

/* As decimal_quick(), when only the fraction is as long as the last. */
static inline bool decimal_alike_behind(const char **at, const struct decimal_form *f, int64_t *ret_value)
{
    const char *p = *at;
    uint64_t whole = decimal_word(p);
    unsigned whole_n = decimal_digits(whole);
    const char *q = p + whole_n + 1;
    if (whole_n - 1 >= 8 - f->decimals || whole_n > DECIMAL_WHOLE_MAX) {
        return false;
    }
    uint64_t fraction = decimal_word(q);
    if (q[-1] != '.' || (decimal_others(fraction) & f->fraction_upto) != f->fraction_end ||
        q[f->fraction_n] != '"' || (fraction & f->beyond) != 0) {
        return false;
    }
    whole = whole << (64 - 8 * whole_n) >> (8 * f->decimals);
    *ret_value = (int64_t)decimal_value(whole | (fraction & f->wanted) << f->fraction_shift);
    *at = q + f->fraction_n + 1;
    return true;
}

/* The decimal at *at, to its closing quote. *at moves behind the quote, and f takes its shape. False: not of the simple form
 * (which may be right all the same), and *at is as it was. */
static inline bool decimal_quick(const char **at, struct decimal_form *f, int64_t *ret_value)
{
    const char *p = *at;
    uint64_t whole = decimal_word(p);
    unsigned whole_n = decimal_digits(whole);
    if (whole_n - 1 >= DECIMAL_WHOLE_MAX) {
        return false;
    }
    p += whole_n;
    if (*p == '"') {
        *ret_value = (int64_t)decimal_value(whole << (64 - 8 * whole_n)) * f->scale;
        *at = p + 1;
        return true;
    }
    if (*p != '.') {
        return false;
    }
    uint64_t fraction = decimal_word(++p);
    unsigned n = decimal_digits(fraction);
    if (n == 0 || p[n] != '"' || !decimal_join(f, whole, whole_n, fraction, n, ret_value)) {
        return false;
    }
    if (n < 8) {
        decimal_learn(f, whole_n, n);
    }
    *at = p + n + 1;
    return true;
}

#endif
