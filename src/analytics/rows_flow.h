/* Rows of the registry: order flow, toxicity, impact, efficiency. See metrics.h for the columns. */
#ifndef ALPHAPLUS_ROWS_FLOW_H
#define ALPHAPLUS_ROWS_FLOW_H

#define CKS "Cont, Kukanov & Stoikov 2014"
#define CCZ "Cont, Cucuringu & Zhang 2023"
#define HS  "Huang & Stoll 1996"
#define ELO "Easley, Lopez de Prado & O'Hara 2012"
#define LM  "Lo & MacKinlay 1988"

#define FLOW_ROWS(X)                                                                                         \
    X(OFI_1, "flow.ofi.1s", "OFI 1s", "base", "any", "1 s", 1S,                                              \
      "order flow imbalance at the touch; explains the moment, forecasts little", CKS)                       \
    X(OFI_10, "flow.ofi.10s", "OFI 10s", "base", "any", "10 s", 1S,                                          \
      "order flow imbalance at the touch; explains the moment, forecasts little", CKS)                       \
    X(OFI_60, "flow.ofi.60s", "OFI 1m", "base", "any", "60 s", 1S,                                           \
      "order flow imbalance at the touch; explains the moment, forecasts little", CKS)                       \
    X(OFI_NORM_1, "flow.ofi.norm.1s", "OFI/d 1s", "1", "any", "1 s", 1S,                                     \
      "order flow imbalance in multiples of the mean size at the touch", CKS)                                \
    X(OFI_NORM_10, "flow.ofi.norm.10s", "OFI/d 10s", "1", "any", "10 s", 1S,                                 \
      "order flow imbalance in multiples of the mean size at the touch", CKS)                                \
    X(OFI_NORM_60, "flow.ofi.norm.60s", "OFI/d 1m", "1", "any", "60 s", 1S,                                  \
      "order flow imbalance in multiples of the mean size at the touch", CKS)                                \
    X(OFI_BETA, "flow.ofi.beta", "OFI beta", "ticks/base", "any", "300 s", 1S,                               \
      "ticks that the mid moves with one base unit of imbalance, over seconds", CKS)                         \
    X(OFI_R2, "flow.ofi.r2", "OFI R2", "1", "[0, 1]", "300 s", 1S,                                           \
      "share of the mid's moves a second that imbalance explains", CKS)

#define MLOFI_ROWS(X)                                                                                        \
    X(OFI_INTEGRATED, "flow.ofi.integrated.10s", "OFI int", "1", "any", "10 s", 1S,                          \
      "imbalance of ten levels by their first component, in mean sizes of a level", CCZ)                     \
    X(OFI_SHARE, "flow.ofi.integrated.share", "OFI PC1", "1", "[0, 1]", "1 h", 1S,                           \
      "share of the ten levels' imbalances that one component explains", CCZ)

#define EXECUTION_ROWS(X)                                                                                    \
    X(EFFECTIVE, "flow.spread.effective", "eff spread", "bps", "any", "up to 1 h", 1S,                       \
      "twice what takers paid beyond the mid before their order, by size", HS)                               \
    X(REALISED_5, "flow.spread.realised.5s", "realised 5s", "bps", "any", "up to 1 h", 1S,                   \
      "what makers kept of the effective spread after 5 s", HS)                                              \
    X(REALISED_60, "flow.spread.realised.60s", "realised 1m", "bps", "any", "up to 1 h", 1S,                 \
      "what makers kept of the effective spread after 60 s", HS)                                             \
    X(REALISED_300, "flow.spread.realised.300s", "realised 5m", "bps", "any", "up to 1 h", 1S,               \
      "what makers kept of the effective spread after 300 s", HS)                                            \
    X(IMPACT_5, "flow.impact.5s", "impact 5s", "bps", "any", "up to 1 h", 1S,                                \
      "twice what the mid moved with takers within 5 s; effective = realised + impact", HS)                  \
    X(IMPACT_60, "flow.impact.60s", "impact 1m", "bps", "any", "up to 1 h", 1S,                              \
      "twice what the mid moved with takers within 60 s", HS)                                                \
    X(IMPACT_300, "flow.impact.300s", "impact 5m", "bps", "any", "up to 1 h", 1S,                            \
      "twice what the mid moved with takers within 300 s", HS)                                               \
    X(ASYMMETRY, "flow.asymmetry", "info asym", "1", "[0, 1]", "up to 1 h", 1S,                              \
      "information asymmetry: impact after 60 s as a share of the effective spread", "definition")

#define VPIN_ROWS(X)                                                                                         \
    X(VPIN, "flow.vpin", "VPIN", "1", "[0, 1]", "50 buckets", 1S,                                            \
      "one-sidedness of signed volume over a day's buckets; a state, no forecast", ELO)                      \
    X(VPIN_RANK, "flow.vpin.rank", "VPIN rank", "1", "[0, 1]", "history", 1S,                                \
      "share of its own history in which VPIN was lower; above 0.9 is elevated", ELO)                        \
    X(VPIN_BULK, "flow.vpin.bulk", "VPIN bulk", "1", "[0, 1]", "50 buckets", 1S,                             \
      "VPIN with volume classified by the price changes of minutes", ELO)                                    \
    X(VPIN_FAST, "flow.vpin.fast", "VPIN fast", "1", "[0, 1]", "50 buckets", 1S,                             \
      "VPIN of signed volume over buckets of a usual minute", ELO)                                           \
    X(VPIN_FAST_RANK, "flow.vpin.fast.rank", "VPIN f rank", "1", "[0, 1]", "history", 1S,                    \
      "share of its own history in which fast VPIN was lower", ELO)

#define KYLE_ROWS(X)                                                                                         \
    X(KYLE_1, "flow.kyle.1s", "lambda 1s", "bps/musd", "any", "240 s", 1S,                                   \
      "Kyle's lambda: move of the mid with a million of net taker buys in a second", "Kyle 1985")            \
    X(KYLE_10, "flow.kyle.10s", "lambda 10s", "bps/musd", "any", "40 min", 1S,                               \
      "Kyle's lambda: move of the mid with a million of net taker buys in 10 s", "Kyle 1985")                \
    X(KYLE_60, "flow.kyle.60s", "lambda 1m", "bps/musd", "any", "4 h", 1S,                                   \
      "Kyle's lambda: move of the mid with a million of net taker buys in 60 s", "Kyle 1985")                \
    X(KYLE_R2_1, "flow.kyle.1s.r2", "lam R2 1s", "1", "[0, 1]", "240 s", 1S,                                 \
      "share of the mid's moves in a second that net taker buys explain", "Kyle 1985")                       \
    X(KYLE_R2_10, "flow.kyle.10s.r2", "lam R2 10s", "1", "[0, 1]", "40 min", 1S,                             \
      "share of the mid's moves in 10 s that net taker buys explain", "Kyle 1985")                           \
    X(KYLE_R2_60, "flow.kyle.60s.r2", "lam R2 1m", "1", "[0, 1]", "4 h", 1S,                                 \
      "share of the mid's moves in 60 s that net taker buys explain", "Kyle 1985")

#define ILLIQUIDITY_ROWS(X)                                                                                  \
    X(AMIHUD_1H, "flow.amihud.1h", "Amihud 1h", "bps/musd", ">= 0", "1 h", 1S,                               \
      "move of the price per million traded, over minutes with trades", "Amihud 2002")                       \
    X(AMIHUD_24H, "flow.amihud.24h", "Amihud 24h", "bps/musd", ">= 0", "24 h", 1S,                           \
      "move of the price per million traded, over hours with trades", "Amihud 2002")                         \
    X(AMIHUD_7D, "flow.amihud.7d", "Amihud 7d", "bps/musd", ">= 0", "7 d", 1S,                               \
      "move of the price per million traded, over hours with trades", "Amihud 2002")                         \
    X(MODEL_1M, "flow.impact.model.1m.bps", "model 1M", "bps", ">= 0", "up to 24 h", 1S,                     \
      "model: expected impact of an order of a million, by the square-root law", "Toth et al. 2011")         \
    X(MODEL_10M, "flow.impact.model.10m.bps", "model 10M", "bps", ">= 0", "up to 24 h", 1S,                  \
      "model: expected impact of an order of ten millions, by the square-root law", "Toth et al. 2011")

#define TRADETIME_ROWS(X)                                                                                    \
    X(ROLL, "flow.roll", "Roll", "bps", ">= 0", "1024 orders", 1S,                                           \
      "spread implied by the bounce of trade prices; none where they trend", "Roll 1984")                    \
    X(HASBROUCK_NOW, "flow.hasbrouck.at_once", "Hasb now", "bps", "any", "4096 orders", 1S,                  \
      "move of the mid right with one taker order", "Hasbrouck 1991")                                        \
    X(HASBROUCK, "flow.hasbrouck.lasting", "Hasb lasting", "bps", "any", "4096 orders", 1S,                  \
      "move of the mid 100 orders after one taker order", "Hasbrouck 1991")                                  \
    X(HASBROUCK_R2, "flow.hasbrouck.r2w", "Hasb R2w", "1", "[0, 1]", "4096 orders", 1S,                      \
      "share of the efficient price's variance that trades bring", "Hasbrouck 1991")

#define RESILIENCE_ROWS(X)                                                                                   \
    X(RESILIENCE_DEPTH, "flow.resilience.depth", "resil depth", "s", ">= 0", "50 events", 100MS,             \
      "median time until half of the 10-bps depth that a large order took is back", "Large 2007")            \
    X(RESILIENCE_SPREAD, "flow.resilience.spread", "resil sprd", "s", ">= 0", "50 events", 100MS,            \
      "median time until half of the widening after a large order is gone", "Large 2007")

#define EFFICIENCY_ROWS(X)                                                                                   \
    X(EFFICIENCY, "flow.efficiency.score", "efficiency", "1", "[0, 1]", "up to 1 h", 1S,                     \
      "1 - mean |variance ratio - 1| of 1-s mids; inefficient only where p < 0.01", "definition")            \
    X(EFFICIENCY_P, "flow.efficiency.p", "effic p", "1", "[0, 1]", "up to 1 h", 1S,                          \
      "chance of variance ratios this far from 1 if the mid were a random walk", "Chow & Denning 1993")      \
    X(VR_2, "flow.vr.2", "VR 2", "1", "> 0", "up to 1 h", 1S,                                                \
      "variance ratio of 2-s against 1-s moves of the mid; below 1: it reverts", LM)                         \
    X(VR_4, "flow.vr.4", "VR 4", "1", "> 0", "up to 1 h", 1S,                                                \
      "variance ratio of 4-s against 1-s moves of the mid", LM)                                              \
    X(VR_8, "flow.vr.8", "VR 8", "1", "> 0", "up to 1 h", 1S,                                                \
      "variance ratio of 8-s against 1-s moves of the mid", LM)                                              \
    X(VR_16, "flow.vr.16", "VR 16", "1", "> 0", "up to 1 h", 1S,                                             \
      "variance ratio of 16-s against 1-s moves of the mid", LM)                                             \
    X(DFA, "flow.dfa", "DFA", "1", "> 0", "up to 1 h", 1S,                                                   \
      "memory of 1-s mids: 0.5 none, above it trends, below it reverts", "Peng et al. 1994")

#define FLOWING_ROWS(X)                                                                                      \
    FLOW_ROWS(X)                                                                                             \
    MLOFI_ROWS(X)                                                                                            \
    EXECUTION_ROWS(X)                                                                                        \
    VPIN_ROWS(X)                                                                                             \
    KYLE_ROWS(X)                                                                                             \
    ILLIQUIDITY_ROWS(X)                                                                                      \
    TRADETIME_ROWS(X)                                                                                        \
    RESILIENCE_ROWS(X)                                                                                       \
    EFFICIENCY_ROWS(X)

#endif
