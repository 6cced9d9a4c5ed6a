#include "net/watch.h"
#include <alphaplus/model/event.h>

void watch_init(struct watch *w)
{
    *w = (struct watch){.book_lane = -1};
}

void watch_subscribed(struct watch *w, int lane, int64_t now_ns)
{
    w->lanes[lane].since_ns = now_ns;
}

void watch_lost(struct watch *w, int lane)
{
    w->lanes[lane] = (struct watch_lane){.since_ns = 0};
    if (w->book_lane == lane) {
        w->book_ns = 0;
    } else {
        w->mark_ns = 0;
    }
}

void watch_heard(struct watch *w, int lane, int event_kind, int64_t now_ns)
{
    w->lanes[lane].heard_ns = now_ns;
    if (event_kind == EVENT_DEPTH || event_kind == EVENT_DEPTH_SNAPSHOT) {
        w->book_ns = now_ns;
        w->book_lane = lane;
    } else if (event_kind == EVENT_MARK) {
        w->mark_ns = now_ns;
    }
}

static enum watch_verdict judge_lane(const struct watch_lane *l, int64_t first_ns, int64_t now_ns)
{
    if (l->since_ns == 0 || l->heard_ns != 0) {
        return WATCH_FINE;
    }
    return now_ns - l->since_ns > first_ns ? WATCH_MUTE : WATCH_WAITING;
}

static enum watch_verdict judge_book(const struct watch *w, int64_t first_ns, int64_t stale_ns,
                                     int64_t now_ns)
{
    if (w->book_ns != 0) {
        return now_ns - w->book_ns > stale_ns ? WATCH_STALE : WATCH_FINE;
    }
    int64_t since_ns = 0;
    for (int i = 0; i < WATCH_LANES_MAX; i++) {
        since_ns = w->lanes[i].since_ns > since_ns ? w->lanes[i].since_ns : since_ns;
    }
    return since_ns != 0 && now_ns - since_ns > first_ns ? WATCH_MUTE : WATCH_WAITING;
}

enum watch_verdict watch_judge(const struct watch *w, int64_t first_ns, int64_t stale_ns, int64_t now_ns,
                               int *ret_lane, const char **ret_what)
{
    enum watch_verdict worst = judge_book(w, first_ns, stale_ns, now_ns);
    *ret_lane = w->book_lane;
    *ret_what = "book updates";
    for (int i = 0; i < WATCH_LANES_MAX && worst < WATCH_MUTE; i++) {
        if (judge_lane(&w->lanes[i], first_ns, now_ns) == WATCH_MUTE) {
            worst = WATCH_MUTE;
            *ret_lane = i;
            *ret_what = "anything";
        }
    }
    if (worst < WATCH_MUTE && w->mark_ns != 0 && now_ns - w->mark_ns > stale_ns) {
        worst = WATCH_STALE;
        *ret_lane = -1;
        *ret_what = "marks";
    }
    return worst;
}
