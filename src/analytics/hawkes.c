#include <alphaplus/analytics/hawkes.h>

#include <alphaplus/analytics/stats.h>
#include <math.h>
#include <stdbool.h>

#define BRANCHING_MAX 0.999
enum { PARAMS = 3, ITERATIONS = 200, HALVINGS = 40 };

static double mark_of(const struct hawkes_events *ev, size_t i)
{
    return ev->mark ? ev->mark[i] : 1.0;
}

double hawkes_mean_mark(const struct hawkes_events *ev)
{
    double sum = 0.0;
    for (size_t i = 0; i < ev->n; i++)
        sum += mark_of(ev, i);
    return ev->n > 0 ? sum / (double)ev->n : 1.0;
}

/* exp of something not positive, without an underflow that a trap could see. */
static double fade(double x)
{
    return x > -700.0 ? exp(x) : 0.0;
}

/* --- likelihoods ----------------------------------------------------------------------------------------------------- */

double hawkes_loglik(const struct hawkes *h, const struct hawkes_events *ev, double grad[3])
{
    double a = 0.0, b = 0.0, loglik = 0.0, g[3] = {0.0, 0.0, 0.0}, decayed = 0.0, late = 0.0;

    for (size_t i = 0; i < ev->n; i++) {
        if (i > 0) {
            double d = ev->t[i] - ev->t[i - 1], e = fade(-h->beta * d), m = mark_of(ev, i - 1);
            b = e * (b + d * (m + a)); /* -da/dbeta */
            a = e * (m + a);
        }
        double lambda = h->mu + h->alpha * a, rest = ev->end - ev->t[i], left = fade(-h->beta * rest),
               m = mark_of(ev, i);
        loglik += log(lambda);
        g[0] += 1.0 / lambda;
        g[1] += a / lambda;
        g[2] -= h->alpha * b / lambda;
        decayed += m * (1.0 - left);
        late += m * rest * left;
    }
    if (grad) {
        grad[0] = g[0] - ev->end;
        grad[1] = g[1] - decayed / h->beta;
        grad[2] = g[2] + h->alpha * decayed / (h->beta * h->beta) - h->alpha / h->beta * late;
    }
    return loglik - h->mu * ev->end - h->alpha / h->beta * decayed;
}

/* Sum of q + q^2 + ... + q^k, q = exp(-beta). */
static double geometric(double beta, double k)
{
    return k > 0.0 ? (1.0 - fade(-beta * k)) / expm1(beta) : 0.0;
}

double hawkes_presence_loglik(const struct hawkes *h, const struct hawkes_events *ev)
{
    double a = 0.0, loglik = 0.0, at = -1.0; /* a: right behind second `at` */

    for (size_t i = 0; i < ev->n; i++) {
        double silent = ev->t[i] - at - 1.0;
        loglik -= h->mu * silent + h->alpha * a * geometric(h->beta, silent);
        a *= fade(-h->beta * (silent + 1.0));
        loglik += log(-expm1(-(h->mu + h->alpha * a)));
        a += mark_of(ev, i);
        at = ev->t[i];
    }
    double silent = fmax(0.0, floor(ev->end) - at - 1.0);
    return loglik - h->mu * silent - h->alpha * a * geometric(h->beta, silent);
}

double hawkes_pair_loglik(const struct hawkes_pair *h, const struct hawkes_events ev[2])
{
    double a[2] = {0.0, 0.0}, loglik = 0.0, at = 0.0, end = fmax(ev[0].end, ev[1].end);
    size_t i[2] = {0, 0};

    while (i[0] < ev[0].n || i[1] < ev[1].n) {
        bool is_second = i[0] == ev[0].n || (i[1] < ev[1].n && ev[1].t[i[1]] < ev[0].t[i[0]]);
        double t = ev[is_second].t[i[is_second]], e = fade(-h->beta * (t - at)),
               m = mark_of(&ev[is_second], i[is_second]);
        a[0] *= e;
        a[1] *= e;
        const double *row = h->branching[is_second];
        loglik += log(h->mu[is_second] + h->beta * (row[0] * a[0] + row[1] * a[1]));
        loglik -= (h->branching[0][is_second] + h->branching[1][is_second]) * m *
                  (1.0 - fade(-h->beta * (end - t)));
        a[is_second] += m;
        i[is_second]++;
        at = t;
    }
    return loglik - (h->mu[0] + h->mu[1]) * end;
}

/* --- the fit --------------------------------------------------------------------------------------------------------- */

/* Free of bounds: ln mu, ln beta, logit of the branching ratio. */
struct fit {
    const struct hawkes_events *ev; /* borrowed */
    enum hawkes_feed feed;
    double mean_mark;
};

static struct hawkes model_of(const struct fit *f, const double x[PARAMS])
{
    double n = BRANCHING_MAX / (1.0 + fade(-x[2])), beta = exp(x[1]);
    return (struct hawkes){.mu = exp(x[0]), .beta = beta, .alpha = n * beta / f->mean_mark};
}

static bool is_sane(const double x[PARAMS])
{
    return fabs(x[0]) < 40.0 && x[1] > -16.0 && x[1] < 8.0 && fabs(x[2]) < 30.0;
}

/* Minus the likelihood; huge outside what is sane. */
static double cost(const struct fit *f, const double x[PARAMS])
{
    if (!is_sane(x))
        return 1e300;
    struct hawkes h = model_of(f, x);
    double loglik = f->feed == HAWKES_EACH ? hawkes_loglik(&h, f->ev, NULL)
                                           : hawkes_presence_loglik(&h, f->ev);
    return -loglik;
}

static void slope_of_each(const struct fit *f, const double x[PARAMS], double ret[PARAMS])
{
    struct hawkes h = model_of(f, x);
    double g[3], n = h.alpha * f->mean_mark / h.beta;
    hawkes_loglik(&h, f->ev, g);
    ret[0] = -g[0] * h.mu;
    ret[1] = -(g[2] * h.beta + g[1] * h.alpha); /* alpha = n beta / mean mark */
    ret[2] = -g[1] * h.alpha * (1.0 - n / BRANCHING_MAX);
}

static void slope(const struct fit *f, const double x[PARAMS], double ret[PARAMS])
{
    if (f->feed == HAWKES_EACH) {
        slope_of_each(f, x, ret);
        return;
    }
    for (int i = 0; i < PARAMS; i++) {
        double up[PARAMS] = {x[0], x[1], x[2]}, down[PARAMS] = {x[0], x[1], x[2]}, step = 1e-5;
        up[i] += step;
        down[i] -= step;
        ret[i] = (cost(f, up) - cost(f, down)) / (2.0 * step);
    }
}

/* Along -H g by half steps until the cost falls enough; 0 when it does not. */
static double descend(const struct fit *f, double x[PARAMS], double now, const double dir[PARAMS],
                      double rate, double *ret_cost)
{
    double step = 1.0;
    for (int half = 0; half < HALVINGS; half++, step /= 2.0) {
        double to[PARAMS];
        for (int i = 0; i < PARAMS; i++)
            to[i] = x[i] + step * fmax(-4.0, fmin(4.0, dir[i]));
        double there = cost(f, to);
        if (there < now + 1e-4 * step * rate || (there < now && step < 1e-6)) {
            for (int i = 0; i < PARAMS; i++)
                x[i] = to[i];
            *ret_cost = there;
            return step;
        }
    }
    return 0.0;
}

static double dot(const double a[PARAMS], const double b[PARAMS])
{
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

/* Broyden, Fletcher, Goldfarb & Shanno's update of the inverse Hessian. */
static void update(double h[PARAMS][PARAMS], const double s[PARAMS], const double y[PARAMS])
{
    double sy = dot(s, y), hy[PARAMS], yhy;
    if (!(sy > 1e-14))
        return;
    for (int i = 0; i < PARAMS; i++)
        hy[i] = dot(h[i], y);
    yhy = dot(y, hy);
    for (int i = 0; i < PARAMS; i++) {
        for (int k = 0; k < PARAMS; k++)
            h[i][k] += (1.0 + yhy / sy) * s[i] * s[k] / sy - (hy[i] * s[k] + s[i] * hy[k]) / sy;
    }
}

static double minimise(const struct fit *f, double x[PARAMS])
{
    double h[PARAMS][PARAMS] = {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}, g[PARAMS], now = cost(f, x);
    bool is_fresh = true;

    for (int i = 0; i < PARAMS; i++)
        h[i][i] = 1.0 / (1.0 + (double)f->ev->n); /* a likelihood curves as its events */
    slope(f, x, g);
    for (int k = 0; k < ITERATIONS; k++) {
        double dir[PARAMS], before[PARAMS] = {x[0], x[1], x[2]}, after[PARAMS], s[PARAMS], y[PARAMS],
                            was = now;
        for (int i = 0; i < PARAMS; i++)
            dir[i] = -dot(h[i], g);
        if (descend(f, x, now, dir, dot(g, dir), &now) == 0.0) {
            if (is_fresh)
                break;
            for (int i = 0; i < PARAMS; i++) {
                for (int j = 0; j < PARAMS; j++)
                    h[i][j] = i == j ? 1.0 / (1.0 + (double)f->ev->n) : 0.0;
            }
            is_fresh = true;
            continue;
        }
        slope(f, x, after);
        for (int i = 0; i < PARAMS; i++) {
            s[i] = x[i] - before[i];
            y[i] = after[i] - g[i];
            g[i] = after[i];
        }
        update(h, s, y);
        is_fresh = false;
        if (fabs(was - now) < 1e-13 * (1.0 + fabs(now)) && sqrt(dot(s, s)) < 1e-9)
            break;
    }
    return now;
}

int hawkes_fit(const struct hawkes_events *ev, enum hawkes_feed feed, struct hawkes *ret_hawkes,
               double *ret_loglik)
{
    static const double betas[] = {2.0, 0.1, 0.005};
    struct fit f = {ev, feed, hawkes_mean_mark(ev)};
    double best = 1e300, found[PARAMS] = {0, 0, 0};

    if (ev->n < 3 || !(ev->end > 0.0) || !(f.mean_mark > 0.0))
        return AP_EAGAIN;
    for (size_t k = 0; k < sizeof betas / sizeof betas[0]; k++) {
        double x[PARAMS] = {log(0.5 * (double)ev->n / ev->end), log(betas[k]), 0.0};
        double there = minimise(&f, x);
        if (there < best) {
            best = there;
            for (int i = 0; i < PARAMS; i++)
                found[i] = x[i];
        }
    }
    if (best >= 1e300)
        return AP_EAGAIN;
    *ret_hawkes = model_of(&f, found);
    *ret_loglik = -best;
    return 0;
}

/* --- how well it fits ------------------------------------------------------------------------------------------------ */

/* The limit of the distribution of sqrt(n) D, with Stephens' correction for n that is not large. */
static double kolmogorov_p(double d, double n)
{
    double root = sqrt(n), x = d * (root + 0.12 + 0.11 / root), p = 0.0;
    if (x < 0.2)
        return 1.0;
    for (int k = 1; k <= 100; k++) {
        double term = fade(-2.0 * k * k * x * x);
        p += k % 2 ? term : -term;
    }
    return fmin(1.0, fmax(0.0, 2.0 * p));
}

double hawkes_residuals(const struct hawkes *h, const struct hawkes_events *ev, double *work, double *ret_p)
{
    double a = 0.0, at = 0.0, worst = 0.0, n = (double)ev->n;

    for (size_t i = 0; i < ev->n; i++) {
        double d = ev->t[i] - at, e = fade(-h->beta * d);
        work[i] = -expm1(-(h->mu * d + h->alpha / h->beta * a * (1.0 - e))); /* cdf of Exp(1) */
        a = a * e + mark_of(ev, i);
        at = ev->t[i];
    }
    stats_sort(work, ev->n);
    for (size_t i = 0; i < ev->n; i++)
        worst = fmax(worst, fmax(work[i] - (double)i / n, (double)(i + 1) / n - work[i]));
    *ret_p = ev->n > 0 ? kolmogorov_p(worst, n) : 1.0;
    return worst;
}

void hawkes_spread_ties(double *t, size_t n, double tick_s)
{
    for (size_t i = 0, next; i < n; i = next) {
        for (next = i + 1; next < n && t[next] - t[i] < tick_s / 2.0; next++)
            ;
        for (size_t k = i; k < next; k++)
            t[k] = t[i] + tick_s * (double)(k - i) / (double)(next - i);
    }
}
