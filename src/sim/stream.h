/* Streams, and their names at Binance ("btcusdt@depth@100ms", "!forceOrder@arr") with the routed path that each class of
 * them lives on. */
#ifndef SIM_STREAM_H
#define SIM_STREAM_H

#include <alphaplus/model/instrument.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define STREAM_NAME_MAX 64

enum stream_kind {
    STREAM_OTHER = 0, /* known to nobody here: it is acknowledged and stays silent */
    STREAM_DEPTH,
    STREAM_QUOTE,
    STREAM_TRADE,
    STREAM_AGG,
    STREAM_MARK,
    STREAM_FORCE,
    STREAM_ALL_FORCE,
    STREAM_ALL_MARK,
    STREAM_ALL_QUOTE, /* of every instrument, every five seconds */
    STREAM_WINDOW,    /* the best levels; which of the dialect's windows: slot */
    STREAM_INDEX,
    STREAM_FUNDING,
    STREAM_OPEN_INTEREST,
    STREAM_TICKER,
    STREAM_KINDS
};
enum stream_route { ROUTE_NONE, ROUTE_PUBLIC, ROUTE_MARKET, ROUTE_PRIVATE };

struct stream {
    enum stream_kind kind;
    enum stream_route route;
    char symbol[SYMBOL_MAX]; /* upper case; "" for all-market streams */
    int period_ms;           /* of depth (0, 100, 250, 500) and marks (1000, 3000); else 0 */
    int slot;                /* of a window: its place in the dialect's table */
};
/* Anything is a stream name; what cannot be one is STREAM_OTHER on ROUTE_NONE. */
void stream_parse(const char *name, size_t n, struct stream *ret_stream);

#endif
