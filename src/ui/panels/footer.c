/* The last line: keys and their words from the key table, as many as fit; or what is being typed or asked. */
#include "../format.h"
#include "../keymap.h"
#include "panel.h"
#include <string.h>

/* Keys of neighbours with the same word stand together: "[] group". */
static int draw_words(const struct ui *ui, const struct pane *p, int x, bool is_replay_group)
{
    bool is_replay = ui_is_replay(ui);
    for (size_t i = 0; i < action_n;) {
        const struct action *a = &action_table[i];
        size_t same = i + 1;
        while (a->foot != NULL && same < action_n && action_table[same].foot != NULL &&
               strcmp(action_table[same].foot, a->foot) == 0)
            same++;
        size_t from = i;
        i = same;
        if (a->foot == NULL || (a->group == KEY_GROUP_REPLAY) != is_replay_group)
            continue;
        char keys[32] = "";
        size_t used = 0;
        for (size_t k = from; k < same; k++) {
            char name[16];
            key_name(name, sizeof name, action_table[k].keys[0]);
            size_t n = strlen(name);
            if (used + n + 1 < sizeof keys) {
                memcpy(keys + used, name, n + 1);
                used += n;
            }
        }
        const char *word = is_replay && strcmp(a->name, "hold") == 0 ? "pause" : a->foot;
        int w = text_columns(keys) + 1 + text_columns(word);
        if (x + w > p->w)
            continue;
        x += pane_text(p, x, 0, ROLE_KEY, keys) + 1;
        x += pane_text(p, x, 0, ROLE_DIM, word) + 2;
    }
    return x;
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
    if (ui_is_replay(ui)) {
        x = pane_text(p, 0, 0, ROLE_REPLAY, " REPLAY ") + 1;
        x = draw_words(ui, p, x, true);
    }
    draw_words(ui, p, x, false);
}
