/* Pruning: what is kept is whole, what is gone is said, and it may be stopped at any step. */
#include "place.h"

#include <string.h>

static void write_sessions(const struct place *p, struct made_events *m, int sessions, size_t events)
{
    made_init(m, 41, 3);
    for (int i = 0; i < sessions; i++) {
        struct journal_writer *w = open_writer(p);
        made_session(m);
        made_market(m, events);
        size_t k = 0;
        for (size_t at = 0; at < m->n;) {
            const struct event *ev = (const void *)(m->data + at);
            at += ev->size;
            if (ev->seq > journal_last_seq(w)) {
                assert_ok(journal_append(w, ev));
                assert_ok(++k % 500 == 0 ? journal_commit(w) : 0);
            }
        }
        assert_ok(journal_writer_close(w));
    }
}

static struct journal_prune_report prune(const struct place *p, int64_t keep_ns, uint64_t max_bytes)
{
    const struct journal_prune_options o = {.path = p->path, .keep_ns = keep_ns, .max_bytes = max_bytes};
    struct journal_prune_report r;
    char why[256];
    int err = journal_prune(&o, &r, why, sizeof(why));
    if (err != 0) {
        print_error("%s: %s\n", ap_err_name(err), why);
    }
    assert_int_equal(err, 0);
    return r;
}

/* The made event of this number, from *at on: they are asked for in order. */
static const struct event *event_at(const struct made_events *m, uint64_t seq, size_t *at)
{
    while (*at < m->n) {
        const struct event *ev = (const void *)(m->data + *at);
        if (ev->seq == seq) {
            return ev;
        }
        *at += ev->size;
    }
    return NULL;
}

/* Behind the cut all is as it was; before it only what is carried over, then a gap up to the cut. */
static void check_cut(const struct place *p, const struct made_events *m, uint64_t cut, bool is_clean)
{
    struct journal *j = open_reader(p);
    struct journal_cursor *c;
    const struct event *ev;
    uint64_t seq = 0, instruments = 0;
    size_t at = 0;
    assert_ok(journal_cursor_open(j, 1, &c));
    while (journal_next(c, &ev) == 1) {
        const struct event *was = event_at(m, ev->seq, &at);
        assert_non_null(was);
        if (ev->seq > cut) {
            assert_true(is_clean && seq == 0 ? was->kind == EVENT_SESSION : ev->seq == seq + 1);
            assert_int_equal(ev->size, was->size);
            assert_memory_equal(ev, was, ev->size);
        } else if (ev->kind == EVENT_GAP && was->kind != EVENT_GAP) {
            const struct gap_row *gap = event_rows_const(ev);
            assert_int_equal(gap->lost, ev->seq - seq);
            assert_string_equal(gap->text, "pruned");
        } else if (ev->kind != EVENT_GAP) {
            assert_int_equal(ev->kind, was->kind);
            assert_memory_equal(ev + 1, was + 1, ev->size - sizeof(*ev));
            assert_true(seq != 0 || ev->kind == EVENT_SESSION);
            instruments += ev->kind == EVENT_INSTRUMENT;
        }
        seq = ev->seq;
    }
    assert_int_equal(seq, m->seq);
    assert_true(is_clean ? instruments == 0 : instruments == 3);
    journal_cursor_close(c);
    journal_close(j);
    verify_ok(p);
}

static void check_rows(const struct place *p, uint64_t cut)
{
    static const char *const tables[] = {"liquidation_events", "open_interest", "funding_rates", "feeds"};
    char sql[128];
    for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
        (void)snprintf(sql, sizeof(sql), "SELECT count(*) FROM %s WHERE seq <= %llu", tables[i],
                       (unsigned long long)cut);
        assert_int_equal(number(p, sql), 0);
    }
    assert_int_equal(number(p, "SELECT count(*) FROM block_kinds WHERE block NOT IN (SELECT id FROM blocks)"),
                     0);
    assert_int_equal(number(p, "SELECT count(*) FROM gaps WHERE origin = 'prune'"), 1);
    assert_int_equal(number(p, "PRAGMA freelist_count"), 0);
}

static void cuts_a_session(void **state)
{
    const struct place *p = *state;
    struct made_events m;
    struct journal_info info;
    write_sessions(p, &m, 1, 60000);
    int64_t all = number(p, "SELECT max(last_ns) - min(first_ns) FROM blocks");
    int64_t seals = number(p, "SELECT count(DISTINCT seal) FROM blocks");
    assert_true(seals >= 4);
    assert_int_equal(prune(p, 2 * all, 0).seals, 0);
    struct journal_prune_report r = prune(p, all / 2, 0);
    assert_true(r.seals >= 1 && (int64_t)r.seals < seals);
    assert_true(r.bytes_after < r.bytes_before);
    struct journal *j = open_reader(p);
    assert_ok(journal_info(j, &info));
    journal_close(j);
    assert_true(info.pruned_seq > 1);
    assert_int_equal(info.pruned_ns, r.before_ns);
    assert_int_equal(info.first_ns, r.before_ns);
    check_cut(p, &m, info.pruned_seq, false);
    check_rows(p, info.pruned_seq);

    /* Once more, from what is left: the carried events are carried on. */
    r = prune(p, all / 8, 0);
    assert_true(r.seals >= 1);
    int64_t cut = number(p, "SELECT seq FROM gaps WHERE origin = 'prune'");
    assert_true(cut > (int64_t)info.pruned_seq);
    check_cut(p, &m, (uint64_t)cut, false);
    check_rows(p, (uint64_t)cut);

    /* And the file goes on. */
    made_clear(&m);
    made_session(&m);
    made_market(&m, 100);
    struct journal_writer *w = open_writer(p);
    write_all(w, &m, 50);
    assert_ok(journal_writer_close(w));
    verify_ok(p);
    made_finish(&m);
}

static void between_sessions(void **state)
{
    const struct place *p = *state;
    struct made_events m;
    write_sessions(p, &m, 3, 8000);
    int64_t end = number(p, "SELECT max(last_ns) FROM blocks");
    int64_t second = number(p, "SELECT first_seq FROM sessions WHERE id = 2");
    int64_t start = number(p, "SELECT start_ns FROM sessions WHERE id = 2");
    assert_true(prune(p, end - start - 1, 0).seals >= 1);
    assert_int_equal(number(p, "SELECT min(seal) FROM blocks"), second);
    assert_int_equal(number(p, "SELECT count(*) FROM sessions"), 3);
    assert_int_equal(number(p, "SELECT count(*) FROM instruments"), 9);
    check_cut(p, &m, (uint64_t)second - 1, true);
    check_rows(p, (uint64_t)second - 1);
    made_finish(&m);
}

static void to_a_size(void **state)
{
    const struct place *p = *state;
    struct made_events m;
    struct stat st;
    write_sessions(p, &m, 2, 40000);
    assert_int_equal(stat(p->path, &st), 0);
    uint64_t wanted = (uint64_t)st.st_size / 2;
    struct journal_prune_report r = prune(p, 0, wanted);
    assert_true(r.seals >= 1);
    assert_int_equal(stat(p->path, &st), 0);
    assert_true((uint64_t)st.st_size <= wanted + 65536);
    verify_ok(p);
    /* Nothing is too small for the last seal. */
    (void)prune(p, 0, 1);
    assert_int_equal(number(p, "SELECT max(last_seq) FROM blocks"), m.seq);
    verify_ok(p);
    made_finish(&m);
}

static bool count_down(void *user, double part)
{
    int *left = user;
    assert_true(part >= 0 && part <= 1);
    return (*left)-- > 0;
}

static void stops_anywhere(void **state)
{
    const struct place *p = *state;
    struct made_events m;
    char why[256];
    write_sessions(p, &m, 1, 60000);
    bool is_done = false;
    for (int steps = 0; !is_done; steps++) {
        int left = steps;
        const struct journal_prune_options o = {
            .path = p->path, .keep_ns = 1, .progress = count_down, .user = &left};
        struct journal_prune_report r;
        int err = journal_prune(&o, &r, why, sizeof(why));
        assert_true(err == 0 || err == AP_EAGAIN);
        is_done = err == 0;
        verify_ok(p);
        assert_true(steps < 50);
    }
    check_cut(p, &m, (uint64_t)number(p, "SELECT seq FROM gaps WHERE origin = 'prune'"), false);
    made_finish(&m);
}

static void refusals(void **state)
{
    const struct place *p = *state;
    struct made_events m;
    struct journal_prune_report r;
    char why[256];
    const struct journal_prune_options o = {.path = p->path, .keep_ns = 1};
    assert_err(journal_prune(&o, &r, why, sizeof(why)), AP_ENOTFOUND);
    assert_int_equal(access(p->path, F_OK), -1);
    write_sessions(p, &m, 1, 300);
    struct journal_writer *w = open_writer(p);
    assert_err(journal_prune(&o, &r, why, sizeof(why)), AP_EBUSY);
    assert_true(why[0] != '\0');
    assert_ok(journal_writer_close(w));
    made_finish(&m);
}

/* By the writer itself, a step at a time, while it records. */
static bool one_step(void *user, double part)
{
    int *left = user;
    (void)part;
    return (*left)-- > 0;
}

static void while_it_is_written(void **state)
{
    const struct place *p = *state;
    struct made_events m;
    char why[256];
    made_init(&m, 43, 3);
    struct journal_writer *w = open_writer(p);
    made_session(&m);
    write_all(w, &m, 100);
    for (int round = 0; round < 40; round++) {
        made_clear(&m);
        made_market(&m, 2500);
        write_all(w, &m, 500);
        int left = 1;
        struct journal_prune_report r;
        const struct journal_prune_options o = {.max_bytes = 3 << 20, .progress = one_step, .user = &left};
        int err = journal_writer_prune(w, &o, &r, why, sizeof(why));
        assert_true(err == 0 || err == AP_EAGAIN);
    }
    assert_true(number(p, "SELECT count(*) FROM gaps WHERE origin = 'prune'") == 1);
    int64_t cut = number(p, "SELECT seq FROM gaps WHERE origin = 'prune'");
    assert_true(cut > 10000 && cut < (int64_t)m.seq);
    verify_ok(p);
    /* What an earlier pruning carried over is not pruned again. */
    struct journal_prune_report r;
    const struct journal_prune_options o = {.keep_ns = INT64_MAX};
    assert_ok(journal_writer_prune(w, &o, &r, why, sizeof(why)));
    assert_int_equal(r.seals, 0);
    assert_ok(journal_writer_close(w));
    verify_ok(p);
    assert_true(number(p, "PRAGMA page_count") * number(p, "PRAGMA page_size") < 12 << 20);
    made_finish(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(cuts_a_session, setup, teardown),
        cmocka_unit_test_setup_teardown(between_sessions, setup, teardown),
        cmocka_unit_test_setup_teardown(to_a_size, setup, teardown),
        cmocka_unit_test_setup_teardown(stops_anywhere, setup, teardown),
        cmocka_unit_test_setup_teardown(while_it_is_written, setup, teardown),
        cmocka_unit_test_setup_teardown(refusals, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
