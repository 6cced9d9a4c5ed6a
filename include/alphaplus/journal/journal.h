/* The journal: one SQLite file that holds every event, and what the engine said of them. The only layer that knows SQLite.
 *
 * Frequent events lie in column blocks (delta, varint, zstd) with time range, instrument and checksum; rare ones also as plain
 * rows. The schema is man/alphaplus-journal.5's. */
#ifndef ALPHAPLUS_JOURNAL_JOURNAL_H
#define ALPHAPLUS_JOURNAL_JOURNAL_H

#include <alphaplus/base/err.h>
#include <alphaplus/model/event.h>
#include <alphaplus/model/metric.h>
#include <alphaplus/model/rollup.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define JOURNAL_SCHEMA    2
#define JOURNAL_COMMIT_NS (250 * INT64_C(1000000))

/* Writer: one thread. */
struct journal_writer; /* opaque */
struct journal_writer_options {
    const char *path;
    const char *program;  /* "alphaplus 0.1.0" */
    int64_t page_ceiling; /* 0: none; for tests of a full disk */
    const struct metric_registry
        *metrics; /* borrowed; names of the figures that rollups hold; NULL: they are left out */
};
/* Creates the file or goes on with it. AP_EBUSY: another writer has it; AP_EVERSION, AP_ECORRUPT (not a journal), AP_EACCESS, AP_EIO;
 * the words in `why`. */
AP_MUST_CHECK int journal_writer_open(const struct journal_writer_options *o,
                                      struct journal_writer **ret_writer, char *why, size_t why_size);
/* Takes an event in; it is on disk after the next journal_commit (which it calls itself when much is pending). A jump in seq
 * becomes a GAP event (GAP_JOURNAL_LAG) with the last missing number. AP_EINVAL: malformed, or its seq is there already. Dropped, and
 * counted: the error of the last journal_commit. */
AP_MUST_CHECK int journal_append(struct journal_writer *w, const struct event *ev);
AP_MUST_CHECK int journal_append_result(struct journal_writer *w, const struct result *r);
/* One of model/rollup.h. AP_EINVAL: malformed; AP_EFULL: too much is pending, dropped and counted. */
AP_MUST_CHECK int journal_append_rollup(struct journal_writer *w, const struct rollup_head *record);
/* Makes all of it durable against a crash of the program. Called at least every JOURNAL_COMMIT_NS while there is something.
 * AP_EFULL (disk full), AP_EIO, or AP_EAGAIN (another program holds the file): nothing stored before is harmed; what was pending
 * stays pending up to a bound, then new events are dropped and counted, and a GAP event says so when it goes on. */
AP_MUST_CHECK int journal_commit(struct journal_writer *w);
/* Seals, commits, closes. The file is whole at any earlier moment too. */
int journal_writer_close(struct journal_writer *w);

struct journal_writer_stats {
    uint64_t events, level_updates, file_bytes, dropped;
    int64_t last_commit_ns; /* recv_ns of the newest durable event */
};
void journal_writer_stats(const struct journal_writer *w, struct journal_writer_stats *ret_stats);
/* In the file when it was opened: seq goes on from there. */
uint64_t journal_last_seq(const struct journal_writer *w);

/* Reader: read-only, defensive; may read a file that is being written. */
struct journal; /* opaque */
AP_MUST_CHECK int journal_open(const char *path, struct journal **ret_journal, char *why, size_t why_size);
void journal_close(struct journal *j);

/* Drops the oldest events, in whole seals; the newest stay whatever is asked for. Where a session is cut in its midst its rest
 * begins with a gap, and its books with their next snapshots. gaps has a row of origin "prune". */
struct journal_prune_options {
    const char *path;
    int64_t keep_ns;    /* what is older than this before the newest event goes; 0: no limit */
    uint64_t max_bytes; /* of the file, about; 0: no limit */
    bool (*progress)(void *user, double part); /* NULL, or false to stop */
    void *user;                                /* borrowed */
};
struct journal_prune_report {
    uint64_t seals;    /* dropped; 0: there was nothing to do */
    int64_t before_ns; /* what was received up to then is gone */
    uint64_t bytes_before, bytes_after;
};
/* Safe to stop and to kill at any moment. AP_EBUSY: it is being written; AP_EAGAIN: stopped, *ret_report tells how far it came;
 * errors as of journal_open and journal_writer_open. */
AP_MUST_CHECK int journal_prune(const struct journal_prune_options *o,
                                struct journal_prune_report *ret_report, char *why, size_t why_size);

/* The same of a file that is being written, between two commits, by its writer's thread; path is not used. progress is asked after each
 * step (some tens of ms): what it leaves, the next call takes up. */
AP_MUST_CHECK int journal_writer_prune(struct journal_writer *w, const struct journal_prune_options *o,
                                       struct journal_prune_report *ret_report, char *why, size_t why_size);

/* Brings a journal of an older schema up to date, in place; what a later schema keeps beside the events begins empty. */
struct journal_upgrade_options {
    const char *path;
    const char *
        copy; /* NULL, or a new file that becomes a copy of the journal as it is: AP_EEXISTS when it is there */
    bool (*progress)(void *user,
                     double part); /* of the copy; NULL, or false to stop: AP_EAGAIN, nothing was changed */
    void *user;                    /* borrowed */
};
/* *ret_from: the schema that it had; JOURNAL_SCHEMA: nothing to do. Errors as of journal_open and journal_writer_open. */
AP_MUST_CHECK int journal_upgrade(const struct journal_upgrade_options *o, int *ret_from, char *why,
                                  size_t why_size);

struct journal_session {
    int64_t id, start_ns, end_ns;
    uint64_t first_seq, last_seq;
    char program[32], source[32];
    uint64_t libm_fingerprint;
};
struct journal_kind_stats {
    uint64_t events, rows;
};
/* Bytes of the blocks by what they hold; what kinds share is dealt out by what each has of its own. */
struct journal_sizes {
    uint64_t depth, quotes, trades, other;
    uint64_t levels;  /* level updates in blocks: what depth is for */
    uint64_t damaged; /* blocks that could not be looked into: in none of the others */
};
struct journal_info {
    int schema;
    uint64_t file_bytes, block_bytes, tail_bytes, blocks, events, level_updates;
    int64_t first_ns, last_ns;
    uint64_t first_seq, last_seq;
    uint32_t sessions, instruments, gaps;
    uint64_t pruned_seq; /* what came up to then was pruned; 0: nothing */
    int64_t pruned_ns;
    struct journal_kind_stats kinds[32]; /* by event kind */
    struct journal_sizes sizes;
};
AP_MUST_CHECK int journal_info(struct journal *j, struct journal_info *ret_info);
AP_MUST_CHECK int journal_session(struct journal *j, uint32_t index, struct journal_session *ret_session);
/* What is missing, as rows of the table gaps tell it, by time. AP_ENOTFOUND behind the last. */
struct journal_gap {
    uint64_t seq, lost;              /* 0: not known */
    int64_t recv_ns, from_ns, to_ns; /* from, to: 0: not known */
    char origin[16], cause[32], instrument[INSTRUMENT_NAME_MAX], text[96];
};
AP_MUST_CHECK int journal_gap(struct journal *j, uint32_t index, struct journal_gap *ret_gap);
AP_MUST_CHECK int journal_instrument(struct journal *j, uint32_t index, struct instrument *ret_instrument);

/* Every event in order of seq, from the first with seq >= from_seq. What lies before is not read, but for the seal it begins in. */
struct journal_cursor; /* opaque */
AP_MUST_CHECK int journal_cursor_open(struct journal *j, uint64_t from_seq,
                                      struct journal_cursor **ret_cursor);
/* The seq of the first event with recv_ns >= time_ns, of the last session that begins at or before time_ns (the clock may have been
 * set back between two), or of what follows it; behind the end: the seq that comes next. */
AP_MUST_CHECK int journal_seq_at(struct journal *j, int64_t time_ns, uint64_t *ret_seq);
void journal_cursor_close(struct journal_cursor *c);
/* 1: *ret_event is borrowed until the next call; 0: the end (for now, while it is being written); AP_ECORRUPT: damaged, `why` names
 * block and place. */
AP_MUST_CHECK int journal_next(struct journal_cursor *c, const struct event **ret_event);
const char *journal_cursor_why(const struct journal_cursor *c);

/* Results in order of seq. 1, 0 or an error. */
AP_MUST_CHECK int journal_result_at(struct journal *j, uint64_t index, struct result *ret_result);

/* SQL over the tables, and over what lies in blocks: order_book_deltas, order_book_snapshots, trades, quotes, marks. */
struct journal_field {
    const char *text; /* borrowed until the next row; NULL: SQL's NULL */
    size_t n;
};
struct journal_query {
    /* The names first, then row by row. 0 to go on; an error ends the query with that error. */
    int (*on_row)(void *user, const struct journal_field *fields, size_t n, bool is_header);
    bool (*go_on)(void *user); /* asked now and then; false: AP_EAGAIN */
    void *user;                /* borrowed */
};
/* One statement that only reads. AP_EINVAL: it is none, in words; AP_ECORRUPT, AP_EIO, AP_ENOMEM. */
AP_MUST_CHECK int journal_query(struct journal *j, const char *sql, const struct journal_query *q, char *why,
                                size_t why_size);

/* Checks file (SQLite's own check), schema, blocks, checksums and sequence; not the digests (that takes an engine: app). progress
 * (may be NULL) returns false to stop: AP_EAGAIN. */
AP_MUST_CHECK int journal_verify(struct journal *j, bool (*progress)(void *user, double part), void *user,
                                 char *why, size_t why_size);

#endif
