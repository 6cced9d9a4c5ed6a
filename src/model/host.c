#include <alphaplus/model/view.h>

#include <string.h>

static struct metric_value latency(int64_t ns)
{
    return ns > 0 ? metric_ok((double)ns / 1e3) : metric_none(METRIC_NO_DATA);
}

static struct metric_value value_of(const struct host_view *h, const char *id)
{
    const struct {
        const char *id;
        struct metric_value value;
    } table[] = {
        {"host.events.per_s", metric_ok((double)h->events_per_s)},
        {"host.ring.fill", h->ring_size > 0 ? metric_ok((double)h->ring_used / (double)h->ring_size)
                                            : metric_none(METRIC_NO_DATA)},
        {"host.ring.refused", metric_ok((double)h->ring_refused)},
        {"host.decode.p50", latency(h->decode_p50_ns)},
        {"host.decode.p99", latency(h->decode_p99_ns)},
        {"host.apply.p50", latency(h->apply_p50_ns)},
        {"host.apply.p99", latency(h->apply_p99_ns)},
        {"host.apply.max", latency(h->apply_max_ns)},
        {"host.publish.p50", latency(h->publish_p50_ns)},
        {"host.publish.p99", latency(h->publish_p99_ns)},
        {"host.publish.max", latency(h->publish_max_ns)},
        {"host.memory",
         h->resident_bytes > 0 ? metric_ok((double)h->resident_bytes) : metric_none(METRIC_NO_DATA)},
        {"host.journal.lag", h->journal_state != JOURNAL_OFF ? metric_ok((double)h->journal_lag_bytes)
                                                             : metric_none(METRIC_NO_DATA)},
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        if (strcmp(table[i].id, id) == 0)
            return table[i].value;
    }
    return metric_none(METRIC_NO_DATA);
}

struct metric_value host_metric(const struct metric_row *row, const struct host_view *h)
{
    return row->is_host && h ? value_of(h, row->id) : metric_none(METRIC_NO_DATA);
}
