/* What is traded: one immutable version of one instrument. A change of tick, lot or status makes a new version. */
#ifndef ALPHAPLUS_MODEL_INSTRUMENT_H
#define ALPHAPLUS_MODEL_INSTRUMENT_H

#include <alphaplus/base/err.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define INSTRUMENT_MAX      64 /* in one engine */
#define VENUE_NAME_MAX      24
#define SYMBOL_MAX          40
#define ASSET_MAX           16
#define INSTRUMENT_NAME_MAX (VENUE_NAME_MAX + SYMBOL_MAX)

enum instrument_kind { INSTRUMENT_PERPETUAL = 1, INSTRUMENT_FUTURE = 2, INSTRUMENT_SPOT = 3 };

/* How one book update follows the one before; see book/sync.h. */
enum book_rule {
    BOOK_RULE_NONE = 0,
    BOOK_RULE_PREV_ID = 1,   /* prev_id == last_id before (Binance futures) */
    BOOK_RULE_FIRST_ID = 2,  /* first_id == last_id before + 1 (Binance spot) */
    BOOK_RULE_SEQUENCE = 3,  /* ids rise by one */
    BOOK_RULE_SNAPSHOTS = 4, /* every message is a whole book */
};

/* Whole numbers count 10^-decimals: prices 10^-price_decimals, sizes 10^-qty_decimals. */
struct instrument {
    char venue[VENUE_NAME_MAX];                                /* "binance" */
    char symbol[SYMBOL_MAX];                                   /* the venue's own: "BTCUSDT" */
    char base[ASSET_MAX], quote[ASSET_MAX], settle[ASSET_MAX]; /* "" when unknown */
    uint32_t id;                                               /* 1..INSTRUMENT_MAX within a session */
    uint32_t version;                                          /* from 1 */
    uint8_t kind;                                              /* enum instrument_kind */
    uint8_t book_rule;                                         /* enum book_rule */
    uint8_t inverse;
    uint8_t inferred; /* 1: decimals and tick were read off the data, not told by the venue */
    uint8_t price_decimals, qty_decimals;
    uint8_t mark_decimals, rate_decimals; /* of mark and index prices, and of the funding rate */
    int64_t tick, lot;                    /* smallest steps; >= 1 */
    int64_t
        multiplier; /* contract size in qty units of base (linear) or quote (inverse), x 10^-8; 10^8 = one */
    int64_t expiry_ns; /* 0: perpetual */
    uint32_t funding_interval_s;
    uint8_t trading;          /* 1: status is trading */
    uint8_t liq_completeness; /* of the venue's liquidation feed: enum completeness */
    uint8_t pad[2];
};

/* "binance:BTCUSDT" -> venue and symbol, split at the first colon; both non-empty, letters, digits and "-_./" only. */
AP_MUST_CHECK int instrument_name_split(const char *name, char *ret_venue, size_t venue_size,
                                        char *ret_symbol, size_t symbol_size);
/* "binance:BTCUSDT"; buf holds INSTRUMENT_NAME_MAX. */
void instrument_name(const struct instrument *in, char *buf);
/* Ranges and terminators right? For instruments that come from a file. */
AP_MUST_CHECK int instrument_check(const struct instrument *in);

double instrument_price(const struct instrument *in, int64_t px);
double instrument_qty(const struct instrument *in, int64_t qty);
/* Value in quote currency of qty at px (linear), or of qty contracts (inverse). */
double instrument_notional(const struct instrument *in, int64_t px, int64_t qty);

#endif
