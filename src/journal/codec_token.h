/* Numbers as tokens: below 16 a token is the number; above, it holds the exponent and the two bits behind the leading one, and
 * the remaining bits are stored as they are. 256 tokens cover 64 bits. What repeats is in the tokens, where zstd finds it; the
 * noise of low bits stays out of its way. */
#ifndef ALPHAPLUS_JOURNAL_CODEC_TOKEN_H
#define ALPHAPLUS_JOURNAL_CODEC_TOKEN_H

#include <stdint.h>

enum { TOKEN_EXACT = 16 };

/* The token of value, and how many low bits of it must follow. */
static inline uint8_t token_of(uint64_t value, unsigned *ret_bits)
{
    if (value < TOKEN_EXACT) {
        *ret_bits = 0;
        return (uint8_t)value;
    }
    unsigned exponent = 63U - (unsigned)__builtin_clzll(value);
    *ret_bits = exponent - 2;
    return (uint8_t)(TOKEN_EXACT + (exponent - 4) * 4 + ((value >> (exponent - 2)) & 3));
}

static inline unsigned token_bits(uint8_t token)
{
    return token < TOKEN_EXACT ? 0 : 2U + (token - (unsigned)TOKEN_EXACT) / 4;
}

static inline uint64_t token_value(uint8_t token, uint64_t low)
{
    if (token < TOKEN_EXACT) {
        return token;
    }
    unsigned bits = token_bits(token);
    return ((UINT64_C(4) | (token & 3U)) << bits) | low;
}

/* Small of either sign -> small. All 64-bit patterns, there and back. */
static inline uint64_t zigzag(uint64_t v)
{
    return (v << 1) ^ (0 - (v >> 63));
}

static inline uint64_t unzigzag(uint64_t v)
{
    return (v >> 1) ^ (0 - (v & 1));
}

#endif
