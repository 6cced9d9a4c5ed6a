/* Bybit and OKX: every line of the recorded captures against the twins on jansson and through a book, and what the venues document of
 * frames that no capture holds. */
#include "test.h"

#include "venue_twins.h"
#include <alphaplus/book/sync.h>
#include <alphaplus/capture/capture.h>
#include <stdio.h>
#include <string.h>

typedef int twin_decode_fn(struct venue_twin *t, const char *bytes, size_t n, struct event_buf *out);

struct tally {
    uint64_t depth, snapshots, quotes, trades, marks, interest, checksums, mismatches, gaps, crossed;
};

static void capture_of(const char *name, struct capture **ret_capture)
{
    char path[4096];
    const char *paths[] = {path};
    (void)snprintf(path, sizeof(path), "%s/captures/%s", getenv("AP_TEST_DATA"), name);
    assert_ok(capture_open(paths, 1, ret_capture, NULL));
}

/* What the instruments need, read off the frames as an import does. */
static uint32_t probe_all(const struct venue *v, const char *name, struct instrument *insts)
{
    struct venue_probe *probe = calloc(1, sizeof(*probe));
    struct capture_line line;
    struct capture *c;
    assert_non_null(probe);
    capture_of(name, &c);
    while (capture_next(c, &line) == 1) {
        assert_ok(v->probe(probe, line.frame, line.n));
    }
    capture_close(c);
    uint32_t n = probe->n;
    for (uint32_t i = 0; i < n; i++) {
        v->infer(&probe->symbols[i], &insts[i]);
        insts[i].id = i + 1;
    }
    free(probe);
    return n;
}

static void count(struct tally *t, struct sync *syncs, const struct event *ev)
{
    t->depth += ev->kind == EVENT_DEPTH;
    t->snapshots += ev->kind == EVENT_DEPTH_SNAPSHOT;
    t->quotes += ev->kind == EVENT_QUOTE;
    t->trades += ev->kind == EVENT_TRADE;
    t->marks += ev->kind == EVENT_MARK;
    t->interest += ev->kind == EVENT_OPEN_INTEREST;
    if (ev->kind == EVENT_DEPTH || ev->kind == EVENT_DEPTH_SNAPSHOT) {
        int got = sync_event(&syncs[ev->instrument - 1], ev, NULL, NULL);
        assert_int_equal(got, ev->kind == EVENT_DEPTH ? SYNC_APPLIED : SYNC_JOINED);
    }
}

static struct tally read_all(const char *venue, const char *name, twin_decode_fn *twin_decode)
{
    const struct venue *v = venue_find(venue);
    struct instrument insts[INSTRUMENT_MAX];
    struct sync syncs[INSTRUMENT_MAX];
    struct venue_twin twin = {.insts = insts, .inst_n = probe_all(v, name, insts)};
    struct decoder *d = malloc(sizeof(*d));
    struct tally t = {0};
    struct capture_line line;
    struct capture *c;
    assert_non_null(d);
    decoder_init(d, v);
    for (size_t i = 0; i < twin.inst_n; i++) {
        assert_ok(decoder_add(d, &insts[i]));
        assert_ok(sync_init(&syncs[i], insts[i].book_rule, insts[i].tick));
    }
    capture_of(name, &c);
    while (capture_next(c, &line) == 1) {
        size_t room = venue_events_bytes(line.n);
        uint8_t *mine = calloc(1, room), *theirs = calloc(1, room);
        struct event_buf out = {.data = mine, .cap = room}, twin_out = {.data = theirs, .cap = room};
        int got = v->decode(d, line.frame, line.n, &out);
        assert_true(got >= 0 && mine != NULL && theirs != NULL);
        assert_int_equal(twin_decode(&twin, line.frame, line.n, &twin_out), got);
        assert_int_equal(out.used, twin_out.used);
        assert_memory_equal(mine, theirs, out.used);
        for (size_t at = 0; at < out.used;) {
            const struct event *ev = (const struct event *)(const void *)(mine + at);
            assert_ok(event_check(ev, out.used - at));
            count(&t, syncs, ev);
            at += ev->size;
        }
        free(mine);
        free(theirs);
    }
    capture_close(c);
    assert_int_equal(d->bad + d->unknown, 0);
    for (size_t i = 0; i < twin.inst_n; i++) {
        t.checksums += syncs[i].checksums;
        t.mismatches += syncs[i].mismatches;
        t.gaps += syncs[i].gaps;
        t.crossed += syncs[i].crossed;
        sync_finish(&syncs[i]);
    }
    free(d);
    return t;
}

/* The counts are those of another program over the same lines. */
static void okx_captures(void **state)
{
    (void)state;
    struct tally t = read_all("okx", "okx_20210722.gz", okx_twin_decode);
    assert_true(t.snapshots == 10 && t.depth == 1494 && t.trades == 36);
    assert_true(t.checksums == 1504 && t.mismatches == 0 && t.gaps == 0 && t.crossed == 0);
    t = read_all("okx", "okx_20220513.gz", okx_twin_decode);
    assert_true(t.snapshots == 3 && t.depth == 287 && t.quotes == 28 && t.trades == 74);
    assert_true(t.checksums == 290 && t.mismatches == 0 && t.gaps == 0 && t.crossed == 0);
}

static void bybit_capture(void **state)
{
    (void)state;
    struct tally t = read_all("bybit", "bybit_linear_20260809_cut.gz", bybit_twin_decode);
    assert_true(t.snapshots == 4 && t.depth == 805 && t.checksums == 0);
    assert_true(t.gaps == 0 && t.crossed == 0 && t.marks > 4 && t.interest >= 4);
}

/* --- frames of the documents --------------------------------------------------------------------------------------- */

struct fixture {
    struct decoder decoder;
    uint64_t data[2048];
    struct event_buf out;
};

static struct fixture *fixture_of(const char *venue, const char *symbol, int price_decimals, int qty_decimals)
{
    struct fixture *f = calloc(1, sizeof(*f));
    struct instrument in;
    assert_non_null(f);
    decoder_init(&f->decoder, venue_find(venue));
    venue_twin_instrument(&in, venue, symbol, 1, price_decimals, qty_decimals);
    assert_ok(decoder_add(&f->decoder, &in));
    f->out = (struct event_buf){.data = (uint8_t *)f->data, .cap = sizeof(f->data)};
    return f;
}

static const struct event *decode_one(struct fixture *f, const char *frame)
{
    f->out.used = 0;
    assert_int_equal(f->decoder.venue->decode(&f->decoder, frame, strlen(frame), &f->out), 1);
    return (const struct event *)(const void *)f->data;
}

static void decode_none(struct fixture *f, const char *frame)
{
    f->out.used = 0;
    assert_int_equal(f->decoder.venue->decode(&f->decoder, frame, strlen(frame), &f->out), 0);
}

/* S is the side of the position: "Sell" is a short that died. */
static void bybit_liquidations(void **state)
{
    struct fixture *f = fixture_of("bybit", "ROSEUSDT", 5, 0);
    (void)state;
    const struct event *ev = decode_one(
        f,
        "{\"topic\":\"allLiquidation.ROSEUSDT\",\"type\":\"snapshot\",\"ts\":1739502303204,\"data\":[{\"T\":1739502302929,"
        "\"s\":\"ROSEUSDT\",\"S\":\"Sell\",\"v\":\"20000\",\"p\":\"0.04499\"}]}");
    const struct liquidation_row *row = event_rows_const(ev);
    assert_int_equal(ev->kind, EVENT_LIQUIDATION);
    assert_true(ev->exch_ns == INT64_C(1739502302929000000));
    assert_true(row->px == 4499 && row->qty == 20000 && row->order_px == 0);
    assert_true(row->side == POSITION_SHORT && row->is_bankruptcy == 1 &&
                row->completeness == COMPLETENESS_FULL);
    ev = decode_one(
        f,
        "{\"topic\":\"allLiquidation.ROSEUSDT\",\"data\":[{\"T\":1,\"s\":\"ROSEUSDT\",\"S\":\"Buy\",\"v\":\"1\","
        "\"p\":\"0.044994999\"}]}");
    row = event_rows_const(ev);
    assert_true(row->side == POSITION_LONG && row->px == 4499); /* off the grid: the nearest */
    free(f);
}

/* What a delta leaves out has not changed; a snapshot forgets. */
static void bybit_tickers(void **state)
{
    struct fixture *f = fixture_of("bybit", "BTCUSDT", 2, 3);
    (void)state;
    f->out.used = 0;
    const char *all =
        "{\"topic\":\"tickers.BTCUSDT\",\"type\":\"snapshot\",\"data\":{\"symbol\":\"BTCUSDT\",\"markPrice\":\"17217.33\","
        "\"indexPrice\":\"17227.36\",\"openInterest\":\"68744.760\",\"nextFundingTime\":\"1673280000000\","
        "\"fundingRate\":\"-0.000212\"},\"cs\":24987956059,\"ts\":1673272861686}";
    assert_int_equal(f->decoder.venue->decode(&f->decoder, all, strlen(all), &f->out), 2);
    const struct event *ev = (const struct event *)(const void *)f->data;
    const struct mark_row *mark = event_rows_const(ev);
    assert_true(ev->kind == EVENT_MARK && mark->mark == 17217330000 && mark->index == 17227360000);
    assert_true(mark->has_funding && mark->funding_rate == -21200);
    assert_true(mark->next_funding_ns == INT64_C(1673280000000000000));
    ev = (const struct event *)(const void *)(f->out.data + ev->size);
    const struct count_row *interest = event_rows_const(ev);
    assert_true(ev->kind == EVENT_OPEN_INTEREST && interest->value == 34372380); /* one side of both */
    ev = decode_one(
        f,
        "{\"topic\":\"tickers.BTCUSDT\",\"type\":\"delta\",\"data\":{\"symbol\":\"BTCUSDT\",\"markPrice\":\"17218\"},"
        "\"ts\":1673272861787}");
    mark = event_rows_const(ev);
    assert_true(mark->mark == 17218000000 && mark->index == 17227360000 && mark->funding_rate == -21200);
    decode_none(
        f,
        "{\"topic\":\"tickers.BTCUSDT\",\"type\":\"delta\",\"data\":{\"symbol\":\"BTCUSDT\",\"bid1Price\":\"17218\"},\"ts\":1}");
    ev = decode_one(
        f,
        "{\"topic\":\"tickers.BTCUSDT\",\"type\":\"snapshot\",\"data\":{\"symbol\":\"BTCUSDT\",\"markPrice\":\"1\"},\"ts\":1}");
    mark = event_rows_const(ev);
    assert_true(mark->mark == 1000000 && mark->index == 0 && mark->has_funding == 0);
    free(f);
}

/* A service that began anew says so by u = 1; a block trade is no flow; one level a side is the best price. */
static void bybit_odds(void **state)
{
    struct fixture *f = fixture_of("bybit", "BTCUSDT", 2, 3);
    (void)state;
    const struct event *ev = decode_one(
        f,
        "{\"topic\":\"orderbook.200.BTCUSDT\",\"type\":\"delta\",\"ts\":1,\"data\":{\"s\":\"BTCUSDT\",\"b\":[[\"1.00\",\"2\"]],\"a\":[],"
        "\"u\":1,\"seq\":9},\"cts\":1}");
    assert_true(ev->kind == EVENT_DEPTH_SNAPSHOT && (ev->flags & EVENT_WINDOW) != 0);
    ev = decode_one(
        f,
        "{\"topic\":\"publicTrade.BTCUSDT\",\"type\":\"snapshot\",\"ts\":1672304486868,\"data\":[{\"T\":1672304486865,"
        "\"s\":\"BTCUSDT\",\"S\":\"Buy\",\"v\":\"0.001\",\"p\":\"16578.50\",\"L\":\"PlusTick\",\"i\":\"20f43950\",\"BT\":true}]}");
    const struct trade_row *trade = event_rows_const(ev);
    assert_true(trade->aggressor == AGGRESSOR_BUY && trade->flags == TRADE_NOT_MARKET &&
                trade->px == 1657850);
    ev = decode_one(
        f,
        "{\"topic\":\"orderbook.1.BTCUSDT\",\"ts\":1,\"type\":\"snapshot\",\"data\":{\"s\":\"BTCUSDT\",\"b\":[[\"16493.50\","
        "\"0.006\"]],\"a\":[[\"16611.00\",\"0.029\"]],\"u\":18521288,\"seq\":7961638724},\"cts\":1672304484976}");
    const struct quote_row *quote = event_rows_const(ev);
    assert_true(ev->kind == EVENT_QUOTE && ev->last_id == 18521288);
    assert_true(quote->bid_px == 1649350 && quote->bid_qty == 6 && quote->ask_px == 1661100 &&
                quote->ask_qty == 29);
    decode_none(f,
                "{\"success\":true,\"ret_msg\":\"pong\",\"conn_id\":\"c\",\"req_id\":\"1\",\"op\":\"ping\"}");
    assert_int_equal(f->decoder.unknown, 0);
    decode_none(f, "{\"success\":false,\"ret_msg\":\"Invalid topic\",\"op\":\"subscribe\"}");
    assert_string_equal(f->decoder.unknown_kinds[0].name, "error");
    free(f);
}

/* `side` is that of the order that closed the position. */
static void okx_liquidations(void **state)
{
    struct fixture *f = fixture_of("okx", "IOST-USDT-SWAP", 6, 0);
    (void)state;
    const struct event *ev = decode_one(
        f,
        "{\"arg\":{\"channel\":\"liquidation-orders\",\"instType\":\"SWAP\"},\"data\":[{\"details\":[{\"bkLoss\":\"0\",\"bkPx\":\"0.007831\","
        "\"ccy\":\"\",\"posSide\":\"short\",\"side\":\"buy\",\"sz\":\"13\",\"ts\":\"1692266434010\"}],\"instFamily\":\"IOST-USDT\","
        "\"instId\":\"IOST-USDT-SWAP\",\"instType\":\"SWAP\",\"uly\":\"IOST-USDT\"}]}");
    const struct liquidation_row *row = event_rows_const(ev);
    assert_true(row->px == 7831 && row->qty == 13 && row->side == POSITION_SHORT && row->is_bankruptcy == 1);
    assert_int_equal(row->completeness, COMPLETENESS_SAMPLED);
    ev = decode_one(
        f,
        "{\"arg\":{\"channel\":\"liquidation-orders\",\"instType\":\"SWAP\"},\"data\":[{\"details\":[{\"bkPx\":\"0.0078\","
        "\"posSide\":\"net\",\"side\":\"sell\",\"sz\":\"1\",\"ts\":\"1\"}],\"instId\":\"IOST-USDT-SWAP\"}]}");
    row = event_rows_const(ev);
    assert_int_equal(row->side, POSITION_LONG);
    decode_none(
        f,
        "{\"arg\":{\"channel\":\"liquidation-orders\",\"instType\":\"SWAP\"},\"data\":[{\"details\":[{\"bkPx\":\"x\"}],"
        "\"instId\":\"OTHER-USDT-SWAP\"}]}");
    assert_int_equal(f->decoder.unknown, 0); /* the channel carries all: no news */
    free(f);
}

static void okx_figures(void **state)
{
    struct fixture *f = fixture_of("okx", "BTC-USD-SWAP", 1, 0);
    (void)state;
    decode_none(
        f,
        "{\"arg\":{\"channel\":\"index-tickers\",\"instId\":\"BTC-USD\"},\"data\":[{\"instId\":\"BTC-USD\",\"idxPx\":\"43350.5\"}]}");
    (void)decode_one(
        f,
        "{\"arg\":{\"channel\":\"funding-rate\",\"instId\":\"BTC-USD-SWAP\"},\"data\":[{\"fundingRate\":\"0.0001875391284828\","
        "\"fundingTime\":\"1700726400000\",\"instId\":\"BTC-USD-SWAP\",\"nextFundingRate\":\"\",\"ts\":\"1700724675402\"}]}");
    const struct event *ev = decode_one(
        f,
        "{\"arg\":{\"channel\":\"mark-price\",\"instId\":\"BTC-USD-SWAP\"},\"data\":[{\"instType\":\"SWAP\","
        "\"instId\":\"BTC-USD-SWAP\",\"markPx\":\"43351.25\",\"ts\":\"1597026383085\"}]}");
    const struct mark_row *mark = event_rows_const(ev);
    assert_true(mark->mark == 43351250000 && mark->index == 43350500000 && mark->has_funding == 1);
    assert_true(mark->funding_rate == 18754 && mark->next_funding_ns == INT64_C(1700726400000000000));
    ev = decode_one(
        f,
        "{\"arg\":{\"channel\":\"open-interest\",\"instId\":\"BTC-USD-SWAP\"},\"data\":[{\"instId\":\"BTC-USD-SWAP\",\"oi\":"
        "\"2216113.01000000309\",\"ts\":\"1743041250440\"}]}");
    assert_true(((const struct count_row *)event_rows_const(ev))->value == 2216113);
    free(f);
}

/* The checksum is signed on the wire; 0 is the venue's word for none. */
static void okx_books(void **state)
{
    struct fixture *f = fixture_of("okx", "BTC-USDT-SWAP", 2, 0);
    (void)state;
    const struct event *ev = decode_one(
        f,
        "{\"arg\":{\"channel\":\"books\",\"instId\":\"BTC-USDT-SWAP\"},\"action\":\"update\",\"data\":[{\"asks\":[[\"8476.98\",\"415\",\"0\","
        "\"13\"]],\"bids\":[[\"8476.97\",\"256\",\"0\",\"12\"]],\"ts\":\"1597026383085\",\"checksum\":-855196043,\"prevSeqId\":123456,"
        "\"seqId\":123457}]}");
    assert_true(ev->kind == EVENT_DEPTH && ev->prev_id == 123456 && ev->last_id == 123457);
    assert_true(ev->flags == (EVENT_WINDOW | EVENT_CHECKSUM));
    assert_true(ev->aux == event_checksum((uint32_t)-855196043, 2, 0));
    ev = decode_one(
        f,
        "{\"arg\":{\"channel\":\"books\",\"instId\":\"BTC-USDT-SWAP\"},\"action\":\"snapshot\",\"data\":[{\"asks\":[],\"bids\":[],"
        "\"ts\":\"1\",\"checksum\":0,\"prevSeqId\":-1,\"seqId\":7}]}");
    assert_true(ev->kind == EVENT_DEPTH_SNAPSHOT && ev->flags == EVENT_WINDOW && ev->aux == 0 &&
                ev->last_id == 7);
    decode_none(f, "pong");
    decode_none(
        f,
        "{\"event\":\"subscribe\",\"arg\":{\"channel\":\"books\",\"instId\":\"BTC-USDT-SWAP\"},\"connId\":\"a4d3ae55\"}");
    assert_int_equal(f->decoder.unknown, 0);
    decode_none(
        f, "{\"event\":\"error\",\"code\":\"60012\",\"msg\":\"Invalid request\",\"connId\":\"a4d3ae55\"}");
    assert_string_equal(f->decoder.unknown_kinds[0].name, "error");
    free(f);
}

/* --- lists, plans -------------------------------------------------------------------------------------------------- */

struct found {
    struct instrument list[8];
    int n;
};

static void on_found(void *user, const struct instrument *in)
{
    struct found *f = user;
    assert_in_range(f->n, 0, 7);
    f->list[f->n++] = *in;
}

static const struct instrument *named(const struct found *f, const char *symbol)
{
    for (int i = 0; i < f->n; i++) {
        if (strcmp(f->list[i].symbol, symbol) == 0) {
            return &f->list[i];
        }
    }
    fail_msg("no %s", symbol);
    return NULL;
}

static void bybit_list(void **state)
{
    struct found f = {.n = 0};
    static char bytes[1 << 16];
    char path[4096];
    (void)state;
    (void)snprintf(path, sizeof(path), "%s/rest/bybit_instruments_linear.json", getenv("AP_TEST_DATA"));
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    size_t n = fread(bytes, 1, sizeof(bytes), file);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(venue_find("bybit")->read_instruments(bytes, n, on_found, &f), 8);
    const struct instrument *in = named(&f, "BTCUSDT");
    assert_true(in->price_decimals == 1 && in->tick == 1 && in->qty_decimals == 3 && in->lot == 1);
    assert_true(in->kind == INSTRUMENT_PERPETUAL && in->funding_interval_s == 8 * 3600 && in->trading == 1);
    assert_int_equal(named(&f, "0GUSDT")->funding_interval_s, 4 * 3600);
    in = named(&f, "1000PEPEUSDT");
    assert_true(in->price_decimals == 6 && in->tick == 1 && in->qty_decimals == 0 && in->lot == 100);
    in = named(&f, "BTCUSDT-25DEC26");
    assert_true(in->kind == INSTRUMENT_FUTURE && in->expiry_ns == INT64_C(1798185600000000000));
    assert_string_equal(named(&f, "BTCPERP")->quote, "USDC");
}

/* The venue's own cross-check: 2,216,113.01 contracts are 22,161.13 BTC. */
static void okx_list(void **state)
{
    static const char list[] =
        "{\"code\":\"0\",\"msg\":\"\",\"data\":[{\"instType\":\"SWAP\",\"instId\":\"BTC-USDT-SWAP\",\"ctType\":\"linear\",\"ctVal\":\"0.01\","
        "\"ctMult\":\"1\",\"ctValCcy\":\"BTC\",\"settleCcy\":\"USDT\",\"tickSz\":\"0.1\",\"lotSz\":\"0.01\",\"state\":\"live\"},{\"instType\":"
        "\"SWAP\",\"instId\":\"BTC-USD-SWAP\",\"ctType\":\"inverse\",\"ctVal\":\"100\",\"ctMult\":\"1\",\"ctValCcy\":\"USD\",\"settleCcy\":"
        "\"BTC\",\"tickSz\":\"0.1\",\"lotSz\":\"1\",\"state\":\"suspend\"},{\"instType\":\"SWAP\",\"instId\":\"NO-TYPE-SWAP\"}]}";
    struct found f = {.n = 0};
    (void)state;
    assert_int_equal(venue_find("okx")->read_instruments(list, strlen(list), on_found, &f), 2);
    const struct instrument *linear = named(&f, "BTC-USDT-SWAP"), *inverse = named(&f, "BTC-USD-SWAP");
    assert_true(linear->multiplier == 1000000 && linear->inverse == 0 && linear->trading == 1);
    assert_near(instrument_notional(linear, 10, 221611301), 22161.1301, 1e-6); /* at a price of 1 */
    assert_true(inverse->multiplier == INT64_C(10000000000) && inverse->inverse == 1 &&
                inverse->trading == 0);
    assert_near(instrument_notional(inverse, 433500, 3), 300.0, 1e-9);
    assert_string_equal(inverse->settle, "BTC");
    assert_int_equal(linear->book_rule, BOOK_RULE_PREV_ID);
}

static void plans(void **state)
{
    struct venue_plan *plan = calloc(1, sizeof(*plan));
    struct instrument list[2];
    char text[1024], path[128];
    int weight = 0;
    (void)state;
    assert_non_null(plan);
    const struct venue *v = venue_find("okx");
    venue_twin_instrument(&list[0], "okx", "BTC-USDT-SWAP", 1, 1, 2);
    venue_twin_instrument(&list[1], "okx", "BTC-USDT-240927", 2, 1, 2);
    v->plan(list, 2, plan);
    assert_true(plan->conn_n == 1 && plan->conns[0].n == 14); /* the index and the liquidations once */
    assert_string_equal(plan->streams[0], "books:BTC-USDT-SWAP");
    const char one[2][VENUE_STREAM_MAX] = {"books:BTC-USDT-SWAP", "liquidation-orders:SWAP"};
    assert_true(v->subscribe(text, sizeof(text), one, 2, 7, 0) > 0);
    assert_string_equal(
        text,
        "{\"id\":\"7\",\"op\":\"subscribe\",\"args\":[{\"channel\":\"books\",\"instId\":\"BTC-USDT-SWAP\"},"
        "{\"channel\":\"liquidation-orders\",\"instType\":\"SWAP\"}]}");
    assert_err(v->subscribe(text, 40, one, 2, 7, 0), AP_ETOOBIG);
    assert_ok(v->rest_path(REST_SNAPSHOT, &list[0], path, sizeof(path), &weight));
    assert_string_equal(path, "/api/v5/market/books?instId=BTC-USDT-SWAP&sz=400&source=0");
    assert_err(v->rest_path(REST_PREMIUM, &list[0], path, sizeof(path), &weight), AP_EUNSUPPORTED);

    v = venue_find("bybit");
    venue_twin_instrument(&list[0], "bybit", "BTCUSDT", 1, 1, 3);
    v->plan(list, 1, plan);
    assert_true(plan->conn_n == 1 && plan->conns[0].n == 5);
    assert_string_equal(plan->streams[0], "orderbook.1000.BTCUSDT");
    const char bad[1][VENUE_STREAM_MAX] = {"a\"b"},
               two[2][VENUE_STREAM_MAX] = {"orderbook.1.BTCUSDT", "tickers.BTCUSDT"};
    assert_true(v->subscribe(text, sizeof(text), two, 2, 3, 1) > 0);
    assert_string_equal(
        text,
        "{\"req_id\":\"3\",\"op\":\"unsubscribe\",\"args\":[\"orderbook.1.BTCUSDT\",\"tickers.BTCUSDT\"]}");
    assert_err(v->subscribe(text, sizeof(text), bad, 1, 3, 0), AP_EINVAL);
    assert_err(v->rest_path(REST_SNAPSHOT, &list[0], path, sizeof(path), &weight), AP_EUNSUPPORTED);
    free(plan);
}

/* A book that the venue gives to whoever asks. */
static void okx_rest(void **state)
{
    static const char answer[] =
        "{\"code\":\"0\",\"msg\":\"\",\"data\":[{\"asks\":[[\"41006.8\",\"0.60\",\"0\",\"1\"]],\"bids\":[[\"41006.3\","
        "\"0.30\",\"0\",\"2\"]],\"ts\":\"1629966436396\",\"seqId\":3235851742}]}";
    struct fixture *f = fixture_of("okx", "BTC-USDT-SWAP", 1, 2);
    (void)state;
    const struct venue *v = f->decoder.venue;
    assert_int_equal(
        v->decode_rest(&f->decoder, REST_SNAPSHOT, &f->decoder.insts[0], answer, strlen(answer), &f->out), 1);
    const struct event *ev = (const struct event *)(const void *)f->data;
    const struct depth_rows *rows = event_rows_const(ev);
    assert_true(ev->kind == EVENT_DEPTH_SNAPSHOT && ev->last_id == 3235851742 &&
                ev->exch_ns == INT64_C(1629966436396000000));
    assert_true(rows->bid_n == 1 && rows->ask_n == 1 && rows->levels[0].px == 410063 &&
                rows->levels[1].qty == 60);
    static const char bare[] = "{\"code\":\"0\",\"data\":[{\"asks\":[],\"bids\":[],\"ts\":\"1\"}]}";
    assert_true(
        v->decode_rest(&f->decoder, REST_SNAPSHOT, &f->decoder.insts[0], bare, strlen(bare), &f->out) < 0);
    free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(okx_captures),
        cmocka_unit_test(bybit_capture),
        cmocka_unit_test(bybit_liquidations),
        cmocka_unit_test(bybit_tickers),
        cmocka_unit_test(bybit_odds),
        cmocka_unit_test(okx_liquidations),
        cmocka_unit_test(okx_figures),
        cmocka_unit_test(okx_books),
        cmocka_unit_test(bybit_list),
        cmocka_unit_test(okx_list),
        cmocka_unit_test(plans),
        cmocka_unit_test(okx_rest),
    };
    return cmocka_run_group_tests_name("venue/bybit_okx", tests, NULL, NULL);
}
