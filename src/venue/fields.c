#include "fields.h"

#include "decimal.h"
#include <alphaplus/base/fixed.h>
#include <string.h>

/* --- objects ------------------------------------------------------------------------------------------------------- */

static int key_of(const struct field_names *names, const char *text, size_t n)
{
    for (int i = 0; i < FIELDS_MAX && names->names[i] != NULL; i++) {
        if (names->names[i][0] == text[0] && strlen(names->names[i]) == n &&
            memcmp(names->names[i], text, n) == 0) {
            return i;
        }
    }
    return -1;
}

int fields_read(struct scan *s, int depth, const struct field_names *names, struct fields *ret_fields)
{
    struct scan_keys others; /* cleared by the count alone: there is one an object */
    struct scan_value ignored;
    char buf[SCAN_KEY_MAX];
    int err, keys = 0;
    ret_fields->has = 0;
    others.n = 0;
    if (!scan_take(s, '{')) {
        return AP_ETYPE;
    }
    if (scan_take(s, '}')) {
        return 0;
    }
    do {
        const char *text;
        size_t n;
        if ((err = scan_key(s, buf, &text, &n)) < 0) {
            return err;
        }
        if (++keys > SCAN_KEYS_MAX) {
            return AP_ETOOBIG;
        }
        int key = n > 0 ? key_of(names, text, n) : -1;
        if (key < 0) {
            if ((!s->is_checked && (err = scan_keys_add(&others, text, n)) < 0) ||
                (err = scan_value(s, depth + 1, &ignored)) < 0) {
                return err;
            }
            continue;
        }
        if (fields_has(ret_fields, key)) {
            return AP_ESYNTAX;
        }
        if ((err = scan_value(s, depth + 1, &ret_fields->values[key])) < 0) {
            return err;
        }
        ret_fields->has |= UINT32_C(1) << key;
    } while (scan_take(s, ','));
    return scan_take(s, '}') ? 0 : AP_ESYNTAX;
}

int fields_of(const struct scan_value *v, const struct field_names *names, struct fields *ret_fields)
{
    struct scan s = scan_over(v);
    return v->type == SCAN_OBJECT ? fields_read(&s, 0, names, ret_fields) : AP_ETYPE;
}

int fields_array(const struct scan_value *v, struct scan *ret_scan)
{
    struct scan s = scan_over(v);
    if (v->type != SCAN_ARRAY || !scan_take(&s, '[')) {
        return AP_ETYPE;
    }
    if (scan_take(&s, ']')) {
        s.at = s.end;
    }
    *ret_scan = s;
    return 0;
}

int fields_next(struct scan *s, const struct field_names *names, struct fields *ret_fields)
{
    if (s->at == s->end) {
        return 0;
    }
    int err = fields_read(s, 0, names, ret_fields);
    if (err < 0) {
        return err;
    }
    if (!scan_take(s, ',')) {
        if (!scan_take(s, ']')) {
            return AP_ESYNTAX;
        }
        s->at = s->end;
    }
    return 1;
}

/* --- values -------------------------------------------------------------------------------------------------------- */

int fields_text(const struct fields *f, int key, char buf[FIELD_TEXT_MAX], const char **ret_text,
                size_t *ret_n)
{
    return fields_has(f, key) ? scan_text(&f->values[key], buf, FIELD_TEXT_MAX, ret_text, ret_n) : AP_ESYNTAX;
}

int fields_copy_name(const char *text, size_t n, char name[SYMBOL_MAX])
{
    if (n == 0 || n >= SYMBOL_MAX || memchr(text, '\0', n) != NULL) {
        return AP_ESYNTAX;
    }
    memcpy(name, text, n);
    name[n] = '\0';
    return 0;
}

int fields_name(const struct fields *f, int key, char name[SYMBOL_MAX])
{
    char buf[FIELD_TEXT_MAX];
    const char *text;
    size_t n;
    int err = fields_text(f, key, buf, &text, &n);
    return err < 0 ? err : fields_copy_name(text, n, name);
}

bool fields_is(const struct fields *f, int key, const char *text)
{
    char buf[FIELD_TEXT_MAX];
    const char *found;
    size_t n;
    return fields_text(f, key, buf, &found, &n) == 0 && n == strlen(text) && memcmp(found, text, n) == 0;
}

bool fields_is_empty(const struct fields *f, int key)
{
    return !fields_has(f, key) || (f->values[key].type == SCAN_STRING && f->values[key].n == 0);
}

static int amount(const struct scan_value *v, int decimals, int64_t *ret_value)
{
    char buf[FIELD_DECIMAL_MAX];
    const char *text;
    size_t n;
    int64_t value;
    int err = scan_text(v, buf, sizeof(buf), &text, &n);
    if (err < 0 || (err = fixed_parse(text, n, decimals, &value)) < 0) {
        return err;
    }
    if (value < 0 || value > FIXED_VALUE_MAX) {
        return AP_ERANGE;
    }
    *ret_value = value;
    return 0;
}

int fields_amount(const struct fields *f, int key, int decimals, int64_t *ret_value)
{
    return fields_has(f, key) ? amount(&f->values[key], decimals, ret_value) : AP_ESYNTAX;
}

/* Digits behind the first one that is not wanted change nothing: halves are rounded away from zero. */
int fields_near(const struct fields *f, int key, int decimals, int64_t most, int64_t *ret_value)
{
    char buf[FIELD_TEXT_MAX];
    const char *text;
    size_t n, whole_n = 0;
    int64_t value;
    int err = fields_text(f, key, buf, &text, &n);
    if (err < 0) {
        return err;
    }
    while (whole_n < n && text[whole_n] != '.') {
        whole_n++;
    }
    size_t kept = whole_n + 1 + (size_t)decimals; /* bytes up to the last decimal wanted */
    bool is_up = n > kept && text[kept] >= '5';
    for (size_t i = kept; i < n; i++) {
        if (text[i] < '0' || text[i] > '9') {
            return AP_ESYNTAX;
        }
    }
    if (n > kept) {
        n = decimals > 0 ? kept : whole_n;
    }
    if ((err = fixed_parse(text, n, decimals, &value)) < 0) {
        return err;
    }
    if (value < -FIXED_VALUE_MAX || value >= most) {
        return value == most && !is_up ? (*ret_value = value, 0) : AP_ERANGE;
    }
    *ret_value = value + (is_up ? (text[0] == '-' ? -1 : 1) : 0);
    return 0;
}

int fields_whole(const struct fields *f, int key, int64_t *ret_value)
{
    int64_t value;
    int err;
    if (!fields_has(f, key)) {
        return AP_ESYNTAX;
    }
    if (f->values[key].type == SCAN_STRING) {
        char buf[FIELD_DECIMAL_MAX];
        const char *text;
        size_t n;
        err = scan_text(&f->values[key], buf, sizeof(buf), &text, &n);
        if (err == 0 && memchr(text, '.', n) != NULL) {
            return AP_ESYNTAX;
        }
        err = err == 0 ? fixed_parse(text, n, 0, &value) : err;
    } else {
        err = scan_int(&f->values[key], &value);
    }
    if (err < 0) {
        return err;
    }
    if (value < 0) {
        return AP_ERANGE;
    }
    *ret_value = value;
    return 0;
}

int fields_time(const struct fields *f, int key, int64_t *ret_ns)
{
    const int64_t ns_per_ms = 1000000;
    int64_t ms = 0;
    int err = fields_is_empty(f, key) ? 0 : fields_whole(f, key, &ms);
    if (err < 0) {
        return err;
    }
    if (ms > INT64_MAX / ns_per_ms) {
        return AP_ERANGE;
    }
    *ret_ns = ms * ns_per_ms;
    return 0;
}

/* --- levels -------------------------------------------------------------------------------------------------------- */

/* `["1234567.12345678","1234567.12345678"` and what decimal_quick() looks at. */
enum { LEVEL_REACH = 64 };

struct form {
    struct decimal_form price, qty;
    bool is_quick;
};

/* The first two columns as nearly all are written; *at moves behind the second. */
static bool level_quick(const char **at, struct form *f, struct level *ret_level)
{
    const char *p = *at + 2;
    if (p[-2] != '[' || p[-1] != '"' || !decimal_quick(&p, &f->price, &ret_level->px)) {
        return false;
    }
    if (p[0] != ',' || p[1] != '"') {
        return false;
    }
    p += 2;
    if (!decimal_quick(&p, &f->qty, &ret_level->qty)) {
        return false;
    }
    if ((p[0] != ']' && p[0] != ',') || ret_level->px == 0) {
        return false;
    }
    *at = p;
    return true;
}

static int level_careful(struct scan *s, const struct form *f, struct level *ret_level)
{
    struct scan_value price, qty;
    int err;
    if (!scan_take(s, '[')) {
        return AP_ETYPE;
    }
    if ((err = scan_value(s, SCAN_DEPTH_MAX, &price)) < 0) {
        return err;
    }
    if (!scan_take(s, ',')) {
        return AP_ETYPE;
    }
    if ((err = scan_value(s, SCAN_DEPTH_MAX, &qty)) < 0 ||
        (err = amount(&price, (int)f->price.decimals, &ret_level->px)) < 0 ||
        (err = amount(&qty, (int)f->qty.decimals, &ret_level->qty)) < 0) {
        return err;
    }
    return ret_level->px == 0 ? AP_ERANGE : 0;
}

/* The columns behind the second, and the ']'. */
static int level_rest(struct scan *s, int columns_max)
{
    struct scan_value ignored;
    int columns = 2, err;
    while (scan_take(s, ',')) {
        if (++columns > columns_max) {
            return AP_ETYPE;
        }
        if ((err = scan_value(s, 1, &ignored)) < 0) {
            return err;
        }
    }
    return scan_take(s, ']') ? 0 : AP_ETYPE;
}

size_t fields_levels_room(const struct scan_value *v)
{
    return v->n / sizeof("[\"1\",\"1\"]") + 2; /* ten bytes each, with the comma */
}

int fields_levels(const struct scan_value *v, const struct instrument *in, int columns_max,
                  struct level *levels, size_t room, uint32_t *ret_n)
{
    struct scan s = scan_over(v);
    struct form f = {
        .price = {.decimals = in->price_decimals, .scale = fixed_pow10(in->price_decimals)},
        .qty = {.decimals = in->qty_decimals, .scale = fixed_pow10(in->qty_decimals)},
        .is_quick = in->price_decimals <= DECIMAL_QUICK_MAX && in->qty_decimals <= DECIMAL_QUICK_MAX,
    };
    size_t n = 0;
    int err;
    if (v->type != SCAN_ARRAY || !scan_take(&s, '[')) {
        return AP_ETYPE;
    }
    bool is_empty = scan_take(&s, ']');
    while (!is_empty) {
        if (n == room) {
            return AP_EFULL;
        }
        scan_space(&s);
        if ((s.end - s.at < LEVEL_REACH || !f.is_quick || !level_quick(&s.at, &f, &levels[n])) &&
            (err = level_careful(&s, &f, &levels[n])) < 0) {
            return err;
        }
        if ((err = level_rest(&s, columns_max)) < 0) {
            return err;
        }
        n++;
        if (!scan_take(&s, ',')) {
            break;
        }
    }
    *ret_n = (uint32_t)n;
    return is_empty || scan_take(&s, ']') ? 0 : AP_ESYNTAX;
}

int fields_depth(const struct scan_value *bids, const struct scan_value *asks, const struct instrument *in,
                 int columns_max, int kind, struct event_buf *out, struct event **ret_ev)
{
    size_t room = fields_levels_room(bids) + fields_levels_room(asks);
    struct event *ev = event_buf_new(out, kind, sizeof(struct depth_rows) + room * sizeof(struct level));
    int err;
    if (ev == NULL) {
        return AP_EFULL;
    }
    struct depth_rows *rows = event_rows(ev);
    if ((err = fields_levels(bids, in, columns_max, rows->levels, fields_levels_room(bids), &rows->bid_n)) <
            0 ||
        (err = fields_levels(asks, in, columns_max, rows->levels + rows->bid_n, fields_levels_room(asks),
                             &rows->ask_n)) < 0) {
        return err;
    }
    /* It was made large enough for any levels. */
    ev->size = event_size_for(sizeof(*rows) + ((size_t)rows->bid_n + rows->ask_n) * sizeof(struct level));
    ev->instrument = in->id;
    ev->version = in->version;
    *ret_ev = ev;
    return 0;
}

int fields_put(struct event_buf *out, int kind, const struct instrument *in, int64_t exch_ns,
               uint64_t last_id, const void *rows, size_t rows_bytes)
{
    struct event *ev = event_buf_new(out, kind, rows_bytes);
    if (ev == NULL) {
        return AP_EFULL;
    }
    ev->instrument = in->id;
    ev->version = in->version;
    ev->exch_ns = exch_ns;
    ev->last_id = last_id;
    memcpy(event_rows(ev), rows, rows_bytes);
    event_buf_push(out, ev);
    return 1;
}

/* --- probe --------------------------------------------------------------------------------------------------------- */

int fields_widen(uint8_t *decimals, const struct scan_value *v)
{
    char buf[FIELD_DECIMAL_MAX];
    const char *text;
    size_t n;
    int wide, err;
    if ((err = scan_text(v, buf, sizeof(buf), &text, &n)) < 0) {
        return err;
    }
    if (n == 0) {
        return 0;
    }
    if ((err = fixed_count_decimals(text, n, 1, &wide)) < 0) {
        return err;
    }
    *decimals = wide > *decimals ? (uint8_t)wide : *decimals;
    return 0;
}

static int probe_price(struct venue_probe_symbol *seen, const struct scan_value *v)
{
    char buf[FIELD_DECIMAL_MAX];
    const char *text;
    size_t n;
    int decimals, err;
    struct venue_probe_symbol one = {.tick = 0};
    if ((err = scan_text(v, buf, sizeof(buf), &text, &n)) < 0) {
        return err;
    }
    if (n == 0) {
        return 0;
    }
    if ((err = fixed_count_decimals(text, n, 1, &decimals)) < 0 ||
        (err = fixed_parse(text, n, decimals, &one.tick)) < 0) {
        return err;
    }
    if (one.tick < 0 || one.tick > FIXED_VALUE_MAX) {
        return AP_ERANGE;
    }
    one.price_decimals = (uint8_t)decimals;
    if (seen->tick != 0 && decimals == seen->price_decimals && one.tick % seen->tick == 0) {
        return 0;
    }
    return venue_probe_widen(seen, &one);
}

int fields_probe_price(struct venue_probe_symbol *seen, const struct fields *f, int key)
{
    return fields_has(f, key) ? probe_price(seen, &f->values[key]) : 0;
}

int fields_probe_decimals(uint8_t *decimals, const struct fields *f, int key)
{
    return fields_has(f, key) ? fields_widen(decimals, &f->values[key]) : 0;
}

int fields_probe_levels(struct venue_probe_symbol *seen, const struct fields *f, int key)
{
    struct scan_value price, qty;
    if (!fields_has(f, key)) {
        return 0;
    }
    const struct scan_value *v = &f->values[key];
    struct scan s = scan_over(v);
    if (v->type != SCAN_ARRAY || !scan_take(&s, '[')) {
        return AP_ETYPE;
    }
    seen->has_depth = 1;
    if (scan_take(&s, ']')) {
        return 0;
    }
    do {
        int err = scan_take(&s, '[') ? scan_value(&s, 1, &price) : AP_ETYPE;
        if (err < 0 || (err = scan_take(&s, ',') ? scan_value(&s, 1, &qty) : AP_ETYPE) < 0 ||
            (err = probe_price(seen, &price)) < 0 || (err = fields_widen(&seen->qty_decimals, &qty)) < 0 ||
            (err = level_rest(&s, 4)) < 0) {
            return err;
        }
    } while (scan_take(&s, ','));
    return scan_take(&s, ']') ? 0 : AP_ESYNTAX;
}

int fields_probe_add(struct venue_probe *p, const struct venue_probe_symbol *seen,
                     void (*infer)(const struct venue_probe_symbol *seen, struct instrument *ret_in))
{
    struct instrument in;
    uint32_t i = 0;
    infer(seen, &in);
    if (instrument_check(&in) < 0) {
        return AP_ESYNTAX;
    }
    while (i < p->n && strcmp(p->symbols[i].symbol, seen->symbol) != 0) {
        i++;
    }
    if (i == INSTRUMENT_MAX) {
        return AP_EFULL;
    }
    if (i == p->n) {
        p->symbols[p->n++] = *seen;
        return 0;
    }
    return venue_probe_widen(&p->symbols[i], seen);
}
