#include <alphaplus/analytics/special.h>
#include <alphaplus/analytics/vpin.h>
#include <math.h>

static void close_bucket(struct vpin *v)
{
    rolling_push(&v->sum, v->shares, VPIN_BUCKETS, fabs(v->buys - v->sells) / (v->buys + v->sells));
    v->buys = v->sells = 0.0;
    v->closed++;
}

unsigned vpin_add(struct vpin *v, double volume, double buy_share)
{
    unsigned closed = 0;
    /* Many buckets of one trade look alike: no more of them than the window holds. */
    if (volume > (VPIN_BUCKETS + 2) * v->volume)
        volume = VPIN_BUCKETS * v->volume + fmod(volume, v->volume);
    while (volume > 0.0) {
        double x = fmin(volume, fmax(0.0, v->volume - v->buys - v->sells));
        v->buys += x * buy_share;
        v->sells += x * (1.0 - buy_share);
        volume -= x;
        if (v->volume - v->buys - v->sells >= 1e-9 * v->volume)
            break;
        close_bucket(v);
        closed++;
    }
    return closed;
}

bool vpin_value(const struct vpin *v, double *ret_vpin)
{
    if (v->sum.n < VPIN_BUCKETS)
        return false;
    *ret_vpin = fmin(1.0, fmax(0.0, v->sum.sum / VPIN_BUCKETS));
    return true;
}

double vpin_bulk_share(double change, double sigma)
{
    return normal_cdf(change / sigma);
}
