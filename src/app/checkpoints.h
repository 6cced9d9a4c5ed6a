/* States of the engine along a recording, in memory, so that any time of it is near one. Bounded: when full, the one whose
 * neighbours are nearest to each other makes way. Any thread. */
#ifndef ALPHAPLUS_APP_CHECKPOINTS_H
#define ALPHAPLUS_APP_CHECKPOINTS_H

#include <alphaplus/base/buf.h>
#include <alphaplus/engine/engine.h>
#include <alphaplus/journal/checkpoint.h>
#include <alphaplus/journal/journal.h>
#include <stdbool.h>

#define CHECKPOINT_STATE_MAX JOURNAL_CHECKPOINT_MAX
#define CHECKPOINT_BYTES_MAX (96u << 20) /* of all, packed */
/* What is replayed behind one at the most: level updates and events, 10 to 40 ms of them; and of a quiet time. */
#define CHECKPOINT_EVERY    40000
#define CHECKPOINT_EVERY_NS (60 * INT64_C(1000000000))

/* What an event counts in those. */
static inline uint64_t checkpoint_weight(const struct event *ev)
{
    const struct depth_rows *rows = event_rows_const(ev);
    bool is_depth = ev->kind == EVENT_DEPTH || ev->kind == EVENT_DEPTH_SNAPSHOT;
    return 1 + (is_depth ? (uint64_t)rows->bid_n + rows->ask_n : 0);
}

struct checkpoint {
    uint64_t seq;
    int64_t time_ns;
    uint64_t digest_exact, digest_all;
};

struct checkpoints; /* opaque */
AP_MUST_CHECK int checkpoints_create(size_t bytes_max, struct checkpoints **ret_checkpoints);
void checkpoints_destroy(struct checkpoints *c);
const struct mac_key *checkpoints_key(const struct checkpoints *c);
/* Saves the engine as it stands, unless there is one of that moment. `work` is the caller's, for reuse. */
AP_MUST_CHECK int checkpoints_add(struct checkpoints *c, struct engine *e, struct buf *work);
/* Is there one with after < seq <= upto? */
bool checkpoints_has(struct checkpoints *c, uint64_t after, uint64_t upto);
/* The newest in order of seq with time_ns <= time_ns, its sealed state in `work`; of those here and, where these are far from it, in
 * the journal (NULL: none). AP_ENOTFOUND. */
AP_MUST_CHECK int checkpoints_before(struct checkpoints *c, struct journal *j, int64_t time_ns,
                                     struct checkpoint *ret_checkpoint, struct buf *work);
/* The seq before the last session that begins at or before time_ns, 0 without any: a session begins with nothing, so what lies before
 * it does not matter. */
uint64_t checkpoints_session(struct journal *j, int64_t time_ns);
/* Loads it and holds it to its digests; on an error e knows nothing. */
AP_MUST_CHECK int checkpoints_load(struct checkpoints *c, const struct checkpoint *cp, const struct buf *work,
                                   struct engine *e);
/* Into a journal that nobody writes, those that are far enough from each other. 0 also when it is not ours to write. */
void checkpoints_keep(struct checkpoints *c, const char *path);

#endif
