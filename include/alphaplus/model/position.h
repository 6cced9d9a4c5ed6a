/* Own accounts and positions, and a venue's margin tiers, as plain data. */
#ifndef ALPHAPLUS_MODEL_POSITION_H
#define ALPHAPLUS_MODEL_POSITION_H

#include <alphaplus/base/err.h>
#include <alphaplus/model/instrument.h>
#include <stdint.h>

#define ACCOUNT_NAME_MAX 16
#define ACCOUNT_MAX      8
#define POSITION_MAX     64
#define MARGIN_TIER_MAX  32

enum margin_mode { MARGIN_CROSS = 0, MARGIN_ISOLATED = 1 };

struct account {
    char name[ACCOUNT_NAME_MAX];
    char venue[VENUE_NAME_MAX];
    char currency[ASSET_MAX];
    double wallet; /* balance without unrealised PnL, in `currency` */
};
/* Decimal text is kept beside nothing: size and entry are doubles of risk arithmetic, exact enough for it (< 2^53). */
struct position {
    char account[ACCOUNT_NAME_MAX];
    char instrument[INSTRUMENT_NAME_MAX]; /* "binance:BTCUSDT" */
    uint8_t side;                         /* enum position_side */
    uint8_t margin_mode;                  /* enum margin_mode */
    uint8_t pad[6];
    double qty;             /* base units (linear), contracts (inverse); > 0; 0 closes */
    double entry;           /* average price */
    double isolated_margin; /* wallet of this position when isolated */
    double stop;            /* 0: none */
};
/* floor < notional <= cap: maintenance margin = notional * mmr - cum. */
struct margin_tier {
    double floor, cap; /* quote currency */
    double mmr;        /* fraction */
    double cum;        /* quote currency */
    double max_leverage;
};
/* All tiers of one instrument. */
struct margin_tiers {
    char instrument[INSTRUMENT_NAME_MAX]; /* "binance:BTCUSDT" */
    uint32_t n;
    uint32_t pad;
    struct margin_tier tiers[MARGIN_TIER_MAX];
};

#endif
