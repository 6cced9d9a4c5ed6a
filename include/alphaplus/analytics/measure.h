/* A measure: one small family of figures over the book and trades of one instrument, in event order.
 *
 * Its state is one pointer-free block of fixed size. `values` holds all figures of the instrument in registry order; a measure
 * writes its own, with metric_ok or metric_none, and a value stays until it is written again. While the book is not true, on_lost
 * has set every figure that needs it to NO_DATA, and nothing after a gap uses what was before it. */
#ifndef ALPHAPLUS_ANALYTICS_MEASURE_H
#define ALPHAPLUS_ANALYTICS_MEASURE_H

#include <alphaplus/book/book.h>
#include <alphaplus/model/event.h>
#include <alphaplus/model/metric.h>
#include <stdbool.h>
#include <stdint.h>

#define TICK_NS     (100 * INT64_C(1000000)) /* engine ticks: every 100 ms of event time */
#define MEASURE_MAX 32

struct measure_input {
    const struct instrument *inst; /* borrowed */
    const struct book *book;       /* borrowed */
    bool is_true;                  /* the book is true, two-sided and not crossed */
    int64_t now_ns;                /* recv_ns of the event, or the tick's time */
    struct level bid, ask;         /* the touch; valid when is_true */
};

struct measure {
    const char *name;
    int first, n; /* its rows of the registry */
    size_t state_bytes;
    uint32_t state_version;
    /* The state is zeroed, the values are NO_DATA. May be NULL. */
    void (*init)(void *state, const struct measure_input *in, struct metric_value *values);
    /* After the event was applied to the book. Depth, quote, trade, mark, liquidation, open interest. May be NULL. */
    void (*on_event)(void *state, const struct measure_input *in, const struct event *ev,
                     struct metric_value *values);
    /* At each tick; is_second: a whole second. May be NULL. */
    void (*on_tick)(void *state, const struct measure_input *in, bool is_second, struct metric_value *values);
    /* The book stopped being true, or it has not two sides any more. May be NULL. */
    void (*on_lost)(void *state, const struct measure_input *in, struct metric_value *values);
    /* Events of any kind may be missing before this moment: a window starts anew. Beside on_lost. May be NULL. */
    void (*on_missed)(void *state, const struct measure_input *in, struct metric_value *values);
};

/* All measures; together they cover the registry, each row once. */
const struct measure *const *measure_list(int *ret_n);
const struct metric_registry *metric_registry(void);

/* All measures of one instrument. */
struct measures; /* opaque: one block */
AP_MUST_CHECK int measures_create(const struct measure_input *in, struct measures **ret_measures);
void measures_destroy(struct measures *m);
void measures_event(struct measures *m, const struct measure_input *in, const struct event *ev);
void measures_tick(struct measures *m, const struct measure_input *in, bool is_second);
void measures_lost(struct measures *m, const struct measure_input *in);
void measures_missed(struct measures *m, const struct measure_input *in);
const struct metric_value *measures_values(const struct measures *m); /* METRIC_MAX of them */

#endif
