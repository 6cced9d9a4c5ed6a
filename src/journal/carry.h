/* What must be kept of a session whose beginning is pruned, so that its rest can be read: the session itself, the last version of
 * each instrument, the last word of each feed, own accounts and positions,
 * parameters of the measures. */
#ifndef ALPHAPLUS_JOURNAL_CARRY_H
#define ALPHAPLUS_JOURNAL_CARRY_H

#include "codec.h"

#define CARRY_EVENTS_MAX 4096
#define CARRY_KINDS                                                                                          \
    (1U << EVENT_SESSION | 1U << EVENT_INSTRUMENT | 1U << EVENT_FEED | 1U << EVENT_POSITION |                \
     1U << EVENT_ACCOUNT | 1U << EVENT_TIERS | 1U << EVENT_PARAM)

struct carry {
    struct codec_decoder *decoder; /* owned */
    struct event **events;         /* owned, each too; of one session */
    size_t n;
};
AP_MUST_CHECK int carry_init(struct carry *c);
void carry_finish(struct carry *c);
void carry_clear(struct carry *c);
/* One more block; in order of seal, and of instrument within. AP_ECORRUPT, AP_ETOOBIG beyond CARRY_EVENTS_MAX, AP_ENOMEM. */
AP_MUST_CHECK int carry_block(struct carry *c, const void *bytes, size_t n, uint32_t crc);
/* As whole events behind what `out` holds: with the time of the cut, and gap events up to number cut_seq where numbers are
 * missing. There must be some. */
AP_MUST_CHECK int carry_write(struct carry *c, uint64_t cut_seq, int64_t cut_ns, struct buf *out);

#endif
