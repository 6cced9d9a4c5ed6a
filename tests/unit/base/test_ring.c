#include "test.h"
#include <alphaplus/base/clock.h>
#include <alphaplus/base/ring.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

struct record {
    uint32_t size;
    uint32_t kind;
    uint64_t seq;
    uint64_t words[];
};

static uint64_t word_of(uint64_t seq, size_t i)
{
    return (seq * UINT64_C(0x9e3779b97f4a7c15)) ^ i;
}

static uint32_t size_of(uint64_t seq)
{
    return (uint32_t)(sizeof(struct record) + seq * 7919 % 61 * 8);
}

static void fill(struct record *rec, uint64_t seq)
{
    rec->size = size_of(seq);
    rec->kind = UINT32_MAX; /* the ring looks at the size alone */
    rec->seq = seq;
    for (size_t i = 0; i < (rec->size - sizeof(*rec)) / 8; i++) {
        rec->words[i] = word_of(seq, i);
    }
}

static bool is_whole(const struct record *rec)
{
    if (rec->size != size_of(rec->seq) || (uintptr_t)rec % 8 != 0) {
        return false;
    }
    for (size_t i = 0; i < (rec->size - sizeof(*rec)) / 8; i++) {
        if (rec->words[i] != word_of(rec->seq, i)) {
            return false;
        }
    }
    return true;
}

static bool push(struct ring *r, uint64_t seq)
{
    struct record *rec = ring_reserve(r, size_of(seq));
    if (rec == NULL) {
        return false;
    }
    fill(rec, seq);
    ring_commit(r, rec->size);
    return true;
}

static bool readable(const struct ring *r, int consumer)
{
    struct pollfd p = {.fd = ring_fd(r, consumer), .events = POLLIN};
    return poll(&p, 1, 0) == 1;
}

static void test_create(void **state)
{
    struct ring *r = NULL;
    (void)state;
    assert_err(ring_create(4095, 1, &r), AP_EINVAL);
    assert_err(ring_create(2048, 1, &r), AP_EINVAL);
    assert_err(ring_create(12288, 1, &r), AP_EINVAL);
    assert_err(ring_create(RING_BYTES_MAX * 2, 1, &r), AP_EINVAL);
    assert_err(ring_create(4096, 0, &r), AP_EINVAL);
    assert_err(ring_create(4096, RING_CONSUMERS_MAX + 1, &r), AP_EINVAL);
    assert_null(r);
    ring_destroy(NULL);
    assert_ok(ring_create(4096, 1, &r));
    assert_int_equal(ring_size(r), 4096);
    assert_null(ring_peek(r, 0));
    ring_advance(r, 0); /* nothing peeked: nothing happens */
    assert_int_equal(ring_used(r, 0), 0);
    assert_null(ring_reserve(r, 0));
    assert_null(ring_reserve(r, 12));
    assert_null(ring_reserve(r, 2048 + 8));
    assert_int_equal(ring_slowest(r), -1); /* nobody's fault */
    assert_non_null(ring_reserve(r, 2048));
    ring_commit(r, 0);
    assert_null(ring_peek(r, 0));
    ring_destroy(r);
}

static void test_wraps(void **state)
{
    struct ring *r;
    uint64_t sent = 0, got = 0;
    (void)state;
    assert_ok(ring_create(4096, 1, &r));
    while (got < 20000) {
        while (push(r, sent + 1)) {
            sent++;
        }
        assert_int_equal(ring_slowest(r), 0);
        assert_true(ring_used(r, 0) > 4096 - 2 * 520);
        for (const struct record *rec; sent - got > 3 && (rec = ring_peek(r, 0)) != NULL; got++) {
            assert_ptr_equal(rec, ring_peek(r, 0));
            assert_true(is_whole(rec));
            assert_int_equal(rec->seq, got + 1);
            ring_advance(r, 0);
        }
    }
    ring_destroy(r);
}

static void test_several_records_in_one_commit(void **state)
{
    struct ring *r;
    (void)state;
    assert_ok(ring_create(4096, 2, &r));
    uint8_t *at = ring_reserve(r, 2048);
    size_t used = 0;
    for (uint64_t seq = 1; seq <= 3; seq++) {
        fill((struct record *)(void *)(at + used), seq);
        used += size_of(seq);
    }
    assert_null(ring_peek(r, 0)); /* unseen before the commit */
    ring_commit(r, used);
    for (int c = 0; c < 2; c++) {
        for (uint64_t seq = 1; seq <= 3; seq++) {
            const struct record *rec = ring_peek(r, c);
            assert_non_null(rec);
            assert_int_equal(rec->seq, seq);
            assert_true(is_whole(rec));
            ring_advance(r, c);
        }
        assert_null(ring_peek(r, c));
    }
    ring_destroy(r);
}

/* The largest record fits an empty ring wherever the head stands. */
static void test_half_a_ring_always_fits(void **state)
{
    struct ring *r;
    (void)state;
    assert_ok(ring_create(4096, 1, &r));
    for (uint32_t i = 0; i < 1024; i++) {
        struct record *rec = ring_reserve(r, 2048);
        assert_non_null(rec);
        rec->size = 8 + i % 256 * 8;
        ring_commit(r, rec->size);
        const struct record *seen = ring_peek(r, 0);
        assert_ptr_equal(seen, rec);
        ring_advance(r, 0);
    }
    ring_destroy(r);
}

static void test_detach_and_rejoin(void **state)
{
    struct ring *r;
    uint64_t seq = 0;
    const struct record *rec;
    (void)state;
    assert_ok(ring_create(4096, 2, &r));
    assert_false(ring_rejoin(r, 1));
    while (push(r, seq + 1)) {
        seq++;
        assert_non_null(ring_peek(r, 0));
        ring_advance(r, 0);
    }
    assert_int_equal(ring_slowest(r), 1);
    ring_detach(r, 1);
    ring_detach(r, 1);
    for (int i = 0; i < 100; i++) {
        assert_true(push(r, ++seq)); /* the rest go on, over what 1 had not read */
        rec = ring_peek(r, 0);
        assert_int_equal(rec->seq, seq);
        assert_true(is_whole(rec));
        ring_advance(r, 0);
    }
    assert_null(ring_peek(r, 1));
    assert_int_equal(ring_used(r, 1), 0);
    assert_false(ring_arm(r, 1)); /* it has news */
    assert_false(ring_wait(r, 1, -1));
    assert_true(ring_rejoin(r, 1));
    assert_false(ring_rejoin(r, 1)); /* once */
    assert_null(ring_peek(r, 1));
    assert_true(push(r, ++seq));
    rec = ring_peek(r, 1);
    assert_non_null(rec);
    assert_int_equal(rec->seq, seq);
    assert_true(is_whole(rec));
    ring_advance(r, 1);
    while (push(r, seq + 1)) { /* and it counts again */
        seq++;
    }
    ring_destroy(r);
}

static void test_record_being_read_is_kept(void **state)
{
    struct ring *r;
    uint64_t seq = 0;
    (void)state;
    assert_ok(ring_create(4096, 1, &r));
    while (push(r, seq + 1)) {
        seq++;
    }
    const struct record *held = ring_peek(r, 0);
    assert_int_equal(held->seq, 1);
    ring_detach(r, 0);
    assert_false(push(r, seq + 1)); /* one record waits for its reader */
    assert_true(is_whole(held));
    ring_advance(r, 0);
    assert_null(ring_peek(r, 0));
    for (int i = 0; i < 100; i++) {
        assert_true(push(r, ++seq));
    }
    assert_true(ring_rejoin(r, 0));
    assert_true(push(r, ++seq));
    const struct record *rec = ring_peek(r, 0);
    assert_int_equal(rec->seq, seq);
    /* Rejoining lets go of what is held, too. */
    ring_detach(r, 0);
    assert_true(ring_rejoin(r, 0));
    assert_null(ring_peek(r, 0));
    assert_true(push(r, ++seq));
    rec = ring_peek(r, 0);
    assert_int_equal(rec->seq, seq);
    ring_destroy(r);
}

static void test_wait(void **state)
{
    struct ring *r;
    (void)state;
    assert_ok(ring_create(4096, 1, &r));
    int64_t start = clock_system()->monotonic_ns(NULL);
    assert_false(ring_wait(r, 0, 2 * NS_PER_MS));
    assert_true(clock_system()->monotonic_ns(NULL) - start >= 2 * NS_PER_MS);
    assert_false(ring_wait(r, 0, 0));
    ring_wake(r, 0);
    assert_false(ring_wait(r, 0, -1)); /* a wake-up before the wait is not lost */
    assert_true(push(r, 1));
    assert_true(ring_wait(r, 0, -1));
    ring_wake(r, 0);
    assert_true(ring_wait(r, 0, -1)); /* a record comes first */
    assert_non_null(ring_peek(r, 0));
    ring_advance(r, 0);
    assert_false(ring_wait(r, 0, -1)); /* the wake-up is still there */
    ring_destroy(r);
}

static void test_event_loop(void **state)
{
    struct ring *r;
    (void)state;
    assert_ok(ring_create(4096, 1, &r));
    assert_true(push(r, 1));
    assert_false(readable(r, 0)); /* nobody sleeps: no system call */
    assert_false(ring_arm(r, 0));
    assert_non_null(ring_peek(r, 0));
    ring_advance(r, 0);
    assert_true(ring_arm(r, 0));
    assert_false(readable(r, 0));
    assert_true(push(r, 2));
    assert_true(readable(r, 0));
    assert_true(push(r, 3));
    ring_disarm(r, 0);
    assert_false(readable(r, 0));
    ring_destroy(r);
}

/* Threads. */

enum { RECORDS = 60000 };

struct reader {
    struct ring *ring;
    int consumer;
    uint64_t got, lost, last;
    bool bad;
    _Atomic bool *done; /* nothing will follow */
    bool lazy;          /* now and then it falls behind on purpose */
};

static void read_all(struct reader *me)
{
    const struct record *rec;
    while ((rec = ring_peek(me->ring, me->consumer)) != NULL) {
        if (!is_whole(rec) || rec->seq <= me->last) {
            me->bad = true;
        }
        me->lost += rec->seq - me->last - 1;
        me->last = rec->seq;
        me->got++;
        ring_advance(me->ring, me->consumer);
    }
}

static void *reader_main(void *user)
{
    struct reader *me = user;
    uint64_t rng = 1 + (uint64_t)me->consumer;
    for (;;) {
        bool done = atomic_load(me->done);
        read_all(me);
        (void)ring_rejoin(me->ring, me->consumer);
        if (done && ring_used(me->ring, me->consumer) == 0) {
            return NULL;
        }
        if (me->lazy && test_below(&rng, 3) == 0) {
            /* Holds one record over a spell of sleep, so that it is detached while reading too. */
            const struct record *held = ring_peek(me->ring, me->consumer);
            (void)poll(NULL, 0, 1);
            if (held != NULL && !is_whole(held)) {
                me->bad = true;
            }
        }
        (void)ring_wait(me->ring, me->consumer, 5 * NS_PER_S);
    }
}

static void run_threads(size_t bytes, bool lazy, struct reader *first, struct reader *second)
{
    struct ring *r;
    pthread_t threads[2];
    _Atomic bool done = false;
    assert_ok(ring_create(bytes, 2, &r));
    *first = (struct reader){.ring = r, .consumer = 0, .done = &done};
    *second = (struct reader){.ring = r, .consumer = 1, .done = &done, .lazy = lazy};
    assert_int_equal(pthread_create(&threads[0], NULL, reader_main, first), 0);
    assert_int_equal(pthread_create(&threads[1], NULL, reader_main, second), 0);
    for (uint64_t seq = 1; seq <= RECORDS;) {
        if (push(r, seq)) {
            seq++;
        } else if (lazy && ring_slowest(r) == 1) {
            ring_detach(r, 1);
        } else {
            sched_yield();
        }
    }
    atomic_store(&done, true);
    ring_wake(r, 0);
    ring_wake(r, 1);
    pthread_join(threads[0], NULL);
    pthread_join(threads[1], NULL);
    ring_destroy(r);
}

static void test_two_readers_see_everything(void **state)
{
    struct reader a, b;
    (void)state;
    run_threads(1 << 14, false, &a, &b);
    assert_false(a.bad);
    assert_false(b.bad);
    assert_int_equal(a.got, RECORDS);
    assert_int_equal(b.got, RECORDS);
    assert_int_equal(a.lost + b.lost, 0);
}

static void test_a_detached_reader_knows_what_it_lost(void **state)
{
    struct reader a, b;
    (void)state;
    run_threads(1 << 14, true, &a, &b);
    assert_false(a.bad);
    assert_false(b.bad);
    assert_int_equal(a.got, RECORDS);
    assert_int_equal(a.lost, 0);
    assert_true(b.got < RECORDS); /* it was detached at all */
    assert_int_equal(b.got + b.lost, b.last);
}

/* Each record is awaited before the next is sent: a lost wake-up would hang until the 10 s are over. */
static void *echo_main(void *user)
{
    struct ring **rings = user;
    for (uint64_t seq = 1; seq <= 5000; seq++) {
        if (!ring_wait(rings[0], 0, 10 * NS_PER_S)) {
            return rings;
        }
        ring_peek(rings[0], 0);
        ring_advance(rings[0], 0);
        push(rings[1], seq);
    }
    return NULL;
}

static void test_no_wakeup_is_lost(void **state)
{
    struct ring *rings[2];
    pthread_t thread;
    void *failed = NULL;
    (void)state;
    assert_ok(ring_create(4096, 1, &rings[0]));
    assert_ok(ring_create(4096, 1, &rings[1]));
    assert_int_equal(pthread_create(&thread, NULL, echo_main, rings), 0);
    for (uint64_t seq = 1; seq <= 5000; seq++) {
        assert_true(push(rings[0], seq));
        assert_true(ring_wait(rings[1], 0, 10 * NS_PER_S));
        const struct record *rec = ring_peek(rings[1], 0);
        assert_int_equal(rec->seq, seq);
        ring_advance(rings[1], 0);
    }
    pthread_join(thread, &failed);
    assert_null(failed);
    ring_destroy(rings[0]);
    ring_destroy(rings[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_create),
        cmocka_unit_test(test_wraps),
        cmocka_unit_test(test_several_records_in_one_commit),
        cmocka_unit_test(test_half_a_ring_always_fits),
        cmocka_unit_test(test_detach_and_rejoin),
        cmocka_unit_test(test_record_being_read_is_kept),
        cmocka_unit_test(test_wait),
        cmocka_unit_test(test_event_loop),
        cmocka_unit_test(test_two_readers_see_everything),
        cmocka_unit_test(test_a_detached_reader_knows_what_it_lost),
        cmocka_unit_test(test_no_wakeup_is_lost),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
