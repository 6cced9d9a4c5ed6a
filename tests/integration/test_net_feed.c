/* The feed against a scripted venue on loopback: what arrives when all is well, and what it does when told. */
#include "feed_watch.h"
#include "loop_binance.h"
#include "test.h"
#include <string.h>

#define RING_BYTES (4u << 20)

static const char *const one[] = {"binance:BTCUSDT", NULL};

static bool is_live(const struct feed_watch *w, const void *user)
{
    (void)user;
    return w->row.state == FEED_LIVE;
}

static bool has_flow(const struct feed_watch *w, const void *user)
{
    uint64_t n = *(const uint64_t *)user;
    return w->row.state == FEED_LIVE && w->kinds[EVENT_DEPTH] >= n && w->kinds[EVENT_TRADE] >= n &&
           w->kinds[EVENT_MARK] >= n && w->kinds[EVENT_DEPTH_SNAPSHOT] >= 1 &&
           w->kinds[EVENT_OPEN_INTEREST] >= 1;
}

static void connects_and_delivers(void **state)
{
    (void)state;
    struct loop_binance b = {0};
    struct feed_watch w;
    uint64_t wanted = 50;
    loop_binance_start(&b, NULL, "127.0.0.1");
    feed_watch_init(&w, RING_BYTES, 1);
    feed_watch_start(&w, b.url, one);
    feed_watch_until(&w, has_flow, &wanted);

    assert_true(w.states[FEED_CONNECTING] >= 1);
    assert_int_equal(w.kinds[EVENT_INSTRUMENT], 1);
    assert_string_equal(w.inst[1].symbol, "BTCUSDT");
    assert_string_equal(w.inst[1].venue, "binance");
    assert_int_equal(w.inst[1].version, 1);
    assert_int_equal(w.breaks, 0);
    assert_int_equal(w.kinds[EVENT_GAP], 0);
    assert_int_equal(b.list_requests, 1);
    assert_int_equal(b.depth_requests, 1);
    assert_int_equal(b.premium_requests, 1);
    assert_int_equal(b.public_conns, 1);
    assert_int_equal(b.market_conns, 1);

    feed_watch_finish(&w);
    assert_int_equal(w.row.state, FEED_ENDED);
    loop_binance_stop(&b);
    assert_int_equal(b.closes, 2); /* said good-bye on both */
}

static bool has_instruments(const struct feed_watch *w, const void *user)
{
    return w->kinds[EVENT_INSTRUMENT] >= *(const uint64_t *)user;
}

static void ids_are_in_the_order_given(void **state)
{
    (void)state;
    static const char *const names[] = {"binance:ethusdt", "binance:BTCUSDT", "binance:ETHUSDT", NULL};
    struct loop_binance b = {0};
    struct feed_watch w;
    uint64_t wanted = 2;
    loop_binance_start(&b, NULL, "127.0.0.1");
    feed_watch_init(&w, RING_BYTES, 1);
    feed_watch_start(&w, b.url, names);
    feed_watch_until(&w, has_instruments, &wanted);
    assert_string_equal(w.inst[1].symbol, "ETHUSDT");
    assert_string_equal(w.inst[2].symbol, "BTCUSDT");
    feed_watch_finish(&w);
    assert_int_equal(w.kinds[EVENT_INSTRUMENT], 2); /* named twice is watched once */
    loop_binance_stop(&b);
}

static bool is_told_unknown(const struct feed_watch *w, const void *user)
{
    return (int)w->row.state == *(const int *)user && strstr(w->row.reason, "has no BTCUSX") != NULL;
}

static void an_unknown_symbol_gets_its_neighbours_named(void **state)
{
    (void)state;
    static const char *const bad[] = {"binance:BTCUSX", NULL};
    static const char *const mixed[] = {"binance:BTCUSX", "binance:BTCUSDT", NULL};
    struct loop_binance b = {0};
    struct feed_watch w;
    int down = FEED_DOWN, partial = FEED_PARTIAL;
    loop_binance_start(&b, NULL, "127.0.0.1");

    feed_watch_init(&w, RING_BYTES, 1);
    feed_watch_start(&w, b.url, bad);
    feed_watch_until(&w, is_told_unknown, &down);
    assert_non_null(strstr(w.row.reason, "BTCUSDT"));
    assert_non_null(strstr(w.row.reason, "BTCUSDC"));
    assert_null(strstr(w.row.reason, "ETHUSDT"));
    feed_watch_finish(&w);
    assert_int_equal(b.public_conns, 0);

    feed_watch_init(&w, RING_BYTES, 1);
    feed_watch_start(&w, b.url, mixed);
    feed_watch_until(&w, is_told_unknown, &partial);
    assert_string_equal(w.inst[2].symbol, "BTCUSDT");
    assert_true(w.kinds[EVENT_DEPTH] > 0);
    feed_watch_finish(&w);
    loop_binance_stop(&b);
}

static void names_are_checked_before_anything_starts(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        int err;
        const char *word;
    } cases[] = {
        {"BTCUSDT", AP_EINVAL, "binance:BTCUSDT"},
        {"binance:", AP_EINVAL, "binance:BTCUSDT"},
        {"nowhere:BTCUSDT", AP_ENOTFOUND, "nowhere"},
        {"binance:\x1b[31m", AP_EINVAL, "?[31m"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *names[] = {cases[i].name, NULL};
        char why[200] = "";
        struct feed_watch w;
        feed_watch_init(&w, RING_BYTES, 1);
        assert_int_equal(feed_watch_try(&w, "http://127.0.0.1:1", names, NULL, why, sizeof why),
                         cases[i].err);
        assert_non_null(strstr(why, cases[i].word));
        assert_null(w.feed);
        feed_watch_finish(&w);
    }
    struct feed_watch w;
    char why[200] = "";
    feed_watch_init(&w, RING_BYTES, 1);
    assert_int_equal(feed_watch_try(&w, "127.0.0.1", one, NULL, why, sizeof why), AP_EINVAL);
    assert_int_equal(feed_watch_try(&w, "https://localhost", one, "/nonexistent.pem", why, sizeof why),
                     AP_EINVAL);
    assert_non_null(strstr(why, "/nonexistent.pem"));
    feed_watch_finish(&w);
}

static bool has_snapshots(const struct feed_watch *w, const void *user)
{
    return w->kinds[EVENT_DEPTH_SNAPSHOT] >= *(const uint64_t *)user;
}

static void a_snapshot_comes_when_it_is_asked_for(void **state)
{
    (void)state;
    struct loop_binance b = {0};
    struct feed_watch w;
    loop_binance_start(&b, NULL, "127.0.0.1");
    feed_watch_init(&w, RING_BYTES, 1);
    feed_watch_start(&w, b.url, one);
    feed_watch_until(&w, is_live, NULL);
    for (uint64_t n = 1; n <= 4; n++) {
        feed_watch_until(&w, has_snapshots, &n);
        for (int i = 0; i < 10; i++) {
            feed_watch_ask(&w, FEED_WANT_SNAPSHOT, 1, NULL);
            feed_watch_ask(&w, FEED_WANT_SNAPSHOT, 99, NULL); /* nobody's */
        }
    }
    feed_watch_finish(&w);
    /* Many wishes, one request: at most one in flight, and growing waits between two. */
    assert_in_range(b.depth_requests, 4, 12);
    loop_binance_stop(&b);
}

struct added {
    const char *symbol;
    uint32_t id;
};

static bool is_added(const struct feed_watch *w, const void *user)
{
    const struct added *a = user;
    return strcmp(w->inst[a->id].symbol, a->symbol) == 0;
}

/* The first and the second instrument were subscribed on both connections; then the second was left on both. */
static bool is_subscribed(const struct feed_watch *w, const void *user)
{
    const struct loop_binance *b = user;
    return w->row.state != FEED_DOWN && atomic_load(&b->messages) >= 4;
}

static bool is_left(const struct feed_watch *w, const void *user)
{
    const struct loop_binance *b = user;
    return w->row.state == FEED_LIVE && atomic_load(&b->messages) >= 6;
}

static void instruments_come_and_go_while_it_runs(void **state)
{
    (void)state;
    struct loop_binance b = {0};
    struct feed_watch w;
    struct added eth = {.symbol = "ETHUSDT", .id = 2};
    loop_binance_start(&b, NULL, "127.0.0.1");
    feed_watch_init(&w, RING_BYTES, 1);
    feed_watch_start(&w, b.url, one);
    feed_watch_until(&w, is_live, NULL);
    feed_watch_ask(&w, FEED_ADD, 0, "binance:ETHUSDT");
    feed_watch_until(&w, is_added, &eth);
    feed_watch_until(&w, is_subscribed, &b);
    feed_watch_ask(&w, FEED_REMOVE, 2, NULL);
    feed_watch_until(&w, is_left, &b);
    feed_watch_ask(&w, FEED_ADD, 0, "binance:ETHUSDT");
    uint64_t wanted = 3;
    feed_watch_until(&w, has_instruments, &wanted);
    assert_string_equal(w.inst[2].symbol, "ETHUSDT"); /* its old id */
    feed_watch_finish(&w);
    assert_int_equal(w.kinds[EVENT_GAP], 1); /* what is not watched is not known */
    assert_string_equal(w.gap.text, "not watched any more");
    assert_int_equal(b.public_conns, 1); /* the same connections all along */
    assert_int_equal(b.market_conns, 1);
    assert_int_equal(w.inst[3].id, 0);
    loop_binance_stop(&b);
}

static bool has_idle(const struct feed_watch *w, const void *user)
{
    return w->kinds[EVENT_IDLE] >= *(const uint64_t *)user;
}

static void silence_is_told(void **state)
{
    (void)state;
    struct loop_binance b = {0};
    struct feed_watch w;
    uint64_t wanted = 5;
    loop_binance_start(&b, NULL, "127.0.0.1");
    feed_watch_init(&w, RING_BYTES, 1);
    feed_watch_start(&w, b.url, one);
    feed_watch_until(&w, is_live, NULL);
    atomic_store(&b.is_paused, 1);
    int64_t from_ns = w.recv_ns;
    uint64_t before = w.kinds[EVENT_IDLE];
    wanted += before;
    feed_watch_until(&w, has_idle, &wanted);
    int64_t took_ns = w.recv_ns - from_ns;
    assert_in_range(took_ns, 400 * NS_PER_MS, 5 * NS_PER_S);
    feed_watch_finish(&w);
    loop_binance_stop(&b);
}

static bool has_interest(const struct feed_watch *w, const void *user)
{
    (void)user;
    return w->kinds[EVENT_OPEN_INTEREST] >= 1 && w->row.reason[0] == '\0';
}

static bool is_finer(const struct feed_watch *w, const void *user)
{
    (void)user;
    return w->inst[1].version == 2 && w->inst[1].tick == 5;
}

static bool has_more_depth(const struct feed_watch *w, const void *user)
{
    return w->kinds[EVENT_DEPTH] > *(const uint64_t *)user + 10;
}

static bool says(const struct feed_watch *w, const void *user)
{
    return w->row.state == FEED_LIVE && strstr(w->row.reason, user) != NULL;
}

static bool is_halted(const struct feed_watch *w, const void *user)
{
    (void)user;
    return w->inst[1].version == 3 && !w->inst[1].trading;
}

/* Of the one that changed comes a new version; the others, and the connections, are left alone. */
static void a_new_tick_size_or_status_is_a_new_version(void **state)
{
    (void)state;
    struct loop_binance b = {0};
    struct feed_watch w;
    static const char *const both[] = {"binance:BTCUSDT", "binance:ETHUSDT", NULL};
    loop_binance_start(&b, NULL, "127.0.0.1");
    feed_watch_init(&w, RING_BYTES, 1);
    w.tuning.instruments_ns = 100 * NS_PER_MS;
    w.tuning.rest_weight = 100000;
    feed_watch_start(&w, b.url, both);
    uint64_t none = 0, before;
    feed_watch_until(&w, has_more_depth, &none);
    assert_int_equal(w.inst[1].funding_interval_s, 8 * 3600); /* the usual one */
    assert_int_equal(w.inst[2].funding_interval_s, 4 * 3600);
    assert_int_equal(w.inst[1].version, 1);
    atomic_store(&b.is_finer, 1);
    feed_watch_until(&w, is_finer, NULL);
    before = w.kinds[EVENT_DEPTH];
    feed_watch_until(&w, has_more_depth, &before); /* of the new version, which feed_watch holds it to */
    atomic_store(&b.is_halted, 1);
    feed_watch_until(&w, is_halted, NULL);
    assert_int_equal(w.inst[2].version, 1);
    assert_int_equal(w.kinds[EVENT_INSTRUMENT], 4);
    assert_int_equal(w.kinds[EVENT_GAP], 0);
    assert_int_equal(b.public_conns, 1);
    feed_watch_finish(&w);
    loop_binance_stop(&b);
}

/* Its silence is no fault then. */
static void a_break_is_said_so(void **state)
{
    (void)state;
    struct loop_binance b = {0};
    struct feed_watch w;
    b.is_halted = 1;
    b.is_paused = 1;
    loop_binance_start(&b, NULL, "127.0.0.1");
    feed_watch_init(&w, RING_BYTES, 1);
    feed_watch_start(&w, b.url, one);
    feed_watch_until(&w, says, "BTCUSDT is not trading");
    feed_watch_finish(&w);
    loop_binance_stop(&b);
}

static void a_clock_that_is_wrong_is_said_so(void **state)
{
    (void)state;
    static const struct {
        int ahead_ms;
        const char *words;
    } cases[] = {{3200, "this machine's clock is 3.2 s behind binance"},
                 {-61000, "this machine's clock is 61.0 s ahead of binance"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct loop_binance b = {.clock_ahead_ms = cases[i].ahead_ms};
        struct feed_watch w;
        loop_binance_start(&b, NULL, "127.0.0.1");
        feed_watch_init(&w, RING_BYTES, 1);
        w.tuning.row_ns = 50 * NS_PER_MS;
        feed_watch_start(&w, b.url, one);
        feed_watch_until(&w, says, cases[i].words);
        assert_int_equal(w.row.has_clock, 1);
        int64_t off_ns = w.row.clock_ns - cases[i].ahead_ms * NS_PER_MS;
        assert_true(off_ns <= w.row.clock_error_ns && -off_ns <= w.row.clock_error_ns);
        feed_watch_finish(&w);
        loop_binance_stop(&b);
    }
}

/* A figure that cannot be had is said and counted, and makes the feed no worse. */
static void a_poll_that_fails_leaves_the_feed_live(void **state)
{
    (void)state;
    struct loop_binance b = {0};
    struct feed_watch w;
    b.is_without_funding = 1;
    b.interest_status = 400;
    loop_binance_start(&b, NULL, "127.0.0.1");
    feed_watch_init(&w, RING_BYTES, 1);
    w.tuning.open_interest_ns = 20 * NS_PER_MS;
    w.tuning.poll_cap_ns = 200 * NS_PER_MS;
    feed_watch_start(&w, b.url, one);
    feed_watch_until(&w, says, "did not understand the request (HTTP 400)");
    assert_int_equal(w.inst[1].funding_interval_s, 0); /* not known is not eight hours */
    assert_true(w.row.rest_errors >= 1);
    atomic_store(&b.interest_status, 0);
    feed_watch_until(&w, has_interest, NULL);
    assert_int_equal(w.row.state, FEED_LIVE);
    assert_in_range(b.interest_requests, 2, 12);
    feed_watch_finish(&w);
    loop_binance_stop(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_tick_size_or_status_is_a_new_version),
        cmocka_unit_test(a_clock_that_is_wrong_is_said_so),
        cmocka_unit_test(a_break_is_said_so),
        cmocka_unit_test(a_poll_that_fails_leaves_the_feed_live),
        cmocka_unit_test(connects_and_delivers),
        cmocka_unit_test(ids_are_in_the_order_given),
        cmocka_unit_test(an_unknown_symbol_gets_its_neighbours_named),
        cmocka_unit_test(names_are_checked_before_anything_starts),
        cmocka_unit_test(a_snapshot_comes_when_it_is_asked_for),
        cmocka_unit_test(instruments_come_and_go_while_it_runs),
        cmocka_unit_test(silence_is_told),
    };
    return cmocka_run_group_tests_name("net/feed", tests, NULL, NULL);
}
