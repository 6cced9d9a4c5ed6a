#include "sim/cap_symbols.h"

#include "sim/json.h"

#include <alphaplus/base/fixed.h>
#include <alphaplus/base/text.h>
#include <string.h>

void cap_symbols_finish(struct cap_symbols *t)
{
    for (size_t i = 0; i < t->n; i++) {
        plain_book_finish(&t->list[i].book);
        buf_finish(&t->list[i].exact);
    }
    t->n = 0;
}

struct cap_symbol *cap_symbols_find(struct cap_symbols *t, const char *symbol)
{
    for (size_t i = 0; i < t->n; i++) {
        if (strcmp(t->list[i].listing.symbol, symbol) == 0) {
            return &t->list[i];
        }
    }
    return NULL;
}

size_t cap_symbols_other(const struct cap_symbols *t, const char *name, size_t n)
{
    for (size_t i = 0; i < t->other_n; i++) {
        if (strncmp(t->others[i], name, n) == 0 && t->others[i][n] == '\0') {
            return i + 1;
        }
    }
    return 0;
}

static int64_t gcd(int64_t a, int64_t b)
{
    while (b != 0) {
        int64_t t = a % b;
        a = b;
        b = t;
    }
    return a;
}

/* A wider text than any before rescales what is known of the tick. */
static void learn_price(struct listing *in, const struct json_span *text)
{
    int decimals;
    int64_t px;
    if (fixed_count_decimals(text->text, text->n, 1, &decimals) < 0 || decimals > FIXED_DECIMALS_MAX) {
        return;
    }
    if (decimals > in->price_decimals) {
        if (fixed_rescale(in->tick, in->price_decimals, decimals, &in->tick) < 0) {
            return;
        }
        in->price_decimals = decimals;
    }
    if (fixed_parse(text->text, text->n, in->price_decimals, &px) == 0 && px > 0) {
        in->tick = gcd(px, in->tick);
    }
}

static void learn_qty(struct listing *in, const struct json_span *text)
{
    int decimals;
    if (fixed_count_decimals(text->text, text->n, 1, &decimals) == 0 && decimals <= FIXED_DECIMALS_MAX &&
        decimals > in->qty_decimals) {
        in->qty_decimals = decimals;
    }
}

static void learn_rows(struct listing *in, const struct json_span *rows)
{
    struct json_walk w, pair;
    struct json_span row, px, qty;
    int err = json_enter(rows, JSON_ARRAY, &w);
    while (err >= 0 && (err = json_item(&w, &row)) > 0) {
        if (json_enter(&row, JSON_ARRAY, &pair) == 0 && json_item(&pair, &px) > 0 &&
            json_item(&pair, &qty) > 0) {
            learn_price(in, &px);
            learn_qty(in, &qty);
        }
    }
}

static void learn_members(struct listing *in, const char *text, size_t n)
{
    struct json_span all, key, value;
    struct json_walk w;
    if (json_read(text, n, &all) < 0 || json_enter(&all, JSON_OBJECT, &w) < 0) {
        return;
    }
    while (json_member(&w, &key, &value) > 0) {
        if (value.type == JSON_ARRAY) {
            learn_rows(in, &value);
        } else if (value.type == JSON_STRING &&
                   (json_is(&key, "p") || json_is(&key, "b") || json_is(&key, "a"))) {
            learn_price(in, &value);
        } else if (value.type == JSON_STRING &&
                   (json_is(&key, "q") || json_is(&key, "B") || json_is(&key, "A"))) {
            learn_qty(in, &value);
        }
    }
}

static int add_symbol(struct cap_symbols *t, const char *symbol, struct cap_symbol **ret)
{
    struct cap_symbol *s = cap_symbols_find(t, symbol);
    if (!s) {
        if (t->n == INSTRUMENT_MAX) {
            return AP_EFULL;
        }
        s = &t->list[t->n++];
        *s = (struct cap_symbol){0};
        text_copy(s->listing.symbol, sizeof s->listing.symbol, symbol);
        buf_init(&s->exact, PLAIN_PENDING_MAX);
    }
    *ret = s;
    return 0;
}

static int learn_other(struct cap_symbols *t, const struct cap_frame *f)
{
    if (cap_symbols_other(t, f->name, f->name_n) == 0 && t->other_n < CAP_OTHERS_MAX) {
        memcpy(t->others[t->other_n], f->name, f->name_n);
        t->others[t->other_n++][f->name_n] = '\0';
    }
    return 0;
}

int cap_symbols_learn(struct cap_symbols *t, const struct cap_frame *f, const char *text, size_t n,
                      const char *owner)
{
    struct cap_symbol *s = NULL;
    int err = 0;
    if (f->is_snapshot) {
        if (owner && (err = add_symbol(t, owner, &s)) == 0) {
            s->snapshots++;
            learn_members(&s->listing, text, n);
        }
        return err;
    }
    if (f->stream.kind == STREAM_OTHER || f->stream.symbol[0] == '\0') {
        return learn_other(t, f);
    }
    err = add_symbol(t, f->stream.symbol, &s);
    if (err < 0) {
        return err;
    }
    s->has_depth = s->has_depth || f->stream.kind == STREAM_DEPTH;
    s->has_trade = s->has_trade || f->stream.kind == STREAM_TRADE;
    s->has_agg = s->has_agg || f->stream.kind == STREAM_AGG;
    if (f->stream.kind != STREAM_MARK &&
        f->stream.kind != STREAM_FORCE) { /* those have decimals of their own */
        learn_members(&s->listing, f->data, f->data_n);
    }
    return 0;
}

static void split_symbol(struct listing *in)
{
    static const char *const quotes[] = {"USDT", "USDC", "FDUSD", "BUSD", "USD", "BTC"};
    size_t n = strlen(in->symbol);
    for (size_t i = 0; i < sizeof quotes / sizeof quotes[0]; i++) {
        size_t k = strlen(quotes[i]);
        if (n > k && strcmp(in->symbol + n - k, quotes[i]) == 0 && n - k < sizeof in->base) {
            memcpy(in->base, in->symbol, n - k);
            text_copy(in->quote, sizeof in->quote, quotes[i]);
            return;
        }
    }
    text_copy(in->base, sizeof in->base, in->symbol);
}

void cap_symbols_settle(struct cap_symbols *t)
{
    for (size_t i = 0; i < t->n; i++) {
        struct listing *in = &t->list[i].listing;
        split_symbol(in);
        in->tick = in->tick > 0 ? in->tick : 1;
        in->lot = 1;
        plain_book_init(&t->list[i].book, in->price_decimals, in->qty_decimals);
    }
}

void cap_symbols_mark(struct cap_symbol *s, const char *data, size_t n)
{
    static const struct {
        const char *key;
        size_t at;
    } reals[] = {
        {"p", offsetof(struct premium, mark)},
        {"i", offsetof(struct premium, index)},
        {"P", offsetof(struct premium, settle)},
        {"r", offsetof(struct premium, funding)},
    };
    struct json_span all, key, value;
    struct json_walk w;
    if (json_read(data, n, &all) < 0 || json_enter(&all, JSON_OBJECT, &w) < 0) {
        return;
    }
    while (json_member(&w, &key, &value) > 0) {
        int64_t number;
        for (size_t i = 0; value.type == JSON_STRING && i < sizeof reals / sizeof reals[0]; i++) {
            if (json_is(&key, reals[i].key) && fixed_parse(value.text, value.n, 8, &number) == 0) {
                double real = fixed_to_double(number, 8);
                memcpy((char *)&s->premium + reals[i].at, &real, sizeof real);
            }
        }
        if (value.type == JSON_NUMBER && fixed_parse(value.text, value.n, 0, &number) == 0) {
            if (json_is(&key, "T")) {
                s->premium.next_funding_ms = number;
            } else if (json_is(&key, "E")) {
                s->premium.time_ms = number;
            }
        }
    }
    s->has_premium = true;
}
