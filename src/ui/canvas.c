#include "canvas.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINE_MAX 512

void canvas_init(struct canvas *c)
{
    *c = (struct canvas){.is_utf8 = true};
}

void canvas_finish(struct canvas *c)
{
    if (c == NULL)
        return;
    free(c->cells);
    *c = (struct canvas){.cols = 0};
}

static int clamp(int v, int lo, int hi)
{
    return v < lo ? lo : v > hi ? hi : v;
}

int canvas_resize(struct canvas *c, int cols, int rows)
{
    cols = clamp(cols, 1, CANVAS_COLS_MAX);
    rows = clamp(rows, 1, CANVAS_ROWS_MAX);
    size_t n = (size_t)cols * (size_t)rows;
    if (n > c->cap) {
        struct cell *cells = realloc(c->cells, n * sizeof *cells);
        if (cells == NULL)
            return AP_ENOMEM;
        c->cells = cells;
        c->cap = n;
    }
    c->cols = cols;
    c->rows = rows;
    canvas_clear(c);
    return 0;
}

void canvas_clear(struct canvas *c)
{
    size_t n = (size_t)c->cols * (size_t)c->rows;
    for (size_t i = 0; i < n; i++)
        c->cells[i] = (struct cell){.ch = ' ', .fg = ROLE_TEXT, .bg = PAINT_OWN};
}

const struct cell *canvas_cell(const struct canvas *c, int x, int y)
{
    if (x < 0 || y < 0 || x >= c->cols || y >= c->rows)
        return NULL;
    return &c->cells[(size_t)y * (size_t)c->cols + (size_t)x];
}

struct pane pane_of(struct canvas *c, struct rect r)
{
    struct pane p = {.canvas = c, .x = r.x, .y = r.y, .w = r.w, .h = r.h};
    if (p.x + p.w > c->cols)
        p.w = c->cols - p.x;
    if (p.y + p.h > c->rows)
        p.h = c->rows - p.y;
    if (p.w < 0)
        p.w = 0;
    if (p.h < 0)
        p.h = 0;
    return p;
}

struct pane pane_sub(const struct pane *p, int x, int y, int w, int h)
{
    struct pane s = *p;
    x = clamp(x, 0, p->w);
    y = clamp(y, 0, p->h);
    s.x += x;
    s.y += y;
    s.w = clamp(w, 0, p->w - x);
    s.h = clamp(h, 0, p->h - y);
    return s;
}

static struct cell *cell_at(const struct pane *p, int x, int y)
{
    if (x < 0 || y < 0 || x >= p->w || y >= p->h)
        return NULL;
    return &p->canvas->cells[(size_t)(p->y + y) * (size_t)p->canvas->cols + (size_t)(p->x + x)];
}

void pane_put(const struct pane *p, int x, int y, uint32_t ch, uint8_t fg, uint8_t bg, uint8_t attr)
{
    struct cell *cell = cell_at(p, x, y);
    if (cell == NULL)
        return;
    if (ch >= 0x80 && !p->canvas->is_utf8)
        ch = (unsigned char)glyph_ascii(ch);
    *cell = (struct cell){.ch = ch, .fg = fg, .bg = bg, .attr = attr};
}

void pane_fill(const struct pane *p, int x, int y, int w, uint32_t ch, uint8_t role)
{
    for (int i = 0; i < w; i++)
        pane_put(p, x + i, y, ch, role, PAINT_OWN, 0);
}

int pane_text(const struct pane *p, int x, int y, uint8_t role, const char *utf8)
{
    int start = x;
    for (uint32_t ch; (ch = text_next(&utf8)) != 0; x++)
        pane_put(p, x, y, ch, role, PAINT_OWN, 0);
    return x - start;
}

int pane_textf(const struct pane *p, int x, int y, uint8_t role, const char *format, ...)
{
    char line[LINE_MAX];
    va_list args;
    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    return pane_text(p, x, y, role, line);
}

void pane_right(const struct pane *p, int start, int end, int y, uint8_t role, const char *utf8)
{
    int x = end - text_columns(utf8);
    if (x < start)
        pane_fill(p, start, y, end - start, '#', role);
    else
        pane_text(p, x, y, role, utf8);
}

void pane_back(const struct pane *p, int x, int y, int w, uint8_t bg)
{
    for (int i = 0; i < w; i++) {
        struct cell *cell = cell_at(p, x + i, y);
        if (cell != NULL)
            cell->bg = bg;
    }
}

/* Eighths of a bar of w columns. */
static int eighths(int w, double fraction)
{
    double f = fraction > 1.0 ? 1.0 : fraction;
    return f > 0.0 ? (int)(f * w * 8.0 + 0.5) : 0;
}

void pane_bar(const struct pane *p, int x, int y, int w, double fraction, uint8_t role)
{
    int left = eighths(w, fraction);
    for (int i = 0; i < w && left > 0; i++, left -= 8) {
        if (p->canvas->is_utf8)
            pane_put(p, x + i, y, left >= 8 ? 0x2588u : 0x2590u - (uint32_t)left, role, PAINT_OWN, 0);
        else if (left >= 4)
            pane_put(p, x + i, y, '#', role, PAINT_OWN, 0);
    }
}

void pane_bar_left(const struct pane *p, int x, int y, int w, double fraction, uint8_t role)
{
    int left = eighths(w, fraction);
    for (int i = w - 1; i >= 0 && left > 0; i--, left -= 8) {
        /* There are no blocks that fill a cell from the right: the left part in reverse. */
        if (p->canvas->is_utf8 && left >= 8)
            pane_put(p, x + i, y, 0x2588u, role, PAINT_OWN, 0);
        else if (p->canvas->is_utf8)
            pane_put(p, x + i, y, 0x2588u + (uint32_t)left, role, PAINT_OWN, ATTR_REVERSE);
        else if (left >= 4)
            pane_put(p, x + i, y, '#', role, PAINT_OWN, 0);
    }
}

void pane_spark(const struct pane *p, int x, int y, double fraction, uint8_t role)
{
    int e = eighths(1, fraction);
    if (e > 0)
        pane_put(p, x, y, 0x2580u + (uint32_t)e, role, PAINT_OWN, 0);
}

void pane_title(const struct pane *p, int y, const char *title, bool is_focus)
{
    pane_fill(p, 0, y, p->w, 0x2500, ROLE_BORDER);
    if (title[0] == '\0')
        return;
    int w = pane_text(p, 0, y, is_focus ? ROLE_FOCUS : ROLE_TITLE, title);
    if (w < p->w)
        pane_put(p, w, y, ' ', ROLE_TEXT, PAINT_OWN, 0);
}

void pane_vline(const struct pane *p, int x)
{
    for (int y = 0; y < p->h; y++)
        pane_put(p, x, y, 0x2502, ROLE_BORDER, PAINT_OWN, 0);
}
