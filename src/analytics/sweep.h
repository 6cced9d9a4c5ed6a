/* One taker order shows as many prints: same side, same exchange millisecond. What it cost counts from the book before the first. */
#ifndef ALPHAPLUS_ANALYTICS_SWEEP_H
#define ALPHAPLUS_ANALYTICS_SWEEP_H

#include <alphaplus/analytics/measure.h>
#include <alphaplus/base/clock.h>

/* What trades come over; marks and liquidations share their connection, so any of them shows that somebody listens. */
#define SWEEP_KINDS (1u << EVENT_TRADE | 1u << EVENT_MARK | 1u << EVENT_LIQUIDATION)

struct sweep {
    int64_t exch_ms;
    int64_t mid2; /* bid + ask before it; 0: the book was not true */
    int64_t px;   /* of the last print */
    double usd;   /* so far */
    int8_t side;  /* +1: taker buys; 0: none yet */
    int8_t pad[7];
};

/* The trade of this event, or NULL when it is none that a taker made. */
static inline const struct trade_row *sweep_trade(const struct event *ev)
{
    const struct trade_row *row = event_rows_const(ev);
    return ev->kind == EVENT_TRADE && !(row->flags & TRADE_NOT_MARKET) && row->px > 0 ? row : NULL;
}

/* Adds a print. True: it begins a sweep; *ret_before (may be NULL) is the one that has ended, its side 0 when there was none. */
static inline bool sweep_add(struct sweep *s, const struct measure_input *in, const struct event *ev,
                             const struct trade_row *row, struct sweep *ret_before)
{
    int8_t side = row->aggressor == AGGRESSOR_BUY ? 1 : -1;
    double usd = instrument_notional(in->inst, row->px, row->qty);
    if (s->side == side && ev->exch_ns > 0 && s->exch_ms == ev->exch_ns / NS_PER_MS) {
        s->px = row->px;
        s->usd += usd;
        return false;
    }
    if (ret_before)
        *ret_before = *s;
    *s = (struct sweep){.exch_ms = ev->exch_ns > 0 ? ev->exch_ns / NS_PER_MS : -1,
                        .mid2 = in->is_true ? in->bid.px + in->ask.px : 0,
                        .px = row->px,
                        .usd = usd,
                        .side = side};
    return true;
}

#endif
