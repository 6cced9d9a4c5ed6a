#include <alphaplus/analytics/liquidity.h>
#include <alphaplus/base/fixed.h>
#include <math.h>

#define NEGLIGIBLE_TAUS 14.0 /* exp(-14) of a size: 8e-7 of it */
#define BLOCK           256  /* levels read together */

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

/* Distances count from the mid: all weights of a side are those from its best price times the best one's own. */
static void distance_sum(const struct book *b, const struct instrument *in, enum side side, double mid,
                         double tau_bps, double *ret_size, double *ret_value)
{
    struct level best;
    double per_unit = 1e4 / (mid * tau_bps), size, value;
    int64_t reach = (int64_t)(NEGLIGIBLE_TAUS / per_unit), center = (int64_t)mid;

    if (!book_best(b, side, &best))
        return;
    book_decayed(b, side, side == SIDE_ASK ? center + reach : center - reach, per_unit, &size, &value);
    double weight = exp(-fabs((double)best.px - mid) * per_unit);
    *ret_size = weight * size;
    *ret_value = weight * (in->inverse ? size : value) * unit_value(in);
}

void liquidity_distance(const struct book *b, const struct instrument *in, double tau_bps,
                        struct liquidity_weighted *ret_weighted)
{
    double mid, bid_size = 0.0, ask_size = 0.0;

    *ret_weighted = (struct liquidity_weighted){0};
    if (!liquidity_mid(b, &mid))
        return;
    distance_sum(b, in, SIDE_BID, mid, tau_bps, &bid_size, &ret_weighted->bid);
    distance_sum(b, in, SIDE_ASK, mid, tau_bps, &ask_size, &ret_weighted->ask);
    if (bid_size + ask_size > 0.0)
        ret_weighted->imbalance = (bid_size - ask_size) / (bid_size + ask_size);
}

double liquidity_weighted_mid(const struct level *bid, const struct level *ask)
{
    double i = (double)bid->qty / ((double)bid->qty + (double)ask->qty);
    return (double)ask->px * i + (double)bid->px * (1.0 - i);
}
