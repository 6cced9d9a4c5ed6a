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

struct detail {
    uint64_t seq;
    int64_t time_ns;
    struct asset_detail asset;
    uint32_t large_n, footprint_n; /* newest first */
    struct large_trade large[LARGE_TRADES_MAX];
    struct profile_view profile_day, profile_session;
    struct footprint_view footprints[FOOTPRINT_BARS];
};

#endif
