/* The interactive player: a source played into an engine of its own, paced by a player on a thread of its own. Any time of a journal is
 * reached from the checkpoint before it, so backward is as quick as forward; a survey aside finds the marks to jump to. */
#ifndef ALPHAPLUS_APP_DECK_H
#define ALPHAPLUS_APP_DECK_H

#include "survey.h"

#include <alphaplus/model/publication.h>
#include <alphaplus/replay/player.h>
#include <alphaplus/replay/source.h>
#include <alphaplus/ui/ui.h>

struct deck_options {
    struct source *source;   /* taken over, also when it fails */
    const char *path;        /* of the journal that the source reads: for the survey */
    int64_t from_ns, to_ns;  /* what is played of it; 0: all */
    int64_t at_ns;           /* where to begin; 0: at the begin */
    double speed;            /* < 0: 1 */
    int64_t survey_from_ns;  /* marks are looked for from here; 0: from the begin */
    double trade_usd;        /* sweeps of at least this are marks */
    bool is_paused, is_loop; /* at the start */
    bool is_growing;         /* somebody writes the journal: its end moves on */
};
struct deck; /* opaque */
AP_MUST_CHECK int deck_start(const struct deck_options *o, struct deck **ret_deck, char *why,
                             size_t why_size);
void deck_stop(struct deck *d);
struct publication *deck_publication(struct deck *d);

/* Any thread. */
void deck_state(struct deck *d, struct ui_replay *ret_state);
void deck_toggle_pause(struct deck *d);
void deck_pause(struct deck *d, bool is_paused);
void deck_faster(struct deck *d, int notches);
void deck_step(struct deck *d, enum player_step step);
/* Clamped to what is played. */
void deck_seek(struct deck *d, int64_t to_ns);
/* To the next mark of these kinds (bits of enum ui_mark) before or after here. AP_ENOTFOUND; AP_EAGAIN: none so far, and the survey is
 * not done. */
AP_MUST_CHECK int deck_jump(struct deck *d, unsigned kinds, int direction, struct ui_mark_at *ret_mark);
/* Of a journal that grows: the present moment. */
void deck_extend(struct deck *d, int64_t now_ns);
/* "" or what is wrong with the journal from here on. */
void deck_error(struct deck *d, char *buf, size_t size);

#endif
