#include "rows.h"

#include <alphaplus/base/fixed.h>
#include <alphaplus/base/text.h>
#include <string.h>

static const char *const sql[ROWS_STMTS] = {
    [ROWS_SESSION] = "INSERT INTO sessions (first_seq, last_seq, start_ns, end_ns, wall_ns, program, source, "
                     "libm_fingerprint, is_closed) VALUES (?1, ?1, ?2, ?2, ?3, ?4, ?5, ?6, 0)",
    [ROWS_SESSION_END] = "UPDATE sessions SET last_seq = ?, end_ns = ? WHERE id = ?",
    [ROWS_SESSION_CLOSE] = "UPDATE sessions SET is_closed = 1 WHERE id = ?",
    [ROWS_INSTRUMENT] =
        "INSERT INTO instruments (session, instrument_id, version, valid_from_seq, instrument, venue, symbol, "
        "base, quote, settle, kind, book_rule, inverse, inferred, price_decimals, qty_decimals, mark_decimals, "
        "rate_decimals, tick, lot, multiplier, expiry_ns, funding_interval_s, trading, liq_completeness) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    [ROWS_LIQUIDATION] =
        "INSERT INTO liquidation_events (session, instrument_id, instrument, seq, recv_ns, exch_ns, side, px, qty, "
        "order_px, price, quantity, order_price, notional, completeness, is_bankruptcy) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    [ROWS_INTEREST] =
        "INSERT INTO open_interest (session, instrument_id, instrument, seq, recv_ns, exch_ns, qty, "
        "quantity) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
    [ROWS_FUNDING] =
        "INSERT INTO funding_rates (session, instrument_id, instrument, seq, recv_ns, exch_ns, mark, "
        "index_px, funding_rate, next_funding_ns, mark_price, index_price, rate) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    [ROWS_GAP] =
        "INSERT INTO gaps (session, instrument_id, instrument, seq, recv_ns, origin, cause, cause_name, "
        "error, lost, from_ns, to_ns, from_id, to_id, text) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    [ROWS_FEED] = "INSERT INTO feeds (seq, session, recv_ns, venue, state, state_name, reconnects, reason) "
                  "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
    [ROWS_RESULT] =
        "INSERT INTO results (seq, kind, cause, instrument_id, time_ns, from_id, to_id, digest_exact, "
        "digest_all, is_final, text) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
};

int rows_init(struct rows *r, sqlite3 *db)
{
    memset(r, 0, sizeof(*r));
    r->db = db;
    return sql_prepare_all(db, sql, ROWS_STMTS, r->stmts);
}

void rows_finish(struct rows *r)
{
    sql_finalize_all(r->stmts, ROWS_STMTS);
}

const struct instrument *rows_instrument(const struct rows *r, uint32_t id)
{
    return id <= INSTRUMENT_MAX && r->state.instruments[id].in.id != 0 ? &r->state.instruments[id].in : NULL;
}

/* 0 stands for "not given" in events; in rows that is NULL. */
static void given(struct sql_row *row, int64_t value)
{
    if (value != 0) {
        sql_int(row, value);
    } else {
        sql_null(row);
    }
}

static void decimal(struct sql_row *row, const struct instrument *in, int64_t value, int decimals)
{
    if (in != NULL) {
        sql_real(row, fixed_to_double(value, decimals));
    } else {
        sql_null(row);
    }
}

/* session, instrument_id, instrument: three values. */
static void put_instrument(const struct rows *r, struct sql_row *row, uint32_t id)
{
    const struct instrument *in = rows_instrument(r, id);
    char name[INSTRUMENT_NAME_MAX];
    sql_int(row, r->state.session);
    sql_int(row, id);
    if (in != NULL) {
        instrument_name(in, name);
        sql_text(row, name);
    } else {
        sql_null(row);
    }
}

/* And seq, recv_ns, exch_ns. */
static void put_head(const struct rows *r, struct sql_row *row, const struct event *ev)
{
    put_instrument(r, row, ev->instrument);
    sql_u64(row, ev->seq);
    sql_int(row, ev->recv_ns);
    given(row, ev->exch_ns);
}

/* A gap that only the journal knows of: between a crash and what comes next. */
static int crash_row(struct rows *r, const struct event *ev)
{
    struct sql_row row = sql_row(r->stmts[ROWS_GAP]);
    put_instrument(r, &row, 0);
    sql_u64(&row, ev->seq);
    sql_int(&row, ev->recv_ns);
    sql_text(&row, "journal");
    sql_int(&row, 0);
    sql_text(&row, "not closed");
    sql_null(&row);
    sql_null(&row);
    sql_int(&row, r->state.crash_ns);
    sql_int(&row, ev->recv_ns);
    sql_null(&row);
    sql_null(&row);
    sql_text(&row, "the recording before ended without being closed");
    r->state.has_crashed = false;
    return sql_run(&row);
}

static int on_session(struct rows *r, const struct event *ev)
{
    const struct session_row *s = event_rows_const(ev);
    struct sql_row row = sql_row(r->stmts[ROWS_SESSION]);
    sql_u64(&row, ev->seq);
    sql_int(&row, ev->recv_ns);
    sql_int(&row, s->wall_ns);
    sql_text(&row, s->program);
    sql_text(&row, s->source);
    sql_u64(&row, s->libm_fingerprint);
    int err = sql_run(&row);
    if (err != 0) {
        return err;
    }
    r->state.session = sqlite3_last_insert_rowid(r->db);
    memset(r->state.instruments, 0, sizeof(r->state.instruments));
    r->state.feed_n = 0;
    return r->state.has_crashed ? crash_row(r, ev) : 0;
}

static int on_instrument(struct rows *r, const struct event *ev)
{
    const struct instrument *in = event_rows_const(ev);
    struct sql_row row = sql_row(r->stmts[ROWS_INSTRUMENT]);
    char name[INSTRUMENT_NAME_MAX];
    if (in->id > 0 && in->id <= INSTRUMENT_MAX) {
        r->state.instruments[in->id].in = *in;
    }
    instrument_name(in, name);
    sql_int(&row, r->state.session);
    sql_int(&row, in->id);
    sql_int(&row, in->version);
    sql_u64(&row, ev->seq);
    sql_text(&row, name);
    sql_text(&row, in->venue);
    sql_text(&row, in->symbol);
    sql_text(&row, in->base);
    sql_text(&row, in->quote);
    sql_text(&row, in->settle);
    const int64_t numbers[] = {in->kind,
                               in->book_rule,
                               in->inverse,
                               in->inferred,
                               in->price_decimals,
                               in->qty_decimals,
                               in->mark_decimals,
                               in->rate_decimals,
                               in->tick,
                               in->lot,
                               in->multiplier,
                               in->expiry_ns,
                               in->funding_interval_s,
                               in->trading,
                               in->liq_completeness};
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        sql_int(&row, numbers[i]);
    }
    return sql_run(&row);
}

static int on_liquidation(struct rows *r, const struct event *ev)
{
    static const char *const completeness[] = {"unknown", "full", "sampled", "inferred"};
    const struct liquidation_row *l = event_rows_const(ev);
    const struct instrument *in = rows_instrument(r, ev->instrument);
    struct sql_row row = sql_row(r->stmts[ROWS_LIQUIDATION]);
    put_head(r, &row, ev);
    sql_text(&row, l->side == POSITION_LONG ? "long" : "short");
    sql_int(&row, l->px);
    sql_int(&row, l->qty);
    given(&row, l->order_px);
    decimal(&row, in, l->px, in != NULL ? in->price_decimals : 0);
    decimal(&row, in, l->qty, in != NULL ? in->qty_decimals : 0);
    decimal(&row, l->order_px != 0 ? in : NULL, l->order_px, in != NULL ? in->price_decimals : 0);
    if (in != NULL) {
        sql_real(&row, instrument_notional(in, l->px, l->qty));
    } else {
        sql_null(&row);
    }
    sql_text(&row, completeness[l->completeness & 3]);
    sql_int(&row, l->is_bankruptcy);
    return sql_run(&row);
}

static int on_interest(struct rows *r, const struct event *ev)
{
    const struct count_row *c = event_rows_const(ev);
    const struct instrument *in = rows_instrument(r, ev->instrument);
    struct sql_row row = sql_row(r->stmts[ROWS_INTEREST]);
    put_head(r, &row, ev);
    sql_int(&row, c->value);
    decimal(&row, in, c->value, in != NULL ? in->qty_decimals : 0);
    return sql_run(&row);
}

/* Is this mark worth a row? Notes it if so. */
static bool is_funding_due(struct rows *r, const struct event *ev, const struct mark_row *m)
{
    struct rows_instrument *ri = &r->state.instruments[ev->instrument <= INSTRUMENT_MAX ? ev->instrument : 0];
    if (m->has_funding == 0) {
        return false;
    }
    bool is_due = !ri->has_funding || m->next_funding_ns != ri->next_funding_ns ||
                  (m->funding_rate != ri->funding_rate && ev->recv_ns - ri->funding_ns >= ROWS_FUNDING_NS);
    if (is_due) {
        ri->has_funding = true;
        ri->funding_ns = ev->recv_ns;
        ri->funding_rate = m->funding_rate;
        ri->next_funding_ns = m->next_funding_ns;
    }
    return is_due;
}

static int on_mark(struct rows *r, const struct event *ev)
{
    const struct mark_row *m = event_rows_const(ev);
    const struct instrument *in = rows_instrument(r, ev->instrument);
    if (!is_funding_due(r, ev, m)) {
        return 0;
    }
    struct sql_row row = sql_row(r->stmts[ROWS_FUNDING]);
    int mark_decimals = in != NULL ? in->mark_decimals : 0,
        rate_decimals = in != NULL ? in->rate_decimals : 0;
    put_head(r, &row, ev);
    given(&row, m->mark);
    given(&row, m->index);
    sql_int(&row, m->funding_rate);
    given(&row, m->next_funding_ns);
    decimal(&row, m->mark != 0 ? in : NULL, m->mark, mark_decimals);
    decimal(&row, m->index != 0 ? in : NULL, m->index, mark_decimals);
    decimal(&row, in, m->funding_rate, rate_decimals);
    return sql_run(&row);
}

static int on_gap(struct rows *r, const struct event *ev)
{
    const struct gap_row *g = event_rows_const(ev);
    bool is_ours = g->cause == GAP_JOURNAL_LAG || g->cause == GAP_DISK;
    struct sql_row row = sql_row(r->stmts[ROWS_GAP]);
    put_instrument(r, &row, ev->instrument);
    sql_u64(&row, ev->seq);
    sql_int(&row, ev->recv_ns);
    sql_text(&row, is_ours ? "journal" : "feed");
    sql_int(&row, g->cause);
    sql_text(&row, gap_cause_name((int)g->cause));
    given(&row, g->error);
    given(&row, (int64_t)g->lost);
    given(&row, g->from_ns);
    given(&row, g->to_ns);
    given(&row, (int64_t)ev->first_id);
    given(&row, (int64_t)ev->last_id);
    sql_text(&row, g->text);
    return sql_run(&row);
}

/* Is the feed's state another than in its last row? Notes it if so. */
static bool is_feed_news(struct rows *r, const struct feed_row *f)
{
    uint32_t i = 0;
    const uint32_t most = sizeof(r->state.feeds) / sizeof(r->state.feeds[0]);
    while (i < r->state.feed_n && strcmp(r->state.feeds[i].venue, f->venue) != 0) {
        i++;
    }
    if (i < r->state.feed_n && r->state.feeds[i].state == f->state &&
        strcmp(r->state.feeds[i].reason, f->reason) == 0) {
        return false;
    }
    if (i < most) {
        r->state.feed_n += i == r->state.feed_n;
        (void)text_copy(r->state.feeds[i].venue, sizeof(r->state.feeds[i].venue), f->venue);
        (void)text_copy(r->state.feeds[i].reason, sizeof(r->state.feeds[i].reason), f->reason);
        r->state.feeds[i].state = f->state;
    }
    return true;
}

static int on_feed(struct rows *r, const struct event *ev)
{
    const struct feed_row *f = event_rows_const(ev);
    if (!is_feed_news(r, f)) {
        return 0;
    }
    struct sql_row row = sql_row(r->stmts[ROWS_FEED]);
    sql_u64(&row, ev->seq);
    sql_int(&row, r->state.session);
    sql_int(&row, ev->recv_ns);
    sql_text(&row, f->venue);
    sql_int(&row, f->state);
    sql_text(&row, feed_state_name(f->state));
    sql_u64(&row, f->reconnects);
    sql_text(&row, f->reason);
    return sql_run(&row);
}

int rows_event(struct rows *r, const struct event *ev)
{
    switch (ev->kind) {
    case EVENT_SESSION: return on_session(r, ev);
    case EVENT_INSTRUMENT: return on_instrument(r, ev);
    case EVENT_GAP: return on_gap(r, ev);
    case EVENT_FEED: return on_feed(r, ev);
    case EVENT_MARK: return on_mark(r, ev);
    case EVENT_LIQUIDATION: return on_liquidation(r, ev);
    case EVENT_OPEN_INTEREST: return on_interest(r, ev);
    default: return 0;
    }
}

static int result_gap(struct rows *r, const struct result *result, const char *text)
{
    struct sql_row row = sql_row(r->stmts[ROWS_GAP]);
    put_instrument(r, &row, result->instrument);
    sql_u64(&row, result->seq);
    sql_int(&row, result->time_ns);
    sql_text(&row, "engine");
    sql_int(&row, result->cause);
    sql_text(&row, gap_cause_name(result->cause));
    sql_null(&row);
    sql_null(&row);
    sql_null(&row);
    sql_null(&row);
    sql_u64(&row, result->from_id);
    sql_u64(&row, result->to_id);
    sql_text(&row, text);
    return sql_run(&row);
}

int rows_result(struct rows *r, const struct result *result)
{
    struct sql_row row = sql_row(r->stmts[ROWS_RESULT]);
    char text[sizeof(result->text) + 1];
    text_sanitize(text, sizeof(text), result->text, strnlen(result->text, sizeof(result->text)));
    sql_u64(&row, result->seq);
    sql_int(&row, result->kind);
    sql_int(&row, result->cause);
    sql_int(&row, result->instrument);
    sql_int(&row, result->time_ns);
    sql_u64(&row, result->from_id);
    sql_u64(&row, result->to_id);
    sql_u64(&row, result->digest_exact);
    sql_u64(&row, result->digest_all);
    sql_int(&row, result->is_final);
    sql_text(&row, text);
    int err = sql_run(&row);
    /* A span that the journal itself lost has its row from the event that says so. */
    bool is_engines = result->kind == RESULT_GAP && result->cause != GAP_JOURNAL_LAG &&
                      result->cause != GAP_DISK;
    return err == 0 && is_engines ? result_gap(r, result, text) : err;
}

int rows_session_end(struct rows *r, uint64_t last_seq, int64_t end_ns)
{
    struct sql_row row = sql_row(r->stmts[ROWS_SESSION_END]);
    if (r->state.session == 0) {
        return 0;
    }
    sql_u64(&row, last_seq);
    sql_int(&row, end_ns);
    sql_int(&row, r->state.session);
    return sql_run(&row);
}

int rows_session_close(struct rows *r)
{
    struct sql_row row = sql_row(r->stmts[ROWS_SESSION_CLOSE]);
    sql_int(&row, r->state.session);
    return sql_run(&row);
}
