#include "test.h"
#include <alphaplus/base/board.h>
#include <pthread.h>
#include <string.h>

enum { WORDS = 300, VERSIONS = 20000 };

struct payload {
    uint64_t words[WORDS];
};

static struct board *create(size_t payload_bytes)
{
    size_t bytes = (board_bytes(payload_bytes) + 63) / 64 * 64;
    struct board *b = aligned_alloc(64, bytes);
    assert_non_null(b);
    memset(b, 0, bytes);
    board_init(b, payload_bytes);
    return b;
}

static void test_newest(void **state)
{
    struct board *b = create(5);
    char got[6] = "-----";
    (void)state;
    assert_int_equal(board_version(b), 0);
    assert_int_equal(board_read(b, got), 0);
    assert_string_equal(got, "-----");
    for (int i = 1; i <= 10; i++) {
        char *draft = board_begin(b);
        if (i > 1) {
            assert_int_equal(draft[0], 'a' + i - 1); /* the last version lies there */
        }
        memset(draft, 'a' + i, 5);
        assert_int_equal(board_version(b), i - 1); /* unseen */
        board_publish(b);
        assert_int_equal(board_version(b), i);
        assert_int_equal(board_read(b, got), i);
        assert_int_equal(got[0], 'a' + i);
        assert_int_equal(got[4], 'a' + i);
        assert_int_equal(got[5], '\0'); /* not a byte more than the payload */
    }
    free(b);
}

struct shared {
    struct board *board;
    bool bad;
    uint64_t reads;
};

static void *reader_main(void *user)
{
    struct shared *me = user;
    struct payload p;
    uint64_t last = 0;
    while (last < VERSIONS) {
        uint64_t version = board_read(me->board, &p);
        if (version == 0) {
            continue;
        }
        me->reads++;
        if (version < last) {
            me->bad = true;
        }
        last = version;
        for (size_t i = 0; i < WORDS; i++) {
            if (p.words[i] != version + i) {
                me->bad = true;
            }
        }
    }
    return NULL;
}

static void test_no_torn_copy(void **state)
{
    struct board *b = create(sizeof(struct payload));
    struct shared readers[2] = {{.board = b}, {.board = b}};
    pthread_t threads[2];
    (void)state;
    for (int i = 0; i < 2; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, reader_main, &readers[i]), 0);
    }
    for (uint64_t version = 1; version <= VERSIONS; version++) {
        struct payload *p = board_begin(b);
        for (size_t i = 0; i < WORDS; i++) {
            p->words[i] = version + i;
        }
        board_publish(b);
    }
    for (int i = 0; i < 2; i++) {
        pthread_join(threads[i], NULL);
        assert_false(readers[i].bad);
        assert_true(readers[i].reads > 0);
    }
    free(b);
}

/* A block in which no slot has what `version` says: gives up instead of looking for ever. */
static void test_bad_block(void **state)
{
    struct board *b = create(64);
    char got[64];
    (void)state;
    atomic_store(&b->version, 7);
    assert_int_equal(board_read(b, got), 0);
    free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_newest),
        cmocka_unit_test(test_no_torn_copy),
        cmocka_unit_test(test_bad_block),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
