/* The lines that a chart draws, and the rows of the ladder that they flag. */
#include "event_script.h"

#include <alphaplus/base/clock.h>
#include <alphaplus/engine/engine.h>
#include <alphaplus/model/detail.h>

#define T0 (INT64_C(1700006400) * NS_PER_S) /* midnight UTC */

static const struct price_line *find(const struct detail *d, enum price_line_kind kind)
{
    for (uint32_t i = 0; i < d->line_n; i++) {
        if (d->lines[i].kind == kind)
            return &d->lines[i];
    }
    return NULL;
}

static void assert_line(const struct detail *d, enum price_line_kind kind, double price)
{
    const struct price_line *line = find(d, kind);
    assert_non_null(line);
    assert_near(line->price, price, 1e-9 * price);
}

static uint32_t flags_at(const struct picture *pic, int64_t px)
{
    for (uint32_t i = 0; i < pic->row_n; i++) {
        if (pic->rows[i].px == px)
            return pic->rows[i].flags;
    }
    fail();
    return 0;
}

static void test_lines(void **state)
{
    static struct detail d;
    static struct picture pic;
    struct script s;
    struct publication *pub;
    struct engine *e;
    size_t at = 0;
    struct instrument in = script_instrument(1, "BTCUSDT");
    (void)state;
    script_init(&s, T0 - 2 * 3600 * NS_PER_S);
    script_session(&s);
    script_declare(&s, &in);
    script_trade(&s, 1, 10300, 1000, AGGRESSOR_BUY); /* the day before */
    s.now_ns += NS_PER_S;
    script_trade(&s, 1, 9800, 1000, AGGRESSOR_SELL);
    s.now_ns = T0 + NS_PER_S;
    script_trade(&s, 1, 10000, 1000, AGGRESSOR_BUY);
    s.now_ns += NS_PER_S;
    script_trade(&s, 1, 10100, 3000, AGGRESSOR_BUY);
    script_mark(&s, 1, INT64_C(101200000000), INT64_C(101100000000)); /* 1012.0, 1011.0 */
    s.now_ns += 2 * NS_PER_S;
    script_idle(&s);
    assert_ok(publication_create(&pub));
    assert_ok(engine_create(pub, NULL, &e));
    for (const struct event *ev; (ev = script_next(&s, &at)) != NULL;)
        assert_ok(engine_apply(e, ev));
    engine_detail(e, 0, &d);
    assert_line(&d, LINE_MARK, 1012.0);
    assert_line(&d, LINE_INDEX, 1011.0);
    assert_line(&d, LINE_DAY_OPEN, 1000.0);
    assert_line(&d, LINE_PREV_HIGH, 1030.0);
    assert_line(&d, LINE_PREV_LOW, 980.0);
    assert_line(&d, LINE_VWAP, (1000.0 + 3 * 1010.0) / 4);
    assert_true(find(&d, LINE_PREV_HIGH)->is_bound); /* only two hours of it were seen */

    struct board *b = publication_request(pub, 0);
    *(struct view_request *)board_begin(b) = (struct view_request){
        .id = 1, .rows = 60, .top_px = 10400, .group = 10, .heat_cols = 4, .column_ns = NS_PER_S};
    board_publish(b);
    engine_publish(e);
    assert_true(board_read(publication_picture(pub, 0), &pic) > 0);
    assert_true(flags_at(&pic, 10120) & LADDER_MARK);
    assert_true(flags_at(&pic, 10110) & LADDER_INDEX);
    assert_true(flags_at(&pic, 10000) & LADDER_DAY_OPEN);
    assert_true(flags_at(&pic, 10300) & LADDER_PREV_HIGH);
    assert_true(flags_at(&pic, 9830) == LADDER_NO_FLOW);
    engine_destroy(e);
    publication_destroy(pub);
    script_finish(&s);
}

/* Without anything known there are no lines. */
static void test_none(void **state)
{
    static struct detail d;
    struct script s;
    struct engine *e;
    size_t at = 0;
    struct instrument in = script_instrument(1, "BTCUSDT");
    (void)state;
    script_init(&s, T0);
    script_session(&s);
    script_declare(&s, &in);
    assert_ok(engine_create(NULL, NULL, &e));
    for (const struct event *ev; (ev = script_next(&s, &at)) != NULL;)
        assert_ok(engine_apply(e, ev));
    engine_detail(e, 0, &d);
    assert_int_equal(d.line_n, 0);
    engine_destroy(e);
    script_finish(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_lines), cmocka_unit_test(test_none)};
    return cmocka_run_group_tests_name("lines", tests, NULL, NULL);
}
