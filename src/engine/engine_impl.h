/* The engine's parts, for its own files. */
#ifndef ALPHAPLUS_ENGINE_ENGINE_IMPL_H
#define ALPHAPLUS_ENGINE_ENGINE_IMPL_H

#include "digest.h"
#include "market.h"

#include <alphaplus/engine/engine.h>
#include <alphaplus/risk/portfolio.h>

#define RESULTS_KEPT 256

struct engine {
    struct publication *pub; /* borrowed */
    struct engine_hooks hooks;
    struct market_env env;
    struct market *markets[INSTRUMENT_MAX];   /* owned */
    struct market *by_id[INSTRUMENT_MAX + 1]; /* borrowed; [0] stays NULL */
    struct head_view head;                    /* risk, totals and digests are brought by engine_head */
    struct portfolio *portfolio;              /* owned */
    struct liqs liqs;                         /* owned parts: all markets */
    struct digest chain;                      /* of every second so far */
    int64_t tick_ns;                          /* next tick; 0 before the first event */
    struct {
        struct result items[RESULTS_KEPT];
        uint64_t head, tail;
    } results;
    uint64_t picture_request[VIEWER_MAX]; /* board version answered last */
    int64_t picture_ns[VIEWER_MAX];
    uint64_t skipped; /* events of unknown kind or instrument */
    bool is_head_dirty;
    bool is_risk_dirty; /* head.risk is behind the portfolio */
};

/* NULL: no instrument, or one that was not declared. */
static inline struct market *engine_market_of(const struct engine *e, const struct event *ev)
{
    return ev->instrument <= INSTRUMENT_MAX ? e->by_id[ev->instrument] : NULL;
}

/* One event to who knows its kind; counts what nobody does. */
AP_MUST_CHECK int engine_dispatch(struct engine *e, const struct event *ev);
void engine_note(struct engine *e, const struct market *m, enum note_kind kind, const char *text);
void engine_add_result(struct engine *e, const struct result *r);
/* Tells the portfolio when the mark changed or went. */
void engine_tell_mark(struct engine *e, struct market *m);
/* All of a session, set up or given back. */
AP_MUST_CHECK int engine_begin_session(struct engine *e);
void engine_end_session(struct engine *e);

#endif
