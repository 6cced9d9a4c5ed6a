/* A measure: one small family of figures over the book and trades of one instrument, in event order.
 *
 * Its state is one pointer-free block of fixed size, so a checkpoint is a copy of it. `values` holds all figures of the instrument in
 * registry order; a measure writes its own, with metric_ok or metric_none, and may read those of measures before it in the list. A
 * value stays until it is written again. While the book is not true, on_lost has set every figure that needs it to NO_DATA, and
 * nothing after a gap uses what was before it.
 *
 * What is too heavy for the event path is a fit: `begin` copies what it needs into the fit's own block, `run` works on that block alone,
 * perhaps on another thread, and `end` takes the outcome over FIT_DELAY_NS of engine time later, whether or not the machine was
 * quicker: a replay does the same at the same tick. */
#ifndef ALPHAPLUS_ANALYTICS_MEASURE_H
#define ALPHAPLUS_ANALYTICS_MEASURE_H

#include <alphaplus/base/save.h>
#include <alphaplus/book/book.h>
#include <alphaplus/model/event.h>
#include <alphaplus/model/metric.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TICK_NS      (100 * INT64_C(1000000))  /* engine ticks: every 100 ms of event time */
#define FIT_DELAY_NS (2 * INT64_C(1000000000)) /* from a fit's begin to its end */
#define MEASURE_MAX  48
#define NEAR_LEVELS  512 /* of each side that a tick looks at together */

struct bars;
struct detail;
struct params;

/* The nearest levels of both sides, best first, read once a tick for all measures. */
struct near_levels {
    uint32_t bid_n, ask_n;
    struct level bid[NEAR_LEVELS], ask[NEAR_LEVELS];
};

struct measure_input {
    const struct instrument *inst;  /* borrowed */
    const struct book *book;        /* borrowed */
    bool is_true;                   /* the book is true, two-sided and not crossed */
    int64_t now_ns;                 /* recv_ns of the event, or the tick's time */
    struct level bid, ask;          /* the touch; valid when is_true */
    const struct params *params;    /* borrowed; never NULL */
    const struct near_levels *near; /* borrowed; in on_tick with is_true, else NULL */
    const struct bars *bars;        /* borrowed; in on_tick, begin, end and detail, else NULL */
};

struct measure_fit {
    size_t bytes; /* of its block, pointer-free */
    /* At each whole second while none is under way; true: `block` holds all that run needs. */
    bool (*begin)(void *state, const struct measure_input *in, void *block);
    void (*run)(void *block);
    void (*end)(void *state, const struct measure_input *in, const void *block, struct metric_value *values);
};
/* Who runs fits aside. `begin` may return before run(block) did; `wait` returns after it did; the block stays where it is. */
struct measure_worker {
    void (*begin)(void *user, void (*run)(void *block), void *block);
    void (*wait)(void *user, void *block);
    void *user; /* borrowed */
};

struct measure {
    const char *name;
    int first, n; /* its rows of the registry */
    size_t state_bytes;
    uint32_t state_version;
    uint32_t kinds; /* on_event sees these: 1 << kind */
    /* The state is zeroed, the values are NO_DATA. May be NULL. */
    void (*init)(void *state, const struct measure_input *in, struct metric_value *values);
    /* After the event was applied to the book, if it is of `kinds`. May be NULL. */
    void (*on_event)(void *state, const struct measure_input *in, const struct event *ev,
                     struct metric_value *values);
    /* At each tick; is_second: a whole second. May be NULL. */
    void (*on_tick)(void *state, const struct measure_input *in, bool is_second, struct metric_value *values);
    /* The book stopped being true, or it has not two sides any more. May be NULL. */
    void (*on_lost)(void *state, const struct measure_input *in, struct metric_value *values);
    /* Events of any kind may be missing before this moment: a window starts anew. Beside on_lost. May be NULL. */
    void (*on_missed)(void *state, const struct measure_input *in, struct metric_value *values);
    /* What is more than single figures, into its own part of the detail. May be NULL. */
    void (*detail)(const void *state, const struct measure_input *in, struct detail *ret_detail);
    const struct measure_fit *fit; /* may be NULL */
};
#define MEASURE_BOOK_KINDS (1u << EVENT_DEPTH | 1u << EVENT_DEPTH_SNAPSHOT)

/* All measures; together they cover the registry, each row once. */
const struct measure *const *measure_list(int *ret_n);
const struct metric_registry *metric_registry(void);

/* All measures of one instrument. */
struct measures; /* opaque: one block */
/* worker (borrowed; NULL: fits run where they begin). */
AP_MUST_CHECK int measures_create(const struct measure_input *in, const struct measure_worker *worker,
                                  struct measures **ret_measures);
void measures_destroy(struct measures *m);
void measures_event(struct measures *m, const struct measure_input *in, const struct event *ev);
void measures_tick(struct measures *m, const struct measure_input *in, bool is_second);
void measures_lost(struct measures *m, const struct measure_input *in);
void measures_missed(struct measures *m, const struct measure_input *in);
const struct metric_value *measures_values(const struct measures *m); /* METRIC_MAX of them */
const struct bars *measures_bars(const struct measures *m);           /* see analytics/bars.h */
void measures_detail(const struct measures *m, const struct measure_input *in, struct detail *ret_detail);

/* States are memory as it lies: good for the same layout only, and only from who is trusted to have saved them (engine_load sees to
 * both). Waits for fits under way; soonest just before a whole second. */
uint64_t measures_layout(void); /* fingerprint of rows, states, their sizes and versions */
void measures_save(struct measures *m, struct buf *out);
/* Into fresh ones; errors are l's. */
void measures_load(struct measures *m, struct load *l);

#endif
