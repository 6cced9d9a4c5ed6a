/* What is published: plain structs, no pointers, a valid state for each figure. Written by the engine alone. Readers (screen,
 * --json, another process) get copies through model/publication.h. */
#ifndef ALPHAPLUS_MODEL_VIEW_H
#define ALPHAPLUS_MODEL_VIEW_H

#include <alphaplus/model/event.h>
#include <alphaplus/model/instrument.h>
#include <alphaplus/model/metric.h>
#include <alphaplus/model/position.h>
#include <stdbool.h>
#include <stdint.h>

#define VENUE_MAX     8
#define LIQ_WINDOWS   3 /* 1 m, 15 m, 1 h */
#define WALL_VIEW_MAX 8

#define BOOK_STATE_LIST(X)                                                                                   \
    X(0, EMPTY, "NO BOOK")   /* nothing known yet */                                                         \
    X(1, SYNCING, "SYNCING") /* waiting for the first snapshot */                                            \
    X(2, TRUE, "TRUE")                                                                                       \
    X(3, GAP, "GAP, RESYNCING") /* was true; ids broke or it crossed; a snapshot is on its way */
enum book_state {
#define X(number, name, text) BOOK_##name = (number),
    BOOK_STATE_LIST(X)
#undef X
};
const char *book_state_name(int state);

struct feed_view {
    struct feed_row row;
    int64_t since_ns; /* in this state */
    int64_t last_ns;  /* last event of this venue */
};

struct wall_view {
    int64_t px, qty;
    int64_t born_ns;
    double z, share;        /* robust z of log size; share of the window's size */
    double absorb_minutes;  /* of taker volume on that side; 0: unknown */
    int64_t largest;        /* size it ever had */
    int64_t filled, pulled; /* what went of it: traded at its price, and not */
    double pull_rate;       /* of past walls of such a size, the part that was pulled; < 0: not known */
    uint32_t refills;       /* times it grew again after trades */
    uint32_t approaches;    /* times the touch came near */
    uint8_t side;           /* enum side */
    uint8_t pad[7];
};

/* Sums of liquidations in one window; both sides, never netted. USD (quote currency). */
struct liq_total {
    int64_t window_ns;
    int64_t covered_ns; /* how much of the window was watched */
    double long_usd, short_usd;
    double max_usd;
    int64_t max_ns;
    uint32_t count;
    uint8_t completeness; /* the worst among the feeds in it: enum completeness */
    uint8_t pad[3];
};

/* One instrument. Prices and sizes are integers of `inst`; 0 where has_* / a state says that there is none. */
struct market_view {
    struct instrument inst;
    uint64_t seq;       /* last event that this covers */
    int64_t time_ns;    /* engine time */
    uint8_t book_state; /* enum book_state */
    uint8_t has_touch, has_last, has_mark, has_funding, has_oi, last_side, has_day_open;
    int64_t book_since_ns; /* in this state */
    int64_t last_depth_ns, last_exch_ns;
    uint64_t gaps, resyncs, crossed, depth_events, level_updates, trades;
    uint64_t checksums, mismatches; /* books held to the venue's checksum; of these, wrong */
    int64_t known_lo, known_hi;     /* book known between these; both 0: not known */
    uint32_t bid_levels, ask_levels;
    int64_t bid_px, bid_qty, ask_px, ask_qty;
    int64_t last_px, last_qty, last_trade_ns;
    int64_t mark, index, funding_rate, next_funding_ns, mark_ns;
    int64_t open_interest, open_interest_ns;
    int64_t day_open_px, day_open_ns; /* first trade seen this UTC day */
    int64_t latency_ns; /* host: recv - exch of the last depth event; may be negative when clocks differ */
    struct liq_total liq[LIQ_WINDOWS];
    uint32_t wall_n;
    uint32_t pad2;
    struct wall_view walls[WALL_VIEW_MAX]; /* largest first */
    struct metric_value metrics[METRIC_MAX];
};

struct position_view {
    struct position pos;
    uint8_t has_mark, has_liq, has_tiers; /* has_liq 0 with tiers: no liquidation price at any P > 0 */
    uint8_t pad[5];
    double mark, notional, leverage, upnl, maintenance;
    double liq;          /* price */
    double distance_pct; /* signed as the price must move: (liq / mark - 1) * 100 */
};
struct account_view {
    struct account acc;
    double equity, upnl, maintenance;
    double margin_ratio; /* maintenance / equity */
    uint8_t is_known;    /* every position of it has mark and tiers */
    uint8_t pad[7];
};
struct risk_view {
    uint32_t account_n, position_n;
    int32_t first_to_die; /* index of positions, -1: none */
    uint32_t pad;
    struct account_view accounts[ACCOUNT_MAX];
    struct position_view positions[POSITION_MAX];
};

/* The session as a whole. */
struct head_view {
    uint64_t seq;
    int64_t time_ns, session_ns;
    uint64_t digest_exact; /* integers only: always comparable */
    uint64_t digest_all;   /* doubles too: same engine, parameters and libm */
    char source[32];
    uint32_t market_n, feed_n;
    uint64_t lost; /* events that gap records say are missing */
    struct feed_view feeds[VENUE_MAX];
    struct liq_total liq[LIQ_WINDOWS]; /* all markets */
    struct risk_view risk;
};

/* Trail items. */
struct tape_item { /* a taker sweep: same side, same exchange ms */
    int64_t recv_ns, exch_ns;
    int64_t px;       /* last price touched */
    int64_t first_px; /* first */
    int64_t qty;
    double usd;
    uint32_t instrument; /* market index */
    uint32_t prints;
    uint8_t aggressor;
    uint8_t flags; /* enum trade_flag */
    uint8_t pad[6];
};
struct liq_item {
    int64_t recv_ns, exch_ns;
    int64_t px, qty;
    double usd;
    double distance_pct; /* px against mark (or mid); 0 with has_distance 0 */
    uint32_t instrument; /* market index */
    uint8_t side;        /* enum position_side: who died */
    uint8_t completeness;
    uint8_t is_bankruptcy;
    uint8_t has_distance;
};
enum note_kind {
    NOTE_GAP = 1,
    NOTE_RESYNC,
    NOTE_FEED,
    NOTE_WALL_BORN,
    NOTE_WALL_GONE,
    NOTE_LOST,
    NOTE_BIG_LIQ,
    NOTE_CLOCK
};
struct note_item {
    int64_t time_ns;
    uint64_t seq;
    uint32_t instrument; /* market index; UINT32_MAX: none */
    uint16_t kind;       /* enum note_kind */
    uint16_t pad;
    char text[104];
};

/* Pictures: computed only while somebody asks. */
#define LADDER_ROWS_MAX 128
#define HEAT_COLS_MAX   256
#define HEAT_ROWS_MAX   256 /* heat pixels: two a ladder row */
#define HEAT_MARKS_MAX  512

struct view_request {
    uint64_t id;     /* rises with each change; 0: nothing wanted */
    uint32_t market; /* index */
    uint32_t rows;   /* ladder rows; 2 heat pixels each */
    int64_t top_px;  /* label of the top row, a multiple of group; see ladder_row.px */
    int64_t group;   /* price units a row; even multiples give exact half rows */
    uint32_t heat_cols;
    uint32_t pad;
    int64_t column_ns; /* multiple of one second */
    double mark_usd;   /* trades at or above are marked in the heatmap */
};
enum ladder_flag {
    LADDER_KNOWN_BID = 1 << 0, /* the whole row lies in the known depth of that side */
    LADDER_KNOWN_ASK = 1 << 1,
    LADDER_PART_KNOWN = 1 << 2, /* some of it: a lower bound */
    LADDER_WALL = 1 << 3,
    LADDER_BEST_BID = 1 << 4,
    LADDER_BEST_ASK = 1 << 5,
    LADDER_LAST = 1 << 6,
    LADDER_VWAP = 1 << 7,
    LADDER_OWN_LIQ = 1 << 8,
    LADDER_OWN_ENTRY = 1 << 9,
    LADDER_OWN_STOP = 1 << 10,
    LADDER_MARK = 1 << 11,
    LADDER_POC = 1 << 12,
    LADDER_NO_FLOW = 1 << 13, /* deltas and volume are not kept at this grouping or price */
    LADDER_INDEX = 1 << 14,
    LADDER_DAY_OPEN = 1 << 15,
    LADDER_WEEK_OPEN = 1 << 16,
    LADDER_PREV_HIGH = 1 << 17,
    LADDER_PREV_LOW = 1 << 18,
};
/* Row i has the label px = top_px - i * group. Bids floor to it: [px, px + group); asks ceil: (px - group, px]. Heat pixels of the
 * row: [px, px + group / 2) above, [px - group / 2, px) below. */
struct ladder_row {
    int64_t px;
    int64_t bid_qty, ask_qty;
    int64_t bid_delta, ask_delta; /* 15 s: added minus pulled, executions excluded */
    int64_t volume;               /* traded here in the last 8 minutes, both sides */
    double cum_usd;               /* from the touch to here, this side */
    uint32_t flags;               /* enum ladder_flag */
    uint32_t pad;
};
enum heat_mark_kind { HEAT_BUY = 1, HEAT_SELL = 2, HEAT_LIQ_LONG = 3, HEAT_LIQ_SHORT = 4 };
struct heat_mark {
    uint16_t col, row; /* heat pixel */
    uint16_t kind;
    uint16_t pad;
    float usd;
};
#define HEAT_UNKNOWN 0 /* shade codes: not known */
#define HEAT_ZERO    1 /* known to be empty */
/* 2..255: qty = HEAT_UNIT * HEAT_BASE^(code - 2), in base units of the instrument (double) */
#define HEAT_UNIT 1e-4
#define HEAT_BASE 1.1
struct picture {
    struct view_request request; /* what this answers */
    uint64_t seq;
    int64_t time_ns;
    uint32_t row_n, col_n;
    int64_t bid_px, ask_px, last_px;         /* at the moment of the picture; 0: none */
    struct ladder_row rows[LADDER_ROWS_MAX]; /* top (dearest) first */
    /* heat: column 0 is the oldest, col_n - 1 the current one */
    int64_t col_start_ns;                       /* begin of column 0 */
    uint8_t heat[HEAT_COLS_MAX][HEAT_ROWS_MAX]; /* [col][pixel], pixel 0 on top; 2 * row_n pixels */
    int16_t trace[HEAT_COLS_MAX];               /* pixel of the mid; -1: outside or none */
    float volume[HEAT_COLS_MAX];                /* traded USD */
    float cvd[HEAT_COLS_MAX];                   /* signed, cumulative, USD */
    uint8_t has_column[HEAT_COLS_MAX];
    uint8_t shade_lo,
        shade_hi; /* codes of p60 and p99 of what is known in the last 30 minutes at this grouping; 0: none */
    uint8_t pad3[2];
    uint32_t mark_n;
    struct heat_mark marks[HEAT_MARKS_MAX];
};

/* About this machine; outside the digest. Written by the app beside the engine's boards. */
struct host_view {
    uint64_t events, events_per_s;
    uint64_t ring_used, ring_size, ring_refused;
    int64_t decode_p50_ns, decode_p99_ns, apply_p50_ns, apply_p99_ns, apply_max_ns, publish_p50_ns,
        publish_p99_ns, publish_max_ns;
    uint64_t resident_bytes;
    uint8_t journal_state; /* enum journal_state */
    uint8_t pad[7];
    uint64_t journal_bytes, journal_events, journal_lag_bytes, journal_lost;
    int64_t journal_commit_ns; /* time of the last commit */
    char journal_path[160];
    char journal_text[96];
};
#define JOURNAL_STATE_LIST(X)                                                                                \
    X(0, OFF, "OFF") X(1, RECORDING, "REC") X(2, LAGGING, "REC LAG") X(3, STOPPED, "REC STOPPED")
enum journal_state {
#define X(number, name, text) JOURNAL_##name = (number),
    JOURNAL_STATE_LIST(X)
#undef X
};
const char *journal_state_name(int state);

/* What a row of the registry that is about this machine says; NO_DATA for others, or without a view. */
struct metric_value host_metric(const struct metric_row *row, const struct host_view *h);

#endif
