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
      "hours of a true book before something is called usual", "definition")

#endif
