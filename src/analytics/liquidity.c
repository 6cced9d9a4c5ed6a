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

double liquidity_depth(const struct book *b, const struct instrument *in, enum side side, double bps,
                       bool *ret_is_bound)
{
    struct book_sum sum;
    double mid;
    int64_t known_lo, known_hi, edge;

    *ret_is_bound = true;
    if (!liquidity_mid(b, &mid))
        return 0.0;
    /* The edge by the distance's own formula, so that a level exactly on it counts. */
    if (side == SIDE_BID) {
        edge = (int64_t)ceil(mid * (1.0 - bps * 1e-4) - 1e-6);
        book_sum(b, side, edge > 1 ? edge : 1, (int64_t)floor(mid), &sum);
    } else {
        edge = (int64_t)floor(mid * (1.0 + bps * 1e-4) + 1e-6);
        book_sum(b, side, (int64_t)ceil(mid), edge, &sum);
    }
    if (book_known(b, &known_lo, &known_hi))
        *ret_is_bound = side == SIDE_BID ? edge < known_lo : edge > known_hi;
    return liquidity_value(in, &sum);
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
