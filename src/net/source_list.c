/* The venue's list of instruments, held against what is wished for. */
#include "net/source.h"
#include <alphaplus/base/text.h>
#include <ctype.h>
#include <string.h>

#define DISTANCE_CAP 4 /* further is no misspelling */

struct listing {
    struct source *source;
    bool is_changed;
};

static const char *const usual_ends[] = {"USDT", "USDC", "USD", "PERP", "USDTSWAP"};

/* Letters and digits alone, in capitals: "btc-usdt" and "BTCUSDT" are one. */
static void plain(char *buf, size_t size, const char *text)
{
    size_t n = 0;
    for (; *text && n < size - 1; text++) {
        if (isalnum((unsigned char)*text)) {
            buf[n++] = (char)toupper((unsigned char)*text);
        }
    }
    buf[n] = '\0';
}

/* The asset, and a usual end behind it. */
static bool is_of(const char *asked, const char *base)
{
    size_t n = strlen(base);
    if (n == 0 || strncmp(asked, base, n) != 0) {
        return false;
    }
    for (size_t i = 0; i < sizeof usual_ends / sizeof *usual_ends; i++) {
        if (strcmp(asked + n, usual_ends[i]) == 0) {
            return true;
        }
    }
    return false;
}

/* "BTC" means BTCUSDT; where the venue says BTC or BTCUSD_PERP, "BTCUSDT" means that. */
static int distance_of(const char *asked, const char *offered, const char *base)
{
    if (*asked && strncmp(offered, asked, strlen(asked)) == 0) {
        return 0;
    }
    int distance = text_distance(asked, offered, DISTANCE_CAP);
    return distance > 1 && is_of(asked, base) ? 1 : distance;
}

static void note_nearest(struct wish *w, const struct instrument *in)
{
    char asked[SYMBOL_MAX], offered[SYMBOL_MAX], base[ASSET_MAX];
    const char *symbol = in->symbol;
    plain(asked, sizeof asked, w->symbol);
    plain(offered, sizeof offered, symbol);
    plain(base, sizeof base, in->base);
    int distance = distance_of(asked, offered, base);
    if (distance >= DISTANCE_CAP) {
        return;
    }
    int at = NEAREST_MAX;
    while (at > 0 && (!w->nearest[at - 1].symbol[0] || distance < w->nearest[at - 1].distance ||
                      (distance == w->nearest[at - 1].distance &&
                       strlen(symbol) < strlen(w->nearest[at - 1].symbol)))) {
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
    if (s->venue->read_funding) {
        next.funding_interval_s = w->funding_s;
    }
    next.id = w->id;
    if (w->state == WISH_KNOWN && is_same(&w->in, &next)) {
        return false;
    }
    next.version = w->state == WISH_KNOWN ? w->in.version + w->is_announced : 1;
    if (instrument_check(&next) != 0 || decoder_add(&s->decoder, &next) != 0) {
        return false;
    }
    rotate_abandon(s);
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
            l->source->is_seen[i] = true;
            l->is_changed |= take(l->source, w, in);
        } else if (w->state != WISH_KNOWN) {
            note_nearest(w, in);
        }
    }
}

int source_read_list(struct source *s, const char *bytes, size_t n, bool is_first, bool is_last,
                     bool *ret_is_changed)
{
    struct listing listing = {.source = s};
    for (uint32_t i = 0; i < s->wish_n && is_first; i++) {
        memset(s->wishes[i].nearest, 0, sizeof s->wishes[i].nearest);
        s->is_seen[i] = false;
    }
    int found = s->venue->read_instruments(bytes, n, on_found, &listing);
    if (found < 0) {
        return found;
    }
    for (uint32_t i = 0; i < s->wish_n && is_last; i++) {
        if (!s->is_seen[i] && s->wishes[i].state == WISH_ASKED) {
            s->wishes[i].state = WISH_UNKNOWN;
            listing.is_changed = true;
        }
    }
    *ret_is_changed = listing.is_changed;
    return 0;
}

/* --- funding intervals --------------------------------------------------------------------------------------------- */

static void on_interval(void *user, const char *symbol, uint32_t interval_s)
{
    struct source *s = user;
    for (uint32_t i = 0; i < s->wish_n; i++) {
        if (text_equal_nocase(s->wishes[i].symbol, symbol)) {
            s->wishes[i].funding_s = interval_s;
        }
    }
}

int source_read_funding(struct source *s, const char *bytes, size_t n)
{
    int err = 0;
    for (uint32_t i = 0; i < s->wish_n && bytes; i++) {
        s->wishes[i].funding_s = s->venue->funding_usual_s;
    }
    if (bytes) {
        err = s->venue->read_funding(bytes, n, on_interval, s);
    }
    for (uint32_t i = 0; i < s->wish_n; i++) {
        struct wish *w = &s->wishes[i];
        struct instrument in = w->in;
        if (err < 0) {
            w->funding_s = 0;
        }
        if (w->state == WISH_KNOWN) {
            s->needs_plan |= take(s, w, &in);
        }
    }
    s->has_funding = true;
    return err < 0 ? err : 0;
}

bool source_announce(struct source *s)
{
    bool is_all = true;
    if (!s->has_funding) {
        return false;
    }
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
