/* Levels outside the window of a ladder, by ascending key: sorted runs of at most FAR_RUN levels under a directory, so that
 * one level among two million is found, added or removed in a few microseconds at worst.
 *
 * Invariants: no run is empty; keys ascend within and across runs; a level has qty > 0. After far_reserve(n), n calls of
 * far_set cannot fail. */
#ifndef ALPHAPLUS_BOOK_FAR_H
#define ALPHAPLUS_BOOK_FAR_H

#include <alphaplus/base/err.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FAR_RUN 128

struct far_level {
    int64_t key;
    int64_t qty;
};
struct far_run {
    uint32_t n;
    struct far_run *next; /* of the spare ones */
    struct far_level levels[FAR_RUN];
};
struct far {
    struct far_run **runs; /* owned, and what they point to */
    uint32_t run_n, run_cap;
    struct far_run *spare; /* owned */
    uint32_t spare_n;
    uint32_t count; /* levels */
};

void far_init(struct far *f);
void far_finish(struct far *f);
void far_clear(struct far *f); /* all runs become spare */
AP_MUST_CHECK int far_reserve(struct far *f, size_t inserts);
/* Lets go of spare runs beyond a few. */
void far_trim(struct far *f);
/* Sets one level, 0 removes it; returns the size before. */
int64_t far_set(struct far *f, int64_t key, int64_t qty);
int64_t far_get(const struct far *f, int64_t key);
/* The first level at or after key; false when there is none. */
bool far_ceil(const struct far *f, int64_t key, struct far_level *ret_level);

/* Walks the levels at or after a key; the far must not change meanwhile. */
struct far_cursor {
    const struct far *far; /* borrowed */
    uint32_t run, at;
};
void far_seek(struct far_cursor *c, const struct far *f, int64_t key);
bool far_step(struct far_cursor *c, struct far_level *ret_level);

#endif
