/* Rows of the registry: the book and its liquidity. See metrics.h for the columns. */
#ifndef ALPHAPLUS_ROWS_BOOK_H
#define ALPHAPLUS_ROWS_BOOK_H

#define CHW "Cao, Hansch & Wang 2009"
#define IGH "definition after Iglewicz & Hoaglin 1993"
#define IBK "Irvine, Benston & Kandel 2000"

#define SPREAD_ROWS(X)                                                                                       \
    X(MID, "book.mid", "mid", "px", "> 0", "now", EVENT, "mean of best bid and best ask", "definition")      \
    X(SPREAD_PX, "book.spread.px", "spread", "px", "> 0", "now", EVENT, "best ask minus best bid",           \
      "definition")                                                                                          \
    X(SPREAD_BPS, "book.spread.bps", "spread bp", "bps", "> 0", "now", EVENT,                                \
      "quoted spread relative to the mid", "definition")                                                     \
    X(SPREAD_TICKS, "book.spread.ticks", "spread tk", "ticks", "> 0", "now", EVENT,                          \
      "quoted spread in ticks", "definition")                                                                \
    X(SPREAD_TW, "book.spread.tw_bps", "spread 1m", "bps", "> 0", "60 s", 1S,                                \
      "time-weighted mean of the relative spread", "definition")

#define DEPTH_ROWS(X)                                                                                        \
    X(DEPTH_BID_5, "book.depth.bid.5", "bid 5bp", "usd", ">= 0", "now", 100MS,                               \
      "value of bids within 5 bps of the mid", "definition")                                                 \
    X(DEPTH_BID_10, "book.depth.bid.10", "bid 10bp", "usd", ">= 0", "now", 100MS,                            \
      "value of bids within 10 bps of the mid", "definition")                                                \
    X(DEPTH_BID_25, "book.depth.bid.25", "bid 25bp", "usd", ">= 0", "now", 100MS,                            \
      "value of bids within 25 bps of the mid", "definition")                                                \
    X(DEPTH_BID_50, "book.depth.bid.50", "bid 50bp", "usd", ">= 0", "now", 100MS,                            \
      "value of bids within 50 bps of the mid", "definition")                                                \
    X(DEPTH_BID_100, "book.depth.bid.100", "bid 100bp", "usd", ">= 0", "now", 100MS,                         \
      "value of bids within 100 bps of the mid", "definition")                                               \
    X(DEPTH_BID_200, "book.depth.bid.200", "bid 200bp", "usd", ">= 0", "now", 100MS,                         \
      "value of bids within 200 bps of the mid", "definition")                                               \
    X(DEPTH_ASK_5, "book.depth.ask.5", "ask 5bp", "usd", ">= 0", "now", 100MS,                               \
      "value of asks within 5 bps of the mid", "definition")                                                 \
    X(DEPTH_ASK_10, "book.depth.ask.10", "ask 10bp", "usd", ">= 0", "now", 100MS,                            \
      "value of asks within 10 bps of the mid", "definition")                                                \
    X(DEPTH_ASK_25, "book.depth.ask.25", "ask 25bp", "usd", ">= 0", "now", 100MS,                            \
      "value of asks within 25 bps of the mid", "definition")                                                \
    X(DEPTH_ASK_50, "book.depth.ask.50", "ask 50bp", "usd", ">= 0", "now", 100MS,                            \
      "value of asks within 50 bps of the mid", "definition")                                                \
    X(DEPTH_ASK_100, "book.depth.ask.100", "ask 100bp", "usd", ">= 0", "now", 100MS,                         \
      "value of asks within 100 bps of the mid", "definition")                                               \
    X(DEPTH_ASK_200, "book.depth.ask.200", "ask 200bp", "usd", ">= 0", "now", 100MS,                         \
      "value of asks within 200 bps of the mid", "definition")                                               \
    X(DEPTH_10, "book.depth.10", "10bp", "usd", ">= 0", "now", 100MS,                                        \
      "the lesser of both sides within 10 bps", "definition")

#define IMBALANCE_ROWS(X)                                                                                    \
    X(IMBALANCE_L1, "book.imbalance.l1", "imbal L1", "1", "[-1, 1]", "now", EVENT,                           \
      "size at the touch: bid against ask", CHW)                                                             \
    X(IMBALANCE_RANK, "book.imbalance.rank", "imbal rank", "1", "[-1, 1]", "now", 100MS,                     \
      "sizes weighted by rank, exp(-0.5 (k - 1)), 50 levels", CHW)                                           \
    X(IMBALANCE_DISTANCE, "book.imbalance.distance", "imbal", "1", "[-1, 1]", "now", 100MS,                  \
      "sizes weighted by distance, exp(-d / tau), tau = max(3 bps, 2 spreads)", CHW)                         \
    X(IMBALANCE_SMOOTH, "book.imbalance.smooth", "imbal 1s", "1", "[-1, 1]", "tau 1 s", 100MS,               \
      "book.imbalance.distance, exponentially weighted", CHW)                                                \
    X(PRESSURE, "book.pressure", "pressure", "usd", "any", "now", 100MS,                                     \
      "distance-weighted value of bids minus that of asks", "definition")                                    \
    X(PRESSURE_Z, "book.pressure.z", "pressure z", "1", "any", "1 h", 100MS,                                 \
      "book.pressure in sds of its last hour, 1.4826 MAD", "definition")

#define FAIR_ROWS(X)                                                                                         \
    X(WEIGHTED_MID, "book.weighted_mid", "w.mid", "px", "> 0", "now", EVENT,                                 \
      "mid weighted by the sizes at the touch", "Gatheral & Oomen 2010")                                     \
    X(MICROPRICE, "book.microprice", "micro", "px", "> 0", "24 h", EVENT,                                    \
      "mid plus its expected change given imbalance and spread", "Stoikov 2018")

#define WALK_ROWS(X)                                                                                         \
    X(WALK_BUY_10K, "book.walk.buy.10k.bps", "buy 10k", "bps", ">= 0", "now", 100MS,                         \
      "cost of buying 10,000 at market, against the mid", IBK)                                               \
    X(WALK_BUY_100K, "book.walk.buy.100k.bps", "buy 100k", "bps", ">= 0", "now", 100MS,                      \
      "cost of buying 100,000 at market, against the mid", IBK)                                              \
    X(WALK_BUY_1M, "book.walk.buy.1m.bps", "buy 1M", "bps", ">= 0", "now", 100MS,                            \
      "cost of buying 1,000,000 at market, against the mid", IBK)                                            \
    X(WALK_SELL_10K, "book.walk.sell.10k.bps", "sell 10k", "bps", ">= 0", "now", 100MS,                      \
      "cost of selling 10,000 at market, against the mid", IBK)                                              \
    X(WALK_SELL_100K, "book.walk.sell.100k.bps", "sell 100k", "bps", ">= 0", "now", 100MS,                   \
      "cost of selling 100,000 at market, against the mid", IBK)                                             \
    X(WALK_SELL_1M, "book.walk.sell.1m.bps", "sell 1M", "bps", ">= 0", "now", 100MS,                         \
      "cost of selling 1,000,000 at market, against the mid", IBK)                                           \
    X(WALK_ROUND_10K, "book.walk.round.10k.bps", "trip 10k", "bps", ">= 0", "now", 100MS,                    \
      "buying and selling 10,000 at once", IBK)                                                              \
    X(WALK_ROUND_100K, "book.walk.round.100k.bps", "trip 100k", "bps", ">= 0", "now", 100MS,                 \
      "buying and selling 100,000 at once", IBK)                                                             \
    X(WALK_ROUND_1M, "book.walk.round.1m.bps", "trip 1M", "bps", ">= 0", "now", 100MS,                       \
      "buying and selling 1,000,000 at once", IBK)

#define LIQUIDITY_ROWS(X)                                                                                    \
    X(LIQUIDITY, "book.liquidity.relative", "liquidity", "1", "[0, 1]", "7 d", 1S,                           \
      "liquidity score; 0.5 is usual for this market", "definition after Kyle 1985")                         \
    X(LIQUIDITY_ABSOLUTE, "book.liquidity.absolute", "liq absolute", "1", "[0, 1]", "now", 1S,               \
      "liquidity score against 1 bp, 1 M, 2 bps for 100 k, 5 s: ranks markets",                              \
      "definition after Kyle 1985")                                                                          \
    X(LIQUIDITY_ORDER, "book.liquidity.order", "usual order", "usd", ">= 0", "7 d", 1S,                      \
      "a twentieth of the median minute's volume, the order that the relative score looks at", "definition")

#define WALL_ROWS(X)                                                                                         \
    X(WALL_COUNT, "book.wall.count", "walls", "1", ">= 0", "now", 1S,                                        \
      "levels that stand out from their neighbours, and have for seconds", IGH)                              \
    X(WALL_BID, "book.wall.bid", "bid walls", "usd", ">= 0", "now", 1S, "value of walls among bids", IGH)    \
    X(WALL_ASK, "book.wall.ask", "ask walls", "usd", ">= 0", "now", 1S, "value of walls among asks", IGH)    \
    X(WALL_PULLED, "book.wall.pull_rate", "walls pulled", "1", "[0, 1]", "6 h half-life", 1S,                \
      "of the walls that went, the part that was pulled and not traded", "definition")                       \
    X(SPOOF_SCORE, "book.spoof.score", "spoof-like", "1", "[0, 100]", "10 min", 1S,                          \
      "largest indication of a spoof-like episode, 0: none; no proof of intent",                             \
      "definition after Do & Putnins 2023")

#define FLEETING_ROWS(X)                                                                                     \
    X(CANCELLED, "book.cancel.5s", "cancel 5s", "1", "[0, 1]", "60 s", 1S,                                   \
      "of the value added near the touch, the part gone untraded within 5 s", "definition")                  \
    X(REFILLS, "book.refill.count", "refilling", "1", ">= 0", "10 min", 1S,                                  \
      "prices filled again and again as they are eaten: iceberg-like, no proof of one",                      \
      "definition after Frey & Sandas 2009")

#define BOOK_ROWS(X)                                                                                         \
    SPREAD_ROWS(X)                                                                                           \
    DEPTH_ROWS(X)                                                                                            \
    IMBALANCE_ROWS(X) FAIR_ROWS(X) WALK_ROWS(X) LIQUIDITY_ROWS(X) WALL_ROWS(X) FLEETING_ROWS(X)

#endif
