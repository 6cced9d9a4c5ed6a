/* What one market shows beyond single figures, as JSON. */
#ifndef ALPHAPLUS_APP_JSON_DETAIL_H
#define ALPHAPLUS_APP_JSON_DETAIL_H

#include <alphaplus/model/detail.h>
#include <alphaplus/model/instrument.h>
#include <jansson.h>

/* Newest first. Sizes are base units, values quote currency; rows of price are arrays, as the man page says. */
json_t *json_detail(const struct instrument *in, const struct detail *d);

#endif
