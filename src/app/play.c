#include "play.h"

#include <stddef.h>

int lookahead_peek(struct lookahead *l, const struct event **ret_event)
{
    if (!l->ev) {
        int more = source_next(l->source, &l->ev);
        if (more <= 0) {
            l->ev = NULL;
            return more;
        }
    }
    *ret_event = l->ev;
    return 1;
}

void lookahead_skip(struct lookahead *l)
{
    l->ev = NULL;
}

int play_until(struct lookahead *l, struct engine *e, int64_t until_ns)
{
    const struct event *ev;
    int more;

    while ((more = lookahead_peek(l, &ev)) > 0 && ev->recv_ns < until_ns) {
        int err = engine_apply(e, ev);
        if (err == AP_ENOMEM)
            return err;
        lookahead_skip(l);
    }
    if (more >= 0 && until_ns != INT64_MAX)
        engine_advance(e, until_ns);
    return more;
}
