/* Wall candidates and clusters of a planted profile (vectors); lives of walls, spoof-like episodes and refills, planted in a small book and
 * found again. */
#include "test.h"
#include "vectors.h"

#include <alphaplus/analytics/params.h>
#include <alphaplus/analytics/wall.h>
#include <alphaplus/base/clock.h>
#include <alphaplus/model/detail.h>
#include <string.h>

static const struct wall_rule rule = {25, 3.5, 0.10, 0.05};

static size_t read_profile(struct level *levels)
{
    char line[128];
    size_t n = 0;
    FILE *f = vector_open("depth_profile.csv");
    assert_non_null(f);
    assert_non_null(fgets(line, sizeof line, f));
    while (n < 1024 && fgets(line, sizeof line, f)) {
        char *rest;
        double px = strtod(line, &rest), qty = strtod(rest + 1, NULL);
        levels[n++] = (struct level){llround(px * 10), llround(qty * 1000)};
    }
    fclose(f);
    return n;
}

static void test_planted(void **state)
{
    static struct level levels[1024];
    struct wall_candidate found[16];
    json_t *root = vector_json("clusters.json"), *walls = json_object_get(root, "walls");
    size_t n = read_profile(levels);
    (void)state;

    size_t count = wall_scan(levels, n, &rule, 0, found, 16);
    assert_int_equal(count, json_array_size(walls));
    for (size_t i = 0; i < count; i++) {
        json_t *w = json_array_get(walls, i);
        assert_int_equal(found[i].index, json_integer_value(json_object_get(w, "i")));
        assert_true(is_close(found[i].z, json_number_value(json_object_get(w, "z")), 1e-12));
        assert_true(is_close(found[i].share, json_number_value(json_object_get(w, "share")), 1e-12));
    }
    json_decref(root);
}

static void test_clusters(void **state)
{
    static struct level levels[1024], mirrored[1024];
    struct order_cluster found[16], twin[16];
    json_t *root = vector_json("clusters.json"), *clusters, *c;
    const char *key;
    size_t n = read_profile(levels), i = 0;
    (void)state;

    clusters = json_object_get(json_object_get(root, "dbscan"), "clusters");
    assert_int_equal(order_clusters(levels, n, 5, found, 16), json_object_size(clusters));
    json_object_foreach(clusters, key, c)
    {
        assert_int_equal(found[i].levels, json_array_size(json_object_get(c, "levels")));
        assert_int_equal(levels[found[i].first].px,
                         llround(json_number_value(json_object_get(c, "lo")) * 10));
        assert_int_equal(levels[found[i].last].px, llround(json_number_value(json_object_get(c, "hi")) * 10));
        assert_int_equal(found[i].qty, llround(json_number_value(json_object_get(c, "qty")) * 1000));
        assert_true(is_close(found[i].px_qty / (double)found[i].qty / 10,
                             json_number_value(json_object_get(c, "vwap")), 1e-12));
        i++;
    }
    /* the other way round: the same ones */
    for (size_t k = 0; k < n; k++)
        mirrored[k] = levels[n - 1 - k];
    assert_int_equal(order_clusters(mirrored, n, 5, twin, 16), i);
    for (size_t k = 0; k < i; k++) {
        assert_int_equal(twin[k].qty, found[i - 1 - k].qty);
        assert_int_equal(twin[k].levels, found[i - 1 - k].levels);
    }
    assert_int_equal(order_clusters(levels, 0, 5, found, 16), 0);
    assert_int_equal(order_clusters(levels, n, 5, found, 1), 1);
    json_decref(root);
}

/* --- a small market ------------------------------------------------------------------------------------------------- */

enum { BEST_BID = 100000, BEST_ASK = 100001, LEVELS = 60 };

static const struct instrument inst = {
    .id = 1, .price_decimals = 1, .qty_decimals = 0, .tick = 1, .lot = 1, .multiplier = 100000000};

struct market {
    struct book *book;
    struct measures *measures;
    struct params params;
    struct measure_input in;
    int born, gone;
};

static void look(struct market *m)
{
    m->in.is_true = book_best(m->book, SIDE_BID, &m->in.bid) && book_best(m->book, SIDE_ASK, &m->in.ask) &&
                    m->in.bid.px < m->in.ask.px;
}

static void set(struct market *m, enum side side, int64_t px, int64_t qty)
{
    struct {
        struct event ev;
        uint32_t bid_n, ask_n; /* struct depth_rows of one */
        struct level level;
    } e = {.ev = {.size = sizeof e, .kind = EVENT_DEPTH, .recv_ns = m->in.now_ns},
           .bid_n = side == SIDE_BID,
           .ask_n = side == SIDE_ASK,
           .level = {px, qty}};
    assert_int_equal(book_set(m->book, side, px, qty), 0);
    look(m);
    if (m->in.is_true)
        measures_event(m->measures, &m->in, &e.ev);
}

static void take(struct market *m, enum side hit, int64_t px, int64_t qty)
{
    struct {
        struct event ev;
        struct trade_row row;
    } e = {.ev = {.size = sizeof e, .kind = EVENT_TRADE, .recv_ns = m->in.now_ns},
           .row = {.px = px, .qty = qty, .aggressor = hit == SIDE_ASK ? AGGRESSOR_BUY : AGGRESSOR_SELL}};
    look(m);
    measures_event(m->measures, &m->in, &e.ev);
}

static void wait_s(struct market *m, double seconds)
{
    int64_t until = m->in.now_ns + (int64_t)(seconds * 10) * TICK_NS;
    while (m->in.now_ns < until) {
        m->in.now_ns += TICK_NS;
        look(m);
        measures_tick(m->measures, &m->in, m->in.now_ns % NS_PER_S == 0);
        const struct walls *w = measures_walls(m->measures);
        for (uint32_t i = 0; i < w->change_n; i++)
            *(w->changes[i].kind == WALL_BORN ? &m->born : &m->gone) += 1;
    }
}

static int64_t usual_qty(int side, int i)
{
    return side == SIDE_BID ? 10 + i % 7 : 10 + i % 5;
}

static int setup(void **state)
{
    struct market *m = calloc(1, sizeof *m);
    assert_non_null(m);
    assert_int_equal(book_create(1, &m->book), 0);
    params_init(&m->params);
    m->in = (struct measure_input){
        .inst = &inst, .book = m->book, .params = &m->params, .now_ns = 1000 * NS_PER_S};
    assert_int_equal(measures_create(&m->in, NULL, &m->measures), 0);
    for (int i = 0; i < LEVELS; i++) {
        set(m, SIDE_BID, BEST_BID - i, usual_qty(SIDE_BID, i));
        set(m, SIDE_ASK, BEST_ASK + i, usual_qty(SIDE_ASK, i));
    }
    book_set_known(m->book, 1, 200000);
    *state = m;
    return 0;
}

static int teardown(void **state)
{
    struct market *m = *state;
    measures_destroy(m->measures);
    book_destroy(m->book);
    free(m);
    return 0;
}

static uint32_t list(const struct market *m, struct wall_view out[WALL_VIEW_MAX])
{
    return walls_list(measures_walls(m->measures), &inst, m->in.now_ns, out, WALL_VIEW_MAX);
}

static double value(const struct market *m, const char *id)
{
    const struct metric_value *v = &measures_values(m->measures)[metric_find(metric_registry(), id)];
    assert_int_equal(v->state, METRIC_OK);
    return v->value;
}

static void test_life(void **state)
{
    struct market *m = *state;
    struct wall_view v[WALL_VIEW_MAX];
    wait_s(m, 20);
    assert_int_equal(m->born, 0);
    set(m, SIDE_BID, BEST_BID - 10, 900); /* 9 M in quote currency */
    wait_s(m, 2);
    assert_int_equal(m->born, 0); /* too young */
    wait_s(m, 8);
    assert_int_equal(m->born, 1);
    assert_int_equal(list(m, v), 1);
    assert_int_equal(v[0].px, BEST_BID - 10);
    assert_int_equal(v[0].qty, 900);
    assert_int_equal(v[0].side, SIDE_BID);
    assert_int_equal(v[0].approaches, 1);
    assert_true(v[0].absorb_minutes == 0.0 && v[0].pull_rate < 0.0);
    /* A third is traded, it grows again, the rest is pulled. */
    take(m, SIDE_BID, BEST_BID - 10, 300);
    set(m, SIDE_BID, BEST_BID - 10, 600);
    set(m, SIDE_BID, BEST_BID - 10, 900);
    wait_s(m, 1);
    assert_int_equal(list(m, v), 1);
    assert_int_equal(v[0].filled, 300);
    assert_int_equal(v[0].pulled, 0);
    assert_int_equal(v[0].refills, 1);
    assert_true(is_close(v[0].absorb_minutes, 900.0 / (300.0 * 59.0 / 60.0), 1e-12));
    set(m, SIDE_BID, BEST_BID - 10, 0);
    assert_int_equal(list(m, v), 0);
    wait_s(m, 10);
    assert_int_equal(m->gone, 1);
    assert_int_equal(measures_walls(m->measures)->n, 0);
    assert_true(value(m, "book.wall.count") == 0.0);
    /* 300 of 1200 were traded; a rate is told from the second wall on */
    set(m, SIDE_BID, BEST_BID - 10, 900);
    wait_s(m, 10);
    assert_true(value(m, "book.wall.count") == 1.0);
    assert_true(is_close(value(m, "book.wall.bid"), 900 * 9999.0, 1e-12));
    take(m, SIDE_BID, BEST_BID - 10, 900);
    set(m, SIDE_BID, BEST_BID - 10, 0);
    wait_s(m, 10);
    assert_int_equal(
        measures_values(m->measures)[metric_find(metric_registry(), "book.wall.pull_rate")].state,
        METRIC_WARMUP); /* the first has aged by a trifle */
    set(m, SIDE_BID, BEST_BID - 10, 900);
    wait_s(m, 10);
    take(m, SIDE_BID, BEST_BID - 10, 900);
    set(m, SIDE_BID, BEST_BID - 10, 0);
    wait_s(m, 10);
    assert_true(fabs(value(m, "book.wall.pull_rate") - 0.75 / 3) < 0.01);
}

/* Outside the known depth nothing is judged, below its floor nothing is a wall, and a gap ends all lives. */
static void test_bounds(void **state)
{
    struct market *m = *state;
    book_set_known(m->book, BEST_BID - 5, BEST_ASK + 5);
    set(m, SIDE_BID, BEST_BID - 10, 900);
    wait_s(m, 10);
    assert_int_equal(m->born, 0);
    book_set_known(m->book, 1, 200000);
    assert_int_equal(params_set(&m->params, "wall.floor_usd", 1e7), 0);
    wait_s(m, 10);
    assert_int_equal(m->born, 0);
    assert_int_equal(params_set(&m->params, "wall.floor_usd", 1e6), 0);
    wait_s(m, 10);
    assert_int_equal(m->born, 1);
    measures_lost(m->measures, &m->in);
    assert_int_equal(measures_walls(m->measures)->n, 0);
    assert_int_equal(m->gone, 0);
}

/* Episodes planted and how they should be told: size that flashes and goes untraded; that is traded; that stays. */
static void test_episodes(void **state)
{
    struct market *m = *state;
    static struct detail d;
    enum { ROUNDS = 6 };
    wait_s(m, 5);
    for (int round = 0; round < ROUNDS; round++) {
        int64_t away = 3 + round;
        set(m, SIDE_BID, BEST_BID - away, 2000); /* spoof-like */
        set(m, SIDE_ASK, BEST_ASK + away, 3000); /* eaten */
        wait_s(m, 4);
        set(m, SIDE_BID, BEST_BID - away, usual_qty(SIDE_BID, (int)away));
        take(m, SIDE_ASK, BEST_ASK + away, 2990);
        set(m, SIDE_ASK, BEST_ASK + away, 10);
        wait_s(m, 8);
    }
    set(m, SIDE_ASK, BEST_ASK + 20, 2500); /* stays, and goes untraded when it is old */
    wait_s(m, 30);
    set(m, SIDE_ASK, BEST_ASK + 20, 0);
    wait_s(m, 10);
    memset(&d, 0, sizeof d);
    measures_detail(m->measures, &m->in, &d);
    assert_int_equal(d.episode_n, ROUNDS); /* each one planted, none beside them */
    for (uint32_t i = 0; i < d.episode_n; i++) {
        const struct episode_view *e = &d.episodes[i];
        unsigned expected = SPOOF_SHORT | SPOOF_UNTRADED | SPOOF_SHIFT;
        assert_int_equal(e->side, SIDE_BID);
        assert_int_equal(e->qty, 2000);
        assert_int_equal(e->px, BEST_BID - 3 - (ROUNDS - 1 - (int)i)); /* newest first */
        assert_int_equal(e->evidence & expected, expected);
        assert_int_equal((e->evidence & SPOOF_REPEATED) != 0, i < ROUNDS - 2);
        assert_int_equal((e->evidence & SPOOF_TOUCHED) != 0, i == ROUNDS - 1); /* the nearest */
        assert_true(e->score >= 60.0 && e->score <= 100.0);
    }
    assert_true(value(m, "book.spoof.score") == 80.0);
}

/* A price eaten and filled again four times, and one that was eaten once. */
static void test_refills(void **state)
{
    struct market *m = *state;
    static struct detail d;
    set(m, SIDE_ASK, BEST_ASK, 100);
    for (int i = 0; i < 4; i++) {
        take(m, SIDE_ASK, BEST_ASK, 100);
        set(m, SIDE_BID, BEST_BID - 30, 10 + i); /* the next message of the book: it stands as before */
        wait_s(m, 1);
        assert_true(value(m, "book.refill.count") == (i >= 2 ? 1.0 : 0.0));
    }
    take(m, SIDE_ASK, BEST_ASK + 1, 11);
    set(m, SIDE_ASK, BEST_ASK + 1, 0);
    wait_s(m, 1);
    memset(&d, 0, sizeof d);
    measures_detail(m->measures, &m->in, &d);
    assert_int_equal(d.refill_n, 1);
    assert_int_equal(d.refills[0].px, BEST_ASK);
    assert_int_equal(d.refills[0].count, 4);
    assert_int_equal(d.refills[0].peak, 100);
    assert_true(is_close(d.refills[0].hidden, 400.0, 1e-12));
    measures_lost(m->measures, &m->in);
    memset(&d, 0, sizeof d);
    measures_detail(m->measures, &m->in, &d);
    assert_int_equal(d.refill_n, 0);
}

/* Of 400 added near the touch, 100 are cancelled at once, 100 traded (told late), 100 go after 6 s, 100 stay. */
static void test_cancelled(void **state)
{
    struct market *m = *state;
    wait_s(m, 60);
    for (int i = 0; i < 4; i++) {
        set(m, SIDE_BID, BEST_BID - i, 10);
        set(m, SIDE_BID, BEST_BID - i, 110);
    }
    set(m, SIDE_BID, BEST_BID, 10);
    set(m, SIDE_BID, BEST_BID - 1, 10);
    take(m, SIDE_BID, BEST_BID - 1, 100);
    wait_s(m, 6);
    set(m, SIDE_BID, BEST_BID - 2, 10);
    wait_s(m, 1);
    double shown = 0.0;
    for (int i = 0; i < 4; i++)
        shown += (BEST_BID - i) * 100.0;
    assert_true(fabs(value(m, "book.cancel.5s") - BEST_BID * 100.0 / shown) < 0.03);
}

static void test_largest_kept(void **state)
{
    struct walls w;
    struct wall_view out[3];
    (void)state;
    memset(&w, 0, sizeof w);
    for (uint32_t i = 0; i < 8; i++)
        w.tracks[w.n++] = (struct wall_track){
            .px = 10000, .qty = (int64_t[]){5, 8, 1, 9, 2, 7, 3, 6}[i], .is_wall = 1};
    assert_int_equal(walls_list(&w, &inst, 0, out, 3), 3);
    assert_int_equal(out[0].qty, 9);
    assert_int_equal(out[1].qty, 8);
    assert_int_equal(out[2].qty, 7);
    assert_true(out[0].absorb_minutes == 0.0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_planted),
        cmocka_unit_test(test_clusters),
        cmocka_unit_test_setup_teardown(test_life, setup, teardown),
        cmocka_unit_test_setup_teardown(test_bounds, setup, teardown),
        cmocka_unit_test_setup_teardown(test_episodes, setup, teardown),
        cmocka_unit_test_setup_teardown(test_refills, setup, teardown),
        cmocka_unit_test_setup_teardown(test_cancelled, setup, teardown),
        cmocka_unit_test(test_largest_kept),
    };
    return cmocka_run_group_tests_name("wall", tests, NULL, NULL);
}
