#include <alphaplus/analytics/score.h>

#include <math.h>

enum { SPREAD, DEPTH, COST, RESILIENCE, PARTS };
static const double weights[PARTS] = {0.25, 0.35, 0.30, 0.10};

double score_liquidity(const struct score_parts *x, const struct score_parts *ref)
{
    const double goodness[PARTS] = {
        1.0 / (1.0 + x->spread_bps / ref->spread_bps),
        x->depth / (x->depth + ref->depth),
        1.0 / (1.0 + x->cost_bps / ref->cost_bps),
        1.0 / (1.0 + (ref->half_life_s > 0.0 ? x->half_life_s / ref->half_life_s : 0.0)),
    };
    int n = x->half_life_s < 0.0 || ref->half_life_s <= 0.0 ? RESILIENCE : PARTS;
    double sum = 0.0, weight = 0.0;
    for (int i = 0; i < n; i++) {
        if (goodness[i] <= 0.0)
            return 0.0;
        sum += weights[i] * log(goodness[i]);
        weight += weights[i];
    }
    return exp(sum / weight);
}
