/* The table of parameters: one list a family, in the file of its rows.
 *
 * P(NAME, id, unit, default, min, max, meaning, source); a measure reads in->params->value[PARAM_NAME]. */
#ifndef ALPHAPLUS_ANALYTICS_PARAM_LIST_H
#define ALPHAPLUS_ANALYTICS_PARAM_LIST_H

#include "params_book.h"
#include "params_cross.h"
#include "params_flow.h"
#include "params_trade.h"

#include <alphaplus/analytics/params.h>

#define PARAM_LIST(P) BOOK_PARAMS(P) TRADE_PARAMS(P) FLOW_PARAMS(P) CROSS_PARAMS(P)

enum param {
#define P(name, ...) PARAM_##name,
    PARAM_LIST(P)
#undef P
        PARAMS
};

#endif
