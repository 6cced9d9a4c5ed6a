/* The engine's parts, for its own files. */
#ifndef ALPHAPLUS_ENGINE_ENGINE_IMPL_H
#define ALPHAPLUS_ENGINE_ENGINE_IMPL_H

#include "digest.h"
#include "market.h"
#include "steps.h"

#include <alphaplus/engine/engine.h>
#include <alphaplus/risk/portfolio.h>

#define RESULTS_KEPT 256

struct engine {
    struct publication *pub; /* borrowed */
    struct engine_hooks hooks;
    struct market_env env;
    struct market *markets[INSTRUMENT_MAX]; /* owned */
    uint32_t order[INSTRUMENT_MAX];         /* of markets in a tick: those of one asset together */
    uint32_t asset[INSTRUMENT_MAX];         /* the first market of the same base */
    bool is_heard[INSTRUMENT_MAX];          /* its liquidations are being watched, as played so far */
    struct steps steps;
    struct market *by_id[INSTRUMENT_MAX + 1]; /* borrowed; [0] stays NULL */
    struct head_view head;                    /* risk, totals and digests are brought by engine_head */
    struct portfolio *portfolio;              /* owned */
    struct liqs liqs;                         /* owned parts: all markets */
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

/* One event that concerns more than one market; counts what nobody knows. Steps before it are done. */
AP_MUST_CHECK int engine_dispatch(struct engine *e, const struct event *ev);
void engine_note(struct engine *e, const struct market *m, enum note_kind kind, const char *text);
void engine_note_at(struct engine *e, const struct market *m, enum note_kind kind, const char *text,
                    int64_t time_ns, uint64_t seq);
void engine_add_result(struct engine *e, const struct result *r);
/* A book broke or healed: a result and a note. */
void engine_report_break(struct engine *e, const struct market *m, const struct result *r);
/* When a market came. */
void engine_order_markets(struct engine *e);
/* All of a session, set up or given back. */
AP_MUST_CHECK int engine_begin_session(struct engine *e);
void engine_end_session(struct engine *e);

#endif
