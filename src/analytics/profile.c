/* Volume by price, of the UTC day and of the session, with point of control and value area; and of each of the last minutes apart
 * (footprint). Of what was seen: gaps leave no mark. 90 kB. */
#include "metrics.h"
#include "params.h"
#include "traded.h"

#include <alphaplus/analytics/profile.h>
#include <alphaplus/base/clock.h>
#include <alphaplus/model/detail.h>
#include <string.h>

#define DAY_NS    (86400 * NS_PER_S)
#define MINUTE_NS (60 * NS_PER_S)

enum { BINS = 2048, PROFILES = 2, POC = 0, VALUE_LOW, VALUE_HIGH };
_Static_assert(METRIC_VALUE_LOW_DAY == METRIC_POC_DAY + VALUE_LOW &&
                   METRIC_VALUE_HIGH_SESSION == METRIC_POC_SESSION + VALUE_HIGH,
               "rows of a profile stand together");

struct profile {
    struct volume {
        int64_t begun_ns; /* of the first trade in it; 0: none */
        struct bins bins;
        double cells[BINS][2];
    } volumes[PROFILES]; /* the day's, the session's */
    int64_t day;
    uint32_t minutes_n; /* footprints begun, modulo 2^32 */
    struct minute {
        int64_t start_ns;
        struct bins bins;
        double cells[FOOTPRINT_ROWS][2];
    } minutes[FOOTPRINT_BARS];
};

static void add_footprint(struct profile *p, const struct measure_input *in, const struct trade_row *row,
                          double base)
{
    int64_t start_ns = in->now_ns / MINUTE_NS * MINUTE_NS;
    struct minute *m = &p->minutes[(p->minutes_n - 1) % FOOTPRINT_BARS];
    if (p->minutes_n == 0 || m->start_ns != start_ns) {
        m = &p->minutes[p->minutes_n++ % FOOTPRINT_BARS];
        m->start_ns = start_ns;
        bins_begin(&m->bins, m->cells, FOOTPRINT_ROWS,
                   bins_bucket(row->px, in->inst->tick, in->params->value[PARAM_FOOTPRINT_BUCKET_BPS]));
    }
    bins_add(&m->bins, m->cells, FOOTPRINT_ROWS, row->px, row->aggressor, base);
}

static void on_event(void *state, const struct measure_input *in, const struct event *ev,
                     struct metric_value *values)
{
    struct profile *p = state;
    const struct trade_row *row = event_rows_const(ev);
    struct traded now;
    (void)values;
    if (!traded_read(in->inst, ev, &now))
        return;
    if (p->day != in->now_ns / DAY_NS) {
        p->day = in->now_ns / DAY_NS;
        p->volumes[0].begun_ns = 0;
    }
    for (int i = 0; i < PROFILES; i++) {
        struct volume *v = &p->volumes[i];
        if (v->begun_ns == 0) {
            v->begun_ns = in->now_ns;
            bins_begin(&v->bins, v->cells, BINS,
                       bins_bucket(row->px, in->inst->tick, in->params->value[PARAM_PROFILE_BUCKET_BPS]));
        }
        bins_add(&v->bins, v->cells, BINS, row->px, row->aggressor, now.base);
    }
    add_footprint(p, in, row, now.base);
}

/* Both sides together, of the occupied bins. */
static size_t total_volume(const struct volume *v, double total[BINS])
{
    size_t n = 0;
    for (uint32_t i = v->bins.lo; i <= v->bins.hi; i++)
        total[n++] = v->cells[i][0] + v->cells[i][1];
    return n;
}

/* The lowest price of an occupied bin. */
static int64_t low_of(const struct bins *b, size_t i)
{
    return (b->first + (int64_t)b->lo + (int64_t)i) * b->bucket;
}

static void show(const struct volume *v, const struct measure_input *in, struct metric_value *rows)
{
    double total[BINS];
    struct value_area area;
    const struct bins *b = &v->bins;
    if (v->begun_ns == 0 ||
        !value_area(total, total_volume(v, total), in->params->value[PARAM_PROFILE_SHARE], &area))
        return;
    int64_t wide = b->bucket - in->inst->tick;
    double lowest = instrument_price(in->inst, low_of(b, area.poc)),
           highest = instrument_price(in->inst, low_of(b, area.poc) + wide);
    rows[POC] = metric_ok((lowest + highest) / 2.0);
    rows[VALUE_LOW] = metric_ok(instrument_price(in->inst, low_of(b, area.low)));
    rows[VALUE_HIGH] = metric_ok(instrument_price(in->inst, low_of(b, area.high) + wide));
}

static void on_tick(void *state, const struct measure_input *in, bool is_second, struct metric_value *values)
{
    struct profile *p = state;
    if (!is_second)
        return;
    if (p->day == in->now_ns / DAY_NS)
        show(&p->volumes[0], in, &values[METRIC_POC_DAY]);
    else
        metrics_none(values, METRIC_POC_DAY, VALUE_HIGH + 1, METRIC_NO_DATA);
    show(&p->volumes[1], in, &values[METRIC_POC_SESSION]);
}

/* Bins joined so that PROFILE_ROWS_MAX hold them all. */
static void profile_out(const struct volume *v, double share, struct profile_view *out)
{
    struct value_area area;
    double total[PROFILE_ROWS_MAX];
    const struct bins *b = &v->bins;
    if (v->begun_ns == 0)
        return;
    int64_t joined = ((int64_t)(b->hi - b->lo) + 1 + PROFILE_ROWS_MAX - 2) / (PROFILE_ROWS_MAX - 1),
            from = (b->first + b->lo) / joined;
    out->bucket = b->bucket * joined;
    out->low = from * out->bucket;
    out->begun_ns = v->begun_ns;
    for (uint32_t i = b->lo; i <= b->hi; i++) {
        uint32_t row = (uint32_t)((b->first + i) / joined - from);
        out->buy[row] += v->cells[i][0];
        out->sell[row] += v->cells[i][1];
        out->n = row + 1;
    }
    for (uint32_t i = 0; i < out->n; i++)
        total[i] = out->buy[i] + out->sell[i];
    if (value_area(total, out->n, share, &area)) {
        out->poc = (uint32_t)area.poc;
        out->value_low = (uint32_t)area.low;
        out->value_high = (uint32_t)area.high;
    }
}

static void footprint_out(const struct minute *m, struct footprint_view *out)
{
    const struct bins *b = &m->bins;
    out->start_ns = m->start_ns;
    out->bucket = b->bucket;
    out->low = (b->first + b->lo) * b->bucket;
    for (uint32_t i = b->lo; i <= b->hi; i++) {
        out->buy[out->n] = m->cells[i][0];
        out->sell[out->n++] = m->cells[i][1];
    }
}

static void detail(const void *state, const struct measure_input *in, struct detail *ret_detail)
{
    const struct profile *p = state;
    double share = in->params->value[PARAM_PROFILE_SHARE];
    if (p->day == in->now_ns / DAY_NS)
        profile_out(&p->volumes[0], share, &ret_detail->profile_day);
    profile_out(&p->volumes[1], share, &ret_detail->profile_session);
    for (uint32_t back = 1; back <= FOOTPRINT_BARS && back <= p->minutes_n; back++)
        footprint_out(&p->minutes[(p->minutes_n - back) % FOOTPRINT_BARS],
                      &ret_detail->footprints[ret_detail->footprint_n++]);
}

const struct measure measure_profile = {
    .name = "profile",
    .first = METRIC_POC_DAY,
    .n = METRIC_VALUE_HIGH_SESSION - METRIC_POC_DAY + 1,
    .state_bytes = sizeof(struct profile),
    .state_version = 1,
    .kinds = 1u << EVENT_TRADE,
    .on_event = on_event,
    .on_tick = on_tick,
    .detail = detail,
};
