/* Own accounts and positions against the market: one risk_view. */
#ifndef ALPHAPLUS_RISK_PORTFOLIO_H
#define ALPHAPLUS_RISK_PORTFOLIO_H

#include <alphaplus/base/err.h>
#include <alphaplus/model/position.h>
#include <alphaplus/model/view.h>
#include <stddef.h>

struct portfolio; /* opaque */

AP_MUST_CHECK int portfolio_create(struct portfolio **ret_portfolio);
void portfolio_destroy(struct portfolio *p);
/* Adds or replaces by name; a position of qty 0 is removed. AP_EFULL beyond ACCOUNT_MAX / POSITION_MAX; AP_EINVAL on nonsense. */
AP_MUST_CHECK int portfolio_set_account(struct portfolio *p, const struct account *a);
AP_MUST_CHECK int portfolio_set_position(struct portfolio *p, const struct position *pos);
AP_MUST_CHECK int portfolio_set_tiers(struct portfolio *p, const char *instrument, const struct margin_tier *tiers, size_t n);
/* mark > 0; 0 when it is not known (any more). */
void portfolio_set_mark(struct portfolio *p, const char *instrument, double mark, int is_inverse);
/* Positions in the order given; what cannot be known has its has_ field 0. */
void portfolio_view(const struct portfolio *p, struct risk_view *ret_view);
uint64_t portfolio_hash(const struct portfolio *p, uint64_t h);

#endif
