/* Binance USD-M futures, and what the other markets of Binance share with them. */
#include "sim/binance_encode.h"
#include "sim/control.h"
#include "sim/dialect.h"

#include <string.h>

static bool starts_with(const char **path, const char *word)
{
    size_t n = strlen(word);
    if (strncmp(*path, word, n) != 0 || ((*path)[n] != '\0' && (*path)[n] != '/')) {
        return false;
    }
    *path += n;
    return true;
}

/* "/public/ws/a/b". Paths without a route open as ever, and stay silent where the market has routes. */
bool binance_open(const char *path, struct listener *l, const char **ret_rest)
{
    enum stream_route route = ROUTE_NONE;
    if (starts_with(&path, "/public")) {
        route = ROUTE_PUBLIC;
    } else if (starts_with(&path, "/market")) {
        route = ROUTE_MARKET;
    } else if (starts_with(&path, "/private")) {
        route = ROUTE_PRIVATE;
    }
    bool is_combined = starts_with(&path, "/stream");
    if (!is_combined && !starts_with(&path, "/ws")) {
        return false;
    }
    l->route = route;
    l->is_combined = is_combined;
    *ret_rest = path;
    return true;
}

int binance_depth_weight(int limit)
{
    static const struct {
        int limit, weight;
    } limits[] = {{5, 2}, {10, 2}, {20, 2}, {50, 2}, {100, 5}, {500, 10}, {1000, 20}};
    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
        if (limits[i].limit == limit) {
            return limits[i].weight;
        }
    }
    return AP_EINVAL;
}

static const struct rest_route routes[] = {
    {"/fapi/v1/ping", REST_PING, 1, false},
    {"/fapi/v1/time", REST_TIME, 1, false},
    {"/fapi/v1/exchangeInfo", REST_EXCHANGE_INFO, 1, false},
    {"/fapi/v1/depth", REST_DEPTH, 0, true},
    {"/fapi/v1/openInterest", REST_OPEN_INTEREST, 1, true},
    {"/fapi/v1/premiumIndex", REST_PREMIUM_INDEX, 1, false},
    {"/fapi/v1/klines", REST_BARS, 0, true},
    {"/fapi/v1/fundingInfo", REST_FUNDING_INFO, 0, false},
    {NULL, REST_PING, 0, false},
};

const struct dialect dialect_binance = {
    .venue = "binance",
    .list = listing_of_spec,
    .routes = routes,
    .instruments = encode_exchange_info,
    .book = encode_book,
    .open_interest = encode_open_interest,
    BINANCE_FUTURES,
};
