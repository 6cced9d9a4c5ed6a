#include "json_detail.h"

#include <alphaplus/base/fixed.h>
#include <alphaplus/base/text.h>
#include <alphaplus/model/event.h>

#define LARGE_SHOWN      10
#define FOOTPRINTS_SHOWN 3

/* As in json.c: what cannot be made makes the dump fail later. */
static void set(json_t *object, const char *key, json_t *value)
{
    json_object_set_new(object, key, value);
}

static json_t *px_text(const struct instrument *in, int64_t px)
{
    char text[FIXED_TEXT_MAX];
    fixed_format(text, px, in->price_decimals);
    return json_string(text);
}

static json_t *time_of(int64_t ns)
{
    char text[48];
    text_time(text, sizeof text, ns, 9, true);
    return json_string(text);
}

static json_t *side_name(uint8_t side)
{
    return json_string(side == POSITION_LONG ? "long" : "short");
}

static json_t *json_large(const struct instrument *in, const struct detail *d)
{
    json_t *list = json_array();
    for (uint32_t i = 0; i < d->large_n && i < LARGE_SHOWN; i++) {
        const struct large_trade *t = &d->large[i];
        json_t *o = json_object();
        set(o, "time", time_of(t->time_ns));
        set(o, "side", json_string(t->side == AGGRESSOR_BUY ? "buy" : "sell"));
        set(o, "px", px_text(in, t->px));
        set(o, "usd", json_real(t->usd));
        set(o, "prints", json_integer(t->prints));
        set(o, "rank", json_real(t->rank));
        set(o, "ref", json_boolean(t->is_ref));
        json_array_append_new(list, o);
    }
    return list;
}

/* [price, bought, sold] where anything was traded. */
static json_t *json_volumes(const struct instrument *in, int64_t low, int64_t bucket, const double *buy,
                            const double *sell, uint32_t n)
{
    json_t *rows = json_array();
    for (uint32_t i = 0; i < n; i++) {
        if (!(buy[i] + sell[i] > 0.0))
            continue;
        json_t *row = json_array();
        json_array_append_new(row, px_text(in, low + (int64_t)i * bucket));
        json_array_append_new(row, json_real(buy[i]));
        json_array_append_new(row, json_real(sell[i]));
        json_array_append_new(rows, row);
    }
    return rows;
}

static json_t *json_profile(const struct instrument *in, const struct profile_view *p)
{
    if (p->n == 0)
        return json_null();
    json_t *o = json_object();
    set(o, "since", time_of(p->begun_ns));
    set(o, "row", px_text(in, p->bucket));
    set(o, "poc", px_text(in, p->low + (int64_t)p->poc * p->bucket));
    set(o, "value_low", px_text(in, p->low + (int64_t)p->value_low * p->bucket));
    set(o, "value_high", px_text(in, p->low + ((int64_t)p->value_high + 1) * p->bucket - in->tick));
    set(o, "rows", json_volumes(in, p->low, p->bucket, p->buy, p->sell, p->n));
    return o;
}

static json_t *json_footprints(const struct instrument *in, const struct detail *d)
{
    json_t *list = json_array();
    for (uint32_t i = 0; i < d->footprint_n && i < FOOTPRINTS_SHOWN; i++) {
        const struct footprint_view *f = &d->footprints[i];
        json_t *o = json_object();
        set(o, "start", time_of(f->start_ns));
        set(o, "row", px_text(in, f->bucket));
        set(o, "rows", json_volumes(in, f->low, f->bucket, f->buy, f->sell, f->n));
        json_array_append_new(list, o);
    }
    return list;
}

static json_t *json_bar(const struct instrument *in, const struct bar *b)
{
    bool has_trades = b->trades > 0, has_mid = b->true_ns > 0;
    json_t *o = json_object();
    set(o, "start", time_of(b->start_ns));
    set(o, "partial", json_boolean(b->is_partial));
    set(o, "open", has_trades ? px_text(in, b->open) : json_null());
    set(o, "high", has_trades ? px_text(in, b->high) : json_null());
    set(o, "low", has_trades ? px_text(in, b->low) : json_null());
    set(o, "close", has_trades ? px_text(in, b->close) : json_null());
    set(o, "vwap", has_trades ? json_real(b->vwap) : json_null());
    set(o, "trades", json_integer(b->trades));
    set(o, "buys", json_integer(b->buys));
    set(o, "buy_usd", json_real(b->buy_usd));
    set(o, "sell_usd", json_real(b->sell_usd));
    set(o, "buy_qty", json_real(b->buy_qty));
    set(o, "sell_qty", json_real(b->sell_qty));
    set(o, "book_true_s", json_real((double)b->true_ns / 1e9));
    set(o, "mid_close", has_mid ? json_real(instrument_price(in, b->mid2_close) / 2.0) : json_null());
    set(o, "spread_bps", has_mid ? json_real(b->spread_bps) : json_null());
    set(o, "bid_10bps_usd", has_mid ? json_real(b->bid_usd) : json_null());
    set(o, "ask_10bps_usd", has_mid ? json_real(b->ask_usd) : json_null());
    set(o, "depth_is_bound", json_boolean(b->depth_is_bound));
    set(o, "long_liquidated_usd", json_real(b->long_usd));
    set(o, "short_liquidated_usd", json_real(b->short_usd));
    return o;
}

static json_t *json_bars(const struct instrument *in, const struct detail *d)
{
    json_t *list = json_array();
    for (uint32_t i = 0; i < d->bar_n; i++)
        json_array_append_new(list, json_bar(in, &d->bars[i]));
    return list;
}

static json_t *json_impacts(const struct instrument *in, const struct detail *d)
{
    json_t *list = json_array();
    for (uint32_t i = 0; i < d->impact_n && i < LARGE_SHOWN; i++) {
        const struct liq_impact *l = &d->impacts[i];
        json_t *o = json_object();
        set(o, "time", time_of(l->time_ns));
        set(o, "side", side_name(l->side));
        set(o, "px", px_text(in, l->px));
        set(o, "usd", json_real(l->usd));
        set(o, "distance_pct", l->has_distance ? json_real(l->distance_pct) : json_null());
        set(o, "move_bps", l->has_impact ? json_real(l->move_bps) : json_null());
        set(o, "eaten", l->has_impact ? json_real(l->eaten) : json_null());
        set(o, "impact", l->has_impact ? json_real(l->score) : json_null());
        json_array_append_new(list, o);
    }
    return list;
}

static json_t *json_clusters(const struct instrument *in, const struct detail *d)
{
    json_t *list = json_array();
    for (uint32_t i = 0; i < d->cluster_n; i++) {
        const struct liq_cluster *c = &d->clusters[i];
        json_t *o = json_object();
        set(o, "start", time_of(c->start_ns));
        set(o, "end", time_of(c->end_ns));
        set(o, "low", px_text(in, c->px_low));
        set(o, "high", px_text(in, c->px_high));
        set(o, "usd", json_real(c->usd));
        set(o, "long_usd", json_real(c->long_usd));
        set(o, "count", json_integer(c->count));
        set(o, "ref", json_boolean(c->is_ref));
        json_array_append_new(list, o);
    }
    return list;
}

/* [low price, long, its error, short, its error] where there is any. */
static json_t *json_liq_map(const struct liq_map_view *m)
{
    if (m->n == 0)
        return json_null();
    json_t *o = json_object(), *rows = json_array();
    for (uint32_t i = 0; i < m->n; i++) {
        const double figures[] = {m->low + i * m->width, m->long_usd[i], m->long_se[i], m->short_usd[i],
                                  m->short_se[i]};
        if (!(m->long_usd[i] + m->short_usd[i] > 0.0))
            continue;
        json_t *row = json_array();
        for (size_t k = 0; k < sizeof figures / sizeof figures[0]; k++)
            json_array_append_new(row, json_real(figures[k]));
        json_array_append_new(rows, row);
    }
    set(o, "what", json_string("estimate: a model of positions that nobody publishes"));
    set(o, "proven", json_boolean(m->is_proven));
    set(o, "lift", m->has_lift ? json_real(m->lift) : json_null());
    set(o, "lift_se", m->has_lift ? json_real(m->lift_se) : json_null());
    set(o, "row", json_real(m->width));
    set(o, "rows", rows);
    return o;
}

json_t *json_detail(const struct instrument *in, const struct detail *d)
{
    json_t *o = json_object();
    set(o, "asset", json_asset(&d->asset));
    set(o, "lines", json_lines(d));
    set(o, "bars_1m", json_bars(in, d));
    set(o, "large_trades", json_large(in, d));
    set(o, "profile_day", json_profile(in, &d->profile_day));
    set(o, "profile_session", json_profile(in, &d->profile_session));
    set(o, "footprint_1m", json_footprints(in, d));
    set(o, "liquidations", json_impacts(in, d));
    set(o, "liquidation_bursts", json_clusters(in, d));
    set(o, "estimated_levels", json_liq_map(&d->liq_map));
    set(o, "flow", json_flow(&d->flow));
    set(o, "market_orders", json_costs(d));
    set(o, "order_clusters", json_order_clusters(in, d));
    set(o, "spoof_like", json_episodes(in, d));
    set(o, "iceberg_like", json_refills(in, d));
    return o;
}
