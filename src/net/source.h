/* One venue of the feed: its instruments, connections, requests, and the truth about them.
 *
 *   instrument list (REST) -> INSTRUMENT events -> plan -> connections -> subscribed -> frames -> events
 *                                                                         first book update -> snapshot (REST) -> event
 */
#ifndef ALPHAPLUS_NET_SOURCE_H
#define ALPHAPLUS_NET_SOURCE_H

#include "net/conn.h"
#include "net/emit.h"
#include "net/rest.h"
#include "net/watch.h"
#include <alphaplus/venue/venue.h>

#define NEAREST_MAX 3

enum wish_state { WISH_ASKED = 0, WISH_UNKNOWN, WISH_KNOWN };

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

    struct watch watch;
    uint8_t lane_streams[WATCH_LANES_MAX]; /* how many streams it has on each connection */
    bool wants_snapshot, is_snapshot_coming;
    bool has_asked;                            /* of our own accord, since its book came up */
    int64_t snapshot_due_ns, snapshot_done_ns; /* monotonic */
    struct backoff snapshot_backoff;
    int64_t open_interest_due_ns;
    int64_t premium_due_ns; /* 0: done */
};

struct source {
    struct wire *wire;
    struct emitter *emitter;
    const struct tuning *tuning;
    const struct venue *venue; /* all four borrowed */
    struct endpoint rest_endpoint, stream_endpoint;
    struct resolver rest_resolver, stream_resolver;
    struct rest rest;
    struct conn conns[WATCH_LANES_MAX];
    int64_t lane_event_ns[WATCH_LANES_MAX]; /* last event by it; monotonic */
    int lane_bad[WATCH_LANES_MAX];          /* unreadable frames in a row */
    int conn_n;
    struct decoder decoder;
    struct venue_plan plan;   /* of all */
    struct venue_plan single; /* of one: which streams are whose */
    bool needs_plan;
    struct wish wishes[INSTRUMENT_MAX];
    uint32_t wish_n;

    bool has_list;
    int64_t list_due_ns;
    struct backoff list_backoff;
    char list_why[WORDS_MAX]; /* why there is no list yet; "" */
    char rest_why[WORDS_MAX]; /* why the last request failed; "" */

    uint64_t frames, bytes, bad, reconnects;
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
struct wish *source_wish(struct source *s, uint32_t id); /* NULL: not of this venue */

void source_tick(struct source *s, int64_t now_ns);
void source_stop(struct source *s);
bool source_is_gone(const struct source *s);

/* source_rest.c: asks what is due; takes an answer in. */
void source_poll(struct source *s, int64_t now_ns);
void source_on_rest(void *user, const struct rest_result *result);
/* source_state.c: emits a FEED row when the state or its reason changed, or a second passed and the figures moved. */
void source_report(struct source *s, int64_t now_ns);
/* source_list.c: reads the venue's list of instruments for the wishes. True when a new one is known. */
AP_MUST_CHECK int source_read_list(struct source *s, const char *bytes, size_t n, bool *ret_is_changed);
/* Emits INSTRUMENT for those known and not announced; true when all are. */
bool source_announce(struct source *s);

#endif
