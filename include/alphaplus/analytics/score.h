/* How good a place to trade this is, 0..1: tightness, depth, cost and resilience, each against a reference, in a geometric mean, so that
 * one that is broken is not averaged away. At the reference it is exactly 0.5. A definition, after Kyle's (1985) three dimensions. */
#ifndef ALPHAPLUS_ANALYTICS_SCORE_H
#define ALPHAPLUS_ANALYTICS_SCORE_H

struct score_parts {
    double spread_bps;
    double depth;       /* the lesser side within 10 bps, quote currency */
    double cost_bps;    /* mean of buying and selling the size looked at */
    double half_life_s; /* of recovery; < 0: not known, and left out */
};
/* Every part of ref > 0, but half_life_s may be < 0. Parts are >= 0. */
double score_liquidity(const struct score_parts *x, const struct score_parts *ref);

#endif
