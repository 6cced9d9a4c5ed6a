/* One WebSocket connection to a venue that is kept up: looked up, connected, subscribed at the venue's pace, made anew after a
 * loss with growing waits. What is wanted on it may change at any time; it sends the difference. */
#ifndef ALPHAPLUS_NET_CONN_H
#define ALPHAPLUS_NET_CONN_H

#include "net/backoff.h"
#include "net/resolve.h"
#include "net/tuning.h"
#include "net/wire.h"
#include <alphaplus/base/buf.h>
#include <alphaplus/venue/venue.h>

#define CONN_STREAMS_MAX (INSTRUMENT_MAX * 8)

enum conn_state {
    CONN_IDLE = 0,   /* nothing wanted on it */
    CONN_WAITING,    /* for due_ns, or for a name look-up */
    CONN_CONNECTING, /* until deadline_ns */
    CONN_UP,
    CONN_CLOSING, /* its end is on the way */
};

struct conn;
struct conn_hooks {
    /* A whole message. Borrowed during the call. False: close, it makes no sense any more (reason by conn_blame). */
    bool (*on_frame)(void *user, struct conn *c, const char *bytes, size_t n);
    /* A message above FRAME_BYTES_MAX, of at least n bytes; the connection closes. */
    void (*on_oversize)(void *user, struct conn *c, size_t n);
    void (*on_up)(void *user, struct conn *c);
    void (*on_down)(void *user, struct conn *c, bool was_up); /* the reason in c->reason */
    void *user;                                               /* borrowed */
};

struct conn_stream {
    char name[VENUE_STREAM_MAX];
    bool is_wanted, is_subscribed;
    bool is_renewing; /* is left first, then subscribed again */
};

struct conn {
    struct wire_user user; /* first */
    const struct venue *venue;
    const struct endpoint *endpoint;
    const struct tuning *tuning;
    struct resolver *resolver; /* all four borrowed */
    struct conn_hooks hooks;
    char path[32];
    enum conn_state state;
    struct backoff backoff;
    int64_t due_ns, deadline_ns, up_ns, send_due_ns, ping_due_ns;
    int64_t rx_ns;         /* of the last bytes; monotonic, as all above */
    int64_t subscribed_ns; /* when the last wish was sent; 0: some are not */
    struct conn_stream streams[CONN_STREAMS_MAX];
    size_t stream_n;
    struct buf message; /* fragments of a message */
    uint64_t next_id;
    uint64_t ups; /* how often it came up */
    bool is_stopping, is_reason_fixed;
    char reason[WORDS_MAX]; /* of the last loss; "" while up */
};

void conn_init(struct conn *c, struct wire *w, const struct venue *venue, const struct endpoint *ep,
               struct resolver *resolver, const struct tuning *t, const char *path,
               const struct conn_hooks *hooks);
/* After the context is gone. NULL is fine. */
void conn_finish(struct conn *c);

/* These streams, and no others, are wanted from now on. Beyond CONN_STREAMS_MAX: AP_EFULL, and the rest is left out. */
int conn_want(struct conn *c, const char (*streams)[VENUE_STREAM_MAX], size_t n);
/* What is wanted of the other one, too; nothing else yet. */
void conn_copy_wants(struct conn *c, const struct conn *from);
/* Leaves this stream and subscribes it again; false when it is not subscribed (a subscription to come does as well). */
bool conn_renew(struct conn *c, const char *stream);
/* Does what is due: connects, gives up waiting, sends. Call it at every tick and when a look-up ended. */
void conn_pump(struct conn *c, int64_t now_ns);
/* Closes it and connects anew, for this reason. */
void conn_drop(struct conn *c, const char *reason);
/* The reason that the next loss gets, whatever the library says. */
void conn_blame(struct conn *c, const char *reason);
/* Ends it in order; it stays down. */
void conn_stop(struct conn *c);
bool conn_is_gone(const struct conn *c); /* after conn_stop: nothing of it is left in the library */

#endif
