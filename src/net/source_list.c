/* The venue's list of instruments, held against what is wished for. */
#include "net/source.h"
#include <alphaplus/base/text.h>
#include <ctype.h>
#include <string.h>

#define DISTANCE_CAP 4 /* further is no misspelling */

struct listing {
    struct source *source;
    bool is_changed;
    bool is_seen[INSTRUMENT_MAX];
};

static void upper(char *buf, size_t size, const char *text)
{
    text_copy(buf, size, text);
    for (char *c = buf; *c; c++) {
        *c = (char)toupper((unsigned char)*c);
    }
}

static void note_nearest(struct wish *w, const char *symbol)
{
    char asked[SYMBOL_MAX], offered[SYMBOL_MAX];
    upper(asked, sizeof asked, w->symbol);
    upper(offered, sizeof offered, symbol);
    int distance = text_distance(asked, offered, DISTANCE_CAP);
    if (strncmp(offered, asked, strlen(asked)) == 0) {
        distance = 0; /* "BTC" means BTCUSDT */
    }
    if (distance >= DISTANCE_CAP) {
        return;
    }
    int at = NEAREST_MAX;
    while (at > 0 && (!w->nearest[at - 1].symbol[0] || distance < w->nearest[at - 1].distance)) {
        at--;
    }
    if (at == NEAREST_MAX) {
        return;
    }
    memmove(&w->nearest[at + 1], &w->nearest[at], (size_t)(NEAREST_MAX - 1 - at) * sizeof w->nearest[0]);
    text_copy(w->nearest[at].symbol, sizeof w->nearest[at].symbol, symbol);
    w->nearest[at].distance = distance;
}

static bool is_same(const struct instrument *a, const struct instrument *b)
{
    return a->tick == b->tick && a->lot == b->lot && a->trading == b->trading &&
           a->price_decimals == b->price_decimals && a->qty_decimals == b->qty_decimals &&
           a->multiplier == b->multiplier && a->funding_interval_s == b->funding_interval_s &&
           a->expiry_ns == b->expiry_ns;
}

/* A new version of it, if anything that matters is new. */
static bool take(struct source *s, struct wish *w, const struct instrument *in)
{
    struct instrument next = *in;
    next.id = w->id;
    next.version = w->state == WISH_KNOWN ? w->in.version : 0;
    if (w->state == WISH_KNOWN && is_same(&w->in, in)) {
        return false;
    }
    next.version++;
    if (instrument_check(&next) != 0 || decoder_add(&s->decoder, &next) != 0) {
        return false;
    }
    w->in = next;
    w->state = WISH_KNOWN;
    w->is_announced = false;
    text_copy(w->symbol, sizeof w->symbol, in->symbol);
    return true;
}

static void on_found(void *user, const struct instrument *in)
{
    struct listing *l = user;
    for (uint32_t i = 0; i < l->source->wish_n; i++) {
        struct wish *w = &l->source->wishes[i];
        if (text_equal_nocase(w->symbol, in->symbol)) {
            l->is_seen[i] = true;
            l->is_changed |= take(l->source, w, in);
        } else if (w->state != WISH_KNOWN) {
            note_nearest(w, in->symbol);
        }
    }
}

int source_read_list(struct source *s, const char *bytes, size_t n, bool *ret_is_changed)
{
    struct listing listing = {.source = s};
    for (uint32_t i = 0; i < s->wish_n; i++) {
        memset(s->wishes[i].nearest, 0, sizeof s->wishes[i].nearest);
    }
    int found = s->venue->read_instruments(bytes, n, on_found, &listing);
    if (found < 0) {
        return found;
    }
    for (uint32_t i = 0; i < s->wish_n; i++) {
        if (!listing.is_seen[i] && s->wishes[i].state == WISH_ASKED) {
            s->wishes[i].state = WISH_UNKNOWN;
            listing.is_changed = true;
        }
    }
    *ret_is_changed = listing.is_changed;
    return 0;
}

bool source_announce(struct source *s)
{
    bool is_all = true;
    for (uint32_t i = 0; i < s->wish_n; i++) {
        struct wish *w = &s->wishes[i];
        if (w->state == WISH_KNOWN && !w->is_announced) {
            w->is_announced = emit_row(s->emitter, EVENT_INSTRUMENT, w->id, w->in.version, &w->in,
                                       sizeof w->in);
            is_all &= w->is_announced;
        }
    }
    return is_all;
}
