/* Which shade a heatmap code gets: two cut-offs that follow the picture slowly and can be moved by hand. */
#ifndef UI_SHADE_H
#define UI_SHADE_H

#include <alphaplus/model/view.h>
#include <stdint.h>

#define SHADE_PERIOD_NS (60 * INT64_C(1000000000)) /* cut-offs change at most this often by themselves */
#define SHADE_SHIFT_MAX 60

struct shade {
    uint8_t lo, hi; /* codes; hi 0: none yet */
    int shift;      /* by hand: codes added to both */
    int64_t set_ns;
    int64_t group; /* of the picture that they were taken from */
    uint32_t market;
};

/* Takes the picture's cut-offs when they are due: a first time, another grouping or instrument, or a minute later. */
void shade_follow(struct shade *s, const struct picture *pic);
/* 0 (nothing there) .. HEAT_SHADES - 1; -1: unknown. */
int shade_of(const struct shade *s, uint8_t code);
/* Size that a cut-off stands for, base units. */
double shade_qty(const struct shade *s, uint8_t code);

#endif
