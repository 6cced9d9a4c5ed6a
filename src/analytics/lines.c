#include <alphaplus/analytics/lines.h>

#include "metrics.h"

static const struct {
    int metric;
    enum price_line_kind kind;
} table[] = {
    {METRIC_VWAP_DAY, LINE_VWAP},       {METRIC_DAY_OPEN, LINE_DAY_OPEN}, {METRIC_WEEK_OPEN, LINE_WEEK_OPEN},
    {METRIC_PREV_HIGH, LINE_PREV_HIGH}, {METRIC_PREV_LOW, LINE_PREV_LOW}, {METRIC_POC_DAY, LINE_POC},
};

int lines_read(const struct metric_value *values, struct price_line lines[PRICE_LINES])
{
    int n = 0;
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        const struct metric_value *v = &values[table[i].metric];
        if ((v->state == METRIC_OK || v->state == METRIC_DEGRADED) && v->value > 0.0)
            lines[n++] = (struct price_line){
                .price = v->value, .kind = (uint8_t)table[i].kind, .is_bound = v->state == METRIC_DEGRADED};
    }
    return n;
}
