/* OKX v5 swaps: channels with an instrument, books as a snapshot and what changes, with ids that lead from one to the next and
 * the checksum of the best 25. Sizes are contracts. */
#include "sim/dialect.h"
#include "sim/json.h"

#include <alphaplus/base/fixed.h>
#include <alphaplus/base/hash.h>
#include <alphaplus/base/text.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define FUNDING_MS   INT64_C(28800000)
#define CHECKED_MAX  25
#define CHECKED_TEXT (4 * CHECKED_MAX * FIXED_TEXT_MAX)
#define ROW_MORE     ",\"0\",\"1\""

/* One lot of the model is so much of a contract: of the base, 0.01 BTC, 0.1 ETH, 1 SOL. */
static const struct {
    const char *base, *worth;
    int qty_decimals;
    int64_t lot;
} contracts[] = {{"BTC", "0.01", 2, 10}, {"ETH", "0.1", 2, 1}, {"SOL", "1", 2, 1}};

static void list(const struct market_spec *spec, struct listing *ret_listing)
{
    struct listing *in = ret_listing;
    listing_of_spec(spec, in);
    for (size_t i = 0; i < sizeof contracts / sizeof contracts[0]; i++) {
        if (strcmp(spec->base, contracts[i].base) == 0) {
            in->qty_decimals = contracts[i].qty_decimals;
            in->lot = contracts[i].lot;
            in->contract = (int)i;
        }
    }
    snprintf(in->symbol, sizeof in->symbol, "%s-%s-SWAP", spec->base, spec->quote);
    snprintf(in->pair, sizeof in->pair, "%s-%s", spec->base, spec->quote);
}

/* --- streams -------------------------------------------------------------------------------------------------- */

static const struct {
    const char *channel;
    enum stream_kind kind;
    int slot;
} channels[] = {
    {"books", STREAM_WINDOW, 0},
    {"books5", STREAM_WINDOW, 1},
    {"bbo-tbt", STREAM_WINDOW, 2},
    {"trades", STREAM_AGG, 0},
    {"tickers", STREAM_TICKER, 0},
    {"mark-price", STREAM_MARK, 0},
    {"index-tickers", STREAM_INDEX, 0},
    {"funding-rate", STREAM_FUNDING, 0},
    {"open-interest", STREAM_OPEN_INTEREST, 0},
};
#define LIQUIDATIONS "liquidation-orders:SWAP"

/* "channel:instId"; an index is that of its swap. */
static void stream(const char *name, size_t n, struct stream *ret_stream)
{
    *ret_stream = (struct stream){.kind = STREAM_OTHER};
    if (n == sizeof LIQUIDATIONS - 1 && memcmp(name, LIQUIDATIONS, n) == 0) {
        ret_stream->kind = STREAM_ALL_FORCE;
        return;
    }
    for (size_t i = 0; i < sizeof channels / sizeof channels[0]; i++) {
        size_t k = strlen(channels[i].channel);
        if (n <= k + 1 || n - k - 1 >= SYMBOL_MAX - 5 || memcmp(name, channels[i].channel, k) != 0 ||
            name[k] != ':') {
            continue;
        }
        ret_stream->kind = channels[i].kind;
        ret_stream->slot = channels[i].slot;
        snprintf(ret_stream->symbol, sizeof ret_stream->symbol, "%.*s%s", (int)(n - k - 1), name + k + 1,
                 channels[i].kind == STREAM_INDEX ? "-SWAP" : "");
    }
}

static bool open_path(const char *path, struct listener *l, const char **ret_rest)
{
    (void)l;
    *ret_rest = "";
    return strcmp(path, "/ws/v5/public") == 0;
}

/* --- requests ------------------------------------------------------------------------------------------------- */

static void put_arg(struct buf *out, const char *name)
{
    const char *colon = strchr(name, ':');
    buf_printf(out, "\"arg\":{\"channel\":\"%.*s\",\"%s\":\"%s\"}", (int)(colon - name), name,
               strcmp(name, LIQUIDATIONS) == 0 ? "instType" : "instId", colon + 1);
}

static void say_event(struct listener *l, const char *event, const char *name)
{
    struct buf out;
    buf_init(&out, 4096);
    buf_printf(&out, "{\"event\":\"%s\",", event);
    put_arg(&out, name);
    buf_printf(&out, ",\"connId\":\"%08" PRIx64 "\"}", l->serial);
    dialect_say(l, &out);
    buf_finish(&out);
}

static void say_error(struct listener *l, int code, const char *message)
{
    struct buf out;
    buf_init(&out, 4096);
    buf_printf(&out, "{\"event\":\"error\",\"code\":\"%d\",\"msg\":\"%s\",\"connId\":\"%08" PRIx64 "\"}",
               code, message, l->serial);
    dialect_say(l, &out);
    buf_finish(&out);
}

/* {"channel":..,"instId":..} -> its name here; false: it has none. */
static bool read_arg(const struct json_span *arg, char name[STREAM_NAME_MAX])
{
    struct json_span channel, inst;
    bool is_all = false;
    if (!json_get(arg, "channel", &channel) || channel.type != JSON_STRING) {
        return false;
    }
    if (!json_get(arg, "instId", &inst)) {
        is_all = true;
        if (!json_get(arg, "instType", &inst)) {
            return false;
        }
    }
    if (inst.type != JSON_STRING || channel.n + inst.n + 2 > STREAM_NAME_MAX) {
        return false;
    }
    snprintf(name, STREAM_NAME_MAX, "%.*s:%.*s", (int)channel.n, channel.text, (int)inst.n, inst.text);
    return is_all == (strcmp(name, LIQUIDATIONS) == 0);
}

static int change_one(struct listener *l, const struct json_span *arg, bool is_leaving)
{
    char name[STREAM_NAME_MAX], message[160];
    struct json_span channel;
    bool has_name = read_arg(arg, name);
    bool is_deep = json_get(arg, "channel", &channel) &&
                   (json_is(&channel, "books-l2-tbt") || json_is(&channel, "books50-l2-tbt"));
    if (is_deep) {
        say_error(l, 60011, "Please log in");
        return 0;
    }
    if (!has_name || !hub_knows(l, name, strlen(name))) {
        bool is_plain = has_name && strpbrk(name, "\"\\") == NULL;
        snprintf(
            message, sizeof message,
            "Wrong URL or channel:%.*s,instId:%s doesn't exist. Please use the correct URL, channel and parameters.",
            is_plain ? (int)strcspn(name, ":") : 0, name, is_plain ? strchr(name, ':') + 1 : "");
        say_error(l, 60018, message);
        return 0;
    }
    if (is_leaving) {
        hub_unsubscribe(l, name, strlen(name));
        say_event(l, "unsubscribe", name);
        return 0;
    }
    int err = hub_subscribe(l, name, strlen(name));
    if (err == 0) {
        say_event(l, "subscribe", name);
        hub_greet(l, name, strlen(name));
    }
    return err;
}

static int handle(struct listener *l, const char *text, size_t n)
{
    struct json_span all, op, args, arg;
    struct json_walk w;
    if (n == 4 && memcmp(text, "ping", 4) == 0) {
        hub_send(l, "pong", 4, "", 0, "", 0);
        return 0;
    }
    if (json_read(text, n, &all) < 0 || !json_get(&all, "op", &op) || !json_get(&all, "args", &args) ||
        json_enter(&args, JSON_ARRAY, &w) < 0 ||
        (!json_is(&op, "subscribe") && !json_is(&op, "unsubscribe"))) {
        say_error(l, 60012, "Invalid request");
        return 0;
    }
    int err = 0;
    while (err == 0 && json_item(&w, &arg) > 0) {
        err = change_one(l, &arg, json_is(&op, "unsubscribe"));
    }
    return err;
}

/* --- books ---------------------------------------------------------------------------------------------------- */

static size_t put_checked(char *at, const struct listing *in, const struct price_level *level)
{
    struct buf text;
    buf_init(&text, 4 * FIXED_TEXT_MAX);
    put_short(&text, level->px, in->price_decimals);
    buf_byte(&text, ':');
    put_short(&text, level->qty, in->qty_decimals);
    size_t n = text.len;
    memcpy(at, text.data, n);
    buf_finish(&text);
    return n;
}

static int32_t checksum(const struct listing *in, const struct window_news *w)
{
    char text[CHECKED_TEXT];
    size_t n = 0;
    for (size_t i = 0; i < CHECKED_MAX; i++) {
        for (int side = 0; side < 2; side++) {
            if (i < w->all_n[side]) {
                if (n > 0) {
                    text[n++] = ':';
                }
                n += put_checked(text + n, in, &w->all[side][i]);
            }
        }
    }
    return (int32_t)hash_crc32(0, text, n);
}

static void put_channel(struct buf *out, const char *channel, const char *symbol)
{
    buf_printf(out, "{\"arg\":{\"channel\":\"%s\",\"instId\":\"%s\"},", channel, symbol);
}

static void window(struct buf *out, const struct listing *in, int64_t event_ms, int64_t start_ms,
                   const struct window_news *w)
{
    (void)event_ms;
    bool is_books = !w->spec->is_whole;
    put_channel(out, is_books ? "books" : w->spec->levels == 1 ? "bbo-tbt" : "books5", in->symbol);
    if (is_books) {
        buf_printf(out, "\"action\":\"%s\",", w->is_snapshot ? "snapshot" : "update");
    }
    buf_text(out, "\"data\":[{\"asks\":[");
    put_pairs(out, in, w->rows[1], w->n[1], ROW_MORE);
    buf_text(out, "],\"bids\":[");
    put_pairs(out, in, w->rows[0], w->n[0], ROW_MORE);
    buf_printf(out, "],\"ts\":\"%" PRId64 "\"", start_ms + w->time_ms);
    if (is_books) {
        buf_printf(out, ",\"checksum\":%" PRId32 ",\"prevSeqId\":%" PRId64, checksum(in, w),
                   w->is_snapshot ? -1 : (int64_t)w->prev_id);
    }
    buf_printf(out, ",\"seqId\":%" PRIu64 "}]}", w->id);
}

/* --- the others ----------------------------------------------------------------------------------------------- */

static void agg(struct buf *out, const struct listing *in, int64_t event_ms, int64_t start_ms,
                const struct market_agg *t)
{
    (void)event_ms;
    put_channel(out, "trades", in->symbol);
    buf_printf(out, "\"data\":[{\"instId\":\"%s\",\"tradeId\":\"%" PRIu64 "\"", in->symbol, t->id);
    put_short_quoted(out, ",\"px\":", t->tick * in->tick, in->price_decimals);
    put_short_quoted(out, ",\"sz\":", (int64_t)t->lots * in->lot, in->qty_decimals);
    buf_printf(out, ",\"side\":\"%s\",\"ts\":\"%" PRId64 "\",\"count\":\"%" PRIu64 "\"}]}",
               t->is_sell ? "sell" : "buy", start_ms + t->time_ms, t->last - t->first + 1);
}

static void force(struct buf *out, const struct listing *in, int64_t event_ms, int64_t start_ms,
                  const struct market_liquidation *l)
{
    (void)event_ms;
    buf_printf(
        out,
        "{\"arg\":{\"channel\":\"liquidation-orders\",\"instType\":\"SWAP\"},\"data\":[{\"details\":[{\"bkLoss\":\"0\"");
    put_short_quoted(out, ",\"bkPx\":", l->limit * in->tick, in->price_decimals);
    buf_printf(out, ",\"ccy\":\"\",\"posSide\":\"%s\",\"side\":\"%s\"", l->is_long ? "long" : "short",
               l->is_long ? "sell" : "buy");
    put_short_quoted(out, ",\"sz\":", (int64_t)l->lots * in->lot, in->qty_decimals);
    buf_printf(out,
               ",\"ts\":\"%" PRId64
               "\"}],\"instFamily\":\"%s\",\"instId\":\"%s\",\"instType\":\"SWAP\",\"uly\":\"%s\"}]}",
               start_ms + l->time_ms, in->pair, in->symbol, in->pair);
}

static void put_open_interest(struct buf *out, const struct listing *in, int64_t lots, int64_t now_ms)
{
    buf_printf(out, "{\"instId\":\"%s\",\"instType\":\"SWAP\"", in->symbol);
    put_fixed(out, ",\"oi\":", lots * in->lot, in->qty_decimals);
    buf_printf(out, ",\"oiCcy\":\"0\",\"oiUsd\":\"0\",\"ts\":\"%" PRId64 "\"}", now_ms);
}

static void put_funding(struct buf *out, const struct listing *in, int64_t now_ms, const struct figures *f)
{
    int64_t at = next_full_ms(now_ms, FUNDING_MS);
    put_real(out, "{\"formulaType\":\"noRate\",\"fundingRate\":", f->mark.funding, 10);
    buf_printf(out,
               ",\"fundingTime\":\"%" PRId64
               "\",\"impactValue\":\"\",\"instId\":\"%s\",\"instType\":\"SWAP\",\"interestRate\":\"\","
               "\"method\":\"current_period\",\"maxFundingRate\":\"0.00375\",\"minFundingRate\":\"-0.00375\","
               "\"nextFundingRate\":\"\",\"nextFundingTime\":\"%" PRId64
               "\",\"premium\":\"\",\"settFundingRate\":\"\",\"settState\":\"settled\",\"ts\":\"%" PRId64
               "\"}",
               at, in->symbol, at + FUNDING_MS, now_ms);
}

static void put_ticker(struct buf *out, const struct listing *in, int64_t now_ms, const struct figures *f)
{
    const struct market_quote *q = &f->quote;
    buf_printf(out, "{\"instType\":\"SWAP\",\"instId\":\"%s\"", in->symbol);
    put_short_quoted(out, ",\"last\":", q->bid.tick * in->tick, in->price_decimals);
    put_short_quoted(out, ",\"askPx\":", q->ask.tick * in->tick, in->price_decimals);
    put_short_quoted(out, ",\"askSz\":", q->ask.lots * in->lot, in->qty_decimals);
    put_short_quoted(out, ",\"bidPx\":", q->bid.tick * in->tick, in->price_decimals);
    put_short_quoted(out, ",\"bidSz\":", q->bid.lots * in->lot, in->qty_decimals);
    buf_printf(out, ",\"ts\":\"%" PRId64 "\"}", now_ms);
}

static void figure(struct buf *out, const struct listing *in, int64_t event_ms, enum stream_kind kind,
                   const struct figures *now, const struct figures *before)
{
    (void)before;
    const char *channel = "mark-price";
    for (size_t i = 0; i < sizeof channels / sizeof channels[0]; i++) {
        channel = channels[i].kind == kind ? channels[i].channel : channel;
    }
    put_channel(out, channel, kind == STREAM_INDEX ? in->pair : in->symbol);
    buf_text(out, "\"data\":[");
    switch (kind) {
    case STREAM_INDEX:
        buf_printf(out, "{\"instId\":\"%s\"", in->pair);
        put_real(out, ",\"idxPx\":", now->mark.index, in->price_decimals);
        buf_printf(out, ",\"ts\":\"%" PRId64 "\"}", event_ms);
        break;
    case STREAM_FUNDING: put_funding(out, in, event_ms, now); break;
    case STREAM_OPEN_INTEREST: put_open_interest(out, in, now->open_interest, event_ms); break;
    case STREAM_TICKER: put_ticker(out, in, event_ms, now); break;
    default:
        buf_printf(out, "{\"instType\":\"SWAP\",\"instId\":\"%s\"", in->symbol);
        put_real(out, ",\"markPx\":", now->mark.mark, in->price_decimals);
        buf_printf(out, ",\"ts\":\"%" PRId64 "\"}", event_ms);
        break;
    }
    buf_text(out, "]}");
}

/* --- answers -------------------------------------------------------------------------------------------------- */

#define HEAD "{\"code\":\"0\",\"msg\":\"\",\"data\":["

static void time_now(struct buf *out, int64_t now_ms)
{
    buf_printf(out, HEAD "{\"ts\":\"%" PRId64 "\"}]}", now_ms);
}

static void instruments(struct buf *out, const struct listing *in, size_t n, int64_t now_ms)
{
    (void)now_ms;
    buf_text(out, HEAD);
    for (size_t i = 0; i < n; i++) {
        buf_printf(
            out,
            "%s{\"instId\":\"%s\",\"instType\":\"SWAP\",\"instFamily\":\"%s\",\"uly\":\"%s\",\"ctType\":\"linear\","
            "\"ctVal\":\"%s\",\"ctMult\":\"1\",\"ctValCcy\":\"%s\",\"settleCcy\":\"%s\"",
            i > 0 ? "," : "", in[i].symbol, in[i].pair, in[i].pair, contracts[in[i].contract].worth,
            in[i].base, in[i].quote);
        put_short_quoted(out, ",\"tickSz\":", in[i].tick, in[i].price_decimals);
        put_short_quoted(out, ",\"lotSz\":", in[i].lot, in[i].qty_decimals);
        put_short_quoted(out, ",\"minSz\":", in[i].lot, in[i].qty_decimals);
        buf_text(
            out,
            ",\"lever\":\"100\",\"state\":\"live\",\"ruleType\":\"normal\",\"expTime\":\"\",\"listTime\":\"1573557408000\"}");
    }
    buf_text(out, "]}");
}

static void book(struct buf *out, const struct listing *in, uint64_t id, int64_t event_ms, int64_t time_ms,
                 const struct price_level *bids, size_t bid_n, const struct price_level *asks, size_t ask_n)
{
    (void)event_ms;
    buf_text(out, HEAD "{\"asks\":[");
    put_pairs(out, in, asks, ask_n, ROW_MORE);
    buf_text(out, "],\"bids\":[");
    put_pairs(out, in, bids, bid_n, ROW_MORE);
    buf_printf(out, "],\"ts\":\"%" PRId64 "\",\"seqId\":%" PRIu64 "}]}", time_ms, id);
}

static void open_interest(struct buf *out, const struct listing *in, int64_t lots, int64_t now_ms)
{
    buf_text(out, HEAD);
    put_open_interest(out, in, lots, now_ms);
    buf_text(out, "]}");
}

static void premium(struct buf *out, const struct listing *in, int64_t now_ms, const struct figures *f)
{
    buf_text(out, HEAD);
    put_funding(out, in, now_ms, f);
    buf_text(out, "]}");
}

static void bars(struct buf *out, const struct listing *in, int64_t now_ms, int64_t bar_ms,
                 const struct bar *bars_, size_t n)
{
    (void)now_ms;
    (void)bar_ms;
    buf_text(out, HEAD);
    for (size_t i = n; i > 0; i--) { /* newest first */
        const struct bar *b = &bars_[i - 1];
        const int32_t prices[] = {b->open, b->high, b->low, b->close};
        buf_printf(out, "%s[\"%" PRId64 "\"", i < n ? "," : "", b->open_ms);
        for (size_t k = 0; k < 4; k++) {
            put_short_quoted(out, ",", prices[k] * in->tick, in->price_decimals);
        }
        put_short_quoted(out, ",", (int64_t)b->lots * in->lot, in->qty_decimals);
        buf_printf(out, ",\"0\",\"0\",\"%d\"]", i < n);
    }
    buf_text(out, "]}");
}

static void error(struct buf *out, int code, const char *message)
{
    buf_printf(out, "{\"code\":\"%d\",\"msg\":\"%s\",\"data\":[]}",
               code == -1003 ? 50011
               : code == 0   ? 50001
                             : 51001,
               message);
}

static int depth_weight(int limit)
{
    return limit <= 400 ? 1 : AP_EINVAL;
}

static const struct rest_route routes[] = {
    {"/api/v5/public/time", REST_TIME, 1, false},
    {"/api/v5/public/instruments", REST_EXCHANGE_INFO, 1, false},
    {"/api/v5/market/books", REST_DEPTH, 1, true},
    {"/api/v5/public/open-interest", REST_OPEN_INTEREST, 1, true},
    {"/api/v5/public/funding-rate", REST_PREMIUM_INDEX, 1, true},
    {"/api/v5/market/candles", REST_BARS, 1, true},
    {NULL, REST_PING, 0, false},
};

const struct dialect dialect_okx = {
    .venue = "okx",
    .list = list,
    .open = open_path,
    .stream = stream,
    .handle = handle,
    .bids_open = "\"bids\":[[\"",
    .size_open = "\",\"",
    .windows = {{400, 100, false, true, 60000}, {5, 100, true, true, 0}, {1, 10, true, true, 0}},
    .window = window,
    .agg = agg,
    .force = force,
    .figure = figure,
    .ticker_ms = 100,
    .is_forced_sampled = true,
    .routes = routes,
    .depth_weight = depth_weight,
    .depth_default = 1,
    .book_window = 0,
    .limit = {.weight = 40, .window_s = 2, .status = 429},
    .time = time_now,
    .instruments = instruments,
    .book = book,
    .open_interest = open_interest,
    .premium = premium,
    .bars = bars,
    .error = error,
    .idle_ms = 30 * 1000,
};
