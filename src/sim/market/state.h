/* The inside of the market, shared by its files and by nobody else. */
#ifndef SIM_MARKET_STATE_H
#define SIM_MARKET_STATE_H

#include "sim/market/diff.h"
#include "sim/market/lob.h"
#include "sim/market/market.h"
#include "sim/market/positions.h"
#include "sim/market/rng.h"

#define STEP_S        (MARKET_STEP_MS / 1000.0)
#define WALLS_MAX     16  /* an instrument */
#define FILLS_MAX     256 /* put together in a step */
#define BOOK_ROWS_MAX 1000

/* What sets one instrument apart. Dollars, ticks and lots; rates per second. */
struct temper {
    struct market_spec spec;
    double price;       /* at the beginning */
    double volatility;  /* of the log price, per sqrt(second) */
    double beta;        /* share in the common shocks, BTC = 1 */
    double correlation; /* with the common factor */
    double level_lots;  /* median of a level */
    double touch_lots;  /* median of the best level */
    int32_t reach;      /* ticks each side that are kept populated */
    double near_ticks, mid_ticks;
    double edits;        /* level changes */
    double takers;       /* market orders, without excitement */
    double taker_usd;    /* median of a market order */
    double impact;       /* log price per dollar taken */
    double position_usd; /* median of a position */
    double basis;        /* of the perpetual over the index, on average */
};

enum wall_habit { WALL_STAYS, WALL_FLEES, WALL_REFILLS, WALL_HABITS };

struct wall {
    int32_t tick; /* 0: free */
    enum side side;
    enum wall_habit habit;
    uint32_t lots;    /* when it was set */
    uint32_t refills; /* left */
    int64_t until_step;
};

struct price {
    double home;      /* log price it leans to */
    double lasting;   /* log price */
    double passing;   /* push of recent takers, fades */
    double basis;     /* of the perpetual over the index */
    double fair;      /* log price the makers look at */
    double index;     /* log */
    double basis_ema; /* of (mid - index) / index, for the mark */
    double premium_ema;
    double average_ema; /* mark's moving average */
};

/* A liquidation that is being worked off. */
struct forced {
    struct holding dead;
    bool is_long;
    uint64_t left, filled; /* lots */
    double value;          /* tick x lots of the fills */
};

/* A common move that is stretched over some steps. */
struct shock {
    double per_step;
    int64_t from_step, to_step;
};

struct instrument_market {
    const struct temper *temper; /* borrowed */
    struct market *market;       /* borrowed: whose ids it takes */
    struct rng rng;
    struct lob lob;
    struct diff diffs[RATES];
    struct price price;
    int32_t anchor;      /* tick of the best bid the makers want */
    int32_t spread;      /* ticks */
    int32_t low, high;   /* ticks within are populated */
    double stress;       /* 0 calm; widens the spread, thins the book */
    double heat[2];      /* Hawkes excitement of buyers and sellers: fast */
    double heat_slow[2]; /* and slow */
    struct wall walls[WALLS_MAX];
    struct positions positions;
    struct forced forced;
    struct market_trade fills[FILLS_MAX]; /* of this step */
    size_t fill_n;
    uint64_t trade_id, agg_id, last_id;
    struct market_quote told; /* last quote emitted */
};

struct market {
    struct rng rng;
    int64_t step;
    uint64_t update_id; /* of the whole venue */
    double calm;        /* log of the common volatility's multiplier */
    struct shock shock;
    int64_t next_shock_step;
    int shock_n;
    struct instrument_market each[MARKET_INSTRUMENTS];
    struct market_level *rows; /* owned; for depth events */
    size_t row_cap;
    const struct market_listener *listener; /* borrowed, during a step */
};

/* market.c */
void sim_market_fill(struct instrument_market *im, int32_t tick, uint32_t lots, bool is_sell);
double sim_market_usd(const struct instrument_market *im, double lots); /* value at about the present price */

/* price.c: the value behind the quotes. */
void price_init(struct instrument_market *im);
void price_step_common(struct market *m);
void price_step(struct instrument_market *im, double common, double shock);
/* Takers of `usd` dollars (negative: sellers) move the price. */
void price_push(struct instrument_market *im, double usd);
void price_marks(struct instrument_market *im);
double price_of_tick(const struct instrument_market *im, double tick);
double price_mark(const struct instrument_market *im);

/* makers.c: resting orders. */
void makers_init(struct instrument_market *im);
void makers_step(struct instrument_market *im);
uint32_t makers_lots(struct instrument_market *im, enum side side, int32_t tick);

/* takers.c: orders that trade at once. */
void takers_step(struct instrument_market *im);
/* Takes up to `lots` no further than `limit`; returns lots taken and adds their value in tick x lots to
 * *ret_value. */
uint64_t takers_take(struct instrument_market *im, enum side from, uint64_t lots, int32_t limit,
                     double *ret_value);
/* Liquidates what the mark price has reached. */
void takers_liquidate(struct instrument_market *im);
void takers_init(struct instrument_market *im);

/* walls.c: large resting orders with a will of their own. */
void walls_step(struct instrument_market *im);
struct wall *walls_find(struct instrument_market *im, int32_t tick);

#endif
