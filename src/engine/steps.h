/* The engine's work, step by step: a step is one event of one market, or one tick of all. What a step does stays within its market (or
 * those of its asset, at a tick); what it means to the whole it leaves behind as effects, which are played in order afterwards.
 *
 * So steps of different assets may be done side by side: with a crew, steps are collected until somebody needs to see all markets at
 * the same moment, then shared out by asset. Without one, each is done at once. The outcome is the same to the bit. Private to the
 * engine. */
#ifndef ALPHAPLUS_ENGINE_STEPS_H
#define ALPHAPLUS_ENGINE_STEPS_H

#include "market.h"

#include <alphaplus/engine/engine.h>
#include <alphaplus/model/bar.h>
#include <alphaplus/model/result.h>

#define STEPS_MAX   4096       /* collected at the most */
#define STEPS_BYTES (2u << 20) /* of their events */
#define STEPS_SHARE (8u << 10) /* bytes of events below which sharing out costs more than it gains */

struct step {
    const struct event *ev; /* NULL: a tick of all markets */
    struct market *market;  /* of the event */
    int64_t time_ns;        /* of the engine */
    uint64_t seq;
};

enum effect_kind { EFFECT_NOTE, EFFECT_BREAK, EFFECT_LIQUIDATION, EFFECT_HEARD, EFFECT_BAR };
struct effect {
    uint64_t order; /* of the step, then of the market within a tick */
    int64_t time_ns;
    uint64_t seq;
    struct market *market; /* borrowed */
    uint16_t kind;         /* enum effect_kind */
    uint16_t what;         /* enum note_kind */
    union {
        char note[104];
        struct result result;
        struct liq_item liquidation;
        struct bar bar;
    };
};
/* Of one hand, in order. */
struct effects {
    struct effect *items; /* owned */
    size_t n, cap;
    size_t lost;    /* for lack of memory */
    size_t next;    /* to be played */
    uint64_t order; /* of what is being done */
    int err;        /* of the last event */
};

struct steps {
    const struct engine_crew *crew; /* borrowed; NULL: each step at once */
    struct step *items;             /* owned; room for one without a crew */
    size_t n;
    uint8_t *bytes; /* owned; copies of the events; NULL without a crew */
    size_t used;
    struct effects *effects; /* owned; one a hand */
    uint8_t hand_of[INSTRUMENT_MAX];
    bool is_settling;
};

AP_MUST_CHECK int steps_init(struct steps *s, const struct engine_crew *crew);
void steps_finish(struct steps *s);

/* Is this a kind that concerns one market alone? */
bool steps_is_kind(int kind);
/* ev is of such a kind and m its market. Without a crew the step's error. */
AP_MUST_CHECK int steps_event(struct engine *e, struct market *m, const struct event *ev);
/* A tick at the engine's time. */
void steps_tick(struct engine *e);
/* Does what was collected. */
void steps_settle(struct engine *e);

#endif
