/* A source played into an engine up to a time. */
#ifndef ALPHAPLUS_APP_PLAY_H
#define ALPHAPLUS_APP_PLAY_H

#include <alphaplus/engine/engine.h>
#include <alphaplus/replay/source.h>
#include <stdint.h>

/* A source with its next event in view. */
struct lookahead {
    struct source *source;  /* borrowed */
    const struct event *ev; /* borrowed from the source; NULL: ask it */
};
/* 1: *ret_event stays until lookahead_skip; 0: the end; or an error. */
AP_MUST_CHECK int lookahead_peek(struct lookahead *l, const struct event **ret_event);
void lookahead_skip(struct lookahead *l);

/* Applies all events with recv_ns < until_ns, then the ticks up to it: "the state at until_ns". INT64_MAX: to the end (no ticks
 * beyond the last event). Returns 1 when there is more, 0 at the end, or an error (source_why tells). */
AP_MUST_CHECK int play_until(struct lookahead *l, struct engine *e, int64_t until_ns);

#endif
