#include "line.h"

#include <stdarg.h>
#include <stdio.h>

struct line_item *line_add(struct line *l, int rank, int width, uint8_t role, const char *format, ...)
{
    struct line_item *item = &l->items[l->n < LINE_ITEMS_MAX ? l->n++ : LINE_ITEMS_MAX - 1];
    va_list args;
    *item = (struct line_item){.role = role, .rank = rank, .width = width};
    va_start(args, format);
    vsnprintf(item->text, sizeof item->text, format, args);
    va_end(args);
    return item;
}

static int item_width(const struct line_item *item)
{
    int w = text_columns(item->text);
    return w > item->width ? w : item->width;
}

static int line_width(const struct line *l)
{
    int w = 0;
    for (int i = 0; i < l->n; i++)
        w += item_width(&l->items[i]) + (i > 0 && !l->items[i].is_glued ? l->gap : 0);
    return w;
}

/* Takes out the item of the highest rank (the last of them); false when only rank 0 is left. */
static bool drop_one(struct line *l)
{
    int worst = -1;
    for (int i = 0; i < l->n; i++) {
        if (l->items[i].rank > 0 && (worst < 0 || l->items[i].rank >= l->items[worst].rank))
            worst = i;
    }
    if (worst < 0)
        return false;
    for (int i = worst; i + 1 < l->n; i++)
        l->items[i] = l->items[i + 1];
    l->n--;
    return true;
}

struct pane line_draw(struct line *l, const struct pane *p, int y)
{
    while (line_width(l) > p->w && drop_one(l))
        continue;
    int left = 0, right = p->w;
    for (int i = l->n - 1; i >= 0; i--) {
        const struct line_item *item = &l->items[i];
        if (!item->is_right)
            continue;
        right -= item_width(item);
        pane_text(p, right, y, item->role, item->text);
        right -= item->is_glued ? 0 : l->gap;
    }
    struct pane rest = pane_sub(p, 0, 0, right > 0 ? right : 0, p->h);
    for (int i = 0; i < l->n; i++) {
        const struct line_item *item = &l->items[i];
        if (item->is_right)
            continue;
        left += left > 0 && !item->is_glued ? l->gap : 0;
        pane_text(&rest, left, y, item->role, item->text);
        left += item_width(item);
    }
    return pane_sub(p, left, y, right - left, 1);
}
