#include "flow.h"

#include <alphaplus/base/clock.h>
#include <stdlib.h>
#include <string.h>

#define DELTA_SLOTS   15 /* of 1 s */
#define VOLUME_SLOTS  48 /* of 10 s */
#define VOLUME_SLOT_S 10

/* A cell belongs to the bucket with the same index modulo FLOW_CELLS inside [low, low + FLOW_CELLS). Bids count in the bucket below
 * them, asks in the one above: the ladder's own rounding. Totals are the sums of their slots. */
struct flow {
    int64_t bucket;
    int64_t low;
    bool is_placed;
    int delta_slot, volume_slot;
    int64_t delta_total[2][FLOW_CELLS];
    int64_t volume_total[2][FLOW_CELLS]; /* by the side that was hit */
    int64_t delta[DELTA_SLOTS][2][FLOW_CELLS];
    int64_t volume[VOLUME_SLOTS][2][FLOW_CELLS];
};

int flow_create(struct flow **ret_flow)
{
    *ret_flow = calloc(1, sizeof **ret_flow);
    return *ret_flow ? 0 : AP_ENOMEM;
}

void flow_destroy(struct flow *f)
{
    free(f);
}

void flow_set_bucket(struct flow *f, int64_t bucket)
{
    memset(f, 0, sizeof *f);
    f->bucket = bucket;
}

int64_t flow_bucket(const struct flow *f)
{
    return f->bucket;
}

static size_t cell_of(int64_t index)
{
    return (size_t)(index & (FLOW_CELLS - 1));
}

static void clear_cell(struct flow *f, int64_t index)
{
    size_t c = cell_of(index);
    for (int side = 0; side < 2; side++) {
        f->delta_total[side][c] = f->volume_total[side][c] = 0;
        for (int slot = 0; slot < DELTA_SLOTS; slot++)
            f->delta[slot][side][c] = 0;
        for (int slot = 0; slot < VOLUME_SLOTS; slot++)
            f->volume[slot][side][c] = 0;
    }
}

void flow_center(struct flow *f, int64_t px)
{
    if (f->bucket <= 0)
        return;
    int64_t middle = px / f->bucket;
    int64_t low = middle - FLOW_CELLS / 2;
    if (!f->is_placed) {
        f->low = low;
        f->is_placed = true;
        return;
    }
    int64_t moved = low - f->low;
    if (moved > -FLOW_CELLS / 4 && moved < FLOW_CELLS / 4)
        return;
    int64_t cleared = moved < 0 ? -moved : moved;
    if (cleared > FLOW_CELLS)
        cleared = FLOW_CELLS;
    for (int64_t i = 0; i < cleared; i++)
        clear_cell(f, moved > 0 ? low + FLOW_CELLS - 1 - i : low + i);
    f->low = low;
}

/* Bucket index of a price, or -1 outside the band. */
static int64_t index_of(const struct flow *f, enum side side, int64_t px)
{
    if (!f->is_placed)
        return -1;
    int64_t index = side == SIDE_BID ? px / f->bucket : (px + f->bucket - 1) / f->bucket;
    return index >= f->low && index < f->low + FLOW_CELLS ? index : -1;
}

void flow_level(struct flow *f, enum side side, int64_t px, int64_t dq)
{
    int64_t index = index_of(f, side, px);
    if (index < 0)
        return;
    f->delta[f->delta_slot][side][cell_of(index)] += dq;
    f->delta_total[side][cell_of(index)] += dq;
}

void flow_trade(struct flow *f, enum side side, int64_t px, int64_t qty)
{
    int64_t index = index_of(f, side, px);
    if (index < 0)
        return;
    f->volume[f->volume_slot][side][cell_of(index)] += qty;
    f->volume_total[side][cell_of(index)] += qty;
    flow_level(f, side, px, qty);
}

void flow_lose_levels(struct flow *f)
{
    memset(f->delta, 0, sizeof f->delta);
    memset(f->delta_total, 0, sizeof f->delta_total);
}

static void expire(int64_t total[2][FLOW_CELLS], int64_t slot[2][FLOW_CELLS])
{
    for (int side = 0; side < 2; side++) {
        for (int c = 0; c < FLOW_CELLS; c++) {
            total[side][c] -= slot[side][c];
            slot[side][c] = 0;
        }
    }
}

void flow_second(struct flow *f, int64_t tick_ns)
{
    f->delta_slot = (f->delta_slot + 1) % DELTA_SLOTS;
    expire(f->delta_total, f->delta[f->delta_slot]);
    if (tick_ns / NS_PER_S % VOLUME_SLOT_S == 0) {
        f->volume_slot = (f->volume_slot + 1) % VOLUME_SLOTS;
        expire(f->volume_total, f->volume[f->volume_slot]);
    }
}

bool flow_row(const struct flow *f, int64_t px, int64_t span, int64_t *ret_bid_delta, int64_t *ret_ask_delta,
              int64_t *ret_volume)
{
    if (!f->is_placed || span % f->bucket != 0 || px % f->bucket != 0)
        return false;
    int64_t n = span / f->bucket;
    int64_t bid_from = px / f->bucket;
    int64_t ask_from = bid_from - n + 1;
    if (ask_from < f->low || bid_from + n > f->low + FLOW_CELLS)
        return false;
    int64_t bid = 0, ask = 0, volume = 0;
    for (int64_t i = 0; i < n; i++) {
        size_t b = cell_of(bid_from + i), a = cell_of(ask_from + i);
        bid += f->delta_total[SIDE_BID][b];
        ask += f->delta_total[SIDE_ASK][a];
        volume += f->volume_total[SIDE_BID][b] + f->volume_total[SIDE_ASK][a];
    }
    *ret_bid_delta = bid;
    *ret_ask_delta = ask;
    *ret_volume = volume;
    return true;
}
