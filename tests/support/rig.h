/* Exchanges on loopback and the whole program behind them, in one process: so that the time of an update's leaving the exchange
 * and that of the board that covers it are read off one clock. */
#ifndef AP_TEST_SUPPORT_RIG_H
#define AP_TEST_SUPPORT_RIG_H

#include "app/pipeline.h"

#include <alphaplus/base/latency.h>
#include <alphaplus/sim/sim.h>
#include <pthread.h>

enum { RIG_SENT_MAX = 1 << 14, RIG_PENDING_MAX = 4096 };

struct rig_sent {
    uint64_t id;
    int64_t ns;
};
/* One instrument: what left the exchange and has not been seen on a board. */
struct rig_book {
    struct rig *rig;
    char name[INSTRUMENT_NAME_MAX];
    char symbol[SYMBOL_MAX];
    size_t exchange;
    pthread_mutex_t lock;
    struct rig_sent sent[RIG_SENT_MAX]; /* the newest, round */
    uint64_t sent_n;
    /* engine's thread */
    struct rig_pending {
        uint64_t id;
        int64_t recv_ns;
    } pending[RIG_PENDING_MAX]; /* in the book, not yet published */
    size_t pending_n;
};
struct rig_exchange {
    struct rig *rig;
    const char *venue;
    struct sim *sim;
};
/* Levels of a book as they were copied on the engine's thread. */
struct rig_copy {
    struct level *levels[2];
    size_t n[2];
    int64_t lo, hi;
    int state, price_decimals, qty_decimals;
};
struct rig {
    struct rig_exchange exchanges[VENUE_MAX];
    size_t exchange_n;
    struct rig_book *books; /* owned */
    size_t book_n;
    const char *names[INSTRUMENT_MAX];
    struct pipeline *pipeline;
    pthread_cond_t never;   /* signalled: for rig_wait */
    pthread_mutex_t lock;   /* of what follows */
    struct latency latency; /* from the exchange's hand to the board */
    uint64_t joined;        /* updates that waited for a snapshot first: not in it */
    uint64_t missed;        /* on a board, but sent too long ago to be known */
    bool is_measuring, is_stalled;
    bool wants_copies, has_copies;
    struct rig_copy *copies; /* owned; of all books */
};

struct rig_options {
    const char *const *venues; /* ends with NULL */
    size_t instruments;        /* of each */
    double speed;
    uint64_t seed;
    const char *faults;
    const char *journal_path;
    size_t ring_bytes; /* of events; 0: as ever */
};
AP_MUST_CHECK int rig_start(struct rig *r, const struct rig_options *o, char *why, size_t why_size);
int rig_stop(struct rig *r);
void rig_wait(struct rig *r, int64_t ns);
/* The engine stands still until told otherwise. */
void rig_stall(struct rig *r, bool is_on);
void rig_head(struct rig *r, struct head_view *ret_head);
void rig_measure(struct rig *r, bool is_on); /* begins anew */
void rig_latency(struct rig *r, struct latency *ret_latency);
/* All exchanges; false when one did not answer. */
bool rig_heal(struct rig *r);
bool rig_pause(struct rig *r);
/* Holds every book to its exchange's own; prints what differs to stderr. Returns how many are right. */
size_t rig_compare(struct rig *r);
/* How many books are true. */
size_t rig_true_n(struct rig *r);
void rig_host(struct rig *r, struct host_view *ret_host);

#endif
