/* What a market order would cost now: a walk through one side of the book, as far as that is known. Instantaneous and static: hidden size
 * lowers the real cost, delay and other takers change it, fees come on top. Irvine, Benston & Kandel (2000). */
#ifndef ALPHAPLUS_ANALYTICS_COST_H
#define ALPHAPLUS_ANALYTICS_COST_H

#include <alphaplus/book/book.h>
#include <alphaplus/model/instrument.h>

enum cost_unit { COST_BASE, COST_QUOTE }; /* amounts in coins, or in quote currency */

struct cost {
    double filled, unfilled; /* in the unit asked for */
    double vwap, worst;      /* prices; 0 when nothing was filled */
    double slippage_bps;     /* of the VWAP against the mid, >= 0; a lower bound while unfilled > 0 */
};

/* Orders of n amounts, rising and > 0, against one side (buys: SIDE_ASK). A book without two sides fills nothing. One pass over the levels
 * that the largest order touches. */
void cost_walk(const struct book *b, const struct instrument *in, enum side against, enum cost_unit unit,
               const double *amounts, int n, struct cost *ret_costs);

#endif
