/* Rows of the registry: trades, bars, volatility, funding and open interest. See metrics.h for the columns. */
#ifndef ALPHAPLUS_ROWS_TRADE_H
#define ALPHAPLUS_ROWS_TRADE_H

#include "rows_liq.h"

#define DAY_SEEN "UTC day, from what was seen"

#define TRADE_ROWS(X)                                                                                        \
    X(VWAP_DAY, "trade.vwap.day", "VWAP", "px", "> 0", DAY_SEEN, EVENT, "volume-weighted mean price",        \
      "definition")                                                                                          \
    X(VWAP_SD, "trade.vwap.sd", "VWAP sd", "px", ">= 0", DAY_SEEN, EVENT,                                    \
      "volume-weighted sd about the VWAP", "definition")                                                     \
    X(VWAP_UPPER_1, "trade.vwap.upper.1", "VWAP +1", "px", "> 0", DAY_SEEN, EVENT, "VWAP plus one sd",       \
      "definition")                                                                                          \
    X(VWAP_LOWER_1, "trade.vwap.lower.1", "VWAP -1", "px", "any", DAY_SEEN, EVENT, "VWAP minus one sd",      \
      "definition")                                                                                          \
    X(VWAP_UPPER_2, "trade.vwap.upper.2", "VWAP +2", "px", "> 0", DAY_SEEN, EVENT, "VWAP plus two sd",       \
      "definition")                                                                                          \
    X(VWAP_LOWER_2, "trade.vwap.lower.2", "VWAP -2", "px", "any", DAY_SEEN, EVENT, "VWAP minus two sd",      \
      "definition")                                                                                          \
    X(CVD_DAY, "trade.cvd.day", "CVD", "usd", "any", DAY_SEEN, EVENT, "taker buys minus taker sells",        \
      "definition")                                                                                          \
    X(CVD_60, "trade.cvd.60s", "CVD 1m", "usd", "any", "60 s", 1S, "taker buys minus taker sells",           \
      "definition")                                                                                          \
    X(BUY_60, "trade.buy.60s", "buy 1m", "usd", ">= 0", "60 s", 1S, "taker buys", "definition")              \
    X(SELL_60, "trade.sell.60s", "sell 1m", "usd", ">= 0", "60 s", 1S, "taker sells", "definition")          \
    X(PACE_10, "trade.pace.10s", "pace", "1/s", ">= 0", "10 s", 1S, "trades a second", "definition")         \
    X(CVD_5M, "trade.cvd.5m", "CVD 5m", "usd", "any", "5 min", 1S, "taker buys minus taker sells",           \
      "definition")                                                                                          \
    X(CVD_15M, "trade.cvd.15m", "CVD 15m", "usd", "any", "15 min", 1S, "taker buys minus taker sells",       \
      "definition")                                                                                          \
    X(CVD_1H, "trade.cvd.1h", "CVD 1h", "usd", "any", "1 h", 1S, "taker buys minus taker sells",             \
      "definition")                                                                                          \
    X(BALANCE_60, "trade.pressure.60s", "taker 1m", "1", "[-1, 1]", "60 s", 1S,                              \
      "taker buys minus sells, of both together", "definition")                                              \
    X(BALANCE_5M, "trade.pressure.5m", "taker 5m", "1", "[-1, 1]", "5 min", 1S,                              \
      "taker buys minus sells, of both together", "definition")                                              \
    X(BALANCE_15M, "trade.pressure.15m", "taker 15m", "1", "[-1, 1]", "15 min", 1S,                          \
      "taker buys minus sells, of both together", "definition")                                              \
    X(BALANCE_1H, "trade.pressure.1h", "taker 1h", "1", "[-1, 1]", "1 h", 1S,                                \
      "taker buys minus sells, of both together", "definition")                                              \
    X(VOLUME_1H, "trade.volume.1h", "vol 1h", "usd", ">= 0", "1 h", 1S, "taker buys and sells together",     \
      "definition")

/* A sweep: prints of one taker, same side and same exchange millisecond. */
#define SIZE_ROWS(X)                                                                                         \
    X(SIZE_50, "trade.size.q50", "size med", "usd", "> 0", "24 h half-life", 1S, "median value of a sweep",  \
      "definition")                                                                                          \
    X(SIZE_95, "trade.size.q95", "size q95", "usd", "> 0", "24 h half-life", 1S,                             \
      "value that 5 % of sweeps reach", "definition")                                                        \
    X(SIZE_99, "trade.size.q99", "size q99", "usd", "> 0", "24 h half-life", 1S,                             \
      "value that 1 % of sweeps reach", "definition")                                                        \
    X(LARGE_MIN, "trade.large.min", "large >=", "usd", "> 0", "24 h half-life", 1S,                          \
      "value from which a sweep is large for this instrument", "definition")                                 \
    X(LARGE_BUY, "trade.large.buy.5m", "large buy", "usd", ">= 0", "5 min", 1S, "large taker buys",          \
      "definition")                                                                                          \
    X(LARGE_SELL, "trade.large.sell.5m", "large sell", "usd", ">= 0", "5 min", 1S, "large taker sells",      \
      "definition")                                                                                          \
    X(LARGE_COUNT, "trade.large.count.5m", "large n", "1", ">= 0", "5 min", 1S, "large sweeps", "definition")

#define PROFILE_ROWS_OF(X, name, id, label, window)                                                          \
    X(POC_##name, "trade.poc." id, "POC " label, "px", "> 0", window, 1S,                                    \
      "price at which most was traded (middle of its bin)", "Steidlmayer 1984")                              \
    X(VALUE_LOW_##name, "trade.value.low." id, "VAL " label, "px", "> 0", window, 1S,                        \
      "low end of the prices that hold 70 % of the volume", "Steidlmayer 1984")                              \
    X(VALUE_HIGH_##name, "trade.value.high." id, "VAH " label, "px", "> 0", window, 1S,                      \
      "high end of the prices that hold 70 % of the volume", "Steidlmayer 1984")
#define PROFILE_ROWS(X)                                                                                      \
    PROFILE_ROWS_OF(X, DAY, "day", "day", DAY_SEEN)                                                          \
    PROFILE_ROWS_OF(X, SESSION, "session", "ses", "since the session began")

#define PRICE_ROWS(X)                                                                                        \
    X(DAY_OPEN, "price.day.open", "day open", "px", "> 0", DAY_SEEN, 1S, "first trade of the UTC day",       \
      "definition")                                                                                          \
    X(DAY_HIGH, "price.day.high", "day high", "px", "> 0", DAY_SEEN, 1S, "highest trade of the UTC day",     \
      "definition")                                                                                          \
    X(DAY_LOW, "price.day.low", "day low", "px", "> 0", DAY_SEEN, 1S, "lowest trade of the UTC day",         \
      "definition")                                                                                          \
    X(PREV_HIGH, "price.prev.high", "prev high", "px", "> 0", "last UTC day", 1S,                            \
      "highest trade of the day before", "definition")                                                       \
    X(PREV_LOW, "price.prev.low", "prev low", "px", "> 0", "last UTC day", 1S,                               \
      "lowest trade of the day before", "definition")                                                        \
    X(WEEK_OPEN, "price.week.open", "week open", "px", "> 0", "UTC week from Monday", 1S,                    \
      "first trade of the week", "definition")

#define ABDL "Andersen, Bollerslev, Diebold & Labys 2003"
#define VOL_ROWS(X)                                                                                          \
    X(RV_1M, "vol.realised.1m", "vol 1m", "%/y", ">= 0", "60 s, of 1 s", 1S,                                 \
      "realised volatility of the mid, a year of 365 days", ABDL)                                            \
    X(RV_5M, "vol.realised.5m", "vol 5m", "%/y", ">= 0", "5 min, of 1 s", 1S,                                \
      "realised volatility of the mid, a year of 365 days", ABDL)                                            \
    X(RV_1H, "vol.realised.1h", "vol 1h", "%/y", ">= 0", "1 h, of 1 min", 1S,                                \
      "realised volatility of the mid, a year of 365 days", ABDL)                                            \
    X(RV_1D, "vol.realised.1d", "vol 1d", "%/y", ">= 0", "24 h, of 5 min", 1S,                               \
      "realised volatility of the mid, a year of 365 days", ABDL)                                            \
    X(VOL_EWMA, "vol.ewma", "vol ewma", "%/y", ">= 0", "1 min returns", 1S,                                  \
      "exponentially weighted volatility of the mid, a year of 365 days", "RiskMetrics 1996")

#define CARRY_ROWS(X)                                                                                                  \
    X(FUNDING_RATE, "funding.rate", "funding", "bps", "any", "this interval", 1S,                                      \
      "predicted rate of the next payment; longs pay when it is positive", "venue")                                    \
    X(FUNDING_YEAR, "funding.annual", "fund/y", "%/y", "any", "this interval", 1S,                                     \
      "that rate by the payments of a year at the instrument's interval", "definition")                                \
    X(FUNDING_NEXT, "funding.next_s", "fund in", "s", ">= 0", "now", 1S, "until the next payment", "venue")            \
    X(BASIS, "basis.bps", "basis", "bps", "any", "now", 1S, "mark over index", "definition")                           \
    X(PREMIUM, "basis.mid_bps", "premium", "bps", "any", "now", 1S, "mid over index", "definition")                    \
    X(OI_BASE, "oi.base", "OI", "base", ">= 0", "now", 1S, "open interest", "venue")                                   \
    X(OI_USD, "oi.usd", "OI usd", "usd", ">= 0", "now", 1S, "open interest at mark (else mid)",                        \
      "definition")                                                                                                    \
    X(OI_5M, "oi.change.5m", "OI 5m", "%", "any", "5 min", 1S, "change of open interest", "definition")                \
    X(OI_1H, "oi.change.1h", "OI 1h", "%", "any", "1 h", 1S, "change of open interest", "definition")                  \
    X(OI_24H, "oi.change.24h", "OI 24h", "%", "any", "24 h", 1S, "change of open interest", "definition")              \
    X(OI_5M_USD, "oi.change_usd.5m", "OI 5m usd", "usd", "any", "5 min", 1S,                                           \
      "change of open interest, at today's price", "definition")                                                       \
    X(OI_1H_USD, "oi.change_usd.1h", "OI 1h usd", "usd", "any", "1 h", 1S,                                             \
      "change of open interest, at today's price", "definition")                                                       \
    X(OI_24H_USD, "oi.change_usd.24h", "OI 24h usd", "usd", "any", "24 h", 1S,                                         \
      "change of open interest, at today's price", "definition")                                                       \
    X(OI_QUADRANT, "oi.quadrant.1h", "OI/px 1h", "1", "1..4", "1 h", 1S,                                               \
      "1 new longs, 2 shorts close, 3 longs close, 4 new shorts: signs of the price's and the open interest's change", \
      "definition")

#define TRADED_ROWS(X)                                                                                       \
    TRADE_ROWS(X) SIZE_ROWS(X) PROFILE_ROWS(X) PRICE_ROWS(X) VOL_ROWS(X) CARRY_ROWS(X) LIQ_ROWS(X)

#endif
