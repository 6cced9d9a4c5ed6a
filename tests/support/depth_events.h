/* Depth events written as text, for tests: "b100=5 a101=3" is a bid and an ask. */
#ifndef AP_TEST_SUPPORT_DEPTH_EVENTS_H
#define AP_TEST_SUPPORT_DEPTH_EVENTS_H

#include <alphaplus/model/event.h>

#include <stdlib.h>
#include <string.h>

enum { DEPTH_LEVELS_MAX = 4096 };

static inline struct event *depth_event_of(int kind, const struct level *bids, uint32_t bid_n,
                                           const struct level *asks, uint32_t ask_n)
{
    size_t bytes = sizeof(struct depth_rows) + (bid_n + ask_n) * sizeof(struct level);
    struct event *ev = calloc(1, event_size_for(bytes));
    if (ev == NULL) {
        abort();
    }
    ev->size = event_size_for(bytes);
    ev->kind = (uint16_t)kind;
    struct depth_rows *rows = event_rows(ev);
    rows->bid_n = bid_n;
    rows->ask_n = ask_n;
    if (bid_n > 0) {
        memcpy(rows->levels, bids, bid_n * sizeof(struct level));
    }
    if (ask_n > 0) {
        memcpy(rows->levels + bid_n, asks, ask_n * sizeof(struct level));
    }
    return ev;
}

/* The caller frees it. */
static inline struct event *depth_event(int kind, uint64_t first, uint64_t last, uint64_t prev,
                                        const char *text)
{
    static struct level side[2][DEPTH_LEVELS_MAX];
    uint32_t n[2] = {0, 0};
    while (*text != '\0') {
        int which = *text++ == 'b' ? SIDE_BID : SIDE_ASK;
        char *end;
        struct level level = {.px = strtoll(text, &end, 10)};
        level.qty = *end == '=' ? strtoll(end + 1, &end, 10) : 0;
        text = *end == ' ' ? end + 1 : end;
        if (n[which] < DEPTH_LEVELS_MAX) {
            side[which][n[which]++] = level;
        }
    }
    struct event *ev = depth_event_of(kind, side[SIDE_BID], n[SIDE_BID], side[SIDE_ASK], n[SIDE_ASK]);
    ev->first_id = first;
    ev->last_id = last;
    ev->prev_id = prev;
    return ev;
}

#endif
