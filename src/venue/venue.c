#include <alphaplus/venue/venue.h>

#include "binance.h"
#include "fields.h"
#include "venues.h"
#include <alphaplus/base/fixed.h>
#include <alphaplus/base/text.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct venue *const venues[] = {
    &venue_binance, &venue_binance_coinm, &venue_binance_spot, &venue_bybit, &venue_okx, &venue_hyperliquid,
};

const struct venue *const *venue_list(int *ret_n)
{
    *ret_n = (int)(sizeof(venues) / sizeof(venues[0]));
    return venues;
}

const struct venue *venue_find(const char *name)
{
    for (size_t i = 0; i < sizeof(venues) / sizeof(venues[0]); i++) {
        if (strcmp(venues[i]->name, name) == 0) {
            return venues[i];
        }
    }
    return NULL;
}

bool venue_plan_add(struct venue_plan *plan, int kind, const char *format, ...)
{
    if (plan->stream_n == sizeof(plan->streams) / sizeof(plan->streams[0])) {
        return false;
    }
    va_list args;
    va_start(args, format);
    int n = vsnprintf(plan->streams[plan->stream_n], VENUE_STREAM_MAX, format, args);
    va_end(args);
    if (n <= 0 || n >= VENUE_STREAM_MAX) {
        return false;
    }
    plan->kinds[plan->stream_n++] = (uint8_t)kind;
    return true;
}

/* --- decoder ------------------------------------------------------------------------------------------------------- */

void decoder_init(struct decoder *d, const struct venue *venue)
{
    memset(d, 0, sizeof(*d));
    d->venue = venue;
}

const struct instrument *decoder_find(const struct decoder *d, const char *symbol, size_t n)
{
    if (n == 0 || n >= SYMBOL_MAX) {
        return NULL;
    }
    for (uint32_t i = 0; i < d->inst_n; i++) {
        const struct instrument *in = &d->insts[i];
        /* The last letters of most symbols are the same, the first seldom. */
        if (in->symbol[0] == symbol[0] && in->symbol[n] == '\0' && memcmp(in->symbol, symbol, n) == 0) {
            return in;
        }
    }
    return NULL;
}

int decoder_add(struct decoder *d, const struct instrument *in)
{
    uint32_t i = 0;
    if (instrument_check(in) < 0) {
        return AP_EINVAL;
    }
    while (i < d->inst_n && strcmp(d->insts[i].symbol, in->symbol) != 0) {
        i++;
    }
    if (i == INSTRUMENT_MAX) {
        return AP_EFULL;
    }
    d->insts[i] = *in;
    memset(&d->last[i], 0, sizeof(d->last[i]));
    d->inst_n += i == d->inst_n;
    return 0;
}

void decoder_remove(struct decoder *d, const char *symbol)
{
    for (uint32_t i = 0; i < d->inst_n; i++) {
        if (strcmp(d->insts[i].symbol, symbol) == 0) {
            d->insts[i] = d->insts[--d->inst_n];
            d->last[i] = d->last[d->inst_n];
            return;
        }
    }
}

void decoder_count_unknown(struct decoder *d, const char *kind, size_t n)
{
    char name[sizeof(d->unknown_kinds[0].name)];
    uint32_t i = 0;
    text_sanitize(name, sizeof(name), n > 0 ? kind : "?", n > 0 ? n : 1);
    while (i < VENUE_UNKNOWN_KINDS - 1 && d->unknown_kinds[i].count > 0 &&
           strcmp(d->unknown_kinds[i].name, name) != 0) {
        i++;
    }
    bool is_rest = i == VENUE_UNKNOWN_KINDS - 1;
    (void)text_copy(d->unknown_kinds[i].name, sizeof(d->unknown_kinds[i].name), is_rest ? "(others)" : name);
    d->unknown_kinds[i].count++;
    d->unknown++;
}

/* --- probe --------------------------------------------------------------------------------------------------------- */

static int64_t greatest_common_divisor(int64_t a, int64_t b)
{
    while (b != 0) {
        int64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

int venue_probe_widen(struct venue_probe_symbol *to, const struct venue_probe_symbol *from)
{
    uint8_t decimals = to->price_decimals > from->price_decimals ? to->price_decimals : from->price_decimals;
    int64_t mine, other;
    if (fixed_rescale(to->tick, to->price_decimals, decimals, &mine) < 0 ||
        fixed_rescale(from->tick, from->price_decimals, decimals, &other) < 0) {
        return AP_ERANGE;
    }
    to->price_decimals = decimals;
    to->tick = greatest_common_divisor(mine, other);
    to->qty_decimals = to->qty_decimals > from->qty_decimals ? to->qty_decimals : from->qty_decimals;
    to->mark_decimals = to->mark_decimals > from->mark_decimals ? to->mark_decimals : from->mark_decimals;
    to->rate_decimals = to->rate_decimals > from->rate_decimals ? to->rate_decimals : from->rate_decimals;
    to->has_depth |= from->has_depth;
    to->has_ids |= from->has_ids;
    return 0;
}
