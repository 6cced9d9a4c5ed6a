/* A 64-bit streaming digest (FNV-1a over 8-byte words, folded after each, finished by a mix). For equality of states, not for secrecy. */
#ifndef ALPHAPLUS_BASE_HASH_H
#define ALPHAPLUS_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

#define HASH_SEED UINT64_C(0x9ae16a3b2f90404f)

uint64_t hash_u64(uint64_t h, uint64_t value);
/* The bits of value; -0.0 counts as 0.0, every NaN as one. */
uint64_t hash_double(uint64_t h, double value);
uint64_t hash_bytes(uint64_t h, const void *bytes, size_t n);
uint64_t hash_final(uint64_t h);
uint32_t hash_crc32(uint32_t crc, const void *bytes, size_t n); /* IEEE; start with 0 */

#endif
