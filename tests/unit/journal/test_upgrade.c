/* A journal that was made with schema 1 by the program of its time: refused in words, copied, brought up to date. */
#include "place.h"

#include <string.h>
#include <sys/wait.h>

static void unpack(const struct place *p)
{
    const char *data = getenv("AP_TEST_DATA");
    char command[512];
    assert_non_null(data);
    (void)snprintf(command, sizeof(command), "gzip -dc '%s/journals/schema1.apj.gz' > '%s'", data, p->path);
    assert_int_equal(system(command), 0);
}

static uint64_t digest_of_events(const struct place *p)
{
    struct journal *j = open_reader(p);
    struct journal_cursor *c;
    const struct event *ev;
    uint64_t h = 0;
    assert_ok(journal_cursor_open(j, 1, &c));
    while (journal_next(c, &ev) == 1) {
        for (const uint8_t *b = (const uint8_t *)ev; b < (const uint8_t *)ev + ev->size; b++) {
            h = h * 31 + *b;
        }
    }
    journal_cursor_close(c);
    journal_close(j);
    return h;
}

static int upgrade(const struct place *p, const char *copy, int *ret_from, char *why, size_t why_size)
{
    const struct journal_upgrade_options o = {.path = p->path, .copy = copy};
    return journal_upgrade(&o, ret_from, why, why_size);
}

static void refused_then_upgraded(void **state)
{
    const struct place *p = *state;
    const struct journal_writer_options wo = {.path = p->path, .program = PROGRAM};
    struct journal_writer *w = NULL;
    char why[256], copy[128];
    int from = 0;
    unpack(p);
    assert_err(open_error(p, why, sizeof(why)), AP_EVERSION);
    assert_non_null(strstr(why, "journal upgrade"));
    assert_err(journal_writer_open(&wo, &w, why, sizeof(why)), AP_EVERSION);
    size_t n, copied;
    uint8_t *before = read_file(p->path, &n);

    (void)snprintf(copy, sizeof(copy), "%s-link", p->path);
    assert_int_equal(upgrade(p, copy, &from, why, sizeof(why)), 0);
    assert_int_equal(from, 1);
    verify_ok(p);
    assert_int_equal(number(p, "PRAGMA user_version"), JOURNAL_SCHEMA);
    assert_int_equal(number(p, "SELECT count(*) FROM bars"), 0);
    assert_int_equal(number(p, "SELECT count(*) FROM sqlite_schema WHERE name = 'checkpoints_by_seq'"), 1);
    uint64_t events = digest_of_events(p);
    /* The copy is the old file, and becomes the same new one. */
    struct place other = *p;
    (void)snprintf(other.path, sizeof(other.path), "%s", copy);
    assert_int_equal(number(&other, "PRAGMA user_version"), 1);
    uint8_t *after = read_file(copy, &copied);
    assert_int_equal(copied, n);
    free(after);
    free(before);
    assert_int_equal(upgrade(&other, NULL, &from, why, sizeof(why)), 0);
    assert_true(digest_of_events(&other) == events);

    /* Once more: nothing to do, no copy. */
    assert_int_equal(unlink(copy), 0);
    assert_int_equal(upgrade(p, copy, &from, why, sizeof(why)), 0);
    assert_int_equal(from, JOURNAL_SCHEMA);
    assert_int_not_equal(access(copy, F_OK), 0);
    /* And it is written on. */
    struct made_events m;
    made_init(&m, 4, 1);
    w = open_writer(p);
    m.seq = journal_last_seq(w);
    made_session(&m);
    write_all(w, &m, 10);
    assert_ok(journal_writer_close(w));
    verify_ok(p);
    made_finish(&m);
}

static bool stop(void *user, double part)
{
    (void)user;
    (void)part;
    return false;
}

static void refusals(void **state)
{
    const struct place *p = *state;
    char why[256], copy[128];
    int from = 0;
    assert_err(upgrade(p, NULL, &from, why, sizeof(why)), AP_ENOTFOUND);
    unpack(p);
    (void)snprintf(copy, sizeof(copy), "%s-link", p->path);
    FILE *f = fopen(copy, "w");
    assert_non_null(f);
    assert_int_equal(fclose(f), 0);
    assert_err(upgrade(p, copy, &from, why, sizeof(why)), AP_EEXISTS);
    assert_non_null(strstr(why, "-link"));
    assert_int_equal(number(p, "PRAGMA user_version"), 1);
    assert_int_equal(unlink(copy), 0);
    /* A name that an upgrade needs is taken: told, and nothing is done by halves. */
    change(p, "CREATE TABLE bar_sums (x)");
    assert_err(upgrade(p, NULL, &from, why, sizeof(why)), AP_ECORRUPT);
    assert_non_null(strstr(why, "bar_sums"));
    assert_int_equal(number(p, "PRAGMA user_version"), 1);
    assert_int_equal(number(p, "SELECT count(*) FROM sqlite_schema WHERE name = 'series'"), 0);
    change(p, "DROP TABLE bar_sums");
    /* It is being written, or a copy is stopped. */
    const struct journal_upgrade_options o = {.path = p->path, .copy = copy, .progress = stop};
    int err = journal_upgrade(&o, &from, why, sizeof(why));
    assert_true(err == 0 || err == AP_EAGAIN); /* a small file may be done at once */
    change(p, "PRAGMA user_version = 7");
    assert_err(upgrade(p, NULL, &from, why, sizeof(why)), AP_EVERSION);
    change(p, "PRAGMA user_version = 2");
    struct journal_writer *w = NULL;
    if (err == 0) {
        w = open_writer(p);
        assert_err(upgrade(p, NULL, &from, why, sizeof(why)), AP_EBUSY);
        assert_ok(journal_writer_close(w));
    }
    change(p, "PRAGMA application_id = 5");
    assert_err(upgrade(p, NULL, &from, why, sizeof(why)), AP_ECORRUPT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(refused_then_upgraded, setup, teardown),
        cmocka_unit_test_setup_teardown(refusals, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
