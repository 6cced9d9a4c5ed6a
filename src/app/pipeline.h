/* The running program behind screen and lines: rings, the engine's thread, the journal's thread and the feed.
 *
 *   feed -> events ring -> engine thread -> publication
 *                       -> journal thread (when there is one) <- results ring <- engine thread
 *   engine thread -> commands ring -> feed */
#ifndef ALPHAPLUS_APP_PIPELINE_H
#define ALPHAPLUS_APP_PIPELINE_H

#include "parameters.h"

#include <alphaplus/config/positions.h>
#include <alphaplus/engine/engine.h>
#include <alphaplus/model/publication.h>
#include <alphaplus/net/feed.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pipeline_options {
    struct feed_options feed;          /* rings, stamp and journal_consumer are the pipeline's */
    const char *source;                /* "live", "demo", "record" */
    const char *journal_path;          /* NULL: none */
    int64_t keep_ns;                   /* of the journal; 0: all */
    uint64_t max_bytes;                /* of the journal; 0: no limit */
    const struct positions *positions; /* NULL: none */
    const struct parameters
        *parameters; /* what differs from the defaults; NULL: nothing; read by the start */
    /* Called on the engine's thread at each multiple of tick_every_ns; must not block. */
    void (*on_tick)(void *user, struct engine *e, int64_t tick_ns);
    /* For who measures, on the engine's thread as well: an update went into a book; the boards cover all that did. NULL: none. */
    void (*on_book)(void *user, const struct instrument *in, const struct book *book, const struct event *ev);
    void (*on_publish)(void *user, struct engine *e);
    void (*on_host)(void *user, const struct host_view *v); /* new figures of this machine, twice a second */
    void *user;
    int64_t tick_every_ns;
    size_t ring_bytes; /* of the ring of events; 0: as ever */
};
struct pipeline; /* opaque */

AP_MUST_CHECK int pipeline_start(const struct pipeline_options *o, struct pipeline **ret_pipeline, char *why,
                                 size_t why_size);
/* Feed first, then what is in the rings, then the journal. Returns the journal's last error, 0 when all is on disk. */
int pipeline_stop(struct pipeline *p);
/* Watches one instrument more, or one no more; from any thread. AP_EINVAL, AP_ENOTFOUND: no such venue, AP_EFULL: too much at a time, the
 * reason in `why`. Whether the venue has it is seen in its FEED row. */
AP_MUST_CHECK int pipeline_watch(struct pipeline *p, bool is_removal, const char *name, char *why,
                                 size_t why_size);
struct publication *pipeline_publication(struct pipeline *p);

#endif
