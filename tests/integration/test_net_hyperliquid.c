/* The feed against a venue that is asked by POST, takes one stream a message and wants to be pinged in its own words. */
#include "feed_watch.h"
#include "loop_server.h"
#include "test.h"
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#define RING_BYTES (4u << 20)

struct market {
    atomic_int lists, subscriptions, strangers, conns;
    bool
        tells_trades; /* each new connection begins with the last trades, those of before among them; the first ends soon */
    char url[64];
};

static void on_get(void *user, struct loop_conn *c, const char *path)
{
    (void)user;
    (void)path;
    loop_answer(c, 405, NULL, "{}", 2);
}

static void on_post(void *user, struct loop_conn *c, const char *path, const char *body)
{
    static const char meta[] = "{\"universe\":[{\"name\":\"BTC\",\"szDecimals\":5,\"maxLeverage\":40}]}";
    struct market *m = user;
    if (strcmp(path, "/info") != 0 || strcmp(body, "{\"type\":\"meta\"}") != 0) {
        atomic_fetch_add(&m->strangers, 1);
        loop_answer(c, 422, NULL, "no", 2);
        return;
    }
    atomic_fetch_add(&m->lists, 1);
    loop_answer(c, 200, NULL, meta, sizeof meta - 1);
}

/* Three of one block; a new connection repeats them and adds one. Ids are hashes: they do not rise. */
static void send_trades(struct loop_conn *c, int conn)
{
    static const char *const tids[] = {"877707108085800", "118906512037719", "556622233344455", "403"};
    char text[1024];
    int n = snprintf(text, sizeof text, "{\"channel\":\"trades\",\"data\":[");
    for (int i = 0; i < 3 + conn; i++) {
        n += snprintf(
            text + n, sizeof text - (size_t)n,
            "%s{\"coin\":\"BTC\",\"side\":\"B\",\"px\":\"72581.0\",\"sz\":\"0.00017\",\"time\":1787259217020,"
            "\"hash\":\"0x0\",\"tid\":%s}",
            i > 0 ? "," : "", tids[i]);
    }
    snprintf(text + n, sizeof text - (size_t)n, "]}");
    loop_text(c, text);
}

static void on_ws(void *user, struct loop_conn *c, const char *path)
{
    static const char subscribe[] = "{\"method\":\"subscribe\",\"subscription\":{\"type\":\"";
    struct market *m = user;
    char buf[1024];
    size_t n;
    int opcode;
    bool is_up = strcmp(path, "/ws") == 0 && loop_text(c, "Websocket connection established.");
    int conn = atomic_fetch_add(&m->conns, 1), turns = 0;
    while (is_up && loop_receive(c, 20, buf, sizeof buf, &n, &opcode)) {
        if (n > 0 && strncmp(buf, subscribe, sizeof subscribe - 1) == 0) {
            atomic_fetch_add(&m->subscriptions, 1);
        } else if (n > 0) {
            atomic_fetch_add(&m->strangers, 1);
        }
        if (m->tells_trades && turns++ == 0) {
            send_trades(c, conn);
        }
        if (m->tells_trades && conn == 0 && turns == 10) {
            return;
        }
        is_up =
            loop_text(
                c,
                "{\"channel\":\"l2Book\",\"data\":{\"coin\":\"BTC\",\"levels\":[[{\"px\":\"110427.0\",\"sz\":"
                "\"4.11882\",\"n\":1}],[{\"px\":\"110428.0\",\"sz\":\"3.72573\",\"n\":2}]],\"time\":"
                "1761786491067}}") &&
            loop_text(
                c,
                "{\"channel\":\"activeAssetCtx\",\"data\":{\"coin\":\"BTC\",\"ctx\":{\"funding\":\"0.0000125\","
                "\"openInterest\":\"27353.17682\",\"oraclePx\":\"110430.0\",\"markPx\":\"110427.5\"}}}");
    }
}

static bool has_flow(const struct feed_watch *w, const void *user)
{
    const struct market *m = user;
    return w->row.state == FEED_LIVE && w->kinds[EVENT_DEPTH_SNAPSHOT] >= 10 && w->kinds[EVENT_MARK] >= 10 &&
           w->kinds[EVENT_OPEN_INTEREST] >= 10 && atomic_load(&m->subscriptions) == 4;
}

static void asks_by_post_and_subscribes_one_by_one(void **state)
{
    static const char *const one[] = {"hyperliquid:btc", NULL};
    struct market m = {.lists = 0};
    struct loop_script script = {.on_get = on_get, .on_post = on_post, .on_ws = on_ws, .user = &m};
    struct feed_watch w;
    (void)state;
    struct loop_server *server = loop_server_start(&script);
    snprintf(m.url, sizeof m.url, "http://127.0.0.1:%u", (unsigned)loop_server_port(server));
    feed_watch_init(&w, RING_BYTES, 1);
    feed_watch_start(&w, m.url, one);
    feed_watch_until(&w, has_flow, &m);
    assert_string_equal(w.inst[1].venue, "hyperliquid");
    assert_string_equal(w.inst[1].symbol, "BTC");
    assert_int_equal(w.inst[1].price_decimals, 1);
    assert_int_equal(w.kinds[EVENT_GAP], 0);
    feed_watch_finish(&w);
    loop_server_stop(server);
    assert_int_equal(m.lists, 1);
    assert_int_equal(m.strangers, 0);
}

static bool has_come_back(const struct feed_watch *w, const void *user)
{
    (void)user;
    return w->row.reconnects == 1 && w->kinds[EVENT_TRADE] >= 4 && w->row.repeats >= 3;
}

static void trades_told_again_are_left_out(void **state)
{
    static const char *const one[] = {"hyperliquid:BTC", NULL};
    struct market m = {.tells_trades = true};
    struct loop_script script = {.on_get = on_get, .on_post = on_post, .on_ws = on_ws, .user = &m};
    struct feed_watch w;
    (void)state;
    struct loop_server *server = loop_server_start(&script);
    snprintf(m.url, sizeof m.url, "http://127.0.0.1:%u", (unsigned)loop_server_port(server));
    feed_watch_init(&w, RING_BYTES, 1);
    w.tuning.row_ns = 50 * NS_PER_MS;
    feed_watch_start(&w, m.url, one);
    feed_watch_until(&w, has_come_back, NULL);
    feed_watch_finish(&w);
    loop_server_stop(server);
    assert_int_equal(w.kinds[EVENT_TRADE], 4);
    assert_int_equal(w.row.repeats, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(asks_by_post_and_subscribes_one_by_one),
        cmocka_unit_test(trades_told_again_are_left_out),
    };
    return cmocka_run_group_tests_name("integration/net_hyperliquid", tests, NULL, NULL);
}
