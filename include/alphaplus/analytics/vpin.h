/* Volume-synchronised probability of informed trading: mean of |buys - sells| / volume over the last VPIN_BUCKETS buckets of one volume.
 * Easley, Lopez de Prado & O'Hara (2012). A state of the market, no forecast (Andersen & Bondarenko 2014). Pointer-free. */
#ifndef ALPHAPLUS_ANALYTICS_VPIN_H
#define ALPHAPLUS_ANALYTICS_VPIN_H

#include <alphaplus/analytics/stats.h>

#define VPIN_BUCKETS 50

struct vpin {
    double
        volume; /* of a bucket; > 0 before anything is added. A change holds from the bucket under way on. */
    double buys, sells;
    struct rolling sum;
    double shares[VPIN_BUCKETS]; /* |buys - sells| / volume of the buckets, 0..1 */
    uint64_t closed;             /* buckets ever */
};
/* Volume of which buy_share (0..1) bought; it is split where a bucket ends. Returns how many buckets it closed. */
unsigned vpin_add(struct vpin *v, double volume, double buy_share);
bool vpin_value(const struct vpin *v, double *ret_vpin); /* false: fewer than VPIN_BUCKETS buckets */
/* Bulk classification: what share of a bar bought, from its price change and the usual size of one. sigma > 0. */
double vpin_bulk_share(double change, double sigma);

#endif
