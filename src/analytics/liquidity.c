#include <alphaplus/analytics/liquidity.h>
#include <alphaplus/base/fixed.h>
#include <math.h>

#define NEGLIGIBLE_TAUS 40.0 /* exp(-40) of a size is below a double's last bit beside the rest */

bool liquidity_mid(const struct book *b, double *ret_mid_units)
{
    struct level bid, ask;
    if (!book_best(b, SIDE_BID, &bid) || !book_best(b, SIDE_ASK, &ask) || bid.px >= ask.px)
        return false;
    *ret_mid_units = ((double)bid.px + (double)ask.px) / 2.0;
    return true;
}

/* A sum of price * size in integer units as quote currency; sizes of inverse contracts are worth their multiplier. */
static double sum_value(const struct instrument *in, const struct book_sum *sum)
{
    if (in->inverse)
        return instrument_notional(in, 1, sum->qty);
    double scale = (double)fixed_pow10(in->price_decimals) * (double)fixed_pow10(in->qty_decimals);
    return sum->px_qty / scale * ((double)in->multiplier / 1e8);
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
    return sum_value(in, &sum);
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
    struct book_iter it;
    struct level level;
    double sum = 0.0;

    book_iter_init(&it, b, side);
    for (int k = 0; k < levels && book_iter_next(&it, &level); k++)
        sum += exp(-lambda * k) * (double)level.qty;
    return sum;
}

double liquidity_imbalance_rank(const struct book *b, double lambda, int levels)
{
    double bid = rank_sum(b, SIDE_BID, lambda, levels), ask = rank_sum(b, SIDE_ASK, lambda, levels);
    return bid + ask > 0.0 ? (bid - ask) / (bid + ask) : 0.0;
}

static void distance_sum(const struct book *b, const struct instrument *in, enum side side, double mid,
                         double tau_bps, double *ret_size, double *ret_value)
{
    struct book_iter it;
    struct level level;

    *ret_size = *ret_value = 0.0;
    book_iter_init(&it, b, side);
    while (book_iter_next(&it, &level)) {
        double d = fabs((double)level.px / mid - 1.0) * 1e4;
        if (d > NEGLIGIBLE_TAUS * tau_bps)
            break;
        double w = exp(-d / tau_bps);
        *ret_size += w * (double)level.qty;
        *ret_value += w * instrument_notional(in, level.px, level.qty);
    }
}

void liquidity_distance(const struct book *b, const struct instrument *in, double tau_bps,
                        struct liquidity_weighted *ret_weighted)
{
    double mid, bid_size, ask_size;

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

void liquidity_walk(const struct book *b, const struct instrument *in, enum side against, int64_t qty,
                    struct liquidity_walk *ret_walk)
{
    struct book_iter it;
    struct level level;
    double mid, value = 0.0, filled = 0.0;
    int64_t left = qty;

    *ret_walk = (struct liquidity_walk){.unfilled = instrument_qty(in, qty)};
    if (qty <= 0 || !liquidity_mid(b, &mid))
        return;
    book_iter_init(&it, b, against);
    while (left > 0 && book_iter_next(&it, &level)) {
        int64_t take = level.qty < left ? level.qty : left;
        value += (double)level.px * (double)take;
        filled += (double)take;
        left -= take;
        ret_walk->worst = instrument_price(in, level.px);
    }
    if (filled <= 0.0)
        return;
    double s = against == SIDE_ASK ? 1.0 : -1.0, vwap = value / filled;
    ret_walk->filled = instrument_qty(in, qty - left);
    ret_walk->unfilled = instrument_qty(in, left);
    ret_walk->vwap = vwap / (double)fixed_pow10(in->price_decimals);
    ret_walk->slippage_bps = s * (vwap / mid - 1.0) * 1e4;
}
