/* How a venue speaks: its paths, what clients say to it, its frames and its answers. One table and one file a venue
 * (dialect_<venue>.c); no sockets, no clock, no market in there.
 *
 * Frames and answers are appended to `out`, whose failure is sticky. event_ms is the time of speaking; times of the market
 * are told as start_ms + time_ms. */
#ifndef SIM_DIALECT_H
#define SIM_DIALECT_H

#include "sim/hub.h"
#include "sim/listing.h"
#include "sim/rest.h"

#define WINDOWS_MAX 12
#define BARS_MAX    1500

/* A stream of the best levels of each side. */
struct window_spec {
    int levels; /* a side; 0: beyond the last of the table */
    int period_ms;
    bool is_whole;  /* all of it each time; else what changed, behind a snapshot */
    bool on_change; /* said only when there is news */
    int again_ms;   /* and if not for so long, said again; 0: never */
};
struct window_news {
    const struct window_spec *spec;
    bool is_snapshot;
    uint64_t id, prev_id; /* of the market's updates, now and when it last spoke */
    uint64_t count; /* times it has spoken, this one included; a snapshot for one client does not count */
    int64_t time_ms;
    const struct price_level *rows[2]; /* bids and asks, best first; of changes size 0: gone */
    size_t n[2];
    const struct price_level *all[2]; /* as it stands now */
    size_t all_n[2];
};
/* What a market has besides its book. */
struct figures {
    struct market_mark mark;
    int64_t open_interest; /* lots */
    struct market_quote quote;
};
struct bar {
    int64_t open_ms;
    int32_t open, high, low, close; /* ticks */
    uint64_t lots, buy_lots, trades;
};

struct rest_limit {
    int weight, window_s; /* so much in so long */
    int status;           /* of what is refused */
    int ban_after;        /* refusals in a row until 418; 0: never */
};

struct dialect {
    const char *venue;
    void (*list)(const struct market_spec *spec, struct listing *ret_listing);

    /* Whether a socket may be opened there: sets its route and envelope, and what is left of the path. */
    bool (*open)(const char *path, struct listener *l, const char **ret_rest);
    /* Anything is a stream name; what cannot be one is STREAM_OTHER. */
    void (*stream)(const char *name, size_t n, struct stream *ret_stream);
    /* Does what a client's message says and queues the answer. An error ends the connection. */
    int (*handle)(struct listener *l, const char *text, size_t n);
    /* How the bids of a frame begin, and what lies between a price and its size: for faults. */
    const char *bids_open, *size_open;

    struct window_spec windows[WINDOWS_MAX];
    uint64_t ids_from; /* ids of windows count their words from here; 0: they are the market's */
    void (*depth)(struct buf *out, const struct listing *in, int64_t event_ms, int64_t start_ms,
                  const struct market_depth *d);
    void (*window)(struct buf *out, const struct listing *in, int64_t event_ms, int64_t start_ms,
                   const struct window_news *w);
    void (*quote)(struct buf *out, const struct listing *in, int64_t event_ms, int64_t start_ms,
                  const struct market_quote *q);
    void (*trade)(struct buf *out, const struct listing *in, int64_t event_ms, int64_t start_ms,
                  const struct market_trade *t);
    void (*agg)(struct buf *out, const struct listing *in, int64_t event_ms, int64_t start_ms,
                const struct market_agg *t);
    void (*force)(struct buf *out, const struct listing *in, int64_t event_ms, int64_t start_ms,
                  const struct market_liquidation *l);
    /* MARK, INDEX, FUNDING, OPEN_INTEREST or TICKER; `before` as it was told last, NULL: all is news. */
    void (*figure)(struct buf *out, const struct listing *in, int64_t event_ms, enum stream_kind kind,
                   const struct figures *now, const struct figures *before);
    int ticker_ms;          /* between two that have news */
    bool is_forced_sampled; /* one liquidation a second and instrument is told, the latest */

    const struct rest_route *routes; /* ends with path NULL */
    int (*post)(const char *path, const char *body, size_t n, struct rest_request *ret_request); /* or NULL */
    int (*depth_weight)(int limit); /* AP_EINVAL: no such depth */
    int depth_default;
    int book_window; /* the window whose last word is the book that REST gives; -1: the market's */
    struct rest_limit limit;
    bool tells_weight; /* in a header */
    /* NULL: the venue has no such thing. */
    void (*time)(struct buf *out, int64_t now_ms);
    void (*instruments)(struct buf *out, const struct listing *list, size_t n, int64_t now_ms);
    void (*book)(struct buf *out, const struct listing *in, uint64_t id, int64_t event_ms, int64_t time_ms,
                 const struct price_level *bids, size_t bid_n, const struct price_level *asks, size_t ask_n);
    void (*open_interest)(struct buf *out, const struct listing *in, int64_t lots, int64_t now_ms);
    void (*premium)(struct buf *out, const struct listing *in, int64_t now_ms, const struct figures *f);
    bool premium_is_list; /* of one instrument too */
    void (*bars)(struct buf *out, const struct listing *in, int64_t now_ms, int64_t bar_ms,
                 const struct bar *bars, size_t n); /* oldest first; the last is not finished */
    void (*funding_info)(struct buf *out, const struct listing *list, size_t n);
    void (*error)(struct buf *out, int code, const char *message);

    int messages_a_second; /* that a client may send; 0: any */
    int ping_ms, pong_ms;  /* between pings, and how long an answer may take; 0: it does not ping */
    int idle_ms;           /* a socket without a word for so long is closed; 0: never */
};

const struct dialect *dialect_find(const char *venue); /* NULL: none; venue NULL: the first */
const struct dialect *dialect_at(size_t index);        /* NULL beyond the end */

extern const struct dialect dialect_binance, dialect_binance_spot, dialect_binance_coinm, dialect_bybit,
    dialect_okx, dialect_hyperliquid;

/* What all dialects of JSON requests need: a text's copy, "" when it is too long. */
void dialect_text(char *buf, size_t size, const char *text, size_t n);
/* Sends one message. */
void dialect_say(struct listener *l, const struct buf *out);

#endif
