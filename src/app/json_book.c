#include "json_detail.h"

#include <alphaplus/analytics/wall.h>
#include <alphaplus/base/fixed.h>
#include <alphaplus/base/text.h>

static void set(json_t *object, const char *key, json_t *value)
{
    json_object_set_new(object, key, value);
}

static json_t *scaled(int64_t value, int decimals)
{
    char text[FIXED_TEXT_MAX];
    fixed_format(text, value, decimals);
    return json_string(text);
}

static json_t *time_of(int64_t ns)
{
    char text[48];
    text_time(text, sizeof text, ns, 9, true);
    return json_string(text);
}

static json_t *book_side(uint8_t side)
{
    return json_string(side == SIDE_BID ? "bid" : "ask");
}

json_t *json_costs(const struct detail *d)
{
    json_t *list = json_array();
    for (uint32_t i = 0; i < d->cost_n; i++) {
        const struct cost_view *c = &d->costs[i];
        json_t *o = json_object();
        set(o, "side", json_string(c->is_sell ? "sell" : "buy"));
        set(o, "usd", json_real(c->usd));
        set(o, "filled_usd", json_real(c->filled_usd));
        set(o, "vwap", c->filled_usd > 0.0 ? json_real(c->vwap) : json_null());
        set(o, "worst", c->filled_usd > 0.0 ? json_real(c->worst) : json_null());
        set(o, "bps", json_real(c->bps));
        set(o, "bound", json_boolean(c->is_bound));
        json_array_append_new(list, o);
    }
    return list;
}

json_t *json_order_clusters(const struct instrument *in, const struct detail *d)
{
    json_t *list = json_array();
    for (uint32_t i = 0; i < d->order_cluster_n; i++) {
        const struct order_cluster_view *c = &d->order_clusters[i];
        json_t *o = json_object();
        set(o, "side", book_side(c->side));
        set(o, "low", scaled(c->lo, in->price_decimals));
        set(o, "high", scaled(c->hi, in->price_decimals));
        set(o, "qty", scaled(c->qty, in->qty_decimals));
        set(o, "vwap", json_real(c->vwap));
        set(o, "share", json_real(c->share));
        set(o, "levels", json_integer(c->levels));
        json_array_append_new(list, o);
    }
    return list;
}

static json_t *json_evidence(uint8_t evidence)
{
    static const struct {
        unsigned bit;
        const char *name;
    } names[] = {{SPOOF_SHORT, "short"},
                 {SPOOF_UNTRADED, "untraded"},
                 {SPOOF_SHIFT, "moved the imbalance"},
                 {SPOOF_TOUCHED, "gone when approached"},
                 {SPOOF_REPEATED, "repeated"}};
    json_t *list = json_array();
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (evidence & names[i].bit)
            json_array_append_new(list, json_string(names[i].name));
    }
    return list;
}

json_t *json_episodes(const struct instrument *in, const struct detail *d)
{
    json_t *list = json_array();
    for (uint32_t i = 0; i < d->episode_n; i++) {
        const struct episode_view *e = &d->episodes[i];
        json_t *o = json_object();
        set(o, "side", book_side(e->side));
        set(o, "px", scaled(e->px, in->price_decimals));
        set(o, "qty", scaled(e->qty, in->qty_decimals));
        set(o, "born", time_of(e->born_ns));
        set(o, "gone", time_of(e->gone_ns));
        set(o, "score", json_real(e->score));
        set(o, "evidence", json_evidence(e->evidence));
        json_array_append_new(list, o);
    }
    return list;
}

json_t *json_refills(const struct instrument *in, const struct detail *d)
{
    json_t *list = json_array();
    for (uint32_t i = 0; i < d->refill_n; i++) {
        const struct refill_view *r = &d->refills[i];
        json_t *o = json_object();
        set(o, "side", book_side(r->side));
        set(o, "px", scaled(r->px, in->price_decimals));
        set(o, "last", time_of(r->last_ns));
        set(o, "refills", json_integer(r->count));
        set(o, "peak", scaled(r->peak, in->qty_decimals));
        set(o, "hidden", json_real(r->hidden / (double)fixed_pow10(in->qty_decimals)));
        json_array_append_new(list, o);
    }
    return list;
}
