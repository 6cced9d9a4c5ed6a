/* What to subscribe to and what to ask for, by the tables of each market. */
#include "binance.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static void add_stream(struct venue_plan *plan, struct venue_conn *conn, const char *symbol,
                       const char *suffix, int kind)
{
    char lower[SYMBOL_MAX] = {0};
    for (size_t i = 0; i < SYMBOL_MAX - 1 && symbol[i] != '\0'; i++) {
        lower[i] = (char)tolower((unsigned char)symbol[i]);
    }
    conn->n += venue_plan_add(plan, kind, "%s%s", lower, suffix);
}

void binance_market_plan(const struct binance_market *market, const struct instrument *list, size_t n,
                         struct venue_plan *ret_plan)
{
    struct venue_plan *plan = ret_plan;
    memset(plan, 0, sizeof(*plan));
    n = n > INSTRUMENT_MAX ? INSTRUMENT_MAX : n;
    for (const struct binance_route *route = market->routes; route->path != NULL && n > 0; route++) {
        struct venue_conn *conn = &plan->conns[plan->conn_n++];
        (void)snprintf(conn->path, sizeof(conn->path), "%s", route->path);
        conn->first = plan->stream_n;
        for (size_t i = 0; i < n; i++) {
            for (size_t k = 0; route->streams[k].suffix != NULL; k++) {
                add_stream(plan, conn, list[i].symbol, route->streams[k].suffix, route->streams[k].kind);
            }
        }
    }
}

/* Appends; false when it does not fit. */
static bool append(char *buf, size_t size, size_t *used, const char *text, size_t n)
{
    if (n >= size - *used) {
        return false;
    }
    memcpy(buf + *used, text, n);
    *used += n;
    buf[*used] = '\0';
    return true;
}

static bool is_stream_name(const char *name, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (!isalnum((unsigned char)name[i]) && (name[i] == '\0' || strchr("@!_-./", name[i]) == NULL)) {
            return false;
        }
    }
    return n > 0;
}

int binance_subscribe(char *buf, size_t size, const char (*streams)[VENUE_STREAM_MAX], size_t n, uint64_t id,
                      int is_unsubscribe)
{
    char text[64];
    size_t used = 0;
    int length = snprintf(text, sizeof(text), "{\"method\":\"%s\",\"params\":[",
                          is_unsubscribe ? "UNSUBSCRIBE" : "SUBSCRIBE");
    if (size == 0 || !append(buf, size, &used, text, (size_t)length)) {
        return AP_ETOOBIG;
    }
    for (size_t i = 0; i < n; i++) {
        size_t name_n = strnlen(streams[i], VENUE_STREAM_MAX);
        if (!is_stream_name(streams[i], name_n)) {
            return AP_EINVAL;
        }
        if (!append(buf, size, &used, i > 0 ? ",\"" : "\"", i > 0 ? 2 : 1) ||
            !append(buf, size, &used, streams[i], name_n) || !append(buf, size, &used, "\"", 1)) {
            return AP_ETOOBIG;
        }
    }
    length = snprintf(text, sizeof(text), "],\"id\":%" PRIu64 "}", id);
    if (!append(buf, size, &used, text, (size_t)length) || used > INT32_MAX) {
        return AP_ETOOBIG;
    }
    return (int)used;
}

int binance_market_rest_path(const struct binance_market *market, enum venue_rest what,
                             const struct instrument *in, char *buf, size_t size, int *ret_weight)
{
    if ((int)what < 0 || what >= REST_KINDS || market->calls[what].path == NULL) {
        return AP_EUNSUPPORTED;
    }
    const struct binance_call *call = &market->calls[what];
    if (call->has_symbol && in == NULL) {
        return AP_EINVAL;
    }
    int n = snprintf(buf, size, "%s%s%s%s", call->path, call->has_symbol ? "?symbol=" : "",
                     call->has_symbol ? in->symbol : "", call->more);
    if (n < 0 || (size_t)n >= size) {
        return AP_ETOOBIG;
    }
    if (ret_weight != NULL) {
        *ret_weight = call->weight;
    }
    return 0;
}
