/* What happened in a part of a journal, found out aside: a third engine plays it from the checkpoint before. */
#ifndef ALPHAPLUS_APP_AWAY_H
#define ALPHAPLUS_APP_AWAY_H

#include <alphaplus/base/err.h>
#include <alphaplus/ui/ui.h>
#include <stdint.h>

struct away; /* opaque */
AP_MUST_CHECK int away_start(const char *path, int64_t from_ns, int64_t to_ns, struct away **ret_away);
/* As far as it came; progress 1 (or an error) when that is all. */
void away_result(struct away *a, struct ui_away *ret_result);
/* At once. NULL is fine. */
void away_stop(struct away *a);

#endif
