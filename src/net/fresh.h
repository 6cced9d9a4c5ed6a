/* What was told of an instrument last, and so what is news: two connections with the same streams tell everything twice.
 *
 * Events of one kind come in order on each connection; their key is the venue's id, or where there is none its time. Pure. */
#ifndef ALPHAPLUS_NET_FRESH_H
#define ALPHAPLUS_NET_FRESH_H

#include "net/watch.h"
#include <alphaplus/model/event.h>
#include <stdbool.h>
#include <stdint.h>

#define FRESH_TRADES 512 /* ids of the last trades, for venues whose ids do not rise */

struct fresh_key {
    uint64_t id;
    int64_t exch_ns;
};
struct fresh {
    struct fresh_key last[WATCH_KINDS];
    uint64_t trades[FRESH_TRADES];
    uint32_t trade_n; /* ever */
};

void fresh_init(struct fresh *f);
/* This event, of watch_kind_of(ev->kind) `kind`, goes on to the engine. */
void fresh_note(struct fresh *f, int kind, const struct event *ev);
/* Was this trade noted before? Its last_id must be its alone. */
bool fresh_is_known_trade(const struct fresh *f, const struct event *ev);
/* Is it later than all of its kind that was noted? One without id and time always is. */
bool fresh_is_news(const struct fresh *f, int kind, const struct event *ev);
struct fresh_key fresh_key_of(const struct event *ev);
/* Does a stream that begins with `first` join without a hole what was noted last? */
bool fresh_covers(const struct fresh *f, int kind, struct fresh_key first);

#endif
