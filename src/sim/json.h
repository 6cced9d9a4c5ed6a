/* Walks JSON text in place: whole values are skipped or handed out as spans, nothing is allocated. For the
 * few messages that clients send and for the envelopes of captured frames. */
#ifndef SIM_JSON_H
#define SIM_JSON_H

#include <alphaplus/base/err.h>
#include <stdbool.h>
#include <stddef.h>

#define JSON_DEPTH_MAX 32

enum json_type { JSON_NULL, JSON_TRUE, JSON_FALSE, JSON_NUMBER, JSON_STRING, JSON_ARRAY, JSON_OBJECT };

/* text..n: the value's bytes; of a string what is between its quotes, escapes as they are. */
struct json_span {
    enum json_type type;
    const char *text; /* borrowed from the text that is walked */
    size_t n;
};
struct json_walk {
    const char *at, *end;
    bool is_first;
};

/* The one value that the text is, with space around it; else AP_ESYNTAX. */
AP_MUST_CHECK int json_read(const char *text, size_t n, struct json_span *ret_value);
/* Begins to walk an object's or array's members; AP_ETYPE when it is another thing. */
AP_MUST_CHECK int json_enter(const struct json_span *value, enum json_type type, struct json_walk *ret_walk);
/* 1: a member; 0: no more. A span that json_read gave is well-formed, so these cannot fail on it. */
AP_MUST_CHECK int json_member(struct json_walk *w, struct json_span *ret_key, struct json_span *ret_value);
AP_MUST_CHECK int json_item(struct json_walk *w, struct json_span *ret_value);
bool json_is(const struct json_span *s, const char *text);
/* The first member of that name; false: there is none, or it is no object. */
bool json_get(const struct json_span *object, const char *key, struct json_span *ret_value);

#endif
