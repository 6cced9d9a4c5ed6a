/* Parameters: the book and its liquidity. See params.h for the columns. */
#ifndef ALPHAPLUS_PARAMS_BOOK_H
#define ALPHAPLUS_PARAMS_BOOK_H

#define BOOK_PARAMS(P)                                                                                       \
    P(IMBALANCE_RANK_DECAY, "imbalance.rank_decay", "1", 0.5, 0.01, 10.0,                                    \
      "decay of rank weights from level to level", "definition")                                             \
    P(IMBALANCE_TAU_BPS, "imbalance.tau_bps", "bps", 3.0, 0.1, 100.0,                                        \
      "decay of distance weights, at least (else 2 spreads)", "definition")

#endif
