#include <alphaplus/analytics/cost.h>
#include <alphaplus/analytics/liquidity.h>
#include <alphaplus/base/fixed.h>

#define BLOCK 128 /* levels read together */

/* Sums of the levels before. Inverse contracts are counted in the coins they are worth at their level's price, so that one average
 * serves both kinds; distances from the mid are summed instead of prices, so that a small slippage keeps its digits. */
struct walk {
    double mid;
    double coin, price; /* coins a unit of weight; one over the scale of prices */
    bool is_inverse;
    enum cost_unit unit;
    double sign;             /* of a cost: +1 when dearer is worse */
    double weight, distance; /* sum of weight, of weight * (px - mid) */
    double amount;           /* filled, in the unit asked for */
    int64_t worst;
};

static void walk_init(struct walk *w, const struct instrument *in, enum side against, enum cost_unit unit,
                      double mid)
{
    double scale = (double)fixed_pow10(in->price_decimals);
    double coin = (double)in->multiplier / 1e8 / (double)fixed_pow10(in->qty_decimals);
    *w = (struct walk){.mid = mid,
                       .coin = in->inverse ? coin * scale : coin,
                       .price = 1.0 / scale,
                       .is_inverse = in->inverse,
                       .unit = unit,
                       .sign = against == SIDE_ASK ? 1.0 : -1.0};
}

static double level_weight(const struct walk *w, const struct level *level)
{
    return w->is_inverse ? (double)level->qty / (double)level->px : (double)level->qty;
}

static double level_amount(const struct walk *w, const struct level *level, double weight)
{
    return w->unit == COST_BASE ? weight * w->coin : weight * w->coin * (double)level->px * w->price;
}

static struct cost cost_of(const struct walk *w, double asked, double filled)
{
    struct cost c = {.filled = filled, .unfilled = asked - filled};
    if (w->weight <= 0.0)
        return c;
    double away = w->distance / w->weight;
    c.vwap = (w->mid + away) * w->price;
    c.worst = (double)w->worst * w->price;
    c.slippage_bps = w->sign * away / w->mid * 1e4;
    return c;
}

/* The costs of all orders that end in this level; returns how many are done then. */
static int take_level(struct walk *w, const struct level *level, const double *amounts, int n, int done,
                      struct cost *ret_costs)
{
    double weight = level_weight(w, level), amount = level_amount(w, level, weight);
    double distance = weight * ((double)level->px - w->mid);

    w->worst = level->px;
    for (; done < n && amounts[done] <= w->amount + amount; done++) {
        struct walk end = *w;
        double part = (amounts[done] - w->amount) / amount;
        end.weight += part * weight;
        end.distance += part * distance;
        ret_costs[done] = cost_of(&end, amounts[done], amounts[done]);
    }
    w->weight += weight;
    w->distance += distance;
    w->amount += amount;
    return done;
}

void cost_walk(const struct book *b, const struct instrument *in, enum side against, enum cost_unit unit,
               const double *amounts, int n, struct cost *ret_costs)
{
    struct level levels[BLOCK];
    struct walk w;
    int64_t lo = 1, hi = INT64_MAX;
    uint32_t read = BLOCK;
    double mid;
    int done = 0;

    for (int i = 0; i < n; i++)
        ret_costs[i] = (struct cost){.unfilled = amounts[i]};
    if (!liquidity_mid(b, &mid))
        return;
    walk_init(&w, in, against, unit, mid);
    (void)book_known(b, &lo, &hi);
    while (done < n && read == BLOCK) {
        read = book_read(b, against, lo, hi, levels, BLOCK);
        for (uint32_t i = 0; i < read && done < n; i++)
            done = take_level(&w, &levels[i], amounts, n, done, ret_costs);
        if (read > 0 && against == SIDE_ASK)
            lo = levels[read - 1].px + 1;
        else if (read > 0)
            hi = levels[read - 1].px - 1;
    }
    for (; done < n; done++)
        ret_costs[done] = cost_of(&w, amounts[done], w.amount);
}
