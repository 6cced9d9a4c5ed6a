#include "test.h"
#include "ui/role.h"
#include "ui/shade.h"

static void fill(struct picture *p, int64_t time_ns, int lo, int hi)
{
    *p = (struct picture){.time_ns = time_ns, .shade_lo = (uint8_t)lo, .shade_hi = (uint8_t)hi};
    p->request.group = 100;
}

static void test_cutoffs_move_once_a_minute(void **state)
{
    static struct picture p;
    struct shade s = {.hi = 0};
    (void)state;
    fill(&p, 1000, 0, 0);
    shade_follow(&s, &p);
    assert_int_equal(s.hi, 0); /* nothing known yet */
    fill(&p, 2000, 100, 150);
    shade_follow(&s, &p);
    assert_int_equal(s.hi, 150);
    fill(&p, 2000 + SHADE_PERIOD_NS - 1, 110, 170);
    shade_follow(&s, &p);
    assert_int_equal(s.hi, 150);
    fill(&p, 2000 + SHADE_PERIOD_NS, 110, 170);
    shade_follow(&s, &p);
    assert_int_equal(s.lo, 110);
    assert_int_equal(s.hi, 170);
    /* Another grouping has other sizes: at once. Time that goes back (a seek in replay) too. */
    p.request.group = 200;
    p.shade_hi = 180;
    shade_follow(&s, &p);
    assert_int_equal(s.hi, 180);
    fill(&p, 1, 90, 140);
    p.request.group = 200;
    shade_follow(&s, &p);
    assert_int_equal(s.hi, 140);
}

static void test_flat_picture_still_has_a_range(void **state)
{
    static struct picture p;
    struct shade s = {.hi = 0};
    (void)state;
    fill(&p, 1, 120, 120);
    shade_follow(&s, &p);
    assert_true(s.hi > s.lo);
    fill(&p, 1, 255, 255);
    s.hi = 0;
    shade_follow(&s, &p);
    assert_int_equal(s.hi, 255);
}

static void test_shades_rise_with_size(void **state)
{
    struct shade s = {.lo = 100, .hi = 150};
    int before = 0;
    (void)state;
    assert_int_equal(shade_of(&s, HEAT_UNKNOWN), -1);
    assert_int_equal(shade_of(&s, HEAT_ZERO), 0);
    for (int code = HEAT_ZERO; code < 256; code++) {
        int shade = shade_of(&s, (uint8_t)code);
        assert_in_range(shade, before, HEAT_SHADES - 1);
        before = shade;
    }
    assert_int_equal(shade_of(&s, 150), HEAT_SHADES - 1);
    assert_int_equal(shade_of(&s, 255), HEAT_SHADES - 1);
    int middle = shade_of(&s, 125);
    s.shift = 20;
    assert_true(shade_of(&s, 125) < middle);
    s.shift = -20;
    assert_true(shade_of(&s, 125) > middle);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cutoffs_move_once_a_minute),
        cmocka_unit_test(test_flat_picture_still_has_a_range),
        cmocka_unit_test(test_shades_rise_with_size),
    };
    return cmocka_run_group_tests_name("ui/shade", tests, NULL, NULL);
}
