/* Book figures against vectors made by Python and R from a simulated book. */
#include "test.h"
#include "vectors.h"

#include <alphaplus/analytics/liquidity.h>
#include <alphaplus/analytics/ofi.h>
#include <string.h>

#define ROWS_MAX  2000
#define TOLERANCE 1e-12

static const struct instrument inst = {
    .id = 1, .price_decimals = 1, .qty_decimals = 3, .tick = 5, .lot = 1, .multiplier = 100000000};

struct row {
    double bp[5], bq[5], ap[5], aq[5];
};

static size_t read_rows(struct row *rows)
{
    char line[512];
    size_t n = 0;
    FILE *f = vector_open("book.csv");
    assert_non_null(f);
    assert_non_null(fgets(line, sizeof line, f));
    while (n < ROWS_MAX && fgets(line, sizeof line, f)) {
        char *at = strchr(line, ',');
        for (int k = 0; k < 5; k++) {
            double *cells[] = {&rows[n].bp[k], &rows[n].bq[k], &rows[n].ap[k], &rows[n].aq[k]};
            for (int c = 0; c < 4; c++)
                *cells[c] = strtod(at + 1, &at);
        }
        n++;
    }
    fclose(f);
    return n;
}

static void load(struct book *b, const struct row *r)
{
    book_clear(b);
    for (int k = 0; k < 5; k++) {
        assert_int_equal(book_set(b, SIDE_BID, llround(r->bp[k] * 10), llround(r->bq[k] * 1000)), 0);
        assert_int_equal(book_set(b, SIDE_ASK, llround(r->ap[k] * 10), llround(r->aq[k] * 1000)), 0);
    }
}

struct fixture {
    struct row rows[ROWS_MAX];
    size_t n;
    json_t *micro;
    struct book *book;
};

static int setup(void **state)
{
    struct fixture *x = calloc(1, sizeof *x);
    x->n = read_rows(x->rows);
    x->micro = vector_json("micro.json");
    assert_non_null(x->micro);
    assert_int_equal(book_create(5, &x->book), 0);
    *state = x;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *x = *state;
    json_decref(x->micro);
    book_destroy(x->book);
    free(x);
    return 0;
}

static double number(const json_t *o, const char *key)
{
    json_t *v = json_object_get(o, key);
    assert_true(json_is_number(v));
    return json_number_value(v);
}

static struct touch touch_of(const struct book *b)
{
    struct touch t;
    assert_true(book_best(b, SIDE_BID, &t.bid) && book_best(b, SIDE_ASK, &t.ask));
    return t;
}

static void test_rows(void **state)
{
    struct fixture *x = *state;
    size_t i;
    json_t *v;
    json_array_foreach(json_object_get(x->micro, "rows"), i, v)
    {
        size_t at = (size_t)number(v, "i");
        struct liquidity_weighted w;
        double mid;
        load(x->book, &x->rows[at]);
        assert_true(liquidity_mid(x->book, &mid));
        assert_true(is_close(mid / 10, number(v, "mid"), TOLERANCE));
        assert_true(is_close(liquidity_imbalance_l1(x->book), number(v, "imb_L1"), TOLERANCE));
        assert_true(is_close(liquidity_imbalance_rank(x->book, 0.0, 5), number(v, "imb_5_flat"), TOLERANCE));
        assert_true(
            is_close(liquidity_imbalance_rank(x->book, 0.5, 5), number(v, "imb_rank_exp05"), TOLERANCE));
        liquidity_distance(x->book, &inst, 0.5, &w);
        assert_true(is_close(w.imbalance, number(v, "imb_dist_bps_tau05"), 1e-11));
        struct touch now = touch_of(x->book);
        assert_true(
            is_close(liquidity_weighted_mid(&now.bid, &now.ask) / 10, number(v, "weighted_mid"), TOLERANCE));
        if (at == 0)
            continue;
        load(x->book, &x->rows[at - 1]);
        struct touch before = touch_of(x->book);
        assert_true(is_close((double)ofi_step(&before, &now) / 1000, number(v, "ofi1"), TOLERANCE));
    }
    assert_true(i > 5);
}

static void test_ofi_sum(void **state)
{
    struct fixture *x = *state;
    int64_t sum = 0;
    struct touch before = {0};
    for (size_t i = 0; i < x->n; i++) {
        load(x->book, &x->rows[i]);
        struct touch now = touch_of(x->book);
        if (i > 0)
            sum += ofi_step(&before, &now);
        before = now;
    }
    assert_int_equal(sum, 112680);
}

/* The ten-level book of the score's vectors: depth in a band, pressure, distance-weighted imbalance, a walk by notional's size. */
static void test_score_book(void **state)
{
    static const struct instrument cents = {
        .id = 1, .price_decimals = 2, .qty_decimals = 0, .tick = 1, .lot = 1, .multiplier = 100000000};
    json_t *root = vector_json("scores_book.json"), *v = json_object_get(root, "book");
    struct book *b;
    (void)state;
    assert_int_equal(book_create(1, &b), 0);
    for (int side = 0; side < 2; side++) {
        size_t i;
        json_t *level;
        json_array_foreach(json_object_get(v, side == SIDE_BID ? "bids" : "asks"), i, level)
        {
            int64_t px = llround(json_number_value(json_array_get(level, 0)) * 100);
            assert_int_equal(book_set(b, side, px, llround(json_number_value(json_array_get(level, 1)))), 0);
        }
    }
    book_set_known(b, 1, 1000000);
    bool is_bound;
    assert_true(
        is_close(liquidity_depth(b, &cents, SIDE_BID, 5, &is_bound), number(v, "band5bps_bid"), TOLERANCE));
    assert_false(is_bound);
    assert_true(
        is_close(liquidity_depth(b, &cents, SIDE_ASK, 5, &is_bound), number(v, "band5bps_ask"), TOLERANCE));
    struct liquidity_weighted w;
    json_t *p = json_object_get(v, "pressure_tau3bps");
    liquidity_distance(b, &cents, 3.0, &w);
    assert_true(is_close(w.bid, number(p, "B"), TOLERANCE));
    assert_true(is_close(w.ask, number(p, "A"), TOLERANCE));
    assert_true(is_close(w.bid - w.ask, number(p, "pressure_notional"), 1e-10));
    book_set_known(b, 9995, 10006);
    liquidity_depth(b, &cents, SIDE_BID, 10, &is_bound);
    assert_true(is_bound);
    book_destroy(b);
    json_decref(root);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_rows, setup, teardown),
        cmocka_unit_test_setup_teardown(test_ofi_sum, setup, teardown),
        cmocka_unit_test(test_score_book),
    };
    return cmocka_run_group_tests_name("liquidity", tests, NULL, NULL);
}
