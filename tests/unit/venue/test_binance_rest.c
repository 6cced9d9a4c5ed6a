/* Recorded answers of the venue, and answers that must be refused. */
#include "test.h"

#include "binance_twin.h"
#include <alphaplus/venue/venue.h>
#include <stdio.h>
#include <string.h>

static char *read_file(const char *name, size_t *ret_n)
{
    char path[4096];
    (void)snprintf(path, sizeof(path), "%s/rest/%s", getenv("AP_TEST_DATA"), name);
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    char *bytes = malloc(1 << 20);
    assert_non_null(bytes);
    *ret_n = fread(bytes, 1, 1 << 20, f);
    assert_true(*ret_n > 0);
    (void)fclose(f);
    return bytes;
}

struct found {
    struct instrument list[64];
    int n;
};

static void on_found(void *user, const struct instrument *in)
{
    struct found *f = user;
    assert_true(f->n < 64);
    f->list[f->n++] = *in;
}

static void instruments(void **state)
{
    const struct venue *v = venue_find("binance");
    struct found f = {.n = 0};
    size_t n;
    char *bytes = read_file("binance_usdm_exchange_info.json", &n);
    (void)state;
    assert_int_equal(v->read_instruments(bytes, n, on_found, &f), 25);
    assert_int_equal(f.n, 25);
    const struct instrument *btc = &f.list[0];
    assert_string_equal(btc->symbol, "BTCUSDT");
    assert_string_equal(btc->base, "BTC");
    assert_string_equal(btc->quote, "USDT");
    assert_string_equal(btc->settle, "USDT");
    /* pricePrecision of it is 2, tickSize "0.10" */
    assert_true(btc->price_decimals == 1 && btc->tick == 1 && btc->qty_decimals == 3 && btc->lot == 1);
    assert_true(btc->kind == INSTRUMENT_PERPETUAL && btc->book_rule == BOOK_RULE_PREV_ID &&
                btc->trading == 1);
    assert_true(btc->id == 0 && btc->inferred == 0 && btc->expiry_ns == 0 && btc->mark_decimals == 8);
    for (int i = 0; i < f.n; i++) {
        assert_ok(instrument_check(&f.list[i]));
        if (strcmp(f.list[i].symbol, "TRXUSDT") == 0) {
            assert_true(f.list[i].price_decimals == 5 && f.list[i].qty_decimals == 0 && f.list[i].lot == 1);
        }
    }
    for (size_t cut = 0; cut < n - 2; cut += 97) {
        assert_err(v->read_instruments(bytes, cut, on_found, &f), AP_ESYNTAX);
    }
    assert_int_equal(f.n, 25);
    free(bytes);
}

/* One that cannot be used does not hide the others. */
static void odd_instruments(void **state)
{
#define SYMBOL(name, contract, status, tick, step)                                                                        \
    "{\"symbol\":\"" name "\",\"contractType\":\"" contract "\",\"status\":\"" status                                     \
    "\",\"baseAsset\":\"B\",\"quoteAsset\":\"Q\","                                                                        \
    "\"marginAsset\":\"Q\",\"deliveryDate\":1727424000000,\"filters\":[{\"filterType\":\"LOT_SIZE\",\"stepSize\":\"" step \
    "\"},{\"filterType\":\"PRICE_FILTER\",\"tickSize\":\"" tick "\"}]}"
    static const char text[] = "{\"symbols\":[7,{}," SYMBOL("A1", "PERPETUAL", "SETTLING", "5", "10") "," SYMBOL(
        "A2", "CURRENT_QUARTER", "TRADING", "0.050",
        "0.001") "," SYMBOL("A3", "OPTION", "TRADING", "1",
                            "1") "," SYMBOL("A4", "PERPETUAL", "TRADING", "0",
                                            "1") "," SYMBOL("A5", "PERPETUAL", "TRADING", "x",
                                                            "1") "," SYMBOL("A 6", "PERPETUAL", "TRADING",
                                                                            "1",
                                                                            "1") "," SYMBOL("A7",
                                                                                            "TRADIFI_PERPETUAL",
                                                                                            "TRADING", "1e-5",
                                                                                            "1") "," SYMBOL("A8",
                                                                                                            "TRADIFI_PERPETUAL",
                                                                                                            "TRADING",
                                                                                                            "0.000000000001",
                                                                                                            "1") "]}";
#undef SYMBOL
    const struct venue *v = venue_find("binance");
    struct found f = {.n = 0};
    (void)state;
    assert_int_equal(v->read_instruments(text, sizeof(text) - 1, on_found, &f), 3);
    assert_true(f.list[0].price_decimals == 0 && f.list[0].tick == 5 && f.list[0].lot == 10 &&
                f.list[0].trading == 0);
    assert_true(f.list[1].kind == INSTRUMENT_FUTURE && f.list[1].expiry_ns == INT64_C(1727424000000000000));
    assert_true(f.list[1].price_decimals == 2 && f.list[1].tick == 5);
    assert_true(f.list[2].price_decimals == 12);
    assert_err(v->read_instruments("{\"symbols\":{}}", 14, on_found, &f), AP_ETYPE);
    assert_err(v->read_instruments("[]", 2, on_found, &f), AP_ESYNTAX);
}

struct answer {
    struct decoder d;
    struct instrument in;
    uint64_t data[2048];
    struct event_buf out;
};

static struct answer *new_answer(void)
{
    struct answer *a = calloc(1, sizeof(*a));
    assert_non_null(a);
    decoder_init(&a->d, venue_find("binance"));
    twin_instrument(&a->in, "BTCUSDT", 5, 2, 3);
    assert_ok(decoder_add(&a->d, &a->in));
    return a;
}

static int ask(struct answer *a, enum venue_rest what, const char *bytes, size_t n)
{
    a->out = (struct event_buf){.data = (uint8_t *)a->data, .cap = sizeof(a->data)};
    int got = a->d.venue->decode_rest(&a->d, what, &a->in, bytes, n, &a->out);
    if (got == 1) {
        assert_ok(event_check((const struct event *)a->data, a->out.used));
    } else {
        assert_int_equal(a->out.used, 0);
    }
    return got;
}

static void recorded_answers(void **state)
{
    struct answer *a = new_answer();
    const struct event *ev = (const struct event *)a->data;
    size_t n;
    (void)state;
    char *bytes = read_file("binance_usdm_depth.json", &n);
    assert_int_equal(ask(a, REST_SNAPSHOT, bytes, n), 1);
    const struct depth_rows *rows = event_rows_const(ev);
    assert_int_equal(ev->kind, EVENT_DEPTH_SNAPSHOT);
    assert_true(ev->last_id == 78378956573 && ev->exch_ns == INT64_C(1602818750767000000) &&
                ev->instrument == 5);
    assert_true(rows->bid_n == 5 && rows->ask_n == 5 && rows->levels[0].px == 1149209 &&
                rows->levels[0].qty == 4);
    assert_true(rows->levels[9].px == 1149282 && rows->levels[9].qty == 153);
    free(bytes);
    bytes = read_file("binance_usdm_open_interest.json", &n);
    assert_int_equal(ask(a, REST_OPEN_INTEREST, bytes, n), 1);
    assert_int_equal(ev->kind, EVENT_OPEN_INTEREST);
    assert_true(((const struct count_row *)event_rows_const(ev))->value == 83782317);
    assert_true(ev->exch_ns == INT64_C(1702244985273000000));
    free(bytes);
    bytes = read_file("binance_usdm_premium_index.json", &n);
    assert_int_equal(ask(a, REST_PREMIUM, bytes, n), 1);
    const struct mark_row *m = event_rows_const(ev);
    assert_true(m->mark == 2678082240476 && m->index == 2679825197802 && m->funding_rate == 1226 &&
                m->has_funding == 1);
    assert_true(m->next_funding_ns == INT64_C(1687248000000000000) && ev->kind == EVENT_MARK);
    free(bytes);
    free(a);
}

static void refused_answers(void **state)
{
    static const struct {
        enum venue_rest what;
        const char *text;
        int err;
    } bad[] = {
        {REST_SNAPSHOT, "", AP_ESYNTAX},
        {REST_SNAPSHOT, "<html>", AP_ESYNTAX},
        {REST_SNAPSHOT, "[]", AP_ESYNTAX},
        {REST_SNAPSHOT, "{\"code\":-1121,\"msg\":\"Invalid symbol.\"}", AP_ESYNTAX},
        {REST_SNAPSHOT, "{\"lastUpdateId\":-1,\"bids\":[],\"asks\":[]}", AP_EAGAIN},
        {REST_SNAPSHOT, "{\"lastUpdateId\":\"1\",\"bids\":[],\"asks\":[]}", AP_ETYPE},
        {REST_SNAPSHOT, "{\"lastUpdateId\":1,\"bids\":[[\"1\",\"1\"]],\"asks\":[[\"1.001\",\"1\"]]}",
         AP_ERANGE},
        {REST_SNAPSHOT, "{\"lastUpdateId\":1,\"bids\":[[\"0\",\"1\"]],\"asks\":[]}", AP_ERANGE},
        {REST_SNAPSHOT, "{\"lastUpdateId\":1,\"bids\":[[\"1\"]],\"asks\":[]}", AP_ETYPE},
        {REST_SNAPSHOT, "{\"lastUpdateId\":1,\"bids\":[],\"asks\":[],\"bids\":[]}", AP_ESYNTAX},
        {REST_OPEN_INTEREST, "{\"openInterest\":\"-1\",\"symbol\":\"BTCUSDT\",\"time\":1}", AP_ERANGE},
        {REST_OPEN_INTEREST, "{\"openInterest\":\"1\",\"symbol\":\"ETHUSDT\",\"time\":1}", AP_EINVAL},
        {REST_OPEN_INTEREST, "{\"symbol\":\"BTCUSDT\",\"time\":1}", AP_ESYNTAX},
        {REST_PREMIUM, "{\"markPrice\":\"NaN\",\"indexPrice\":\"1\",\"symbol\":\"BTCUSDT\"}", AP_ESYNTAX},
        {REST_PREMIUM, "{\"markPrice\":\"1\",\"indexPrice\":1,\"symbol\":\"BTCUSDT\"}", AP_ETYPE},
        {REST_INSTRUMENTS, "{}", AP_EUNSUPPORTED},
    };
    struct answer *a = new_answer();
    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_err(ask(a, bad[i].what, bad[i].text, strlen(bad[i].text)), bad[i].err);
    }
    free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(instruments),
        cmocka_unit_test(odd_instruments),
        cmocka_unit_test(recorded_answers),
        cmocka_unit_test(refused_answers),
    };
    return cmocka_run_group_tests_name("venue/binance_rest", tests, NULL, NULL);
}
