/* What changed in a book since the last depth event of one stream: each touched tick once, with the sides that it was on. A level
 * that came and went is told as gone: who took a snapshot in between has it. */
#ifndef SIM_MARKET_DIFF_H
#define SIM_MARKET_DIFF_H

#include "sim/market/lob.h"
#include "sim/market/market.h"

struct diff {
    uint64_t *seen;  /* owned; one bit a tick */
    uint64_t *on[2]; /* owned; was it a bid, an ask, before any of its changes? */
    int32_t *ticks;  /* owned; in `seen` */
    size_t n, cap;
    uint64_t first_id, last_id, prev_id;
    bool is_watched;
    int err; /* out of memory while noting: the stream can no longer be true */
};

AP_MUST_CHECK int diff_init(struct diff *d, int32_t span);
void diff_finish(struct diff *d);
/* Begins (prev_id = the book's last id now) or ends the stream. */
void diff_watch(struct diff *d, bool is_watched, uint64_t last_id);
void diff_note(struct diff *d, int32_t tick, enum side was, uint64_t id);
/* Writes the changes, prices ascending, into rows of at least 2 n levels, and begins the next span. False
 * when there are none. */
bool diff_take(struct diff *d, const struct lob *b, struct market_level *rows,
               struct market_depth *ret_depth);

#endif
