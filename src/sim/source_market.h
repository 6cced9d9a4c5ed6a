/* What the files of the market source share: the model, the venue it speaks as, who listens to what. */
#ifndef SIM_SOURCE_MARKET_H
#define SIM_SOURCE_MARKET_H

#include "sim/bars.h"
#include "sim/dialect.h"
#include "sim/source.h"
#include "sim/window.h"

#define TOPIC_SLOTS WINDOWS_MAX

struct pending_force {
    struct market_liquidation latest;
    bool is_there;
    int64_t told_ms;
};

struct source_market {
    struct source base;
    const struct dialect *dialect; /* borrowed */
    struct market *market;         /* owned */
    struct listing listings[MARKET_INSTRUMENTS];
    char lower[MARKET_INSTRUMENTS][SYMBOL_MAX];
    double speed;
    bool waits, is_running;
    bool is_paused;
    bool pauses;           /* behind the next step, when every book has told all */
    int64_t settled_at_ns; /* when a waiting market may start; 0: no book subscribed yet */
    int64_t start_ms;      /* wall time of market time 0 */
    int64_t origin_ns;     /* monotonic time of `origin_step` */
    int64_t origin_step, step;
    struct pending_force force[MARKET_INSTRUMENTS];
    int watchers[STREAM_KINDS][MARKET_INSTRUMENTS + 1][TOPIC_SLOTS];
    struct window windows[MARKET_INSTRUMENTS][WINDOWS_MAX];
    struct figures told[MARKET_INSTRUMENTS]; /* of tickers */
    struct bars bars[MARKET_INSTRUMENTS];
    struct buf out, all_marks;
    struct market_level *rows; /* owned: of both sides, for windows and snapshots; ROWS_MAX each */
    struct price_level *levels;
    uv_timer_t timer;
    uv_idle_t idle;
};
#define ROWS_MAX 65536

/* E: what the market says, or the wall when the timer was late; but of a market in another time than ours only its own. */
int64_t market_event_ms(const struct source_market *s);
/* Wall time of market time 0, as the venue's clock has it. */
int64_t market_start_ms(const struct source_market *s);
void market_figures(const struct source_market *s, int instrument, struct figures *ret);

/* market_tell.c */
uint32_t market_topic(enum stream_kind kind, int instrument, int slot);
AP_MUST_CHECK int market_tell_step(struct source_market *s);
void market_watch(struct source_market *s, uint32_t topic, int delta);
void market_greet(struct source_market *s, struct listener *l, uint32_t topic);
/* The best levels of both sides as the venue tells them; in s->levels, asks from ROWS_MAX on. */
void market_levels(struct source_market *s, int instrument, size_t limit, size_t ret_n[2]);

/* market_rest.c */
int market_rest(struct source_market *s, const struct rest_request *r, struct buf *out);

#endif
