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
        },
    .routes =
        {
            {"/public/ws", {"@depth@100ms", "@bookTicker"}},
            {"/market/ws", {"@aggTrade", "@markPrice@1s", "@forceOrder"}},
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
    BINANCE_CALL_FIELDS,
};
