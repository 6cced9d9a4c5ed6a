/* The engine tells of each bar once, at the tick that closes it, and of the running ones when it is sealed. */
#include "event_script.h"

#include <alphaplus/base/clock.h>
#include <alphaplus/engine/engine.h>
#include <alphaplus/model/bar.h>

#define T0 (INT64_C(1700006400) * NS_PER_S)
enum { TOLD_MAX = 400 };

struct told {
    struct bar bars[TOLD_MAX];
    uint32_t instruments[TOLD_MAX];
    int n;
};

static void on_bar(void *user, const struct instrument *in, const struct bar *bar)
{
    struct told *t = user;
    assert_true(t->n < TOLD_MAX);
    t->instruments[t->n] = in->id;
    t->bars[t->n++] = *bar;
}

static int told_of(const struct told *t, uint32_t instrument, int64_t span_ns)
{
    int n = 0;
    for (int i = 0; i < t->n; i++)
        n += t->instruments[i] == instrument && t->bars[i].span_ns == span_ns;
    return n;
}

static void test_told(void **state)
{
    struct told told = {.n = 0};
    struct engine_hooks hooks = {.on_bar = on_bar, .user = &told};
    struct engine *e;
    struct script s;
    size_t at = 0;
    struct instrument a = script_instrument(1, "BTCUSDT"), b = script_instrument(2, "ETHUSDT");
    (void)state;
    script_init(&s, T0 + NS_PER_S / 2);
    script_session(&s);
    script_declare(&s, &a);
    script_declare(&s, &b);
    for (int i = 0; i < 130; i++) {
        s.now_ns = T0 + i * NS_PER_S + NS_PER_S / 2;
        script_trade(&s, 1, 1000 + i, 2000, AGGRESSOR_BUY);
    }
    assert_ok(engine_create(NULL, &hooks, &e));
    for (const struct event *ev; (ev = script_next(&s, &at)) != NULL;)
        assert_ok(engine_apply(e, ev));
    assert_int_equal(told_of(&told, 1, NS_PER_S), 129);
    assert_int_equal(told_of(&told, 1, 60 * NS_PER_S), 2);
    assert_int_equal(told_of(&told, 2, NS_PER_S), 0); /* nothing is known of it */
    assert_int_equal(told.n, 131);
    const struct bar *minute = &told.bars[told.n - 10];
    while (minute->span_ns != 60 * NS_PER_S)
        minute--;
    assert_true(minute->start_ns == T0 + 60 * NS_PER_S && !minute->is_partial && minute->trades == 60);
    assert_true(minute->open == 1060 && minute->close == 1119 && minute->low == 1060 && minute->high == 1119);
    assert_near(minute->buy_usd, 2.0 * 60 * (1060 + 1119) / 20.0, 1e-9);
    engine_seal(e);
    assert_int_equal(told.n, 131 + BAR_SPANS);
    for (int i = 131; i < told.n; i++)
        assert_true(told.bars[i].is_partial);
    assert_int_equal(told.bars[131 + BAR_1D].trades, 130);
    engine_destroy(e);
    script_finish(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_told)};
    return cmocka_run_group_tests_name("engine bars", tests, NULL, NULL);
}
