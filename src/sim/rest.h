/* REST requests of the public market-data API, read from path and query. */
#ifndef SIM_REST_H
#define SIM_REST_H

#include <alphaplus/base/err.h>
#include <alphaplus/model/instrument.h>
#include <stddef.h>

enum rest_kind {
    REST_PING,
    REST_TIME,
    REST_EXCHANGE_INFO,
    REST_DEPTH,
    REST_OPEN_INTEREST,
    REST_PREMIUM_INDEX,
    REST_SIM_TRUTH, /* the exchange's own, for tests: the whole book of a symbol */
    REST_SIM_PAUSE, /* the market stands still, all told */
    REST_SIM_HEAL,  /* no more faults */
    REST_SIM_FAULTS /* how many there were of each */
};

struct rest_request {
    enum rest_kind kind;
    char symbol[SYMBOL_MAX]; /* "" when not given */
    int limit;               /* of depth: 5 10 20 50 100 500 1000 */
    int weight;
};

/* AP_ENOTFOUND: no such path. */
AP_MUST_CHECK int rest_parse_path(const char *path, struct rest_request *ret_request);
/* One "name=value"; unknown names are passed over. AP_EINVAL: a value that the venue refuses. */
AP_MUST_CHECK int rest_parse_argument(struct rest_request *r, const char *argument);
/* After all arguments: fills in defaults and weight; AP_EINVAL when a symbol is missing. */
AP_MUST_CHECK int rest_parse_end(struct rest_request *r);

#endif
