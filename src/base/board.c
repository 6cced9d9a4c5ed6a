/* Layout: struct board, padded to 64 bytes | slot 0 | slot 1 | slot 2 | the writer's draft.
 *
 * The writer builds in the draft, which no reader looks at, and copies it into a slot word by word with atomic stores: plain
 * stores into a slot would race with a reader that is still copying its last version. A reader that began on version v is
 * safe until the writer begins v + 3, and sees by slot_seq when that happened. */
#include <alphaplus/base/board.h>

#include "words.h"

enum { ROUND = 64, TRIES = 10000 };

static size_t slot_bytes(size_t payload_bytes)
{
    return (payload_bytes + ROUND - 1) / ROUND * ROUND;
}

static size_t slot_offset(const struct board *b, size_t slot)
{
    return slot_bytes(sizeof(*b)) + slot * slot_bytes(b->payload_bytes);
}

size_t board_bytes(size_t payload_bytes)
{
    return slot_bytes(sizeof(struct board)) + (BOARD_SLOTS + 1) * slot_bytes(payload_bytes);
}

void board_init(struct board *b, size_t payload_bytes)
{
    atomic_init(&b->version, 0);
    b->payload_bytes = payload_bytes;
    for (int i = 0; i < BOARD_SLOTS; i++) {
        atomic_init(&b->slot_seq[i], 0);
    }
}

void *board_begin(struct board *b)
{
    return (char *)b + slot_offset(b, BOARD_SLOTS);
}

void board_publish(struct board *b)
{
    uint64_t next = atomic_load_explicit(&b->version, memory_order_relaxed) + 1;
    size_t slot = next % BOARD_SLOTS;
    atomic_store_explicit(&b->slot_seq[slot], 0, memory_order_relaxed);
    words_store((_Atomic uint64_t *)(void *)((char *)b + slot_offset(b, slot)), board_begin(b),
                b->payload_bytes);
    atomic_store_explicit(&b->slot_seq[slot], next, memory_order_release);
    atomic_store_explicit(&b->version, next, memory_order_release);
}

uint64_t board_read(const struct board *b, void *payload)
{
    /* Each failure means that the writer went three versions on meanwhile. The limit is for a block gone bad. */
    for (int i = 0; i < TRIES; i++) {
        uint64_t version = atomic_load_explicit(&b->version, memory_order_acquire);
        size_t slot = version % BOARD_SLOTS;
        if (version == 0) {
            return 0;
        }
        if (atomic_load_explicit(&b->slot_seq[slot], memory_order_acquire) != version) {
            continue;
        }
        words_load(payload, (const _Atomic uint64_t *)(const void *)((const char *)b + slot_offset(b, slot)),
                   b->payload_bytes);
        if (atomic_load_explicit(&b->slot_seq[slot], memory_order_relaxed) == version) {
            return version;
        }
    }
    return 0;
}

uint64_t board_version(const struct board *b)
{
    return atomic_load_explicit(&b->version, memory_order_acquire);
}
