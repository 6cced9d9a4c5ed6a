/* A venue whose subscriptions begin with a snapshot, on loopback: a wish for one is a new subscription of that book alone. */
#include "feed_watch.h"
#include "loop_server.h"
#include "test.h"
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

enum { RING_BYTES = 4u << 20, PACE_MS = 4 };

static const char *const one[] = {"bybit:BTCUSDT", NULL};
#define PAGE(base, cursor)                                                                                   \
    "{\"retCode\":0,\"result\":{\"category\":\"linear\",\"list\":[{\"symbol\":\"" base "USDT\","             \
    "\"contractType\":\"LinearPerpetual\",\"status\":\"Trading\",\"baseCoin\":\"" base "\","                 \
    "\"quoteCoin\":\"USDT\",\"settleCoin\":\"USDT\",\"deliveryTime\":\"0\","                                 \
    "\"priceFilter\":{\"tickSize\":\"0.10\"},\"lotSizeFilter\":{\"qtyStep\":\"0.001\"},"                     \
    "\"fundingInterval\":480}],\"nextPageCursor\":\"" cursor "\"}}"
static const char list[] = PAGE("ETH", "first%3DETHUSDT"), page[] = PAGE("BTC", "");

struct bybit {
    struct loop_server *server;
    char url[64];
    atomic_int lists, pages, others, whole, leaves, returns;
};

static void on_get(void *user, struct loop_conn *c, const char *path)
{
    struct bybit *b = user;
    bool is_list = strncmp(path, "/v5/market/instruments-info", 27) == 0;
    if (is_list && strstr(path, "&cursor=first%3DETHUSDT")) {
        atomic_fetch_add(&b->pages, 1);
        loop_answer(c, 200, NULL, page, sizeof page - 1);
        return;
    }
    if (!strstr(path, "/time")) {
        atomic_fetch_add(is_list ? &b->lists : &b->others, 1);
    }
    loop_answer(c, is_list ? 200 : 404, NULL, list, is_list ? sizeof list - 1 : 0);
}

static void send_book(struct loop_conn *c, const char *type, unsigned id)
{
    char text[512];
    snprintf(
        text, sizeof text,
        "{\"topic\":\"orderbook.1000.BTCUSDT\",\"type\":\"%s\",\"ts\":1700000000000,\"data\":{\"s\":\"BTCUSDT\","
        "\"b\":[[\"64000.10\",\"1.5\"]],\"a\":[[\"64000.20\",\"2\"]],\"u\":%u,\"seq\":%u},\"cts\":1700000000000}",
        type, id, id);
    loop_text(c, text);
}

static void send_ticker(struct loop_conn *c)
{
    loop_text(
        c,
        "{\"topic\":\"tickers.BTCUSDT\",\"type\":\"snapshot\",\"data\":{\"symbol\":\"BTCUSDT\",\"markPrice\":\"64000.15\","
        "\"indexPrice\":\"64001\",\"fundingRate\":\"0.0001\",\"nextFundingTime\":\"1700006400000\"},\"ts\":1700000000000}");
}

/* What it is told, by its words: everything at first, then the book alone, left and subscribed again. */
static bool on_message(struct bybit *b, struct loop_conn *c, const char *message, unsigned *id)
{
    bool has_book = strstr(message, "\"orderbook.1000.BTCUSDT\"") != NULL;
    bool has_more = strstr(message, "tickers") != NULL;
    if (strstr(message, "\"op\":\"unsubscribe\"") != NULL) {
        atomic_fetch_add(&b->leaves, has_book && !has_more);
        return false;
    }
    if (strstr(message, "\"op\":\"subscribe\"") == NULL || !has_book) {
        return *id != 0;
    }
    atomic_fetch_add(has_more ? &b->whole : &b->returns, 1);
    *id += 1000;
    send_book(c, "snapshot", *id);
    loop_text(c,
              "{\"success\":true,\"ret_msg\":\"\",\"conn_id\":\"c\",\"req_id\":\"1\",\"op\":\"subscribe\"}");
    return true;
}

static void on_ws(void *user, struct loop_conn *c, const char *path)
{
    struct bybit *b = user;
    char message[16384];
    size_t n;
    unsigned id = 0;
    bool is_told = false;
    int opcode = 0;
    if (strcmp(path, "/v5/public/linear") != 0) {
        return;
    }
    while (loop_receive(c, PACE_MS, message, sizeof message - 1, &n, &opcode)) {
        if (n > 0 && opcode == LOOP_TEXT) {
            message[n] = '\0';
            is_told = on_message(b, c, message, &id);
        } else if (opcode == LOOP_CLOSE) {
            return;
        }
        if (is_told) {
            send_book(c, "delta", ++id);
            send_ticker(c);
        }
    }
}

static bool is_live(const struct feed_watch *w, const void *user)
{
    (void)user;
    return w->row.state == FEED_LIVE && w->kinds[EVENT_DEPTH] > 10 && w->kinds[EVENT_MARK] > 10;
}

static bool has_snapshots(const struct feed_watch *w, const void *user)
{
    return w->kinds[EVENT_DEPTH_SNAPSHOT] >= *(const uint64_t *)user;
}

static void a_new_subscription_brings_the_snapshot(void **state)
{
    struct bybit b = {.server = NULL};
    const struct loop_script script = {.on_get = on_get, .on_ws = on_ws, .user = &b};
    struct feed_watch w;
    (void)state;
    b.server = loop_server_start(&script);
    snprintf(b.url, sizeof b.url, "http://127.0.0.1:%u", (unsigned)loop_server_port(b.server));
    feed_watch_init(&w, RING_BYTES, 1);
    feed_watch_start(&w, b.url, one);
    feed_watch_until(&w, is_live, NULL);
    assert_int_equal(w.kinds[EVENT_DEPTH_SNAPSHOT], 1); /* nobody wished for more */
    assert_int_equal(atomic_load(&b.leaves), 0);
    for (uint64_t n = 2; n <= 3; n++) {
        for (int i = 0; i < 10; i++) {
            feed_watch_ask(&w, FEED_WANT_SNAPSHOT, 1, NULL);
        }
        feed_watch_until(&w, has_snapshots, &n);
    }
    assert_int_equal(w.kinds[EVENT_GAP], 0);
    feed_watch_finish(&w);
    assert_int_equal(atomic_load(&b.whole), 1);
    assert_in_range(atomic_load(&b.returns), 2, 12);
    assert_in_range(atomic_load(&b.leaves), 2, 12);
    assert_int_equal(atomic_load(&b.pages), 1);
    assert_int_equal(atomic_load(&b.others), 0); /* all by the stream */
    loop_server_stop(b.server);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_subscription_brings_the_snapshot),
    };
    return cmocka_run_group_tests_name("integration/net_bybit", tests, NULL, NULL);
}
