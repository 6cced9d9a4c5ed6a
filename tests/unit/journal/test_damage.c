/* Files that are not journals, or no longer whole: an error in words, never worse. */
#include "place.h"

#include <string.h>
#include <sys/stat.h>

static void write_file(const char *path, const void *bytes, size_t n)
{
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(bytes, 1, n, f), n);
    assert_int_equal(fclose(f), 0);
}

static void refuses_foreign_files(void **state)
{
    const struct place *p = *state;
    struct made_events m;
    char why[256];
    struct journal_writer *w = NULL;
    const struct journal_writer_options o = {.path = p->path, .program = PROGRAM};
    const struct journal_writer_options folder = {.path = p->folder, .program = PROGRAM};
    struct place in_folder = *p;
    (void)snprintf(in_folder.path, sizeof(in_folder.path), "%s", p->folder);

    assert_err(open_error(p, why, sizeof(why)), AP_ENOTFOUND);
    assert_err(open_error(&in_folder, why, sizeof(why)), AP_EINVAL);
    assert_err(journal_writer_open(&folder, &w, why, sizeof(why)), AP_EINVAL);
    assert_non_null(strstr(why, "a directory"));

    write_file(p->path, "", 0);
    assert_err(open_error(p, why, sizeof(why)), AP_ECORRUPT);
    static const char text[] =
        "1721347200064916040 {\"stream\":\"btcusdt@depth@0ms\"}\n and more of the same, longer than "
        "the header of an SQLite file, which has a hundred bytes";
    write_file(p->path, text, sizeof(text));
    assert_err(open_error(p, why, sizeof(why)), AP_ECORRUPT);
    assert_err(journal_writer_open(&o, &w, why, sizeof(why)), AP_ECORRUPT);
    assert_int_equal(unlink(p->path), 0);

    change(p, "CREATE TABLE blocks (id INTEGER PRIMARY KEY)");
    assert_err(open_error(p, why, sizeof(why)), AP_ECORRUPT);
    assert_non_null(strstr(why, "another program"));
    assert_err(journal_writer_open(&o, &w, why, sizeof(why)), AP_ECORRUPT);
    assert_int_equal(number(p, "SELECT count(*) FROM sqlite_schema"), 1); /* and left alone */
    assert_int_equal(unlink(p->path), 0);

    write_small(p, &m);
    change(p, "PRAGMA user_version = 9");
    assert_err(open_error(p, why, sizeof(why)), AP_EVERSION);
    assert_non_null(strstr(why, "newer"));
    assert_err(journal_writer_open(&o, &w, why, sizeof(why)), AP_EVERSION);
    change(p, "PRAGMA user_version = 2");
    check_all(p, &m, 1);
    made_finish(&m);
}

/* Tables that only look like ours. */
static void refuses_hostile_schemas(void **state)
{
    static const char *const changes[] = {
        "DROP TABLE tail",
        ("DROP TABLE tail; CREATE VIEW tail AS WITH RECURSIVE r(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM r) "
         "SELECT x AS id, x AS first_seq, x AS last_seq, 0 AS first_ns, 0 AS last_ns, 1 AS events, 0 AS levels, "
         "72 AS raw_bytes, 0 AS crc, x'' AS data FROM r"),
        "ALTER TABLE blocks RENAME COLUMN data TO content",
        "CREATE TABLE trades (seq INTEGER, price TEXT); INSERT INTO trades VALUES (1, '999999')",
        "CREATE VIEW Order_Book_Deltas AS SELECT 1 AS seq",
        "DROP TABLE checkpoints; CREATE TABLE checkpoints (seq INTEGER)",
    };
    const struct place *p = *state;
    struct made_events m;
    char why[256];
    for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
        write_small(p, &m);
        change(p, changes[i]);
        assert_err(open_error(p, why, sizeof(why)), AP_ECORRUPT);
        assert_int_equal(unlink(p->path), 0);
        made_finish(&m);
    }
}

static int nothing(void *user, const struct journal_field *fields, size_t n, bool is_header)
{
    int *rows = user;
    (void)fields;
    (void)n;
    *rows += !is_header;
    return *rows < 1000 ? 0 : AP_EAGAIN;
}

static int calls_left;

static bool go_on(void *user)
{
    (void)user;
    return --calls_left > 0;
}

/* Schemas that would do something when they are used: they are not used, or they can do nothing. */
static void hostile_schemas_do_nothing(void **state)
{
    static const char *const changes[] = {
        ("CREATE TRIGGER t AFTER INSERT ON tail BEGIN DELETE FROM blocks; DELETE FROM sessions; END; "
         "CREATE TRIGGER u AFTER UPDATE ON sessions BEGIN DELETE FROM gaps; UPDATE meta SET value = 'x'; END"),
        ("DROP VIEW bars; CREATE VIEW bars AS WITH RECURSIVE r(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM r) SELECT "
         "count(*) AS open FROM r"),
        "DROP VIEW bars; CREATE VIEW bars AS SELECT load_extension('/tmp/evil') AS open",
        "DROP VIEW bars; CREATE VIEW bars AS SELECT writefile('/tmp/evil', 'x') AS open",
        "CREATE INDEX wild ON gaps (abs(seq), text || zeroblob(100))",
    };
    const struct place *p = *state;
    for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
        struct made_events m;
        char why[256];
        int rows = 0;
        const struct journal_query q = {.on_row = nothing, .go_on = go_on, .user = &rows};
        write_small(p, &m);
        int64_t blocks = number(p, "SELECT count(*) FROM blocks");
        change(p, changes[i]);
        struct journal *j = open_reader(p);
        calls_left = 50;
        int err = journal_query(j, "SELECT open FROM bars", &q, why, sizeof(why));
        assert_true(err == 0 || (why[0] != '\0' && (err == AP_EINVAL || err == AP_EAGAIN || err == AP_EIO)));
        journal_close(j);
        struct journal_writer *w = open_writer(p);
        made_clear(&m);
        made_session(&m);
        write_all(w, &m, 1);
        assert_true(number(p, "SELECT count(*) FROM blocks") >= blocks);
        assert_int_equal(number(p, "SELECT count(*) FROM sessions"), 2);
        assert_int_equal(number(p, "SELECT count(*) FROM meta WHERE value = 'alphaplus test'"), 1);
        assert_ok(journal_writer_close(w));
        assert_int_equal(unlink(p->path), 0);
        made_finish(&m);
    }
}

/* Reads all of it, however it is damaged; the error of whichever step found it. */
static int read_anyhow(const struct place *p)
{
    struct journal *j = NULL;
    struct journal_info info;
    char why[256];
    int err = journal_open(p->path, &j, why, sizeof(why));
    if (err == 0) {
        int first = journal_info(j, &info);
        err = journal_verify(j, NULL, NULL, why, sizeof(why));
        err = err != 0 ? err : first;
    }
    if (err != 0) {
        assert_true(why[0] != '\0');
    }
    journal_close(j);
    return err;
}

static void damage_is_found(void **state)
{
    static const char *const changes[] = {
        "UPDATE blocks SET crc = crc + 1 WHERE id = 2",
        "UPDATE blocks SET data = x'' WHERE id = 2",
        "UPDATE blocks SET data = zeroblob(1000), crc = 0 WHERE id = 2",
        "UPDATE blocks SET instrument_id = 9 WHERE id = 3",
        "UPDATE blocks SET events = events + 1 WHERE id = 1",
        "UPDATE blocks SET levels = levels + 1 WHERE id = 2",
        "UPDATE blocks SET last_seq = last_seq - 1 WHERE id = 2",
        "UPDATE blocks SET last_seq = 9223372036854775807 WHERE id = 2",
        "UPDATE blocks SET last_seq = -1, first_seq = -5",
        "UPDATE blocks SET seal = seal + 1",
        "UPDATE blocks SET seal = -seal",
        "UPDATE blocks SET raw_bytes = 9223372036854775807",
        "UPDATE block_kinds SET rows = rows + 1 WHERE block = 2",
        "DELETE FROM blocks WHERE id = 2",
        ("INSERT INTO blocks SELECT 77, seal, session, 99, first_seq, last_seq, first_ns, last_ns, events, levels, "
         "kinds, raw_bytes, crc, data FROM blocks WHERE id = 2"),
        "INSERT INTO tail VALUES (1, 1, 9223372036854775807, 0, 0, 1, 0, 72, 0, x'00')",
        "INSERT INTO tail VALUES (1, 1, 9223372036854775807, 0, 0, 1, 0, 9223372036854775807, 0, x'')",
    };
    const struct place *p = *state;
    struct made_events m;
    write_small(p, &m);
    size_t n;
    uint8_t *whole = read_file(p->path, &n);
    assert_int_equal(read_anyhow(p), 0);
    for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
        change(p, changes[i]);
        if (read_anyhow(p) == 0) {
            print_error("not found: %s\n", changes[i]);
            fail();
        }
        write_file(p->path, whole, n);
    }
    free(whole);
    made_finish(&m);
}

static void cut_files_are_refused(void **state)
{
    const struct place *p = *state;
    struct made_events m;
    size_t n;
    write_small(p, &m);
    uint8_t *whole = read_file(p->path, &n);
    for (size_t i = 0; i < 40; i++) {
        write_file(p->path, whole, i < 20 ? i * 11 : n * (i - 20) / 20);
        assert_int_not_equal(read_anyhow(p), 0);
    }
    free(whole);
    made_finish(&m);
}

/* Any byte may be wrong: an error, or a file that is read as it was (a byte that means nothing). */
static void flipped_files_do_no_harm(void **state)
{
    const struct place *p = *state;
    struct made_events m;
    size_t n, found = 0;
    uint64_t rng = 12345;
    write_small(p, &m);
    uint8_t *whole = read_file(p->path, &n);
    for (int i = 0; i < 300; i++) {
        size_t at = i < 100 ? (size_t)i : test_below(&rng, n);
        uint8_t was = whole[at];
        whole[at] ^= (uint8_t)(1U << test_below(&rng, 8));
        write_file(p->path, whole, n);
        whole[at] = was;
        found += read_anyhow(p) != 0;
    }
    assert_true(found > 50);
    free(whole);
    made_finish(&m);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(refuses_foreign_files), T(refuses_hostile_schemas),  T(damage_is_found),
        T(cut_files_are_refused), T(flipped_files_do_no_harm), T(hostile_schemas_do_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
