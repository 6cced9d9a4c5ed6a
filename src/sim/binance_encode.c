#include "sim/binance_encode.h"

#include <alphaplus/base/fixed.h>
#include <alphaplus/base/text.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

#define FUNDING_MS INT64_C(28800000)

int64_t next_funding_ms(int64_t now_ms)
{
    return next_full_ms(now_ms, FUNDING_MS);
}

static const char *pair_of(const struct listing *in)
{
    return in->pair[0] ? in->pair : in->symbol;
}

/* The "st" of its market. */
static int class_of(const struct listing *in)
{
    return in->is_inverse ? 2 : 1;
}

static void put_price(struct buf *out, const struct listing *in, const char *before, int32_t tick)
{
    put_fixed(out, before, tick * in->tick, in->price_decimals);
}

static void put_qty(struct buf *out, const struct listing *in, const char *before, uint64_t lots)
{
    put_fixed(out, before, (int64_t)lots * in->lot, in->qty_decimals);
}

static void put_rows(struct buf *out, const struct listing *in, const struct market_level *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        put_price(out, in, i > 0 ? ",[" : "[", rows[i].tick);
        put_qty(out, in, ",", rows[i].lots);
        buf_byte(out, ']');
    }
}

void encode_depth(struct buf *out, const struct listing *in, int64_t event_ms, int64_t start_ms,
                  const struct market_depth *d)
{
    buf_printf(out,
               "{\"e\":\"depthUpdate\",\"E\":%" PRId64 ",\"T\":%" PRId64
               ",\"s\":\"%s\",\"ps\":\"%s\",\"U\":%" PRIu64 ",\"u\":%" PRIu64 ",\"pu\":%" PRIu64 ",\"b\":[",
               event_ms, start_ms + d->time_ms, in->symbol, pair_of(in), d->first_id, d->last_id, d->prev_id);
    put_rows(out, in, d->bids, d->bid_n);
    buf_text(out, "],\"a\":[");
    put_rows(out, in, d->asks, d->ask_n);
    buf_printf(out, "],\"st\":%d}", class_of(in));
}

void encode_window(struct buf *out, const struct listing *in, int64_t event_ms, int64_t start_ms,
                   const struct window_news *w)
{
    buf_printf(out,
               "{\"e\":\"depthUpdate\",\"E\":%" PRId64 ",\"T\":%" PRId64
               ",\"s\":\"%s\",\"ps\":\"%s\",\"U\":%" PRIu64 ",\"u\":%" PRIu64 ",\"pu\":%" PRIu64 ",\"b\":[",
               event_ms, start_ms + w->time_ms, in->symbol, pair_of(in), w->prev_id + 1, w->id, w->prev_id);
    encode_levels(out, in, w->rows[0], w->n[0]);
    buf_text(out, "],\"a\":[");
    encode_levels(out, in, w->rows[1], w->n[1]);
    buf_printf(out, "],\"st\":%d}", class_of(in));
}

void encode_quote(struct buf *out, const struct listing *in, int64_t event_ms, int64_t start_ms,
                  const struct market_quote *q)
{
    buf_printf(out, "{\"e\":\"bookTicker\",\"u\":%" PRIu64 ",\"s\":\"%s\",\"ps\":\"%s\"", q->id, in->symbol,
               pair_of(in));
    put_price(out, in, ",\"b\":", q->bid.tick);
    put_qty(out, in, ",\"B\":", q->bid.lots);
    put_price(out, in, ",\"a\":", q->ask.tick);
    put_qty(out, in, ",\"A\":", q->ask.lots);
    buf_printf(out, ",\"T\":%" PRId64 ",\"E\":%" PRId64 ",\"st\":%d}", start_ms + q->time_ms, event_ms,
               class_of(in));
}

void encode_trade(struct buf *out, const struct listing *in, int64_t event_ms, int64_t start_ms,
                  const struct market_trade *t)
{
    buf_printf(out, "{\"e\":\"trade\",\"E\":%" PRId64 ",\"T\":%" PRId64 ",\"s\":\"%s\",\"t\":%" PRIu64,
               event_ms, start_ms + t->time_ms, in->symbol, t->id);
    put_price(out, in, ",\"p\":", t->tick);
    put_qty(out, in, ",\"q\":", t->lots);
    buf_printf(out, ",\"X\":\"MARKET\",\"m\":%s,\"st\":%d}", t->is_sell ? "true" : "false", class_of(in));
}

void encode_agg(struct buf *out, const struct listing *in, int64_t event_ms, int64_t start_ms,
                const struct market_agg *t)
{
    buf_printf(out, "{\"e\":\"aggTrade\",\"E\":%" PRId64 ",\"a\":%" PRIu64 ",\"s\":\"%s\"", event_ms, t->id,
               in->symbol);
    put_price(out, in, ",\"p\":", t->tick);
    put_qty(out, in, ",\"q\":", t->lots);
    put_qty(out, in, ",\"nq\":", t->lots);
    buf_printf(out, ",\"f\":%" PRIu64 ",\"l\":%" PRIu64 ",\"T\":%" PRId64 ",\"m\":%s,\"st\":%d}", t->first,
               t->last, start_ms + t->time_ms, t->is_sell ? "true" : "false", class_of(in));
}

void encode_mark(struct buf *out, const struct listing *in, int64_t event_ms, const struct market_mark *m)
{
    buf_printf(out, "{\"e\":\"markPriceUpdate\",\"E\":%" PRId64 ",\"s\":\"%s\",\"ps\":\"%s\"", event_ms,
               in->symbol, pair_of(in));
    put_real(out, ",\"p\":", m->mark, 8);
    put_real(out, ",\"ap\":", m->average, 8);
    put_real(out, ",\"P\":", m->index, 8);
    put_real(out, ",\"i\":", m->index, 8);
    put_real(out, ",\"r\":", m->funding, 8);
    buf_printf(out, ",\"T\":%" PRId64 ",\"st\":%d}", next_funding_ms(event_ms), class_of(in));
}

void encode_figure(struct buf *out, const struct listing *in, int64_t event_ms, enum stream_kind kind,
                   const struct figures *now, const struct figures *before)
{
    (void)kind;
    (void)before;
    encode_mark(out, in, event_ms, &now->mark);
}

void encode_force(struct buf *out, const struct listing *in, int64_t event_ms, int64_t start_ms,
                  const struct market_liquidation *l)
{
    /* The average is told with the price's own digits, as the venue does. */
    int64_t average = (int64_t)llround(l->average * (double)fixed_pow10(in->price_decimals));
    buf_printf(out,
               "{\"e\":\"forceOrder\",\"E\":%" PRId64
               ",\"o\":{\"s\":\"%s\",\"S\":\"%s\",\"o\":\"LIMIT\",\"f\":\"IOC\"",
               event_ms, in->symbol, l->is_long ? "SELL" : "BUY");
    put_qty(out, in, ",\"q\":", l->lots);
    put_price(out, in, ",\"p\":", l->limit);
    put_fixed(out, ",\"ap\":", average, in->price_decimals);
    buf_printf(out, ",\"X\":\"%s\"", l->filled == l->lots ? "FILLED" : "PARTIALLY_FILLED");
    put_qty(out, in, ",\"l\":", l->filled);
    put_qty(out, in, ",\"z\":", l->filled);
    buf_printf(out, ",\"T\":%" PRId64 "},\"ps\":\"%s\",\"st\":%d}", start_ms + l->time_ms, pair_of(in),
               class_of(in));
}

void encode_time(struct buf *out, int64_t now_ms)
{
    buf_printf(out, "{\"serverTime\":%" PRId64 "}", now_ms);
}

void encode_filters(struct buf *out, const struct listing *in)
{
    put_fixed(out, "\"filters\":[{\"filterType\":\"PRICE_FILTER\",\"minPrice\":", in->tick,
              in->price_decimals);
    put_fixed(out, ",\"maxPrice\":", INT64_C(4000000) * fixed_pow10(in->price_decimals), in->price_decimals);
    put_fixed(out, ",\"tickSize\":", in->tick, in->price_decimals);
    put_fixed(out, "},{\"filterType\":\"LOT_SIZE\",\"minQty\":", in->lot, in->qty_decimals);
    put_fixed(out, ",\"maxQty\":", INT64_C(1000000) * fixed_pow10(in->qty_decimals), in->qty_decimals);
    put_fixed(out, ",\"stepSize\":", in->lot, in->qty_decimals);
    put_fixed(out, "},{\"filterType\":\"MARKET_LOT_SIZE\",\"minQty\":", in->lot, in->qty_decimals);
    put_fixed(out, ",\"maxQty\":", INT64_C(10000) * fixed_pow10(in->qty_decimals), in->qty_decimals);
    put_fixed(out, ",\"stepSize\":", in->lot, in->qty_decimals);
    buf_text(out, "},{\"filterType\":\"MIN_NOTIONAL\",\"notional\":\"5\"}]");
}

static void put_symbol(struct buf *out, const struct listing *in)
{
    buf_printf(
        out,
        "{\"symbol\":\"%s\",\"pair\":\"%s\",\"contractType\":\"PERPETUAL\",\"deliveryDate\":4133404800000,"
        "\"onboardDate\":1569398400000,\"status\":\"TRADING\",\"maintMarginPercent\":\"2.5000\","
        "\"requiredMarginPercent\":\"5.0000\",\"baseAsset\":\"%s\",\"quoteAsset\":\"%s\",\"marginAsset\":\"%s\","
        "\"pricePrecision\":%d,\"quantityPrecision\":%d,\"baseAssetPrecision\":8,\"quotePrecision\":8,"
        "\"underlyingType\":\"COIN\",\"underlyingSubType\":[],\"triggerProtect\":\"0.0500\","
        "\"liquidationFee\":\"0.012500\",\"marketTakeBound\":\"0.05\",",
        in->symbol, in->symbol, in->base, in->quote, in->quote, in->price_decimals, in->qty_decimals);
    encode_filters(out, in);
    buf_text(out,
             ",\"orderTypes\":[\"LIMIT\",\"MARKET\"],\"timeInForce\":[\"GTC\",\"IOC\",\"FOK\",\"GTX\"]}");
}

void encode_exchange_info(struct buf *out, const struct listing *list, size_t n, int64_t now_ms)
{
    buf_printf(
        out,
        "{\"timezone\":\"UTC\",\"serverTime\":%" PRId64 ",\"futuresType\":\"U_MARGINED\",\"rateLimits\":["
        "{\"rateLimitType\":\"REQUEST_WEIGHT\",\"interval\":\"MINUTE\",\"intervalNum\":1,\"limit\":2400},"
        "{\"rateLimitType\":\"ORDERS\",\"interval\":\"MINUTE\",\"intervalNum\":1,\"limit\":1200}],"
        "\"exchangeFilters\":[],\"assets\":[{\"asset\":\"USDT\",\"marginAvailable\":true,\"autoAssetExchange\":\"-10000\"}],"
        "\"symbols\":[",
        now_ms);
    for (size_t i = 0; i < n; i++) {
        if (i > 0) {
            buf_byte(out, ',');
        }
        put_symbol(out, &list[i]);
    }
    buf_text(out, "]}");
}

void encode_levels(struct buf *out, const struct listing *in, const struct price_level *levels, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        put_fixed(out, i > 0 ? ",[" : "[", levels[i].px, in->price_decimals);
        put_fixed(out, ",", levels[i].qty, in->qty_decimals);
        buf_byte(out, ']');
    }
}

void encode_book(struct buf *out, const struct listing *in, uint64_t last_id, int64_t event_ms,
                 int64_t time_ms, const struct price_level *bids, size_t bid_n,
                 const struct price_level *asks, size_t ask_n)
{
    buf_printf(out, "{\"lastUpdateId\":%" PRIu64 ",\"E\":%" PRId64 ",\"T\":%" PRId64 ",\"bids\":[", last_id,
               event_ms, time_ms);
    encode_levels(out, in, bids, bid_n);
    buf_text(out, "],\"asks\":[");
    encode_levels(out, in, asks, ask_n);
    buf_text(out, "]}");
}

void encode_open_interest(struct buf *out, const struct listing *in, int64_t lots, int64_t now_ms)
{
    put_fixed(out, "{\"openInterest\":", lots * in->lot, in->qty_decimals);
    buf_printf(out, ",\"symbol\":\"%s\",\"time\":%" PRId64 "}", in->symbol, now_ms);
}

void encode_premium(struct buf *out, const struct listing *in, const struct premium *p)
{
    buf_printf(out, "{\"symbol\":\"%s\"", in->symbol);
    put_real(out, ",\"markPrice\":", p->mark, 8);
    put_real(out, ",\"indexPrice\":", p->index, 8);
    put_real(out, ",\"estimatedSettlePrice\":", p->settle, 8);
    put_real(out, ",\"lastFundingRate\":", p->funding, 8);
    buf_printf(out, ",\"interestRate\":\"0.00010000\",\"nextFundingTime\":%" PRId64 ",\"time\":%" PRId64 "}",
               p->next_funding_ms, p->time_ms);
}

void encode_error(struct buf *out, int code, const char *message)
{
    buf_printf(out, "{\"code\":%d,\"msg\":\"%s\"}", code, message);
}

void encode_figures(struct buf *out, const struct listing *in, int64_t now_ms, const struct figures *f)
{
    const struct market_mark *m = &f->mark;
    const struct premium p = {m->mark, m->index, m->index, m->funding, next_funding_ms(now_ms), now_ms};
    encode_premium(out, in, &p);
}

void encode_bars(struct buf *out, const struct listing *in, int64_t now_ms, int64_t bar_ms,
                 const struct bar *bars, size_t n)
{
    (void)now_ms;
    for (size_t i = 0; i < n; i++) {
        const struct bar *b = &bars[i];
        const int32_t prices[] = {b->open, b->high, b->low, b->close};
        /* Sizes of contracts are worth so much; the others at about their price. */
        double price = (double)b->close * (double)in->tick / (double)fixed_pow10(in->price_decimals);
        double size = (double)in->lot / (double)fixed_pow10(in->qty_decimals);
        double worth = in->is_inverse ? in->contract / price : price;
        buf_printf(out, "%s%" PRId64, i > 0 ? ",[" : "[[", b->open_ms);
        for (size_t k = 0; k < 4; k++) {
            put_fixed(out, ",", prices[k] * in->tick, in->price_decimals);
        }
        put_fixed(out, ",", (int64_t)b->lots * in->lot, in->qty_decimals);
        buf_printf(out, ",%" PRId64, b->open_ms + bar_ms - 1);
        put_real(out, ",", (double)b->lots * size * worth, 5);
        buf_printf(out, ",%" PRIu64, b->trades);
        put_fixed(out, ",", (int64_t)b->buy_lots * in->lot, in->qty_decimals);
        put_real(out, ",", (double)b->buy_lots * size * worth, 5);
        buf_text(out, ",\"0\"]");
    }
    buf_text(out, n > 0 ? "]" : "[]");
}

/* Only what differs from the usual is listed there: the second one. */
void encode_funding_info(struct buf *out, const struct listing *list, size_t n)
{
    buf_byte(out, '[');
    if (n > 1) {
        buf_printf(
            out,
            "{\"symbol\":\"%s\",\"adjustedFundingRateCap\":\"0.02500000\","
            "\"adjustedFundingRateFloor\":\"-0.02500000\",\"fundingIntervalHours\":8,\"disclaimer\":false}",
            list[1].symbol);
    }
    buf_byte(out, ']');
}
