/* Checkpoints: found by time and number, thinned, dropped with what they belong to, and never believed when they are not sound. */
#include "place.h"

#include <alphaplus/journal/checkpoint.h>
#include <string.h>

#define SECOND_NS INT64_C(1000000000)
#define MINUTE_NS (60 * SECOND_NS)
#define START_NS  (INT64_C(1700000000) * SECOND_NS / (30 * MINUTE_NS) * (30 * MINUTE_NS))

static const struct journal_maker maker = {.engine_version = 7, .layout = UINT64_MAX - 1, .numbers = 3};

static void fill(char *state, size_t n, uint64_t seq)
{
    for (size_t i = 0; i < n; i++) {
        state[i] = (char)(seq * 31 + i / 7);
    }
}

static int put(struct journal_writer *w, uint64_t seq, int64_t time_ns)
{
    char state[5000];
    fill(state, sizeof(state), seq);
    const struct journal_checkpoint c = {.seq = seq,
                                         .time_ns = time_ns,
                                         .maker = maker,
                                         .digest_exact = seq * 3,
                                         .digest_all = UINT64_MAX - seq,
                                         .state = state,
                                         .n = sizeof(state)};
    return journal_checkpoint_put(w, &c);
}

static void check(const struct journal_checkpoint *c, uint64_t seq)
{
    char state[5000];
    fill(state, sizeof(state), seq);
    assert_int_equal(c->seq, seq);
    assert_int_equal(c->n, sizeof(state));
    assert_memory_equal(c->state, state, sizeof(state));
    assert_true(c->digest_exact == seq * 3 && c->digest_all == UINT64_MAX - seq);
    assert_true(c->maker.engine_version == 7 && c->maker.layout == UINT64_MAX - 1 && c->maker.numbers == 3);
}

/* Idle events, one every step_ns, each with a checkpoint. */
static uint64_t record(struct journal_writer *w, struct made_events *m, size_t n, int64_t step_ns)
{
    made_session(m);
    write_all(w, m, 100);
    for (size_t i = 0; i < n; i++) {
        made_clear(m);
        struct event *ev = made_add(m, EVENT_IDLE, 0, NULL, 0);
        ev->recv_ns = START_NS + (int64_t)i * step_ns;
        assert_ok(journal_append(w, ev));
        assert_ok(put(w, ev->seq, ev->recv_ns));
        assert_ok(journal_commit(w));
    }
    return m->seq;
}

static void finds_them(void **state)
{
    const struct place *p = *state;
    struct made_events m;
    struct journal_checkpoint c;
    made_init(&m, 5, 2);
    m.recv_ns = START_NS - MINUTE_NS;
    struct journal_writer *w = open_writer(p);
    uint64_t last = record(w, &m, 10, MINUTE_NS), first = last - 9;
    /* Behind the newest event: it waits for its own. */
    assert_ok(put(w, last + 1, START_NS + 10 * MINUTE_NS));
    assert_ok(journal_commit(w));
    struct journal *j = open_reader(p);
    assert_ok(journal_checkpoint_before(j, &maker, UINT64_MAX, INT64_MAX, &c));
    check(&c, last);
    assert_ok(journal_checkpoint_before(j, &maker, UINT64_MAX, START_NS + 4 * MINUTE_NS + 5, &c));
    check(&c, first + 4);
    assert_ok(journal_checkpoint_before(j, &maker, first + 6, INT64_MAX, &c));
    check(&c, first + 6);
    assert_err(journal_checkpoint_before(j, &maker, UINT64_MAX, START_NS - 1, &c), AP_ENOTFOUND);
    uint64_t seq = 0, n = 0;
    for (; journal_checkpoint_after(j, &maker, seq, &c) == 0; n++) {
        check(&c, seq == 0 ? first : seq + 1);
        seq = c.seq;
    }
    assert_int_equal(n, 10);
    struct journal_maker other = maker;
    other.layout = 1;
    assert_err(journal_checkpoint_before(j, &other, UINT64_MAX, INT64_MAX, &c), AP_ENOTFOUND);
    journal_close(j);
    assert_ok(journal_checkpoints_drop(w));
    assert_ok(journal_writer_close(w));
    assert_int_equal(number(p, "SELECT count(*) FROM checkpoints"), 0);
    verify_ok(p);
    made_finish(&m);
}

static void are_thinned(void **state)
{
    const struct place *p = *state;
    struct made_events m;
    made_init(&m, 6, 1);
    m.recv_ns = START_NS - MINUTE_NS;
    struct journal_writer *w = open_writer(p);
    record(w, &m, 26 * 60 + 1, MINUTE_NS);
    assert_ok(journal_writer_close(w));
    /* 61 of the last hour, every fifth of the 23 before it, every thirtieth of the two before these. */
    assert_int_equal(number(p, "SELECT count(*) FROM checkpoints"), 61 + 23 * 12 + 4);
    assert_int_equal(number(p, "SELECT max(time_ns) - min(time_ns) FROM checkpoints"), 26 * 60 * MINUTE_NS);
    made_finish(&m);
}

static void not_behind_a_lost_span(void **state)
{
    const struct place *p = *state;
    struct made_events m;
    made_init(&m, 7, 1);
    m.recv_ns = START_NS - MINUTE_NS;
    struct journal_writer *w = open_writer(p);
    uint64_t last = record(w, &m, 2, SECOND_NS);
    assert_ok(put(w, last + 3, START_NS + 3 * SECOND_NS)); /* waits for what never comes */
    made_clear(&m);
    m.seq += 5;
    struct event *ev = made_add(&m, EVENT_IDLE, 0, NULL, 0);
    ev->recv_ns = START_NS + 9 * SECOND_NS;
    assert_ok(journal_append(w, ev));
    assert_err(put(w, ev->seq, ev->recv_ns), AP_EAGAIN);
    assert_ok(journal_commit(w));
    assert_int_equal(number(p, "SELECT max(seq) FROM checkpoints"), last);
    made_clear(&m);
    m.recv_ns = ev->recv_ns + SECOND_NS;
    made_session(&m);
    write_all(w, &m, 10);
    assert_ok(put(w, m.seq, m.recv_ns));
    assert_ok(journal_writer_close(w));
    assert_int_equal(number(p, "SELECT max(seq) FROM checkpoints"), m.seq);
    made_finish(&m);
}

static void damaged_ones_are_passed_over(void **state)
{
    static const char *const damages[] = {"data = CAST(x'00' || substr(data, 2) AS BLOB)",
                                          "raw_bytes = raw_bytes + 1",
                                          "raw_bytes = -1",
                                          "raw_bytes = 1 << 40",
                                          "data = x''",
                                          "crc = crc + 1"};
    const struct place *p = *state;
    struct journal_checkpoint c;
    for (size_t i = 0; i < sizeof(damages) / sizeof(damages[0]); i++) {
        struct made_events m;
        char sql[160];
        made_init(&m, 8, 1);
        m.recv_ns = START_NS - MINUTE_NS;
        struct journal_writer *w = open_writer(p);
        uint64_t last = record(w, &m, 3, SECOND_NS);
        assert_ok(journal_writer_close(w));
        (void)snprintf(sql, sizeof(sql),
                       "UPDATE checkpoints SET %s WHERE seq = (SELECT max(seq) FROM checkpoints)",
                       damages[i]);
        change(p, sql);
        struct journal *j = open_reader(p);
        assert_ok(journal_checkpoint_before(j, &maker, UINT64_MAX, INT64_MAX, &c));
        check(&c, last - 1);
        journal_close(j);
        assert_int_equal(unlink(p->path), 0);
        made_finish(&m);
    }
}

static void refuses_what_cannot_be(void **state)
{
    const struct place *p = *state;
    struct journal_writer *w = open_writer(p);
    char byte = 1;
    struct journal_checkpoint c = {.seq = 1, .maker = maker, .state = &byte, .n = 0};
    assert_err(journal_checkpoint_put(w, &c), AP_EINVAL);
    c.n = JOURNAL_CHECKPOINT_MAX + 1;
    assert_err(journal_checkpoint_put(w, &c), AP_ETOOBIG);
    c.n = 1;
    c.seq = 0;
    assert_err(journal_checkpoint_put(w, &c), AP_EINVAL);
    assert_ok(journal_writer_close(w));
}

static void seq_by_time(void **state)
{
    const struct place *p = *state;
    struct made_events m;
    uint64_t seq;
    made_init(&m, 9, 3);
    struct journal_writer *w = open_writer(p);
    made_session(&m);
    made_market(&m, 40000);
    write_all(w, &m, 5000);
    made_market(&m, 500); /* the rest of it stays in the tail */
    for (size_t at = 0; at < m.n;) {
        const struct event *ev = (const void *)(m.data + at);
        at += ev->size;
        assert_ok(ev->seq > 40000 && ev->seq > (uint64_t)number(p, "SELECT max(last_seq) FROM sessions")
                      ? journal_append(w, ev)
                      : 0);
    }
    assert_ok(journal_commit(w));
    assert_true(number(p, "SELECT count(*) FROM tail") > 0);
    assert_true(number(p, "SELECT count(DISTINCT seal) FROM blocks") > 1);
    struct journal *j = open_reader(p);
    int64_t before = INT64_MIN;
    size_t k = 0;
    for (size_t at = 0; at < m.n; k++) {
        const struct event *ev = (const void *)(m.data + at);
        at += ev->size;
        if (k % 997 == 0 && ev->recv_ns > before) {
            assert_ok(journal_seq_at(j, ev->recv_ns, &seq));
            assert_int_equal(seq, ev->seq);
        }
        before = ev->recv_ns;
    }
    assert_ok(journal_seq_at(j, INT64_MIN, &seq));
    assert_int_equal(seq, 1);
    assert_ok(journal_seq_at(j, INT64_MAX, &seq));
    assert_int_equal(seq, m.seq + 1);
    journal_close(j);

    /* The clock was set back: the newer session is meant, and behind it nothing of the older. */
    int64_t start = m.recv_ns - MINUTE_NS / 60;
    uint64_t first = m.seq + 1;
    made_clear(&m);
    m.recv_ns = start;
    made_session(&m);
    write_all(w, &m, 100);
    j = open_reader(p);
    assert_ok(journal_seq_at(j, m.recv_ns, &seq));
    assert_true(seq >= first && seq <= m.seq);
    journal_close(j);
    assert_ok(journal_writer_close(w));
    made_finish(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(finds_them, setup, teardown),
        cmocka_unit_test_setup_teardown(are_thinned, setup, teardown),
        cmocka_unit_test_setup_teardown(not_behind_a_lost_span, setup, teardown),
        cmocka_unit_test_setup_teardown(damaged_ones_are_passed_over, setup, teardown),
        cmocka_unit_test_setup_teardown(refuses_what_cannot_be, setup, teardown),
        cmocka_unit_test_setup_teardown(seq_by_time, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
