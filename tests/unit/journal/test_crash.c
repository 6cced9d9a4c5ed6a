/* A writer that is killed at any moment leaves a whole file with everything up to its last acknowledged commit. `--full`, by hand: hundreds of
 * times. */
#include "made_events.h"
#include "test.h"
#include <alphaplus/journal/journal.h>

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { KILLS = 30, FULL_KILLS = 500, PER_COMMIT = 60, DEADLINE_MS = 20000 };

static uint64_t kills = KILLS;

/* The child: writes without end, and tells the parent the seq of each commit that was acknowledged. */
static void write_until_killed(const char *path, uint64_t seed, int fd)
{
    struct made_events m;
    const struct journal_writer_options o = {.path = path, .program = "alphaplus test"};
    struct journal_writer *w = NULL;
    char why[256];
    if (journal_writer_open(&o, &w, why, sizeof(why)) != 0) {
        (void)fprintf(stderr, "%s\n", why);
        _exit(1);
    }
    made_init(&m, seed, 2);
    m.seq = journal_last_seq(w);
    made_session(&m);
    for (;;) {
        for (size_t at = 0; at < m.n; at += ((const struct event *)(const void *)(m.data + at))->size) {
            if (journal_append(w, (const void *)(m.data + at)) != 0) {
                _exit(2);
            }
        }
        if (journal_commit(w) != 0 || write(fd, &m.seq, sizeof(m.seq)) != sizeof(m.seq)) {
            _exit(3);
        }
        made_clear(&m);
        made_market(&m, PER_COMMIT);
    }
}

static int64_t now_ns(void)
{
    struct timespec ts;
    (void)clock_gettime(CLOCK_MONOTONIC, &ts);
    return (int64_t)ts.tv_sec * INT64_C(1000000000) + ts.tv_nsec;
}

/* Waits for `n` acknowledgements, kills, and drains the pipe: the last seq acknowledged. */
static uint64_t kill_after(pid_t child, int fd, uint64_t n, int64_t pause_ns)
{
    uint64_t seq = 0, got;
    for (uint64_t i = 0; i < n; i++) {
        struct pollfd p = {.fd = fd, .events = POLLIN};
        assert_int_equal(poll(&p, 1, DEADLINE_MS), 1);
        assert_int_equal(read(fd, &got, sizeof(got)), sizeof(got));
        seq = got;
    }
    /* The moment of death within a commit is what varies. */
    for (int64_t end = now_ns() + pause_ns; now_ns() < end;) {
    }
    assert_int_equal(kill(child, SIGKILL), 0);
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    while (read(fd, &got, sizeof(got)) == sizeof(got)) {
        seq = got;
    }
    return seq;
}

static void check_file(const char *path, uint64_t acknowledged)
{
    struct journal *j = NULL;
    struct journal_info info;
    char why[256] = "";
    assert_ok(journal_open(path, &j, why, sizeof(why)));
    int err = journal_verify(j, NULL, NULL, why, sizeof(why));
    if (err != 0) {
        print_error("%s: %s\n", ap_err_name(err), why);
    }
    assert_int_equal(err, 0);
    assert_ok(journal_info(j, &info));
    assert_true(info.last_seq >= acknowledged);
    assert_int_equal(info.events, info.last_seq); /* from 1, none missing: verify saw them follow */
    journal_close(j);
}

static void killed_at_any_moment(void **state)
{
    char folder[] = "/tmp/ap-crash-XXXXXX", path[64], side[80];
    uint64_t rng = 99;
    (void)state;
    assert_non_null(mkdtemp(folder));
    (void)snprintf(path, sizeof(path), "%s/a.journal", folder);
    for (uint64_t i = 0; i < kills; i++) {
        int fds[2];
        assert_int_equal(pipe(fds), 0);
        pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0) {
            (void)close(fds[0]);
            write_until_killed(path, i + 1, fds[1]);
        }
        (void)close(fds[1]);
        /* Some die in their first moments, some after seals: about 150 commits fill a tail. */
        uint64_t commits = i % 5 == 0   ? test_below(&rng, 3)
                           : i % 5 == 1 ? 120 + test_below(&rng, 60)
                                        : test_below(&rng, 40);
        uint64_t seq = kill_after(child, fds[0], commits, (int64_t)test_below(&rng, 6000000));
        (void)close(fds[0]);
        if (seq > 0) {
            check_file(path, seq);
        }
    }
    /* The next writer seals what was left, and says that recordings were not closed. */
    const struct journal_writer_options o = {.path = path, .program = "alphaplus test"};
    struct journal_writer *w = NULL;
    struct journal *j = NULL;
    struct journal_info info;
    assert_ok(journal_writer_open(&o, &w, side, sizeof(side)));
    uint64_t last = journal_last_seq(w);
    assert_ok(journal_writer_close(w));
    check_file(path, last);
    assert_ok(journal_open(path, &j, side, sizeof(side)));
    assert_ok(journal_info(j, &info));
    assert_int_equal(info.last_seq, last);
    assert_int_equal(info.tail_bytes, 0);
    assert_true(info.sessions > kills / 2);
    assert_true(info.gaps >= info.sessions - 1);
    journal_close(j);
    static const char *const ends[] = {"", "-wal", "-shm", "-writer"};
    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        (void)snprintf(side, sizeof(side), "%s%s", path, ends[i]);
        (void)unlink(side);
    }
    assert_int_equal(rmdir(folder), 0);
}

int main(int argc, char **argv)
{
    kills = argc > 1 && strcmp(argv[1], "--full") == 0 ? FULL_KILLS : KILLS;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(killed_at_any_moment),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
