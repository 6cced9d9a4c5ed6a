/* Time as a thing that is handed in. Only threads that meet the outside world (net, sim, app) read one. */
#ifndef ALPHAPLUS_BASE_CLOCK_H
#define ALPHAPLUS_BASE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#define NS_PER_US INT64_C(1000)
#define NS_PER_MS INT64_C(1000000)
#define NS_PER_S  INT64_C(1000000000)

struct clock {
    int64_t (*monotonic_ns)(void *user);
    int64_t (*wall_ns)(void *user);
    void *user; /* borrowed */
};

/* The system's clocks. */
const struct clock *clock_system(void);

/* Receive time for events: never decreases; monotonic plus an offset fixed at start, so a step of the wall clock does not
 * tear the sequence. `clock_stamp_step` tells by how much the wall clock has moved away since the last call (0 while
 * below 500 ms), so that the step itself can become an event. */
struct clock_stamp {
    const struct clock *clock; /* borrowed */
    int64_t offset_ns;
    int64_t last_ns;
    int64_t wall_drift_ns;
};
void clock_stamp_init(struct clock_stamp *s, const struct clock *clock);
int64_t clock_stamp_now(struct clock_stamp *s);
int64_t clock_stamp_step(struct clock_stamp *s);

#endif
