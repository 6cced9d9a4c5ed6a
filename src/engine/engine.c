/* The engine: routes events to markets, derives ticks, and keeps what is published in line.
 *
 * Invariants: markets[i]->index == i; by_id maps this session's instrument ids to markets; tick_ns is the next tick to run; all
 * state changes happen inside engine_apply, engine_advance and engine_publish (which only brings derived figures up to date). */
#include "digest.h"
#include "market.h"
#include "picture.h"

#include <alphaplus/analytics/measure.h>
#include <alphaplus/base/clock.h>
#include <alphaplus/base/fixed.h>
#include <alphaplus/base/hash.h>
#include <alphaplus/base/text.h>
#include <alphaplus/engine/engine.h>
#include <alphaplus/risk/portfolio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RESULTS_KEPT        256
#define ENTRY_TEXT          64
#define DIGEST_EVERY_NS     (60 * NS_PER_S)
#define BIG_LIQUIDATION_USD 100000.0

struct engine {
    struct publication *pub; /* borrowed */
    struct engine_hooks hooks;
    struct market *markets[INSTRUMENT_MAX];   /* owned */
    struct market *by_id[INSTRUMENT_MAX + 1]; /* borrowed */
    struct head_view head;                    /* risk and digests by engine_head */
    struct portfolio *portfolio;              /* owned */
    struct liqs liqs;                         /* owned parts: all markets */
    struct digest chain;                      /* of every second so far */
    int64_t tick_ns;                          /* next tick; 0 before the first event */
    struct {
        struct result items[RESULTS_KEPT];
        uint64_t head, tail;
    } results;
    uint64_t picture_request[VIEWER_MAX]; /* board version answered last */
    int64_t picture_ns[VIEWER_MAX];
    uint64_t skipped; /* events of unknown kind or instrument */
    bool is_head_dirty;
};

static int session_begin(struct engine *e)
{
    e->chain = (struct digest){HASH_SEED, HASH_SEED};
    e->head.risk.first_to_die = -1;
    int err = portfolio_create(&e->portfolio);
    return err < 0 ? err : liqs_init(&e->liqs);
}

static void session_end(struct engine *e)
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
    int err = session_begin(e);
    if (err < 0) {
        engine_destroy(e);
        return err;
    }
    *ret_engine = e;
    return 0;
}

void engine_destroy(struct engine *e)
{
    if (!e)
        return;
    session_end(e);
    free(e);
}

static void note(struct engine *e, const struct market *m, enum note_kind kind, const char *text)
{
    struct note_item item = {.time_ns = e->head.time_ns,
                             .seq = e->head.seq,
                             .instrument = m ? m->index : UINT32_MAX,
                             .kind = (uint16_t)kind};
    text_copy(item.text, sizeof item.text, text);
    if (e->pub)
        trail_push(publication_notes(e->pub), &item);
}

static void add_result(struct engine *e, const struct result *r)
{
    if (e->results.head - e->results.tail == RESULTS_KEPT)
        e->results.tail++;
    e->results.items[e->results.head++ % RESULTS_KEPT] = *r;
}

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
    add_result(e, &r);
    note(e, m, kind == RESULT_GAP ? NOTE_GAP : NOTE_RESYNC, text);
}

static struct market *market_of(struct engine *e, const struct event *ev)
{
    return ev->instrument <= INSTRUMENT_MAX ? e->by_id[ev->instrument] : NULL;
}

/* --- what each kind of event does ------------------------------------------------------------------------------- */

static int64_t next_tick(int64_t now_ns)
{
    return now_ns / TICK_NS * TICK_NS + TICK_NS;
}

static void lose_all(struct engine *e, enum gap_cause cause)
{
    for (uint32_t i = 0; i < e->head.market_n; i++) {
        struct market *m = e->markets[i];
        bool was_true = m->view.book_state == BOOK_TRUE;
        market_lose(m, e->head.time_ns);
        if (was_true)
            report_break(e, m, RESULT_GAP, cause, gap_cause_name(cause));
    }
}

/* A session begins with nothing, as the program that recorded it did: so its replay is the same whatever stood before it. */
static int on_session(struct engine *e, const struct event *ev)
{
    const struct session_row *row = event_rows_const(ev);
    session_end(e);
    int err = session_begin(e);
    e->tick_ns = next_tick(ev->recv_ns);
    e->head.seq = ev->seq;
    e->head.time_ns = e->head.session_ns = ev->recv_ns;
    text_copy(e->head.source, sizeof e->head.source, row->source);
    return err;
}

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
    return i < VENUE_MAX ? i : VENUE_MAX - 1;
}

static int on_instrument(struct engine *e, const struct event *ev)
{
    struct instrument in;
    char name[INSTRUMENT_NAME_MAX];

    memcpy(&in, event_rows_const(ev), sizeof in);
    int err = instrument_check(&in);
    if (err < 0)
        return err;
    instrument_name(&in, name);
    int index = engine_find(e, name);
    if (index < 0 && e->head.market_n == INSTRUMENT_MAX)
        return AP_EFULL;
    if (index >= 0) {
        err = market_change(e->markets[index], &in);
    } else {
        index = (int)e->head.market_n;
        err = market_create(&in, (uint32_t)index, &e->markets[index]);
        if (err == 0)
            e->head.market_n++;
    }
    if (err < 0)
        return err;
    err = portfolio_set_contract(e->portfolio, name, in.settle, (double)in.multiplier / 1e8);
    if (err < 0)
        return err;
    struct market *m = e->markets[index];
    m->feed = feed_index(e, in.venue);
    e->by_id[in.id] = m;
    if (in.liq_completeness != COMPLETENESS_UNKNOWN) {
        liqs_watch(&m->liqs, ev->recv_ns);
        liqs_watch(&e->liqs, ev->recv_ns);
    }
    e->is_head_dirty = true;
    return 0;
}

static int on_gap(struct engine *e, const struct event *ev)
{
    const struct gap_row *row = event_rows_const(ev);
    char text[ENTRY_TEXT + 80];

    snprintf(text, sizeof text, "%s: %s", gap_cause_name((int)row->cause), row->text);
    e->head.lost += row->lost;
    note(e, market_of(e, ev), NOTE_LOST, text);
    if (row->cause == GAP_JOURNAL_LAG || row->cause == GAP_DISK || row->cause == GAP_BAD_FRAME)
        return 0; /* the engine saw those events, or ids will tell that a frame is missing */
    struct market *m = market_of(e, ev);
    if (ev->instrument == 0) {
        lose_all(e, row->cause);
    } else if (m && m->view.book_state == BOOK_TRUE) {
        market_lose(m, ev->recv_ns);
        report_break(e, m, RESULT_GAP, row->cause, row->text);
    }
    return 0;
}

static int on_feed(struct engine *e, const struct event *ev)
{
    const struct feed_row *row = event_rows_const(ev);
    struct feed_view *f = &e->head.feeds[feed_index(e, row->venue)];

    if (f->row.state != row->state || strcmp(f->row.reason, row->reason) != 0) {
        char text[160];
        snprintf(text, sizeof text, "%s %s%s%s", row->venue, feed_state_name(row->state),
                 row->reason[0] ? ": " : "", row->reason);
        note(e, NULL, NOTE_FEED, text);
        f->since_ns = ev->recv_ns;
    }
    f->row = *row;
    return 0;
}

static int on_clock(struct engine *e, const struct event *ev)
{
    const struct count_row *row = event_rows_const(ev);
    char text[64];
    snprintf(text, sizeof text, "wall clock stepped by %+.3f s", (double)row->value / 1e9);
    note(e, NULL, NOTE_CLOCK, text);
    return 0;
}

static int on_position(struct engine *e, const struct event *ev)
{
    return portfolio_set_position(e->portfolio, event_rows_const(ev));
}

static int on_account(struct engine *e, const struct event *ev)
{
    return portfolio_set_account(e->portfolio, event_rows_const(ev));
}

static int on_tiers(struct engine *e, const struct event *ev)
{
    const struct margin_tiers *t = event_rows_const(ev);
    return portfolio_set_tiers(e->portfolio, t->instrument, t->tiers, t->n);
}

static int on_depth(struct engine *e, const struct event *ev)
{
    struct market *m = market_of(e, ev);
    struct market_book_hook hook = {e->hooks.on_book, e->hooks.user};
    uint8_t before = m->view.book_state;

    int result = market_depth(m, ev, &hook);
    if (result == SYNC_JOINED && before != BOOK_TRUE) {
        report_break(e, m, RESULT_HEALED, 0, m->view.resyncs > 0 ? "book is true again" : "book is true");
    } else if (before == BOOK_TRUE && m->view.book_state != BOOK_TRUE) {
        report_break(e, m, RESULT_GAP, m->sync.last_cause, gap_cause_name(m->sync.last_cause));
    }
    return result == AP_ENOMEM ? result : 0;
}

static int on_trade(struct engine *e, const struct event *ev)
{
    struct market *m = market_of(e, ev);
    market_trade(m, ev, e->pub ? publication_tape(e->pub, m->index) : NULL);
    return 0;
}

static int on_quote(struct engine *e, const struct event *ev)
{
    market_quote(market_of(e, ev), ev);
    return 0;
}

static int on_mark(struct engine *e, const struct event *ev)
{
    struct market *m = market_of(e, ev);
    market_mark(m, ev);
    double mark = m->view.has_mark ? fixed_to_double(m->view.mark, m->view.inst.mark_decimals) : 0.0;
    portfolio_set_mark(e->portfolio, m->name, mark, m->view.inst.inverse);
    return 0;
}

static int on_open_interest(struct engine *e, const struct event *ev)
{
    market_open_interest(market_of(e, ev), ev);
    return 0;
}

static int on_liquidation(struct engine *e, const struct event *ev)
{
    struct market *m = market_of(e, ev);
    struct liq_item item;

    market_liquidation(m, ev, &item);
    liqs_add(&e->liqs, ev->recv_ns, item.side, item.usd, item.completeness);
    if (e->pub)
        trail_push(publication_liquidations(e->pub), &item);
    if (item.usd >= BIG_LIQUIDATION_USD) {
        char text[80], money[16], px[FIXED_TEXT_MAX];
        text_money(money, sizeof money, item.usd);
        fixed_format(px, item.px, m->view.inst.price_decimals);
        snprintf(text, sizeof text, "%s liquidated %s at %s", item.side == POSITION_LONG ? "LONG" : "SHORT",
                 money, px);
        note(e, m, NOTE_BIG_LIQ, text);
    }
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
    [EVENT_DEPTH_SNAPSHOT] = {on_depth, true},
    [EVENT_DEPTH] = {on_depth, true},
    [EVENT_QUOTE] = {on_quote, true},
    [EVENT_TRADE] = {on_trade, true},
    [EVENT_MARK] = {on_mark, true},
    [EVENT_LIQUIDATION] = {on_liquidation, true},
    [EVENT_OPEN_INTEREST] = {on_open_interest, true},
};

/* --- time -------------------------------------------------------------------------------------------------------- */

struct wall_note {
    struct engine *engine;
    const struct market *market;
};

static void on_wall(void *user, enum wall_change change, const struct wall_track *track)
{
    const struct wall_note *n = user;
    const struct instrument *in = &n->market->view.inst;
    char text[80], px[FIXED_TEXT_MAX], money[16];

    fixed_format(px, track->px, in->price_decimals);
    text_money(money, sizeof money, instrument_notional(in, track->px, track->qty));
    snprintf(text, sizeof text, "%s wall %s %s %s", track->side == SIDE_BID ? "bid" : "ask", px, money,
             change == WALL_BORN ? "formed" : "gone");
    note(n->engine, n->market, change == WALL_BORN ? NOTE_WALL_BORN : NOTE_WALL_GONE, text);
}

/* One link of the chain: what was published in this second. */
static void chain_second(struct engine *e)
{
    for (uint32_t i = 0; i < e->head.market_n; i++) {
        struct market *m = e->markets[i];
        market_refresh(m);
        digest_market(&e->chain, &m->view, metric_registry());
        digest_u64(&e->chain, (uint64_t)m->sweep.px);
        digest_u64(&e->chain, (uint64_t)m->sweep.qty);
        const struct heat_column *c = heat_newest(m->heat);
        if (c)
            digest_bytes(&e->chain, c->cells, sizeof c->cells);
    }
}

static void run_tick(struct engine *e, int64_t tick_ns)
{
    e->head.time_ns = tick_ns;
    for (uint32_t i = 0; i < e->head.market_n; i++) {
        struct wall_note n = {e, e->markets[i]};
        market_tick(e->markets[i], tick_ns, on_wall, &n);
        e->markets[i]->view.time_ns = tick_ns;
    }
    e->is_head_dirty = true;
    if (tick_ns % NS_PER_S == 0) {
        liqs_expire(&e->liqs, tick_ns);
        chain_second(e);
    }
    if (tick_ns % DIGEST_EVERY_NS == 0) {
        struct result r = {.size = sizeof r, .kind = RESULT_DIGEST, .seq = e->head.seq, .time_ns = tick_ns};
        engine_digest(e, &r.digest_exact, &r.digest_all);
        add_result(e, &r);
    }
    if (e->hooks.on_tick && e->hooks.tick_every_ns > 0 && tick_ns % e->hooks.tick_every_ns == 0)
        e->hooks.on_tick(e->hooks.user, e, tick_ns);
}

void engine_advance(struct engine *e, int64_t time_ns)
{
    if (e->tick_ns == 0)
        return;
    if (time_ns - e->tick_ns > ENGINE_LEAP_NS)
        e->tick_ns = (time_ns - ENGINE_LEAP_NS) / TICK_NS * TICK_NS;
    for (; e->tick_ns <= time_ns; e->tick_ns += TICK_NS)
        run_tick(e, e->tick_ns);
}

int engine_apply(struct engine *e, const struct event *ev)
{
    if (ev->recv_ns <= 0 || ev->recv_ns > INT64_MAX - ENGINE_LEAP_NS)
        return AP_ERANGE;
    if (e->tick_ns == 0)
        e->tick_ns = next_tick(ev->recv_ns);
    if (ev->recv_ns >= e->tick_ns && ev->kind != EVENT_SESSION)
        engine_advance(e, ev->recv_ns);
    if (ev->recv_ns > e->head.time_ns)
        e->head.time_ns = ev->recv_ns;
    e->head.seq = ev->seq;
    e->is_head_dirty = true;

    struct market *m = market_of(e, ev);
    bool is_known = ev->kind < sizeof handlers / sizeof handlers[0] && handlers[ev->kind].handle;
    if (!is_known || (handlers[ev->kind].is_market && !m)) {
        e->skipped += ev->kind != EVENT_IDLE;
        return 0;
    }
    if (m) {
        m->view.seq = ev->seq;
        m->view.time_ns = e->head.time_ns;
        e->head.feeds[m->feed].last_ns = ev->recv_ns;
    }
    return handlers[ev->kind].handle(e, ev);
}

/* --- what comes out ---------------------------------------------------------------------------------------------- */

bool engine_next_wish(struct engine *e, uint32_t *ret_instrument)
{
    for (uint32_t i = 0; i < e->head.market_n; i++) {
        struct market *m = e->markets[i];
        if (!sync_wants_snapshot(&m->sync))
            continue;
        sync_snapshot_asked(&m->sync);
        *ret_instrument = m->view.inst.id;
        return true;
    }
    return false;
}

bool engine_next_result(struct engine *e, struct result *ret_result)
{
    if (e->results.tail == e->results.head)
        return false;
    *ret_result = e->results.items[e->results.tail++ % RESULTS_KEPT];
    return true;
}

static void refresh_head(struct engine *e)
{
    enum completeness worst = COMPLETENESS_UNKNOWN;
    for (uint32_t i = 0; i < e->head.market_n; i++)
        worst = completeness_worst(worst, e->markets[i]->view.inst.liq_completeness);
    liqs_totals(&e->liqs, e->head.time_ns, worst, e->head.liq);
    portfolio_view(e->portfolio, &e->head.risk);
}

void engine_digest(const struct engine *e, uint64_t *ret_exact, uint64_t *ret_all)
{
    struct digest d = e->chain;
    struct risk_view risk;

    for (uint32_t i = 0; i < e->head.market_n; i++) {
        struct market *m = e->markets[i];
        market_refresh(m);
        digest_market(&d, &m->view, metric_registry());
        digest_u64(&d, book_hash(m->sync.book, HASH_SEED));
    }
    portfolio_view(e->portfolio, &risk);
    digest_risk(&d, &risk);
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
                       .time_ns = e->head.time_ns};
    engine_digest(e, &r.digest_exact, &r.digest_all);
    add_result(e, &r);
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
    market_refresh(e->markets[market]);
    return &e->markets[market]->view;
}

const struct head_view *engine_head(struct engine *e)
{
    refresh_head(e);
    engine_digest(e, &e->head.digest_exact, &e->head.digest_all);
    return &e->head;
}

const struct book *engine_book(const struct engine *e, uint32_t market)
{
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
