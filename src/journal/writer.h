/* The writer's own state, shared by its files. */
#ifndef ALPHAPLUS_JOURNAL_WRITER_H
#define ALPHAPLUS_JOURNAL_WRITER_H

#include "checkpoint.h"
#include "codec.h"
#include "lock.h"
#include "rollups.h"
#include "rows.h"
#include "seal.h"
#include "sql.h"
#include <alphaplus/journal/journal.h>
#include <zstd.h>

/* Pending events are committed by themselves at SEAL_BYTES; beyond this, when the disk refuses them, new ones are dropped. */
#define PENDING_MAX (16u << 20)
#define RESULTS_MAX 65536
/* A tail that is not full is sealed after this much recorded time. */
#define SEAL_NS (600 * INT64_C(1000000000))

enum writer_stmt { WRITER_TAIL_ADD, WRITER_TAIL_READ, WRITER_TAIL_DROP, WRITER_STMTS };

struct journal_writer {
    sqlite3 *db; /* owned */
    sqlite3_stmt *stmts[WRITER_STMTS];
    char *path; /* owned; real */
    struct writer_lock lock;
    struct rows rows;
    struct sealer sealer;
    struct checkpointer checkpointer;
    struct rollups rollups;
    ZSTD_CCtx *zstd; /* owned; for the tail */

    struct buf pending; /* events not yet in the file */
    struct codec_info pending_info;
    struct result *results; /* owned */
    size_t result_n, result_cap;
    struct buf packed;   /* scratch */
    struct buf unpacked; /* scratch */

    uint64_t tail_bytes; /* raw, in the file's tail */
    int64_t tail_ns;     /* recv_ns of its first event */
    uint64_t opened_seq; /* last in the file at the start */
    uint64_t last_seq;   /* last taken in */
    int64_t last_ns;
    uint64_t lost;     /* events dropped since last_seq */
    uint64_t lost_seq; /* last of them */
    int64_t lost_ns;
    int lost_err;
    int err;            /* of the last commit */
    size_t retry_bytes; /* pending, at which append tries to commit by itself again */
    struct journal_writer_stats stats;
};

/* Opens and checks file and lock; creates the tables in a new file. */
AP_MUST_CHECK int writer_attach(struct journal_writer *w, const struct journal_writer_options *o, char *why,
                                size_t why_size);
/* Turns the tail into blocks, a transaction for each SEAL_BYTES of it; all of it, or only while it is full. */
AP_MUST_CHECK int writer_seal(struct journal_writer *w, bool is_all, const char **ret_why);

#endif
