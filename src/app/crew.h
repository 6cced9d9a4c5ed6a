/* Threads that stand by to share one piece of work after another: the hands of engine_crew. */
#ifndef ALPHAPLUS_APP_CREW_H
#define ALPHAPLUS_APP_CREW_H

#include <alphaplus/base/err.h>
#include <alphaplus/engine/engine.h>

#define CREW_MAX 8 /* hands, the caller's thread among them */

struct crew; /* opaque */

/* hands: 1..CREW_MAX, the caller's thread included. */
AP_MUST_CHECK int crew_create(int hands, struct crew **ret_crew);
void crew_destroy(struct crew *c);
const struct engine_crew *crew_of_engine(const struct crew *c); /* NULL for NULL */

#endif
