/* What a client sends to Binance: {"method":"SUBSCRIBE","params":["btcusdt@depth@100ms"],"id":1} and its kin; and how often
 * it may. */
#ifndef SIM_CONTROL_H
#define SIM_CONTROL_H

#include "sim/hub.h"

#define CONTROL_BYTES_MAX (64u << 10)
#define CONTROL_RATE_MAX  64 /* messages a second that can be counted */

/* Does what the message says and queues the answer. AP_EFULL: too many streams, the connection must end. */
AP_MUST_CHECK int control_handle(struct listener *l, const char *text, size_t n);

/* Counts incoming messages in any one second. */
struct control_rate {
    int64_t at_ns[CONTROL_RATE_MAX];
    uint64_t n;
};
/* False when this one is too many; `most` a second, at most CONTROL_RATE_MAX; 0: never. */
bool control_rate_allows(struct control_rate *r, int most, int64_t now_ns);

/* Splits "a/b/c" and subscribes each; the rest of a URL. */
AP_MUST_CHECK int control_subscribe_list(struct listener *l, const char *list, size_t n);

#endif
