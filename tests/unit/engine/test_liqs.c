/* Liquidation totals against the plainest way to have them: look at every one that there was. */
#include "engine/liqs.h"
#include "test.h"

#include <alphaplus/base/clock.h>

#define T0 (INT64_C(1700000000) * NS_PER_S)
enum { PAST_MAX = 60000 };

static const int64_t windows[LIQ_WINDOWS] = {60 * NS_PER_S, 900 * NS_PER_S, 3600 * NS_PER_S};

struct past {
    struct liqs_item items[PAST_MAX];
    int n;
};

static void check(const struct past *p, const struct liqs *l, int64_t now_ns)
{
    struct liq_total out[LIQ_WINDOWS];
    liqs_totals(l, now_ns, COMPLETENESS_UNKNOWN, out);
    for (int w = 0; w < LIQ_WINDOWS; w++) {
        int64_t cents[2] = {0, 0}, max = 0;
        uint32_t count = 0;
        int worst = COMPLETENESS_UNKNOWN;
        for (int i = 0; i < p->n; i++) {
            const struct liqs_item *item = &p->items[i];
            if (item->time_ns <= now_ns - windows[w] || p->n - i > LIQS_KEPT)
                continue;
            cents[item->side] += item->cents;
            count++;
            max = item->cents > max ? item->cents : max;
            worst = item->completeness > worst ? item->completeness : worst;
        }
        assert_int_equal(out[w].count, count);
        assert_true(out[w].long_usd == (double)cents[POSITION_LONG] / 100.0);
        assert_true(out[w].short_usd == (double)cents[POSITION_SHORT] / 100.0);
        assert_true(out[w].max_usd == (double)max / 100.0);
        assert_int_equal(out[w].completeness, worst);
        assert_true(count == 0 || out[w].max_ns > now_ns - windows[w]);
    }
}

static void add(struct past *p, struct liqs *l, int64_t now_ns, int side, int64_t cents, int completeness)
{
    p->items[p->n++] = (struct liqs_item){
        .time_ns = now_ns, .cents = cents, .side = (uint8_t)side, .completeness = (uint8_t)completeness};
    liqs_add(l, now_ns, (enum position_side)side, (double)cents / 100.0, (enum completeness)completeness);
}

static void test_at_random(void **state)
{
    struct past *p = calloc(1, sizeof *p);
    struct liqs l;
    uint64_t rng = 3;
    int64_t now = T0;
    (void)state;
    assert_ok(liqs_init(&l));
    liqs_watch(&l, now);
    for (int i = 0; i < 4000; i++) {
        now += (int64_t)test_below(&rng, 8) * NS_PER_S;
        now += test_below(&rng, 500) == 0 ? 5000 * NS_PER_S : 0;
        liqs_expire(&l, now);
        add(p, &l, now, (int)test_below(&rng, 2), 1 + (int64_t)test_below(&rng, 100000),
            (int)test_below(&rng, 4));
        if (i % 7 == 0)
            check(p, &l, now);
    }
    liqs_expire(&l, now + 4000 * NS_PER_S);
    check(p, &l, now + 4000 * NS_PER_S);
    liqs_finish(&l);
    free(p);
}

/* More in an hour than are kept: the oldest leave, and the totals say how far back they reach. */
static void test_flood(void **state)
{
    struct past *p = calloc(1, sizeof *p);
    struct liqs l;
    struct liq_total out[LIQ_WINDOWS];
    int64_t now = T0;
    (void)state;
    assert_ok(liqs_init(&l));
    liqs_watch(&l, now);
    for (int i = 0; i < 3 * LIQS_KEPT; i++, now += 100 * NS_PER_MS) {
        add(p, &l, now, i & 1, 1000 - i % 900, COMPLETENESS_FULL);
        liqs_expire(&l, now);
        if (i % 5000 == 0 || i > 3 * LIQS_KEPT - 3)
            check(p, &l, now);
    }
    now -= 100 * NS_PER_MS;
    liqs_totals(&l, now, COMPLETENESS_FULL, out);
    assert_int_equal(out[2].count, LIQS_KEPT);
    assert_int_equal(out[2].covered_ns, LIQS_KEPT * (100 * NS_PER_MS));
    assert_int_equal(out[1].covered_ns, 900 * NS_PER_S);
    liqs_finish(&l);
    free(p);
}

static void test_cover(void **state)
{
    struct liqs l;
    struct liq_total out[LIQ_WINDOWS];
    (void)state;
    assert_ok(liqs_init(&l));
    liqs_totals(&l, T0, COMPLETENESS_SAMPLED, out);
    assert_int_equal(out[0].covered_ns, 0);
    assert_int_equal(out[0].completeness, COMPLETENESS_SAMPLED);
    liqs_watch(&l, T0);
    liqs_watch(&l, T0 + 5 * NS_PER_S); /* it is already */
    liqs_totals(&l, T0 + 30 * NS_PER_S, COMPLETENESS_SAMPLED, out);
    assert_int_equal(out[0].covered_ns, 30 * NS_PER_S);
    liqs_add(&l, T0 + 30 * NS_PER_S, POSITION_LONG, 12.34, COMPLETENESS_SAMPLED);
    liqs_missed(&l);
    liqs_totals(&l, T0 + 40 * NS_PER_S, COMPLETENESS_SAMPLED, out);
    assert_int_equal(out[0].covered_ns, 0);
    assert_int_equal(out[0].count, 1); /* what was seen was seen */
    liqs_watch(&l, T0 + 45 * NS_PER_S);
    liqs_totals(&l, T0 + 50 * NS_PER_S, COMPLETENESS_SAMPLED, out);
    assert_int_equal(out[2].covered_ns, 5 * NS_PER_S);
    liqs_totals(&l, T0, COMPLETENESS_SAMPLED, out); /* a time before */
    assert_int_equal(out[2].covered_ns, 0);
    liqs_finish(&l);
}

/* Sizes beyond reason count as the largest that there is, and the sum holds. */
static void test_nonsense(void **state)
{
    static const double sizes[] = {1e300, INFINITY, 1e12, NAN, -5.0, 0.0};
    struct liqs l;
    struct liq_total out[LIQ_WINDOWS];
    (void)state;
    assert_ok(liqs_init(&l));
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
        liqs_add(&l, T0, POSITION_SHORT, sizes[i], COMPLETENESS_FULL);
    liqs_totals(&l, T0, COMPLETENESS_FULL, out);
    assert_int_equal(out[0].count, 6);
    assert_true(out[0].short_usd == 3e12 && out[0].max_usd == 1e12);
    for (int i = 0; i < 2 * LIQS_KEPT; i++)
        liqs_add(&l, T0, POSITION_SHORT, 1e300, COMPLETENESS_FULL);
    liqs_totals(&l, T0, COMPLETENESS_FULL, out);
    assert_true(out[0].short_usd == 1e12 * LIQS_KEPT);
    liqs_finish(&l);
}

static void test_worst(void **state)
{
    static const enum completeness u = COMPLETENESS_UNKNOWN, f = COMPLETENESS_FULL, s = COMPLETENESS_SAMPLED,
                                   i = COMPLETENESS_INFERRED;
    (void)state;
    assert_int_equal(completeness_worst(u, f), f);
    assert_int_equal(completeness_worst(s, u), s);
    assert_int_equal(completeness_worst(f, s), s);
    assert_int_equal(completeness_worst(i, s), i);
    assert_int_equal(completeness_worst(u, u), u);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_at_random), cmocka_unit_test(test_flood), cmocka_unit_test(test_cover),
        cmocka_unit_test(test_nonsense),  cmocka_unit_test(test_worst),
    };
    return cmocka_run_group_tests_name("liqs", tests, NULL, NULL);
}
