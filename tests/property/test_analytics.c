/* Symmetries of the book's figures: a book in the mirror has them with the other sign, sizes in other units leave ratios alone,
 * more room holds no less, and sums by page agree with sums by level. */
#include "test.h"

#include <alphaplus/analytics/liquidity.h>
#include <alphaplus/analytics/measure.h>
#include <alphaplus/analytics/params.h>
#include <alphaplus/base/clock.h>
#include <alphaplus/base/fixed.h>
#include <fenv.h>
#include <string.h>

enum { MID = 100000, REACH = 4000, BOOKS = 60, LEVELS = 120, STEPS = 4000 };

static const struct instrument inst = {
    .id = 1, .price_decimals = 1, .qty_decimals = 3, .tick = 1, .lot = 1, .multiplier = 100000000};

static void set(struct book *b, enum side side, int64_t px, int64_t qty)
{
    assert_ok(book_set(b, side, px, qty));
}

/* The same order on the other side, as far from MID. */
static void set_mirror(struct book *b, enum side side, int64_t px, int64_t qty)
{
    set(b, side == SIDE_BID ? SIDE_ASK : SIDE_BID, 2 * MID - px, qty);
}

struct pair {
    struct book *book, *twin;
};

static void pair_init(struct pair *p)
{
    assert_ok(book_create(1, &p->book));
    assert_ok(book_create(1, &p->twin));
}

static void pair_finish(struct pair *p)
{
    book_destroy(p->book);
    book_destroy(p->twin);
}

/* A random book around MID, whose touch is symmetric so that the mid is MID in the mirror too. */
static void fill(struct pair *p, uint64_t *rng, void (*twin_set)(struct book *, enum side, int64_t, int64_t))
{
    int64_t half = 1 + (int64_t)test_below(rng, 20), reach = test_below(rng, 2) ? 100 : REACH;
    for (int side = 0; side < 2; side++) {
        for (int i = 0; i < LEVELS; i++) {
            int64_t away = half + (i == 0 ? 0 : (int64_t)test_below(rng, (uint64_t)reach));
            int64_t px = side == SIDE_BID ? MID - away : MID + away;
            int64_t qty = 1 + (int64_t)test_below(rng, 1000000);
            set(p->book, side, px, qty);
            twin_set(p->twin, side, px, qty);
        }
    }
}

static void test_mirror(void **state)
{
    uint64_t rng = 7;
    (void)state;
    for (int i = 0; i < BOOKS; i++) {
        struct pair p;
        struct liquidity_weighted a, b;
        double tau = 0.5 + (double)test_below(&rng, 100);
        pair_init(&p);
        fill(&p, &rng, set_mirror);
        assert_true(liquidity_imbalance_l1(p.book) == -liquidity_imbalance_l1(p.twin));
        assert_true(liquidity_imbalance_rank(p.book, 0.5, 50) == -liquidity_imbalance_rank(p.twin, 0.5, 50));
        liquidity_distance(p.book, &inst, tau, &a);
        liquidity_distance(p.twin, &inst, tau, &b);
        assert_true(fabs(a.imbalance) <= 1.0);
        assert_near(a.imbalance, -b.imbalance, 1e-12);
        /* Values differ by the prices, which differ by no more than the reach. */
        assert_near(a.bid / b.ask, 1.0, 2.0 * REACH / MID);
        assert_near(a.ask / b.bid, 1.0, 2.0 * REACH / MID);
        pair_finish(&p);
    }
}

static void set_tenfold(struct book *b, enum side side, int64_t px, int64_t qty)
{
    set(b, side, px, qty * 10);
}

static void test_scale(void **state)
{
    uint64_t rng = 11;
    (void)state;
    for (int i = 0; i < BOOKS; i++) {
        struct pair p;
        struct liquidity_weighted a, b;
        bool is_bound;
        pair_init(&p);
        fill(&p, &rng, set_tenfold);
        liquidity_distance(p.book, &inst, 3.0, &a);
        liquidity_distance(p.twin, &inst, 3.0, &b);
        assert_near(a.imbalance, b.imbalance, 1e-12);
        assert_near(b.bid / a.bid, 10.0, 1e-11);
        assert_near(liquidity_imbalance_l1(p.book), liquidity_imbalance_l1(p.twin), 1e-15);
        assert_near(liquidity_imbalance_rank(p.book, 0.5, 50), liquidity_imbalance_rank(p.twin, 0.5, 50),
                    1e-12);
        double one = liquidity_depth(p.book, &inst, SIDE_ASK, 50, &is_bound);
        assert_near(liquidity_depth(p.twin, &inst, SIDE_ASK, 50, &is_bound), 10.0 * one, 1e-9 * one);
        pair_finish(&p);
    }
}

/* The definitions, level by level, with no table and no page. */
static void plain_sums(const struct book *b, enum side side, double mid, double tau, double bps,
                       double *ret_size, double *ret_value, double *ret_depth)
{
    struct book_iter it;
    struct level level;
    *ret_size = *ret_value = *ret_depth = 0.0;
    for (book_iter_init(&it, b, side); book_iter_next(&it, &level);) {
        double d = fabs((double)level.px / mid - 1.0) * 1e4,
               value = (double)level.px / 10 * (double)level.qty / 1000;
        *ret_size += exp(-d / tau) * (double)level.qty;
        *ret_value += exp(-d / tau) * value;
        *ret_depth += d <= bps ? value : 0.0;
    }
}

static void test_definitions(void **state)
{
    uint64_t rng = 13;
    (void)state;
    for (int i = 0; i < BOOKS; i++) {
        struct pair p;
        struct liquidity_weighted w;
        double tau = 3.0 + (double)test_below(&rng, 50), size[2], value[2], depth[2], mid;
        double bps = 0.37 +
                     (double)test_below(&rng, 300); /* never right on a level, where rounding decides */
        bool is_bound;
        pair_init(&p);
        fill(&p, &rng, set);
        assert_true(liquidity_mid(p.book, &mid));
        liquidity_distance(p.book, &inst, tau, &w);
        for (int side = 0; side < 2; side++) {
            plain_sums(p.book, side, mid, tau, bps, &size[side], &value[side], &depth[side]);
            assert_near(liquidity_depth(p.book, &inst, side, bps, &is_bound), depth[side],
                        1e-9 * depth[side] + 1e-9);
        }
        /* exp(-14) of what lies beyond is left out. */
        assert_near(w.imbalance, (size[0] - size[1]) / (size[0] + size[1]), 1e-4);
        assert_near(w.bid / value[SIDE_BID], 1.0, 1e-4);
        assert_near(w.ask / value[SIDE_ASK], 1.0, 1e-4);
        pair_finish(&p);
    }
}

static void test_more_room(void **state)
{
    uint64_t rng = 17;
    (void)state;
    for (int i = 0; i < BOOKS; i++) {
        struct pair p;
        bool is_bound, was_bound = false;
        pair_init(&p);
        fill(&p, &rng, set);
        book_set_known(p.book, MID - 300, MID + 300); /* 30 bps */
        for (int side = 0; side < 2; side++) {
            static const double edges[] = {0.01, 5, 10, 25, 25, 100, 399};
            struct liquidity_band bands[7];
            double before = 0.0;
            liquidity_bands(p.book, &inst, side, edges, 7, bands);
            for (int k = 0; k < 7; k++) {
                double alone = liquidity_depth(p.book, &inst, side, edges[k], &is_bound);
                assert_true(fabs(bands[k].value - alone) <= 1e-12 * alone);
                assert_int_equal(bands[k].is_bound, is_bound);
            }
            for (double bps = 0.1; bps < 500.0; bps *= 1.3) {
                double now = liquidity_depth(p.book, &inst, side, bps, &is_bound);
                assert_true(now >= before);
                assert_int_equal(is_bound, bps > 30.0);
                before = now;
                was_bound |= is_bound;
            }
        }
        assert_true(was_bound);
        pair_finish(&p);
    }
}

/* --- measures over a run ---------------------------------------------------------------------------------------------- */

struct run {
    struct book *book;
    struct measures *measures;
    struct measure_input in;
    struct params params;
};

static void run_init(struct run *r)
{
    memset(r, 0, sizeof *r);
    assert_ok(book_create(1, &r->book));
    params_init(&r->params);
    r->in.params = &r->params;
    r->in.inst = &inst;
    r->in.book = r->book;
    assert_ok(measures_create(&r->in, NULL, &r->measures));
}

static void run_finish(struct run *r)
{
    measures_destroy(r->measures);
    book_destroy(r->book);
}

static void refresh(struct run *r, int64_t now_ns)
{
    r->in.now_ns = now_ns;
    r->in.is_true = book_best(r->book, SIDE_BID, &r->in.bid) && book_best(r->book, SIDE_ASK, &r->in.ask) &&
                    r->in.bid.px < r->in.ask.px;
}

static void update(struct run *r, int64_t now_ns)
{
    struct {
        struct event ev;
        uint32_t bid_n, ask_n; /* struct depth_rows of none */
    } e = {.ev = {.size = sizeof e, .kind = EVENT_DEPTH, .recv_ns = now_ns}};
    refresh(r, now_ns);
    measures_event(r->measures, &r->in, &e.ev);
}

static void tick(struct run *r, int64_t now_ns)
{
    refresh(r, now_ns);
    measures_tick(r->measures, &r->in, now_ns % NS_PER_S == 0);
}

static double figure(const struct run *r, const char *id)
{
    int i = metric_find(metric_registry(), id);
    assert_true(i >= 0);
    return measures_values(r->measures)[i].state == METRIC_OK ? measures_values(r->measures)[i].value : NAN;
}

/* A touch that wanders by a tick or two at a time, in one book and mirrored in the other; sizes times `scale` in a third. */
static void test_flow_mirror(void **state)
{
    enum { SCALE = 7 };
    struct run run, mirror, scaled;
    uint64_t rng = 23;
    int64_t px[2] = {MID - 1, MID + 1}, now = NS_PER_S;
    int compared = 0;
    (void)state;
    run_init(&run);
    run_init(&mirror);
    run_init(&scaled);
    for (int side = 0; side < 2; side++) {
        set(run.book, side, px[side], 5);
        set_mirror(mirror.book, side, px[side], 5);
        set(scaled.book, side, px[side], 5 * SCALE);
    }
    for (int i = 0; i < STEPS; i++) {
        int side = (int)test_below(&rng, 2);
        int64_t to = px[side] + (int64_t)test_below(&rng, 3) - 1, qty = 1 + (int64_t)test_below(&rng, 900);
        if (side == SIDE_BID ? to >= px[SIDE_ASK] : to <= px[SIDE_BID])
            to = px[side];
        struct level changes[2] = {{px[side], 0}, {to, qty}};
        for (int k = 0; k < 2; k++) {
            set(run.book, side, changes[k].px, changes[k].qty);
            set_mirror(mirror.book, side, changes[k].px, changes[k].qty);
            set(scaled.book, side, changes[k].px, changes[k].qty * SCALE);
        }
        px[side] = to;
        update(&run, now);
        update(&mirror, now);
        update(&scaled, now);
        assert_true(figure(&run, "book.imbalance.l1") == -figure(&mirror, "book.imbalance.l1"));
        now += NS_PER_S / 20;
        if (now % TICK_NS != 0)
            continue;
        tick(&run, now);
        tick(&mirror, now);
        tick(&scaled, now);
        double ofi = figure(&run, "flow.ofi.10s");
        if (isnan(ofi))
            continue;
        assert_true(ofi == -figure(&mirror, "flow.ofi.10s"));
        assert_near(figure(&scaled, "flow.ofi.10s"), SCALE * ofi, 1e-9);
        compared += ofi != 0.0;
    }
    assert_true(compared > 1000);
    run_finish(&run);
    run_finish(&mirror);
    run_finish(&scaled);
}

static int trap(void **state)
{
    (void)state;
    feclearexcept(FE_ALL_EXCEPT);
    return feenableexcept(FE_INVALID | FE_DIVBYZERO | FE_OVERFLOW) < 0;
}

static int untrap(void **state)
{
    (void)state;
    return fedisableexcept(FE_ALL_EXCEPT) < 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mirror),      cmocka_unit_test(test_scale),
        cmocka_unit_test(test_definitions), cmocka_unit_test(test_more_room),
        cmocka_unit_test(test_flow_mirror),
    };
    return cmocka_run_group_tests_name("analytics", tests, trap, untrap);
}
