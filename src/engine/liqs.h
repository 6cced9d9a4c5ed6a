/* Liquidation totals over 1 m, 15 m and 1 h, long and short apart, exact in cents, with how complete they are.
 *
 * Invariant: a window's sums, counts and largest are those of its items [tail, head), so totals are read, not computed. */
#ifndef ALPHAPLUS_ENGINE_LIQS_H
#define ALPHAPLUS_ENGINE_LIQS_H

#include <alphaplus/base/err.h>
#include <alphaplus/base/save.h>
#include <alphaplus/model/view.h>
#include <stdint.h>

#define LIQS_KEPT 16384 /* beyond that in an hour, the oldest leave early and covered_ns says so */

struct liqs {
    struct liqs_item {
        int64_t time_ns, cents;
        uint8_t side, completeness;
        uint8_t pad[6];
    } * items;                /* owned ring */
    uint64_t head;            /* index of the next item */
    int64_t watched_since_ns; /* 0: not yet, or not any more */
    struct liqs_window {
        uint64_t tail; /* oldest item inside */
        uint64_t max;  /* index of the largest, the newest of equals; of no meaning while it is empty */
        int64_t cents[2];
        uint32_t of_completeness[4]; /* items, by enum completeness */
        int64_t covered_since_ns;
    } windows[LIQ_WINDOWS];
};

AP_MUST_CHECK int liqs_init(struct liqs *l);
void liqs_finish(struct liqs *l);
/* A feed of liquidations is being watched from now on. */
void liqs_watch(struct liqs *l, int64_t now_ns);
/* Some may be missing before this moment: what is covered begins with the next liqs_watch. */
void liqs_missed(struct liqs *l);
void liqs_add(struct liqs *l, int64_t now_ns, enum position_side side, double usd,
              enum completeness completeness);
/* Lets what is too old go. */
void liqs_expire(struct liqs *l, int64_t now_ns);
/* floor: the completeness of the feeds that take part, even when they brought nothing yet. */
void liqs_totals(const struct liqs *l, int64_t now_ns, enum completeness floor,
                 struct liq_total out[LIQ_WINDOWS]);
void liqs_save(const struct liqs *l, struct buf *out);
/* Into a fresh one; errors are `from`'s. */
void liqs_load(struct liqs *l, struct load *from);
/* The lesser of two: unknown < inferred < sampled < full; what is unknown on one side takes the other. */
enum completeness completeness_worst(enum completeness a, enum completeness b);

#endif
