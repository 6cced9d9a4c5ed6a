/* One side of a book: sizes by key. A key counts quanta away from zero in the direction in which that side gets worse (asks:
 * +price, bids: -price), so the best level of either side is the one with the lowest key and there is one code for both.
 *
 * A page is 64 neighbouring keys: sizes, a bit for each that is present, and the integer sums of size and offset * size.
 * The pages of a window of LADDER_PAGES around the best level lie under a direct index; two levels of bits above it say which
 * are there, so the next level after a deletion is three bit scans. Pages come from a pool and go back when empty. Levels
 * outside the window are in `far`. The window follows the best level when that nears its edge, at most once in
 * count/4 + 256 updates, so that a market that jumps to and fro costs little; where it stands can never be seen from outside.
 *
 * Access: nearly all updates within a few pages of the best level, in order of price; a few far away.
 *
 * Invariants: a level present has qty > 0; a page in the table has a level, and its sums equal it; a level in `far` lies
 * outside the window; best is the lowest key or LADDER_NONE. */
#ifndef ALPHAPLUS_BOOK_LADDER_H
#define ALPHAPLUS_BOOK_LADDER_H

#include "far.h"

#include <alphaplus/model/event.h>

#define LADDER_PAGES       16384
#define LADDER_PAGE_SHIFT  6
#define LADDER_PAGE_KEYS   64
#define LADDER_CHUNK_PAGES 64
#define LADDER_CHUNKS_MAX                                                                                    \
    (2 * LADDER_PAGES / LADDER_CHUNK_PAGES) /* a move of the window may need twice its pages */
#define LADDER_NONE    INT64_MAX
#define LADDER_KEY_MAX (INT64_C(1) << 50)

__extension__ typedef __int128 wide;

struct page {
    uint64_t bits;
    int64_t sum;        /* of qty: 64 * 2^50 fits */
    int64_t offset_sum; /* of (key & 63) * qty: 2016 * 2^50 fits */
    struct page *next;  /* of the free ones */
    _Alignas(64) int64_t qty[LADDER_PAGE_KEYS];
};

struct ladder {
    int64_t best;
    int64_t base; /* page number of table[0] */
    uint32_t count;
    uint32_t moves;  /* updates since the window moved */
    uint32_t free_n; /* pages free: those in `free` and those never used of the last chunk */
    uint32_t used_n;
    uint32_t fresh_n; /* never used, at the end of the last chunk */
    uint32_t chunk_n;
    struct page *free; /* all zero but for `next` */
    struct far far;
    uint64_t top[LADDER_PAGES / 64 / 64];
    uint64_t words[LADDER_PAGES / 64];
    struct page *table[LADDER_PAGES];
    struct page *chunks[LADDER_CHUNKS_MAX]; /* owned */
};

AP_MUST_CHECK int ladder_create(struct ladder **ret_ladder);
void ladder_destroy(struct ladder *l);
void ladder_clear(struct ladder *l);

/* Room for `inserts` updates that touch at most `pages` pages not there yet; after a clear when `is_anew`. Then ladder_set
 * cannot fail that often. */
AP_MUST_CHECK int ladder_reserve(struct ladder *l, size_t pages, size_t inserts, bool is_anew);
/* After a batch of n updates: moves the window when it should be moved. */
void ladder_settle(struct ladder *l, size_t n);

/* The lowest key present at or after `key`, or LADDER_NONE. */
int64_t ladder_next(const struct ladder *l, int64_t key);
int64_t ladder_get(const struct ladder *l, int64_t key); /* 0 when absent */

/* The levels of first <= key <= last into `levels` (px: key * step), the lowest first, at most max; returns how many. */
uint32_t ladder_read(const struct ladder *l, int64_t first, int64_t last, int64_t step, struct level *levels,
                     uint32_t max);

struct ladder_sum {
    wide qty, key_qty;
    uint32_t levels;
};
/* Over first <= key <= last. */
void ladder_sum(const struct ladder *l, int64_t first, int64_t last, struct ladder_sum *ret_sum);

/* The parts of ladder_set that are rarely needed. */
void ladder_set_absent(struct ladder *l, int64_t key, int64_t qty); /* no page there */
void ladder_drop_page(struct ladder *l, uint64_t at);               /* its last level went */

/* Sets one level; 0 removes it. Room must have been reserved. */
static inline void ladder_set(struct ladder *l, int64_t key, int64_t qty)
{
    uint64_t at = (uint64_t)((key >> LADDER_PAGE_SHIFT) - l->base);
    if (at >= LADDER_PAGES || l->table[at] == NULL) {
        ladder_set_absent(l, key, qty);
        return;
    }
    struct page *page = l->table[at];
    int64_t slot = key & (LADDER_PAGE_KEYS - 1);
    int64_t change = qty - page->qty[slot];
    uint64_t bit = UINT64_C(1) << slot;
    uint64_t before = page->bits;
    page->qty[slot] = qty;
    page->sum += change;
    page->offset_sum += change * slot;
    if (qty > 0) {
        page->bits = before | bit;
        l->count += (before & bit) == 0;
        l->best = key < l->best ? key : l->best;
    } else if ((before & bit) != 0) {
        page->bits = before & ~bit;
        l->count--;
        if (page->bits == 0) {
            ladder_drop_page(l, at);
        }
        if (key == l->best) {
            l->best = ladder_next(l, key + 1);
        }
    }
}

#endif
