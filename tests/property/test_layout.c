/* Layouts at every size: nothing overlaps, nothing is empty, nothing sticks out, and what does not fit says what it needs. */
#include "test.h"
#include "ui/layout.h"

#define COLS 250
#define ROWS 80

static bool overlap(const struct rect *a, const struct rect *b)
{
    return a->x < b->x + b->w && b->x < a->x + a->w && a->y < b->y + b->h && b->y < a->y + a->h;
}

/* Rectangles that do not overlap, lie inside and have the area of the screen cover it. */
static void check_cover(const struct layout *l, int cols, int rows)
{
    struct rect all[PANEL_N + LAYOUT_LINES_MAX];
    int n = 0, area = 0;
    for (int i = 0; i < l->panel_n; i++)
        all[n++] = l->panels[i].rect;
    for (int i = 0; i < l->line_n; i++)
        all[n++] = l->lines[i];
    for (int i = 0; i < n; i++) {
        const struct rect *r = &all[i];
        assert_true(r->w >= 1 && r->h >= 1);
        assert_true(r->x >= 0 && r->y >= 0 && r->x + r->w <= cols && r->y + r->h <= rows);
        area += r->w * r->h;
        for (int j = 0; j < i; j++)
            assert_false(overlap(r, &all[j]));
    }
    assert_int_equal(area, cols * rows);
}

static void check(const struct layout *l, int cols, int rows)
{
    if (l->is_too_small) {
        assert_int_equal(l->panel_n, 0);
        assert_true(l->need_cols > cols || l->need_rows > rows);
        return;
    }
    check_cover(l, cols, rows);
    const struct rect *heat = layout_find(l, PANEL_HEAT), *ladder = layout_find(l, PANEL_LADDER);
    const struct rect *either = ladder != NULL ? ladder : heat;
    if (either != NULL) {
        assert_true(l->price_rows >= 1);
        assert_true(1 + l->price_rows + l->foot_rows <= either->h);
    } else {
        assert_int_equal(l->price_rows, 0);
    }
    if (heat != NULL && ladder != NULL)
        assert_true(heat->y == ladder->y && heat->h == ladder->h && heat->x < ladder->x);
    assert_non_null(layout_find(l, PANEL_STATUS));
    assert_non_null(layout_find(l, PANEL_FOOTER));
}

static void test_named_layouts(void **state)
{
    struct layout l;
    (void)state;
    for (int name = 0; name < LAYOUT_N; name++) {
        for (int replay = 0; replay < 2; replay++) {
            for (int rows = 1; rows <= ROWS; rows++) {
                for (int cols = 1; cols <= COLS; cols++) {
                    layout_make(&l, (enum layout_name)name, -1, replay, cols, rows);
                    check(&l, cols, rows);
                    assert_int_equal(layout_find(&l, PANEL_REPLAY) != NULL, replay && !l.is_too_small);
                }
            }
        }
    }
}

static void test_zoomed_panels(void **state)
{
    struct layout l;
    (void)state;
    for (int panel = 0; panel < PANEL_N; panel++) {
        for (int rows = 1; rows <= ROWS; rows += 3) {
            for (int cols = 1; cols <= COLS; cols += 3) {
                layout_make(&l, LAYOUT_MAIN, panel, false, cols, rows);
                check(&l, cols, rows);
            }
        }
    }
}

static void test_what_is_needed_is_enough(void **state)
{
    struct layout l;
    (void)state;
    for (int name = 0; name < LAYOUT_N; name++) {
        layout_make(&l, (enum layout_name)name, -1, true, 1, 1);
        assert_true(l.is_too_small);
        layout_make(&l, (enum layout_name)name, -1, true, l.need_cols, l.need_rows);
        assert_false(l.is_too_small);
    }
    layout_make(&l, LAYOUT_MAIN, -1, false, 80, 24);
    assert_non_null(layout_find(&l, PANEL_HEAT));
    assert_non_null(layout_find(&l, PANEL_TAPE));
    layout_make(&l, LAYOUT_MAIN, -1, false, 40, 20);
    assert_false(l.is_too_small);
}

static void test_hits(void **state)
{
    struct layout l;
    (void)state;
    layout_make(&l, LAYOUT_MAIN, -1, false, 80, 24);
    assert_int_equal(layout_hit(&l, 0, 0), PANEL_STATUS);
    assert_int_equal(layout_hit(&l, 79, 23), PANEL_FOOTER);
    assert_int_equal(layout_hit(&l, 5, 6), PANEL_HEAT);
    assert_int_equal(layout_hit(&l, 60, 6), PANEL_LADDER);
    assert_int_equal(layout_hit(&l, 80, 6), -1);
    assert_int_equal(layout_hit(&l, -1, -1), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_named_layouts),
        cmocka_unit_test(test_zoomed_panels),
        cmocka_unit_test(test_what_is_needed_is_enough),
        cmocka_unit_test(test_hits),
    };
    return cmocka_run_group_tests_name("property/layout", tests, NULL, NULL);
}
