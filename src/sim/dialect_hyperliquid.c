/* Hyperliquid perpetuals: books come whole, prices have five digits that count, all is asked by POST to one path. Liquidations
 * are not told. */
#include "sim/dialect.h"
#include "sim/json.h"

#include <alphaplus/base/fixed.h>
#include <alphaplus/base/text.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define DECIMALS       6 /* of a price and a size together */
#define FUNDING_PARTS  8 /* the rate is told by the hour */
#define BOOK_LEVELS    20
#define INTERVALS_TEXT 8

/* Coarse: so that at about the model's prices no more than five digits count. */
static const struct {
    const char *base;
    int size_decimals, leverage;
    int32_t coarse;
} coins[] = {{"BTC", 5, 40, 10}, {"ETH", 4, 25, 10}, {"SOL", 2, 20, 1}};

static void list(const struct market_spec *spec, struct listing *ret_listing)
{
    struct listing *in = ret_listing;
    listing_of_spec(spec, in);
    for (size_t i = 0; i < sizeof coins / sizeof coins[0]; i++) {
        if (strcmp(spec->base, coins[i].base) == 0) {
            int price_decimals = DECIMALS - coins[i].size_decimals;
            in->tick = price_decimals >= in->price_decimals
                           ? in->tick * fixed_pow10(price_decimals - in->price_decimals)
                           : in->tick / fixed_pow10(in->price_decimals - price_decimals);
            in->lot *= fixed_pow10(coins[i].size_decimals - in->qty_decimals);
            in->price_decimals = price_decimals;
            in->qty_decimals = coins[i].size_decimals;
            in->coarse = coins[i].coarse;
            in->contract = (int)i;
        }
    }
    text_copy(in->symbol, sizeof in->symbol, spec->base);
    text_copy(in->quote, sizeof in->quote, "USD");
}

/* --- streams -------------------------------------------------------------------------------------------------- */

static const struct {
    const char *type;
    enum stream_kind kind;
    int slot;
} types[] = {
    {"l2Book", STREAM_WINDOW, 0}, {"l2Book,fast", STREAM_WINDOW, 1},    {"bbo", STREAM_WINDOW, 2},
    {"trades", STREAM_TRADE, 0},  {"activeAssetCtx", STREAM_TICKER, 0},
};

/* "type:coin" */
static void stream(const char *name, size_t n, struct stream *ret_stream)
{
    *ret_stream = (struct stream){.kind = STREAM_OTHER};
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        size_t k = strlen(types[i].type);
        if (n > k + 1 && n - k - 1 < SYMBOL_MAX && memcmp(name, types[i].type, k) == 0 && name[k] == ':') {
            ret_stream->kind = types[i].kind;
            ret_stream->slot = types[i].slot;
            dialect_text(ret_stream->symbol, sizeof ret_stream->symbol, name + k + 1, n - k - 1);
        }
    }
}

static bool open_path(const char *path, struct listener *l, const char **ret_rest)
{
    (void)l;
    *ret_rest = "";
    return strcmp(path, "/ws") == 0;
}

/* --- requests ------------------------------------------------------------------------------------------------- */

static void say_error(struct listener *l, const char *message, const char *about, size_t n)
{
    struct buf out;
    bool is_plain = n < 200 && !memchr(about, '"', n) && !memchr(about, '\\', n);
    buf_init(&out, 4096);
    buf_printf(&out, "{\"channel\":\"error\",\"data\":\"%s %.*s\"}", message, is_plain ? (int)n : 0, about);
    dialect_say(l, &out);
    buf_finish(&out);
}

/* The subscription comes back with what it did not say. */
static void say_response(struct listener *l, const char *method, const struct json_span *type,
                         const struct json_span *coin, bool is_fast)
{
    struct buf out;
    bool is_book = json_is(type, "l2Book");
    buf_init(&out, 4096);
    buf_printf(
        &out,
        "{\"channel\":\"subscriptionResponse\",\"data\":{\"method\":\"%s\",\"subscription\":{\"type\":\"%.*s\",\"coin\":\"%.*s\"%s%s}}}",
        method, (int)type->n, type->text, (int)coin->n, coin->text,
        is_book ? ",\"nSigFigs\":null,\"mantissa\":null" : "", is_fast ? ",\"fast\":true" : "");
    dialect_say(l, &out);
    buf_finish(&out);
}

static int change(struct listener *l, const struct json_span *sub, bool is_leaving)
{
    struct json_span type, coin, fast;
    char name[STREAM_NAME_MAX];
    if (!json_get(sub, "type", &type) || !json_get(sub, "coin", &coin) || type.type != JSON_STRING ||
        coin.type != JSON_STRING || type.n + coin.n + 8 > sizeof name) {
        say_error(l, "Invalid subscription", "", 0);
        return 0;
    }
    bool is_fast = json_get(sub, "fast", &fast) && fast.type == JSON_TRUE;
    int n = snprintf(name, sizeof name, "%.*s%s:%.*s", (int)type.n, type.text, is_fast ? ",fast" : "",
                     (int)coin.n, coin.text);
    if (!hub_knows(l, name, (size_t)n)) {
        say_error(l, "Invalid subscription", name, (size_t)n);
        return 0;
    }
    if (hub_has(l, name, (size_t)n) != is_leaving) {
        say_error(l, is_leaving ? "Already unsubscribed:" : "Already subscribed:", name, (size_t)n);
        return 0;
    }
    if (is_leaving) {
        hub_unsubscribe(l, name, (size_t)n);
        say_response(l, "unsubscribe", &type, &coin, is_fast);
        return 0;
    }
    int err = hub_subscribe(l, name, (size_t)n);
    if (err == 0) {
        say_response(l, "subscribe", &type, &coin, is_fast);
        hub_greet(l, name, (size_t)n);
    }
    return err;
}

static int handle(struct listener *l, const char *text, size_t n)
{
    static const char pong[] = "{\"channel\":\"pong\"}";
    struct json_span all, method, sub;
    if (json_read(text, n, &all) < 0 || !json_get(&all, "method", &method)) {
        say_error(l, "Error parsing JSON into valid websocket request", "", 0);
        return 0;
    }
    if (json_is(&method, "ping")) {
        hub_send(l, pong, sizeof pong - 1, "", 0, "", 0);
        return 0;
    }
    bool is_leaving = json_is(&method, "unsubscribe");
    if ((is_leaving || json_is(&method, "subscribe")) && json_get(&all, "subscription", &sub)) {
        return change(l, &sub, is_leaving);
    }
    say_error(l, "Error parsing JSON into valid websocket request", "", 0);
    return 0;
}

/* --- frames --------------------------------------------------------------------------------------------------- */

static void put_row(struct buf *out, const struct listing *in, const struct price_level *level)
{
    put_short_quoted(out, "{\"px\":", level->px, in->price_decimals);
    put_short_quoted(out, ",\"sz\":", level->qty, in->qty_decimals);
    buf_text(out, ",\"n\":1}");
}

static void put_side(struct buf *out, const struct listing *in, const struct price_level *levels, size_t n)
{
    buf_byte(out, '[');
    for (size_t i = 0; i < n; i++) {
        buf_text(out, i > 0 ? "," : "");
        put_row(out, in, &levels[i]);
    }
    buf_byte(out, ']');
}

static void put_best(struct buf *out, const struct listing *in, const struct window_news *w, int side)
{
    if (w->n[side] > 0) {
        put_row(out, in, &w->rows[side][0]);
    } else {
        buf_text(out, "null");
    }
}

static void put_book(struct buf *out, const struct listing *in, int64_t time_ms,
                     const struct price_level *bids, size_t bid_n, const struct price_level *asks,
                     size_t ask_n, bool is_fast)
{
    buf_printf(out, "{\"coin\":\"%s\",\"levels\":[", in->symbol);
    put_side(out, in, bids, bid_n);
    buf_byte(out, ',');
    put_side(out, in, asks, ask_n);
    buf_printf(out, "],\"time\":%" PRId64 "%s}", time_ms, is_fast ? ",\"fast\":true" : "");
}

static void window(struct buf *out, const struct listing *in, int64_t event_ms, int64_t start_ms,
                   const struct window_news *w)
{
    (void)event_ms;
    int64_t time_ms = start_ms + w->time_ms;
    if (w->spec->levels > 1) {
        buf_text(out, "{\"channel\":\"l2Book\",\"data\":");
        put_book(out, in, time_ms, w->rows[0], w->n[0], w->rows[1], w->n[1], w->spec->levels < BOOK_LEVELS);
        buf_byte(out, '}');
        return;
    }
    buf_printf(out, "{\"channel\":\"bbo\",\"data\":{\"coin\":\"%s\",\"time\":%" PRId64 ",\"bbo\":[",
               in->symbol, time_ms);
    put_best(out, in, w, 0);
    buf_byte(out, ',');
    put_best(out, in, w, 1);
    buf_text(out, "]}}");
}

static void trade(struct buf *out, const struct listing *in, int64_t event_ms, int64_t start_ms,
                  const struct market_trade *t)
{
    (void)event_ms;
    buf_printf(out, "{\"channel\":\"trades\",\"data\":[{\"coin\":\"%s\",\"side\":\"%s\"", in->symbol,
               t->is_sell ? "A" : "B");
    put_short_quoted(out, ",\"px\":", listing_px(in, t->is_sell ? 0 : 1, t->tick), in->price_decimals);
    put_short_quoted(out, ",\"sz\":", t->lots * in->lot, in->qty_decimals);
    buf_printf(out,
               ",\"time\":%" PRId64 ",\"hash\":\"0x%064" PRIx64 "\",\"tid\":%" PRIu64
               ",\"users\":[\"0x%040d\",\"0x%040d\"]}]}",
               start_ms + t->time_ms, t->id, t->id, 1, 2);
}

static void figure(struct buf *out, const struct listing *in, int64_t event_ms, enum stream_kind kind,
                   const struct figures *now, const struct figures *before)
{
    (void)event_ms;
    (void)kind;
    (void)before;
    buf_printf(out, "{\"channel\":\"activeAssetCtx\",\"data\":{\"coin\":\"%s\",\"ctx\":{", in->symbol);
    put_real(out, "\"funding\":", now->mark.funding / FUNDING_PARTS, 10);
    put_short_quoted(out, ",\"openInterest\":", now->open_interest * in->lot, in->qty_decimals);
    put_real(out, ",\"prevDayPx\":", now->mark.index, in->price_decimals);
    buf_text(out, ",\"dayNtlVlm\":\"1516669192.1953897476\",\"premium\":null");
    put_real(out, ",\"oraclePx\":", now->mark.index, in->price_decimals);
    put_real(out, ",\"markPx\":", now->mark.mark, in->price_decimals);
    buf_text(out, ",\"midPx\":null,\"impactPxs\":null,\"dayBaseVlm\":\"19707.77457\"}}}");
}

/* --- answers -------------------------------------------------------------------------------------------------- */

static const struct {
    const char *type;
    enum rest_kind kind;
    int weight;
} infos[] = {
    {"meta", REST_EXCHANGE_INFO, 20},
    {"l2Book", REST_DEPTH, 2},
    {"candleSnapshot", REST_BARS, 20},
    {"exchangeStatus", REST_TIME, 2},
};

static int64_t whole_of(const struct json_span *object, const char *key)
{
    struct json_span value;
    int64_t whole;
    return json_get(object, key, &value) && value.type == JSON_NUMBER &&
                   fixed_parse(value.text, value.n, 0, &whole) == 0 && whole > 0
               ? whole
               : 0;
}

static int post(const char *path, const char *body, size_t n, struct rest_request *ret_request)
{
    struct json_span all, type, req, coin, interval;
    char text[INTERVALS_TEXT];
    if (strcmp(path, "/info") != 0) {
        return AP_ENOTFOUND;
    }
    if (json_read(body, n, &all) < 0 || !json_get(&all, "type", &type)) {
        return AP_EINVAL;
    }
    struct rest_request r = {.limit = BOOK_LEVELS, .bar_ms = 60000};
    size_t i = 0;
    while (i < sizeof infos / sizeof infos[0] && !json_is(&type, infos[i].type)) {
        i++;
    }
    if (i == sizeof infos / sizeof infos[0]) {
        return AP_EINVAL;
    }
    r.kind = infos[i].kind;
    r.weight = infos[i].weight;
    req = all;
    if (r.kind == REST_BARS) {
        if (!json_get(&all, "req", &req) || !json_get(&req, "interval", &interval)) {
            return AP_EINVAL;
        }
        dialect_text(text, sizeof text, interval.text, interval.n);
        r.limit = BARS_MAX;
        r.from_ms = whole_of(&req, "startTime");
        r.to_ms = whole_of(&req, "endTime");
        if (rest_parse_interval(text, &r.bar_ms) < 0) {
            return AP_EINVAL;
        }
    }
    if (json_get(&req, "coin", &coin) && coin.type == JSON_STRING) {
        dialect_text(r.symbol, sizeof r.symbol, coin.text, coin.n);
    }
    if (r.symbol[0] == '\0' && (r.kind == REST_DEPTH || r.kind == REST_BARS)) {
        return AP_EINVAL;
    }
    *ret_request = r;
    return 0;
}

static void time_now(struct buf *out, int64_t now_ms)
{
    buf_printf(out, "{\"time\":%" PRId64 ",\"specialStatuses\":null}", now_ms);
}

static void instruments(struct buf *out, const struct listing *in, size_t n, int64_t now_ms)
{
    (void)now_ms;
    buf_text(out, "{\"universe\":[");
    for (size_t i = 0; i < n; i++) {
        buf_printf(out, "%s{\"szDecimals\":%d,\"name\":\"%s\",\"maxLeverage\":%d,\"marginTableId\":%d}",
                   i > 0 ? "," : "", in[i].qty_decimals, in[i].symbol, coins[in[i].contract].leverage,
                   coins[in[i].contract].leverage);
    }
    buf_text(out, "],\"marginTables\":[]}");
}

static void book(struct buf *out, const struct listing *in, uint64_t id, int64_t event_ms, int64_t time_ms,
                 const struct price_level *bids, size_t bid_n, const struct price_level *asks, size_t ask_n)
{
    (void)id;
    (void)event_ms;
    put_book(out, in, time_ms, bids, bid_n, asks, ask_n, false);
}

static void bars(struct buf *out, const struct listing *in, int64_t now_ms, int64_t bar_ms,
                 const struct bar *list_, size_t n)
{
    (void)now_ms;
    buf_byte(out, '[');
    for (size_t i = 0; i < n; i++) {
        const struct bar *b = &list_[i];
        buf_printf(out, "%s{\"t\":%" PRId64 ",\"T\":%" PRId64 ",\"s\":\"%s\",\"i\":\"%" PRId64 "m\"",
                   i > 0 ? "," : "", b->open_ms, b->open_ms + bar_ms - 1, in->symbol, bar_ms / 60000);
        put_short_quoted(out, ",\"o\":", listing_px(in, 0, b->open), in->price_decimals);
        put_short_quoted(out, ",\"c\":", listing_px(in, 0, b->close), in->price_decimals);
        put_short_quoted(out, ",\"h\":", listing_px(in, 0, b->high), in->price_decimals);
        put_short_quoted(out, ",\"l\":", listing_px(in, 0, b->low), in->price_decimals);
        put_short_quoted(out, ",\"v\":", (int64_t)b->lots * in->lot, in->qty_decimals);
        buf_printf(out, ",\"n\":%" PRIu64 "}", b->trades);
    }
    buf_byte(out, ']');
}

static void error(struct buf *out, int code, const char *message)
{
    (void)code;
    buf_text(out, message);
}

static int depth_weight(int limit)
{
    return limit == BOOK_LEVELS ? 2 : AP_EINVAL;
}

const struct dialect dialect_hyperliquid = {
    .venue = "hyperliquid",
    .list = list,
    .open = open_path,
    .stream = stream,
    .handle = handle,
    .bids_open = "\"levels\":[[{\"px\":\"",
    .size_open = "\",\"sz\":\"",
    .windows = {{BOOK_LEVELS, 5000, true, false, 0}, {5, 500, true, false, 0}, {1, 10, true, true, 0}},
    .window = window,
    .trade = trade,
    .figure = figure,
    .ticker_ms = 1000,
    .post = post,
    .depth_weight = depth_weight,
    .book_window = -1,
    .limit = {.weight = 1200, .window_s = 60, .status = 429},
    .time = time_now,
    .instruments = instruments,
    .book = book,
    .bars = bars,
    .error = error,
    .idle_ms = 60 * 1000,
};
