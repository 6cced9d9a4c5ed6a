/* The engine: its life, its time, and what comes out of it.
 *
 * Invariants: markets[i]->index == i; by_id maps this session's instrument ids to markets; tick_ns is the next tick to run; all
 * state changes happen inside engine_apply, engine_advance and engine_publish (which only brings derived figures up to date). */
#include "asset.h"
#include "engine_impl.h"
#include "flow.h"
#include "heat.h"
#include "picture.h"

#include <alphaplus/analytics/bars.h>
#include <alphaplus/analytics/measure.h>
#include <alphaplus/base/clock.h>
#include <alphaplus/base/fixed.h>
#include <alphaplus/base/hash.h>
#include <alphaplus/base/text.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DIGEST_EVERY_NS (60 * NS_PER_S)
#define TIME_MAX_NS     (INT64_MAX - ENGINE_LEAP_NS)

/* --- life ----------------------------------------------------------------------------------------------------------- */

int engine_begin_session(struct engine *e)
{
    struct portfolio *portfolio;
    int err = portfolio_create(&portfolio);
    if (err < 0)
        return err;
    err = liqs_init(&e->liqs);
    if (err < 0) {
        portfolio_destroy(portfolio);
        return err;
    }
    e->portfolio = portfolio;
    params_init(&e->env.params);
    e->head.risk.first_to_die = -1;
    e->is_head_dirty = e->is_risk_dirty = true;
    return 0;
}

void engine_end_session(struct engine *e)
{
    for (uint32_t i = 0; i < e->head.market_n; i++) {
        market_destroy(e->markets[i]);
        e->markets[i] = NULL;
        if (e->pub)
            trail_clear(publication_tape(e->pub, i));
    }
    portfolio_destroy(e->portfolio);
    e->portfolio = NULL;
    liqs_finish(&e->liqs);
    e->liqs = (struct liqs){0};
    e->head = (struct head_view){0};
    memset(e->by_id, 0, sizeof e->by_id);
    memset(e->is_heard, 0, sizeof e->is_heard);
    memset(e->picture_ns, 0, sizeof e->picture_ns);
    if (e->pub)
        trail_clear(publication_liquidations(e->pub));
}

int engine_create(struct publication *pub, const struct engine_hooks *hooks, struct engine **ret_engine)
{
    struct engine *e = calloc(1, sizeof *e);
    if (!e)
        return AP_ENOMEM;
    e->pub = pub;
    if (hooks)
        e->hooks = *hooks;
    e->env.worker = e->hooks.worker;
    int err = steps_init(&e->steps, e->hooks.on_book ? NULL : e->hooks.crew);
    if (err == 0)
        err = engine_begin_session(e);
    if (err < 0) {
        steps_finish(&e->steps);
        free(e);
        return err;
    }
    *ret_engine = e;
    return 0;
}

void engine_destroy(struct engine *e)
{
    if (!e)
        return;
    engine_end_session(e);
    steps_finish(&e->steps);
    free(e);
}

void engine_note_at(struct engine *e, const struct market *m, enum note_kind kind, const char *text,
                    int64_t time_ns, uint64_t seq)
{
    struct note_item item = {
        .time_ns = time_ns, .seq = seq, .instrument = m ? m->index : UINT32_MAX, .kind = (uint16_t)kind};
    text_copy(item.text, sizeof item.text, text);
    if (e->pub)
        trail_push(publication_notes(e->pub), &item);
}

void engine_note(struct engine *e, const struct market *m, enum note_kind kind, const char *text)
{
    engine_note_at(e, m, kind, text, e->head.time_ns, e->head.seq);
}

void engine_add_result(struct engine *e, const struct result *r)
{
    if (e->results.head - e->results.tail == RESULTS_KEPT)
        e->results.tail++;
    e->results.items[e->results.head++ % RESULTS_KEPT] = *r;
}

void engine_report_break(struct engine *e, const struct market *m, const struct result *r)
{
    engine_add_result(e, r);
    engine_note_at(e, m, r->kind == RESULT_GAP ? NOTE_GAP : NOTE_RESYNC, r->text, r->time_ns, r->seq);
}

void engine_order_markets(struct engine *e)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < e->head.market_n; i++) {
        const char *base = e->markets[i]->view.inst.base;
        e->asset[i] = 0;
        while (strcmp(e->markets[e->asset[i]]->view.inst.base, base) != 0)
            e->asset[i]++;
    }
    for (uint32_t first = 0; first < e->head.market_n; first++) {
        for (uint32_t i = first; e->asset[first] == first && i < e->head.market_n; i++) {
            if (e->asset[i] == first)
                e->order[n++] = i;
        }
    }
}

/* Brings the portfolio's marks up to date. */
static void tell_marks(struct engine *e)
{
    for (uint32_t i = 0; i < e->head.market_n; i++) {
        struct market *m = e->markets[i];
        double mark = market_mark_price(m);
        if (mark == m->told_mark && mark != 0.0)
            continue;
        m->told_mark = mark;
        portfolio_set_mark(e->portfolio, m->name, mark, m->view.inst.inverse);
        e->is_risk_dirty = true;
    }
}

/* --- time -------------------------------------------------------------------------------------------------------- */

static void tell_running_bars(const struct engine *e, const struct market *m)
{
    struct bar bar;
    for (int span = 0; e->hooks.on_bar && span < BAR_SPANS; span++) {
        if (bars_running(measures_bars(m->measures), (enum bar_span)span, &bar))
            e->hooks.on_bar(e->hooks.user, &m->view.inst, &bar);
    }
}

/* All markets must be seen as of such a tick. */
static bool is_meeting(const struct engine *e, int64_t tick_ns)
{
    bool is_hooked = e->hooks.on_tick && e->hooks.tick_every_ns > 0 && tick_ns % e->hooks.tick_every_ns == 0;
    return is_hooked || tick_ns % DIGEST_EVERY_NS == 0;
}

static void run_tick(struct engine *e, int64_t tick_ns)
{
    e->head.time_ns = tick_ns;
    e->is_head_dirty = true;
    steps_tick(e);
    if (!is_meeting(e, tick_ns))
        return;
    steps_settle(e);
    if (tick_ns % DIGEST_EVERY_NS == 0) {
        struct result r = {.size = sizeof r,
                           .kind = RESULT_DIGEST,
                           .seq = e->head.seq,
                           .time_ns = tick_ns,
                           .from_id = ENGINE_VERSION,
                           .to_id = engine_layout()};
        engine_digest(e, &r.digest_exact, &r.digest_all);
        engine_add_result(e, &r);
    }
    if (e->hooks.on_tick && e->hooks.tick_every_ns > 0 && tick_ns % e->hooks.tick_every_ns == 0)
        e->hooks.on_tick(e->hooks.user, e, tick_ns);
}

void engine_advance(struct engine *e, int64_t time_ns)
{
    if (e->tick_ns == 0 || time_ns < e->tick_ns)
        return;
    if (time_ns > TIME_MAX_NS)
        time_ns = TIME_MAX_NS;
    if (time_ns - e->tick_ns > ENGINE_LEAP_NS)
        e->tick_ns = (time_ns - ENGINE_LEAP_NS) / TICK_NS * TICK_NS;
    while (e->tick_ns <= time_ns) {
        e->tick_ns += TICK_NS; /* before it runs: hooks may save */
        run_tick(e, e->tick_ns - TICK_NS);
    }
}

int engine_apply(struct engine *e, const struct event *ev)
{
    if (ev->recv_ns <= 0 || ev->recv_ns > TIME_MAX_NS)
        return AP_ERANGE;
    if (!e->portfolio) /* a session could not begin for lack of memory: nothing to apply to until the next one does */
        return ev->kind == EVENT_SESSION ? engine_dispatch(e, ev) : AP_ENOMEM;
    if (e->tick_ns == 0)
        e->tick_ns = ev->recv_ns / TICK_NS * TICK_NS + TICK_NS;
    if (ev->kind != EVENT_SESSION) /* that one begins a time of its own */
        engine_advance(e, ev->recv_ns);
    if (ev->recv_ns > e->head.time_ns)
        e->head.time_ns = ev->recv_ns;
    e->head.seq = ev->seq;
    e->is_head_dirty = true;
    if (ev->kind == EVENT_IDLE)
        return 0;
    struct market *m = engine_market_of(e, ev);
    if (!steps_is_kind(ev->kind)) {
        steps_settle(e);
        return engine_dispatch(e, ev);
    }
    if (!m) {
        e->skipped++;
        return 0;
    }
    if (m->feed < VENUE_MAX)
        e->head.feeds[m->feed].last_ns = ev->recv_ns;
    return steps_event(e, m, ev);
}

/* --- what comes out ---------------------------------------------------------------------------------------------- */

bool engine_next_wish(struct engine *e, uint32_t *ret_instrument)
{
    steps_settle(e);
    for (uint32_t i = 0; i < e->head.market_n; i++) {
        struct market *m = e->markets[i];
        if (!m->is_declared || !sync_wants_snapshot(&m->sync))
            continue;
        sync_snapshot_asked(&m->sync);
        *ret_instrument = m->view.inst.id;
        return true;
    }
    return false;
}

bool engine_next_result(struct engine *e, struct result *ret_result)
{
    steps_settle(e);
    if (e->results.tail == e->results.head)
        return false;
    *ret_result = e->results.items[e->results.tail++ % RESULTS_KEPT];
    return true;
}

static enum completeness liqs_floor(const struct engine *e)
{
    enum completeness worst = COMPLETENESS_UNKNOWN;
    for (uint32_t i = 0; i < e->head.market_n; i++)
        worst = completeness_worst(worst, e->markets[i]->view.inst.liq_completeness);
    return worst;
}

static void refresh_head(struct engine *e)
{
    steps_settle(e);
    liqs_totals(&e->liqs, e->head.time_ns, liqs_floor(e), e->head.liq);
    if (e->portfolio)
        tell_marks(e);
    if (e->is_risk_dirty && e->portfolio)
        portfolio_view(e->portfolio, &e->head.risk);
    e->is_risk_dirty = false;
}

void engine_digest(struct engine *e, uint64_t *ret_exact, uint64_t *ret_all)
{
    struct digest d = {HASH_SEED, HASH_SEED};
    struct risk_view risk = {0};
    struct liq_total totals[LIQ_WINDOWS];

    steps_settle(e);
    for (uint32_t i = 0; i < e->head.market_n; i++) {
        struct market *m = e->markets[i];
        market_refresh(m);
        d.exact = hash_u64(d.exact, m->chain.exact);
        d.all = hash_u64(d.all, m->chain.all);
        digest_market(&d, &m->view, metric_registry());
        digest_u64(&d, book_hash(m->sync.book, HASH_SEED));
        digest_u64(&d, flow_hash(m->flow, HASH_SEED));
    }
    liqs_totals(&e->liqs, e->head.time_ns, liqs_floor(e), totals);
    digest_liq_totals(&d, totals);
    if (e->portfolio) {
        tell_marks(e);
        portfolio_view(e->portfolio, &risk);
    }
    digest_risk(&d, &risk);
    digest_feeds(&d, &e->head);
    digest_u64(&d, e->head.lost);
    *ret_exact = hash_final(d.exact);
    *ret_all = hash_final(d.all);
}

void engine_seal(struct engine *e)
{
    struct result r = {.size = sizeof r,
                       .kind = RESULT_DIGEST,
                       .is_final = 1,
                       .seq = e->head.seq,
                       .time_ns = e->head.time_ns,
                       .from_id = ENGINE_VERSION,
                       .to_id = engine_layout()};
    engine_digest(e, &r.digest_exact, &r.digest_all);
    engine_add_result(e, &r);
    for (uint32_t i = 0; i < e->head.market_n; i++)
        tell_running_bars(e, e->markets[i]);
}

void engine_settle(struct engine *e)
{
    steps_settle(e);
}

static void publish_pictures(struct engine *e)
{
    for (uint32_t viewer = 0; viewer < VIEWER_MAX; viewer++) {
        struct view_request r;
        uint64_t version = board_version(publication_request(e->pub, viewer));
        bool is_new = version != e->picture_request[viewer];
        if (version == 0 || (!is_new && e->head.time_ns < e->picture_ns[viewer] + TICK_NS))
            continue;
        if (board_read(publication_request(e->pub, viewer), &r) == 0)
            continue;
        e->picture_request[viewer] = version;
        e->picture_ns[viewer] = e->head.time_ns;
        if (!picture_can(&r, e->head.market_n))
            continue;
        struct board *board = publication_picture(e->pub, viewer);
        picture_make(e->markets[r.market], &e->head.risk, &r, e->head.time_ns, board_begin(board));
        board_publish(board);
    }
}

void engine_publish(struct engine *e)
{
    steps_settle(e);
    if (!e->pub)
        return;
    if (e->is_head_dirty) {
        refresh_head(e);
        struct board *board = publication_head(e->pub);
        memcpy(board_begin(board), &e->head, sizeof e->head);
        board_publish(board);
        e->is_head_dirty = false;
    }
    for (uint32_t i = 0; i < e->head.market_n; i++) {
        struct market *m = e->markets[i];
        if (!m->is_dirty)
            continue;
        market_refresh(m);
        struct board *board = publication_market(e->pub, i);
        memcpy(board_begin(board), &m->view, sizeof m->view);
        board_publish(board);
        m->is_dirty = false;
    }
    publish_pictures(e);
}

int64_t engine_time(const struct engine *e)
{
    return e->head.time_ns;
}

uint64_t engine_seq(const struct engine *e)
{
    return e->head.seq;
}

uint32_t engine_market_count(const struct engine *e)
{
    return e->head.market_n;
}

const struct market_view *engine_market(struct engine *e, uint32_t market)
{
    if (market >= e->head.market_n)
        return NULL;
    steps_settle(e);
    market_refresh(e->markets[market]);
    return &e->markets[market]->view;
}

const struct head_view *engine_head(struct engine *e)
{
    refresh_head(e);
    engine_digest(e, &e->head.digest_exact, &e->head.digest_all);
    return &e->head;
}

const struct book *engine_book(struct engine *e, uint32_t market)
{
    steps_settle(e);
    return market < e->head.market_n ? e->markets[market]->sync.book : NULL;
}

int engine_find(const struct engine *e, const char *name)
{
    for (uint32_t i = 0; i < e->head.market_n; i++) {
        if (strcmp(e->markets[i]->name, name) == 0)
            return (int)i;
    }
    return -1;
}

void engine_detail(struct engine *e, uint32_t market, struct detail *ret_detail)
{
    steps_settle(e);
    *ret_detail = (struct detail){0};
    if (market >= e->head.market_n)
        return;
    market_detail(e->markets[market], ret_detail);
    asset_detail(e->markets, e->head.market_n, market, &ret_detail->asset);
}
