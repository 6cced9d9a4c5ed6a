/* Markets of one base asset together, at ticks. Only markets quoted in dollars take part, and of their books only true ones: where one
 * is missing, a sum is a lower bound and says so. */
#ifndef ALPHAPLUS_ENGINE_ASSET_H
#define ALPHAPLUS_ENGINE_ASSET_H

#include "market.h"

#include <alphaplus/model/detail.h>

/* All markets of one base, in the engine's order, after each ran its own tick. `feeds` are the engine's, by market.feed. */
void asset_tick(struct market *const *markets, uint32_t n, const struct feed_view *feeds, int64_t tick_ns);
/* Who makes up the asset of this market. */
void asset_detail(struct market *const *markets, uint32_t n, uint32_t market,
                  struct asset_detail *ret_detail);

#endif
