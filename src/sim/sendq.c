#include "sim/sendq.h"

#include <stdlib.h>
#include <string.h>

#define KEPT_BYTES (1u << 20) /* of an empty queue */

struct head {
    uint64_t n;
    unsigned char front[SENDQ_FRONT];
};

static size_t record_bytes(size_t n)
{
    return (sizeof(struct head) + n + 7) & ~(size_t)7;
}

void sendq_init(struct sendq *q, size_t ceiling)
{
    *q = (struct sendq){.ceiling = ceiling};
}

void sendq_finish(struct sendq *q)
{
    if (q) {
        free(q->data);
        *q = (struct sendq){0};
    }
}

static int make_room(struct sendq *q, size_t n)
{
    size_t used = q->tail - q->head;
    if (used + n > q->ceiling) {
        return AP_EFULL;
    }
    if (used + n > q->cap / 2) { /* at least half is free after moving, so moves stay rare */
        size_t cap = q->cap ? q->cap : 16384;
        while (cap / 2 < used + n) {
            cap *= 2;
        }
        if (cap > q->cap) {
            unsigned char *data = malloc(cap);
            if (!data) {
                return AP_ENOMEM;
            }
            if (used > 0) {
                memcpy(data, q->data + q->head, used);
            }
            free(q->data);
            q->data = data;
            q->cap = cap;
            q->head = 0;
            q->tail = used;
            return 0;
        }
    }
    memmove(q->data, q->data + q->head, used);
    q->head = 0;
    q->tail = used;
    return 0;
}

unsigned char *sendq_push(struct sendq *q, size_t n)
{
    size_t bytes = record_bytes(n);
    if (n > q->ceiling || q->tail - q->head + bytes > q->ceiling) {
        return NULL;
    }
    if (q->tail + bytes > q->cap && make_room(q, bytes) < 0) {
        return NULL;
    }
    struct head head = {.n = n};
    memcpy(q->data + q->tail, &head, sizeof head);
    unsigned char *at = q->data + q->tail + sizeof head;
    q->tail += bytes;
    return at;
}

unsigned char *sendq_front(struct sendq *q, size_t *ret_n)
{
    if (q->head == q->tail) {
        return NULL;
    }
    struct head head;
    memcpy(&head, q->data + q->head, sizeof head);
    *ret_n = (size_t)head.n;
    return q->data + q->head + sizeof head;
}

void sendq_pop(struct sendq *q)
{
    size_t n;
    if (sendq_front(q, &n)) {
        q->head += record_bytes(n);
        if (q->head == q->tail) {
            q->head = q->tail = 0;
            if (q->cap > KEPT_BYTES) { /* a burst is over */
                free(q->data);
                q->data = NULL;
                q->cap = 0;
            }
        }
    }
}

size_t sendq_bytes(const struct sendq *q)
{
    return q->tail - q->head;
}
