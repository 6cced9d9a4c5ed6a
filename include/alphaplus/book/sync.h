/* Makes a true book out of snapshots and updates, or says that it is not one: join, continuity, crossed check, resync.
 *
 * A pure function of the event sequence: the same events give the same book, gaps and states, live and in replay; whether and
 * when a wish was taken up changes none of them. Source: the venues' local-book rules; for BOOK_RULE_PREV_ID the robust form:
 * skip updates with last_id <= L (the snapshot's id); the next must have prev_id <= L; afterwards each prev_id must equal the
 * last_id before. BOOK_RULE_FIRST_ID: the next must hold L + 1, afterwards first_id == last_id before + 1.
 * BOOK_RULE_SEQUENCE: last_id == last_id before + 1. BOOK_RULE_NONE: nothing to check but crossing.
 * EVENT_CHECKSUM, under any rule: aux holds the CRC-32 of the best 25 levels of each side after the event, written
 * "bid:size:ask:size:..." by depth (where one side ends, the other goes on), numbers without trailing zeros. A book that
 * differs is not true.
 * EVENT_WINDOW: the book is known from its worst bid to its worst ask, as it stands after each event.
 *
 * Snapshots of PREV_ID and FIRST_ID come from the side (REST), at any time: one that is older than the updates kept is useless
 * and asked for again. Under the other rules they come in the stream and always count. */
#ifndef ALPHAPLUS_BOOK_SYNC_H
#define ALPHAPLUS_BOOK_SYNC_H

#include <alphaplus/book/book.h>
#include <alphaplus/model/view.h>

#define SYNC_BUFFER_BYTES_MAX                                                                                \
    (16u << 20) /* updates kept while a snapshot is awaited; beyond: the oldest are dropped */
#define SYNC_SKIP_MAX                                                                                        \
    4096 /* updates older than the book in a row; beyond: the ids began anew, which is a gap */
#define SYNC_ASK_AGAIN_NS (10 * INT64_C(1000000000)) /* a snapshot asked for and not come: wished for again */

struct sync {
    struct book *book;      /* owned */
    uint8_t rule;           /* enum book_rule */
    uint8_t state;          /* enum book_state */
    uint8_t wants_snapshot; /* a snapshot should be asked for; cleared by sync_snapshot_asked and by a join */
    uint8_t is_refreshing;  /* true, and updates are kept because sync_refresh was called */
    uint8_t is_window;      /* the last event said EVENT_WINDOW */
    uint8_t awaits_first;   /* no update yet since the snapshot: older ones are to be expected */
    uint8_t last_cause;     /* enum gap_cause of the last break; 0: sync_lose */
    uint64_t break_from_id; /* the last break: the id that was to be followed, */
    uint64_t break_to_id;   /* and the one that came instead */
    uint64_t last_id;       /* of the last update applied, or of the snapshot */
    uint64_t kept_id;       /* of the last update in `pending` */
    uint64_t gaps, resyncs, crossed, refused;
    uint64_t checksums, mismatches; /* checked; of these, wrong (each is a gap) */
    uint64_t depth_events,
        level_updates;        /* updates applied (whole books under BOOK_RULE_SNAPSHOTS), and their rows */
    uint32_t skipped;         /* updates in a row that were older */
    uint32_t part_n;          /* snapshot parts in `parts` */
    int64_t since_ns;         /* in this state */
    int64_t now_ns;           /* of the last event */
    int64_t asked_ns;         /* now_ns when a snapshot was last asked for */
    struct event_buf pending; /* owned: updates that follow each other, before the snapshot */
    struct event_buf parts;   /* owned: snapshot parts before the last */
};

enum sync_result {
    SYNC_APPLIED = 1, /* the book changed and is true */
    SYNC_BUFFERED =
        2, /* the book did not change: kept until a snapshot comes, skipped as older, or part of a snapshot */
    SYNC_JOINED = 3, /* a snapshot and what was kept behind it: the book is true, known anew */
    SYNC_BROKEN = 4, /* a gap, or crossed: the book is not true any more; sync.wants_snapshot is set */
};

AP_MUST_CHECK int sync_init(struct sync *s, int rule, int64_t quantum);
void sync_finish(struct sync *s);
/* One DEPTH or DEPTH_SNAPSHOT event. Returns enum sync_result or an error (bad rows: counted in `refused`, then as a gap; a
 * bad snapshot from the side leaves a true book true and is SYNC_BUFFERED).
 * on_applied (may be NULL) is called after every event that the book took and was true after, the book as it stood then:
 * a join may bring many. Parts of a snapshot have one last_id; aux may number them from 0, so that a lost one is noticed
 * (one with a checksum is in one piece). */
AP_MUST_CHECK int sync_event(struct sync *s, const struct event *ev,
                             void (*on_applied)(void *user, const struct event *ev), void *user);
/* Events are missing before this point (a disconnect, a refused span): the book is not true until the next snapshot. */
void sync_lose(struct sync *s, int64_t time_ns);
/* A true book wishes for a snapshot to know more depth; a window has no more. Updates are kept from now on, so that one that is older than the book
 * by the time it comes can be brought up to date. What lies outside the snapshot stays. */
void sync_refresh(struct sync *s);
bool sync_wants_snapshot(const struct sync *s);
void sync_snapshot_asked(struct sync *s);

void sync_save(const struct sync *s, struct buf *out);
/* Into one that sync_init made with the same rule. AP_ECORRUPT, AP_ENOMEM: it is good for sync_finish only. */
AP_MUST_CHECK int sync_restore(struct sync *s, struct load *l);

#endif
