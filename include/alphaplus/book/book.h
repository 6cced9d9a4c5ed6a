/* The order book of one instrument: full depth, exact integers, two sides.
 *
 * Prices are counted in quanta (the instrument's tick; a price off the grid makes the book re-index itself on a finer one).
 * A side is a table of pages of 64 quanta. A page holds the sizes, a bit for each level present, and the integer sums
 * of size and of offset * size, so that the size and the notional between two prices are sums of pages. Pages near the market
 * lie under a direct index with a bitmap above it, so the best price after a deletion is two bit scans; levels outside that
 * window are kept, sorted, beside it. Access: nearly all updates within a few hundred quanta of the touch, a few far away.
 *
 * Invariants: a level present has qty > 0; the sums equal their pages; nothing here reads a clock. */
#ifndef ALPHAPLUS_BOOK_BOOK_H
#define ALPHAPLUS_BOOK_BOOK_H

#include <alphaplus/base/err.h>
#include <alphaplus/base/save.h>
#include <alphaplus/model/event.h>
#include <stdbool.h>
#include <stdint.h>

#define BOOK_LEVELS_MAX 2000000 /* both sides; more is AP_ETOOBIG */

struct book; /* opaque */

/* quantum: price units between neighbouring prices, >= 1. */
AP_MUST_CHECK int book_create(int64_t quantum, struct book **ret_book);
void book_destroy(struct book *b);
int64_t book_quantum(const struct book *b);
void book_clear(struct book *b);                /* no levels, nothing known */
void book_swap(struct book *a, struct book *b); /* each becomes what the other was */

/* Sets one level to an absolute size; 0 removes it. px in 1..FIXED_VALUE_MAX, qty in 0..FIXED_VALUE_MAX, else AP_ERANGE and
 * nothing changes. */
AP_MUST_CHECK int book_set(struct book *b, enum side side, int64_t px, int64_t qty);
/* The rows of a DEPTH event, in order. Checked first: on error nothing changes. */
AP_MUST_CHECK int book_apply(struct book *b, const struct depth_rows *rows);
/* Replaces all by the rows of a snapshot; the known range becomes its deepest bid .. its deepest ask (a side without levels:
 * up to the other's best; none at all: nothing known). Checked first: on error nothing changes. */
AP_MUST_CHECK int book_load(struct book *b, const struct depth_rows *rows);

bool book_best(const struct book *b, enum side side,
               struct level *ret_level);                            /* false when the side is empty */
bool book_is_crossed(const struct book *b);                         /* best bid >= best ask */
int64_t book_qty(const struct book *b, enum side side, int64_t px); /* 0 when absent */
uint32_t book_count(const struct book *b, enum side side);

/* Known depth. Outside [lo, hi] an absent level is unknown, not empty. False when nothing is known. */
bool book_known(const struct book *b, int64_t *ret_lo, int64_t *ret_hi);
void book_set_known(struct book *b, int64_t lo, int64_t hi); /* nothing known unless 0 < lo <= hi */

/* After rows were applied to a window that a feed moves along: known is from the worst bid to the worst ask, as after book_load. */
void book_know_window(struct book *b, const struct depth_rows *rows);

/* The levels of a side with lo <= px <= hi, best first, at most max; returns how many. Several times quicker than the iterator. */
uint32_t book_read(const struct book *b, enum side side, int64_t lo, int64_t hi, struct level *levels,
                   uint32_t max);

/* Sum over lo <= px <= hi: size (INT64_MAX when it is more), and size * price, summed exactly and then rounded once. */
struct book_sum {
    int64_t qty;
    double px_qty;
    uint32_t levels;
};
void book_sum(const struct book *b, enum side side, int64_t lo, int64_t hi, struct book_sum *ret_sum);

/* From the best price outwards. */
struct book_iter {
    const struct book *book; /* borrowed; must not change meanwhile */
    int64_t px;
    int8_t side;
    int8_t is_started;
};
void book_iter_init(struct book_iter *it, const struct book *b, enum side side);
/* Starts at px (included) instead of at the best. */
void book_iter_from(struct book_iter *it, const struct book *b, enum side side, int64_t px);
bool book_iter_next(struct book_iter *it, struct level *ret_level);

/* Every level and the known range mixed into h; the same for equal books however they came about (so not the quantum). */
uint64_t book_hash(const struct book *b, uint64_t h);

void book_save(const struct book *b, struct buf *out);
/* Levels, grid and known range as they were saved. AP_ECORRUPT, AP_ERANGE, AP_ENOMEM: b is as it was. */
AP_MUST_CHECK int book_restore(struct book *b, struct load *l);

#endif
