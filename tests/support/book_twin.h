/* The order book written as plainly as possible: two arrays, best first. What book/book.h is held against. */
#ifndef AP_TEST_SUPPORT_BOOK_TWIN_H
#define AP_TEST_SUPPORT_BOOK_TWIN_H

#include <alphaplus/model/event.h>

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#ifndef TWIN_LEVELS
#define TWIN_LEVELS 16384 /* a side; tests stay below */
#endif

struct twin {
    struct level levels[2][TWIN_LEVELS];
    int n[2];
    int64_t known_lo, known_hi; /* both 0: nothing */
};

static inline bool twin_is_better(int side, int64_t a, int64_t b)
{
    return side == SIDE_ASK ? a < b : a > b;
}

static inline void twin_set(struct twin *t, int side, int64_t px, int64_t qty)
{
    struct level *l = t->levels[side];
    int at = 0, n = t->n[side];
    while (at < n && twin_is_better(side, l[at].px, px)) {
        at++;
    }
    if (at < n && l[at].px == px) {
        if (qty > 0) {
            l[at].qty = qty;
        } else {
            memmove(&l[at], &l[at + 1], (size_t)(n - at - 1) * sizeof(*l));
            t->n[side]--;
        }
    } else if (qty > 0 && n < TWIN_LEVELS) {
        memmove(&l[at + 1], &l[at], (size_t)(n - at) * sizeof(*l));
        l[at] = (struct level){px, qty};
        t->n[side]++;
    }
}

static inline void twin_apply(struct twin *t, const struct depth_rows *rows)
{
    for (uint32_t i = 0; i < rows->bid_n + rows->ask_n; i++) {
        twin_set(t, i < rows->bid_n ? SIDE_BID : SIDE_ASK, rows->levels[i].px, rows->levels[i].qty);
    }
}

static inline void twin_load(struct twin *t, const struct depth_rows *rows)
{
    memset(t, 0, sizeof(*t));
    twin_apply(t, rows);
    const struct level *bids = t->levels[SIDE_BID], *asks = t->levels[SIDE_ASK];
    int bid_n = t->n[SIDE_BID], ask_n = t->n[SIDE_ASK];
    if (bid_n + ask_n > 0) {
        t->known_lo = bid_n > 0 ? bids[bid_n - 1].px : asks[0].px;
        t->known_hi = ask_n > 0 ? asks[ask_n - 1].px : bids[0].px;
    }
    if (t->known_lo > t->known_hi) {
        t->known_lo = t->known_hi = 0;
    }
}

static inline int64_t twin_qty(const struct twin *t, int side, int64_t px)
{
    for (int i = 0; i < t->n[side]; i++) {
        if (t->levels[side][i].px == px) {
            return t->levels[side][i].qty;
        }
    }
    return 0;
}

static inline bool twin_is_crossed(const struct twin *t)
{
    return t->n[0] > 0 && t->n[1] > 0 && t->levels[SIDE_BID][0].px >= t->levels[SIDE_ASK][0].px;
}

#endif
