#include "sim/control.h"

#include "sim/json.h"

#include <alphaplus/base/buf.h>
#include <stdio.h>
#include <string.h>

#define ID_MAX    64
#define SECOND_NS INT64_C(1000000000)

struct request {
    struct json_span method, params, id;
    bool has_method, has_params, has_id;
};

bool control_rate_allows(struct control_rate *r, int most, int64_t now_ns)
{
    if (most <= 0) {
        return true;
    }
    int64_t *slot = &r->at_ns[r->n % (uint64_t)most];
    bool is_full = r->n >= (uint64_t)most;
    int64_t oldest = *slot;
    *slot = now_ns;
    r->n++;
    return !is_full || now_ns - oldest >= SECOND_NS;
}

int control_subscribe_list(struct listener *l, const char *list, size_t n)
{
    const char *end = list + n;
    while (list < end) {
        const char *slash = memchr(list, '/', (size_t)(end - list));
        const char *stop = slash ? slash : end;
        if (stop > list) {
            int err = hub_subscribe(l, list, (size_t)(stop - list));
            if (err < 0 && err != AP_ETOOBIG && err != AP_EINVAL) {
                return err;
            }
        }
        list = slash ? slash + 1 : end;
    }
    return 0;
}

/* ,"id":7} - the client's own text back; null when there was none. */
static void put_id(struct buf *out, const struct request *r)
{
    bool is_plain = r->has_id && r->id.n <= ID_MAX && r->id.type != JSON_OBJECT && r->id.type != JSON_ARRAY;
    const char *quote = is_plain && r->id.type == JSON_STRING ? "\"" : "";
    buf_text(out, ",\"id\":");
    buf_text(out, quote);
    buf_append(out, is_plain ? r->id.text : "null", is_plain ? r->id.n : 4);
    buf_text(out, quote);
    buf_byte(out, '}');
}

static void answer(struct listener *l, const struct request *r, const char *body)
{
    struct buf out;
    buf_init(&out, CONTROL_BYTES_MAX);
    buf_printf(&out, "{%s", body);
    put_id(&out, r);
    if (out.failed == 0) {
        hub_send(l, out.data, out.len, "", 0, "", 0);
    }
    buf_finish(&out);
}

static int subscribe(struct listener *l, const struct request *r)
{
    struct json_walk w;
    struct json_span name;
    int err = json_enter(&r->params, JSON_ARRAY, &w);
    while (err >= 0 && (err = json_item(&w, &name)) > 0) {
        if (name.type != JSON_STRING) {
            answer(l, r, "\"code\":2,\"msg\":\"Invalid request: stream names are strings\"");
            return 0;
        }
        int made = hub_subscribe(l, name.text, name.n);
        if (made < 0 && made != AP_ETOOBIG && made != AP_EINVAL) {
            return made;
        }
    }
    answer(l, r, "\"result\":null");
    return 0;
}

static int unsubscribe(struct listener *l, const struct request *r)
{
    struct json_walk w;
    struct json_span name;
    int err = json_enter(&r->params, JSON_ARRAY, &w);
    while (err >= 0 && (err = json_item(&w, &name)) > 0) {
        if (name.type == JSON_STRING) {
            hub_unsubscribe(l, name.text, name.n);
        }
    }
    answer(l, r, "\"result\":null");
    return 0;
}

static int list_subscriptions(struct listener *l, const struct request *r)
{
    struct buf out;
    buf_init(&out, HUB_STREAMS_MAX * (STREAM_NAME_MAX + 4));
    buf_text(&out, "{\"result\":[");
    for (size_t i = 0; i < l->sub_n; i++) {
        buf_printf(&out, "%s\"%s\"", i > 0 ? "," : "", l->subs[i].name);
    }
    buf_byte(&out, ']');
    put_id(&out, r);
    if (out.failed == 0) {
        hub_send(l, out.data, out.len, "", 0, "", 0);
    }
    buf_finish(&out);
    return 0;
}

static int set_property(struct listener *l, const struct request *r)
{
    struct json_walk w;
    struct json_span name, value;
    if (json_enter(&r->params, JSON_ARRAY, &w) < 0 || json_item(&w, &name) <= 0 ||
        json_item(&w, &value) <= 0 || !json_is(&name, "combined") ||
        (value.type != JSON_TRUE && value.type != JSON_FALSE)) {
        answer(l, r, "\"code\":0,\"msg\":\"Unknown property\"");
        return 0;
    }
    l->is_combined = value.type == JSON_TRUE;
    answer(l, r, "\"result\":null");
    return 0;
}

static int get_property(struct listener *l, const struct request *r)
{
    struct json_walk w;
    struct json_span name;
    if (json_enter(&r->params, JSON_ARRAY, &w) < 0 || json_item(&w, &name) <= 0 ||
        !json_is(&name, "combined")) {
        answer(l, r, "\"code\":0,\"msg\":\"Unknown property\"");
    } else {
        answer(l, r, l->is_combined ? "\"result\":true" : "\"result\":false");
    }
    return 0;
}

static const struct {
    const char *name;
    int (*handle)(struct listener *l, const struct request *r);
    bool wants_params;
} methods[] = {
    {"SUBSCRIBE", subscribe, true},
    {"UNSUBSCRIBE", unsubscribe, true},
    {"LIST_SUBSCRIPTIONS", list_subscriptions, false},
    {"SET_PROPERTY", set_property, true},
    {"GET_PROPERTY", get_property, true},
};

static int read_request(const char *text, size_t n, struct request *ret)
{
    struct json_span all, key, value;
    struct json_walk w;
    struct request r = {0};
    int err = json_read(text, n, &all);
    if (err < 0 || (err = json_enter(&all, JSON_OBJECT, &w)) < 0) {
        return err;
    }
    while ((err = json_member(&w, &key, &value)) > 0) {
        if (json_is(&key, "method") && value.type == JSON_STRING) {
            r.method = value;
            r.has_method = true;
        } else if (json_is(&key, "params") && value.type == JSON_ARRAY) {
            r.params = value;
            r.has_params = true;
        } else if (json_is(&key, "id")) {
            r.id = value;
            r.has_id = true;
        }
    }
    if (err == 0) {
        *ret = r;
    }
    return err;
}

int control_handle(struct listener *l, const char *text, size_t n)
{
    struct request r = {0};
    if (read_request(text, n, &r) < 0) {
        answer(l, &r, "\"code\":3,\"msg\":\"Invalid JSON\"");
        return 0;
    }
    for (size_t i = 0; r.has_method && i < sizeof methods / sizeof methods[0]; i++) {
        if (json_is(&r.method, methods[i].name)) {
            if (methods[i].wants_params && !r.has_params) {
                answer(l, &r, "\"code\":2,\"msg\":\"Invalid request: missing field `params`\"");
                return 0;
            }
            return methods[i].handle(l, &r);
        }
    }
    answer(l, &r, "\"code\":2,\"msg\":\"Invalid request: unknown variant\"");
    return 0;
}
