/* Walls, clusters and episodes as they are shown. */
#include "walls.h"

#include <alphaplus/base/fixed.h>
#include <alphaplus/model/detail.h>

#define MINUTES_MAX 1e6 /* two years */

/* How long takers would need for it at their present pace; 0: not known, or past all telling. */
static double absorb_minutes(const struct walls *w, const struct wall_track *t)
{
    double per_min = w->taker_per_min[t->side];
    double minutes = per_min > 0.0 ? (double)t->qty / per_min : 0.0;
    return minutes < MINUTES_MAX ? minutes : 0.0;
}

static double pull_rate(const struct walls *w, const struct instrument *in, const struct wall_track *t,
                        int64_t now_ns)
{
    int class = wall_class(in, t);
    double gone = decay_at(&w->class_gone[class], PAST_S, now_ns);
    return gone >= PAST_MIN ? decay_at(&w->class_pulled[class], PAST_S, now_ns) / gone : -1.0;
}

static struct wall_view view_of(const struct walls *w, const struct instrument *in,
                                const struct wall_track *t, int64_t now_ns)
{
    struct wall_view v = {.px = t->px,
                          .qty = t->qty,
                          .largest = t->largest,
                          .born_ns = t->born_ns,
                          .z = t->z,
                          .share = t->share,
                          .absorb_minutes = absorb_minutes(w, t),
                          .pull_rate = pull_rate(w, in, t, now_ns),
                          .refills = t->refills,
                          .approaches = t->approaches,
                          .side = t->side};
    wall_spent(t, &v.filled, &v.pulled);
    return v;
}

static bool is_larger(const struct instrument *in, const struct wall_view *a, const struct wall_view *b)
{
    return instrument_notional(in, a->px, a->qty) > instrument_notional(in, b->px, b->qty);
}

uint32_t walls_list(const struct walls *w, const struct instrument *in, int64_t now_ns, struct wall_view *out,
                    uint32_t max)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < w->n; i++) {
        const struct wall_track *t = &w->tracks[i];
        if (!t->is_wall || t->qty == 0)
            continue;
        struct wall_view v = view_of(w, in, t, now_ns);
        if (max == 0 || (n == max && is_larger(in, &out[max - 1], &v)))
            continue;
        uint32_t at = n < max ? n++ : max - 1;
        for (; at > 0 && is_larger(in, &v, &out[at - 1]); at--)
            out[at] = out[at - 1];
        out[at] = v;
    }
    return n;
}

static void detail_clusters(const struct measure_input *in, struct detail *ret_detail)
{
    struct level levels[NEAR_LEVELS];
    struct order_cluster found[ORDER_CLUSTERS_MAX / 2];
    for (int side = 0; side < 2; side++) {
        size_t n = book_read(in->book, (enum side)side, 1, INT64_MAX, levels, NEAR_LEVELS);
        size_t clusters = order_clusters(levels, n, in->inst->tick, found, ORDER_CLUSTERS_MAX / 2);
        double total = 0.0;
        for (size_t i = 0; i < n; i++)
            total += (double)levels[i].qty;
        for (size_t i = 0; i < clusters; i++) {
            const struct order_cluster *c = &found[i];
            int64_t a = levels[c->first].px, b = levels[c->last].px;
            ret_detail->order_clusters[ret_detail->order_cluster_n++] = (struct order_cluster_view){
                .lo = a < b ? a : b,
                .hi = a < b ? b : a,
                .qty = c->qty,
                .vwap = c->px_qty / (double)c->qty / (double)fixed_pow10(in->inst->price_decimals),
                .share = (double)c->qty / total,
                .levels = c->levels,
                .side = (uint8_t)side};
        }
    }
}

void walls_detail(const void *state, const struct measure_input *in, struct detail *ret_detail)
{
    const struct walls *w = state;
    for (uint64_t i = 1; i <= WALL_EPISODES && i <= w->episode_n && ret_detail->episode_n < EPISODES_MAX;
         i++) {
        const struct wall_episode *e = &w->episodes[(w->episode_n - i) % WALL_EPISODES];
        ret_detail->episodes[ret_detail->episode_n++] = (struct episode_view){.px = e->px,
                                                                              .qty = e->qty,
                                                                              .born_ns = e->born_ns,
                                                                              .gone_ns = e->gone_ns,
                                                                              .score = e->score,
                                                                              .side = e->side,
                                                                              .evidence = e->evidence};
    }
    if (in->is_true)
        detail_clusters(in, ret_detail);
}
