/* Rows about the program itself: what the engine holds of them is NO_DATA; see host_metric in model/view.h. */
#include "metrics.h"

const struct measure measure_host = {
    .name = "host", .first = METRIC_HOST_EVENTS, .n = METRIC_HOST_JOURNAL_LAG - METRIC_HOST_EVENTS + 1};
