#include "picture.h"

#include <alphaplus/base/clock.h>
#include <alphaplus/base/fixed.h>
#include <math.h>
#include <string.h>

#define SHADE_HISTORY_NS (1800 * NS_PER_S)

bool picture_can(const struct view_request *r, uint32_t market_n)
{
    return r->id != 0 && r->market < market_n && r->rows >= 1 && r->rows <= LADDER_ROWS_MAX &&
           r->heat_cols <= HEAT_COLS_MAX && r->group >= 1 && r->group < FIXED_VALUE_MAX / LADDER_ROWS_MAX &&
           r->top_px > 0 && r->top_px < FIXED_VALUE_MAX && r->top_px % r->group == 0 &&
           r->column_ns >= NS_PER_S && r->column_ns % NS_PER_S == 0 && r->column_ns <= 86400 * NS_PER_S;
}

static bool is_in_bid_row(int64_t px, int64_t label, int64_t group)
{
    return px >= label && px < label + group;
}

static bool is_in_ask_row(int64_t px, int64_t label, int64_t group)
{
    return px > label - group && px <= label;
}

static bool is_near_row(double px, int64_t label, int64_t group)
{
    return px >= (double)label - (double)group / 2.0 && px < (double)label + (double)group / 2.0;
}

static uint32_t own_flags(const struct market *m, const struct risk_view *risk, int64_t label, int64_t group)
{
    double scale = (double)fixed_pow10(m->view.inst.price_decimals);
    uint32_t flags = 0;

    for (uint32_t i = 0; i < risk->position_n; i++) {
        const struct position_view *p = &risk->positions[i];
        if (strcmp(p->pos.instrument, m->name) != 0)
            continue;
        if (p->has_liq && is_near_row(p->liq * scale, label, group))
            flags |= LADDER_OWN_LIQ;
        if (is_near_row(p->pos.entry * scale, label, group))
            flags |= LADDER_OWN_ENTRY;
        if (p->pos.stop > 0.0 && is_near_row(p->pos.stop * scale, label, group))
            flags |= LADDER_OWN_STOP;
    }
    return flags;
}

static uint32_t known_flags(const struct market_view *v, int64_t label, int64_t group)
{
    uint32_t flags = 0;
    if (v->known_hi == 0)
        return 0;
    int64_t bid_lo = label, bid_hi = label + group - 1, ask_lo = label - group + 1, ask_hi = label;
    if (bid_lo >= v->known_lo && bid_hi <= v->known_hi)
        flags |= LADDER_KNOWN_BID;
    if (ask_lo >= v->known_lo && ask_hi <= v->known_hi)
        flags |= LADDER_KNOWN_ASK;
    bool is_bid_cut = !(flags & LADDER_KNOWN_BID) && bid_hi >= v->known_lo && bid_lo <= v->known_hi;
    bool is_ask_cut = !(flags & LADDER_KNOWN_ASK) && ask_hi >= v->known_lo && ask_lo <= v->known_hi;
    return is_bid_cut || is_ask_cut ? flags | LADDER_PART_KNOWN : flags;
}

static uint32_t market_flags(const struct market *m, int64_t label, int64_t group)
{
    const struct market_view *v = &m->view;
    uint32_t flags = 0;

    if (v->has_touch && is_in_bid_row(v->bid_px, label, group))
        flags |= LADDER_BEST_BID;
    if (v->has_touch && is_in_ask_row(v->ask_px, label, group))
        flags |= LADDER_BEST_ASK;
    if (v->has_last && (v->last_side == AGGRESSOR_BUY ? is_in_ask_row(v->last_px, label, group)
                                                      : is_in_bid_row(v->last_px, label, group)))
        flags |= LADDER_LAST;
    if (v->has_mark) {
        double mark = fixed_to_double(v->mark, v->inst.mark_decimals) *
                      (double)fixed_pow10(v->inst.price_decimals);
        if (is_near_row(mark, label, group))
            flags |= LADDER_MARK;
    }
    for (uint32_t i = 0; i < v->wall_n; i++) {
        const struct wall_view *w = &v->walls[i];
        if (w->side == SIDE_BID ? is_in_bid_row(w->px, label, group) : is_in_ask_row(w->px, label, group))
            flags |= LADDER_WALL;
    }
    return flags;
}

/* Value of everything between the touch and the far edge of this row. */
static double cum_usd(const struct market *m, enum side side, int64_t label, int64_t group)
{
    struct book_sum sum;
    const struct market_view *v = &m->view;
    if (side == SIDE_BID)
        book_sum(m->sync.book, side, label, v->bid_px, &sum);
    else
        book_sum(m->sync.book, side, v->ask_px, label, &sum);
    (void)group;
    if (v->inst.inverse)
        return instrument_notional(&v->inst, 1, sum.qty);
    double scale = (double)fixed_pow10(v->inst.price_decimals) * (double)fixed_pow10(v->inst.qty_decimals);
    return sum.px_qty / scale * ((double)v->inst.multiplier / 1e8);
}

static void ladder_row(const struct market *m, const struct risk_view *risk, int64_t label, int64_t group,
                       struct ladder_row *row)
{
    const struct market_view *v = &m->view;
    struct book_sum sum;

    *row = (struct ladder_row){.px = label};
    row->flags = market_flags(m, label, group) | own_flags(m, risk, label, group) |
                 known_flags(v, label, group);
    if (!flow_row(m->flow, label, group, &row->bid_delta, &row->ask_delta, &row->volume))
        row->flags |= LADDER_NO_FLOW;
    if (!v->has_touch)
        return;
    if (label <= v->bid_px) {
        book_sum(m->sync.book, SIDE_BID, label, label + group - 1, &sum);
        row->bid_qty = sum.qty;
        row->cum_usd = cum_usd(m, SIDE_BID, label, group);
    }
    if (label >= v->ask_px) {
        book_sum(m->sync.book, SIDE_ASK, label - group + 1, label, &sum);
        row->ask_qty = sum.qty;
        row->cum_usd = cum_usd(m, SIDE_ASK, label, group);
    }
}

/* One heat column being summed from stored ones. */
struct column_sum {
    double qty[HEAT_ROWS_MAX];
    uint16_t known[HEAT_ROWS_MAX];
    double mid;
    double volume, signed_volume;
    bool is_there;
};

/* Adds a stored column: each pixel takes the buckets that it covers, in proportion. A pixel is known when all of it is. */
static void column_add(struct column_sum *sum, const struct heat_column *c, int64_t bucket,
                       const struct view_request *r, const double code_qty[256])
{
    double half = (double)r->group / 2.0;
    double top = (double)r->top_px + half;
    uint32_t pixels = 2 * r->rows;

    sum->is_there = true;
    sum->volume += c->volume;
    sum->signed_volume += c->signed_volume;
    if (c->mid == 0.0)
        return;
    sum->mid = c->mid;
    for (uint32_t p = 0; p < pixels; p++) {
        double hi = top - half * p, lo = hi - half;
        int64_t from = (int64_t)floor(lo / (double)bucket), to = (int64_t)ceil(hi / (double)bucket);
        double qty = 0.0;
        bool is_known = true;
        for (int64_t b = from; b < to && is_known; b++) {
            int64_t cell = b - c->low;
            if (cell < 0 || cell >= HEAT_CELLS || c->cells[cell] == HEAT_UNKNOWN) {
                is_known = false;
                break;
            }
            double b_lo = (double)b * (double)bucket, b_hi = b_lo + (double)bucket;
            double part = (fmin(hi, b_hi) - fmax(lo, b_lo)) / (double)bucket;
            qty += code_qty[c->cells[cell]] * part;
        }
        if (is_known) {
            sum->qty[p] += qty;
            sum->known[p]++;
        }
    }
}

static int16_t pixel_of(const struct view_request *r, double px)
{
    double half = (double)r->group / 2.0;
    double p = floor(((double)r->top_px + half - px) / half);
    return p >= 0.0 && p < 2.0 * r->rows ? (int16_t)p : -1;
}

static void column_out(const struct column_sum *sum, const struct view_request *r, uint32_t col, double *cvd,
                       struct picture *pic)
{
    pic->has_column[col] = sum->is_there;
    pic->trace[col] = sum->mid > 0.0 ? pixel_of(r, sum->mid) : -1;
    pic->volume[col] = (float)sum->volume;
    *cvd += sum->signed_volume;
    pic->cvd[col] = (float)*cvd;
    for (uint32_t p = 0; p < 2 * r->rows; p++)
        pic->heat[col][p] = sum->known[p] ? heat_qty_code(sum->qty[p] / sum->known[p]) : HEAT_UNKNOWN;
}

/* Codes below which 60 % and 99 % of the known, non-empty pixels of the picture's half hour lie. */
static void shade_range(struct picture *pic, uint32_t pixels)
{
    uint32_t count[256] = {0}, total = 0, below = 0;
    int64_t since = pic->time_ns - SHADE_HISTORY_NS;

    for (uint32_t c = 0; c < pic->col_n; c++) {
        if (pic->col_start_ns + (int64_t)c * pic->request.column_ns < since)
            continue;
        for (uint32_t p = 0; p < pixels; p++)
            count[pic->heat[c][p]]++;
    }
    for (int code = HEAT_ZERO + 1; code < 256; code++)
        total += count[code];
    for (int code = HEAT_ZERO + 1; code < 256 && total > 0; code++) {
        below += count[code];
        if (pic->shade_lo == 0 && below * 100u >= total * 60u)
            pic->shade_lo = (uint8_t)code;
        if (pic->shade_hi == 0 && below * 100u >= total * 99u)
            pic->shade_hi = (uint8_t)code;
    }
}

static void heat_marks(const struct market *m, struct picture *pic)
{
    const struct view_request *r = &pic->request;
    uint64_t kept = m->mark_head < MARKET_MARKS ? m->mark_head : MARKET_MARKS;
    int64_t end = pic->col_start_ns + (int64_t)pic->col_n * r->column_ns;

    for (uint64_t back = 1; back <= kept && pic->mark_n < HEAT_MARKS_MAX; back++) {
        const struct market_mark *mark = &m->marks[(m->mark_head - back) % MARKET_MARKS];
        bool is_trade = mark->kind == HEAT_BUY || mark->kind == HEAT_SELL;
        int16_t row = pixel_of(r, (double)mark->px);
        if (mark->time_ns < pic->col_start_ns || mark->time_ns >= end || row < 0 ||
            (is_trade && mark->usd < r->mark_usd))
            continue;
        pic->marks[pic->mark_n++] = (struct heat_mark){
            .col = (uint16_t)((mark->time_ns - pic->col_start_ns) / r->column_ns),
            .row = (uint16_t)row,
            .kind = mark->kind,
            .usd = (float)mark->usd};
    }
}

/* The right-most column is the running one; columns stand on multiples of column_ns, so they do not shimmer as time goes on. */
static void heat_picture(const struct market *m, int64_t now_ns, struct picture *pic)
{
    const struct view_request *r = &pic->request;
    struct heat_ring ring = heat_ring_for(m->heat, r->column_ns);
    double code_qty[256], cvd = 0.0;
    int64_t last = (now_ns - 1) / r->column_ns * r->column_ns;

    pic->col_n = r->heat_cols;
    pic->col_start_ns = last - (int64_t)(r->heat_cols - 1) * r->column_ns;
    for (int code = 0; code < 256; code++)
        code_qty[code] = heat_code_qty((uint8_t)code);
    uint32_t at = ring.next; /* oldest */
    uint32_t left = ring.cap;
    for (uint32_t col = 0; col < r->heat_cols; col++) {
        struct column_sum sum = {.mid = 0.0};
        int64_t from = pic->col_start_ns + (int64_t)col * r->column_ns, to = from + r->column_ns;
        for (; left > 0; left--, at = (at + 1) % ring.cap) {
            const struct heat_column *c = &ring.columns[at];
            if (c->start_ns == 0 || c->start_ns < from)
                continue;
            if (c->start_ns >= to)
                break;
            column_add(&sum, c, heat_bucket(m->heat), r, code_qty);
        }
        column_out(&sum, r, col, &cvd, pic);
    }
    shade_range(pic, 2 * r->rows);
    heat_marks(m, pic);
}

void picture_make(const struct market *m, const struct risk_view *risk, const struct view_request *r,
                  int64_t now_ns, struct picture *ret_picture)
{
    struct picture *pic = ret_picture;
    const struct market_view *v = &m->view;

    memset(pic, 0, sizeof *pic);
    pic->request = *r;
    pic->seq = v->seq;
    pic->time_ns = now_ns;
    pic->bid_px = v->has_touch ? v->bid_px : 0;
    pic->ask_px = v->has_touch ? v->ask_px : 0;
    pic->last_px = v->has_last ? v->last_px : 0;
    pic->row_n = r->rows;
    for (uint32_t i = 0; i < r->rows; i++) {
        int64_t label = r->top_px - (int64_t)i * r->group;
        if (label <= 0)
            pic->rows[i] = (struct ladder_row){.px = label, .flags = LADDER_NO_FLOW};
        else
            ladder_row(m, risk, label, r->group, &pic->rows[i]);
    }
    if (r->heat_cols > 0 && heat_bucket(m->heat) > 0)
        heat_picture(m, now_ns, pic);
}
