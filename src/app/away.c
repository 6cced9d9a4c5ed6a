#include "away.h"

#include "checkpoints.h"

#include <alphaplus/base/clock.h>
#include <alphaplus/base/fixed.h>
#include <alphaplus/base/text.h>
#include <alphaplus/replay/source.h>
#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#define BATCH_EVENTS 256
#define MEMORY_BYTES (1u << 20) /* its checkpoints are the journal's */

struct away {
    char path[4096];
    struct source *source;           /* owned */
    struct checkpoints *checkpoints; /* owned */
    struct engine *engine;           /* owned */
    struct ui_away found;
    int64_t tick_ns;                         /* the last one looked at */
    int64_t next_funding_ns[INSTRUMENT_MAX]; /* as told last */
    double funding_rate[INSTRUMENT_MAX];     /* before that moment */
    bool was_gap[INSTRUMENT_MAX];
    uint64_t lost_before;
    bool has_before;
    pthread_t thread;
    atomic_bool stop;
    pthread_mutex_t lock; /* guards `shown` */
    struct ui_away shown;
};

/* --- what is looked at ---------------------------------------------------------------------------------------------- */

static struct ui_away_market *market_of(struct away *a, uint32_t i)
{
    struct ui_away_market *m = &a->found.markets[i];
    if (i < a->found.market_n || i >= INSTRUMENT_MAX)
        return i < INSTRUMENT_MAX ? m : NULL;
    for (; a->found.market_n <= i; a->found.market_n++) {
        const struct market_view *v = engine_market(a->engine, a->found.market_n);
        if (!v)
            return NULL;
        instrument_name(&v->inst, a->found.markets[a->found.market_n].name);
    }
    return m;
}

static void see_price(struct ui_away_market *m, double price, int64_t time_ns)
{
    if (m->first <= 0.0) {
        m->first = m->low = m->high = price;
        m->low_ns = m->high_ns = time_ns;
    }
    m->last = price;
    if (price < m->low) {
        m->low = price;
        m->low_ns = time_ns;
    }
    if (price > m->high) {
        m->high = price;
        m->high_ns = time_ns;
    }
}

static void see_liquidation(struct away *a, uint32_t market, const struct event *ev)
{
    const struct liquidation_row *row = event_rows_const(ev);
    const struct instrument *in = &engine_market(a->engine, market)->inst;
    struct ui_away_market *m = &a->found.markets[market];
    struct liq_item item = {.recv_ns = ev->recv_ns,
                            .px = row->px,
                            .qty = row->qty,
                            .usd = instrument_notional(in, row->px, row->qty),
                            .instrument = market,
                            .side = row->side,
                            .completeness = row->completeness};
    *(row->side == POSITION_LONG ? &m->long_usd : &m->short_usd) += item.usd;
    m->liqs++;
    m->completeness = row->completeness > m->completeness ? row->completeness : m->completeness;
    uint32_t at = a->found.liq_n;
    while (at > 0 && a->found.liqs[at - 1].usd < item.usd)
        at--;
    if (at == UI_AWAY_LIQS)
        return;
    a->found.liq_n += a->found.liq_n < UI_AWAY_LIQS;
    for (uint32_t i = a->found.liq_n - 1; i > at; i--)
        a->found.liqs[i] = a->found.liqs[i - 1];
    a->found.liqs[at] = item;
}

static int market_by_id(struct away *a, uint32_t id)
{
    for (uint32_t i = 0; id != 0 && i < engine_market_count(a->engine); i++) {
        if (engine_market(a->engine, i)->inst.id == id)
            return (int)i;
    }
    return -1;
}

/* After the event was applied. */
static void see_event(struct away *a, const struct event *ev)
{
    if (ev->kind == EVENT_SESSION && a->tick_ns != 0) { /* nothing is known of the time before it */
        a->found.gaps++;
        a->found.gap_ns += ev->recv_ns - a->tick_ns;
        a->tick_ns = ev->recv_ns;
    }
    if (ev->kind != EVENT_TRADE && ev->kind != EVENT_LIQUIDATION)
        return;
    int i = market_by_id(a, ev->instrument);
    struct ui_away_market *m = i >= 0 ? market_of(a, (uint32_t)i) : NULL;
    if (!m)
        return;
    const struct trade_row *t = event_rows_const(ev);
    if (ev->kind == EVENT_LIQUIDATION)
        see_liquidation(a, (uint32_t)i, ev);
    else if (!(t->flags & TRADE_NOT_MARKET))
        see_price(m, instrument_price(&engine_market(a->engine, (uint32_t)i)->inst, t->px), ev->recv_ns);
}

static struct ui_away_position *position_of(struct away *a, const struct position *pos)
{
    uint32_t i = 0;
    while (i < a->found.position_n && (strcmp(a->found.positions[i].pos.account, pos->account) != 0 ||
                                       strcmp(a->found.positions[i].pos.instrument, pos->instrument) != 0 ||
                                       a->found.positions[i].pos.side != pos->side))
        i++;
    if (i == POSITION_MAX)
        return NULL;
    a->found.position_n += i == a->found.position_n;
    a->found.positions[i].pos = *pos;
    return &a->found.positions[i];
}

/* The rate that stood when its moment came is what was paid: longs pay a positive one. */
static void pay_funding(struct away *a, uint32_t market, const struct risk_view *risk)
{
    const struct market_view *v = engine_market(a->engine, market);
    char name[INSTRUMENT_NAME_MAX];
    instrument_name(&v->inst, name);
    for (uint32_t i = 0; i < risk->position_n; i++) {
        const struct position_view *pv = &risk->positions[i];
        struct ui_away_position *p = strcmp(pv->pos.instrument, name) == 0 && pv->has_mark
                                         ? position_of(a, &pv->pos)
                                         : NULL;
        if (!p)
            continue;
        double paid = pv->notional * a->funding_rate[market];
        p->funding += pv->pos.side == POSITION_LONG ? paid : -paid;
        p->fundings++;
    }
}

static void see_market(struct away *a, uint32_t i, int64_t tick_ns, const struct risk_view *risk)
{
    const struct market_view *v = engine_market(a->engine, i);
    bool is_gap = v->book_state == BOOK_GAP;
    (void)market_of(a, i);
    if (is_gap && a->tick_ns != 0)
        a->found.gap_ns += tick_ns - a->tick_ns;
    a->found.gaps += is_gap && !a->was_gap[i];
    a->was_gap[i] = is_gap;
    if (!v->has_funding)
        return;
    if (a->next_funding_ns[i] != 0 && tick_ns >= a->next_funding_ns[i] &&
        v->next_funding_ns > a->next_funding_ns[i])
        pay_funding(a, i, risk);
    if (v->next_funding_ns != a->next_funding_ns[i] || tick_ns < a->next_funding_ns[i]) {
        a->next_funding_ns[i] = v->next_funding_ns;
        a->funding_rate[i] = fixed_to_double(v->funding_rate, v->inst.rate_decimals);
    }
}

static void on_tick(void *user, struct engine *e, int64_t tick_ns)
{
    struct away *a = user;
    if (tick_ns < a->found.from_ns)
        return;
    const struct head_view *h = engine_head(e);
    if (!a->has_before)
        a->lost_before = h->lost;
    a->has_before = true;
    a->found.lost = h->lost >= a->lost_before ? h->lost - a->lost_before : h->lost;
    for (uint32_t i = 0; i < engine_market_count(e); i++)
        see_market(a, i, tick_ns, &h->risk);
    for (uint32_t i = 0; i < h->risk.position_n; i++) {
        const struct position_view *pv = &h->risk.positions[i];
        struct ui_away_position *p = position_of(a, &pv->pos);
        if (!p || !pv->has_liq || !pv->has_mark)
            continue;
        if (p->at_ns == 0 || fabs(pv->distance_pct) < fabs(p->distance_pct)) {
            p->distance_pct = pv->distance_pct;
            p->at_ns = tick_ns;
        }
    }
    a->tick_ns = tick_ns;
}

/* --- the thread ----------------------------------------------------------------------------------------------------- */

static void show(struct away *a, double progress, int err)
{
    a->found.progress = progress;
    a->found.error = err;
    pthread_mutex_lock(&a->lock);
    a->shown = a->found;
    pthread_mutex_unlock(&a->lock);
}

static int begin(struct away *a)
{
    struct checkpoint cp;
    struct buf work;
    struct journal *j = source_journal(a->source);
    uint64_t seq = checkpoints_session(j, a->found.from_ns);

    buf_init(&work, CHECKPOINT_STATE_MAX);
    if (checkpoints_before(a->checkpoints, j, a->found.from_ns, &cp, &work) == 0 && cp.seq > seq &&
        checkpoints_load(a->checkpoints, &cp, &work, a->engine) == 0)
        seq = cp.seq;
    buf_finish(&work);
    return source_seek(a->source, seq);
}

/* 1: there is more of it. */
static int play(struct away *a, double *ret_part)
{
    const struct event *ev;
    for (int i = 0; i < BATCH_EVENTS; i++) {
        int more = source_next(a->source, &ev);
        if (more <= 0)
            return more;
        if (ev->recv_ns > a->found.to_ns)
            return 0;
        int err = engine_apply(a->engine, ev);
        if (err == AP_ENOMEM)
            return err;
        if (ev->recv_ns >= a->found.from_ns)
            see_event(a, ev);
        *ret_part = (double)(ev->recv_ns - a->found.from_ns) /
                    (double)(a->found.to_ns - a->found.from_ns + 1);
    }
    return 1;
}

static void *run(void *arg)
{
    struct away *a = arg;
    double part = 0.0;
    int more = begin(a);
    for (more = more < 0 ? more : 1; more > 0 && !atomic_load(&a->stop);) {
        more = play(a, &part);
        show(a, part > 0.99 ? 0.99 : part > 0.0 ? part : 0.0, 0);
    }
    show(a, 1.0, more < 0 ? more : 0);
    return NULL;
}

static void finish(struct away *a)
{
    engine_destroy(a->engine);
    checkpoints_destroy(a->checkpoints);
    source_close(a->source);
    pthread_mutex_destroy(&a->lock);
    free(a);
}

/* Before the recording began nobody knows what happened: the time away begins with it. */
static int clamp(struct away *a)
{
    int64_t first, last;
    int err = source_span(a->source, &first, &last);
    if (err == 0 && a->found.from_ns < first)
        a->found.from_ns = first;
    if (err == 0 && a->found.to_ns < a->found.from_ns)
        a->found.to_ns = a->found.from_ns;
    a->shown = a->found;
    return err;
}

int away_start(const char *path, int64_t from_ns, int64_t to_ns, struct away **ret_away)
{
    char why[256];
    struct away *a = calloc(1, sizeof *a);
    if (!a)
        return AP_ENOMEM;
    const struct engine_hooks hooks = {.on_tick = on_tick, .user = a, .tick_every_ns = NS_PER_S};
    pthread_mutex_init(&a->lock, NULL);
    a->found.from_ns = from_ns;
    a->found.to_ns = to_ns > from_ns ? to_ns : from_ns;
    int err = text_copy(a->path, sizeof a->path, path) ? 0 : AP_ETOOBIG;
    if (err == 0)
        err = source_open_journal(a->path, &a->source, why, sizeof why);
    if (err == 0)
        err = clamp(a);
    if (err == 0)
        err = checkpoints_create(MEMORY_BYTES, &a->checkpoints);
    if (err == 0)
        err = engine_create(NULL, &hooks, &a->engine);
    if (err == 0 && pthread_create(&a->thread, NULL, run, a) != 0)
        err = AP_ENOMEM;
    if (err < 0) {
        finish(a);
        return err;
    }
    *ret_away = a;
    return 0;
}

void away_result(struct away *a, struct ui_away *ret_result)
{
    pthread_mutex_lock(&a->lock);
    *ret_result = a->shown;
    pthread_mutex_unlock(&a->lock);
}

void away_stop(struct away *a)
{
    if (!a)
        return;
    atomic_store(&a->stop, true);
    pthread_join(a->thread, NULL);
    finish(a);
}
