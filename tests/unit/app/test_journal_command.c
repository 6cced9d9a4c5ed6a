/* journal verify and journal info, on journals whose stories are known. */
#include "app/commands.h"
#include "made_events.h"
#include "test.h"

#include <alphaplus/engine/engine.h>
#include <alphaplus/journal/journal.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct place {
    char folder[64], path[96], output[96];
};

static int setup(void **state)
{
    struct place *p = calloc(1, sizeof *p);
    assert_non_null(p);
    snprintf(p->folder, sizeof p->folder, "/tmp/ap-command-XXXXXX");
    assert_non_null(mkdtemp(p->folder));
    snprintf(p->path, sizeof p->path, "%s/a.journal", p->folder);
    snprintf(p->output, sizeof p->output, "%s/out", p->folder);
    *state = p;
    return 0;
}

static int teardown(void **state)
{
    struct place *p = *state;
    unlink(p->path);
    unlink(p->output);
    assert_int_equal(rmdir(p->folder), 0);
    free(p);
    return 0;
}

/* A live session: the engine sees all, the journal all but lost_n events from lost_at on. */
static void record_session(struct journal_writer *w, struct made_events *m, size_t lost_at, size_t lost_n,
                           uint64_t *ret_digests)
{
    struct engine *e;
    struct result r;
    size_t k = 0;
    assert_ok(engine_create(NULL, NULL, &e));
    for (size_t at = 0; at < m->n; k++) {
        const struct event *ev = (const void *)(m->data + at);
        assert_ok(engine_apply(e, ev));
        if (k < lost_at || k >= lost_at + lost_n)
            assert_ok(journal_append(w, ev));
        at += ev->size;
        if (at == m->n)
            engine_seal(e);
        while (engine_next_result(e, &r)) {
            *ret_digests += r.kind == RESULT_DIGEST;
            assert_ok(journal_append_result(w, &r));
        }
    }
    assert_ok(journal_commit(w));
    engine_destroy(e);
}

static int run(const struct place *p, const char *what, char *text, size_t size)
{
    struct cli cli = {.args = {what, p->path}, .arg_n = 2};
    fflush(stdout);
    int keep = dup(STDOUT_FILENO), out = open(p->output, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_true(keep >= 0 && out >= 0);
    assert_true(dup2(out, STDOUT_FILENO) >= 0);
    int status = command_journal(&cli, NULL);
    assert_true(dup2(keep, STDOUT_FILENO) >= 0);
    ssize_t n = pread(out, text, size - 1, 0);
    text[n > 0 ? n : 0] = '\0';
    close(out);
    close(keep);
    return status;
}

static void write_two_sessions(const struct place *p, size_t events, size_t lost_n, uint64_t ret_digests[2])
{
    const struct journal_writer_options o = {.path = p->path, .program = "alphaplus test"};
    struct made_events m;
    struct journal_writer *w;
    char why[256];
    made_init(&m, 5, 2);
    for (int i = 0; i < 2; i++) {
        assert_ok(journal_writer_open(&o, &w, why, sizeof why));
        made_clear(&m);
        made_session(&m);
        made_market(&m, events);
        record_session(w, &m, 1000, i == 0 ? lost_n : 0, &ret_digests[i]);
        assert_ok(journal_writer_close(w));
    }
    made_finish(&m);
}

static void whole(void **state)
{
    const struct place *p = *state;
    uint64_t digests[2] = {0};
    char text[4096], want[64];
    write_two_sessions(p, 4000, 0, digests);
    assert_true(digests[0] > 0 && digests[1] > 0);
    assert_int_equal(run(p, "verify", text, sizeof text), 0);
    snprintf(want, sizeof want, " %llu digests equal", (unsigned long long)digests[0] + digests[1]);
    assert_non_null(strstr(text, want));
    assert_null(strstr(text, "lost span"));
}

/* The engine went on where the journal did not: its digests cannot be had again, those of the next session can. */
static void lost_span(void **state)
{
    const struct place *p = *state;
    uint64_t digests[2] = {0};
    unsigned long long equal = 0;
    char text[4096];
    write_two_sessions(p, 4000, 300, digests);
    assert_int_equal(run(p, "verify", text, sizeof text), 0);
    assert_non_null(strstr(text, "digests behind a lost span are not comparable"));
    assert_int_equal(sscanf(strstr(text, "events, "), "events, %llu", &equal), 1);
    assert_true(equal >= digests[1] && equal < digests[0] + digests[1]);
}

/* The first session loses its beginning: its digests are gone with it, those of the second are as ever. */
static void pruned(void **state)
{
    const struct place *p = *state;
    uint64_t digests[2] = {0};
    unsigned long long equal = 0;
    char text[8192], why[256];
    struct journal_prune_report r;
    const struct journal_prune_options o = {.path = p->path, .max_bytes = UINT64_C(2200) << 10};
    write_two_sessions(p, 24000, 0, digests);
    assert_ok(journal_prune(&o, &r, why, sizeof why));
    assert_true(r.seals >= 1);
    assert_int_equal(run(p, "verify", text, sizeof text), 0);
    assert_non_null(strstr(text, "; pruned before 2023-"));
    assert_int_equal(sscanf(strstr(text, "events, "), "events, %llu", &equal), 1);
    assert_int_equal(equal, digests[1]);
    assert_int_equal(run(p, "info", text, sizeof text), 0);
    assert_non_null(strstr(text, "(its beginning pruned)"));
    assert_non_null(strstr(text, "\npruned       before 2023-"));
}

static void info_lists(void **state)
{
    const struct place *p = *state;
    uint64_t digests[2] = {0};
    char text[8192];
    unsigned long long depth, quotes, trades, other, bytes;
    write_two_sessions(p, 4000, 300, digests);
    assert_int_equal(run(p, "info", text, sizeof text), 0);
    const char *at = strstr(text, "\nsizes ");
    assert_non_null(at);
    assert_int_equal(sscanf(at, " sizes depth %llu, quotes %llu, trades %llu, other %llu", &depth, &quotes,
                            &trades, &other),
                     4);
    at = strstr(text, " blocks (");
    assert_non_null(at);
    assert_int_equal(sscanf(at, " blocks (%llu", &bytes), 1);
    assert_int_equal(depth + quotes + trades + other, bytes);
    assert_true(depth > quotes && quotes > 0 && trades > 0 && other > 0);
    assert_non_null(strstr(text, "\ngaps  "));
    assert_non_null(strstr(text, "journal: journal lagged  300 lost"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(whole, setup, teardown),
        cmocka_unit_test_setup_teardown(lost_span, setup, teardown),
        cmocka_unit_test_setup_teardown(pruned, setup, teardown),
        cmocka_unit_test_setup_teardown(info_lists, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
