/* Clusters of weighted points in the plane. DBSCAN: Ester, Kriegel, Sander & Xu (1996). */
#ifndef ALPHAPLUS_ANALYTICS_CLUSTER_H
#define ALPHAPLUS_ANALYTICS_CLUSTER_H

#include <stddef.h>
#include <stdint.h>

struct cluster_point {
    double x, y; /* x rises from point to point */
    double weight;
    int32_t label; /* out: cluster from 0, -1: noise */
    uint8_t is_core;
    uint8_t pad[3];
};
struct cluster_params {
    double eps;        /* radius, the border included */
    size_t points_min; /* a core has that many points within eps, itself included, */
    double weight_min; /* and that much weight */
};
/* Returns the number of clusters. A border point goes to the cluster that comes first. Looks at points within eps in x only. */
int cluster_find(struct cluster_point *points, size_t n, const struct cluster_params *p);

#endif
