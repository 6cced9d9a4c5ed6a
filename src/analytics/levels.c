/* Prices that people look back to: open, high and low of the day, high and low of the day before, open of the week. Out of the bars, so
 * of what was seen. Where that was not all, they are DEGRADED: a high is at least that, a low at most, an open the first price seen. */
#include "metrics.h"

#include <alphaplus/analytics/bars.h>
#include <alphaplus/base/clock.h>

#define DAY_NS    (86400 * NS_PER_S)
#define WEEK_DAYS 7
#define MONDAY    4 /* 1970-01-05 */

/* A bar with trades that begins at start_ns; NULL: there is none. */
static const struct bar *day_bar(const struct bars *b, int64_t start_ns)
{
    for (size_t back = 0; back <= WEEK_DAYS; back++) {
        const struct bar *bar = bars_at(b, BAR_1D, back);
        if (bar && bar->start_ns == start_ns && bar->trades > 0)
            return bar;
    }
    return NULL;
}

static struct metric_value price(const struct measure_input *in, int64_t px, enum metric_state state)
{
    struct metric_value v = metric_ok(instrument_price(in->inst, px));
    v.state = (uint8_t)state;
    return v;
}

static void on_tick(void *state, const struct measure_input *in, bool is_second, struct metric_value *values)
{
    struct bar today;
    int64_t start_ns = in->now_ns / DAY_NS * DAY_NS;
    (void)state;
    if (!is_second || !in->bars)
        return;
    metrics_none(values, METRIC_DAY_OPEN, METRIC_WEEK_OPEN - METRIC_DAY_OPEN + 1, METRIC_NO_DATA);
    bool is_whole = bars_heard_ns(in->bars, BAR_1D) == in->now_ns - start_ns;
    enum metric_state known_today = is_whole ? METRIC_OK : METRIC_DEGRADED;
    bool has_today = bars_running(in->bars, BAR_1D, &today) && today.trades > 0 && today.start_ns == start_ns;
    if (has_today) {
        values[METRIC_DAY_OPEN] = price(in, today.open, known_today);
        values[METRIC_DAY_HIGH] = price(in, today.high, known_today);
        values[METRIC_DAY_LOW] = price(in, today.low, known_today);
    }
    const struct bar *before = day_bar(in->bars, start_ns - DAY_NS);
    if (before) {
        enum metric_state known = before->is_partial ? METRIC_DEGRADED : METRIC_OK;
        values[METRIC_PREV_HIGH] = price(in, before->high, known);
        values[METRIC_PREV_LOW] = price(in, before->low, known);
    }
    int64_t monday_ns = start_ns - (in->now_ns / DAY_NS - MONDAY) % WEEK_DAYS * DAY_NS;
    const struct bar *monday = day_bar(in->bars, monday_ns);
    if (monday)
        values[METRIC_WEEK_OPEN] = price(in, monday->open, monday->is_partial ? METRIC_DEGRADED : METRIC_OK);
    else if (monday_ns == start_ns && has_today)
        values[METRIC_WEEK_OPEN] = price(in, today.open, known_today);
}

const struct measure measure_levels = {
    .name = "levels",
    .first = METRIC_DAY_OPEN,
    .n = METRIC_WEEK_OPEN - METRIC_DAY_OPEN + 1,
    .on_tick = on_tick,
};
