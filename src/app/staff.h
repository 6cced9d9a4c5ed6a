/* Who helps an engine: a thread for heavy fits, and hands that share several assets out among the processors there are. */
#ifndef ALPHAPLUS_APP_STAFF_H
#define ALPHAPLUS_APP_STAFF_H

#include <alphaplus/base/err.h>
#include <alphaplus/engine/engine.h>

struct staff {
    struct worker *worker; /* owned */
    struct crew *crew;     /* owned; NULL: there is one processor */
};

/* s is zeroed, or finished before. */
AP_MUST_CHECK int staff_init(struct staff *s);
/* After the engine was destroyed; a zeroed one is fine. */
void staff_finish(struct staff *s);
/* Puts them into the hooks of an engine, for as long as they live. */
void staff_serve(const struct staff *s, struct engine_hooks *hooks);

#endif
