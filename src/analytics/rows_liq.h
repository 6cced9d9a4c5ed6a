/* Rows of the registry: liquidations. See metrics.h for the columns. Sums and rates of a feed that tells not all are lower bounds: DEGRADED. */
#ifndef ALPHAPLUS_ROWS_LIQ_H
#define ALPHAPLUS_ROWS_LIQ_H

#define LIQ_TOTAL_ROWS(X)                                                                                    \
    X(LIQ_LONG_60, "liq.long.60s", "liq L 1m", "usd", ">= 0", "60 s", 1S, "longs liquidated", "definition")  \
    X(LIQ_SHORT_60, "liq.short.60s", "liq S 1m", "usd", ">= 0", "60 s", 1S, "shorts liquidated",             \
      "definition")                                                                                          \
    X(LIQ_LONG_15M, "liq.long.15m", "liq L 15m", "usd", ">= 0", "15 min", 1S, "longs liquidated",            \
      "definition")                                                                                          \
    X(LIQ_SHORT_15M, "liq.short.15m", "liq S 15m", "usd", ">= 0", "15 min", 1S, "shorts liquidated",         \
      "definition")                                                                                          \
    X(LIQ_LONG_1H, "liq.long.1h", "liq L 1h", "usd", ">= 0", "1 h", 1S, "longs liquidated", "definition")    \
    X(LIQ_SHORT_1H, "liq.short.1h", "liq S 1h", "usd", ">= 0", "1 h", 1S, "shorts liquidated", "definition") \
    X(LIQ_DISTANCE, "liq.distance.last", "liq dist", "%", "any", "last one", EVENT,                          \
      "price of the last liquidation over the mark price (else the mid)", "definition")                      \
    X(LIQ_MOVE, "liq.impact.move", "liq move", "bps", "any", "last one, 5 s", 100MS,                         \
      "how far the mid went the way the last liquidation pushed", "definition")                              \
    X(LIQ_EATEN, "liq.impact.eaten", "liq eaten", "1", "[0, 1]", "last one, 5 s", 100MS,                     \
      "share of the 10-bps depth it ran into that was gone at worst", "definition")                          \
    X(LIQ_IMPACT, "liq.impact.score", "liq impact", "1", "0..100", "last one, 5 s", 100MS,                   \
      "half the move in units of 3 sd, half the depth eaten", "definition")                                  \
    X(LIQ_CLUSTERS, "liq.cluster.count.1h", "liq clust", "1", ">= 0", "1 h", 1S,                             \
      "bursts of liquidations close in time and price", "Ester et al. 1996")                                 \
    X(LIQ_CLUSTER_USD, "liq.cluster.last", "liq burst", "usd", "> 0", "1 h", 1S,                             \
      "value of the last such burst", "Ester et al. 1996")

#define LIQ_HAWKES_ROWS(X)                                                                                   \
    X(HAWKES_NOW, "liq.hawkes.intensity", "liq rate", "1/min", ">= 0", "now", 100MS,                         \
      "liquidations to be expected now", "Hawkes 1971")                                                      \
    X(HAWKES_BASE, "liq.hawkes.usual", "liq usual", "1/min", ">= 0", "24 h half-life", 1S,                   \
      "liquidations a minute, on average", "definition")                                                     \
    X(HAWKES_RATIO, "liq.hawkes.ratio", "liq x usual", "1", ">= 0", "now", 100MS,                            \
      "intensity as a multiple of the usual rate", "definition")                                             \
    X(HAWKES_BRANCHING, "liq.hawkes.branching", "liq chain", "1", "[0, 1)", "24 h, anew each 15 min", 1S,    \
      "share of liquidations that others caused", "Ogata 1988")                                              \
    X(HAWKES_P, "liq.hawkes.fit_p", "liq fit p", "1", "[0, 1]", "24 h, anew each 15 min", 1S,                \
      "Kolmogorov-Smirnov p of the fit's residuals; poor below 0.001", "Ogata 1988")                         \
    X(CASCADE, "liq.cascade", "cascade", "1", "0..3", "now", 1S,                                             \
      "0 quiet, 1 watch, 2 active, 3 ended just now", "definition")

#define LIQ_MAP_ROWS(X)                                                                                      \
    X(MAP_LONG, "liq.map.long.2pct", "est L -2%", "usd", ">= 0", "open interest seen", 1S,                   \
      "estimate: longs liquidated by a fall of 2 %; unproven (ref) while liq.map.lift is not above 2",       \
      "definition")                                                                                          \
    X(MAP_SHORT, "liq.map.short.2pct", "est S +2%", "usd", ">= 0", "open interest seen", 1S,                 \
      "estimate: shorts liquidated by a rise of 2 %; unproven (ref) while liq.map.lift is not above 2",      \
      "definition")                                                                                          \
    X(MAP_LIFT, "liq.map.lift", "est lift", "1", ">= 0", "all seen", 1S,                                     \
      "liquidated in the tenth of levels estimated fullest, against chance", "definition")

#define LIQ_ROWS(X) LIQ_TOTAL_ROWS(X) LIQ_HAWKES_ROWS(X) LIQ_MAP_ROWS(X)

#endif
