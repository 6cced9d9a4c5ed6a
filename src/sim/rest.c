#include "sim/rest.h"

#include <alphaplus/base/text.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *path;
    enum rest_kind kind;
    int weight;
    int needs_symbol;
} routes[] = {
    {"/fapi/v1/ping", REST_PING, 1, 0},
    {"/fapi/v1/time", REST_TIME, 1, 0},
    {"/fapi/v1/exchangeInfo", REST_EXCHANGE_INFO, 1, 0},
    {"/fapi/v1/depth", REST_DEPTH, 0, 1},
    {"/fapi/v1/openInterest", REST_OPEN_INTEREST, 1, 1},
    {"/fapi/v1/premiumIndex", REST_PREMIUM_INDEX, 0, 0},
    {"/sim/truth", REST_SIM_TRUTH, 0, 1},
    {"/sim/pause", REST_SIM_PAUSE, 0, 0},
    {"/sim/heal", REST_SIM_HEAL, 0, 0},
    {"/sim/faults", REST_SIM_FAULTS, 0, 0},
};

static const struct {
    int limit, weight;
} depth_limits[] = {{5, 2}, {10, 2}, {20, 2}, {50, 2}, {100, 5}, {500, 10}, {1000, 20}};

int rest_parse_path(const char *path, struct rest_request *ret_request)
{
    for (size_t i = 0; i < sizeof routes / sizeof routes[0]; i++) {
        if (strcmp(routes[i].path, path) == 0) {
            *ret_request = (struct rest_request){
                .kind = routes[i].kind, .limit = 500, .weight = routes[i].weight};
            return 0;
        }
    }
    return AP_ENOTFOUND;
}

int rest_parse_argument(struct rest_request *r, const char *argument)
{
    const char *equals = strchr(argument, '=');
    size_t n = equals ? (size_t)(equals - argument) : 0;
    if (n == 6 && memcmp(argument, "symbol", n) == 0) {
        return text_copy(r->symbol, sizeof r->symbol, equals + 1) ? 0 : AP_EINVAL;
    }
    if (n == 5 && memcmp(argument, "limit", n) == 0) {
        char *end;
        long limit = strtol(equals + 1, &end, 10);
        if (end == equals + 1 || *end != '\0' || limit < 0 || limit > 100000) {
            return AP_EINVAL;
        }
        r->limit = (int)limit;
    }
    return 0;
}

int rest_parse_end(struct rest_request *r)
{
    for (size_t i = 0; i < sizeof routes / sizeof routes[0]; i++) {
        if (routes[i].kind == r->kind && routes[i].needs_symbol && r->symbol[0] == '\0') {
            return AP_EINVAL;
        }
    }
    if (r->kind == REST_PREMIUM_INDEX) {
        r->weight = r->symbol[0] ? 1 : 10;
    }
    if (r->kind != REST_DEPTH) {
        return 0;
    }
    for (size_t i = 0; i < sizeof depth_limits / sizeof depth_limits[0]; i++) {
        if (depth_limits[i].limit == r->limit) {
            r->weight = depth_limits[i].weight;
            return 0;
        }
    }
    return AP_EINVAL;
}
