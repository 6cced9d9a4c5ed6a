/* Rows of the registry: liquidations. See metrics.h for the columns. */
#ifndef ALPHAPLUS_ROWS_LIQ_H
#define ALPHAPLUS_ROWS_LIQ_H

#define LIQ_ROWS(X)

#endif
