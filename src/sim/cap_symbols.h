/* What a capture speaks of: its symbols with the decimals and tick their numbers need, its other streams.
 * Found by reading through it once before it is played. */
#ifndef SIM_CAP_SYMBOLS_H
#define SIM_CAP_SYMBOLS_H

#include "sim/binance_encode.h"
#include "sim/cap_frame.h"
#include "sim/plain_book.h"

#define CAP_OTHERS_MAX 256
/* Numbers repeat their widths at once; a long capture is not read twice as a whole. */
#define CAP_SCAN_BYTES (256u << 20)

struct cap_symbol {
    struct listing listing;
    bool has_depth, has_trade, has_agg;
    unsigned snapshots; /* found by the scan */
    /* while playing */
    struct plain_book book;
    struct buf exact; /* the captured snapshot's own bytes, while the book has not moved on */
    bool is_asked;    /* somebody wants a snapshot */
    int depth_watchers;
    struct premium premium;
    bool has_premium;
};
struct cap_symbols {
    struct cap_symbol list[INSTRUMENT_MAX];
    size_t n;
    char others[CAP_OTHERS_MAX][STREAM_NAME_MAX]; /* streams of kinds that mean nothing here, by name */
    size_t other_n;
};

void cap_symbols_finish(struct cap_symbols *t);
struct cap_symbol *cap_symbols_find(struct cap_symbols *t, const char *symbol);
/* Index + 1; 0 when unknown. */
size_t cap_symbols_other(const struct cap_symbols *t, const char *name, size_t n);
/* Learns from one frame. `owner`: the symbol a bare snapshot belongs to, NULL: nobody. AP_EFULL: more
 * symbols than there is room for. Frames that cannot be read teach nothing. */
AP_MUST_CHECK int cap_symbols_learn(struct cap_symbols *t, const struct cap_frame *f, const char *text,
                                    size_t n, const char *owner);
/* After the last: fills in base, quote and tick, and makes the books. */
void cap_symbols_settle(struct cap_symbols *t);
/* Keeps the newest mark price of a markPriceUpdate. */
void cap_symbols_mark(struct cap_symbol *s, const char *data, size_t n);

#endif
