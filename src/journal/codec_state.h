/* What both sides of the codec remember from event to event. Encoder and decoder must change it in the same way at the same place:
 * every prediction is made from here. Arithmetic is on unsigned 64 bits and wraps, so that any value survives. */
#ifndef ALPHAPLUS_JOURNAL_CODEC_STATE_H
#define ALPHAPLUS_JOURNAL_CODEC_STATE_H

#include "codec_columns.h"
#include <alphaplus/base/err.h>
#include <alphaplus/model/event.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Shape byte of an event's header. */
enum {
    SHAPE_ODD = 1 << 0,  /* COL_ODD says which of the rare ones follow */
    SHAPE_EXCH = 1 << 1, /* exch_ns is not 0 */
    SHAPE_PREV_SHIFT = 2,
    SHAPE_FIRST_SHIFT = 4,
    SHAPE_LAST = 1 << 6, /* last_id is not 0 */
    SHAPE_ALL = (1 << 7) - 1,
};
enum {
    ID_ZERO = 0,
    ID_SAME = 1,
    ID_GIVEN = 2
}; /* SAME: prev_id as the last_id before it; first_id as its own last_id */
enum { ODD_FLAGS = 1 << 0, ODD_VERSION = 1 << 1, ODD_AUX = 1 << 2, ODD_ALL = (1 << 3) - 1 };

/* Kind and form of an event: the commonest have small numbers, which the block's header lists. */
enum { KIND_TABLE_MAX = 15 };

/* Levels of one side, by price. Any but ORDER_NONE rises or falls strictly. */
enum { ORDER_UP = 0, ORDER_DOWN = 1, ORDER_NONE = 2, ORDER_N = 3 };

/* Quote byte. */
enum {
    QUOTE_PX_0 = 1 << 0,
    QUOTE_PX_1 = 1 << 1,
    QUOTE_QTY_0 = 1 << 2,
    QUOTE_QTY_1 = 1 << 3,
    QUOTE_ALL = (1 << 4) - 1
};

enum { MARK_INDEX_0 = 0, MARK_VALUES = 4 };

/* Units: values are coded as multiples of what divides them all (ticks, lots, microseconds, milliseconds). */
struct codec_units {
    uint64_t recv_0, recv; /* first value, and unit of the differences to it */
    uint64_t exch_0, exch;
    uint64_t px_0, px;
    uint64_t qty; /* divides every size */
};

/* What a price is known for: its last sizes other than 0, newest first; the newest is the present one unless it was removed. */
enum { PRICE_SIZES = 3 };
struct price_entry {
    uint64_t px; /* in units, as is */
    uint64_t sizes[PRICE_SIZES];
    uint8_t size_n; /* 0: the slot is free */
    bool is_there;  /* the present size is sizes[0]; else 0 */
};
/* Open addressing. When PRICE_MEMORY_MAX prices are known, all are forgotten: a bound that both sides reach together. */
struct price_memory {
    struct price_entry *slots; /* owned */
    size_t mask, n;
};
enum { PRICE_MEMORY_MAX = 1 << 17 };

/* Size codes 1..PRICE_SIZES name one of price_entry.sizes. */
enum { SIZE_GONE = 0, SIZE_MORE = 4, SIZE_LESS = 5, SIZE_BACK = 6, SIZE_NEW = 7, SIZE_CODES = 8 };

struct codec_state {
    struct codec_units units;
    uint64_t seq, recv, exch; /* in units */
    uint64_t last_id[CLASS_N];
    uint16_t flags[CLASS_N];
    uint32_t version;
    uint64_t touch[2]; /* first price coded of each side */
    uint8_t order[2];
    struct quote_row quote; /* in units */
    uint64_t trade_px, liquidation_px, interest;
    uint64_t mark[MARK_VALUES];
    struct price_memory prices;
};

AP_MUST_CHECK int codec_state_init(struct codec_state *s);
void codec_state_finish(struct codec_state *s);
/* As at the beginning of a block. */
void codec_state_reset(struct codec_state *s);

/* The entry of px, a fresh one (size_n 0) if it is not known. NULL: out of memory. Valid until the next call. */
struct price_entry *price_find(struct price_memory *m, uint64_t px);
/* After size code `code` brought size qty (not 0 unless SIZE_GONE). */
void price_note(struct price_memory *m, struct price_entry *e, unsigned code, uint64_t qty);

static inline unsigned price_context(const struct price_entry *e)
{
    return e->size_n == 0 ? 0 : 2U * e->size_n - (e->is_there ? 0 : 1);
}

static inline unsigned dpx_context(uint64_t step)
{
    return step == 0 ? 0 : step < 8 ? 1 : step < 64 ? 2 : 3;
}

enum codec_class codec_class_of(unsigned kind);
enum codec_section codec_section_of(unsigned kind, bool is_raw);

static inline uint64_t to_px(const struct codec_units *u, uint64_t k)
{
    return u->px_0 + k * u->px;
}

/* (value - base) / unit, of either sign; exact because unit divides it. */
static inline uint64_t in_units(uint64_t value, uint64_t base, uint64_t unit)
{
    uint64_t d = value - base;
    if (unit == 1) {
        return d;
    }
    return d >> 63 != 0 ? 0 - (0 - d) / unit : d / unit;
}

#endif
