/* Wall candidates of a planted profile (vectors), and walls over time on a small book. */
#include "test.h"
#include "vectors.h"

#include <alphaplus/analytics/wall.h>
#include <alphaplus/base/clock.h>
#include <string.h>

static void test_planted(void **state)
{
    static struct level levels[1024];
    char line[128];
    size_t n = 0;
    struct wall_candidate found[16];
    json_t *root = vector_json("clusters.json"), *walls = json_object_get(root, "walls");
    FILE *f = vector_open("depth_profile.csv");
    (void)state;

    assert_non_null(f);
    assert_non_null(fgets(line, sizeof line, f));
    while (n < 1024 && fgets(line, sizeof line, f)) {
        char *rest;
        double px = strtod(line, &rest), qty = strtod(rest + 1, NULL);
        levels[n++] = (struct level){llround(px * 10), llround(qty * 1000)};
    }
    fclose(f);
    size_t count = wall_scan(levels, n, &wall_params_default, 0, found, 16);
    assert_int_equal(count, json_array_size(walls));
    for (size_t i = 0; i < count; i++) {
        json_t *w = json_array_get(walls, i);
        assert_int_equal(found[i].index, json_integer_value(json_object_get(w, "i")));
        assert_true(is_close(found[i].z, json_number_value(json_object_get(w, "z")), 1e-12));
        assert_true(is_close(found[i].share, json_number_value(json_object_get(w, "share")), 1e-12));
    }
    json_decref(root);
}

struct changes {
    int born, gone;
};

static void changed(void *user, enum wall_change change, const struct wall_track *track)
{
    struct changes *c = user;
    assert_int_equal(track->px, 9990);
    *(change == WALL_BORN ? &c->born : &c->gone) += 1;
}

static const struct instrument inst = {
    .id = 1, .price_decimals = 1, .qty_decimals = 0, .tick = 1, .lot = 1, .multiplier = 100000000};

static struct book *flat_book(void)
{
    struct book *b;
    assert_int_equal(book_create(1, &b), 0);
    for (int i = 0; i < 60; i++) {
        assert_int_equal(book_set(b, SIDE_BID, 10000 - i, 10 + i % 7), 0);
        assert_int_equal(book_set(b, SIDE_ASK, 10001 + i, 10 + i % 5), 0);
    }
    book_set_known(b, 1, 20000);
    return b;
}

static void run(struct wall_tracker *t, struct book *b, int64_t from_ns, int64_t to_ns, struct changes *c)
{
    struct measure_input in = {.inst = &inst, .book = b, .is_true = true};
    assert_true(book_best(b, SIDE_BID, &in.bid) && book_best(b, SIDE_ASK, &in.ask));
    for (in.now_ns = from_ns; in.now_ns < to_ns; in.now_ns += TICK_NS)
        wall_tracker_tick(t, &in, changed, c);
}

static void test_life(void **state)
{
    struct wall_tracker t;
    struct changes c = {0, 0};
    struct wall_view out[4];
    struct book *b = flat_book();
    (void)state;

    wall_tracker_init(&t, &wall_params_default);
    run(&t, b, NS_PER_S, 20 * NS_PER_S, &c);
    assert_int_equal(c.born, 0);
    assert_int_equal(book_set(b, SIDE_BID, 9990, 900), 0); /* 899,100 in quote currency */
    run(&t, b, 20 * NS_PER_S, 22 * NS_PER_S, &c);
    assert_int_equal(c.born, 0); /* too young */
    run(&t, b, 22 * NS_PER_S, 30 * NS_PER_S, &c);
    assert_int_equal(c.born, 1);
    assert_int_equal(wall_tracker_list(&t, &inst, 450.0, 0.0, out, 4), 1);
    assert_int_equal(out[0].px, 9990);
    assert_int_equal(out[0].qty, 900);
    assert_int_equal(out[0].side, SIDE_BID);
    assert_true(is_close(out[0].absorb_minutes, 2.0, 1e-12));
    assert_int_equal(book_set(b, SIDE_BID, 9990, 0), 0);
    run(&t, b, 30 * NS_PER_S, 40 * NS_PER_S, &c);
    assert_int_equal(c.gone, 1);
    assert_int_equal(wall_tracker_list(&t, &inst, 450.0, 0.0, out, 4), 0);
    assert_int_equal(t.n, 0);
    /* outside the known depth nothing is judged */
    book_set_known(b, 9995, 10005);
    assert_int_equal(book_set(b, SIDE_BID, 9990, 900), 0);
    run(&t, b, 40 * NS_PER_S, 50 * NS_PER_S, &c);
    assert_int_equal(c.born, 1);
    book_destroy(b);
}

static void test_largest_kept(void **state)
{
    struct wall_tracker t;
    struct wall_view out[3];
    (void)state;
    wall_tracker_init(&t, &wall_params_default);
    for (uint32_t i = 0; i < 8; i++)
        t.tracks[t.n++] = (struct wall_track){
            .px = 10000, .qty = (int64_t[]){5, 8, 1, 9, 2, 7, 3, 6}[i], .is_wall = 1};
    assert_int_equal(wall_tracker_list(&t, &inst, 0.0, 0.0, out, 3), 3);
    assert_int_equal(out[0].qty, 9);
    assert_int_equal(out[1].qty, 8);
    assert_int_equal(out[2].qty, 7);
    assert_true(out[0].absorb_minutes == 0.0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_planted),
        cmocka_unit_test(test_life),
        cmocka_unit_test(test_largest_kept),
    };
    return cmocka_run_group_tests_name("wall", tests, NULL, NULL);
}
