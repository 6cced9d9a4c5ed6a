/* The player goes anywhere in a journal, and what it shows there is what playing up to there shows. With a journal as its argument it
 * prints how long that takes. */
#include "app/deck.h"
#include "app/seal_key.h"
#include "test.h"

#include <alphaplus/base/clock.h>
#include <alphaplus/engine/engine.h>
#include <alphaplus/journal/journal.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define WAIT_NS (20 * NS_PER_S)

struct place {
    char folder[64], path[96];
    int64_t first_ns, last_ns;
};

static int64_t now_ns(void)
{
    return clock_system()->monotonic_ns(NULL);
}

static void wait_a_little(void)
{
    (void)poll(NULL, 0, 1);
}

static void append_capture(struct journal_writer *w)
{
    char path[512], why[256] = "";
    const char *paths[] = {path}, *data = getenv("AP_TEST_DATA");
    struct source_capture_options o = {.venue = "binance", .paths = paths, .path_n = 1, .program = "test"};
    struct source *s;
    const struct event *ev;
    int more;
    assert_non_null(data);
    snprintf(path, sizeof path, "%s/captures/binance_usdm_btcusdt_20240718_cut.gz", data);
    if (source_open_capture(&o, &s, why, sizeof why) < 0)
        fail_msg("%s", why);
    while ((more = source_next(s, &ev)) > 0)
        assert_ok(journal_append(w, ev));
    assert_ok(more);
    source_close(s);
}

static int setup(void **state)
{
    struct place *p = calloc(1, sizeof *p);
    struct journal_writer_options o = {.program = "test"};
    struct journal_writer *w;
    struct source *s;
    char why[256] = "";
    assert_non_null(p);
    snprintf(p->folder, sizeof p->folder, "/tmp/ap-deck-XXXXXX");
    assert_non_null(mkdtemp(p->folder));
    assert_int_equal(setenv("XDG_DATA_HOME", p->folder, 1), 0);
    snprintf(p->path, sizeof p->path, "%s/a.apj", p->folder);
    o.path = p->path;
    if (journal_writer_open(&o, &w, why, sizeof why) < 0)
        fail_msg("%s", why);
    append_capture(w);
    assert_ok(journal_writer_close(w));
    assert_ok(source_open_journal(p->path, &s, why, sizeof why));
    assert_ok(source_span(s, &p->first_ns, &p->last_ns));
    source_close(s);
    *state = p;
    return 0;
}

static int teardown(void **state)
{
    struct place *p = *state;
    char command[160];
    snprintf(command, sizeof command, "rm -r '%s'", p->folder);
    assert_int_equal(system(command), 0);
    free(p);
    return 0;
}

static struct deck *start(const char *path, struct deck_options o)
{
    struct deck *d;
    char why[256] = "";
    assert_ok(source_open_journal(path, &o.source, why, sizeof why));
    o.path = path;
    if (deck_start(&o, &d, why, sizeof why) < 0)
        fail_msg("%s", why);
    return d;
}

/* When it stands still there; engine time is that of the last event or tick. */
static void reach(struct deck *d, int64_t at_ns)
{
    struct ui_replay r;
    int64_t until = now_ns() + WAIT_NS;
    for (deck_state(d, &r); r.is_seeking || at_ns - r.at_ns < 0 || at_ns - r.at_ns > NS_PER_S / 10;
         deck_state(d, &r)) {
        assert_true(now_ns() < until);
        wait_a_little();
    }
}

/* The state at at_ns, played from the begin. */
static void play_to(struct engine *e, struct source *s, int64_t at_ns)
{
    const struct event *ev;
    int more;
    while ((more = source_next(s, &ev)) > 0 && ev->recv_ns <= at_ns)
        assert_ok(engine_apply(e, ev));
    assert_ok(more);
    engine_advance(e, at_ns);
    engine_publish(e);
}

static void assert_as_played(struct deck *d, const char *path, int64_t at_ns)
{
    static struct market_view want, got;
    static struct head_view want_head, got_head;
    struct publication *pub;
    struct engine *e;
    struct source *s;
    struct tape_item a, b;
    char why[256];

    assert_ok(publication_create(&pub));
    assert_ok(engine_create(pub, NULL, &e));
    assert_ok(source_open_journal(path, &s, why, sizeof why));
    play_to(e, s, at_ns);
    assert_int_equal(board_read(publication_market(pub, 0), &want) > 0,
                     board_read(publication_market(deck_publication(d), 0), &got) > 0);
    assert_memory_equal(&want, &got, sizeof want);
    (void)board_read(publication_head(pub), &want_head);
    (void)board_read(publication_head(deck_publication(d)), &got_head);
    assert_memory_equal(&want_head, &got_head, sizeof want_head);
    struct trail *t = publication_tape(pub, 0), *u = publication_tape(deck_publication(d), 0);
    if (trail_head(t) > 0 && trail_read(t, trail_head(t) - 1, &a)) {
        assert_true(trail_read(u, trail_head(u) - 1, &b));
        assert_memory_equal(&a, &b, sizeof a);
    }
    source_close(s);
    engine_destroy(e);
    publication_destroy(pub);
}

static void test_anywhere(void **state)
{
    struct place *p = *state;
    struct deck *d = start(p->path, (struct deck_options){.speed = 1, .is_paused = true, .trade_usd = 1e5});
    int64_t span = p->last_ns - p->first_ns;
    uint64_t rng = 5;
    for (int i = 0; i < 12; i++) {
        int64_t at = p->first_ns + 1 + (int64_t)test_below(&rng, (uint64_t)span - 2);
        deck_seek(d, at);
        reach(d, at);
        assert_as_played(d, p->path, at);
    }
    deck_seek(d, p->first_ns - 5 * NS_PER_S); /* beyond both ends */
    reach(d, p->first_ns);
    deck_seek(d, INT64_MAX);
    struct ui_replay r;
    int64_t until = now_ns() + WAIT_NS;
    for (deck_state(d, &r); !r.is_ended; deck_state(d, &r)) {
        assert_true(now_ns() < until);
        wait_a_little();
    }
    deck_stop(d);
}

/* Forward, then backward over checkpoints: those of the store, and those that the survey left in the journal. */
static void test_checkpoints(void **state)
{
    struct place *p = *state;
    int64_t span = p->last_ns - p->first_ns;
    for (int round = 0; round < 2; round++) {
        struct deck *d = start(p->path,
                               (struct deck_options){.speed = 1, .is_paused = true, .trade_usd = 1e5});
        struct ui_replay r;
        int64_t until = now_ns() + WAIT_NS;
        for (deck_state(d, &r); r.surveyed < 1.0; deck_state(d, &r)) {
            assert_true(now_ns() < until);
            wait_a_little();
        }
        for (int i = 9; i > 0; i--) {
            int64_t at = p->first_ns + span / 10 * i;
            deck_seek(d, at);
            reach(d, at);
            assert_as_played(d, p->path, at);
        }
        deck_stop(d);
    }
}

static void test_jumps(void **state)
{
    struct place *p = *state;
    struct deck *d = start(p->path, (struct deck_options){.speed = 1, .is_paused = true, .trade_usd = 1e4});
    struct ui_replay r;
    struct ui_mark_at mark, back;
    int n = 0;
    for (deck_state(d, &r); r.surveyed < 1.0; deck_state(d, &r))
        wait_a_little();
    reach(d, p->first_ns);
    while (deck_jump(d, 1u << UI_MARK_TRADE, 1, &mark) == 0) {
        reach(d, mark.time_ns);
        assert_true(++n < 100000);
        if (n == 5)
            break;
    }
    assert_true(n > 1);
    assert_ok(deck_jump(d, 1u << UI_MARK_TRADE, -1, &back));
    assert_true(back.time_ns < mark.time_ns);
    reach(d, back.time_ns);
    assert_err(deck_jump(d, 1u << UI_MARK_LIQUIDATION, 1, &mark), AP_ENOTFOUND); /* the capture has none */
    deck_stop(d);
}

static void test_part(void **state)
{
    struct place *p = *state;
    int64_t from = p->first_ns + 2 * NS_PER_S, to = from + NS_PER_S;
    struct deck *d = start(p->path, (struct deck_options){.speed = 0, .from_ns = from, .to_ns = to});
    struct ui_replay r;
    int64_t until = now_ns() + WAIT_NS;
    for (deck_state(d, &r); !r.is_ended; deck_state(d, &r)) {
        assert_true(now_ns() < until);
        wait_a_little();
    }
    assert_int_equal(r.first_ns, from);
    assert_int_equal(r.last_ns, to);
    reach(d, to);
    assert_as_played(d, p->path, to);
    deck_stop(d);
    d = start(p->path, (struct deck_options){.speed = 1000, .from_ns = from, .to_ns = to, .is_loop = true});
    int64_t last = 0;
    for (int turns = 0; turns < 3;) {
        deck_state(d, &r);
        turns += r.at_ns < last;
        last = r.at_ns;
        assert_true(now_ns() < until + WAIT_NS);
        wait_a_little();
    }
    deck_stop(d);
}

static void test_key(void **state)
{
    struct mac_key a, b;
    (void)state;
    seal_key(&a);
    seal_key(&b);
    assert_memory_equal(&a, &b, sizeof a);
    assert_true(a.words[0] != 0 || a.words[1] != 0);
}

static int by_size(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* Of all threads: what a seek costs, on a machine that is busy otherwise too. */
static int64_t cpu_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return t.tv_sec * NS_PER_S + t.tv_nsec;
}

enum { SEEKS = 200, MIDDLE = SEEKS / 2, MOST = SEEKS * 9 / 10 };
static void print_times(const char *what, int64_t took[SEEKS])
{
    qsort(took, SEEKS, sizeof took[0], by_size);
    printf("%s p50 %.1f ms, p90 %.1f ms, max %.1f ms\n", what, (double)took[MIDDLE] / 1e6,
           (double)took[MOST] / 1e6, (double)took[SEEKS - 1] / 1e6);
}

static int measure(const char *path)
{
    struct deck *d = start(path, (struct deck_options){.speed = 1, .is_paused = true, .trade_usd = 1e5});
    struct ui_replay r;
    int64_t begin = now_ns(), took[SEEKS], cpu[SEEKS];
    uint64_t rng = 9;
    for (deck_state(d, &r); r.surveyed < 1.0; deck_state(d, &r))
        wait_a_little();
    printf("survey %.2f s, %.2f s of a processor, of %.0f s\n", (double)(now_ns() - begin) / 1e9,
           (double)cpu_ns() / 1e9, (double)(r.last_ns - r.first_ns) / 1e9);
    for (int i = 0; i < SEEKS; i++) {
        int64_t at = r.first_ns + (int64_t)test_below(&rng, (uint64_t)(r.last_ns - r.first_ns));
        begin = now_ns();
        cpu[i] = cpu_ns();
        deck_seek(d, at);
        reach(d, at);
        took[i] = now_ns() - begin;
        cpu[i] = cpu_ns() - cpu[i];
    }
    print_times("seek", took);
    print_times("of a processor:", cpu);
    deck_stop(d);
    return 0;
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_anywhere, setup, teardown),
        cmocka_unit_test_setup_teardown(test_checkpoints, setup, teardown),
        cmocka_unit_test_setup_teardown(test_jumps, setup, teardown),
        cmocka_unit_test_setup_teardown(test_part, setup, teardown),
        cmocka_unit_test_setup_teardown(test_key, setup, teardown),
    };
    if (argc > 1)
        return measure(argv[1]);
    return cmocka_run_group_tests_name("deck", tests, NULL, NULL);
}
