/* Events for tests of whatever stores or carries them: a market that looks like one, and events as odd as the format allows.
 * The same seed gives the same events. */
#ifndef AP_TEST_SUPPORT_MADE_EVENTS_H
#define AP_TEST_SUPPORT_MADE_EVENTS_H

#include <alphaplus/model/event.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct made_events {
    uint64_t rng, seq;
    int64_t recv_ns;
    uint64_t id[4];
    int64_t mid[4]; /* of each instrument, in ticks of 10 */
    uint32_t instruments;
    uint8_t *data; /* owned; whole events, one behind the other */
    size_t n, cap;
    size_t events, levels;
};

/* instruments: 1..4 */
void made_init(struct made_events *m, uint64_t seed, uint32_t instruments);
void made_finish(struct made_events *m);
/* Forgets the events; seq, time and prices go on. */
void made_clear(struct made_events *m);
uint64_t made_random(struct made_events *m, uint64_t below);
/* SESSION, and an INSTRUMENT and a DEPTH_SNAPSHOT for each. */
void made_session(struct made_events *m);
/* Depth updates, quotes, trades, and now and then the rest. */
void made_market(struct made_events *m, size_t events);
/* Anything that has a size: unknown kinds, odd sizes, extreme numbers, non-zero padding. Not for event_check. */
void made_odd(struct made_events *m, size_t events, uint32_t instrument);
/* Appends one event with these bytes as rows. */
struct event *made_add(struct made_events *m, int kind, uint32_t instrument, const void *rows,
                       size_t rows_bytes);

#endif
