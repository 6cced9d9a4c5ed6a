#include "actions.h"

#include "keymap.h"
#include "state.h"
#include <alphaplus/base/clock.h>
#include <alphaplus/base/text.h>

static bool needs_replay(struct ui *ui)
{
    if (ui_is_replay(ui))
        return true;
    ui_say(ui, false, "only in a replay: R rewinds what is recorded; or alphaplus replay JOURNAL");
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

static void rewind_to(struct ui *ui, int64_t at_ns)
{
    ui->seek_ns = at_ns;
    ui->wishes |= UI_WISH_REWIND;
}

void act_seek_back(struct ui *ui, uint32_t key)
{
    (void)key;
    if (!ui_is_replay(ui)) {
        rewind_to(ui, (ui->wishes & UI_WISH_REWIND ? ui->seek_ns : ui->live.head.time_ns) - NS_PER_S);
        return;
    }
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

void replay_jump(struct ui *ui, unsigned kinds, int direction)
{
    if (!needs_replay(ui))
        return;
    ui->jump_wanted = kinds;
    ui->jump_direction = direction;
    ui->wishes |= UI_WISH_JUMP;
}

void act_jump(struct ui *ui, uint32_t key)
{
    replay_jump(ui, ui->jump_kinds, key == '(' ? -1 : 1);
}

void act_jump_kind(struct ui *ui, uint32_t key)
{
    static const char *const texts[UI_MARK_N] = {
#define X(name, word, text) [UI_MARK_##name] = text,
        UI_MARK_LIST(X)
#undef X
    };
    (void)key;
    unsigned next = ui->jump_kinds == UI_MARK_ALL ? 1 : ui->jump_kinds << 1;
    ui->jump_kinds = next > UI_MARK_ALL ? UI_MARK_ALL : next;
    ui_say(ui, false, "( and ) go to: %s",
           ui->jump_kinds == UI_MARK_ALL ? "every mark" : texts[__builtin_ctz(ui->jump_kinds)]);
}

void act_rewind(struct ui *ui, uint32_t key)
{
    (void)key;
    if (!ui_is_replay(ui))
        rewind_to(ui, ui->live.head.time_ns);
    else if (ui->replay.is_live)
        ui->wishes |= UI_WISH_NOW;
    else
        ui_say(ui, false, "there is no now to go back to: this is a replay");
}

#define AWAY_LEAST_NS (60 * NS_PER_S)
#define AWAY_USUAL_NS (900 * NS_PER_S) /* who was not away wants to know the last quarter of an hour */

void replay_away(struct ui *ui, int64_t from_ns)
{
    if (ui_is_replay(ui) && from_ns < ui->replay.first_ns)
        from_ns = ui->replay.first_ns;
    ui->away_from_ns = from_ns;
    ui->away = (struct ui_away){.from_ns = from_ns, .to_ns = ui->live.head.time_ns};
    ui->overlay = OVERLAY_AWAY;
    ui->wishes |= UI_WISH_AWAY;
}

void act_away(struct ui *ui, uint32_t key)
{
    (void)key;
    int64_t now = ui->live.head.time_ns, from = ui->touched_ns;
    if (from == 0 || now - from < AWAY_LEAST_NS)
        from = now - AWAY_USUAL_NS;
    replay_away(ui, from);
}

void away_key(struct ui *ui, uint32_t key)
{
    ui->overlay = OVERLAY_NONE;
    if (key != KEY__ENTER && key != '\n' && key != '\r')
        return;
    if (ui_is_replay(ui))
        replay_seek(ui, ui->away.from_ns);
    else
        rewind_to(ui, ui->away.from_ns);
}
