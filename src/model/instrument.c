#include <alphaplus/model/instrument.h>

#include <alphaplus/base/fixed.h>
#include <alphaplus/base/text.h>
#include <stdio.h>
#include <string.h>

#define MULTIPLIER_DECIMALS 8

static bool is_name_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.' || c == '/';
}

static bool is_name(const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (!is_name_char(text[i])) {
            return false;
        }
    }
    return n > 0;
}

int instrument_name_split(const char *name, char *ret_venue, size_t venue_size, char *ret_symbol,
                          size_t symbol_size)
{
    const char *colon = strchr(name, ':');
    if (colon == NULL) {
        return AP_ESYNTAX;
    }
    size_t venue_n = (size_t)(colon - name), symbol_n = strlen(colon + 1);
    if (!is_name(name, venue_n) || !is_name(colon + 1, symbol_n)) {
        return AP_ESYNTAX;
    }
    if (venue_n >= venue_size || symbol_n >= symbol_size) {
        return AP_ETOOBIG;
    }
    memcpy(ret_venue, name, venue_n);
    ret_venue[venue_n] = '\0';
    memcpy(ret_symbol, colon + 1, symbol_n + 1);
    return 0;
}

void instrument_name(const struct instrument *in, char *buf)
{
    (void)snprintf(buf, INSTRUMENT_NAME_MAX, "%.*s:%.*s", VENUE_NAME_MAX - 1, in->venue, SYMBOL_MAX - 1,
                   in->symbol);
}

/* Terminated, and a name or (when allowed) nothing. */
static bool is_field(const char *field, size_t size, bool may_be_empty)
{
    const char *end = memchr(field, '\0', size);
    return end != NULL && ((may_be_empty && end == field) || is_name(field, (size_t)(end - field)));
}

static bool is_step(int64_t v)
{
    return v >= 1 && v <= FIXED_VALUE_MAX;
}

int instrument_check(const struct instrument *in)
{
    bool names = is_field(in->venue, sizeof(in->venue), false) &&
                 is_field(in->symbol, sizeof(in->symbol), false) &&
                 is_field(in->base, sizeof(in->base), true) && is_field(in->quote, sizeof(in->quote), true) &&
                 is_field(in->settle, sizeof(in->settle), true);
    bool enums = in->kind >= INSTRUMENT_PERPETUAL && in->kind <= INSTRUMENT_SPOT &&
                 in->book_rule <= BOOK_RULE_SNAPSHOTS && in->inverse <= 1 && in->inferred <= 1 &&
                 in->trading <= 1;
    bool decimals = in->price_decimals <= FIXED_DECIMALS_MAX && in->qty_decimals <= FIXED_DECIMALS_MAX &&
                    in->mark_decimals <= FIXED_DECIMALS_MAX && in->rate_decimals <= FIXED_DECIMALS_MAX;
    bool numbers = in->id <= INSTRUMENT_MAX && is_step(in->tick) && is_step(in->lot) &&
                   is_step(in->multiplier) && in->expiry_ns >= 0;
    return names && enums && decimals && numbers ? 0 : AP_EINVAL;
}

double instrument_price(const struct instrument *in, int64_t px)
{
    return fixed_to_double(px, in->price_decimals);
}

double instrument_qty(const struct instrument *in, int64_t qty)
{
    return fixed_to_double(qty, in->qty_decimals);
}

double instrument_notional(const struct instrument *in, int64_t px, int64_t qty)
{
    double size = instrument_qty(in, qty) * fixed_to_double(in->multiplier, MULTIPLIER_DECIMALS);
    return in->inverse ? size : size * instrument_price(in, px);
}
