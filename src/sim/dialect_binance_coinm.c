/* Binance COIN-M futures: USD-M's frames about contracts of a fixed worth in dollars. One lot of the model is one contract. */
#include "sim/binance_encode.h"
#include "sim/control.h"
#include "sim/dialect.h"

#include <alphaplus/base/text.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static void list(const struct market_spec *spec, struct listing *ret_listing)
{
    struct listing *in = ret_listing;
    listing_of_spec(spec, in);
    snprintf(in->symbol, sizeof in->symbol, "%sUSD_PERP", spec->base);
    snprintf(in->pair, sizeof in->pair, "%sUSD", spec->base);
    text_copy(in->quote, sizeof in->quote, "USD");
    in->qty_decimals = 0;
    in->lot = 1;
    in->is_inverse = true;
    in->contract = strcmp(spec->base, "BTC") == 0 ? 100 : 10;
}

static void put_symbol(struct buf *out, const struct listing *in)
{
    buf_printf(
        out,
        "{\"symbol\":\"%s\",\"pair\":\"%s\",\"contractType\":\"PERPETUAL\",\"deliveryDate\":4133404800000,"
        "\"onboardDate\":1597042800000,\"contractStatus\":\"TRADING\",\"contractSize\":%d,\"marginAsset\":\"%s\","
        "\"maintMarginPercent\":\"2.5000\",\"requiredMarginPercent\":\"5.0000\",\"baseAsset\":\"%s\",\"quoteAsset\":\"%s\","
        "\"pricePrecision\":%d,\"quantityPrecision\":0,\"baseAssetPrecision\":8,\"quotePrecision\":8,"
        "\"equalQtyPrecision\":4,\"triggerProtect\":\"0.0500\",\"underlyingType\":\"COIN\",\"underlyingSubType\":[\"PoW\"],",
        in->symbol, in->pair, in->contract, in->base, in->base, in->quote, in->price_decimals);
    encode_filters(out, in);
    buf_text(out,
             ",\"orderTypes\":[\"LIMIT\",\"MARKET\"],\"timeInForce\":[\"GTC\",\"IOC\",\"FOK\",\"GTX\"]}");
}

static void instruments(struct buf *out, const struct listing *in, size_t n, int64_t now_ms)
{
    buf_printf(out,
               "{\"timezone\":\"UTC\",\"serverTime\":%" PRId64
               ",\"rateLimits\":[{\"rateLimitType\":\"REQUEST_WEIGHT\",\"interval\":\"MINUTE\","
               "\"intervalNum\":1,\"limit\":2400}],\"exchangeFilters\":[],\"symbols\":[",
               now_ms);
    for (size_t i = 0; i < n; i++) {
        buf_text(out, i > 0 ? "," : "");
        put_symbol(out, &in[i]);
    }
    buf_text(out, "]}");
}

static void book(struct buf *out, const struct listing *in, uint64_t id, int64_t event_ms, int64_t time_ms,
                 const struct price_level *bids, size_t bid_n, const struct price_level *asks, size_t ask_n)
{
    buf_printf(out,
               "{\"lastUpdateId\":%" PRIu64 ",\"symbol\":\"%s\",\"pair\":\"%s\",\"E\":%" PRId64
               ",\"T\":%" PRId64 ",\"bids\":[",
               id, in->symbol, in->pair, event_ms, time_ms);
    encode_levels(out, in, bids, bid_n);
    buf_text(out, "],\"asks\":[");
    encode_levels(out, in, asks, ask_n);
    buf_text(out, "]}");
}

static void open_interest(struct buf *out, const struct listing *in, int64_t lots, int64_t now_ms)
{
    buf_printf(out,
               "{\"symbol\":\"%s\",\"pair\":\"%s\",\"openInterest\":\"%" PRId64
               "\",\"contractType\":\"PERPETUAL\",\"time\":%" PRId64 "}",
               in->symbol, in->pair, lots, now_ms);
}

static const struct rest_route routes[] = {
    {"/dapi/v1/ping", REST_PING, 1, false},
    {"/dapi/v1/time", REST_TIME, 1, false},
    {"/dapi/v1/exchangeInfo", REST_EXCHANGE_INFO, 1, false},
    {"/dapi/v1/depth", REST_DEPTH, 0, true},
    {"/dapi/v1/openInterest", REST_OPEN_INTEREST, 1, true},
    {"/dapi/v1/premiumIndex", REST_PREMIUM_INDEX, 10, false},
    {"/dapi/v1/klines", REST_BARS, 0, true},
    {"/dapi/v1/fundingInfo", REST_FUNDING_INFO, 0, false},
    {NULL, REST_PING, 0, false},
};

const struct dialect dialect_binance_coinm = {
    .venue = "binance-coinm",
    .list = list,
    .routes = routes,
    .instruments = instruments,
    .book = book,
    .open_interest = open_interest,
    .premium_is_list = true,
    BINANCE_FUTURES,
};
