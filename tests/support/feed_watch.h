/* Runs a feed against a server and reads its events: counts them, holds them to the rules that hold for every feed (numbers
 * without holes, times that never decrease, events that are well formed), and waits for conditions with a deadline. */
#ifndef AP_TEST_SUPPORT_FEED_WATCH_H
#define AP_TEST_SUPPORT_FEED_WATCH_H

#include <alphaplus/base/ring.h>
#include <alphaplus/model/event.h>
#include <alphaplus/net/feed.h>
#include <net/tuning.h>
#include <stdbool.h>

#define FEED_WATCH_KINDS  32
#define FEED_WATCH_CAUSES 16

struct feed_watch {
    struct ring *events, *commands;
    struct event_stamp stamp;
    struct tuning tuning;         /* the default with short waits; change it before feed_watch_start */
    const char *proxy, *no_proxy; /* borrowed; NULL: none */
    struct feed *feed;
    uint64_t kinds[FEED_WATCH_KINDS];
    uint64_t gaps[FEED_WATCH_CAUSES], lost;
    struct gap_row gap;                         /* the last one */
    struct feed_row row;                        /* the last one */
    struct feed_row down;                       /* the last one that was DOWN */
    uint64_t states[8];                         /* rows by state */
    struct instrument inst[INSTRUMENT_MAX + 1]; /* by id */
    uint64_t seq, last_id, breaks;              /* of DEPTH: ids that did not follow */
    int64_t recv_ns;
};

void feed_watch_init(struct feed_watch *w, size_t ring_bytes, int consumers);
/* Instruments end with NULL. url NULL: the venue's own. Returns feed_start's result. */
int feed_watch_try(struct feed_watch *w, const char *url, const char *const *instruments, const char *ca_file,
                   char *why, size_t why_size);
void feed_watch_start(struct feed_watch *w, const char *url, const char *const *instruments);
/* One event, for who reads the ring himself. */
void feed_watch_note(struct feed_watch *w, const struct event *ev);
/* Reads what is there. */
void feed_watch_drain(struct feed_watch *w);
/* Reads until is_met; fails the test after ten seconds. */
void feed_watch_until(struct feed_watch *w, bool (*is_met)(const struct feed_watch *w, const void *user),
                      const void *user);
/* The same for a condition that has nothing to do with the events, which are left unread. */
void feed_watch_wait(bool (*is_met)(void *user), void *user);
void feed_watch_ask(struct feed_watch *w, enum feed_command_kind kind, uint32_t instrument, const char *name);
/* Stops the feed, reads what is left, frees the rings. */
void feed_watch_finish(struct feed_watch *w);

#endif
