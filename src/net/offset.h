/* The venue's clock against ours, by the round trips of its REST time: the answer was written between asking and hearing, so
 * the offset is the middle of the two, give or take half the trip. The shortest trip of the last ten minutes counts.
 *
 * Beside it a floor that needs no asking: nothing can be received before it was sent, so the venue's clock is ahead of ours by
 * as much as any message claims to come from the future. Pure; times are receive times. */
#ifndef ALPHAPLUS_NET_OFFSET_H
#define ALPHAPLUS_NET_OFFSET_H

#include <stdbool.h>
#include <stdint.h>

#define OFFSET_SAMPLES  8
#define OFFSET_FRESH_NS (INT64_C(600) * 1000000000)
#define OFFSET_GRAIN_NS INT64_C(500000) /* venues tell whole milliseconds */

struct offset_sample {
    int64_t at_ns, offset_ns, error_ns;
};
struct offset {
    struct offset_sample samples[OFFSET_SAMPLES];
    uint32_t sample_n;                              /* ever */
    int64_t floor_ns, floor_before_ns, floor_at_ns; /* of this span and the one before */
    bool has_floor, has_floor_before;
};

void offset_init(struct offset *o);
void offset_trip(struct offset *o, int64_t asked_ns, int64_t heard_ns, int64_t venue_ns);
/* A message of the venue, by its own time. */
void offset_message(struct offset *o, int64_t recv_ns, int64_t exch_ns);
/* The venue's clock less ours and how far off that may be; false when it was not asked of late. */
bool offset_best(const struct offset *o, int64_t now_ns, int64_t *ret_ns, int64_t *ret_error_ns);
/* At least so much is the venue's clock ahead; false when nothing came of late. */
bool offset_floor(const struct offset *o, int64_t *ret_ns);

#endif
