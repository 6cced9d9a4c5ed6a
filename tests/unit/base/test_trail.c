#include "test.h"
#include <alphaplus/base/trail.h>
#include <pthread.h>
#include <string.h>

enum { CAP = 16, WORDS = 11, ITEMS = 60000 };

struct item {
    uint64_t words[WORDS];
};

static struct trail *create(size_t item_bytes)
{
    struct trail *t = calloc(1, trail_bytes(CAP, item_bytes));
    assert_non_null(t);
    trail_init(t, CAP, item_bytes);
    return t;
}

static void test_keeps_the_last(void **state)
{
    struct trail *t = create(3);
    char got[4] = "---";
    (void)state;
    trail_amend(t, "abc"); /* nothing there */
    assert_int_equal(trail_head(t), 0);
    assert_false(trail_read(t, 0, got));
    for (int i = 0; i < 40; i++) {
        char item[3] = {(char)i, 'b', 'c'};
        trail_push(t, item);
    }
    assert_int_equal(trail_head(t), 40);
    assert_false(trail_read(t, 23, got)); /* overrun */
    assert_false(trail_read(t, 40, got)); /* not there yet */
    assert_false(trail_read(t, UINT64_MAX, got));
    for (uint64_t i = 24; i < 40; i++) {
        assert_true(trail_read(t, i, got));
        assert_int_equal(got[0], i);
        assert_int_equal(got[3], '\0');
    }
    free(t);
}

static void test_amend_and_clear(void **state)
{
    struct trail *t = create(8);
    uint64_t v = 1, got = 0;
    (void)state;
    trail_push(t, &v);
    v = 2;
    trail_amend(t, &v);
    assert_int_equal(trail_head(t), 1);
    assert_true(trail_read(t, 0, &got));
    assert_int_equal(got, 2);
    trail_clear(t);
    uint64_t head = trail_head(t);
    assert_true(head > 1); /* indices go on */
    for (uint64_t i = 0; i < head + 2; i++) {
        assert_false(trail_read(t, i, &got));
    }
    trail_amend(t, &v); /* nothing since then */
    assert_false(trail_read(t, head - 1, &got));
    v = 3;
    trail_push(t, &v);
    assert_int_equal(trail_head(t), head + 1);
    assert_true(trail_read(t, head, &got));
    assert_int_equal(got, 3);
    free(t);
}

/* The count of amendments runs over without touching the index beside it. */
static void test_many_amendments(void **state)
{
    struct trail *t = create(8);
    uint64_t got = 0;
    (void)state;
    trail_push(t, &got);
    for (uint64_t v = 0; v < (1 << 20) + 3; v++) {
        trail_amend(t, &v);
    }
    assert_true(trail_read(t, 0, &got));
    assert_int_equal(got, (1 << 20) + 2);
    trail_push(t, &got);
    assert_true(trail_read(t, 1, &got));
    free(t);
}

struct shared {
    struct trail *trail;
    bool bad;
    uint64_t reads;
    _Atomic bool *done;
};

static void *reader_main(void *user)
{
    struct shared *me = user;
    struct item item;
    uint64_t next = 0;
    for (;;) {
        bool done = atomic_load(me->done);
        uint64_t head = trail_head(me->trail);
        if (head - next > CAP) {
            next = head - CAP;
        }
        for (; next < head; next++) {
            if (!trail_read(me->trail, next, &item)) {
                continue;
            }
            me->reads++;
            /* word 0: the index; the others: it and how often the item was amended */
            for (size_t i = 1; i < WORDS; i++) {
                if (item.words[0] != next || item.words[i] != item.words[1] || item.words[1] / 8 != next) {
                    me->bad = true;
                }
            }
        }
        next = head > 0 ? head - 1 : 0; /* look at the newest again: it may be amended */
        if (done) {
            return NULL;
        }
    }
}

static void test_no_torn_item(void **state)
{
    struct trail *t = create(sizeof(struct item));
    _Atomic bool done = false;
    struct shared readers[2] = {{.trail = t, .done = &done}, {.trail = t, .done = &done}};
    pthread_t threads[2];
    (void)state;
    for (int i = 0; i < 2; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, reader_main, &readers[i]), 0);
    }
    for (uint64_t n = 0; n < ITEMS; n++) {
        for (uint64_t amended = 0; amended <= n % 4; amended++) {
            struct item item = {.words = {n}};
            for (size_t i = 1; i < WORDS; i++) {
                item.words[i] = n * 8 + amended;
            }
            if (amended == 0) {
                trail_push(t, &item);
            } else {
                trail_amend(t, &item);
            }
        }
    }
    atomic_store(&done, true);
    for (int i = 0; i < 2; i++) {
        pthread_join(threads[i], NULL);
        assert_false(readers[i].bad);
        assert_true(readers[i].reads > 0);
    }
    free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_keeps_the_last),
        cmocka_unit_test(test_amend_and_clear),
        cmocka_unit_test(test_many_amendments),
        cmocka_unit_test(test_no_torn_item),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
