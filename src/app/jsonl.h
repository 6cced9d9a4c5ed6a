/* --json on live feeds: the engine's thread makes the lines at its ticks, this thread writes them. A reader that is too slow misses
 * lines, never the engine an event. */
#ifndef ALPHAPLUS_APP_JSONL_H
#define ALPHAPLUS_APP_JSONL_H

#include <alphaplus/base/buf.h>
#include <alphaplus/base/ring.h>
#include <alphaplus/engine/engine.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct jsonl {
    struct ring *ring; /* owned */
    struct buf text;   /* owned; the engine's thread's */
    int64_t at_ns;     /* print at this time only, then end; 0: at every tick */
    bool once;         /* print when every book is true (or after ten seconds), then end */
    int64_t first_tick_ns;
    struct host_view host; /* the engine's thread's */
    bool has_host;
    atomic_bool is_done;
    _Atomic uint64_t skipped;
};
AP_MUST_CHECK int jsonl_init(struct jsonl *l);
void jsonl_finish(struct jsonl *l);
/* For pipeline_options.on_tick. */
void jsonl_tick(void *user, struct engine *e, int64_t tick_ns);
/* For pipeline_options.on_host. */
void jsonl_host(void *user, const struct host_view *v);
/* Writes what is there; waits at most wait_ns for more. 1: go on; 0: all asked for is written; AP_EEOF; AP_EIO. */
AP_MUST_CHECK int jsonl_write(struct jsonl *l, int64_t wait_ns);

#endif
