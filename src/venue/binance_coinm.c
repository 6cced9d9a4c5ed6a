/* COIN-M futures: inverse contracts of 100 (BTC) or 10 US dollars each, margined and settled in the base. Sizes count contracts. */
#include "binance_market.h"
#include "venues.h"

static const struct binance_market market = {
    .name = "binance-coinm",
    .calls =
        {
            [REST_INSTRUMENTS] = {"/dapi/v1/exchangeInfo", "", 1, false},
            [REST_SNAPSHOT] = {"/dapi/v1/depth", "&limit=1000", 20, true},
            [REST_OPEN_INTEREST] = {"/dapi/v1/openInterest", "", 1, true},
            [REST_PREMIUM] = {"/dapi/v1/premiumIndex", "", 10, true},
            [REST_TIME] = {"/dapi/v1/time", "", 1, false},
            [REST_FUNDING] = {"/dapi/v1/fundingInfo", "", 1, false},
        },
    .routes =
        {
            {"/public/ws", {{"@depth@100ms", EVENT_DEPTH}, {"@bookTicker", EVENT_QUOTE}}},
            {"/market/ws",
             {{"@aggTrade", EVENT_TRADE}, {"@markPrice@1s", EVENT_MARK}, {"@forceOrder", EVENT_LIQUIDATION}}},
        },
    .book_rule = BOOK_RULE_PREV_ID,
    .completeness = COMPLETENESS_SAMPLED,
    .other_class = 1,
    .is_inverse = true,
};

BINANCE_CALLS(market)

const struct venue venue_binance_coinm = {
    .name = "binance-coinm",
    .title = "Binance COIN-M futures",
    .rest_base = "https://dapi.binance.com",
    .ws_base = "wss://dstream.binance.com",
    .completeness = COMPLETENESS_SAMPLED,
    .rest_weight = 2400,
    .funding_usual_s = 8 * 3600,
    .read_funding = binance_read_funding,
    BINANCE_CALL_FIELDS,
};
