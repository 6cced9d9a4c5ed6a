/* In the time of taker orders: Roll's spread from the bounce of their prices, and Hasbrouck's lasting impact from a fit aside.
 *
 * An order that comes after a gap is marked, and no change or lag reaches across it; those before stay in their windows. */
#include "metrics.h"
#include "sweep.h"

#include <alphaplus/analytics/hasbrouck.h>
#include <alphaplus/analytics/impact.h>
#include <alphaplus/model/detail.h>
#include <math.h>
#include <string.h>

enum { CHANGES = 1024, CHANGES_MIN = 100, ORDERS = 4096 };
#define FIT_EVERY_S 60
#define OLD_NS      (600 * NS_PER_S) /* a fit that old is not of now */

struct tradetime {
    int64_t heard_ns; /* 0: nobody listened since something was missed */
    struct sweep sweep;
    int64_t last_px;   /* where the order before ended; 0: none */
    int32_t is_broken; /* something was missed since the last order of the ring */
    uint32_t change_n, change_at;
    uint32_t n, at;
    double changes[CHANGES]; /* bps */
    struct hasbrouck_trade orders[ORDERS];
    struct hasbrouck fit;
    int64_t fit_ns; /* 0: none */
    int32_t fit_error, pad;
};
struct tradetime_fit {
    struct hasbrouck_trade orders[ORDERS];
    uint32_t n;
    int32_t error;
    struct hasbrouck fit;
};

static void add_change(struct tradetime *t, const struct sweep *ended)
{
    if (t->last_px > 0) {
        t->changes[t->change_at] = 1e4 * ((double)ended->px / (double)t->last_px - 1.0);
        t->change_at = (t->change_at + 1) % CHANGES;
        t->change_n += t->change_n < CHANGES;
    }
    t->last_px = ended->px;
}

/* The order that ended moved the mid from before itself to before the next. */
static void add_order(struct tradetime *t, const struct sweep *ended)
{
    if (ended->mid2 == 0 || t->sweep.mid2 == 0) {
        t->is_broken = 1;
        return;
    }
    t->orders[t->at] = (struct hasbrouck_trade){.r = 1e4 *
                                                     ((double)t->sweep.mid2 / (double)ended->mid2 - 1.0),
                                                .x = (float)ended->side,
                                                .is_first = t->is_broken};
    t->is_broken = 0;
    t->at = (t->at + 1) % ORDERS;
    t->n += t->n < ORDERS;
}

static void on_event(void *state, const struct measure_input *in, const struct event *ev,
                     struct metric_value *values)
{
    struct tradetime *t = state;
    const struct trade_row *row = sweep_trade(ev);
    struct sweep ended;
    (void)values;
    if (t->heard_ns == 0)
        t->heard_ns = in->now_ns;
    if (!row || !sweep_add(&t->sweep, in, ev, row, &ended) || ended.side == 0)
        return;
    add_change(t, &ended);
    add_order(t, &ended);
}

static struct metric_value roll(const struct tradetime *t)
{
    double ordered[CHANGES], spread, se;
    if (t->change_n < CHANGES_MIN)
        return metric_none(METRIC_WARMUP);
    for (uint32_t i = 0; i < t->change_n; i++)
        ordered[i] = t->changes[(t->change_at + CHANGES - t->change_n + i) % CHANGES];
    return impact_roll(ordered, t->change_n, &spread, &se) ? metric_estimate(spread, se)
                                                           : metric_none(METRIC_NO_DATA);
}

static void on_tick(void *state, const struct measure_input *in, bool is_second, struct metric_value *values)
{
    const struct tradetime *t = state;
    if (!is_second || t->heard_ns == 0)
        return;
    values[METRIC_ROLL] = roll(t);
    if (!in->is_true)
        return;
    bool is_fresh = t->fit_ns != 0 && in->now_ns - t->fit_ns < OLD_NS;
    metrics_none(values, METRIC_HASBROUCK_NOW, 3, t->fit_ns == 0 ? METRIC_WARMUP : METRIC_STALE);
    if (is_fresh && t->fit_error == 0) {
        values[METRIC_HASBROUCK_NOW] = metric_ok(t->fit.at_once);
        values[METRIC_HASBROUCK] = metric_estimate(t->fit.lasting, t->fit.lasting_se);
        values[METRIC_HASBROUCK_R2] = metric_estimate(t->fit.r2_w, t->fit.r2_w_se);
    } else if (is_fresh) { /* not stable, or nothing moved: there is no such figure */
        metrics_none(values, METRIC_HASBROUCK_NOW, 3, METRIC_NO_DATA);
    }
}

static void forget_open(struct tradetime *t)
{
    t->sweep = (struct sweep){0};
    t->is_broken = 1;
}

static void on_lost(void *state, const struct measure_input *in, struct metric_value *values)
{
    (void)in;
    forget_open(state);
    metrics_none(values, METRIC_HASBROUCK_NOW, 3, METRIC_NO_DATA);
}

static void on_missed(void *state, const struct measure_input *in, struct metric_value *values)
{
    struct tradetime *t = state;
    (void)in;
    forget_open(t);
    t->last_px = t->heard_ns = 0;
    t->change_n = 0;
    metrics_none(values, METRIC_ROLL, 4, METRIC_NO_DATA);
}

static void detail(const void *state, const struct measure_input *in, struct detail *ret_detail)
{
    static const int steps[FLOW_STEPS] = FLOW_STEPS_LIST;
    const struct tradetime *t = state;
    if (t->fit_ns == 0 || t->fit_error != 0 || in->now_ns - t->fit_ns >= OLD_NS)
        return;
    ret_detail->flow.hasbrouck_n = (uint32_t)t->fit.n;
    for (int i = 0; i < FLOW_STEPS; i++)
        ret_detail->flow.hasbrouck_bps[i] = t->fit.cumulated[steps[i]];
}

static bool fit_begin(void *state, const struct measure_input *in, void *block)
{
    const struct tradetime *t = state;
    struct tradetime_fit *fit = block;
    if (in->now_ns / NS_PER_S % FIT_EVERY_S != 0 || t->n < HASBROUCK_MIN)
        return false;
    fit->n = t->n;
    for (uint32_t i = 0; i < t->n; i++)
        fit->orders[i] = t->orders[(t->at + ORDERS - t->n + i) % ORDERS];
    return true;
}

static void fit_run(void *block)
{
    struct tradetime_fit *fit = block;
    fit->error = hasbrouck_fit(fit->orders, fit->n, &fit->fit);
}

static void fit_end(void *state, const struct measure_input *in, const void *block,
                    struct metric_value *values)
{
    struct tradetime *t = state;
    const struct tradetime_fit *fit = block;
    (void)values; /* the next second shows it */
    if (fit->error == AP_EAGAIN)
        return;
    t->fit_error = fit->error;
    t->fit_ns = in->now_ns;
    if (fit->error == 0)
        t->fit = fit->fit;
}

static const struct measure_fit fit = {sizeof(struct tradetime_fit), fit_begin, fit_run, fit_end};

const struct measure measure_tradetime = {
    .name = "tradetime",
    .first = METRIC_ROLL,
    .n = METRIC_HASBROUCK_R2 - METRIC_ROLL + 1,
    .state_bytes = sizeof(struct tradetime),
    .state_version = 2,
    .kinds = SWEEP_KINDS,
    .on_event = on_event,
    .on_tick = on_tick,
    .on_lost = on_lost,
    .on_missed = on_missed,
    .detail = detail,
    .fit = &fit,
};
