/* Rows of the registry: trades, bars, liquidations, funding. See metrics.h for the columns. */
#ifndef ALPHAPLUS_ROWS_TRADE_H
#define ALPHAPLUS_ROWS_TRADE_H

#define TRADE_ROWS(X)                                                                                        \
    X(VWAP_DAY, "trade.vwap.day", "VWAP", "px", "> 0", "UTC day, from what was seen", EVENT,                 \
      "volume-weighted mean price", "definition")                                                            \
    X(VWAP_SD, "trade.vwap.sd", "VWAP sd", "px", ">= 0", "UTC day, from what was seen", EVENT,               \
      "volume-weighted sd about the VWAP", "definition")                                                     \
    X(CVD_DAY, "trade.cvd.day", "CVD", "usd", "any", "UTC day, from what was seen", EVENT,                   \
      "taker buys minus taker sells", "definition")                                                          \
    X(CVD_60, "trade.cvd.60s", "CVD 1m", "usd", "any", "60 s", 1S, "taker buys minus taker sells",           \
      "definition")                                                                                          \
    X(BUY_60, "trade.buy.60s", "buy 1m", "usd", ">= 0", "60 s", 1S, "taker buys", "definition")              \
    X(SELL_60, "trade.sell.60s", "sell 1m", "usd", ">= 0", "60 s", 1S, "taker sells", "definition")          \
    X(PACE_10, "trade.pace.10s", "pace", "1/s", ">= 0", "10 s", 1S, "trades a second", "definition")

#define TRADED_ROWS(X) TRADE_ROWS(X)

#endif
