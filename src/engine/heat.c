#include "heat.h"

#include <alphaplus/base/clock.h>
#include <alphaplus/base/fixed.h>
#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define READ_LEVELS 256 /* at a time */

static const struct {
    int64_t step_ns;
    uint32_t cap;
} tiers[HEAT_TIERS] = {
    {NS_PER_S, 1200},
    {10 * NS_PER_S, 720},
    {60 * NS_PER_S, 1440},
};

struct heat {
    int64_t bucket;
    double volume, signed_volume; /* since the last sample */
    double code_qty[256];
    double qty[HEAT_CELLS]; /* scratch of one sample */
    struct {
        struct heat_column *columns; /* owned */
        uint32_t next;
        uint32_t used; /* columns written so far: the rest of the memory was never touched, and costs none */
    } rings[HEAT_TIERS];
};

int heat_create(struct heat **ret_heat)
{
    struct heat *h = calloc(1, sizeof *h);
    if (!h)
        return AP_ENOMEM;
    for (int i = 0; i < HEAT_TIERS; i++) {
        h->rings[i].columns = calloc(tiers[i].cap, sizeof *h->rings[i].columns);
        if (!h->rings[i].columns) {
            heat_destroy(h);
            return AP_ENOMEM;
        }
    }
    for (int code = 0; code < 256; code++)
        h->code_qty[code] = heat_code_qty((uint8_t)code);
    *ret_heat = h;
    return 0;
}

void heat_destroy(struct heat *h)
{
    if (!h)
        return;
    for (int i = 0; i < HEAT_TIERS; i++)
        free(h->rings[i].columns);
    free(h);
}

void heat_set_bucket(struct heat *h, int64_t bucket)
{
    h->bucket = bucket;
    for (int i = 0; i < HEAT_TIERS; i++) {
        for (uint32_t k = 0; k < h->rings[i].used; k++)
            h->rings[i].columns[k].start_ns = 0;
        h->rings[i].next = h->rings[i].used = 0;
    }
    h->volume = h->signed_volume = 0.0;
}

int64_t heat_bucket(const struct heat *h)
{
    return h->bucket;
}

void heat_trade(struct heat *h, double signed_usd)
{
    h->volume += fabs(signed_usd);
    h->signed_volume += signed_usd;
}

double heat_code_qty(uint8_t code)
{
    return code <= HEAT_ZERO ? 0.0 : HEAT_UNIT * pow(HEAT_BASE, code - 2);
}

uint8_t heat_qty_code(double qty)
{
    if (!(qty > 0.0))
        return HEAT_ZERO;
    double code = 2.0 + round(log(qty / HEAT_UNIT) / log(HEAT_BASE));
    if (code < 2.0)
        return 2;
    return code > 255.0 ? 255 : (uint8_t)code;
}

static int64_t floor_div(int64_t a, int64_t b)
{
    int64_t q = a / b;
    return q * b > a ? q - 1 : q;
}

/* Sums the levels of one side into the cells that they fall in, from the touch outwards until they leave the column. */
static void add_side(struct heat *h, const struct book *book, enum side side, int64_t low)
{
    struct level levels[READ_LEVELS];
    int64_t lo = low > 0 ? low * h->bucket : 1, hi = (low + HEAT_CELLS) * h->bucket - 1;
    uint32_t n;

    do {
        int64_t cell = -1, from = 0; /* of the level before */
        n = book_read(book, side, lo, hi, levels, READ_LEVELS);
        for (uint32_t i = 0; i < n; i++) {
            int64_t px = levels[i].px;
            if (cell < 0 || px < from || px - from >= h->bucket) {
                int64_t index = floor_div(px, h->bucket);
                cell = index - low;
                from = index * h->bucket;
            }
            h->qty[cell] += (double)levels[i].qty;
        }
        if (n > 0)
            *(side == SIDE_ASK ? &lo : &hi) = levels[n - 1].px + (side == SIDE_ASK ? 1 : -1);
    } while (n == READ_LEVELS);
}

static void sample_book(struct heat *h, struct heat_column *c, const struct instrument *in,
                        const struct book *book)
{
    struct level bid, ask;
    int64_t known_lo, known_hi;

    if (!book_best(book, SIDE_BID, &bid) || !book_best(book, SIDE_ASK, &ask) ||
        !book_known(book, &known_lo, &known_hi))
        return;
    c->mid = ((double)bid.px + (double)ask.px) / 2.0;
    c->low = floor_div((bid.px + ask.px) / 2, h->bucket) - HEAT_CELLS / 2;
    memset(h->qty, 0, sizeof h->qty);
    add_side(h, book, SIDE_BID, c->low);
    add_side(h, book, SIDE_ASK, c->low);
    double scale = (double)fixed_pow10(in->qty_decimals);
    for (int i = 0; i < HEAT_CELLS; i++) {
        int64_t from = (c->low + i) * h->bucket;
        bool is_known = from >= known_lo && from + h->bucket - 1 <= known_hi;
        c->cells[i] = is_known ? heat_qty_code(h->qty[i] / scale) : HEAT_UNKNOWN;
    }
}

static struct heat_column *next_column(struct heat *h, int tier, int64_t start_ns)
{
    struct heat_column *c = &h->rings[tier].columns[h->rings[tier].next];
    h->rings[tier].next = (h->rings[tier].next + 1) % tiers[tier].cap;
    h->rings[tier].used += h->rings[tier].used < tiers[tier].cap;
    c->start_ns = start_ns;
    c->low = 0;
    c->mid = c->volume = c->signed_volume = 0.0;
    memset(c->cells, HEAT_UNKNOWN, sizeof c->cells);
    return c;
}

/* A cell of the coarser column is known when it was known in any of the finer ones; its size is their mean. */
static void merge_cells(struct heat *h, struct heat_column *c, struct heat_column *const *parts, int n)
{
    for (int i = 0; i < HEAT_CELLS; i++) {
        double sum = 0.0;
        int known = 0;
        for (int k = 0; k < n; k++) {
            int64_t cell = c->low + i - parts[k]->low;
            if (parts[k]->mid == 0.0 || cell < 0 || cell >= HEAT_CELLS ||
                parts[k]->cells[cell] == HEAT_UNKNOWN)
                continue;
            sum += h->code_qty[parts[k]->cells[cell]];
            known++;
        }
        if (known > 0)
            c->cells[i] = heat_qty_code(sum / known);
    }
}

static void merge_tier(struct heat *h, int tier, int64_t tick_ns)
{
    enum { PARTS_MAX = 10 };
    struct heat_column *parts[PARTS_MAX];
    int n = 0;
    int64_t start_ns = tick_ns - tiers[tier].step_ns;
    uint32_t cap = tiers[tier - 1].cap;
    struct heat_column *c = next_column(h, tier, start_ns);

    for (uint32_t back = 1; back <= PARTS_MAX; back++) {
        struct heat_column *part = &h->rings[tier - 1].columns[(h->rings[tier - 1].next + cap - back) % cap];
        if (part->start_ns == 0 || part->start_ns < start_ns)
            break;
        c->volume += part->volume;
        c->signed_volume += part->signed_volume;
        parts[n++] = part;
    }
    for (int k = 0; k < n && c->mid == 0.0; k++) {
        c->mid = parts[k]->mid; /* of the newest that had one */
        c->low = parts[k]->low;
    }
    if (c->mid != 0.0)
        merge_cells(h, c, parts, n);
}

void heat_sample(struct heat *h, const struct instrument *in, const struct book *book, bool is_true,
                 int64_t tick_ns)
{
    if (h->bucket <= 0) {
        h->volume = h->signed_volume = 0.0;
        return;
    }
    struct heat_column *c = next_column(h, 0, tick_ns - tiers[0].step_ns);
    c->volume = h->volume;
    c->signed_volume = h->signed_volume;
    h->volume = h->signed_volume = 0.0;
    if (is_true)
        sample_book(h, c, in, book);
    for (int tier = 1; tier < HEAT_TIERS; tier++) {
        if (tick_ns % tiers[tier].step_ns == 0)
            merge_tier(h, tier, tick_ns);
    }
}

int heat_tier_for(int64_t column_ns)
{
    int tier = HEAT_TIERS - 1;
    while (tier > 0 && (column_ns < tiers[tier].step_ns || column_ns % tiers[tier].step_ns != 0))
        tier--;
    return tier;
}

struct heat_ring heat_ring(const struct heat *h, int tier)
{
    return (struct heat_ring){
        .columns = h->rings[tier].columns,
        .step_ns = tiers[tier].step_ns,
        .cap = tiers[tier].cap,
        .next = h->rings[tier].next,
    };
}

const struct heat_column *heat_newest(const struct heat *h)
{
    const struct heat_column *c = &h->rings[0].columns[(h->rings[0].next + tiers[0].cap - 1) % tiers[0].cap];
    return c->start_ns != 0 ? c : NULL;
}

/* What a column would be if nothing had changed at any price since the one before: little is left when it is taken away. */
static void predict(const struct heat_column *before, int64_t low, uint8_t cells[HEAT_CELLS])
{
    memset(cells, HEAT_UNKNOWN, HEAT_CELLS);
    if (!before || low <= before->low - HEAT_CELLS || low >= before->low + HEAT_CELLS)
        return;
    int64_t by = low - before->low;
    if (by >= 0)
        memcpy(cells, before->cells + by, (size_t)(HEAT_CELLS - by));
    else
        memcpy(cells - by, before->cells, (size_t)(HEAT_CELLS + by));
}

static void flip(uint8_t cells[HEAT_CELLS], const uint8_t with[HEAT_CELLS])
{
    for (int i = 0; i < HEAT_CELLS; i++)
        cells[i] ^= with[i];
}

void heat_save(const struct heat *h, struct buf *out)
{
    uint8_t cells[HEAT_CELLS];
    save_i64(out, h->bucket);
    save_bytes(out, &h->volume, sizeof h->volume);
    save_bytes(out, &h->signed_volume, sizeof h->signed_volume);
    for (int tier = 0; tier < HEAT_TIERS; tier++) {
        save_u64(out, h->rings[tier].next);
        save_u64(out, h->rings[tier].used);
        const struct heat_column *before = NULL;
        for (uint32_t i = 0; i < h->rings[tier].used; i++) {
            const struct heat_column *c = &h->rings[tier].columns[i];
            save_bytes(out, c, offsetof(struct heat_column, cells));
            predict(before, c->low, cells);
            flip(cells, c->cells);
            save_words(out, cells, sizeof cells);
            before = c;
        }
    }
}

static void load_column(struct load *l, const struct heat_column *before, struct heat_column *c)
{
    uint8_t cells[HEAT_CELLS];
    load_bytes(l, c, offsetof(struct heat_column, cells));
    load_expect(l, c->low >= -HEAT_CELLS && c->low <= FIXED_VALUE_MAX && c->start_ns >= 0 &&
                       isfinite(c->mid) && c->mid >= 0.0 && isfinite(c->volume) &&
                       isfinite(c->signed_volume));
    load_words(l, cells, sizeof cells);
    if (l->err < 0)
        return;
    predict(before, c->low, c->cells);
    flip(c->cells, cells);
}

void heat_load(struct heat *h, struct load *l)
{
    h->bucket = (int64_t)load_i64(l);
    load_expect(l, h->bucket >= 0 && h->bucket <= FIXED_VALUE_MAX);
    load_bytes(l, &h->volume, sizeof h->volume);
    load_bytes(l, &h->signed_volume, sizeof h->signed_volume);
    load_expect(l, isfinite(h->volume) && isfinite(h->signed_volume));
    for (int tier = 0; tier < HEAT_TIERS && l->err == 0; tier++) {
        uint32_t next = (uint32_t)load_count(l, tiers[tier].cap - 1);
        uint32_t used = (uint32_t)load_count(l, tiers[tier].cap);
        load_expect(l, used == tiers[tier].cap || next == used);
        h->rings[tier].next = next;
        h->rings[tier].used = used;
        const struct heat_column *before = NULL;
        for (uint32_t i = 0; i < used && l->err == 0; i++) {
            load_column(l, before, &h->rings[tier].columns[i]);
            before = &h->rings[tier].columns[i];
        }
    }
}
