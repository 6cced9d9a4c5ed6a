/* One venue of the feed: its instruments, connections, requests, and the truth about them.
 *
 *   instrument list (REST) -> INSTRUMENT events -> plan -> connections -> subscribed -> frames -> events
 *                                                                         first book update -> snapshot (REST) -> event
 */
#ifndef ALPHAPLUS_NET_SOURCE_H
#define ALPHAPLUS_NET_SOURCE_H

#include "net/conn.h"
#include "net/emit.h"
#include "net/fresh.h"
#include "net/offset.h"
#include "net/rest.h"
#include "net/watch.h"
#include <alphaplus/base/latency.h>
#include <alphaplus/venue/venue.h>

#define NEAREST_MAX 3

enum wish_state { WISH_ASKED = 0, WISH_UNKNOWN, WISH_KNOWN };

/* A request that is made again and again. */
struct poll {
    int64_t due_ns; /* monotonic; INT64_MAX: never */
    struct backoff backoff;
};

/* An instrument somebody wants to watch. */
struct wish {
    uint32_t id;
    enum wish_state state;
    char symbol[SYMBOL_MAX]; /* as asked; the venue's own once known */
    struct instrument in;    /* once known */
    bool is_announced;       /* its INSTRUMENT event went in */
    struct {
        char symbol[SYMBOL_MAX];
        int distance;
    } nearest[NEAREST_MAX]; /* when unknown, best first; "" beyond the last */

    uint32_t funding_s; /* as the venue's list of exceptions has it; 0: not told */
    struct watch watch;
    struct fresh fresh;
    char streams[WATCH_KINDS][VENUE_STREAM_MAX]; /* by kind; "": none that is its alone */
    uint8_t lane_streams[WATCH_LANES_MAX];       /* how many streams it has on each connection */
    bool wants_snapshot, is_snapshot_coming;
    bool has_asked;                            /* of our own accord, since its book came up */
    int64_t snapshot_due_ns, snapshot_done_ns; /* monotonic */
    struct backoff snapshot_backoff;
    struct poll open_interest, premium;
};

/* The connection of one path. */
struct lane {
    struct conn *conn; /* owned */
    int64_t event_ns;  /* last event by it; monotonic, as all here */
    int bad;           /* unreadable frames in a row */
    int64_t rotate_due_ns;
    int64_t repeats_until_ns; /* took over from another: until then what the other told may come again */
    int64_t mend_due_ns;      /* when a silent stream may make it be made anew */
    struct backoff mend_backoff;
};

/* A connection that is to take the place of a lane's before the venue ends that one. What it brings is kept until each stream
 * is seen to join what the old one brought; then the old one goes, and what was kept and is news goes in. */
struct rotation {
    struct conn *conn; /* owned; NULL: none under way */
    int lane;
    int64_t start_ns;
    int64_t subscribed_ns; /* 0: not yet */
    bool is_broken;        /* given up at the next turn */
    struct decoder decoder;
    struct fresh_key first[INSTRUMENT_MAX][WATCH_KINDS]; /* by wish */
    bool has_first[INSTRUMENT_MAX][WATCH_KINDS], is_old_heard[INSTRUMENT_MAX][WATCH_KINDS];
    struct event_buf kept; /* data owned */
};

struct source {
    struct wire *wire;
    struct emitter *emitter;
    const struct tuning *tuning;
    const struct venue *venue; /* all four borrowed */
    struct endpoint rest_endpoint, stream_endpoint;
    struct resolver rest_resolver, stream_resolver;
    struct rest rest;
    struct lane lanes[WATCH_LANES_MAX];
    int lane_n;
    struct rotation rotation;
    struct conn *leaving; /* owned; NULL: none. Said goodbye, not yet gone */
    struct decoder decoder;
    struct venue_plan plan;   /* of all */
    struct venue_plan single; /* of one: which streams are whose */
    bool needs_plan;
    struct wish wishes[INSTRUMENT_MAX];
    uint32_t wish_n;

    bool has_list, has_funding; /* funding: told, or not to be had now */
    bool is_paging;
    int list_pages;
    bool is_seen[INSTRUMENT_MAX]; /* by wish, in the list as far as it was read */
    int64_t list_due_ns;
    struct backoff list_backoff;
    struct poll clock;
    uint32_t clock_n;         /* answers so far */
    char list_why[WORDS_MAX]; /* why there is no list yet; "" */
    char rest_why[WORDS_MAX]; /* why the last snapshot failed; "" */
    char poll_why[WORDS_MAX]; /* why the last poll of something else failed; "" */

    struct offset offset;
    struct latency latency;   /* of book updates */
    bool is_latency_by_venue; /* corrected by the offset */
    uint64_t frames, bytes, bad, reconnects, rotations, renewals, repeats, rest_errors;
    uint64_t bad_untold; /* not yet in a GAP event */
    int bad_error;
    int64_t bad_told_ns;
    bool is_stopping;
    struct feed_row row; /* as last emitted */
    int64_t row_ns;
    uint64_t row_frames, row_bytes;
};

AP_MUST_CHECK int source_create(struct wire *w, struct emitter *e, const struct tuning *t,
                                const struct venue *venue, const struct endpoint *rest,
                                const struct endpoint *stream, struct source **ret_source);
/* source_shut closes its handles (the loop must run once more); source_destroy frees it. NULL is fine. */
void source_shut(struct source *s);
void source_destroy(struct source *s);

/* Watches this one too, under this id. AP_EFULL, AP_EEXISTS. Nothing happens before the next source_tick. */
AP_MUST_CHECK int source_add(struct source *s, uint32_t id, const char *symbol);
void source_remove(struct source *s, uint32_t id);
/* As soon as it can be of use: not before the book's first update, nor while one is on its way, nor too often. */
void source_want_snapshot(struct source *s, uint32_t id);
/* Its book came up: it needs a snapshot now, however often its connection broke before. Unless the subscription brings it. */
void source_greet(struct source *s, struct wish *w);
struct wish *source_wish(struct source *s, uint32_t id); /* NULL: not of this venue */

void source_tick(struct source *s, int64_t now_ns);
void source_stop(struct source *s);
bool source_is_gone(const struct source *s);

/* source_frames.c: a message of a lane's connection, or of the one that is to take its place. False: nothing it sends makes sense. */
bool source_on_frame(struct source *s, struct conn *c, const char *bytes, size_t n);
void source_on_oversize(struct source *s, size_t n);
/* GAP for what could not be read, once a second at most. */
void source_tell_bad(struct source *s, int64_t now_ns);
/* Drops what is no news (`is_joining`: of two connections that tell the same), notes the rest. True when a book spoke for the
 * first time since it came up. */
bool source_admit(struct source *s, struct event_buf *out, bool is_joining);
/* Books that speak for the first time since they came up get a snapshot at once. */
void source_greet_books(struct source *s);

/* rotate.c */
void rotate_finish(struct source *s);
/* Never from within a connection's callback: it may end one. */
void rotate_tick(struct source *s, int64_t now_ns);
/* A frame of the new connection; what was decoded and is still to be judged lies in `kept`. */
bool rotate_on_frame(struct source *s, const char *bytes, size_t n);
void rotate_on_old(struct source *s, uint32_t wish, int kind); /* the lane's own connection told this */
/* It came to nothing: lost, or something else is wanted now. */
void rotate_abandon(struct source *s);
/* The old one was lost: true when the new one could take over with nothing missing. */
bool rotate_rescue(struct source *s, int lane);

/* A new connection for this path; NULL: no memory. */
struct conn *source_new_conn(struct source *s, const char *path);
int source_lane_of(const struct source *s, const struct conn *c); /* -1: none's */
/* The lane's connection is another: when it came up counts from now. */
void source_lane_up(struct source *s, int lane);

/* source_rest.c: asks what is due; takes an answer in. */
void source_poll(struct source *s, int64_t now_ns);
void source_on_rest(void *user, const struct rest_result *result);
/* source_state.c: emits a FEED row when the state or its reason changed, or a second passed and the figures moved. */
void source_report(struct source *s, int64_t now_ns);
/* source_list.c: reads the venue's list of instruments for the wishes. True when a new one is known. */
AP_MUST_CHECK int source_read_list(struct source *s, const char *bytes, size_t n, bool is_first, bool is_last,
                                   bool *ret_is_changed);
/* The venue's exceptions to its usual funding interval; bytes NULL: they are not to be had. */
int source_read_funding(struct source *s, const char *bytes, size_t n);
/* Emits INSTRUMENT for those known and not announced; true when all are. */
bool source_announce(struct source *s);

#endif
