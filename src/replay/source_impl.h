/* What a source of events is behind its interface. source.c dispatches; one file a kind opens it. */
#ifndef AP_REPLAY_SOURCE_IMPL_H
#define AP_REPLAY_SOURCE_IMPL_H

#include <alphaplus/replay/source.h>

/* Each as its namesake in replay/source.h; NULL are only seek and journal, where there is no such thing. close frees the source as well. */
struct source_ops {
    int (*next)(struct source *s, const struct event **ret_event);
    int (*rewind)(struct source *s);
    int (*seek)(struct source *s, uint64_t seq);
    struct journal *(*journal)(struct source *s);
    int (*span)(struct source *s, int64_t *ret_first_ns, int64_t *ret_last_ns);
    double (*progress)(const struct source *s);
    void (*close)(struct source *s);
    const char *(*why)(const struct source *s);
    uint64_t (*bad_frames)(const struct source *s);
};

/* The first member of every kind's own struct. */
struct source {
    const struct source_ops *ops; /* borrowed, static */
};

#endif
