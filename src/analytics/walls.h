/* Walls: what follows them and what shows them share. */
#ifndef ALPHAPLUS_WALLS_H
#define ALPHAPLUS_WALLS_H

#include <alphaplus/analytics/wall.h>

#define PAST_S   21600.0 /* half-life of what is known of past walls */
#define PAST_MIN 2.0     /* of those, to speak of a rate */

int wall_class(const struct instrument *in, const struct wall_track *t); /* of its largest size */
void walls_detail(const void *state, const struct measure_input *in, struct detail *ret_detail);

#endif
