/* A journal in a folder of its own, and the usual things to do with one. */
#ifndef AP_TEST_UNIT_JOURNAL_PLACE_H
#define AP_TEST_UNIT_JOURNAL_PLACE_H

#include "made_events.h"
#include "test.h"
#include <alphaplus/journal/journal.h>

#include <sqlite3.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define PROGRAM "alphaplus test"

struct place {
    char folder[64];
    char path[96];
};

static inline int setup(void **state)
{
    struct place *p = calloc(1, sizeof(*p));
    assert_non_null(p);
    (void)snprintf(p->folder, sizeof(p->folder), "/tmp/ap-journal-XXXXXX");
    assert_non_null(mkdtemp(p->folder));
    (void)snprintf(p->path, sizeof(p->path), "%s/a.journal", p->folder);
    *state = p;
    return 0;
}

/* Anything else in the folder is litter, and an error. */
static inline int teardown(void **state)
{
    static const char *const ends[] = {"", "-link"};
    struct place *p = *state;
    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        char path[128];
        (void)snprintf(path, sizeof(path), "%s%s", p->path, ends[i]);
        (void)unlink(path);
    }
    assert_int_equal(rmdir(p->folder), 0);
    free(p);
    return 0;
}

static inline struct journal_writer *open_writer(const struct place *p)
{
    const struct journal_writer_options o = {.path = p->path, .program = PROGRAM};
    struct journal_writer *w = NULL;
    char why[256] = "";
    int err = journal_writer_open(&o, &w, why, sizeof(why));
    if (err != 0) {
        print_error("%s: %s\n", ap_err_name(err), why);
    }
    assert_int_equal(err, 0);
    return w;
}

static inline struct journal *open_reader(const struct place *p)
{
    struct journal *j = NULL;
    char why[256] = "";
    int err = journal_open(p->path, &j, why, sizeof(why));
    if (err != 0) {
        print_error("%s: %s\n", ap_err_name(err), why);
    }
    assert_int_equal(err, 0);
    return j;
}

static inline int open_error(const struct place *p, char *why, size_t why_size)
{
    struct journal *j = NULL;
    why[0] = '\0';
    int err = journal_open(p->path, &j, why, why_size);
    assert_null(j);
    assert_true(err < 0);
    assert_true(why[0] != '\0');
    return err;
}

/* Appends the made events, a commit every `per`. */
static inline void write_all(struct journal_writer *w, const struct made_events *m, size_t per)
{
    size_t k = 0;
    for (size_t at = 0; at < m->n;) {
        const struct event *ev = (const void *)(m->data + at);
        assert_ok(journal_append(w, ev));
        if (++k % per == 0) {
            assert_ok(journal_commit(w));
        }
        at += ev->size;
    }
    assert_ok(journal_commit(w));
}

/* The journal holds the made events from from_seq, then nothing. */
static inline void check_all(const struct place *p, const struct made_events *m, uint64_t from_seq)
{
    struct journal *j = open_reader(p);
    struct journal_cursor *c;
    const struct event *ev;
    assert_ok(journal_cursor_open(j, from_seq, &c));
    for (size_t at = 0; at < m->n;) {
        const struct event *want = (const void *)(m->data + at);
        at += want->size;
        if (want->seq < from_seq) {
            continue;
        }
        int got = journal_next(c, &ev);
        if (got != 1) {
            print_error("event %d: %s %s\n", (int)want->seq, ap_err_name(got), journal_cursor_why(c));
        }
        assert_int_equal(got, 1);
        assert_int_equal(ev->size, want->size);
        assert_memory_equal(ev, want, want->size);
    }
    assert_int_equal(journal_next(c, &ev), 0);
    journal_cursor_close(c);
    journal_close(j);
}

static inline void verify_ok(const struct place *p)
{
    struct journal *j = open_reader(p);
    char why[256] = "";
    int err = journal_verify(j, NULL, NULL, why, sizeof(why));
    if (err != 0) {
        print_error("%s: %s\n", ap_err_name(err), why);
    }
    assert_int_equal(err, 0);
    journal_close(j);
}

static inline int64_t number(const struct place *p, const char *sql)
{
    sqlite3 *db;
    sqlite3_stmt *stmt;
    assert_int_equal(sqlite3_open_v2(p->path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &stmt, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
    int64_t value = sqlite3_column_int64(stmt, 0);
    sqlite3_finalize(stmt);
    sqlite3_close(db);
    return value;
}

/* As another program would, with the journal's own connection closed. */
static inline void change(const struct place *p, const char *sql)
{
    sqlite3 *db;
    char *error = NULL;
    assert_int_equal(sqlite3_open(p->path, &db), SQLITE_OK);
    int rc = sqlite3_exec(db, sql, NULL, NULL, &error);
    if (rc != SQLITE_OK) {
        print_error("%s\n", error);
    }
    assert_int_equal(rc, SQLITE_OK);
    sqlite3_close(db);
}

static inline void write_small(const struct place *p, struct made_events *m)
{
    made_init(m, 20, 2);
    made_session(m);
    made_market(m, 300);
    struct journal_writer *w = open_writer(p);
    write_all(w, m, 100);
    assert_ok(journal_writer_close(w));
}

static inline uint8_t *read_file(const char *path, size_t *ret_n)
{
    struct stat st;
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    assert_int_equal(fstat(fileno(f), &st), 0);
    uint8_t *bytes = malloc((size_t)st.st_size + 1);
    assert_non_null(bytes);
    assert_int_equal(fread(bytes, 1, (size_t)st.st_size, f), st.st_size);
    assert_int_equal(fclose(f), 0);
    *ret_n = (size_t)st.st_size;
    return bytes;
}

#endif
