#include "asked.h"

#include <alphaplus/base/text.h>
#include <alphaplus/venue/venue.h>
#include <stdio.h>
#include <string.h>

void asked_init(struct asked *a)
{
    a->n = 0;
    pthread_mutex_init(&a->lock, NULL);
}

void asked_finish(struct asked *a)
{
    pthread_mutex_destroy(&a->lock);
}

int asked_watch(struct asked *a, bool is_removal, const char *name, char *why, size_t why_size)
{
    struct feed_command c = {.size = sizeof c, .kind = is_removal ? FEED_REMOVE : FEED_ADD};
    char venue[VENUE_NAME_MAX], symbol[SYMBOL_MAX];
    if (instrument_name_split(name, venue, sizeof venue, symbol, sizeof symbol) != 0 ||
        !text_copy(c.name, sizeof c.name, name)) {
        snprintf(why, why_size, "\"%.40s\" is no instrument: write it as binance:BTCUSDT", name);
        return AP_EINVAL;
    }
    if (!venue_find(venue)) {
        snprintf(why, why_size, "no venue is called \"%s\"", venue);
        return AP_ENOTFOUND;
    }
    pthread_mutex_lock(&a->lock);
    bool is_full = a->n == ASKED_MAX;
    if (!is_full)
        a->commands[a->n++] = c;
    pthread_mutex_unlock(&a->lock);
    if (is_full)
        snprintf(why, why_size, "too much at a time; try again");
    return is_full ? AP_EFULL : 0;
}

void asked_send(struct asked *a, struct ring *commands)
{
    struct feed_command *to;
    unsigned sent = 0;
    pthread_mutex_lock(&a->lock);
    while (sent < a->n && (to = ring_reserve(commands, sizeof *to)) != NULL) {
        *to = a->commands[sent++];
        ring_commit(commands, sizeof *to);
    }
    memmove(a->commands, a->commands + sent, (a->n - sent) * sizeof a->commands[0]);
    a->n -= sent;
    pthread_mutex_unlock(&a->lock);
}
