#include "net/fresh.h"
#include "test.h"

static struct event made(int kind, uint64_t id, int64_t exch_ns)
{
    return (struct event){
        .size = sizeof(struct event), .kind = (uint16_t)kind, .last_id = id, .exch_ns = exch_ns};
}

static void ids_go_before_times(void **state)
{
    (void)state;
    struct fresh f;
    struct event a = made(EVENT_DEPTH, 100, 50), b = made(EVENT_DEPTH, 101, 40),
                 c = made(EVENT_DEPTH, 99, 60);
    fresh_init(&f);
    assert_true(fresh_is_news(&f, WATCH_BOOK, &a));
    fresh_note(&f, WATCH_BOOK, &a);
    assert_false(fresh_is_news(&f, WATCH_BOOK, &a));
    assert_true(fresh_is_news(&f, WATCH_BOOK, &b));
    assert_false(fresh_is_news(&f, WATCH_BOOK, &c));
    assert_true(fresh_is_news(&f, WATCH_MARK, &c)); /* each kind has its own */
    assert_true(fresh_covers(&f, WATCH_BOOK, fresh_key_of(&a)));
    assert_true(fresh_covers(&f, WATCH_BOOK, fresh_key_of(&c)));
    assert_false(fresh_covers(&f, WATCH_BOOK, fresh_key_of(&b)));
}

static void without_ids_times_count(void **state)
{
    (void)state;
    struct fresh f;
    struct event a = made(EVENT_MARK, 0, 50), b = made(EVENT_MARK, 0, 51), none = made(EVENT_MARK, 0, 0);
    fresh_init(&f);
    fresh_note(&f, WATCH_MARK, &a);
    assert_false(fresh_is_news(&f, WATCH_MARK, &a));
    assert_true(fresh_is_news(&f, WATCH_MARK, &b));
    assert_true(fresh_is_news(&f, WATCH_MARK, &none));
}

/* Ids of Hyperliquid are hashes: they do not rise. */
static void trades_are_known_by_their_ids(void **state)
{
    (void)state;
    static const uint64_t ids[] = {877707108085800, 118906512037719, 556622233344455, 3};
    struct fresh f;
    fresh_init(&f);
    for (int i = 0; i < 4; i++) {
        struct event t = made(EVENT_TRADE, ids[i], 1000 + i / 2);
        assert_false(fresh_is_known_trade(&f, &t));
        fresh_note(&f, WATCH_TRADE, &t);
    }
    for (int i = 0; i < 4; i++) {
        struct event t = made(EVENT_TRADE, ids[i], 1000 + i / 2);
        assert_true(fresh_is_known_trade(&f, &t));
    }
    struct event other = made(EVENT_TRADE, 4, 1000), later = made(EVENT_TRADE, ids[0], 1002),
                 none = made(EVENT_TRADE, 0, 1000);
    assert_false(fresh_is_known_trade(&f, &other));
    assert_false(fresh_is_known_trade(&f, &later));
    assert_false(fresh_is_known_trade(&f, &none));
}

static void only_so_many_trades_are_known(void **state)
{
    (void)state;
    struct fresh f;
    fresh_init(&f);
    for (uint64_t id = 1; id <= FRESH_TRADES + 10; id++) {
        struct event t = made(EVENT_TRADE, id, 1000);
        fresh_note(&f, WATCH_TRADE, &t);
    }
    struct event old = made(EVENT_TRADE, 10, 1000), kept = made(EVENT_TRADE, 11, 1000);
    assert_false(fresh_is_known_trade(&f, &old));
    assert_true(fresh_is_known_trade(&f, &kept));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ids_go_before_times),
        cmocka_unit_test(without_ids_times_count),
        cmocka_unit_test(trades_are_known_by_their_ids),
        cmocka_unit_test(only_so_many_trades_are_known),
    };
    return cmocka_run_group_tests_name("net/fresh", tests, NULL, NULL);
}
