/* What keys do. One function an action; wired up in keymap.c. */
#ifndef UI_ACTIONS_H
#define UI_ACTIONS_H

#include <stdbool.h>
#include <stdint.h>

struct ui;

/* action_view.c: the picture */
void act_hold(struct ui *ui, uint32_t key);
void act_group_finer(struct ui *ui, uint32_t key);
void act_group_coarser(struct ui *ui, uint32_t key);
void act_column_shorter(struct ui *ui, uint32_t key);
void act_column_longer(struct ui *ui, uint32_t key);
void act_shade_lower(struct ui *ui, uint32_t key);
void act_shade_higher(struct ui *ui, uint32_t key);
void act_center(struct ui *ui, uint32_t key);
void act_unit(struct ui *ui, uint32_t key);
void act_utc(struct ui *ui, uint32_t key);
void act_scroll(struct ui *ui, uint32_t key);
void act_home(struct ui *ui, uint32_t key);

/* action_place.c: panels, layouts, program */
void act_focus_next(struct ui *ui, uint32_t key);
void act_focus_previous(struct ui *ui, uint32_t key);
void act_zoom(struct ui *ui, uint32_t key);
void act_layout(struct ui *ui, uint32_t key);
void act_instrument_next(struct ui *ui, uint32_t key);
void act_instrument_previous(struct ui *ui, uint32_t key);
void act_note_older(struct ui *ui, uint32_t key);
void act_note_newer(struct ui *ui, uint32_t key);
void act_metrics(struct ui *ui, uint32_t key);
void act_find(struct ui *ui, uint32_t key);
void act_help(struct ui *ui, uint32_t key);
void act_command(struct ui *ui, uint32_t key);
void act_back(struct ui *ui, uint32_t key);
void act_redraw(struct ui *ui, uint32_t key);
void act_quit(struct ui *ui, uint32_t key);
void place_layout(struct ui *ui, int layout);
void place_market(struct ui *ui, uint32_t market);
/* Focus to a panel that is shown. */
void place_keep_focus(struct ui *ui);
bool place_can_focus(int panel);
/* Of the registry, figures that hold ui->find. */
int metrics_wanted(const struct ui *ui);
void view_scroll(struct ui *ui, int panel, int by);

/* action_replay.c */
void act_seek_back(struct ui *ui, uint32_t key);
void act_step_event(struct ui *ui, uint32_t key);
void act_step_depth(struct ui *ui, uint32_t key);
void act_step_second(struct ui *ui, uint32_t key);
void act_slower(struct ui *ui, uint32_t key);
void act_faster(struct ui *ui, uint32_t key);
void act_goto(struct ui *ui, uint32_t key);
void act_jump(struct ui *ui, uint32_t key);
void act_jump_kind(struct ui *ui, uint32_t key);
void act_rewind(struct ui *ui, uint32_t key);
void act_away(struct ui *ui, uint32_t key);
void replay_jump(struct ui *ui, unsigned kinds, int direction);
/* Digest what was since then. */
void replay_away(struct ui *ui, int64_t from_ns);
/* Keys while the digest is open. */
void away_key(struct ui *ui, uint32_t key);
/* Asks the owner to go there, within what the journal holds. */
void replay_seek(struct ui *ui, int64_t at_ns);

#endif
