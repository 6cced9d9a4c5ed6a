#include <alphaplus/analytics/oimap.h>

#include <math.h>
#include <string.h>

const double oimap_leverage[OIMAP_LEVERAGES] = {5, 10, 25, 50, 100};
const double oimap_weight[OIMAP_LEVERAGES] = {0.20, 0.30, 0.25, 0.15, 0.10};

/* Mean and standard deviation of Dirichlet weights of this total strength. */
static void set_weights(struct oimap *m, const double w[OIMAP_LEVERAGES], double strength)
{
    for (int k = 0; k < OIMAP_LEVERAGES; k++) {
        m->weight[k] = w[k];
        m->weight_sd[k] = sqrt(w[k] * (1.0 - w[k]) / (strength + 1.0));
    }
}

void oimap_begin(struct oimap *m, double width)
{
    *m = (struct oimap){.width = width};
    set_weights(m, oimap_weight, OIMAP_PRIOR);
}

/* Twice as wide, so that prices twice as high have bins. */
static void widen(struct oimap *m)
{
    m->width *= 2.0;
    for (int side = 0; side < 2; side++) {
        for (int k = 0; k < OIMAP_LEVERAGES; k++) {
            double *bins = m->mass[side][k];
            for (size_t i = 0; i < OIMAP_BINS / 2; i++)
                bins[i] = bins[2 * i] + bins[2 * i + 1];
            memset(bins + OIMAP_BINS / 2, 0, OIMAP_BINS / 2 * sizeof *bins);
        }
    }
}

static size_t bin_of(const struct oimap *m, double price)
{
    double bin = floor(price / m->width);
    return bin < 0.0 ? 0 : bin >= OIMAP_BINS ? OIMAP_BINS : (size_t)bin;
}

/* Bins wholly at or above low are gone for longs, bins wholly at or below high for shorts; those within the bar were traded through. */
static void sweep(struct oimap *m, const struct oimap_bar *bar, struct oimap_swept *swept)
{
    size_t low = bin_of(m, bar->low), high = bin_of(m, bar->high);
    size_t first_long = (double)low * m->width < bar->low ? low + 1 : low;
    memset(swept, 0, sizeof *swept);
    swept->from[POSITION_LONG] = first_long;
    swept->to[POSITION_LONG] = high + 1 > first_long ? high + 1 : first_long;
    swept->from[POSITION_SHORT] = low < high ? low : high;
    swept->to[POSITION_SHORT] = high;
    for (int k = 0; k < OIMAP_LEVERAGES; k++) {
        double *longs = m->mass[POSITION_LONG][k], *shorts = m->mass[POSITION_SHORT][k];
        for (size_t i = first_long; i < OIMAP_BINS; i++) {
            swept->mass[POSITION_LONG][k] += longs[i];
            longs[i] = 0.0;
        }
        for (size_t i = 0; i < high && i < OIMAP_BINS; i++) {
            swept->mass[POSITION_SHORT][k] += shorts[i];
            shorts[i] = 0.0;
        }
    }
}

static void scale(struct oimap *m, double factor)
{
    for (int side = 0; side < 2; side++) {
        for (int k = 0; k < OIMAP_LEVERAGES; k++) {
            for (size_t i = 0; i < OIMAP_BINS; i++) {
                double *mass = &m->mass[side][k][i];
                *mass = *mass * factor > 1e-200 ? *mass * factor : 0.0;
            }
        }
    }
}

static void add(struct oimap *m, double price, double amount, double mmr)
{
    for (int k = 0; k < OIMAP_LEVERAGES; k++) {
        double step = 1.0 / oimap_leverage[k];
        size_t at_long = bin_of(m, price * (1.0 - step) / (1.0 - mmr)),
               at_short = bin_of(m, price * (1.0 + step) / (1.0 + mmr));
        if (at_long < OIMAP_BINS)
            m->mass[POSITION_LONG][k][at_long] += amount;
        if (at_short < OIMAP_BINS)
            m->mass[POSITION_SHORT][k][at_short] += amount;
    }
}

void oimap_add(struct oimap *m, const struct oimap_bar *bar, double mmr, double decay,
               struct oimap_swept *ret_swept)
{
    while (bar->high * 1.3 >= m->width * OIMAP_BINS)
        widen(m);
    sweep(m, bar, ret_swept);
    double factor = decay;
    if (m->oi > 0.0 && bar->oi < m->oi)
        factor *= bar->oi / m->oi;
    if (factor < 1.0)
        scale(m, factor);
    if (m->oi > 0.0 && bar->oi > m->oi)
        add(m, bar->vwap, bar->oi - m->oi, mmr);
    m->oi = bar->oi;
}

double oimap_mass(const struct oimap *m, enum position_side side, size_t bin, double *ret_sd)
{
    double mass = 0.0, variance = 0.0;
    for (int k = 0; k < OIMAP_LEVERAGES; k++) {
        double x = m->mass[side][k][bin], sd = x * m->weight_sd[k];
        mass += x * m->weight[k];
        variance += sd * sd;
    }
    *ret_sd = sqrt(variance);
    return mass;
}

void oimap_nnls(double (*xx)[OIMAP_LEVERAGES], const double xy[OIMAP_LEVERAGES],
                double ret_w[OIMAP_LEVERAGES])
{
    enum { ROUNDS = 20000 };
    double w[OIMAP_LEVERAGES] = {0};
    for (int round = 0; round < ROUNDS; round++) {
        double moved = 0.0, largest = 0.0;
        for (int k = 0; k < OIMAP_LEVERAGES; k++) {
            if (!(xx[k][k] > 0.0))
                continue;
            double rest = xy[k];
            for (int j = 0; j < OIMAP_LEVERAGES; j++)
                rest -= j == k ? 0.0 : xx[k][j] * w[j];
            double to = fmax(0.0, rest / xx[k][k]);
            moved = fmax(moved, fabs(to - w[k]));
            w[k] = to;
            largest = fmax(largest, to);
        }
        if (moved <= 1e-14 * largest)
            break;
    }
    memcpy(ret_w, w, sizeof w);
}

void oimap_learn(struct oimap *m, double (*xx)[OIMAP_LEVERAGES], const double xy[OIMAP_LEVERAGES],
                 double events)
{
    double w[OIMAP_LEVERAGES], sum = 0.0;
    oimap_nnls(xx, xy, w);
    for (int k = 0; k < OIMAP_LEVERAGES; k++)
        sum += w[k];
    if (!(sum > 0.0) || !(events > 0.0)) {
        set_weights(m, oimap_weight, OIMAP_PRIOR);
        return;
    }
    for (int k = 0; k < OIMAP_LEVERAGES; k++)
        w[k] = (OIMAP_PRIOR * oimap_weight[k] + events * w[k] / sum) / (OIMAP_PRIOR + events);
    set_weights(m, w, OIMAP_PRIOR + events);
}
