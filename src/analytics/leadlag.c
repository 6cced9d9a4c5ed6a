#include <alphaplus/analytics/leadlag.h>

#include <math.h>

/* The changes of y that overlap (a, b] are consecutive, so they add up to one difference: from the last observation at or before a to
 * the first at or after b. Two pointers, each only forward. */
double lead_covariance(const struct lead_series *x, const struct lead_series *y, int64_t lag_ns,
                       uint64_t *ret_overlaps)
{
    double sum = 0.0;
    uint64_t overlaps = 0;
    size_t before = 0, after = 0;

    for (size_t i = 1; i < x->n && y->n > 1; i++) {
        int64_t a = x->points[i - 1].t_ns + lag_ns, b = x->points[i].t_ns + lag_ns;
        while (before + 1 < y->n && y->points[before + 1].t_ns <= a)
            before++;
        while (after + 1 < y->n && y->points[after].t_ns < b)
            after++;
        if (y->points[before].t_ns >= b || y->points[after].t_ns <= a)
            continue; /* beyond an end of y */
        sum += (x->points[i].x - x->points[i - 1].x) * (y->points[after].x - y->points[before].x);
        overlaps += after - before;
    }
    if (ret_overlaps)
        *ret_overlaps = overlaps;
    return sum;
}

double lead_variance(const struct lead_series *x)
{
    double sum = 0.0;
    for (size_t i = 1; i < x->n; i++) {
        double d = x->points[i].x - x->points[i - 1].x;
        sum += d * d;
    }
    return sum;
}

int lead_find(const struct lead_series *x, const struct lead_series *y, const struct lead_grid *grid,
              struct lead_result *ret_lead)
{
    double scale = sqrt(lead_variance(x) * lead_variance(y)), ahead = 0.0, behind = 0.0;
    if (x->n < 2 || y->n < 2 || !(scale > 0.0) || grid->step_ns <= 0)
        return AP_EAGAIN;

    struct lead_result r = {0};
    r.rho0 = lead_covariance(x, y, 0, &r.overlaps) / scale;
    r.rho = r.rho0;
    for (int64_t lag = grid->step_ns; lag <= grid->reach_ns; lag += grid->step_ns) {
        for (int sign = -1; sign <= 1; sign += 2) {
            double rho = lead_covariance(x, y, sign * lag, NULL) / scale;
            *(sign > 0 ? &ahead : &behind) += rho * rho;
            if (fabs(rho) > fabs(r.rho)) {
                r.rho = rho;
                r.lag_ns = sign * lag;
            }
        }
    }
    r.ratio = behind > 0.0 ? ahead / behind : 0.0;
    int64_t centre = r.lag_ns;
    for (int64_t d = grid->fine_ns; grid->fine_ns > 0 && d < grid->step_ns; d += grid->fine_ns) {
        for (int sign = -1; sign <= 1; sign += 2) {
            double rho = lead_covariance(x, y, centre + sign * d, NULL) / scale;
            if (fabs(rho) > fabs(r.rho)) {
                r.rho = rho;
                r.lag_ns = centre + sign * d;
            }
        }
    }
    *ret_lead = r;
    return 0;
}
