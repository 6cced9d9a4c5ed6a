#include "sim/json.h"

#include <string.h>

static void skip_space(struct json_walk *w)
{
    while (w->at < w->end && (*w->at == ' ' || *w->at == '\t' || *w->at == '\n' || *w->at == '\r')) {
        w->at++;
    }
}

static bool eat(struct json_walk *w, char c)
{
    skip_space(w);
    if (w->at < w->end && *w->at == c) {
        w->at++;
        return true;
    }
    return false;
}

static int read_string(struct json_walk *w, struct json_span *ret)
{
    if (!eat(w, '"')) {
        return AP_ESYNTAX;
    }
    const char *from = w->at;
    while (w->at < w->end && *w->at != '"') {
        if ((unsigned char)*w->at < 0x20) {
            return AP_ESYNTAX;
        }
        w->at += *w->at == '\\' && w->end - w->at > 1 ? 2 : 1;
    }
    if (w->at >= w->end) {
        return AP_ESYNTAX;
    }
    *ret = (struct json_span){JSON_STRING, from, (size_t)(w->at - from)};
    w->at++;
    return 0;
}

static int read_word(struct json_walk *w, const char *word, enum json_type type, struct json_span *ret)
{
    size_t n = strlen(word);
    if ((size_t)(w->end - w->at) < n || memcmp(w->at, word, n) != 0) {
        return AP_ESYNTAX;
    }
    *ret = (struct json_span){type, w->at, n};
    w->at += n;
    return 0;
}

static size_t digits(struct json_walk *w)
{
    const char *from = w->at;
    while (w->at < w->end && *w->at >= '0' && *w->at <= '9') {
        w->at++;
    }
    return (size_t)(w->at - from);
}

static int read_number(struct json_walk *w, struct json_span *ret)
{
    const char *from = w->at;
    if (*w->at == '-') {
        w->at++;
    }
    if (digits(w) == 0) {
        return AP_ESYNTAX;
    }
    if (w->at < w->end && *w->at == '.') {
        w->at++;
        if (digits(w) == 0) {
            return AP_ESYNTAX;
        }
    }
    if (w->at < w->end && (*w->at == 'e' || *w->at == 'E')) {
        w->at++;
        if (w->at < w->end && (*w->at == '+' || *w->at == '-')) {
            w->at++;
        }
        if (digits(w) == 0) {
            return AP_ESYNTAX;
        }
    }
    *ret = (struct json_span){JSON_NUMBER, from, (size_t)(w->at - from)};
    return 0;
}

static int read_value(struct json_walk *w, int depth, struct json_span *ret);

static int read_nested(struct json_walk *w, int depth, enum json_type type, struct json_span *ret)
{
    const char *from = w->at++;
    char close = type == JSON_OBJECT ? '}' : ']';
    struct json_span part;
    if (depth == JSON_DEPTH_MAX) {
        return AP_ETOOBIG;
    }
    for (bool is_first = true; !eat(w, close); is_first = false) {
        if (!is_first && !eat(w, ',')) {
            return AP_ESYNTAX;
        }
        if (type == JSON_OBJECT && (read_string(w, &part) < 0 || !eat(w, ':'))) {
            return AP_ESYNTAX;
        }
        int err = read_value(w, depth + 1, &part);
        if (err < 0) {
            return err;
        }
    }
    *ret = (struct json_span){type, from, (size_t)(w->at - from)};
    return 0;
}

static int read_value(struct json_walk *w, int depth, struct json_span *ret)
{
    skip_space(w);
    if (w->at == w->end) {
        return AP_ESYNTAX;
    }
    switch (*w->at) {
    case '{': return read_nested(w, depth, JSON_OBJECT, ret);
    case '[': return read_nested(w, depth, JSON_ARRAY, ret);
    case '"': return read_string(w, ret);
    case 'n': return read_word(w, "null", JSON_NULL, ret);
    case 't': return read_word(w, "true", JSON_TRUE, ret);
    case 'f': return read_word(w, "false", JSON_FALSE, ret);
    default: return read_number(w, ret);
    }
}

int json_read(const char *text, size_t n, struct json_span *ret_value)
{
    struct json_walk w = {text, text + n, true};
    struct json_span value;
    int err = read_value(&w, 0, &value);
    if (err < 0) {
        return err;
    }
    skip_space(&w);
    if (w.at != w.end) {
        return AP_ESYNTAX;
    }
    *ret_value = value;
    return 0;
}

int json_enter(const struct json_span *value, enum json_type type, struct json_walk *ret_walk)
{
    if (value->type != type || value->n < 2) {
        return AP_ETYPE;
    }
    *ret_walk = (struct json_walk){value->text + 1, value->text + value->n - 1, true};
    return 0;
}

/* Steps to the next member: 1 when there is one. */
static int step(struct json_walk *w)
{
    skip_space(w);
    if (w->at == w->end) {
        return 0;
    }
    if (!w->is_first && !eat(w, ',')) {
        return AP_ESYNTAX;
    }
    w->is_first = false;
    return 1;
}

int json_item(struct json_walk *w, struct json_span *ret_value)
{
    int more = step(w);
    if (more <= 0) {
        return more;
    }
    int err = read_value(w, 0, ret_value);
    return err < 0 ? err : 1;
}

int json_member(struct json_walk *w, struct json_span *ret_key, struct json_span *ret_value)
{
    int more = step(w);
    if (more <= 0) {
        return more;
    }
    if (read_string(w, ret_key) < 0 || !eat(w, ':')) {
        return AP_ESYNTAX;
    }
    int err = read_value(w, 0, ret_value);
    return err < 0 ? err : 1;
}

bool json_is(const struct json_span *s, const char *text)
{
    return s->n == strlen(text) && memcmp(s->text, text, s->n) == 0;
}

bool json_get(const struct json_span *object, const char *key, struct json_span *ret_value)
{
    struct json_walk w;
    struct json_span name, value;
    if (json_enter(object, JSON_OBJECT, &w) < 0) {
        return false;
    }
    while (json_member(&w, &name, &value) > 0) {
        if (json_is(&name, key)) {
            *ret_value = value;
            return true;
        }
    }
    return false;
}
