/* Where the exchange's market comes from: the model or a capture. A source lives on the server's loop,
 * publishes into a sink and answers REST. */
#ifndef SIM_SOURCE_H
#define SIM_SOURCE_H

#include "sim/dialect.h"
#include "sim/hub.h"
#include "sim/rest.h"

#include <alphaplus/base/buf.h>
#include <alphaplus/sim/sim.h>
#include <uv.h>

/* How a source sees the server. */
struct source_host {
    uv_loop_t *loop;              /* borrowed */
    struct sim_sink sink;         /* where frames go */
    bool (*has_room)(void *user); /* readers keep up */
    bool (*has_listeners)(void *user);
    void (*retry_held)(void *user);        /* a held request can be answered now */
    void (*ended)(void *user);             /* there will be nothing more */
    int64_t (*clock_shift_ms)(void *user); /* how wrong the venue's clock is on purpose; or NULL */
    void *user;                            /* borrowed */
};

struct source;
struct source_ops {
    struct sim_topic (*resolve)(struct source *s, const struct stream *stream, const char *name);
    void (*watch)(struct source *s, uint32_t topic, int delta);
    void (*greet)(struct source *s, struct listener *l,
                  uint32_t topic); /* what a newcomer hears at once; or NULL */
    /* Writes the body and returns the HTTP status; AP_EAGAIN: held, to be asked again after retry_held. */
    int (*rest)(struct source *s, const struct rest_request *r, struct buf *out);
    void (*drained)(struct source *s); /* has_room may be true again */
    void (*close)(struct source *s);   /* closes its uv handles; the loop still has to run */
    void (*destroy)(struct source *s); /* after that */
};
struct source {
    const struct source_ops *ops;
    struct source_host host;
};

AP_MUST_CHECK int source_market_create(const struct sim_options *o, const struct dialect *dialect,
                                       const struct source_host *host, struct source **ret_source);
/* Reads through the captures for their instruments first. `why` says in words what is wrong with which
 * file. */
AP_MUST_CHECK int source_capture_create(const struct sim_options *o, const struct source_host *host,
                                        struct source **ret_source, char *why, size_t why_size);

#define HIGH_WATER                                                                                           \
    (512u << 10)      /* bytes queued to a client at which a source that waits for its readers pauses */
#define SETTLE_MS 200 /* quiet after the last subscription before a waiting market starts */

int64_t source_wall_ms(void);
int64_t source_monotonic_ns(void);
#endif
