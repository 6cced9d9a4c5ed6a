#include "rollups.h"

#include <string.h>

static const int64_t widths_s[] = {1, 60, 3600, 86400};
enum { WIDTHS = sizeof(widths_s) / sizeof(widths_s[0]) };

/* A bar of a second makes or widens those of its minute, hour and day. NULL: no trade, or no true book, yet. */
static const char *const statements[ROLLUPS_STMTS] = {
    [ROLLUPS_ADD_SERIES] =
        "INSERT OR IGNORE INTO series (instrument, price_decimals, qty_decimals) VALUES (?1, ?2, ?3)",
    [ROLLUPS_SERIES] =
        "SELECT id FROM series WHERE instrument = ?1 AND price_decimals = ?2 AND qty_decimals = ?3",
    /* The second in which a session ends may be that in which the next begins. */
    [ROLLUPS_BAR] =
        ("INSERT INTO bar_sums (width_s, start_s, series, seconds, partial, open, high, low, close, mid2_open, "
         "mid2_high, mid2_low, mid2_close, buy_usd, sell_usd, buy_qty, sell_qty, vwap_qty, trades, buys, true_ms, "
         "spread_ms, bid_usd_s, ask_usd_s, depth_is_bound, long_usd, short_usd, longs, shorts, completeness) VALUES "
         "(?, ?, ?, 1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
         "ON CONFLICT (width_s, start_s, series) DO UPDATE SET "
         "seconds = min(seconds + 1, width_s), partial = max(partial, excluded.partial), "
         "open = coalesce(open, excluded.open), "
         "high = max(coalesce(high, excluded.high), coalesce(excluded.high, high)), "
         "low = min(coalesce(low, excluded.low), coalesce(excluded.low, low)), "
         "close = coalesce(excluded.close, close), mid2_open = coalesce(mid2_open, excluded.mid2_open), "
         "mid2_high = max(coalesce(mid2_high, excluded.mid2_high), coalesce(excluded.mid2_high, mid2_high)), "
         "mid2_low = min(coalesce(mid2_low, excluded.mid2_low), coalesce(excluded.mid2_low, mid2_low)), "
         "mid2_close = coalesce(excluded.mid2_close, mid2_close), "
         "buy_usd = buy_usd + excluded.buy_usd, sell_usd = sell_usd + excluded.sell_usd, "
         "buy_qty = buy_qty + excluded.buy_qty, sell_qty = sell_qty + excluded.sell_qty, "
         "vwap_qty = vwap_qty + excluded.vwap_qty, trades = trades + excluded.trades, buys = buys + excluded.buys, "
         "true_ms = true_ms + excluded.true_ms, spread_ms = spread_ms + excluded.spread_ms, "
         "bid_usd_s = bid_usd_s + excluded.bid_usd_s, ask_usd_s = ask_usd_s + excluded.ask_usd_s, "
         "depth_is_bound = max(depth_is_bound, excluded.depth_is_bound), long_usd = long_usd + excluded.long_usd, "
         "short_usd = short_usd + excluded.short_usd, longs = longs + excluded.longs, "
         "shorts = shorts + excluded.shorts, completeness = CASE 0 WHEN completeness THEN 0 WHEN "
         "excluded.completeness THEN 0 ELSE max(completeness, excluded.completeness) END"),
    [ROLLUPS_ADD_METRIC] = "INSERT OR IGNORE INTO metrics (metric, label, unit) VALUES (?1, ?2, ?3)",
    [ROLLUPS_METRIC] = "SELECT id FROM metrics WHERE metric = ?1",
    [ROLLUPS_FIGURE] =
        "INSERT OR REPLACE INTO figures (time_s, series, metric, is_bound, value) VALUES (?, ?, ?, ?, ?)",
    [ROLLUPS_LEVEL] =
        "INSERT OR REPLACE INTO estimates (time_s, series, side, px, notional) VALUES (?, ?, ?, ?, ?)",
};

int rollups_init(struct rollups *r, sqlite3 *db, const struct metric_registry *metrics)
{
    memset(r, 0, sizeof(*r));
    r->db = db;
    r->metrics = metrics;
    buf_init(&r->pending, ROLLUPS_PENDING_MAX);
    return sql_prepare_all(db, statements, ROLLUPS_STMTS, r->stmts);
}

void rollups_finish(struct rollups *r)
{
    sql_finalize_all(r->stmts, ROLLUPS_STMTS);
    buf_finish(&r->pending);
}

static size_t row_bytes(const struct rollup_head *h)
{
    return h->kind == RESULT_FIGURES  ? sizeof(struct rollup_figure)
           : h->kind == RESULT_LEVELS ? sizeof(struct rollup_level)
                                      : 0;
}

int rollups_add(struct rollups *r, const struct rollup_head *record)
{
    const struct rollup_head *h = record;
    size_t least = h->kind == RESULT_BAR ? sizeof(struct rollup_bar) : sizeof(*h) + h->n * row_bytes(h);
    if (h->kind < RESULT_BAR || h->kind > RESULT_LEVELS || h->n > ROLLUP_ROWS_MAX || h->size < least ||
        h->size % 8 != 0 || h->instrument == 0 || h->instrument > INSTRUMENT_MAX || h->price_decimals > 18 ||
        h->qty_decimals > 18) {
        return AP_EINVAL;
    }
    int err = buf_append(&r->pending, h, h->size);
    if (err != 0) {
        r->pending.failed = 0;
    }
    return err == AP_ETOOBIG ? AP_EFULL : err;
}

void rollups_clear(struct rollups *r)
{
    buf_reset(&r->pending);
}

void rollups_undo(struct rollups *r)
{
    memset(r->series, 0, sizeof(r->series));
    memset(r->metric_ids, 0, sizeof(r->metric_ids));
}

/* Adds a row of names and says its id. `bind` puts the same values in for both. */
static int intern(sqlite3_stmt *add, sqlite3_stmt *find,
                  void (*bind)(struct sql_row *row, const void *user, bool is_add), const void *user,
                  int64_t *ret_id)
{
    struct sql_row row = sql_row(add);
    bind(&row, user, true);
    int err = sql_run(&row);
    if (err != 0) {
        return err;
    }
    row = sql_row(find);
    bind(&row, user, false);
    err = sql_err(row.rc);
    if (err == 0) {
        err = sql_step(find);
    }
    if (err == 1) {
        *ret_id = sqlite3_column_int64(find, 0);
    }
    (void)sqlite3_reset(find);
    return err == 1 ? 0 : err == 0 ? AP_ECORRUPT : err;
}

static void bind_series(struct sql_row *row, const void *user, bool is_add)
{
    const struct rollups_series *s = user;
    (void)is_add;
    sql_text(row, s->name);
    sql_int(row, s->price_decimals);
    sql_int(row, s->qty_decimals);
}

static int series_of(struct rollups *r, const struct rollup_head *h, const struct instrument *in,
                     int64_t *ret_id)
{
    struct rollups_series *s = &r->series[h->instrument],
                          want = {.price_decimals = h->price_decimals, .qty_decimals = h->qty_decimals};
    instrument_name(in, want.name);
    if (s->id == 0 || strcmp(s->name, want.name) != 0 || s->price_decimals != want.price_decimals ||
        s->qty_decimals != want.qty_decimals) {
        int err = intern(r->stmts[ROLLUPS_ADD_SERIES], r->stmts[ROLLUPS_SERIES], bind_series, &want,
                         &want.id);
        if (err != 0) {
            return err;
        }
        *s = want;
    }
    *ret_id = s->id;
    return 0;
}

static void put_prices(struct sql_row *row, bool has, const int64_t *prices)
{
    for (int i = 0; i < 4; i++) {
        if (has) {
            sql_int(row, prices[i]);
        } else {
            sql_null(row);
        }
    }
}

/* Value times time: a whole number takes half the room. */
static int64_t usd_s(double usd, int64_t ns)
{
    double v = usd * (double)ns / 1e9;
    return v > 0 && v < 1e15 ? (int64_t)(v + 0.5) : 0;
}

static int store_bar(struct rollups *r, const struct bar *b, int64_t series)
{
    const int64_t prices[4] = {b->open, b->high, b->low, b->close},
                  mids[4] = {b->mid2_open, b->mid2_high, b->mid2_low, b->mid2_close};
    int64_t start_s = b->start_ns / 1000000000, true_ms = b->true_ns / 1000000;
    int err = 0;
    for (int i = 0; err == 0 && i < WIDTHS; i++) {
        struct sql_row row = sql_row(r->stmts[ROLLUPS_BAR]);
        sql_int(&row, widths_s[i]);
        sql_int(&row, start_s / widths_s[i] * widths_s[i]);
        sql_int(&row, series);
        sql_int(&row, b->is_partial);
        put_prices(&row, b->trades > 0, prices);
        put_prices(&row, b->true_ns > 0, mids);
        sql_real(&row, b->buy_usd);
        sql_real(&row, b->sell_usd);
        sql_real(&row, b->buy_qty);
        sql_real(&row, b->sell_qty);
        sql_real(&row, b->vwap * (b->buy_qty + b->sell_qty));
        sql_int(&row, b->trades);
        sql_int(&row, b->buys);
        sql_int(&row, true_ms);
        sql_real(&row, b->spread_bps * (double)true_ms);
        sql_int(&row, usd_s(b->bid_usd, b->true_ns));
        sql_int(&row, usd_s(b->ask_usd, b->true_ns));
        sql_int(&row, b->depth_is_bound);
        sql_real(&row, b->long_usd);
        sql_real(&row, b->short_usd);
        sql_int(&row, b->longs);
        sql_int(&row, b->shorts);
        sql_int(&row, b->completeness);
        err = sql_run(&row);
    }
    return err;
}

static void bind_metric(struct sql_row *row, const void *user, bool is_add)
{
    const struct metric_row *m = user;
    sql_text(row, m->id);
    if (is_add) {
        sql_text(row, m->label);
        sql_text(row, m->unit);
    }
}

static int store_figure(struct rollups *r, const struct rollup_head *h, const struct rollup_figure *f,
                        int64_t series)
{
    if (r->metrics == NULL || f->metric >= (uint32_t)r->metrics->n || f->metric >= METRIC_MAX) {
        return 0;
    }
    int64_t *id = &r->metric_ids[f->metric];
    int err = *id != 0 ? 0
                       : intern(r->stmts[ROLLUPS_ADD_METRIC], r->stmts[ROLLUPS_METRIC], bind_metric,
                                &r->metrics->rows[f->metric], id);
    if (err != 0) {
        return err;
    }
    struct sql_row row = sql_row(r->stmts[ROLLUPS_FIGURE]);
    sql_int(&row, h->time_ns / 1000000000);
    sql_int(&row, series);
    sql_int(&row, *id);
    sql_int(&row, f->state == METRIC_DEGRADED);
    sql_real(&row, f->value);
    return sql_run(&row);
}

static int store_level(struct rollups *r, const struct rollup_head *h, const struct rollup_level *l,
                       int64_t series)
{
    struct sql_row row = sql_row(r->stmts[ROLLUPS_LEVEL]);
    sql_int(&row, h->time_ns / 1000000000);
    sql_int(&row, series);
    sql_int(&row, l->side);
    sql_int(&row, l->px);
    sql_real(&row, l->usd);
    return sql_run(&row);
}

static int store(struct rollups *r, const struct rollup_head *h, const struct instrument *in)
{
    int64_t series = 0;
    int err = series_of(r, h, in, &series);
    if (err == 0 && h->kind == RESULT_BAR) {
        return store_bar(r, &((const struct rollup_bar *)(const void *)h)->bar, series);
    }
    for (uint32_t i = 0; err == 0 && i < h->n; i++) {
        err = h->kind == RESULT_FIGURES
                  ? store_figure(r, h, &((const struct rollup_figures *)(const void *)h)->rows[i], series)
                  : store_level(r, h, &((const struct rollup_levels *)(const void *)h)->rows[i], series);
    }
    return err;
}

int rollups_store(struct rollups *r, const struct instrument *(*find)(const void *user, uint32_t id),
                  const void *user)
{
    int err = 0;
    for (size_t at = 0; err == 0 && at < r->pending.len;) {
        const struct rollup_head *h = (const void *)(r->pending.data + at);
        const struct instrument *in = find(user, h->instrument);
        at += h->size;
        err = in != NULL ? store(r, h, in) : 0;
    }
    return err;
}
