#include "commands.h"
#include "output.h"
#include "play.h"
#include "sheet.h"
#include "watch.h"

#include <alphaplus/base/text.h>
#include <alphaplus/engine/engine.h>
#include <alphaplus/journal/journal.h>
#include <alphaplus/replay/source.h>
#include <stdio.h>
#include <string.h>

struct export
{
    struct sheet sheet;
    struct instrument insts[INSTRUMENT_MAX + 1]; /* by session id; id 0: not declared */
    char wanted[INSTRUMENT_NAME_MAX];            /* the one that is exported; "": not known yet */
    struct instrument widest;                    /* its decimals, the most of all its versions */
    uint64_t events;
    int64_t from_ns, to_ns;
};

struct kind {
    const char *name;
    int event; /* kind of event that makes rows; 0: needs the engine's book */
    void (*row)(struct export *x, const struct instrument *in, const struct event *ev);
    const char *columns[12];
};

/* --- rows ---------------------------------------------------------------------------------------------------------- */

static void times(struct export *x, const struct event *ev)
{
    sheet_int(&x->sheet, ev->recv_ns);
    sheet_int(&x->sheet, ev->exch_ns);
}

static void px_qty(struct export *x, const struct instrument *in, int64_t px, int64_t qty)
{
    sheet_decimal(&x->sheet, px, in->price_decimals);
    sheet_decimal(&x->sheet, qty, in->qty_decimals);
}

static void row_levels(struct export *x, const struct instrument *in, const struct event *ev)
{
    const struct depth_rows *d = event_rows_const(ev);
    for (uint32_t i = 0; i < d->bid_n + d->ask_n; i++) {
        sheet_int(&x->sheet, ev->recv_ns);
        sheet_uint(&x->sheet, ev->last_id);
        sheet_word(&x->sheet, i < d->bid_n ? "bid" : "ask");
        px_qty(x, in, d->levels[i].px, d->levels[i].qty);
        sheet_end_row(&x->sheet);
    }
}

static void row_quotes(struct export *x, const struct instrument *in, const struct event *ev)
{
    const struct quote_row *q = event_rows_const(ev);
    times(x, ev);
    sheet_uint(&x->sheet, ev->last_id);
    px_qty(x, in, q->bid_px, q->bid_qty);
    px_qty(x, in, q->ask_px, q->ask_qty);
    sheet_end_row(&x->sheet);
}

static void row_trades(struct export *x, const struct instrument *in, const struct event *ev)
{
    const struct trade_row *t = event_rows_const(ev);
    times(x, ev);
    sheet_uint(&x->sheet, ev->last_id);
    px_qty(x, in, t->px, t->qty);
    sheet_word(&x->sheet, t->aggressor == AGGRESSOR_BUY ? "buy" : "sell");
    sheet_end_row(&x->sheet);
}

static void decimal_or_none(struct export *x, bool has, int64_t value, int decimals)
{
    if (has)
        sheet_decimal(&x->sheet, value, decimals);
    else
        sheet_none(&x->sheet);
}

static void row_marks(struct export *x, const struct instrument *in, const struct event *ev)
{
    const struct mark_row *m = event_rows_const(ev);
    times(x, ev);
    decimal_or_none(x, m->mark != 0, m->mark, in->mark_decimals);
    decimal_or_none(x, m->index != 0, m->index, in->mark_decimals);
    decimal_or_none(x, m->has_funding, m->funding_rate, in->rate_decimals);
    if (m->has_funding)
        sheet_int(&x->sheet, m->next_funding_ns);
    else
        sheet_none(&x->sheet);
    sheet_end_row(&x->sheet);
}

static void row_liquidations(struct export *x, const struct instrument *in, const struct event *ev)
{
    static const char *const completeness[] = {"unknown", "full", "sampled", "inferred"};
    const struct liquidation_row *l = event_rows_const(ev);
    times(x, ev);
    sheet_word(&x->sheet, l->side == POSITION_LONG ? "long" : "short");
    px_qty(x, in, l->px, l->qty);
    decimal_or_none(x, l->order_px != 0, l->order_px, in->price_decimals);
    sheet_word(&x->sheet, l->is_bankruptcy ? "bankruptcy" : "fill");
    sheet_word(&x->sheet, completeness[l->completeness & 3]);
    sheet_end_row(&x->sheet);
}

static void row_open_interest(struct export *x, const struct instrument *in, const struct event *ev)
{
    const struct count_row *c = event_rows_const(ev);
    times(x, ev);
    sheet_decimal(&x->sheet, c->value, in->qty_decimals);
    sheet_end_row(&x->sheet);
}

static void level_or_none(struct export *x, const struct instrument *in, const struct book *book,
                          enum side side)
{
    struct level level;
    if (book_best(book, side, &level)) {
        px_qty(x, in, level.px, level.qty);
    } else {
        sheet_none(&x->sheet);
        sheet_none(&x->sheet);
    }
}

static const struct kind kinds[] = {
    {"levels", EVENT_DEPTH, row_levels, {"recv_ns", "final_id", "side", "px", "qty"}},
    {"snapshots", EVENT_DEPTH_SNAPSHOT, row_levels, {"recv_ns", "final_id", "side", "px", "qty"}},
    {"top", 0, NULL, {"recv_ns", "exch_ns", "final_id", "prev_id", "bid_px", "bid_qty", "ask_px", "ask_qty"}},
    {"quotes",
     EVENT_QUOTE,
     row_quotes,
     {"recv_ns", "exch_ns", "id", "bid_px", "bid_qty", "ask_px", "ask_qty"}},
    {"trades", EVENT_TRADE, row_trades, {"recv_ns", "exch_ns", "id", "px", "qty", "side"}},
    {"marks",
     EVENT_MARK,
     row_marks,
     {"recv_ns", "exch_ns", "mark", "index", "funding_rate", "next_funding_ns"}},
    {"liquidations",
     EVENT_LIQUIDATION,
     row_liquidations,
     {"recv_ns", "exch_ns", "side", "px", "qty", "order_px", "px_kind", "completeness"}},
    {"open_interest", EVENT_OPEN_INTEREST, row_open_interest, {"recv_ns", "exch_ns", "open_interest"}},
    {"book", 0, NULL, {"side", "px", "qty"}},
};

/* --- which instrument ---------------------------------------------------------------------------------------------- */

/* A row has no column for the instrument: one at a time. AP_EAMBIGUOUS when there are several and none was named. */
static int meet_instrument(struct export *x, const struct event *ev)
{
    struct instrument in;

    memcpy(&in, event_rows_const(ev), sizeof in);
    if (in.id == 0 || in.id > INSTRUMENT_MAX)
        return AP_ECORRUPT;
    x->insts[in.id] = in;
    return 0;
}

static uint8_t most(uint8_t a, uint8_t b)
{
    return a > b ? a : b;
}

/* All that the journal ever declared. */
static int find_instruments(struct export *x, struct source *s, bool is_named)
{
    struct instrument in;
    char name[INSTRUMENT_NAME_MAX];
    int err = 0;

    for (uint32_t i = 0; err == 0 && (err = journal_instrument(source_journal(s), i, &in)) == 0; i++) {
        instrument_name(&in, name);
        if (!is_named && x->wanted[0] && strcmp(x->wanted, name) != 0)
            return AP_EAMBIGUOUS;
        if (!is_named)
            text_copy(x->wanted, sizeof x->wanted, name);
        if (strcmp(x->wanted, name) != 0)
            continue;
        x->widest.price_decimals = most(x->widest.price_decimals, in.price_decimals);
        x->widest.qty_decimals = most(x->widest.qty_decimals, in.qty_decimals);
        x->widest.mark_decimals = most(x->widest.mark_decimals, in.mark_decimals);
        x->widest.rate_decimals = most(x->widest.rate_decimals, in.rate_decimals);
    }
    return err == AP_ENOTFOUND ? 0 : err;
}

/* What a column of this name holds, in words that Parquet writers know. */
static void type_of(const struct export *x, const char *column, char *buf, size_t size)
{
    static const char *const words[] = {"side", "px_kind", "completeness"};
    size_t n = strlen(column);
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strcmp(column, words[i]) == 0) {
            text_copy(buf, size, "string");
            return;
        }
    }
    if (n > 3 && strcmp(column + n - 3, "_ns") == 0) {
        text_copy(buf, size, "int64");
    } else if (strcmp(column, "id") == 0 || (n > 3 && strcmp(column + n - 3, "_id") == 0)) {
        text_copy(buf, size, "uint64");
    } else {
        bool is_px = strcmp(column, "px") == 0 || (n > 3 && strcmp(column + n - 3, "_px") == 0);
        bool is_mark = strcmp(column, "mark") == 0 || strcmp(column, "index") == 0;
        snprintf(buf, size, "decimal(38,%d)",
                 is_px                                 ? x->widest.price_decimals
                 : is_mark                             ? x->widest.mark_decimals
                 : strcmp(column, "funding_rate") == 0 ? x->widest.rate_decimals
                                                       : x->widest.qty_decimals);
    }
}

static void begin_sheet(struct export *x, const struct kind *k, const char *format)
{
    enum { COLUMNS = sizeof k->columns / sizeof k->columns[0] };
    char types[COLUMNS][24];
    const char *list[COLUMNS] = {0};
    bool is_typed = format && strcmp(format, "typed") == 0;
    for (size_t i = 0; i < COLUMNS && k->columns[i]; i++) {
        type_of(x, k->columns[i], types[i], sizeof types[i]);
        list[i] = types[i];
    }
    sheet_begin(&x->sheet, format && strcmp(format, "jsonl") == 0 ? SHEET_JSONL : SHEET_CSV, k->columns,
                is_typed ? list : NULL);
}

/* Ctrl-C ends it after a whole row. */
static bool goes_on(struct export *x)
{
    bool is_stopped = ++x->events % 65536 == 0 && !wait_more(0);
    if (is_stopped)
        complain("interrupted; what was written ends with a whole row");
    return !is_stopped;
}

static const struct instrument *instrument_of(const struct export *x, const struct event *ev)
{
    char name[INSTRUMENT_NAME_MAX];
    if (ev->instrument == 0 || ev->instrument > INSTRUMENT_MAX || x->insts[ev->instrument].id == 0)
        return NULL;
    instrument_name(&x->insts[ev->instrument], name);
    return strcmp(name, x->wanted) == 0 ? &x->insts[ev->instrument] : NULL;
}

/* --- the ways -------------------------------------------------------------------------------------------------------- */

static int export_events(struct export *x, struct source *s, const struct kind *k)
{
    const struct event *ev;
    int more;

    while ((more = source_next(s, &ev)) > 0 && x->sheet.err == 0 && ev->recv_ns < x->to_ns) {
        if (ev->kind == EVENT_INSTRUMENT) {
            int err = meet_instrument(x, ev);
            if (err < 0)
                return err;
        }
        const struct instrument *in = ev->kind == k->event && ev->recv_ns >= x->from_ns ? instrument_of(x, ev)
                                                                                        : NULL;
        if (in)
            k->row(x, in, ev);
        if (!goes_on(x))
            return AP_EAGAIN;
    }
    return more < 0 ? more : 0;
}

static void on_book(void *user, const struct instrument *in, const struct book *book, const struct event *ev)
{
    struct export *x = user;
    char name[INSTRUMENT_NAME_MAX];

    instrument_name(in, name);
    bool is_whole = ev->kind == EVENT_DEPTH_SNAPSHOT && in->book_rule == BOOK_RULE_SNAPSHOTS;
    if ((ev->kind != EVENT_DEPTH && !is_whole) || strcmp(name, x->wanted) != 0 || ev->recv_ns < x->from_ns ||
        ev->recv_ns >= x->to_ns)
        return;
    times(x, ev);
    sheet_uint(&x->sheet, ev->last_id);
    sheet_uint(&x->sheet, ev->prev_id);
    level_or_none(x, in, book, SIDE_BID);
    level_or_none(x, in, book, SIDE_ASK);
    sheet_end_row(&x->sheet);
}

static int export_top(struct export *x, struct source *s, struct engine *e)
{
    const struct event *ev;
    int more;
    while ((more = source_next(s, &ev)) > 0 && x->sheet.err == 0 && ev->recv_ns < x->to_ns) {
        if (engine_apply(e, ev) == AP_ENOMEM)
            return AP_ENOMEM;
        if (!goes_on(x))
            return AP_EAGAIN;
    }
    return more < 0 ? more : 0;
}

static int export_book(struct export *x, struct source *s, struct engine *e, int64_t at_ns)
{
    struct lookahead next = {.source = s};
    int more = play_until(&next, e, at_ns);
    int index = engine_find(e, x->wanted);

    if (more < 0 || index < 0)
        return more < 0 ? more : AP_ENOTFOUND;
    const struct market_view *v = engine_market(e, (uint32_t)index);
    if (v->book_state != BOOK_TRUE)
        fprintf(stderr, "alphaplus: the book of %s is not true at that time: %s\n", x->wanted,
                book_state_name(v->book_state));
    for (int side = SIDE_BID; side <= SIDE_ASK && v->book_state == BOOK_TRUE; side++) {
        struct book_iter it;
        struct level level;
        book_iter_init(&it, engine_book(e, (uint32_t)index), side);
        while (book_iter_next(&it, &level)) {
            sheet_word(&x->sheet, side == SIDE_BID ? "bid" : "ask");
            px_qty(x, &v->inst, level.px, level.qty);
            sheet_end_row(&x->sheet);
        }
    }
    return v->book_state == BOOK_TRUE ? 0 : AP_EAGAIN;
}

static int export_by_engine(struct export *x, struct source *s, const struct kind *k, int64_t at_ns)
{
    struct engine_hooks hooks = {.on_book = on_book, .user = x};
    struct engine *e;
    bool is_top = strcmp(k->name, "top") == 0;
    int err = engine_create(NULL, is_top ? &hooks : NULL, &e);
    if (err < 0)
        return err;
    err = is_top ? export_top(x, s, e) : export_book(x, s, e, at_ns);
    engine_destroy(e);
    return err;
}

static int parse_limit(const char *option, const char *text, const int64_t span_ns[2], int64_t *ret_ns)
{
    if (!text || text_parse_time_within(text, span_ns[0], span_ns[1], ret_ns) == 0)
        return 0;
    complain("%s %s: not a time; try 2026-11-21T14:03:22, 14:03:22 or nanoseconds", option, text);
    return 2;
}

static const struct kind *find_kind(const char *name)
{
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (strcmp(kinds[i].name, name) == 0)
            return &kinds[i];
    }
    return NULL;
}

static int run(struct export *x, struct source *s, const struct kind *k, const struct cli *cli)
{
    int64_t span[2] = {0, 0}, at = INT64_MAX;
    int err = source_span(s, &span[0], &span[1]);
    int status = err == 0 ? parse_limit("--from", cli->from, span, &x->from_ns) : 0;
    if (status == 0 && err == 0)
        status = parse_limit("--to", cli->to, span, &x->to_ns);
    if (status == 0 && err == 0)
        status = parse_limit("--at", cli->at, span, &at);
    if (status != 0)
        return status;
    if (cli->instrument)
        text_copy(x->wanted, sizeof x->wanted, cli->instrument);
    if (err == 0)
        err = find_instruments(x, s, cli->instrument != NULL);
    if (err == AP_EAMBIGUOUS)
        return complain(
            "%s holds several instruments: choose one with --instrument (journal info lists them)",
            cli->args[0]);
    wait_begin();
    begin_sheet(x, k, cli->format);
    if (err == 0)
        err = k->event ? export_events(x, s, k) : export_by_engine(x, s, k, at);
    int out = sheet_finish(&x->sheet);
    if (out == AP_EEOF)
        return 0;
    if (err < 0 && err != AP_EAGAIN)
        complain("%s", source_why(s)[0] ? source_why(s) : ap_err_text(err));
    return err < 0 || out < 0;
}

int command_export(const struct cli *cli, const struct settings *settings)
{
    struct export x = {.from_ns = INT64_MIN, .to_ns = INT64_MAX};
    struct source *s;
    char why[512] = "";

    (void)settings;
    const struct kind *k = cli->arg_n == 2 ? find_kind(cli->args[1]) : NULL;
    if (!k) {
        complain(
            "export: give a journal and a kind: levels, snapshots, top, quotes, trades, marks, liquidations, open_interest or book");
        return 2;
    }
    int err = source_open_journal(cli->args[0], &s, why, sizeof why);
    if (err < 0)
        return complain("%s: %s", cli->args[0], why[0] ? why : ap_err_text(err));
    int status = run(&x, s, k, cli);
    source_close(s);
    return status;
}
