/* Bybit v5 linear: topics, books as a snapshot and what changes in their window, tickers of changed fields. The first snapshot
 * may come before the answer to its subscription; here it always does. */
#include "sim/dialect.h"
#include "sim/json.h"

#include <alphaplus/base/fixed.h>
#include <alphaplus/base/text.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define FUNDING_MS INT64_C(28800000)
#define IDS_FROM   1000 /* 1 would be a restart of the venue */

/* --- streams -------------------------------------------------------------------------------------------------- */

static const struct {
    const char *before;
    enum stream_kind kind;
    int slot;
} topics[] = {
    {"orderbook.1.", STREAM_WINDOW, 0},   {"orderbook.50.", STREAM_WINDOW, 1},
    {"orderbook.200.", STREAM_WINDOW, 2}, {"orderbook.1000.", STREAM_WINDOW, 3},
    {"publicTrade.", STREAM_TRADE, 0},    {"tickers.", STREAM_TICKER, 0},
    {"allLiquidation.", STREAM_FORCE, 0},
};

static void stream(const char *name, size_t n, struct stream *ret_stream)
{
    *ret_stream = (struct stream){.kind = STREAM_OTHER};
    for (size_t i = 0; i < sizeof topics / sizeof topics[0]; i++) {
        size_t k = strlen(topics[i].before);
        if (n > k && n - k < SYMBOL_MAX && memcmp(name, topics[i].before, k) == 0) {
            ret_stream->kind = topics[i].kind;
            ret_stream->slot = topics[i].slot;
            dialect_text(ret_stream->symbol, sizeof ret_stream->symbol, name + k, n - k);
        }
    }
}

static bool open_path(const char *path, struct listener *l, const char **ret_rest)
{
    (void)l;
    *ret_rest = "";
    return strcmp(path, "/v5/public/linear") == 0;
}

/* --- requests ------------------------------------------------------------------------------------------------- */

static void answer(struct listener *l, const struct json_span *all, bool is_good, const char *message,
                   const char *op)
{
    struct json_span id;
    char text[64] = "";
    struct buf out;
    if (json_get(all, "req_id", &id) && id.type == JSON_STRING) {
        dialect_text(text, sizeof text, id.text, id.n);
    }
    buf_init(&out, 4096);
    buf_printf(&out,
               "{\"success\":%s,\"ret_msg\":\"%s\",\"conn_id\":\"sim-%" PRIu64
               "\",\"req_id\":\"%s\",\"op\":\"%s\"}",
               is_good ? "true" : "false", message, l->serial, text, op);
    dialect_say(l, &out);
    buf_finish(&out);
}

/* One topic that does not exist fails all of the request. */
static bool are_known(struct listener *l, const struct json_span *all, const struct json_span *args,
                      const char *op)
{
    struct json_walk w;
    struct json_span name;
    char message[160];
    if (json_enter(args, JSON_ARRAY, &w) < 0) {
        return false;
    }
    while (json_item(&w, &name) > 0) {
        if (name.type != JSON_STRING || !hub_knows(l, name.text, name.n)) {
            /* What it said goes back only where it can be no more than a name. */
            bool is_plain = name.type == JSON_STRING && name.n < 64 && !memchr(name.text, '\\', name.n);
            snprintf(message, sizeof message, "error:handler not found,topic:%.*s",
                     is_plain ? (int)name.n : 0, name.text);
            answer(l, all, false, message, op);
            return false;
        }
        if (strcmp(op, "subscribe") == 0 && hub_has(l, name.text, name.n)) {
            snprintf(message, sizeof message, "error:already subscribed,topic:%.*s", (int)name.n, name.text);
            answer(l, all, false, message, op);
            return false;
        }
    }
    return true;
}

static int change(struct listener *l, const struct json_span *all, const char *op)
{
    bool is_leaving = strcmp(op, "unsubscribe") == 0;
    struct json_walk w;
    struct json_span args, name;
    if (!json_get(all, "args", &args) || args.type != JSON_ARRAY) {
        answer(l, all, false, "Params Error", op);
        return 0;
    }
    if (!are_known(l, all, &args, op)) {
        return 0;
    }
    int err = json_enter(&args, JSON_ARRAY, &w);
    while (err >= 0 && json_item(&w, &name) > 0) {
        if (is_leaving) {
            hub_unsubscribe(l, name.text, name.n);
        } else if ((err = hub_subscribe(l, name.text, name.n)) == 0) {
            hub_greet(l, name.text, name.n);
        }
    }
    answer(l, all, true, "", op);
    return err;
}

static int handle(struct listener *l, const char *text, size_t n)
{
    struct json_span all, op;
    if (json_read(text, n, &all) < 0 || !json_get(&all, "op", &op) || op.type != JSON_STRING) {
        struct json_span none = {JSON_NULL, "", 0};
        answer(l, &none, false, "error:request is not valid", "");
        return 0;
    }
    if (json_is(&op, "ping")) {
        answer(l, &all, true, "pong", "ping");
        return 0;
    }
    if (json_is(&op, "subscribe") || json_is(&op, "unsubscribe")) {
        return change(l, &all, json_is(&op, "subscribe") ? "subscribe" : "unsubscribe");
    }
    answer(l, &all, false, "error:unknown op", "");
    return 0;
}

/* --- frames --------------------------------------------------------------------------------------------------- */

static void window(struct buf *out, const struct listing *in, int64_t event_ms, int64_t start_ms,
                   const struct window_news *w)
{
    buf_printf(out, "{\"topic\":\"orderbook.%d.%s\",", w->spec->levels, in->symbol);
    const char *type = w->is_snapshot ? "snapshot" : "delta";
    if (w->spec->levels == 1) { /* the order of its keys is another one */
        buf_printf(out, "\"ts\":%" PRId64 ",\"type\":\"%s\",", event_ms, type);
    } else {
        buf_printf(out, "\"type\":\"%s\",\"ts\":%" PRId64 ",", type, event_ms);
    }
    buf_printf(out, "\"data\":{\"s\":\"%s\",\"b\":[", in->symbol);
    put_pairs(out, in, w->rows[0], w->n[0], "");
    buf_text(out, "],\"a\":[");
    put_pairs(out, in, w->rows[1], w->n[1], "");
    buf_printf(out, "],\"u\":%" PRIu64 ",\"seq\":%" PRIu64 "},\"cts\":%" PRId64 "}", w->count + IDS_FROM,
               w->id, start_ms + w->time_ms);
}

static void trade(struct buf *out, const struct listing *in, int64_t event_ms, int64_t start_ms,
                  const struct market_trade *t)
{
    buf_printf(out,
               "{\"topic\":\"publicTrade.%s\",\"type\":\"snapshot\",\"ts\":%" PRId64
               ",\"data\":[{\"T\":%" PRId64 ",\"s\":\"%s\",\"S\":\"%s\"",
               in->symbol, event_ms, start_ms + t->time_ms, in->symbol, t->is_sell ? "Sell" : "Buy");
    put_short_quoted(out, ",\"v\":", t->lots * in->lot, in->qty_decimals);
    put_short_quoted(out, ",\"p\":", t->tick * in->tick, in->price_decimals);
    buf_printf(out,
               ",\"L\":\"%s\",\"i\":\"00000000-0000-5000-8000-%012" PRIx64
               "\",\"BT\":false,\"RPI\":false,\"seq\":%" PRIu64 "}]}",
               t->is_sell ? "ZeroMinusTick" : "ZeroPlusTick", t->id, t->id);
}

static void force(struct buf *out, const struct listing *in, int64_t event_ms, int64_t start_ms,
                  const struct market_liquidation *l)
{
    /* "S" is the side of the position that died, "p" its bankruptcy price, "v" all of it. */
    buf_printf(out,
               "{\"topic\":\"allLiquidation.%s\",\"type\":\"snapshot\",\"ts\":%" PRId64
               ",\"data\":[{\"T\":%" PRId64 ",\"s\":\"%s\",\"S\":\"%s\"",
               in->symbol, event_ms, start_ms + l->time_ms, in->symbol, l->is_long ? "Buy" : "Sell");
    put_short_quoted(out, ",\"v\":", (int64_t)l->lots * in->lot, in->qty_decimals);
    put_short_quoted(out, ",\"p\":", l->limit * in->tick, in->price_decimals);
    buf_text(out, "}]}");
}

/* Both sides of every contract are counted, and worth their value at the mark. */
static void put_open_interest(struct buf *out, const struct listing *in, const struct figures *f)
{
    double one = (double)(f->open_interest * in->lot) / (double)fixed_pow10(in->qty_decimals);
    put_short_quoted(out, ",\"openInterest\":", 2 * f->open_interest * in->lot, in->qty_decimals);
    put_real(out, ",\"openInterestValue\":", 2 * one * f->mark.mark, 2);
    put_short_quoted(out, ",\"singleOpenInterest\":", f->open_interest * in->lot, in->qty_decimals);
    put_real(out, ",\"singleOpenInterestValue\":", one * f->mark.mark, 2);
}

static void put_best(struct buf *out, const struct listing *in, const char *px, const char *size,
                     const struct market_level *now)
{
    put_short_quoted(out, px, now->tick * in->tick, in->price_decimals);
    put_short_quoted(out, size, now->lots * in->lot, in->qty_decimals);
}

static bool is_new_level(const struct market_level *now, const struct market_level *was)
{
    return now->tick != was->tick || now->lots != was->lots;
}

static void figure(struct buf *out, const struct listing *in, int64_t event_ms, enum stream_kind kind,
                   const struct figures *now, const struct figures *was)
{
    const struct figures nothing = {.open_interest = -1};
    bool is_all = was == NULL;
    (void)kind;
    was = was ? was : &nothing;
    buf_printf(out, "{\"topic\":\"tickers.%s\",\"type\":\"%s\",\"data\":{\"symbol\":\"%s\"", in->symbol,
               is_all ? "snapshot" : "delta", in->symbol);
    if (is_all) {
        put_real(out, ",\"lastPrice\":", now->mark.mark, in->price_decimals);
        buf_text(
            out,
            ",\"tickDirection\":\"ZeroPlusTick\",\"price24hPcnt\":\"0.001624\",\"fundingIntervalHour\":\"8\","
            "\"fundingCap\":\"0.005\",\"preOpenPrice\":\"\",\"preQty\":\"\",\"curPreListingPhase\":\"\"");
        buf_printf(out, ",\"nextFundingTime\":\"%" PRId64 "\"", next_full_ms(event_ms, FUNDING_MS));
    }
    if (is_all || now->mark.mark != was->mark.mark) {
        put_real(out, ",\"markPrice\":", now->mark.mark, in->price_decimals);
    }
    if (is_all || now->mark.index != was->mark.index) {
        put_real(out, ",\"indexPrice\":", now->mark.index, in->price_decimals);
    }
    if (is_all || now->mark.funding != was->mark.funding) {
        put_real(out, ",\"fundingRate\":", now->mark.funding, 8);
    }
    if (now->open_interest != was->open_interest) {
        put_open_interest(out, in, now);
    }
    if (is_new_level(&now->quote.bid, &was->quote.bid)) {
        put_best(out, in, ",\"bid1Price\":", ",\"bid1Size\":", &now->quote.bid);
    }
    if (is_new_level(&now->quote.ask, &was->quote.ask)) {
        put_best(out, in, ",\"ask1Price\":", ",\"ask1Size\":", &now->quote.ask);
    }
    buf_printf(out, "},\"cs\":%" PRIu64 ",\"ts\":%" PRId64 "}", now->quote.id, event_ms);
}

/* --- answers -------------------------------------------------------------------------------------------------- */

static void put_head(struct buf *out)
{
    buf_text(out, "{\"retCode\":0,\"retMsg\":\"OK\",\"result\":{");
}

static void put_end(struct buf *out, int64_t now_ms)
{
    buf_printf(out, "},\"retExtInfo\":{},\"time\":%" PRId64 "}", now_ms);
}

static void time_now(struct buf *out, int64_t now_ms)
{
    put_head(out);
    buf_printf(out, "\"timeSecond\":\"%" PRId64 "\",\"timeNano\":\"%" PRId64 "000000\"", now_ms / 1000,
               now_ms);
    put_end(out, now_ms);
}

static void put_instrument(struct buf *out, const struct listing *in)
{
    buf_printf(
        out,
        "{\"symbol\":\"%s\",\"contractType\":\"LinearPerpetual\",\"status\":\"Trading\",\"baseCoin\":\"%s\","
        "\"quoteCoin\":\"%s\",\"launchTime\":\"1584230400000\",\"deliveryTime\":\"0\",\"deliveryFeeRate\":\"\","
        "\"priceScale\":\"%d\",\"leverageFilter\":{\"minLeverage\":\"1\",\"maxLeverage\":\"100.00\",\"leverageStep\":\"0.01\"}",
        in->symbol, in->base, in->quote, in->price_decimals);
    put_fixed(out, ",\"priceFilter\":{\"minPrice\":", in->tick, in->price_decimals);
    put_fixed(out, ",\"maxPrice\":", INT64_C(1999999) * fixed_pow10(in->price_decimals), in->price_decimals);
    put_fixed(out, ",\"tickSize\":", in->tick, in->price_decimals);
    put_fixed(out, "},\"lotSizeFilter\":{\"maxOrderQty\":", INT64_C(1190) * fixed_pow10(in->qty_decimals),
              in->qty_decimals);
    put_fixed(out, ",\"minOrderQty\":", in->lot, in->qty_decimals);
    put_fixed(out, ",\"qtyStep\":", in->lot, in->qty_decimals);
    buf_printf(
        out,
        ",\"postOnlyMaxOrderQty\":\"1190\",\"maxMktOrderQty\":\"500\",\"minNotionalValue\":\"5\"},"
        "\"unifiedMarginTrade\":true,\"fundingInterval\":480,\"settleCoin\":\"%s\",\"copyTrading\":\"both\","
        "\"upperFundingRate\":\"0.005\",\"lowerFundingRate\":\"-0.005\",\"isPreListing\":false,\"preListingInfo\":null}",
        in->quote);
}

static void instruments(struct buf *out, const struct listing *list, size_t n, int64_t now_ms)
{
    put_head(out);
    buf_text(out, "\"category\":\"linear\",\"list\":[");
    for (size_t i = 0; i < n; i++) {
        buf_text(out, i > 0 ? "," : "");
        put_instrument(out, &list[i]);
    }
    buf_text(out, "],\"nextPageCursor\":\"\"");
    put_end(out, now_ms);
}

static void open_interest(struct buf *out, const struct listing *in, int64_t lots, int64_t now_ms)
{
    put_head(out);
    buf_printf(out, "\"symbol\":\"%s\",\"category\":\"linear\",\"list\":[{", in->symbol);
    put_short_quoted(out, "\"openInterest\":", 2 * lots * in->lot, in->qty_decimals);
    put_short_quoted(out, ",\"singleOpenInterest\":", lots * in->lot, in->qty_decimals);
    buf_printf(out, ",\"timestamp\":\"%" PRId64 "\"}],\"nextPageCursor\":\"\"", now_ms);
    put_end(out, now_ms);
}

static void bars(struct buf *out, const struct listing *in, int64_t now_ms, int64_t bar_ms,
                 const struct bar *list, size_t n)
{
    (void)bar_ms;
    put_head(out);
    buf_printf(out, "\"category\":\"linear\",\"symbol\":\"%s\",\"list\":[", in->symbol);
    for (size_t i = n; i > 0; i--) { /* newest first */
        const struct bar *b = &list[i - 1];
        const int32_t prices[] = {b->open, b->high, b->low, b->close};
        double price = (double)(b->close * in->tick) / (double)fixed_pow10(in->price_decimals);
        buf_printf(out, "%s[\"%" PRId64 "\"", i < n ? "," : "", b->open_ms);
        for (size_t k = 0; k < 4; k++) {
            put_short_quoted(out, ",", prices[k] * in->tick, in->price_decimals);
        }
        put_short_quoted(out, ",", (int64_t)b->lots * in->lot, in->qty_decimals);
        put_real(out, ",",
                 (double)((int64_t)b->lots * in->lot) / (double)fixed_pow10(in->qty_decimals) * price, 4);
        buf_byte(out, ']');
    }
    buf_byte(out, ']');
    put_end(out, now_ms);
}

static void error(struct buf *out, int code, const char *message)
{
    buf_printf(out, "{\"retCode\":%d,\"retMsg\":\"%s\",\"result\":{},\"retExtInfo\":{},\"time\":0}",
               code == 0  ? 10016
               : code < 0 ? 10001
                          : code,
               message);
}

static const struct rest_route routes[] = {
    {"/v5/market/time", REST_TIME, 1, false},
    {"/v5/market/instruments-info", REST_EXCHANGE_INFO, 1, false},
    {"/v5/market/open-interest", REST_OPEN_INTEREST, 1, true},
    {"/v5/market/kline", REST_BARS, 1, true},
    {NULL, REST_PING, 0, false},
};

const struct dialect dialect_bybit = {
    .venue = "bybit",
    .list = listing_of_spec,
    .open = open_path,
    .stream = stream,
    .handle = handle,
    .bids_open = "\"b\":[[\"",
    .size_open = "\",\"",
    .windows = {{1, 10, true, true, 3000},
                {50, 20, false, true, 0},
                {200, 100, false, true, 0},
                {1000, 200, false, true, 0}},
    .ids_from = IDS_FROM,
    .window = window,
    .trade = trade,
    .force = force,
    .figure = figure,
    .ticker_ms = 100,
    .routes = routes,
    .book_window = 3,
    .limit = {.weight = 600, .window_s = 5, .status = 403},
    .time = time_now,
    .instruments = instruments,
    .open_interest = open_interest,
    .bars = bars,
    .error = error,
    .idle_ms = 600 * 1000,
};
