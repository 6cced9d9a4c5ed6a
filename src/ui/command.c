/* The command line and the question before quitting: what is typed while something is open. */
#include "actions.h"
#include "format.h"
#include "keymap.h"
#include "state.h"
#include <alphaplus/base/fixed.h>
#include <alphaplus/base/text.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void command_goto(struct ui *ui, const char *argument)
{
    int64_t at_ns;
    char *end;
    double percent = strtod(argument, &end);
    if (!ui_is_replay(ui))
        replay_seek(ui, 0);
    else if (end != argument && strcmp(end, "%") == 0 && percent >= 0.0 && percent <= 100.0)
        replay_seek(ui, ui->replay.first_ns +
                            (int64_t)((double)(ui->replay.last_ns - ui->replay.first_ns) * percent / 100.0));
    else if (text_parse_time_within(argument, ui->replay.first_ns, ui->replay.last_ns, &at_ns) != 0)
        ui_say(ui, true, "\"%s\" is no time: 14:03:22, 2026-11-21T14:03:22Z, Unix seconds or 40%%", argument);
    else if (at_ns < ui->replay.first_ns || at_ns > ui->replay.last_ns)
        ui_say(ui, true, "%s is outside the journal", argument);
    else
        replay_seek(ui, at_ns);
}

static void command_jump(struct ui *ui, const char *argument, int direction)
{
    static const char *const words[UI_MARK_N] = {
#define X(name, word, text) [UI_MARK_##name] = word,
        UI_MARK_LIST(X)
#undef X
    };
    for (unsigned i = 0; i < UI_MARK_N; i++) {
        if (text_equal_nocase(argument, words[i])) {
            replay_jump(ui, 1u << i, direction);
            return;
        }
    }
    ui_say(ui, true, "no mark \"%s\": liquidation, trade, formed, pulled, gap", argument);
}

static void command_next(struct ui *ui, const char *argument)
{
    command_jump(ui, argument, 1);
}

static void command_previous(struct ui *ui, const char *argument)
{
    command_jump(ui, argument, -1);
}

static void command_away(struct ui *ui, const char *argument)
{
    int64_t ns;
    if (text_parse_duration(argument, &ns) != 0 || ns <= 0)
        ui_say(ui, true, "\"%s\" is no duration: 90s, 30m, 8h", argument);
    else
        replay_away(ui, ui->live.head.time_ns - ns);
}

static void command_theme(struct ui *ui, const char *argument)
{
    char why[MESSAGE_MAX];
    struct theme theme;
    if (theme_load(argument, &theme, why, sizeof why) != 0) {
        ui_say(ui, true, "theme %s: %s", argument, why);
        return;
    }
    ui->theme = theme;
    ui->term->ops->redraw(ui->term);
}

static void command_layout(struct ui *ui, const char *argument)
{
    for (int i = 0; i < LAYOUT_N; i++) {
        if (text_equal_nocase(argument, layout_name_text(i))) {
            place_layout(ui, i);
            return;
        }
    }
    ui_say(ui, true, "no layout \"%s\": main, risk, flow, health, metrics", argument);
}

static void command_zoom(struct ui *ui, const char *argument)
{
    for (int p = 0; p < PANEL_N; p++) {
        if (place_can_focus(p) && text_equal_nocase(argument, panel_title(p))) {
            ui->focus = p;
            ui->zoom = p;
            return;
        }
    }
    ui_say(ui, true,
           "no panel \"%s\": heatmap, ladder, liquidations, tape, state, risk, health, metrics, "
           "events",
           argument);
}

/* Its index, by the symbol alone or with the venue, and its whole name; false when it is not watched, which is said. */
static bool find_market(struct ui *ui, const char *argument, uint32_t *ret_market,
                        char name[INSTRUMENT_NAME_MAX])
{
    for (uint32_t i = 0; i < ui->live.name_n; i++) {
        instrument_name(&ui->live.names[i], name);
        if (text_equal_nocase(argument, name) || text_equal_nocase(argument, ui->live.names[i].symbol)) {
            *ret_market = i;
            return true;
        }
    }
    ui_say(ui, true, "\"%s\" is not watched here; i shows what is", argument);
    return false;
}

static void command_symbol(struct ui *ui, const char *argument)
{
    char name[INSTRUMENT_NAME_MAX];
    uint32_t market;
    if (find_market(ui, argument, &market, name))
        place_market(ui, market);
}

static void command_find_figure(struct ui *ui, const char *argument)
{
    text_copy(ui->find, sizeof ui->find, argument);
    ui->scroll[PANEL_METRICS] = 0;
    if (ui->layout_name != LAYOUT_METRICS)
        place_layout(ui, LAYOUT_METRICS);
    ui->focus = PANEL_METRICS;
}

static void watch(struct ui *ui, bool is_removal, const char *name)
{
    char why[MESSAGE_MAX] = "";
    if (ui->watch == NULL)
        ui_say(ui, true, "what is watched changes on live feeds only");
    else if (ui->watch(ui->watch_user, is_removal, name, why, sizeof why) < 0)
        ui_say(ui, true, "%s", why);
    else
        ui_say(ui, false, "%s is %s", name, is_removal ? "not watched any more" : "asked for");
}

static void command_add(struct ui *ui, const char *argument)
{
    watch(ui, false, argument);
}

static void command_remove(struct ui *ui, const char *argument)
{
    char name[INSTRUMENT_NAME_MAX];
    uint32_t market;
    if (strchr(argument, ':') != NULL) /* also one that the venue does not have */
        watch(ui, true, argument);
    else if (find_market(ui, argument, &market, name))
        watch(ui, true, name);
}

/* Sets a mark, or takes away the one that is there. */
static void command_mark(struct ui *ui, const char *argument)
{
    struct ui_marks *m = &ui->marks[ui->market];
    const struct instrument *in = &ui->live.market.inst;
    int64_t px;
    if (!data_has_market(&ui->live) || fixed_parse(argument, strlen(argument), in->price_decimals, &px) < 0 ||
        px <= 0) {
        ui_say(ui, true, "\"%s\" is no price here", argument);
        return;
    }
    for (int i = 0; i < m->n; i++) {
        if (m->px[i] != px)
            continue;
        m->px[i] = m->px[--m->n];
        ui_say(ui, false, "mark at %s taken away", argument);
        return;
    }
    if (m->n == MARKS_MAX) {
        ui_say(ui, true, "at most %d marks: :mark of one that is there takes it away", MARKS_MAX);
        return;
    }
    m->px[m->n++] = px;
    ui_say(ui, false, "marked %s", argument);
}

static void command_help(struct ui *ui, const char *argument)
{
    (void)argument;
    ui->overlay = OVERLAY_HELP;
}

static void command_quit(struct ui *ui, const char *argument)
{
    (void)argument;
    if (ui->asks_before_quit)
        ui->overlay = OVERLAY_QUIT;
    else
        ui->wishes |= UI_WISH_QUIT;
}

const struct command command_table[] = {
    {"goto", "TIME", "replay: go to 14:03:22, 2026-11-21T14:03:22Z or 40%", command_goto},
    {"next", "MARK", "replay: next liquidation, trade, formed, pulled or gap", command_next},
    {"previous", "MARK", "replay: the same, backward", command_previous},
    {"away", "DURATION", "what happened in the last 30m, 8h ...; Enter replays it", command_away},
    {"layout", "NAME", "main, risk, flow, health or metrics", command_layout},
    {"zoom", "PANEL", "give a panel the whole screen", command_zoom},
    {"symbol", "NAME", "show this instrument", command_symbol},
    {"find", "[TEXT]", "figures whose name or meaning holds TEXT; without it, all", command_find_figure},
    {"add", "NAME", "watch this instrument too, e.g. binance:ETHUSDT", command_add},
    {"remove", "NAME", "watch this instrument no more", command_remove},
    {"mark", "PRICE", "mark a price with X in ladder and heatmap; again: no more", command_mark},
    {"theme", "NAME", "default, classic, light, mono, or a file", command_theme},
    {"help", "", "keys and commands", command_help},
    {"quit", "", "leave; asks if a recording would stop", command_quit},
};
const size_t command_table_n = sizeof command_table / sizeof *command_table;

/* The command that `word` begins, if it begins only one. */
static const struct command *command_find(const char *word, size_t n)
{
    const struct command *found = NULL;
    for (size_t i = 0; i < command_table_n; i++) {
        const struct command *c = &command_table[i];
        if (strncmp(c->name, word, n) != 0)
            continue;
        if (strlen(c->name) == n)
            return c;
        if (found != NULL)
            return NULL;
        found = c;
    }
    return found;
}

void command_run(struct ui *ui, const char *line)
{
    char argument[COMMAND_MAX];
    while (*line == ' ' || *line == ':')
        line++;
    size_t n = strcspn(line, " ");
    if (n == 0)
        return;
    text_copy(argument, sizeof argument, line + n + strspn(line + n, " "));
    for (size_t end = strlen(argument); end > 0 && argument[end - 1] == ' ';)
        argument[--end] = '\0';
    const struct command *c = command_find(line, n);
    if (c == NULL)
        ui_say(ui, true, "no command \"%.*s\"; ? lists them", (int)n, line);
    else if (c->argument[0] != '\0' && c->argument[0] != '[' && argument[0] == '\0')
        ui_say(ui, true, ":%s needs %s: %s", c->name, c->argument, c->help);
    else
        c->run(ui, argument);
}

/* The code point as UTF-8 behind what was typed so far. */
static void append(struct ui *ui, uint32_t key)
{
    char bytes[4];
    size_t n = key < 0x80 ? 1 : key < 0x800 ? 2 : key < 0x10000 ? 3 : 4;
    static const unsigned char lead[5] = {0, 0, 0xc0, 0xe0, 0xf0};
    if (ui->command_n + n >= sizeof ui->command)
        return;
    for (size_t i = n; i-- > 0; key >>= 6)
        bytes[i] = (char)(i > 0 ? 0x80 | (key & 0x3f) : lead[n] | key);
    memcpy(ui->command + ui->command_n, bytes, n);
    ui->command_n += n;
    ui->command[ui->command_n] = '\0';
}

static void erase(struct ui *ui)
{
    while (ui->command_n > 0 && ((unsigned char)ui->command[--ui->command_n] & 0xc0) == 0x80)
        continue;
    ui->command[ui->command_n] = '\0';
}

static void command_key(struct ui *ui, uint32_t key)
{
    if (key == KEY__ENTER || key == '\n' || key == '\r') {
        ui->overlay = OVERLAY_NONE;
        command_run(ui, ui->command);
    } else if (key == KEY__ESC || (key == KEY__BACKSPACE && ui->command_n == 0)) {
        ui->overlay = OVERLAY_NONE;
    } else if (key == KEY__BACKSPACE || key == 0x7f || key == 0x08) {
        erase(ui);
    } else if (key == 0x15) {
        ui->command_n = 0;
        ui->command[0] = '\0';
    } else if (key >= 0x20 && key < KEY__BASE) {
        append(ui, key);
    }
}

static void help_key(struct ui *ui, const struct action *a, uint32_t key)
{
    int page = key == KEY__PGUP || key == KEY__PGDN ? 10 : 1;
    if (a == NULL)
        return;
    if (a->run == act_quit || a->run == act_help || a->run == act_back)
        ui->overlay = OVERLAY_NONE;
    else if (a->run == act_scroll && (key == KEY__UP || key == 'k' || key == KEY__PGUP))
        ui->help_skip = ui->help_skip > page ? ui->help_skip - page : 0;
    else if (a->run == act_scroll)
        ui->help_skip = ui->help_skip + page < ui->help_most ? ui->help_skip + page : ui->help_most;
}

bool overlay_key(struct ui *ui, uint32_t key)
{
    const struct action *a = action_of_key(key);
    switch (ui->overlay) {
    case OVERLAY_NONE: return false;
    case OVERLAY_COMMAND: command_key(ui, key); return true;
    case OVERLAY_QUIT:
        ui->overlay = OVERLAY_NONE;
        if (key == 'y' || key == 'Y')
            ui->wishes |= UI_WISH_QUIT;
        return true;
    case OVERLAY_HELP: help_key(ui, a, key); return true;
    case OVERLAY_AWAY: away_key(ui, key); return true;
    }
    return false;
}
