#include "asset.h"

#include <alphaplus/analytics/asset.h>
#include <alphaplus/base/clock.h>
#include <alphaplus/base/fixed.h>
#include <alphaplus/base/text.h>
#include <string.h>

#define COMPARE_EVERY_NS (60 * NS_PER_S)
#define YEAR_S           (365.0 * 86400.0)

_Static_assert(ASSET_LIQ_WINDOWS == LIQ_WINDOWS, "a row a window");

/* One market's part of its asset. */
struct member {
    const struct market *market;
    struct asset_part part;
    double mid;    /* 0: the book is not true */
    double depth;  /* the lesser side within 10 bps */
    double oi_usd; /* 0: not known */
    bool has_oi;
};

/* A sum of figures of which some may be missing. */
struct sum {
    double value;
    uint32_t n;
    bool is_bound;   /* one was missing, or was a bound itself */
    bool is_warming; /* one will be there in a while */
};

static void sum_add(struct sum *s, const struct metric_value *v)
{
    bool is_shown = v->state == METRIC_OK || v->state == METRIC_DEGRADED;
    if (is_shown) {
        s->value += v->value;
        s->n++;
    }
    s->is_bound |= v->state != METRIC_OK;
    s->is_warming |= v->state == METRIC_WARMUP;
}

static struct metric_value sum_value(const struct sum *s)
{
    if (s->n == 0)
        return metric_none(s->is_warming ? METRIC_WARMUP : METRIC_NO_DATA);
    struct metric_value v = metric_ok(s->value);
    v.state = s->is_bound ? METRIC_DEGRADED : METRIC_OK;
    return v;
}

static bool is_dollar(const char *quote)
{
    static const char *const names[] = {"USDT", "USDC", "USD", "FDUSD", "BUSD", "TUSD", "DAI", "USDE"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(quote, names[i]) == 0)
            return true;
    }
    return false;
}

static bool takes_part(const struct market *m)
{
    const struct instrument *in = &m->view.inst;
    return m->is_declared && in->trading && in->base[0] != '\0' && is_dollar(in->quote);
}

static bool is_same_asset(const struct market *a, const struct market *b)
{
    return strcmp(a->view.inst.base, b->view.inst.base) == 0;
}

static double lesser(const struct metric_value *a, const struct metric_value *b)
{
    return a->value < b->value ? a->value : b->value;
}

static struct member look_at(const struct market *m)
{
    const struct market_view *v = &m->view;
    struct member x = {.market = m, .has_oi = v->has_oi};
    asset_give(m->measures, &x.part);
    if (v->book_state == BOOK_TRUE && v->has_touch) {
        x.mid = fixed_to_double(v->bid_px + v->ask_px, v->inst.price_decimals) / 2.0;
        x.depth = lesser(&x.part.bid_10, &x.part.ask_10);
    }
    int64_t px = v->has_touch ? v->bid_px : v->has_last ? v->last_px : 0;
    if (v->has_oi && px > 0)
        x.oi_usd = instrument_notional(&v->inst, px, v->open_interest);
    return x;
}

static void add_liqs(const struct member *all, uint32_t n, struct asset_sum *s)
{
    for (int w = 0; w < LIQ_WINDOWS; w++) {
        struct sum longs = {0}, shorts = {0};
        for (uint32_t i = 0; i < n; i++) {
            const struct market_view *v = &all[i].market->view;
            const struct liq_total *t = &v->liq[w];
            if (v->inst.kind == INSTRUMENT_SPOT)
                continue;
            bool is_known = v->inst.liq_completeness != COMPLETENESS_UNKNOWN && t->covered_ns > 0;
            bool is_whole = t->completeness == COMPLETENESS_FULL && t->covered_ns == t->window_ns;
            struct metric_value one[2] = {metric_ok(t->long_usd), metric_ok(t->short_usd)};
            for (int side = 0; side < 2; side++) {
                one[side].state = is_whole ? METRIC_OK : is_known ? METRIC_DEGRADED : METRIC_NO_DATA;
                sum_add(side == POSITION_LONG ? &longs : &shorts, &one[side]);
            }
        }
        s->liq_long[w] = sum_value(&longs);
        s->liq_short[w] = sum_value(&shorts);
    }
}

/* Open interest, and funding by its weight. */
static void add_contracts(const struct member *all, uint32_t n, struct asset_sum *s)
{
    struct sum oi = {0}, funding = {0};
    double weight = 0.0;
    for (uint32_t i = 0; i < n; i++) {
        const struct market_view *v = &all[i].market->view;
        if (v->inst.kind == INSTRUMENT_SPOT)
            continue;
        bool has_oi = all[i].oi_usd > 0.0 || (all[i].has_oi && v->open_interest == 0);
        struct metric_value one = has_oi ? metric_ok(all[i].oi_usd) : metric_none(METRIC_NO_DATA);
        sum_add(&oi, &one);
        if (v->inst.kind != INSTRUMENT_PERPETUAL)
            continue;
        if (!v->has_funding || v->inst.funding_interval_s == 0 || !(all[i].oi_usd > 0.0)) {
            funding.is_bound = true;
            continue;
        }
        double rate = fixed_to_double(v->funding_rate, v->inst.rate_decimals);
        funding.value += all[i].oi_usd * rate * (YEAR_S / v->inst.funding_interval_s) * 100.0;
        funding.n++;
        weight += all[i].oi_usd;
    }
    s->oi = sum_value(&oi);
    if (weight > 0.0)
        funding.value /= weight;
    s->funding = sum_value(&funding);
}

struct mean {
    double value, weight, plain, low, high;
    uint32_t n, missing;
};

static void mean_add(struct mean *m, double value, double weight)
{
    if (!(value > 0.0)) {
        m->missing++;
        return;
    }
    m->low = m->n == 0 || value < m->low ? value : m->low;
    m->high = m->n == 0 || value > m->high ? value : m->high;
    m->value += value * weight;
    m->weight += weight;
    m->plain += value;
    m->n++;
}

/* 0: nothing to take a mean of. Without any weight, all count the same. */
static double mean_of(const struct mean *m)
{
    if (m->n == 0)
        return 0.0;
    return m->weight > 0.0 ? m->value / m->weight : m->plain / m->n;
}

static struct metric_value partly(double value, bool is_whole)
{
    struct metric_value v = metric_ok(value);
    v.state = is_whole ? METRIC_OK : METRIC_DEGRADED;
    return v;
}

static void add_prices(const struct member *all, uint32_t n, struct asset_sum *s)
{
    struct mean perps = {0}, spots = {0};
    for (uint32_t i = 0; i < n; i++) {
        uint8_t kind = all[i].market->view.inst.kind;
        if (kind == INSTRUMENT_PERPETUAL)
            mean_add(&perps, all[i].mid, all[i].oi_usd);
        else if (kind == INSTRUMENT_SPOT)
            mean_add(&spots, all[i].mid, all[i].depth);
    }
    double perp = mean_of(&perps), spot = mean_of(&spots);
    s->basis = s->dispersion = metric_none(METRIC_NO_DATA);
    if (perp > 0.0 && spot > 0.0)
        s->basis = partly((perp / spot - 1.0) * 1e4, perps.missing + spots.missing == 0);
    if (perps.n > 1)
        s->dispersion = partly((perps.high / perps.low - 1.0) * 1e4, perps.missing == 0);
}

static void add_books(const struct member *all, uint32_t n, struct asset_sum *s)
{
    struct sum bid_10 = {0}, ask_10 = {0}, bid_50 = {0}, ask_50 = {0}, day = {0}, minute = {0};
    uint32_t is_true = 0;
    for (uint32_t i = 0; i < n; i++) {
        const struct asset_part *p = &all[i].part;
        is_true += all[i].mid > 0.0;
        sum_add(&bid_10, &p->bid_10);
        sum_add(&ask_10, &p->ask_10);
        sum_add(&bid_50, &p->bid_50);
        sum_add(&ask_50, &p->ask_50);
        sum_add(&day, &p->cvd_day);
        sum_add(&minute, &p->cvd_60);
    }
    s->markets = partly((double)is_true, is_true == n);
    s->of = (struct asset_part){.bid_10 = sum_value(&bid_10),
                                .ask_10 = sum_value(&ask_10),
                                .bid_50 = sum_value(&bid_50),
                                .ask_50 = sum_value(&ask_50),
                                .cvd_day = sum_value(&day),
                                .cvd_60 = sum_value(&minute)};
}

/* --- who leads ------------------------------------------------------------------------------------------------------ */

static bool is_comparable(const struct market *m)
{
    return m->view.book_state == BOOK_TRUE && m->view.has_touch;
}

static struct asset_clocks clocks_of(const struct market *own, const struct market *other,
                                     const struct feed_view *feeds)
{
    struct asset_clocks c = {.error_ms = own->feed == other->feed ? 0.0 : -1.0};
    if (own->feed == other->feed || own->feed >= VENUE_MAX || other->feed >= VENUE_MAX)
        return c;
    const struct feed_row *a = &feeds[own->feed].row, *b = &feeds[other->feed].row;
    if (a->has_clock && b->has_clock) {
        c.own_ns = a->clock_ns;
        c.other_ns = b->clock_ns;
        c.error_ms = (double)(a->clock_error_ns + b->clock_error_ns) / 1e6;
    }
    return c;
}

/* Each against the asset's first, the first against its second: pairs that a trader chose by the order of the instruments. */
static void compare(const struct member *all, uint32_t n, const struct feed_view *feeds, bool is_due)
{
    for (uint32_t i = 0; i < n; i++) {
        const struct market *own = all[i].market;
        const struct market *other = n > 1 ? all[i == 0 ? 1 : 0].market : NULL;
        if (!other || !is_comparable(own) || !is_comparable(other)) {
            asset_part_ways(own->measures);
        } else if (is_due) {
            struct asset_clocks clocks = clocks_of(own, other, feeds);
            asset_compare(own->measures, other->measures, &clocks);
        }
    }
}

/* --- one asset ------------------------------------------------------------------------------------------------------ */

void asset_tick(struct market *const *markets, uint32_t n, const struct feed_view *feeds, int64_t tick_ns)
{
    static const struct asset_sum nothing;
    struct member all[INSTRUMENT_MAX];
    struct asset_sum s = {0};
    uint32_t members = 0;

    for (uint32_t i = 0; i < n; i++) {
        if (takes_part(markets[i])) {
            all[members++] = look_at(markets[i]);
        } else {
            asset_take(markets[i]->measures, &nothing);
            asset_part_ways(markets[i]->measures);
        }
    }
    if (members == 0)
        return;
    add_books(all, members, &s);
    add_liqs(all, members, &s);
    add_contracts(all, members, &s);
    add_prices(all, members, &s);
    for (uint32_t i = 0; i < members; i++)
        asset_take(all[i].market->measures, &s);
    compare(all, members, feeds, tick_ns % COMPARE_EVERY_NS == 0);
}

void asset_detail(struct market *const *markets, uint32_t n, uint32_t market, struct asset_detail *ret_detail)
{
    *ret_detail = (struct asset_detail){.n = 0};
    if (market >= n || !takes_part(markets[market]))
        return;
    for (uint32_t i = 0; i < n && ret_detail->n < ASSET_DETAIL_MAX; i++) {
        if (!takes_part(markets[i]) || !is_same_asset(markets[i], markets[market]))
            continue;
        struct member x = look_at(markets[i]);
        struct asset_detail_part *p = &ret_detail->parts[ret_detail->n++];
        text_copy(p->name, sizeof p->name, markets[i]->name);
        p->kind = markets[i]->view.inst.kind;
        p->is_true = x.mid > 0.0;
        p->mid = x.mid;
        p->bid_10 = x.part.bid_10;
        p->ask_10 = x.part.ask_10;
        p->cvd_day = x.part.cvd_day;
        p->cvd_60 = x.part.cvd_60;
        p->oi_usd = x.oi_usd;
    }
}
