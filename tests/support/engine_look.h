/* What must hold of everything that the engine publishes, whatever it was fed. Each function returns NULL, or what is wrong. */
#ifndef TESTS_SUPPORT_ENGINE_LOOK_H
#define TESTS_SUPPORT_ENGINE_LOOK_H

#include <alphaplus/analytics/measure.h>
#include <alphaplus/book/book.h>
#include <alphaplus/model/view.h>
#include <math.h>
#include <string.h>

static inline bool look_is_shown(const struct metric_value *v)
{
    return v->state == METRIC_OK || v->state == METRIC_DEGRADED;
}

/* The registry's own words are the law; a word not known here is a fault. */
static inline bool look_is_in_range(const char *range, double v)
{
    if (strcmp(range, "[-1, 1]") == 0)
        return v >= -1.0 && v <= 1.0;
    if (strcmp(range, "[0, 1]") == 0)
        return v >= 0.0 && v <= 1.0;
    if (strcmp(range, "[0, 1)") == 0)
        return v >= 0.0 && v < 1.0;
    if (strcmp(range, "1..4") == 0)
        return v >= 1.0 && v <= 4.0;
    if (strcmp(range, "0..3") == 0)
        return v >= 0.0 && v <= 3.0;
    if (strcmp(range, "[0, 100]") == 0 || strcmp(range, "0..100") == 0)
        return v >= 0.0 && v <= 100.0;
    if (strcmp(range, "> 0") == 0)
        return v > 0.0;
    if (strcmp(range, ">= 0") == 0)
        return v >= 0.0;
    return strcmp(range, "any") == 0;
}

static inline const char *look_metrics(const struct market_view *v)
{
    const struct metric_registry *r = metric_registry();
    bool has_book = v->book_state == BOOK_TRUE && v->has_touch;

    for (int i = 0; i < METRIC_MAX; i++) {
        const struct metric_value *value = &v->metrics[i];
        if (!isfinite(value->value) || value->state > METRIC_OK)
            return i < r->n ? r->rows[i].id : "a value beyond the registry";
        if (!look_is_shown(value)) {
            if (value->value != 0.0)
                return "a value without a state for it";
            continue;
        }
        if (i >= r->n || !look_is_in_range(r->rows[i].range, value->value))
            return i < r->n ? r->rows[i].id : "a value beyond the registry";
        bool needs_book = strncmp(r->rows[i].id, "book.", 5) == 0 || strncmp(r->rows[i].id, "flow.", 5) == 0;
        if (needs_book && !has_book)
            return "a figure of a book that is not true";
    }
    return NULL;
}

static inline double look_value(const struct market_view *v, const char *id)
{
    int i = metric_find(metric_registry(), id);
    return i >= 0 && look_is_shown(&v->metrics[i]) ? v->metrics[i].value : 0.0;
}

/* More room holds no less. */
static inline const char *look_depth(const struct market_view *v)
{
    static const char *const ids[2][6] = {{"book.depth.bid.5", "book.depth.bid.10", "book.depth.bid.25",
                                           "book.depth.bid.50", "book.depth.bid.100", "book.depth.bid.200"},
                                          {"book.depth.ask.5", "book.depth.ask.10", "book.depth.ask.25",
                                           "book.depth.ask.50", "book.depth.ask.100", "book.depth.ask.200"}};
    for (int side = 0; side < 2; side++) {
        for (int i = 1; i < 6; i++) {
            if (look_value(v, ids[side][i]) < look_value(v, ids[side][i - 1]))
                return ids[side][i];
        }
    }
    return NULL;
}

static inline const char *look_liqs(const struct liq_total totals[LIQ_WINDOWS])
{
    for (int i = 0; i < LIQ_WINDOWS; i++) {
        const struct liq_total *t = &totals[i];
        if (!isfinite(t->long_usd) || !isfinite(t->short_usd) || !isfinite(t->max_usd) || t->long_usd < 0.0 ||
            t->short_usd < 0.0 || t->max_usd > (t->long_usd + t->short_usd) * (1.0 + 1e-12))
            return "a total of liquidations";
        if (t->covered_ns < 0 || t->covered_ns > t->window_ns || t->completeness > COMPLETENESS_INFERRED)
            return "what a total of liquidations covers";
        if (t->count == 0 && (t->max_usd != 0.0 || t->long_usd != 0.0 || t->short_usd != 0.0))
            return "a total of no liquidations";
        if (i > 0 && t->count < totals[i - 1].count)
            return "more liquidations in a shorter window";
    }
    return NULL;
}

static inline const char *look_walls(const struct market_view *v)
{
    if (v->wall_n > WALL_VIEW_MAX || (v->wall_n > 0 && !v->has_touch))
        return "walls without a book";
    for (uint32_t i = 0; i < v->wall_n; i++) {
        const struct wall_view *w = &v->walls[i];
        if (!isfinite(w->z) || !isfinite(w->share) || !isfinite(w->absorb_minutes) ||
            w->absorb_minutes < 0.0 || w->share <= 0.0 || w->share > 1.0 || w->qty <= 0)
            return "a wall";
    }
    return NULL;
}

static inline const char *look_touch(const struct market_view *v, const struct book *book)
{
    struct level bid = {0}, ask = {0};
    if (!v->has_touch)
        return v->bid_px || v->bid_qty || v->ask_px || v->ask_qty ? "half a touch" : NULL;
    if (v->book_state != BOOK_TRUE || v->bid_px >= v->ask_px || v->bid_qty <= 0 || v->ask_qty <= 0)
        return "a touch that cannot be";
    bool is_there = book_best(book, SIDE_BID, &bid) && book_best(book, SIDE_ASK, &ask);
    return is_there && bid.px == v->bid_px && bid.qty == v->bid_qty && ask.px == v->ask_px &&
                   ask.qty == v->ask_qty
               ? NULL
               : "a touch that is not the book's";
}

static inline const char *look_market(const struct market_view *v, const struct book *book)
{
    const char *why = look_metrics(v);
    if (!why)
        why = look_depth(v);
    if (!why)
        why = look_touch(v, book);
    if (!why)
        why = look_liqs(v->liq);
    if (!why)
        why = look_walls(v);
    if (!why && (v->known_lo == 0) != (v->known_hi == 0))
        why = "half a known range";
    if (!why && v->known_hi != 0 && v->book_state != BOOK_TRUE)
        why = "a known range of a book that is not true";
    if (!why && (v->has_mark ? v->mark <= 0 : v->mark != 0))
        why = "a mark";
    return why;
}

static inline const char *look_risk(const struct risk_view *r)
{
    if (r->position_n > POSITION_MAX || r->account_n > ACCOUNT_MAX ||
        r->first_to_die >= (int32_t)r->position_n)
        return "counts of risk";
    for (uint32_t i = 0; i < r->position_n; i++) {
        const struct position_view *p = &r->positions[i];
        if (!isfinite(p->mark) || !isfinite(p->notional) || !isfinite(p->leverage) || !isfinite(p->upnl) ||
            !isfinite(p->maintenance) || !isfinite(p->liq) || !isfinite(p->distance_pct))
            return "a position";
    }
    for (uint32_t i = 0; i < r->account_n; i++) {
        const struct account_view *a = &r->accounts[i];
        if (!isfinite(a->equity) || !isfinite(a->upnl) || !isfinite(a->maintenance) ||
            !isfinite(a->margin_ratio))
            return "an account";
    }
    return NULL;
}

static inline const char *look_head(const struct head_view *h)
{
    if (h->market_n > INSTRUMENT_MAX || h->feed_n > VENUE_MAX)
        return "counts of the head";
    const char *why = look_liqs(h->liq);
    return why ? why : look_risk(&h->risk);
}

static inline const char *look_row(const struct picture *p, uint32_t i)
{
    const struct ladder_row *row = &p->rows[i];
    if (row->px != p->request.top_px - (int64_t)i * p->request.group)
        return "a label of the ladder";
    if (row->bid_qty < 0 || row->ask_qty < 0 || row->volume < 0 || !isfinite(row->cum_usd) ||
        row->cum_usd < 0.0)
        return "a row of the ladder";
    if (row->bid_qty > 0 && row->ask_qty > 0 && row->px + p->request.group <= p->bid_px)
        return "asks below the best bid";
    return NULL;
}

static inline const char *look_column(const struct picture *p, uint32_t col)
{
    if (!isfinite(p->volume[col]) || p->volume[col] < 0.0f || !isfinite(p->cvd[col]))
        return "volume of a column";
    if (p->trace[col] < -1 || p->trace[col] >= 2 * (int)p->row_n)
        return "trace of a column";
    for (uint32_t i = 0; !p->has_column[col] && i < 2 * p->row_n; i++) {
        if (p->heat[col][i] != HEAT_UNKNOWN)
            return "sizes in a column that is not there";
    }
    return NULL;
}

static inline const char *look_picture(const struct picture *p)
{
    const char *why = NULL;
    if (p->row_n != p->request.rows || p->col_n > p->request.heat_cols || p->mark_n > HEAT_MARKS_MAX ||
        p->shade_lo > p->shade_hi)
        return "shape of a picture";
    for (uint32_t i = 0; !why && i < p->row_n; i++)
        why = look_row(p, i);
    for (uint32_t i = 0; !why && i < p->col_n; i++)
        why = look_column(p, i);
    for (uint32_t i = 0; !why && i < p->mark_n; i++) {
        if (p->marks[i].col >= p->col_n || p->marks[i].row >= 2 * p->row_n || !isfinite(p->marks[i].usd))
            why = "a mark of the heatmap";
    }
    return why;
}

#endif
