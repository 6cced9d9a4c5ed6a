/* An instrument as one venue lists it, and how the model's ticks and lots are told there. */
#ifndef SIM_LISTING_H
#define SIM_LISTING_H

#include "sim/market/market.h"

#include <alphaplus/base/buf.h>
#include <alphaplus/model/instrument.h>
#include <stddef.h>
#include <stdint.h>

struct listing {
    char symbol[SYMBOL_MAX];
    char base[ASSET_MAX], quote[ASSET_MAX];
    int price_decimals, qty_decimals;
    int64_t tick, lot;     /* the model's, in 10^-decimals */
    char pair[SYMBOL_MAX]; /* "": the symbol */
    bool is_inverse;
    int contract;   /* what one contract is worth, in units of the venue's own */
    int32_t coarse; /* ticks of the model in one step of the price; 0: one */
};
/* In 10^-decimals of the listing. */
struct price_level {
    int64_t px, qty;
};

/* As USD-M lists it. */
void listing_of_spec(const struct market_spec *spec, struct listing *ret_listing);

/* Prices that are told lie on the coarser grid, bids below and asks above where they are. */
int64_t listing_px(const struct listing *in, int side, int32_t tick);
/* The best `limit` prices of a side, sizes of one price together. `raw` best first; of a grid of n ticks it takes
 * listing_raw(limit) of them to be sure. Returns how many. */
size_t listing_raw(const struct listing *in, size_t limit);
size_t listing_levels(const struct listing *in, int side, const struct market_level *raw, size_t raw_n,
                      size_t limit, struct price_level *ret_levels);

/* Decimals as JSON: "1.50" in quotes with all digits, and 1.5 without quotes or trailing zeros. `before` goes in front. */
void put_fixed(struct buf *out, const char *before, int64_t value, int decimals);
void put_short(struct buf *out, int64_t value, int decimals);
void put_short_quoted(struct buf *out, const char *before, int64_t value, int decimals);
/* In quotes, to so many digits. */
void put_real(struct buf *out, const char *before, double value, int decimals);
/* [["1.5","2"],...] without the outer brackets; `more` is put behind the size of each (",\"0\",\"1\""; "": nothing). */
void put_pairs(struct buf *out, const struct listing *in, const struct price_level *levels, size_t n,
               const char *more);

/* The next full `every_ms` (UTC). */
int64_t next_full_ms(int64_t now_ms, int64_t every_ms);

#endif
