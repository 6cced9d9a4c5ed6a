/* Market orders through the book against vectors, and the score that hangs on them. */
#include "test.h"
#include "vectors.h"

#include <alphaplus/analytics/cost.h>
#include <alphaplus/analytics/score.h>
#include <string.h>

#define TOLERANCE 1e-12

static double number(const json_t *o, const char *key)
{
    json_t *v = json_object_get(o, key);
    assert_true(json_is_number(v));
    return json_number_value(v);
}

static void set(struct book *b, int side, double px, double qty)
{
    assert_int_equal(book_set(b, (enum side)side, llround(px), llround(qty)), 0);
}

/* Row i of the simulated book: five levels a side. */
static void load_row(struct book *b, int row)
{
    char line[512];
    FILE *f = vector_open("book.csv");
    assert_non_null(f);
    assert_non_null(fgets(line, sizeof line, f));
    for (int i = 0; i <= row; i++)
        assert_non_null(fgets(line, sizeof line, f));
    fclose(f);
    char *at = strchr(line, ',');
    book_clear(b);
    for (int k = 0; k < 5; k++) {
        double cells[4];
        for (int c = 0; c < 4; c++)
            cells[c] = strtod(at + 1, &at);
        set(b, SIDE_BID, cells[0] * 10, cells[1] * 1000);
        set(b, SIDE_ASK, cells[2] * 10, cells[3] * 1000);
    }
}

static void test_base(void **state)
{
    static const struct instrument inst = {
        .id = 1, .price_decimals = 1, .qty_decimals = 3, .tick = 5, .lot = 1, .multiplier = 100000000};
    json_t *root = vector_json("micro.json"), *v;
    struct book *b;
    size_t i;
    (void)state;
    assert_int_equal(book_create(5, &b), 0);
    json_array_foreach(json_object_get(root, "walk"), i, v)
    {
        struct cost c;
        double amount = number(v, "Q");
        load_row(b, (int)number(v, "i"));
        cost_walk(b, &inst, number(v, "side") > 0 ? SIDE_ASK : SIDE_BID, COST_BASE, &amount, 1, &c);
        assert_true(is_close(c.filled, number(v, "filled"), TOLERANCE));
        assert_true(fabs(c.unfilled - number(v, "unfilled")) < 1e-12);
        assert_true(is_close(c.vwap, number(v, "vwap"), TOLERANCE));
        assert_true(is_close(c.worst, number(v, "worst"), TOLERANCE));
        /* The vector was made by dividing prices, and has lost digits by that. */
        assert_true(is_close(c.slippage_bps, number(v, "slip_bps"), 1e-10));
    }
    assert_true(i >= 6);
    book_destroy(b);
    json_decref(root);
}

static const struct instrument cents = {
    .id = 1, .price_decimals = 2, .qty_decimals = 0, .tick = 1, .lot = 1, .multiplier = 100000000};

static struct book *score_book(const json_t *v)
{
    struct book *b;
    assert_int_equal(book_create(1, &b), 0);
    for (int side = 0; side < 2; side++) {
        size_t i;
        json_t *level;
        json_array_foreach(json_object_get(v, side == SIDE_BID ? "bids" : "asks"), i, level)
            set(b, side, json_number_value(json_array_get(level, 0)) * 100,
                json_number_value(json_array_get(level, 1)));
    }
    book_set_known(b, 1, 1000000);
    return b;
}

static void test_quote(void **state)
{
    json_t *root = vector_json("scores_book.json"), *v = json_object_get(root, "book");
    struct book *b = score_book(v);
    const double amounts[] = {100.0, 2000.0, 1e6};
    struct cost c[3];
    (void)state;
    for (int side = 0; side < 2; side++) {
        const json_t *w = json_object_get(v, side == SIDE_BID ? "walk2000_sell" : "walk2000_buy");
        cost_walk(b, &cents, (enum side)side, COST_QUOTE, amounts, 3, c);
        assert_true(is_close(c[1].vwap, number(w, "vwap"), TOLERANCE));
        assert_true(is_close(c[1].slippage_bps, number(w, "cost_bps"), 1e-10));
        assert_true(c[1].unfilled == 0.0);
        /* all of the side goes, and it was not enough */
        double all = 0.0, coins = 0.0;
        size_t i;
        json_t *level;
        json_array_foreach(json_object_get(v, side == SIDE_BID ? "bids" : "asks"), i, level)
        {
            double qty = json_number_value(json_array_get(level, 1));
            coins += qty;
            all += qty * json_number_value(json_array_get(level, 0));
        }
        assert_true(is_close(c[2].filled, all, TOLERANCE));
        assert_true(is_close(c[2].filled + c[2].unfilled, 1e6, TOLERANCE));
        assert_true(is_close(c[2].vwap, all / coins, TOLERANCE));
        assert_true(c[0].slippage_bps <= c[1].slippage_bps && c[1].slippage_bps <= c[2].slippage_bps);
    }
    /* beyond the known border nothing is filled */
    book_set_known(b, 9999, 10002);
    cost_walk(b, &cents, SIDE_ASK, COST_BASE, (const double[]){3.0, 4.0}, 2, c);
    assert_true(c[0].unfilled == 0.0 && c[1].filled == 3.0 && c[1].unfilled == 1.0);
    assert_true(is_close(c[1].worst, 100.02, TOLERANCE));
    book_clear(b);
    cost_walk(b, &cents, SIDE_ASK, COST_BASE, amounts, 3, c);
    assert_true(c[2].filled == 0.0 && c[2].unfilled == 1e6 && c[2].vwap == 0.0);
    book_destroy(b);
    json_decref(root);
}

/* 100 contracts of 10 USD at 50 and 100 more at 51: 20 + 19.607.. coins for 2000 USD. */
static void test_inverse(void **state)
{
    static const struct instrument coinm = {.id = 1,
                                            .price_decimals = 0,
                                            .qty_decimals = 0,
                                            .tick = 1,
                                            .lot = 1,
                                            .inverse = 1,
                                            .multiplier = 1000000000};
    struct cost c;
    struct book *b;
    (void)state;
    assert_int_equal(book_create(1, &b), 0);
    set(b, SIDE_BID, 49, 1);
    set(b, SIDE_ASK, 50, 100);
    set(b, SIDE_ASK, 51, 200);
    double usd = 2000.0, coins = 1000.0 / 50 + 1000.0 / 51;
    cost_walk(b, &coinm, SIDE_ASK, COST_QUOTE, &usd, 1, &c);
    assert_true(is_close(c.vwap, 2000.0 / coins, TOLERANCE));
    assert_true(is_close(c.slippage_bps, (2000.0 / coins / 49.5 - 1.0) * 1e4, 1e-10));
    cost_walk(b, &coinm, SIDE_ASK, COST_BASE, &coins, 1, &c);
    assert_true(is_close(c.vwap, 2000.0 / coins, TOLERANCE));
    assert_true(is_close(c.worst, 51.0, TOLERANCE));
    book_destroy(b);
}

static void test_score(void **state)
{
    json_t *root = vector_json("scores_book.json"), *v = json_object_get(root, "book"),
           *r = json_object_get(v, "ref");
    struct score_parts ref = {number(r, "s0"), number(r, "D0"), number(r, "c0"), number(r, "h0")};
    double sell = number(json_object_get(v, "walk2000_sell"), "cost_bps");
    double buy = number(json_object_get(v, "walk2000_buy"), "cost_bps");
    double bid = number(v, "band5bps_bid"), ask = number(v, "band5bps_ask");
    struct score_parts x = {number(v, "spread_bps"), bid < ask ? bid : ask, (sell + buy) / 2, 4.0};
    (void)state;
    const json_t *with = json_object_get(v, "score_with_h"), *without = json_object_get(v, "score_no_h");
    assert_true(is_close(score_liquidity(&x, &ref), json_number_value(json_array_get(with, 0)), 1e-12));
    x.half_life_s = -1.0;
    assert_true(is_close(score_liquidity(&x, &ref), json_number_value(json_array_get(without, 0)), 1e-12));
    assert_true(is_close(score_liquidity(&ref, &ref), 0.5, 1e-15));
    x.depth = 0.0;
    assert_true(score_liquidity(&x, &ref) == 0.0); /* one broken dimension is not averaged away */
    json_decref(root);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_base),
        cmocka_unit_test(test_quote),
        cmocka_unit_test(test_inverse),
        cmocka_unit_test(test_score),
    };
    return cmocka_run_group_tests_name("cost", tests, NULL, NULL);
}
