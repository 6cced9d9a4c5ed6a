#include "test.h"
#include <alphaplus/replay/player.h>

#include <math.h>

#define S INT64_C(1000000000)
enum { FIRST = 100, LAST = 700 }; /* seconds */

static struct player playing(void)
{
    struct player p;
    player_init(&p, FIRST * S, LAST * S, 5 * S);
    return p;
}

static void plays_at_its_speed(void **state)
{
    struct player p = playing();
    (void)state;
    assert_int_equal(player_due(&p, 5 * S), 100 * S);
    assert_int_equal(player_due(&p, 6 * S), 101 * S);
    player_speed(&p, 10, 6 * S);
    assert_int_equal(player_due(&p, 8 * S), 121 * S);
    player_speed(&p, 0.25, 8 * S);
    assert_int_equal(player_due(&p, 12 * S), 122 * S);
    assert_false(p.is_ended);
    player_speed(&p, 1000, 12 * S);
    assert_int_equal(player_due(&p, 13 * S), 700 * S);
    assert_true(p.is_ended);
    assert_int_equal(player_due(&p, 90 * S), 700 * S);
}

/* A slow speed asked every nanosecond moves as if asked once. */
static void small_steps_add_up(void **state)
{
    struct player p = playing();
    (void)state;
    player_speed(&p, 0.1, 5 * S);
    for (int64_t t = 0; t <= 100000; t++) {
        (void)player_due(&p, 5 * S + t);
    }
    assert_in_range(player_due(&p, 5 * S + 100000), 100 * S + 9999, 100 * S + 10000);
}

static void pauses(void **state)
{
    struct player p = playing();
    (void)state;
    player_pause(&p, true, 7 * S);
    assert_int_equal(player_due(&p, 50 * S), 102 * S);
    player_pause(&p, false, 60 * S);
    assert_int_equal(player_due(&p, 61 * S), 103 * S);
    player_speed(&p, 5, 60 * S); /* a clock that steps back moves nothing back */
    assert_int_equal(player_due(&p, 59 * S), 103 * S);
}

static void seeks_within_the_recording(void **state)
{
    struct player p = playing();
    (void)state;
    p.step = STEP_SECOND;
    player_seek(&p, 300 * S, 9 * S);
    assert_int_equal(p.step, STEP_NONE);
    assert_int_equal(player_due(&p, 10 * S), 301 * S);
    player_seek(&p, 0, 10 * S);
    assert_int_equal(player_due(&p, 10 * S), 100 * S);
    player_seek(&p, INT64_MAX, 10 * S);
    assert_int_equal(player_due(&p, 10 * S), 700 * S);
    assert_true(p.is_ended);
    player_seek(&p, 699 * S, 11 * S);
    assert_false(p.is_ended);
}

static void notches(void **state)
{
    static const double up[] = {2, 5, 10, 25, 50, 100, 250, 500, 1000, 1000};
    static const double down[] = {500, 250, 100, 50, 25, 10, 5, 2, 1, 0.5, 0.25, 0.1, 0.1};
    struct player p = playing();
    (void)state;
    for (size_t i = 0; i < sizeof(up) / sizeof(up[0]); i++) {
        player_faster(&p, 1, 5 * S);
        assert_near(p.speed, up[i], 0);
    }
    for (size_t i = 0; i < sizeof(down) / sizeof(down[0]); i++) {
        player_faster(&p, -1, 5 * S);
        assert_near(p.speed, down[i], 0);
    }
    player_faster(&p, 3, 5 * S);
    assert_near(p.speed, 1, 0);
    player_speed(&p, 3, 5 * S);
    player_faster(&p, 1, 5 * S);
    assert_near(p.speed, 5, 0);
    player_speed(&p, 3, 5 * S);
    player_faster(&p, -1, 5 * S);
    assert_near(p.speed, 2, 0);
    player_faster(&p, 1000000, 5 * S);
    assert_near(p.speed, 1000, 0);
}

static void any_speed_is_made_possible(void **state)
{
    struct player p = playing();
    (void)state;
    player_speed(&p, 1e300, 5 * S);
    assert_near(p.speed, 1000, 0);
    player_speed(&p, 1e-300, 5 * S);
    assert_near(p.speed, 0.1, 0);
    player_speed(&p, (double)NAN, 5 * S);
    assert_near(p.speed, 0.1, 0);
    assert_true(player_due(&p, INT64_MAX / 2) <= p.last_ns);
}

static void as_fast_as_possible(void **state)
{
    struct player p = playing();
    (void)state;
    player_speed(&p, 0, 6 * S);
    assert_int_equal(player_due(&p, 6 * S), 700 * S);
    assert_int_equal(p.at_ns, 101 * S);
    player_reached(&p, 400 * S, 7 * S);
    player_speed(&p, 1, 7 * S); /* from where the caller got */
    assert_int_equal(player_due(&p, 8 * S), 401 * S);
    player_speed(&p, 0, 8 * S);
    player_faster(&p, 1, 8 * S);
    assert_near(p.speed, 0, 0);
    player_faster(&p, -1, 8 * S);
    assert_near(p.speed, 1000, 0);
    player_reached(&p, 700 * S, 9 * S);
    assert_true(p.is_ended);
}

static void an_empty_recording(void **state)
{
    struct player p;
    (void)state;
    player_init(&p, 9 * S, 3 * S, 0);
    assert_int_equal(player_due(&p, S), 9 * S);
    assert_true(p.is_ended);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plays_at_its_speed),
        cmocka_unit_test(small_steps_add_up),
        cmocka_unit_test(pauses),
        cmocka_unit_test(seeks_within_the_recording),
        cmocka_unit_test(notches),
        cmocka_unit_test(any_speed_is_made_possible),
        cmocka_unit_test(as_fast_as_possible),
        cmocka_unit_test(an_empty_recording),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
