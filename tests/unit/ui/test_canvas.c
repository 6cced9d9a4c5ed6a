#include "test.h"
#include "ui/canvas.h"
#include <alphaplus/base/buf.h>
#include <string.h>

struct fixture {
    struct canvas canvas;
    struct pane pane;
};

static void open_canvas(struct fixture *f, int cols, int rows, bool is_utf8)
{
    canvas_init(&f->canvas);
    f->canvas.is_utf8 = is_utf8;
    assert_ok(canvas_resize(&f->canvas, cols, rows));
    f->pane = pane_of(&f->canvas, (struct rect){0, 0, cols, rows});
}

static uint32_t at(const struct fixture *f, int x, int y)
{
    return canvas_cell(&f->canvas, x, y)->ch;
}

static void test_text_is_clipped(void **state)
{
    struct fixture f;
    (void)state;
    open_canvas(&f, 6, 2, true);
    struct pane p = pane_sub(&f.pane, 1, 0, 4, 1);
    assert_int_equal(pane_text(&p, 1, 0, ROLE_TEXT, "abcdef"), 6);
    assert_int_equal(at(&f, 1, 0), ' ');
    assert_int_equal(at(&f, 2, 0), 'a');
    assert_int_equal(at(&f, 4, 0), 'c');
    assert_int_equal(at(&f, 5, 0), ' ');
    pane_text(&p, -2, 0, ROLE_TEXT, "xyz");
    assert_int_equal(at(&f, 1, 0), 'z');
    assert_int_equal(at(&f, 0, 0), ' ');
    pane_text(&p, 0, 5, ROLE_TEXT, "out");
    pane_text(&p, 0, -1, ROLE_TEXT, "out");
    canvas_finish(&f.canvas);
}

static void test_numbers_are_never_cut(void **state)
{
    struct fixture f;
    (void)state;
    open_canvas(&f, 10, 2, true);
    pane_right(&f.pane, 2, 7, 0, ROLE_TEXT, "123");
    assert_int_equal(at(&f, 4, 0), '1');
    assert_int_equal(at(&f, 6, 0), '3');
    pane_right(&f.pane, 2, 7, 1, ROLE_TEXT, "123456");
    assert_int_equal(at(&f, 1, 1), ' ');
    for (int x = 2; x < 7; x++)
        assert_int_equal(at(&f, x, 1), '#');
    canvas_finish(&f.canvas);
}

static void test_every_character_is_one_column(void **state)
{
    static const struct {
        const char *text;
        int columns;
        uint32_t first;
    } rows[] = {
        {"abc", 3, 'a'},
        {"▲x", 2, 0x25b2},
        {"\xe4\xb8\xad!", 2, '?'},     /* double width */
        {"\xf0\x9f\x98\x80!", 2, '?'}, /* emoji */
        {"e\xcc\x81", 2, 'e'},         /* combining */
        {"\xe2\x80\x8b.", 2, '?'},     /* zero width */
        {"\x1b[2J", 4, '?'},           /* escape */
        {"\xff\xfe", 2, '?'},
        {"\xe2\x96", 2, '?'}, /* cut short */
        {"", 0, 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *text = rows[i].text;
        assert_int_equal(text_columns(text), rows[i].columns);
        assert_int_equal(text_next(&text), rows[i].first);
    }
}

static void test_bars(void **state)
{
    struct fixture f;
    (void)state;
    open_canvas(&f, 12, 4, true);
    pane_bar(&f.pane, 1, 0, 4, 0.5, ROLE_ASK_BAR);
    assert_int_equal(at(&f, 1, 0), 0x2588);
    assert_int_equal(at(&f, 2, 0), 0x2588);
    assert_int_equal(at(&f, 3, 0), ' ');
    pane_bar(&f.pane, 1, 1, 4, 3.0 / 32.0, ROLE_ASK_BAR);
    assert_int_equal(at(&f, 1, 1), 0x258d); /* three eighths */
    pane_bar_left(&f.pane, 1, 2, 4, 11.0 / 32.0, ROLE_BID_BAR);
    assert_int_equal(at(&f, 4, 2), 0x2588);
    assert_int_equal(at(&f, 3, 2), 0x258b); /* five eighths in reverse: three from the right */
    assert_int_equal(canvas_cell(&f.canvas, 3, 2)->attr, ATTR_REVERSE);
    assert_int_equal(at(&f, 2, 2), ' ');
    pane_bar(&f.pane, 1, 3, 4, 99.0, ROLE_ASK_BAR); /* no more than its columns */
    assert_int_equal(at(&f, 4, 3), 0x2588);
    assert_int_equal(at(&f, 5, 3), ' ');
    pane_bar(&f.pane, 6, 3, 4, NAN, ROLE_ASK_BAR);
    pane_bar(&f.pane, 6, 3, 4, -1.0, ROLE_ASK_BAR);
    assert_int_equal(at(&f, 6, 3), ' ');
    canvas_finish(&f.canvas);
}

static void test_ascii(void **state)
{
    struct fixture f;
    (void)state;
    open_canvas(&f, 8, 1, false);
    pane_text(&f.pane, 0, 0, ROLE_TEXT, "▲─│◆\xe2\x82\xac");
    for (int x = 0; x < 8; x++)
        assert_true(at(&f, x, 0) < 0x80);
    assert_int_equal(at(&f, 0, 0), '^');
    assert_int_equal(at(&f, 4, 0), '?');
    pane_bar(&f.pane, 0, 0, 4, 1.0, ROLE_ASK_BAR);
    assert_int_equal(at(&f, 0, 0), '#');
    canvas_finish(&f.canvas);
}

static void test_sizes_are_clamped(void **state)
{
    struct canvas c;
    (void)state;
    canvas_init(&c);
    assert_ok(canvas_resize(&c, 0, -3));
    assert_int_equal(c.cols, 1);
    assert_int_equal(c.rows, 1);
    assert_ok(canvas_resize(&c, 1 << 30, 2));
    assert_int_equal(c.cols, CANVAS_COLS_MAX);
    assert_null(canvas_cell(&c, CANVAS_COLS_MAX, 0));
    struct pane p = pane_of(&c, (struct rect){CANVAS_COLS_MAX - 2, 1, 10, 10});
    assert_int_equal(p.w, 2);
    assert_int_equal(p.h, 1);
    canvas_finish(&c);
    canvas_finish(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text_is_clipped),
        cmocka_unit_test(test_numbers_are_never_cut),
        cmocka_unit_test(test_every_character_is_one_column),
        cmocka_unit_test(test_bars),
        cmocka_unit_test(test_ascii),
        cmocka_unit_test(test_sizes_are_clamped),
    };
    return cmocka_run_group_tests_name("ui/canvas", tests, NULL, NULL);
}
