/* The feed thread: sockets to the venues, decode, stamp, into the ring. One libuv loop, one libwebsockets context. */
#ifndef ALPHAPLUS_NET_FEED_H
#define ALPHAPLUS_NET_FEED_H

#include <alphaplus/base/clock.h>
#include <alphaplus/base/err.h>
#include <alphaplus/base/ring.h>
#include <alphaplus/model/event.h>
#include <alphaplus/model/view.h>
#include <stddef.h>
#include <stdint.h>

/* Engine or screen -> feed; records of base/ring.h. */
enum feed_command_kind { FEED_WANT_SNAPSHOT = 1, FEED_ADD = 2, FEED_REMOVE = 3 };
struct feed_command {
    uint32_t size;
    uint32_t kind;
    uint32_t instrument; /* session id, for FEED_WANT_SNAPSHOT and FEED_REMOVE */
    uint32_t pad;
    char name[INSTRUMENT_NAME_MAX]; /* for FEED_ADD, and FEED_REMOVE with instrument 0 */
};

/* Numbers events. Handed on from whoever put the first events in to the feed thread. */
struct event_stamp {
    struct clock_stamp clock;
    uint64_t seq; /* of the last event */
};

struct feed_endpoint {
    char venue[VENUE_NAME_MAX];
    char url[128]; /* "http://127.0.0.1:4100": REST there, WebSocket on the same host and port */
};
/* What the feed's thread measures of itself, once a second; anybody may read it. */
struct feed_gauge {
    _Atomic int64_t decode_p50_ns, decode_p99_ns; /* of one message; every 16th is timed */
    _Atomic uint64_t refused;                     /* messages that found the ring full */
};

struct feed_options {
    const char *const *instruments; /* borrowed until feed_stop: "binance:BTCUSDT" */
    size_t instrument_n;
    struct feed_endpoint endpoints[VENUE_MAX];
    size_t endpoint_n;
    const char *ca_file;   /* NULL: the system's; read before feed_start returns, like the two that follow */
    const char *proxy;     /* HTTPS_PROXY: for what is encrypted; NULL or "": none */
    const char *no_proxy;  /* NO_PROXY: hosts to be reached without it; NULL: none */
    struct ring *events;   /* borrowed; the feed is its producer from feed_start to feed_stop */
    struct ring *commands; /* borrowed; the feed is its consumer 0 */
    struct event_stamp *stamp; /* borrowed */
    struct feed_gauge *gauge;  /* borrowed; NULL: nobody asks */
    int journal_consumer; /* consumer of `events` that is detached when it alone holds the ring back; -1: none */
};

struct feed; /* opaque */
/* Checks names and endpoints (AP_EINVAL, AP_ENOTFOUND: unknown venue; the reason in `why`), starts the thread. */
AP_MUST_CHECK int feed_start(const struct feed_options *o, struct feed **ret_feed, char *why,
                             size_t why_size);
/* Ends connections in order and joins the thread. Never blocks for more than two seconds. */
void feed_stop(struct feed *f);

#endif
