/* What it costs to hold, and who holds: funding, basis, open interest. All are the venue's own figures at two moments, so a gap between
 * them takes nothing away: changes across one stand. 30 kB. */
#include "metrics.h"

#include <alphaplus/base/clock.h>
#include <alphaplus/base/fixed.h>
#include <math.h>

#define YEAR_S      31536000.0
#define MARK_OLD_NS (60 * NS_PER_S)
#define OI_OLD_NS   (300 * NS_PER_S)
#define FINE_NS     (10 * NS_PER_S)
#define COARSE_NS   (60 * NS_PER_S)
enum { FINE = 361, COARSE = 1441 };

/* Open interest and price at a multiple of the ring's step. */
struct sample {
    int64_t time_ns; /* 0: none */
    double oi, price;
};
struct carry {
    int64_t mark_ns, funding_ns, oi_ns; /* when last told; 0: never */
    double mark, index, rate;           /* 0: not given */
    int64_t next_funding_ns;
    double oi; /* in the venue's units */
    struct sample fine[FINE], coarse[COARSE];
};

static void on_mark(struct carry *c, const struct measure_input *in, const struct mark_row *row)
{
    const struct instrument *inst = in->inst;
    if (row->mark > 0) {
        c->mark = fixed_to_double(row->mark, inst->mark_decimals);
        c->mark_ns = in->now_ns;
    }
    if (row->index > 0)
        c->index = fixed_to_double(row->index, inst->mark_decimals);
    if (row->has_funding) {
        c->rate = fixed_to_double(row->funding_rate, inst->rate_decimals);
        c->next_funding_ns = row->next_funding_ns;
        c->funding_ns = in->now_ns;
    }
}

static void on_event(void *state, const struct measure_input *in, const struct event *ev,
                     struct metric_value *values)
{
    struct carry *c = state;
    (void)values;
    if (ev->kind == EVENT_MARK) {
        on_mark(c, in, event_rows_const(ev));
        return;
    }
    const struct count_row *row = event_rows_const(ev);
    if (row->value < 0)
        return;
    c->oi = instrument_qty(in->inst, row->value);
    c->oi_ns = in->now_ns;
}

/* NO_DATA: never; STALE: too long ago; OK. */
static enum metric_state age(int64_t told_ns, int64_t now_ns, int64_t old_ns)
{
    if (told_ns == 0)
        return METRIC_NO_DATA;
    return now_ns - told_ns > old_ns ? METRIC_STALE : METRIC_OK;
}

static struct metric_value figure(enum metric_state state, double v)
{
    return state == METRIC_OK ? metric_ok(v) : metric_none(state);
}

static double mid(const struct measure_input *in)
{
    return in->is_true ? fixed_to_double(in->bid.px + in->ask.px, in->inst->price_decimals) / 2.0 : 0.0;
}

static void show_funding(const struct carry *c, const struct measure_input *in, struct metric_value *values)
{
    enum metric_state state = age(c->funding_ns, in->now_ns, MARK_OLD_NS);
    uint32_t interval_s = in->inst->funding_interval_s;
    values[METRIC_FUNDING_RATE] = figure(state, c->rate * 1e4);
    values[METRIC_FUNDING_YEAR] = interval_s > 0
                                      ? figure(state, c->rate * 100.0 * YEAR_S / (double)interval_s)
                                      : metric_none(METRIC_NO_DATA);
    values[METRIC_FUNDING_NEXT] = c->next_funding_ns >= in->now_ns
                                      ? figure(state, (double)(c->next_funding_ns - in->now_ns) / 1e9)
                                      : metric_none(METRIC_NO_DATA);
}

static void show_basis(const struct carry *c, const struct measure_input *in, struct metric_value *values)
{
    enum metric_state state = c->index > 0.0 ? age(c->mark_ns, in->now_ns, MARK_OLD_NS) : METRIC_NO_DATA;
    values[METRIC_BASIS] = metric_none(state);
    values[METRIC_PREMIUM] = metric_none(in->is_true ? state : METRIC_NO_DATA);
    if (state != METRIC_OK)
        return;
    values[METRIC_BASIS] = metric_ok((c->mark / c->index - 1.0) * 1e4);
    if (in->is_true)
        values[METRIC_PREMIUM] = metric_ok((mid(in) / c->index - 1.0) * 1e4);
}

/* What one of the venue's units is worth; 0: there is no price. */
static double unit_usd(const struct instrument *inst, double price)
{
    double multiplier = (double)inst->multiplier / 1e8;
    return inst->inverse ? multiplier : multiplier * price;
}

/* The price that open interest is valued at: mark, else mid, else 0. */
static double price_now(const struct carry *c, const struct measure_input *in)
{
    return age(c->mark_ns, in->now_ns, OI_OLD_NS) == METRIC_OK ? c->mark : mid(in);
}

static void show_change(const struct carry *c, const struct sample *then, double usd, int row, int usd_row,
                        struct metric_value *values)
{
    values[usd_row] = metric_ok((c->oi - then->oi) * usd);
    values[row] = then->oi > 0.0 ? metric_ok((c->oi / then->oi - 1.0) * 100.0) : metric_none(METRIC_NO_DATA);
}

/* 1: both rise; 2: price rises, interest falls; 3: both fall; 4: price falls, interest rises. */
static struct metric_value quadrant(const struct sample *then, double oi, double price)
{
    if (then->price <= 0.0 || oi == then->oi || price == then->price)
        return metric_none(METRIC_NO_DATA);
    if (price > then->price)
        return metric_ok(oi > then->oi ? 1.0 : 2.0);
    return metric_ok(oi < then->oi ? 3.0 : 4.0);
}

/* The sample of just `ago` before now, or NULL. */
static const struct sample *sample_of(const struct sample *ring, int n, int64_t step_ns, int64_t time_ns)
{
    const struct sample *s = &ring[time_ns / step_ns % n];
    return time_ns > 0 && s->time_ns == time_ns ? s : NULL;
}

static void show_changes(struct carry *c, const struct measure_input *in, double price,
                         struct metric_value *values)
{
    const int64_t now_ns = in->now_ns, hour_ns = 3600 * NS_PER_S;
    double usd = unit_usd(in->inst, price);
    const struct sample *then;

    if (now_ns % FINE_NS != 0)
        return;
    c->fine[now_ns / FINE_NS % FINE] = (struct sample){now_ns, c->oi, price};
    metrics_none(values, METRIC_OI_5M, 2, METRIC_WARMUP);
    metrics_none(values, METRIC_OI_5M_USD, 2, METRIC_WARMUP);
    values[METRIC_OI_QUADRANT] = metric_none(METRIC_WARMUP);
    if ((then = sample_of(c->fine, FINE, FINE_NS, now_ns - hour_ns / 12)) != NULL)
        show_change(c, then, usd, METRIC_OI_5M, METRIC_OI_5M_USD, values);
    if ((then = sample_of(c->fine, FINE, FINE_NS, now_ns - hour_ns)) != NULL) {
        show_change(c, then, usd, METRIC_OI_1H, METRIC_OI_1H_USD, values);
        values[METRIC_OI_QUADRANT] = quadrant(then, c->oi, price);
    }
    if (now_ns % COARSE_NS == 0)
        c->coarse[now_ns / COARSE_NS % COARSE] = (struct sample){now_ns, c->oi, price};
    values[METRIC_OI_24H] = values[METRIC_OI_24H_USD] = metric_none(METRIC_WARMUP);
    int64_t day_ago_ns = (now_ns - 24 * hour_ns) / COARSE_NS * COARSE_NS;
    if ((then = sample_of(c->coarse, COARSE, COARSE_NS, day_ago_ns)) != NULL)
        show_change(c, then, usd, METRIC_OI_24H, METRIC_OI_24H_USD, values);
}

static void show_interest(struct carry *c, const struct measure_input *in, struct metric_value *values)
{
    enum metric_state state = age(c->oi_ns, in->now_ns, OI_OLD_NS);
    double price = price_now(c, in);
    if (state != METRIC_OK || !(price > 0.0)) {
        metrics_none(values, METRIC_OI_BASE, METRIC_OI_QUADRANT - METRIC_OI_BASE + 1,
                     state == METRIC_OK ? METRIC_NO_DATA : state);
        return;
    }
    double usd = c->oi * unit_usd(in->inst, price);
    values[METRIC_OI_USD] = metric_ok(usd);
    values[METRIC_OI_BASE] = metric_ok(usd / price);
    show_changes(c, in, price, values);
}

static void on_tick(void *state, const struct measure_input *in, bool is_second, struct metric_value *values)
{
    if (!is_second)
        return;
    show_funding(state, in, values);
    show_basis(state, in, values);
    show_interest(state, in, values);
}

static void on_lost(void *state, const struct measure_input *in, struct metric_value *values)
{
    (void)state;
    (void)in;
    values[METRIC_PREMIUM] = metric_none(METRIC_NO_DATA);
}

const struct measure measure_carry = {
    .name = "carry",
    .first = METRIC_FUNDING_RATE,
    .n = METRIC_OI_QUADRANT - METRIC_FUNDING_RATE + 1,
    .state_bytes = sizeof(struct carry),
    .state_version = 1,
    .kinds = 1u << EVENT_MARK | 1u << EVENT_OPEN_INTEREST,
    .on_event = on_event,
    .on_tick = on_tick,
    .on_lost = on_lost,
};
