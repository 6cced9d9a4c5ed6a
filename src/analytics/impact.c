#include <alphaplus/analytics/impact.h>
#include <alphaplus/analytics/stats.h>
#include <math.h>

double impact_effective(int side, double px, double mid)
{
    return 2e4 * side * (px - mid) / mid;
}

double impact_realised(int side, double px, double mid, double mid_later)
{
    return 2e4 * side * (px - mid_later) / mid;
}

double impact_permanent(int side, double mid, double mid_later)
{
    return 2e4 * side * (mid_later - mid) / mid;
}

bool regression_fit(const double *x, const double *y, size_t n, struct regression *ret_fit)
{
    struct running mx = {0}, my = {0};
    double sxx = 0.0, sxy = 0.0, rss = 0.0, meat = 0.0;
    if (n < 3)
        return false;
    for (size_t i = 0; i < n; i++) {
        running_add(&mx, x[i]);
        running_add(&my, y[i]);
    }
    for (size_t i = 0; i < n; i++) {
        double dx = x[i] - mx.mean;
        sxx += dx * dx;
        sxy += dx * (y[i] - my.mean);
    }
    if (!(sxx > 1e-24 * (double)n * mx.mean * mx.mean) || !(sxx > 0.0))
        return false;
    double beta = sxy / sxx;
    for (size_t i = 0; i < n; i++) {
        double dx = x[i] - mx.mean, e = y[i] - my.mean - beta * dx;
        rss += e * e;
        meat += dx * dx * e * e;
    }
    *ret_fit = (struct regression){.n = n,
                                   .alpha = my.mean - beta * mx.mean,
                                   .beta = beta,
                                   .se = sqrt(rss / (double)(n - 2) / sxx),
                                   .se_hc0 = sqrt(meat) / sxx,
                                   .r2 = my.m2 > 0.0 ? fmax(0.0, 1.0 - rss / my.m2) : 0.0};
    return true;
}

bool impact_amihud(const double *returns, const double *values, size_t n, double winsor, double *ret_mean,
                   double *ret_se)
{
    double ratios[IMPACT_BARS_MAX];
    struct running mean = {0};
    size_t kept = 0;
    for (size_t i = 0; i < n && kept < IMPACT_BARS_MAX; i++) {
        if (values[i] > 0.0)
            ratios[kept++] = fabs(returns[i]) / values[i];
    }
    if (kept == 0)
        return false;
    stats_sort(ratios, kept);
    double most = stats_quantile_sorted(ratios, kept, winsor);
    for (size_t i = 0; i < kept; i++)
        running_add(&mean, fmin(ratios[i], most));
    *ret_mean = mean.mean;
    *ret_se = sqrt(running_variance(&mean) / (double)kept);
    return true;
}

bool impact_roll(const double *changes, size_t n, double *ret_spread, double *ret_se)
{
    struct running all = {0}, products = {0};
    if (n < 3)
        return false;
    for (size_t i = 0; i < n; i++)
        running_add(&all, changes[i]);
    for (size_t i = 1; i < n; i++)
        running_add(&products, (changes[i] - all.mean) * (changes[i - 1] - all.mean));
    if (!(products.mean < 0.0))
        return false;
    double root = sqrt(-products.mean);
    *ret_spread = 2.0 * root;
    *ret_se = sqrt(running_variance(&products) / (double)(n - 1)) / root;
    return true;
}

double impact_square_root(double y, double sigma_day, double qty, double volume_day)
{
    return y * sigma_day * sqrt(qty / volume_day);
}
