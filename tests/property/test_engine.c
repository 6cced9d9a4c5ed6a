/* The engine under wild events: nothing impossible is ever published, the same events give the same digests, and looking
 * changes nothing. A division by zero, an overflow or an invalid operation on doubles anywhere ends the test. */
#include "engine_look.h"
#include "test.h"
#include "wild_events.h"

#include <alphaplus/base/buf.h>
#include <alphaplus/base/clock.h>
#include <alphaplus/engine/engine.h>
#include <fenv.h>

#define T0 (INT64_C(1700000000) * NS_PER_S)
enum { STEPS = 6000, BUFFER_BYTES = 24 << 20, RESULTS_MAX = 4096 };

struct story {
    struct event_buf events; /* owned */
};

static void story_make(struct story *s, uint64_t seed)
{
    struct wild w;
    s->events = (struct event_buf){.data = aligned_alloc(64, BUFFER_BYTES), .cap = BUFFER_BYTES};
    assert_non_null(s->events.data);
    wild_init(&w, seed, T0, &s->events);
    for (int i = 0; i < STEPS; i++)
        wild_step(&w);
    assert_true(s->events.used < BUFFER_BYTES - 65536); /* it did not run full */
}

static const struct event *story_next(const struct story *s, size_t *at)
{
    const struct event *ev = (const struct event *)(const void *)(s->events.data + *at);
    if (*at >= s->events.used)
        return NULL;
    *at += ev->size;
    return ev;
}

struct digests {
    size_t n;
    uint64_t exact[RESULTS_MAX], all[RESULTS_MAX];
};

static void take_results(struct engine *e, struct digests *d)
{
    struct result r;
    while (engine_next_result(e, &r)) {
        if (r.kind != RESULT_DIGEST)
            continue;
        assert_true(d->n < RESULTS_MAX);
        d->exact[d->n] = r.digest_exact;
        d->all[d->n++] = r.digest_all;
    }
}

/* The engine's word that an event cannot be: the contract's own, never out of memory. */
static void apply(struct engine *e, const struct event *ev)
{
    int err = engine_apply(e, ev);
    assert_true(err == 0 || err == AP_EFULL || err == AP_EINVAL);
}

/* Nobody looks, nobody answers wishes. */
static void play_alone(const struct story *s, struct digests *d)
{
    struct engine *e;
    const struct event *ev;
    assert_ok(engine_create(NULL, NULL, &e));
    for (size_t at = 0; (ev = story_next(s, &at));) {
        apply(e, ev);
        take_results(e, d);
    }
    engine_seal(e);
    take_results(e, d);
    engine_destroy(e);
}

static void ask(struct publication *pub, uint32_t viewer, uint64_t *rng, struct engine *e, uint64_t id)
{
    static const int64_t columns_s[] = {1, 1, 5, 10, 17, 60, 3600};
    uint32_t market = (uint32_t)test_below(rng, WILD_MARKETS + 1);
    const struct book *book = engine_book(e, market);
    struct board *board = publication_request(pub, viewer);
    struct view_request *r = board_begin(board);
    struct level bid = {.px = 1000};
    if (book)
        (void)book_best(book, SIDE_BID, &bid);
    int64_t group = 1 + (int64_t)test_below(rng, test_below(rng, 4) == 0 ? 100000 : 20);
    *r = (struct view_request){.id = id,
                               .market = market,
                               .rows = 1 + (uint32_t)test_below(rng, LADDER_ROWS_MAX),
                               .group = group,
                               .top_px = (bid.px / group + 10) * group,
                               .heat_cols = (uint32_t)test_below(rng, 40),
                               .column_ns = columns_s[test_below(rng, 7)] * NS_PER_S,
                               .mark_usd = (double)test_below(rng, 100000)};
    board_publish(board);
}

static void look_at_boards(struct engine *e, struct publication *pub)
{
    static struct market_view v;
    static struct head_view head;
    static struct picture pic;
    if (board_read(publication_head(pub), &head) == 0)
        return;
    assert_null(look_head(&head));
    for (uint32_t i = 0; i < head.market_n; i++) {
        assert_true(board_read(publication_market(pub, i), &v) > 0);
        const char *why = look_market(&v, engine_book(e, i));
        if (why)
            fail_msg("market %u, event %llu: %s", i, (unsigned long long)v.seq, why);
    }
    for (uint32_t viewer = 0; viewer < VIEWER_MAX; viewer++) {
        if (board_read(publication_picture(pub, viewer), &pic) == 0)
            continue;
        const char *why = look_picture(&pic);
        if (why)
            fail_msg("picture of %u, event %llu: %s", pic.request.market, (unsigned long long)pic.seq, why);
    }
}

struct tally {
    unsigned ok, shown_books, broken;
};

/* The published state after each event, and whether anything was published at all. */
static void look_inside(struct engine *e, struct tally *t)
{
    for (uint32_t i = 0; i < engine_market_count(e); i++) {
        const struct market_view *v = engine_market(e, i);
        const char *why = look_market(v, engine_book(e, i));
        if (why)
            fail_msg("market %u, event %llu: %s", i, (unsigned long long)v->seq, why);
        t->shown_books += v->book_state == BOOK_TRUE && v->has_touch;
        t->broken += v->book_state == BOOK_GAP;
        for (int k = 0; k < metric_registry()->n; k++)
            t->ok += v->metrics[k].state == METRIC_OK;
    }
}

/* Viewers come and go, wishes are taken, boards are read and checked. */
static void play_watched(const struct story *s, struct digests *d, struct tally *t)
{
    struct publication *pub;
    struct engine *e;
    const struct event *ev;
    uint64_t rng = 99, id = 0, exact, all;
    uint32_t wish;

    assert_ok(publication_create(&pub));
    assert_ok(engine_create(pub, NULL, &e));
    for (size_t at = 0; (ev = story_next(s, &at));) {
        apply(e, ev);
        take_results(e, d);
        if (test_below(&rng, 4) == 0)
            look_inside(e, t);
        if (test_below(&rng, 50) == 0)
            ask(pub, (uint32_t)test_below(&rng, VIEWER_MAX), &rng, e, ++id);
        if (test_below(&rng, 10) == 0) {
            engine_publish(e);
            look_at_boards(e, pub);
        }
        if (test_below(&rng, 100) == 0)
            engine_digest(e, &exact, &all);
        while (test_below(&rng, 3) == 0 && engine_next_wish(e, &wish))
            assert_in_range(wish, 1, WILD_MARKETS);
    }
    engine_seal(e);
    take_results(e, d);
    engine_destroy(e);
    publication_destroy(pub);
}

static void test_wild(void **state)
{
    struct tally tally = {0};
    struct digests *alone = calloc(1, sizeof *alone), *watched = calloc(1, sizeof *watched);
    (void)state;
    assert_true(alone && watched);
    for (uint64_t seed = 1; seed <= 6; seed++) {
        struct story s;
        story_make(&s, seed * 7919);
        alone->n = watched->n = 0;
        play_alone(&s, alone);
        play_watched(&s, watched, &tally);
        assert_true(alone->n > 1);
        assert_int_equal(alone->n, watched->n);
        assert_memory_equal(alone->exact, watched->exact, alone->n * sizeof alone->exact[0]);
        assert_memory_equal(alone->all, watched->all, alone->n * sizeof alone->all[0]);
        free(s.events.data);
    }
    /* And it was no empty show. */
    assert_true(tally.shown_books > 1000);
    assert_true(tally.broken > 1000);
    assert_true(tally.ok > 20000);
    free(alone);
    free(watched);
}

/* Hands that work one after the other, the last one first: whatever depends on who is first shows. */
enum { HANDS = 3 };
static void backwards(void *user, void (*work)(void *arg, int hand), void *arg)
{
    *(uint64_t *)user += 1;
    for (int hand = HANDS - 1; hand >= 0; hand--)
        work(arg, hand);
}

/* Looked at only now and then, so that a crew has something to share out. */
static void play_in_bulk(const struct story *s, const struct engine_crew *crew, struct digests *d,
                         struct buf *notes)
{
    struct engine_hooks hooks = {.crew = crew};
    struct publication *pub;
    struct engine *e;
    const struct event *ev;
    struct note_item note;
    uint64_t events = 0;

    assert_ok(publication_create(&pub));
    assert_ok(engine_create(pub, &hooks, &e));
    for (size_t at = 0; (ev = story_next(s, &at));) {
        apply(e, ev);
        if (++events % 100 == 0)
            take_results(e, d);
    }
    engine_seal(e);
    take_results(e, d);
    struct trail *trail = publication_notes(pub);
    for (uint64_t i = trail_head(trail) > trail->cap ? trail_head(trail) - trail->cap : 0;
         i < trail_head(trail); i++) {
        assert_true(trail_read(trail, i, &note));
        assert_ok(buf_append(notes, &note, sizeof note));
    }
    engine_destroy(e);
    publication_destroy(pub);
}

/* With a crew all is as without: figures, results, and notes in their order. */
static void test_shared_out(void **state)
{
    uint64_t turns = 0;
    const struct engine_crew crew = {.hands = HANDS, .run = backwards, .user = &turns};
    struct digests *one = calloc(1, sizeof *one), *many = calloc(1, sizeof *many);
    (void)state;
    assert_true(one && many);
    for (uint64_t seed = 1; seed <= 3; seed++) {
        struct story s;
        struct buf notes[2];
        story_make(&s, seed * 104729);
        one->n = many->n = 0;
        buf_init(&notes[0], 1 << 20);
        buf_init(&notes[1], 1 << 20);
        play_in_bulk(&s, NULL, one, &notes[0]);
        play_in_bulk(&s, &crew, many, &notes[1]);
        assert_int_equal(one->n, many->n);
        assert_memory_equal(one->exact, many->exact, one->n * sizeof one->exact[0]);
        assert_memory_equal(one->all, many->all, one->n * sizeof one->all[0]);
        assert_true(notes[0].len > 0);
        assert_int_equal(notes[0].len, notes[1].len);
        assert_memory_equal(notes[0].data, notes[1].data, notes[0].len);
        buf_finish(&notes[0]);
        buf_finish(&notes[1]);
        free(s.events.data);
    }
    assert_true(turns > 100);
    free(one);
    free(many);
}

/* Time at its limits. */
static void test_time(void **state)
{
    static const int64_t times[] = {INT64_MIN, -1, 0, 1, 2, TICK_NS - 1, TICK_NS, INT64_MAX - ENGINE_LEAP_NS,
                                    INT64_MAX};
    (void)state;
    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
        for (size_t k = 0; k < sizeof times / sizeof times[0]; k++) {
            struct engine *e;
            struct event ev = {.size = sizeof ev, .kind = EVENT_IDLE, .seq = 1, .recv_ns = times[i]};
            assert_ok(engine_create(NULL, NULL, &e));
            bool is_time = times[i] > 0 && times[i] <= INT64_MAX - ENGINE_LEAP_NS;
            assert_int_equal(engine_apply(e, &ev), is_time ? 0 : AP_ERANGE);
            engine_advance(e, times[k]);
            engine_advance(e, times[i]);
            assert_true(!is_time || engine_time(e) >= times[i]);
            ev.recv_ns = times[k];
            int err = engine_apply(e, &ev);
            assert_true(err == 0 || err == AP_ERANGE);
            engine_destroy(e);
        }
    }
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
        cmocka_unit_test_setup_teardown(test_wild, trap, untrap),
        cmocka_unit_test_setup_teardown(test_shared_out, trap, untrap),
        cmocka_unit_test_setup_teardown(test_time, trap, untrap),
    };
    return cmocka_run_group_tests_name("engine", tests, NULL, NULL);
}
