#include <alphaplus/analytics/stats.h>
#include <alphaplus/base/clock.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define BIN_LN       0.019802627296179712 /* ln 1.02 */
#define SCALE_MAX    1e100
#define HALVINGS_MAX 200.0 /* what is older weighs nothing */

void running_add(struct running *r, double x)
{
    r->weight += 1.0;
    double d = x - r->mean;
    r->mean += d / r->weight;
    r->m2 += d * (x - r->mean);
}

void running_weigh(struct running *r, double x, double weight)
{
    if (!(weight > 0.0))
        return;
    r->weight += weight;
    double d = x - r->mean;
    r->mean += d * (weight / r->weight);
    r->m2 += weight * d * (x - r->mean);
}

void running_merge(struct running *r, const struct running *other)
{
    double both = r->weight + other->weight;
    if (!(other->weight > 0.0))
        return;
    double d = other->mean - r->mean;
    r->m2 += other->m2 + d * d * (r->weight / both) * other->weight;
    r->mean += d * (other->weight / both);
    r->weight = both;
}

double running_variance(const struct running *r)
{
    return r->weight > 1.0 ? fmax(0.0, r->m2 / (r->weight - 1.0)) : 0.0;
}

double running_population(const struct running *r)
{
    return r->weight > 0.0 ? fmax(0.0, r->m2 / r->weight) : 0.0;
}

/* Share of the past that dt replaces; 0 when time stands still, so values at one instant count as the first of them. */
static double share(double tau_s, int64_t last_ns, int64_t now_ns)
{
    return now_ns > last_ns ? -expm1(-(double)(now_ns - last_ns) / (tau_s * (double)NS_PER_S)) : 0.0;
}

void ew_add(struct ew *e, double tau_s, int64_t now_ns, double x)
{
    if (e->n++ == 0) {
        e->mean = x;
        e->last_ns = now_ns;
        return;
    }
    double a = share(tau_s, e->last_ns, now_ns), d = x - e->mean;
    e->mean += a * d;
    e->variance = (1.0 - a) * (e->variance + a * d * d);
    e->weight += a * (1.0 - e->weight);
    e->last_ns = now_ns > e->last_ns ? now_ns : e->last_ns;
}

void ew_pair_add(struct ew_pair *e, double tau_s, int64_t now_ns, double x, double y)
{
    if (e->n++ == 0) {
        e->mean_x = x;
        e->mean_y = y;
        e->last_ns = now_ns;
        return;
    }
    double a = share(tau_s, e->last_ns, now_ns), dx = x - e->mean_x, dy = y - e->mean_y;
    e->mean_x += a * dx;
    e->mean_y += a * dy;
    e->variance_x = (1.0 - a) * (e->variance_x + a * dx * dx);
    e->variance_y = (1.0 - a) * (e->variance_y + a * dy * dy);
    e->covariance = (1.0 - a) * (e->covariance + a * dx * dy);
    e->weight += a * (1.0 - e->weight);
    e->last_ns = now_ns > e->last_ns ? now_ns : e->last_ns;
}

double decay_at(const struct decay *d, double half_life_s, int64_t now_ns)
{
    if (now_ns <= d->last_ns)
        return d->sum;
    double halvings = (double)(now_ns - d->last_ns) / (half_life_s * (double)NS_PER_S);
    return halvings > HALVINGS_MAX ? 0.0 : d->sum * exp2(-halvings);
}

void decay_add(struct decay *d, double half_life_s, int64_t now_ns, double x)
{
    d->sum = decay_at(d, half_life_s, now_ns) + x;
    d->last_ns = now_ns > d->last_ns ? now_ns : d->last_ns;
}

void rolling_push(struct rolling *r, double *ring, uint32_t cap, double x)
{
    double old = r->n == cap ? ring[r->at] : 0.0;
    ring[r->at] = x;
    r->n += r->n < cap;
    r->at = r->at + 1 == cap ? 0 : r->at + 1;
    r->sum += x - old;
    if (r->at != 0)
        return;
    r->sum = 0.0;
    for (uint32_t i = 0; i < r->n; i++)
        r->sum += ring[i];
}

/* --- histogram --------------------------------------------------------------------------------------------------------- */

void histogram_init(struct histogram *h, double min, double half_life_s)
{
    *h = (struct histogram){.min = min, .half_life_s = half_life_s};
}

/* Instead of shrinking the bins, what comes weighs more. */
static void histogram_age(struct histogram *h, int64_t now_ns)
{
    if (h->scale == 0.0) {
        h->scale = 1.0;
        h->aged_ns = now_ns;
    }
    if (h->half_life_s <= 0.0 || now_ns <= h->aged_ns)
        return;
    double halvings = (double)(now_ns - h->aged_ns) / (h->half_life_s * (double)NS_PER_S);
    h->aged_ns = now_ns;
    if (halvings > HALVINGS_MAX) {
        memset(h->bins, 0, sizeof h->bins);
        h->total = 0.0;
        h->scale = 1.0;
        return;
    }
    h->scale *= exp2(halvings);
    if (h->scale < SCALE_MAX)
        return;
    h->total = 0.0;
    for (int i = 0; i < HISTOGRAM_BINS; i++) {
        h->bins[i] /= h->scale;
        h->total += h->bins[i];
    }
    h->scale = 1.0;
}

static int bin_of(const struct histogram *h, double x)
{
    if (!(x > h->min))
        return 0;
    double at = 1.0 + (log(x) - log(h->min)) / BIN_LN;
    return at < HISTOGRAM_BINS - 1 ? (int)at : HISTOGRAM_BINS - 1;
}

void histogram_add(struct histogram *h, int64_t now_ns, double x)
{
    histogram_age(h, now_ns);
    h->bins[bin_of(h, x)] += h->scale;
    h->total += h->scale;
    h->n++;
}

double histogram_weight(const struct histogram *h, int64_t now_ns)
{
    if (h->scale == 0.0)
        return 0.0;
    struct decay d = {h->total / h->scale, h->aged_ns};
    return h->half_life_s > 0.0 ? decay_at(&d, h->half_life_s, now_ns) : d.sum;
}

double histogram_quantile(const struct histogram *h, double p)
{
    double sum = 0.0;
    int last = -1;
    if (!(h->total > 0.0))
        return 0.0;
    for (int i = 0; i < HISTOGRAM_BINS; i++) {
        if (!(h->bins[i] > 0.0))
            continue;
        last = i;
        sum += h->bins[i];
        if (sum >= p * h->total)
            break;
    }
    return last <= 0 ? h->min : h->min * exp(((double)last - 0.5) * BIN_LN);
}

double histogram_rank(const struct histogram *h, double x)
{
    double below = 0.0;
    if (!(h->total > 0.0))
        return 0.0;
    int bin = bin_of(h, x);
    for (int i = 0; i < bin; i++)
        below += h->bins[i];
    return fmin(1.0, (below + 0.5 * h->bins[bin]) / h->total);
}

/* --- arrays ------------------------------------------------------------------------------------------------------------ */

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

void stats_sort(double *x, size_t n)
{
    qsort(x, n, sizeof *x, compare);
}

double stats_quantile_sorted(const double *x, size_t n, double p)
{
    double at = (double)(n - 1) * fmin(1.0, fmax(0.0, p));
    size_t k = (size_t)at;
    return k + 1 < n ? x[k] + (at - (double)k) * (x[k + 1] - x[k]) : x[n - 1];
}

double stats_quantile(double *x, size_t n, double p)
{
    stats_sort(x, n);
    return stats_quantile_sorted(x, n, p);
}

double stats_median(double *x, size_t n)
{
    return stats_quantile(x, n, 0.5);
}

double stats_mad(double *x, size_t n, double centre)
{
    for (size_t i = 0; i < n; i++)
        x[i] = fabs(x[i] - centre);
    return stats_median(x, n);
}

/* Four sums side by side: one alone waits for itself at every step. */
static double lagged_products(const double *x, size_t n, size_t lag)
{
    double sums[4] = {0.0};
    size_t i = lag;
    for (; i + 4 <= n; i += 4) {
        for (size_t k = 0; k < 4; k++)
            sums[k] += x[i + k] * x[i + k - lag];
    }
    for (; i < n; i++)
        sums[0] += x[i] * x[i - lag];
    return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

void stats_ratio(const double *num, const double *den, size_t n, size_t lags, double *ret_ratio,
                 double *ret_se)
{
    double off[STATS_RATIO_MAX], a = 0.0, b = 0.0, variance = 0.0;
    n = n < STATS_RATIO_MAX ? n : STATS_RATIO_MAX;
    for (size_t i = 0; i < n; i++) {
        a += num[i];
        b += den[i];
    }
    for (size_t i = 0; i < n; i++)
        off[i] = num[i] - a / b * den[i];
    for (size_t lag = 0; lag <= lags && lag < n; lag++) {
        double weight = lag == 0 ? 1.0 : 2.0 * (1.0 - (double)lag / (double)(lags + 1));
        variance += weight * lagged_products(off, n, lag);
    }
    *ret_ratio = a / b;
    *ret_se = sqrt(fmax(0.0, variance)) / fabs(b);
}

/* At one time, what was observed comes before what was censored. */
static int compare_survival(const void *a, const void *b)
{
    const struct survival *x = a, *y = b;
    if (x->time != y->time)
        return x->time < y->time ? -1 : 1;
    return (int)y->is_event - (int)x->is_event;
}

bool stats_survival(struct survival *s, size_t n, double level, double *ret_time)
{
    double alive = 1.0;
    qsort(s, n, sizeof *s, compare_survival);
    for (size_t i = 0; i < n; i++) {
        if (!s[i].is_event)
            continue;
        alive *= 1.0 - 1.0 / (double)(n - i);
        if (alive <= level + 1e-12) {
            *ret_time = s[i].time;
            return true;
        }
    }
    return false;
}
