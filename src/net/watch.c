#include "net/watch.h"
#include <alphaplus/model/event.h>

/* How many times the patience for a stream that is due all the time; 0: its silence is no fault. */
static const struct {
    const char *text;
    int patience;
} kinds[WATCH_KINDS] = {
    [WATCH_BOOK] = {"book updates", 1}, [WATCH_MARK] = {"marks", 1},
    [WATCH_QUOTE] = {"best prices", 4}, [WATCH_INTEREST] = {"open interest", 6},
    [WATCH_TRADE] = {"trades", 0},      [WATCH_LIQUIDATION] = {"liquidations", 0},
};

int watch_kind_of(int event_kind)
{
    switch (event_kind) {
    case EVENT_DEPTH:
    case EVENT_DEPTH_SNAPSHOT: return WATCH_BOOK;
    case EVENT_MARK: return WATCH_MARK;
    case EVENT_QUOTE: return WATCH_QUOTE;
    case EVENT_OPEN_INTEREST: return WATCH_INTEREST;
    case EVENT_TRADE: return WATCH_TRADE;
    case EVENT_LIQUIDATION: return WATCH_LIQUIDATION;
    default: return -1;
    }
}

const char *watch_kind_text(int kind)
{
    return kind >= 0 && kind < WATCH_KINDS ? kinds[kind].text : "anything";
}

void watch_init(struct watch *w, int64_t first_ns, int64_t stale_ns)
{
    *w = (struct watch){.first_ns = first_ns, .stale_ns = stale_ns};
    for (int k = 0; k < WATCH_KINDS; k++) {
        w->streams[k].lane = -1;
    }
}

void watch_place(struct watch *w, int kind, int lane)
{
    if (w->streams[kind].lane != lane) {
        w->streams[kind] = (struct watch_stream){.lane = lane};
    }
}

void watch_subscribed(struct watch *w, int lane, int64_t now_ns)
{
    for (int k = 0; k < WATCH_KINDS; k++) {
        if (w->streams[k].lane == lane && w->streams[k].since_ns == 0) {
            w->streams[k].since_ns = now_ns;
        }
    }
}

void watch_lost(struct watch *w, int lane)
{
    for (int k = 0; k < WATCH_KINDS; k++) {
        if (w->streams[k].lane == lane) {
            w->streams[k] = (struct watch_stream){.lane = lane};
        }
    }
}

void watch_heard(struct watch *w, int kind, int64_t now_ns)
{
    w->streams[kind].heard_ns = now_ns;
    w->streams[kind].tried_ns = 0;
}

static enum watch_verdict judge(const struct watch *w, int kind, int64_t now_ns)
{
    const struct watch_stream *s = &w->streams[kind];
    if (s->lane < 0 || kinds[kind].patience == 0) {
        return WATCH_FINE;
    }
    if (s->heard_ns != 0) {
        return now_ns - s->heard_ns > w->stale_ns * kinds[kind].patience ? WATCH_STALE : WATCH_FINE;
    }
    if (s->since_ns != 0 && now_ns - s->since_ns > w->first_ns * kinds[kind].patience) {
        return WATCH_MUTE;
    }
    return kind == WATCH_BOOK ? WATCH_WAITING
                              : WATCH_FINE; /* for the book alone is waited in so many words */
}

enum watch_verdict watch_judge(const struct watch *w, int64_t now_ns, int *ret_kind)
{
    enum watch_verdict worst = WATCH_FINE;
    *ret_kind = -1;
    for (int k = 0; k < WATCH_KINDS; k++) {
        enum watch_verdict v = judge(w, k, now_ns);
        if (v >= WATCH_MUTE ? worst < WATCH_MUTE : v > worst) {
            worst = v;
            *ret_kind = k;
        }
    }
    return worst;
}

/* Does something prove that the market moved while this stream was silent? Marks are due even when it does not. */
static bool is_proven(const struct watch *w, int kind, enum watch_verdict v)
{
    const struct watch_stream *s = &w->streams[kind];
    if (v == WATCH_MUTE || kind == WATCH_MARK) {
        return true;
    }
    return w->streams[WATCH_QUOTE].heard_ns > s->heard_ns + w->stale_ns / 2 ||
           w->streams[WATCH_TRADE].heard_ns > s->heard_ns + w->stale_ns / 2;
}

enum watch_remedy watch_mend(struct watch *w, int64_t now_ns, int *ret_kind)
{
    for (int k = 0; k < WATCH_KINDS; k++) {
        struct watch_stream *s = &w->streams[k];
        enum watch_verdict v = judge(w, k, now_ns);
        if (v < WATCH_MUTE || !is_proven(w, k, v) ||
            (s->tried_ns != 0 && now_ns - s->tried_ns <= w->first_ns * kinds[k].patience)) {
            continue;
        }
        *ret_kind = k;
        enum watch_remedy remedy = s->tried_ns == 0 ? REMEDY_RENEW : REMEDY_RECONNECT;
        s->tried_ns = now_ns;
        return remedy;
    }
    return REMEDY_NONE;
}
