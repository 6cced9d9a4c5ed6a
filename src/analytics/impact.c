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
    double mean_x = 0.0, mean_y = 0.0, sxx = 0.0, sxy = 0.0, syy = 0.0, rss = 0.0, meat = 0.0;
    if (n < 3)
        return false;
    for (size_t i = 0; i < n; i++) {
        mean_x += x[i];
        mean_y += y[i];
    }
    mean_x /= (double)n;
    mean_y /= (double)n;
    for (size_t i = 0; i < n; i++) {
        double dx = x[i] - mean_x, dy = y[i] - mean_y;
        sxx += dx * dx;
        sxy += dx * dy;
        syy += dy * dy;
    }
    if (!(sxx > 1e-24 * (double)n * mean_x * mean_x) || !(sxx > 0.0))
        return false;
    double beta = sxy / sxx;
    for (size_t i = 0; i < n; i++) {
        double dx = x[i] - mean_x, e = y[i] - mean_y - beta * dx;
        rss += e * e;
        meat += dx * dx * e * e;
    }
    *ret_fit = (struct regression){.n = n,
                                   .alpha = mean_y - beta * mean_x,
                                   .beta = beta,
                                   .se = sqrt(rss / (double)(n - 2) / sxx),
                                   .se_hc0 = sqrt(meat) / sxx,
                                   .r2 = syy > 0.0 ? fmax(0.0, 1.0 - rss / syy) : 0.0};
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
    double mean = 0.0, sum = 0.0, square = 0.0, pairs = (double)n - 1.0;
    if (n < 3)
        return false;
    for (size_t i = 0; i < n; i++)
        mean += changes[i];
    mean /= (double)n;
    for (size_t i = 1; i < n; i++)
        sum += (changes[i] - mean) * (changes[i - 1] - mean);
    double covariance = sum / pairs;
    if (!(covariance < 0.0))
        return false;
    for (size_t i = 1; i < n; i++) {
        double d = (changes[i] - mean) * (changes[i - 1] - mean) - covariance;
        square += d * d;
    }
    double root = sqrt(-covariance);
    *ret_spread = 2.0 * root;
    *ret_se = sqrt(square / (pairs - 1.0) / pairs) / root;
    return true;
}

double impact_square_root(double y, double sigma_day, double qty, double volume_day)
{
    return y * sigma_day * sqrt(qty / volume_day);
}
