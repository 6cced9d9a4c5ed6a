#include "shade.h"

#include "role.h"
#include <math.h>

#define FAINT 4 /* shades for what lies below the lower cut-off: texture, not news */

void shade_follow(struct shade *s, const struct picture *pic)
{
    if (pic->shade_hi == 0)
        return;
    bool is_same = s->hi != 0 && s->group == pic->request.group && s->market == pic->request.market;
    int64_t age = pic->time_ns - s->set_ns;
    if (is_same && age >= 0 && age < SHADE_PERIOD_NS)
        return;
    s->lo = pic->shade_lo;
    s->hi = pic->shade_hi > pic->shade_lo + 6 ? pic->shade_hi
                                              : (uint8_t)(pic->shade_lo > 248 ? 255 : pic->shade_lo + 6);
    s->set_ns = pic->time_ns;
    s->group = pic->request.group;
    s->market = pic->request.market;
}

int shade_of(const struct shade *s, uint8_t code)
{
    if (code == HEAT_UNKNOWN)
        return -1;
    if (code == HEAT_ZERO || s->hi == 0)
        return 0;
    int lo = s->lo + s->shift, hi = s->hi + s->shift;
    if (code < lo) {
        int below = FAINT - (lo - code + 5) / 6;
        return below > 0 ? below : code < lo - 40 ? 0 : 1;
    }
    int shade = FAINT + (code - lo) * (HEAT_SHADES - 1 - FAINT) / (hi > lo ? hi - lo : 1);
    return shade < HEAT_SHADES ? shade : HEAT_SHADES - 1;
}

double shade_qty(const struct shade *s, uint8_t code)
{
    int shifted = code + s->shift;
    return HEAT_UNIT * pow(HEAT_BASE, shifted - 2);
}
