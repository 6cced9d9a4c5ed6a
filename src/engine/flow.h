/* What happened at each price lately: traded volume (8 minutes) and size added minus pulled (15 s), in base buckets on a band
 * around the market. Bounded: prices outside the band are not kept, and a picture says so. */
#ifndef ALPHAPLUS_ENGINE_FLOW_H
#define ALPHAPLUS_ENGINE_FLOW_H

#include <alphaplus/base/err.h>
#include <alphaplus/base/save.h>
#include <alphaplus/model/event.h>
#include <stdbool.h>
#include <stdint.h>

#define FLOW_CELLS 2048 /* a power of two */

struct flow; /* opaque */

AP_MUST_CHECK int flow_create(struct flow **ret_flow);
void flow_destroy(struct flow *f);
/* Forgets all; with bucket 0 keeps nothing from now on. */
void flow_set_bucket(struct flow *f, int64_t bucket, int64_t now_ns);
int64_t flow_bucket(const struct flow *f);
/* Keeps the band around this price; moves it when the price nears its edge. */
void flow_center(struct flow *f, int64_t px);
/* Resting size at px changed by dq (negative: less). */
void flow_level(struct flow *f, enum side side, int64_t px, int64_t dq);
/* A trade ate qty resting on `side`: counts as volume, and is taken out of what was pulled. */
void flow_trade(struct flow *f, enum side side, int64_t px, int64_t qty);
/* The book was lost or replaced: deltas across that moment mean nothing. Volume stays. */
void flow_lose_levels(struct flow *f);
/* At each whole second; lets what is too old go, after a leap in time too. */
void flow_second(struct flow *f, int64_t tick_ns);

/* Sums over bids in [px, px + span) and asks in (px - span, px]; false when the grouping or the price is not covered. */
bool flow_row(const struct flow *f, int64_t px, int64_t span, int64_t *ret_bid_delta, int64_t *ret_ask_delta,
              int64_t *ret_volume);
uint64_t flow_hash(const struct flow *f, uint64_t h); /* of what flow_row can tell */
void flow_save(const struct flow *f, struct buf *out);
/* Into a fresh one; errors are l's. */
void flow_load(struct flow *f, struct load *l);

#endif
