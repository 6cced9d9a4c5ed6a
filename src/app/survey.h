/* A look through a journal aside: a second engine plays all of it as fast as it can, notes where something happened, and leaves
 * checkpoints on the way. Where it has not been yet, nothing is known: survey_progress tells. */
#ifndef ALPHAPLUS_APP_SURVEY_H
#define ALPHAPLUS_APP_SURVEY_H

#include "checkpoints.h"

#include <alphaplus/ui/ui.h>
#include <stdbool.h>
#include <stdint.h>

#define SURVEY_MARKS_MAX 262144 /* later ones are left out, and counted */

struct survey_options {
    const char *path;                /* copied */
    struct checkpoints *checkpoints; /* borrowed */
    int64_t from_ns;                 /* what lies before is left out; 0: nothing */
    double trade_usd;                /* sweeps of at least this are marks */
    bool is_growing;                 /* the journal is being written: the end is not the end */
};
struct survey; /* opaque */
AP_MUST_CHECK int survey_start(const struct survey_options *o, struct survey **ret_survey);
/* At once, however far it came. NULL is fine. */
void survey_stop(struct survey *s);

/* Any thread. */
/* Part of the journal seen, 0..1; 1: all of it. */
double survey_progress(struct survey *s);
/* Received last, as far as it came; 0: nothing yet. */
int64_t survey_reached(struct survey *s);
/* The nearest mark of `kinds` (bits of enum ui_mark) before (direction < 0) or after a time. AP_ENOTFOUND. */
AP_MUST_CHECK int survey_find(struct survey *s, unsigned kinds, int64_t time_ns, int direction,
                              struct ui_mark_at *ret_mark);
/* Which kinds lie in each of n equal parts of first..last. Returns a number that changes when the answer does. */
uint64_t survey_bins(struct survey *s, int64_t first_ns, int64_t last_ns, uint8_t *bins, size_t n);

#endif
