/* The journal as its users see it: what was committed is there, in order, bit for bit, whatever happened. */
#include "journal/writer.h"
#include "place.h"

#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

static void writes_and_reads(void **state)
{
    const struct place *p = *state;
    struct made_events m;
    made_init(&m, 1, 3);
    made_session(&m);
    made_market(&m, 3000);
    struct journal_writer *w = open_writer(p);
    assert_int_equal(journal_last_seq(w), 0);
    write_all(w, &m, 100);
    check_all(p, &m, 1); /* from the tail, while it is open */
    verify_ok(p);
    struct journal_writer_stats s;
    journal_writer_stats(w, &s);
    assert_int_equal(s.events, m.events);
    assert_int_equal(s.level_updates, m.levels);
    assert_int_equal(s.last_commit_ns, m.recv_ns);
    assert_true(s.file_bytes > 0);
    assert_ok(journal_writer_close(w));
    check_all(p, &m, 1); /* from blocks */
    check_all(p, &m, 1234);
    check_all(p, &m, m.seq);
    check_all(p, &m, m.seq + 1);
    verify_ok(p);
    assert_int_equal(number(p, "SELECT count(*) FROM tail"), 0);
    assert_int_equal(number(p, "SELECT count(*) FROM blocks"), 4);
    assert_int_equal(number(p, "PRAGMA freelist_count"), 0);
    made_finish(&m);
}

/* So much that several seals happen on the way; read from every kind of place. */
static void seals_on_the_way(void **state)
{
    const struct place *p = *state;
    struct made_events m;
    made_init(&m, 2, 4);
    made_session(&m);
    made_market(&m, 24000);
    assert_true(m.n > 10u << 20);
    struct journal_writer *w = open_writer(p);
    write_all(w, &m, 500);
    assert_true(number(p, "SELECT count(DISTINCT seal) FROM blocks") >= 2);
    assert_true(number(p, "SELECT count(*) FROM tail") > 0);
    check_all(p, &m, 1);
    check_all(p, &m, 12001);
    assert_ok(journal_writer_close(w));
    check_all(p, &m, 1);
    verify_ok(p);
    made_finish(&m);
}

/* A caller that never commits: memory stays bounded, blocks are written straight. */
static void commits_by_itself(void **state)
{
    const struct place *p = *state;
    struct made_events m;
    made_init(&m, 3, 1);
    made_session(&m);
    made_market(&m, 24000);
    struct journal_writer *w = open_writer(p);
    for (size_t at = 0; at < m.n;) {
        const struct event *ev = (const void *)(m.data + at);
        assert_ok(journal_append(w, ev));
        at += ev->size;
    }
    assert_true(number(p, "SELECT count(*) FROM blocks") > 2);
    assert_int_equal(number(p, "SELECT count(*) FROM tail"), 0);
    assert_ok(journal_writer_close(w));
    check_all(p, &m, 1);
    verify_ok(p);
    made_finish(&m);
}

static void goes_on_with_a_file(void **state)
{
    const struct place *p = *state;
    struct made_events m;
    struct journal_info info;
    struct journal_session s;
    made_init(&m, 4, 2);
    for (int i = 0; i < 3; i++) {
        size_t from = m.n;
        made_session(&m);
        made_market(&m, 500);
        struct journal_writer *w = open_writer(p);
        assert_int_equal(journal_last_seq(w), ((const struct event *)(const void *)(m.data + from))->seq - 1);
        struct made_events part = m;
        part.data += from;
        part.n -= from;
        write_all(w, &part, 70);
        assert_ok(journal_writer_close(w));
    }
    check_all(p, &m, 1);
    verify_ok(p);
    struct journal *j = open_reader(p);
    assert_ok(journal_info(j, &info));
    assert_int_equal(info.schema, JOURNAL_SCHEMA);
    assert_int_equal(info.sessions, 3);
    assert_int_equal(info.instruments, 6);
    assert_int_equal(info.events, m.events);
    assert_int_equal(info.level_updates, m.levels);
    assert_int_equal(info.first_seq, 1);
    assert_int_equal(info.last_seq, m.seq);
    assert_int_equal(info.last_ns, m.recv_ns);
    assert_int_equal(info.kinds[EVENT_SESSION].events, 3);
    assert_int_equal(info.kinds[EVENT_DEPTH].rows, m.levels);
    uint64_t sum = 0;
    for (int i = 0; i < 32; i++) {
        sum += info.kinds[i].events;
    }
    assert_int_equal(sum, m.events);
    assert_ok(journal_session(j, 2, &s));
    assert_string_equal(s.program, PROGRAM);
    assert_string_equal(s.source, "made");
    assert_int_equal(s.libm_fingerprint, 42);
    assert_int_equal(s.last_seq, m.seq);
    assert_int_equal(s.end_ns, m.recv_ns);
    assert_err(journal_session(j, 3, &s), AP_ENOTFOUND);
    struct instrument in;
    assert_ok(journal_instrument(j, 1, &in));
    assert_string_equal(in.symbol, "AAA2USDT");
    assert_int_equal(in.id, 2);
    assert_int_equal(in.tick, 10);
    const struct event *second = (const void *)m.data;
    for (int i = 0; i < 2; i++) {
        second = (const void *)((const uint8_t *)second + second->size);
    }
    assert_int_equal(second->kind, EVENT_INSTRUMENT);
    assert_memory_equal(&in, event_rows_const(second), sizeof(in));
    assert_err(journal_instrument(j, 6, &in), AP_ENOTFOUND);
    journal_close(j);
    made_finish(&m);
}

/* info counts the tail too. */
static void info_of_a_file_being_written(void **state)
{
    const struct place *p = *state;
    struct made_events m;
    struct journal_info info;
    made_init(&m, 5, 1);
    made_session(&m);
    made_market(&m, 200);
    struct journal_writer *w = open_writer(p);
    write_all(w, &m, 50);
    struct journal *j = open_reader(p);
    assert_ok(journal_info(j, &info));
    assert_int_equal(info.events, m.events);
    assert_int_equal(info.blocks, 0);
    assert_true(info.tail_bytes > 0);
    assert_int_equal(info.kinds[EVENT_DEPTH].rows, m.levels);
    journal_close(j);
    assert_ok(journal_writer_close(w));
    made_finish(&m);
}

/* A cursor at the end finds what is written later, also when a seal has moved it meanwhile. */
static void follows(void **state)
{
    const struct place *p = *state;
    struct made_events m;
    const struct event *ev;
    made_init(&m, 6, 2);
    made_session(&m);
    struct journal_writer *w = open_writer(p);
    write_all(w, &m, 1);
    struct journal *j = open_reader(p);
    struct journal_cursor *c;
    assert_ok(journal_cursor_open(j, 1, &c));
    uint64_t seq = 0;
    for (int round = 0; round < 6; round++) {
        while (journal_next(c, &ev) == 1) {
            assert_int_equal(ev->seq, ++seq);
        }
        assert_int_equal(seq, m.seq);
        made_clear(&m);
        made_market(&m, 4000);
        write_all(w, &m, 333);
        if (round % 2 == 1) {
            /* Stop within a stretch. */
            for (int i = 0; i < 100; i++) {
                assert_int_equal(journal_next(c, &ev), 1);
                assert_int_equal(ev->seq, ++seq);
            }
        }
    }
    assert_ok(journal_writer_close(w));
    while (journal_next(c, &ev) == 1) {
        assert_int_equal(ev->seq, ++seq);
    }
    assert_int_equal(seq, m.seq);
    journal_cursor_close(c);
    journal_close(j);
    /* A reader that was open at the end kept SQLite's files beside the journal; the next writer takes them away. */
    w = open_writer(p);
    assert_ok(journal_writer_close(w));
    made_finish(&m);
}

static void rare_things_are_rows(void **state)
{
    const struct place *p = *state;
    struct made_events m;
    made_init(&m, 7, 2);
    made_session(&m);
    made_market(&m, 4000);
    struct journal_writer *w = open_writer(p);
    write_all(w, &m, 100);
    assert_ok(journal_writer_close(w));
    size_t kinds[64] = {0};
    const struct event *last = NULL;
    for (size_t at = 0; at < m.n;) {
        const struct event *ev = (const void *)(m.data + at);
        kinds[ev->kind]++;
        last = ev->kind == EVENT_LIQUIDATION ? ev : last;
        at += ev->size;
    }
    assert_non_null(last);
    const struct liquidation_row *l = event_rows_const(last);
    assert_int_equal(number(p, "SELECT count(*) FROM liquidation_events"), kinds[EVENT_LIQUIDATION]);
    assert_int_equal(number(p, "SELECT count(*) FROM open_interest"), kinds[EVENT_OPEN_INTEREST]);
    assert_int_equal(number(p, "SELECT count(*) FROM gaps"), kinds[EVENT_GAP]);
    assert_int_equal(number(p, "SELECT count(*) FROM feeds"), 1); /* the state never changed */
    assert_int_equal(number(p, "SELECT px FROM liquidation_events ORDER BY seq DESC LIMIT 1"), l->px);
    assert_int_equal(number(p, "SELECT round(price * 100) FROM liquidation_events ORDER BY seq DESC LIMIT 1"),
                     l->px);
    assert_int_equal(
        number(p, "SELECT round(quantity * 1000) FROM liquidation_events ORDER BY seq DESC LIMIT 1"), l->qty);
    assert_int_equal(
        number(p, "SELECT count(*) FROM liquidation_events WHERE instrument = 'binance:AAA1USDT'") +
            number(p, "SELECT count(*) FROM liquidation_events WHERE instrument = 'binance:AAA2USDT'"),
        kinds[EVENT_LIQUIDATION]);
    assert_true(number(p, "SELECT count(*) FROM funding_rates") > 0);
    assert_true(number(p, "SELECT count(*) FROM funding_rates") <= (int64_t)kinds[EVENT_MARK]);
    made_finish(&m);
}

static void results_in_order(void **state)
{
    const struct place *p = *state;
    struct made_events m;
    struct result r = {.size = sizeof(r), .kind = RESULT_DIGEST}, got;
    made_init(&m, 8, 1);
    made_session(&m);
    made_market(&m, 100);
    struct journal_writer *w = open_writer(p);
    write_all(w, &m, 10);
    for (uint64_t i = 0; i < 50; i++) {
        r.kind = i % 10 == 0 ? RESULT_GAP : RESULT_DIGEST;
        r.cause = GAP_SEQUENCE;
        r.seq = 2 * i + 1;
        r.time_ns = m.recv_ns;
        r.digest_exact = UINT64_MAX - i;
        r.digest_all = i << 60;
        memset(r.text, 'x', sizeof(r.text)); /* no end: cut, not read on */
        assert_ok(journal_append_result(w, &r));
    }
    assert_ok(journal_writer_close(w));
    struct journal *j = open_reader(p);
    for (uint64_t i = 0; i < 50; i++) {
        assert_int_equal(journal_result_at(j, i, &got), 1);
        assert_true(got.seq == 2 * i + 1 && got.digest_exact == UINT64_MAX - i && got.digest_all == i << 60);
        assert_int_equal(strlen(got.text), sizeof(got.text) - 1);
    }
    assert_int_equal(journal_result_at(j, 50, &got), 0);
    assert_int_equal(journal_result_at(j, 7, &got), 1);
    assert_int_equal(got.seq, 15);
    journal_close(j);
    assert_int_equal(number(p, "SELECT count(*) FROM gaps WHERE origin = 'engine'"), 5);
    made_finish(&m);
}

static void refuses_bad_events(void **state)
{
    const struct place *p = *state;
    struct made_events m;
    made_init(&m, 9, 1);
    made_session(&m);
    struct journal_writer *w = open_writer(p);
    write_all(w, &m, 1);
    made_clear(&m);
    struct quote_row q = {1, 2, 3, 4};
    struct event *ev = made_add(&m, EVENT_QUOTE, 1, &q, sizeof(q));
    ev->seq--;
    assert_err(journal_append(w, ev), AP_EINVAL); /* there already */
    ev->seq++;
    ev->size -= 8;
    assert_err(journal_append(w, ev), AP_EINVAL);
    ev->size += 8;
    ev->seq = UINT64_MAX;
    assert_err(journal_append(w, ev), AP_EINVAL);
    ev->seq = m.seq;
    ev->kind = 77; /* not known, but whole: a later version's */
    assert_ok(journal_append(w, ev));
    assert_ok(journal_writer_close(w));
    check_all(p, &m, m.seq);
    made_finish(&m);
}

/* What a lagging journal missed is said in the stream, and verify accepts just that. */
static void missing_numbers_become_a_gap(void **state)
{
    const struct place *p = *state;
    struct made_events m;
    const struct event *ev;
    made_init(&m, 10, 1);
    made_session(&m);
    made_market(&m, 20);
    struct journal_writer *w = open_writer(p);
    write_all(w, &m, 5);
    uint64_t before = m.seq;
    int64_t before_ns = m.recv_ns;
    m.seq += 500;
    made_clear(&m);
    made_market(&m, 20);
    write_all(w, &m, 5);
    assert_ok(journal_writer_close(w));
    verify_ok(p);
    struct journal *j = open_reader(p);
    struct journal_cursor *c;
    assert_ok(journal_cursor_open(j, before + 1, &c));
    assert_int_equal(journal_next(c, &ev), 1);
    const struct gap_row *gap = event_rows_const(ev);
    assert_int_equal(ev->kind, EVENT_GAP);
    assert_int_equal(ev->seq, before + 500);
    assert_int_equal(gap->cause, GAP_JOURNAL_LAG);
    assert_int_equal(gap->lost, 500);
    assert_int_equal(gap->from_ns, before_ns);
    journal_cursor_close(c);
    journal_close(j);
    check_all(p, &m, before + 501);
    assert_int_equal(number(p, "SELECT count(*) FROM gaps WHERE origin = 'journal' AND lost = 500"), 1);
    made_finish(&m);
}

static void second_writer_is_refused(void **state)
{
    const struct place *p = *state;
    struct journal_writer *w = open_writer(p), *second = NULL;
    char link[128], why[256];
    (void)snprintf(link, sizeof(link), "%s-link", p->path);
    assert_int_equal(symlink(p->path, link), 0);
    const char *const names[] = {p->path, link};
    for (int i = 0; i < 2; i++) {
        const struct journal_writer_options o = {.path = names[i], .program = PROGRAM};
        assert_err(journal_writer_open(&o, &second, why, sizeof(why)), AP_EBUSY);
        assert_non_null(strstr(why, "another alphaplus"));
    }
    assert_ok(journal_writer_close(w));
    w = open_writer(p);
    assert_ok(journal_writer_close(w));
}

/* Disk full: what was stored is whole, what was pending stays, and when there is room it goes on. */
static void full_disk(void **state)
{
    const struct place *p = *state;
    struct made_events m;
    const struct journal_writer_options o = {.path = p->path, .program = PROGRAM, .page_ceiling = 120};
    struct journal_writer *w = NULL;
    char why[256];
    made_init(&m, 11, 2);
    made_session(&m);
    assert_int_equal(journal_writer_open(&o, &w, why, sizeof(why)), 0);
    int err = 0;
    size_t at = 0, stored = 0;
    made_market(&m, 20000);
    while (err == 0) {
        stored = at;
        for (int i = 0; i < 50; i++) {
            const struct event *ev = (const void *)(m.data + at);
            assert_ok(journal_append(w, ev));
            at += ev->size;
        }
        err = journal_commit(w);
    }
    assert_err(err, AP_EFULL);
    assert_err(journal_commit(w), AP_EFULL);
    struct made_events part = m;
    part.n = stored;
    check_all(p, &part, 1);
    verify_ok(p);
    /* Beyond the bound events are dropped, counted, and told. */
    struct journal_writer_stats s;
    while (err != 0 && at < m.n) {
        const struct event *ev = (const void *)(m.data + at);
        err = journal_append(w, ev);
        at += ev->size;
        err = err == 0 ? AP_EFULL : err;
        journal_writer_stats(w, &s);
        if (s.dropped > 0) {
            break;
        }
    }
    journal_writer_stats(w, &s);
    assert_true(at == m.n || s.dropped > 0);
    assert_err(journal_writer_close(w), AP_EFULL);
    check_all(p, &part, 1);
    verify_ok(p);
    made_finish(&m);
}

/* Appends made events until some were dropped; the seq of the first. */
static uint64_t write_until_dropped(struct journal_writer *w, struct made_events *m, int expected)
{
    struct journal_writer_stats s = {0};
    uint64_t first_dropped = 0;
    while (s.dropped < 100) {
        made_clear(m);
        made_market(m, 100);
        for (size_t at = 0; at < m->n;) {
            const struct event *ev = (const void *)(m->data + at);
            int err = journal_append(w, ev);
            if (err != 0 && first_dropped == 0) {
                first_dropped = ev->seq;
                assert_err(err, expected);
            }
            at += ev->size;
        }
        int err = journal_commit(w);
        assert_true(err == 0 || err == expected);
        journal_writer_stats(w, &s);
    }
    return first_dropped;
}

/* Nothing but what was dropped is missing, and a gap says how much. */
static void check_one_gap(const struct place *p, uint64_t first_dropped, uint64_t last_dropped)
{
    struct journal *j = open_reader(p);
    struct journal_cursor *c;
    const struct event *ev;
    uint64_t seq = 0;
    assert_ok(journal_cursor_open(j, 1, &c));
    while (journal_next(c, &ev) == 1) {
        if (ev->seq != seq + 1) {
            const struct gap_row *gap = event_rows_const(ev);
            assert_int_equal(seq + 1, first_dropped);
            assert_int_equal(ev->kind, EVENT_GAP);
            assert_int_equal(ev->seq, last_dropped);
            assert_int_equal(gap->cause, GAP_DISK);
            assert_int_equal(gap->lost, last_dropped - first_dropped + 1);
        }
        seq = ev->seq;
    }
    assert_true(seq > last_dropped);
    journal_cursor_close(c);
    journal_close(j);
    assert_int_equal(number(p, "SELECT count(*) FROM gaps WHERE origin = 'journal'"), 1);
}

static void full_disk_heals(void **state)
{
    const struct place *p = *state;
    struct made_events m;
    const struct journal_writer_options o = {.path = p->path, .program = PROGRAM, .page_ceiling = 60};
    struct journal_writer *w = NULL;
    char why[256];
    made_init(&m, 12, 1);
    made_session(&m);
    assert_int_equal(journal_writer_open(&o, &w, why, sizeof(why)), 0);
    write_all(w, &m, 1);
    uint64_t first = write_until_dropped(w, &m, AP_EFULL), last = m.seq;
    assert_int_equal(sqlite3_exec(w->db, "PRAGMA max_page_count = 1000000", NULL, NULL, NULL), SQLITE_OK);
    assert_ok(journal_commit(w));
    made_clear(&m);
    made_market(&m, 300);
    write_all(w, &m, 100);
    assert_ok(journal_writer_close(w));
    check_one_gap(p, first, last);
    check_all(p, &m, last + 1);
    verify_ok(p);
    made_finish(&m);
}

/* A write that fails otherwise: files may not grow. */
static void failed_writes_heal(void **state)
{
    const struct place *p = *state;
    struct made_events m;
    struct rlimit all, little;
    made_init(&m, 13, 1);
    made_session(&m);
    struct journal_writer *w = open_writer(p);
    write_all(w, &m, 1);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &all), 0);
    little = all;
    little.rlim_cur = 300000;
    void (*before)(int) = signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &little), 0);
    size_t from = 0;
    int err = 0;
    made_clear(&m);
    while (err == 0 && m.events < 20000) {
        made_market(&m, 50);
        for (; from < m.n; from += ((const struct event *)(const void *)(m.data + from))->size) {
            assert_ok(journal_append(w, (const void *)(m.data + from)));
        }
        err = journal_commit(w);
    }
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &all), 0);
    (void)signal(SIGXFSZ, before);
    assert_err(err, AP_EIO);
    verify_ok(p);
    assert_ok(journal_commit(w));
    assert_ok(journal_writer_close(w));
    check_all(p, &m, ((const struct event *)(const void *)m.data)->seq);
    verify_ok(p);
    made_finish(&m);
}

static bool stop_at_once(void *user, double part)
{
    int *calls = user;
    assert_true(part >= 0 && part <= 1);
    return ++*calls < 1;
}

static void verify_can_be_stopped(void **state)
{
    const struct place *p = *state;
    struct made_events m;
    char why[256];
    int calls = 0;
    made_init(&m, 21, 1);
    made_session(&m);
    made_market(&m, 70000);
    struct journal_writer *w = open_writer(p);
    write_all(w, &m, 100000);
    assert_ok(journal_writer_close(w));
    struct journal *j = open_reader(p);
    assert_err(journal_verify(j, stop_at_once, &calls, why, sizeof(why)), AP_EAGAIN);
    assert_true(calls >= 1);
    journal_close(j);
    made_finish(&m);
}

/* A folder that cannot be written, as on a read-only mount: no -wal, no -shm, and it is read all the same. */
static void reads_where_it_cannot_write(void **state)
{
    const struct place *p = *state;
    struct made_events m;
    char why[256];
    const struct journal_writer_options o = {.path = p->path, .program = PROGRAM};
    struct journal_writer *w = NULL;
    uid_t user = geteuid();
    write_small(p, &m);
    assert_int_equal(chmod(p->folder, user == 0 ? 0755 : 0555), 0);
    assert_int_equal(chmod(p->path, 0444), 0);
    if (user == 0) {
        assert_int_equal(seteuid(65534), 0); /* root may write anywhere */
    }
    check_all(p, &m, 1);
    assert_err(journal_writer_open(&o, &w, why, sizeof(why)), AP_EACCESS);
    if (user == 0) {
        assert_int_equal(seteuid(0), 0);
    }
    assert_int_equal(chmod(p->folder, 0755), 0);
    made_finish(&m);
}

/* The manual names every table and column there is. */
static void manual_is_complete(void **state)
{
    const struct place *p = *state;
    struct made_events m;
    const char *data = getenv("AP_TEST_DATA");
    char path[512];
    sqlite3 *db;
    sqlite3_stmt *stmt;
    if (data == NULL) {
        skip();
    }
    (void)snprintf(path, sizeof(path), "%s/../../man/alphaplus-journal.5", data);
    size_t n;
    uint8_t *manual = read_file(path, &n);
    manual[n] = '\0';
    write_small(p, &m);
    assert_int_equal(sqlite3_open(p->path, &db), SQLITE_OK);
    assert_int_equal(
        sqlite3_prepare_v2(db,
                           "SELECT t.name, c.name FROM sqlite_schema AS t, pragma_table_info(t.name) AS c "
                           "WHERE t.type = 'table' AND c.name <> 'id'",
                           -1, &stmt, NULL),
        SQLITE_OK);
    int rows = 0;
    while (sqlite3_step(stmt) == SQLITE_ROW) {
        for (int i = 0; i < 2; i++) {
            const char *name = (const char *)sqlite3_column_text(stmt, i);
            if (strstr((const char *)manual, name) == NULL) {
                print_error("the manual does not name %s\n", name);
                fail();
            }
        }
        rows++;
    }
    assert_true(rows > 100);
    sqlite3_finalize(stmt);
    sqlite3_close(db);
    free(manual);
    made_finish(&m);
}

/* Names that an URI would read otherwise. */
static void odd_names_are_names(void **state)
{
    static const char *const names[] = {"/a?mode=memory", "/a%41#b", "/ a & b.journal", "//twice"};
    const struct place *p = *state;
    struct made_events m;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        struct place odd = *p;
        (void)snprintf(odd.path, sizeof(odd.path), "/%s%s", p->folder, names[i]);
        write_small(&odd, &m);
        check_all(&odd, &m, 1);
        assert_int_equal(unlink(odd.path), 0);
        made_finish(&m);
    }
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(writes_and_reads),
        T(seals_on_the_way),
        T(commits_by_itself),
        T(goes_on_with_a_file),
        T(info_of_a_file_being_written),
        T(follows),
        T(rare_things_are_rows),
        T(results_in_order),
        T(refuses_bad_events),
        T(missing_numbers_become_a_gap),
        T(second_writer_is_refused),
        T(full_disk),
        T(full_disk_heals),
        T(failed_writes_heal),
        T(verify_can_be_stopped),
        T(manual_is_complete),
        T(odd_names_are_names),
        T(reads_where_it_cannot_write),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
