/* Spot and COIN-M: what is other than with USD-M, in frames as the venue's documents and recordings have them. */
#include "test.h"

#include "binance_twin.h"
#include <alphaplus/venue/venue.h>
#include <string.h>

struct market {
    struct decoder d;
    struct instrument in;
    uint64_t data[1024];
    struct event_buf out;
};

static struct market *open_market(const char *venue, const char *symbol, int price_decimals, int qty_decimals)
{
    struct market *m = calloc(1, sizeof(*m));
    assert_non_null(m);
    decoder_init(&m->d, venue_find(venue));
    twin_instrument(&m->in, symbol, 3, price_decimals, qty_decimals);
    twin_move(&m->in, venue);
    assert_ok(decoder_add(&m->d, &m->in));
    return m;
}

/* Also holds the twin to it. */
static int decode(struct market *m, const char *text)
{
    static uint64_t twin_data[1024];
    memset(m->data, 0xa5, sizeof(m->data));
    m->out = (struct event_buf){.data = (uint8_t *)m->data, .cap = sizeof(m->data)};
    struct event_buf twin = {.data = (uint8_t *)twin_data, .cap = sizeof(twin_data)};
    int got = m->d.venue->decode(&m->d, text, strlen(text), &m->out);
    assert_int_equal(got < 0 ? -1 : got, twin_decode(&m->in, 1, text, strlen(text), &twin));
    assert_int_equal(m->out.used, twin.used);
    assert_memory_equal(m->data, twin_data, twin.used);
    return got;
}

static const struct event *one(struct market *m, const char *text, int kind)
{
    const struct event *ev = (const struct event *)m->data;
    assert_int_equal(decode(m, text), 1);
    assert_int_equal(ev->kind, kind);
    assert_int_equal(ev->instrument, 3);
    assert_ok(event_check(ev, m->out.used));
    return ev;
}

static void spot_depth(void **state)
{
    struct market *m = open_market("binance-spot", "NKNUSDT", 4, 0);
    (void)state;
    const struct event *ev = one(
        m,
        "{\"stream\":\"nknusdt@depth@100ms\",\"data\":{\"e\":\"depthUpdate\",\"E\":1633998512068,\"s\":\"NKNUSDT\",\"U\":499869750,"
        "\"u\":499869752,\"b\":[[\"0.35130000\",\"6195.00000000\"],[\"0.34750000\",\"5548.00000000\"],[\"0.34640000\","
        "\"6222.00000000\"]],\"a\":[]}}",
        EVENT_DEPTH);
    const struct depth_rows *rows = event_rows_const(ev);
    assert_true(ev->first_id == 499869750 && ev->last_id == 499869752 && ev->prev_id == 0);
    assert_true(ev->exch_ns == INT64_C(1633998512068000000));
    assert_true(rows->bid_n == 3 && rows->ask_n == 0 && rows->levels[1].px == 3475 &&
                rows->levels[2].qty == 6222);
    free(m);
}

/* It says neither what it is nor when it was. */
static void spot_quote(void **state)
{
    static const char *const same[] = {
        "{\"stream\":\"nknusdt@bookTicker\",\"data\":{\"u\":499869768,\"s\":\"NKNUSDT\",\"b\":\"0.35210000\",\"B\":\"672.00000000\","
        "\"a\":\"0.35260000\",\"A\":\"3199.00000000\"}}",
        "{\"u\":499869768,\"s\":\"NKNUSDT\",\"b\":\"0.3521\",\"B\":\"672\",\"a\":\"0.3526\",\"A\":\"3199\"}",
    };
    struct market *m = open_market("binance-spot", "NKNUSDT", 4, 0);
    (void)state;
    for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++) {
        const struct event *ev = one(m, same[i], EVENT_QUOTE);
        const struct quote_row *q = event_rows_const(ev);
        assert_true(q->bid_px == 3521 && q->bid_qty == 672 && q->ask_px == 3526 && q->ask_qty == 3199);
        assert_true(ev->last_id == 499869768 && ev->exch_ns == 0);
    }
    assert_int_equal(m->d.unknown, 0);
    assert_true(
        decode(m, "{\"u\":1,\"s\":\"NKNUSDT\",\"b\":\"0.35215\",\"B\":\"1\",\"a\":\"1\",\"A\":\"1\"}") < 0);
    assert_true(decode(m, "{\"u\":1,\"s\":\"NKNUSDT\",\"B\":\"1\",\"a\":\"1\",\"A\":\"1\"}") < 0);
    free(m);
}

static void spot_trades(void **state)
{
    struct market *m = open_market("binance-spot", "NKNUSDT", 4, 0);
    (void)state;
    const struct event *ev = one(
        m,
        "{\"stream\":\"nknusdt@aggTrade\",\"data\":{\"e\":\"aggTrade\",\"E\":1633998523963,\"s\":\"NKNUSDT\",\"a\":15683430,\"p\":"
        "\"0.35280000\",\"q\":\"58.00000000\",\"f\":19862790,\"l\":19862790,\"T\":1633998523963,\"m\":false,\"M\":true}}",
        EVENT_TRADE);
    const struct trade_row *t = event_rows_const(ev);
    assert_true(t->px == 3528 && t->qty == 58 && t->aggressor == AGGRESSOR_BUY && t->flags == 0);
    assert_true(ev->last_id == 15683430);
    free(m);
}

static void spot_has_no_contracts(void **state)
{
    struct market *m = open_market("binance-spot", "NKNUSDT", 4, 0);
    struct instrument in;
    char buf[128];
    int weight = 0;
    (void)state;
    assert_int_equal(decode(m, "{\"e\":\"markPriceUpdate\",\"E\":1,\"s\":\"NKNUSDT\",\"p\":\"1\",\"T\":0}"),
                     0);
    assert_int_equal(
        decode(m, "{\"e\":\"forceOrder\",\"o\":{\"s\":\"NKNUSDT\",\"S\":\"BUY\",\"z\":\"1\",\"p\":\"1\"}}"),
        0);
    assert_int_equal(m->d.unknown, 2);
    assert_int_equal(m->d.venue->completeness, COMPLETENESS_UNKNOWN);
    in = m->in;
    assert_err(m->d.venue->rest_path(REST_OPEN_INTEREST, &in, buf, sizeof(buf), &weight), AP_EUNSUPPORTED);
    assert_err(m->d.venue->rest_path(REST_PREMIUM, &in, buf, sizeof(buf), &weight), AP_EUNSUPPORTED);
    assert_ok(m->d.venue->rest_path(REST_SNAPSHOT, &in, buf, sizeof(buf), &weight));
    assert_string_equal(buf, "/api/v3/depth?symbol=NKNUSDT&limit=5000");
    assert_int_equal(weight, 250);
    assert_ok(m->d.venue->rest_path(REST_INSTRUMENTS, NULL, buf, sizeof(buf), &weight));
    assert_string_equal(buf, "/api/v3/exchangeInfo?showPermissionSets=false");
    free(m);
}

struct found {
    struct instrument list[8];
    int n;
};

static void on_found(void *user, const struct instrument *in)
{
    struct found *f = user;
    assert_true(f->n < 8);
    f->list[f->n++] = *in;
}

static void spot_instruments(void **state)
{
    static const char text[] =
        "{\"timezone\":\"UTC\",\"symbols\":[{\"symbol\":\"ETHBTC\",\"status\":\"TRADING\",\"baseAsset\":\"ETH\","
        "\"baseAssetPrecision\":8,\"quoteAsset\":\"BTC\",\"quotePrecision\":8,\"isSpotTradingAllowed\":true,\"filters\":[{"
        "\"filterType\":\"PRICE_FILTER\",\"minPrice\":\"0.00001000\",\"maxPrice\":\"922327.00000000\",\"tickSize\":\"0.00001000\"},"
        "{\"filterType\":\"LOT_SIZE\",\"minQty\":\"0.00010000\",\"maxQty\":\"100000.00000000\",\"stepSize\":\"0.00010000\"}]},"
        "{\"symbol\":\"X\",\"status\":\"HALT\",\"baseAsset\":\"X\",\"quoteAsset\":\"USDT\",\"filters\":[{\"filterType\":"
        "\"PRICE_FILTER\",\"tickSize\":\"0.01\"},{\"filterType\":\"LOT_SIZE\",\"stepSize\":\"1.00000000\"}]},"
        "{\"symbol\":\"\\u5e01\\u5b89USDT\",\"status\":\"TRADING\",\"filters\":[]}]}";
    struct found f = {.n = 0};
    (void)state;
    assert_int_equal(venue_find("binance-spot")->read_instruments(text, sizeof(text) - 1, on_found, &f), 2);
    const struct instrument *eth = &f.list[0];
    assert_string_equal(eth->venue, "binance-spot");
    assert_string_equal(eth->base, "ETH");
    assert_string_equal(eth->quote, "BTC");
    assert_string_equal(eth->settle, "BTC");
    assert_true(eth->kind == INSTRUMENT_SPOT && eth->book_rule == BOOK_RULE_FIRST_ID && eth->trading == 1);
    assert_true(eth->price_decimals == 5 && eth->tick == 1);
    /* The step is 0.0001, but what was ordered before it was may be finer. */
    assert_true(eth->qty_decimals == 7 && eth->lot == 1000);
    assert_true(eth->inverse == 0 && eth->multiplier == INT64_C(100000000));
    assert_true(f.list[1].trading == 0 && f.list[1].qty_decimals == 0);
}

/* Eight decimals in every text, two of them used. */
static void spot_is_inferred(void **state)
{
    static struct venue_probe p;
    static const char quote[] =
        "{\"stream\":\"btcusdt@bookTicker\",\"data\":{\"u\":50093239212,\"s\":\"BTCUSDT\",\"b\":"
        "\"61837.63000000\",\"B\":\"3.78826000\",\"a\":\"61837.64000000\",\"A\":\"1.54698000\"}}";
    const struct venue *v = venue_find("binance-spot");
    struct instrument in;
    (void)state;
    memset(&p, 0, sizeof(p));
    assert_ok(v->probe(&p, quote, sizeof(quote) - 1));
    assert_int_equal(p.n, 1);
    v->infer(&p.symbols[0], &in);
    assert_ok(instrument_check(&in));
    assert_true(in.kind == INSTRUMENT_SPOT && in.price_decimals == 2 && in.tick == 1 && in.qty_decimals == 8);
    assert_string_equal(in.base, "BTC");
    assert_string_equal(in.quote, "USDT");
    memset(&p, 0, sizeof(p));
    assert_ok(venue_find("binance")->probe(&p, quote, sizeof(quote) - 1));
    assert_int_equal(p.n, 0);
}

static struct instrument coinm_contract(const char *symbol)
{
    static const char text[] =
        "{\"symbols\":[{\"symbol\":\"BTCUSD_PERP\",\"pair\":\"BTCUSD\",\"contractType\":\"PERPETUAL\",\"deliveryDate\":4133404800000,"
        "\"onboardDate\":1597042800000,\"contractStatus\":\"TRADING\",\"contractSize\":100,\"marginAsset\":\"BTC\",\"quoteAsset\":"
        "\"USD\",\"baseAsset\":\"BTC\",\"pricePrecision\":1,\"quantityPrecision\":0,\"filters\":[{\"filterType\":\"PRICE_FILTER\","
        "\"minPrice\":\"1000\",\"maxPrice\":\"4520958\",\"tickSize\":\"0.1\"},{\"filterType\":\"LOT_SIZE\",\"stepSize\":\"1\"}]},"
        "{\"symbol\":\"ETHUSD_240927\",\"contractType\":\"CURRENT_QUARTER\",\"deliveryDate\":1727424000000,\"contractStatus\":"
        "\"DELIVERING\",\"contractSize\":10,\"marginAsset\":\"ETH\",\"quoteAsset\":\"USD\",\"baseAsset\":\"ETH\",\"filters\":[{"
        "\"filterType\":\"PRICE_FILTER\",\"tickSize\":\"0.01\"},{\"filterType\":\"LOT_SIZE\",\"stepSize\":\"1\"}]},"
        "{\"symbol\":\"NOSIZE\",\"contractType\":\"PERPETUAL\",\"contractStatus\":\"TRADING\",\"filters\":[{\"filterType\":"
        "\"PRICE_FILTER\",\"tickSize\":\"0.01\"},{\"filterType\":\"LOT_SIZE\",\"stepSize\":\"1\"}]}]}";
    struct found f = {.n = 0};
    assert_int_equal(venue_find("binance-coinm")->read_instruments(text, sizeof(text) - 1, on_found, &f), 2);
    struct instrument in = f.list[strcmp(f.list[0].symbol, symbol) != 0];
    assert_string_equal(in.symbol, symbol);
    return in;
}

/* A contract is worth 100 dollars of bitcoin, or 10 of anything else, whatever its price. */
static void coinm_instruments(void **state)
{
    struct instrument btc = coinm_contract("BTCUSD_PERP"), eth = coinm_contract("ETHUSD_240927");
    (void)state;
    assert_string_equal(btc.venue, "binance-coinm");
    assert_string_equal(btc.base, "BTC");
    assert_string_equal(btc.quote, "USD");
    assert_string_equal(btc.settle, "BTC");
    assert_true(btc.inverse == 1 && btc.kind == INSTRUMENT_PERPETUAL && btc.trading == 1 &&
                btc.book_rule == BOOK_RULE_PREV_ID);
    assert_true(btc.price_decimals == 1 && btc.qty_decimals == 0 && btc.expiry_ns == 0);
    assert_true(instrument_notional(&btc, 94965, 7) == 700.0);
    assert_true(instrument_notional(&btc, 1, 7) == 700.0);
    assert_true(instrument_notional(&eth, 263763, 7) == 70.0);
    assert_true(eth.kind == INSTRUMENT_FUTURE && eth.trading == 0 &&
                eth.expiry_ns == INT64_C(1727424000000000000));
}

static void coinm_liquidation(void **state)
{
    struct market *m = open_market("binance-coinm", "BTCUSD_PERP", 1, 0);
    (void)state;
    const struct event *ev = one(
        m,
        "{\"e\":\"forceOrder\",\"E\":1591154240950,\"o\":{\"s\":\"BTCUSD_PERP\",\"ps\":\"BTCUSD\",\"S\":\"SELL\",\"o\":\"LIMIT\","
        "\"f\":\"IOC\",\"q\":\"12\",\"p\":\"9425.5\",\"ap\":\"9496.5\",\"X\":\"FILLED\",\"l\":\"1\",\"z\":\"12\",\"T\":"
        "1591154240949},\"st\":2}",
        EVENT_LIQUIDATION);
    const struct liquidation_row *l = event_rows_const(ev);
    struct instrument in = coinm_contract("BTCUSD_PERP");
    assert_true(l->side == POSITION_LONG && l->px == 94965 && l->qty == 12 &&
                l->completeness == COMPLETENESS_SAMPLED);
    assert_true(instrument_notional(&in, l->px, l->qty) == 1200.0);
    free(m);
}

/* The all-market streams are of both kinds of futures. */
static void each_class_its_own(void **state)
{
    static const char of[3][160] = {
        "{\"e\":\"bookTicker\",\"u\":1,\"s\":\"BTCUSD_PERP\",\"b\":\"1\",\"B\":\"1\",\"a\":\"2\",\"A\":\"1\"}",
        "{\"e\":\"bookTicker\",\"st\":1,\"u\":1,\"s\":\"BTCUSD_PERP\",\"b\":\"1\",\"B\":\"1\",\"a\":\"2\",\"A\":\"1\"}",
        "{\"e\":\"bookTicker\",\"st\":2,\"ps\":\"BTCUSD\",\"u\":1,\"s\":\"BTCUSD_PERP\",\"b\":\"1\",\"B\":\"1\",\"a\":\"2\",\"A\":\"1\"}",
    };
    static const struct {
        const char *venue;
        int events[3];
    } expected[] = {{"binance", {1, 1, 0}}, {"binance-coinm", {1, 0, 1}}, {"binance-spot", {1, 1, 1}}};
    (void)state;
    for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
        struct market *m = open_market(expected[i].venue, "BTCUSD_PERP", 1, 0);
        for (int k = 0; k < 3; k++) {
            static struct venue_probe p;
            memset(&p, 0, sizeof(p));
            assert_int_equal(decode(m, of[k]), expected[i].events[k]);
            assert_ok(m->d.venue->probe(&p, of[k], strlen(of[k])));
            assert_int_equal(p.n, expected[i].events[k]);
        }
        free(m);
    }
}

static void coinm_figures(void **state)
{
    static const char premium[] =
        "[{\"symbol\":\"BTCUSD_PERP\",\"pair\":\"BTCUSD\",\"markPrice\":\"11029.69574559\",\"indexPrice\":\"10979.14437500\","
        "\"estimatedSettlePrice\":\"10981.74168236\",\"lastFundingRate\":\"0.00071003\",\"interestRate\":\"0.00010000\","
        "\"nextFundingTime\":1596096000000,\"time\":1596094042000}]";
    static const char open[] =
        "{\"symbol\":\"BTCUSD_PERP\",\"pair\":\"BTCUSD\",\"openInterest\":\"15004\",\"contractType\":"
        "\"PERPETUAL\",\"time\":1591261042378}";
    struct market *m = open_market("binance-coinm", "BTCUSD_PERP", 1, 0);
    const struct event *ev = (const struct event *)m->data;
    char buf[128];
    int weight;
    (void)state;
    m->out = (struct event_buf){.data = (uint8_t *)m->data, .cap = sizeof(m->data)};
    assert_int_equal(
        m->d.venue->decode_rest(&m->d, REST_PREMIUM, &m->in, premium, sizeof(premium) - 1, &m->out), 1);
    const struct mark_row *mark = event_rows_const(ev);
    assert_true(mark->mark == INT64_C(1102969574559) && mark->index == INT64_C(1097914437500) &&
                mark->funding_rate == 71003);
    m->out.used = 0;
    assert_int_equal(
        m->d.venue->decode_rest(&m->d, REST_OPEN_INTEREST, &m->in, open, sizeof(open) - 1, &m->out), 1);
    assert_true(((const struct count_row *)event_rows_const(ev))->value == 15004);
    assert_ok(m->d.venue->rest_path(REST_PREMIUM, &m->in, buf, sizeof(buf), &weight));
    assert_string_equal(buf, "/dapi/v1/premiumIndex?symbol=BTCUSD_PERP");
    assert_int_equal(weight, 10);
    assert_string_equal(m->d.venue->ws_base, "wss://dstream.binance.com");
    free(m);
}

static void coinm_is_inferred(void **state)
{
    static const char frame[] =
        "{\"e\":\"aggTrade\",\"E\":1591261134288,\"a\":424951,\"s\":\"ETHUSD_240927\",\"p\":\"9643.50\",\"q\":\"2\",\"f\":606073,"
        "\"l\":606073,\"T\":1591261134199,\"m\":false}";
    const struct venue *v = venue_find("binance-coinm");
    static struct venue_probe p;
    struct instrument in;
    (void)state;
    memset(&p, 0, sizeof(p));
    assert_ok(v->probe(&p, frame, sizeof(frame) - 1));
    v->infer(&p.symbols[0], &in);
    assert_ok(instrument_check(&in));
    assert_string_equal(in.base, "ETH");
    assert_string_equal(in.quote, "USD");
    assert_string_equal(in.settle, "ETH");
    assert_true(in.inverse == 1 && in.kind == INSTRUMENT_FUTURE && in.qty_decimals == 0);
    assert_true(instrument_notional(&in, 964350, 2) == 20.0);
}

static void plans(void **state)
{
    struct market *spot = open_market("binance-spot", "NKNUSDT", 4, 0),
                  *coinm = open_market("binance-coinm", "BTCUSD_PERP", 1, 0);
    struct venue_plan *p = malloc(sizeof(*p));
    (void)state;
    assert_non_null(p);
    spot->d.venue->plan(&spot->in, 1, p);
    assert_int_equal(p->conn_n, 1);
    assert_string_equal(p->conns[0].path, "/ws");
    assert_true(p->stream_n == 3 && p->conns[0].n == 3);
    assert_string_equal(p->streams[0], "nknusdt@depth@100ms");
    coinm->d.venue->plan(&coinm->in, 1, p);
    assert_int_equal(p->conn_n, 2);
    assert_string_equal(p->conns[0].path, "/public/ws");
    assert_string_equal(p->conns[1].path, "/market/ws");
    assert_string_equal(p->streams[0], "btcusd_perp@depth@100ms");
    assert_string_equal(p->streams[p->stream_n - 1], "btcusd_perp@forceOrder");
    free(p);
    free(spot);
    free(coinm);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(spot_depth),         cmocka_unit_test(spot_quote),
        cmocka_unit_test(spot_trades),        cmocka_unit_test(spot_has_no_contracts),
        cmocka_unit_test(spot_instruments),   cmocka_unit_test(spot_is_inferred),
        cmocka_unit_test(coinm_instruments),  cmocka_unit_test(coinm_liquidation),
        cmocka_unit_test(each_class_its_own), cmocka_unit_test(coinm_figures),
        cmocka_unit_test(coinm_is_inferred),  cmocka_unit_test(plans),
    };
    return cmocka_run_group_tests_name("venue/binance_markets", tests, NULL, NULL);
}
