/* A book kept in the plainest way, as two sorted arrays, best last: so that the exchange can give a true
 * snapshot at any time of a capture that holds only one. Follows the venue's own rule for joining and for
 * continuity. */
#ifndef SIM_PLAIN_BOOK_H
#define SIM_PLAIN_BOOK_H

#include "sim/binance_encode.h"
#include "sim/json.h"

#include <alphaplus/base/buf.h>
#include <alphaplus/base/err.h>
#include <stdbool.h>

#define PLAIN_LEVELS_MAX  (1u << 20) /* a side */
#define PLAIN_PENDING_MAX (32u << 20)

enum plain_state {
    PLAIN_EMPTY, /* no snapshot yet: diffs are kept for it */
    PLAIN_TRUE,
    PLAIN_BROKEN, /* a diff is missing: until the next snapshot nothing true can be said */
};
struct plain_side {
    struct price_level *levels; /* owned */
    size_t n, cap;
};
struct plain_book {
    enum plain_state state;
    int price_decimals, qty_decimals;
    struct plain_side sides[2];    /* [0] bids ascending, [1] asks descending */
    int64_t known_low, known_high; /* prices the snapshot reached: what lies beyond is not known whole */
    uint64_t last_id;
    bool is_joining;    /* the next diff may reach back before the snapshot */
    struct buf pending; /* diffs before the snapshot: size_t length, bytes */
};

void plain_book_init(struct plain_book *b, int price_decimals, int qty_decimals);
void plain_book_finish(struct plain_book *b);
/* Forgets all of it. */
void plain_book_reset(struct plain_book *b);
/* A REST answer or a depthUpdate object. Errors: what cannot be read; then the book is broken. */
AP_MUST_CHECK int plain_book_snapshot(struct plain_book *b, const char *text, size_t n);
AP_MUST_CHECK int plain_book_diff(struct plain_book *b, const char *text, size_t n);
/* Best first, at most `limit` and within what is known; room for `limit`. side 0: bids. */
size_t plain_book_top(const struct plain_book *b, int side, size_t limit, struct price_level *levels);

#endif
