#include "actions.h"

#include "axis.h"
#include "format.h"
#include "state.h"
#include <alphaplus/base/clock.h>

void act_hold(struct ui *ui, uint32_t key)
{
    (void)key;
    if (ui_is_replay(ui)) {
        ui->wishes |= UI_WISH_PAUSE;
        return;
    }
    ui->is_held = !ui->is_held;
    if (ui->is_held) {
        ui->held = ui->live;
        ui->held_ns = ui->live.head.time_ns;
        ui->shown = &ui->held;
    } else {
        ui->shown = &ui->live;
    }
}

static void step_group(struct ui *ui, int by)
{
    int64_t mid = data_mid(&ui->live), group = ui_group(ui);
    if (mid == 0 || group == 0 || ui->is_held) {
        ui_say(ui, false, ui->is_held ? "held: Space lets it go first" : "no book yet");
        return;
    }
    int64_t next = axis_step_group(&ui->live.market.inst, group, by, mid);
    if (next == group) {
        ui_say(ui, false, by < 0 ? "the narrowest rows of this instrument" : "no wider rows make sense here");
        return;
    }
    if (ui->top_px > 0)
        ui->top_px = axis_regroup(ui->top_px, group, next, ui_price_rows(ui));
    ui->group[ui->market] = next;
}

void act_group_finer(struct ui *ui, uint32_t key)
{
    (void)key;
    step_group(ui, -1);
}

void act_group_coarser(struct ui *ui, uint32_t key)
{
    (void)key;
    step_group(ui, 1);
}

static void step_column(struct ui *ui, int by)
{
    static const int seconds[] = {1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600};
    int n = (int)(sizeof seconds / sizeof *seconds), at = 0;
    int64_t now = ui_column_ns(ui);
    while (at < n - 1 && seconds[at] * NS_PER_S < now)
        at++;
    at += by;
    if (ui->is_held || at < 0 || at >= n) {
        ui_say(ui, false, ui->is_held ? "held: Space lets it go first" : "a column is 1 second to 1 hour");
        return;
    }
    ui->column_ns = seconds[at] * NS_PER_S;
}

void act_column_shorter(struct ui *ui, uint32_t key)
{
    (void)key;
    step_column(ui, -1);
}

void act_column_longer(struct ui *ui, uint32_t key)
{
    (void)key;
    step_column(ui, 1);
}

static void step_shade(struct ui *ui, int by)
{
    int shift = ui->shade.shift + by;
    if (shift < -SHADE_SHIFT_MAX || shift > SHADE_SHIFT_MAX)
        ui_say(ui, false, "that is as far as the cut-offs go");
    else
        ui->shade.shift = shift;
}

void act_shade_lower(struct ui *ui, uint32_t key)
{
    (void)key;
    step_shade(ui, -4);
}

void act_shade_higher(struct ui *ui, uint32_t key)
{
    (void)key;
    step_shade(ui, 4);
}

void act_center(struct ui *ui, uint32_t key)
{
    (void)key;
    ui->is_axis_manual = false;
    ui->top_px = 0;
    if (ui->is_held)
        act_hold(ui, key);
}

void act_unit(struct ui *ui, uint32_t key)
{
    (void)key;
    ui->is_usd = !ui->is_usd;
}

void act_utc(struct ui *ui, uint32_t key)
{
    (void)key;
    ui->is_utc = !ui->is_utc;
    if (ui->utc_offset_s == 0)
        ui_say(ui, false, "local time is UTC here");
}

/* by > 0: towards what is older, or to higher prices. */
void view_scroll(struct ui *ui, int panel, int by)
{
    if (panel == PANEL_LADDER || panel == PANEL_HEAT) {
        int64_t group = ui_group(ui);
        if (group == 0 || ui->top_px == 0 || ui->is_held)
            return;
        int64_t top = ui->top_px + by * group;
        if (top > group * ui_price_rows(ui) && top < INT64_MAX / 4) {
            ui->top_px = top;
            ui->is_axis_manual = true;
        }
        return;
    }
    /* Lists: what is older lies below. */
    int most = panel == PANEL_TAPE      ? (int)ui->shown->tape_n
               : panel == PANEL_LIQS    ? (int)ui->shown->liq_n
               : panel == PANEL_EVENTS  ? (int)ui->live.note_n
               : panel == PANEL_RISK    ? (int)ui->live.head.risk.position_n
               : panel == PANEL_STATE   ? ui->registry->n
               : panel == PANEL_METRICS ? metrics_wanted(ui)
                                        : 0;
    int to = ui->scroll[panel] - by;
    ui->scroll[panel] = to < 0 ? 0 : to > most - 1 ? (most > 0 ? most - 1 : 0) : to;
}

void act_scroll(struct ui *ui, uint32_t key)
{
    int by = key == KEY__PGUP || key == KEY__PGDN ? 10 : 1;
    bool is_up = key == KEY__UP || key == 'k' || key == KEY__PGUP;
    view_scroll(ui, ui->focus, is_up ? by : -by);
}

void act_home(struct ui *ui, uint32_t key)
{
    for (int i = 0; i < PANEL_N; i++)
        ui->scroll[i] = 0;
    ui->note_back = 0;
    act_center(ui, key);
}
