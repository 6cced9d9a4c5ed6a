/* Digests of published state: of its integers, and of its integers and doubles together. */
#ifndef ALPHAPLUS_ENGINE_DIGEST_H
#define ALPHAPLUS_ENGINE_DIGEST_H

#include <alphaplus/model/metric.h>
#include <alphaplus/model/view.h>
#include <stddef.h>
#include <stdint.h>

struct digest {
    uint64_t exact, all;
};
/* The figures of one market without its book's levels: cheap enough for each second. metrics must be fresh. */
void digest_market(struct digest *d, const struct market_view *v, const struct metric_registry *registry);
void digest_liq_totals(struct digest *d, const struct liq_total totals[LIQ_WINDOWS]);
void digest_feeds(struct digest *d, const struct head_view *h);
void digest_risk(struct digest *d, const struct risk_view *r);
void digest_u64(struct digest *d, uint64_t value);
void digest_bytes(struct digest *d, const void *bytes, size_t n); /* counts as doubles */

#endif
