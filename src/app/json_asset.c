#include "json_detail.h"

#include <alphaplus/model/metric.h>

/* As in json.c: what cannot be made makes the dump fail later. */
static void set(json_t *object, const char *key, json_t *value)
{
    json_object_set_new(object, key, value);
}

static json_t *figure(const struct metric_value *v)
{
    bool is_shown = v->state == METRIC_OK || v->state == METRIC_DEGRADED;
    return is_shown ? json_real(v->value) : json_null();
}

json_t *json_asset(const struct asset_detail *a)
{
    static const char *const kinds[] = {
        [INSTRUMENT_PERPETUAL] = "perpetual", [INSTRUMENT_FUTURE] = "future", [INSTRUMENT_SPOT] = "spot"};
    json_t *list = json_array();
    for (uint32_t i = 0; i < a->n; i++) {
        const struct asset_detail_part *p = &a->parts[i];
        json_t *o = json_object();
        set(o, "name", json_string(p->name));
        set(o, "kind",
            p->kind >= INSTRUMENT_PERPETUAL && p->kind <= INSTRUMENT_SPOT ? json_string(kinds[p->kind])
                                                                          : json_null());
        set(o, "is_true", json_boolean(p->is_true));
        set(o, "mid", p->mid > 0.0 ? json_real(p->mid) : json_null());
        set(o, "bid_10bp_usd", figure(&p->bid_10));
        set(o, "ask_10bp_usd", figure(&p->ask_10));
        set(o, "cvd_day_usd", figure(&p->cvd_day));
        set(o, "cvd_60s_usd", figure(&p->cvd_60));
        set(o, "open_interest_usd", p->oi_usd > 0.0 ? json_real(p->oi_usd) : json_null());
        json_array_append_new(list, o);
    }
    return list;
}

json_t *json_lines(const struct detail *d)
{
    static const char *const names[PRICE_LINES] = {
#define X(name, text, letter) text,
        PRICE_LINE_LIST(X)
#undef X
    };
    json_t *list = json_array();
    for (uint32_t i = 0; i < d->line_n; i++) {
        const struct price_line *line = &d->lines[i];
        json_t *o = json_object();
        set(o, "what", json_string(names[line->kind]));
        set(o, "price", json_real(line->price));
        set(o, "seen_in_part", json_boolean(line->is_bound));
        json_array_append_new(list, o);
    }
    return list;
}
