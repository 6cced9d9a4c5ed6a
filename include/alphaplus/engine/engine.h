/* The engine: what is known, as a pure function of the event sequence. No clock, no I/O, no threads: its caller brings events
 * in and takes wishes, results and published state out.
 *
 * Ticks are derived: before an event with recv_ns >= B, tick B (a multiple of TICK_NS) runs. After a leap of more than
 * ENGINE_LEAP_NS only the ticks of the last ENGINE_LEAP_NS run. */
#ifndef ALPHAPLUS_ENGINE_ENGINE_H
#define ALPHAPLUS_ENGINE_ENGINE_H

#include <alphaplus/analytics/measure.h>
#include <alphaplus/base/err.h>
#include <alphaplus/base/mac.h>
#include <alphaplus/book/book.h>
#include <alphaplus/model/event.h>
#include <alphaplus/model/publication.h>
#include <alphaplus/model/result.h>
#include <alphaplus/model/view.h>
#include <stdbool.h>
#include <stdint.h>

#define ENGINE_LEAP_NS (60 * INT64_C(1000000000))
#define ENGINE_VERSION 2 /* rises when any published number of an old journal would change */

struct bar;    /* model/bar.h */
struct detail; /* model/detail.h */
struct engine; /* opaque */

/* Threads to share work with: run calls work(arg, hand) once for each hand in [0, hands), side by side, and returns when all are done. */
struct engine_crew {
    int hands;
    void (*run)(void *user, void (*work)(void *arg, int hand), void *arg);
    void *user; /* borrowed */
};

struct
    engine_hooks { /* all may be NULL; called inside engine_apply / engine_advance, on the caller's thread */
    /* At each tick that is a multiple of every_ns, after it ran; state as of that boundary. */
    void (*on_tick)(void *user, struct engine *e, int64_t tick_ns);
    /* After each DEPTH or DEPTH_SNAPSHOT event that was applied to a book, the book as it stands right after it. */
    void (*on_book)(void *user, const struct instrument *in, const struct book *book, const struct event *ev);
    /* At the tick that closes a bar of a market, before on_tick; and by engine_seal with the bars that are still running, partial. */
    void (*on_bar)(void *user, const struct instrument *in, const struct bar *bar);
    const struct measure_worker *worker; /* borrowed; runs heavy fits aside; NULL: they run in place */
    /* Borrowed. With it and no on_book, events of one market are collected until somebody looks at the engine and then done by asset,
     * side by side; the state that is seen is the same. NULL: each at once. */
    const struct engine_crew *crew;
    void *user;            /* borrowed */
    int64_t tick_every_ns; /* 0: no on_tick */
};

AP_MUST_CHECK int engine_create(struct publication *pub, const struct engine_hooks *hooks,
                                struct engine **ret_engine);
void engine_destroy(struct engine *e);

/* One event, in order, that event_check finds sound. Unknown kinds and unknown instruments are counted and skipped. Errors, after
 * which the engine goes on without that event: AP_ENOMEM; AP_ERANGE: a time that cannot be; AP_ECORRUPT: no instrument;
 * AP_EFULL: one more instrument, venue, account or position than there is room for; AP_EINVAL: a position or tiers that make
 * no sense; AP_ERANGE: a parameter outside its range. With a crew, AP_ENOMEM of a
 * book is not told here; the book says so by not being true. */
AP_MUST_CHECK int engine_apply(struct engine *e, const struct event *ev);
/* Runs the ticks up to and including time_ns: the state at that boundary. */
void engine_advance(struct engine *e, int64_t time_ns);

/* Does what a crew has collected. Whoever looks at the engine does so by looking. */
void engine_settle(struct engine *e);

/* Brings boards up to date with what changed since the last call; answers view requests that changed or whose market did. */
void engine_publish(struct engine *e);

/* Instruments whose book wants a snapshot, one a call (session id); false when there is none. */
bool engine_next_wish(struct engine *e, uint32_t *ret_instrument);
/* Results for the journal, oldest first; false when there is none. They pile up to a bounded number, then the oldest go. */
bool engine_next_result(struct engine *e, struct result *ret_result);

/* The session ends here: adds a DIGEST result of the state as it stands, and tells of the running bars. */
void engine_seal(struct engine *e);

/* Digest of every published pure figure as of now. */
void engine_digest(struct engine *e, uint64_t *ret_exact, uint64_t *ret_all);

/* The whole state as bytes, trails included, so that who loads them sees what who saved them saw. Between two events, or in on_tick.
 * Waits for fits under way: just before a whole second there are none. Requests of viewers and results not taken are not part of it.
 * AP_ENOMEM, AP_ETOOBIG (out's ceiling). */
AP_MUST_CHECK int engine_save(struct engine *e, struct buf *out);
/* To be done before it is stored, by any thread: engine_load takes nothing that was not sealed with its key. */
AP_MUST_CHECK int engine_save_seal(struct buf *out, const struct mac_key *key);
/* Replaces all that e knows. AP_EACCESS: sealed with another key, or changed since; AP_EVERSION: another layout (engine_layout) or
 * ENGINE_VERSION; AP_ECORRUPT, AP_ENOMEM. After an error e knows nothing, as after engine_create. */
AP_MUST_CHECK int engine_load(struct engine *e, const struct mac_key *key, const void *bytes, size_t n);
uint64_t engine_layout(void); /* fingerprint of what a saved state is made of */

int64_t engine_time(const struct engine *e);
uint64_t engine_seq(const struct engine *e);
uint32_t engine_market_count(const struct engine *e);
/* Straight from the engine, for callers on its thread (exports, --json, tests). */
const struct market_view *engine_market(struct engine *e, uint32_t market);
const struct head_view *engine_head(struct engine *e);
const struct book *engine_book(struct engine *e, uint32_t market);
/* What the market shows beyond single figures, as of now. */
void engine_detail(struct engine *e, uint32_t market, struct detail *ret_detail);
/* Market index of "binance:BTCUSDT"; -1. */
int engine_find(const struct engine *e, const char *name);

#endif
