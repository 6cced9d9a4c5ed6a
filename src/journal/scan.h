/* The events of one kind, within limits: only blocks that can hold some are decoded, and of those only the sections needed. */
#ifndef ALPHAPLUS_JOURNAL_SCAN_H
#define ALPHAPLUS_JOURNAL_SCAN_H

#include "codec.h"
#include "sql.h"
#include <alphaplus/base/buf.h>
#include <alphaplus/model/event.h>
#include <stdbool.h>

/* Blocks in one journal that a scan takes on. */
#define SCAN_BLOCKS_MAX (1u << 24)

struct scan_limits {
    unsigned kind;
    int64_t from_seq, to_seq, from_ns, to_ns; /* both ends are in */
    int64_t instrument_id;                    /* -1: any */
    char instrument[INSTRUMENT_NAME_MAX];     /* "": any */
};

/* What the rows of an event are to be read with; the name is "" where the file does not tell. */
struct scan_instrument {
    int64_t session;
    uint32_t id, version;
    uint8_t price_decimals, qty_decimals, mark_decimals, rate_decimals;
    char name[INSTRUMENT_NAME_MAX];
};

enum scan_stmt { SCAN_FIND, SCAN_BLOCK, SCAN_TAIL, SCAN_INSTRUMENT, SCAN_SESSION, SCAN_STMTS };

struct scan {
    sqlite3 *db; /* borrowed */
    sqlite3_stmt *stmts[SCAN_STMTS];
    struct codec_decoder *decoder; /* owned */
    struct scan_limits limits;
    int64_t *blocks; /* owned; ids */
    size_t block_n, block_cap, block_at;
    bool is_in_block;
    struct buf tail;
    size_t tail_at;
    int64_t tail_id;
    int64_t session; /* of the event handed out; 0: not known */
    struct scan_instrument instruments[INSTRUMENT_MAX + 1];
    uint64_t *decoded; /* borrowed; counts blocks that were decoded; may be NULL */
    char why[160];
};
/* The file's tables must be a journal's. */
AP_MUST_CHECK int scan_init(struct scan *s, sqlite3 *db, uint64_t *decoded);
void scan_finish(struct scan *s);
/* From the beginning, once more. The caller's statement is the read transaction. */
AP_MUST_CHECK int scan_begin(struct scan *s, const struct scan_limits *limits);
/* 1: *ret_event is borrowed until the next call; 0: the end; or an error, with words in s->why. Those of one instrument come in
 * order of seq. */
AP_MUST_CHECK int scan_next(struct scan *s, const struct event **ret_event);
/* Of the event handed out; NULL when the file does not describe it. */
const struct scan_instrument *scan_instrument_of(struct scan *s, const struct event *ev);

#endif
