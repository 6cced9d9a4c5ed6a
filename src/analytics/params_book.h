/* Parameters: the book and its liquidity. See params.h for the columns. */
#ifndef ALPHAPLUS_PARAMS_BOOK_H
#define ALPHAPLUS_PARAMS_BOOK_H

#define BOOK_PARAMS(P)                                                                                       \
    P(IMBALANCE_RANK_DECAY, "imbalance.rank_decay", "1", 0.5, 0.01, 10.0,                                    \
      "decay of rank weights from level to level", "definition")                                             \
    P(IMBALANCE_TAU_BPS, "imbalance.tau_bps", "bps", 3.0, 0.1, 100.0,                                        \
      "decay of distance weights, at least (else 2 spreads)", "definition")                                  \
    P(PRESSURE_WARM, "pressure.warm_s", "s", 600.0, 60.0, 3600.0,                                            \
      "seconds of a true book before its pressure has a z", "definition")                                    \
    P(LIQUIDITY_HALF_LIFE, "liquidity.half_life_d", "d", 2.5, 0.01, 30.0,                                    \
      "half-life of what is usual for a market: as old on the mean as in 7 days", "definition")              \
    P(LIQUIDITY_WARM, "liquidity.warm_h", "h", 1.0, 0.01, 168.0,                                             \
      "hours of a true book before something is called usual", "definition")                                 \
    P(WALL_HALF_WINDOW, "wall.half_window", "levels", 25.0, 5.0, 31.0,                                       \
      "populated levels either side that a wall is compared with", "definition")                             \
    P(WALL_Z_MIN, "wall.z_min", "1", 3.5, 1.0, 20.0, "robust z of a wall's log size, at least",              \
      "Iglewicz & Hoaglin 1993")                                                                             \
    P(WALL_SHARE_MIN, "wall.share_min", "1", 0.10, 0.0, 1.0, "share of its window's size, at least",         \
      "definition")                                                                                          \
    P(WALL_MAD_FLOOR, "wall.mad_floor", "1", 0.05, 0.001, 1.0, "MAD of log sizes, at least", "definition")   \
    P(WALL_RANGE, "wall.range_pct", "%", 2.0, 0.01, 20.0, "distance of a wall from the mid, at most",        \
      "definition")                                                                                          \
    P(WALL_FLOOR, "wall.floor_usd", "usd", 100000.0, 0.0, 1e9, "value of a wall, at least", "definition")    \
    P(WALL_MEDIANS, "wall.medians", "1", 25.0, 0.0, 1e4, "value of a wall in median trades, at least",       \
      "definition")                                                                                          \
    P(WALL_AGE, "wall.age_s", "s", 3.0, 0.0, 600.0, "age of a wall, at least", "definition")                 \
    P(WALL_PRESENCE, "wall.presence", "1", 0.8, 0.1, 1.0,                                                    \
      "share of the scans of 5 s that show a wall to be one", "definition")                                  \
    P(WALL_KEPT, "wall.presence_kept", "1", 0.3, 0.0, 1.0, "share of them that keeps it one", "definition")  \
    P(WALL_APPROACH, "wall.approach_bps", "bps", 2.0, 0.1, 100.0,                                            \
      "a touch this near approaches a wall; twice as far ends it", "definition")                             \
    P(SPOOF_LIFE, "spoof.life_s", "s", 10.0, 1.0, 600.0, "a spoof-like level is gone within this",           \
      "definition")                                                                                          \
    P(SPOOF_FILLED, "spoof.filled_max", "1", 0.05, 0.0, 1.0, "and less than this of it was traded",          \
      "definition")                                                                                          \
    P(SPOOF_SHIFT, "spoof.shift_min", "1", 0.15, 0.0, 2.0, "imbalance it moved, to count as evidence",       \
      "definition")                                                                                          \
    P(SPOOF_NEAR, "spoof.near_ticks", "ticks", 3.0, 1.0, 1000.0,                                             \
      "a touch this near when it goes is evidence", "definition")                                            \
    P(SPOOF_TRADE_MS, "spoof.trade_ms", "ms", 500.0, 1.0, 10000.0,                                           \
      "so is a taker trade on the other side within this", "definition")                                     \
    P(SPOOF_REPEAT, "spoof.repeat", "1", 3.0, 2.0, 32.0, "so is this many alike in 10 minutes",              \
      "definition")                                                                                          \
    P(SPOOF_CALM, "spoof.calm", "1", 3.0, 1.0, 100.0,                                                        \
      "not told while the minute's volatility is beyond this many medians", "definition")                    \
    P(FLEETING_BPS, "fleeting.bps", "bps", 2.0, 0.01, 100.0, "near the touch: within this of it",            \
      "definition")                                                                                          \
    P(FLEETING_TICKS, "fleeting.ticks", "ticks", 5.0, 1.0, 240.0, "or within this", "definition")

#endif
