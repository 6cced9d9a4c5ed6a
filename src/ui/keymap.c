#include "keymap.h"

#include "actions.h"
#include <alphaplus/ui/ui.h>
#include <stdio.h>
#include <string.h>

/* C-a, C-b and C-s stay free: they belong to the multiplexers and the terminal. */
const struct action action_table[] = {
    {"help", {'?', KEY__F1}, KEY_GROUP_PROGRAM, "help", "this help", act_help},
    {"hold",
     {' '},
     KEY_GROUP_VIEW,
     "hold",
     "hold ladder, heatmap and feeds, and let go (replay: pause)",
     act_hold},
    {"group-finer", {'['}, KEY_GROUP_VIEW, "group", "narrower price rows", act_group_finer},
    {"group-coarser", {']'}, KEY_GROUP_VIEW, "group", "wider price rows", act_group_coarser},
    {"column-shorter", {'-'}, KEY_GROUP_VIEW, "time", "less time in a heatmap column", act_column_shorter},
    {"column-longer", {'+', '='}, KEY_GROUP_VIEW, "time", "more time in a heatmap column", act_column_longer},
    {"shade-lower", {'{'}, KEY_GROUP_VIEW, "shade", "lower cut-offs: show smaller sizes", act_shade_lower},
    {"shade-higher", {'}'}, KEY_GROUP_VIEW, "shade", "higher cut-offs: only the largest", act_shade_higher},
    {"center", {'c'}, KEY_GROUP_VIEW, "centre", "price into the middle, and follow it again", act_center},
    {"unit", {'u'}, KEY_GROUP_VIEW, "unit", "sizes in coins or in the quote currency", act_unit},
    {"utc", {'U'}, KEY_GROUP_VIEW, "UTC", "times in UTC or local", act_utc},
    {"up", {KEY__UP, 'k'}, KEY_GROUP_PLACE, NULL, "scroll up", act_scroll},
    {"down", {KEY__DOWN, 'j'}, KEY_GROUP_PLACE, NULL, "scroll down", act_scroll},
    {"page-up", {KEY__PGUP}, KEY_GROUP_PLACE, NULL, "scroll up by ten", act_scroll},
    {"page-down", {KEY__PGDN}, KEY_GROUP_PLACE, NULL, "scroll down by ten", act_scroll},
    {"home", {KEY__HOME}, KEY_GROUP_PLACE, NULL, "back to the newest, price into the middle", act_home},
    {"focus-next", {KEY__TAB}, KEY_GROUP_PLACE, "panel", "keyboard to the next panel", act_focus_next},
    {"focus-previous",
     {KEY__BACKTAB},
     KEY_GROUP_PLACE,
     NULL,
     "keyboard to the panel before",
     act_focus_previous},
    {"zoom",
     {'z', KEY__ENTER, KEY__F3},
     KEY_GROUP_PLACE,
     "zoom",
     "give the panel the whole screen, and back",
     act_zoom},
    {"layout",
     {'L', KEY__F4},
     KEY_GROUP_PLACE,
     "layout",
     "next layout: main, risk, flow, health, metrics",
     act_layout},
    {"instrument-next", {'i', KEY__F6}, KEY_GROUP_PLACE, "symbol", "next instrument", act_instrument_next},
    {"instrument-previous", {'I'}, KEY_GROUP_PLACE, NULL, "instrument before", act_instrument_previous},
    {"note-older",
     {'N'},
     KEY_GROUP_PLACE,
     "event",
     "event before the one on the line. Replay: go there",
     act_note_older},
    {"note-newer", {'n'}, KEY_GROUP_PLACE, "event", "event after it", act_note_newer},
    {"metrics",
     {'m', KEY__F5},
     KEY_GROUP_PLACE,
     "metrics",
     "every figure, and what it means; and back",
     act_metrics},
    {"find", {'/'}, KEY_GROUP_PLACE, NULL, "find a figure by its name or meaning", act_find},
    {"command", {':'}, KEY_GROUP_PROGRAM, "command", "type a command", act_command},
    {"back", {KEY__ESC}, KEY_GROUP_PROGRAM, NULL, "close what is open", act_back},
    {"redraw", {0x0c}, KEY_GROUP_PROGRAM, NULL, "draw the whole screen again", act_redraw},
    {"quit",
     {'q', KEY__F10},
     KEY_GROUP_PROGRAM,
     "quit",
     "close what is open; quit, asking if a recording would stop",
     act_quit},
    {"seek-back", {','}, KEY_GROUP_REPLAY, "back/step", "a second back (live: rewind)", act_seek_back},
    {"step-event", {'.'}, KEY_GROUP_REPLAY, "back/step", "one event on", act_step_event},
    {"step-depth", {'d'}, KEY_GROUP_REPLAY, "frame", "one book update on", act_step_depth},
    {"step-second", {'s'}, KEY_GROUP_REPLAY, "second", "one second on", act_step_second},
    {"slower", {'<'}, KEY_GROUP_REPLAY, "speed", "slower", act_slower},
    {"faster", {'>'}, KEY_GROUP_REPLAY, "speed", "faster", act_faster},
    {"jump-back", {'('}, KEY_GROUP_REPLAY, "jump", "to the mark before", act_jump},
    {"jump-on", {')'}, KEY_GROUP_REPLAY, "jump", "to the mark after", act_jump},
    {"jump-kind",
     {'J'},
     KEY_GROUP_REPLAY,
     NULL,
     "which kind of marks ( and ) go to: all, then each",
     act_jump_kind},
    {"goto", {'g'}, KEY_GROUP_REPLAY, "goto", "go to a time or a part, such as 40%", act_goto},
    {"rewind",
     {'R'},
     KEY_GROUP_REPLAY,
     "rewind",
     "live: hold the session, go about in it; again: back to now",
     act_rewind},
    {"away", {'W'}, KEY_GROUP_REPLAY, NULL, "what happened since the last key; Enter replays it", act_away},
};
const size_t action_n = sizeof action_table / sizeof *action_table;

const char *key_group_name(int group)
{
    static const char *const names[KEY_GROUP_N] = {
#define X(name, text) [KEY_GROUP_##name] = text,
        KEY_GROUP_LIST(X)
#undef X
    };
    return group >= 0 && group < KEY_GROUP_N ? names[group] : "?";
}

const struct action *action_of_key(uint32_t key)
{
    for (size_t i = 0; key != 0 && i < action_n; i++) {
        for (int k = 0; k < ACTION_KEYS; k++) {
            if (action_table[i].keys[k] == key)
                return &action_table[i];
        }
    }
    return NULL;
}

char *key_name(char *buf, size_t size, uint32_t key)
{
    static const char *const special[] = {"Up",        "Down", "Left",      "Right", "Home",
                                          "End",       "PgUp", "PgDn",      "Enter", "Tab",
                                          "Shift-Tab", "Esc",  "Backspace", "Delete"};
    if (key == ' ')
        snprintf(buf, size, "Space");
    else if (key < 0x20)
        snprintf(buf, size, "Ctrl-%c", (int)('@' + key));
    else if (key < 0x7f)
        snprintf(buf, size, "%c", (int)key);
    else if (key >= KEY__UP && key <= KEY__DELETE)
        snprintf(buf, size, "%s", special[key - KEY__UP]);
    else if (key >= KEY__F1 && key <= KEY__F10)
        snprintf(buf, size, "F%d", (int)(key - KEY__F1 + 1));
    else
        snprintf(buf, size, "?");
    return buf;
}

static void keys_of(const struct action *a, char *buf, size_t size)
{
    size_t used = 0;
    buf[0] = '\0';
    for (int k = 0; k < ACTION_KEYS && a->keys[k] != 0; k++) {
        char name[16];
        int n = snprintf(buf + used, size - used, "%s%s", k > 0 ? " " : "",
                         key_name(name, sizeof name, a->keys[k]));
        if (n < 0 || (size_t)n >= size - used)
            return;
        used += (size_t)n;
    }
}

int ui_keys_text(struct buf *ret_text)
{
    for (int group = 0; group < KEY_GROUP_N; group++) {
        buf_printf(ret_text, "%s%s\n", group > 0 ? "\n" : "", key_group_name(group));
        for (size_t i = 0; i < action_n; i++) {
            char keys[48];
            if ((int)action_table[i].group != group)
                continue;
            keys_of(&action_table[i], keys, sizeof keys);
            buf_printf(ret_text, "  %-14s %s\n", keys, action_table[i].help);
        }
    }
    buf_text(ret_text, "\nCommands\n");
    for (size_t i = 0; i < command_table_n; i++) {
        char line[48];
        snprintf(line, sizeof line, ":%s %s", command_table[i].name, command_table[i].argument);
        buf_printf(ret_text, "  %-18s %s\n", line, command_table[i].help);
    }
    return ret_text->failed;
}

int ui_keys_mdoc(struct buf *ret_text)
{
    for (int group = 0; group < KEY_GROUP_N; group++) {
        buf_printf(ret_text, ".Ss %s\n.Bl -tag -width Backspace -compact\n", key_group_name(group));
        for (size_t i = 0; i < action_n; i++) {
            const struct action *a = &action_table[i];
            if ((int)a->group != group)
                continue;
            buf_text(ret_text, ".It");
            for (int k = 0; k < ACTION_KEYS && a->keys[k] != 0; k++) {
                char name[16];
                key_name(name, sizeof name, a->keys[k]);
                /* A key that is punctuation would be taken for mdoc's own. */
                buf_printf(ret_text, " Ic \\&%s", name);
            }
            buf_printf(ret_text, "\n%s\n", a->help);
        }
        buf_text(ret_text, ".El\n");
    }
    buf_text(ret_text, ".Ss Commands\n.Bl -tag -width Backspace -compact\n");
    for (size_t i = 0; i < command_table_n; i++) {
        const struct command *c = &command_table[i];
        buf_printf(ret_text, ".It Ic :%s", c->name);
        if (c->argument[0] != '\0')
            buf_printf(ret_text, c->argument[0] == '[' ? " Op Ar %.*s" : " Ar %.*s",
                       (int)strcspn(c->argument + (c->argument[0] == '['), "]"),
                       c->argument + (c->argument[0] == '['));
        buf_printf(ret_text, "\n%s\n", c->help);
    }
    buf_text(ret_text, ".El\n");
    return ret_text->failed;
}
