#include "actions.h"

#include "format.h"
#include "keymap.h"
#include "state.h"
#include <stdio.h>
#include <string.h>

bool place_can_focus(int panel)
{
    return panel >= PANEL_HEAT && panel <= PANEL_EVENTS && panel != PANEL_LIQ_LINE;
}

void place_keep_focus(struct ui *ui)
{
    if (layout_find(&ui->layout, (enum panel)ui->focus) != NULL && place_can_focus(ui->focus))
        return;
    if (layout_find(&ui->layout, PANEL_LADDER) != NULL) {
        ui->focus = PANEL_LADDER;
        return;
    }
    for (int p = 0; p < PANEL_N; p++) {
        if (place_can_focus(p) && layout_find(&ui->layout, (enum panel)p) != NULL) {
            ui->focus = p;
            return;
        }
    }
}

static void step_focus(struct ui *ui, int by)
{
    for (int i = 1; i <= PANEL_N; i++) {
        int p = (ui->focus + by * i + PANEL_N * 2) % PANEL_N;
        if (place_can_focus(p) && layout_find(&ui->layout, (enum panel)p) != NULL) {
            ui->focus = p;
            return;
        }
    }
}

void act_focus_next(struct ui *ui, uint32_t key)
{
    (void)key;
    step_focus(ui, 1);
}

void act_focus_previous(struct ui *ui, uint32_t key)
{
    (void)key;
    step_focus(ui, -1);
}

void act_zoom(struct ui *ui, uint32_t key)
{
    (void)key;
    ui->zoom = ui->zoom >= 0 ? -1 : ui->focus;
}

void place_layout(struct ui *ui, int layout)
{
    ui->zoom = -1;
    ui->layout_name = (enum layout_name)layout;
    ui_say(ui, false, "layout %s", layout_name_text(layout));
}

void act_layout(struct ui *ui, uint32_t key)
{
    (void)key;
    place_layout(ui, ((int)ui->layout_name + 1) % LAYOUT_N);
}

void place_market(struct ui *ui, uint32_t market)
{
    if (ui->is_held)
        act_hold(ui, 0);
    ui->market = market;
    ui->top_px = 0;
    ui->is_axis_manual = false;
    ui->scroll[PANEL_TAPE] = 0;
    if (market < ui->live.name_n)
        ui_say(ui, false, "%s:%s", ui->live.names[market].venue, ui->live.names[market].symbol);
}

static void step_market(struct ui *ui, uint32_t by)
{
    uint32_t n = ui->live.head.market_n;
    if (n < 2)
        ui_say(ui, false, "there is no other instrument");
    else
        place_market(ui, (ui->market + by) % n);
}

void act_instrument_next(struct ui *ui, uint32_t key)
{
    (void)key;
    step_market(ui, 1);
}

void act_instrument_previous(struct ui *ui, uint32_t key)
{
    (void)key;
    step_market(ui, ui->live.head.market_n - 1);
}

static void step_note(struct ui *ui, int by)
{
    int to = ui->note_back + by;
    if (ui->live.note_n == 0 || to < 0 || to >= (int)ui->live.note_n) {
        ui_say(ui, false, to < 0 ? "this is the newest event" : "no older event");
        return;
    }
    ui->note_back = to;
    if (ui_is_replay(ui))
        replay_seek(ui, ui->live.notes[to].time_ns);
}

void act_note_older(struct ui *ui, uint32_t key)
{
    (void)key;
    /* In replay the newest event is the one we stand at: the one before is meant. */
    if (ui_is_replay(ui))
        ui->note_back = 0;
    step_note(ui, 1);
}

void act_note_newer(struct ui *ui, uint32_t key)
{
    (void)key;
    if (ui_is_replay(ui))
        ui_say(ui, false, "what comes is not known yet: > plays faster, g goes to a time");
    else
        step_note(ui, -1);
}

void act_help(struct ui *ui, uint32_t key)
{
    (void)key;
    ui->overlay = ui->overlay == OVERLAY_HELP ? OVERLAY_NONE : OVERLAY_HELP;
}

void act_metrics(struct ui *ui, uint32_t key)
{
    (void)key;
    place_layout(ui, ui->layout_name == LAYOUT_METRICS ? LAYOUT_MAIN : LAYOUT_METRICS);
    ui->focus = ui->layout_name == LAYOUT_METRICS ? (int)PANEL_METRICS : (int)PANEL_LADDER;
}

void act_find(struct ui *ui, uint32_t key)
{
    act_command(ui, key);
    ui->command_n = (size_t)snprintf(ui->command, sizeof ui->command, "find ");
}

void act_command(struct ui *ui, uint32_t key)
{
    (void)key;
    ui->overlay = OVERLAY_COMMAND;
    ui->command_n = 0;
    ui->command[0] = '\0';
}

/* Closes one thing; false when nothing was open. */
static bool close_one(struct ui *ui)
{
    if (ui->overlay != OVERLAY_NONE) {
        ui->overlay = OVERLAY_NONE;
    } else if (ui->zoom >= 0) {
        ui->zoom = -1;
    } else if (ui->is_held) {
        act_hold(ui, 0);
    } else if (ui->message_until_ns > ui->wall_ns) {
        ui->message_until_ns = 0;
    } else {
        return false;
    }
    return true;
}

void act_back(struct ui *ui, uint32_t key)
{
    (void)key;
    close_one(ui);
}

void act_redraw(struct ui *ui, uint32_t key)
{
    (void)key;
    ui->term->ops->redraw(ui->term);
}

void act_quit(struct ui *ui, uint32_t key)
{
    (void)key;
    /* A message is no thing that is open. */
    ui->message_until_ns = 0;
    if (close_one(ui))
        return;
    if (ui->asks_before_quit)
        ui->overlay = OVERLAY_QUIT;
    else
        ui->wishes |= UI_WISH_QUIT;
}
