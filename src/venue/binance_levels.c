/* Lists of [price, size]: nearly all bytes of nearly all frames. */
#include "binance.h"
#include "decimal.h"

#include <alphaplus/base/fixed.h>

/* `["1234567.12345678","1234567.12345678"],` and what decimal_quick() looks at. */
enum { LEVEL_REACH = 64 };

struct form {
    unsigned price_decimals, qty_decimals;
    int64_t price_scale, qty_scale;
    bool is_quick;
};

static struct form form_of(const struct instrument *in)
{
    return (struct form){
        .price_decimals = in->price_decimals,
        .qty_decimals = in->qty_decimals,
        .price_scale = fixed_pow10(in->price_decimals),
        .qty_scale = fixed_pow10(in->qty_decimals),
        .is_quick = in->price_decimals <= DECIMAL_QUICK_MAX && in->qty_decimals <= DECIMAL_QUICK_MAX,
    };
}

/* A level written as the venue writes it; behind it a ',' or ']', not taken. */
static inline bool level_quick(const char **at, const struct form *f, struct level *ret_level)
{
    const char *p = *at + 2;
    if (p[-2] != '[' || p[-1] != '"' ||
        !decimal_quick(&p, f->price_decimals, f->price_scale, &ret_level->px)) {
        return false;
    }
    if (p[0] != ',' || p[1] != '"') {
        return false;
    }
    p += 2;
    if (!decimal_quick(&p, f->qty_decimals, f->qty_scale, &ret_level->qty) || p[0] != ']' ||
        ret_level->px == 0) {
        return false;
    }
    *at = p + 1;
    return true;
}

static int amount(const struct scan_value *v, int decimals, int64_t *ret_value)
{
    int64_t value;
    int err = binance_decimal(v, decimals, &value);
    if (err < 0) {
        return err;
    }
    if (value < 0 || value > FIXED_VALUE_MAX) {
        return AP_ERANGE;
    }
    *ret_value = value;
    return 0;
}

/* Any JSON for a level; says what is wrong with it. */
static int level_careful(struct scan *s, const struct form *f, struct level *ret_level)
{
    struct scan_value price, qty;
    int err;
    if (!scan_take(s, '[')) {
        return AP_ETYPE;
    }
    if ((err = scan_value(s, SCAN_DEPTH_MAX, &price)) < 0) {
        return err;
    }
    if (!scan_take(s, ',')) {
        return AP_ETYPE;
    }
    if ((err = scan_value(s, SCAN_DEPTH_MAX, &qty)) < 0) {
        return err;
    }
    if (!scan_take(s, ']')) {
        return AP_ETYPE;
    }
    if ((err = amount(&price, (int)f->price_decimals, &ret_level->px)) < 0 ||
        (err = amount(&qty, (int)f->qty_decimals, &ret_level->qty)) < 0) {
        return err;
    }
    return ret_level->px == 0 ? AP_ERANGE : 0;
}

size_t binance_levels_room(size_t n)
{
    return n / sizeof("[\"1\",\"1\"]") + 2; /* ten bytes each, with the comma */
}

int binance_levels(struct scan *s, const struct instrument *in, struct level *levels, size_t room,
                   uint32_t *ret_n)
{
    struct form f = form_of(in);
    size_t n = 0;
    if (!scan_take(s, '[')) {
        return AP_ETYPE;
    }
    if (scan_take(s, ']')) {
        *ret_n = 0;
        return 0;
    }
    for (;;) {
        if (n == room) {
            return AP_EFULL;
        }
        if (!f.is_quick || s->end - s->at < LEVEL_REACH || !level_quick(&s->at, &f, &levels[n])) {
            int err = level_careful(s, &f, &levels[n]);
            if (err < 0) {
                return err;
            }
        }
        n++;
        if (s->at < s->end && *s->at == ',') {
            s->at++;
        } else if (!scan_take(s, ',')) {
            break;
        }
    }
    if (!scan_take(s, ']')) {
        return AP_ESYNTAX;
    }
    *ret_n = (uint32_t)n;
    return 0;
}
