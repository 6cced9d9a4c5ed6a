#include <alphaplus/analytics/cluster.h>

#include <stdbool.h>

static bool is_near(const struct cluster_point *a, const struct cluster_point *b, double eps)
{
    double dx = a->x - b->x, dy = a->y - b->y;
    return dx * dx + dy * dy <= eps * eps;
}

/* The first point whose x is within eps of that of i. */
static size_t window_begin(const struct cluster_point *points, size_t i, double eps)
{
    size_t k = i;
    while (k > 0 && points[i].x - points[k - 1].x <= eps)
        k--;
    return k;
}

static void mark_core(struct cluster_point *points, size_t n, size_t i, const struct cluster_params *p)
{
    size_t count = 0;
    double weight = 0.0;
    for (size_t k = window_begin(points, i, p->eps); k < n && points[k].x - points[i].x <= p->eps; k++) {
        if (!is_near(&points[i], &points[k], p->eps))
            continue;
        count++;
        weight += points[k].weight;
    }
    points[i].is_core = count >= p->points_min && weight >= p->weight_min;
    points[i].label = -1;
}

/* All that hangs on points marked `label`, in passes until nothing more does. */
static void grow(struct cluster_point *points, size_t n, int32_t label, double eps)
{
    for (bool is_more = true; is_more;) {
        is_more = false;
        for (size_t i = 0; i < n; i++) {
            if (points[i].label != label || !points[i].is_core)
                continue;
            for (size_t k = window_begin(points, i, eps); k < n && points[k].x - points[i].x <= eps; k++) {
                if (points[k].label >= 0 || !is_near(&points[i], &points[k], eps))
                    continue;
                points[k].label = label;
                is_more |= k < i && points[k].is_core;
            }
        }
    }
}

int cluster_find(struct cluster_point *points, size_t n, const struct cluster_params *p)
{
    int32_t clusters = 0;
    for (size_t i = 0; i < n; i++)
        mark_core(points, n, i, p);
    for (size_t i = 0; i < n; i++) {
        if (!points[i].is_core || points[i].label >= 0)
            continue;
        points[i].label = clusters;
        grow(points, n, clusters++, p->eps);
    }
    return clusters;
}
