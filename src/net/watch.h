/* Does each stream of an instrument speak, and go on speaking? A venue may acknowledge a subscription on the wrong route and
 * then stay silent for ever: a connection that is up proves nothing. Pure; times are receive times. */
#ifndef ALPHAPLUS_NET_WATCH_H
#define ALPHAPLUS_NET_WATCH_H

#include <stddef.h>
#include <stdint.h>

#define WATCH_LANES_MAX 4 /* connections of a venue */

enum watch_verdict {
    WATCH_FINE = 0,
    WATCH_WAITING, /* has not spoken, and need not have yet */
    WATCH_MUTE,    /* has not spoken since it was subscribed */
    WATCH_STALE,   /* spoke, and fell silent */
};

struct watch_lane {
    int64_t since_ns; /* subscribed; 0: not yet, or nothing of this instrument goes there */
    int64_t heard_ns; /* any event of the instrument on it; 0: none */
};
struct watch {
    struct watch_lane lanes[WATCH_LANES_MAX];
    int64_t book_ns, mark_ns; /* last of its kind; 0: none */
    int book_lane;            /* that the book comes by; -1: not known */
};

void watch_init(struct watch *w);
/* The lane's wishes were all sent. */
void watch_subscribed(struct watch *w, int lane, int64_t now_ns);
/* The lane is down: what came by it counts as not heard. */
void watch_lost(struct watch *w, int lane);
void watch_heard(struct watch *w, int lane, int event_kind, int64_t now_ns);
/* The worst of its streams; *ret_lane is the lane meant (-1: none), *ret_what "book updates", "marks" or "anything". */
enum watch_verdict watch_judge(const struct watch *w, int64_t first_ns, int64_t stale_ns, int64_t now_ns,
                               int *ret_lane, const char **ret_what);

#endif
