/* Margin arithmetic of one position: maintenance margin by tiers, liquidation and bankruptcy price.
 *
 * Source: Binance FAQ "How to calculate liquidation price of USD-M futures"; the tier is the one at the liquidation price.
 * Prices in quote currency, q in base units, money in the margin asset. */
#ifndef ALPHAPLUS_RISK_MARGIN_H
#define ALPHAPLUS_RISK_MARGIN_H

#include <alphaplus/base/err.h>
#include <alphaplus/model/position.h>
#include <alphaplus/model/view.h>
#include <stddef.h>

/* max over tiers of notional * mmr - cum (convex, so no search is needed). tiers: 1..MARGIN_TIER_MAX, ascending. */
double margin_maintenance(const struct margin_tier *tiers, size_t n, double notional);
/* Tiers usable: ascending, joined, 0 <= mmr < 1, cum continuous to 1e-6 relative? */
AP_MUST_CHECK int margin_tiers_check(const struct margin_tier *tiers, size_t n);

/* Linear, one-way. s = +1 long, -1 short. wallet: isolated wallet, or cross wallet balance; other_mm and other_upnl: sums over
 * the other cross positions of the same asset (0 when isolated). The self-consistent root over all tiers.
 * AP_ENOTFOUND: no liquidation price at any P > 0. */
AP_MUST_CHECK int margin_liq_price_linear(double wallet, double other_mm, double other_upnl, int s, double q, double entry,
                                          const struct margin_tier *tiers, size_t n, double *ret_price);
/* Inverse: C contracts in quote currency, wallet in coin. */
AP_MUST_CHECK int margin_liq_price_inverse(double wallet, int s, double c, double entry, const struct margin_tier *tiers, size_t n,
                                           double *ret_price);

#endif
