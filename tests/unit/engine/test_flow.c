/* The ladder's deltas and volumes against a plain list of everything that happened. */
#include "engine/flow.h"
#include "test.h"

#include <alphaplus/base/clock.h>

#define T0 (INT64_C(1700000010) * NS_PER_S) /* a whole half minute */
enum { BUCKET = 5, PX = 100000, PAST_MAX = 20000, DELTA_S = 15, VOLUME_SLOT_S = 30, VOLUME_S = 480 };

struct past {
    struct thing {
        int64_t second, px, qty;
        int side, is_trade;
    } things[PAST_MAX];
    int n;
};

/* A window holds whole slots: the running one and those before it. */
static bool is_inside(const struct thing *t, int64_t second, int slot_s, int window_s)
{
    return t->second / slot_s > second / slot_s - window_s / slot_s;
}

static bool is_in_row(const struct thing *t, int64_t label, int64_t span)
{
    return t->side == SIDE_BID ? t->px >= label && t->px < label + span
                               : t->px > label - span && t->px <= label;
}

static void check(const struct past *p, const struct flow *f, int64_t second, int64_t label, int64_t span)
{
    int64_t delta[2] = {0, 0}, volume = 0, bid, ask, traded;
    for (int i = 0; i < p->n; i++) {
        const struct thing *t = &p->things[i];
        if (!is_in_row(t, label, span))
            continue;
        if (is_inside(t, second, 1, DELTA_S))
            delta[t->side] += t->qty;
        if (t->is_trade && is_inside(t, second, VOLUME_SLOT_S, VOLUME_S))
            volume += t->qty;
    }
    assert_true(flow_row(f, label, span, &bid, &ask, &traded));
    assert_int_equal(bid, delta[SIDE_BID]);
    assert_int_equal(ask, delta[SIDE_ASK]);
    assert_int_equal(traded, volume);
}

static void test_at_random(void **state)
{
    struct past *p = calloc(1, sizeof *p);
    struct flow *f;
    uint64_t rng = 5;
    int64_t second = T0 / NS_PER_S;
    (void)state;
    assert_ok(flow_create(&f));
    flow_set_bucket(f, BUCKET, second * NS_PER_S);
    flow_center(f, PX);
    for (int step = 0; step < 1500; step++) {
        for (int i = 0; i < 5; i++) {
            struct thing *t = &p->things[p->n++];
            *t = (struct thing){.second = second,
                                .px = PX - 100 + (int64_t)test_below(&rng, 200),
                                .qty = (int64_t)test_below(&rng, 2000) - 1000,
                                .side = (int)test_below(&rng, 2),
                                .is_trade = test_below(&rng, 3) == 0};
            t->qty = t->is_trade && t->qty < 0 ? -t->qty : t->qty;
            if (t->is_trade)
                flow_trade(f, (enum side)t->side, t->px, t->qty);
            else
                flow_level(f, (enum side)t->side, t->px, t->qty);
        }
        int64_t span = BUCKET * (1 + (int64_t)test_below(&rng, 6));
        int64_t label = (PX - 120 + (int64_t)test_below(&rng, 240)) / BUCKET * BUCKET;
        check(p, f, second, label, span);
        second += test_below(&rng, 60) == 0 ? (int64_t)test_below(&rng, 700)
                                            : 1; /* a leap: seconds without a call */
        flow_second(f, second * NS_PER_S);
    }
    flow_destroy(f);
    free(p);
}

static int64_t volume_at(const struct flow *f, int64_t label)
{
    int64_t bid, ask, volume;
    return flow_row(f, label, BUCKET, &bid, &ask, &volume) ? volume : -1;
}

static void test_band(void **state)
{
    struct flow *f;
    int64_t a, b, c, far = PX + BUCKET * (FLOW_CELLS / 2 - 10);
    (void)state;
    assert_ok(flow_create(&f));
    assert_false(flow_row(f, PX, BUCKET, &a, &b, &c)); /* nowhere yet */
    flow_set_bucket(f, BUCKET, T0);
    flow_center(f, PX);
    flow_trade(f, SIDE_BID, PX, 7);
    flow_trade(f, SIDE_BID, far, 9);
    flow_trade(f, SIDE_BID, PX + BUCKET * FLOW_CELLS, 11); /* outside: not kept */
    assert_int_equal(volume_at(f, PX + BUCKET * FLOW_CELLS), -1);
    assert_false(flow_row(f, PX, BUCKET + 1, &a, &b, &c)); /* groupings that it cannot tell */
    assert_false(flow_row(f, PX + 1, BUCKET, &a, &b, &c));
    assert_false(flow_row(f, PX, BUCKET * FLOW_CELLS * 2, &a, &b, &c));
    flow_center(f, PX + BUCKET * (FLOW_CELLS / 4 - 1)); /* near enough */
    assert_int_equal(volume_at(f, PX), 7);
    flow_center(f, far); /* half the band goes on, the rest is new */
    assert_int_equal(volume_at(f, far), 9);
    assert_int_equal(volume_at(f, far + BUCKET * (FLOW_CELLS / 2 - 20)), 0);
    flow_center(f, PX);
    assert_int_equal(volume_at(f, far), 9);
    flow_center(f, 100 * PX); /* far away and back: all is gone */
    flow_center(f, PX);
    assert_int_equal(volume_at(f, PX), 0);
    flow_destroy(f);
}

static void test_loss(void **state)
{
    struct flow *f;
    int64_t bid, ask, volume;
    (void)state;
    assert_ok(flow_create(&f));
    flow_set_bucket(f, BUCKET, T0);
    flow_center(f, PX);
    flow_level(f, SIDE_ASK, PX, 40);
    flow_trade(f, SIDE_BID, PX, 7);
    flow_lose_levels(f);
    assert_true(flow_row(f, PX, BUCKET, &bid, &ask, &volume));
    assert_true(bid == 0 && ask == 0 && volume == 7);
    flow_set_bucket(f, 2 * BUCKET, T0);
    flow_center(f, PX);
    assert_true(flow_row(f, PX, 2 * BUCKET, &bid, &ask, &volume));
    assert_int_equal(volume, 0);
    flow_destroy(f);
}

/* The largest sizes, again and again: cut, not wrapped, and all gone when their time is over. */
static void test_huge(void **state)
{
    struct flow *f;
    int64_t bid, ask, volume;
    const int64_t most = INT64_C(1) << 50;
    (void)state;
    assert_ok(flow_create(&f));
    flow_set_bucket(f, BUCKET, T0);
    flow_center(f, PX);
    for (int i = 0; i < 20000; i++) {
        flow_trade(f, SIDE_BID, PX + i % 100, most);
        flow_level(f, SIDE_ASK, PX - i % 100, -most);
    }
    assert_true(flow_row(f, PX, 40 * BUCKET, &bid, &ask, &volume));
    assert_true(bid > 0 && ask < 0 && volume > 0);
    flow_second(f, T0 + 600 * NS_PER_S);
    assert_true(flow_row(f, PX, 40 * BUCKET, &bid, &ask, &volume));
    assert_true(bid == 0 && ask == 0 && volume == 0);
    flow_destroy(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_at_random),
        cmocka_unit_test(test_band),
        cmocka_unit_test(test_loss),
        cmocka_unit_test(test_huge),
    };
    return cmocka_run_group_tests_name("flow", tests, NULL, NULL);
}
