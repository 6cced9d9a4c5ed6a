/* A trail: append-only items with an absolute index, the last `cap` of them kept. One writer, any number of readers, who may
 * be other processes; a reader that was overrun is told so. Pointer-free: it may lie in shared memory. */
#ifndef ALPHAPLUS_BASE_TRAIL_H
#define ALPHAPLUS_BASE_TRAIL_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct trail {
    _Atomic uint64_t head; /* index of the next item: items [head - cap, head) are kept */
    uint64_t cap;          /* a power of two */
    uint64_t item_bytes;
    uint64_t pad;
    /* cap items follow, each behind a stamp that says which it is */
};

size_t trail_bytes(size_t cap, size_t item_bytes);
/* On zeroed memory, 8-aligned. */
void trail_init(struct trail *t, size_t cap, size_t item_bytes);
void trail_push(struct trail *t, const void *item);
/* Overwrites the newest item (a sweep that grows). Nothing when empty. */
void trail_amend(struct trail *t, const void *item);
/* Forgets all items; indices go on. A reader sees an overrun. */
void trail_clear(struct trail *t);
uint64_t trail_head(const struct trail *t);
/* Copies item `index`; false (and ret_item may hold half an item) when it is gone, was being written, or is not there yet. */
bool trail_read(const struct trail *t, uint64_t index, void *ret_item);

#endif
