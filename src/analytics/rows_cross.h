/* Rows of the registry: what several markets of one asset make together. See metrics.h for the columns. */
#ifndef ALPHAPLUS_ROWS_CROSS_H
#define ALPHAPLUS_ROWS_CROSS_H

#define ASSET_DEPTH "definition; all markets of the base asset that are quoted in dollars"
#define ASSET_FEEDS "venues' feeds; a lower bound unless each of them is complete"

#define ASSET_LIQ_ROWS(X, name, id, label)                                                                   \
    X(ASSET_LIQ_LONG_##name, "asset.liq.long." id, "aL " label, "usd", ">= 0", label, 100MS,                 \
      "longs liquidated on all markets of the asset", ASSET_FEEDS)                                           \
    X(ASSET_LIQ_SHORT_##name, "asset.liq.short." id, "aS " label, "usd", ">= 0", label, 100MS,               \
      "shorts liquidated on all markets of the asset", ASSET_FEEDS)

#define ASSET_ROWS(X)                                                                                        \
    X(ASSET_MARKETS, "asset.markets", "markets", "1", ">= 0", "now", 100MS,                                  \
      "markets of this base asset that take part; fewer than there are when a book is not true",             \
      ASSET_DEPTH)                                                                                           \
    X(ASSET_BID_10, "asset.depth.bid.10", "a.bid 10bp", "usd", ">= 0", "now", 100MS,                         \
      "value of bids within 10 bps of each market's mid, all markets", ASSET_DEPTH)                          \
    X(ASSET_ASK_10, "asset.depth.ask.10", "a.ask 10bp", "usd", ">= 0", "now", 100MS,                         \
      "value of asks within 10 bps of each market's mid, all markets", ASSET_DEPTH)                          \
    X(ASSET_BID_50, "asset.depth.bid.50", "a.bid 50bp", "usd", ">= 0", "now", 100MS,                         \
      "value of bids within 50 bps of each market's mid, all markets", ASSET_DEPTH)                          \
    X(ASSET_ASK_50, "asset.depth.ask.50", "a.ask 50bp", "usd", ">= 0", "now", 100MS,                         \
      "value of asks within 50 bps of each market's mid, all markets", ASSET_DEPTH)                          \
    X(ASSET_CVD_DAY, "asset.cvd.day", "a.CVD", "usd", "any", "UTC day, from what was seen", 100MS,           \
      "taker buys minus taker sells, all markets", ASSET_DEPTH)                                              \
    X(ASSET_CVD_60, "asset.cvd.60s", "a.CVD 1m", "usd", "any", "60 s", 100MS,                                \
      "taker buys minus taker sells, all markets", ASSET_DEPTH)                                              \
    ASSET_LIQ_ROWS(X, 1M, "1m", "1 min")                                                                     \
    ASSET_LIQ_ROWS(X, 15M, "15m", "15 min")                                                                  \
    ASSET_LIQ_ROWS(X, 1H, "1h", "1 h")                                                                       \
    X(ASSET_OI, "asset.oi.usd", "a.OI", "usd", ">= 0", "now", 100MS,                                         \
      "open interest of all contracts of the asset, at the mid", ASSET_DEPTH)                                \
    X(ASSET_FUNDING, "asset.funding.annual", "a.fund/y", "%/y", "any", "this interval", 100MS,               \
      "predicted funding of a year, mean by open interest", ASSET_DEPTH)                                     \
    X(ASSET_BASIS, "asset.basis.bps", "a.basis", "bps", "any", "now", 100MS,                                 \
      "perpetuals (mean mid by open interest) over spot (mean mid by 10-bp depth)", ASSET_DEPTH)             \
    X(ASSET_DISPERSION, "asset.dispersion.bps", "a.disp", "bps", ">= 0", "now", 100MS,                       \
      "dearest perpetual's mid over the cheapest's", ASSET_DEPTH)

#define LEAD_ROWS(X)                                                                                                    \
    X(LEAD_LAG, "asset.lead.ms", "lead", "ms", "any", "15 min, each minute", 1S,                                        \
      "by how much this market leads the asset's first (the first: its second); se: of the clocks; none within two se", \
      "Hayashi & Yoshida 2005")                                                                                         \
    X(LEAD_RHO, "asset.lead.rho", "lead rho", "1", "any", "15 min, each minute", 1S,                                    \
      "correlation of the two at that lag", "Hayashi & Yoshida 2005")                                                   \
    X(LEAD_RATIO, "asset.lead.ratio", "LLR", "1", ">= 0", "15 min, each minute", 1S,                                    \
      "lead-lag ratio: above 1 this market leads", "Huth & Abergel 2014")                                               \
    X(SHARE_LOW, "asset.share.low", "IS low", "1", "[0, 1]", "15 min, each minute", 1S,                                 \
      "information share of this market against the same other: ordered last", "Hasbrouck 1995")                        \
    X(SHARE_HIGH, "asset.share.high", "IS high", "1", "[0, 1]", "15 min, each minute", 1S,                              \
      "information share of this market against the same other: ordered first", "Hasbrouck 1995")                       \
    X(SHARE_COMPONENT, "asset.share.component", "CS", "1", "any", "15 min, each minute", 1S,                            \
      "component share of this market against the same other", "Gonzalo & Granger 1995")

#define USUAL_ROWS(X)                                                                                        \
    X(USUAL_PACE, "usual.pace", "x pace", "x", ">= 0", "this hour of the day, 7 days half-life", 1S,         \
      "trades a second as a multiple of usual for this hour", "definition")                                  \
    X(USUAL_SPREAD, "usual.spread", "x spread", "x", ">= 0", "this hour of the day, 7 days half-life", 1S,   \
      "spread of a minute as a multiple of usual for this hour", "definition")                               \
    X(USUAL_DEPTH, "usual.depth", "x depth", "x", ">= 0", "this hour of the day, 7 days half-life", 1S,      \
      "lesser side within 10 bps as a multiple of usual for this hour", "definition")

#define CROSS_ROWS(X) USUAL_ROWS(X) ASSET_ROWS(X) LEAD_ROWS(X)

/* About the program itself; read from host_view (host_metric), never in the digest. */
#define HOST_LATENCY_ROWS(X, NAME, id, label, what)                                                          \
    X(HOST_##NAME##_P50, "host." id ".p50", label " p50", "us", ">= 0", "session", 1S, what ", median",      \
      "definition")                                                                                          \
    X(HOST_##NAME##_P99, "host." id ".p99", label " p99", "us", ">= 0", "session", 1S,                       \
      what ", 99 of 100 are shorter", "definition")
#define HOST_ROWS(X)                                                                                         \
    X(HOST_EVENTS, "host.events.per_s", "events/s", "1/s", ">= 0", "0.5 s", 1S,                              \
      "events that the engine took in", "definition")                                                        \
    X(HOST_RING_FILL, "host.ring.fill", "ring", "1", "[0, 1]", "now", 1S,                                    \
      "how full the ring between feeds and engine is", "definition")                                         \
    X(HOST_RING_REFUSED, "host.ring.refused", "refused", "1", ">= 0", "session", 1S,                         \
      "events that found the ring full", "definition")                                                       \
    HOST_LATENCY_ROWS(X, DECODE, "decode", "decode", "time to decode a frame")                               \
    HOST_LATENCY_ROWS(X, APPLY, "apply", "apply", "time to apply an event")                                  \
    X(HOST_APPLY_MAX, "host.apply.max", "apply max", "us", ">= 0", "session", 1S,                            \
      "longest time to apply an event", "definition")                                                        \
    HOST_LATENCY_ROWS(X, PUBLISH, "publish", "publ", "time from an event's receipt to what shows it")        \
    X(HOST_PUBLISH_MAX, "host.publish.max", "publ max", "us", ">= 0", "session", 1S,                         \
      "longest time from an event's receipt to what shows it", "definition")                                 \
    X(HOST_MEMORY, "host.memory", "memory", "bytes", ">= 0", "now", 1S, "resident memory of the program",    \
      "definition")                                                                                          \
    X(HOST_JOURNAL_LAG, "host.journal.lag", "jrnl lag", "bytes", ">= 0", "now", 1S,                          \
      "what the journal has still to take", "definition")

#endif
