/* Events into the ring: numbered, stamped, and never lost without a record.
 *
 * An event that finds the ring full is counted. The loss stays open until half the ring is free again (not at the first free
 * byte: each loss costs every book a resync); then one GAP event says how much is missing, before anything else goes in. */
#ifndef ALPHAPLUS_NET_EMIT_H
#define ALPHAPLUS_NET_EMIT_H

#include <alphaplus/base/ring.h>
#include <alphaplus/model/event.h>
#include <alphaplus/net/feed.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct emitter {
    struct ring *ring;         /* borrowed */
    struct event_stamp *stamp; /* borrowed */
    int journal_consumer;      /* -1: none */
    int64_t now_ns;            /* stamp of the events being written */
    int64_t last_ns;           /* of the last event that went in */
    uint64_t emitted, refused; /* frames or rows, since the session began */
    uint64_t lost;             /* of the loss that is open; 0: none */
    int64_t lost_from_ns;
};

void emit_init(struct emitter *e, struct ring *ring, struct event_stamp *stamp, int journal_consumer);
/* Room for `bytes` of events; false when there is none: counted as refused. */
bool emit_begin(struct emitter *e, size_t bytes, struct event_buf *ret_out);
/* Numbers and commits what lies in the buffer, if anything. */
void emit_end(struct emitter *e, struct event_buf *out);
/* One event with these rows. */
bool emit_row(struct emitter *e, int kind, uint32_t instrument, uint32_t version, const void *rows,
              size_t rows_bytes);
bool emit_gap(struct emitter *e, int cause, uint32_t instrument, int error, uint64_t lost, const char *text);
/* Closes an open loss if there is room; false while one is open. */
bool emit_recover(struct emitter *e);

#endif
