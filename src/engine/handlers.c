/* What each kind of event does that concerns more than one market: one function a kind, in one table. */
#include "engine_impl.h"

#include <alphaplus/base/fixed.h>
#include <alphaplus/base/text.h>
#include <stdio.h>
#include <string.h>

/* --- losses -------------------------------------------------------------------------------------------------------- */

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
    if (!was_true)
        return;
    struct result r = market_break(m, RESULT_GAP, cause, text, e->head.time_ns, e->head.seq);
    engine_report_break(e, m, &r);
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
    e->is_risk_dirty = true;
    engine_order_markets(e);
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

static int (*const handlers[])(struct engine *e, const struct event *ev) = {
    [EVENT_SESSION] = on_session, [EVENT_CLOCK_STEP] = on_clock, [EVENT_INSTRUMENT] = on_instrument,
    [EVENT_GAP] = on_gap,         [EVENT_FEED] = on_feed,        [EVENT_POSITION] = on_position,
    [EVENT_ACCOUNT] = on_account, [EVENT_TIERS] = on_tiers,      [EVENT_PARAM] = on_param,
};

int engine_dispatch(struct engine *e, const struct event *ev)
{
    struct market *m = engine_market_of(e, ev);
    if (ev->kind >= sizeof handlers / sizeof handlers[0] || !handlers[ev->kind]) {
        e->skipped++;
        return 0;
    }
    if (m) {
        m->view.seq = ev->seq;
        m->view.time_ns = e->head.time_ns;
        m->is_dirty = true;
        if (m->feed < VENUE_MAX)
            e->head.feeds[m->feed].last_ns = ev->recv_ns;
    }
    int err = handlers[ev->kind](e, ev);
    for (uint32_t i = 0; i < e->head.market_n; i++)
        e->is_heard[i] = e->markets[i]->liqs.watched_since_ns != 0;
    return err;
}
