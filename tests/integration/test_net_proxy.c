/* By way of a proxy: everything goes through it, names too; and what is wrong with it is said, but never its password. */
#include "feed_watch.h"
#include "loop_binance.h"
#include "loop_identity.h"
#include "loop_proxy.h"
#include "test.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RING_BYTES (4u << 20)
#define NAME       "exchange.test" /* nobody but the proxy knows it */

static const char *const one[] = {"binance:BTCUSDT", NULL};

struct stage {
    struct loop_proxy p;
    struct loop_binance b;
    struct identity id;
    struct feed_watch w;
    char proxy[128];
};

/* user: "" or "name:password@". */
static void begin(struct stage *s, const char *user, const char *no_proxy)
{
    char why[200] = "";
    make_identity(&s->id, NAME, -1, 1);
    loop_binance_start(&s->b, s->id.tls, NAME);
    loop_proxy_start(&s->p);
    snprintf(s->proxy, sizeof s->proxy, "http://%s127.0.0.1:%u", user, (unsigned)s->p.port);
    feed_watch_init(&s->w, RING_BYTES, 1);
    s->w.proxy = s->proxy;
    s->w.no_proxy = no_proxy;
    assert_ok(feed_watch_try(&s->w, s->b.url, one, s->id.file, why, sizeof why));
}

static void end(struct stage *s)
{
    feed_watch_finish(&s->w);
    loop_proxy_stop(&s->p);
    loop_binance_stop(&s->b);
    drop_identity(&s->id);
}

static bool is_live(const struct feed_watch *w, const void *user)
{
    (void)user;
    return w->row.state == FEED_LIVE && w->kinds[EVENT_DEPTH_SNAPSHOT] >= 1 &&
           w->kinds[EVENT_OPEN_INTEREST] >= 1;
}

static bool is_down(const struct feed_watch *w, const void *user)
{
    return w->row.state == FEED_DOWN && strstr(w->row.reason, user) != NULL;
}

static void streams_and_requests_go_through_it(void **state)
{
    (void)state;
    static const char *const users[][2] = {{"", NULL}, {"trader:p%40ss@", "Basic dHJhZGVyOnBAc3M="}};
    for (size_t i = 0; i < 2; i++) {
        struct stage s = {.p = {.wants = users[i][1]}};
        char target[64];
        begin(&s, users[i][0], NULL);
        feed_watch_until(&s.w, is_live, NULL);
        assert_true(s.p.tunnels >= 5); /* two streams, list, snapshot, open interest */
        assert_int_equal(s.p.asked, s.p.tunnels);
        snprintf(target, sizeof target, NAME ":%u", (unsigned)loop_server_port(s.b.server));
        assert_string_equal(s.p.target, target);
        end(&s);
    }
}

static void a_proxy_that_refuses_is_named(void **state)
{
    (void)state;
    static const struct {
        int status;
        const char *user, *wants, *words;
    } cases[] = {
        {403, "", NULL, "lets nobody through to " NAME " (does it want a password?)"},
        {502, "", NULL, "lets nobody through to " NAME},
        {0, "", "Basic eDp5", "(does it want a password?)"},
        {0, "trader:secret@", "Basic eDp5", "by this user and password"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct stage s = {.p = {.status = cases[i].status, .wants = cases[i].wants}};
        begin(&s, cases[i].user, NULL);
        feed_watch_until(&s.w, is_down, cases[i].words);
        assert_non_null(strstr(s.w.row.reason, "the proxy 127.0.0.1"));
        assert_null(strstr(s.w.row.reason, "secret"));
        assert_null(strstr(s.w.row.reason, "trader"));
        assert_int_equal(s.b.list_requests, 0);
        end(&s);
    }
}

static void a_proxy_that_is_not_there_is_named(void **state)
{
    (void)state;
    struct feed_watch w;
    char why[200] = "";
    feed_watch_init(&w, RING_BYTES, 1);
    w.proxy = "http://trader:secret@127.0.0.1:1";
    assert_ok(feed_watch_try(&w, "https://" NAME, one, NULL, why, sizeof why));
    feed_watch_until(&w, is_down, "the proxy 127.0.0.1:1 refused the connection: nothing listens there");
    feed_watch_finish(&w);
}

static void who_needs_none_is_reached_without(void **state)
{
    (void)state;
    struct stage s = {.p = {.status = 0}};
    begin(&s, "", "other.test, .test:1, " NAME);
    feed_watch_until(&s.w, is_down, NAME ": no such name"); /* looked up here, then */
    assert_int_equal(s.p.asked, 0);
    end(&s);
}

/* http_proxy is not ours: for what is not encrypted the library would take it out of the environment. */
static void what_is_not_encrypted_goes_straight(void **state)
{
    (void)state;
    struct loop_binance b = {0};
    struct feed_watch w;
    setenv("http_proxy", "http://127.0.0.1:1", 1);
    loop_binance_start(&b, NULL, "127.0.0.1");
    feed_watch_init(&w, RING_BYTES, 1);
    w.proxy = "http://127.0.0.1:1";
    feed_watch_start(&w, b.url, one);
    feed_watch_until(&w, is_live, NULL);
    feed_watch_finish(&w);
    loop_binance_stop(&b);
    unsetenv("http_proxy");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(streams_and_requests_go_through_it),
        cmocka_unit_test(a_proxy_that_refuses_is_named),
        cmocka_unit_test(a_proxy_that_is_not_there_is_named),
        cmocka_unit_test(who_needs_none_is_reached_without),
        cmocka_unit_test(what_is_not_encrypted_goes_straight),
    };
    return cmocka_run_group_tests_name("integration/net_proxy", tests, NULL, NULL);
}
