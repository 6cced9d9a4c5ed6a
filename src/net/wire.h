/* What connections and requests share on the feed thread: the libwebsockets context and how to begin a client on it. */
#ifndef ALPHAPLUS_NET_WIRE_H
#define ALPHAPLUS_NET_WIRE_H

#include "net/proxy.h"
#include "net/words.h"
#include <alphaplus/base/clock.h>
#include <alphaplus/base/err.h>
#include <alphaplus/base/latency.h>
#include <libwebsockets.h>
#include <stdbool.h>
#include <uv.h>

struct wire {
    uv_loop_t *loop;                    /* borrowed */
    struct lws_context *context;        /* owned; NULL once destroyed */
    struct lws_vhost *direct, *proxied; /* owned by the context */
    struct proxy proxy;
    const struct clock *clock; /* borrowed */
    uint64_t random;           /* state of backoff_random */
    struct latency decode;     /* of messages, every 16th */
    uint64_t decoded;
};

/* What libwebsockets calls us back for. First member of a struct conn and of a struct request: its opaque user data. */
struct wire_user {
    struct wire *wire;     /* borrowed */
    struct lws *wsi;       /* libwebsockets'; NULL: none */
    long certificate_code; /* X509_V_ERR_*; 0: it was fine */
    int (*on_event)(struct wire_user *u, enum lws_callback_reasons reason, void *in, size_t n);
};

/* ca_file NULL: the system's. The proxy may be none. On failure the reason is in `why`. */
AP_MUST_CHECK int wire_init(struct wire *w, uv_loop_t *loop, const char *ca_file, const struct proxy *proxy,
                            const struct clock *clock, char *why, size_t why_size);
/* Outside of uv_run: ends what is left and runs the loop until every handle of the context is closed. */
void wire_finish(struct wire *w);

/* Begins a client at `address`, which is the proxy's where ep->is_proxied; method NULL: WebSocket. The outcome comes by on_event; AP_ENET
 * when there will be none. */
AP_MUST_CHECK int wire_connect(struct wire_user *u, const struct endpoint *ep, const char *address,
                               const char *path, const char *method);
/* Ends it from outside its own callback; on_event follows from the loop. */
void wire_kill(struct wire_user *u);
/* Why it could not connect, in words. */
void wire_reason(const struct wire_user *u, const struct endpoint *ep, const char *said, char *buf,
                 size_t size);

int64_t wire_now(const struct wire *w); /* monotonic */

#endif
