/* alphaplus-metrics.7 in mdoc(7): every published figure and every parameter, from the tables that the program computes by. */
#ifndef ALPHAPLUS_APP_MAN_METRICS_H
#define ALPHAPLUS_APP_MAN_METRICS_H

#include <alphaplus/base/buf.h>
#include <alphaplus/base/err.h>

AP_MUST_CHECK int man_metrics(struct buf *ret_text);

#endif
