/* Every write of a recording fails once, and for a while: the file always opens, holds all that was acknowledged, and what is missing
 * is said. Here a part of all writes, another of each kind of failure; `--full`, by hand: all of them. */
#include "bad_vfs.h"
#include "place.h"

#include <alphaplus/journal/checkpoint.h>
#include <string.h>

enum { EVENTS = 260, PER_COMMIT = 20 };

struct run {
    struct place *place;
    struct bad_vfs *bad;
    struct made_events m;
    uint64_t acknowledged; /* seq of the newest that a commit took */
    uint64_t errors;
};

static void copy_file(const char *from, const char *to)
{
    size_t n;
    struct stat st;
    if (stat(from, &st) != 0) {
        return;
    }
    uint8_t *bytes = read_file(from, &n);
    FILE *f = fopen(to, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(bytes, 1, n, f), n);
    assert_int_equal(fclose(f), 0);
    free(bytes);
}

/* As if the program was killed now: what lies on the disk is read, and gone on with. */
static void check_as_if_killed(struct run *r)
{
    struct place p;
    char from[128], to[160], why[256] = "";
    struct journal_info info;
    struct journal *j = NULL;
    (void)snprintf(p.folder, sizeof(p.folder), "%s", r->place->folder);
    (void)snprintf(p.path, sizeof(p.path), "%s-link", r->place->path);
    static const char *const ends[] = {"", "-wal"};
    for (size_t i = 0; i < 2; i++) {
        (void)snprintf(from, sizeof(from), "%s%s", r->place->path, ends[i]);
        (void)snprintf(to, sizeof(to), "%s%s", p.path, ends[i]);
        copy_file(from, to);
    }
    uint64_t at = r->bad->at;
    r->bad->at = 0;
    if (r->acknowledged > 0) {
        verify_ok(&p);
        assert_ok(journal_open(p.path, &j, why, sizeof(why)));
        assert_ok(journal_info(j, &info));
        assert_true(info.last_seq >= r->acknowledged);
        journal_close(j);
    }
    struct journal_writer *w = open_writer(&p);
    assert_true(journal_last_seq(w) >= r->acknowledged);
    assert_ok(journal_writer_close(w));
    assert_int_equal(unlink(p.path), 0);
    r->bad->at = at;
}

static void note(struct run *r, int err, uint64_t seq)
{
    if (err == 0) {
        r->acknowledged = seq;
        return;
    }
    assert_true(err == AP_EFULL || err == AP_EIO);
    if (r->errors++ == 0) {
        check_as_if_killed(r);
    }
}

static void put_checkpoint(struct journal_writer *w, const struct event *ev)
{
    char state[3000];
    memset(state, (int)(ev->seq & 0x7f), sizeof(state));
    const struct journal_checkpoint c = {
        .seq = ev->seq, .time_ns = ev->recv_ns, .state = state, .n = sizeof(state), .digest_exact = ev->seq};
    int err = journal_checkpoint_put(w, &c);
    assert_true(err == 0 || err == AP_EAGAIN);
    const struct rollup_bar b = {.head = {.size = sizeof(b),
                                          .kind = RESULT_BAR,
                                          .instrument = 1,
                                          .price_decimals = 2,
                                          .qty_decimals = 3},
                                 .bar = {.start_ns = ev->recv_ns,
                                         .span_ns = 1000000000,
                                         .trades = 1,
                                         .open = 1,
                                         .high = 1,
                                         .low = 1,
                                         .close = 1}};
    assert_ok(journal_append_rollup(w, &b.head));
}

/* Appends what is made, a commit now and then; what finds no room in memory may be dropped. */
static void feed(struct run *r, struct journal_writer *w)
{
    size_t k = 0;
    for (size_t at = 0; at < r->m.n;) {
        const struct event *ev = (const void *)(r->m.data + at);
        int err = journal_append(w, ev);
        assert_true(err == 0 || err == AP_EFULL || err == AP_EIO);
        at += ev->size;
        if (++k % (5 * PER_COMMIT) == 0) {
            put_checkpoint(w, ev);
        }
        if (k % PER_COMMIT == 0 || at == r->m.n) {
            note(r, journal_commit(w), ev->seq);
        }
    }
}

/* Opens, as often as it takes: a file that cannot be made is refused in words. */
static struct journal_writer *open_at_last(struct run *r)
{
    const struct journal_writer_options o = {.path = r->place->path, .program = PROGRAM};
    struct journal_writer *w = NULL;
    for (int i = 0; i < 1000; i++) {
        char why[256] = "";
        int err = journal_writer_open(&o, &w, why, sizeof(why));
        if (err == 0) {
            return w;
        }
        assert_true(err == AP_EFULL || err == AP_EIO);
        assert_true(why[0] != '\0');
        r->errors++;
    }
    assert_non_null(w);
    return w;
}

/* A new file with a session, then a second session behind it. */
static void record(struct run *r, size_t events, size_t big)
{
    made_init(&r->m, 77, 2);
    for (int session = 0; session < 2; session++) {
        struct journal_writer *w = open_at_last(r);
        made_clear(&r->m);
        r->m.seq = journal_last_seq(w);
        made_session(&r->m);
        made_market(&r->m, session == 0 ? events : big);
        feed(r, w);
        /* The disk is well again before the end: then nothing may be missing but what was dropped. */
        r->bad->at = session == 1 ? 0 : r->bad->at;
        int err = journal_writer_close(w);
        if (err != 0) {
            assert_true(err == AP_EFULL || err == AP_EIO);
            r->errors++;
        }
    }
}

/* Whole, and every made number is there or told. */
static void check_end(struct run *r)
{
    struct journal *j = open_reader(r->place);
    struct journal_cursor *c;
    const struct event *ev;
    uint64_t seq = 0;
    assert_ok(journal_cursor_open(j, 1, &c));
    while (journal_next(c, &ev) == 1) {
        const struct gap_row *gap = event_rows_const(ev);
        assert_true(ev->seq == seq + 1 || (ev->kind == EVENT_GAP && gap->lost == ev->seq - seq));
        seq = ev->seq;
    }
    assert_int_equal(seq, r->m.seq);
    assert_true(seq >= r->acknowledged);
    journal_cursor_close(c);
    journal_close(j);
    verify_ok(r->place);
}

static uint64_t one(struct place *p, struct bad_vfs *bad, enum bad_how how, uint64_t at, uint64_t times,
                    size_t events, size_t big)
{
    struct run r = {.place = p, .bad = bad};
    bad_vfs_set(bad, how, at, times);
    record(&r, events, big);
    uint64_t changes = bad->changes;
    assert_true(bad->failed == 0 ? r.errors == 0 : true);
    bad->at = 0;
    check_end(&r);
    made_finish(&r.m);
    assert_int_equal(unlink(p->path), 0);
    return changes;
}

static bool is_full;

static void each_write_fails(void **state)
{
    static const uint64_t times[] = {1, 40};
    const uint64_t parts = is_full ? UINT64_MAX : 24;
    struct place *p = *state;
    struct bad_vfs bad;
    bad_vfs_install(&bad);
    for (int how = 0; how < BAD_HOWS; how++) {
        uint64_t n = one(p, &bad, (enum bad_how)how, 0, 0, EVENTS, EVENTS);
        assert_true(n > (how == BAD_SYNC ? 3 : 100));
        for (size_t k = 0; k < 2; k++) {
            uint64_t step = 1 + n / parts;
            for (uint64_t at = 1 + (uint64_t)how % step; at <= n; at += k == 0 ? step : 3 * step) {
                (void)one(p, &bad, (enum bad_how)how, at, times[k], EVENTS, EVENTS);
            }
        }
    }
    bad_vfs_remove(&bad);
}

/* Through seals: too many writes to try each. */
static void writes_around_seals_fail(void **state)
{
    struct place *p = *state;
    struct bad_vfs bad;
    bad_vfs_install(&bad);
    const size_t big = 9000;
    uint64_t rng = 5, n = one(p, &bad, BAD_FULL, 0, 0, EVENTS, big);
    for (int i = 0; i < (is_full ? 60 : 3); i++) {
        uint64_t at = 1 + test_below(&rng, n), times = i % 3 == 0 ? 1 : i % 3 == 1 ? 100 : 20000;
        (void)one(p, &bad, (enum bad_how)(i % 3), at, times, EVENTS, big);
    }
    bad_vfs_remove(&bad);
}

int main(int argc, char **argv)
{
    is_full = argc > 1 && strcmp(argv[1], "--full") == 0;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(each_write_fails, setup, teardown),
        cmocka_unit_test_setup_teardown(writes_around_seals_fail, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
