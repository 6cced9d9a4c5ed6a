/* USD-M futures: linear contracts of one unit of the base. Liquidations are asked for by symbol, for the stream of all carries
 * COIN-M as well. */
#include "binance_market.h"
#include "venues.h"

static const struct binance_market market = {
    .name = "binance",
    .calls =
        {
            [REST_INSTRUMENTS] = {"/fapi/v1/exchangeInfo", "", 1, false},
            [REST_SNAPSHOT] = {"/fapi/v1/depth", "&limit=1000", 20, true},
            [REST_OPEN_INTEREST] = {"/fapi/v1/openInterest", "", 1, true},
            [REST_PREMIUM] = {"/fapi/v1/premiumIndex", "", 1, true},
            [REST_TIME] = {"/fapi/v1/time", "", 1, false},
            [REST_FUNDING] = {"/fapi/v1/fundingInfo", "", 1, false},
        },
    .routes =
        {
            {"/public/ws", {{"@depth@100ms", EVENT_DEPTH}, {"@bookTicker", EVENT_QUOTE}}},
            {"/market/ws",
             {{"@aggTrade", EVENT_TRADE}, {"@markPrice@1s", EVENT_MARK}, {"@forceOrder", EVENT_LIQUIDATION}}},
        },
    .book_rule = BOOK_RULE_PREV_ID,
    .completeness = COMPLETENESS_SAMPLED,
    .other_class = 2,
};

BINANCE_CALLS(market)

const struct venue venue_binance = {
    .name = "binance",
    .title = "Binance USD-M futures",
    .rest_base = "https://fapi.binance.com",
    .ws_base = "wss://fstream.binance.com",
    .completeness = COMPLETENESS_SAMPLED,
    .rest_weight = 2400,
    .funding_usual_s = 8 * 3600,
    .read_funding = binance_read_funding,
    BINANCE_CALL_FIELDS,
};
