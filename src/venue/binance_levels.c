/* Lists of [price, size]: nearly all bytes of nearly all frames. */
#include "binance.h"
#include "decimal.h"

#include <alphaplus/base/fixed.h>
#include <string.h>

/* `["1234567.12345678","1234567.12345678"],` and what decimal_quick() looks at. */
enum { LEVEL_REACH = 64 };

struct form {
    struct decimal_form price, qty;
    bool is_quick;
};

static struct form form_of(const struct instrument *in)
{
    struct form f = {.is_quick = in->price_decimals <= DECIMAL_QUICK_MAX &&
                                 in->qty_decimals <= DECIMAL_QUICK_MAX};
    decimal_init(&f.price, in->price_decimals, fixed_pow10(in->price_decimals));
    decimal_init(&f.qty, in->qty_decimals, fixed_pow10(in->qty_decimals));
    return f;
}

/* A level written as the venue writes it; behind it a ',' or ']', not taken. Prices of a frame have one shape; sizes only end
 * alike. */
static inline bool level_quick(const char **at, struct form *f, struct level *ret_level)
{
    const char *p = *at + 2;
    if (p[-2] != '[' || p[-1] != '"' ||
        (!decimal_alike(&p, &f->price, &ret_level->px) && !decimal_quick(&p, &f->price, &ret_level->px))) {
        return false;
    }
    if (p[0] != ',' || p[1] != '"') {
        return false;
    }
    p += 2;
    if (!decimal_alike_behind(&p, &f->qty, &ret_level->qty) && !decimal_quick(&p, &f->qty, &ret_level->qty)) {
        return false;
    }
    if (p[0] != ']' || ret_level->px == 0) {
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
    if ((err = amount(&price, (int)f->price.decimals, &ret_level->px)) < 0 ||
        (err = amount(&qty, (int)f->qty.decimals, &ret_level->qty)) < 0) {
        return err;
    }
    return ret_level->px == 0 ? AP_ERANGE : 0;
}

size_t binance_levels_room(size_t n)
{
    return n / sizeof("[\"1\",\"1\"]") + 2; /* ten bytes each, with the comma */
}

enum { CUT_SHORT = 1 };

/* Levels up to and with the ']'. CUT_SHORT: fewer bytes than LEVEL_REACH can be looked at before `readable`. */
static int read_levels(struct scan *s, const char *readable, struct form *f, struct level *levels,
                       size_t room, size_t *n)
{
    while (readable - s->at >= LEVEL_REACH) {
        if (*n == room) {
            return AP_EFULL;
        }
        if (!f->is_quick || !level_quick(&s->at, f, &levels[*n])) {
            int err = level_careful(s, f, &levels[*n]);
            if (err < 0) {
                return err;
            }
        }
        ++*n;
        if (s->at < s->end && *s->at == ',') {
            s->at++;
        } else if (!scan_take(s, ',')) {
            return scan_take(s, ']') ? 0 : AP_ESYNTAX;
        }
    }
    return CUT_SHORT;
}

/* The last bytes of a frame, where nothing behind them may be looked at: read from a copy with zeros behind it. */
static int read_tail(struct scan *s, struct form *f, struct level *levels, size_t room, size_t *n)
{
    char tail[2 * LEVEL_REACH] = {0};
    size_t left = (size_t)(s->end - s->at);
    memcpy(tail, s->at, left);
    struct scan copy = {.at = tail, .end = tail + left};
    int err = read_levels(&copy, tail + sizeof(tail), f, levels, room, n);
    s->at = s->end - (copy.end - copy.at);
    return err;
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
    int err = read_levels(s, s->end, &f, levels, room, &n);
    if (err == CUT_SHORT) {
        err = read_tail(s, &f, levels, room, &n);
    }
    if (err < 0) {
        return err;
    }
    *ret_n = (uint32_t)n;
    return 0;
}
