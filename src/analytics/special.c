#include <alphaplus/analytics/special.h>
#include <float.h>
#include <math.h>

#define TINY       1e-300
#define TERMS_MAX  2000
#define HALVES_MAX 400

double special_xlogy(double x, double y)
{
    return x == 0.0 ? 0.0 : x * log(y);
}

double special_log_gamma(double x)
{
    int sign; /* lgamma() itself writes a global */
    return lgamma_r(x, &sign);
}

/* exp, and 0 rather than a denormal. */
static double small_exp(double x)
{
    return x < -700.0 ? 0.0 : exp(x);
}

static double gamma_series(double a, double x)
{
    double term = 1.0 / a, sum = term;
    for (int n = 1; n < TERMS_MAX && fabs(term) > fabs(sum) * DBL_EPSILON / 4; n++) {
        term *= x / (a + n);
        sum += term;
    }
    return sum * small_exp(a * log(x) - x - special_log_gamma(a));
}

static double gamma_fraction(double a, double x)
{
    double b = x + 1.0 - a, c = 1.0 / TINY, d = 1.0 / b, h = d;
    for (int i = 1; i < TERMS_MAX; i++) {
        double an = -i * (i - a);
        b += 2.0;
        d = an * d + b;
        d = 1.0 / (fabs(d) < TINY ? TINY : d);
        c = b + an / c;
        c = fabs(c) < TINY ? TINY : c;
        h *= d * c;
        if (fabs(d * c - 1.0) < DBL_EPSILON)
            break;
    }
    return h * small_exp(a * log(x) - x - special_log_gamma(a));
}

double special_gamma_p(double a, double x)
{
    if (!(x > 0.0))
        return 0.0;
    return x < a + 1.0 ? gamma_series(a, x) : 1.0 - gamma_fraction(a, x);
}

double special_gamma_q(double a, double x)
{
    if (!(x > 0.0))
        return 1.0;
    return x < a + 1.0 ? 1.0 - gamma_series(a, x) : gamma_fraction(a, x);
}

static double lentz_step(double numerator, double *c, double *d)
{
    *d = 1.0 + numerator * *d;
    *d = 1.0 / (fabs(*d) < TINY ? TINY : *d);
    *c = 1.0 + numerator / *c;
    *c = fabs(*c) < TINY ? TINY : *c;
    return *d * *c;
}

static double beta_fraction(double x, double a, double b)
{
    double c = 1.0, d = 1.0 - (a + b) * x / (a + 1.0);
    d = 1.0 / (fabs(d) < TINY ? TINY : d);
    double h = d;
    for (int m = 1; m < TERMS_MAX; m++) {
        double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
        double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
        h *= lentz_step(even, &c, &d);
        double change = lentz_step(odd, &c, &d);
        h *= change;
        if (fabs(change - 1.0) < DBL_EPSILON)
            break;
    }
    return h;
}

double special_beta(double x, double a, double b)
{
    if (!(x > 0.0))
        return 0.0;
    if (x >= 1.0)
        return 1.0;
    double front = small_exp(a * log(x) + b * log1p(-x) + special_log_gamma(a + b) - special_log_gamma(a) -
                             special_log_gamma(b));
    if (x < (a + 1.0) / (a + b + 2.0))
        return front * beta_fraction(x, a, b) / a;
    return 1.0 - front * beta_fraction(1.0 - x, b, a) / b;
}

double normal_cdf(double x)
{
    return 0.5 * erfc(fmin(38.0, fmax(-38.0, -x / sqrt(2.0))));
}

static double polynomial(const double *c, double x)
{
    double sum = c[7];
    for (int i = 6; i >= 0; i--)
        sum = sum * x + c[i];
    return sum;
}

double normal_quantile(double p)
{
    static const double a[8] = {3.3871328727963666080e0,  1.3314166789178437745e+2, 1.9715909503065514427e+3,
                                1.3731693765509461125e+4, 4.5921953931549871457e+4, 6.7265770927008700853e+4,
                                3.3430575583588128105e+4, 2.5090809287301226727e+3};
    static const double b[8] = {1.0,
                                4.2313330701600911252e+1,
                                6.8718700749205790830e+2,
                                5.3941960214247511077e+3,
                                2.1213794301586595867e+4,
                                3.9307895800092710610e+4,
                                2.8729085735721942674e+4,
                                5.2264952788528545610e+3};
    static const double c[8] = {1.42343711074968357734e0,  4.63033784615654529590e0,
                                5.76949722146069140550e0,  3.64784832476320460504e0,
                                1.27045825245236838258e0,  2.41780725177450611770e-1,
                                2.27238449892691845833e-2, 7.74545014278341407640e-4};
    static const double d[8] = {1.0,
                                2.05319162663775882187e0,
                                1.67638483018380384940e0,
                                6.89767334985100004550e-1,
                                1.48103976427480074590e-1,
                                1.51986665636164571966e-2,
                                5.47593808499534494600e-4,
                                1.05075007164441684324e-9};
    static const double e[8] = {6.65790464350110377720e0,  5.46378491116411436990e0,
                                1.78482653991729133580e0,  2.96560571828504891230e-1,
                                2.65321895265761230930e-2, 1.24266094738807843860e-3,
                                2.71155556874348757815e-5, 2.01033439929228813265e-7};
    static const double f[8] = {1.0,
                                5.99832206555887937690e-1,
                                1.36929880922735805310e-1,
                                1.48753612908506148525e-2,
                                7.86869131145613259100e-4,
                                1.84631831751005468180e-5,
                                1.42151175831644588870e-7,
                                2.04426310338993978564e-15};
    double q = p - 0.5;
    if (fabs(q) <= 0.425) {
        double r = 0.180625 - q * q;
        return q * polynomial(a, r) / polynomial(b, r);
    }
    double tail = fmax(DBL_MIN, q < 0.0 ? p : 1.0 - p), r = sqrt(-log(tail));
    double z = r <= 5.0 ? polynomial(c, r - 1.6) / polynomial(d, r - 1.6)
                        : polynomial(e, r - 5.0) / polynomial(f, r - 5.0);
    return q < 0.0 ? -z : z;
}

/* The upper tail, t >= 0. */
static double student_tail(double t, double df)
{
    double t2 = t * t;
    if (t2 < df)
        return 0.5 - 0.5 * special_beta(t2 / (df + t2), 0.5, df / 2.0);
    return 0.5 * special_beta(df / (df + t2), df / 2.0, 0.5);
}

double student_cdf(double t, double df)
{
    double tail = student_tail(fmin(fabs(t), 1e150), df);
    return t > 0.0 ? 1.0 - tail : tail;
}

/* Where a falling function crosses p between 0 and hi, by halving; hi is doubled until it lies beyond. */
static double solve_tail(double (*tail)(double x, double df), double p, double df)
{
    double lo = 0.0, hi = 1.0;
    while (tail(hi, df) > p && hi < 1e100)
        hi *= 2.0;
    for (int i = 0; i < HALVES_MAX; i++) {
        double mid = lo + (hi - lo) / 2.0;
        if (mid <= lo || mid >= hi)
            break;
        if (tail(mid, df) > p)
            lo = mid;
        else
            hi = mid;
    }
    return lo + (hi - lo) / 2.0;
}

double student_quantile(double p, double df)
{
    if (p == 0.5)
        return 0.0;
    double t = solve_tail(student_tail, fmax(DBL_MIN, p < 0.5 ? p : 1.0 - p), df);
    return p < 0.5 ? -t : t;
}

double chi2_cdf(double x, double df)
{
    return special_gamma_p(df / 2.0, x / 2.0);
}

double chi2_sf(double x, double df)
{
    return special_gamma_q(df / 2.0, x / 2.0);
}

double chi2_quantile(double p, double df)
{
    return solve_tail(chi2_sf, fmax(DBL_MIN, 1.0 - p), df);
}

double special_sigmoid(double z)
{
    if (z >= 0.0)
        return 1.0 / (1.0 + small_exp(-z));
    double e = small_exp(z);
    return e / (1.0 + e);
}

double special_log_loss(double z, double y)
{
    return fmax(z, 0.0) - z * y + log1p(small_exp(-fabs(z)));
}
