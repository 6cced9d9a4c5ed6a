/* Checkpoints: the engine's whole state at moments of a journal, so that any time of it is reached without replaying all that lies
 * before. A cache: it may be dropped at any time, and what another build of the engine stored is as if it were not there. */
#ifndef ALPHAPLUS_JOURNAL_CHECKPOINT_H
#define ALPHAPLUS_JOURNAL_CHECKPOINT_H

#include <alphaplus/base/err.h>
#include <stddef.h>
#include <stdint.h>

#define JOURNAL_CHECKPOINT_MAX (64u << 20) /* bytes of one state, before compression */

struct journal;
struct journal_writer;

/* What must be equal for a stored state to be of use. */
struct journal_maker {
    uint32_t engine_version;
    uint64_t layout;  /* fingerprint of the state's layout */
    uint64_t numbers; /* of parameters and libm */
};

struct journal_checkpoint {
    uint64_t seq;    /* of the last event that went in: replay goes on with the one behind it */
    int64_t time_ns; /* the engine's time */
    struct journal_maker maker;
    uint64_t digest_exact, digest_all;
    const void *state; /* borrowed; of one that was read: until the journal's next is read */
    size_t n;
};

/* Takes it in; it is on disk after the commit of its event, or the next one. Of a moment that has one already it takes the place.
 * Older ones are thinned: all of the last hour, then one each 5 minutes for a day, then one each 30 minutes; the oldest go first
 * when all of them take more than a quarter of the blocks and 64 MiB. AP_EAGAIN: not kept, because the file lost a span of
 * this session, so that its replay comes to another state, or because too many wait for the disk; AP_ETOOBIG, AP_ENOMEM. */
AP_MUST_CHECK int journal_checkpoint_put(struct journal_writer *w, const struct journal_checkpoint *c);
/* The newest, in order of seq, of this maker with seq <= max_seq and time_ns <= max_ns. Damaged ones are passed over.
 * AP_ENOTFOUND. */
AP_MUST_CHECK int journal_checkpoint_before(struct journal *j, const struct journal_maker *maker,
                                            uint64_t max_seq, int64_t max_ns,
                                            struct journal_checkpoint *ret_checkpoint);
/* The first with seq > after_seq. */
AP_MUST_CHECK int journal_checkpoint_after(struct journal *j, const struct journal_maker *maker,
                                           uint64_t after_seq, struct journal_checkpoint *ret_checkpoint);
/* Without its commit: all of them, of every maker. */
AP_MUST_CHECK int journal_checkpoints_drop(struct journal_writer *w);

#endif
