/* Starting and stopping, at any moment, many times: nothing leaks, nothing hangs. */
#include "feed_watch.h"
#include "loop_binance.h"
#include "test.h"
#include <dirent.h>
#include <pthread.h>
#include <signal.h>

#define RING_BYTES (1u << 20)
#define ROUNDS     200

static const char *const one[] = {"binance:BTCUSDT", NULL};

static int64_t now_ns(void)
{
    const struct clock *clock = clock_system();
    return clock->monotonic_ns(clock->user);
}

static int open_files(void)
{
    int n = 0;
    DIR *d = opendir("/proc/self/fd");
    assert_non_null(d);
    while (readdir(d)) {
        n++;
    }
    closedir(d);
    return n;
}

static bool has_events(const struct feed_watch *w, const void *user)
{
    return w->seq >= *(const uint64_t *)user;
}

static void two_hundred_times(void **state)
{
    (void)state;
    struct loop_binance b = {0};
    int files = 0;
    loop_binance_start(&b, NULL, "127.0.0.1");
    for (int i = 0; i < ROUNDS; i++) {
        struct feed_watch w;
        uint64_t wanted = (uint64_t)(i % 20); /* before the list, before the sockets, amid the stream ... */
        feed_watch_init(&w, RING_BYTES, 1);
        feed_watch_start(&w, b.url, one);
        feed_watch_until(&w, has_events, &wanted);
        feed_watch_finish(&w);
        assert_int_equal(w.row.state, FEED_ENDED);
        if (i == 20) {
            files = open_files();
        }
    }
    assert_in_range(open_files(), 0, files + 16); /* the server's side may still be closing a few */
    loop_binance_stop(&b);
}

static bool is_down(const struct feed_watch *w, const void *user)
{
    (void)user;
    return w->row.state == FEED_DOWN;
}

static void stops_within_two_seconds_whatever_it_does(void **state)
{
    (void)state;
    static const char *const urls[] = {
        "http://192.0.2.1:1",          /* nobody answers */
        "http://no-such-host.invalid", /* being looked up */
        "http://127.0.0.1:1",          /* refused again and again */
    };
    for (size_t i = 0; i < sizeof urls / sizeof *urls; i++) {
        struct feed_watch w;
        uint64_t wanted = 1;
        feed_watch_init(&w, RING_BYTES, 1);
        feed_watch_start(&w, urls[i], one);
        feed_watch_until(&w, has_events, &wanted);
        if (i == 2) {
            feed_watch_until(&w, is_down, NULL);
        }
        int64_t from_ns = now_ns();
        feed_stop(w.feed);
        assert_true(now_ns() - from_ns < 2 * NS_PER_S);
        w.feed = NULL;
        feed_watch_finish(&w);
    }
}

static void a_server_that_ignores_the_goodbye_is_left(void **state)
{
    (void)state;
    struct loop_binance b = {0};
    struct feed_watch w;
    uint64_t wanted = 1;
    b.list_status = -1;
    loop_binance_start(&b, NULL, "127.0.0.1");
    feed_watch_init(&w, RING_BYTES, 1);
    feed_watch_start(&w, b.url, one);
    feed_watch_until(&w, has_events, &wanted);
    int64_t from_ns = now_ns();
    feed_stop(w.feed);
    assert_true(now_ns() - from_ns < 2 * NS_PER_S);
    w.feed = NULL;
    feed_watch_finish(&w);
    loop_binance_stop(&b);
}

static void signals_stay_the_programs_own(void **state)
{
    (void)state;
    struct loop_binance b = {0};
    struct feed_watch w;
    struct sigaction before, after;
    sigset_t mask;
    loop_binance_start(&b, NULL, "127.0.0.1");
    signal(SIGPIPE, SIG_DFL);
    sigaction(SIGPIPE, NULL, &before);
    feed_watch_init(&w, RING_BYTES, 1);
    feed_watch_start(&w, b.url, one);
    sigaction(SIGPIPE, NULL, &after);
    pthread_sigmask(SIG_SETMASK, NULL, &mask);
    signal(SIGPIPE, SIG_IGN);
    assert_true(before.sa_handler == after.sa_handler);
    assert_false(sigismember(&mask, SIGPIPE));
    assert_false(sigismember(&mask, SIGTERM));
    feed_watch_finish(&w);
    loop_binance_stop(&b);
}

static void nothing_to_stop_is_fine(void **state)
{
    (void)state;
    feed_stop(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_hundred_times),
        cmocka_unit_test(stops_within_two_seconds_whatever_it_does),
        cmocka_unit_test(a_server_that_ignores_the_goodbye_is_left),
        cmocka_unit_test(signals_stay_the_programs_own),
        cmocka_unit_test(nothing_to_stop_is_fine),
    };
    return cmocka_run_group_tests_name("net/stop", tests, NULL, NULL);
}
