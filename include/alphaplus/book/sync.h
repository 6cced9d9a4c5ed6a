/* Makes a true book out of snapshots and updates, or says that it is not one: join, continuity, crossed check, resync.
 *
 * A pure function of the event sequence: the same events give the same book, gaps and wishes, live and in replay.
 * Source: the venues' local-book rules; for BOOK_RULE_PREV_ID the robust form: skip updates with last_id <= L (the snapshot's
 * id); the next must have prev_id <= L; afterwards each prev_id must equal the last_id before. */
#ifndef ALPHAPLUS_BOOK_SYNC_H
#define ALPHAPLUS_BOOK_SYNC_H

#include <alphaplus/book/book.h>
#include <alphaplus/model/view.h>

#define SYNC_BUFFER_BYTES_MAX (16u << 20) /* updates kept while a snapshot is awaited; beyond: the oldest are dropped */

struct sync {
    struct book *book;  /* owned */
    uint8_t rule;       /* enum book_rule */
    uint8_t state;      /* enum book_state */
    uint8_t wants_snapshot; /* a snapshot should be asked for; cleared by sync_snapshot_asked */
    uint64_t last_id;   /* of the last update applied */
    uint64_t gaps, resyncs, crossed, refused;
    uint64_t depth_events, level_updates;
    int64_t since_ns;   /* in this state */
    struct event_buf pending; /* owned: updates before the snapshot */
    struct event_buf parts;   /* owned: snapshot parts before the last */
};

enum sync_result {
    SYNC_APPLIED = 1,  /* the book changed and is true */
    SYNC_BUFFERED = 2, /* kept until a snapshot comes, or skipped as older than it */
    SYNC_JOINED = 3,   /* a snapshot and what was kept behind it: the book is true again */
    SYNC_BROKEN = 4,   /* a gap, or crossed: the book is not true any more; sync.wants_snapshot is set */
};

AP_MUST_CHECK int sync_init(struct sync *s, int rule, int64_t quantum);
void sync_finish(struct sync *s);
/* One DEPTH or DEPTH_SNAPSHOT event. Returns enum sync_result or an error (bad rows: counted in `refused`, then as a gap).
 * When several updates are applied at once by a join, on_applied (may be NULL) is called after each, the book as it stood then. */
AP_MUST_CHECK int sync_event(struct sync *s, const struct event *ev, void (*on_applied)(void *user, const struct event *ev),
                             void *user);
/* Events are missing before this point (a disconnect, a refused span): the book is not true until the next snapshot. */
void sync_lose(struct sync *s, int64_t time_ns);
bool sync_wants_snapshot(const struct sync *s);
void sync_snapshot_asked(struct sync *s);

#endif
