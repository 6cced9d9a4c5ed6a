/* The picture of a frame: cells of {glyph, paint, attributes}. Panels draw on panes, which clip and count from their own corner.
 *
 * Every cell is one column wide: characters that a terminal would draw wider, or on top of others, never get in. On a canvas that is
 * not UTF-8, glyphs become their ASCII stand-ins as they are put, so panels need not care. */
#ifndef UI_CANVAS_H
#define UI_CANVAS_H

#include "role.h"
#include <alphaplus/base/err.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CANVAS_COLS_MAX 1000
#define CANVAS_ROWS_MAX 500

struct cell {
    uint32_t ch;  /* code point, one column wide */
    uint8_t fg;   /* paint */
    uint8_t bg;   /* paint, or PAINT_OWN */
    uint8_t attr; /* enum attr, beside those of the role */
    uint8_t pad;
};

struct canvas {
    int cols, rows;
    bool is_utf8;
    bool has_shades;    /* enough colours for backgrounds of the heatmap */
    struct cell *cells; /* owned; rows * cols */
    size_t cap;
};

struct rect {
    int x, y, w, h;
};

struct pane {
    struct canvas *canvas; /* borrowed */
    int x, y, w, h;
};

void canvas_init(struct canvas *c);
void canvas_finish(struct canvas *c);
/* All cells blank. Sizes are clamped to the ceilings. */
AP_MUST_CHECK int canvas_resize(struct canvas *c, int cols, int rows);
void canvas_clear(struct canvas *c);
const struct cell *canvas_cell(const struct canvas *c, int x, int y); /* NULL outside */

struct pane pane_of(struct canvas *c, struct rect r); /* clipped to the canvas */
struct pane pane_sub(const struct pane *p, int x, int y, int w, int h);

void pane_put(const struct pane *p, int x, int y, uint32_t ch, uint8_t fg, uint8_t bg, uint8_t attr);
void pane_fill(const struct pane *p, int x, int y, int w, uint32_t ch, uint8_t role);
/* Text from x on, clipped at the pane's right edge; returns the columns that it takes. */
int pane_text(const struct pane *p, int x, int y, uint8_t role, const char *utf8);
int pane_textf(const struct pane *p, int x, int y, uint8_t role, const char *format, ...)
    __attribute__((format(printf, 5, 6)));
/* Text whose last column is `end` - 1. What does not fit left of `start` is drawn as '#' signs: a cut number would lie. */
void pane_right(const struct pane *p, int start, int end, int y, uint8_t role, const char *utf8);
/* The same text over other backgrounds: sets bg of w cells. */
void pane_back(const struct pane *p, int x, int y, int w, uint8_t bg);

/* A bar of `fraction` (clamped to 0..1) of w columns, in eighths; from x rightwards, or from x + w leftwards. */
void pane_bar(const struct pane *p, int x, int y, int w, double fraction, uint8_t role);
void pane_bar_left(const struct pane *p, int x, int y, int w, double fraction, uint8_t role);
/* One column of a strip, `fraction` (0..1) of a cell's height. */
void pane_spark(const struct pane *p, int x, int y, double fraction, uint8_t role);

/* A line across the pane with a title in it. */
void pane_title(const struct pane *p, int y, const char *title, bool is_focus);
void pane_vline(const struct pane *p, int x);

/* Columns of UTF-8 text as pane_text would draw it. */
int text_columns(const char *utf8);
/* One code point of UTF-8 as a cell shows it: bytes read through *at, '?' for what cannot be shown, 0 at the end. */
uint32_t text_next(const char **at);
/* The ASCII stand-in of a glyph. */
char glyph_ascii(uint32_t ch);

#endif
