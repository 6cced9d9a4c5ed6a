#include "axis.h"

#include <alphaplus/base/fixed.h>
#include <alphaplus/model/view.h>
#include <math.h>

#define STEPS 48 /* 1, 2, 5, 10 ... 5e15 */

/* Steps count in price units where powers of ten are whole ticks, else in ticks. */
static int64_t step_base(const struct instrument *in)
{
    return in->tick > 0 && INT64_C(1000000000) % in->tick != 0 ? in->tick : 1;
}

/* The n-th of 1, 2, 5, 10, 20 ...; 0 when it is no group of this instrument. */
static int64_t step_value(const struct instrument *in, int n, int64_t mid)
{
    static const int64_t mantissa[3] = {1, 2, 5};
    if (n < 0 || n >= STEPS)
        return 0;
    int64_t base = step_base(in), step = mantissa[n % 3] * fixed_pow10(n / 3);
    int64_t tick = in->tick > 0 ? in->tick : 1;
    if (step > FIXED_VALUE_MAX / LADDER_ROWS_MAX / base)
        return 0;
    step *= base;
    /* Even, so that half a row is a whole number; and no row wider than a fiftieth of the price but the narrowest. */
    bool is_group = step % tick == 0 && step % 2 == 0 && (step <= 2 * tick || step <= 2 || step <= mid / 50);
    return is_group ? step : 0;
}

int64_t axis_default_group(const struct instrument *in, int64_t mid)
{
    double target = (double)mid * 1.5e-4, best_off = INFINITY;
    int64_t best = 0;

    for (int n = 0; n < STEPS; n++) {
        int64_t step = step_value(in, n, mid);
        if (step == 0)
            continue;
        double off = fabs(log((double)step / target));
        if (off < best_off) {
            best_off = off;
            best = step;
        }
    }
    return best > 0 ? best : 2 * (in->tick > 0 ? in->tick : 1);
}

int64_t axis_step_group(const struct instrument *in, int64_t group, int by, int64_t mid)
{
    int64_t found = group;
    for (int n = 0; n < STEPS; n++) {
        int64_t step = step_value(in, n, mid);
        if (step == 0)
            continue;
        if (by < 0 && step < group)
            found = step;
        if (by > 0 && step > group)
            return step;
    }
    return found;
}

static int64_t floor_to(int64_t v, int64_t step)
{
    int64_t rest = v % step;
    return v - (rest < 0 ? rest + step : rest);
}

/* A top row above every price of it, and none below the first. */
static int64_t keep_positive(int64_t top, int64_t group, int rows)
{
    int64_t least = group * rows;
    return top < least ? least : top;
}

int64_t axis_center(int64_t group, int rows, int64_t bid, int64_t ask)
{
    int64_t mid = bid + (ask - bid) / 2;
    return keep_positive(floor_to(mid + group / 2, group) + group * (rows / 2), group, rows);
}

int64_t axis_follow(int64_t top, int64_t group, int rows, int64_t bid, int64_t ask)
{
    int64_t mid = bid + (ask - bid) / 2;
    double row = (double)(top - mid) / (double)group;
    bool is_calm = row >= rows / 4.0 - 0.5 && row <= rows * 0.75 - 0.5;
    return is_calm ? top : axis_center(group, rows, bid, ask);
}

int64_t axis_regroup(int64_t top, int64_t group, int64_t new_group, int rows)
{
    int64_t middle = top - group * (rows / 2);
    return keep_positive(floor_to(middle + new_group / 2, new_group) + new_group * (rows / 2), new_group,
                         rows);
}

enum axis_side axis_where(int64_t top, int64_t group, int rows, int64_t px)
{
    if (px >= top + group)
        return AXIS_ABOVE;
    return px <= top - group * rows ? AXIS_BELOW : AXIS_INSIDE;
}
