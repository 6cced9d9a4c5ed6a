/* Parameters: order flow, toxicity, impact, efficiency. See params.h for the columns. */
#ifndef ALPHAPLUS_PARAMS_FLOW_H
#define ALPHAPLUS_PARAMS_FLOW_H

#define FLOW_PARAMS(P)                                                                                       \
    P(VPIN_PER_DAY, "vpin.buckets_per_day", "1", 50.0, 1.0, 100000.0,                                        \
      "buckets that an average day's volume makes", "Easley, Lopez de Prado & O'Hara 2012")                  \
    P(VPIN_FAST_PER_DAY, "vpin.fast_buckets_per_day", "1", 1440.0, 1.0, 100000.0,                            \
      "the same for the fast VPIN", "definition")                                                            \
    P(IMPACT_Y, "impact.y", "1", 0.7, 0.01, 10.0, "factor of the square-root law", "Toth et al. 2011")       \
    P(RESILIENCE_RANK, "resilience.trade_rank", "1", 0.95, 0.5, 0.9999,                                      \
      "a taker order is large from this quantile of its day on,", "definition")                              \
    P(RESILIENCE_SHARE, "resilience.depth_share", "1", 0.5, 0.0, 10.0,                                       \
      "and from this share of the opposite 5-bps depth on", "definition")

#endif
