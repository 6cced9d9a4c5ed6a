#include <alphaplus/analytics/efficiency.h>
#include <alphaplus/analytics/impact.h>
#include <alphaplus/analytics/special.h>
#include <alphaplus/analytics/stats.h>
#include <math.h>

#define DFA_SMALLEST 8

/* theta of Lo & MacKinlay: what the ratio varies by when the size of moves does too. */
static double theta_of(const double *p, size_t n, size_t q, double mu, double s1)
{
    double theta = 0.0, total = s1 * (double)(n - 1);
    for (size_t k = 1; k < q; k++) {
        double sum = 0.0, weight = 1.0 - (double)k / (double)q;
        for (size_t t = k; t < n; t++) {
            double a = p[t + 1] - p[t] - mu, b = p[t + 1 - k] - p[t - k] - mu;
            sum += a * a / total * (b * b / total);
        }
        theta += 4.0 * weight * weight * (double)n * sum;
    }
    return theta;
}

bool efficiency_variance_ratio(const double *p, size_t n, size_t q, struct variance_ratio *ret_ratio)
{
    if (q < 2 || n <= q)
        return false;
    double mu = (p[n] - p[0]) / (double)n, s1 = 0.0, sq = 0.0;
    double m = (double)q * (double)(n - q + 1) * (1.0 - (double)q / (double)n);
    for (size_t t = 0; t < n; t++) {
        double d = p[t + 1] - p[t] - mu;
        s1 += d * d;
    }
    s1 /= (double)(n - 1);
    for (size_t t = 0; t + q <= n; t++) {
        double d = p[t + q] - p[t] - (double)q * mu;
        sq += d * d;
    }
    sq /= m;
    if (!(s1 > 1e-30))
        return false;
    double theta = theta_of(p, n, q, mu, s1);
    if (!(theta > 0.0))
        return false;
    double se = sqrt(theta / (double)n), ratio = sq / s1;
    *ret_ratio = (struct variance_ratio){.ratio = ratio, .z = (ratio - 1.0) / se, .se = se};
    return true;
}

double efficiency_joint_p(double max_z, int m)
{
    double one = 2.0 * normal_cdf(-fabs(max_z));
    return one >= 1.0 ? 1.0 : -expm1(m * log1p(-one));
}

/* Root mean square around the straight line of each whole window of `size`, side by side. */
static double fluctuation(const double *profile, size_t n, size_t size)
{
    double sum = 0.0, centre = (double)(size - 1) / 2.0;
    double sxx = (double)size * ((double)size * (double)size - 1.0) / 12.0;
    size_t windows = 0;
    for (size_t at = 0; at + size <= n; at += size, windows++) {
        double mean = 0.0, sxy = 0.0, rss = 0.0;
        for (size_t i = 0; i < size; i++)
            mean += profile[at + i];
        mean /= (double)size;
        for (size_t i = 0; i < size; i++)
            sxy += ((double)i - centre) * (profile[at + i] - mean);
        double slope = sxy / sxx;
        for (size_t i = 0; i < size; i++) {
            double e = profile[at + i] - mean - slope * ((double)i - centre);
            rss += e * e;
        }
        sum += rss / (double)size;
    }
    return sqrt(sum / (double)windows);
}

#define DFA_MAX 4096

bool efficiency_dfa(const double *returns, size_t n, double *ret_alpha, double *ret_se)
{
    double profile[DFA_MAX], x[EFFICIENCY_DFA_SIZES], y[EFFICIENCY_DFA_SIZES], sum = 0.0;
    struct running mean = {0};
    struct regression fit;
    size_t sizes = 0, size = DFA_SMALLEST;
    if (n > DFA_MAX) {
        returns += n - DFA_MAX;
        n = DFA_MAX;
    }
    for (size_t i = 0; i < n; i++)
        running_add(&mean, returns[i]);
    for (size_t i = 0; i < n; i++) {
        sum += returns[i] - mean.mean;
        profile[i] = sum;
    }
    for (; sizes < EFFICIENCY_DFA_SIZES && size <= n / 4; size *= 2, sizes++) {
        double f = fluctuation(profile, n, size);
        if (!(f > 1e-15))
            return false;
        x[sizes] = log((double)size);
        y[sizes] = log(f);
    }
    if (!regression_fit(x, y, sizes, &fit))
        return false;
    *ret_alpha = fit.beta;
    *ret_se = fit.se;
    return true;
}

bool efficiency_measure(const double *p, size_t n, struct efficiency *ret_efficiency)
{
    double returns[DFA_MAX], off = 0.0, max_z = 0.0;
    struct efficiency *e = ret_efficiency;
    for (int i = 0; i < EFFICIENCY_Q; i++) {
        if (!efficiency_variance_ratio(p, n, (size_t)2 << i, &e->vr[i]))
            return false;
        off += fmin(1.0, fabs(e->vr[i].ratio - 1.0)) / EFFICIENCY_Q;
        max_z = fmax(max_z, fabs(e->vr[i].z));
    }
    e->score = 1.0 - off;
    e->p = efficiency_joint_p(max_z, EFFICIENCY_Q);
    size_t kept = n < DFA_MAX ? n : DFA_MAX;
    for (size_t i = 0; i < kept; i++)
        returns[i] = p[n - kept + i + 1] - p[n - kept + i];
    e->dfa = e->dfa_se = 0.0;
    e->has_dfa = efficiency_dfa(returns, kept, &e->dfa, &e->dfa_se);
    return true;
}
