/* Parameters: several markets of one asset. See params.h for the columns. */
#ifndef ALPHAPLUS_PARAMS_CROSS_H
#define ALPHAPLUS_PARAMS_CROSS_H

#define CROSS_PARAMS(P)

#endif
