/* The writer's side of checkpoints: what waits for the commit of its event, what is kept, what goes. */
#ifndef ALPHAPLUS_JOURNAL_CHECKPOINT_PRIVATE_H
#define ALPHAPLUS_JOURNAL_CHECKPOINT_PRIVATE_H

#include "sql.h"
#include <alphaplus/base/buf.h>
#include <alphaplus/journal/checkpoint.h>
#include <stdbool.h>
#include <zstd.h>

#define CHECKPOINTS_WAITING_MAX 8
/* What all of them may take in a file: this, or this part of its blocks where that is more. */
#define CHECKPOINTS_BYTES (64u << 20)
#define CHECKPOINTS_SHARE 4

enum checkpoint_stmt {
    CHECKPOINT_ADD,
    CHECKPOINT_NEWEST,
    CHECKPOINT_THIN,
    CHECKPOINT_OLDEST,
    CHECKPOINT_DROP,
    CHECKPOINT_STMTS
};

struct checkpoint_waiting {
    struct journal_checkpoint c; /* without state; n is that of the state */
    void *packed;                /* owned */
    size_t packed_n;
};

struct checkpointer {
    sqlite3 *db; /* borrowed */
    sqlite3_stmt *stmts[CHECKPOINT_STMTS];
    ZSTD_CCtx *zstd; /* borrowed */
    struct checkpoint_waiting waiting[CHECKPOINTS_WAITING_MAX];
    size_t waiting_n;
    bool is_lagged; /* the session lost a span: states that come now are not those of a replay */
};
AP_MUST_CHECK int checkpointer_init(struct checkpointer *k, sqlite3 *db, ZSTD_CCtx *zstd);
void checkpointer_finish(struct checkpointer *k);
/* The file loses what follows last_seq: what waits behind it goes. */
void checkpointer_lag(struct checkpointer *k, uint64_t last_seq);
/* Stores what waits for events up to last_seq, in a transaction of its own: a cache must not keep events from the disk. What finds no
 * room is forgotten. */
AP_MUST_CHECK int checkpointer_store(struct checkpointer *k, uint64_t last_seq);

#endif
