#include <alphaplus/analytics/liquidity.h>
#include <alphaplus/base/fixed.h>
#include <math.h>

#define NEGLIGIBLE_TAUS 14.0  /* exp(-14) of a size: 8e-7 of it */
#define STEPS           64    /* powers a table: distances of less than STEPS^2 ticks are tabulated */
#define OFF_GRID        1e-9  /* of a tick: a price that is no whole number of them */
#define LEVELS_MAX      16384 /* a side: more are not looked at */
#define BLOCK           256   /* levels read together */

bool liquidity_mid(const struct book *b, double *ret_mid_units)
{
    struct level bid, ask;
    if (!book_best(b, SIDE_BID, &bid) || !book_best(b, SIDE_ASK, &ask) || bid.px >= ask.px)
        return false;
    *ret_mid_units = ((double)bid.px + (double)ask.px) / 2.0;
    return true;
}

/* What one unit of a sum is worth in quote currency: of price * size, or of size where the contract is inverse. */
static double unit_value(const struct instrument *in)
{
    double multiplier = (double)in->multiplier / 1e8, size = (double)fixed_pow10(in->qty_decimals);
    return in->inverse ? multiplier / size : multiplier / size / (double)fixed_pow10(in->price_decimals);
}

double liquidity_value(const struct instrument *in, const struct book_sum *sum)
{
    return (in->inverse ? (double)sum->qty : sum->px_qty) * unit_value(in);
}

/* The edge by the distance's own formula, so that a level exactly on it counts. */
static int64_t band_edge(enum side side, double mid, double bps)
{
    if (side == SIDE_ASK)
        return (int64_t)floor(mid * (1.0 + bps * 1e-4) + 1e-6);
    int64_t edge = (int64_t)ceil(mid * (1.0 - bps * 1e-4) - 1e-6);
    return edge > 1 ? edge : 1;
}

/* Each band adds what lies between the one before and its own edge. */
void liquidity_bands(const struct book *b, const struct instrument *in, enum side side, const double *bps,
                     int n, struct liquidity_band *ret_bands)
{
    struct book_sum sum;
    double mid, value = 0.0;
    int64_t lo = 0, hi = 0;
    bool has_mid = liquidity_mid(b, &mid), is_known = book_known(b, &lo, &hi);
    int64_t from = has_mid ? side == SIDE_BID ? (int64_t)floor(mid) : (int64_t)ceil(mid) : 0;

    for (int i = 0; i < n; i++) {
        ret_bands[i] = (struct liquidity_band){.is_bound = true};
        if (!has_mid)
            continue;
        int64_t edge = band_edge(side, mid, bps[i]);
        if (side == SIDE_BID)
            book_sum(b, side, edge, from, &sum);
        else
            book_sum(b, side, from, edge, &sum);
        from = side == SIDE_BID ? edge - 1 : edge + 1;
        value += liquidity_value(in, &sum);
        ret_bands[i].value = value;
        ret_bands[i].is_bound = !is_known || (side == SIDE_BID ? edge < lo : edge > hi);
    }
}

double liquidity_depth(const struct book *b, const struct instrument *in, enum side side, double bps,
                       bool *ret_is_bound)
{
    struct liquidity_band band;
    liquidity_bands(b, in, side, &bps, 1, &band);
    *ret_is_bound = band.is_bound;
    return band.value;
}

double liquidity_imbalance_l1(const struct book *b)
{
    struct level bid, ask;
    if (!book_best(b, SIDE_BID, &bid) || !book_best(b, SIDE_ASK, &ask))
        return 0.0;
    return ((double)bid.qty - (double)ask.qty) / ((double)bid.qty + (double)ask.qty);
}

/* A side from the best price outwards, a block of levels at a time. */
struct reader {
    const struct book *book;
    enum side side;
    int64_t lo, hi; /* still to read */
    struct level levels[BLOCK];
};

static void reader_init(struct reader *r, const struct book *b, enum side side, int64_t lo, int64_t hi)
{
    r->book = b;
    r->side = side;
    r->lo = lo;
    r->hi = hi;
}

static uint32_t reader_next(struct reader *r)
{
    uint32_t n = book_read(r->book, r->side, r->lo, r->hi, r->levels, BLOCK);
    if (n > 0 && r->side == SIDE_ASK)
        r->lo = r->levels[n - 1].px + 1;
    else if (n > 0)
        r->hi = r->levels[n - 1].px - 1;
    return n;
}

static double rank_sum(const struct book *b, enum side side, double lambda, int levels)
{
    struct level read[BLOCK];
    uint32_t max = levels < BLOCK ? (uint32_t)levels : BLOCK;
    uint32_t n = book_read(b, side, 1, INT64_MAX, read, max);
    double sum = 0.0, w = 1.0, r = exp(-lambda);

    for (uint32_t k = 0; k < n; k++, w *= r)
        sum += w * (double)read[k].qty;
    return sum;
}

double liquidity_imbalance_rank(const struct book *b, double lambda, int levels)
{
    double bid = rank_sum(b, SIDE_BID, lambda, levels), ask = rank_sum(b, SIDE_ASK, lambda, levels);
    return bid + ask > 0.0 ? (bid - ask) / (bid + ask) : 0.0;
}

/* w(d + k ticks) = w(d) r^k, and r^k of two tables: an exp is needed only for the first level and off the grid. Level by level from the
 * best outwards, so that the sum is the same to the bit however the book came about. */
struct decay_table {
    double mid, tau_bps;
    double per_tick;                   /* ticks a price unit */
    double fine[STEPS], coarse[STEPS]; /* r^k, r^(k STEPS) */
};

static void fill_powers(double powers[STEPS], double r)
{
    powers[0] = 1.0;
    for (int k = 1; k < STEPS; k++)
        powers[k] = powers[k - 1] * r;
}

static void decay_init(struct decay_table *d, double mid, double tau_bps, int64_t tick)
{
    double r = exp(-(double)tick / mid * 1e4 / tau_bps);
    d->mid = mid;
    d->tau_bps = tau_bps;
    d->per_tick = 1.0 / (double)tick;
    fill_powers(d->fine, r);
    fill_powers(d->coarse, d->fine[STEPS - 1] * r);
}

static double decay_exact(const struct decay_table *d, int64_t px)
{
    return exp(-fabs((double)px / d->mid - 1.0) * 1e4 / d->tau_bps);
}

/* best: weight of the level at best_px; away: price units from there. */
static inline double decay_weight(const struct decay_table *d, double best, int64_t away, int64_t px)
{
    double ticks = (double)away * d->per_tick;
    if (ticks < STEPS * STEPS - 0.5) {
        int k = (int)(ticks + 0.5);
        double off = ticks - k;
        if (off < OFF_GRID && off > -OFF_GRID)
            return best * (d->fine[k % STEPS] * d->coarse[k / STEPS]);
    }
    return decay_exact(d, px);
}

struct weighted_sum {
    double size, value;
    double best;
    int64_t best_px;
};

static void add_block(struct weighted_sum *s, const struct decay_table *d, const struct level *levels,
                      uint32_t n, int64_t outwards)
{
    double size = s->size, value = s->value;
    for (uint32_t i = 0; i < n; i++) {
        int64_t away = (levels[i].px - s->best_px) * outwards;
        double weighted = decay_weight(d, s->best, away, levels[i].px) * (double)levels[i].qty;
        size += weighted;
        value += weighted * (double)levels[i].px;
    }
    s->size = size;
    s->value = value;
}

/* The same, where every price is a whole number of ticks from the best. */
static void add_grid_block(struct weighted_sum *s, const struct decay_table *d, const struct level *levels,
                           uint32_t n, int64_t outwards)
{
    double size = s->size, value = s->value, per_tick = d->per_tick * (double)outwards;
    for (uint32_t i = 0; i < n; i++) {
        unsigned k = (unsigned)((double)(levels[i].px - s->best_px) * per_tick + 0.5);
        double weighted = s->best * (d->fine[k % STEPS] * d->coarse[k / STEPS]) * (double)levels[i].qty;
        size += weighted;
        value += weighted * (double)levels[i].px;
    }
    s->size = size;
    s->value = value;
}

static void distance_sum(const struct book *b, const struct instrument *in, enum side side,
                         const struct decay_table *d, double *ret_size, double *ret_value)
{
    struct reader r;
    struct weighted_sum s = {0};
    int64_t reach = (int64_t)(d->mid * NEGLIGIBLE_TAUS * d->tau_bps * 1e-4), center = (int64_t)d->mid;
    int64_t outwards = side == SIDE_ASK ? 1 : -1;
    bool is_grid = book_quantum(b) % in->tick == 0;
    uint32_t n;

    reader_init(&r, b, side, center > reach ? center - reach : 1, center + reach);
    for (uint32_t all = 0; all < LEVELS_MAX && (n = reader_next(&r)) > 0; all += n) {
        if (all == 0) {
            s.best_px = r.levels[0].px;
            s.best = decay_exact(d, s.best_px);
        }
        double farthest = (double)((r.levels[n - 1].px - s.best_px) * outwards) * d->per_tick;
        if (is_grid && farthest < STEPS * STEPS - 0.5)
            add_grid_block(&s, d, r.levels, n, outwards);
        else
            add_block(&s, d, r.levels, n, outwards);
        if (n < BLOCK)
            break;
    }
    *ret_size = s.size;
    *ret_value = (in->inverse ? s.size : s.value) * unit_value(in);
}

void liquidity_distance(const struct book *b, const struct instrument *in, double tau_bps,
                        struct liquidity_weighted *ret_weighted)
{
    double mid, bid_size, ask_size;
    struct decay_table d;

    *ret_weighted = (struct liquidity_weighted){0};
    if (!liquidity_mid(b, &mid))
        return;
    decay_init(&d, mid, tau_bps, in->tick);
    distance_sum(b, in, SIDE_BID, &d, &bid_size, &ret_weighted->bid);
    distance_sum(b, in, SIDE_ASK, &d, &ask_size, &ret_weighted->ask);
    if (bid_size + ask_size > 0.0)
        ret_weighted->imbalance = (bid_size - ask_size) / (bid_size + ask_size);
}

double liquidity_weighted_mid(const struct level *bid, const struct level *ask)
{
    double i = (double)bid->qty / ((double)bid->qty + (double)ask->qty);
    return (double)ask->px * i + (double)bid->px * (1.0 - i);
}
