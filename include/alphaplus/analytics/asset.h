/* What the markets of one base asset make together. The engine adds up over them at its ticks, from what each gives (asset_give), and
 * each takes the sums (asset_take). Who leads is a fit of each market against one other: asset_compare hands it the other's mids.
 *
 * Each market keeps the changes of its mid by the venue's own clock since its book was last lost: MIDS_KEPT, 64 KiB. */
#ifndef ALPHAPLUS_ANALYTICS_ASSET_H
#define ALPHAPLUS_ANALYTICS_ASSET_H

#include <alphaplus/analytics/measure.h>

/* Of one market. */
struct asset_part {
    struct metric_value bid_10, ask_10, bid_50, ask_50, cvd_day, cvd_60;
};
void asset_give(const struct measures *m, struct asset_part *ret_part);

#define ASSET_LIQ_WINDOWS 3 /* 1 min, 15 min, 1 h */
struct asset_sum {
    struct metric_value markets;
    struct asset_part of; /* all markets' */
    struct metric_value liq_long[ASSET_LIQ_WINDOWS], liq_short[ASSET_LIQ_WINDOWS];
    struct metric_value oi, funding, basis, dispersion;
};
void asset_take(struct measures *m, const struct asset_sum *sum);

/* Of the two venues' clocks against ours, as their feeds measured them. */
struct asset_clocks {
    int64_t own_ns, other_ns; /* to take off each venue's times */
    double error_ms;          /* of the difference; < 0: not known */
};
/* A fit begins at the next whole second. */
void asset_compare(struct measures *m, const struct measures *other, const struct asset_clocks *clocks);
/* There is no other that can be compared with: what is shown and what is under way goes. */
void asset_part_ways(struct measures *m);

#endif
