/* Parameters: trades, bars, liquidations, funding. See params.h for the columns. */
#ifndef ALPHAPLUS_PARAMS_TRADE_H
#define ALPHAPLUS_PARAMS_TRADE_H

#define TRADE_PARAMS(P)

#endif
