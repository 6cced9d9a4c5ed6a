#include "test.h"
#include "ui/axis.h"
#include <alphaplus/model/view.h>

static struct instrument made(int decimals, int64_t tick)
{
    return (struct instrument){.price_decimals = (uint8_t)decimals, .tick = tick, .lot = 1};
}

static void test_default_group(void **state)
{
    static const struct {
        int decimals;
        int64_t tick, mid, group;
    } rows[] = {
        {1, 1, 640981, 100},  /* BTC 64098.1 x 1.5 bp = 9.6: 10 */
        {2, 1, 342490, 50},   /* ETH 3424.90: 0.51: 0.50 */
        {5, 1, 12345, 2},     /* DOGE 0.12345: 1.9 ticks: 2 */
        {2, 1, 2000, 2},      /* a third of a tick: the narrowest even one */
        {1, 5, 640981, 100},  /* tick 0.5 */
        {0, 1, 64098, 10},    /* whole dollars */
        {2, 25, 500000, 100}, /* tick 0.25: 0.75 wanted; 1.00 is nearer in ratio than 0.50 */
        {0, 3, 1000, 6},      /* a tick that no power of ten holds */
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct instrument in = made(rows[i].decimals, rows[i].tick);
        int64_t group = axis_default_group(&in, rows[i].mid);
        assert_int_equal(group, rows[i].group);
        assert_int_equal(group % rows[i].tick, 0);
        assert_int_equal(group % 2, 0);
    }
}

static void test_group_steps(void **state)
{
    struct instrument in = made(1, 1);
    (void)state;
    assert_int_equal(axis_step_group(&in, 100, 1, 640981), 200);
    assert_int_equal(axis_step_group(&in, 100, -1, 640981), 50);
    assert_int_equal(axis_step_group(&in, 10, -1, 640981), 2); /* 5 is odd: half a row would not be whole */
    assert_int_equal(axis_step_group(&in, 2, -1, 640981), 2);
    int64_t group = 2;
    for (int i = 0; i < 100; i++)
        group = axis_step_group(&in, group, 1, 640981);
    assert_int_equal(group, 10000); /* not wider than a fiftieth of the price */
}

static void test_center(void **state)
{
    int64_t top = axis_center(100, 14, 640981, 640982);
    (void)state;
    assert_int_equal(top % 100, 0);
    assert_int_equal(top, 641000 + 700);
    assert_int_equal(axis_where(top, 100, 14, 640981), AXIS_INSIDE);
    /* Near zero no row may fall below the first price. */
    assert_int_equal(axis_center(100, 14, 50, 52), 1400);
}

static void test_dead_zone(void **state)
{
    int64_t top = axis_center(100, 20, 640981, 640982);
    int moves = 0;
    (void)state;
    /* A price that wanders within the middle half moves nothing. */
    for (int64_t px = 640981 - 400; px <= 640981 + 400; px += 7)
        assert_int_equal(axis_follow(top, 100, 20, px, px + 1), top);
    /* One that walks away moves it once in a while, and then into the middle. */
    for (int64_t px = 640981; px < 640981 + 5000; px += 10) {
        int64_t next = axis_follow(top, 100, 20, px, px + 1);
        if (next != top) {
            moves++;
            assert_int_equal(next, axis_center(100, 20, px, px + 1));
            top = next;
        }
    }
    assert_in_range(moves, 8, 12);
    /* A leap out of sight is followed at once. */
    assert_int_equal(axis_follow(top, 100, 20, 700000, 700001), axis_center(100, 20, 700000, 700001));
}

static void test_where(void **state)
{
    (void)state;
    assert_int_equal(axis_where(1000, 10, 5, 1009), AXIS_INSIDE);
    assert_int_equal(axis_where(1000, 10, 5, 1010), AXIS_ABOVE);
    assert_int_equal(axis_where(1000, 10, 5, 951), AXIS_INSIDE);
    assert_int_equal(axis_where(1000, 10, 5, 950), AXIS_BELOW);
}

static void test_regroup_keeps_the_middle(void **state)
{
    int64_t top = axis_center(100, 20, 640981, 640982);
    int64_t wide = axis_regroup(top, 100, 500, 20);
    (void)state;
    assert_int_equal(wide % 500, 0);
    int64_t middle = wide - 500 * 10;
    assert_true(middle >= 640981 - 500 && middle <= 640981 + 500);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_default_group), cmocka_unit_test(test_group_steps),
        cmocka_unit_test(test_center),        cmocka_unit_test(test_dead_zone),
        cmocka_unit_test(test_where),         cmocka_unit_test(test_regroup_keeps_the_middle),
    };
    return cmocka_run_group_tests_name("ui/axis", tests, NULL, NULL);
}
