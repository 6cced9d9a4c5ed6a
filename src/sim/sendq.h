/* Messages on their way to one client: a byte queue with a ceiling. Each message lies contiguous with room
 * in front of it for the frame header that the socket library writes there. */
#ifndef SIM_SENDQ_H
#define SIM_SENDQ_H

#include <alphaplus/base/err.h>
#include <stddef.h>
#include <stdint.h>

#define SENDQ_FRONT 16 /* bytes free before each message */

struct sendq {
    unsigned char *data; /* owned */
    size_t head, tail;   /* messages lie in [head, tail) */
    size_t cap, ceiling;
};

void sendq_init(struct sendq *q, size_t ceiling);
void sendq_finish(struct sendq *q);
/* Room for a message of n bytes at the end, to be written before the next call. NULL: ceiling reached or
 * out of memory. */
unsigned char *sendq_push(struct sendq *q, size_t n);
/* The oldest message; NULL when empty. Valid until the next push or pop. */
unsigned char *sendq_front(struct sendq *q, size_t *ret_n);
void sendq_pop(struct sendq *q);
size_t sendq_bytes(const struct sendq *q);

#endif
