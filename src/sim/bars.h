/* One-minute bars of one instrument: what traded, and before it began a past made up from the seed. */
#ifndef SIM_BARS_H
#define SIM_BARS_H

#include "sim/dialect.h"

#define BAR_MS INT64_C(60000)

struct bars {
    struct bar list[BARS_MAX]; /* in the order of time, from `first`, round */
    size_t first, n;
    int64_t last_ms; /* when the newest opened */
};

/* A past that ends at `tick` in the minute of now_ms. */
void bars_init(struct bars *b, uint64_t seed, int32_t tick, int64_t now_ms);
void bars_trade(struct bars *b, int64_t time_ms, const struct market_trade *t);
/* The last `limit` of bar_ms each (a multiple of a minute) that open in from_ms..to_ms (0: open), oldest first; room for
 * BARS_MAX. Returns how many. */
size_t bars_read(const struct bars *b, int64_t bar_ms, int64_t from_ms, int64_t to_ms, size_t limit,
                 struct bar *ret_bars);

#endif
