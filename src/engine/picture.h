/* Pictures of one market for a viewer: the ladder's rows and the heatmap's pixels. */
#ifndef ALPHAPLUS_ENGINE_PICTURE_H
#define ALPHAPLUS_ENGINE_PICTURE_H

#include "market.h"

#include <alphaplus/model/view.h>

/* Is what is asked for possible? A picture is only made of a request that is. */
bool picture_can(const struct view_request *r, uint32_t market_n);
void picture_make(const struct market *m, const struct risk_view *risk, const struct view_request *r,
                  int64_t now_ns, struct picture *ret_picture);

#endif
