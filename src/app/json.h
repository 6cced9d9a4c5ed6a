/* The published state as one JSON object on one line: what --json prints. Prices and sizes are exact decimal text; figures are numbers
 * with a state beside them, and null where there is none. */
#ifndef ALPHAPLUS_APP_JSON_H
#define ALPHAPLUS_APP_JSON_H

#include <alphaplus/base/buf.h>
#include <alphaplus/engine/engine.h>

/* Appends the object and a newline. On the engine's thread. host NULL: no machine is measured (a replay). */
AP_MUST_CHECK int json_state(struct engine *e, const struct host_view *host, struct buf *out);

#endif
