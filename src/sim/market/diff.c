#include "sim/market/diff.h"

#include <stdlib.h>

int diff_init(struct diff *d, int32_t span)
{
    *d = (struct diff){.cap = 256};
    size_t words = (size_t)span / 64 + 1;
    d->seen = calloc(words, sizeof d->seen[0]);
    d->on[0] = calloc(words, sizeof d->on[0][0]);
    d->on[1] = calloc(words, sizeof d->on[1][0]);
    d->ticks = malloc(d->cap * sizeof d->ticks[0]);
    if (!d->seen || !d->on[0] || !d->on[1] || !d->ticks) {
        diff_finish(d);
        return AP_ENOMEM;
    }
    return 0;
}

void diff_finish(struct diff *d)
{
    if (d) {
        free(d->seen);
        free(d->on[0]);
        free(d->on[1]);
        free(d->ticks);
        *d = (struct diff){0};
    }
}

static void forget(struct diff *d)
{
    for (size_t i = 0; i < d->n; i++) {
        d->seen[d->ticks[i] / 64] = d->on[0][d->ticks[i] / 64] = d->on[1][d->ticks[i] / 64] = 0;
    }
    d->n = 0;
}

void diff_watch(struct diff *d, bool is_watched, uint64_t last_id)
{
    if (is_watched != d->is_watched) {
        forget(d);
        d->is_watched = is_watched;
        d->prev_id = last_id;
    }
}

void diff_note(struct diff *d, int32_t tick, enum side was, uint64_t id)
{
    if (!d->is_watched) {
        return;
    }
    uint64_t bit = UINT64_C(1) << (tick % 64);
    if (d->n == 0) {
        d->first_id = id;
    }
    d->last_id = id;
    if (was != SIDE_NONE) {
        d->on[was == SIDE_ASK][tick / 64] |= bit;
    }
    if (d->seen[tick / 64] & bit) {
        return;
    }
    if (d->n == d->cap) {
        size_t cap = d->cap > 0 ? 2 * d->cap : 256;
        int32_t *ticks = realloc(d->ticks, cap * sizeof ticks[0]);
        if (!ticks) {
            d->err = AP_ENOMEM;
            return;
        }
        d->ticks = ticks;
        d->cap = cap;
    }
    d->seen[tick / 64] |= bit;
    d->ticks[d->n++] = tick;
}

static int by_tick(const void *a, const void *b)
{
    const int32_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

static size_t side_rows(const struct diff *d, const struct lob *b, enum side side, struct market_level *rows)
{
    size_t n = 0;
    for (size_t i = 0; i < d->n; i++) {
        int32_t tick = d->ticks[i];
        if (lob_side(b, tick) == side) {
            rows[n++] = (struct market_level){tick, b->lots[tick]};
        } else if (d->on[side == SIDE_ASK][tick / 64] & UINT64_C(1) << (tick % 64)) {
            rows[n++] = (struct market_level){tick, 0};
        }
    }
    return n;
}

bool diff_take(struct diff *d, const struct lob *b, struct market_level *rows, struct market_depth *ret_depth)
{
    if (!d->is_watched || d->n == 0) {
        return false;
    }
    qsort(d->ticks, d->n, sizeof d->ticks[0], by_tick);
    size_t bid_n = side_rows(d, b, SIDE_BID, rows);
    size_t ask_n = side_rows(d, b, SIDE_ASK, rows + bid_n);
    *ret_depth = (struct market_depth){
        .first_id = d->first_id,
        .last_id = d->last_id,
        .prev_id = d->prev_id,
        .bids = rows,
        .bid_n = bid_n,
        .asks = rows + bid_n,
        .ask_n = ask_n,
    };
    d->prev_id = d->last_id;
    forget(d);
    return true;
}
