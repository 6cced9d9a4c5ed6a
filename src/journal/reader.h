/* The reader's own state, shared by its files. */
#ifndef ALPHAPLUS_JOURNAL_READER_H
#define ALPHAPLUS_JOURNAL_READER_H

#include "codec.h"
#include "sql.h"
#include <alphaplus/base/buf.h>
#include <alphaplus/journal/journal.h>

/* Blocks in one seal; a file that claims more is damaged. */
#define READER_LANES_MAX 1024

enum reader_stmt {
    READER_SEAL_AT,           /* ?1: seq; the last seal that begins at or before it, and where that ends */
    READER_SEAL_AFTER,        /* ?1: seq; the first that begins behind it */
    READER_BLOCKS,            /* ?1: seal */
    READER_KINDS,             /* ?1: block */
    READER_TAIL,              /* ?1: seq; the first row of the tail that ends at or behind it */
    READER_SESSION,           /* ?1: index */
    READER_INSTRUMENT,        /* ?1: index */
    READER_RESULT,            /* ?1: index */
    READER_RESULT_NEXT,       /* ?1, ?2: seq and id of the one before */
    READER_CHECKPOINT_BEFORE, /* ?1: seq, ?2: time, ?3 to ?5: the maker */
    READER_CHECKPOINT_AFTER,  /* ?1: seq, ?3 to ?5: the maker */
    READER_SESSION_AT,        /* ?1: time; the last session that begins at or before it */
    READER_SEAL_OF_TIME, /* ?1: time, ?2: session; the seal that holds it, or what follows it in the session */
    READER_TAIL_OF_TIME, /* ?1: time, ?2: session's first seq */
    READER_STMTS
};

struct journal {
    sqlite3 *db; /* owned */
    char *path;  /* owned */
    sqlite3_stmt *stmts[READER_STMTS];
    bool has_tables;               /* the virtual ones */
    uint64_t result_next;          /* the index behind the last one read; 0: none */
    int64_t result_seq, result_id; /* of that one */
    struct buf checkpoint;         /* the one read last */
};

/* One block being read. */
struct lane {
    struct codec_decoder *decoder; /* owned; kept from seal to seal */
    const struct event *head;      /* borrowed from it; NULL: at its end */
    int64_t block;
    uint32_t instrument;
    struct codec_info claimed, found;
    uint32_t claimed_kinds;
};

struct journal_cursor {
    struct journal *journal; /* borrowed */
    uint64_t next_seq;       /* the smallest that may come */
    struct lane *lanes;      /* owned */
    size_t lane_n, lane_cap; /* of the seal being read; with a decoder */
    uint64_t seal_last;      /* where it ends */
    struct lane *taken;      /* its head was handed out; NULL: none */
    struct buf tail;         /* a row of it */
    size_t tail_at;
    bool is_checking; /* compare each block with what its row says */
    int err;          /* final */
    char why[160];
};

#endif
