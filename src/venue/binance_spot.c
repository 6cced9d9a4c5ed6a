/* Spot, by the hosts that serve market data alone: they are open where the main site is not. */
#include "binance_market.h"
#include "venues.h"

static const struct binance_market market = {
    .name = "binance-spot",
    .calls =
        {
            /* The sets of permissions are most of the list's bytes. */
            [REST_INSTRUMENTS] = {"/api/v3/exchangeInfo", "?showPermissionSets=false", 20, false},
            [REST_SNAPSHOT] = {"/api/v3/depth", "&limit=5000", 250, true},
            [REST_TIME] = {"/api/v3/time", "", 1, false},
        },
    .routes = {{"/ws",
                {{"@depth@100ms", EVENT_DEPTH}, {"@bookTicker", EVENT_QUOTE}, {"@aggTrade", EVENT_TRADE}}}},
    .book_rule = BOOK_RULE_FIRST_ID,
    .completeness = COMPLETENESS_UNKNOWN,
    .is_spot = true,
};

BINANCE_CALLS(market)

const struct venue venue_binance_spot = {
    .name = "binance-spot",
    .title = "Binance spot",
    .rest_base = "https://data-api.binance.vision",
    .ws_base = "wss://data-stream.binance.vision",
    .completeness = COMPLETENESS_UNKNOWN,
    .rest_weight = 6000,
    BINANCE_CALL_FIELDS,
};
