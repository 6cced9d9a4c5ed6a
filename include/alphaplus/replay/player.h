/* The transport of a replay: pause, speed, step, seek. Pure: real time comes in, the recorded time to play up to comes out. */
#ifndef ALPHAPLUS_REPLAY_PLAYER_H
#define ALPHAPLUS_REPLAY_PLAYER_H

#include <stdbool.h>
#include <stdint.h>

enum player_step { STEP_NONE, STEP_EVENT, STEP_DEPTH, STEP_SECOND };

struct player {
    int64_t first_ns, last_ns; /* of the recording */
    int64_t at_ns;             /* recorded time reached */
    int64_t real_ns;           /* when `at_ns` was reached */
    double speed;              /* 0.1 .. 1000; 0: as fast as possible */
    bool is_paused;
    bool is_ended;         /* at last_ns */
    enum player_step step; /* wanted, while paused */
};
void player_init(struct player *p, int64_t first_ns, int64_t last_ns, int64_t real_ns);
void player_pause(struct player *p, bool is_paused, int64_t real_ns);
void player_speed(struct player *p, double speed, int64_t real_ns);
/* One notch along 0.1 0.25 0.5 1 2 5 10 25 50 100 250 500 1000. */
void player_faster(struct player *p, int notches, int64_t real_ns);
/* Clamped to the recording; the caller rewinds its source when it lies behind. */
void player_seek(struct player *p, int64_t to_ns, int64_t real_ns);
/* Play events with recv_ns <= this now. While paused: at_ns. At speed 0: last_ns, and at_ns stays until player_reached. */
int64_t player_due(struct player *p, int64_t real_ns);
/* The caller got as far as at_ns: after a step, at speed 0, or when it cannot keep up; play goes on from there. */
void player_reached(struct player *p, int64_t at_ns, int64_t real_ns);

#endif
