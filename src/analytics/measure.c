#include "metrics.h"

#include <alphaplus/base/hash.h>

#include <stdlib.h>
#include <string.h>

static const struct metric_row rows[] = {
#define X(name, id_, label_, unit_, range_, window_, cadence_, meaning_, source_)                            \
    {.id = (id_),                                                                                            \
     .label = (label_),                                                                                      \
     .unit = (unit_),                                                                                        \
     .range = (range_),                                                                                      \
     .window = (window_),                                                                                    \
     .meaning = (meaning_),                                                                                  \
     .source = (source_),                                                                                    \
     .cadence = CADENCE_##cadence_,                                                                          \
     .is_host = METRIC_##name >= METRIC_HOST_EVENTS},
    METRIC_LIST(X)
#undef X
};
_Static_assert(sizeof rows / sizeof rows[0] <= METRIC_MAX, "the registry outgrew METRIC_MAX");

static const struct metric_registry registry = {.rows = rows, .n = METRICS};

static const struct measure *const list[] = {
    &measure_spread,       &measure_depth,   &measure_imbalance, &measure_fair,        &measure_orders,
    &measure_liquid,       &measure_walls,   &measure_fleeting,  &measure_bars,        &measure_trade,
    &measure_sizes,        &measure_profile, &measure_levels,    &measure_vol,         &measure_carry,
    &measure_liquidations, &measure_cascade, &measure_liqmap,    &measure_flow,        &measure_mlofi,
    &measure_execution,    &measure_vpin,    &measure_kyle,      &measure_illiquidity, &measure_tradetime,
    &measure_recovery,     &measure_walk,    &measure_usual,     &measure_asset,       &measure_host};
enum { LIST_N = sizeof list / sizeof list[0] };
_Static_assert(LIST_N <= MEASURE_MAX, "more measures than MEASURE_MAX");

/* One block: these fields, then every state, then every fit's block. */
struct measures {
    struct metric_value values[METRIC_MAX];
    const struct measure_worker *worker; /* borrowed; may be NULL */
    size_t states[LIST_N], fits[LIST_N]; /* offsets in `blocks` */
    size_t bars;                         /* of the states, that of the bars */
    int64_t fit_begun_ns[LIST_N];        /* 0: none under way */
    struct near_levels near;
    _Alignas(16) unsigned char blocks[];
};

static void *state_of(struct measures *m, int i)
{
    return m->blocks + m->states[i];
}

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

static size_t padded(size_t bytes)
{
    return (bytes + 15) & ~(size_t)15;
}

int measures_create(const struct measure_input *in, const struct measure_worker *worker,
                    struct measures **ret_measures)
{
    size_t bytes = 0, states[LIST_N], fits[LIST_N];
    for (int i = 0; i < LIST_N; i++) {
        states[i] = bytes;
        fits[i] = bytes + padded(list[i]->state_bytes);
        bytes = fits[i] + padded(list[i]->fit ? list[i]->fit->bytes : 0);
    }
    struct measures *m = calloc(1, sizeof *m + bytes);
    if (!m)
        return AP_ENOMEM;
    m->worker = worker;
    memcpy(m->states, states, sizeof states);
    memcpy(m->fits, fits, sizeof fits);
    for (int i = 0; i < LIST_N; i++) {
        if (list[i] == &measure_bars)
            m->bars = states[i];
        if (list[i]->init)
            list[i]->init(state_of(m, i), in, m->values);
    }
    *ret_measures = m;
    return 0;
}

static void fit_wait(struct measures *m, int i)
{
    if (m->worker && m->fit_begun_ns[i] != 0)
        m->worker->wait(m->worker->user, m->blocks + m->fits[i]);
}

void measures_destroy(struct measures *m)
{
    if (!m)
        return;
    for (int i = 0; i < LIST_N; i++)
        fit_wait(m, i);
    free(m);
}

void measures_event(struct measures *m, const struct measure_input *in, const struct event *ev)
{
    if (ev->kind >= 32)
        return;
    for (int i = 0; i < LIST_N; i++) {
        if (list[i]->kinds & 1u << ev->kind)
            list[i]->on_event(state_of(m, i), in, ev, m->values);
    }
}

/* Ends before it begins anew: a measure whose fit never rests fits every FIT_DELAY_NS. */
static void fit_tick(struct measures *m, int i, const struct measure_input *in)
{
    const struct measure_fit *fit = list[i]->fit;
    void *block = m->blocks + m->fits[i];

    if (m->fit_begun_ns[i] != 0 && in->now_ns - m->fit_begun_ns[i] >= FIT_DELAY_NS) {
        fit_wait(m, i);
        m->fit_begun_ns[i] = 0;
        fit->end(state_of(m, i), in, block, m->values);
        memset(block, 0, fit->bytes); /* a checkpoint need not carry it */
    }
    if (m->fit_begun_ns[i] != 0 || !fit->begin(state_of(m, i), in, block))
        return;
    m->fit_begun_ns[i] = in->now_ns;
    if (m->worker)
        m->worker->begin(m->worker->user, fit->run, block);
    else
        fit->run(block);
}

void measures_tick(struct measures *m, const struct measure_input *in, bool is_second)
{
    struct measure_input with_near = *in;
    with_near.bars = measures_bars(m);
    if (in->is_true) {
        m->near.bid_n = book_read(in->book, SIDE_BID, 1, INT64_MAX, m->near.bid, NEAR_LEVELS);
        m->near.ask_n = book_read(in->book, SIDE_ASK, 1, INT64_MAX, m->near.ask, NEAR_LEVELS);
        with_near.near = &m->near;
    }
    for (int i = 0; i < LIST_N; i++) {
        if (list[i]->on_tick)
            list[i]->on_tick(state_of(m, i), &with_near, is_second, m->values);
    }
    for (int i = 0; is_second && i < LIST_N; i++) {
        if (list[i]->fit)
            fit_tick(m, i, &with_near);
    }
}

void measures_lost(struct measures *m, const struct measure_input *in)
{
    for (int i = 0; i < LIST_N; i++) {
        if (list[i]->on_lost)
            list[i]->on_lost(state_of(m, i), in, m->values);
    }
}

void measures_missed(struct measures *m, const struct measure_input *in)
{
    for (int i = 0; i < LIST_N; i++) {
        if (list[i]->on_missed)
            list[i]->on_missed(state_of(m, i), in, m->values);
    }
}

const struct metric_value *measures_values(const struct measures *m)
{
    return m->values;
}

const struct bars *measures_bars(const struct measures *m)
{
    return (const struct bars *)(const void *)(m->blocks + m->bars);
}

static int index_of(const struct measure *which)
{
    int i = 0;
    while (list[i] != which)
        i++;
    return i;
}

const void *measures_state(const struct measures *m, const struct measure *which)
{
    return m->blocks + m->states[index_of(which)];
}

struct metric_value *measures_own(struct measures *m, const struct measure *which, void **ret_state)
{
    if (ret_state)
        *ret_state = state_of(m, index_of(which));
    return m->values;
}

void measures_detail(const struct measures *m, const struct measure_input *in, struct detail *ret_detail)
{
    struct measure_input with_bars = *in;
    with_bars.bars = measures_bars(m);
    for (int i = 0; i < LIST_N; i++) {
        if (list[i]->detail)
            list[i]->detail(m->blocks + m->states[i], &with_bars, ret_detail);
    }
}

static size_t blocks_bytes(void)
{
    size_t bytes = 0;
    for (int i = 0; i < LIST_N; i++)
        bytes += padded(list[i]->state_bytes) + padded(list[i]->fit ? list[i]->fit->bytes : 0);
    return bytes;
}

uint64_t measures_layout(void)
{
    uint64_t h = hash_u64(HASH_SEED, METRICS);
    for (int i = 0; i < METRICS; i++)
        h = hash_bytes(h, rows[i].id, strlen(rows[i].id));
    for (int i = 0; i < LIST_N; i++) {
        h = hash_bytes(h, list[i]->name, strlen(list[i]->name));
        h = hash_u64(hash_u64(h, list[i]->state_bytes), list[i]->state_version);
        h = hash_u64(h, list[i]->fit ? list[i]->fit->bytes : 0);
    }
    return hash_final(h);
}

/* A fit that was waited for is done but for its end, so there is nothing to run again. */
void measures_save(struct measures *m, struct buf *out)
{
    for (int i = 0; i < LIST_N; i++)
        fit_wait(m, i);
    save_words(out, m->values, sizeof m->values);
    save_words(out, m->fit_begun_ns, sizeof m->fit_begun_ns);
    save_words(out, m->blocks, blocks_bytes());
}

void measures_load(struct measures *m, struct load *l)
{
    load_words(l, m->values, sizeof m->values);
    load_words(l, m->fit_begun_ns, sizeof m->fit_begun_ns);
    load_words(l, m->blocks, blocks_bytes());
}
