/* What is asked of a venue beside its instruments: further pages, its clock, funding intervals. Answers as the venues document them. */
#include "test.h"
#include <alphaplus/venue/venue.h>
#include <stdio.h>
#include <string.h>

static int next_page(const char *cursor, char *path, size_t size)
{
    char bytes[512];
    snprintf(bytes, sizeof bytes,
             "{\"retCode\":0,\"retMsg\":\"OK\",\"result\":{\"category\":\"linear\",\"list\":[],"
             "\"nextPageCursor\":\"%s\"},\"retExtInfo\":{},\"time\":1672712495660}",
             cursor);
    return venue_find("bybit")->next_page(bytes, strlen(bytes), path, size);
}

static void pages_follow_their_cursor(void **state)
{
    (void)state;
    char path[160];
    assert_int_equal(next_page("", path, sizeof path), 0);
    assert_int_equal(next_page("first%3DTONUSDT%26last%3DZRXUSDT", path, sizeof path), 1);
    assert_string_equal(path, "/v5/market/instruments-info?category=linear&limit=1000"
                              "&cursor=first%3DTONUSDT%26last%3DZRXUSDT");
    assert_int_equal(next_page("a b", path, sizeof path), AP_ESYNTAX);
    assert_int_equal(next_page("a\\r\\nHost: x", path, sizeof path), AP_ESYNTAX);
    assert_int_equal(next_page("long", path, 60), AP_ETOOBIG);
    assert_int_equal(venue_find("bybit")->next_page("{", 1, path, sizeof path), AP_ESYNTAX);
}

static void clocks_are_read(void **state)
{
    (void)state;
    static const struct {
        const char *venue, *bytes;
        int64_t ns;
    } cases[] = {
        {"binance", "{\"serverTime\": 1499827319559}", 1499827319559000000},
        {"binance-spot", "{\"serverTime\": 1499827319559}", 1499827319559000000},
        {"binance-coinm", "{\"serverTime\": 1499827319559}", 1499827319559000000},
        {"bybit",
         "{\"retCode\":0,\"retMsg\":\"OK\",\"result\":{\"timeSecond\":\"1688639403\",\"timeNano\":"
         "\"1688639403423213947\"},\"retExtInfo\":{},\"time\":1688639403423}",
         1688639403423213947},
        {"okx", "{\"code\":\"0\",\"msg\":\"\",\"data\":[{\"ts\":\"1597026383085\"}]}", 1597026383085000000},
        {"binance", "{\"serverTime\": \"soon\"}", 0},
        {"binance", "{\"serverTime\": -1}", 0},
        {"binance", "[]", 0},
        {"bybit", "{\"result\":{\"timeNano\":\"99999999999999999999\"}}", 0},
        {"okx", "{\"data\":[]}", 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t ns = -1;
        int err = venue_find(cases[i].venue)->read_time(cases[i].bytes, strlen(cases[i].bytes), &ns);
        assert_true(cases[i].ns != 0 ? err == 0 && ns == cases[i].ns : err < 0);
    }
    assert_null(venue_find("hyperliquid")->read_time);
}

struct found {
    int n;
    char symbol[16];
    uint32_t interval_s;
};

static void on_found(void *user, const char *symbol, uint32_t interval_s)
{
    struct found *f = user;
    f->n++;
    snprintf(f->symbol, sizeof f->symbol, "%s", symbol);
    f->interval_s = interval_s;
}

static void funding_lists_the_exceptions(void **state)
{
    (void)state;
    static const char bytes[] =
        "[{\"symbol\":\"BLZUSDT\",\"adjustedFundingRateCap\":\"0.02500000\",\"adjustedFundingRateFloor\":"
        "\"-0.02500000\",\"fundingIntervalHours\":4,\"disclaimer\":false},"
        "{\"symbol\":\"ODD\",\"fundingIntervalHours\":0},{\"symbol\":\"ODDER\"},7]";
    const struct venue *v = venue_find("binance");
    struct found f = {0};
    assert_int_equal(v->read_funding(bytes, sizeof bytes - 1, on_found, &f), 1);
    assert_string_equal(f.symbol, "BLZUSDT");
    assert_int_equal(f.interval_s, 4 * 3600);
    assert_int_equal(v->funding_usual_s, 8 * 3600);
    assert_int_equal(v->read_funding("{}", 2, on_found, &f), AP_ETYPE);
    assert_int_equal(v->read_funding("[", 1, on_found, &f), AP_ESYNTAX);
    assert_int_equal(f.n, 1);
}

/* Each kind that is one stream's alone is so for every instrument, and the first stream is the book's. */
static void plans_say_what_streams_bring(void **state)
{
    (void)state;
    static struct venue_plan plan;
    struct instrument list[2] = {{.symbol = "BTC-USDT-SWAP"}, {.symbol = "ETH-USDT-SWAP"}};
    int n;
    const struct venue *const *all = venue_list(&n);
    for (int v = 0; v < n; v++) {
        int books = 0, trades = 0;
        all[v]->plan(list, 1, &plan);
        assert_true(plan.kinds[0] == EVENT_DEPTH || plan.kinds[0] == EVENT_DEPTH_SNAPSHOT);
        all[v]->plan(list, 2, &plan);
        for (uint32_t i = 0; i < plan.stream_n; i++) {
            books += plan.kinds[i] == plan.kinds[0];
            trades += plan.kinds[i] == EVENT_TRADE;
        }
        assert_int_equal(books, 2);
        assert_int_equal(trades, 2);
        assert_true(all[v]->rest_weight > 0 && all[v]->rest_window_s > 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pages_follow_their_cursor),
        cmocka_unit_test(clocks_are_read),
        cmocka_unit_test(funding_lists_the_exceptions),
        cmocka_unit_test(plans_say_what_streams_bring),
    };
    return cmocka_run_group_tests_name("venue/list", tests, NULL, NULL);
}
