/* Resting size over time and price, now at the right edge. Two pixels a cell where the terminal has the colours, one shade glyph a cell
 * where it has not. Below: volume, CVD, time. */
#include "../format.h"
#include "panel.h"
#include <alphaplus/base/clock.h>
#include <alphaplus/base/fixed.h>
#include <math.h>
#include <stdio.h>

#define LABEL_COLS     10
#define MARK_SHADE_MAX 8
#define UPPER_HALF     0x2580
#define LOWER_HALF     0x2584

struct heat {
    const struct ui *ui;
    const struct picture *pic;
    struct pane pane; /* cells of the picture, without title, foot and labels */
    int col0;         /* picture column at pane column 0 */
    int shift;        /* pane column of picture column 0 when the picture is narrower */
};

static int shade_at(const struct heat *h, int col, int pixel)
{
    if (pixel >= 2 * (int)h->pic->row_n)
        return -1;
    return shade_of(&h->ui->shade, h->pic->heat[col][pixel]);
}

/* Paint of a pixel as a background. */
static uint8_t paint_of(int shade)
{
    return shade < 0 ? ROLE_UNKNOWN : PAINT_HEAT(shade);
}

static uint32_t shade_glyph(const struct canvas *c, int shade)
{
    static const char ascii[] = " .,:;+*x%#@";
    static const uint16_t utf8[] = {' ', 0xb7, 0x2591, 0x2592, 0x2593, 0x2588};
    if (!c->is_utf8)
        return (unsigned char)ascii[shade * 11 / HEAT_SHADES];
    /* The faint ones below the lower cut-off share the dot. */
    return shade == 0 ? ' ' : shade <= 4 ? 0xb7 : utf8[2 + (shade - 5) * 4 / (HEAT_SHADES - 5)];
}

static void draw_cell(const struct heat *h, int x, int y, int col)
{
    const struct canvas *c = h->pane.canvas;
    int top = shade_at(h, col, 2 * y), low = shade_at(h, col, 2 * y + 1);

    if (top < 0 && low < 0) {
        /* Diagonals: cells on a line from bottom left to top right. */
        if ((x + y) % 3 == 0)
            pane_put(&h->pane, x, y, 0x2571, ROLE_UNKNOWN, PAINT_OWN, 0);
        return;
    }
    if (!c->has_shades) {
        int most = top > low ? top : low;
        pane_put(&h->pane, x, y, shade_glyph(c, most), ROLE_TEXT, PAINT_OWN, 0);
    } else if (!c->is_utf8) {
        int most = top > low ? top : low;
        pane_put(&h->pane, x, y, ' ', ROLE_TEXT, PAINT_HEAT(most), 0);
    } else if (top == low) {
        pane_put(&h->pane, x, y, ' ', ROLE_TEXT, PAINT_HEAT(top), 0);
    } else if (top < 0) {
        pane_put(&h->pane, x, y, LOWER_HALF, PAINT_HEAT(low), ROLE_TEXT, 0);
    } else {
        pane_put(&h->pane, x, y, UPPER_HALF, PAINT_HEAT(top), low < 0 ? ROLE_TEXT : paint_of(low), 0);
    }
}

/* The mid as a line of pixels over the shades, joined where it jumps. */
static void draw_trace(const struct heat *h)
{
    const struct canvas *c = h->pane.canvas;
    int before = -1;
    for (int x = 0; x < h->pane.w; x++) {
        int col = h->col0 + x - h->shift;
        int at = col >= 0 && col < (int)h->pic->col_n && h->pic->has_column[col] ? h->pic->trace[col] : -1;
        if (at < 0) {
            before = -1;
            continue;
        }
        int from = before < 0 ? at : before < at ? before + 1 : before > at ? before - 1 : at;
        int lo = from < at ? from : at, hi = from < at ? at : from;
        for (int y = lo / 2; y <= hi / 2; y++) {
            bool is_top = 2 * y >= lo && 2 * y <= hi, is_low = 2 * y + 1 >= lo && 2 * y + 1 <= hi;
            int other = shade_at(h, col, is_top ? 2 * y + 1 : 2 * y);
            if (!c->has_shades || !c->is_utf8)
                pane_put(&h->pane, x, y, 0x2500, ROLE_TRACE,
                         c->has_shades ? paint_of(other < 0 ? 0 : other) : PAINT_OWN, 0);
            else if (is_top && is_low)
                pane_put(&h->pane, x, y, 0x2588, ROLE_TRACE, PAINT_OWN, 0);
            else
                pane_put(&h->pane, x, y, is_top ? UPPER_HALF : LOWER_HALF, ROLE_TRACE,
                         other < 0 ? ROLE_TEXT : PAINT_HEAT(other), 0);
        }
        before = at;
    }
}

/* Behind a mark: the cell's own shade, but dark enough to read the mark. */
static uint8_t mark_ground(const struct heat *h, int col, int y)
{
    if (!h->pane.canvas->has_shades || col >= (int)h->pic->col_n)
        return PAINT_OWN;
    int top = shade_at(h, col, 2 * y), low = shade_at(h, col, 2 * y + 1);
    int least = top < low ? top : low;
    return PAINT_HEAT(least < 0 ? 0 : least < MARK_SHADE_MAX ? least : MARK_SHADE_MAX);
}

static void draw_marks(const struct heat *h)
{
    static const struct {
        const uint32_t ch;
        uint8_t role;
    } looks[] = {[HEAT_BUY] = {0x25b2, ROLE_BUY},
                 [HEAT_SELL] = {0x25bc, ROLE_SELL},
                 [HEAT_LIQ_LONG] = {'L', ROLE_LIQ_LONG},
                 [HEAT_LIQ_SHORT] = {'S', ROLE_LIQ_SHORT}};
    /* Newest first in the picture: drawn oldest first, liquidations over trades. */
    for (int pass = 0; pass < 2; pass++) {
        for (uint32_t i = h->pic->mark_n; i-- > 0;) {
            const struct heat_mark *m = &h->pic->marks[i];
            bool is_liq = m->kind == HEAT_LIQ_LONG || m->kind == HEAT_LIQ_SHORT;
            if (m->kind < HEAT_BUY || m->kind > HEAT_LIQ_SHORT || is_liq != (pass == 1))
                continue;
            int x = (int)m->col - h->col0 + h->shift, y = m->row / 2;
            if (x < 0 || y >= (int)h->pic->row_n)
                continue;
            pane_put(&h->pane, x, y, looks[m->kind].ch, looks[m->kind].role, mark_ground(h, m->col, y),
                     ATTR_BOLD);
        }
    }
}

static void draw_cells(const struct heat *h)
{
    for (int x = 0; x < h->pane.w; x++) {
        int col = h->col0 + x - h->shift;
        bool is_there = col >= 0 && col < (int)h->pic->col_n && h->pic->has_column[col];
        for (int y = 0; y < h->pane.h; y++) {
            if (is_there && y < (int)h->pic->row_n)
                draw_cell(h, x, y, col);
            else if (x % 4 == 2 && y % 2 == 1)
                pane_put(&h->pane, x, y, 0xb7, ROLE_UNKNOWN, PAINT_OWN, 0);
        }
    }
}

static void draw_volume(const struct heat *h, const struct pane *p, int y)
{
    float most = 0.0f;
    for (uint32_t c = (uint32_t)h->col0; c < h->pic->col_n; c++)
        most = h->pic->volume[c] > most ? h->pic->volume[c] : most;
    for (int x = 0; x < h->pane.w && most > 0.0f; x++) {
        int col = h->col0 + x - h->shift;
        if (col >= 0 && col < (int)h->pic->col_n && h->pic->has_column[col])
            pane_spark(p, x, y, (double)(h->pic->volume[col] / most), ROLE_STRIP);
    }
    pane_text(p, 0, y, ROLE_DIM, "VOL ");
}

static void draw_cvd(const struct heat *h, const struct pane *p, int y)
{
    float lo = INFINITY, hi = -INFINITY;
    for (uint32_t c = (uint32_t)h->col0; c < h->pic->col_n; c++) {
        if (!h->pic->has_column[c])
            continue;
        lo = h->pic->cvd[c] < lo ? h->pic->cvd[c] : lo;
        hi = h->pic->cvd[c] > hi ? h->pic->cvd[c] : hi;
    }
    for (int x = 0; x < h->pane.w && hi > lo; x++) {
        int col = h->col0 + x - h->shift;
        if (col < 0 || col >= (int)h->pic->col_n || !h->pic->has_column[col])
            continue;
        float before = col > 0 ? h->pic->cvd[col - 1] : h->pic->cvd[col];
        uint8_t role = h->pic->cvd[col] >= before ? ROLE_BUY : ROLE_SELL;
        pane_spark(p, x, y, 0.125 + 0.875 * (double)((h->pic->cvd[col] - lo) / (hi - lo)), role);
    }
    pane_text(p, 0, y, ROLE_DIM, "CVD ");
}

/* Labels where a whole multiple of the step begins, far enough apart to read. */
static void draw_times(const struct heat *h, const struct pane *p, int y)
{
    static const int steps[] = {5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 28800, 86400};
    int64_t column = h->pic->request.column_ns;
    size_t s = 0;
    while (s + 1 < sizeof steps / sizeof *steps && steps[s] * NS_PER_S < column * 11)
        s++;
    int64_t step = steps[s] * NS_PER_S;
    for (int x = 0; x < h->pane.w; x++) {
        int col = h->col0 + x - h->shift;
        int64_t start = h->pic->col_start_ns + col * column;
        char text[FORMAT_MAX];
        if (col < 0 || start % step >= column)
            continue;
        if (step < 60 * NS_PER_S)
            format_time(text, start, 0, ui_offset_s(h->ui), false);
        else
            format_minute(text, start, ui_offset_s(h->ui));
        if (x + text_columns(text) <= h->pane.w)
            pane_text(p, x, y, ROLE_DIM, text);
    }
}

static void draw_labels(const struct heat *h, const struct pane *p, int x)
{
    const struct instrument *in = &h->ui->shown->market.inst;
    for (uint32_t i = 0; i < h->pic->row_n && (int)i < h->pane.h; i++) {
        const struct ladder_row *row = &h->pic->rows[i];
        char text[FORMAT_MAX];
        format_px_row(text, in, row->px, h->pic->request.group);
        pane_right(p, x, x + LABEL_COLS - 1, 1 + (int)i, row->flags & LADDER_LAST ? ROLE_LAST : ROLE_PRICE,
                   text);
        if (row->flags & LADDER_WALL)
            pane_put(p, x + LABEL_COLS - 1, 1 + (int)i, 0x25c6, ROLE_WALL, PAINT_OWN, 0);
        char letter = panel_line_letter(h->ui, row);
        if (row->flags & LADDER_OWN_LIQ || panel_is_marked(h->ui, row))
            pane_put(p, x, 1 + (int)i, (unsigned char)letter, ROLE_OWN, PAINT_OWN, 0);
        else if (letter != 0 && !(row->flags & LADDER_MARK))
            pane_put(p, x, 1 + (int)i, (unsigned char)letter, ROLE_DIM, PAINT_OWN, 0);
    }
}

/* As much of the title as fits: what a column and a row are, what the shades mean, what the marks mean. */
static void title_of(const struct ui *ui, int w, int cols, char *buf, size_t size)
{
    const struct shade *s = &ui->shade;
    const struct view_request *r = &ui->shown->picture.request;
    const struct instrument *in = &ui->shown->market.inst;
    char column[FORMAT_MAX], span[FORMAT_MAX], px[FORMAT_MAX], lo[FORMAT_MAX], hi[FORMAT_MAX],
        floor[FORMAT_MAX], cut[64] = "";

    format_span(column, r->column_ns);
    format_span(span, r->column_ns * cols);
    format_px_row(px, in, r->group, r->group);
    format_money(floor, r->mark_usd, false);
    if (s->hi > 0) {
        double a = shade_qty(s, s->lo), b = shade_qty(s, s->hi);
        format_price(lo, a, a < 1.0 ? 2 : a < 10.0 ? 1 : 0);
        format_price(hi, b, b < 1.0 ? 2 : b < 10.0 ? 1 : 0);
        snprintf(cut, sizeof cut, "%s..%s%s", lo, hi, s->shift > 0 ? "+" : s->shift < 0 ? "-" : "");
    }
    for (int part = 5; part >= 0; part--) {
        switch (part) {
        case 5:
            snprintf(buf, size,
                     "HEAT %s/col %s  2px=%s  shade %s %s p60..p99  ▲▼ trades >%s  L S liquidations", column,
                     span, px, cut, in->base, floor);
            break;
        case 4:
            snprintf(buf, size, "HEAT %s/col %s  2px=%s  shade %s %s  ▲▼ >%s  L S liq", column, span, px, cut,
                     in->base, floor);
            break;
        case 3:
            snprintf(buf, size, "HEAT %s/col %s  shade %s %s  ▲▼ >%s", column, span, cut, in->base, floor);
            break;
        case 2: snprintf(buf, size, "HEAT %s/col %s  %s %s", column, span, cut, in->base); break;
        case 1: snprintf(buf, size, "HEAT %s/col %s", column, cut); break;
        default: snprintf(buf, size, "HEAT"); break;
        }
        if (text_columns(buf) < w)
            return;
    }
}

void heat_draw(const struct ui *ui, const struct pane *p)
{
    const struct picture *pic = &ui->shown->picture;
    bool has_labels = layout_find(&ui->layout, PANEL_LADDER) == NULL;
    int w = p->w - (has_labels ? LABEL_COLS : 0);
    int rows = ui->layout.price_rows < p->h - 1 ? ui->layout.price_rows : p->h - 1;
    char title[160] = "HEAT";
    struct heat h = {.ui = ui, .pic = pic, .pane = pane_sub(p, 0, 1, w, rows)};

    if (!panel_has_picture(ui)) {
        panel_head(ui, p, PANEL_HEAT, title);
        h.pic = &(const struct picture){.row_n = 0};
        panel_banner(ui, &h.pane);
        return;
    }
    /* The running column comes when it has something to show. */
    int end = (int)pic->col_n;
    if (end >= 2 && !pic->has_column[end - 1] && pic->has_column[end - 2])
        end--;
    h.col0 = end > w ? end - w : 0;
    h.shift = end < w ? w - end : 0;
    title_of(ui, w, w, title, sizeof title);
    panel_head(ui, p, PANEL_HEAT, title);
    draw_cells(&h);
    draw_trace(&h);
    draw_marks(&h);
    if (has_labels)
        draw_labels(&h, p, w);
    if (ui->layout.foot_rows >= 3) {
        draw_volume(&h, p, 1 + rows);
        draw_cvd(&h, p, 2 + rows);
    }
    if (ui->layout.foot_rows >= 1)
        draw_times(&h, p, rows + ui->layout.foot_rows);
    panel_banner(ui, &h.pane);
}
