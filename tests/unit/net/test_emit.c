#include "net/emit.h"
#include "test.h"
#include <alphaplus/base/ring.h>
#include <string.h>

#define RING_BYTES 4096
#define ENGINE     0
#define JOURNAL    1

struct fixture {
    struct ring *ring;
    struct event_stamp stamp;
    struct emitter emitter;
    int64_t now_ns;
    struct clock clock;
};

static int64_t fake_now(void *user)
{
    return ((struct fixture *)user)->now_ns;
}

static void begin(struct fixture *f, int consumers, int journal)
{
    memset(f, 0, sizeof *f);
    f->now_ns = 1000;
    f->clock = (struct clock){.monotonic_ns = fake_now, .wall_ns = fake_now, .user = f};
    clock_stamp_init(&f->stamp.clock, &f->clock);
    f->stamp.seq = 41;
    assert_int_equal(ring_create(RING_BYTES, consumers, &f->ring), 0);
    emit_init(&f->emitter, f->ring, &f->stamp, journal);
}

static bool emit_some(struct fixture *f)
{
    struct count_row row = {.value = 7};
    f->now_ns++;
    return emit_row(&f->emitter, EVENT_OPEN_INTEREST, 1, 1, &row, sizeof row);
}

static int drain(struct fixture *f, int consumer, uint64_t *last_seq, int *ret_gaps, uint64_t *ret_lost)
{
    int n = 0;
    const struct event *ev;
    int64_t recv_ns = 0;
    while ((ev = ring_peek(f->ring, consumer)) != NULL) {
        assert_int_equal(event_check(ev, ev->size), 0);
        assert_true(ev->seq == *last_seq + 1);
        assert_true(ev->recv_ns >= recv_ns);
        recv_ns = ev->recv_ns;
        *last_seq = ev->seq;
        if (ev->kind == EVENT_GAP) {
            const struct gap_row *row = event_rows_const(ev);
            assert_int_equal(row->cause, GAP_RING_FULL);
            assert_int_equal(ev->instrument, 0);
            assert_true(row->from_ns <= row->to_ns);
            *ret_lost += row->lost;
            ++*ret_gaps;
        }
        ring_advance(f->ring, consumer);
        n++;
    }
    return n;
}

static void numbers_and_stamps(void **state)
{
    (void)state;
    struct fixture f;
    uint64_t seq = 41, lost = 0;
    int gaps = 0;
    begin(&f, 1, -1);
    for (int i = 0; i < 5; i++) {
        assert_true(emit_some(&f));
    }
    assert_int_equal(drain(&f, ENGINE, &seq, &gaps, &lost), 5);
    assert_true(seq == 46);
    assert_int_equal(gaps, 0);
    ring_destroy(f.ring);
}

static void a_full_ring_leaves_one_gap_that_counts_every_loss(void **state)
{
    (void)state;
    struct fixture f;
    uint64_t seq = 41, lost = 0, refused = 0, emitted = 0;
    int gaps = 0;
    begin(&f, 1, -1);
    for (int i = 0; i < 200; i++) {
        if (emit_some(&f)) {
            emitted++;
        } else {
            refused++;
        }
    }
    assert_true(refused > 100);
    assert_true(f.emitter.refused == refused);
    assert_int_equal(drain(&f, ENGINE, &seq, &gaps, &lost), (int)emitted);
    assert_int_equal(gaps, 0);
    assert_true(emit_some(&f)); /* there is room: first the gap, then this one */
    assert_int_equal(drain(&f, ENGINE, &seq, &gaps, &lost), 2);
    assert_int_equal(gaps, 1);
    assert_true(lost == refused);
    assert_true(seq == 41 + emitted + 2); /* numbers have no holes: what was refused never had one */
    ring_destroy(f.ring);
}

static void a_loss_stays_open_until_half_the_ring_is_free(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f, 1, -1);
    while (emit_some(&f)) {
    }
    assert_non_null(ring_peek(f.ring, ENGINE));
    ring_advance(f.ring, ENGINE);
    assert_false(emit_some(&f)); /* room for one, but not a calm ring */
    assert_false(emit_recover(&f.emitter));
    while (ring_used(f.ring, ENGINE) > 0) {
        assert_non_null(ring_peek(f.ring, ENGINE));
        ring_advance(f.ring, ENGINE);
    }
    assert_true(emit_recover(&f.emitter));
    assert_true(f.emitter.lost == 0);
    ring_destroy(f.ring);
}

static void a_journal_that_lags_alone_is_let_go(void **state)
{
    (void)state;
    struct fixture f;
    uint64_t seq = 41, lost = 0;
    int gaps = 0;
    begin(&f, 2, JOURNAL);
    for (int i = 0; i < 200; i++) {
        assert_true(emit_some(&f));
        assert_int_equal(drain(&f, ENGINE, &seq, &gaps, &lost), 1);
    }
    assert_true(f.emitter.refused == 0);
    assert_int_equal(gaps, 0);
    assert_true(ring_rejoin(f.ring, JOURNAL));
    ring_destroy(f.ring);
}

static void a_journal_is_kept_when_the_engine_lags_as_well(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f, 2, JOURNAL);
    while (emit_some(&f)) {
    }
    assert_true(f.emitter.refused == 1);
    assert_false(ring_rejoin(f.ring, JOURNAL));
    ring_destroy(f.ring);
}

static void nothing_decoded_takes_no_number(void **state)
{
    (void)state;
    struct fixture f;
    struct event_buf out;
    begin(&f, 1, -1);
    assert_true(emit_begin(&f.emitter, 100, &out));
    emit_end(&f.emitter, &out);
    assert_true(f.stamp.seq == 41);
    assert_null(ring_peek(f.ring, ENGINE));
    assert_true(emit_begin(&f.emitter, 100 * RING_BYTES, &out));
    assert_true(out.cap <= RING_BYTES / 2); /* as much as can be had; the decoder says AP_EFULL */
    ring_destroy(f.ring);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_and_stamps),
        cmocka_unit_test(a_full_ring_leaves_one_gap_that_counts_every_loss),
        cmocka_unit_test(a_loss_stays_open_until_half_the_ring_is_free),
        cmocka_unit_test(a_journal_that_lags_alone_is_let_go),
        cmocka_unit_test(a_journal_is_kept_when_the_engine_lags_as_well),
        cmocka_unit_test(nothing_decoded_takes_no_number),
    };
    return cmocka_run_group_tests_name("net/emit", tests, NULL, NULL);
}
