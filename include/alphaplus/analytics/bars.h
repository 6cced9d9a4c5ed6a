/* Bars of one market: 1 s, 1 m, 1 h and 1 d, each in a bounded ring. A second is made of events; what is longer is made of seconds, so
 * all of them say the same.
 *
 * A bar holds events with start_ns <= recv_ns < start_ns + span_ns and closes at the tick of its end. It is partial when it did not hear
 * trades for all of that: it began or ended in the middle, events were missed in it, time leapt, or the connection that trades come over
 * had shown no sign of life. Seconds of which nothing is known at all make no bar. 370 kB. */
#ifndef ALPHAPLUS_ANALYTICS_BARS_H
#define ALPHAPLUS_ANALYTICS_BARS_H

#include <alphaplus/model/bar.h>
#include <stdbool.h>
#include <stddef.h>

#define BARS_1S 320
#define BARS_1M 1500
#define BARS_1H 64
#define BARS_1D 32

/* One bar while it grows. Means are kept as sums. */
struct bar_sums {
    struct bar bar;          /* vwap, spread_bps, bid_usd and ask_usd stay 0 */
    double spread_ns;        /* bps times ns */
    double bid_sum, ask_sum; /* value within 10 bps, over depth_n ticks */
    uint32_t depth_n;
    uint32_t seconds; /* whole ones in it */
};

struct bars {
    struct bar_sums open[BAR_SPANS]; /* [BAR_1S] takes events; start_ns 0: not begun */
    int64_t true_since_ns; /* the touch below stands since, or is counted up to, here; 0: there is none */
    int64_t mid2;
    double spread_bps;
    bool is_heard;
    uint8_t pad[7];
    uint64_t head[BAR_SPANS];     /* bars closed so far */
    int64_t closed_ns[BAR_SPANS]; /* the tick at which the newest closed */
    struct bar s1[BARS_1S], m1[BARS_1M], h1[BARS_1H], d1[BARS_1D];
};

/* The bar that closed `back` bars ago (0: the newest); NULL when it is not kept. Bars of a span may leave out time: see start_ns. */
const struct bar *bars_at(const struct bars *b, enum bar_span span, size_t back);
/* The bar of this span that closed at tick_ns; NULL when none did. */
const struct bar *bars_closed(const struct bars *b, enum bar_span span, int64_t tick_ns);
/* What the running bar holds so far, marked partial; false when that is nothing. */
bool bars_running(const struct bars *b, enum bar_span span, struct bar *ret_bar);
/* How much of the running bar was wholly heard, in closed seconds. */
int64_t bars_heard_ns(const struct bars *b, enum bar_span span);

#endif
