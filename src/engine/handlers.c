/* What each kind of event does to the engine: one function a kind, in one table. */
#include "engine_impl.h"

#include <alphaplus/base/fixed.h>
#include <alphaplus/base/text.h>
#include <stdio.h>
#include <string.h>

#define BIG_LIQUIDATION_USD 100000.0

/* --- losses -------------------------------------------------------------------------------------------------------- */

static void report_break(struct engine *e, const struct market *m, enum result_kind kind,
                         enum gap_cause cause, const char *text)
{
    struct result r = {.size = sizeof r,
                       .kind = (uint16_t)kind,
                       .cause = (uint16_t)cause,
                       .instrument = m->view.inst.id,
                       .seq = e->head.seq,
                       .time_ns = e->head.time_ns,
                       .from_id = m->sync.break_from_id,
                       .to_id = m->sync.break_to_id};
    text_copy(r.text, sizeof r.text, text);
    engine_add_result(e, &r);
    engine_note(e, m, kind == RESULT_GAP ? NOTE_GAP : NOTE_RESYNC, text);
}

/* Is an unreadable frame enough to doubt the book? Where updates carry ids, the next one tells. */
static bool is_book_lost(const struct market *m, enum gap_cause cause)
{
    if (cause == GAP_STREAM)
        return false;
    return cause != GAP_BAD_FRAME || m->view.inst.book_rule == BOOK_RULE_NONE;
}

static void miss(struct engine *e, struct market *m, enum gap_cause cause, const char *text)
{
    bool was_true = m->view.book_state == BOOK_TRUE;

    market_miss(m, e->head.time_ns);
    liqs_missed(&e->liqs);
    if (!is_book_lost(m, cause))
        return;
    market_lose(m, e->head.time_ns);
    if (was_true)
        report_break(e, m, RESULT_GAP, cause, text);
}

/* A gap of the journal's own making stands only where its events are missing, so here they are missing too. */
static int on_gap(struct engine *e, const struct event *ev)
{
    const struct gap_row *row = event_rows_const(ev);
    const char *cause = gap_cause_name((int)row->cause);
    struct market *m = engine_market_of(e, ev);
    char text[160];

    snprintf(text, sizeof text, "%s%s%s", cause, row->text[0] ? ": " : "", row->text);
    e->head.lost += row->lost;
    engine_note(e, m, NOTE_LOST, text);
    if (ev->instrument == 0) {
        for (uint32_t i = 0; i < e->head.market_n; i++)
            miss(e, e->markets[i], row->cause, cause);
    } else if (m) {
        miss(e, m, row->cause, row->text[0] ? row->text : cause);
    }
    return 0;
}

/* --- the session ---------------------------------------------------------------------------------------------------- */

/* A session begins with nothing, as the program that recorded it did: so its replay is the same whatever stood before it. */
static int on_session(struct engine *e, const struct event *ev)
{
    const struct session_row *row = event_rows_const(ev);
    engine_end_session(e);
    int err = engine_begin_session(e);
    e->tick_ns = ev->recv_ns / TICK_NS * TICK_NS + TICK_NS;
    e->head.seq = ev->seq;
    e->head.time_ns = e->head.session_ns = ev->recv_ns;
    text_copy(e->head.source, sizeof e->head.source, row->source);
    return err;
}

static int on_clock(struct engine *e, const struct event *ev)
{
    const struct count_row *row = event_rows_const(ev);
    char text[64];
    snprintf(text, sizeof text, "wall clock stepped by %+.3f s", (double)row->value / 1e9);
    engine_note(e, NULL, NOTE_CLOCK, text);
    return 0;
}

/* VENUE_MAX: there is no room for another. */
static uint32_t feed_index(struct engine *e, const char *venue)
{
    uint32_t i = 0;
    while (i < e->head.feed_n && strcmp(e->head.feeds[i].row.venue, venue) != 0)
        i++;
    if (i == e->head.feed_n && i < VENUE_MAX) {
        text_copy(e->head.feeds[i].row.venue, sizeof e->head.feeds[i].row.venue, venue);
        e->head.feeds[i].since_ns = e->head.time_ns;
        e->head.feed_n++;
    }
    return i;
}

static int on_feed(struct engine *e, const struct event *ev)
{
    const struct feed_row *row = event_rows_const(ev);
    uint32_t index = feed_index(e, row->venue);

    if (index == VENUE_MAX)
        return AP_EFULL;
    struct feed_view *f = &e->head.feeds[index];
    bool is_new_state = f->row.state != row->state;
    if (is_new_state || strcmp(f->row.reason, row->reason) != 0) {
        char text[160];
        snprintf(text, sizeof text, "%s %s%s%s", row->venue, feed_state_name(row->state),
                 row->reason[0] ? ": " : "", row->reason);
        engine_note(e, NULL, NOTE_FEED, text);
    }
    if (is_new_state)
        f->since_ns = ev->recv_ns;
    f->row = *row;
    return 0;
}

/* --- what is traded, and what is owned ------------------------------------------------------------------------------ */

static int find_or_create(struct engine *e, const struct instrument *in, struct market **ret_market)
{
    char name[INSTRUMENT_NAME_MAX];
    instrument_name(in, name);
    int index = engine_find(e, name), err;
    if (index >= 0) {
        err = market_change(e->markets[index], in);
    } else if (e->head.market_n == INSTRUMENT_MAX) {
        err = AP_EFULL;
    } else {
        index = (int)e->head.market_n;
        err = market_create(&e->env, in, (uint32_t)index, &e->markets[index]);
        e->head.market_n += err == 0;
    }
    if (err == 0)
        *ret_market = e->markets[index];
    return err;
}

/* An id names one instrument: who had it before is out of reach, and so is this one by an id that it had before. */
static void give_id(struct engine *e, struct market *m, uint32_t id)
{
    if (e->by_id[id] && e->by_id[id] != m)
        e->by_id[id]->is_declared = false;
    for (uint32_t i = 1; i <= INSTRUMENT_MAX; i++) {
        if (e->by_id[i] == m)
            e->by_id[i] = NULL;
    }
    e->by_id[id] = m;
}

static int on_param(struct engine *e, const struct event *ev)
{
    const struct param_value_row *row = event_rows_const(ev);
    int err = params_set(&e->env.params, row->id, row->value);
    e->skipped += err == AP_EUNKNOWN; /* of a later program */
    return err == AP_EUNKNOWN ? 0 : err;
}

static int on_instrument(struct engine *e, const struct event *ev)
{
    struct instrument in;
    struct market *m = NULL;

    memcpy(&in, event_rows_const(ev), sizeof in);
    if (instrument_check(&in) < 0 || in.id == 0)
        return AP_ECORRUPT;
    int err = find_or_create(e, &in, &m);
    if (err < 0 || m == NULL)
        return err;
    give_id(e, m, in.id);
    m->feed = feed_index(e, in.venue);
    engine_tell_mark(e, m);
    e->is_risk_dirty = true;
    return portfolio_set_contract(e->portfolio, m->name, in.settle, (double)in.multiplier / 1e8);
}

static int on_position(struct engine *e, const struct event *ev)
{
    e->is_risk_dirty = true;
    return portfolio_set_position(e->portfolio, event_rows_const(ev));
}

static int on_account(struct engine *e, const struct event *ev)
{
    e->is_risk_dirty = true;
    return portfolio_set_account(e->portfolio, event_rows_const(ev));
}

static int on_tiers(struct engine *e, const struct event *ev)
{
    const struct margin_tiers *t = event_rows_const(ev);
    e->is_risk_dirty = true;
    return portfolio_set_tiers(e->portfolio, t->instrument, t->tiers, t->n);
}

/* --- the market ----------------------------------------------------------------------------------------------------- */

static int on_depth(struct engine *e, const struct event *ev)
{
    struct market *m = engine_market_of(e, ev);
    struct market_book_hook hook = {e->hooks.on_book, e->hooks.user};
    bool was_true = m->view.book_state == BOOK_TRUE;

    int result = market_depth(m, ev, &hook);
    bool is_true = m->view.book_state == BOOK_TRUE;
    if (is_true && !was_true)
        report_break(e, m, RESULT_HEALED, 0, m->view.resyncs > 0 ? "book is true again" : "book is true");
    else if (was_true && !is_true)
        report_break(e, m, RESULT_GAP, m->sync.last_cause, gap_cause_name(m->sync.last_cause));
    return result == AP_ENOMEM ? result : 0;
}

/* All feeds of liquidations together are watched from when the last of them was heard. */
static void watch_liquidations(struct engine *e, int64_t now_ns)
{
    bool is_any = false;
    if (e->liqs.watched_since_ns != 0)
        return;
    for (uint32_t i = 0; i < e->head.market_n; i++) {
        const struct market *m = e->markets[i];
        bool is_watched = m->liqs.watched_since_ns != 0;
        if (!is_watched && m->view.inst.liq_completeness != COMPLETENESS_UNKNOWN && m->view.inst.trading)
            return;
        is_any |= is_watched;
    }
    if (is_any)
        liqs_watch(&e->liqs, now_ns);
}

static int on_trade(struct engine *e, const struct event *ev)
{
    struct market *m = engine_market_of(e, ev);
    market_trade(m, ev, e->pub ? publication_tape(e->pub, m->index) : NULL);
    watch_liquidations(e, ev->recv_ns);
    return 0;
}

static int on_quote(struct engine *e, const struct event *ev)
{
    market_quote(engine_market_of(e, ev), ev);
    return 0;
}

static int on_mark(struct engine *e, const struct event *ev)
{
    struct market *m = engine_market_of(e, ev);
    market_mark(m, ev);
    engine_tell_mark(e, m);
    watch_liquidations(e, ev->recv_ns);
    return 0;
}

static int on_open_interest(struct engine *e, const struct event *ev)
{
    market_open_interest(engine_market_of(e, ev), ev);
    return 0;
}

static void note_liquidation(struct engine *e, const struct market *m, const struct liq_item *item)
{
    char text[80], money[16], px[FIXED_TEXT_MAX];
    text_money(money, sizeof money, item->usd);
    fixed_format(px, item->px, m->view.inst.price_decimals);
    snprintf(text, sizeof text, "%s liquidated %s at %s", item->side == POSITION_LONG ? "LONG" : "SHORT",
             money, px);
    engine_note(e, m, NOTE_BIG_LIQ, text);
}

static int on_liquidation(struct engine *e, const struct event *ev)
{
    struct market *m = engine_market_of(e, ev);
    struct liq_item item;

    market_liquidation(m, ev, &item);
    liqs_add(&e->liqs, ev->recv_ns, item.side, item.usd, item.completeness);
    watch_liquidations(e, ev->recv_ns);
    if (e->pub)
        trail_push(publication_liquidations(e->pub), &item);
    if (item.usd >= BIG_LIQUIDATION_USD)
        note_liquidation(e, m, &item);
    return 0;
}

static const struct {
    int (*handle)(struct engine *e, const struct event *ev);
    bool is_market; /* needs an instrument that was declared */
} handlers[] = {
    [EVENT_SESSION] = {on_session, false},
    [EVENT_CLOCK_STEP] = {on_clock, false},
    [EVENT_INSTRUMENT] = {on_instrument, false},
    [EVENT_GAP] = {on_gap, false},
    [EVENT_FEED] = {on_feed, false},
    [EVENT_POSITION] = {on_position, false},
    [EVENT_ACCOUNT] = {on_account, false},
    [EVENT_TIERS] = {on_tiers, false},
    [EVENT_PARAM] = {on_param, false},
    [EVENT_DEPTH_SNAPSHOT] = {on_depth, true},
    [EVENT_DEPTH] = {on_depth, true},
    [EVENT_QUOTE] = {on_quote, true},
    [EVENT_TRADE] = {on_trade, true},
    [EVENT_MARK] = {on_mark, true},
    [EVENT_LIQUIDATION] = {on_liquidation, true},
    [EVENT_OPEN_INTEREST] = {on_open_interest, true},
};

int engine_dispatch(struct engine *e, const struct event *ev)
{
    struct market *m = engine_market_of(e, ev);
    bool is_known = ev->kind < sizeof handlers / sizeof handlers[0] && handlers[ev->kind].handle;
    if (!is_known || (handlers[ev->kind].is_market && !m)) {
        e->skipped += ev->kind != EVENT_IDLE;
        return 0;
    }
    if (m) {
        m->view.seq = ev->seq;
        m->view.time_ns = e->head.time_ns;
        m->is_dirty = true;
        if (m->feed < VENUE_MAX)
            e->head.feeds[m->feed].last_ns = ev->recv_ns;
    }
    return handlers[ev->kind].handle(e, ev);
}
