/* A bounded byte ring of records: one producer thread, up to RING_CONSUMERS_MAX consumer threads with a cursor each.
 *
 * A record starts with a uint32_t size (header included, a multiple of 8, at least 8) and lies contiguous in memory, so
 * it is written and read in place. It enters for all attached consumers or for none: ring_reserve says NULL when the
 * slowest lacks room. A consumer that must not hold the others up is detached by the producer; it finds out at its next
 * peek, says what it lost and attaches again at the head.
 *
 * No locks; the only system call is a wake-up, made when a consumer sleeps. */
#ifndef ALPHAPLUS_BASE_RING_H
#define ALPHAPLUS_BASE_RING_H

#include <alphaplus/base/err.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RING_CONSUMERS_MAX 4
#define RING_BYTES_MAX     (UINT64_C(1) << 32)

struct ring; /* opaque */

/* bytes: a power of two, 4 KiB..RING_BYTES_MAX. consumers: 1..RING_CONSUMERS_MAX, all attached at the start. */
AP_MUST_CHECK int ring_create(size_t bytes, int consumers, struct ring **ret_ring);
void ring_destroy(struct ring *r);

/* Producer. Room for n bytes (a multiple of 8), 8-aligned; NULL when a consumer is too far behind (or n > half the ring).
 * What is written there is unseen until ring_commit(used) with used <= n, itself a whole number of records. */
void *ring_reserve(struct ring *r, size_t n);
void ring_commit(struct ring *r, size_t used);
/* Lets the rest go on without this consumer. A record that it is reading just now stays as it is until ring_advance. */
void ring_detach(struct ring *r, int consumer);
/* The consumer that made the last ring_reserve refuse; -1 when none did. */
int ring_slowest(const struct ring *r);

/* Consumer. The oldest unread record, or NULL when there is none. Valid until ring_advance. */
const void *ring_peek(struct ring *r, int consumer);
void ring_advance(struct ring *r, int consumer);
/* True once after having been detached; then attaches again: the next peek gives the first record committed from now on. */
bool ring_rejoin(struct ring *r, int consumer);
/* Sleeps until a record is there (true), or the timeout passed, ring_wake was called or it was detached (false). A negative
 * timeout has no end. */
bool ring_wait(struct ring *r, int consumer, int64_t timeout_ns);
/* For a consumer with its own event loop: readable when a record may be there. Arm before sleeping: true when armed, false
 * when a record is there already. */
int ring_fd(const struct ring *r, int consumer);
bool ring_arm(struct ring *r, int consumer);
void ring_disarm(struct ring *r, int consumer);
/* Any thread: ends one ring_wait of this consumer. */
void ring_wake(struct ring *r, int consumer);

size_t ring_used(const struct ring *r, int consumer); /* bytes unread */
size_t ring_size(const struct ring *r);

#endif
