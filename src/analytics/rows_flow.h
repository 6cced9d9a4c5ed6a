/* Rows of the registry: order flow, toxicity, impact, efficiency. See metrics.h for the columns. */
#ifndef ALPHAPLUS_ROWS_FLOW_H
#define ALPHAPLUS_ROWS_FLOW_H

#define CKS "Cont, Kukanov & Stoikov 2014"

#define FLOW_ROWS(X)                                                                                         \
    X(OFI_10, "flow.ofi.10s", "OFI 10s", "base", "any", "10 s", 1S,                                          \
      "order flow imbalance at the touch; explains the moment, forecasts little", CKS)

#define FLOWING_ROWS(X) FLOW_ROWS(X)

#endif
