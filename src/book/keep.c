#include "keep.h"

#include <stdlib.h>
#include <string.h>

void keep_finish(struct event_buf *b)
{
    free(b->data);
    *b = (struct event_buf){0};
}

int keep_push(struct event_buf *b, const struct event *ev, size_t max)
{
    size_t used = b->used + ev->size;
    if (used > max) {
        return AP_EFULL;
    }
    if (used > b->cap) {
        size_t cap = used + used / 2 + 4096;
        uint8_t *data = realloc(b->data, cap);
        if (data == NULL) {
            return AP_ENOMEM;
        }
        b->data = data;
        b->cap = cap;
    }
    memcpy(b->data + b->used, ev, ev->size);
    b->used = used;
    return 0;
}

void keep_drop(struct event_buf *b, size_t n)
{
    size_t gone = 0;
    while (gone < n && gone < b->used) {
        gone += keep_at(b, gone)->size;
    }
    if (gone > 0) {
        memmove(b->data, b->data + gone, b->used - gone);
        b->used -= gone;
    }
}

static void add_rows(struct depth_rows *to, uint32_t *bid_at, uint32_t *ask_at, const struct event *ev)
{
    const struct depth_rows *rows = event_rows_const(ev);
    memcpy(&to->levels[*bid_at], rows->levels, rows->bid_n * sizeof(struct level));
    memcpy(&to->levels[*ask_at], rows->levels + rows->bid_n, rows->ask_n * sizeof(struct level));
    *bid_at += rows->bid_n;
    *ask_at += rows->ask_n;
}

int keep_rows(const struct event_buf *parts, const struct event *last, struct depth_rows **ret_rows)
{
    const struct depth_rows *rows = event_rows_const(last);
    uint32_t bid_n = rows->bid_n, ask_n = rows->ask_n;
    for (size_t at = 0; at < parts->used; at += keep_at(parts, at)->size) {
        rows = event_rows_const(keep_at(parts, at));
        bid_n += rows->bid_n;
        ask_n += rows->ask_n;
    }
    struct depth_rows *all = malloc(sizeof(*all) + ((size_t)bid_n + ask_n) * sizeof(struct level));
    if (all == NULL) {
        return AP_ENOMEM;
    }
    all->bid_n = bid_n;
    all->ask_n = ask_n;
    uint32_t bid_at = 0, ask_at = bid_n;
    for (size_t at = 0; at < parts->used; at += keep_at(parts, at)->size) {
        add_rows(all, &bid_at, &ask_at, keep_at(parts, at));
    }
    add_rows(all, &bid_at, &ask_at, last);
    *ret_rows = all;
    return 0;
}
