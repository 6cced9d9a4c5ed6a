/* Order flow imbalance of one step of the touch, and of deeper levels. Cont, Kukanov & Stoikov (2014): at an unchanged price both indicators fire and give
 * the change of size. */
#ifndef ALPHAPLUS_ANALYTICS_OFI_H
#define ALPHAPLUS_ANALYTICS_OFI_H

#include <alphaplus/model/event.h>
#include <stdbool.h>

struct touch {
    struct level bid, ask;
};
/* In size units of the levels; exact. */
int64_t ofi_step(const struct touch *before, const struct touch *now);

/* The same of each of the best `levels` levels (the m-th populated price of each side), before and now. Xu, Gould & Howison (2018). */
#define OFI_LEVELS 10
void ofi_levels_step(const struct level *bid_before, const struct level *ask_before, const struct level *bid,
                     const struct level *ask, int levels, int64_t *ret_ofi);
/* First principal component of k levels' imbalances, from their covariance: weights that sum to one in absolute value, mostly positive, and
 * the share of variance that it explains. Cont, Cucuringu & Zhang (2023). False: nothing varies. k <= OFI_LEVELS; covariance is k x k. */
bool ofi_component(const double *covariance, int k, double *ret_weights, double *ret_share);

#endif
