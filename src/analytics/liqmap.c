/* Estimated liquidation levels, minute by minute: where open interest that came would be liquidated, and how well past estimates did. The
 * map is long learnt: across a gap it lets go of what the price must have crossed; extremes within the gap were not seen.
 *
 * The back-test: of the levels that the price then traded through, the tenth that the map held fullest beforehand (of those within 10 %)
 * should have seen more than its share of what was liquidated. Lift 1 is chance. 190 kB. */
#include "metrics.h"
#include "params.h"

#include <alphaplus/analytics/bars.h>
#include <alphaplus/analytics/oimap.h>
#include <alphaplus/analytics/stats.h>
#include <alphaplus/base/clock.h>
#include <alphaplus/model/detail.h>
#include <math.h>
#include <string.h>

#define OI_OLD_NS     (300 * NS_PER_S)
#define MINUTE_S      60.0
#define DAY_S         86400.0
#define REACH         0.10 /* of the price: levels that the back-test ranks, and that are shown */
#define NEAR          0.02
#define EVENTS_MIN    50.0 /* before the back-test is shown */
#define LEARN_MINUTES 60
#define DAY_MINUTES   1440 /* of interest seen, before the estimate is more than a lower bound */
enum { SEEN = 128, REACH_BINS = 512 };

struct liqmap {
    struct oimap map;
    double oi; /* the venue's units */
    int64_t oi_ns;
    double low, high, close; /* of the last bar */
    uint32_t seen_n;         /* liquidations of this minute; more than SEEN are not judged */
    uint32_t minutes;        /* bars added */
    uint32_t has_mass;       /* interest has come */
    uint32_t pad;
    struct seen {
        double price, amount;
        uint8_t side, pad[7];
    } seen[SEEN];
    double threshold[2]; /* mass of the tenth fullest as the minute began; 0: no map yet */
    /* What was traded through so far: levels, the fullest among them; what was liquidated, and there. */
    double bins[2], bins_top[2], amount[2], amount_top, amount_squares, events;
    double xx[OIMAP_LEVERAGES][OIMAP_LEVERAGES], xy[OIMAP_LEVERAGES];
};

/* What a unit of open interest is worth at a price. */
static double unit_usd(const struct instrument *in, double price)
{
    return (double)in->multiplier / 1e8 * (in->inverse ? 1.0 : price);
}

static void on_event(void *state, const struct measure_input *in, const struct event *ev,
                     struct metric_value *values)
{
    struct liqmap *m = state;
    (void)values;
    if (ev->kind == EVENT_OPEN_INTEREST) {
        const struct count_row *row = event_rows_const(ev);
        if (row->value > 0) {
            m->oi = instrument_qty(in->inst, row->value);
            m->oi_ns = in->now_ns;
        }
        return;
    }
    const struct liquidation_row *row = event_rows_const(ev);
    if (row->px > 0 && row->qty > 0 && m->seen_n < SEEN)
        m->seen[m->seen_n++] = (struct seen){.price = instrument_price(in->inst, row->px),
                                             .amount = instrument_qty(in->inst, row->qty),
                                             .side = row->side == POSITION_SHORT};
}

/* --- one bar --------------------------------------------------------------------------------------------------------- */

/* The bins of a side within `reach` of a price. */
static void reach_of(const struct oimap *m, enum position_side side, double price, double reach,
                     size_t *ret_from, size_t *ret_to)
{
    double low = side == POSITION_LONG ? price * (1.0 - reach) : price,
           high = side == POSITION_LONG ? price : price * (1.0 + reach);
    double from = floor(low / m->width), to = ceil(high / m->width);
    *ret_from = from < OIMAP_BINS ? (size_t)from : OIMAP_BINS;
    *ret_to = to < OIMAP_BINS ? (size_t)to : OIMAP_BINS;
}

/* The mass that a tenth of the levels within reach exceed. */
static double threshold(const struct oimap *m, enum position_side side, double price)
{
    double mass[REACH_BINS], sd;
    size_t from, to, n = 0;
    reach_of(m, side, price, REACH, &from, &to);
    for (size_t i = from; i < to && n < REACH_BINS; i++)
        mass[n++] = oimap_mass(m, side, i, &sd);
    return n >= 10 ? stats_quantile(mass, n, 0.9) : 0.0;
}

/* Levels of a side that this bar traded through, held to what they held. */
static void judge_levels(struct liqmap *m, enum position_side side, size_t from, size_t to)
{
    double sd;
    for (size_t i = from; i < to && i < OIMAP_BINS; i++) {
        double mass = oimap_mass(&m->map, side, i, &sd);
        m->bins[side] += 1.0;
        m->bins_top[side] += mass > m->threshold[side];
    }
}

static double judge_seen(struct liqmap *m, enum position_side side, size_t from, size_t to)
{
    double sum = 0.0, sd;
    for (uint32_t k = 0; k < m->seen_n; k++) {
        const struct seen *s = &m->seen[k];
        size_t bin = (size_t)fmin(s->price / m->map.width, OIMAP_BINS);
        if (s->side != side)
            continue;
        sum += s->amount;
        m->events += 1.0;
        if (bin < from || bin >= to || bin >= OIMAP_BINS || m->threshold[side] <= 0.0)
            continue;
        m->amount[side] += s->amount;
        m->amount_squares += s->amount * s->amount;
        if (oimap_mass(&m->map, side, bin, &sd) > m->threshold[side])
            m->amount_top += s->amount;
    }
    return sum;
}

/* Levels that the bar before did not touch: what that did is empty by itself, and to be right there is no merit. */
static void judge(struct liqmap *m, const struct oimap_bar *bar, double sums[2])
{
    size_t low = (size_t)fmin(bar->low / m->map.width, OIMAP_BINS),
           high = (size_t)fmin(bar->high / m->map.width, OIMAP_BINS);
    size_t was_low = (size_t)fmin(m->low / m->map.width, OIMAP_BINS),
           was_high = (size_t)fmin(m->high / m->map.width, OIMAP_BINS);
    size_t from[2] = {low, was_high + 1}, to[2] = {was_low, high + 1};
    for (int side = 0; side < 2; side++) {
        if (m->threshold[side] > 0.0)
            judge_levels(m, (enum position_side)side, from[side], to[side]);
        sums[side] = judge_seen(m, (enum position_side)side, from[side], to[side]);
    }
}

static void learn(struct liqmap *m, const struct oimap_swept *swept, const double seen[2], double keep)
{
    for (int k = 0; k < OIMAP_LEVERAGES; k++) {
        m->xy[k] *= keep;
        for (int j = 0; j < OIMAP_LEVERAGES; j++)
            m->xx[k][j] *= keep;
    }
    for (int side = 0; side < 2; side++) {
        for (int k = 0; k < OIMAP_LEVERAGES; k++) {
            m->xy[k] += swept->mass[side][k] * seen[side];
            for (int j = 0; j < OIMAP_LEVERAGES; j++)
                m->xx[k][j] += swept->mass[side][k] * swept->mass[side][j];
        }
    }
    if (++m->minutes % LEARN_MINUTES == 0)
        oimap_learn(&m->map, m->xx, m->xy, m->events);
}

static void add_bar(struct liqmap *m, const struct measure_input *in, const struct bar *b)
{
    const struct instrument *inst = in->inst;
    double low = instrument_price(inst, b->low), high = instrument_price(inst, b->high), seen[2];
    struct oimap_swept swept;
    if (m->map.width == 0.0) {
        oimap_begin(&m->map, fmax(10.0 * instrument_price(inst, inst->tick), b->vwap * 0.001));
        m->low = m->high = m->close = instrument_price(inst, b->open);
    }
    /* From where the last bar ended: what lies between was crossed. */
    struct oimap_bar bar = {
        .vwap = b->vwap, .low = fmin(low, m->close), .high = fmax(high, m->close), .oi = m->oi};
    double keep = exp2(-MINUTE_S / (in->params->value[PARAM_MAP_HALF_LIFE_D] * DAY_S));
    judge(m, &bar, seen);
    m->has_mass |= m->map.oi > 0.0 && m->oi > m->map.oi;
    oimap_add(&m->map, &bar, in->params->value[PARAM_MAP_MMR], keep, &swept);
    learn(m, &swept, seen, keep);
    m->low = low;
    m->high = high;
    m->close = instrument_price(inst, b->close);
    for (int side = 0; side < 2; side++)
        m->threshold[side] = threshold(&m->map, (enum position_side)side, m->close);
    m->seen_n = 0;
}

/* --- what is shown --------------------------------------------------------------------------------------------------- */

/* False: too little was judged. Chance is the share of the fullest among the levels of a side that were traded through; the error is that
 * of a share of so many weighted events. */
static bool lift_of(const struct liqmap *m, double *ret_lift, double *ret_se)
{
    double amount = m->amount[0] + m->amount[1], expected = 0.0;
    for (int side = 0; side < 2; side++)
        expected += m->bins[side] > 0.0 ? m->amount[side] * m->bins_top[side] / m->bins[side] : 0.0;
    if (m->events < EVENTS_MIN || !(expected > 0.0) || expected >= amount)
        return false;
    double share = m->amount_top / amount, chance = expected / amount,
           n = amount * amount / m->amount_squares;
    *ret_lift = share / chance;
    *ret_se = sqrt(fmax(share * (1.0 - share), 0.25 / n) / n) / chance;
    return true;
}

static bool is_proven(const struct liqmap *m, const struct measure_input *in)
{
    double lift, se;
    return lift_of(m, &lift, &se) && lift - se >= in->params->value[PARAM_MAP_LIFT_MIN];
}

/* Errors of one leverage's weight are the same in all levels: they add. */
static struct metric_value near_mass(const struct liqmap *m, const struct measure_input *in,
                                     enum position_side side)
{
    double sum = 0.0, error = 0.0, sd;
    size_t from, to;
    reach_of(&m->map, side, m->close, NEAR, &from, &to);
    for (size_t i = from; i < to; i++) {
        double usd = unit_usd(in->inst, ((double)i + 0.5) * m->map.width);
        sum += oimap_mass(&m->map, side, i, &sd) * usd;
        error += sd * usd;
    }
    struct metric_value v = metric_estimate(sum, error);
    v.is_ref = !is_proven(m, in);
    if (m->minutes < DAY_MINUTES) /* what was opened before is not in it */
        v.state = METRIC_DEGRADED;
    return v;
}

static void on_tick(void *state, const struct measure_input *in, bool is_second, struct metric_value *values)
{
    struct liqmap *m = state;
    double lift, se;
    if (!is_second)
        return;
    bool is_fresh = m->oi_ns != 0 && in->now_ns - m->oi_ns <= OI_OLD_NS;
    const struct bar *bar = in->bars ? bars_closed(in->bars, BAR_1M, in->now_ns) : NULL;
    if (bar && bar->trades > 0 && is_fresh)
        add_bar(m, in, bar);
    else if (bar)
        m->seen_n = 0;
    if (!is_fresh || !m->has_mass) {
        enum metric_state state_now = m->oi_ns == 0 ? METRIC_NO_DATA
                                      : is_fresh    ? METRIC_WARMUP
                                                    : METRIC_STALE;
        metrics_none(values, METRIC_MAP_LONG, 3, state_now);
        return;
    }
    if (!bar)
        return;
    values[METRIC_MAP_LONG] = near_mass(m, in, POSITION_LONG);
    values[METRIC_MAP_SHORT] = near_mass(m, in, POSITION_SHORT);
    values[METRIC_MAP_LIFT] = lift_of(m, &lift, &se) ? metric_estimate(lift, se) : metric_none(METRIC_WARMUP);
}

static void detail(const void *state, const struct measure_input *in, struct detail *ret_detail)
{
    const struct liqmap *m = state;
    struct liq_map_view *out = &ret_detail->liq_map;
    if (m->map.width == 0.0)
        return;
    double from = floor(m->close * (1.0 - REACH) / m->map.width),
           to = ceil(m->close * (1.0 + REACH) / m->map.width);
    out->width = m->map.width;
    out->low = from * m->map.width;
    for (size_t i = (size_t)from; i < (size_t)to && i < OIMAP_BINS && out->n < LIQ_MAP_BINS; i++, out->n++) {
        double usd = unit_usd(in->inst, ((double)i + 0.5) * m->map.width), sd;
        out->long_usd[out->n] = oimap_mass(&m->map, POSITION_LONG, i, &sd) * usd;
        out->long_se[out->n] = sd * usd;
        out->short_usd[out->n] = oimap_mass(&m->map, POSITION_SHORT, i, &sd) * usd;
        out->short_se[out->n] = sd * usd;
    }
    out->has_lift = lift_of(m, &out->lift, &out->lift_se);
    out->is_proven = is_proven(m, in);
}

const struct measure measure_liqmap = {
    .name = "liqmap",
    .first = METRIC_MAP_LONG,
    .n = METRIC_MAP_LIFT - METRIC_MAP_LONG + 1,
    .state_bytes = sizeof(struct liqmap),
    .state_version = 1,
    .kinds = 1u << EVENT_OPEN_INTEREST | 1u << EVENT_LIQUIDATION,
    .on_event = on_event,
    .on_tick = on_tick,
    .detail = detail,
};
