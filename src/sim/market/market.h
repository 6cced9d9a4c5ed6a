/* The seeded market: several instruments with order books, traders, walls and leveraged positions. No
 * clock, no sockets.
 *
 * A pure function of seed and step index: market_step moves everything on by MARKET_STEP_MS. What anybody
 * watches changes nothing of it. Prices are in ticks, sizes in lots, times in ms since the market began. */
#ifndef SIM_MARKET_MARKET_H
#define SIM_MARKET_MARKET_H

#include <alphaplus/base/err.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MARKET_STEP_MS     10
#define MARKET_INSTRUMENTS 3

/* How an instrument is told to the world: text price = tick * tick_size * 10^-price_decimals. */
struct market_spec {
    const char *symbol, *base, *quote;
    int price_decimals, qty_decimals;
    int64_t tick_size; /* in 10^-price_decimals */
    int64_t lot_size;  /* in 10^-qty_decimals */
};

struct market_level {
    int32_t tick;
    uint32_t lots;
};

/* One fill of a taker against one level. */
struct market_trade {
    int64_t time_ms;
    uint64_t id; /* +1 a trade of an instrument */
    int32_t tick;
    uint32_t lots;
    bool is_sell; /* the taker sold */
};
/* Fills of one step at one price and side, put together. */
struct market_agg {
    int64_t time_ms;
    uint64_t id, first, last; /* first..last: trade ids */
    int32_t tick;
    uint64_t lots;
    bool is_sell;
};
struct market_quote {
    int64_t time_ms;
    uint64_t id; /* of the book update it belongs to */
    struct market_level bid, ask;
};
struct market_depth {
    int64_t time_ms;
    uint64_t first_id, last_id, prev_id;
    const struct market_level *bids, *asks; /* borrowed during the call; prices ascending; 0 lots: gone */
    size_t bid_n, ask_n;
};
struct market_mark {
    int64_t time_ms;
    double mark, index, average; /* prices */
    double funding;              /* rate of the running interval */
};
struct market_liquidation {
    int64_t time_ms;
    bool is_long;    /* the dead position */
    uint64_t lots;   /* of the order */
    uint64_t filled; /* lots that found a taker's other side */
    int32_t limit;   /* tick */
    double average;  /* price of the fills */
};

/* The depth streams: how often one tells. */
enum market_rate { RATE_0MS, RATE_100MS, RATE_250MS, RATE_500MS, RATES };

/* Who wants to know; any may be NULL. `instrument` is 0..MARKET_INSTRUMENTS-1. */
struct market_listener {
    void (*trade)(void *user, int instrument, const struct market_trade *t);
    void (*agg)(void *user, int instrument, const struct market_agg *t);
    void (*quote)(void *user, int instrument, const struct market_quote *q);
    void (*depth)(void *user, int instrument, enum market_rate rate, const struct market_depth *d);
    void (*mark)(void *user, int instrument, const struct market_mark *m); /* once a second */
    void (*liquidation)(void *user, int instrument, const struct market_liquidation *l);
    void *user; /* borrowed */
};

struct market; /* opaque */
AP_MUST_CHECK int sim_market_create(uint64_t seed, struct market **ret_market);
void sim_market_destroy(struct market *m);
/* AP_ENOMEM: a watched depth stream is no longer whole. */
AP_MUST_CHECK int sim_market_step(struct market *m, const struct market_listener *l);
/* Every watched depth stream tells at once what it has gathered. Errors as above. */
AP_MUST_CHECK int sim_market_tell_depth(struct market *m, const struct market_listener *l);
/* A depth stream that nobody watches is not gathered. */
void sim_market_watch(struct market *m, int instrument, enum market_rate rate, bool is_watched);

const struct market_spec *sim_market_spec(int instrument); /* NULL beyond the end */
int64_t sim_market_time_ms(const struct market *m);
uint64_t sim_market_last_id(const struct market *m, int instrument);
/* The best levels of both sides; room for `limit` in each. */
void sim_market_book(const struct market *m, int instrument, size_t limit, struct market_level *bids,
                     size_t *ret_bid_n, struct market_level *asks, size_t *ret_ask_n);
void sim_market_quote(const struct market *m, int instrument, struct market_quote *ret_quote);
void sim_market_mark(const struct market *m, int instrument, struct market_mark *ret_mark);
int64_t sim_market_open_interest(const struct market *m, int instrument); /* lots */

#endif
