/* Parameters: several markets of one asset. See params.h for the columns. */
#ifndef ALPHAPLUS_PARAMS_CROSS_H
#define ALPHAPLUS_PARAMS_CROSS_H

#define CROSS_PARAMS(P)                                                                                      \
    P(USUAL_WARM_S, "usual.warm_s", "s", 7200.0, 60.0, 86400.0,                                              \
      "time that an hour of the day must have been seen before its own history says what is usual",          \
      "definition")                                                                                          \
    P(LEAD_WINDOW_S, "lead.window_s", "s", 900.0, 120.0, 3600.0, "window of lead-lag and information share", \
      "definition")                                                                                          \
    P(LEAD_POINTS, "lead.points_min", "1", 200.0, 20.0, 4000.0,                                              \
      "changes of the mid that each market must have in the window", "definition")                           \
    P(LEAD_CLOCK_MS, "lead.clock_ms", "ms", 5.0, 0.0, 1000.0,                                                \
      "uncertainty of the lag beside that of the clocks: steps of the venues' own time", "definition")       \
    P(LEAD_UNKNOWN_MS, "lead.clock_unknown_ms", "ms", 50.0, 0.0, 10000.0,                                    \
      "uncertainty between venues of which one's clock was not measured", "definition")                      \
    P(SHARE_LAGS, "share.lags", "s", 10.0, 1.0, 10.0, "lags of the error correction model, at 1 s",          \
      "Hasbrouck 1995")

#endif
