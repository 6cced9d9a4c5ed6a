#include "sim/market/positions.h"

#include <stdlib.h>

int positions_init(struct positions *p)
{
    *p = (struct positions){0};
    for (int side = 0; side < 2; side++) {
        p->sides[side] = malloc(POSITIONS_MAX * sizeof p->sides[side][0]);
        if (!p->sides[side]) {
            positions_finish(p);
            return AP_ENOMEM;
        }
    }
    return 0;
}

void positions_finish(struct positions *p)
{
    if (p) {
        free(p->sides[0]);
        free(p->sides[1]);
        *p = (struct positions){0};
    }
}

double position_death(bool is_long, double entry, uint32_t leverage)
{
    double margin = 1.0 / leverage;
    return is_long ? entry * (1.0 - margin) / (1.0 - MAINTENANCE_RATE)
                   : entry * (1.0 + margin) / (1.0 + MAINTENANCE_RATE);
}

double position_bankruptcy(bool is_long, double entry, uint32_t leverage)
{
    double margin = 1.0 / leverage;
    return is_long ? entry * (1.0 - margin) : entry * (1.0 + margin);
}

uint32_t position_leverage(struct rng *r)
{
    static const struct {
        uint32_t leverage, below; /* per cent, cumulated */
    } shares[] = {{5, 25}, {10, 52}, {25, 74}, {50, 90}, {100, 100}};
    uint32_t at = rng_below(r, 100), i = 0;
    while (at >= shares[i].below) {
        i++;
    }
    return shares[i].leverage;
}

/* Longs die from above: their highest death comes first. */
static bool dies_before(int side, const struct holding *a, const struct holding *b)
{
    return side == 0 ? a->death > b->death : a->death < b->death;
}

static void swap(struct holding *a, struct holding *b)
{
    struct holding t = *a;
    *a = *b;
    *b = t;
}

static void sift_up(struct holding *heap, int side, size_t i)
{
    while (i > 0 && dies_before(side, &heap[i], &heap[(i - 1) / 2])) {
        swap(&heap[i], &heap[(i - 1) / 2]);
        i = (i - 1) / 2;
    }
}

static void sift_down(struct holding *heap, size_t n, int side, size_t i)
{
    for (;;) {
        size_t first = i;
        for (size_t child = 2 * i + 1; child <= 2 * i + 2 && child < n; child++) {
            if (dies_before(side, &heap[child], &heap[first])) {
                first = child;
            }
        }
        if (first == i) {
            return;
        }
        swap(&heap[i], &heap[first]);
        i = first;
    }
}

void positions_open(struct positions *p, bool is_long, double entry, uint32_t lots, uint32_t leverage)
{
    int side = is_long ? 0 : 1;
    if (p->n[side] == POSITIONS_MAX || lots == 0) {
        return;
    }
    p->sides[side][p->n[side]] = (struct holding){position_death(is_long, entry, leverage), entry, lots,
                                                  leverage};
    sift_up(p->sides[side], side, p->n[side]++);
    p->lots += lots;
}

static void remove_at(struct positions *p, int side, size_t i)
{
    struct holding *heap = p->sides[side];
    p->lots -= heap[i].lots;
    heap[i] = heap[--p->n[side]];
    if (i < p->n[side]) {
        sift_up(heap, side, i);
        sift_down(heap, p->n[side], side, i);
    }
}

void positions_close_any(struct positions *p, struct rng *r)
{
    size_t n = p->n[0] + p->n[1];
    if (n == 0) {
        return;
    }
    size_t i = rng_below(r, (uint32_t)n);
    if (i < p->n[0]) {
        remove_at(p, 0, i);
    } else {
        remove_at(p, 1, i - p->n[0]);
    }
}

bool positions_reap(struct positions *p, bool is_long, double mark, struct holding *ret_dead)
{
    int side = is_long ? 0 : 1;
    if (p->n[side] == 0) {
        return false;
    }
    const struct holding *top = &p->sides[side][0];
    if (is_long ? top->death < mark : top->death > mark) {
        return false;
    }
    *ret_dead = *top;
    remove_at(p, side, 0);
    return true;
}
