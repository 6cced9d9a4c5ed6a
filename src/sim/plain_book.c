#include "sim/plain_book.h"

#include <alphaplus/base/fixed.h>
#include <stdlib.h>
#include <string.h>

struct update {
    uint64_t first, last, prev;
    bool has_prev;
    struct json_span rows[2];
    bool has_rows[2];
};

void plain_book_init(struct plain_book *b, int price_decimals, int qty_decimals)
{
    *b = (struct plain_book){.price_decimals = price_decimals, .qty_decimals = qty_decimals};
    buf_init(&b->pending, PLAIN_PENDING_MAX);
}

void plain_book_finish(struct plain_book *b)
{
    if (b) {
        free(b->sides[0].levels);
        free(b->sides[1].levels);
        buf_finish(&b->pending);
        *b = (struct plain_book){0};
    }
}

void plain_book_reset(struct plain_book *b)
{
    b->state = PLAIN_EMPTY;
    b->sides[0].n = b->sides[1].n = 0;
    buf_reset(&b->pending);
}

/* Is a better placed (nearer the touch, later in the array) than b? */
static bool is_better(int side, int64_t a, int64_t b)
{
    return side == 0 ? a > b : a < b;
}

static size_t find(const struct plain_side *s, int side, int64_t px)
{
    size_t lo = 0, hi = s->n;
    while (lo < hi) {
        size_t mid = (lo + hi) / 2;
        if (is_better(side, px, s->levels[mid].px)) {
            lo = mid + 1;
        } else {
            hi = mid;
        }
    }
    return lo;
}

static int make_place(struct plain_side *s, size_t at)
{
    if (s->n == s->cap) {
        size_t cap = s->cap ? 2 * s->cap : 2048;
        if (cap > PLAIN_LEVELS_MAX) {
            return AP_EFULL;
        }
        struct price_level *levels = realloc(s->levels, cap * sizeof levels[0]);
        if (!levels) {
            return AP_ENOMEM;
        }
        s->levels = levels;
        s->cap = cap;
    }
    memmove(s->levels + at + 1, s->levels + at, (s->n - at) * sizeof s->levels[0]);
    s->n++;
    return 0;
}

static int set_level(struct plain_book *b, int side, int64_t px, int64_t qty)
{
    struct plain_side *s = &b->sides[side];
    size_t at = find(s, side, px);
    bool is_there = at < s->n && s->levels[at].px == px;
    if (qty == 0) {
        if (is_there) {
            memmove(s->levels + at, s->levels + at + 1, (--s->n - at) * sizeof s->levels[0]);
        }
        return 0;
    }
    if (!is_there) {
        int err = make_place(s, at);
        if (err < 0) {
            return err;
        }
    }
    s->levels[at] = (struct price_level){px, qty};
    return 0;
}

static int read_u64(const struct json_span *s, uint64_t *ret)
{
    int64_t value;
    int err = s->type == JSON_NUMBER ? fixed_parse(s->text, s->n, 0, &value) : AP_ETYPE;
    if (err < 0 || value < 0) {
        return err < 0 ? err : AP_ERANGE;
    }
    *ret = (uint64_t)value;
    return 0;
}

static int set_rows(struct plain_book *b, int side, const struct json_span *rows)
{
    struct json_walk w, pair;
    struct json_span row, px_text, qty_text;
    int err = json_enter(rows, JSON_ARRAY, &w);
    while (err >= 0 && (err = json_item(&w, &row)) > 0) {
        int64_t px, qty;
        if (json_enter(&row, JSON_ARRAY, &pair) < 0 || json_item(&pair, &px_text) <= 0 ||
            json_item(&pair, &qty_text) <= 0 ||
            fixed_parse(px_text.text, px_text.n, b->price_decimals, &px) < 0 ||
            fixed_parse(qty_text.text, qty_text.n, b->qty_decimals, &qty) < 0 || px <= 0 || qty < 0) {
            return AP_ESYNTAX;
        }
        err = set_level(b, side, px, qty);
    }
    return err;
}

static int read_update(const char *text, size_t n, struct update *ret)
{
    struct json_span all = {JSON_OBJECT, text, n}, key, value;
    struct json_walk w;
    struct update u = {0};
    int err = n >= 2 && text[0] == '{' ? json_enter(&all, JSON_OBJECT, &w) : AP_ESYNTAX;
    while (err >= 0 && (err = json_member(&w, &key, &value)) > 0) {
        if (json_is(&key, "b") || json_is(&key, "bids")) {
            u.rows[0] = value;
            u.has_rows[0] = true;
        } else if (json_is(&key, "a") || json_is(&key, "asks")) {
            u.rows[1] = value;
            u.has_rows[1] = true;
        } else if (json_is(&key, "U")) {
            err = read_u64(&value, &u.first);
        } else if (json_is(&key, "u") || json_is(&key, "lastUpdateId")) {
            err = read_u64(&value, &u.last);
        } else if (json_is(&key, "pu")) {
            err = read_u64(&value, &u.prev);
            u.has_prev = true;
        }
    }
    if (err == 0 && !(u.has_rows[0] && u.has_rows[1])) {
        return AP_ETYPE;
    }
    *ret = u;
    return err;
}

static int apply(struct plain_book *b, const struct update *u)
{
    if (u->last <= b->last_id) {
        return 0;
    }
    uint64_t prev = u->has_prev ? u->prev : u->first - 1;
    if (b->is_joining ? prev > b->last_id : prev != b->last_id) {
        b->state = PLAIN_BROKEN;
        return 0;
    }
    int err = 0;
    for (int side = 0; err == 0 && side < 2; side++) {
        err = set_rows(b, side, &u->rows[side]);
    }
    b->last_id = u->last;
    b->is_joining = false;
    return err;
}

static int fail(struct plain_book *b, int err)
{
    if (err < 0) {
        b->state = PLAIN_BROKEN;
        buf_reset(&b->pending);
    }
    return err;
}

static void note_known(struct plain_book *b)
{
    b->known_low = b->sides[0].n > 0 ? b->sides[0].levels[0].px : 0;
    b->known_high = b->sides[1].n > 0 ? b->sides[1].levels[0].px : INT64_MAX;
}

static int apply_pending(struct plain_book *b)
{
    const char *at = b->pending.data, *end = at + b->pending.len;
    int err = 0;
    while (err == 0 && at < end && b->state == PLAIN_TRUE) {
        size_t n;
        struct update u;
        memcpy(&n, at, sizeof n);
        at += sizeof n;
        err = read_update(at, n, &u);
        if (err == 0) {
            err = apply(b, &u);
        }
        at += n;
    }
    buf_reset(&b->pending);
    return err;
}

int plain_book_snapshot(struct plain_book *b, const char *text, size_t n)
{
    struct update u;
    int err = read_update(text, n, &u);
    if (err < 0) {
        return fail(b, err);
    }
    b->sides[0].n = b->sides[1].n = 0;
    b->state = PLAIN_TRUE;
    b->last_id = u.last;
    b->is_joining = true;
    for (int side = 0; err == 0 && side < 2; side++) {
        err = set_rows(b, side, &u.rows[side]);
    }
    note_known(b);
    if (err == 0) {
        err = apply_pending(b);
    }
    return fail(b, err);
}

int plain_book_diff(struct plain_book *b, const char *text, size_t n)
{
    struct update u;
    int err;
    switch (b->state) {
    case PLAIN_BROKEN: return 0;
    case PLAIN_EMPTY:
        err = buf_append(&b->pending, &n, sizeof n);
        return fail(b, err < 0 ? err : buf_append(&b->pending, text, n));
    case PLAIN_TRUE: break;
    }
    err = read_update(text, n, &u);
    if (err == 0) {
        err = apply(b, &u);
    }
    return fail(b, err);
}

size_t plain_book_top(const struct plain_book *b, int side, size_t limit, struct price_level *levels)
{
    const struct plain_side *s = &b->sides[side];
    size_t n = 0;
    while (n < s->n && n < limit) {
        struct price_level level = s->levels[s->n - 1 - n];
        if (n > 0 && (side == 0 ? level.px < b->known_low : level.px > b->known_high)) {
            break;
        }
        levels[n++] = level;
    }
    return n;
}
