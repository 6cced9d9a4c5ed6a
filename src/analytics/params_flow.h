/* Parameters: order flow, toxicity, impact, efficiency. See params.h for the columns. */
#ifndef ALPHAPLUS_PARAMS_FLOW_H
#define ALPHAPLUS_PARAMS_FLOW_H

#define FLOW_PARAMS(P)

#endif
