/* The journal's thread: events and results into one file, a commit at least every 250 ms, through full disks and out again. */
#ifndef ALPHAPLUS_APP_RECORDER_H
#define ALPHAPLUS_APP_RECORDER_H

#include <alphaplus/base/err.h>
#include <alphaplus/base/mac.h>
#include <alphaplus/base/ring.h>
#include <alphaplus/journal/checkpoint.h>
#include <alphaplus/model/view.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct recorder_options {
    const char *path; /* borrowed */
    struct ring *events;
    int consumer;                 /* its cursor in `events` */
    struct ring *results;         /* consumer 0 */
    struct mac_key key;           /* that checkpoints are sealed with */
    int64_t keep_ns;              /* older events are pruned now and then; 0: kept */
    uint64_t max_bytes;           /* and what makes the file larger; 0: no limit */
    atomic_bool *wants_snapshots; /* set when a span was lost: replay needs fresh books behind it */
};
struct recorder; /* opaque */
AP_MUST_CHECK int recorder_open(const struct recorder_options *o, struct recorder **ret_recorder, char *why,
                                size_t why_size);
uint64_t recorder_last_seq(const struct recorder *r);
AP_MUST_CHECK int recorder_start(struct recorder *r);
/* The engine's thread: a copy waits for the journal's thread, which seals it. AP_EAGAIN: the one before still does; AP_ENOMEM. */
AP_MUST_CHECK int recorder_checkpoint(struct recorder *r, const struct journal_checkpoint *c);
/* After the producers of both rings have ended: writes what is left, seals, closes. */
int recorder_stop(struct recorder *r);
/* Any thread: its part of the host view. */
void recorder_view(struct recorder *r, struct host_view *v);

#endif
