/* A line of figures: items by rank, the least important left out until the rest fits. Widths are given, so that a figure that grows
 * by a digit moves nothing. */
#ifndef UI_PANELS_LINE_H
#define UI_PANELS_LINE_H

#include "../canvas.h"

#define LINE_ITEMS_MAX 24
#define LINE_ITEM_MAX  96

struct line_item {
    char text[LINE_ITEM_MAX];
    uint8_t role;
    int rank;      /* 0 always stays; the highest goes first */
    int width;     /* at least this many columns */
    bool is_right; /* from the right edge */
    bool is_glued; /* no gap to the item before */
};
struct line {
    struct line_item items[LINE_ITEMS_MAX];
    int n;
    int gap;
};

/* The item is returned for its flags. */
struct line_item *line_add(struct line *l, int rank, int width, uint8_t role, const char *format, ...)
    __attribute__((format(printf, 5, 6)));
/* Returns what is left free between both sides. */
struct pane line_draw(struct line *l, const struct pane *p, int y);

#endif
