/* The last line: keys and their words from the key table, as many as fit; or what is being typed or asked. */
#include "../format.h"
#include "../keymap.h"
#include "panel.h"
#include <string.h>

/* Keys of actions [from, to), joined. */
static void join_keys(size_t from, size_t to, char *buf, size_t size)
{
    size_t used = 0;
    buf[0] = '\0';
    for (size_t k = from; k < to; k++) {
        char name[16];
        key_name(name, sizeof name, action_table[k].keys[0]);
        size_t n = strlen(name);
        if (used + n + 1 > size)
            return;
        memcpy(buf + used, name, n + 1);
        used += n;
    }
}

static int draw_word(const struct ui *ui, const struct pane *p, int x, size_t from, size_t to)
{
    const struct action *a = &action_table[from];
    const char *word = ui_is_replay(ui) && strcmp(a->name, "hold") == 0 ? "pause" : a->foot;
    char keys[32];
    join_keys(from, to, keys, sizeof keys);
    if (x + text_columns(keys) + 1 + text_columns(word) > p->w)
        return x;
    x += pane_text(p, x, 0, ROLE_KEY, keys) + 1;
    return x + pane_text(p, x, 0, ROLE_DIM, word) + 2;
}

/* Keys of neighbours with the same word stand together: "[] group". */
static int draw_words(const struct ui *ui, const struct pane *p, int x, bool is_replay_group)
{
    for (size_t i = 0; i < action_n;) {
        const struct action *a = &action_table[i];
        size_t from = i++;
        if (a->foot == NULL || (a->group == KEY_GROUP_REPLAY) != is_replay_group ||
            strcmp(a->name, "quit") == 0)
            continue;
        while (i < action_n && action_table[i].foot != NULL && strcmp(action_table[i].foot, a->foot) == 0)
            i++;
        x = draw_word(ui, p, x, from, i);
    }
    return x;
}

/* How to leave has a place of its own, so that it is there however narrow the screen is. */
static int draw_quit(const struct ui *ui, const struct pane *p)
{
    for (size_t i = 0; i < action_n; i++) {
        if (strcmp(action_table[i].name, "quit") == 0) {
            draw_word(ui, p, p->w - 6, i, i + 1);
            return 8;
        }
    }
    return 0;
}

void footer_draw(const struct ui *ui, const struct pane *p)
{
    if (ui->overlay == OVERLAY_COMMAND) {
        int x = pane_text(p, 0, 0, ROLE_KEY, ":");
        x += pane_text(p, x, 0, ROLE_BRIGHT, ui->command);
        pane_put(p, x, 0, ' ', ROLE_TEXT, PAINT_OWN, ATTR_REVERSE);
        return;
    }
    if (ui->overlay == OVERLAY_QUIT) {
        pane_fill(p, 0, 0, p->w, ' ', ROLE_HELD);
        pane_text(p, 0, 0, ROLE_HELD,
                  p->w >= 60 ? " A recording is running. Stop it and quit?  y yes   any other key no "
                             : " Stop recording and quit? y/n ");
        return;
    }
    int x = 0;
    struct pane rest = pane_sub(p, 0, 0, p->w - draw_quit(ui, p), 1);
    if (ui_is_replay(ui)) {
        x = pane_text(&rest, 0, 0, ROLE_REPLAY, " REPLAY ") + 1;
        x = draw_words(ui, &rest, x, true);
    }
    draw_words(ui, &rest, x, false);
}
