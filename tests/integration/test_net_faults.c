/* The feed against a venue that misbehaves: each fault is survived, said in words, and healed. */
#include "feed_watch.h"
#include "loop_binance.h"
#include "test.h"
#include <stdio.h>
#include <string.h>

#define RING_BYTES (4u << 20)

static const char *const one[] = {"binance:BTCUSDT", NULL};

struct stage {
    struct loop_binance b;
    struct feed_watch w;
};

static void begin(struct stage *s)
{
    loop_binance_start(&s->b, NULL, "127.0.0.1");
    feed_watch_init(&s->w, RING_BYTES, 1);
}

static void end(struct stage *s)
{
    feed_watch_finish(&s->w);
    loop_binance_stop(&s->b);
}

/* Live after so many disconnects, and with a snapshot for each time it came up. */
static bool is_healed(const struct feed_watch *w, const void *user)
{
    uint64_t losses = *(const uint64_t *)user;
    return w->row.state == FEED_LIVE && w->gaps[GAP_DISCONNECT] >= losses &&
           w->kinds[EVENT_DEPTH_SNAPSHOT] > losses && w->row.reconnects >= losses;
}

static void heals_after(enum loop_manner manner, const char *word)
{
    struct stage s = {0};
    uint64_t losses = 3;
    for (size_t i = 0; i < losses; i++) {
        s.b.public_manners[i] = manner;
    }
    begin(&s);
    feed_watch_start(&s.w, s.b.url, one);
    feed_watch_until(&s.w, is_healed, &losses);
    assert_int_equal(s.w.gaps[GAP_DISCONNECT], losses);
    assert_int_equal(s.w.breaks, 0);
    assert_int_equal(s.b.market_conns, 1); /* the other connection was left alone */
    assert_non_null(strstr(s.w.gap.text, "/public"));
    assert_non_null(strstr(s.w.gap.text, word));
    end(&s);
}

static void a_reset_connection_is_made_anew(void **state)
{
    (void)state;
    heals_after(MANNER_RESET, "lost");
}

static void a_closed_connection_is_made_anew(void **state)
{
    (void)state;
    heals_after(MANNER_CLOSE, "1001 going away");
}

static bool has_gap(const struct feed_watch *w, const void *user)
{
    (void)user;
    return w->gaps[GAP_DISCONNECT] >= 1 && w->row.state == FEED_LIVE;
}

static void a_message_above_the_ceiling_ends_the_connection(void **state)
{
    (void)state;
    static const enum loop_manner manners[] = {MANNER_OVERSIZE, MANNER_ENDLESS};
    for (size_t i = 0; i < 2; i++) {
        struct stage s = {0};
        s.b.public_manners[0] = manners[i];
        begin(&s);
        feed_watch_start(&s.w, s.b.url, one);
        feed_watch_until(&s.w, has_gap, NULL);
        assert_int_equal(s.w.gaps[GAP_BAD_FRAME], 1);
        assert_true(s.w.row.bad_frames >= 1);
        end(&s);
    }
}

static bool has_depth(const struct feed_watch *w, const void *user)
{
    return w->kinds[EVENT_DEPTH] >= *(const uint64_t *)user;
}

static void fragments_are_put_together(void **state)
{
    (void)state;
    struct stage s = {0};
    uint64_t wanted = 100;
    s.b.public_manners[0] = s.b.market_manners[0] = MANNER_FRAGMENTS;
    begin(&s);
    feed_watch_start(&s.w, s.b.url, one);
    feed_watch_until(&s.w, has_depth, &wanted);
    assert_int_equal(s.w.breaks, 0);
    assert_int_equal(s.w.kinds[EVENT_GAP], 0);
    end(&s);
    assert_true(s.b.pongs > 10); /* each ping was answered */
}

static void garbage_is_counted_and_ends_the_connection(void **state)
{
    (void)state;
    struct stage s = {0};
    s.b.public_manners[0] = MANNER_GARBAGE;
    begin(&s);
    s.w.tuning.bad_frames_max = 20;
    feed_watch_start(&s.w, s.b.url, one);
    feed_watch_until(&s.w, has_gap, NULL);
    assert_true(s.w.row.bad_frames >= 20);
    assert_true(s.w.gaps[GAP_BAD_FRAME] >= 1);
    assert_in_range(s.w.gaps[GAP_BAD_FRAME], 1, 3); /* told once a second, not once a frame */
    assert_int_equal(s.w.breaks, 0);
    end(&s);
}

static bool is_stale(const struct feed_watch *w, const void *user)
{
    return w->row.state == FEED_STALE && strstr(w->row.reason, user) != NULL;
}

static void a_stream_that_falls_silent_is_stale(void **state)
{
    (void)state;
    struct stage s = {0};
    s.b.public_manners[0] = MANNER_STALL;
    begin(&s);
    s.w.tuning.stale_ns = 300 * NS_PER_MS;
    feed_watch_start(&s.w, s.b.url, one);
    feed_watch_until(&s.w, is_stale, "no book updates");
    assert_true(s.w.states[FEED_LIVE] >= 1);
    end(&s);
}

static void a_route_that_never_speaks_is_found_out(void **state)
{
    (void)state;
    struct stage s = {0};
    uint64_t losses = 1;
    s.b.public_manners[0] = MANNER_MUTE;
    begin(&s);
    s.w.tuning.first_ns = 200 * NS_PER_MS;
    s.w.tuning.dead_ns = 600 * NS_PER_MS;
    s.w.tuning.snapshot_quiet_ns = 60 * NS_PER_S;
    feed_watch_start(&s.w, s.b.url, one);
    feed_watch_until(&s.w, is_stale, "since it was subscribed");
    losses = 0;
    feed_watch_until(&s.w, is_healed, &losses); /* made anew, and this time it speaks */
    assert_true(s.w.gaps[GAP_DISCONNECT] >= 1);
    assert_true(s.b.public_conns >= 2);
    end(&s);
}

static bool is_partial(const struct feed_watch *w, const void *user)
{
    return w->row.state == FEED_PARTIAL && strstr(w->row.reason, user) != NULL;
}

static bool has_lost_streams(const struct feed_watch *w, const void *user)
{
    (void)user;
    return w->gaps[GAP_STREAM] >= 2 && w->row.reconnects >= 2 && w->row.state == FEED_LIVE;
}

static void a_mute_second_route_is_named(void **state)
{
    (void)state;
    struct stage s = {0};
    s.b.market_manners[0] = MANNER_MUTE;
    begin(&s);
    s.w.tuning.first_ns = 200 * NS_PER_MS;
    feed_watch_start(&s.w, s.b.url, one);
    feed_watch_until(&s.w, is_stale, "/market");
    end(&s);
}

/* Trades and marks come by another connection than books: what is missing of those is no reason to doubt these. */
static void a_lost_second_route_costs_no_book(void **state)
{
    (void)state;
    struct stage s = {0};
    s.b.market_manners[0] = s.b.market_manners[1] = MANNER_RESET;
    begin(&s);
    feed_watch_start(&s.w, s.b.url, one);
    feed_watch_until(&s.w, has_lost_streams, NULL);
    assert_int_equal(s.w.gaps[GAP_STREAM], 2);
    assert_int_equal(s.w.gaps[GAP_DISCONNECT], 0);
    assert_non_null(strstr(s.w.gap.text, "/market/ws: connection lost"));
    assert_int_equal(s.w.kinds[EVENT_DEPTH_SNAPSHOT], 1);
    assert_int_equal(s.b.public_conns, 1);
    end(&s);
}

static bool has_marks(const struct feed_watch *w, const void *user)
{
    (void)user;
    return w->kinds[EVENT_MARK] >= 10 && w->row.state == FEED_LIVE;
}

/* One stream of a connection is acknowledged and stays silent: it alone is subscribed anew, and only when that does not help is the
 * connection made anew. */
static void a_mute_stream_is_mended(void **state)
{
    (void)state;
    for (int mute = 1; mute <= 2; mute++) {
        struct stage s = {0};
        begin(&s);
        atomic_store(&s.b.mute_marks, mute);
        s.w.tuning.first_ns = 300 * NS_PER_MS;
        feed_watch_start(&s.w, s.b.url, one);
        feed_watch_until(&s.w, is_stale,
                         "no marks since it was subscribed (btcusdt@markPrice@1s on /market/ws)");
        feed_watch_until(&s.w, has_marks, NULL);
        assert_int_equal(s.w.row.renewals, 1);
        assert_int_equal(s.b.market_conns, mute);
        assert_int_equal(s.b.public_conns, 1);
        assert_int_equal(s.w.gaps[GAP_STREAM], mute - 1);
        assert_int_equal(s.w.gaps[GAP_DISCONNECT], 0);
        end(&s);
    }
}

static bool has_any_snapshot(const struct feed_watch *w, const void *user)
{
    (void)user;
    return w->kinds[EVENT_DEPTH_SNAPSHOT] >= 1;
}

static void a_quiet_book_gets_its_snapshot_all_the_same(void **state)
{
    (void)state;
    struct stage s = {0};
    s.b.public_manners[0] = MANNER_MUTE;
    begin(&s);
    s.w.tuning.snapshot_quiet_ns = 100 * NS_PER_MS;
    feed_watch_start(&s.w, s.b.url, one);
    feed_watch_until(&s.w, has_any_snapshot, NULL);
    assert_int_equal(s.w.kinds[EVENT_DEPTH], 0);
    end(&s);
}

/* --- REST ---------------------------------------------------------------------------------------------------------- */

static bool has_snapshot(const struct feed_watch *w, const void *user)
{
    (void)user;
    return w->kinds[EVENT_DEPTH_SNAPSHOT] >= 1 && w->row.state == FEED_LIVE;
}

static void told_to_wait_it_waits(void **state)
{
    (void)state;
    struct stage s = {0};
    s.b.depth_status = 429;
    s.b.depth_failures = 1;
    s.b.depth_headers = "Retry-After: 1\r\n";
    begin(&s);
    feed_watch_start(&s.w, s.b.url, one);
    feed_watch_until(&s.w, is_partial, "too many requests from this address (HTTP 429); waiting 1 s");
    feed_watch_until(&s.w, has_snapshot, NULL);
    assert_true(s.b.depth_at_ns[1] - s.b.depth_at_ns[0] >= NS_PER_S);
    assert_int_equal(s.b.depth_requests, 2);
    end(&s);
}

/* A second of the feed's time after `user`, the time of the snapshot. */
static bool is_a_second_later(const struct feed_watch *w, const void *user)
{
    return w->recv_ns >= *(const int64_t *)user + NS_PER_S;
}

static void the_venues_count_of_our_weight_is_obeyed(void **state)
{
    (void)state;
    struct stage s = {0};
    s.b.used_weight = 1799;
    begin(&s);
    s.w.tuning.rest_weight = 1800;
    s.w.tuning.open_interest_ns = 10 * NS_PER_MS;
    feed_watch_start(&s.w, s.b.url, one);
    feed_watch_until(&s.w, has_snapshot, NULL);
    int before = s.b.interest_requests;
    int64_t from_ns = s.w.recv_ns;
    feed_watch_until(&s.w, is_a_second_later, &from_ns);
    assert_in_range(s.b.interest_requests, 0,
                    before + 3); /* and not the hundred that the interval would give */
    end(&s);
}

static void a_failing_snapshot_is_asked_for_again(void **state)
{
    (void)state;
    struct stage s = {0};
    s.b.depth_status = 500;
    s.b.depth_failures = 4;
    begin(&s);
    feed_watch_start(&s.w, s.b.url, one);
    feed_watch_until(&s.w, has_snapshot, NULL);
    assert_int_equal(s.b.depth_requests, 5);
    end(&s);
}

static void an_answer_that_never_comes_is_given_up(void **state)
{
    (void)state;
    struct stage s = {0};
    s.b.depth_status = -1;
    s.b.depth_failures = 1;
    begin(&s);
    s.w.tuning.rest_ns = 200 * NS_PER_MS;
    feed_watch_start(&s.w, s.b.url, one);
    feed_watch_until(&s.w, is_partial, "did not answer in time");
    feed_watch_until(&s.w, has_snapshot, NULL);
    end(&s);
}

static bool is_down(const struct feed_watch *w, const void *user)
{
    return w->row.state == FEED_DOWN && strstr(w->row.reason, user) != NULL;
}

static void refusals_of_the_list_are_said_in_words(void **state)
{
    (void)state;
    static const struct {
        int status;
        const char *word;
    } cases[] = {
        {418, "has banned this address"}, {403, "firewall"},   {451, "not served in your country"},
        {500, "has a fault of its own"},  {503, "overloaded"}, {302, "HTTP 302"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct stage s = {0};
        s.b.list_status = cases[i].status;
        begin(&s);
        feed_watch_start(&s.w, s.b.url, one);
        feed_watch_until(&s.w, is_down, cases[i].word);
        end(&s);
        assert_int_equal(s.b.public_conns, 0);
    }
}

static void it_comes_up_when_the_list_does(void **state)
{
    (void)state;
    struct stage s = {0};
    s.b.list_status = 500;
    begin(&s);
    feed_watch_start(&s.w, s.b.url, one);
    feed_watch_until(&s.w, is_down, "fault of its own");
    s.b.list_status = 0;
    feed_watch_until(&s.w, has_snapshot, NULL);
    end(&s);
}

static void a_refused_upgrade_is_said_in_words(void **state)
{
    (void)state;
    struct stage s = {0};
    s.b.ws_status = 451;
    begin(&s);
    feed_watch_start(&s.w, s.b.url, one);
    feed_watch_until(&s.w, is_down, "not served in your country");
    s.b.ws_status = 0;
    feed_watch_until(&s.w, has_snapshot, NULL);
    assert_int_equal(s.w.gaps[GAP_DISCONNECT], 0); /* it never was up: nothing was lost */
    end(&s);
}

/* --- no venue at all ----------------------------------------------------------------------------------------------- */

static void a_refused_connection_is_said_in_words(void **state)
{
    (void)state;
    struct loop_binance gone = {0};
    struct feed_watch w;
    loop_binance_start(&gone, NULL, "127.0.0.1"); /* a port that was free a moment ago */
    loop_binance_stop(&gone);
    feed_watch_init(&w, RING_BYTES, 1);
    feed_watch_start(&w, gone.url, one);
    feed_watch_until(&w, is_down, "refused the connection");
    feed_watch_finish(&w);
}

static void a_deaf_server_is_given_up(void **state)
{
    (void)state;
    struct loop_script deaf = {.is_deaf = true};
    struct loop_server *server = loop_server_start(&deaf);
    struct feed_watch w;
    char url[64];
    snprintf(url, sizeof url, "http://127.0.0.1:%u", (unsigned)loop_server_port(server));
    feed_watch_init(&w, RING_BYTES, 1);
    w.tuning.rest_ns = 200 * NS_PER_MS;
    feed_watch_start(&w, url, one);
    feed_watch_until(&w, is_down, "did not answer in time");
    feed_watch_finish(&w);
    loop_server_stop(server);
}

static void an_unknown_host_is_said_in_words(void **state)
{
    (void)state;
    struct feed_watch w;
    feed_watch_init(&w, RING_BYTES, 1);
    feed_watch_start(&w, "http://no-such-host.invalid:1", one);
    feed_watch_until(&w, is_down, "no-such-host.invalid: ");
    feed_watch_finish(&w);
}

static void proxies_of_the_environment_are_not_for_loopback(void **state)
{
    (void)state;
    struct stage s = {0};
    setenv("http_proxy", "http://127.0.0.1:9", 1);
    setenv("HTTP_PROXY", "http://127.0.0.1:9", 1);
    setenv("all_proxy", "http://127.0.0.1:9", 1);
    begin(&s);
    feed_watch_start(&s.w, s.b.url, one);
    feed_watch_until(&s.w, has_snapshot, NULL);
    end(&s);
    unsetenv("http_proxy");
    unsetenv("HTTP_PROXY");
    unsetenv("all_proxy");
}

/* --- a slow engine ------------------------------------------------------------------------------------------------- */

static bool is_flood_over(const struct feed_watch *w, const void *user)
{
    (void)user;
    return w->gaps[GAP_RING_FULL] >= 1 && w->row.state == FEED_LIVE && w->row.refused > 0;
}

static bool is_all_sent(void *user)
{
    const struct loop_binance *b = user;
    return atomic_load(&b->floods) > 0;
}

static void a_full_ring_leaves_a_gap_with_the_count(void **state)
{
    (void)state;
    struct stage s = {0};
    s.b.public_manners[0] = MANNER_FLOOD;
    s.b.flood_n = 20000;
    loop_binance_start(&s.b, NULL, "127.0.0.1");
    feed_watch_init(&s.w, 1u << 18, 1);
    feed_watch_start(&s.w, s.b.url, one);
    feed_watch_wait(is_all_sent, &s.b); /* the engine is busy elsewhere */
    feed_watch_until(&s.w, is_flood_over, NULL);
    assert_int_equal(s.w.breaks, 0); /* ids break only where a GAP says so */
    assert_true(s.w.lost > 1000);
    assert_true(s.w.row.refused >= s.w.lost);
    end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_reset_connection_is_made_anew),
        cmocka_unit_test(a_closed_connection_is_made_anew),
        cmocka_unit_test(a_message_above_the_ceiling_ends_the_connection),
        cmocka_unit_test(fragments_are_put_together),
        cmocka_unit_test(garbage_is_counted_and_ends_the_connection),
        cmocka_unit_test(a_stream_that_falls_silent_is_stale),
        cmocka_unit_test(a_route_that_never_speaks_is_found_out),
        cmocka_unit_test(a_mute_second_route_is_named),
        cmocka_unit_test(a_lost_second_route_costs_no_book),
        cmocka_unit_test(a_mute_stream_is_mended),
        cmocka_unit_test(a_quiet_book_gets_its_snapshot_all_the_same),
        cmocka_unit_test(told_to_wait_it_waits),
        cmocka_unit_test(the_venues_count_of_our_weight_is_obeyed),
        cmocka_unit_test(a_failing_snapshot_is_asked_for_again),
        cmocka_unit_test(an_answer_that_never_comes_is_given_up),
        cmocka_unit_test(refusals_of_the_list_are_said_in_words),
        cmocka_unit_test(it_comes_up_when_the_list_does),
        cmocka_unit_test(a_refused_upgrade_is_said_in_words),
        cmocka_unit_test(a_refused_connection_is_said_in_words),
        cmocka_unit_test(a_deaf_server_is_given_up),
        cmocka_unit_test(an_unknown_host_is_said_in_words),
        cmocka_unit_test(proxies_of_the_environment_are_not_for_loopback),
        cmocka_unit_test(a_full_ring_leaves_a_gap_with_the_count),
    };
    return cmocka_run_group_tests_name("net/faults", tests, NULL, NULL);
}
