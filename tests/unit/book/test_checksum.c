/* The venue's checksum of a book, and the window that a feed of the best levels moves along. The CRCs are those that Python's zlib gives
 * for the text beside them; the first stands in OKX's document. */
#include "test.h"

#include "depth_events.h"
#include <alphaplus/book/sync.h>

static int feed(struct sync *s, int kind, const char *text, uint16_t flags, int32_t crc)
{
    struct event *ev = depth_event(kind, 0, 0, 0, text);
    ev->flags = flags;
    if ((flags & EVENT_CHECKSUM) != 0) {
        ev->aux = event_checksum((uint32_t)crc, 2, 1); /* 336610 is 3366.1; 70 is 7 */
    }
    int got = sync_event(s, ev, NULL, NULL);
    free(ev);
    return got;
}

static void start(struct sync *s)
{
    assert_ok(sync_init(s, BOOK_RULE_NONE, 1));
}

/* Numbers without trailing zeros; by depth, bid before ask; where one side ends, the other goes on. */
static void the_text(void **state)
{
    struct sync s;
    (void)state;
    start(&s);
    /* 3366.1:7:3366.8:9:3366:6:3368:8 */
    assert_int_equal(feed(&s, EVENT_DEPTH_SNAPSHOT, "b336610=70 b336600=60 a336680=90 a336800=80",
                          EVENT_CHECKSUM, -1881014294),
                     SYNC_JOINED);
    /* 3366.1:7:3366.8:9:3366:6 */
    assert_int_equal(feed(&s, EVENT_DEPTH, "a336800=0", EVENT_CHECKSUM, 1164732920), SYNC_APPLIED);
    /* 3366.1:7:3366.8:9:3368:8:3372:8 */
    assert_int_equal(feed(&s, EVENT_DEPTH, "b336600=0 a336800=80 a337200=80", EVENT_CHECKSUM, 831078360),
                     SYNC_APPLIED);
    assert_true(s.checksums == 3 && s.mismatches == 0 && s.gaps == 0);
    sync_finish(&s);
}

/* A book that is not the venue's is a gap of its own cause, until the next snapshot. */
static void one_that_differs(void **state)
{
    struct sync s;
    (void)state;
    start(&s);
    assert_int_equal(feed(&s, EVENT_DEPTH_SNAPSHOT, "b336610=70 a336680=90", EVENT_CHECKSUM, -2058547290),
                     SYNC_JOINED);
    assert_int_equal(feed(&s, EVENT_DEPTH, "b336600=60", EVENT_CHECKSUM, 1164732921), SYNC_BROKEN);
    assert_true(s.state == BOOK_GAP && s.gaps == 1 && s.mismatches == 1 && s.last_cause == GAP_CHECKSUM);
    assert_string_equal(gap_cause_name(s.last_cause), "checksum differs");
    assert_true(sync_wants_snapshot(&s));
    assert_int_equal(feed(&s, EVENT_DEPTH, "b336600=50", 0, 0), SYNC_BUFFERED);
    assert_int_equal(feed(&s, EVENT_DEPTH_SNAPSHOT, "b336610=71 a336680=90", EVENT_CHECKSUM, -2058547290),
                     SYNC_BROKEN);
    assert_int_equal(s.gaps, 2);
    assert_int_equal(feed(&s, EVENT_DEPTH_SNAPSHOT, "b336610=70 a336680=90", EVENT_CHECKSUM, -2058547290),
                     SYNC_JOINED);
    assert_true(s.state == BOOK_TRUE && s.resyncs == 1 && !sync_wants_snapshot(&s));
    sync_finish(&s);
}

/* Decimals that no instrument has cannot be written, so nothing agrees with them. */
static void no_decimals(void **state)
{
    struct sync s;
    struct event *ev = depth_event(EVENT_DEPTH_SNAPSHOT, 0, 0, 0, "b336610=70 a336680=90");
    (void)state;
    start(&s);
    ev->flags = EVENT_CHECKSUM;
    ev->aux = event_checksum((uint32_t)-2058547290, 200, 1);
    assert_int_equal(sync_event(&s, ev, NULL, NULL), SYNC_BROKEN);
    free(ev);
    sync_finish(&s);
}

static void assert_known(const struct sync *s, int64_t lo, int64_t hi)
{
    int64_t got_lo, got_hi;
    assert_true(book_known(s->book, &got_lo, &got_hi));
    assert_true(got_lo == lo && got_hi == hi);
}

static void a_window(void **state)
{
    struct sync s;
    (void)state;
    start(&s);
    assert_int_equal(feed(&s, EVENT_DEPTH_SNAPSHOT, "b100=1 b98=1 a102=1 a105=1", EVENT_WINDOW, 0),
                     SYNC_JOINED);
    assert_known(&s, 98, 105);
    assert_int_equal(feed(&s, EVENT_DEPTH, "b98=0 b101=1", EVENT_WINDOW, 0), SYNC_APPLIED);
    assert_known(&s, 100, 105); /* what left the window is not known to be empty */
    assert_int_equal(feed(&s, EVENT_DEPTH, "b96=2 a110=1", EVENT_WINDOW, 0), SYNC_APPLIED);
    assert_known(&s, 96, 110);
    assert_int_equal(feed(&s, EVENT_DEPTH, "a110=0 a105=0", EVENT_WINDOW, 0), SYNC_APPLIED);
    assert_known(&s, 96, 102);
    assert_int_equal(feed(&s, EVENT_DEPTH, "a102=0", EVENT_WINDOW, 0), SYNC_APPLIED);
    assert_known(&s, 96, 101); /* one side: up to its best */
    sync_refresh(&s);
    assert_false(sync_wants_snapshot(&s)); /* there is no more to know */
    sync_finish(&s);
}

/* A book of all levels stays known as far as its snapshot was, and may wish for more. */
static void no_window(void **state)
{
    struct sync s;
    (void)state;
    start(&s);
    assert_int_equal(feed(&s, EVENT_DEPTH_SNAPSHOT, "b100=1 b98=1 a102=1 a105=1", 0, 0), SYNC_JOINED);
    assert_int_equal(feed(&s, EVENT_DEPTH, "b98=0 a110=1", 0, 0), SYNC_APPLIED);
    assert_known(&s, 98, 105);
    sync_refresh(&s);
    assert_true(sync_wants_snapshot(&s));
    sync_finish(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_text), cmocka_unit_test(one_that_differs), cmocka_unit_test(no_decimals),
        cmocka_unit_test(a_window), cmocka_unit_test(no_window),
    };
    return cmocka_run_group_tests_name("book/checksum", tests, NULL, NULL);
}
