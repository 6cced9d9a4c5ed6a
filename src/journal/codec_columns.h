/* The columns of a block, and how they lie in its bytes. Shared by encoder and decoder; codec.h says why there are columns. */
#ifndef ALPHAPLUS_JOURNAL_CODEC_COLUMNS_H
#define ALPHAPLUS_JOURNAL_CODEC_COLUMNS_H

#include "codec_token.h"
#include <alphaplus/base/buf.h>
#include <alphaplus/base/err.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <zstd.h>

enum codec_section { SECTION_HEAD, SECTION_BOOK, SECTION_TRADE, SECTION_OTHER, SECTION_N };

/* Kinds whose headers look alike have columns of their own. */
enum codec_class { CLASS_DEPTH, CLASS_QUOTE, CLASS_TRADE, CLASS_OTHER, CLASS_N };

enum { DPX_CONTEXTS = 4, SIZE_CONTEXTS = 7 };

/* NAME, how many, section. Numbers are part of the format: add at the end only, with a new CODEC_FORMAT. */
#define COLUMN_LIST(X)                                                                                       \
    X(BITS, SECTION_N, SECTION_HEAD) /* by section: low bits */                                              \
    X(KIND, 1, SECTION_HEAD)                                                                                 \
    X(SEQ, 1, SECTION_HEAD)                                                                                  \
    X(SHAPE, CLASS_N, SECTION_HEAD) /* which of the header's numbers are there */                            \
    X(ODD, 1, SECTION_HEAD)                                                                                  \
    X(FLAGS, 1, SECTION_HEAD)                                                                                \
    X(VERSION, 1, SECTION_HEAD)                                                                              \
    X(AUX, 1, SECTION_HEAD)                                                                                  \
    X(EXCH, CLASS_N, SECTION_HEAD)                                                                           \
    X(RECV, 2 * CLASS_N, SECTION_HEAD) /* the second half: when the venue's time stood still */              \
    X(LAST_ID, CLASS_N, SECTION_HEAD)                                                                        \
    X(FIRST_ID, CLASS_N, SECTION_HEAD)                                                                       \
    X(PREV_ID, CLASS_N, SECTION_HEAD)                                                                        \
    X(COUNT, 2, SECTION_BOOK)                                                                                \
    X(ORDER, 1, SECTION_BOOK)                                                                                \
    X(TOUCH, 2, SECTION_BOOK)             /* the first price of a side */                                    \
    X(DPX, DPX_CONTEXTS, SECTION_BOOK)    /* prices of an ordered side, by the step before */                \
    X(JUMP, 1, SECTION_BOOK)              /* prices of an unordered side */                                  \
    X(SIZE, SIZE_CONTEXTS, SECTION_BOOK)  /* how a size relates to what the price is known for */            \
    X(QSIZE, SIZE_CONTEXTS, SECTION_BOOK) /* the same, of quotes */                                          \
    X(DELTA, 2, SECTION_BOOK)             /* size against the size before: of depth, of quotes */            \
    X(FRESH, 2, SECTION_BOOK)             /* size by itself */                                               \
    X(QUOTE, 1, SECTION_BOOK)                                                                                \
    X(QUOTE_PX, 2, SECTION_BOOK)                                                                             \
    X(TRADE, 1, SECTION_TRADE)                                                                               \
    X(TRADE_PX, 1, SECTION_TRADE)                                                                            \
    X(TRADE_QTY, 1, SECTION_TRADE)                                                                           \
    X(MARK, 1, SECTION_OTHER)                                                                                \
    X(MARK_VALUE, 4, SECTION_OTHER)                                                                          \
    X(LIQUIDATION, 1, SECTION_OTHER)                                                                         \
    X(LIQUIDATION_VALUE, 3, SECTION_OTHER)                                                                   \
    X(INTEREST, 1, SECTION_OTHER)                                                                            \
    X(RAW_SIZE, 1, SECTION_OTHER)                                                                            \
    X(RAW, 1, SECTION_OTHER)

enum codec_column {
#define X(name, n, section) COL_##name, COL_##name##_LAST = COL_##name + (n)-1,
    COLUMN_LIST(X)
#undef X
        COL_N
};

/* COL_BITS + s lies in section s whatever the list says. */
enum codec_section column_section(int column);

/* Writing: growable columns. */
struct column_out {
    uint8_t *data; /* owned */
    size_t n, cap;
};
struct columns_out {
    struct column_out cols[COL_N];
    struct {
        uint64_t acc;
        unsigned fill;
    } bits[SECTION_N];
    int err; /* sticky */
};
void columns_out_reset(struct columns_out *c);
void columns_out_finish(struct columns_out *c);
/* Makes room for n more bytes; false when out of memory (sticky). */
bool column_room(struct columns_out *c, int column, size_t n);
void bits_put(struct columns_out *c, enum codec_section s, uint64_t value, unsigned n);
/* Directory and bodies behind what `out` holds. */
AP_MUST_CHECK int columns_pack(struct columns_out *c, ZSTD_CCtx *zstd, struct buf *out);

static inline void put_byte(struct columns_out *c, int column, uint8_t byte)
{
    struct column_out *o = &c->cols[column];
    if (o->n < o->cap || column_room(c, column, 1)) {
        o->data[o->n++] = byte;
    }
}

static inline void put(struct columns_out *c, enum codec_section s, int column, uint64_t value)
{
    unsigned n;
    put_byte(c, column, token_of(value, &n));
    if (n > 0) {
        bits_put(c, s, value & ((UINT64_C(1) << n) - 1), n);
    }
}

/* Reading: all columns lie in one piece of memory, each with 8 zero bytes behind it. */
struct column_in {
    const uint8_t *p, *end; /* into columns_in.memory */
};
struct columns_in {
    struct column_in cols[COL_N];
    struct {
        const uint8_t *data;
        uint64_t at, n; /* in bits */
    } bits[SECTION_N];
    uint8_t *memory; /* owned */
    size_t memory_cap;
    bool is_bad; /* sticky: something was read that is not there */
};
void columns_in_finish(struct columns_in *c);
/* Of the sections wanted (a mask); the others stay empty. */
AP_MUST_CHECK int columns_unpack(struct columns_in *c, ZSTD_DCtx *zstd, const uint8_t *bytes, size_t n,
                                 unsigned sections);
/* What each column takes, from the directory at `bytes`: ret_stored comes zeroed. The bodies go on `beyond` bytes behind n. */
AP_MUST_CHECK int columns_stored(const uint8_t *bytes, size_t n, uint64_t beyond, uint64_t ret_stored[COL_N]);
/* Was everything read that was unpacked? */
bool columns_are_read(const struct columns_in *c);

static inline uint8_t get_byte(struct columns_in *c, int column)
{
    struct column_in *in = &c->cols[column];
    if (in->p == in->end) {
        c->is_bad = true;
        return 0;
    }
    return *in->p++;
}

uint64_t bits_get_slow(struct columns_in *c, enum codec_section s, unsigned n);

static inline uint64_t bits_get(struct columns_in *c, enum codec_section s, unsigned n)
{
    uint64_t at = c->bits[s].at, word;
    if (n > 56 || c->bits[s].n - at < n) {
        return bits_get_slow(c, s, n);
    }
    memcpy(&word, c->bits[s].data + (at >> 3), sizeof(word));
    c->bits[s].at = at + n;
    return (word >> (at & 7)) & ((UINT64_C(1) << n) - 1);
}

static inline uint64_t get(struct columns_in *c, enum codec_section s, int column)
{
    uint8_t token = get_byte(c, column);
    if (token < TOKEN_EXACT) {
        return token;
    }
    return token_value(token, bits_get(c, s, token_bits(token)));
}

/* LEB128 in the block's header. */
int varint_put(struct buf *out, uint64_t value);
/* False when cut or longer than 64 bits. */
bool varint_get(const uint8_t **p, const uint8_t *end, uint64_t *ret_value);

#endif
