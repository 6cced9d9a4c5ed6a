/* Binance USD-M's JSON, frame by frame, fields in the order and with the widths of the real thing.
 * Everything is appended to `out`; a failure is sticky there. event_ms is E; times of the market are told
 * as start_ms + time_ms. */
#ifndef SIM_BINANCE_ENCODE_H
#define SIM_BINANCE_ENCODE_H

#include "sim/market/market.h"

#include <alphaplus/base/buf.h>
#include <alphaplus/model/instrument.h>
#include <stddef.h>
#include <stdint.h>

/* An instrument as exchangeInfo lists it. */
struct listing {
    char symbol[SYMBOL_MAX];
    char base[ASSET_MAX], quote[ASSET_MAX];
    int price_decimals, qty_decimals;
    int64_t tick, lot; /* in 10^-decimals */
};
/* In 10^-decimals of the listing. */
struct price_level {
    int64_t px, qty;
};
struct premium {
    double mark, index, settle, funding;
    int64_t next_funding_ms, time_ms;
};

void listing_of_spec(const struct market_spec *spec, struct listing *ret_listing);

void encode_depth(struct buf *out, const struct listing *in, int64_t event_ms, int64_t start_ms,
                  const struct market_depth *d);
void encode_quote(struct buf *out, const struct listing *in, int64_t event_ms, int64_t start_ms,
                  const struct market_quote *q);
void encode_trade(struct buf *out, const struct listing *in, int64_t event_ms, int64_t start_ms,
                  const struct market_trade *t);
void encode_agg(struct buf *out, const struct listing *in, int64_t event_ms, int64_t start_ms,
                const struct market_agg *t);
void encode_mark(struct buf *out, const struct listing *in, int64_t event_ms, const struct market_mark *m);
void encode_force(struct buf *out, const struct listing *in, int64_t event_ms, int64_t start_ms,
                  const struct market_liquidation *l);

/* REST bodies. */
void encode_time(struct buf *out, int64_t now_ms);
void encode_exchange_info(struct buf *out, const struct listing *list, size_t n, int64_t now_ms);
/* Best first. */
void encode_book(struct buf *out, const struct listing *in, uint64_t last_id, int64_t event_ms,
                 int64_t time_ms, const struct price_level *bids, size_t bid_n,
                 const struct price_level *asks, size_t ask_n);
void encode_open_interest(struct buf *out, const struct listing *in, int64_t lots, int64_t now_ms);
void encode_premium(struct buf *out, const struct listing *in, const struct premium *p);
void encode_error(struct buf *out, int code, const char *message);

/* The next full 8 hours (UTC). */
int64_t next_funding_ms(int64_t now_ms);

#endif
