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
/* Its parts of the book: market orders, large levels close together, and two indications with their evidence: size that comes and goes
 * untraded (spoof-like), prices that are filled again as they are eaten (iceberg-like). */
json_t *json_costs(const struct detail *d);
json_t *json_order_clusters(const struct instrument *in, const struct detail *d);
json_t *json_episodes(const struct instrument *in, const struct detail *d);
json_t *json_refills(const struct instrument *in, const struct detail *d);
json_t *json_asset(const struct asset_detail *a); /* the markets of one base, each by itself */
json_t *json_lines(const struct detail *d);       /* prices that a chart draws a line at */

#endif
