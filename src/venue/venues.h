/* All venues: one line each here and in the table of venue.c. */
#ifndef AP_VENUE_VENUES_H
#define AP_VENUE_VENUES_H

#include <alphaplus/venue/venue.h>

extern const struct venue venue_binance;
extern const struct venue venue_binance_coinm;
extern const struct venue venue_binance_spot;
extern const struct venue venue_hyperliquid;
extern const struct venue venue_bybit;
extern const struct venue venue_okx;

#endif
