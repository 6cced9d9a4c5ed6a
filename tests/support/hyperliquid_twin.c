#include "hyperliquid_twin.h"

#include "binance_twin.h"
#include <alphaplus/base/fixed.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { REFUSED = -1, NS_PER_MS = 1000000, TEXT_BYTES_MAX = 64, DECIMAL_BYTES_MAX = 40 };

struct into {
    const struct instrument *insts;
    size_t inst_n;
    struct event_buf *out;
    bool bad;
};

/* --- values -------------------------------------------------------------------------------------------------------- */

static const char *text(struct into *t, const json_t *m, const char *key)
{
    const json_t *v = json_object_get(m, key);
    if (!json_is_string(v) || json_string_length(v) > TEXT_BYTES_MAX) {
        t->bad = true;
        return "";
    }
    return json_string_value(v);
}

static int64_t amount(struct into *t, const json_t *m, const char *key, int decimals)
{
    const json_t *v = json_object_get(m, key);
    int64_t value;
    if (!json_is_string(v) || json_string_length(v) > DECIMAL_BYTES_MAX ||
        fixed_parse(json_string_value(v), json_string_length(v), decimals, &value) < 0 || value < 0 ||
        value > FIXED_VALUE_MAX) {
        t->bad = true;
        return 0;
    }
    return value;
}

/* Cut behind the last decimal wanted, then look at the digit that was cut off. */
static int64_t near(struct into *t, const json_t *m, const char *key, int decimals)
{
    char digits[TEXT_BYTES_MAX + 1];
    int64_t value;
    bool is_up = false;
    (void)memcpy(digits, "", 1);
    const char *all = text(t, m, key);
    memcpy(digits, all, strlen(all) + 1);
    char *point = strchr(digits, '.');
    if (point != NULL && strlen(point + 1) > (size_t)decimals) {
        const char *behind = point + 1 + decimals;
        t->bad |= strspn(behind, "0123456789") != strlen(behind);
        is_up = *behind >= '5';
        point[decimals > 0 ? 1 + decimals : 0] = '\0';
    }
    if (fixed_parse(digits, strlen(digits), decimals, &value) < 0 || value < -FIXED_VALUE_MAX ||
        value + is_up > FIXED_VALUE_MAX) {
        t->bad = true;
        return 0;
    }
    return digits[0] == '-' ? value - is_up : value + is_up;
}

static int64_t whole(struct into *t, const json_t *v)
{
    int64_t value = -1;
    if (json_is_integer(v)) {
        value = json_integer_value(v);
    } else if (!json_is_string(v) || json_string_length(v) > DECIMAL_BYTES_MAX ||
               strchr(json_string_value(v), '.') != NULL ||
               fixed_parse(json_string_value(v), json_string_length(v), 0, &value) < 0) {
        value = -1;
    }
    t->bad |= value < 0;
    return value;
}

static int64_t time_ns(struct into *t, const json_t *m)
{
    const json_t *v = json_object_get(m, "time");
    if (v == NULL || (json_is_string(v) && json_string_length(v) == 0)) {
        return 0;
    }
    int64_t ms = whole(t, v);
    if (t->bad || ms > INT64_MAX / NS_PER_MS) {
        t->bad = true;
        return 0;
    }
    return ms * NS_PER_MS;
}

static const struct instrument *instrument_of(struct into *t, const json_t *m)
{
    const char *coin = text(t, m, "coin");
    for (size_t i = 0; i < t->inst_n; i++) {
        if (strcmp(t->insts[i].symbol, coin) == 0) {
            return &t->insts[i];
        }
    }
    return NULL;
}

static struct event *add(struct into *t, int kind, const struct instrument *in, int64_t exch_ns,
                         const void *rows, size_t rows_bytes)
{
    struct event *ev = event_buf_new(t->out, kind, rows_bytes);
    if (ev == NULL) {
        abort(); /* the caller gave too little room */
    }
    ev->instrument = in->id;
    ev->version = in->version;
    ev->exch_ns = exch_ns;
    if (rows != NULL) {
        memcpy(event_rows(ev), rows, rows_bytes);
    }
    return ev;
}

/* --- messages ------------------------------------------------------------------------------------------------------ */

static void side_of(struct into *t, const json_t *list, const struct instrument *in, struct level *levels)
{
    size_t i;
    json_t *row;
    t->bad |= !json_is_array(list);
    json_array_foreach(list, i, row)
    {
        levels[i].px = amount(t, row, "px", in->price_decimals);
        levels[i].qty = amount(t, row, "sz", in->qty_decimals);
        t->bad |= levels[i].px == 0;
    }
}

static int on_book(struct into *t, const json_t *m)
{
    const struct instrument *in = instrument_of(t, m);
    const json_t *levels = json_object_get(m, "levels");
    if (in == NULL || json_is_true(json_object_get(m, "fast"))) {
        return 0;
    }
    const json_t *bids = json_array_get(levels, 0), *asks = json_array_get(levels, 1);
    size_t bid_n = json_array_size(bids), ask_n = json_array_size(asks);
    t->bad |= json_array_size(levels) != 2;
    if (t->bad) {
        return 0;
    }
    struct event *ev = add(t, EVENT_DEPTH_SNAPSHOT, in, time_ns(t, m), NULL,
                           sizeof(struct depth_rows) + (bid_n + ask_n) * sizeof(struct level));
    struct depth_rows *rows = event_rows(ev);
    rows->bid_n = (uint32_t)bid_n;
    rows->ask_n = (uint32_t)ask_n;
    side_of(t, bids, in, rows->levels);
    side_of(t, asks, in, rows->levels + bid_n);
    event_buf_push(t->out, ev);
    return 1;
}

static int on_bbo(struct into *t, const json_t *m)
{
    const struct instrument *in = instrument_of(t, m);
    const json_t *both = json_object_get(m, "bbo");
    int64_t figures[2][2] = {{0}};
    if (in == NULL) {
        return 0;
    }
    t->bad |= json_array_size(both) != 2;
    for (size_t i = 0; i < 2 && !t->bad; i++) {
        const json_t *row = json_array_get(both, i);
        if (!json_is_null(row)) {
            figures[i][0] = amount(t, row, "px", in->price_decimals);
            figures[i][1] = amount(t, row, "sz", in->qty_decimals);
        }
    }
    struct quote_row q = {figures[0][0], figures[0][1], figures[1][0], figures[1][1]};
    event_buf_push(t->out, add(t, EVENT_QUOTE, in, time_ns(t, m), &q, sizeof(q)));
    return 1;
}

static int on_trades(struct into *t, const json_t *list)
{
    size_t i;
    json_t *m;
    int n = 0;
    t->bad |= !json_is_array(list);
    json_array_foreach(list, i, m)
    {
        const struct instrument *in = instrument_of(t, m);
        if (t->bad) {
            return 0;
        }
        if (in == NULL) {
            continue;
        }
        const char *side = text(t, m, "side");
        struct trade_row row = {.px = amount(t, m, "px", in->price_decimals),
                                .qty = amount(t, m, "sz", in->qty_decimals),
                                .aggressor = strcmp(side, "A") == 0 ? AGGRESSOR_SELL : AGGRESSOR_BUY};
        int64_t exch_ns = time_ns(t, m), id = whole(t, json_object_get(m, "tid"));
        t->bad |= strcmp(side, "A") != 0 && strcmp(side, "B") != 0;
        if (!t->bad && row.px > 0 && row.qty > 0) {
            struct event *ev = add(t, EVENT_TRADE, in, exch_ns, &row, sizeof(row));
            ev->last_id = (uint64_t)id;
            event_buf_push(t->out, ev);
            n++;
        }
    }
    return n;
}

static int on_ctx(struct into *t, const json_t *m)
{
    const struct instrument *in = instrument_of(t, m);
    const json_t *c = json_object_get(m, "ctx");
    if (in == NULL) {
        return 0;
    }
    struct mark_row mark = {
        .mark = near(t, c, "markPx", in->mark_decimals),
        .index = near(t, c, "oraclePx", in->mark_decimals),
        .funding_rate = near(t, c, "funding", in->rate_decimals),
        .has_funding = 1,
    };
    struct count_row open = {near(t, c, "openInterest", in->qty_decimals)};
    t->bad |= mark.mark < 0 || mark.index < 0 || open.value < 0;
    event_buf_push(t->out, add(t, EVENT_MARK, in, 0, &mark, sizeof(mark)));
    event_buf_push(t->out, add(t, EVENT_OPEN_INTEREST, in, 0, &open, sizeof(open)));
    return 2;
}

static int decode_tree(struct into *t, const json_t *root)
{
    static const struct {
        const char *kind;
        int (*on)(struct into *t, const json_t *data);
        bool is_list;
    } kinds[] = {{"l2Book", on_book, false},
                 {"bbo", on_bbo, false},
                 {"trades", on_trades, true},
                 {"activeAssetCtx", on_ctx, false}};
    bool has_channel = json_object_get(root, "channel") != NULL;
    const json_t *data = json_object_get(root, "data");
    if (!json_is_object(root)) {
        t->bad |= !json_is_array(root);
        return 0;
    }
    if (!has_channel) {
        return json_object_get(root, "coin") != NULL ? on_book(t, root) : 0;
    }
    const char *kind = text(t, root, "channel");
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (strcmp(kinds[i].kind, kind) == 0) {
            t->bad |= kinds[i].is_list ? !json_is_array(data) : !json_is_object(data);
            return t->bad ? 0 : kinds[i].on(t, data);
        }
    }
    return 0;
}

int hyperliquid_twin_decode(const struct instrument *insts, size_t inst_n, const char *bytes, size_t n,
                            struct event_buf *out)
{
    static const char greeting[] = "Websocket connection established.";
    struct into t = {.insts = insts, .inst_n = inst_n, .out = out};
    size_t used = out->used;
    if (n == strlen(greeting) && memcmp(bytes, greeting, n) == 0) {
        return 0;
    }
    json_t *root = twin_load(bytes, n);
    int got = root != NULL ? decode_tree(&t, root) : REFUSED;
    json_decref(root);
    if (t.bad) {
        out->used = used;
        return REFUSED;
    }
    return got;
}

void hyperliquid_twin_instrument(struct instrument *ret_in, const char *symbol, uint32_t id, int qty_decimals)
{
    twin_instrument(ret_in, symbol, id, 6 - qty_decimals, qty_decimals);
    twin_move(ret_in, "hyperliquid");
    ret_in->book_rule = BOOK_RULE_SNAPSHOTS;
    ret_in->rate_decimals = 12;
}
