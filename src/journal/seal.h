/* Turns a run of events into blocks, one an instrument, within the caller's transaction. */
#ifndef ALPHAPLUS_JOURNAL_SEAL_H
#define ALPHAPLUS_JOURNAL_SEAL_H

#include "codec.h"
#include "sql.h"
#include <alphaplus/base/buf.h>
#include <alphaplus/base/err.h>
#include <stddef.h>
#include <stdint.h>

/* What one seal takes, or a little more: enough for the columns to pay, little enough to be decoded for a seek. */
#define SEAL_BYTES (4u << 20)
/* zstd's first level: entropy is in the columns' order, not in repeats; higher levels gain 1 % for three times the work. */
#define SEAL_ZSTD_LEVEL 1

enum seal_stmt { SEAL_SESSION, SEAL_BLOCK, SEAL_KIND, SEAL_STMTS };

struct sealer {
    sqlite3 *db; /* borrowed */
    sqlite3_stmt *stmts[SEAL_STMTS];
    struct codec_encoder *encoder; /* owned */
    struct buf block;
    const struct event **events; /* owned; scratch */
    uint16_t *streams;           /* owned; scratch */
    size_t cap;                  /* of both, in events */
};
AP_MUST_CHECK int sealer_init(struct sealer *s, sqlite3 *db);
void sealer_finish(struct sealer *s);
/* n bytes of whole, checked events, rising in seq. A new session begins a new group of blocks. */
AP_MUST_CHECK int sealer_run(struct sealer *s, const uint8_t *bytes, size_t n);

#endif
