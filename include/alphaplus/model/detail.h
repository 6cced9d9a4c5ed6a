/* What one market shows beyond single figures: walls with their lives, clusters, profile, footprint, estimated levels. Plain structs,
 * no pointers. Made when somebody asks, and for --json; not part of the digest each second. Each part says by its count that there is
 * nothing. Prices and sizes are integers of the instrument. */
#ifndef ALPHAPLUS_MODEL_DETAIL_H
#define ALPHAPLUS_MODEL_DETAIL_H

#include <alphaplus/model/bar.h>
#include <alphaplus/model/instrument.h>
#include <alphaplus/model/metric.h>
#include <stdint.h>

/* A sweep that is large for this instrument. */
struct large_trade {
    int64_t time_ns;
    int64_t px; /* last touched */
    double usd;
    double rank; /* share of its sweeps that were smaller */
    uint32_t prints;
    uint8_t side;   /* enum aggressor */
    uint8_t is_ref; /* judged by the reference: not enough of its own sweeps yet */
    uint8_t pad[2];
};
#define LARGE_TRADES_MAX 32

/* Base units bought and sold by takers: row i holds prices [low + i * bucket, low + (i + 1) * bucket). */
#define PROFILE_ROWS_MAX 128
struct profile_view {
    int64_t begun_ns; /* of the first trade in it */
    int64_t bucket, low;
    uint32_t n;
    uint32_t poc, value_low, value_high; /* rows: most volume; the run that holds 70 % */
    double buy[PROFILE_ROWS_MAX], sell[PROFILE_ROWS_MAX];
};
#define FOOTPRINT_BARS 32
#define FOOTPRINT_ROWS 48
struct footprint_view { /* of one minute */
    int64_t start_ns;
    int64_t bucket, low;
    uint32_t n;
    uint32_t pad;
    double buy[FOOTPRINT_ROWS], sell[FOOTPRINT_ROWS];
};

/* Lines of ladder, heatmap and chart. X(NAME, text, letter) */
#define PRICE_LINE_LIST(X)                                                                                   \
    X(MARK, "mark", 'M')                                                                                     \
    X(INDEX, "index", 'I')                                                                                   \
    X(VWAP, "VWAP of the day", 'V')                                                                          \
    X(DAY_OPEN, "open of the day", 'O')                                                                      \
    X(WEEK_OPEN, "open of the week", 'W')                                                                    \
    X(PREV_HIGH, "high of the day before", 'H')                                                              \
    X(PREV_LOW, "low of the day before", 'B')                                                                \
    X(POC, "point of control of the day", 'P')
enum price_line_kind {
#define X(name, text, letter) LINE_##name,
    PRICE_LINE_LIST(X)
#undef X
        PRICE_LINES
};
struct price_line {
    double price;     /* quote currency */
    uint8_t kind;     /* enum price_line_kind */
    uint8_t is_bound; /* of what was seen, which was not all */
    uint8_t pad[6];
};

/* The markets of one base asset. */
#define ASSET_DETAIL_MAX 16
struct asset_detail_part {
    char name[INSTRUMENT_NAME_MAX];
    double mid;    /* quote currency; 0: the book is not true */
    double oi_usd; /* 0: not known */
    struct metric_value bid_10, ask_10, cvd_day, cvd_60;
    uint8_t kind; /* enum instrument_kind */
    uint8_t is_true;
    uint8_t pad[6];
};
struct asset_detail {
    uint32_t n, pad;
    struct asset_detail_part parts[ASSET_DETAIL_MAX];
};

/* A liquidation, and what it did: 5 s long. */
struct liq_impact {
    int64_t time_ns, px;
    double usd;
    double distance_pct; /* price over mark (or mid), where has_distance */
    double move_bps;     /* of the mid, the way it pushed; this and the next two where has_impact */
    double eaten;        /* share of the 10-bps depth that was gone at worst */
    double score;        /* 0..100 */
    uint8_t side;        /* enum position_side: who died */
    uint8_t completeness;
    uint8_t has_distance, has_impact;
    uint8_t pad[4];
};
#define LIQ_IMPACTS_MAX 32

/* Liquidations close in time and price. */
struct liq_cluster {
    int64_t start_ns, end_ns;
    int64_t px_low, px_high;
    double usd, long_usd;
    uint32_t count;
    uint8_t is_ref; /* judged by the reference, not by the instrument's own history yet */
    uint8_t pad[3];
};
#define LIQ_CLUSTERS_MAX 16

/* Estimated levels: row i holds prices [low + i * width, low + (i + 1) * width), in price units of the quote currency. A model's guess of
 * positions that nobody publishes. */
#define LIQ_MAP_BINS 256
struct liq_map_view {
    double low, width; /* prices */
    uint32_t n;
    uint8_t is_proven; /* its back-test holds: lift >= the limit with its error */
    uint8_t has_lift;
    uint8_t pad[2];
    double lift, lift_se;
    double long_usd[LIQ_MAP_BINS], long_se[LIQ_MAP_BINS];
    double short_usd[LIQ_MAP_BINS], short_se[LIQ_MAP_BINS];
};

#define ORDER_CLUSTERS_MAX 16
struct order_cluster_view { /* large levels close together */
    int64_t lo, hi, qty;
    double vwap, share; /* share of the size of the levels looked at, this side */
    uint32_t levels;
    uint8_t side; /* enum side */
    uint8_t pad[3];
};
#define EPISODES_MAX 16
struct episode_view { /* a large level that came and went untraded: an indication, no proof of intent */
    int64_t px, qty;  /* qty: the most it had */
    int64_t born_ns, gone_ns;
    double score; /* 0..100 */
    uint8_t side;
    uint8_t evidence; /* enum wall_evidence of analytics/wall.h */
    uint8_t pad[6];
};
#define REFILLS_MAX 16
struct refill_view { /* a price that is filled again as it is eaten: an indication of an iceberg */
    int64_t px, last_ns;
    int64_t peak;  /* shown at a time */
    double hidden; /* size units traded beyond what was shown */
    uint32_t count;
    uint8_t side;
    uint8_t pad[3];
};
#define COST_SIZES 6
struct cost_view { /* a market order of this value */
    double usd, filled_usd;
    double vwap, worst;
    double bps;       /* of the VWAP against the mid */
    uint8_t is_sell;  /* else a buy */
    uint8_t is_bound; /* the known book cannot fill it: costs more than this */
    uint8_t pad[6];
};

/* What lies behind the figures of order flow. */
#define FLOW_LEVELS 10
#define FLOW_STEPS_LIST                                                                                      \
    {                                                                                                        \
        1, 5, 10, 100                                                                                        \
    } /* orders after one, of hasbrouck_bps */
#define FLOW_STEPS 4
struct flow_view {
    uint32_t level_n;                       /* 0: not known yet */
    uint32_t hasbrouck_n;                   /* orders of the fit; 0: none */
    double level_ofi[FLOW_LEVELS];          /* of 10 s, in mean sizes of a level, best level first */
    double level_weight[FLOW_LEVELS];       /* of the first component */
    double vpin_bucket, vpin_fast_bucket;   /* base units; 0: not known */
    uint64_t vpin_closed, vpin_fast_closed; /* buckets ever */
    double hasbrouck_bps[FLOW_STEPS];       /* cumulated response of the mid */
    double large_usd; /* from here on an order may be one that resilience is measured after; 0: not known */
    uint32_t depth_n, depth_open, spread_n,
        spread_open; /* recoveries watched, and those not seen to the end */
};

#define DETAIL_BARS 10

struct detail {
    uint64_t seq;
    int64_t time_ns;
    struct asset_detail asset;
    uint32_t line_n, pad_lines;
    struct price_line lines[PRICE_LINES];
    uint32_t bar_n, pad_bars; /* minutes, newest first: the running one, then closed ones */
    struct bar bars[DETAIL_BARS];
    uint32_t large_n, footprint_n; /* newest first */
    struct large_trade large[LARGE_TRADES_MAX];
    struct profile_view profile_day, profile_session;
    struct footprint_view footprints[FOOTPRINT_BARS];
    uint32_t order_cluster_n, episode_n, refill_n, pad_refills; /* episodes: newest first */
    struct order_cluster_view order_clusters[ORDER_CLUSTERS_MAX];
    struct episode_view episodes[EPISODES_MAX];
    struct refill_view refills[REFILLS_MAX];
    uint32_t cost_n, pad_costs;
    struct cost_view costs[2 * COST_SIZES];
    uint32_t impact_n, cluster_n; /* newest first */
    struct liq_impact impacts[LIQ_IMPACTS_MAX];
    struct liq_cluster clusters[LIQ_CLUSTERS_MAX];
    struct liq_map_view liq_map;
    struct flow_view flow;
};

#endif
