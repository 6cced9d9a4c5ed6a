/* Copying between a place that one thread writes while others may read it, and a private one. */
#ifndef BASE_WORDS_H
#define BASE_WORDS_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Shared places are 8-aligned and n is rounded up to whole words there; the private side holds n bytes.
 *
 * Loads acquire and stores release, so no fence is needed: a reader that saw one word of a newer version also sees the mark
 * that was set before that word was written, and gives its copy up. On x86-64 these are plain moves. */
static inline void words_store(_Atomic uint64_t *shared, const void *from, size_t n)
{
    const char *at = from;
    for (; n >= 8; n -= 8, at += 8, shared++) {
        uint64_t word;
        memcpy(&word, at, 8);
        atomic_store_explicit(shared, word, memory_order_release);
    }
    if (n > 0) {
        uint64_t word = 0;
        memcpy(&word, at, n);
        atomic_store_explicit(shared, word, memory_order_release);
    }
}

static inline void words_load(void *to, const _Atomic uint64_t *shared, size_t n)
{
    char *at = to;
    for (; n >= 8; n -= 8, at += 8, shared++) {
        uint64_t word = atomic_load_explicit(shared, memory_order_acquire);
        memcpy(at, &word, 8);
    }
    if (n > 0) {
        uint64_t word = atomic_load_explicit(shared, memory_order_acquire);
        memcpy(at, &word, n);
    }
}

#endif
