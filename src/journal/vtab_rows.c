#include "vtab_rows.h"

#include <alphaplus/base/fixed.h>

/* Exact text; NULL where nothing was given or the decimals are not known. */
static void decimal(sqlite3_context *ctx, int64_t value, bool is_given, int decimals)
{
    char text[FIXED_TEXT_MAX];
    if (is_given && decimals >= 0) {
        size_t n = fixed_format(text, value, decimals);
        sqlite3_result_text(ctx, text, (int)n, SQLITE_TRANSIENT);
    }
}

static void number(sqlite3_context *ctx, int64_t value, bool is_given)
{
    if (is_given) {
        sqlite3_result_int64(ctx, value);
    }
}

static int price_decimals(const struct scan_instrument *in)
{
    return in != NULL ? in->price_decimals : -1;
}

static int qty_decimals(const struct scan_instrument *in)
{
    return in != NULL ? in->qty_decimals : -1;
}

static void px_qty(sqlite3_context *ctx, int column, int64_t px, int64_t qty,
                   const struct scan_instrument *in)
{
    switch (column) {
    case 0: decimal(ctx, px, true, price_decimals(in)); break;
    case 1: decimal(ctx, qty, true, qty_decimals(in)); break;
    case 2: number(ctx, px, true); break;
    default: number(ctx, qty, true); break;
    }
}

static void level_column(sqlite3_context *ctx, int column, const struct event *ev, uint32_t row,
                         const struct scan_instrument *in)
{
    const struct depth_rows *d = event_rows_const(ev);
    const struct level *l = &d->levels[row];
    switch (column) {
    case 0: number(ctx, (int64_t)ev->first_id, ev->first_id != 0); break;
    case 1: number(ctx, (int64_t)ev->last_id, ev->last_id != 0); break;
    case 2: number(ctx, (int64_t)ev->prev_id, ev->prev_id != 0); break;
    case 3: sqlite3_result_text(ctx, row < d->bid_n ? "bid" : "ask", 3, SQLITE_STATIC); break;
    default: px_qty(ctx, column - 4, l->px, l->qty, in); break;
    }
}

static void trade_column(sqlite3_context *ctx, int column, const struct event *ev, uint32_t row,
                         const struct scan_instrument *in)
{
    const struct trade_row *t = event_rows_const(ev);
    (void)row;
    switch (column) {
    case 0: number(ctx, (int64_t)ev->last_id, ev->last_id != 0); break;
    case 1:
        sqlite3_result_text(ctx, t->aggressor == AGGRESSOR_BUY ? "buy" : "sell", -1, SQLITE_STATIC);
        break;
    case 2: number(ctx, (t->flags & TRADE_NOT_MARKET) == 0, true); break;
    default: px_qty(ctx, column - 3, t->px, t->qty, in); break;
    }
}

static void quote_column(sqlite3_context *ctx, int column, const struct event *ev, uint32_t row,
                         const struct scan_instrument *in)
{
    const struct quote_row *q = event_rows_const(ev);
    (void)row;
    if (column == 0) {
        number(ctx, (int64_t)ev->last_id, ev->last_id != 0);
    } else if (column <= 4) {
        px_qty(ctx, column - 1, q->bid_px, q->bid_qty, in);
    } else {
        px_qty(ctx, column - 5, q->ask_px, q->ask_qty, in);
    }
}

static void mark_column(sqlite3_context *ctx, int column, const struct event *ev, uint32_t row,
                        const struct scan_instrument *in)
{
    const struct mark_row *m = event_rows_const(ev);
    bool has = m->has_funding != 0;
    (void)row;
    switch (column) {
    case 0: decimal(ctx, m->mark, m->mark != 0, in != NULL ? in->mark_decimals : -1); break;
    case 1: decimal(ctx, m->index, m->index != 0, in != NULL ? in->mark_decimals : -1); break;
    case 2: decimal(ctx, m->funding_rate, has, in != NULL ? in->rate_decimals : -1); break;
    case 3: number(ctx, m->next_funding_ns, has); break;
    case 4: number(ctx, m->mark, m->mark != 0); break;
    case 5: number(ctx, m->index, m->index != 0); break;
    default: number(ctx, m->funding_rate, has); break;
    }
}

/* DECIMAL is text that compares as a number. */
#define HEAD                                                                                                 \
    "CREATE TABLE x(seq INTEGER, session INTEGER, recv_ns INTEGER, exch_ns INTEGER, instrument_id INTEGER, " \
    "instrument TEXT, "
#define LEVELS                                                                                               \
    HEAD "first_id INTEGER, last_id INTEGER, prev_id INTEGER, side TEXT, price DECIMAL, quantity DECIMAL, "  \
         "px_int INTEGER, qty_int INTEGER)"

const struct vtab_table vtab_tables[VTAB_TABLES] = {
    {"order_book_deltas", LEVELS, EVENT_DEPTH, true, level_column},
    {"order_book_snapshots", LEVELS, EVENT_DEPTH_SNAPSHOT, true, level_column},
    {"trades",
     HEAD "id INTEGER, side TEXT, is_market INTEGER, price DECIMAL, quantity DECIMAL, px_int INTEGER, "
          "qty_int INTEGER)",
     EVENT_TRADE, false, trade_column},
    {"quotes",
     HEAD "id INTEGER, bid_price DECIMAL, bid_quantity DECIMAL, bid_px_int INTEGER, bid_qty_int INTEGER, "
          "ask_price DECIMAL, ask_quantity DECIMAL, ask_px_int INTEGER, ask_qty_int INTEGER)",
     EVENT_QUOTE, false, quote_column},
    {"marks",
     HEAD "mark_price DECIMAL, index_price DECIMAL, funding_rate DECIMAL, next_funding_ns INTEGER, "
          "mark_int INTEGER, index_int INTEGER, rate_int INTEGER)",
     EVENT_MARK, false, mark_column},
};
