/* SipHash-2-4 (Aumasson and Bernstein 2012): whoever does not know the key cannot make bytes that have this tag. */
#ifndef ALPHAPLUS_BASE_MAC_H
#define ALPHAPLUS_BASE_MAC_H

#include <stddef.h>
#include <stdint.h>

struct mac_key {
    uint64_t words[2];
};
uint64_t mac_of(const struct mac_key *key, const void *bytes, size_t n);

#endif
