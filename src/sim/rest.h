/* REST requests of the public market-data API, read from path, query and body by the tables of a venue. */
#ifndef SIM_REST_H
#define SIM_REST_H

#include <alphaplus/base/err.h>
#include <alphaplus/model/instrument.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum rest_kind {
    REST_PING,
    REST_TIME,
    REST_EXCHANGE_INFO,
    REST_DEPTH,
    REST_OPEN_INTEREST,
    REST_PREMIUM_INDEX,
    REST_BARS,
    REST_FUNDING_INFO,
    REST_SIM_TRUTH, /* the exchange's own, for tests: the whole book of a symbol */
    REST_SIM_PAUSE, /* the market stands still, all told */
    REST_SIM_HEAL,  /* no more faults */
    REST_SIM_FAULTS /* how many there were of each */
};

/* What a snapshot of a book is to be, on purpose. */
enum rest_spoil { SPOIL_NOTHING, SPOIL_STALE, SPOIL_EMPTY };
#define REST_STALE_BY UINT64_C(1000000) /* updates that a stale one is behind */

struct rest_request {
    enum rest_kind kind;
    char symbol[SYMBOL_MAX];        /* "" when not given */
    int limit;                      /* of depth and bars */
    int weight;                     /* 0: the exchange's own */
    int64_t bar_ms, from_ms, to_ms; /* of bars; 0: not given */
    enum rest_spoil spoil;
};
struct rest_route {
    const char *path; /* NULL: the end */
    enum rest_kind kind;
    int weight; /* of depth and bars: found by the limit */
    bool needs_symbol;
};
struct dialect;

/* AP_ENOTFOUND: no such path. */
AP_MUST_CHECK int rest_parse_path(const struct dialect *d, const char *path,
                                  struct rest_request *ret_request);
/* One "name=value"; unknown names are passed over. AP_EINVAL: a value that the venue refuses. */
AP_MUST_CHECK int rest_parse_argument(struct rest_request *r, const char *argument);
/* After all arguments: fills in defaults and weight; AP_EINVAL when a symbol is missing. */
AP_MUST_CHECK int rest_parse_end(const struct dialect *d, struct rest_request *r);
/* "1m", "60", "1H" -> ms; AP_EINVAL when no venue calls a bar that. */
AP_MUST_CHECK int rest_parse_interval(const char *text, int64_t *ret_ms);

#endif
