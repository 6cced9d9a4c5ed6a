/* What the engine knows of one instrument. Private to the engine. */
#ifndef ALPHAPLUS_ENGINE_MARKET_H
#define ALPHAPLUS_ENGINE_MARKET_H

#include "digest.h"
#include "liqs.h"

#include <alphaplus/analytics/measure.h>
#include <alphaplus/analytics/params.h>
#include <alphaplus/book/sync.h>
#include <alphaplus/model/publication.h>
#include <alphaplus/model/result.h>

struct detail;
struct flow;
struct heat;
struct price_line;
struct wall_change;

#define MARKET_MARKS 2048 /* sweeps and liquidations kept for the heatmap */

/* A trade sweep or a liquidation worth a mark. */
struct market_mark {
    int64_t time_ns;
    int64_t px;
    double usd;
    uint16_t kind; /* enum heat_mark_kind */
};

/* What all markets of an engine share. */
struct market_env {
    struct params params;
    const struct measure_worker *worker; /* borrowed; may be NULL */
};

struct market {
    const struct market_env *env; /* borrowed */
    uint32_t index;               /* in the engine and the publication */
    uint32_t feed;                /* index of its venue's feed_view; VENUE_MAX: there was no room for it */
    char name[INSTRUMENT_NAME_MAX];
    struct market_view
        view; /* always current but for metrics and walls' minutes, which market_refresh brings */
    struct sync sync;
    struct measures *measures; /* owned */
    struct flow *flow;         /* owned */
    struct heat *heat;         /* owned */
    struct liqs liqs;          /* owned parts */
    struct tape_item sweep;    /* the newest one, still growing */
    bool has_sweep;
    bool is_measured; /* measures saw a book with two sides, and were not told since that it is lost */
    bool is_heard;    /* the connection of trades and marks showed life since events were last missed */
    bool is_dirty;
    bool is_declared; /* by an INSTRUMENT event of this session */
    struct splice {
        int64_t
            reach; /* from the touch to the nearer border of the known book, when it was last known anew */
        int64_t wish_ns; /* when a snapshot was last wished for */
        int64_t wait_ns; /* until the next wish: longer each time that none came */
    } splice;
    double told_mark;    /* what the portfolio was told last */
    struct digest chain; /* of every second so far */
    struct market_mark marks[MARKET_MARKS];
    uint64_t mark_head;
    uint64_t sweep_mark; /* 1 + index of the sweep's own mark; 0: too small for one so far */
};

AP_MUST_CHECK int market_create(const struct market_env *env, const struct instrument *in, uint32_t index,
                                struct market **ret_market);
void market_destroy(struct market *m);
/* A new version of the instrument: what is unchanged stays; another tick or other decimals rebuild book, measures and histories.
 * On error nothing changed. */
AP_MUST_CHECK int market_change(struct market *m, const struct instrument *in);

/* Book events; see enum sync_result. on_book as in engine_hooks. */
struct market_book_hook {
    void (*on_book)(void *user, const struct instrument *in, const struct book *book, const struct event *ev);
    void *user;
};
AP_MUST_CHECK int market_depth(struct market *m, const struct event *ev, const struct market_book_hook *hook);
void market_trade(struct market *m, const struct event *ev, struct trail *tape);
void market_quote(struct market *m, const struct event *ev);
void market_mark(struct market *m, const struct event *ev);
void market_open_interest(struct market *m, const struct event *ev);
double market_mark_price(const struct market *m); /* 0: not known */
/* Fills *ret_item for the trail. */
void market_liquidation(struct market *m, const struct event *ev, struct liq_item *ret_item);
/* Book updates are missing before this point. */
void market_lose(struct market *m, int64_t now_ns);
/* Events beside the book's may be missing before this point. */
void market_miss(struct market *m, int64_t now_ns);
void market_tick(struct market *m, int64_t tick_ns,
                 void (*wall_changed)(void *user, const struct wall_change *change), void *user);
/* One more link of the chain: what was published in this second. */
void market_chain(struct market *m);
/* The book broke or healed. */
struct result market_break(const struct market *m, enum result_kind kind, enum gap_cause cause,
                           const char *text, int64_t time_ns, uint64_t seq);
/* What a note says of it. */
void market_wall_text(const struct market *m, const struct wall_change *change, char *text, size_t size);
/* Metrics and walls into the view. */
void market_refresh(struct market *m);
/* As bytes, and back into a fresh one of the same instrument; errors are l's. */
void market_save(struct market *m, struct buf *out);
void market_load(struct market *m, struct load *l);
/* Mark, index and what measures know, by kind, PRICE_LINES at the most; returns how many. */
int market_lines(const struct market *m, struct price_line *lines);
void market_detail(const struct market *m, struct detail *ret_detail);

#endif
