/* Streams, subscriptions and control messages, without sockets. */
#include "sim/control.h"
#include "sim/hub.h"

#include "test.h"
#include <stdio.h>
#include <string.h>

enum { TOPIC_DEPTH = 1, TOPIC_TRADE = 2, TOPIC_QUOTE = 3 };

struct fixture {
    struct hub hub;
    struct listener l;
    int wakes, cuts, watched[8];
};

static struct sim_topic resolve(void *user, const struct stream *s, const char *name)
{
    (void)user;
    (void)name;
    if (strcmp(s->symbol, "BTCUSDT") != 0) {
        return (struct sim_topic){0};
    }
    switch (s->kind) {
    case STREAM_DEPTH: return (struct sim_topic){TOPIC_DEPTH, false};
    case STREAM_TRADE: return (struct sim_topic){TOPIC_TRADE, false};
    case STREAM_AGG: return (struct sim_topic){TOPIC_TRADE, true};
    case STREAM_QUOTE: return (struct sim_topic){TOPIC_QUOTE, false};
    default: return (struct sim_topic){0};
    }
}

static void watch(void *user, uint32_t topic, int delta)
{
    struct fixture *f = user;
    f->watched[topic] += delta;
    assert_true(f->watched[topic] >= 0);
}

static void wake(void *user)
{
    ((struct fixture *)user)->wakes++;
}

static void cut(void *user)
{
    ((struct fixture *)user)->cuts++;
}

static void begin(struct fixture *f, enum stream_route route, bool is_combined, size_t ceiling)
{
    memset(f, 0, sizeof *f);
    hub_init(&f->hub, ceiling);
    f->hub.resolve = resolve;
    f->hub.watch = watch;
    f->hub.user = f;
    f->l = (struct listener){.route = route, .is_combined = is_combined, .wake = wake, .cut = cut, .user = f};
    hub_join(&f->hub, &f->l, 0);
}

static void end(struct fixture *f)
{
    hub_leave(&f->hub, &f->l);
    for (int i = 0; i < 8; i++) {
        assert_int_equal(f->watched[i], 0);
    }
}

static void publish(struct fixture *f, uint32_t topic, const char *name, const char *data, const char *whole)
{
    struct sim_sink sink = hub_sink(&f->hub);
    const struct sim_frame frame = {.topic = topic,
                                    .name = name,
                                    .name_n = strlen(name),
                                    .data = data,
                                    .data_n = strlen(data),
                                    .whole = whole,
                                    .whole_n = whole ? strlen(whole) : 0};
    sink.put(sink.user, &frame);
}

static void expect(struct fixture *f, const char *text)
{
    size_t n;
    unsigned char *at = sendq_front(&f->l.queue, &n);
    assert_non_null(at);
    assert_int_equal(n, strlen(text));
    assert_memory_equal(at, text, n);
    sendq_pop(&f->l.queue);
}

static void expect_nothing(struct fixture *f)
{
    assert_int_equal(sendq_bytes(&f->l.queue), 0);
}

static void say(struct fixture *f, const char *text)
{
    assert_ok(control_handle(&f->l, text, strlen(text)));
}

static void test_names_are_parsed(void **state)
{
    (void)state;
    static const struct {
        const char *name, *symbol;
        enum stream_kind kind;
        enum stream_route route;
        int period_ms;
    } cases[] = {
        {"btcusdt@depth", "BTCUSDT", STREAM_DEPTH, ROUTE_PUBLIC, 250},
        {"btcusdt@depth@100ms", "BTCUSDT", STREAM_DEPTH, ROUTE_PUBLIC, 100},
        {"btcusdt@depth@0ms", "BTCUSDT", STREAM_DEPTH, ROUTE_PUBLIC, 0},
        {"btcusdt_260925@bookTicker", "BTCUSDT_260925", STREAM_QUOTE, ROUTE_PUBLIC, 0},
        {"ethusdt@aggTrade", "ETHUSDT", STREAM_AGG, ROUTE_MARKET, 0},
        {"ethusdt@trade", "ETHUSDT", STREAM_TRADE, ROUTE_PUBLIC, 0},
        {"ethusdt@markPrice@1s", "ETHUSDT", STREAM_MARK, ROUTE_MARKET, 1000},
        {"ethusdt@forceOrder", "ETHUSDT", STREAM_FORCE, ROUTE_MARKET, 0},
        {"!forceOrder@arr", "", STREAM_ALL_FORCE, ROUTE_MARKET, 0},
        {"!markPrice@arr", "", STREAM_ALL_MARK, ROUTE_MARKET, 3000},
        {"btcusdt@kline_1m", "BTCUSDT", STREAM_OTHER, ROUTE_NONE, 0},
        {"BTCUSDT@depth", "", STREAM_OTHER, ROUTE_NONE, 0},
        {"@depth", "", STREAM_OTHER, ROUTE_NONE, 0},
        {"", "", STREAM_OTHER, ROUTE_NONE, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct stream s;
        stream_parse(cases[i].name, strlen(cases[i].name), &s);
        assert_int_equal(s.kind, cases[i].kind);
        assert_int_equal(s.route, cases[i].route);
        assert_int_equal(s.period_ms, cases[i].period_ms);
        if (cases[i].kind != STREAM_OTHER || cases[i].symbol[0]) {
            assert_string_equal(s.symbol, cases[i].symbol);
        }
    }
}

static void test_raw_and_combined(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f, ROUTE_PUBLIC, false, 1u << 16);
    assert_ok(control_subscribe_list(&f.l, "/btcusdt@depth@100ms", 20));
    publish(&f, TOPIC_DEPTH, "btcusdt@depth@0ms", "{\"u\":1}",
            "{\"stream\":\"btcusdt@depth@0ms\", \"data\":{\"u\":1}}");
    expect(&f, "{\"u\":1}");
    f.l.is_combined = true;
    publish(&f, TOPIC_DEPTH, "btcusdt@depth@0ms", "{\"u\":2}", NULL);
    expect(&f, "{\"stream\":\"btcusdt@depth@100ms\",\"data\":{\"u\":2}}");
    say(&f, "{\"method\":\"SUBSCRIBE\",\"params\":[\"btcusdt@depth@0ms\"],\"id\":9}");
    expect(&f, "{\"result\":null,\"id\":9}");
    publish(&f, TOPIC_DEPTH, "btcusdt@depth@0ms", "{\"u\":3}",
            "{\"stream\":\"btcusdt@depth@0ms\", \"data\":{\"u\":3}}");
    expect(&f, "{\"stream\":\"btcusdt@depth@100ms\",\"data\":{\"u\":3}}");
    expect(&f, "{\"stream\":\"btcusdt@depth@0ms\", \"data\":{\"u\":3}}"); /* its own name: byte for byte */
    publish(&f, TOPIC_QUOTE, "btcusdt@bookTicker", "{}", NULL);
    expect_nothing(&f);
    end(&f);
}

static void test_an_alias_keeps_the_frames_name_and_sends_it_once(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f, ROUTE_MARKET, true, 1u << 16);
    assert_ok(hub_subscribe(&f.l, "btcusdt@aggTrade", 16));
    publish(&f, TOPIC_TRADE, "btcusdt@trade", "{\"t\":1}", NULL);
    expect(&f, "{\"stream\":\"btcusdt@trade\",\"data\":{\"t\":1}}");
    expect_nothing(&f);
    f.l.route = ROUTE_PUBLIC;
    assert_ok(hub_subscribe(&f.l, "btcusdt@trade", 13));
    publish(&f, TOPIC_TRADE, "btcusdt@trade", "{\"t\":2}", NULL);
    expect(&f, "{\"stream\":\"btcusdt@trade\",\"data\":{\"t\":2}}");
    expect_nothing(&f);
    end(&f);
}

static void test_a_wrong_route_is_acknowledged_and_silent(void **state)
{
    (void)state;
    static const enum stream_route routes[] = {ROUTE_MARKET, ROUTE_NONE};
    for (int i = 0; i < 2; i++) {
        struct fixture f;
        begin(&f, routes[i], true, 1u << 16);
        say(&f, "{\"method\":\"SUBSCRIBE\",\"params\":[\"btcusdt@depth@100ms\"],\"id\":1}");
        expect(&f, "{\"result\":null,\"id\":1}");
        publish(&f, TOPIC_DEPTH, "btcusdt@depth@100ms", "{}", NULL);
        expect_nothing(&f);
        end(&f);
    }
}

static void test_live_control(void **state)
{
    (void)state;
    static const struct {
        const char *said, *answer;
    } cases[] = {
        {"{\"method\":\"SUBSCRIBE\",\"params\":[\"btcusdt@depth\",\"btcusdt@trade\",\"btcusdt@depth\",\"nonsense\"],\"id\":1}",
         "{\"result\":null,\"id\":1}"},
        {"{\"method\":\"LIST_SUBSCRIPTIONS\",\"id\":\"x1\"}",
         "{\"result\":[\"btcusdt@depth\",\"btcusdt@trade\",\"nonsense\"],\"id\":\"x1\"}"},
        {"{\"id\":2,\"params\":[\"btcusdt@depth\",\"unheard@of\"],\"method\":\"UNSUBSCRIBE\"}",
         "{\"result\":null,\"id\":2}"},
        {"{\"method\":\"LIST_SUBSCRIPTIONS\",\"id\":3}",
         "{\"result\":[\"nonsense\",\"btcusdt@trade\"],\"id\":3}"},
        {"{\"method\":\"GET_PROPERTY\",\"params\":[\"combined\"],\"id\":4}", "{\"result\":false,\"id\":4}"},
        {"{\"method\":\"SET_PROPERTY\",\"params\":[\"combined\",true],\"id\":5}",
         "{\"result\":null,\"id\":5}"},
        {"{\"method\":\"GET_PROPERTY\",\"params\":[\"combined\"],\"id\":6}", "{\"result\":true,\"id\":6}"},
        {"{\"method\":\"SET_PROPERTY\",\"params\":[\"colour\",true],\"id\":7}",
         "{\"code\":0,\"msg\":\"Unknown property\",\"id\":7}"},
        {"{\"method\":\"SUBSCRIBE\",\"id\":8}",
         "{\"code\":2,\"msg\":\"Invalid request: missing field `params`\",\"id\":8}"},
        {"{\"method\":\"SUBSCRIBE\",\"params\":[1],\"id\":8}",
         "{\"code\":2,\"msg\":\"Invalid request: stream names are strings\",\"id\":8}"},
        {"{\"method\":\"DANCE\",\"params\":[],\"id\":{\"a\":1}}",
         "{\"code\":2,\"msg\":\"Invalid request: unknown variant\",\"id\":null}"},
        {"[]", "{\"code\":3,\"msg\":\"Invalid JSON\",\"id\":null}"},
        {"{\"method\":\"SUBSCRIBE\",", "{\"code\":3,\"msg\":\"Invalid JSON\",\"id\":null}"},
    };
    struct fixture f;
    begin(&f, ROUTE_PUBLIC, false, 1u << 16);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        say(&f, cases[i].said);
        expect(&f, cases[i].answer);
        expect_nothing(&f);
    }
    assert_int_equal(f.watched[TOPIC_TRADE], 1);
    assert_int_equal(f.watched[TOPIC_DEPTH], 0);
    end(&f);
}

static void test_too_many_streams(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f, ROUTE_PUBLIC, false, 1u << 20);
    char name[STREAM_NAME_MAX + 8];
    for (int i = 0; i < HUB_STREAMS_MAX; i++) {
        int n = snprintf(name, sizeof name, "s%d@depth", i);
        assert_ok(hub_subscribe(&f.l, name, (size_t)n));
    }
    const char *more = "{\"method\":\"SUBSCRIBE\",\"params\":[\"btcusdt@depth\"],\"id\":1}";
    assert_err(control_handle(&f.l, more, strlen(more)), AP_EFULL);
    memset(name, 'x', sizeof name);
    assert_err(hub_subscribe(&f.l, name, STREAM_NAME_MAX), AP_ETOOBIG);
    end(&f);
}

static void test_a_client_that_does_not_read_is_cut_off_and_counted(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f, ROUTE_PUBLIC, false, 4096);
    assert_ok(hub_subscribe(&f.l, "btcusdt@depth", 13));
    for (int i = 0; i < 1000; i++) {
        publish(&f, TOPIC_DEPTH, "btcusdt@depth", "{\"some\":\"frame\"}", NULL);
    }
    assert_int_equal(f.cuts, 1);
    assert_int_equal(f.hub.counts.slow_closed, 1);
    assert_int_equal(f.wakes, 1);
    assert_true(f.hub.counts.frames < 200);
    end(&f);
}

static void test_a_stalled_client_is_cut_off(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f, ROUTE_PUBLIC, false, 4096);
    assert_ok(hub_subscribe(&f.l, "btcusdt@depth", 13));
    hub_cut_stalled(&f.hub, 1000);
    assert_int_equal(f.cuts, 0); /* nothing to read */
    publish(&f, TOPIC_DEPTH, "btcusdt@depth", "{}", NULL);
    assert_false(hub_has_room(&f.hub, 10));
    assert_true(hub_has_room(&f.hub, 4000));
    hub_cut_stalled(&f.hub, 0);
    assert_int_equal(f.cuts, 0);
    hub_cut_stalled(&f.hub, 1000);
    assert_int_equal(f.cuts, 1);
    end(&f);
}

static void test_rate_of_messages(void **state)
{
    (void)state;
    struct control_rate r = {0};
    for (int i = 0; i < 10; i++) {
        assert_true(control_rate_allows(&r, 10, 1000 + i));
    }
    assert_false(control_rate_allows(&r, 10, 2000));
    struct control_rate slow = {0};
    for (int i = 0; i < 100; i++) {
        assert_true(control_rate_allows(&slow, 10, INT64_C(100000000) * i));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names_are_parsed),
        cmocka_unit_test(test_raw_and_combined),
        cmocka_unit_test(test_an_alias_keeps_the_frames_name_and_sends_it_once),
        cmocka_unit_test(test_a_wrong_route_is_acknowledged_and_silent),
        cmocka_unit_test(test_live_control),
        cmocka_unit_test(test_too_many_streams),
        cmocka_unit_test(test_a_client_that_does_not_read_is_cut_off_and_counted),
        cmocka_unit_test(test_a_stalled_client_is_cut_off),
        cmocka_unit_test(test_rate_of_messages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
