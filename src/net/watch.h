/* Does each stream of an instrument speak, and go on speaking? A venue may acknowledge a subscription on the wrong route and
 * then stay silent for ever: a connection that is up proves nothing. Pure; times are receive times.
 *
 * Books and marks are due all the time, best prices and open interest less so; whether trades and liquidations are due nobody
 * knows, so their silence is no fault. What is silent is subscribed anew, that stream alone; when that does not help and
 * something else proves the stream wrong, its connection is made anew. */
#ifndef ALPHAPLUS_NET_WATCH_H
#define ALPHAPLUS_NET_WATCH_H

#include <stddef.h>
#include <stdint.h>

#define WATCH_LANES_MAX 4 /* connections of a venue */

enum watch_kind {
    WATCH_BOOK = 0,
    WATCH_MARK,
    WATCH_QUOTE,
    WATCH_INTEREST,
    WATCH_TRADE,
    WATCH_LIQUIDATION,
    WATCH_KINDS
};
/* By enum event_kind; -1: no stream brings it. */
int watch_kind_of(int event_kind);
const char *watch_kind_text(int kind); /* "book updates" */

enum watch_verdict {
    WATCH_FINE = 0,
    WATCH_WAITING, /* has not spoken, and need not have yet */
    WATCH_MUTE,    /* has not spoken since it was subscribed */
    WATCH_STALE,   /* spoke, and fell silent */
};
enum watch_remedy { REMEDY_NONE = 0, REMEDY_RENEW, REMEDY_RECONNECT };

struct watch_stream {
    int lane;         /* -1: there is no such stream */
    int64_t since_ns; /* subscribed; 0: not yet */
    int64_t heard_ns; /* 0: never, since the lane came up */
    int64_t tried_ns; /* when it was last tried to mend it; 0: not in this silence */
};
struct watch {
    struct watch_stream streams[WATCH_KINDS];
    int64_t first_ns, stale_ns; /* patience with a stream that is due all the time */
};

void watch_init(struct watch *w, int64_t first_ns, int64_t stale_ns);
/* This kind comes by that lane; -1: not at all. Another lane than before is a new stream. */
void watch_place(struct watch *w, int kind, int lane);
/* The lane's wishes were all sent. */
void watch_subscribed(struct watch *w, int lane, int64_t now_ns);
/* The lane is down: what came by it counts as not heard. */
void watch_lost(struct watch *w, int lane);
void watch_heard(struct watch *w, int kind, int64_t now_ns);
/* The worst of its streams, and which (-1: all are fine). */
enum watch_verdict watch_judge(const struct watch *w, int64_t now_ns, int *ret_kind);
/* What should be done now, and to which stream; the first it finds, and it takes for granted that it is done. */
enum watch_remedy watch_mend(struct watch *w, int64_t now_ns, int *ret_kind);

#endif
