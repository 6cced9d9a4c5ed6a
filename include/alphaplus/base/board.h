/* A board: the newest version of one plain struct, from one writer to any number of readers, who may be other processes.
 * Three slots, each with a sequence: the writer fills one that is not the newest, then names it; a reader copies the
 * newest and checks that it was not overwritten meanwhile. The writer builds in a draft of its own beside the slots.
 * Nobody waits. Pointer-free: it may lie in shared memory. */
#ifndef ALPHAPLUS_BASE_BOARD_H
#define ALPHAPLUS_BASE_BOARD_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BOARD_SLOTS 3

struct board {
    _Atomic uint64_t version; /* 0: nothing yet; slot = version % BOARD_SLOTS */
    uint64_t payload_bytes;
    _Atomic uint64_t slot_seq[BOARD_SLOTS]; /* version in the slot; 0 while being written */
    /* BOARD_SLOTS payloads and the draft follow, each rounded up to 64 bytes */
};

size_t board_bytes(size_t payload_bytes);
/* On memory that is 64-byte aligned and zeroed. */
void board_init(struct board *b, size_t payload_bytes);
/* Writer: where to build the next version (it holds the last one published), then make it the newest. */
void *board_begin(struct board *b);
void board_publish(struct board *b);
/* Reader: copies the newest version; its number, or 0 when nothing was ever published. `payload` holds payload_bytes. */
uint64_t board_read(const struct board *b, void *payload);
uint64_t board_version(const struct board *b);

#endif
