/* What one market shows beyond single figures, as JSON. */
#ifndef ALPHAPLUS_APP_JSON_DETAIL_H
#define ALPHAPLUS_APP_JSON_DETAIL_H

#include <alphaplus/model/detail.h>
#include <alphaplus/model/instrument.h>
#include <jansson.h>

/* Newest first. Sizes are base units, values quote currency; rows of price are
 * arrays: [low price, bought, sold], and [low price, longs, their error, shorts, theirs] of estimated levels. */
json_t *json_detail(const struct instrument *in, const struct detail *d);
json_t *json_flow(const struct flow_view *f); /* its part of order flow */

#endif
