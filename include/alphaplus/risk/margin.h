/* Margin arithmetic of one position: maintenance margin by tiers, and the price at which equity equals it.
 *
 * Source: Binance FAQ "How to calculate liquidation price of USD-M futures"; the tier is the one at the liquidation price.
 * Prices in quote currency, q in base units, money in the margin asset: for inverse contracts that is the coin, and their tiers
 * count it too. One tier of mmr 0 gives the bankruptcy price. */
#ifndef ALPHAPLUS_RISK_MARGIN_H
#define ALPHAPLUS_RISK_MARGIN_H

#include <alphaplus/base/err.h>
#include <alphaplus/model/position.h>
#include <alphaplus/model/view.h>
#include <stddef.h>

/* max over tiers of notional * mmr - cum (convex, so no search is needed). tiers: 1..MARGIN_TIER_MAX, ascending. */
double margin_maintenance(const struct margin_tier *tiers, size_t n, double notional);
/* Tiers usable: 1..MARGIN_TIER_MAX, from 0 up, joined, 0 <= mmr < 1 not falling, cum continuous to 1e-6 relative? AP_EINVAL. */
AP_MUST_CHECK int margin_tiers_check(const struct margin_tier *tiers, size_t n);

/* Linear, one-way. s = +1 long, -1 short. wallet: isolated wallet, or cross wallet balance; other_mm and other_upnl: sums over
 * the other cross positions of the same asset (0 when isolated). The self-consistent root over all tiers.
 * AP_ENOTFOUND: never liquidated at any P > 0. AP_ERANGE: at every P > 0, equity is below the maintenance margin everywhere.
 * AP_EINVAL: not numbers to reckon with. */
AP_MUST_CHECK int margin_liq_price_linear(double wallet, double other_mm, double other_upnl, int s, double q,
                                          double entry, const struct margin_tier *tiers, size_t n,
                                          double *ret_price);
/* Inverse: c is the contracts' value in quote currency, wallet in coin. Errors as above. */
AP_MUST_CHECK int margin_liq_price_inverse(double wallet, int s, double c, double entry,
                                           const struct margin_tier *tiers, size_t n, double *ret_price);

#endif
