/* The event: what happened, as it goes through ring, journal and engine. A 72-byte header, then rows packed behind it.
 *
 * Kind numbers are permanent; a reader skips kinds that it does not know. Flat, pointer-free, 8-aligned, little-endian.
 * size is the first field, so an event is a record of base/ring.h. */
#ifndef ALPHAPLUS_MODEL_EVENT_H
#define ALPHAPLUS_MODEL_EVENT_H

#include <alphaplus/base/err.h>
#include <alphaplus/model/instrument.h>
#include <stddef.h>
#include <stdint.h>

/* number, NAME, text */
#define EVENT_KIND_LIST(X)                                                                                   \
    X(1, SESSION, "session begins")            /* struct session_row */                                      \
    X(2, CLOCK_STEP, "wall clock stepped")     /* struct count_row: value = ns stepped */                    \
    X(3, INSTRUMENT, "instrument")             /* struct instrument */                                       \
    X(4, IDLE, "time passes")                  /* nothing */                                                 \
    X(5, GAP, "events lost before the engine") /* struct gap_row */                                          \
    X(6, FEED, "feed state")                   /* struct feed_row */                                         \
    X(7, POSITION, "own position")             /* struct position (model/position.h); qty 0 closes it */     \
    X(8, ACCOUNT, "own account")               /* struct account (model/position.h) */                       \
    X(9, TIERS, "margin tiers")                /* struct margin_tiers (model/position.h) */                  \
    X(10, PARAM, "parameter of the measures")  /* struct param_value_row */                                  \
    X(16, DEPTH_SNAPSHOT, "book snapshot")     /* struct depth_rows */                                       \
    X(17, DEPTH, "book update")                /* struct depth_rows */                                       \
    X(18, QUOTE, "best bid and ask")           /* struct quote_row */                                        \
    X(19, TRADE, "trade")                      /* struct trade_row */                                        \
    X(20, MARK, "mark, index, funding")        /* struct mark_row */                                         \
    X(21, LIQUIDATION, "liquidation")          /* struct liquidation_row */                                  \
    X(22, OPEN_INTEREST, "open interest")      /* struct count_row: value in qty units */

enum event_kind {
#define X(number, name, text) EVENT_##name = (number),
    EVENT_KIND_LIST(X)
#undef X
};

enum event_flag {
    EVENT_MORE = 1 << 0,     /* further parts of this snapshot follow; it is applied at its last */
    EVENT_CHECKSUM = 1 << 1, /* of a book after this event, whole in one piece: aux is event_checksum() */
    EVENT_WINDOW =
        1 << 2, /* the feed holds the best levels of each side only: beyond the worst, nothing is known */
};

struct event {
    uint32_t size; /* header, rows and padding; a multiple of 8 */
    uint16_t kind;
    uint16_t flags;
    uint32_t instrument; /* id within the session; 0: none */
    uint32_t version;    /* of the instrument */
    uint64_t seq;        /* from 1, +1 for every event of a journal */
    int64_t recv_ns;     /* never decreases */
    int64_t exch_ns;     /* the venue's own time; 0: none */
    uint64_t first_id, last_id, prev_id;
    uint64_t aux; /* kind-specific: 0 */
};

/* The CRC-32 that the venue gives for the book, and the decimals of its numbers; see book/sync.h. */
static inline uint64_t event_checksum(uint32_t crc, uint8_t price_decimals, uint8_t qty_decimals)
{
    return crc | (uint64_t)price_decimals << 32 | (uint64_t)qty_decimals << 40;
}

#define EVENT_SIZE_MAX (8u << 20)

enum side { SIDE_BID = 0, SIDE_ASK = 1 };                 /* of the book */
enum aggressor { AGGRESSOR_BUY = 0, AGGRESSOR_SELL = 1 }; /* of a trade */

struct level {
    int64_t px;
    int64_t qty; /* new absolute size; 0 removes the level */
};
/* bid_n bids, then ask_n asks, in the venue's order. */
struct depth_rows {
    uint32_t bid_n, ask_n;
    struct level levels[];
};
struct quote_row {
    int64_t bid_px, bid_qty, ask_px, ask_qty;
};
enum trade_flag { TRADE_NOT_MARKET = 1 << 0 /* insurance fund, ADL: no taker; kept out of flow measures */ };
struct trade_row {
    int64_t px, qty;
    uint8_t aggressor;
    uint8_t flags;
    uint8_t pad[6];
};
struct mark_row {
    int64_t mark, index;  /* instrument.mark_decimals; 0: not given */
    int64_t funding_rate; /* instrument.rate_decimals; positive: longs pay */
    int64_t next_funding_ns;
    int32_t has_funding;
    int32_t pad;
};
enum completeness {
    COMPLETENESS_UNKNOWN = 0,
    COMPLETENESS_FULL = 1,
    COMPLETENESS_SAMPLED = 2,
    COMPLETENESS_INFERRED = 3
};
enum position_side { POSITION_LONG = 0, POSITION_SHORT = 1 };
struct liquidation_row {
    int64_t px;       /* average fill; the bankruptcy price where is_bankruptcy */
    int64_t qty;      /* filled */
    int64_t order_px; /* limit of the forced order; 0: not given */
    uint8_t side;     /* enum position_side: whose position died */
    uint8_t completeness;
    uint8_t is_bankruptcy;
    uint8_t pad[5];
};
struct param_value_row {
    char id[48]; /* of analytics/params.h */
    double value;
};
struct count_row {
    int64_t value;
};

enum gap_cause {
    GAP_RING_FULL = 1,   /* the engine side could not keep up */
    GAP_JOURNAL_LAG = 2, /* the journal lost a span; the engine did not */
    GAP_BAD_FRAME = 3,   /* a frame could not be read */
    GAP_SEQUENCE = 4,    /* book ids did not follow (engine result) */
    GAP_CROSSED = 5,     /* book crossed (engine result) */
    GAP_DISCONNECT = 6,
    GAP_DISK = 7,
    GAP_CHECKSUM = 8, /* the book is not the venue's (engine result) */
    GAP_STREAM = 9,   /* trades and figures may be missing: a connection was lost that carries no book */
};
struct gap_row {
    uint32_t cause; /* enum gap_cause */
    int32_t error;  /* AP_E* or 0 */
    uint64_t lost;  /* events or frames; 0: not known */
    int64_t from_ns, to_ns;
    char text[64]; /* control bytes removed */
};

/* The truth of a feed, as its connection sees it; one a second while it changes, at once on a change of state. */
#define FEED_STATE_LIST(X)                                                                                   \
    X(0, NONE, "-")                                                                                          \
    X(1, CONNECTING, "CONNECTING")                                                                           \
    X(2, LIVE, "LIVE")                                                                                       \
    X(3, PARTIAL, "PARTIAL")                                                                                 \
    X(4, STALE, "STALE")                                                                                     \
    X(5, DOWN, "DOWN")                                                                                       \
    X(6, ENDED, "ENDED")
enum feed_state {
#define X(number, name, text) FEED_##name = (number),
    FEED_STATE_LIST(X)
#undef X
};
#define FEED_UNKNOWN_MAX 4
struct feed_unknown {
    char name[24]; /* control bytes removed */
    uint64_t count;
};
struct feed_row {
    uint8_t state;
    uint8_t pad[7];
    char venue[VENUE_NAME_MAX];
    uint64_t frames, bytes; /* since the session began */
    uint64_t bad_frames, unknown_frames;
    uint64_t reconnects, refused;       /* refused: events that found the ring full */
    uint32_t frames_per_s, bytes_per_s; /* over the last second */
    char reason[96];
    uint64_t rest_errors;             /* requests that failed */
    uint64_t rotations;               /* connections replaced before the venue would have ended them */
    uint64_t renewals;                /* streams subscribed anew because they were silent */
    uint64_t repeats;                 /* trades that were told twice, and left out */
    int64_t clock_ns, clock_error_ns; /* the venue's clock less ours, and how far off that may be at most */
    int64_t latency_p50_ns,
        latency_p99_ns; /* of late book updates: receipt less exch_ns, on the venue's clock */
    uint8_t has_clock, has_latency;
    uint8_t is_latency_raw; /* 1: the venue's clock is not known, and latencies are by ours */
    uint8_t pad2[5];
    struct feed_unknown unknown[FEED_UNKNOWN_MAX]; /* the commonest first; "" beyond the last */
};

struct session_row {
    char program[32]; /* "alphaplus 0.1.0" */
    char source[32];  /* "live", "demo", "import" */
    uint64_t libm_fingerprint;
    int64_t wall_ns;
};

static inline uint32_t event_size_for(size_t rows_bytes)
{
    return (uint32_t)((sizeof(struct event) + rows_bytes + 7) & ~(size_t)7);
}
static inline void *event_rows(struct event *ev)
{
    return ev + 1;
}
static inline const void *event_rows_const(const struct event *ev)
{
    return ev + 1;
}

const char *event_kind_name(int kind); /* "TRADE"; "?" */
const char *feed_state_name(int state);
const char *gap_cause_name(int cause);
/* Do size, kind, counts and enums fit each other and `avail` bytes? For events that come from a file or another process;
 * `ev` is 8-aligned. AP_ECORRUPT: no. AP_EUNKNOWN: the size is right but the kind is a later program's: skip it. */
AP_MUST_CHECK int event_check(const struct event *ev, size_t avail);

/* Where decoders put events: whole events, one behind the other. */
struct event_buf {
    uint8_t *data; /* borrowed; 8-aligned */
    size_t cap, used;
};
/* A zeroed header and rows_bytes behind it; NULL when there is no room. Counts once event_buf_push was called; another
 * event_buf_new before that replaces it. */
struct event *event_buf_new(struct event_buf *b, int kind, size_t rows_bytes);
void event_buf_push(struct event_buf *b, const struct event *ev);

#endif
