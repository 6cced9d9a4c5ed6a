/* CSV files by Tardis as events: read once for instruments and their decimals, then merged by the time of their receipt. Such files have
 * no ids that follow each other: updates of a book are numbered as they come. */
#include "source_impl.h"
#include "tardis.h"

#include <alphaplus/base/buf.h>
#include <alphaplus/base/fixed.h>
#include <alphaplus/base/text.h>
#include <alphaplus/capture/capture.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct market {
    struct instrument in;
    char exchange[40];
    uint64_t updates; /* of its book, so far */
    int64_t open_interest;
    bool has_open_interest;
};

struct source_tardis {
    struct source base;
    char **names;              /* owned, each owned */
    struct tardis_file *files; /* owned */
    size_t file_n;
    struct market markets[INSTRUMENT_MAX];
    uint32_t market_n;
    int64_t first_ns, last_ns;
    struct session_row session;
    struct param_value_row *params; /* owned */
    size_t param_n;

    uint32_t prologue;   /* events put before the first row */
    struct buf out;      /* whole events */
    size_t given;        /* of out.len */
    struct buf sides[2]; /* levels of the update being gathered */
    uint64_t seq;
    int64_t recv_ns;
    int failed;
    char why[512];
};

static struct source_tardis *mine(struct source *s)
{
    return (struct source_tardis *)(void *)s;
}

static const struct source_tardis *mine_const(const struct source *s)
{
    return (const struct source_tardis *)(const void *)s;
}

/* --- which instruments, and how many digits ------------------------------------------------------------------------ */

static bool is_of(const struct market *m, const struct tardis_file *f)
{
    return tardis_is(f, TARDIS_SYMBOL, m->in.symbol) && tardis_is(f, TARDIS_EXCHANGE, m->exchange);
}

/* NULL: not known. */
static struct market *market_of(struct source_tardis *s, const struct tardis_file *f)
{
    for (uint32_t i = 0; i < s->market_n; i++) {
        if (is_of(&s->markets[i], f)) {
            return &s->markets[i];
        }
    }
    return NULL;
}

static int add_market(struct source_tardis *s, const struct tardis_file *f, struct market **ret_market)
{
    const char *text = "";
    size_t n = 0;
    if (s->market_n == INSTRUMENT_MAX) {
        (void)snprintf(s->why, sizeof(s->why), "more than %d instruments", INSTRUMENT_MAX);
        return AP_EFULL;
    }
    struct market *m = &s->markets[s->market_n];
    *m = (struct market){0};
    int err = tardis_instrument(f, &m->in, s->why, sizeof(s->why));
    if (err < 0) {
        return err;
    }
    (void)tardis_field(f, TARDIS_EXCHANGE, &text, &n);
    memcpy(m->exchange, text, n < sizeof(m->exchange) ? n : sizeof(m->exchange) - 1);
    m->in.id = ++s->market_n;
    *ret_market = m;
    return 0;
}

static int widen(struct source_tardis *s, const struct tardis_file *f, enum tardis_column column,
                 uint8_t *decimals)
{
    char plain[TARDIS_NUMBER_MAX];
    int d = 0;
    int n = tardis_plain(f, column, plain);
    if (n == AP_ENOTFOUND) {
        return 0;
    }
    if (n < 0 || fixed_count_decimals(plain, (size_t)n, 0, &d) != 0) {
        return tardis_bad(f, column, s->why, sizeof(s->why));
    }
    *decimals = d > *decimals ? (uint8_t)d : *decimals;
    return 0;
}

static int probe_row(struct source_tardis *s, const struct tardis_file *f)
{
    struct market *m = market_of(s, f);
    int err = m == NULL ? add_market(s, f, &m) : 0;
    if (err == 0) {
        err = widen(s, f, TARDIS_PRICE, &m->in.price_decimals);
    }
    if (err == 0) {
        err = widen(s, f, TARDIS_AMOUNT, &m->in.qty_decimals);
    }
    if (err == 0) {
        err = widen(s, f, TARDIS_OPEN_INTEREST, &m->in.qty_decimals);
    }
    if (err == 0) {
        err = widen(s, f, TARDIS_MARK, &m->in.mark_decimals);
    }
    if (err == 0) {
        err = widen(s, f, TARDIS_INDEX, &m->in.mark_decimals);
    }
    return err != 0 ? err : widen(s, f, TARDIS_FUNDING, &m->in.rate_decimals);
}

static int probe_file(struct source_tardis *s, struct tardis_file *f)
{
    int got, err = 0;
    while (err == 0 && (got = tardis_next(f, s->why, sizeof(s->why))) != 0) {
        err = got < 0 ? got : probe_row(s, f);
        s->first_ns = s->first_ns == 0 || f->recv_ns < s->first_ns ? f->recv_ns : s->first_ns;
        s->last_ns = f->recv_ns > s->last_ns ? f->recv_ns : s->last_ns;
    }
    return err;
}

/* Files from their beginnings, a row of each at hand. */
static int open_files(struct source_tardis *s, bool is_probe)
{
    int err = 0;
    for (size_t i = 0; err == 0 && i < s->file_n; i++) {
        tardis_close(&s->files[i]);
        err = tardis_open(&s->files[i], s->names[i], s->why, sizeof(s->why));
        if (err == 0 && is_probe) {
            err = probe_file(s, &s->files[i]);
        } else if (err == 0) {
            int got = tardis_next(&s->files[i], s->why, sizeof(s->why));
            err = got < 0 ? got : 0;
        }
    }
    return err;
}

/* --- events ---------------------------------------------------------------------------------------------------------- */

static struct event *put(struct source_tardis *s, int kind, const struct market *m, size_t rows_bytes)
{
    char *at;
    uint32_t size = event_size_for(rows_bytes);
    if (buf_grow(&s->out, size, &at) != 0) {
        return NULL;
    }
    memset(at, 0, size);
    struct event *ev = (struct event *)(void *)at;
    ev->size = size;
    ev->kind = (uint16_t)kind;
    ev->instrument = m != NULL ? m->in.id : 0;
    ev->version = m != NULL ? m->in.version : 0;
    return ev;
}

static int put_copy(struct source_tardis *s, int kind, const struct market *m, const void *rows, size_t n,
                    int64_t exch_ns)
{
    struct event *ev = put(s, kind, m, n);
    if (ev == NULL) {
        return AP_ENOMEM;
    }
    ev->exch_ns = exch_ns;
    memcpy(event_rows(ev), rows, n);
    return 0;
}

/* A number of the row; 0 stands for one that is not there. AP_ESYNTAX told. */
static int number(struct source_tardis *s, const struct tardis_file *f, enum tardis_column column,
                  int decimals, bool is_needed, int64_t *ret_value)
{
    char plain[TARDIS_NUMBER_MAX];
    int n = tardis_plain(f, column, plain);
    *ret_value = 0;
    if (n == AP_ENOTFOUND && !is_needed) {
        return 0;
    }
    if (n < 0 || fixed_parse(plain, (size_t)n, decimals, ret_value) != 0) {
        return tardis_bad(f, column, s->why, sizeof(s->why));
    }
    return 0;
}

static int px_qty(struct source_tardis *s, const struct tardis_file *f, const struct market *m, int64_t *px,
                  int64_t *qty)
{
    int err = number(s, f, TARDIS_PRICE, m->in.price_decimals, true, px);
    if (err == 0) {
        err = number(s, f, TARDIS_AMOUNT, m->in.qty_decimals, true, qty);
    }
    if (err == 0 && (*px > FIXED_VALUE_MAX || *px < -FIXED_VALUE_MAX)) {
        err = tardis_bad(f, TARDIS_PRICE, s->why, sizeof(s->why));
    }
    if (err == 0 && (*qty > FIXED_VALUE_MAX || *qty < 0)) {
        err = tardis_bad(f, TARDIS_AMOUNT, s->why, sizeof(s->why));
    }
    return err;
}

static int add_level(struct source_tardis *s, const struct tardis_file *f, const struct market *m)
{
    struct level l;
    bool is_bid = tardis_is(f, TARDIS_SIDE, "bid");
    if (!is_bid && !tardis_is(f, TARDIS_SIDE, "ask")) {
        return tardis_bad(f, TARDIS_SIDE, s->why, sizeof(s->why));
    }
    int err = px_qty(s, f, m, &l.px, &l.qty);
    if (err == 0) {
        err = buf_append(&s->sides[is_bid ? SIDE_BID : SIDE_ASK], &l, sizeof(l));
    }
    return err;
}

static int put_book(struct source_tardis *s, struct market *m, bool is_snapshot, int64_t exch_ns)
{
    const struct buf *bids = &s->sides[SIDE_BID], *asks = &s->sides[SIDE_ASK];
    size_t bytes = sizeof(struct depth_rows) + bids->len + asks->len;
    if (bytes > EVENT_SIZE_MAX - sizeof(struct event)) {
        return AP_ETOOBIG;
    }
    struct event *ev = put(s, is_snapshot ? EVENT_DEPTH_SNAPSHOT : EVENT_DEPTH, m, bytes);
    if (ev == NULL) {
        return AP_ENOMEM;
    }
    struct depth_rows *d = event_rows(ev);
    d->bid_n = (uint32_t)(bids->len / sizeof(struct level));
    d->ask_n = (uint32_t)(asks->len / sizeof(struct level));
    memcpy(d->levels, bids->data, bids->len);
    memcpy((char *)d->levels + bids->len, asks->data, asks->len);
    ev->exch_ns = exch_ns;
    ev->prev_id = m->updates;
    ev->first_id = ev->last_id = is_snapshot ? m->updates : m->updates + 1;
    m->updates += is_snapshot ? 0 : 1;
    return 0;
}

/* Rows of one moment and kind are one update. Leaves the row behind them at hand. */
static int take_book(struct source_tardis *s, struct tardis_file *f, struct market *m)
{
    int64_t recv_ns = f->recv_ns, exch_ns = f->exch_ns;
    bool is_snapshot = tardis_is(f, TARDIS_IS_SNAPSHOT, "true");
    int err = 0, got = 1;
    if (!is_snapshot && !tardis_is(f, TARDIS_IS_SNAPSHOT, "false")) {
        return tardis_bad(f, TARDIS_IS_SNAPSHOT, s->why, sizeof(s->why));
    }
    buf_reset(&s->sides[SIDE_BID]);
    buf_reset(&s->sides[SIDE_ASK]);
    while (err == 0 && got == 1 && f->recv_ns == recv_ns && f->exch_ns == exch_ns && is_of(m, f) &&
           tardis_is(f, TARDIS_IS_SNAPSHOT, is_snapshot ? "true" : "false")) {
        err = add_level(s, f, m);
        got = err == 0 ? tardis_next(f, s->why, sizeof(s->why)) : 0;
    }
    if (err == 0 && got < 0) {
        err = got;
    }
    return err != 0 ? err : put_book(s, m, is_snapshot, exch_ns);
}

static uint64_t id_of(const struct tardis_file *f)
{
    const char *text;
    size_t n;
    uint64_t id = 0;
    if (!tardis_field(f, TARDIS_ID, &text, &n) || n > 18) {
        return 0;
    }
    for (size_t i = 0; i < n; i++) {
        if (text[i] < '0' || text[i] > '9') {
            return 0; /* words, on some exchanges */
        }
        id = 10 * id + (uint64_t)(text[i] - '0');
    }
    return id;
}

static int take_trade(struct source_tardis *s, const struct tardis_file *f, const struct market *m)
{
    struct trade_row t = {0};
    bool is_buy = tardis_is(f, TARDIS_SIDE, "buy"), is_sell = tardis_is(f, TARDIS_SIDE, "sell");
    if (!is_buy && !is_sell && !tardis_is(f, TARDIS_SIDE, "unknown")) {
        return tardis_bad(f, TARDIS_SIDE, s->why, sizeof(s->why));
    }
    t.aggressor = is_buy ? AGGRESSOR_BUY : AGGRESSOR_SELL;
    t.flags = is_buy || is_sell ? 0 : TRADE_NOT_MARKET;
    int err = px_qty(s, f, m, &t.px, &t.qty);
    if (err == 0) {
        err = put_copy(s, EVENT_TRADE, m, &t, sizeof(t), f->exch_ns);
    }
    if (err == 0) {
        struct event *ev = (struct event *)(void *)(s->out.data + s->out.len - event_size_for(sizeof(t)));
        ev->first_id = ev->last_id = id_of(f);
    }
    return err;
}

/* A forced buy closes a short. */
static int take_liquidation(struct source_tardis *s, const struct tardis_file *f, const struct market *m)
{
    struct liquidation_row l = {.completeness = m->in.liq_completeness};
    bool is_buy = tardis_is(f, TARDIS_SIDE, "buy");
    if (!is_buy && !tardis_is(f, TARDIS_SIDE, "sell")) {
        return tardis_bad(f, TARDIS_SIDE, s->why, sizeof(s->why));
    }
    l.side = is_buy ? POSITION_SHORT : POSITION_LONG;
    int err = px_qty(s, f, m, &l.px, &l.qty);
    return err != 0 ? err : put_copy(s, EVENT_LIQUIDATION, m, &l, sizeof(l), f->exch_ns);
}

static int next_funding(struct source_tardis *s, const struct tardis_file *f, int64_t *ret_ns)
{
    int64_t us = 0;
    int err = number(s, f, TARDIS_FUNDING_TIME, 0, false, &us);
    if (err == 0 && (us < 0 || us > INT64_MAX / 1000)) {
        err = tardis_bad(f, TARDIS_FUNDING_TIME, s->why, sizeof(s->why));
    }
    *ret_ns = us * 1000;
    return err;
}

static int take_ticker(struct source_tardis *s, const struct tardis_file *f, struct market *m)
{
    struct mark_row r = {0};
    struct count_row oi = {0};
    const char *text;
    size_t n;
    int err = number(s, f, TARDIS_MARK, m->in.mark_decimals, false, &r.mark);
    if (err == 0) {
        err = number(s, f, TARDIS_INDEX, m->in.mark_decimals, false, &r.index);
    }
    if (err == 0) {
        err = number(s, f, TARDIS_FUNDING, m->in.rate_decimals, false, &r.funding_rate);
    }
    if (err == 0) {
        err = next_funding(s, f, &r.next_funding_ns);
    }
    if (err == 0) {
        err = number(s, f, TARDIS_OPEN_INTEREST, m->in.qty_decimals, false, &oi.value);
    }
    r.has_funding = tardis_field(f, TARDIS_FUNDING, &text, &n);
    if (err == 0 && (r.mark != 0 || r.index != 0 || r.has_funding != 0)) {
        err = put_copy(s, EVENT_MARK, m, &r, sizeof(r), f->exch_ns);
    }
    bool is_news = tardis_field(f, TARDIS_OPEN_INTEREST, &text, &n) &&
                   (!m->has_open_interest || m->open_interest != oi.value);
    if (err == 0 && is_news) {
        m->has_open_interest = true;
        m->open_interest = oi.value;
        err = put_copy(s, EVENT_OPEN_INTEREST, m, &oi, sizeof(oi), f->exch_ns);
    }
    return err;
}

/* The file whose row came first; of equals the one given first. */
static struct tardis_file *earliest(struct source_tardis *s)
{
    struct tardis_file *first = NULL;
    for (size_t i = 0; i < s->file_n; i++) {
        struct tardis_file *f = &s->files[i];
        if (f->has_row && (first == NULL || f->recv_ns < first->recv_ns)) {
            first = f;
        }
    }
    return first;
}

/* 1: some events, or none, were put; 0: the end. */
static int take(struct source_tardis *s)
{
    struct tardis_file *f = earliest(s);
    if (f == NULL) {
        return 0;
    }
    struct market *m = market_of(s, f);
    if (m == NULL) {
        (void)snprintf(s->why, sizeof(s->why), "%s: it changed while it was read", f->path);
        return AP_ECORRUPT;
    }
    s->recv_ns = f->recv_ns;
    if (f->kind == TARDIS_BOOK) {
        int err = take_book(s, f, m);
        return err < 0 ? err : 1;
    }
    int err = f->kind == TARDIS_TRADES         ? take_trade(s, f, m)
              : f->kind == TARDIS_LIQUIDATIONS ? take_liquidation(s, f, m)
                                               : take_ticker(s, f, m);
    int got = err == 0 ? tardis_next(f, s->why, sizeof(s->why)) : err;
    return got < 0 ? got : 1;
}

/* 1: an event of the prologue was put; 0: it is done. */
static int put_prologue(struct source_tardis *s)
{
    size_t i = s->prologue;
    if (i > s->param_n + s->market_n) {
        return 0;
    }
    s->prologue++;
    s->recv_ns = s->first_ns;
    const struct market *m = i > s->param_n ? &s->markets[i - 1 - s->param_n] : NULL;
    int err = i == 0      ? put_copy(s, EVENT_SESSION, NULL, &s->session, sizeof(s->session), 0)
              : m == NULL ? put_copy(s, EVENT_PARAM, NULL, &s->params[i - 1], sizeof(s->params[0]), 0)
                          : put_copy(s, EVENT_INSTRUMENT, m, &m->in, sizeof(m->in), 0);
    return err < 0 ? err : 1;
}

static int next(struct source *base, const struct event **ret_event)
{
    struct source_tardis *s = mine(base);
    while (s->failed == 0 && s->given == s->out.len) {
        buf_reset(&s->out);
        s->given = 0;
        int got = put_prologue(s);
        got = got == 0 ? take(s) : got;
        if (got < 0 && s->why[0] == '\0') {
            (void)text_copy(s->why, sizeof(s->why), ap_err_text(got));
        }
        if (got == 0) {
            return 0;
        }
        s->failed = got < 0 ? got : 0;
    }
    if (s->failed < 0) {
        return s->failed;
    }
    struct event *ev = (struct event *)(void *)(s->out.data + s->given);
    s->given += ev->size;
    ev->seq = ++s->seq;
    ev->recv_ns = s->recv_ns;
    *ret_event = ev;
    return 1;
}

/* --- the other calls ------------------------------------------------------------------------------------------------- */

static int rewind_all(struct source *base)
{
    struct source_tardis *s = mine(base);
    buf_reset(&s->out);
    s->given = 0;
    s->prologue = 0;
    s->seq = 0;
    s->recv_ns = 0;
    s->failed = 0;
    s->why[0] = '\0';
    for (uint32_t i = 0; i < s->market_n; i++) {
        s->markets[i].updates = 0;
        s->markets[i].has_open_interest = false;
    }
    return open_files(s, false);
}

static int span(struct source *base, int64_t *ret_first_ns, int64_t *ret_last_ns)
{
    *ret_first_ns = mine(base)->first_ns;
    *ret_last_ns = mine(base)->last_ns;
    return 0;
}

static double progress(const struct source *base)
{
    const struct source_tardis *s = mine_const(base);
    double whole = 0, done = 0;
    for (size_t i = 0; i < s->file_n; i++) {
        whole += (double)text_file_size(s->files[i].text);
        done += (double)text_file_consumed(s->files[i].text);
    }
    return whole > 0 ? done / whole : 1;
}

static const char *why_of(const struct source *base)
{
    return mine_const(base)->why;
}

static uint64_t bad_frames(const struct source *base)
{
    (void)base;
    return 0; /* a row that cannot be read ends it */
}

static void close_all(struct source *base)
{
    struct source_tardis *s = mine(base);
    if (s == NULL) {
        return;
    }
    for (size_t i = 0; i < s->file_n; i++) {
        tardis_close(&s->files[i]);
        free(s->names[i]);
    }
    free(s->files);
    free((void *)s->names);
    free(s->params);
    buf_finish(&s->out);
    buf_finish(&s->sides[SIDE_BID]);
    buf_finish(&s->sides[SIDE_ASK]);
    free(s);
}

static const struct source_ops ops = {
    .next = next,
    .rewind = rewind_all,
    .span = span,
    .progress = progress,
    .close = close_all,
    .why = why_of,
    .bad_frames = bad_frames,
};

static int copy_options(struct source_tardis *s, const struct source_capture_options *o)
{
    s->names = calloc(o->path_n, sizeof(*s->names));
    s->files = calloc(o->path_n, sizeof(*s->files));
    s->params = calloc(o->param_n + 1, sizeof(*s->params));
    if (s->names == NULL || s->files == NULL || s->params == NULL) {
        return AP_ENOMEM;
    }
    for (; s->file_n < o->path_n; s->file_n++) {
        s->names[s->file_n] = strdup(o->paths[s->file_n]);
        if (s->names[s->file_n] == NULL) {
            return AP_ENOMEM;
        }
    }
    for (; s->param_n < o->param_n; s->param_n++) {
        s->params[s->param_n] = o->params[s->param_n];
    }
    s->session.libm_fingerprint = o->libm_fingerprint;
    (void)text_copy(s->session.program, sizeof(s->session.program), o->program != NULL ? o->program : "");
    (void)text_copy(s->session.source, sizeof(s->session.source), "import");
    return 0;
}

static int check_instruments(struct source_tardis *s)
{
    for (uint32_t i = 0; i < s->market_n; i++) {
        if (instrument_check(&s->markets[i].in) != 0) {
            char name[SYMBOL_MAX];
            text_sanitize(name, sizeof(name), s->markets[i].in.symbol, strlen(s->markets[i].in.symbol));
            (void)snprintf(s->why, sizeof(s->why), "symbol \"%s\" cannot be used", name);
            return AP_ESYNTAX;
        }
    }
    return 0;
}

int source_open_tardis(const struct source_capture_options *o, struct source **ret_source, char *why,
                       size_t why_size)
{
    if (o->path_n == 0 || o->path_n > CAPTURE_FILES_MAX) {
        (void)snprintf(why, why_size, "1 to %d files are wanted", CAPTURE_FILES_MAX);
        return AP_EINVAL;
    }
    struct source_tardis *s = calloc(1, sizeof(*s));
    if (s == NULL) {
        return AP_ENOMEM;
    }
    s->base.ops = &ops;
    buf_init(&s->out, 2 * (size_t)EVENT_SIZE_MAX);
    buf_init(&s->sides[SIDE_BID], EVENT_SIZE_MAX);
    buf_init(&s->sides[SIDE_ASK], EVENT_SIZE_MAX);
    int err = copy_options(s, o);
    if (err == 0) {
        err = open_files(s, true);
    }
    if (err == 0) {
        err = check_instruments(s);
    }
    if (err == 0 && s->market_n == 0) {
        (void)snprintf(s->why, sizeof(s->why), "%s: no rows", o->paths[0]);
        err = AP_EEOF;
    }
    s->session.wall_ns = s->first_ns;
    if (err == 0) {
        err = rewind_all(&s->base);
    }
    if (err < 0) {
        (void)text_copy(why, why_size, s->why[0] != '\0' ? s->why : ap_err_text(err));
        close_all(&s->base);
        return err;
    }
    *ret_source = &s->base;
    return 0;
}

bool source_is_tardis(const char *path)
{
    struct tardis_file f;
    char why[256];
    if (tardis_open(&f, path, why, sizeof(why)) != 0) {
        return false;
    }
    tardis_close(&f);
    return true;
}
