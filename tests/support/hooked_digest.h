/* The digests of an engine with these hooks after made events. */
#ifndef AP_TEST_SUPPORT_HOOKED_DIGEST_H
#define AP_TEST_SUPPORT_HOOKED_DIGEST_H

#include "made_events.h"
#include "test.h"

#include <alphaplus/engine/engine.h>

static inline void hooked_digest(const struct made_events *events, const struct engine_hooks *hooks,
                                 uint64_t ret[2])
{
    struct engine *e;
    assert_ok(engine_create(NULL, hooks, &e));
    for (size_t at = 0; at < events->n;) {
        const struct event *ev = (const struct event *)(const void *)(events->data + at);
        assert_ok(engine_apply(e, ev));
        at += ev->size;
    }
    engine_digest(e, &ret[0], &ret[1]);
    engine_destroy(e); /* with fits under way */
}

#endif
