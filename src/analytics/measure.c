#include "metrics.h"

#include <stdlib.h>

static const struct metric_row rows[] = {
#define X(name, id_, label_, unit_, range_, window_, cadence_, meaning_, source_)                            \
    {.id = (id_),                                                                                            \
     .label = (label_),                                                                                      \
     .unit = (unit_),                                                                                        \
     .range = (range_),                                                                                      \
     .window = (window_),                                                                                    \
     .meaning = (meaning_),                                                                                  \
     .source = (source_),                                                                                    \
     .cadence = CADENCE_##cadence_},
    METRIC_LIST(X)
#undef X
};
_Static_assert(sizeof rows / sizeof rows[0] <= METRIC_MAX, "the registry outgrew METRIC_MAX");

static const struct metric_registry registry = {.rows = rows, .n = METRICS};

static const struct measure *const list[] = {&measure_spread, &measure_depth, &measure_imbalance,
                                             &measure_fair,   &measure_trade, &measure_flow};
enum { LIST_N = sizeof list / sizeof list[0] };
_Static_assert(LIST_N <= MEASURE_MAX, "more measures than MEASURE_MAX");

struct measures {
    struct metric_value values[METRIC_MAX];
    size_t offsets[LIST_N]; /* of each state in `states` */
    _Alignas(16) unsigned char states[];
};

const struct measure *const *measure_list(int *ret_n)
{
    *ret_n = LIST_N;
    return list;
}

const struct metric_registry *metric_registry(void)
{
    return &registry;
}

void metrics_none(struct metric_value *values, int first, int n, enum metric_state state)
{
    for (int i = first; i < first + n; i++)
        values[i] = metric_none(state);
}

int measures_create(const struct measure_input *in, struct measures **ret_measures)
{
    size_t bytes = 0, offsets[LIST_N];
    for (int i = 0; i < LIST_N; i++) {
        offsets[i] = bytes;
        bytes += (list[i]->state_bytes + 15) & ~(size_t)15;
    }
    struct measures *m = calloc(1, sizeof *m + bytes);
    if (!m)
        return AP_ENOMEM;
    for (int i = 0; i < LIST_N; i++) {
        m->offsets[i] = offsets[i];
        if (list[i]->init)
            list[i]->init(m->states + offsets[i], in, m->values);
    }
    *ret_measures = m;
    return 0;
}

void measures_destroy(struct measures *m)
{
    free(m);
}

void measures_event(struct measures *m, const struct measure_input *in, const struct event *ev)
{
    for (int i = 0; i < LIST_N; i++) {
        if (list[i]->on_event)
            list[i]->on_event(m->states + m->offsets[i], in, ev, m->values);
    }
}

void measures_tick(struct measures *m, const struct measure_input *in, bool is_second)
{
    for (int i = 0; i < LIST_N; i++) {
        if (list[i]->on_tick)
            list[i]->on_tick(m->states + m->offsets[i], in, is_second, m->values);
    }
}

void measures_lost(struct measures *m, const struct measure_input *in)
{
    for (int i = 0; i < LIST_N; i++) {
        if (list[i]->on_lost)
            list[i]->on_lost(m->states + m->offsets[i], in, m->values);
    }
}

void measures_missed(struct measures *m, const struct measure_input *in)
{
    for (int i = 0; i < LIST_N; i++) {
        if (list[i]->on_missed)
            list[i]->on_missed(m->states + m->offsets[i], in, m->values);
    }
}

const struct metric_value *measures_values(const struct measures *m)
{
    return m->values;
}
