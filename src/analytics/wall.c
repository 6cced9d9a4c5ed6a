#include <alphaplus/analytics/wall.h>
#include <math.h>
#include <stdlib.h>

#define NORMAL 1.4826 /* MAD of a normal, to its sd */

/* Brings the k-th smallest to v[k], nothing larger before it, nothing smaller behind it. Hoare's selection. */
static void select_kth(double *v, size_t n, size_t k)
{
    size_t low = 0, high = n - 1;
    while (low < high) {
        double pivot = v[low + (high - low) / 2];
        size_t i = low, j = high;
        while (i <= j) {
            while (v[i] < pivot)
                i++;
            while (v[j] > pivot)
                j--;
            if (i > j)
                break;
            double t = v[i];
            v[i++] = v[j];
            v[j] = t;
            if (j == 0)
                break;
            j--;
        }
        if (k <= j)
            high = j;
        else if (k >= i)
            low = i;
        else
            return;
    }
}

/* Shuffles v. n >= 1. */
static double median(double *v, size_t n)
{
    select_kth(v, n, n / 2);
    if (n % 2)
        return v[n / 2];
    double below = v[0];
    for (size_t i = 1; i < n / 2; i++)
        below = v[i] > below ? v[i] : below;
    return (below + v[n / 2]) / 2.0;
}

/* Log sizes of the levels looked at last: each is taken once, however many windows it lies in. */
#define LOGS_KEPT 128
_Static_assert(LOGS_KEPT > 2 * WALL_HALF_WINDOW_MAX, "a whole window is kept");
struct logs {
    size_t next; /* the first level not taken yet */
    double of[LOGS_KEPT];
};

static void take_logs(struct logs *l, const struct level *levels, size_t from, size_t to)
{
    for (l->next = l->next > from ? l->next : from; l->next < to; l->next++)
        l->of[l->next % LOGS_KEPT] = log((double)levels[l->next].qty);
}

/* Robust z of level i's log size among its neighbours [from, to); false when there are too few of them to say. */
static bool robust_z(const struct logs *l, size_t from, size_t to, size_t i, const struct wall_rule *rule,
                     double *ret_z)
{
    double logs[(2 * WALL_HALF_WINDOW_MAX)];
    size_t count = 0;

    for (size_t k = from; k < to && count < (2 * WALL_HALF_WINDOW_MAX); k++) {
        if (k != i)
            logs[count++] = l->of[k % LOGS_KEPT];
    }
    if (count == 0 || count < (size_t)rule->half_window)
        return false;
    double center = median(logs, count);
    for (size_t k = 0; k < count; k++)
        logs[k] = fabs(logs[k] - center);
    double mad = fmax(median(logs, count), rule->mad_floor);
    *ret_z = (l->of[i % LOGS_KEPT] - center) / (NORMAL * mad);
    return true;
}

/* Size and share are looked at first, from a sliding sum: few levels have a tenth of their window, and only those are worth a median. */
size_t wall_scan(const struct level *levels, size_t n, const struct wall_rule *rule, int64_t qty_min,
                 struct wall_candidate *out, size_t max)
{
    size_t found = 0, half = (size_t)rule->half_window, from = 0, to = 0;
    int64_t total = 0; /* of the window; 63 sizes of 2^50 fit */
    struct logs logs;

    logs.next = 0;
    for (size_t i = 0; i < n && found < max; i++) {
        for (; to < n && to <= i + half; to++)
            total += levels[to].qty;
        for (; from + half < i; from++)
            total -= levels[from].qty;
        if (levels[i].qty < qty_min)
            continue;
        double share = (double)levels[i].qty / (double)total, z;
        if (share < rule->share_min)
            continue;
        take_logs(&logs, levels, from, to);
        if (robust_z(&logs, from, to, i, rule, &z) && z >= rule->z_min)
            out[found++] = (struct wall_candidate){.index = (uint32_t)i, .z = z, .share = share};
    }
    return found;
}

/* --- clusters ------------------------------------------------------------------------------------------------------ */

#define LARGE_SDS  1.5
#define EPS_TICKS  3
#define POINTS_MIN 3

/* Indices of the large levels. */
static size_t mark_large(const struct level *levels, size_t n, uint32_t *out)
{
    double logs[NEAR_LEVELS], sorted[NEAR_LEVELS];
    size_t found = 0;
    for (size_t i = 0; i < n; i++)
        sorted[i] = logs[i] = log((double)levels[i].qty);
    double center = stats_median(sorted, n);
    double cut = center + LARGE_SDS * NORMAL * stats_mad(sorted, n, center);
    for (size_t i = 0; i < n; i++) {
        if (logs[i] > cut)
            out[found++] = (uint32_t)i;
    }
    return found;
}

static bool is_near_to(const struct level *a, const struct level *b, int64_t eps)
{
    return llabs(a->px - b->px) <= eps;
}

static bool is_core(const struct level *levels, const uint32_t *large, size_t n, size_t i, int64_t eps)
{
    size_t count = 1;
    for (size_t k = i; k > 0 && is_near_to(&levels[large[k - 1]], &levels[large[i]], eps); k--)
        count++;
    for (size_t k = i + 1; k < n && is_near_to(&levels[large[k]], &levels[large[i]], eps); k++)
        count++;
    return count >= POINTS_MIN;
}

static void cluster_add(struct order_cluster *c, const struct level *levels, uint32_t i)
{
    if (c->levels++ == 0)
        c->first = i;
    c->last = i;
    c->qty = c->qty < INT64_MAX - levels[i].qty ? c->qty + levels[i].qty : INT64_MAX;
    c->px_qty += (double)levels[i].px * (double)levels[i].qty;
}

/* From left to right: a level joins the cluster of a core point within eps of it; one between two clusters, the first. */
size_t order_clusters(const struct level *levels, size_t n, int64_t tick, struct order_cluster *out,
                      size_t max)
{
    uint32_t large[NEAR_LEVELS];
    int64_t eps = EPS_TICKS * tick;
    size_t found = 0, core = SIZE_MAX; /* the last core point of the open cluster */

    n = n < NEAR_LEVELS ? n : NEAR_LEVELS;
    size_t large_n = n > 0 ? mark_large(levels, n, large) : 0, begun = 0;
    for (size_t i = 0; i < large_n; i++) {
        bool joins = core != SIZE_MAX && is_near_to(&levels[large[core]], &levels[large[i]], eps);
        if (!is_core(levels, large, large_n, i, eps)) {
            if (joins) {
                cluster_add(&out[found - 1], levels, large[i]);
                begun = i + 1;
            }
            continue;
        }
        if (!joins) {
            if (found == max)
                return found;
            out[found++] = (struct order_cluster){0};
            size_t k = i; /* border points before it that no cluster has */
            while (k > begun && is_near_to(&levels[large[k - 1]], &levels[large[i]], eps))
                k--;
            for (; k < i; k++)
                cluster_add(&out[found - 1], levels, large[k]);
        }
        cluster_add(&out[found - 1], levels, large[i]);
        begun = i + 1;
        core = i;
    }
    return found;
}
