/* Layout: struct trail | cap slots of {stamp, item rounded up to 8 bytes}.
 *
 * A stamp is 0 while its item is being written, else (index + 1) << AMEND_BITS | times amended: it says which item lies in the
 * slot and changes with every rewriting, so that a reader whose copy has the same stamp before and after has a whole item. */
#include <alphaplus/base/trail.h>

#include "words.h"

enum { AMEND_BITS = 20, TRIES = 64 };
#define AMEND_MASK ((UINT64_C(1) << AMEND_BITS) - 1)

static size_t slot_bytes(size_t item_bytes)
{
    return sizeof(uint64_t) + (item_bytes + 7) / 8 * 8;
}

static _Atomic uint64_t *slot_at(const struct trail *t, uint64_t index)
{
    char *slots = (char *)(uintptr_t)(t + 1);
    return (_Atomic uint64_t *)(void *)(slots + (index & (t->cap - 1)) * slot_bytes(t->item_bytes));
}

size_t trail_bytes(size_t cap, size_t item_bytes)
{
    return sizeof(struct trail) + cap * slot_bytes(item_bytes);
}

void trail_init(struct trail *t, size_t cap, size_t item_bytes)
{
    atomic_init(&t->head, 0);
    t->cap = cap;
    t->item_bytes = item_bytes;
}

static void write_item(struct trail *t, uint64_t index, uint64_t amended, const void *item)
{
    _Atomic uint64_t *slot = slot_at(t, index);
    atomic_store_explicit(slot, 0, memory_order_relaxed);
    words_store(slot + 1, item, t->item_bytes);
    atomic_store_explicit(slot, (index + 1) << AMEND_BITS | amended, memory_order_release);
}

void trail_push(struct trail *t, const void *item)
{
    uint64_t head = atomic_load_explicit(&t->head, memory_order_relaxed);
    write_item(t, head, 0, item);
    atomic_store_explicit(&t->head, head + 1, memory_order_release);
}

void trail_amend(struct trail *t, const void *item)
{
    uint64_t head = atomic_load_explicit(&t->head, memory_order_relaxed);
    if (head == 0) {
        return;
    }
    uint64_t stamp = atomic_load_explicit(slot_at(t, head - 1), memory_order_relaxed);
    if (stamp >> AMEND_BITS == head) { /* else: nothing since trail_clear */
        write_item(t, head - 1, (stamp + 1) & AMEND_MASK, item);
    }
}

void trail_clear(struct trail *t)
{
    /* No slot has the stamp of an index in the skipped range, so none of it can be read. */
    uint64_t head = atomic_load_explicit(&t->head, memory_order_relaxed);
    atomic_store_explicit(&t->head, head + t->cap, memory_order_release);
}

uint64_t trail_head(const struct trail *t)
{
    return atomic_load_explicit(&t->head, memory_order_acquire);
}

bool trail_read(const struct trail *t, uint64_t index, void *ret_item)
{
    const _Atomic uint64_t *slot = slot_at(t, index);
    uint64_t head = trail_head(t);
    if (index >= head || head - index > t->cap) {
        return false;
    }
    for (int i = 0; i < TRIES; i++) {
        uint64_t stamp = atomic_load_explicit(slot, memory_order_acquire);
        if (stamp == 0) { /* being written: amended, or on its way out */
            continue;
        }
        if (stamp >> AMEND_BITS != index + 1) {
            return false;
        }
        words_load(ret_item, slot + 1, t->item_bytes);
        if (atomic_load_explicit(slot, memory_order_relaxed) == stamp) {
            return true;
        }
    }
    return false;
}
