#include "sim/stream.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

static const struct {
    const char *suffix;
    enum stream_kind kind;
    enum stream_route route;
    int period_ms;
} classes[] = {
    {"@depth", STREAM_DEPTH, ROUTE_PUBLIC, 250},
    {"@depth@0ms", STREAM_DEPTH, ROUTE_PUBLIC, 0},
    {"@depth@100ms", STREAM_DEPTH, ROUTE_PUBLIC, 100},
    {"@depth@250ms", STREAM_DEPTH, ROUTE_PUBLIC, 250},
    {"@depth@500ms", STREAM_DEPTH, ROUTE_PUBLIC, 500},
    {"@bookTicker", STREAM_QUOTE, ROUTE_PUBLIC, 0},
    {"@trade", STREAM_TRADE, ROUTE_PUBLIC, 0},
    {"@aggTrade", STREAM_AGG, ROUTE_MARKET, 0},
    {"@markPrice", STREAM_MARK, ROUTE_MARKET, 3000},
    {"@markPrice@1s", STREAM_MARK, ROUTE_MARKET, 1000},
    {"@forceOrder", STREAM_FORCE, ROUTE_MARKET, 0},
    {"!forceOrder@arr", STREAM_ALL_FORCE, ROUTE_MARKET, 0},
    {"!markPrice@arr", STREAM_ALL_MARK, ROUTE_MARKET, 3000},
    {"!markPrice@arr@1s", STREAM_ALL_MARK, ROUTE_MARKET, 1000},
    {"!bookTicker", STREAM_ALL_QUOTE, ROUTE_PUBLIC, 5000},
};

/* "@depth10" and "@depth10@500ms": in the order of their windows. */
static bool parse_window(const char *suffix, size_t n, struct stream *ret_stream)
{
    static const char *const levels[] = {"5", "10", "20"};
    static const char *const periods[] = {"@100ms", "@250ms", "@500ms"};
    char text[STREAM_NAME_MAX];
    for (int i = 0; i < 9; i++) {
        const char *period = periods[i % 3];
        for (int is_usual = 0; is_usual < (i % 3 == 1 ? 2 : 1); is_usual++) {
            int m = snprintf(text, sizeof text, "@depth%s%s", levels[i / 3], is_usual ? "" : period);
            if ((size_t)m == n && memcmp(text, suffix, n) == 0) {
                ret_stream->kind = STREAM_WINDOW;
                ret_stream->route = ROUTE_PUBLIC;
                ret_stream->slot = i;
                return true;
            }
        }
    }
    return false;
}

void stream_parse(const char *name, size_t n, struct stream *ret_stream)
{
    *ret_stream = (struct stream){.kind = STREAM_OTHER};
    const char *at = memchr(name, '@', n);
    bool is_all = n > 0 && name[0] == '!';
    size_t symbol_n = is_all ? 0 : at ? (size_t)(at - name) : n;
    if (n >= STREAM_NAME_MAX || symbol_n >= SYMBOL_MAX || (!is_all && (!at || symbol_n == 0))) {
        return;
    }
    for (size_t i = 0; i < symbol_n; i++) {
        if (isupper((unsigned char)name[i])) { /* stream names are lower case; others never speak */
            return;
        }
        ret_stream->symbol[i] = (char)toupper((unsigned char)name[i]);
    }
    for (size_t i = 0; i < sizeof classes / sizeof classes[0]; i++) {
        const char *suffix = classes[i].suffix;
        if (strlen(suffix) == n - symbol_n && memcmp(suffix, name + symbol_n, n - symbol_n) == 0) {
            ret_stream->kind = classes[i].kind;
            ret_stream->route = classes[i].route;
            ret_stream->period_ms = classes[i].period_ms;
            return;
        }
    }
    (void)(n > symbol_n && parse_window(name + symbol_n, n - symbol_n, ret_stream));
}
