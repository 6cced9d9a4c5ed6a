/* Rows of the registry: the book and its liquidity. See metrics.h for the columns. */
#ifndef ALPHAPLUS_ROWS_BOOK_H
#define ALPHAPLUS_ROWS_BOOK_H

#define CHW "Cao, Hansch & Wang 2009"

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
    X(PRESSURE, "book.pressure", "pressure", "usd", "any", "now", 100MS,                                     \
      "distance-weighted value of bids minus that of asks", "definition")

#define FAIR_ROWS(X)                                                                                         \
    X(WEIGHTED_MID, "book.weighted_mid", "w.mid", "px", "> 0", "now", EVENT,                                 \
      "mid weighted by the sizes at the touch", "Gatheral & Oomen 2010")                                     \
    X(MICROPRICE, "book.microprice", "micro", "px", "> 0", "24 h", EVENT,                                    \
      "mid plus its expected change given imbalance and spread", "Stoikov 2018")

#define BOOK_ROWS(X) SPREAD_ROWS(X) DEPTH_ROWS(X) IMBALANCE_ROWS(X) FAIR_ROWS(X)

#endif
