/* Checkpoints of a running session, into its journal: every 60 s or 300,000 level updates. On the engine's thread, so quick: the seal, the
 * packing and the disk are the journal thread's. */
#ifndef ALPHAPLUS_APP_SAVER_H
#define ALPHAPLUS_APP_SAVER_H

#include "recorder.h"

#include <alphaplus/base/buf.h>
#include <alphaplus/engine/engine.h>

struct saver {
    struct recorder *recorder; /* borrowed */
    struct journal_maker maker;
    struct buf state;     /* owned: of the newest checkpoint */
    int64_t saved_ns;     /* engine time of that */
    uint64_t since_saved; /* level updates and events */
};
void saver_init(struct saver *s, struct recorder *r, const struct mac_key *key);
void saver_finish(struct saver *s);
/* After the engine took the event. */
void saver_event(struct saver *s, struct engine *e, const struct event *ev);

#endif
