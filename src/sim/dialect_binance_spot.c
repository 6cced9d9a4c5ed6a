/* Binance spot: no routes, all numbers to eight digits, updates with no "pu", best prices with neither type nor time. */
#include "sim/binance_encode.h"
#include "sim/control.h"
#include "sim/dialect.h"

#include <alphaplus/base/fixed.h>
#include <inttypes.h>

enum { DIGITS = 8 };

static void list(const struct market_spec *spec, struct listing *ret_listing)
{
    struct listing *in = ret_listing;
    listing_of_spec(spec, in);
    in->tick *= fixed_pow10(DIGITS - in->price_decimals);
    in->lot *= fixed_pow10(DIGITS - in->qty_decimals);
    in->price_decimals = in->qty_decimals = DIGITS;
}

static void stream(const char *name, size_t n, struct stream *ret_stream)
{
    stream_parse(name, n, ret_stream);
    switch (ret_stream->kind) {
    case STREAM_DEPTH:
    case STREAM_QUOTE:
    case STREAM_TRADE:
    case STREAM_AGG:
    case STREAM_WINDOW: break;
    default: ret_stream->kind = STREAM_OTHER; break;
    }
    ret_stream->route = ROUTE_NONE;
}

static bool open_path(const char *path, struct listener *l, const char **ret_rest)
{
    return binance_open(path, l, ret_rest) && l->route == ROUTE_NONE;
}

static void put_rows(struct buf *out, const struct listing *in, const struct market_level *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        put_fixed(out, i > 0 ? ",[" : "[", rows[i].tick * in->tick, DIGITS);
        put_fixed(out, ",", rows[i].lots * in->lot, DIGITS);
        buf_byte(out, ']');
    }
}

static void depth(struct buf *out, const struct listing *in, int64_t event_ms, int64_t start_ms,
                  const struct market_depth *d)
{
    (void)start_ms;
    buf_printf(out,
               "{\"e\":\"depthUpdate\",\"E\":%" PRId64 ",\"s\":\"%s\",\"U\":%" PRIu64 ",\"u\":%" PRIu64
               ",\"b\":[",
               event_ms, in->symbol, d->prev_id + 1, d->last_id);
    put_rows(out, in, d->bids, d->bid_n);
    buf_text(out, "],\"a\":[");
    put_rows(out, in, d->asks, d->ask_n);
    buf_text(out, "]}");
}

static void put_book(struct buf *out, const struct listing *in, uint64_t id, const struct price_level *bids,
                     size_t bid_n, const struct price_level *asks, size_t ask_n)
{
    buf_printf(out, "{\"lastUpdateId\":%" PRIu64 ",\"bids\":[", id);
    encode_levels(out, in, bids, bid_n);
    buf_text(out, "],\"asks\":[");
    encode_levels(out, in, asks, ask_n);
    buf_text(out, "]}");
}

/* It names no symbol: that stands in the envelope. */
static void window(struct buf *out, const struct listing *in, int64_t event_ms, int64_t start_ms,
                   const struct window_news *w)
{
    (void)event_ms;
    (void)start_ms;
    put_book(out, in, w->id, w->rows[0], w->n[0], w->rows[1], w->n[1]);
}

static void quote(struct buf *out, const struct listing *in, int64_t event_ms, int64_t start_ms,
                  const struct market_quote *q)
{
    (void)event_ms;
    (void)start_ms;
    buf_printf(out, "{\"u\":%" PRIu64 ",\"s\":\"%s\"", q->id, in->symbol);
    put_fixed(out, ",\"b\":", q->bid.tick * in->tick, DIGITS);
    put_fixed(out, ",\"B\":", q->bid.lots * in->lot, DIGITS);
    put_fixed(out, ",\"a\":", q->ask.tick * in->tick, DIGITS);
    put_fixed(out, ",\"A\":", q->ask.lots * in->lot, DIGITS);
    buf_byte(out, '}');
}

static void trade(struct buf *out, const struct listing *in, int64_t event_ms, int64_t start_ms,
                  const struct market_trade *t)
{
    buf_printf(out, "{\"e\":\"trade\",\"E\":%" PRId64 ",\"s\":\"%s\",\"t\":%" PRIu64, event_ms, in->symbol,
               t->id);
    put_fixed(out, ",\"p\":", t->tick * in->tick, DIGITS);
    put_fixed(out, ",\"q\":", t->lots * in->lot, DIGITS);
    buf_printf(out, ",\"T\":%" PRId64 ",\"m\":%s,\"M\":true}", start_ms + t->time_ms,
               t->is_sell ? "true" : "false");
}

static void agg(struct buf *out, const struct listing *in, int64_t event_ms, int64_t start_ms,
                const struct market_agg *t)
{
    buf_printf(out, "{\"e\":\"aggTrade\",\"E\":%" PRId64 ",\"s\":\"%s\",\"a\":%" PRIu64, event_ms, in->symbol,
               t->id);
    put_fixed(out, ",\"p\":", t->tick * in->tick, DIGITS);
    put_fixed(out, ",\"q\":", (int64_t)t->lots * in->lot, DIGITS);
    buf_printf(out, ",\"f\":%" PRIu64 ",\"l\":%" PRIu64 ",\"T\":%" PRId64 ",\"m\":%s,\"M\":true}", t->first,
               t->last, start_ms + t->time_ms, t->is_sell ? "true" : "false");
}

static void instruments(struct buf *out, const struct listing *in, size_t n, int64_t now_ms)
{
    buf_printf(out,
               "{\"timezone\":\"UTC\",\"serverTime\":%" PRId64
               ",\"rateLimits\":[{\"rateLimitType\":\"REQUEST_WEIGHT\",\"interval\":\"MINUTE\","
               "\"intervalNum\":1,\"limit\":6000}],\"exchangeFilters\":[],\"symbols\":[",
               now_ms);
    for (size_t i = 0; i < n; i++) {
        buf_printf(
            out,
            "%s{\"symbol\":\"%s\",\"status\":\"TRADING\",\"baseAsset\":\"%s\",\"baseAssetPrecision\":8,"
            "\"quoteAsset\":\"%s\",\"quotePrecision\":8,\"quoteAssetPrecision\":8,\"orderTypes\":[\"LIMIT\"],"
            "\"isSpotTradingAllowed\":true,",
            i > 0 ? "," : "", in[i].symbol, in[i].base, in[i].quote);
        /* The largest order is as small as the venue's own, for readers that take their widths from it. */
        put_fixed(out, "\"filters\":[{\"filterType\":\"PRICE_FILTER\",\"minPrice\":", in[i].tick, DIGITS);
        put_fixed(out, ",\"maxPrice\":", INT64_C(1000000) * fixed_pow10(DIGITS), DIGITS);
        put_fixed(out, ",\"tickSize\":", in[i].tick, DIGITS);
        put_fixed(out, "},{\"filterType\":\"LOT_SIZE\",\"minQty\":", in[i].lot, DIGITS);
        put_fixed(out, ",\"maxQty\":", INT64_C(9000) * fixed_pow10(DIGITS), DIGITS);
        put_fixed(out, ",\"stepSize\":", in[i].lot, DIGITS);
        buf_text(out, "},{\"filterType\":\"NOTIONAL\",\"minNotional\":\"5.00000000\"}]}");
    }
    buf_text(out, "]}");
}

static void book(struct buf *out, const struct listing *in, uint64_t id, int64_t event_ms, int64_t time_ms,
                 const struct price_level *bids, size_t bid_n, const struct price_level *asks, size_t ask_n)
{
    (void)event_ms;
    (void)time_ms;
    put_book(out, in, id, bids, bid_n, asks, ask_n);
}

static int depth_weight(int limit)
{
    return limit > 5000 ? AP_EINVAL : limit > 1000 ? 250 : limit > 500 ? 50 : limit > 100 ? 25 : 5;
}

static const struct rest_route routes[] = {
    {"/api/v3/ping", REST_PING, 1, false},
    {"/api/v3/time", REST_TIME, 1, false},
    {"/api/v3/exchangeInfo", REST_EXCHANGE_INFO, 20, false},
    {"/api/v3/depth", REST_DEPTH, 0, true},
    {"/api/v3/klines", REST_BARS, 0, true},
    {NULL, REST_PING, 0, false},
};

const struct dialect dialect_binance_spot = {
    .venue = "binance-spot",
    .list = list,
    .open = open_path,
    .stream = stream,
    .handle = control_handle,
    .bids_open = "\"b\":[[\"",
    .size_open = "\",\"",
    .windows = BINANCE_WINDOWS,
    .depth = depth,
    .window = window,
    .quote = quote,
    .trade = trade,
    .agg = agg,
    .routes = routes,
    .depth_weight = depth_weight,
    .depth_default = 100,
    .book_window = -1,
    .limit = {.weight = 6000, .window_s = 60, .status = 429, .ban_after = 20},
    .tells_weight = true,
    .time = encode_time,
    .instruments = instruments,
    .book = book,
    .bars = encode_bars,
    .error = encode_error,
    .messages_a_second = 5,
    .ping_ms = 20 * 1000,
    .pong_ms = 60 * 1000,
};
