#include "test.h"
#include <alphaplus/model/publication.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static void test_parts_do_not_touch(void **state)
{
    struct publication *p = NULL;
    struct market_view *view;
    struct tape_item item = {.px = 1}, got;
    (void)state;
    assert_ok(publication_create(&p));
    assert_null(publication_market(p, INSTRUMENT_MAX));
    assert_null(publication_tape(p, INSTRUMENT_MAX));
    assert_null(publication_request(p, VIEWER_MAX));
    assert_null(publication_picture(p, VIEWER_MAX));
    for (uint32_t i = 0; i < INSTRUMENT_MAX; i++) {
        view = board_begin(publication_market(p, i));
        assert_int_equal((uintptr_t)view % 64, 0);
        memset(view, (int)i + 1, sizeof(*view));
        board_publish(publication_market(p, i));
        for (int k = 0; k < TAPE_TRAIL_ITEMS + 5; k++) {
            item.instrument = i;
            trail_push(publication_tape(p, i), &item);
        }
    }
    for (uint32_t i = 0; i < VIEWER_MAX; i++) {
        memset(board_begin(publication_picture(p, i)), 0x55, sizeof(struct picture));
        board_publish(publication_picture(p, i));
        memset(board_begin(publication_request(p, i)), 0x66, sizeof(struct view_request));
        board_publish(publication_request(p, i));
    }
    memset(board_begin(publication_head(p)), 0x77, sizeof(struct head_view));
    board_publish(publication_head(p));
    memset(board_begin(publication_host(p)), 0x78, sizeof(struct host_view));
    board_publish(publication_host(p));
    struct liq_item liq = {.px = 9}, liq_got;
    struct note_item note = {.seq = 8}, note_got;
    for (int i = 0; i < LIQ_TRAIL_ITEMS + 1; i++) {
        trail_push(publication_liquidations(p), &liq);
        trail_push(publication_notes(p), &note);
    }
    struct market_view *copy = malloc(sizeof(*copy));
    assert_non_null(copy);
    for (uint32_t i = 0; i < INSTRUMENT_MAX; i++) {
        assert_int_equal(board_read(publication_market(p, i), copy), 1);
        assert_int_equal(((uint8_t *)copy)[0], i + 1);
        assert_int_equal(((uint8_t *)copy)[sizeof(*copy) - 1], i + 1);
        assert_true(trail_read(publication_tape(p, i), TAPE_TRAIL_ITEMS, &got));
        assert_int_equal(got.instrument, i);
    }
    assert_true(trail_read(publication_liquidations(p), 1, &liq_got));
    assert_int_equal(liq_got.px, 9);
    assert_true(trail_read(publication_notes(p), LIQ_TRAIL_ITEMS, &note_got));
    assert_int_equal(note_got.seq, 8);
    free(copy);
    publication_destroy(p);
    publication_destroy(NULL);
}

static void test_attach(void **state)
{
    struct publication *p = NULL, *q = NULL;
    (void)state;
    assert_ok(publication_create(&p));
    size_t bytes = publication_bytes();
    assert_ok(publication_attach(p, bytes, &q));
    assert_ptr_equal(p, q);
    q = NULL;
    assert_err(publication_attach(p, bytes - 1, &q), AP_ECORRUPT);
    assert_err(publication_attach(p, 0, &q), AP_ECORRUPT);
    /* A board that claims to be larger than what readers hold for it. */
    publication_market(p, 3)->payload_bytes += 64;
    assert_err(publication_attach(p, bytes, &q), AP_EVERSION);
    publication_market(p, 3)->payload_bytes -= 64;
    publication_tape(p, 63)->cap = UINT64_MAX;
    assert_err(publication_attach(p, bytes, &q), AP_EVERSION);
    memset(p, 0, 8);
    assert_err(publication_attach(p, bytes, &q), AP_ECORRUPT);
    assert_null(q);
    publication_destroy(p);
}

static void test_another_process_reads_it(void **state)
{
    size_t bytes = publication_bytes();
    void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1,
                        0);
    int status = -1;
    (void)state;
    assert_true(memory != MAP_FAILED);
    struct publication *p = publication_init(memory);
    pid_t child = fork();
    if (child == 0) {
        struct publication *mine = NULL;
        struct note_item note;
        for (int tries = 0; publication_attach(memory, bytes, &mine) == 0 && tries < 100000000; tries++) {
            if (trail_read(publication_notes(mine), 0, &note)) {
                _exit(note.seq == 42 ? 0 : 1);
            }
        }
        _exit(2);
    }
    assert_true(child > 0);
    struct note_item note = {.seq = 42};
    trail_push(publication_notes(p), &note);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    munmap(memory, bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parts_do_not_touch),
        cmocka_unit_test(test_attach),
        cmocka_unit_test(test_another_process_reads_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
