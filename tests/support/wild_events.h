/* A seeded stream of events that all pass event_check: four instruments of different kinds that trade plausibly most of the
 * time, and now and then gaps, doubles, crossed and one-sided books, sizes from one to the largest, leaps in time, losses,
 * and other sessions. */
#ifndef TESTS_SUPPORT_WILD_EVENTS_H
#define TESTS_SUPPORT_WILD_EVENTS_H

#include <alphaplus/model/event.h>
#include <alphaplus/model/instrument.h>
#include <stdint.h>

enum { WILD_MARKETS = 4, WILD_GRID = 600 };

struct wild_market {
    struct instrument in;
    int64_t base_px; /* of grid 0 */
    int64_t max_qty;
    int64_t qty[2][WILD_GRID]; /* the venue's own book */
    int mid;                   /* grid index of the best ask at the earliest */
    uint64_t id;
};
struct wild {
    uint64_t rng, seq;
    int64_t now_ns;
    struct event_buf *out; /* borrowed */
    struct wild_market markets[WILD_MARKETS];
};

void wild_init(struct wild *w, uint64_t seed, int64_t now_ns, struct event_buf *out);
/* One step: one event or a few. */
void wild_step(struct wild *w);

#endif
