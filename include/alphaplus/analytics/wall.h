/* Liquidity walls: levels that stand out from their neighbourhood, and how long they have.
 *
 * A level is a candidate when the robust z of ln(size) among +-half_window populated levels (itself left out) is >= z_min, and its
 * share of that window's size (itself included) is >= share_min. A wall is a candidate of enough notional, near enough, old and
 * steady enough, within the known depth. Source: Iglewicz & Hoaglin (1993) for the cut; thresholds are definitions. */
#ifndef ALPHAPLUS_ANALYTICS_WALL_H
#define ALPHAPLUS_ANALYTICS_WALL_H

#include <alphaplus/analytics/measure.h>
#include <alphaplus/model/view.h>

struct wall_params {
    int half_window;      /* 25 */
    double z_min;         /* 3.5 */
    double share_min;     /* 0.10 */
    double mad_floor;     /* 0.05 in log units */
    double range_pct;     /* 2 % of mid */
    double floor_usd;     /* 100,000 */
    int64_t age_ns;       /* 3 s */
    double presence;      /* 0.8 of the scans of the last 5 s make a wall, */
    double presence_kept; /* 0.3 of them keep it one: it does not flicker */
};
extern const struct wall_params wall_params_default;

struct wall_candidate {
    uint32_t index; /* of the level */
    double z, share;
};
/* Candidates of at least qty_min among levels in price order; returns how many were written (at most max). */
size_t wall_scan(const struct level *levels, size_t n, const struct wall_params *p, int64_t qty_min,
                 struct wall_candidate *out, size_t max);

/* Keeps candidates of one instrument over time. Pointer-free. Scans each 500 ms of event time. */
#define WALL_TRACK_MAX 64
struct wall_tracker {
    struct wall_params params;
    struct wall_track {
        int64_t px, qty, born_ns, seen_ns;
        double z, share;
        uint16_t seen_bits; /* last scans, newest in bit 0 */
        uint8_t side, is_wall;
        uint8_t pad[4];
    } tracks[WALL_TRACK_MAX];
    uint32_t n;
    uint32_t pad;
    int64_t scan_ns;
};
enum wall_change { WALL_BORN = 1, WALL_GONE = 2 };
void wall_tracker_init(struct wall_tracker *t, const struct wall_params *p);
/* At a tick. `changed` (may be NULL) is told of each wall born or gone. */
void wall_tracker_tick(struct wall_tracker *t, const struct measure_input *in,
                       void (*changed)(void *user, enum wall_change change, const struct wall_track *track),
                       void *user);
void wall_tracker_lost(struct wall_tracker *t);
/* Walls, largest notional first; absorb_minutes from the taker volume per minute that hits that side (base units; 0: unknown). */
uint32_t wall_tracker_list(const struct wall_tracker *t, const struct instrument *in,
                           double taker_per_min_bid, double taker_per_min_ask, struct wall_view *out,
                           uint32_t max);

#endif
