#include "app/worker.h"
#include "hooked_digest.h"
#include "test.h"
#include <alphaplus/engine/engine.h>
#include <stdatomic.h>
#include <string.h>

struct block {
    uint64_t in, out;
    int runs;
    const atomic_bool *hold; /* NULL: at once */
};

static void square(void *block)
{
    struct block *b = block;
    while (b->hold && atomic_load(b->hold))
        ;
    for (uint64_t i = 0; i < b->in % 977; i++)
        b->out = b->out * 6364136223846793005u + i;
    b->runs++;
}

static uint64_t expected(uint64_t in)
{
    struct block b = {.in = in};
    square(&b);
    return b.out;
}

/* Begun and waited for in any order, more at once than the queue takes: each runs once, and is done when it was waited for. */
static void test_each_once(void **state)
{
    enum { N = 2 * WORKER_JOBS };
    static struct block blocks[N];
    struct worker *w;
    uint64_t rng = 77;
    (void)state;
    assert_ok(worker_create(&w));
    const struct measure_worker *m = worker_measures(w);
    for (int round = 0; round < 20; round++) {
        for (int i = 0; i < N; i++) {
            blocks[i] = (struct block){.in = test_random(&rng)};
            m->begin(m->user, square, &blocks[i]);
        }
        int first = (int)test_below(&rng, N), step = 1 + 2 * (int)test_below(&rng, N / 2);
        for (int k = 0; k < N; k++) {
            struct block *b = &blocks[(first + k * step) % N];
            m->wait(m->user, b);
            assert_int_equal(b->runs, 1);
            assert_true(b->out == expected(b->in));
        }
    }
    worker_destroy(w);
}

/* What the thread did not begin is not waited for: it is done at once, while another fit takes its time. */
static void test_overtakes(void **state)
{
    struct worker *w;
    atomic_bool hold = true;
    struct block slow = {.in = 5, .hold = &hold}, quick = {.in = 9};
    (void)state;
    assert_ok(worker_create(&w));
    const struct measure_worker *m = worker_measures(w);
    m->begin(m->user, square, &slow);
    m->begin(m->user, square, &quick);
    m->wait(m->user, &quick); /* returns though the thread may stand in `slow` */
    assert_int_equal(quick.runs, 1);
    atomic_store(&hold, false);
    m->wait(m->user, &slow);
    assert_int_equal(slow.runs, 1);
    worker_destroy(w);
}

static void test_stops_idle(void **state)
{
    struct worker *w;
    (void)state;
    worker_destroy(NULL);
    assert_null(worker_measures(NULL));
    for (int i = 0; i < 50; i++) {
        assert_ok(worker_create(&w));
        worker_destroy(w);
    }
}

/* The same figures, bit for bit, whether fits run aside or in place. */
static void test_same_digests(void **state)
{
    struct worker *w;
    (void)state;
    assert_ok(worker_create(&w));
    const struct engine_hooks hooks = {.worker = worker_measures(w)};
    for (uint64_t seed = 1; seed <= 2; seed++) {
        struct made_events events;
        uint64_t inline_digests[2], aside[2];
        made_init(&events, seed, 3);
        made_session(&events);
        made_market(&events, 20000);
        hooked_digest(&events, NULL, inline_digests);
        hooked_digest(&events, &hooks, aside);
        assert_true(inline_digests[0] == aside[0]);
        assert_true(inline_digests[1] == aside[1]);
        made_finish(&events);
    }
    worker_destroy(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_once),
        cmocka_unit_test(test_overtakes),
        cmocka_unit_test(test_stops_idle),
        cmocka_unit_test(test_same_digests),
    };
    return cmocka_run_group_tests_name("worker", tests, NULL, NULL);
}
