/* The engine's crew: each hand works once a turn, and figures are the same whoever works. */
#include "app/crew.h"
#include "hooked_digest.h"
#include "test.h"

#include <alphaplus/engine/engine.h>
#include <string.h>

struct turn {
    uint64_t done[CREW_MAX];
};

static void work(void *arg, int hand)
{
    struct turn *t = arg;
    t->done[hand]++;
}

static void test_each_hand_once(void **state)
{
    (void)state;
    for (int hands = 1; hands <= CREW_MAX; hands++) {
        struct turn t = {{0}};
        struct crew *c;
        assert_ok(crew_create(hands, &c));
        const struct engine_crew *crew = crew_of_engine(c);
        for (uint64_t turn = 1; turn <= 500; turn++) {
            crew->run(crew->user, work, &t);
            for (int i = 0; i < CREW_MAX; i++)
                assert_true(t.done[i] == (i < hands ? turn : 0));
        }
        crew_destroy(c);
    }
}

static void test_stops_idle(void **state)
{
    struct crew *c;
    (void)state;
    crew_destroy(NULL);
    assert_null(crew_of_engine(NULL));
    assert_int_equal(crew_create(0, &c), AP_EINVAL);
    assert_int_equal(crew_create(CREW_MAX + 1, &c), AP_EINVAL);
    for (int i = 0; i < 50; i++) {
        assert_ok(crew_create(3, &c));
        crew_destroy(c);
    }
}

static void test_same_digests(void **state)
{
    struct crew *c;
    struct made_events events;
    uint64_t alone[2], shared[2];
    (void)state;
    assert_ok(crew_create(3, &c));
    const struct engine_hooks hooks = {.crew = crew_of_engine(c)};
    made_init(&events, 5, 4);
    made_session(&events);
    made_market(&events, 20000);
    hooked_digest(&events, NULL, alone);
    hooked_digest(&events, &hooks, shared);
    assert_true(alone[0] == shared[0]);
    assert_true(alone[1] == shared[1]);
    made_finish(&events);
    crew_destroy(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_hand_once),
        cmocka_unit_test(test_stops_idle),
        cmocka_unit_test(test_same_digests),
    };
    return cmocka_run_group_tests_name("crew", tests, NULL, NULL);
}
