#include <alphaplus/analytics/liquidity.h>
#include <alphaplus/analytics/wall.h>
#include <alphaplus/base/clock.h>
#include <alphaplus/base/fixed.h>
#include <math.h>
#include <string.h>

#define SCAN_NS        (500 * NS_PER_MS)
#define PRESENCE_SCANS 10   /* of the last 5 s */
#define LEVELS_MAX     4096 /* a side, within range: more are not looked at */
#define WINDOW_MAX     64
#define MINUTES_MAX    1e6    /* two years */
#define NORMAL         1.4826 /* MAD of a normal, to its sd */

const struct wall_params wall_params_default = {
    .half_window = 25,
    .z_min = 3.5,
    .share_min = 0.10,
    .mad_floor = 0.05,
    .range_pct = 2.0,
    .floor_usd = 100000.0,
    .age_ns = 3 * NS_PER_S,
    .presence = 0.8,
    .presence_kept = 0.3,
};

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
        below = fmax(below, v[i]);
    return (below + v[n / 2]) / 2.0;
}

/* Robust z of level i's log size among its neighbours [from, to); false when there are too few of them to say. */
static bool robust_z(const struct level *levels, size_t from, size_t to, size_t i,
                     const struct wall_params *p, double *ret_z)
{
    double logs[WINDOW_MAX];
    size_t count = 0;

    for (size_t k = from; k < to && count < WINDOW_MAX; k++) {
        if (k != i)
            logs[count++] = log((double)levels[k].qty);
    }
    if (count == 0 || count < (size_t)p->half_window)
        return false;
    double center = median(logs, count);
    for (size_t k = 0; k < count; k++)
        logs[k] = fabs(logs[k] - center);
    double mad = fmax(median(logs, count), p->mad_floor);
    *ret_z = (log((double)levels[i].qty) - center) / (NORMAL * mad);
    return true;
}

/* Size and share are looked at first, from a sliding sum: few levels have a tenth of their window, and only those are worth a
 * sort. */
size_t wall_scan(const struct level *levels, size_t n, const struct wall_params *p, int64_t qty_min,
                 struct wall_candidate *out, size_t max)
{
    size_t found = 0, half = (size_t)p->half_window, from = 0, to = 0;
    int64_t total = 0;

    for (size_t i = 0; i < n && found < max; i++) {
        for (; to < n && to <= i + half; to++)
            total += levels[to].qty;
        for (; from + half < i; from++)
            total -= levels[from].qty;
        if (levels[i].qty < qty_min)
            continue;
        double share = (double)levels[i].qty / (double)total, z;
        if (share >= p->share_min && robust_z(levels, from, to, i, p, &z) && z >= p->z_min)
            out[found++] = (struct wall_candidate){.index = (uint32_t)i, .z = z, .share = share};
    }
    return found;
}

void wall_tracker_init(struct wall_tracker *t, const struct wall_params *p)
{
    memset(t, 0, sizeof *t);
    t->params = *p;
}

void wall_tracker_lost(struct wall_tracker *t)
{
    t->n = 0;
}

static struct wall_track *find(struct wall_tracker *t, enum side side, int64_t px)
{
    for (uint32_t i = 0; i < t->n; i++) {
        if (t->tracks[i].side == side && t->tracks[i].px == px)
            return &t->tracks[i];
    }
    return NULL;
}

static void see(struct wall_tracker *t, enum side side, const struct level *level,
                const struct wall_candidate *c, int64_t now_ns)
{
    struct wall_track *track = find(t, side, level->px);
    if (!track) {
        if (t->n == WALL_TRACK_MAX)
            return;
        track = &t->tracks[t->n++];
        *track = (struct wall_track){.px = level->px, .born_ns = now_ns, .side = (uint8_t)side};
    }
    track->qty = level->qty;
    track->seen_ns = now_ns;
    track->z = c->z;
    track->share = c->share;
    track->seen_bits |= 1;
}

/* Only inside the known depth: beyond it the neighbours of a level are not all there to compare with. */
static bool is_scanned(const struct wall_tracker *t, const struct measure_input *in, int64_t px)
{
    int64_t known_lo, known_hi;
    double mid = ((double)in->bid.px + (double)in->ask.px) / 2.0;
    return book_known(in->book, &known_lo, &known_hi) && px >= known_lo && px <= known_hi &&
           fabs((double)px - mid) <= mid * t->params.range_pct / 100.0;
}

static void scan_side(struct wall_tracker *t, const struct measure_input *in, enum side side)
{
    struct level levels[LEVELS_MAX];
    struct wall_candidate found[WALL_TRACK_MAX];
    struct book_iter it;
    size_t n = 0;

    book_iter_init(&it, in->book, side);
    while (n < LEVELS_MAX && book_iter_next(&it, &levels[n]) && is_scanned(t, in, levels[n].px))
        n++;
    double unit_usd = instrument_notional(in->inst, in->bid.px, 1);
    double qty_min = t->params.floor_usd / unit_usd;
    if (!(qty_min < (double)FIXED_VALUE_MAX))
        return; /* no level can be worth that much */
    size_t walls = wall_scan(levels, n, &t->params, (int64_t)qty_min, found, WALL_TRACK_MAX);
    for (size_t i = 0; i < walls; i++)
        see(t, side, &levels[found[i].index], &found[i], in->now_ns);
}

static bool is_wall(const struct wall_track *track, const struct wall_params *p, int64_t now_ns)
{
    int seen = __builtin_popcount(track->seen_bits & ((1u << PRESENCE_SCANS) - 1));
    if (track->is_wall)
        return seen >= p->presence_kept * PRESENCE_SCANS;
    return now_ns - track->born_ns >= p->age_ns && seen >= p->presence * PRESENCE_SCANS;
}

void wall_tracker_tick(struct wall_tracker *t, const struct measure_input *in,
                       void (*changed)(void *user, enum wall_change change, const struct wall_track *track),
                       void *user)
{
    if (in->now_ns - t->scan_ns < SCAN_NS)
        return;
    t->scan_ns = in->now_ns;
    for (uint32_t i = 0; i < t->n; i++)
        t->tracks[i].seen_bits = (uint16_t)(t->tracks[i].seen_bits << 1);
    scan_side(t, in, SIDE_BID);
    scan_side(t, in, SIDE_ASK);
    for (uint32_t i = 0; i < t->n;) {
        struct wall_track *track = &t->tracks[i];
        bool now = is_wall(track, &t->params, in->now_ns), was = track->is_wall;
        track->is_wall = now;
        if (now != was && changed)
            changed(user, now ? WALL_BORN : WALL_GONE, track);
        if (!now && (track->seen_bits & ((1u << PRESENCE_SCANS) - 1)) == 0)
            *track = t->tracks[--t->n];
        else
            i++;
    }
}

/* How long takers would need for it at their present pace; 0: not known, or past all telling. */
static double absorb_minutes(const struct instrument *in, int64_t qty, double per_min)
{
    double minutes = per_min > 0.0 ? instrument_qty(in, qty) / per_min : 0.0;
    return minutes < MINUTES_MAX ? minutes : 0.0;
}

static bool is_larger(const struct instrument *in, const struct wall_view *a, const struct wall_view *b)
{
    return instrument_notional(in, a->px, a->qty) > instrument_notional(in, b->px, b->qty);
}

uint32_t wall_tracker_list(const struct wall_tracker *t, const struct instrument *in,
                           double taker_per_min_bid, double taker_per_min_ask, struct wall_view *out,
                           uint32_t max)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < t->n; i++) {
        const struct wall_track *track = &t->tracks[i];
        double per_min = track->side == SIDE_BID ? taker_per_min_bid : taker_per_min_ask;
        struct wall_view v = {.px = track->px,
                              .qty = track->qty,
                              .born_ns = track->born_ns,
                              .z = track->z,
                              .share = track->share,
                              .side = track->side};
        if (!track->is_wall)
            continue;
        v.absorb_minutes = absorb_minutes(in, v.qty, per_min);
        if (max == 0 || (n == max && is_larger(in, &out[max - 1], &v)))
            continue;
        uint32_t at = n < max ? n++ : max - 1;
        for (; at > 0 && is_larger(in, &v, &out[at - 1]); at--)
            out[at] = out[at - 1];
        out[at] = v;
    }
    return n;
}
