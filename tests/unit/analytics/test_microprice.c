/* Stoikov's micro-price: G1 and G* of a simulated book, made apart in Python. */
#include "test.h"
#include "vectors.h"

#include <alphaplus/analytics/microprice.h>
#include <string.h>

struct step {
    int64_t bid_px, ask_px; /* ticks */
    double imbalance;
};

static size_t read_steps(struct step *steps, size_t max)
{
    char line[512];
    size_t n = 0;
    FILE *f = vector_open("book.csv");
    assert_non_null(f);
    assert_non_null(fgets(line, sizeof line, f));
    while (n < max && fgets(line, sizeof line, f)) {
        char *at = strchr(line, ',');
        double cells[4];
        for (int c = 0; c < 4; c++)
            cells[c] = strtod(at + 1, &at);
        steps[n++] = (struct step){llround(cells[0] * 2), llround(cells[2] * 2),
                                   cells[1] / (cells[1] + cells[3])};
    }
    fclose(f);
    return n;
}

static void test_fit(void **state)
{
    static struct step steps[2000];
    struct microprice_counts c;
    double g1[MICROPRICE_STATES], g[MICROPRICE_STATES];
    json_t *root = vector_json("micro.json"), *v = json_object_get(root, "stoikov_microprice_ticks");
    size_t n = read_steps(steps, 2000);
    (void)state;

    memset(&c, 0, sizeof c);
    for (size_t i = 1; i < n; i++) {
        const struct step *a = &steps[i - 1], *b = &steps[i];
        microprice_add(&c, microprice_state(a->imbalance, a->ask_px - a->bid_px),
                       microprice_state(b->imbalance, b->ask_px - b->bid_px),
                       b->bid_px + b->ask_px - a->bid_px - a->ask_px);
    }
    assert_int_equal(microprice_fit(&c, g1, g), 0);
    for (size_t s = 0; s < MICROPRICE_STATES; s++) {
        assert_true(is_close(g1[s], json_number_value(json_array_get(json_object_get(v, "G1"), s)), 1e-9));
        assert_true(is_close(g[s], json_number_value(json_array_get(json_object_get(v, "Gstar"), s)), 1e-9));
        size_t twin = s / MICROPRICE_BUCKETS * MICROPRICE_BUCKETS + MICROPRICE_BUCKETS - 1 -
                      s % MICROPRICE_BUCKETS;
        assert_true(is_close(g[s], -g[twin], 1e-9));
    }
    json_decref(root);
}

static void test_states(void **state)
{
    (void)state;
    assert_int_equal(microprice_state(0.001, 1), 0);
    assert_int_equal(microprice_state(0.1, 1), 1); /* an edge belongs to the tenth above it */
    assert_int_equal(microprice_state(1.0, 1), 9);
    assert_int_equal(microprice_state(0.5, 2), 15);
    assert_int_equal(microprice_state(0.5, 0), -1);
    assert_int_equal(microprice_state(0.5, MICROPRICE_SPREADS + 1), -1);
    assert_int_equal(microprice_state(NAN, 1), -1);
}

static void test_undetermined(void **state)
{
    struct microprice_counts c;
    double g1[MICROPRICE_STATES], g[MICROPRICE_STATES];
    (void)state;
    memset(&c, 0, sizeof c);
    for (int i = 0; i < 100; i++)
        microprice_add(&c, 5, 5, 0); /* a mid that never moves says nothing about where it goes */
    assert_int_equal(microprice_fit(&c, g1, g), AP_EAGAIN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fit),
        cmocka_unit_test(test_states),
        cmocka_unit_test(test_undetermined),
    };
    return cmocka_run_group_tests_name("microprice", tests, NULL, NULL);
}
