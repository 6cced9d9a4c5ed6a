/* The best levels of a book as one stream last told them, and what has changed since. */
#ifndef SIM_WINDOW_H
#define SIM_WINDOW_H

#include "sim/dialect.h"

#include <alphaplus/base/err.h>
#include <stdbool.h>

struct window {
    const struct window_spec *spec; /* borrowed */
    struct price_level *told[2];    /* owned; best first: as it was told, */
    struct price_level *fresh[2];   /* as it now is, */
    struct price_level *change[2];  /* and the difference */
    size_t told_n[2], fresh_n[2], change_n[2];
    uint64_t id, prev_id, count;
    int64_t told_ms;
};

AP_MUST_CHECK int window_init(struct window *w, const struct window_spec *spec);
void window_finish(struct window *w);
/* Forgets what was told: the next that window_turn says is news. */
void window_start(struct window *w);
/* The market now: w->fresh and fresh_n are the caller's to fill, of update `id`. True when the stream has something to say
 * at time_ms, which counts as told. */
bool window_turn(struct window *w, uint64_t id, int64_t time_ms);
/* What is to be said: of a whole window all; else the change, or for a newcomer the whole as it was last told. */
struct window_news window_news(const struct window *w, bool is_for_newcomer);

#endif
