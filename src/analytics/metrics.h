/* The registry's rows: one table of every published figure. From it come the enum that measures write by, the --json names, labels and
 * documents. An id is for ever.
 *
 * X(NAME, id, label, unit, range, window, cadence, meaning, source) */
#ifndef ALPHAPLUS_ANALYTICS_METRICS_H
#define ALPHAPLUS_ANALYTICS_METRICS_H

#include "rows_book.h"
#include "rows_cross.h"
#include "rows_flow.h"
#include "rows_trade.h"

#include <alphaplus/analytics/measure.h>

#define METRIC_LIST(X) BOOK_ROWS(X) TRADED_ROWS(X) FLOWING_ROWS(X) CROSS_ROWS(X) HOST_ROWS(X)

enum metric {
#define X(name, ...) METRIC_##name,
    METRIC_LIST(X)
#undef X
        METRICS
};

extern const struct measure measure_orders, measure_liquid, measure_walls, measure_fleeting;
extern const struct measure measure_asset, measure_host, measure_usual;
extern const struct measure measure_spread, measure_depth, measure_imbalance, measure_fair, measure_bars,
    measure_sizes, measure_profile, measure_levels, measure_vol, measure_carry, measure_trade, measure_flow;
extern const struct measure measure_liquidations, measure_cascade, measure_liqmap;

/* What a measure writes into beside its own hooks: all values, and its state of this market (may be NULL). For functions that the engine
 * calls between ticks; see analytics/asset.h. */
struct metric_value *measures_own(struct measures *m, const struct measure *which, void **ret_state);
const void *measures_state(const struct measures *m, const struct measure *which);

extern const struct measure measure_mlofi, measure_execution, measure_vpin, measure_kyle, measure_illiquidity,
    measure_tradetime, measure_recovery, measure_walk;

/* Sets values[first .. first + n) to this state. */
void metrics_none(struct metric_value *values, int first, int n, enum metric_state state);

#endif
