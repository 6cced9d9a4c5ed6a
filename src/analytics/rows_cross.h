/* Rows of the registry: what several markets of one asset make together. See metrics.h for the columns. */
#ifndef ALPHAPLUS_ROWS_CROSS_H
#define ALPHAPLUS_ROWS_CROSS_H

#define CROSS_ROWS(X)

#endif
