/* What the screen asks of the feed while it runs. The ring of commands has one producer, the engine's thread: what others ask waits
 * here until that thread takes it along. */
#ifndef ALPHAPLUS_APP_ASKED_H
#define ALPHAPLUS_APP_ASKED_H

#include <alphaplus/base/err.h>
#include <alphaplus/base/ring.h>
#include <alphaplus/net/feed.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

#define ASKED_MAX 16

struct asked {
    pthread_mutex_t lock; /* holds what follows */
    struct feed_command commands[ASKED_MAX];
    unsigned n;
};
void asked_init(struct asked *a);
void asked_finish(struct asked *a);
/* Watch this instrument too, or no more; from any thread. AP_EINVAL: no name; AP_ENOTFOUND: no such venue; AP_EFULL: too much at a time;
 * the reason in `why`. */
AP_MUST_CHECK int asked_watch(struct asked *a, bool is_removal, const char *name, char *why, size_t why_size);
/* Puts into the ring what fits. */
void asked_send(struct asked *a, struct ring *commands);

#endif
