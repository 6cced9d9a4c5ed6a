/* What the journal keeps of a market beside its events: a bar for each second, the registry's figures and the estimated liquidation
 * levels each minute. Records of base/ring.h beside struct result, told apart by their kind. */
#ifndef ALPHAPLUS_MODEL_ROLLUP_H
#define ALPHAPLUS_MODEL_ROLLUP_H

#include <alphaplus/model/result.h>
#include <stddef.h>
#include <stdint.h>

#define ROLLUP_ROWS_MAX 512

struct rollup_head {
    uint32_t size; /* of the record; a multiple of 8 */
    uint16_t kind; /* RESULT_BAR, RESULT_FIGURES, RESULT_LEVELS */
    uint8_t price_decimals, qty_decimals;
    uint32_t instrument; /* session id */
    uint32_t n;          /* rows behind it */
    int64_t time_ns;     /* BAR: where its second begins; else the tick */
};

/* Sums, so that bars of a minute and an hour are made of bars of a second. */
struct rollup_bar {
    struct rollup_head head;
    int64_t open, high, low, close;                     /* prices of trades; with no trade: 0 */
    int64_t mid2_open, mid2_high, mid2_low, mid2_close; /* twice the mid, at ticks; with no samples: 0 */
    int64_t buy_qty, sell_qty;                          /* by taker; stays at INT64_MAX */
    double notional;                                    /* of both */
    double spread_bps_sum;                              /* over samples */
    double bid_usd_sum, ask_usd_sum;                    /* within 10 bps, over depth_samples */
    int64_t liq_long_qty, liq_short_qty;
    uint32_t buy_n, sell_n, liq_long_n, liq_short_n;
    uint32_t samples, depth_samples; /* ticks at which the book was true, and known so far out */
    uint32_t liq_completeness;       /* enum completeness, of the feed */
    uint32_t pad;
};

struct rollup_figure {
    uint32_t metric; /* index of the registry */
    uint32_t state;  /* METRIC_OK or METRIC_DEGRADED */
    double value;
};
struct rollup_figures {
    struct rollup_head head;
    struct rollup_figure rows[];
};

struct rollup_level {
    int64_t px;
    double usd;    /* estimated notional that is liquidated there */
    uint32_t side; /* enum position_side: whose positions */
    uint32_t pad;
};
struct rollup_levels {
    struct rollup_head head;
    struct rollup_level rows[];
};

#endif
