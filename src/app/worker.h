/* A thread that runs the measures' fits aside (analytics/measure.h): one thread, a bounded queue.
 *
 * The caller's thread begins and waits; what did not get its turn by then, or found the queue full, it runs itself. So a fit's outcome
 * is the same as without a worker, and only the time at which it is computed differs. */
#ifndef ALPHAPLUS_APP_WORKER_H
#define ALPHAPLUS_APP_WORKER_H

#include <alphaplus/analytics/measure.h>
#include <alphaplus/base/err.h>

#define WORKER_JOBS 256

struct worker; /* opaque */

AP_MUST_CHECK int worker_create(struct worker **ret_worker);
/* Whoever began fits must have waited for them (an engine is destroyed before its worker). NULL is fine. */
void worker_destroy(struct worker *w);
/* To hand to engine_create; lives as long as the worker. NULL for NULL: fits run in place. */
const struct measure_worker *worker_measures(const struct worker *w);

#endif
