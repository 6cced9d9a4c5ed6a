#include "source_impl.h"

#include <stddef.h>

void source_close(struct source *s)
{
    if (s != NULL) {
        s->ops->close(s);
    }
}

int source_next(struct source *s, const struct event **ret_event)
{
    return s->ops->next(s, ret_event);
}

int source_rewind(struct source *s)
{
    return s->ops->rewind(s);
}

int source_seek(struct source *s, uint64_t seq)
{
    return s->ops->seek != NULL ? s->ops->seek(s, seq) : AP_EUNSUPPORTED;
}

struct journal *source_journal(struct source *s)
{
    return s->ops->journal != NULL ? s->ops->journal(s) : NULL;
}

int source_span(struct source *s, int64_t *ret_first_ns, int64_t *ret_last_ns)
{
    return s->ops->span(s, ret_first_ns, ret_last_ns);
}

double source_progress(const struct source *s)
{
    return s->ops->progress(s);
}

const char *source_why(const struct source *s)
{
    return s->ops->why(s);
}

uint64_t source_bad_frames(const struct source *s)
{
    return s->ops->bad_frames(s);
}
