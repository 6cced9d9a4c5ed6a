/* Reads JSON where it lies: no copy, no allocation, nothing read past the end. What is accepted is RFC 8259 and no more, less a
 * few ceilings that no venue comes near:
 *   - valid UTF-8, no \u0000 and no lone surrogate; nothing but white space behind the one value;
 *   - no object names a key twice (compared after unescaping), holds more than SCAN_KEYS_MAX keys or one over SCAN_KEY_MAX bytes;
 *   - containers nest SCAN_DEPTH_MAX deep; a number has at most SCAN_NUMBER_MAX bytes, an integer fits int64, a real a double.
 * AP_ESYNTAX, or AP_ETOOBIG for a ceiling. */
#ifndef AP_VENUE_SCAN_H
#define AP_VENUE_SCAN_H

#include <alphaplus/base/err.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SCAN_DEPTH_MAX = 32, SCAN_KEYS_MAX = 64, SCAN_KEY_MAX = 256, SCAN_NUMBER_MAX = 64 };

enum scan_type {
    SCAN_NULL = 1,
    SCAN_TRUE,
    SCAN_FALSE,
    SCAN_INT,
    SCAN_REAL,
    SCAN_STRING,
    SCAN_ARRAY,
    SCAN_OBJECT,
};

struct scan {
    const char *at;  /* borrowed; the next byte to read */
    const char *end; /* borrowed */
    bool is_checked; /* these bytes were found right before: containers are stepped over, not looked into */
};

struct scan_value {
    const char *text; /* borrowed; of a string: what is inside the quotes, escapes as they are */
    uint32_t n;
    uint8_t type; /* enum scan_type */
    uint8_t is_escaped;
    int64_t number; /* of SCAN_INT */
};

/* The keys of one object, to find a second one of a name. */
struct scan_keys {
    uint64_t hash[SCAN_KEYS_MAX];
    uint32_t n;
};

/* Over the text of a value; of one that was not there, over nothing. */
static inline struct scan scan_over(const struct scan_value *v)
{
    return (struct scan){v->text, v->text != NULL ? v->text + v->n : NULL, true};
}

static inline void scan_space(struct scan *s)
{
    while (s->at < s->end && (*s->at == ' ' || *s->at == '\n' || *s->at == '\t' || *s->at == '\r')) {
        s->at++;
    }
}

/* Takes the byte c if it is next, white space before it or not. */
static inline bool scan_take(struct scan *s, char c)
{
    scan_space(s);
    if (s->at == s->end || *s->at != c) {
        return false;
    }
    s->at++;
    return true;
}

/* The next value, checked to its end. depth: of the containers around it. */
AP_MUST_CHECK int scan_value(struct scan *s, int depth, struct scan_value *ret_value);
/* The next string, white space before it or not. */
AP_MUST_CHECK int scan_string(struct scan *s, struct scan_value *ret_value);
/* A key and its colon, unescaped into buf when it needs that; ret_text[0..ret_n) is the key. Not held against others. */
AP_MUST_CHECK int scan_key(struct scan *s, char buf[SCAN_KEY_MAX], const char **ret_text, size_t *ret_n);
/* AP_ESYNTAX when the object has this key already. */
AP_MUST_CHECK int scan_keys_add(struct scan_keys *keys, const char *text, size_t n);
/* Is there nothing but white space left? */
bool scan_at_end(struct scan *s);

/* The text of a string value; `buf` holds it when it needs unescaping. AP_ETYPE when it is none, AP_ETOOBIG beyond size. */
AP_MUST_CHECK int scan_text(const struct scan_value *v, char *buf, size_t size, const char **ret_text,
                            size_t *ret_n);
/* AP_ETYPE when it is not an integer. */
static inline int scan_int(const struct scan_value *v, int64_t *ret_value)
{
    if (v->type != SCAN_INT) {
        return AP_ETYPE;
    }
    *ret_value = v->number;
    return 0;
}

#endif
