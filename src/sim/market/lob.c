#include "sim/market/lob.h"

#include <stdlib.h>

int lob_init(struct lob *b, int32_t span)
{
    *b = (struct lob){.span = span, .best_ask = span};
    b->lots = calloc((size_t)span, sizeof b->lots[0]);
    return b->lots ? 0 : AP_ENOMEM;
}

void lob_finish(struct lob *b)
{
    if (b) {
        free(b->lots);
        b->lots = NULL;
    }
}

enum side lob_side(const struct lob *b, int32_t tick)
{
    if (b->lots[tick] == 0) {
        return SIDE_NONE;
    }
    return tick <= b->best_bid ? SIDE_BID : SIDE_ASK;
}

int32_t lob_next(const struct lob *b, enum side side, int32_t tick)
{
    if (side == SIDE_BID) {
        do {
            tick--;
        } while (tick > 0 && b->lots[tick] == 0);
        return tick > 0 ? tick : 0;
    }
    do {
        tick++;
    } while (tick < b->span && b->lots[tick] == 0);
    return tick < b->span ? tick : b->span;
}

int32_t lob_best(const struct lob *b, enum side side)
{
    return side == SIDE_BID ? b->best_bid : b->best_ask;
}

static void store(struct lob *b, enum side side, int32_t tick, uint32_t lots)
{
    if (b->changing) {
        b->changing(b->user, tick, lob_side(b, tick));
    }
    b->lots[tick] = lots;
    if (side == SIDE_BID) {
        if (lots > 0 && tick > b->best_bid) {
            b->best_bid = tick;
        } else if (lots == 0 && tick == b->best_bid) {
            b->best_bid = lob_next(b, SIDE_BID, tick);
        }
    } else {
        if (lots > 0 && tick < b->best_ask) {
            b->best_ask = tick;
        } else if (lots == 0 && tick == b->best_ask) {
            b->best_ask = lob_next(b, SIDE_ASK, tick);
        }
    }
}

bool lob_set(struct lob *b, enum side side, int32_t tick, uint32_t lots)
{
    if (tick < 1 || tick >= b->span || (side == SIDE_BID ? tick >= b->best_ask : tick <= b->best_bid)) {
        return false;
    }
    if (lots > LOB_LOTS_MAX) {
        lots = LOB_LOTS_MAX;
    }
    if (b->lots[tick] != lots) {
        store(b, side, tick, lots);
    }
    return true;
}

uint32_t lob_take_best(struct lob *b, enum side side, uint32_t lots, int32_t *ret_tick)
{
    int32_t tick = lob_best(b, side);
    if (tick <= 0 || tick >= b->span || lots == 0) {
        return 0;
    }
    uint32_t taken = lots < b->lots[tick] ? lots : b->lots[tick];
    store(b, side, tick, b->lots[tick] - taken);
    *ret_tick = tick;
    return taken;
}
