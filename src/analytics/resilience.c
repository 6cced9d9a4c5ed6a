#include <alphaplus/analytics/resilience.h>
#include <math.h>

bool resilience_half_life(const double *times, const double *depths, size_t n, double base,
                          double *ret_half_life)
{
    double missing = n > 0 ? base - depths[0] : 0.0;
    if (!(missing > 0.0))
        return false;
    for (size_t i = 1; i < n; i++) {
        double now = (depths[i] - depths[0]) / missing, before = (depths[i - 1] - depths[0]) / missing;
        if (now < 0.5)
            continue;
        *ret_half_life = times[i - 1] + (0.5 - before) / (now - before) * (times[i] - times[i - 1]) -
                         times[0];
        return true;
    }
    return false;
}

bool resilience_exponential(const double *times, const double *depths, size_t n, double base,
                            double *ret_half_life)
{
    double least = n > 0 ? 0.1 * (base - depths[0]) : 0.0, mean_t = 0.0, mean_y = 0.0, weight = 0.0;
    double sxx = 0.0, sxy = 0.0;
    size_t kept = 0;
    if (!(least > 0.0))
        return false;
    for (size_t i = 0; i < n; i++) {
        double gap = base - depths[i], w = gap * gap;
        if (!(gap > least))
            continue;
        weight += w;
        mean_t += w / weight * (times[i] - mean_t);
        mean_y += w / weight * (log(gap) - mean_y);
        kept++;
    }
    for (size_t i = 0; i < n; i++) {
        double gap = base - depths[i];
        if (!(gap > least))
            continue;
        sxx += gap * gap * (times[i] - mean_t) * (times[i] - mean_t);
        sxy += gap * gap * (times[i] - mean_t) * (log(gap) - mean_y);
    }
    if (kept < 3 || !(sxx > 0.0) || !(sxy / sxx < 0.0))
        return false;
    *ret_half_life = -log(2.0) * sxx / sxy;
    return true;
}
