#include "picture.h"
#include "flow.h"
#include "heat.h"

#include <alphaplus/analytics/lines.h>
#include <alphaplus/analytics/liquidity.h>
#include <alphaplus/base/clock.h>
#include <alphaplus/base/fixed.h>
#include <float.h>
#include <math.h>
#include <string.h>

#define SHADE_HISTORY_NS (1800 * NS_PER_S)

static int64_t floor_div(int64_t a, int64_t b)
{
    int64_t q = a / b;
    return q * b > a ? q - 1 : q;
}

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

/* What the rows of one picture have in common. */
struct scene {
    const struct market *market; /* borrowed */
    int64_t group;
    struct level best[2]; /* by enum side; qty 0: that side is empty, or the book is not true */
    size_t own_n;
    struct own {
        double px; /* price units */
        uint32_t flag;
    } own[3 * POSITION_MAX + PRICE_LINES]; /* prices that flag the row they are in */
};

static void add_own(struct scene *s, double price, uint32_t flag)
{
    if (price > 0.0)
        s->own[s->own_n++] = (struct own){price * (double)fixed_pow10(s->market->view.inst.price_decimals),
                                          flag};
}

static void add_lines(struct scene *s)
{
    static const uint32_t flags[PRICE_LINES] = {
        [LINE_MARK] = LADDER_MARK,           [LINE_INDEX] = LADDER_INDEX,
        [LINE_VWAP] = LADDER_VWAP,           [LINE_DAY_OPEN] = LADDER_DAY_OPEN,
        [LINE_WEEK_OPEN] = LADDER_WEEK_OPEN, [LINE_PREV_HIGH] = LADDER_PREV_HIGH,
        [LINE_PREV_LOW] = LADDER_PREV_LOW,   [LINE_POC] = LADDER_POC};
    struct price_line lines[PRICE_LINES];
    int n = market_lines(s->market, lines);
    for (int i = 0; i < n; i++)
        add_own(s, lines[i].price, flags[lines[i].kind]);
}

static void scene_init(struct scene *s, const struct market *m, const struct risk_view *risk, int64_t group)
{
    s->market = m;
    s->group = group;
    s->own_n = 0;
    for (int side = 0; side < 2; side++) {
        if (m->view.book_state != BOOK_TRUE || !book_best(m->sync.book, (enum side)side, &s->best[side]))
            s->best[side] = (struct level){0, 0};
    }
    add_lines(s);
    for (uint32_t i = 0; i < risk->position_n; i++) {
        const struct position_view *p = &risk->positions[i];
        if (strcmp(p->pos.instrument, m->name) != 0)
            continue;
        add_own(s, p->has_liq ? p->liq : 0.0, LADDER_OWN_LIQ);
        add_own(s, p->pos.entry, LADDER_OWN_ENTRY);
        add_own(s, p->pos.stop, LADDER_OWN_STOP);
    }
}

static uint32_t own_flags(const struct scene *s, int64_t label)
{
    uint32_t flags = 0;
    for (size_t i = 0; i < s->own_n; i++) {
        if (is_near_row(s->own[i].px, label, s->group))
            flags |= s->own[i].flag;
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

static uint32_t market_flags(const struct scene *s, int64_t label)
{
    const struct market_view *v = &s->market->view;
    uint32_t flags = 0;

    if (s->best[SIDE_BID].qty > 0 && is_in_bid_row(s->best[SIDE_BID].px, label, s->group))
        flags |= LADDER_BEST_BID;
    if (s->best[SIDE_ASK].qty > 0 && is_in_ask_row(s->best[SIDE_ASK].px, label, s->group))
        flags |= LADDER_BEST_ASK;
    if (v->has_last && (v->last_side == AGGRESSOR_BUY ? is_in_ask_row(v->last_px, label, s->group)
                                                      : is_in_bid_row(v->last_px, label, s->group)))
        flags |= LADDER_LAST;
    for (uint32_t i = 0; i < v->wall_n; i++) {
        const struct wall_view *w = &v->walls[i];
        if (w->side == SIDE_BID ? is_in_bid_row(w->px, label, s->group)
                                : is_in_ask_row(w->px, label, s->group))
            flags |= LADDER_WALL;
    }
    return flags;
}

static double value_between(const struct market *m, enum side side, int64_t lo, int64_t hi)
{
    struct book_sum sum;
    book_sum(m->sync.book, side, lo, hi, &sum);
    return liquidity_value(&m->view.inst, &sum);
}

static int64_t qty_between(const struct market *m, enum side side, int64_t lo, int64_t hi)
{
    struct book_sum sum;
    book_sum(m->sync.book, side, lo, hi, &sum);
    return sum.qty;
}

static void ladder_row(const struct scene *s, int64_t label, struct ladder_row *row)
{
    const struct market *m = s->market;
    int64_t span = s->group - 1;

    *row = (struct ladder_row){.px = label};
    row->flags = market_flags(s, label) | own_flags(s, label) | known_flags(&m->view, label, s->group);
    if (!flow_row(m->flow, label, s->group, &row->bid_delta, &row->ask_delta, &row->volume))
        row->flags |= LADDER_NO_FLOW;
    if (s->best[SIDE_BID].qty > 0 && label <= s->best[SIDE_BID].px) {
        row->bid_qty = qty_between(m, SIDE_BID, label, label + span);
        row->cum_usd = value_between(m, SIDE_BID, label, s->best[SIDE_BID].px);
    }
    if (s->best[SIDE_ASK].qty > 0 && label >= s->best[SIDE_ASK].px) {
        row->ask_qty = qty_between(m, SIDE_ASK, label - span, label);
        row->cum_usd = value_between(m, SIDE_ASK, s->best[SIDE_ASK].px, label);
    }
}

/* --- the heatmap ---------------------------------------------------------------------------------------------------- */

/* The buckets that a pixel covers: the first and the last by a part of them, those between whole. The same for all columns. */
struct pixel {
    int64_t from;
    int64_t n;
    double first, last;
};

/* In half price units, in which borders of pixels are whole even when the group is odd. */
static void pixels_init(struct pixel *pixels, const struct view_request *r, int64_t bucket)
{
    int64_t bucket2 = 2 * bucket;
    for (int64_t p = 0; p < 2 * (int64_t)r->rows; p++) {
        int64_t hi = 2 * r->top_px + r->group * (1 - p), lo = hi - r->group;
        int64_t from = floor_div(lo, bucket2), to = -floor_div(-hi, bucket2);
        int64_t first_end = (from + 1) * bucket2 < hi ? (from + 1) * bucket2 : hi;
        pixels[p] = (struct pixel){.from = from,
                                   .n = to - from,
                                   .first = (double)(first_end - lo) / (double)bucket2,
                                   .last = (double)(hi - (to - 1) * bucket2) / (double)bucket2};
    }
}

/* One column of the picture, being summed from stored ones. */
struct column_sum {
    double qty[HEAT_ROWS_MAX];   /* size times seconds */
    double known[HEAT_ROWS_MAX]; /* seconds */
    double mid;
    double volume, signed_volume;
    bool is_there;
};

struct heat_work {
    struct pixel pixels[HEAT_ROWS_MAX];
    double code_qty[256];
    struct column_sum sum;
    uint32_t col; /* that sum is for */
    double cvd;
};

/* Size in a pixel of a stored column; negative when not all of it is known. */
static double pixel_qty(const struct pixel *p, const struct heat_column *c, const double code_qty[256])
{
    int64_t cell = p->from - c->low;
    if (cell < 0 || p->n > HEAT_CELLS || cell + p->n > HEAT_CELLS)
        return -1.0;
    const uint8_t *codes = &c->cells[cell];
    if (codes[0] == HEAT_UNKNOWN)
        return -1.0;
    double qty = code_qty[codes[0]] * p->first;
    for (int64_t k = 1; k < p->n; k++) {
        if (codes[k] == HEAT_UNKNOWN)
            return -1.0;
        qty += code_qty[codes[k]] * (k + 1 < p->n ? 1.0 : p->last);
    }
    return qty;
}

static void column_add(struct heat_work *w, const struct heat_column *c, double seconds, uint32_t pixels)
{
    struct column_sum *sum = &w->sum;
    sum->is_there = true;
    sum->volume += c->volume;
    sum->signed_volume += c->signed_volume;
    if (c->mid == 0.0)
        return;
    sum->mid = c->mid;
    for (uint32_t p = 0; p < pixels; p++) {
        double qty = pixel_qty(&w->pixels[p], c, w->code_qty);
        if (qty >= 0.0) {
            sum->qty[p] += qty * seconds;
            sum->known[p] += seconds;
        }
    }
}

/* A border belongs to the pixel above it. */
static int16_t pixel_of(const struct view_request *r, double px)
{
    double half = (double)r->group / 2.0;
    double p = ceil(((double)r->top_px + half - px) / half) - 1.0;
    return p >= 0.0 && p < 2.0 * r->rows ? (int16_t)p : -1;
}

static float to_float(double v)
{
    return (float)fmax(fmin(v, (double)FLT_MAX), -(double)FLT_MAX);
}

/* Writes the columns before `col`, of which the first is the one being summed. */
static void columns_out(struct heat_work *w, uint32_t col, struct picture *pic)
{
    const struct view_request *r = &pic->request;
    for (; w->col < col; w->col++) {
        const struct column_sum *sum = &w->sum;
        pic->has_column[w->col] = sum->is_there;
        pic->trace[w->col] = sum->mid > 0.0 ? pixel_of(r, sum->mid) : -1;
        pic->volume[w->col] = to_float(sum->volume);
        w->cvd += sum->signed_volume;
        pic->cvd[w->col] = to_float(w->cvd);
        for (uint32_t p = 0; sum->is_there && p < 2 * r->rows; p++)
            pic->heat[w->col][p] = sum->known[p] > 0.0 ? heat_qty_code(sum->qty[p] / sum->known[p])
                                                       : HEAT_UNKNOWN;
        if (sum->is_there)
            memset(&w->sum, 0, sizeof w->sum);
    }
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
            .usd = to_float(mark->usd)};
    }
}

/* Columns of one tier that begin at next_ns or later; returns where they end. */
static int64_t tier_out(struct heat_work *w, const struct heat_ring *ring, int64_t next_ns,
                        struct picture *pic)
{
    const struct view_request *r = &pic->request;
    double seconds = (double)ring->step_ns / (double)NS_PER_S;

    for (uint32_t k = 0; k < ring->cap; k++) {
        const struct heat_column *c = &ring->columns[(ring->next + k) % ring->cap];
        int64_t col = (c->start_ns - pic->col_start_ns) / r->column_ns;
        if (c->start_ns == 0 || c->start_ns < next_ns || col >= r->heat_cols)
            continue;
        columns_out(w, (uint32_t)col, pic);
        column_add(w, c, seconds, 2 * r->rows);
        next_ns = c->start_ns + ring->step_ns;
    }
    return next_ns;
}

/* The right-most column is the running one; columns stand on multiples of column_ns, so they do not shimmer as time goes on. What the
 * widest fitting columns do not reach yet is made of narrower ones. */
static void heat_picture(const struct market *m, int64_t now_ns, struct picture *pic)
{
    const struct view_request *r = &pic->request;
    struct heat_work w;
    int64_t last = (now_ns - 1) / r->column_ns * r->column_ns;

    memset(&w, 0, sizeof w);
    pixels_init(w.pixels, r, heat_bucket(m->heat));
    for (int code = 0; code < 256; code++)
        w.code_qty[code] = heat_code_qty((uint8_t)code);
    pic->col_n = r->heat_cols;
    pic->col_start_ns = last - (int64_t)(r->heat_cols - 1) * r->column_ns;
    int64_t next_ns = pic->col_start_ns;
    for (int tier = heat_tier_for(r->column_ns); tier >= 0; tier--) {
        struct heat_ring ring = heat_ring(m->heat, tier);
        next_ns = tier_out(&w, &ring, next_ns, pic);
    }
    columns_out(&w, r->heat_cols, pic);
    shade_range(pic, 2 * r->rows);
    heat_marks(m, pic);
}

void picture_make(const struct market *m, const struct risk_view *risk, const struct view_request *r,
                  int64_t now_ns, struct picture *ret_picture)
{
    struct picture *pic = ret_picture;
    const struct market_view *v = &m->view;
    struct scene scene;

    memset(pic, 0, sizeof *pic);
    pic->request = *r;
    pic->seq = v->seq;
    pic->time_ns = now_ns;
    pic->bid_px = v->has_touch ? v->bid_px : 0;
    pic->ask_px = v->has_touch ? v->ask_px : 0;
    pic->last_px = v->has_last ? v->last_px : 0;
    pic->row_n = r->rows;
    scene_init(&scene, m, risk, r->group);
    for (uint32_t i = 0; i < r->rows; i++) {
        int64_t label = r->top_px - (int64_t)i * r->group;
        if (label <= 0)
            pic->rows[i] = (struct ladder_row){.px = label, .flags = LADDER_NO_FLOW};
        else
            ladder_row(&scene, label, &pic->rows[i]);
    }
    if (r->heat_cols > 0 && heat_bucket(m->heat) > 0)
        heat_picture(m, now_ns, pic);
}
