#include "net/watch.h"
#include "test.h"
#include <alphaplus/base/clock.h>
#include <alphaplus/model/event.h>

#define T0    (1000 * NS_PER_S)
#define FIRST (15 * NS_PER_S)
#define STALE (10 * NS_PER_S)

static enum watch_verdict judge_at(const struct watch *w, int64_t now_ns, int *ret_lane)
{
    const char *what;
    return watch_judge(w, FIRST, STALE, now_ns, ret_lane, &what);
}

/* Lane 0 carries the book, lane 1 trades and marks. */
static void start(struct watch *w)
{
    watch_init(w);
    watch_subscribed(w, 0, T0);
    watch_subscribed(w, 1, T0);
}

static void waits_before_it_complains(void **state)
{
    (void)state;
    struct watch w;
    int lane;
    watch_init(&w);
    assert_int_equal(judge_at(&w, T0, &lane), WATCH_WAITING);
    assert_int_equal(judge_at(&w, T0 + 99 * FIRST, &lane), WATCH_WAITING); /* not subscribed: not its fault */
    start(&w);
    assert_int_equal(judge_at(&w, T0 + FIRST, &lane), WATCH_WAITING);
    assert_int_equal(judge_at(&w, T0 + FIRST + 1, &lane), WATCH_MUTE);
}

static void names_the_route_that_stays_silent(void **state)
{
    (void)state;
    struct watch w;
    int lane;
    start(&w);
    watch_heard(&w, 0, EVENT_DEPTH, T0 + 20 * NS_PER_S);
    assert_int_equal(judge_at(&w, T0 + 20 * NS_PER_S, &lane), WATCH_MUTE);
    assert_int_equal(lane, 1);
    watch_heard(&w, 1, EVENT_TRADE, T0 + 21 * NS_PER_S);
    assert_int_equal(judge_at(&w, T0 + 21 * NS_PER_S, &lane), WATCH_FINE);
}

static void a_book_that_falls_silent_is_stale_though_quotes_flow(void **state)
{
    (void)state;
    struct watch w;
    int lane;
    start(&w);
    watch_heard(&w, 0, EVENT_DEPTH, T0);
    watch_heard(&w, 1, EVENT_MARK, T0);
    for (int i = 1; i <= 11; i++) {
        watch_heard(&w, 0, EVENT_QUOTE, T0 + i * NS_PER_S);
        watch_heard(&w, 1, EVENT_MARK, T0 + i * NS_PER_S);
    }
    assert_int_equal(judge_at(&w, T0 + STALE, &lane), WATCH_FINE);
    assert_int_equal(judge_at(&w, T0 + STALE + 1, &lane), WATCH_STALE);
    watch_heard(&w, 0, EVENT_DEPTH, T0 + 12 * NS_PER_S);
    assert_int_equal(judge_at(&w, T0 + 12 * NS_PER_S, &lane), WATCH_FINE);
}

static void marks_that_stop_are_stale(void **state)
{
    (void)state;
    struct watch w;
    int lane;
    start(&w);
    watch_heard(&w, 1, EVENT_MARK, T0);
    watch_heard(&w, 0, EVENT_DEPTH, T0 + STALE);
    assert_int_equal(judge_at(&w, T0 + STALE, &lane), WATCH_FINE);
    assert_int_equal(judge_at(&w, T0 + STALE + 1, &lane), WATCH_STALE);
}

static void a_lost_lane_counts_as_not_heard(void **state)
{
    (void)state;
    struct watch w;
    int lane;
    start(&w);
    watch_heard(&w, 0, EVENT_DEPTH, T0);
    watch_heard(&w, 1, EVENT_MARK, T0);
    watch_lost(&w, 0);
    assert_int_equal(judge_at(&w, T0 + 1, &lane), WATCH_WAITING);
    watch_subscribed(&w, 0, T0 + 100 * NS_PER_S);
    watch_heard(&w, 1, EVENT_MARK, T0 + 100 * NS_PER_S);
    assert_int_equal(judge_at(&w, T0 + 100 * NS_PER_S, &lane), WATCH_WAITING);
    watch_heard(&w, 0, EVENT_DEPTH, T0 + 101 * NS_PER_S);
    assert_int_equal(judge_at(&w, T0 + 101 * NS_PER_S, &lane), WATCH_FINE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(waits_before_it_complains),
        cmocka_unit_test(names_the_route_that_stays_silent),
        cmocka_unit_test(a_book_that_falls_silent_is_stale_though_quotes_flow),
        cmocka_unit_test(marks_that_stop_are_stale),
        cmocka_unit_test(a_lost_lane_counts_as_not_heard),
    };
    return cmocka_run_group_tests_name("net/watch", tests, NULL, NULL);
}
