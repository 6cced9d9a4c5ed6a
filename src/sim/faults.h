/* Faults on purpose: a sink in front of the hub's that loses, doubles, reorders, delays and spoils frames, closes
 * sockets, falls silent, and answers snapshot requests wrongly; by a seeded chance, counted by kind. */
#ifndef SIM_FAULTS_H
#define SIM_FAULTS_H

#include "sim/dialect.h"
#include "sim/hub.h"
#include "sim/market/rng.h"

#include <alphaplus/base/buf.h>
#include <alphaplus/model/instrument.h>
#include <alphaplus/sim/sim.h>
#include <stdatomic.h>
#include <uv.h>

enum fault_kind {
    FAULT_DROP,
    FAULT_DUP,
    FAULT_REORDER, /* behind the next frame of its stream */
    FAULT_DELAY,   /* and all behind it: nothing overtakes */
    FAULT_TRUNCATE,
    FAULT_CORRUPT,     /* one byte that cannot be in JSON */
    FAULT_CROSSED,     /* a bid far above the asks */
    FAULT_NEGATIVE,    /* a size below nothing */
    FAULT_CHECKSUM,    /* a wrong one */
    FAULT_NO_CHECKSUM, /* 0, as a venue that gives none any more */
    FAULT_WRONG_ROUTE, /* a subscription that is acknowledged and stays silent */
    FAULT_CLOSE,
    FAULT_RESET,
    FAULT_LIFE,     /* each socket is closed at this age */
    FAULT_SILENCE,  /* sockets stay open, frames are lost */
    FAULT_STALL,    /* sockets stay open, frames wait */
    FAULT_BURST,    /* best prices said again and again */
    FAULT_CLOCK,    /* the venue's clock jumps: forth, back, or right again */
    FAULT_REST_429, /* from here on: of depth requests */
    FAULT_REST_418,
    FAULT_REST_451,
    FAULT_REST_500,
    FAULT_REST_TIMEOUT,
    FAULT_REST_STALE,
    FAULT_REST_EMPTY,
    FAULT_KINDS
};

struct fault_rule {
    bool is_on;
    double chance;    /* of a frame or request, or: */
    int64_t every_ns; /* on average */
    int64_t for_ns;   /* delay, silence, jump, or what a refusal asks to wait */
    int64_t count;    /* burst */
};
struct fault_plan {
    struct fault_rule rules[FAULT_KINDS];
    char symbol[SYMBOL_MAX]; /* only frames and snapshots of this instrument; "": of all */
};
/* "drop=0.001,delay=0.01:200ms,close=60s,..."; `why` says in words what is wrong. */
AP_MUST_CHECK int fault_plan_parse(const char *spec, struct fault_plan *ret_plan, char *why, size_t why_size);

struct held_frame; /* a frame's copy */
struct faults {
    struct fault_plan plan;
    const struct dialect *dialect; /* borrowed */
    struct hub *hub;               /* borrowed */
    struct sim_sink next;
    struct rng rng;
    bool is_on;
    int64_t due_ns[FAULT_KINDS]; /* of those that come by time; 0: not yet drawn */
    int64_t silent_until_ns, stalled_until_ns, release_ns, swap_since_ns;
    int64_t clock_ms;         /* how wrong the clock is */
    struct held_frame *again; /* owned; the burst's */
    int64_t again_left;
    struct held_frame *first, **last; /* owned; delayed */
    struct held_frame *swap;          /* owned; waits for the next of its stream */
    size_t delayed_bytes;
    struct buf spoiled;
    uv_timer_t timer;
    _Atomic uint64_t counts[FAULT_KINDS];
};

void faults_init(struct faults *x, const struct fault_plan *plan, uint64_t seed,
                 const struct dialect *dialect, struct hub *hub, uv_loop_t *loop);
void faults_close(struct faults *x); /* its uv handle; the loop still has to run */
void faults_finish(struct faults *x);
struct sim_sink faults_sink(struct faults *x);
/* No more of them; what was held back goes out. */
void faults_end(struct faults *x);
/* Shall this subscription stay silent? */
bool faults_wrong_route(struct faults *x, const char *symbol);
/* What goes wrong with a depth request of `symbol`; all 0: nothing. */
struct depth_fault {
    int status, code;
    const char *message;
    int64_t retry_after_s; /* 0: not said */
    bool is_ignored;       /* gets no answer, ever */
    enum rest_spoil spoil;
};
struct depth_fault faults_depth(struct faults *x, const char *symbol);
bool faults_is_stalled(const struct faults *x);
int64_t faults_clock_ms(const struct faults *x);
int64_t faults_life_ns(const struct faults *x); /* 0: as ever */
void faults_count_life(struct faults *x);
/* Counts by kind, as one JSON object. Any thread. */
void faults_tell(const struct faults *x, struct buf *out);

#endif
