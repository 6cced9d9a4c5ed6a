/* The price axis of ladder and heatmap: how wide a row is, and where the top row stands. Pure arithmetic. */
#ifndef UI_AXIS_H
#define UI_AXIS_H

#include <alphaplus/model/instrument.h>
#include <stdbool.h>
#include <stdint.h>

enum axis_side { AXIS_ABOVE = -1, AXIS_INSIDE = 0, AXIS_BELOW = 1 };

/* The 1-2-5 step nearest mid x 1.5 bp that is a whole, even number of ticks or price units. mid in price units, > 0. */
int64_t axis_default_group(const struct instrument *in, int64_t mid);
/* The next step up (by > 0) or down that is allowed; the same at the ends. */
int64_t axis_step_group(const struct instrument *in, int64_t group, int by, int64_t mid);
/* Label of the top row so that the middle of bid and ask is in the middle row. */
int64_t axis_center(int64_t group, int rows, int64_t bid, int64_t ask);
/* The same while the middle is in the middle half of the view (the dead zone): then `top` stays. */
int64_t axis_follow(int64_t top, int64_t group, int rows, int64_t bid, int64_t ask);
/* Keeps the middle of the picture in place when the rows change their width. */
int64_t axis_regroup(int64_t top, int64_t group, int64_t new_group, int rows);
/* Where a price is: above the rows, among them, or below. */
enum axis_side axis_where(int64_t top, int64_t group, int rows, int64_t px);

#endif
