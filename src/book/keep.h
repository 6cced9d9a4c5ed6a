/* Events kept in a row, oldest first, in an event_buf that owns its memory. */
#ifndef ALPHAPLUS_BOOK_KEEP_H
#define ALPHAPLUS_BOOK_KEEP_H

#include <alphaplus/base/err.h>
#include <alphaplus/model/event.h>

void keep_finish(struct event_buf *b);
/* Copies ev to the end; AP_EFULL when `used` would pass max. */
AP_MUST_CHECK int keep_push(struct event_buf *b, const struct event *ev, size_t max);
/* Drops events from the front until n bytes or more are gone. */
void keep_drop(struct event_buf *b, size_t n);

static inline const struct event *keep_at(const struct event_buf *b, size_t offset)
{
    return (const struct event *)(const void *)(b->data + offset);
}

/* All the rows of the events in `parts` and of `last` as one snapshot: bids of all, then asks of all. */
AP_MUST_CHECK int keep_rows(const struct event_buf *parts, const struct event *last,
                            struct depth_rows **ret_rows);

#endif
