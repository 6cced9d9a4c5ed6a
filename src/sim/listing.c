#include "sim/listing.h"

#include <alphaplus/base/fixed.h>
#include <alphaplus/base/text.h>
#include <math.h>

void listing_of_spec(const struct market_spec *spec, struct listing *ret_listing)
{
    *ret_listing = (struct listing){
        .price_decimals = spec->price_decimals,
        .qty_decimals = spec->qty_decimals,
        .tick = spec->tick_size,
        .lot = spec->lot_size,
    };
    text_copy(ret_listing->symbol, sizeof ret_listing->symbol, spec->symbol);
    text_copy(ret_listing->base, sizeof ret_listing->base, spec->base);
    text_copy(ret_listing->quote, sizeof ret_listing->quote, spec->quote);
}

static int32_t step_of(const struct listing *in)
{
    return in->coarse > 1 ? in->coarse : 1;
}

int64_t listing_px(const struct listing *in, int side, int32_t tick)
{
    int32_t step = step_of(in);
    int32_t at = side == 0 ? tick / step * step : (tick + step - 1) / step * step;
    return (int64_t)at * in->tick;
}

size_t listing_raw(const struct listing *in, size_t limit)
{
    return step_of(in) == 1 ? limit : (limit + 1) * (size_t)step_of(in);
}

size_t listing_levels(const struct listing *in, int side, const struct market_level *raw, size_t raw_n,
                      size_t limit, struct price_level *ret_levels)
{
    size_t n = 0;
    for (size_t i = 0; i < raw_n; i++) {
        int64_t px = listing_px(in, side, raw[i].tick), qty = raw[i].lots * in->lot;
        if (n > 0 && ret_levels[n - 1].px == px) {
            ret_levels[n - 1].qty += qty;
        } else if (n == limit) {
            break;
        } else {
            ret_levels[n++] = (struct price_level){px, qty};
        }
    }
    return n;
}

void put_fixed(struct buf *out, const char *before, int64_t value, int decimals)
{
    char text[FIXED_TEXT_MAX];
    size_t n = fixed_format(text, value, decimals);
    buf_text(out, before);
    buf_byte(out, '"');
    buf_append(out, text, n);
    buf_byte(out, '"');
}

void put_short(struct buf *out, int64_t value, int decimals)
{
    char text[FIXED_TEXT_MAX];
    while (decimals > 0 && value % 10 == 0) {
        value /= 10;
        decimals--;
    }
    buf_append(out, text, fixed_format(text, value, decimals));
}

void put_short_quoted(struct buf *out, const char *before, int64_t value, int decimals)
{
    buf_text(out, before);
    buf_byte(out, '"');
    put_short(out, value, decimals);
    buf_byte(out, '"');
}

void put_real(struct buf *out, const char *before, double value, int decimals)
{
    put_fixed(out, before, (int64_t)llround(value * (double)fixed_pow10(decimals)), decimals);
}

void put_pairs(struct buf *out, const struct listing *in, const struct price_level *levels, size_t n,
               const char *more)
{
    for (size_t i = 0; i < n; i++) {
        put_short_quoted(out, i > 0 ? ",[" : "[", levels[i].px, in->price_decimals);
        put_short_quoted(out, ",", levels[i].qty, in->qty_decimals);
        buf_text(out, more);
        buf_byte(out, ']');
    }
}

int64_t next_full_ms(int64_t now_ms, int64_t every_ms)
{
    return (now_ms / every_ms + 1) * every_ms;
}
