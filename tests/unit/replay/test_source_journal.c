#include "made_events.h"
#include "test.h"
#include <alphaplus/journal/journal.h>
#include <alphaplus/replay/source.h>

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void check_events(struct source *s, const struct made_events *m)
{
    const struct event *ev;
    for (size_t at = 0; at < m->n; at += ev->size) {
        assert_int_equal(source_next(s, &ev), 1);
        assert_memory_equal(ev, m->data + at, ev->size);
    }
    assert_int_equal(source_next(s, &ev), 0);
}

static void gives_the_journal_again_and_again(void **state)
{
    char folder[] = "/tmp/ap-source-XXXXXX", path[64], why[128] = "";
    struct made_events m;
    struct source *s = NULL;
    int64_t first, last;
    (void)state;
    assert_non_null(mkdtemp(folder));
    (void)snprintf(path, sizeof(path), "%s/a.journal", folder);
    const struct journal_writer_options o = {.path = path, .program = "alphaplus test"};
    struct journal_writer *w = NULL;
    assert_err(source_open_journal(path, &s, why, sizeof(why)), AP_ENOTFOUND);
    assert_true(why[0] != '\0');
    assert_ok(journal_writer_open(&o, &w, why, sizeof(why)));
    assert_ok(source_open_journal(path, &s, why, sizeof(why)));
    assert_err(source_span(s, &first, &last), AP_EEOF); /* nothing yet */
    source_close(s);

    made_init(&m, 1, 2);
    made_session(&m);
    made_market(&m, 500);
    for (size_t at = 0; at < m.n; at += ((const struct event *)(const void *)(m.data + at))->size) {
        assert_ok(journal_append(w, (const void *)(m.data + at)));
    }
    assert_ok(journal_writer_close(w));
    assert_ok(source_open_journal(path, &s, why, sizeof(why)));
    assert_ok(source_span(s, &first, &last));
    assert_int_equal(first, ((const struct event *)(const void *)m.data)->recv_ns);
    assert_int_equal(last, m.recv_ns);
    assert_near(source_progress(s), 0, 0);
    check_events(s, &m);
    assert_near(source_progress(s), 1, 0);
    assert_ok(source_rewind(s));
    assert_near(source_progress(s), 0, 0);
    check_events(s, &m);
    assert_int_equal(source_bad_frames(s), 0);
    assert_string_equal(source_why(s), "");
    source_close(s);
    source_close(NULL);
    made_finish(&m);
    (void)unlink(path);
    assert_int_equal(rmdir(folder), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_the_journal_again_and_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
