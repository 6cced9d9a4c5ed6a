/* One instrument's resting orders as the market keeps them: lots per tick, indexed by the tick itself.
 *
 * Invariants: best_bid < best_ask; every tick <= best_bid with lots is a bid, every tick >= best_ask an
 * ask; nothing rests between. The array spans every price the model can reach; pages of it that nobody
 * touches cost nothing. */
#ifndef SIM_MARKET_LOB_H
#define SIM_MARKET_LOB_H

#include <alphaplus/base/err.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum side { SIDE_NONE = 0, SIDE_BID = 1, SIDE_ASK = 2 };

#define LOB_LOTS_MAX UINT32_C(0x7fffffff)

struct lob {
    uint32_t *lots;   /* owned; [span] */
    int32_t span;     /* ticks 1..span-1 are usable */
    int32_t best_bid; /* 0: no bids */
    int32_t best_ask; /* span: no asks */
    /* Called before a level changes, with the side it was on. */
    void (*changing)(void *user, int32_t tick, enum side was);
    void *user; /* borrowed */
};

AP_MUST_CHECK int lob_init(struct lob *b, int32_t span);
void lob_finish(struct lob *b);

enum side lob_side(const struct lob *b, int32_t tick);
/* Sets what rests at a tick; 0 removes. False, and nothing done, when it would cross or touch the other
 * side. */
bool lob_set(struct lob *b, enum side side, int32_t tick, uint32_t lots);
/* Takes at most `lots` from the best level of a side; returns what was taken, and the tick in *ret_tick.
 * 0: side empty. */
uint32_t lob_take_best(struct lob *b, enum side side, uint32_t lots, int32_t *ret_tick);
/* The next populated tick of a side away from the touch, starting beyond `tick`; 0 (bids) or span (asks)
 * when none. */
int32_t lob_next(const struct lob *b, enum side side, int32_t tick);
int32_t lob_best(const struct lob *b, enum side side);

#endif
