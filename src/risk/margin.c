#include <alphaplus/risk/margin.h>

#include <math.h>
#include <stdbool.h>

double margin_maintenance(const struct margin_tier *tiers, size_t n, double notional)
{
    double most = notional * tiers[0].mmr - tiers[0].cum;
    for (size_t i = 1; i < n; i++) {
        most = fmax(most, notional * tiers[i].mmr - tiers[i].cum);
    }
    return most;
}

static bool is_close(double a, double b)
{
    return fabs(a - b) <= 1e-6 * fmax(1, fmax(fabs(a), fabs(b)));
}

static bool is_tier(const struct margin_tier *t)
{
    return isfinite(t->floor) && t->floor >= 0 && t->cap > t->floor && t->mmr >= 0 && t->mmr < 1 &&
           isfinite(t->cum);
}

int margin_tiers_check(const struct margin_tier *tiers, size_t n)
{
    if (n < 1 || n > MARGIN_TIER_MAX || tiers[0].floor > 0 || fabs(tiers[0].cum) > 0) {
        return AP_EINVAL;
    }
    for (size_t i = 0; i < n; i++) {
        const struct margin_tier *t = &tiers[i];
        if (!is_tier(t)) {
            return AP_EINVAL;
        }
        if (i == 0) {
            continue;
        }
        const struct margin_tier *below = t - 1;
        double cum = below->cum + t->floor * (t->mmr - below->mmr);
        if (!is_close(t->floor, below->cap) || t->mmr < below->mmr || !is_close(t->cum, cum)) {
            return AP_EINVAL;
        }
    }
    return 0;
}

static bool is_sane(int s, double size, double entry, const struct margin_tier *tiers, size_t n)
{
    bool is_so = (s == 1 || s == -1) && size > 0 && isfinite(size) && entry > 0 && isfinite(entry) &&
                 n >= 1 && n <= MARGIN_TIER_MAX;
    for (size_t i = 0; i < n && is_so; i++) {
        is_so = tiers[i].mmr >= 0 && tiers[i].mmr < 1 && isfinite(tiers[i].cum);
    }
    return is_so;
}

/* Equity is linear in the price and the maintenance margin is the greatest of the tiers' lines, so the margin left is the
 * least of as many lines. Each of a long's rises with the price: it is liquidated below the highest of their roots; a
 * short's fall: above the lowest. Whatever tier that root belongs to, it is the one at that price. */
int margin_liq_price_linear(double wallet, double other_mm, double other_upnl, int s, double q, double entry,
                            const struct margin_tier *tiers, size_t n, double *ret_price)
{
    double money = wallet - other_mm + other_upnl - s * q * entry;
    if (!is_sane(s, q, entry, tiers, n) || !isfinite(money)) {
        return AP_EINVAL;
    }
    double price = s > 0 ? -INFINITY : INFINITY;
    for (size_t i = 0; i < n; i++) {
        double root = (money + tiers[i].cum) / (q * (tiers[i].mmr - s));
        price = s > 0 ? fmax(price, root) : fmin(price, root);
    }
    if (!isfinite(price)) {
        return AP_EINVAL;
    }
    if (price <= 0) {
        return s > 0 ? AP_ENOTFOUND : AP_ERANGE;
    }
    *ret_price = price;
    return 0;
}

/* The same in y = 1 / price: the margin left of a long falls with y, that of a short rises. */
int margin_liq_price_inverse(double wallet, int s, double c, double entry, const struct margin_tier *tiers,
                             size_t n, double *ret_price)
{
    double money = wallet + s * c / entry;
    if (!is_sane(s, c, entry, tiers, n) || !isfinite(money)) {
        return AP_EINVAL;
    }
    double y = s > 0 ? INFINITY : -INFINITY;
    for (size_t i = 0; i < n; i++) {
        double root = (money + tiers[i].cum) / (c * (s + tiers[i].mmr));
        y = s > 0 ? fmin(y, root) : fmax(y, root);
    }
    if (y <= 0) {
        return s > 0 ? AP_ERANGE : AP_ENOTFOUND;
    }
    double price = 1 / y;
    if (!isfinite(price) || price <= 0) {
        return AP_EINVAL;
    }
    *ret_price = price;
    return 0;
}
