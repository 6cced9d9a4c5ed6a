/* Prices that a chart draws a line at, as one list: out of the figures of a market. */
#ifndef ALPHAPLUS_ANALYTICS_LINES_H
#define ALPHAPLUS_ANALYTICS_LINES_H

#include <alphaplus/model/detail.h>
#include <alphaplus/model/metric.h>

/* Those that measures know, in the order of PRICE_LINE_LIST; mark and index are the caller's. Returns how many, at most PRICE_LINES. */
int lines_read(const struct metric_value *values, struct price_line lines[PRICE_LINES]);

#endif
