#include "actions.h"

#include "keymap.h"
#include "state.h"
#include <alphaplus/base/clock.h>
#include <alphaplus/base/text.h>

static bool needs_replay(struct ui *ui)
{
    if (ui_is_replay(ui))
        return true;
    ui_say(ui, false, "only in a replay: alphaplus replay JOURNAL");
    return false;
}

static void wish(struct ui *ui, enum ui_wish what)
{
    if (needs_replay(ui))
        ui->wishes |= (unsigned)what;
}

void replay_seek(struct ui *ui, int64_t at_ns)
{
    if (!needs_replay(ui))
        return;
    if (at_ns < ui->replay.first_ns)
        at_ns = ui->replay.first_ns;
    if (at_ns > ui->replay.last_ns)
        at_ns = ui->replay.last_ns;
    ui->seek_ns = at_ns;
    ui->wishes |= UI_WISH_SEEK;
}

void act_seek_back(struct ui *ui, uint32_t key)
{
    (void)key;
    /* Several in one frame add up. */
    bool is_pending = ui->wishes & UI_WISH_SEEK;
    replay_seek(ui, (is_pending ? ui->seek_ns : ui->replay.at_ns) - NS_PER_S);
}

void act_step_event(struct ui *ui, uint32_t key)
{
    (void)key;
    wish(ui, UI_WISH_STEP_EVENT);
}

void act_step_depth(struct ui *ui, uint32_t key)
{
    (void)key;
    wish(ui, UI_WISH_STEP_DEPTH);
}

void act_step_second(struct ui *ui, uint32_t key)
{
    (void)key;
    wish(ui, UI_WISH_STEP_SECOND);
}

void act_slower(struct ui *ui, uint32_t key)
{
    (void)key;
    wish(ui, UI_WISH_SLOWER);
}

void act_faster(struct ui *ui, uint32_t key)
{
    (void)key;
    wish(ui, UI_WISH_FASTER);
}

void act_goto(struct ui *ui, uint32_t key)
{
    if (!needs_replay(ui))
        return;
    act_command(ui, key);
    ui->command_n = 5;
    text_copy(ui->command, sizeof ui->command, "goto ");
}
