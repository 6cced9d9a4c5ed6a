#include <alphaplus/analytics/profile.h>

#include <math.h>
#include <string.h>

int64_t bins_bucket(int64_t px, int64_t tick, double bps)
{
    double ticks = round((double)px * bps / 1e4 / (double)tick);
    return ticks > 1.0 ? (int64_t)ticks * tick : tick;
}

void bins_begin(struct bins *b, double (*cells)[2], uint32_t cap, int64_t bucket)
{
    *b = (struct bins){.bucket = bucket};
    memset(cells, 0, cap * sizeof *cells);
}

static bool is_empty(const struct bins *b, double (*cells)[2])
{
    return b->lo == b->hi && cells[b->lo][0] == 0.0 && cells[b->lo][1] == 0.0;
}

/* Occupied cells begin at cell `to`. */
static void slide(struct bins *b, double (*cells)[2], uint32_t cap, uint32_t to)
{
    uint32_t n = b->hi - b->lo + 1;
    memmove(cells + to, cells + b->lo, n * sizeof *cells);
    memset(cells, 0, to * sizeof *cells);
    memset(cells + to + n, 0, (cap - to - n) * sizeof *cells);
    b->first += (int64_t)b->lo - (int64_t)to;
    b->lo = to;
    b->hi = to + n - 1;
}

/* Two buckets become one; the occupied cells then begin at 0. */
static void coarsen(struct bins *b, double (*cells)[2], uint32_t cap)
{
    slide(b, cells, cap, 0);
    int64_t first = b->first / 2; /* of an occupied bucket: not negative */
    uint32_t n = b->hi + 1, last = 0;
    for (uint32_t i = 0; i < n; i++) {
        double cell[2] = {cells[i][0], cells[i][1]};
        cells[i][0] = cells[i][1] = 0.0;
        last = (uint32_t)((b->first + i) / 2 - first);
        cells[last][0] += cell[0];
        cells[last][1] += cell[1];
    }
    b->bucket *= 2;
    b->first = first;
    b->hi = last;
}

/* Makes the bucket of px one of the cells. */
static void make_room(struct bins *b, double (*cells)[2], uint32_t cap, int64_t px)
{
    for (;;) {
        int64_t bin = px / b->bucket, low = b->first + b->lo, high = b->first + b->hi;
        int64_t from = bin < low ? bin : low, to = bin > high ? bin : high;
        if (to - from < (int64_t)cap) {
            uint32_t margin = (cap - (uint32_t)(to - from + 1)) / 2;
            slide(b, cells, cap, margin + (uint32_t)(low - from));
            return;
        }
        coarsen(b, cells, cap);
    }
}

void bins_add(struct bins *b, double (*cells)[2], uint32_t cap, int64_t px, enum aggressor side, double qty)
{
    int64_t bin = px / b->bucket;
    if (is_empty(b, cells)) {
        b->lo = b->hi = cap / 2;
        b->first = bin - b->lo;
    } else if (bin < b->first || bin >= b->first + (int64_t)cap) {
        make_room(b, cells, cap, px);
        bin = px / b->bucket;
    }
    uint32_t i = (uint32_t)(bin - b->first);
    b->lo = i < b->lo ? i : b->lo;
    b->hi = i > b->hi ? i : b->hi;
    cells[i][side == AGGRESSOR_SELL] += qty;
}

bool value_area(const double *volume, size_t n, double share, struct value_area *ret_area)
{
    double total = 0.0, inside;
    struct value_area a = {0, 0, 0};
    for (size_t i = 0; i < n; i++) {
        total += volume[i];
        a.poc = volume[i] > volume[a.poc] ? i : a.poc;
    }
    if (!(total > 0.0))
        return false;
    a.low = a.high = a.poc;
    for (inside = volume[a.poc]; inside < share * total && (a.low > 0 || a.high + 1 < n);) {
        double below = a.low > 0 ? volume[a.low - 1] : -1.0,
               above = a.high + 1 < n ? volume[a.high + 1] : -1.0;
        if (above >= below)
            inside += volume[++a.high];
        else
            inside += volume[--a.low];
    }
    *ret_area = a;
    return true;
}
