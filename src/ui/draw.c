#include "draw.h"

#include "format.h"
#include "keymap.h"
#include "panels/panel.h"
#include "state.h"
#include <stdio.h>
#include <string.h>

static void draw_too_small(struct ui *ui)
{
    struct canvas *c = &ui->canvas;
    struct pane p = pane_of(c, (struct rect){0, 0, c->cols, c->rows});
    char text[80];
    snprintf(text, sizeof text, "%dx%d is too small: %dx%d needed", c->cols, c->rows, ui->layout.need_cols,
             ui->layout.need_rows);
    if (text_columns(text) > c->cols)
        snprintf(text, sizeof text, "%dx%d, need %dx%d", c->cols, c->rows, ui->layout.need_cols,
                 ui->layout.need_rows);
    int w = text_columns(text);
    pane_text(&p, w < c->cols ? (c->cols - w) / 2 : 0, c->rows / 2, ROLE_WARN, text);
}

static void key_list(const struct action *a, char *buf, size_t size)
{
    size_t used = 0;
    buf[0] = '\0';
    for (int k = 0; k < ACTION_KEYS && a->keys[k] != 0; k++) {
        char name[16];
        int n = snprintf(buf + used, size - used, "%s%s", k > 0 ? " " : "",
                         key_name(name, sizeof name, a->keys[k]));
        used += n > 0 && (size_t)n < size - used ? (size_t)n : 0;
    }
}

/* Lines of the help go down a column, then on in the next; those before `skip` are above the window. */
struct help {
    struct pane inside; /* of the border */
    int at;             /* number of the next line */
    int skip;
    int column_w;
};

static void help_line(struct help *h, uint8_t role, const char *keys, int key_cols, const char *text)
{
    int at = h->at++ - h->skip;
    if (at < 0 || h->inside.h <= 0)
        return;
    struct pane line = pane_sub(&h->inside, at / h->inside.h * (h->column_w + 2), at % h->inside.h,
                                h->column_w, 1);
    if (at / h->inside.h * (h->column_w + 2) >= h->inside.w)
        return;
    pane_text(&line, 0, 0, role, keys);
    struct pane words = pane_sub(&line, key_cols, 0, h->column_w - key_cols, 1);
    pane_text(&words, 0, 0, ROLE_BOX, text);
    pane_back(&line, 0, 0, h->column_w, ROLE_BOX);
}

void draw_box(const struct pane *p, const char *title)
{
    for (int y = 0; y < p->h; y++)
        pane_fill(p, 0, y, p->w, ' ', ROLE_BOX);
    for (int x = 1; x < p->w - 1; x++) {
        pane_put(p, x, 0, 0x2500, ROLE_BOX, PAINT_OWN, 0);
        pane_put(p, x, p->h - 1, 0x2500, ROLE_BOX, PAINT_OWN, 0);
    }
    for (int y = 1; y < p->h - 1; y++) {
        pane_put(p, 0, y, 0x2502, ROLE_BOX, PAINT_OWN, 0);
        pane_put(p, p->w - 1, y, 0x2502, ROLE_BOX, PAINT_OWN, 0);
    }
    pane_put(p, 0, 0, 0x250c, ROLE_BOX, PAINT_OWN, 0);
    pane_put(p, p->w - 1, 0, 0x2510, ROLE_BOX, PAINT_OWN, 0);
    pane_put(p, 0, p->h - 1, 0x2514, ROLE_BOX, PAINT_OWN, 0);
    pane_put(p, p->w - 1, p->h - 1, 0x2518, ROLE_BOX, PAINT_OWN, 0);
    pane_text(p, 2, 0, ROLE_BOX, title);
}

static void help_text(struct help *help)
{
    for (int group = 0; group < KEY_GROUP_N; group++) {
        help_line(help, ROLE_TITLE, key_group_name(group), 14, "");
        for (size_t i = 0; i < action_n; i++) {
            char keys[48];
            if ((int)action_table[i].group != group)
                continue;
            keys[0] = ' ';
            key_list(&action_table[i], keys + 1, sizeof keys - 1);
            help_line(help, ROLE_KEY, keys, 12, action_table[i].help);
        }
    }
    help_line(help, ROLE_TITLE, "Commands", 14, "");
    for (size_t i = 0; i < command_table_n; i++) {
        char line[48];
        snprintf(line, sizeof line, " :%s %s", command_table[i].name, command_table[i].argument);
        help_line(help, ROLE_KEY, line, 16, command_table[i].help);
    }
}

static void draw_help(struct ui *ui)
{
    struct canvas *c = &ui->canvas;
    int lines = (int)action_n + KEY_GROUP_N + (int)command_table_n + 1;
    int most = c->rows > 4 ? c->rows - 4 : 1;
    int columns = lines <= most || c->cols < 130 ? 1 : 2;
    int column_w = columns == 2 ? (c->cols - 12) / 2 : c->cols - 8;
    if (column_w > 88)
        column_w = 88;
    int h = (lines + columns - 1) / columns < most ? (lines + columns - 1) / columns : most;
    int w = columns * column_w + 2 * (columns - 1) + 4;
    struct pane p = pane_of(c, (struct rect){(c->cols - w) / 2, (c->rows - h - 2) / 2, w, h + 2});
    bool is_more = lines > h * columns;
    ui->help_most = is_more ? lines - h * columns : 0;
    if (ui->help_skip > ui->help_most)
        ui->help_skip = ui->help_most;
    draw_box(&p, is_more ? " Keys and commands   Up Down scroll   Esc closes "
                         : " Keys and commands   Esc closes ");
    struct help help = {.inside = pane_sub(&p, 2, 1, w - 4, h), .skip = ui->help_skip, .column_w = column_w};
    help_text(&help);
}

static void draw_away(struct ui *ui)
{
    struct canvas *c = &ui->canvas;
    int w = c->cols < 104 ? c->cols - 4 : 100, h = c->rows < 30 ? c->rows - 4 : 26;
    struct pane p = pane_of(c, (struct rect){(c->cols - w) / 2, (c->rows - h) / 2, w, h});
    away_draw(ui, &p);
}

void draw_screen(struct ui *ui)
{
    struct canvas *c = &ui->canvas;
    canvas_clear(c);
    if (ui->layout.is_too_small) {
        draw_too_small(ui);
        return;
    }
    for (int i = 0; i < ui->layout.panel_n; i++) {
        struct pane p = pane_of(c, ui->layout.panels[i].rect);
        panel_table[ui->layout.panels[i].panel].draw(ui, &p);
    }
    for (int i = 0; i < ui->layout.line_n; i++) {
        struct pane p = pane_of(c, ui->layout.lines[i]);
        pane_vline(&p, 0);
    }
    if (ui->overlay == OVERLAY_HELP)
        draw_help(ui);
    if (ui->overlay == OVERLAY_AWAY)
        draw_away(ui);
}
