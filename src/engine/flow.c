#include "flow.h"

#include <alphaplus/base/clock.h>
#include <alphaplus/base/fixed.h>
#include <alphaplus/base/hash.h>
#include <stdlib.h>
#include <string.h>

#define DELTA_SLOTS   15 /* of 1 s */
#define VOLUME_SLOTS  16 /* of 30 s */
#define VOLUME_SLOT_S 30
#define CELL_MAX      (INT64_C(1) << 60)

/* A cell belongs to the bucket with the same index modulo FLOW_CELLS inside [low, low + FLOW_CELLS). Bids count in the bucket below
 * them, asks in the one above: the ladder's own rounding. Totals are the sums of their slots; neither passes CELL_MAX, what
 * would is left out of both. Memory that was never written is never touched: most cells of most markets stay empty. */
struct flow {
    int64_t bucket;
    int64_t low;
    bool is_placed;
    int64_t delta_slot, volume_slot; /* of the present moment, counted from the beginning of time */
    int64_t delta_total[2][FLOW_CELLS];
    int64_t volume_total[2][FLOW_CELLS]; /* by the side that was hit */
    int64_t delta[DELTA_SLOTS][2][FLOW_CELLS];
    int64_t volume[VOLUME_SLOTS][2][FLOW_CELLS];
};

int flow_create(struct flow **ret_flow)
{
    struct flow *f = calloc(1, sizeof *f);
    if (!f)
        return AP_ENOMEM;
    *ret_flow = f;
    return 0;
}

void flow_destroy(struct flow *f)
{
    free(f);
}

static void clear_row(int64_t row[FLOW_CELLS])
{
    for (int c = 0; c < FLOW_CELLS; c++) {
        if (row[c] != 0)
            row[c] = 0;
    }
}

static void clear_volume(struct flow *f)
{
    for (int side = 0; side < 2; side++) {
        clear_row(f->volume_total[side]);
        for (int slot = 0; slot < VOLUME_SLOTS; slot++)
            clear_row(f->volume[slot][side]);
    }
}

void flow_lose_levels(struct flow *f)
{
    if (!f->is_placed) /* nothing was ever written */
        return;
    for (int side = 0; side < 2; side++) {
        clear_row(f->delta_total[side]);
        for (int slot = 0; slot < DELTA_SLOTS; slot++)
            clear_row(f->delta[slot][side]);
    }
}

void flow_set_bucket(struct flow *f, int64_t bucket, int64_t now_ns)
{
    flow_lose_levels(f);
    if (f->is_placed)
        clear_volume(f);
    f->bucket = bucket;
    f->is_placed = false;
    f->delta_slot = now_ns / NS_PER_S;
    f->volume_slot = f->delta_slot / VOLUME_SLOT_S;
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
        if (f->delta_total[side][c] != 0 || f->volume_total[side][c] != 0)
            f->delta_total[side][c] = f->volume_total[side][c] = 0;
        for (int slot = 0; slot < DELTA_SLOTS; slot++) {
            if (f->delta[slot][side][c] != 0)
                f->delta[slot][side][c] = 0;
        }
        for (int slot = 0; slot < VOLUME_SLOTS; slot++) {
            if (f->volume[slot][side][c] != 0)
                f->volume[slot][side][c] = 0;
        }
    }
}

void flow_center(struct flow *f, int64_t px)
{
    if (f->bucket <= 0)
        return;
    int64_t low = px / f->bucket - FLOW_CELLS / 2;
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

/* Cell of a price, or -1 outside the band. */
static int64_t cell_at(const struct flow *f, enum side side, int64_t px)
{
    if (!f->is_placed)
        return -1;
    int64_t index = side == SIDE_BID ? px / f->bucket : (px + f->bucket - 1) / f->bucket;
    return index >= f->low && index < f->low + FLOW_CELLS ? (int64_t)cell_of(index) : -1;
}

static bool is_over(int64_t v)
{
    return v > CELL_MAX || v < -CELL_MAX;
}

static void add(int64_t *slot, int64_t *total, int64_t dq)
{
    if (is_over(*slot + dq) || is_over(*total + dq))
        return;
    *slot += dq;
    *total += dq;
}

void flow_level(struct flow *f, enum side side, int64_t px, int64_t dq)
{
    int64_t cell = cell_at(f, side, px);
    if (cell >= 0 && dq != 0)
        add(&f->delta[f->delta_slot % DELTA_SLOTS][side][cell], &f->delta_total[side][cell], dq);
}

void flow_trade(struct flow *f, enum side side, int64_t px, int64_t qty)
{
    int64_t cell = cell_at(f, side, px);
    if (cell < 0 || qty == 0)
        return;
    add(&f->volume[f->volume_slot % VOLUME_SLOTS][side][cell], &f->volume_total[side][cell], qty);
    add(&f->delta[f->delta_slot % DELTA_SLOTS][side][cell], &f->delta_total[side][cell], qty);
}

static void expire(int64_t total[2][FLOW_CELLS], int64_t slot[2][FLOW_CELLS])
{
    for (int side = 0; side < 2; side++) {
        for (int c = 0; c < FLOW_CELLS; c++) {
            if (slot[side][c] == 0)
                continue;
            total[side][c] -= slot[side][c];
            slot[side][c] = 0;
        }
    }
}

void flow_second(struct flow *f, int64_t tick_ns)
{
    int64_t delta_slot = tick_ns / NS_PER_S, volume_slot = delta_slot / VOLUME_SLOT_S;
    if (!f->is_placed)
        return;
    if (delta_slot - f->delta_slot > DELTA_SLOTS)
        f->delta_slot = delta_slot - DELTA_SLOTS;
    while (f->delta_slot < delta_slot)
        expire(f->delta_total, f->delta[++f->delta_slot % DELTA_SLOTS]);
    if (volume_slot - f->volume_slot > VOLUME_SLOTS)
        f->volume_slot = volume_slot - VOLUME_SLOTS;
    while (f->volume_slot < volume_slot)
        expire(f->volume_total, f->volume[++f->volume_slot % VOLUME_SLOTS]);
}

/* Cells stay within 2^60, so one addition cannot overflow before it is cut. */
static int64_t cut(int64_t v)
{
    return v > INT64_MAX / 2 ? INT64_MAX / 2 : v < -INT64_MAX / 2 ? -INT64_MAX / 2 : v;
}

bool flow_row(const struct flow *f, int64_t px, int64_t span, int64_t *ret_bid_delta, int64_t *ret_ask_delta,
              int64_t *ret_volume)
{
    if (!f->is_placed || span <= 0 || span % f->bucket != 0 || px % f->bucket != 0)
        return false;
    int64_t n = span / f->bucket;
    int64_t bid_from = px / f->bucket;
    int64_t ask_from = bid_from - n + 1;
    if (ask_from < f->low || bid_from + n > f->low + FLOW_CELLS)
        return false;
    int64_t bid = 0, ask = 0, volume = 0;
    for (int64_t i = 0; i < n; i++) {
        size_t b = cell_of(bid_from + i), a = cell_of(ask_from + i);
        bid = cut(bid + f->delta_total[SIDE_BID][b]);
        ask = cut(ask + f->delta_total[SIDE_ASK][a]);
        volume = cut(volume + f->volume_total[SIDE_BID][b] + f->volume_total[SIDE_ASK][a]);
    }
    *ret_bid_delta = bid;
    *ret_ask_delta = ask;
    *ret_volume = volume;
    return true;
}

uint64_t flow_hash(const struct flow *f, uint64_t h)
{
    h = hash_u64(h, (uint64_t)f->bucket);
    if (!f->is_placed)
        return h;
    h = hash_u64(h, (uint64_t)f->low);
    for (int side = 0; side < 2; side++) {
        for (int64_t i = f->low; i < f->low + FLOW_CELLS; i++) {
            size_t c = cell_of(i);
            if (f->delta_total[side][c] == 0 && f->volume_total[side][c] == 0)
                continue;
            h = hash_u64(h, (uint64_t)i);
            h = hash_u64(h, (uint64_t)f->delta_total[side][c]);
            h = hash_u64(h, (uint64_t)f->volume_total[side][c]);
        }
    }
    return h;
}

void flow_save(const struct flow *f, struct buf *out)
{
    save_i64(out, f->bucket);
    save_i64(out, f->low);
    save_u64(out, f->is_placed);
    save_i64(out, f->delta_slot);
    save_i64(out, f->volume_slot);
    if (!f->is_placed)
        return;
    save_words(out, f->delta, sizeof f->delta);
    save_words(out, f->volume, sizeof f->volume);
}

/* The slots' sums; false when one passes what a cell may hold. */
static bool sum_slots(int64_t (*slots)[2][FLOW_CELLS], int n, int64_t total[2][FLOW_CELLS])
{
    for (int slot = 0; slot < n; slot++) {
        for (int i = 0; i < 2 * FLOW_CELLS; i++) {
            int64_t v = slots[slot][i / FLOW_CELLS][i % FLOW_CELLS];
            int64_t *sum = &total[i / FLOW_CELLS][i % FLOW_CELLS];
            if (v == 0)
                continue;
            if (is_over(v) || is_over(*sum + v))
                return false;
            *sum += v;
        }
    }
    return true;
}

void flow_load(struct flow *f, struct load *l)
{
    const int64_t slot_max = INT64_MAX / NS_PER_S;
    f->bucket = load_i64(l);
    f->low = load_i64(l);
    f->is_placed = load_count(l, 1) != 0;
    f->delta_slot = load_i64(l);
    f->volume_slot = load_i64(l);
    load_expect(l, f->bucket >= (f->is_placed ? 1 : 0) && f->bucket <= FIXED_VALUE_MAX);
    load_expect(l, f->low >= -FLOW_CELLS && f->low <= FIXED_VALUE_MAX);
    load_expect(l, f->delta_slot >= 0 && f->delta_slot <= slot_max);
    load_expect(l, f->volume_slot >= 0 && f->volume_slot <= slot_max / VOLUME_SLOT_S);
    if (l->err < 0 || !f->is_placed)
        return;
    load_words(l, f->delta, sizeof f->delta);
    load_words(l, f->volume, sizeof f->volume);
    load_expect(l, l->err == 0 && sum_slots(f->delta, DELTA_SLOTS, f->delta_total) &&
                       sum_slots(f->volume, VOLUME_SLOTS, f->volume_total));
}
