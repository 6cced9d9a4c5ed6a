/* The request weight that one venue allows an address in its window, and its orders to wait. Pure: time is handed in (monotonic).
 *
 * The venue's own count, where it tells one, wins over ours: other programs on this address spend from the same pool. */
#ifndef ALPHAPLUS_NET_BUDGET_H
#define ALPHAPLUS_NET_BUDGET_H

#include <stdbool.h>
#include <stdint.h>

struct budget {
    int limit; /* weight a window that we allow ourselves */
    int used;  /* in the window that began at since_ns */
    int64_t window_ns, since_ns;
    int64_t blocked_until_ns; /* the venue said wait; 0: it did not */
    int blocked_status;       /* the HTTP status that said so */
};

void budget_init(struct budget *b, int limit, int64_t window_ns, int64_t now_ns);
/* May a request of this weight go out now? A weight above the whole limit goes out in a fresh window. */
bool budget_can(struct budget *b, int weight, int64_t now_ns);
void budget_spend(struct budget *b, int weight, int64_t now_ns);
/* What the venue says was used in its present window, this answer included. Negative: it did not say. */
void budget_report(struct budget *b, int used, int64_t now_ns);
/* Obeys a refusal: 429 and 418 wait retry_after_s (0: not given), 403 and 451 wait long. True when the status was one. */
bool budget_refused(struct budget *b, int status, int64_t retry_after_s, int64_t now_ns);
/* Until when nothing may go out; 0: free. */
int64_t budget_blocked_until(const struct budget *b, int64_t now_ns);

#endif
