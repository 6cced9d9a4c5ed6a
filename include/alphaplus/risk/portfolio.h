/* Own accounts and positions against the market: one risk_view.
 *
 * An account's wallet is all its money without unrealised PnL; what isolated positions have set aside is part of it, and the
 * rest backs all its cross positions together, so each of those counts in the liquidation price of the others. A position's
 * leverage is its notional over the equity that backs it: its own margin + PnL when isolated, else the cross equity of its
 * account; 0 when nothing does, or it is not known. Nothing is guessed: what a number needs and is not there (a mark, tiers, the
 * account, the kind of contract, one currency for all) leaves it out.
 *
 * In position_view has_tiers says that all that the liquidation price needs is known, so has_liq 0 beside it means: none. A
 * position that is past it already has it on the other side of mark, or at mark when there is no price that would save it. */
#ifndef ALPHAPLUS_RISK_PORTFOLIO_H
#define ALPHAPLUS_RISK_PORTFOLIO_H

#include <alphaplus/base/err.h>
#include <alphaplus/base/save.h>
#include <alphaplus/model/position.h>
#include <alphaplus/model/view.h>
#include <stddef.h>

#define MARGIN_RATIO_MAX 999.0 /* also when no equity is left */

struct portfolio; /* opaque */

AP_MUST_CHECK int portfolio_create(struct portfolio **ret_portfolio);
void portfolio_destroy(struct portfolio *p);
/* Adds or replaces by name, positions by account and instrument (one-way); a position of qty 0 is removed. AP_EFULL beyond ACCOUNT_MAX / POSITION_MAX; AP_EINVAL on nonsense. */
AP_MUST_CHECK int portfolio_set_account(struct portfolio *p, const struct account *a);
AP_MUST_CHECK int portfolio_set_position(struct portfolio *p, const struct position *pos);
AP_MUST_CHECK int portfolio_set_tiers(struct portfolio *p, const char *instrument,
                                      const struct margin_tier *tiers, size_t n);
/* What an instrument is: needed for inverse ones, whose qty counts contracts of contract_size quote currency. settle: the asset
 * of its margin and PnL, "" when not known; a position in an account of another currency is then left out. */
AP_MUST_CHECK int portfolio_set_contract(struct portfolio *p, const char *instrument, const char *settle,
                                         double contract_size);
/* mark > 0; 0 when it is not known (any more). */
void portfolio_set_mark(struct portfolio *p, const char *instrument, double mark, int is_inverse);
/* Positions in the order given; what cannot be known has its has_ field 0 and its numbers 0. first_to_die: the one whose mark
 * has the least way to go to its liquidation price, relative to mark. margin_ratio is at most MARGIN_RATIO_MAX. */
void portfolio_view(const struct portfolio *p, struct risk_view *ret_view);
uint64_t portfolio_hash(const struct portfolio *p, uint64_t h);
void portfolio_save(const struct portfolio *p, struct buf *out);
/* Errors are l's; p is then fit for portfolio_destroy only. */
void portfolio_load(struct portfolio *p, struct load *l);

#endif
