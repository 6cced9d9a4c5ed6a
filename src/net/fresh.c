#include "net/fresh.h"
#include <string.h>

void fresh_init(struct fresh *f)
{
    memset(f, 0, sizeof *f);
}

struct fresh_key fresh_key_of(const struct event *ev)
{
    return (struct fresh_key){.id = ev->last_id, .exch_ns = ev->exch_ns};
}

static bool is_after(struct fresh_key a, struct fresh_key b)
{
    if (a.id != 0 && b.id != 0) {
        return a.id > b.id;
    }
    return a.exch_ns == 0 || a.exch_ns > b.exch_ns;
}

void fresh_note(struct fresh *f, int kind, const struct event *ev)
{
    struct fresh_key key = fresh_key_of(ev), *last = &f->last[kind];
    if (kind == WATCH_TRADE) {
        f->trades[f->trade_n++ % FRESH_TRADES] = key.id;
        /* The largest of both: a venue's ids may be hashes. */
        last->id = key.id > last->id ? key.id : last->id;
        last->exch_ns = key.exch_ns > last->exch_ns ? key.exch_ns : last->exch_ns;
        return;
    }
    *last = key;
}

bool fresh_is_known_trade(const struct fresh *f, const struct event *ev)
{
    const struct fresh_key *last = &f->last[WATCH_TRADE];
    if (ev->last_id == 0 || ev->last_id > last->id || ev->exch_ns > last->exch_ns) {
        return false;
    }
    uint32_t n = f->trade_n < FRESH_TRADES ? f->trade_n : FRESH_TRADES;
    for (uint32_t i = 0; i < n; i++) {
        if (f->trades[i] == ev->last_id) {
            return true;
        }
    }
    return false;
}

bool fresh_is_news(const struct fresh *f, int kind, const struct event *ev)
{
    return is_after(fresh_key_of(ev), f->last[kind]);
}

bool fresh_covers(const struct fresh *f, int kind, struct fresh_key first)
{
    return !is_after(first, f->last[kind]);
}
