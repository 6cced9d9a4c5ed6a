#include "json_detail.h"

static void set(json_t *object, const char *key, json_t *value)
{
    json_object_set_new(object, key, value);
}

static json_t *numbers(const double *x, size_t n)
{
    json_t *list = json_array();
    for (size_t i = 0; i < n; i++)
        json_array_append_new(list, json_real(x[i]));
    return list;
}

static json_t *known(double x)
{
    return x > 0.0 ? json_real(x) : json_null();
}

static json_t *json_recovery(uint32_t n, uint32_t open)
{
    json_t *o = json_object();
    set(o, "watched", json_integer(n));
    set(o, "unfinished", json_integer(open));
    return o;
}

json_t *json_flow(const struct flow_view *f)
{
    static const int steps[FLOW_STEPS] = FLOW_STEPS_LIST;
    json_t *o = json_object(), *response = json_array();
    set(o, "level_ofi_10s", f->level_n ? numbers(f->level_ofi, f->level_n) : json_null());
    set(o, "level_weight", f->level_n ? numbers(f->level_weight, f->level_n) : json_null());
    set(o, "vpin_bucket", known(f->vpin_bucket));
    set(o, "vpin_buckets", json_integer((json_int_t)f->vpin_closed));
    set(o, "vpin_fast_bucket", known(f->vpin_fast_bucket));
    set(o, "vpin_fast_buckets", json_integer((json_int_t)f->vpin_fast_closed));
    for (int i = 0; i < FLOW_STEPS && f->hasbrouck_n > 0; i++) {
        json_t *row = json_array();
        json_array_append_new(row, json_integer(steps[i]));
        json_array_append_new(row, json_real(f->hasbrouck_bps[i]));
        json_array_append_new(response, row);
    }
    set(o, "hasbrouck_orders", json_integer(f->hasbrouck_n));
    set(o, "hasbrouck_response_bps", response);
    set(o, "large_usd", known(f->large_usd));
    set(o, "recoveries_depth", json_recovery(f->depth_n, f->depth_open));
    set(o, "recoveries_spread", json_recovery(f->spread_n, f->spread_open));
    return o;
}
