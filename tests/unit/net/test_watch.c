#include "net/watch.h"
#include "test.h"
#include <alphaplus/base/clock.h>
#include <alphaplus/model/event.h>

#define T0    (1000 * NS_PER_S)
#define FIRST (15 * NS_PER_S)
#define STALE (10 * NS_PER_S)

/* Lane 0 carries book and best prices, lane 1 trades, marks and liquidations. */
static void start(struct watch *w)
{
    watch_init(w, FIRST, STALE);
    watch_place(w, WATCH_BOOK, 0);
    watch_place(w, WATCH_QUOTE, 0);
    watch_place(w, WATCH_TRADE, 1);
    watch_place(w, WATCH_MARK, 1);
    watch_place(w, WATCH_LIQUIDATION, 1);
    watch_subscribed(w, 0, T0);
    watch_subscribed(w, 1, T0);
}

static void waits_before_it_complains(void **state)
{
    (void)state;
    struct watch w;
    int kind;
    watch_init(&w, FIRST, STALE);
    watch_place(&w, WATCH_BOOK, 0);
    assert_int_equal(watch_judge(&w, T0, &kind), WATCH_WAITING);
    assert_int_equal(watch_judge(&w, T0 + 99 * FIRST, &kind),
                     WATCH_WAITING); /* not subscribed: not its fault */
    start(&w);
    assert_int_equal(watch_judge(&w, T0 + FIRST, &kind), WATCH_WAITING);
    assert_int_equal(watch_judge(&w, T0 + FIRST + 1, &kind), WATCH_MUTE);
    assert_int_equal(kind, WATCH_BOOK);
}

static void names_the_stream_that_stays_silent(void **state)
{
    (void)state;
    struct watch w;
    int kind;
    start(&w);
    watch_heard(&w, WATCH_BOOK, T0 + 20 * NS_PER_S);
    assert_int_equal(watch_judge(&w, T0 + 20 * NS_PER_S, &kind), WATCH_MUTE);
    assert_int_equal(kind, WATCH_MARK);
    assert_string_equal(watch_kind_text(kind), "marks");
    watch_heard(&w, WATCH_TRADE, T0 + 21 * NS_PER_S); /* another stream of that connection proves nothing */
    assert_int_equal(watch_judge(&w, T0 + 21 * NS_PER_S, &kind), WATCH_MUTE);
    watch_heard(&w, WATCH_MARK, T0 + 21 * NS_PER_S);
    assert_int_equal(watch_judge(&w, T0 + 21 * NS_PER_S, &kind), WATCH_FINE);
    assert_int_equal(watch_judge(&w, T0 + 25 * NS_PER_S, &kind),
                     WATCH_FINE); /* trades and liquidations are rare */
}

static void a_book_that_falls_silent_is_stale_though_quotes_flow(void **state)
{
    (void)state;
    struct watch w;
    int kind;
    start(&w);
    watch_heard(&w, WATCH_BOOK, T0);
    for (int i = 1; i <= 11; i++) {
        watch_heard(&w, WATCH_QUOTE, T0 + i * NS_PER_S);
        watch_heard(&w, WATCH_MARK, T0 + i * NS_PER_S);
    }
    assert_int_equal(watch_judge(&w, T0 + STALE, &kind), WATCH_FINE);
    assert_int_equal(watch_judge(&w, T0 + STALE + 1, &kind), WATCH_STALE);
    assert_int_equal(kind, WATCH_BOOK);
    watch_heard(&w, WATCH_BOOK, T0 + 12 * NS_PER_S);
    assert_int_equal(watch_judge(&w, T0 + 12 * NS_PER_S, &kind), WATCH_FINE);
}

static void a_lost_lane_counts_as_not_heard(void **state)
{
    (void)state;
    struct watch w;
    int kind;
    start(&w);
    watch_heard(&w, WATCH_BOOK, T0);
    watch_heard(&w, WATCH_MARK, T0);
    watch_lost(&w, 0);
    assert_int_equal(watch_judge(&w, T0 + 1, &kind), WATCH_WAITING);
    watch_subscribed(&w, 0, T0 + 5 * NS_PER_S);
    assert_int_equal(watch_judge(&w, T0 + 6 * NS_PER_S, &kind), WATCH_WAITING);
    watch_heard(&w, WATCH_BOOK, T0 + 7 * NS_PER_S);
    assert_int_equal(watch_judge(&w, T0 + 7 * NS_PER_S, &kind), WATCH_FINE);
}

static void silence_is_mended_in_two_steps(void **state)
{
    (void)state;
    struct watch w;
    int kind = -1;
    start(&w);
    watch_heard(&w, WATCH_BOOK, T0 + FIRST);
    assert_int_equal(watch_mend(&w, T0 + FIRST, &kind), REMEDY_NONE);
    assert_int_equal(watch_mend(&w, T0 + FIRST + 1, &kind), REMEDY_RENEW);
    assert_int_equal(kind, WATCH_MARK);
    assert_int_equal(watch_mend(&w, T0 + FIRST + 2, &kind), REMEDY_NONE);
    watch_heard(&w, WATCH_BOOK, T0 + 2 * FIRST);
    assert_int_equal(watch_mend(&w, T0 + 2 * FIRST + 1, &kind), REMEDY_NONE);
    assert_int_equal(watch_mend(&w, T0 + 2 * FIRST + 2, &kind), REMEDY_RECONNECT);
    assert_int_equal(kind, WATCH_MARK);
    watch_heard(&w, WATCH_MARK, T0 + 2 * FIRST + 3); /* it helped: the next silence begins anew */
    watch_heard(&w, WATCH_BOOK, T0 + 3 * FIRST);
    assert_int_equal(watch_mend(&w, T0 + 3 * FIRST + 3, &kind), REMEDY_RENEW);
}

/* Where nothing trades and no price moves, a silent book is no broken one. */
static void a_quiet_market_is_left_alone(void **state)
{
    (void)state;
    struct watch w;
    int kind = -1;
    start(&w);
    watch_heard(&w, WATCH_BOOK, T0);
    watch_heard(&w, WATCH_QUOTE, T0);
    for (int i = 0; i <= 30; i += 5) {
        watch_heard(&w, WATCH_MARK, T0 + i * NS_PER_S);
    }
    assert_int_equal(watch_judge(&w, T0 + 30 * NS_PER_S, &kind), WATCH_STALE);
    assert_int_equal(watch_mend(&w, T0 + 30 * NS_PER_S, &kind), REMEDY_NONE);
    watch_heard(&w, WATCH_QUOTE, T0 + 30 * NS_PER_S);
    assert_int_equal(watch_mend(&w, T0 + 30 * NS_PER_S, &kind), REMEDY_RENEW);
    assert_int_equal(kind, WATCH_BOOK);
}

static void kinds_are_those_of_events(void **state)
{
    (void)state;
    assert_int_equal(watch_kind_of(EVENT_DEPTH_SNAPSHOT), WATCH_BOOK);
    assert_int_equal(watch_kind_of(EVENT_OPEN_INTEREST), WATCH_INTEREST);
    assert_int_equal(watch_kind_of(EVENT_GAP), -1);
    assert_int_equal(watch_kind_of(0), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(waits_before_it_complains),
        cmocka_unit_test(names_the_stream_that_stays_silent),
        cmocka_unit_test(a_book_that_falls_silent_is_stale_though_quotes_flow),
        cmocka_unit_test(a_lost_lane_counts_as_not_heard),
        cmocka_unit_test(silence_is_mended_in_two_steps),
        cmocka_unit_test(a_quiet_market_is_left_alone),
        cmocka_unit_test(kinds_are_those_of_events),
    };
    return cmocka_run_group_tests_name("net/watch", tests, NULL, NULL);
}
