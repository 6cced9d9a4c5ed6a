/* Liquidity walls: levels that stand out from their neighbourhood, how long they have, and what became of them.
 *
 * A level is a candidate when the robust z of ln(size) among +-half_window populated levels (itself left out) is >= z_min, and its
 * share of that window's size (itself included) is >= share_min. A wall is a candidate of enough notional, near enough, old and
 * steady enough, within the known depth. Source: Iglewicz & Hoaglin (1993) for the cut; thresholds are parameters, wall.*.
 *
 * A candidate's life: what was traded at its price while it stood, and by how much its size fell. What fell and was not traded was
 * pulled. From public data nobody sees who or why: a score of how much an episode looks like a spoof is an indication with its
 * evidence, no more. Known false positives: makers re-quoting, batched feeds, bursts of volatility. */
#ifndef ALPHAPLUS_ANALYTICS_WALL_H
#define ALPHAPLUS_ANALYTICS_WALL_H

#include <alphaplus/analytics/measure.h>
#include <alphaplus/analytics/stats.h>
#include <alphaplus/model/view.h>

struct wall_rule {
    int half_window; /* populated levels either side, at most WALL_HALF_WINDOW_MAX */
    double z_min, share_min;
    double mad_floor; /* log units */
};
#define WALL_HALF_WINDOW_MAX 31

struct wall_candidate {
    uint32_t index; /* of the level */
    double z, share;
};
/* Candidates of at least qty_min among levels in price order; returns how many were written (at most max). */
size_t wall_scan(const struct level *levels, size_t n, const struct wall_rule *rule, int64_t qty_min,
                 struct wall_candidate *out, size_t max);

/* Levels of ln(size) more than 1.5 robust sds above their median, as clusters of at least 3 that lie no more than 3 ticks apart: DBSCAN
 * in one dimension, Ester, Kriegel, Sander & Xu (1996). Levels in price order, either way; n <= NEAR_LEVELS. */
struct order_cluster {
    uint32_t first, last; /* indices of the levels; those between that are not large do not count */
    uint32_t levels;
    int64_t qty;
    double px_qty; /* sum of price * size */
};
size_t order_clusters(const struct level *levels, size_t n, int64_t tick, struct order_cluster *out,
                      size_t max);

/* --- the candidates of one market over time, pointer-free ----------------------------------------------------------- */

#define WALL_TRACK_MAX   64
#define WALL_EPISODES    32
#define WALL_CHANGES_MAX 16
#define WALL_CLASSES     8 /* of size: by 4 from 10,000 in quote currency */

enum wall_evidence {
    SPOOF_SHORT = 1 << 0,    /* gone within 10 s of birth */
    SPOOF_UNTRADED = 1 << 1, /* less than 5 % of it was traded */
    SPOOF_SHIFT = 1 << 2,    /* moved the distance-weighted imbalance by 0.15 or more */
    SPOOF_TOUCHED =
        1 << 3, /* gone when the touch came near, or just after a taker traded on the other side */
    SPOOF_REPEATED = 1 << 4, /* the third alike within 10 minutes */
};
struct wall_track {
    int64_t px, qty, largest;
    int64_t born_ns, seen_ns, gone_ns; /* gone_ns: when most of it went; 0: it stands */
    int64_t filled, reduced;           /* traded at its price; sum of decreases */
    int64_t hit;                       /* traded since it last grew */
    int64_t near_ns;                   /* the touch was last this near; 0: never */
    double z, share, shift;            /* shift: of the imbalance, by this level, at most */
    uint32_t refills, approaches;
    uint16_t seen_bits; /* last scans, newest in bit 0 */
    uint8_t side, is_wall, was_wall, is_approached, evidence;
    uint8_t pad;
};
struct wall_episode {
    int64_t px, qty, born_ns, gone_ns;
    double score; /* 0..100 */
    uint8_t side, evidence;
    uint8_t pad[6];
};
enum wall_change_kind { WALL_BORN = 1, WALL_GONE = 2 };
struct wall_change {
    enum wall_change_kind kind;
    struct wall_track track;
};
struct walls {
    uint32_t n, change_n;
    struct wall_track tracks[WALL_TRACK_MAX];
    struct wall_change changes[WALL_CHANGES_MAX]; /* of the last tick */
    uint64_t episode_n;                           /* ever */
    struct wall_episode episodes[WALL_EPISODES];
    int64_t scan_ns, taker_ns;
    double taker_per_min[2];  /* size units that hit bids, asks; exponential mean of a minute */
    int64_t traded_ns[2];     /* last taker trade that hit bids, asks */
    struct decay gone, spent; /* walls that ended; share of them that was pulled */
    struct decay class_gone[WALL_CLASSES], class_pulled[WALL_CLASSES];
    struct histogram volatility;
    uint8_t is_calm;          /* volatility of the minute is no burst */
    uint8_t marked[1024 / 8]; /* hashes of the prices of tracks */
    uint8_t pad[7];
};
/* Of what fell, traded and pulled; both 0 when nothing fell. */
void wall_spent(const struct wall_track *t, int64_t *ret_filled, int64_t *ret_pulled);
/* Walls, largest notional first. */
uint32_t walls_list(const struct walls *w, const struct instrument *in, int64_t now_ns, struct wall_view *out,
                    uint32_t max);
const struct walls *measures_walls(const struct measures *m);

#endif
