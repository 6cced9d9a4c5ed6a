/* Order flow imbalance of one step of the touch. Cont, Kukanov & Stoikov (2014): at an unchanged price both indicators fire and give
 * the change of size. */
#ifndef ALPHAPLUS_ANALYTICS_OFI_H
#define ALPHAPLUS_ANALYTICS_OFI_H

#include <alphaplus/model/event.h>

struct touch {
    struct level bid, ask;
};
/* In size units of the levels; exact. */
int64_t ofi_step(const struct touch *before, const struct touch *now);

#endif
