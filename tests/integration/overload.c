/* The engine stands still while an exchange says 100,000 best prices a second: the ring of events fills, and what did not fit is
 * counted, shown, stored as one gap, and made good. usage: overload PROGRAM (which reads the journal afterwards) */
#include "rig.h"
#include "test.h"

#include <alphaplus/base/clock.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define PATIENCE_NS (60 * NS_PER_S)

static const char *program;

static int64_t now_ns(void)
{
    return clock_system()->monotonic_ns(NULL);
}

static void wait_until(struct rig *r, bool (*is_so)(struct rig *r))
{
    int64_t end = now_ns() + PATIENCE_NS;
    while (!is_so(r) && now_ns() < end) {
        rig_wait(r, 50 * NS_PER_MS);
    }
    assert_true(is_so(r));
}

static bool is_all_true(struct rig *r)
{
    return rig_true_n(r) == r->book_n;
}

static bool is_loss_shown(struct rig *r)
{
    struct head_view h;
    rig_head(r, &h);
    return h.feed_n == 1 && h.feeds[0].row.refused > 0 && h.lost > 0;
}

static bool is_right(struct rig *r)
{
    return rig_pause(r) && rig_compare(r) == r->book_n;
}

static void test_a_full_ring_is_seen_and_heals(void **state)
{
    (void)state;
    static const char *const venues[] = {"binance", NULL};
    char why[512] = "", journal[128], command[512], line[512];
    struct rig r;
    snprintf(journal, sizeof journal, "/tmp/overload-%ld.apj", (long)getpid());
    const struct rig_options o = {.venues = venues,
                                  .instruments = 2,
                                  .speed = 1.0,
                                  .seed = 5,
                                  .faults = "burst=1s:200000",
                                  .journal_path = journal,
                                  .ring_bytes = 2u << 20};
    assert_ok(rig_start(&r, &o, why, sizeof why));
    wait_until(&r, is_all_true);
    /* As many as fill the ring several times over. */
    rig_stall(&r, true);
    rig_wait(&r, 3 * NS_PER_S);
    rig_stall(&r, false);
    wait_until(&r, is_loss_shown);
    assert_true(rig_heal(&r));
    wait_until(&r, is_all_true);
    wait_until(&r, is_right);
    assert_ok(rig_stop(&r));

    snprintf(command, sizeof command, "'%s' journal info %s", program, journal);
    FILE *out = popen(command, "re");
    bool is_stored = false;
    while (out && fgets(line, sizeof line, out)) {
        is_stored |= strstr(line, "the engine could not keep up") != NULL;
    }
    assert_true(out && pclose(out) == 0);
    assert_true(is_stored);
    (void)unlink(journal);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_full_ring_is_seen_and_heals),
    };
    program = argc > 1 ? argv[1] : "alphaplus";
    return cmocka_run_group_tests(tests, NULL, NULL);
}
