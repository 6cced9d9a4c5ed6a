/* Is what lies in an event possible at all? One row a kind: how long its rows are and what may stand in them. */
#include <alphaplus/model/event.h>

#include <alphaplus/base/fixed.h>
#include <alphaplus/model/position.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

#define IS_TEXT(array) (memchr((array), '\0', sizeof(array)) != NULL)

static bool is_amount(int64_t v)
{
    return v >= 0 && v <= FIXED_VALUE_MAX;
}

static bool is_sum(double v)
{
    return isfinite(v) && v >= 0;
}

static bool session_ok(const struct event *ev, size_t rows)
{
    const struct session_row *s = event_rows_const(ev);
    return rows == sizeof(*s) && IS_TEXT(s->program) && IS_TEXT(s->source);
}

static bool clock_step_ok(const struct event *ev, size_t rows)
{
    (void)ev;
    return rows == sizeof(struct count_row);
}

static bool instrument_ok(const struct event *ev, size_t rows)
{
    return rows == sizeof(struct instrument) && instrument_check(event_rows_const(ev)) == 0;
}

static bool idle_ok(const struct event *ev, size_t rows)
{
    (void)ev;
    return rows == 0;
}

static bool gap_ok(const struct event *ev, size_t rows)
{
    const struct gap_row *g = event_rows_const(ev);
    return rows == sizeof(*g) && IS_TEXT(g->text);
}

static bool feed_ok(const struct event *ev, size_t rows)
{
    const struct feed_row *f = event_rows_const(ev);
    if (rows != sizeof(*f) || f->state > FEED_ENDED || !IS_TEXT(f->venue) || !IS_TEXT(f->reason)) {
        return false;
    }
    for (int i = 0; i < FEED_UNKNOWN_MAX; i++) {
        if (!IS_TEXT(f->unknown[i].name)) {
            return false;
        }
    }
    return true;
}

static bool position_ok(const struct event *ev, size_t rows)
{
    const struct position *p = event_rows_const(ev);
    return rows == sizeof(*p) && IS_TEXT(p->account) && IS_TEXT(p->instrument) && p->side <= POSITION_SHORT &&
           p->margin_mode <= MARGIN_ISOLATED && is_sum(p->qty) && is_sum(p->entry) &&
           isfinite(p->isolated_margin) && is_sum(p->stop);
}

static bool account_ok(const struct event *ev, size_t rows)
{
    const struct account *a = event_rows_const(ev);
    return rows == sizeof(*a) && IS_TEXT(a->name) && IS_TEXT(a->venue) && IS_TEXT(a->currency) &&
           isfinite(a->wallet);
}

static bool tiers_ok(const struct event *ev, size_t rows)
{
    const struct margin_tiers *all = event_rows_const(ev);
    const struct margin_tier *t = all->tiers;
    if (rows != sizeof(*all) || all->n > MARGIN_TIER_MAX ||
        !memchr(all->instrument, '\0', sizeof(all->instrument))) {
        return false;
    }
    for (uint32_t i = 0; i < all->n; i++) {
        if (!is_sum(t[i].floor) || !is_sum(t[i].cap) || t[i].cap <= t[i].floor || !is_sum(t[i].mmr) ||
            t[i].mmr > 1 || !is_sum(t[i].cum) || !is_sum(t[i].max_leverage) ||
            (i > 0 && t[i].floor < t[i - 1].cap)) {
            return false;
        }
    }
    return true;
}

static bool param_ok(const struct event *ev, size_t rows)
{
    const struct param_value_row *p = event_rows_const(ev);
    return rows == sizeof(*p) && IS_TEXT(p->id) && isfinite(p->value);
}

static bool depth_ok(const struct event *ev, size_t rows)
{
    const struct depth_rows *d = event_rows_const(ev);
    if (rows < sizeof(*d)) {
        return false;
    }
    uint64_t n = (uint64_t)d->bid_n + d->ask_n;
    if (rows - sizeof(*d) != n * sizeof(struct level)) {
        return false;
    }
    for (uint64_t i = 0; i < n; i++) {
        if (!is_amount(d->levels[i].px) || !is_amount(d->levels[i].qty)) {
            return false;
        }
    }
    return true;
}

static bool quote_ok(const struct event *ev, size_t rows)
{
    const struct quote_row *q = event_rows_const(ev);
    return rows == sizeof(*q) && is_amount(q->bid_px) && is_amount(q->bid_qty) && is_amount(q->ask_px) &&
           is_amount(q->ask_qty);
}

static bool trade_ok(const struct event *ev, size_t rows)
{
    const struct trade_row *t = event_rows_const(ev);
    return rows == sizeof(*t) && is_amount(t->px) && is_amount(t->qty) && t->aggressor <= AGGRESSOR_SELL;
}

static bool mark_ok(const struct event *ev, size_t rows)
{
    const struct mark_row *m = event_rows_const(ev);
    return rows == sizeof(*m) && is_amount(m->mark) && is_amount(m->index) &&
           m->funding_rate >= -FIXED_VALUE_MAX && m->funding_rate <= FIXED_VALUE_MAX &&
           m->next_funding_ns >= 0 && (m->has_funding == 0 || m->has_funding == 1);
}

static bool liquidation_ok(const struct event *ev, size_t rows)
{
    const struct liquidation_row *l = event_rows_const(ev);
    return rows == sizeof(*l) && is_amount(l->px) && is_amount(l->qty) && is_amount(l->order_px) &&
           l->side <= POSITION_SHORT && l->completeness <= COMPLETENESS_INFERRED && l->is_bankruptcy <= 1;
}

static bool open_interest_ok(const struct event *ev, size_t rows)
{
    const struct count_row *c = event_rows_const(ev);
    return rows == sizeof(*c) && c->value >= 0;
}

static const struct {
    int kind;
    bool (*is_ok)(const struct event *ev, size_t rows_bytes);
} checks[] = {
    {EVENT_DEPTH, depth_ok},
    {EVENT_TRADE, trade_ok},
    {EVENT_QUOTE, quote_ok},
    {EVENT_MARK, mark_ok},
    {EVENT_IDLE, idle_ok},
    {EVENT_DEPTH_SNAPSHOT, depth_ok},
    {EVENT_LIQUIDATION, liquidation_ok},
    {EVENT_OPEN_INTEREST, open_interest_ok},
    {EVENT_FEED, feed_ok},
    {EVENT_GAP, gap_ok},
    {EVENT_SESSION, session_ok},
    {EVENT_CLOCK_STEP, clock_step_ok},
    {EVENT_INSTRUMENT, instrument_ok},
    {EVENT_POSITION, position_ok},
    {EVENT_ACCOUNT, account_ok},
    {EVENT_TIERS, tiers_ok},
    {EVENT_PARAM, param_ok},
};

int event_check(const struct event *ev, size_t avail)
{
    if (avail < sizeof(*ev) || ev->size < sizeof(*ev) || ev->size > avail || ev->size > EVENT_SIZE_MAX ||
        ev->size % 8 != 0) {
        return AP_ECORRUPT;
    }
    for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++) {
        if (checks[i].kind == ev->kind) {
            return checks[i].is_ok(ev, ev->size - sizeof(*ev)) ? 0 : AP_ECORRUPT;
        }
    }
    return AP_EUNKNOWN;
}
