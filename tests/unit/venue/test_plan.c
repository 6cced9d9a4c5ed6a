#include "test.h"

#include "binance_twin.h"
#include <alphaplus/venue/venue.h>
#include <jansson.h>
#include <string.h>

static void venues_are_found(void **state)
{
    int n = 0;
    (void)state;
    const struct venue *const *list = venue_list(&n);
    assert_true(n >= 1);
    for (int i = 0; i < n; i++) {
        assert_ptr_equal(venue_find(list[i]->name), list[i]);
    }
    assert_null(venue_find("nowhere"));
    assert_null(venue_find(""));
}

static void decoder_knows_its_instruments(void **state)
{
    struct decoder *d = malloc(sizeof(*d));
    struct instrument in;
    char symbol[16];
    (void)state;
    assert_non_null(d);
    decoder_init(d, venue_find("binance"));
    for (uint32_t i = 0; i < INSTRUMENT_MAX; i++) {
        (void)snprintf(symbol, sizeof(symbol), "A%uUSDT", (unsigned)i);
        twin_instrument(&in, symbol, i + 1, 2, 3);
        assert_ok(decoder_add(d, &in));
    }
    twin_instrument(&in, "ONEMORE", 1, 2, 3);
    assert_err(decoder_add(d, &in), AP_EFULL);
    twin_instrument(&in, "A5USDT", 6, 1, 0);
    in.version = 2;
    assert_ok(decoder_add(d, &in));
    assert_int_equal(d->inst_n, INSTRUMENT_MAX);
    assert_int_equal(decoder_find(d, "A5USDT", 6)->version, 2);
    assert_null(decoder_find(d, "A5USD", 5));
    assert_null(decoder_find(d, "A5USDTX", 7));
    assert_null(decoder_find(d, "", 0));
    decoder_remove(d, "A5USDT");
    decoder_remove(d, "A5USDT");
    assert_null(decoder_find(d, "A5USDT", 6));
    assert_non_null(decoder_find(d, "A63USDT", 7));
    assert_int_equal(d->inst_n, INSTRUMENT_MAX - 1);
    in.tick = 0;
    assert_err(decoder_add(d, &in), AP_EINVAL);
    free(d);
}

static bool has_stream(const struct venue_plan *p, const struct venue_conn *c, const char *name)
{
    for (uint32_t i = c->first; i < c->first + c->n; i++) {
        if (strcmp(p->streams[i], name) == 0) {
            return true;
        }
    }
    return false;
}

/* On the wrong path a stream is acknowledged and stays silent. */
static void streams_go_to_the_path_of_their_class(void **state)
{
    const struct venue *v = venue_find("binance");
    struct venue_plan *p = malloc(sizeof(*p));
    struct instrument list[INSTRUMENT_MAX];
    (void)state;
    assert_non_null(p);
    twin_instrument(&list[0], "BTCUSDT", 1, 1, 3);
    twin_instrument(&list[1], "BTCUSDT_240927", 2, 1, 3);
    v->plan(list, 2, p);
    assert_int_equal(p->conn_n, 2);
    const struct venue_conn *public = &p->conns[0], *market = &p->conns[1];
    assert_string_equal(public->path, "/public/ws");
    assert_string_equal(market->path, "/market/ws");
    assert_true(has_stream(p, public, "btcusdt@depth@100ms") &&
                has_stream(p, public, "btcusdt_240927@bookTicker"));
    assert_true(has_stream(p, market, "btcusdt@aggTrade") && has_stream(p, market, "btcusdt@markPrice@1s"));
    assert_true(has_stream(p, market, "btcusdt_240927@forceOrder"));
    assert_int_equal(public->n + market->n, p->stream_n);
    for (int i = 0; i < INSTRUMENT_MAX; i++) {
        twin_instrument(&list[i], "BTCUSDT", 1, 1, 3);
        memset(list[i].symbol, 'X', SYMBOL_MAX - 1);
    }
    v->plan(list, INSTRUMENT_MAX, p);
    assert_int_equal(p->stream_n, INSTRUMENT_MAX * 5);
    v->plan(list, 0, p);
    assert_true(p->conn_n == 0 && p->stream_n == 0);
    free(p);
}

static void subscriptions_are_json(void **state)
{
    static const char streams[3][VENUE_STREAM_MAX] = {"btcusdt@aggTrade", "btcusdt@markPrice@1s",
                                                      "!forceOrder@arr"};
    static const char evil[1][VENUE_STREAM_MAX] = {"x\"],\"id\":9"};
    const struct venue *v = venue_find("binance");
    char buf[256];
    json_error_t unused;
    (void)state;
    int n = v->subscribe(buf, sizeof(buf), streams, 3, 17, 0);
    assert_int_equal(n, strlen(buf));
    assert_string_equal(
        buf,
        "{\"method\":\"SUBSCRIBE\",\"params\":[\"btcusdt@aggTrade\",\"btcusdt@markPrice@1s\",\"!forceOrder@arr\"],\"id\":17}");
    json_t *root = json_loadb(buf, (size_t)n, 0, &unused);
    assert_non_null(root);
    json_decref(root);
    for (size_t size = 0; size <= (size_t)n; size++) {
        assert_err(v->subscribe(buf, size, streams, 3, 17, 0), AP_ETOOBIG);
    }
    assert_int_equal(v->subscribe(buf, (size_t)n + 1, streams, 3, 17, 0), n);
    assert_true(v->subscribe(buf, sizeof(buf), streams, 1, 18, 1) > 0);
    assert_string_equal(buf, "{\"method\":\"UNSUBSCRIBE\",\"params\":[\"btcusdt@aggTrade\"],\"id\":18}");
    assert_err(v->subscribe(buf, sizeof(buf), evil, 1, 1, 0), AP_EINVAL);
}

static void rest_paths(void **state)
{
    const struct venue *v = venue_find("binance");
    struct instrument in;
    char buf[128];
    int weight = 0;
    (void)state;
    twin_instrument(&in, "BTCUSDT", 1, 1, 3);
    assert_ok(v->rest_path(REST_SNAPSHOT, &in, buf, sizeof(buf), &weight));
    assert_string_equal(buf, "/fapi/v1/depth?symbol=BTCUSDT&limit=1000");
    assert_int_equal(weight, 20);
    assert_ok(v->rest_path(REST_INSTRUMENTS, NULL, buf, sizeof(buf), &weight));
    assert_string_equal(buf, "/fapi/v1/exchangeInfo");
    assert_int_equal(weight, 1);
    assert_ok(v->rest_path(REST_OPEN_INTEREST, &in, buf, sizeof(buf), NULL));
    assert_string_equal(buf, "/fapi/v1/openInterest?symbol=BTCUSDT");
    assert_ok(v->rest_path(REST_PREMIUM, &in, buf, sizeof(buf), NULL));
    assert_string_equal(buf, "/fapi/v1/premiumIndex?symbol=BTCUSDT");
    assert_err(v->rest_path(REST_SNAPSHOT, &in, buf, 10, NULL), AP_ETOOBIG);
    assert_err(v->rest_path(REST_SNAPSHOT, NULL, buf, sizeof(buf), NULL), AP_EINVAL);
    assert_err(v->rest_path(REST_KINDS, &in, buf, sizeof(buf), NULL), AP_EUNSUPPORTED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(venues_are_found),
        cmocka_unit_test(decoder_knows_its_instruments),
        cmocka_unit_test(streams_go_to_the_path_of_their_class),
        cmocka_unit_test(subscriptions_are_json),
        cmocka_unit_test(rest_paths),
    };
    return cmocka_run_group_tests_name("venue/plan", tests, NULL, NULL);
}
