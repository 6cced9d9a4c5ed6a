/* Parameters: trades, bars, liquidations, funding. See params.h for the columns. */
#ifndef ALPHAPLUS_PARAMS_TRADE_H
#define ALPHAPLUS_PARAMS_TRADE_H

#define TRADE_PARAMS(P)                                                                                      \
    P(LARGE_QUANTILE, "large.quantile", "1", 0.99, 0.5, 0.9999, "share of sweeps that a large one exceeds",  \
      "definition")                                                                                          \
    P(LARGE_SWEEPS_MIN, "large.sweeps_min", "1", 1000.0, 100.0, 1e6,                                         \
      "sweeps seen before the instrument's own quantiles serve", "definition")                               \
    P(LARGE_REF_USD, "large.ref_usd", "usd", 200000.0, 100.0, 1e9, "a large sweep until then",               \
      "99 % of sweeps in recorded BTC and ETH perpetuals, 2023-24")                                          \
    P(PROFILE_BUCKET_BPS, "profile.bucket_bps", "bps", 0.5, 0.01, 100.0,                                     \
      "bins of a volume profile, to begin with", "definition")                                               \
    P(PROFILE_SHARE, "profile.value_share", "1", 0.70, 0.1, 0.99, "volume that the value area holds",        \
      "Steidlmayer 1984")                                                                                    \
    P(FOOTPRINT_BUCKET_BPS, "footprint.bucket_bps", "bps", 1.0, 0.01, 100.0,                                 \
      "rows of a footprint, to begin with", "definition")                                                    \
    P(VOL_HALF_LIFE_MIN, "vol.half_life_min", "min", 60.0, 1.0, 10000.0,                                     \
      "half-life of the weighted volatility", "definition")

#endif
