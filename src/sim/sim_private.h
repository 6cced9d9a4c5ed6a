/* The sim with knobs that only tests turn. */
#ifndef SIM_SIM_PRIVATE_H
#define SIM_SIM_PRIVATE_H

#include "sim/server.h"

#include <alphaplus/sim/sim.h>

#define SIM_SPEED_MAX 100000.0

AP_MUST_CHECK int sim_start_tuned(const struct sim_options *o, const struct sim_tuning *tuning,
                                  struct sim **ret_sim, char *why, size_t why_size);
/* sim_stop, and what it counted. */
struct hub_counts sim_stop_counting(struct sim *s);

#endif
