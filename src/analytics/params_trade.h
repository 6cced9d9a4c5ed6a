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
      "half-life of the weighted volatility", "definition")                                                  \
    P(IMPACT_S, "liq.impact_s", "s", 5.0, 0.5, 60.0, "how long a liquidation's impact is followed",          \
      "definition")                                                                                          \
    P(IMPACT_REF_BPS, "liq.impact_ref_bps", "bps", 5.0, 0.1, 1000.0,                                         \
      "three sd of that time, while volatility is not known", "definition")                                  \
    P(CLUSTER_TIME_S, "liq.cluster_time_s", "s", 30.0, 1.0, 3600.0,                                          \
      "liquidations that far apart are one burst", "definition")                                             \
    P(CLUSTER_PRICE_PCT, "liq.cluster_price_pct", "%", 0.1, 0.001, 10.0, "and that far in price",            \
      "definition")                                                                                          \
    P(CLUSTER_MIN, "liq.cluster_min", "1", 5.0, 2.0, 100.0, "liquidations around one at a burst's core",     \
      "definition")                                                                                          \
    P(CLUSTER_REF_USD, "liq.cluster_ref_usd", "usd", 100000.0, 1.0, 1e9,                                     \
      "their value, until the 95 % quantile of the instrument's own 5 minutes is known", "definition")       \
    P(HAWKES_FIT_MIN, "hawkes.fit_min", "min", 15.0, 1.0, 1440.0, "between two fits", "definition")          \
    P(HAWKES_EVENTS_MIN, "hawkes.events_min", "1", 200.0, 20.0, 2048.0, "liquidations before a fit",         \
      "definition")                                                                                          \
    P(HAWKES_PRIOR_N, "hawkes.prior_branching", "1", 0.5, 0.01, 0.95, "branching ratio until then",          \
      "definition")                                                                                          \
    P(HAWKES_PRIOR_S, "hawkes.prior_decay_s", "s", 10.0, 0.1, 3600.0, "decay of excitement until then",      \
      "definition")                                                                                          \
    P(CASCADE_RATIO, "cascade.ratio", "1", 10.0, 2.0, 1000.0,                                                \
      "multiple of the usual rate that opens a cascade", "definition")                                       \
    P(CASCADE_N, "cascade.branching", "1", 0.6, 0.1, 0.99, "fitted branching ratio that it takes",           \
      "definition")                                                                                          \
    P(CASCADE_REF_USD, "cascade.ref_usd", "usd", 1000000.0, 1000.0, 1e11,                                    \
      "liquidated in a minute, until the 99 % quantile of the instrument's own is known", "definition")      \
    P(CASCADE_ENDED_S, "cascade.ended_s", "s", 300.0, 10.0, 3600.0, "how long an end is told", "definition") \
    P(MAP_MMR, "map.mmr", "1", 0.004, 0.0005, 0.1, "maintenance margin of a typical position",               \
      "Binance BTCUSDT, first tier, 2024")                                                                   \
    P(MAP_HALF_LIFE_D, "map.half_life_d", "d", 7.0, 0.1, 365.0,                                              \
      "half-life of estimated levels that nothing touched", "definition")                                    \
    P(MAP_LIFT_MIN, "map.lift_min", "1", 2.0, 1.0, 100.0,                                                    \
      "lift from which estimated levels count as proven", "definition")

#endif
