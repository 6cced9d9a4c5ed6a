/* A saved engine goes on as the one that was saved: run to T, save, load into another, run both on. What they publish, their digests
 * and their whole states stay the same to the byte, whatever T falls on: gaps, resyncs, parts of snapshots, before the first book. */
#include "test.h"
#include "wild_events.h"

#include <alphaplus/base/clock.h>
#include <alphaplus/engine/engine.h>
#include <alphaplus/replay/source.h>
#include <stdio.h>
#include <string.h>

#define T0 (INT64_C(1700000000) * NS_PER_S)
enum { STEPS = 3000, BUFFER_BYTES = 24 << 20, SAVE_MAX = 64 << 20 };

static const struct mac_key key = {{UINT64_C(0x0706050403020100), UINT64_C(0x0f0e0d0c0b0a0908)}};

struct desk {
    struct publication *pub;
    struct engine *engine;
};

static void desk_make(struct desk *s)
{
    assert_ok(publication_create(&s->pub));
    assert_ok(engine_create(s->pub, NULL, &s->engine));
}

static void desk_finish(struct desk *s)
{
    engine_destroy(s->engine);
    publication_destroy(s->pub);
}

static void save(struct engine *e, struct buf *out)
{
    buf_reset(out);
    assert_ok(engine_save(e, out));
    assert_ok(engine_save_seal(out, &key));
}

static void assert_same_state(struct desk *a, struct desk *b, struct buf *x, struct buf *y)
{
    uint64_t exact[2], all[2];
    engine_digest(a->engine, &exact[0], &all[0]);
    engine_digest(b->engine, &exact[1], &all[1]);
    assert_int_equal(exact[0], exact[1]);
    assert_int_equal(all[0], all[1]);
    save(a->engine, x);
    save(b->engine, y);
    assert_int_equal(x->len, y->len);
    assert_memory_equal(x->data, y->data, x->len);
}

static void assert_same_trail(const struct trail *a, const struct trail *b)
{
    static _Alignas(8) char x[256], y[256];
    uint64_t ha = trail_head(a), hb = trail_head(b);
    assert_true(a->item_bytes <= sizeof x);
    for (uint64_t back = 1; back <= a->cap && back <= ha; back++) {
        bool is_there = trail_read(a, ha - back, x);
        assert_int_equal(back <= hb && trail_read(b, hb - back, y), is_there);
        if (!is_there)
            break;
        assert_memory_equal(x, y, a->item_bytes);
    }
}

static void ask(struct publication *pub, uint32_t market, const struct market_view *v)
{
    struct board *board = publication_request(pub, 0);
    struct view_request *r = board_begin(board);
    int64_t group = v->inst.tick * 2;
    *r = (struct view_request){.id = (uint64_t)v->time_ns,
                               .market = market,
                               .rows = 30,
                               .group = group,
                               .top_px = (v->bid_px / group + 15) * group,
                               .heat_cols = 60,
                               .column_ns = NS_PER_S,
                               .mark_usd = 1000.0};
    board_publish(board);
}

/* Every board and trail, and the picture of each market. */
static void assert_same_published(struct desk *a, struct desk *b)
{
    static struct head_view ha, hb;
    static struct market_view va, vb;
    static struct picture pa, pb;
    uint32_t n = engine_market_count(a->engine);

    engine_publish(a->engine);
    engine_publish(b->engine);
    (void)board_read(publication_head(a->pub), &ha);
    (void)board_read(publication_head(b->pub), &hb);
    assert_memory_equal(&ha, &hb, sizeof ha);
    assert_int_equal(engine_market_count(b->engine), n);
    for (uint32_t i = 0; i < n; i++) {
        assert_true(board_read(publication_market(a->pub, i), &va) > 0);
        assert_true(board_read(publication_market(b->pub, i), &vb) > 0);
        assert_memory_equal(&va, &vb, sizeof va);
        assert_same_trail(publication_tape(a->pub, i), publication_tape(b->pub, i));
        ask(a->pub, i, &va);
        ask(b->pub, i, &va);
        engine_publish(a->engine);
        engine_publish(b->engine);
        if (board_read(publication_picture(a->pub, 0), &pa) == 0 || pa.request.market != i ||
            pa.request.id != (uint64_t)va.time_ns)
            continue; /* what was asked for cannot be drawn */
        assert_true(board_read(publication_picture(b->pub, 0), &pb) > 0);
        assert_memory_equal(&pa, &pb, sizeof pa);
    }
    assert_same_trail(publication_liquidations(a->pub), publication_liquidations(b->pub));
    assert_same_trail(publication_notes(a->pub), publication_notes(b->pub));
}

static void apply_both(struct desk *a, struct desk *b, const struct event *ev)
{
    int err = engine_apply(a->engine, ev);
    assert_true(err == 0 || err == AP_EFULL || err == AP_EINVAL);
    if (b->engine)
        assert_int_equal(engine_apply(b->engine, ev), err);
}

struct run {
    struct desk straight, loaded;
    struct buf x, y;
    uint64_t saves, books[4]; /* by state of the first market's book at the save */
};

static void run_begin(struct run *r)
{
    memset(r, 0, sizeof *r);
    buf_init(&r->x, SAVE_MAX);
    buf_init(&r->y, SAVE_MAX);
    desk_make(&r->straight);
}

/* The loaded one has shown to be the same up to here; it makes way for a new one, loaded from now. */
static void run_save(struct run *r)
{
    if (r->loaded.engine) {
        assert_same_state(&r->straight, &r->loaded, &r->x, &r->y);
        assert_same_published(&r->straight, &r->loaded);
        desk_finish(&r->loaded);
    }
    desk_make(&r->loaded);
    save(r->straight.engine, &r->x);
    assert_ok(engine_load(r->loaded.engine, &key, r->x.data, r->x.len));
    assert_same_state(&r->straight, &r->loaded, &r->x, &r->y);
    assert_same_published(&r->straight, &r->loaded);
    r->saves++;
    if (engine_market_count(r->straight.engine) > 0) {
        unsigned state = engine_market(r->straight.engine, 0)->book_state;
        r->books[state]++;
    }
}

static void run_end(struct run *r)
{
    assert_same_state(&r->straight, &r->loaded, &r->x, &r->y);
    assert_same_published(&r->straight, &r->loaded);
    desk_finish(&r->loaded);
    desk_finish(&r->straight);
    buf_finish(&r->x);
    buf_finish(&r->y);
}

static void test_wild(void **state)
{
    uint64_t books[4] = {0}, saves = 0;
    (void)state;
    for (uint64_t seed = 1; seed <= 3; seed++) {
        struct event_buf events = {.data = aligned_alloc(64, BUFFER_BYTES), .cap = BUFFER_BYTES};
        struct wild w;
        struct run r;
        uint64_t rng = seed;
        assert_non_null(events.data);
        wild_init(&w, seed * 104729, T0, &events);
        for (int i = 0; i < STEPS; i++)
            wild_step(&w);
        run_begin(&r);
        run_save(&r); /* of nothing */
        for (size_t at = 0, n = 0; at < events.used; n++) {
            const struct event *ev = (const struct event *)(const void *)(events.data + at);
            apply_both(&r.straight, &r.loaded, ev);
            at += ev->size;
            if (n < 20 ? n % 3 == 0 : test_below(&rng, 80) == 0)
                run_save(&r);
        }
        for (int i = 0; i < 4; i++)
            books[i] += r.books[i];
        saves += r.saves;
        run_end(&r);
        free(events.data);
    }
    assert_true(saves > 60);
    for (int i = BOOK_SYNCING; i <= BOOK_GAP; i++)
        assert_true(books[i] > 0); /* each state was saved in */
}

/* A recorded market: from before its snapshot to the end, books of thousands of levels. */
static void test_capture(void **state)
{
    static const char *const names[] = {"binance_usdm_btcusdt_20240718_cut.gz",
                                        "bybit_linear_20260809_cut.gz"};
    static const char *const venues[] = {"binance", "bybit"};
    (void)state;
    for (size_t k = 0; k < 2; k++) {
        char path[512], why[256] = "";
        const char *data = getenv("AP_TEST_DATA"), *paths[] = {path};
        struct source *s;
        const struct event *ev;
        struct run r;
        int more;
        assert_non_null(data);
        snprintf(path, sizeof path, "%s/captures/%s", data, names[k]);
        struct source_capture_options so = {
            .venue = venues[k], .paths = paths, .path_n = 1, .program = "test"};
        if (source_open_capture(&so, &s, why, sizeof why) < 0)
            fail_msg("%s", why);
        run_begin(&r);
        for (uint64_t n = 0; (more = source_next(s, &ev)) > 0; n++) {
            apply_both(&r.straight, &r.loaded, ev);
            if (n == 5 || n % 300 == 299)
                run_save(&r);
        }
        assert_ok(more);
        assert_true(r.saves > 2 && r.books[BOOK_TRUE] > 0);
        run_end(&r);
        source_close(s);
    }
}

/* What is not ours, not whole, or of another build is refused, and leaves an engine that knows nothing and works. */
static void test_refused(void **state)
{
    const struct mac_key other = {{1, 2}};
    struct event_buf events = {.data = aligned_alloc(64, BUFFER_BYTES), .cap = BUFFER_BYTES};
    struct wild w;
    struct run r;
    (void)state;
    assert_non_null(events.data);
    wild_init(&w, 7, T0, &events);
    for (int i = 0; i < 200; i++)
        wild_step(&w);
    run_begin(&r);
    for (size_t at = 0; at < events.used;) {
        const struct event *ev = (const struct event *)(const void *)(events.data + at);
        apply_both(&r.straight, &r.loaded, ev);
        at += ev->size;
    }
    run_save(&r);
    save(r.straight.engine, &r.x);
    struct engine *e = r.loaded.engine;
    assert_err(engine_load(e, &other, r.x.data, r.x.len), AP_EACCESS);
    assert_int_equal(engine_market_count(e), 0);
    for (size_t cut = 0; cut < r.x.len; cut += 1 + r.x.len / 50)
        assert_true(engine_load(e, &key, r.x.data, cut) < 0);
    for (size_t i = 24; i < r.x.len; i += 1 + r.x.len / 50) {
        r.x.data[i] ^= 1;
        assert_err(engine_load(e, &key, r.x.data, r.x.len), AP_EACCESS);
        r.x.data[i] ^= 1;
    }
    r.x.data[16] ^= 1; /* the layout */
    assert_err(engine_load(e, &key, r.x.data, r.x.len), AP_EVERSION);
    r.x.data[16] ^= 1;
    assert_ok(engine_load(e, &key, r.x.data, r.x.len));
    assert_same_state(&r.straight, &r.loaded, &r.x, &r.y);
    run_end(&r);
    free(events.data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_wild),
        cmocka_unit_test(test_capture),
        cmocka_unit_test(test_refused),
    };
    return cmocka_run_group_tests_name("engine_save", tests, NULL, NULL);
}
