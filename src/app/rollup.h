/* Bars of a second and figures of a minute for the journal, from the hooks of an engine: the same events give the same rows, live or
 * imported. Runs on the engine's thread. */
#ifndef ALPHAPLUS_APP_ROLLUP_H
#define ALPHAPLUS_APP_ROLLUP_H

#include <alphaplus/engine/engine.h>
#include <alphaplus/model/rollup.h>

struct rollup {
    /* Takes a copy of each record. */
    void (*emit)(void *user, const struct rollup_head *record);
    void *user; /* borrowed */
};
/* engine_hooks.on_bar */
void rollup_bar(const struct rollup *r, const struct instrument *in, const struct bar *bar);
/* engine_hooks.on_tick */
void rollup_tick(const struct rollup *r, struct engine *e, int64_t tick_ns);

#endif
