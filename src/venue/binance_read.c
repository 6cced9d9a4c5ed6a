/* A frame is read in one pass, each value checked as JSON and the known keys noted; meaning comes afterwards (binance.c), so the
 * order of the keys does not matter. Only depth levels are put in place during the pass, and only once the message has said what it
 * is and of which symbol; a list that does not read well then is noted like any other value. */
#include "binance.h"

#include <alphaplus/base/fixed.h>
#include <string.h>

static const struct {
    const char *name;
    uint8_t n;
} key_names[KEY_COUNT] = {
#define X(name) [KEY_##name] = {#name, sizeof(#name) - 1},
    BINANCE_KEY_LIST(X)
#undef X
};

/* Names of one letter, by the letter. */
static const uint8_t letter_keys[128] = {
    ['e'] = KEY_e, ['E'] = KEY_E, ['T'] = KEY_T, ['s'] = KEY_s, ['U'] = KEY_U, ['u'] = KEY_u, ['b'] = KEY_b,
    ['a'] = KEY_a, ['B'] = KEY_B, ['A'] = KEY_A, ['p'] = KEY_p, ['q'] = KEY_q, ['m'] = KEY_m, ['X'] = KEY_X,
    ['t'] = KEY_t, ['i'] = KEY_i, ['r'] = KEY_r, ['o'] = KEY_o, ['S'] = KEY_S, ['z'] = KEY_z,
};

_Static_assert(KEY_stream == 0, "no letter has the number that stands for none");

static enum binance_key key_of(const char *text, size_t n)
{
    if (n == 1) {
        uint8_t key = (uint8_t)*text < 128 ? letter_keys[(uint8_t)*text] : 0;
        return key != 0 ? (enum binance_key)key : KEY_COUNT;
    }
    for (int key = 0; key < KEY_e; key++) {
        if (key_names[key].n == n && memcmp(key_names[key].name, text, n) == 0) {
            return (enum binance_key)key;
        }
    }
    return KEY_COUNT;
}

bool binance_is(const struct message *m, enum binance_key key, const char *text)
{
    char buf[BINANCE_TEXT_MAX];
    const char *found;
    size_t n;
    return binance_text(m, key, buf, &found, &n) == 0 && n == strlen(text) && memcmp(found, text, n) == 0;
}

/* `"x":` with no space in it, as nearly all keys are: the bytes it takes, or 0. */
static inline size_t letter_key(const struct scan *s, enum binance_key *ret_key)
{
    const char *p = s->at;
    if (s->end - p < 4 || p[0] != '"' || p[2] != '"' || p[3] != ':' || (uint8_t)p[1] >= 128) {
        return 0;
    }
    *ret_key = (enum binance_key)letter_keys[(uint8_t)p[1]];
    return *ret_key != 0 ? 4 : 0;
}

static const struct instrument *depth_instrument(const struct frame *f, const struct message *m)
{
    char buf[BINANCE_TEXT_MAX];
    const char *symbol;
    size_t n;
    if (f->decoder == NULL || !binance_is(m, KEY_e, "depthUpdate") ||
        binance_text(m, KEY_s, buf, &symbol, &n) < 0) {
        return NULL;
    }
    return decoder_find(f->decoder, symbol, n);
}

static struct event *new_depth(struct event_buf *out, size_t bytes_left)
{
    return event_buf_new(out, EVENT_DEPTH,
                         sizeof(struct depth_rows) + binance_levels_room(bytes_left) * sizeof(struct level));
}

/* Bids, then asks behind them. False: left to be noted; s is where it was. */
static bool put_levels(struct frame *f, const struct message *m, enum binance_key key, struct scan *s)
{
    bool is_bids = key == KEY_b;
    const struct instrument *in;
    if (is_bids ? f->has_bids : !f->has_bids || f->has_asks || f->depth_of != m) {
        return false;
    }
    in = is_bids ? depth_instrument(f, m) : f->depth_in;
    if (in == NULL) {
        return false;
    }
    size_t left = (size_t)(s->end - s->at);
    if (is_bids && (f->depth = new_depth(f->out, left)) == NULL) {
        return false;
    }
    struct depth_rows *rows = event_rows(f->depth);
    struct scan copy = *s;
    uint32_t n;
    if (binance_levels(&copy, in, rows->levels + f->bid_n, binance_levels_room(left), &n) < 0) {
        return false;
    }
    *s = copy;
    f->depth_of = m;
    f->depth_in = in;
    *(is_bids ? &f->bid_n : &f->ask_n) = n;
    *(is_bids ? &f->has_bids : &f->has_asks) = 1;
    return true;
}

static int read_object(struct frame *f, struct message *m, struct scan *s, int depth);

static int read_member(struct frame *f, struct message *m, enum binance_key key, struct scan *s, int depth)
{
    struct scan_value *v = &m->values[key];
    scan_space(s);
    const char *text = s->at;
    if (f != NULL && s->at < s->end) {
        if ((key == KEY_b || key == KEY_a) && *s->at == '[' && put_levels(f, m, key, s)) {
            *v = (struct scan_value){.text = text, .n = (uint32_t)(s->at - text), .type = SCAN_ARRAY};
            return 0;
        }
        if (key == KEY_data && m == &f->top && *s->at == '{') {
            int err = read_object(f, &f->data, s, depth);
            *v = (struct scan_value){.text = text, .n = (uint32_t)(s->at - text), .type = SCAN_OBJECT};
            return err;
        }
    }
    return scan_value(s, depth, v);
}

/* f: NULL when only this object is wanted. depth: of the containers around it. */
static int read_object(struct frame *f, struct message *m, struct scan *s, int depth)
{
    struct scan_keys others; /* cleared by the count alone */
    struct scan_value ignored;
    char buf[SCAN_KEY_MAX];
    int err, keys = 0;
    m->has = 0;
    others.n = 0;
    if (!scan_take(s, '{')) {
        return AP_ESYNTAX;
    }
    if (scan_take(s, '}')) {
        return 0;
    }
    do {
        const char *text = NULL;
        enum binance_key key;
        size_t n = letter_key(s, &key);
        s->at += n;
        if (n == 0) {
            if ((err = scan_key(s, buf, &text, &n)) < 0) {
                return err;
            }
            key = key_of(text, n);
        }
        if (++keys > SCAN_KEYS_MAX) {
            return AP_ETOOBIG;
        }
        if (key == KEY_COUNT) {
            if ((err = scan_keys_add(&others, text, n)) < 0 ||
                (err = scan_value(s, depth + 1, &ignored)) < 0) {
                return err;
            }
        } else if (binance_has(m, key)) {
            return AP_ESYNTAX;
        } else if ((err = read_member(f, m, key, s, depth + 1)) < 0) {
            return err;
        }
        m->has |= key == KEY_COUNT ? 0 : UINT64_C(1) << key;
    } while (scan_take(s, ','));
    return scan_take(s, '}') ? 0 : AP_ESYNTAX;
}

int binance_read_object(struct message *m, const struct scan_value *v)
{
    struct scan s = scan_over(v);
    return v->type == SCAN_OBJECT ? read_object(NULL, m, &s, 0) : AP_ETYPE;
}

int binance_read(struct frame *f, const char *bytes, size_t n)
{
    struct scan s = {.at = bytes, .end = bytes + n};
    struct scan_value array;
    f->body = NULL;
    f->depth = NULL;
    f->depth_of = NULL;
    f->bid_n = f->ask_n = f->has_bids = f->has_asks = 0;
    f->top.has = f->data.has = 0;
    scan_space(&s);
    bool is_array = s.at < s.end && *s.at == '[';
    int err = is_array ? scan_value(&s, 0, &array) : read_object(f, &f->top, &s, 0);
    if (err < 0) {
        return err;
    }
    if (!scan_at_end(&s)) {
        return AP_ESYNTAX;
    }
    if (is_array) {
        return 0;
    }
    if (!binance_has(&f->top, KEY_stream)) {
        f->body = &f->top;
        return 0;
    }
    if (f->top.values[KEY_stream].type != SCAN_STRING) {
        return AP_ETYPE;
    }
    if (!binance_has(&f->top, KEY_data)) {
        return AP_ESYNTAX;
    }
    f->body = f->top.values[KEY_data].type == SCAN_OBJECT ? &f->data : NULL;
    return 0;
}

/* --- values -------------------------------------------------------------------------------------------------------- */

int binance_text(const struct message *m, enum binance_key key, char buf[BINANCE_TEXT_MAX],
                 const char **ret_text, size_t *ret_n)
{
    return binance_has(m, key) ? scan_text(&m->values[key], buf, BINANCE_TEXT_MAX, ret_text, ret_n)
                               : AP_ESYNTAX;
}

int binance_decimal(const struct scan_value *v, int decimals, int64_t *ret_value)
{
    char buf[BINANCE_DECIMAL_MAX];
    const char *text;
    size_t n;
    int err = scan_text(v, buf, sizeof(buf), &text, &n);
    return err < 0 ? err : fixed_parse(text, n, decimals, ret_value);
}

int binance_amount(const struct message *m, enum binance_key key, int decimals, int64_t *ret_value)
{
    int64_t value;
    int err = binance_has(m, key) ? binance_decimal(&m->values[key], decimals, &value) : AP_ESYNTAX;
    if (err < 0) {
        return err;
    }
    if (value < 0 || value > FIXED_VALUE_MAX) {
        return AP_ERANGE;
    }
    *ret_value = value;
    return 0;
}

int binance_price_near(const struct message *m, enum binance_key key, int decimals, int64_t *ret_px)
{
    char buf[BINANCE_DECIMAL_MAX];
    const char *text;
    size_t n;
    int given, err;
    int64_t px;
    if (!binance_has(m, key)) {
        return AP_ESYNTAX;
    }
    if ((err = scan_text(&m->values[key], buf, sizeof(buf), &text, &n)) < 0 ||
        (err = fixed_count_decimals(text, n, 0, &given)) < 0) {
        return err;
    }
    if ((err = fixed_parse(text, n, given > decimals ? given : decimals, &px)) < 0) {
        return err;
    }
    if (px < 0) {
        return AP_ERANGE;
    }
    if (given > decimals) {
        int64_t unit = fixed_pow10(given - decimals);
        px = px / unit + (px % unit >= unit / 2);
    }
    if (px > FIXED_VALUE_MAX) {
        return AP_ERANGE;
    }
    *ret_px = px;
    return 0;
}

int binance_id(const struct message *m, enum binance_key key, uint64_t *ret_id)
{
    int64_t value;
    int err = binance_has(m, key) ? scan_int(&m->values[key], &value) : AP_ESYNTAX;
    if (err < 0) {
        return err;
    }
    if (value < 0) {
        return AP_ERANGE;
    }
    *ret_id = (uint64_t)value;
    return 0;
}

int binance_time(const struct message *m, enum binance_key key, int64_t *ret_ns)
{
    const int64_t ns_per_ms = 1000000;
    int64_t ms = 0;
    int err = binance_has(m, key) ? scan_int(&m->values[key], &ms) : 0;
    if (err < 0) {
        return err;
    }
    if (ms < 0 || ms > INT64_MAX / ns_per_ms) {
        return AP_ERANGE;
    }
    *ret_ns = ms * ns_per_ms;
    return 0;
}
