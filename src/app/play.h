/* A source played into an engine: at once up to a time, or paced by a player on a thread of its own. */
#ifndef ALPHAPLUS_APP_PLAY_H
#define ALPHAPLUS_APP_PLAY_H

#include <alphaplus/engine/engine.h>
#include <alphaplus/replay/player.h>
#include <alphaplus/replay/source.h>
#include <stdbool.h>
#include <stdint.h>

/* A source with its next event in view. */
struct lookahead {
    struct source *source;  /* borrowed */
    const struct event *ev; /* borrowed from the source; NULL: ask it */
};
/* 1: *ret_event stays until lookahead_skip; 0: the end; or an error. */
AP_MUST_CHECK int lookahead_peek(struct lookahead *l, const struct event **ret_event);
void lookahead_skip(struct lookahead *l);

/* Applies all events with recv_ns < until_ns, then the ticks up to it: "the state at until_ns". INT64_MAX: to the end (no ticks
 * beyond the last event). Returns 1 when there is more, 0 at the end, or an error (source_why tells). */
AP_MUST_CHECK int play_until(struct lookahead *l, struct engine *e, int64_t until_ns);

/* The interactive player. */
struct deck; /* opaque */
AP_MUST_CHECK int deck_start(struct source *s, struct deck **ret_deck, char *why,
                             size_t why_size); /* takes s over */
void deck_stop(struct deck *d);
struct publication *deck_publication(struct deck *d);
/* Any thread. */
void deck_state(struct deck *d, struct player *ret_player);
void deck_toggle_pause(struct deck *d);
void deck_faster(struct deck *d, int notches);
void deck_set_speed(struct deck *d, double speed);
void deck_step(struct deck *d, enum player_step step);
void deck_seek(struct deck *d, int64_t to_ns);
/* "" or what is wrong with the journal from here on. */
void deck_error(struct deck *d, char *buf, size_t size);

#endif
