/* Resting size over time and price, kept for the heatmap: three rings of columns (1 s, 10 s, 60 s), each column a run of cells of one
 * base bucket around the mid at that moment. A cell is one byte: a code of model/view.h (unknown, empty, or log size), exact enough
 * for a shade and small enough to keep a day. A coarser column is the mean of the finer ones. */
#ifndef ALPHAPLUS_ENGINE_HEAT_H
#define ALPHAPLUS_ENGINE_HEAT_H

#include <alphaplus/base/save.h>
#include <alphaplus/book/book.h>
#include <alphaplus/model/view.h>
#include <stdbool.h>
#include <stdint.h>

#define HEAT_CELLS 1024
#define HEAT_TIERS 3

struct heat_column {
    int64_t start_ns;             /* 0: nothing here */
    int64_t low;                  /* bucket of cell 0: prices [low * bucket, (low + 1) * bucket) */
    double mid;                   /* price units; 0: the book was not true */
    double volume, signed_volume; /* traded in it, quote currency */
    uint8_t cells[HEAT_CELLS];
};
struct heat; /* opaque */

AP_MUST_CHECK int heat_create(struct heat **ret_heat);
void heat_destroy(struct heat *h);
/* Before the first sample and whenever the bucket must change: forgets all. 0: keeps nothing from now on. */
void heat_set_bucket(struct heat *h, int64_t bucket);
int64_t heat_bucket(const struct heat *h);
void heat_trade(struct heat *h, double signed_usd);
/* At each whole second: the column of the second that ends at tick_ns. */
void heat_sample(struct heat *h, const struct instrument *in, const struct book *book, bool is_true,
                 int64_t tick_ns);
/* The tier whose columns are the widest that divide column_ns. */
int heat_tier_for(int64_t column_ns);
struct heat_ring {
    const struct heat_column *columns; /* borrowed */
    int64_t step_ns;
    uint32_t cap;
    uint32_t next; /* where the next column goes */
};
struct heat_ring heat_ring(const struct heat *h, int tier);
/* The column sampled last; NULL before the first. */
const struct heat_column *heat_newest(const struct heat *h);
double heat_code_qty(uint8_t code); /* base units; 0 for unknown and empty */
uint8_t heat_qty_code(double qty);
void heat_save(const struct heat *h, struct buf *out);
/* Into a fresh one; errors are l's. */
void heat_load(struct heat *h, struct load *l);

#endif
