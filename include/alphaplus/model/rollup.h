/* What the journal keeps of a market beside its events: a bar for each second, the registry's figures and the estimated liquidation
 * levels each minute. Records of base/ring.h beside struct result, told apart by their kind. */
#ifndef ALPHAPLUS_MODEL_ROLLUP_H
#define ALPHAPLUS_MODEL_ROLLUP_H

#include <alphaplus/model/bar.h>
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
    int64_t time_ns;     /* of the tick */
};

/* A bar of a second; the journal adds up longer ones. */
struct rollup_bar {
    struct rollup_head head;
    struct bar bar;
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
