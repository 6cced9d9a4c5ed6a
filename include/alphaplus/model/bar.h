/* A bar of one instrument: what happened between two ticks of the engine. Pointer-free.
 *
 * The engine makes them (engine_hooks.on_bar); the journal keeps them beyond the events they were made of. */
#ifndef ALPHAPLUS_MODEL_BAR_H
#define ALPHAPLUS_MODEL_BAR_H

#include <stdint.h>

#define BAR_SPAN_LIST(X) X(1S, 1, "1s") X(1M, 60, "1m") X(1H, 3600, "1h") X(1D, 86400, "1d")
enum bar_span {
#define X(name, seconds, text) BAR_##name,
    BAR_SPAN_LIST(X)
#undef X
        BAR_SPANS
};

/* Prices are integers of the instrument, values are quote currency; 0 where the count or ns beside them is 0. */
struct bar {
    int64_t start_ns, span_ns;
    int64_t open, high, low, close;                     /* trades */
    int64_t mid2_open, mid2_high, mid2_low, mid2_close; /* bid + ask: twice the mid, exact */
    double buy_usd, sell_usd;                           /* by the taker */
    double buy_qty, sell_qty;                           /* base units */
    double vwap;                                        /* price */
    uint32_t trades, buys;
    int64_t true_ns;            /* how long the book was true in it; the means below are over this time */
    double spread_bps;          /* time-weighted */
    double bid_usd, ask_usd;    /* within 10 bps, mean of the ticks */
    double long_usd, short_usd; /* liquidated */
    uint32_t longs, shorts;
    uint8_t completeness;   /* of the liquidations: enum completeness */
    uint8_t is_partial;     /* events were missed in it, or it began or ended in the middle */
    uint8_t depth_is_bound; /* the 10-bps depth is a lower bound: it reached past the known book */
    uint8_t pad[5];
};

#endif
