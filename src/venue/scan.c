#include "scan.h"

#include "decimal.h"
#include <alphaplus/base/hash.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define EACH_BYTE(c) (UINT64_C(0x0101010101010101) * (c))

static inline bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* --- strings ------------------------------------------------------------------------------------------------------- */

/* Length of the multi-byte character at p, 0 when it is not valid UTF-8. */
static size_t utf8_length(const char *p, const char *end)
{
    static const struct {
        uint8_t first, last, lowest, highest, n; /* range of the first byte; of the second; bytes */
    } forms[] = {
        {0xc2, 0xdf, 0x80, 0xbf, 2}, {0xe0, 0xe0, 0xa0, 0xbf, 3}, {0xe1, 0xec, 0x80, 0xbf, 3},
        {0xed, 0xed, 0x80, 0x9f, 3}, {0xee, 0xef, 0x80, 0xbf, 3}, {0xf0, 0xf0, 0x90, 0xbf, 4},
        {0xf1, 0xf3, 0x80, 0xbf, 4}, {0xf4, 0xf4, 0x80, 0x8f, 4},
    };
    const uint8_t *u = (const uint8_t *)p;
    size_t avail = (size_t)(end - p);
    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
        if (u[0] < forms[i].first || u[0] > forms[i].last) {
            continue;
        }
        if (avail < forms[i].n || u[1] < forms[i].lowest || u[1] > forms[i].highest) {
            return 0;
        }
        for (size_t k = 2; k < forms[i].n; k++) {
            if ((u[k] & 0xc0) != 0x80) {
                return 0;
            }
        }
        return forms[i].n;
    }
    return 0;
}

static int hex4(const char *p, const char *end)
{
    int value = 0;
    if (end - p < 4) {
        return -1;
    }
    for (int i = 0; i < 4; i++) {
        char c = p[i];
        int digit = is_digit(c)            ? c - '0'
                    : c >= 'a' && c <= 'f' ? c - 'a' + 10
                    : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                           : -1;
        if (digit < 0) {
            return -1;
        }
        value = value * 16 + digit;
    }
    return value;
}

/* The escape at p, which is a backslash: bytes it takes (0: bad) and the character it means. */
static size_t escape_length(const char *p, const char *end, uint32_t *ret_char)
{
    static const char plain[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
    if (end - p < 2) {
        return 0;
    }
    if (p[1] != 'u') {
        const char *found = p[1] != '\0' ? strchr(plain, p[1]) : NULL;
        *ret_char = found != NULL ? (uint32_t)meant[found - plain] : 0;
        return found != NULL ? 2 : 0;
    }
    int high = hex4(p + 2, end);
    if (high <= 0 || (high >= 0xdc00 && high <= 0xdfff)) {
        return 0;
    }
    *ret_char = (uint32_t)high;
    if (high < 0xd800 || high > 0xdbff) {
        return 6;
    }
    if (end - p < 12 || p[6] != '\\' || p[7] != 'u') {
        return 0;
    }
    int low = hex4(p + 8, end);
    *ret_char = 0x10000u + (((uint32_t)high - 0xd800u) << 10) + ((uint32_t)low - 0xdc00u);
    return low >= 0xdc00 && low <= 0xdfff ? 12 : 0;
}

/* Bytes from p that need no look: neither quote nor backslash, control or beyond ASCII. */
static const char *skip_plain(const char *p, const char *end)
{
    while (end - p >= 8) {
        uint64_t w, quote, slash;
        memcpy(&w, p, 8);
        quote = w ^ EACH_BYTE('"');
        slash = w ^ EACH_BYTE('\\');
        /* In each term the lowest marked byte is right; a false mark can only lie above a true one. */
        uint64_t marks = ((quote - EACH_BYTE(1)) & ~quote) | ((slash - EACH_BYTE(1)) & ~slash) |
                         ((w - EACH_BYTE(0x20)) & ~w) | w;
        marks &= EACH_BYTE(0x80);
        if (marks != 0) {
            return p + (__builtin_ctzll(marks) >> 3);
        }
        p += 8;
    }
    while (p < end && (uint8_t)*p >= 0x20 && (uint8_t)*p < 0x80 && *p != '"' && *p != '\\') {
        p++;
    }
    return p;
}

/* s->at is behind the opening quote. */
static int string_rest(struct scan *s, struct scan_value *v)
{
    const char *p = s->at;
    v->text = p;
    v->type = SCAN_STRING;
    v->is_escaped = 0;
    for (;;) {
        uint32_t unused;
        size_t n;
        p = skip_plain(p, s->end);
        if (p == s->end || (uint8_t)*p < 0x20) {
            return AP_ESYNTAX;
        }
        if (*p == '"') {
            break;
        }
        if (*p == '\\') {
            n = escape_length(p, s->end, &unused);
            v->is_escaped = 1;
        } else {
            n = utf8_length(p, s->end);
        }
        if (n == 0) {
            return AP_ESYNTAX;
        }
        p += n;
    }
    v->n = (uint32_t)(p - v->text);
    s->at = p + 1;
    return 0;
}

int scan_string(struct scan *s, struct scan_value *ret_value)
{
    return scan_take(s, '"') ? string_rest(s, ret_value) : AP_ESYNTAX;
}

static size_t utf8_put(char out[4], uint32_t c)
{
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    size_t n = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    for (size_t i = n - 1; i > 0; i--) {
        out[i] = (char)(0x80 | (c & 0x3f));
        c >>= 6;
    }
    out[0] = (char)((0xf00 >> n) | c);
    return n;
}

/* The escapes were checked when the string was scanned. */
static int unescape(const struct scan_value *v, char *buf, size_t size, size_t *ret_n)
{
    const char *p = v->text, *end = v->text + v->n;
    size_t used = 0;
    while (p < end) {
        char bytes[4] = {*p};
        size_t n = 1, taken = 1;
        if (*p == '\\') {
            uint32_t c = 0;
            taken = escape_length(p, end, &c);
            n = utf8_put(bytes, c);
        }
        if (taken == 0 || n > size - used) {
            return AP_ETOOBIG;
        }
        memcpy(buf + used, bytes, n);
        used += n;
        p += taken;
    }
    *ret_n = used;
    return 0;
}

int scan_text(const struct scan_value *v, char *buf, size_t size, const char **ret_text, size_t *ret_n)
{
    size_t n = v->n;
    if (v->type != SCAN_STRING) {
        return AP_ETYPE;
    }
    if (v->is_escaped) {
        int err = unescape(v, buf, size, &n);
        if (err < 0) {
            return err;
        }
    } else if (n > size) {
        return AP_ETOOBIG;
    }
    *ret_text = v->is_escaped ? buf : v->text;
    *ret_n = n;
    return 0;
}

/* --- numbers ------------------------------------------------------------------------------------------------------- */

static const char *skip_digits(const char *p, const char *end)
{
    while (p < end && is_digit(*p)) {
        p++;
    }
    return p;
}

enum { SAFE_DIGITS = 18 }; /* fit an int64, whatever they are */

/* The digits of an integer token, with or without '-', when there are more than SAFE_DIGITS of them. */
static bool long_int(const char *text, size_t n, int64_t *ret_value)
{
    bool is_negative = text[0] == '-';
    int64_t value = 0;
    for (size_t i = is_negative; i < n; i++) {
        /* Downwards, where the lowest int64 has room. */
        if (__builtin_mul_overflow(value, INT64_C(10), &value) ||
            __builtin_sub_overflow(value, (int64_t)(text[i] - '0'), &value)) {
            return false;
        }
    }
    if (!is_negative && value == INT64_MIN) {
        return false;
    }
    *ret_value = is_negative ? value : -value;
    return true;
}

/* To the first byte that is no digit; *ret_value is right if there were at most SAFE_DIGITS. */
static const char *digits(const char *p, const char *end, uint64_t *ret_value)
{
    uint64_t value = 0;
    while (end - p >= 8) {
        static const uint32_t scales[] = {1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000};
        uint64_t word = decimal_word(p);
        unsigned n = decimal_digits(word);
        if (n > 0) {
            value = value * scales[n] + decimal_value(word << (64 - 8 * n));
        }
        p += n;
        if (n < 8) {
            *ret_value = value;
            return p;
        }
    }
    for (; p < end && is_digit(*p); p++) {
        value = value * 10 + (uint64_t)(*p - '0');
    }
    *ret_value = value;
    return p;
}

static bool is_finite_real(const char *text, size_t n)
{
    char copy[SCAN_NUMBER_MAX + 1];
    memcpy(copy, text, n);
    copy[n] = '\0';
    return isfinite(strtod(copy, NULL));
}

/* Fraction and exponent behind the whole digits; NULL when malformed. */
static const char *skip_real(const char *p, const char *end)
{
    if (p < end && *p == '.') {
        const char *digits = ++p;
        p = skip_digits(p, end);
        if (p == digits) {
            return NULL;
        }
    }
    if (p < end && (*p == 'e' || *p == 'E')) {
        p++;
        if (p < end && (*p == '+' || *p == '-')) {
            p++;
        }
        const char *digits = p;
        p = skip_digits(p, end);
        if (p == digits) {
            return NULL;
        }
    }
    return p;
}

static int number(struct scan *s, struct scan_value *v)
{
    const char *text = s->at, *first = text + (*text == '-');
    uint64_t magnitude;
    const char *whole_end = digits(first, s->end, &magnitude);
    if (whole_end == first || (*first == '0' && whole_end - first > 1)) {
        return AP_ESYNTAX;
    }
    const char *p = skip_real(whole_end, s->end);
    if (p == NULL) {
        return AP_ESYNTAX;
    }
    size_t n = (size_t)(p - text);
    bool is_int = p == whole_end;
    v->text = text;
    v->n = (uint32_t)n;
    v->type = is_int ? SCAN_INT : SCAN_REAL;
    v->is_escaped = 0;
    v->number = first == text ? (int64_t)magnitude : (int64_t)(0 - magnitude);
    s->at = p;
    if (n > SCAN_NUMBER_MAX || (!is_int && !is_finite_real(text, n))) {
        return AP_ETOOBIG;
    }
    if (is_int && n > SAFE_DIGITS && !long_int(text, n, &v->number)) {
        return AP_ETOOBIG;
    }
    return 0;
}

/* --- objects and the rest ------------------------------------------------------------------------------------------ */

/* Short keys are their own hash: no two of them are alike. */
static uint64_t key_hash(const char *text, size_t n)
{
    uint64_t hash = 0;
    if (n >= sizeof(hash)) {
        return hash_final(hash_bytes(HASH_SEED, text, n));
    }
    memcpy(&hash, text, n);
    return hash | (uint64_t)n << 56;
}

int scan_keys_add(struct scan_keys *keys, const char *text, size_t n)
{
    uint64_t hash = key_hash(text, n);
    if (keys->n == SCAN_KEYS_MAX) {
        return AP_ETOOBIG;
    }
    for (uint32_t i = 0; i < keys->n; i++) {
        if (keys->hash[i] == hash) {
            return AP_ESYNTAX;
        }
    }
    keys->hash[keys->n++] = hash;
    return 0;
}

int scan_key(struct scan *s, char buf[SCAN_KEY_MAX], const char **ret_text, size_t *ret_n)
{
    struct scan_value key;
    int err = scan_string(s, &key);
    if (err < 0) {
        return err;
    }
    if (!scan_take(s, ':')) {
        return AP_ESYNTAX;
    }
    return scan_text(&key, buf, SCAN_KEY_MAX, ret_text, ret_n);
}

static int object_rest(struct scan *s, int depth)
{
    struct scan_keys keys; /* cleared by the count alone: there is one an object */
    struct scan_value unused;
    char buf[SCAN_KEY_MAX];
    if (scan_take(s, '}')) {
        return 0;
    }
    keys.n = 0;
    do {
        const char *text;
        size_t n;
        int err = scan_key(s, buf, &text, &n);
        if (err < 0 || (err = scan_keys_add(&keys, text, n)) < 0 ||
            (err = scan_value(s, depth, &unused)) < 0) {
            return err;
        }
    } while (scan_take(s, ','));
    return scan_take(s, '}') ? 0 : AP_ESYNTAX;
}

static int array_rest(struct scan *s, int depth)
{
    struct scan_value unused;
    if (scan_take(s, ']')) {
        return 0;
    }
    do {
        int err = scan_value(s, depth, &unused);
        if (err < 0) {
            return err;
        }
    } while (scan_take(s, ','));
    return scan_take(s, ']') ? 0 : AP_ESYNTAX;
}

/* From behind the opening bracket to behind its closing one, in bytes that were found right. */
static const char *step_over(const char *p, const char *end)
{
    for (int open = 1; p < end;) {
        char c = *p++;
        if (c == '"') {
            for (p = skip_plain(p, end); p < end && *p != '"'; p = skip_plain(p, end)) {
                p += *p == '\\' ? 2 : 1;
            }
            p++;
        } else if (c == '[' || c == '{') {
            open++;
        } else if ((c == ']' || c == '}') && --open == 0) {
            return p;
        }
    }
    return NULL;
}

static int container(struct scan *s, int depth, struct scan_value *ret_value)
{
    const char *text = s->at;
    bool is_object = *text == '{';
    if (depth >= SCAN_DEPTH_MAX) {
        return AP_ETOOBIG;
    }
    s->at++;
    if (s->is_checked) {
        const char *behind = step_over(s->at, s->end);
        if (behind == NULL) {
            return AP_ESYNTAX;
        }
        s->at = behind;
        *ret_value = (struct scan_value){
            .text = text, .n = (uint32_t)(behind - text), .type = is_object ? SCAN_OBJECT : SCAN_ARRAY};
        return 0;
    }
    int err = is_object ? object_rest(s, depth + 1) : array_rest(s, depth + 1);
    if (err < 0) {
        return err;
    }
    *ret_value = (struct scan_value){
        .text = text, .n = (uint32_t)(s->at - text), .type = is_object ? SCAN_OBJECT : SCAN_ARRAY};
    return 0;
}

static int word(struct scan *s, struct scan_value *ret_value)
{
    static const struct {
        const char *text;
        uint8_t n, type;
    } words[] = {{"true", 4, SCAN_TRUE}, {"false", 5, SCAN_FALSE}, {"null", 4, SCAN_NULL}};
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (s->end - s->at >= words[i].n && memcmp(s->at, words[i].text, words[i].n) == 0) {
            *ret_value = (struct scan_value){.text = s->at, .n = words[i].n, .type = words[i].type};
            s->at += words[i].n;
            return 0;
        }
    }
    return AP_ESYNTAX;
}

int scan_value(struct scan *s, int depth, struct scan_value *ret_value)
{
    scan_space(s);
    if (s->at == s->end) {
        return AP_ESYNTAX;
    }
    switch (*s->at) {
    case '"': s->at++; return string_rest(s, ret_value);
    case '{':
    case '[': return container(s, depth, ret_value);
    case 't':
    case 'f':
    case 'n': return word(s, ret_value);
    default: return *s->at == '-' || is_digit(*s->at) ? number(s, ret_value) : AP_ESYNTAX;
    }
}

bool scan_at_end(struct scan *s)
{
    scan_space(s);
    return s->at == s->end;
}
