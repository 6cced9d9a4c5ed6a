#include "codec_state.h"

#include <stdlib.h>
#include <string.h>

enum { PRICE_SLOTS_MIN = 1 << 10 };

int codec_state_init(struct codec_state *s)
{
    memset(s, 0, sizeof(*s));
    s->prices.slots = calloc(PRICE_SLOTS_MIN, sizeof(s->prices.slots[0]));
    if (s->prices.slots == NULL) {
        return AP_ENOMEM;
    }
    s->prices.mask = PRICE_SLOTS_MIN - 1;
    codec_state_reset(s);
    return 0;
}

void codec_state_finish(struct codec_state *s)
{
    free(s->prices.slots);
    s->prices.slots = NULL;
}

static void forget_prices(struct price_memory *m)
{
    memset(m->slots, 0, (m->mask + 1) * sizeof(m->slots[0]));
    m->n = 0;
}

void codec_state_reset(struct codec_state *s)
{
    struct price_memory prices = s->prices;
    if (prices.n > 0) {
        forget_prices(&prices);
    }
    *s = (struct codec_state){.prices = prices, .version = 1};
    s->units = (struct codec_units){.recv = 1, .exch = 1, .px = 1, .qty = 1};
}

static size_t slot_of(const struct price_memory *m, uint64_t px)
{
    size_t i = (size_t)((px * UINT64_C(0x9e3779b97f4a7c15)) >> 40) & m->mask;
    while (m->slots[i].size_n != 0 && m->slots[i].px != px) {
        i = (i + 1) & m->mask;
    }
    return i;
}

static bool grow(struct price_memory *m)
{
    struct price_memory bigger = {.mask = 2 * m->mask + 1, .n = m->n};
    bigger.slots = calloc(bigger.mask + 1, sizeof(bigger.slots[0]));
    if (bigger.slots == NULL) {
        return false;
    }
    for (size_t i = 0; i <= m->mask; i++) {
        if (m->slots[i].size_n != 0) {
            bigger.slots[slot_of(&bigger, m->slots[i].px)] = m->slots[i];
        }
    }
    free(m->slots);
    *m = bigger;
    return true;
}

struct price_entry *price_find(struct price_memory *m, uint64_t px)
{
    if (2 * m->n > m->mask) {
        if (m->n >= PRICE_MEMORY_MAX) {
            forget_prices(m);
        } else if (!grow(m)) {
            return NULL;
        }
    }
    struct price_entry *e = &m->slots[slot_of(m, px)];
    e->px = px;
    return e;
}

void price_note(struct price_memory *m, struct price_entry *e, unsigned code, uint64_t qty)
{
    if (code == SIZE_GONE) {
        e->is_there = false;
        return;
    }
    unsigned from = PRICE_SIZES - 1;
    if (code <= PRICE_SIZES) {
        from = code - 1;
    } else if (e->size_n < PRICE_SIZES) {
        m->n += e->size_n == 0;
        from = e->size_n++;
    }
    for (unsigned i = from; i > 0; i--) {
        e->sizes[i] = e->sizes[i - 1];
    }
    e->sizes[0] = qty;
    e->is_there = true;
}

enum codec_class codec_class_of(unsigned kind)
{
    switch (kind) {
    case EVENT_DEPTH:
    case EVENT_DEPTH_SNAPSHOT: return CLASS_DEPTH;
    case EVENT_QUOTE: return CLASS_QUOTE;
    case EVENT_TRADE: return CLASS_TRADE;
    default: return CLASS_OTHER;
    }
}

enum codec_section codec_section_of(unsigned kind, bool is_raw)
{
    enum codec_class c = codec_class_of(kind);
    if (is_raw || c == CLASS_OTHER) {
        return SECTION_OTHER;
    }
    return c == CLASS_TRADE ? SECTION_TRADE : SECTION_BOOK;
}
