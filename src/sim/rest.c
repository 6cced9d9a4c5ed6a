#include "sim/rest.h"

#include "sim/dialect.h"

#include <alphaplus/base/text.h>
#include <stdlib.h>
#include <string.h>

#define LIMIT_MAX 100000

static const struct rest_route own_routes[] = {
    {"/sim/truth", REST_SIM_TRUTH, 0, true},
    {"/sim/pause", REST_SIM_PAUSE, 0, false},
    {"/sim/heal", REST_SIM_HEAL, 0, false},
    {"/sim/faults", REST_SIM_FAULTS, 0, false},
    {NULL, REST_PING, 0, false},
};

static const struct rest_route *find(const struct rest_route *routes, const char *path)
{
    for (; routes->path; routes++) {
        if (strcmp(routes->path, path) == 0) {
            return routes;
        }
    }
    return NULL;
}

int rest_parse_path(const struct dialect *d, const char *path, struct rest_request *ret_request)
{
    const struct rest_route *r = find(own_routes, path);
    r = r || !d->routes ? r : find(d->routes, path);
    if (!r) {
        return AP_ENOTFOUND;
    }
    *ret_request = (struct rest_request){.kind = r->kind, .weight = r->weight, .bar_ms = 60000};
    return 0;
}

static bool read_whole(const char *text, int64_t most, int64_t *ret)
{
    char *end;
    long long n = strtoll(text, &end, 10);
    if (end == text || *end != '\0' || n < 0 || n > most) {
        return false;
    }
    *ret = n;
    return true;
}

int rest_parse_interval(const char *text, int64_t *ret_ms)
{
    static const struct {
        char letter;
        int64_t ms;
    } units[] = {{'m', 60000},    {'h', 3600000},  {'H', 3600000},
                 {'d', 86400000}, {'D', 86400000}, {'\0', 60000}};
    char *end;
    long n = strtol(text, &end, 10);
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (end > text && n > 0 && n <= 1440 && *end == units[i].letter && (*end == '\0' || end[1] == '\0')) {
            *ret_ms = n * units[i].ms;
            return 0;
        }
    }
    return AP_EINVAL;
}

int rest_parse_argument(struct rest_request *r, const char *argument)
{
    static const struct {
        const char *name;
        enum { SYMBOL, LIMIT, INTERVAL, FROM, TO } what;
    } names[] = {
        {"symbol", SYMBOL}, {"instId", SYMBOL},     {"coin", SYMBOL},  {"limit", LIMIT},
        {"sz", LIMIT},      {"interval", INTERVAL}, {"bar", INTERVAL}, {"startTime", FROM},
        {"start", FROM},    {"endTime", TO},        {"end", TO},
    };
    const char *equals = strchr(argument, '=');
    size_t n = equals ? (size_t)(equals - argument) : 0;
    int64_t whole;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strlen(names[i].name) != n || memcmp(argument, names[i].name, n) != 0) {
            continue;
        }
        const char *value = equals + 1;
        switch (names[i].what) {
        case SYMBOL: return text_copy(r->symbol, sizeof r->symbol, value) ? 0 : AP_EINVAL;
        case INTERVAL: return rest_parse_interval(value, &r->bar_ms);
        case LIMIT:
            if (!read_whole(value, LIMIT_MAX, &whole) || whole == 0) {
                return AP_EINVAL;
            }
            r->limit = (int)whole;
            return 0;
        case FROM: return read_whole(value, INT64_MAX, &r->from_ms) ? 0 : AP_EINVAL;
        case TO: return read_whole(value, INT64_MAX, &r->to_ms) ? 0 : AP_EINVAL;
        }
    }
    return 0;
}

int rest_parse_end(const struct dialect *d, struct rest_request *r)
{
    const struct rest_route *all[] = {own_routes, d->routes};
    for (size_t k = 0; k < 2; k++) {
        for (const struct rest_route *at = all[k]; at && at->path; at++) {
            if (at->kind == r->kind && at->needs_symbol && r->symbol[0] == '\0') {
                return AP_EINVAL;
            }
        }
    }
    if (r->kind == REST_PREMIUM_INDEX && r->symbol[0] == '\0') {
        r->weight = 10;
    }
    if (r->kind == REST_BARS) {
        r->limit = r->limit == 0 ? 500 : r->limit > BARS_MAX ? BARS_MAX : r->limit;
        r->weight = r->limit < 100 ? 1 : r->limit < 500 ? 2 : r->limit <= 1000 ? 5 : 10;
    }
    if (r->kind == REST_DEPTH) {
        r->limit = r->limit == 0 ? d->depth_default : r->limit;
        int weight = d->depth_weight(r->limit);
        if (weight < 0) {
            return weight;
        }
        r->weight = weight;
    }
    return 0;
}
