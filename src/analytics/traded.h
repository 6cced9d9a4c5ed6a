/* A trade of a taker as the measures count it. */
#ifndef ALPHAPLUS_TRADED_H
#define ALPHAPLUS_TRADED_H

#include <alphaplus/analytics/measure.h>

struct traded {
    double price;
    double usd, base; /* value in quote currency; base units */
    double sign;      /* +1: the taker bought */
};

/* Base units of qty at px: contracts of inverse instruments are worth their value at that price. */
static inline double traded_base(const struct instrument *in, int64_t px, int64_t qty)
{
    double usd = instrument_notional(in, px, qty);
    return in->inverse ? usd / instrument_price(in, px)
                       : instrument_qty(in, qty) * ((double)in->multiplier / 1e8);
}

/* False: no trade of a taker (insurance fund, ADL), or one of nothing. */
static inline bool traded_read(const struct instrument *in, const struct event *ev, struct traded *ret_traded)
{
    if (ev->kind != EVENT_TRADE)
        return false;
    const struct trade_row *row = event_rows_const(ev);
    if ((row->flags & TRADE_NOT_MARKET) || row->px <= 0 || row->qty <= 0)
        return false;
    *ret_traded = (struct traded){.price = instrument_price(in, row->px),
                                  .usd = instrument_notional(in, row->px, row->qty),
                                  .base = traded_base(in, row->px, row->qty),
                                  .sign = row->aggressor == AGGRESSOR_BUY ? 1.0 : -1.0};
    return true;
}

#endif
