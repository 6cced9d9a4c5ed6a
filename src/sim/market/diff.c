#include "sim/market/diff.h"

#include <stdlib.h>

int diff_init(struct diff *d, int32_t span)
{
    *d = (struct diff){.cap = 256};
    d->seen = calloc((size_t)span / 64 + 1, sizeof d->seen[0]);
    d->items = malloc(d->cap * sizeof d->items[0]);
    if (!d->seen || !d->items) {
        diff_finish(d);
        return AP_ENOMEM;
    }
    return 0;
}

void diff_finish(struct diff *d)
{
    if (d) {
        free(d->seen);
        free(d->items);
        *d = (struct diff){0};
    }
}

static void forget(struct diff *d)
{
    for (size_t i = 0; i < d->n; i++) {
        d->seen[d->items[i].tick / 64] = 0;
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
    if (d->seen[tick / 64] & bit) {
        return;
    }
    if (d->n == d->cap) {
        size_t cap = d->cap > 0 ? 2 * d->cap : 256;
        struct diff_item *items = realloc(d->items, cap * sizeof items[0]);
        if (!items) {
            d->err = AP_ENOMEM;
            return;
        }
        d->items = items;
        d->cap = cap;
    }
    d->seen[tick / 64] |= bit;
    d->items[d->n++] = (struct diff_item){tick, was};
}

static int by_tick(const void *a, const void *b)
{
    const struct diff_item *x = a, *y = b;
    return (x->tick > y->tick) - (x->tick < y->tick);
}

static size_t side_rows(const struct diff *d, const struct lob *b, enum side side, struct market_level *rows)
{
    size_t n = 0;
    for (size_t i = 0; i < d->n; i++) {
        int32_t tick = d->items[i].tick;
        if (lob_side(b, tick) == side) {
            rows[n++] = (struct market_level){tick, b->lots[tick]};
        } else if (d->items[i].was == side) {
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
    qsort(d->items, d->n, sizeof d->items[0], by_tick);
    size_t bid_n = side_rows(d, b, SIDE_BID, rows);
    size_t ask_n = side_rows(d, b, SIDE_ASK, rows + bid_n);
    if (bid_n + ask_n ==
        0) { /* levels that came and went: nothing to tell, and the next event follows the last one told */
        forget(d);
        return false;
    }
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
