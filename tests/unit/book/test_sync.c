#include "depth_events.h"
#include "test.h"
#include <alphaplus/base/fixed.h>
#include <alphaplus/book/sync.h>

enum { MS = 1000000, TOLD_MAX = 16 };

/* One sync and what it told. */
struct bench {
    struct sync s;
    int64_t now_ns;
    uint64_t told[TOLD_MAX]; /* last_id of the events applied since the last look */
    int told_n;
    uint16_t flags; /* of the next event */
    uint64_t aux;
};

static void setup(struct bench *t, int rule)
{
    memset(t, 0, sizeof(*t));
    assert_ok(sync_init(&t->s, rule, 1));
}

static void on_applied(void *user, const struct event *ev)
{
    struct bench *t = user;
    assert_false(book_is_crossed(t->s.book));
    if (t->told_n < TOLD_MAX) {
        t->told[t->told_n++] = ev->last_id;
    }
}

static int feed(struct bench *t, struct event *ev)
{
    t->now_ns += MS;
    t->told_n = 0;
    ev->recv_ns = t->now_ns;
    ev->flags = t->flags;
    ev->aux = t->aux;
    t->flags = 0;
    t->aux = 0;
    int result = sync_event(&t->s, ev, on_applied, t);
    free(ev);
    if (t->s.state == BOOK_TRUE) {
        assert_false(book_is_crossed(t->s.book));
    }
    return result;
}

static int update(struct bench *t, uint64_t first, uint64_t last, uint64_t prev, const char *rows)
{
    return feed(t, depth_event(EVENT_DEPTH, first, last, prev, rows));
}

static int snapshot(struct bench *t, uint64_t id, const char *rows)
{
    return feed(t, depth_event(EVENT_DEPTH_SNAPSHOT, 0, id, 0, rows));
}

static int part(struct bench *t, uint64_t id, uint64_t number, bool is_last, const char *rows)
{
    t->flags = is_last ? 0 : EVENT_MORE;
    t->aux = number;
    return snapshot(t, id, rows);
}

static void assert_touch(const struct bench *t, int64_t bid, int64_t ask)
{
    struct level level;
    assert_true(book_best(t->s.book, SIDE_BID, &level));
    assert_int_equal(level.px, bid);
    assert_true(book_best(t->s.book, SIDE_ASK, &level));
    assert_int_equal(level.px, ask);
}

/* A true futures book at id 1000. */
static void setup_true(struct bench *t)
{
    setup(t, BOOK_RULE_PREV_ID);
    assert_int_equal(update(t, 991, 1000, 990, "b100=1"), SYNC_BUFFERED);
    assert_int_equal(snapshot(t, 1000, "b100=1 b99=2 b90=3 a101=4 a102=5 a110=6"), SYNC_JOINED);
    assert_int_equal(t->s.state, BOOK_TRUE);
}

static void test_join_of_futures(void **state)
{
    (void)state;
    struct bench t;
    setup(&t, BOOK_RULE_PREV_ID);
    assert_int_equal(t.s.state, BOOK_EMPTY);
    assert_false(sync_wants_snapshot(&t.s));
    assert_int_equal(update(&t, 11, 20, 10, "b100=9"), SYNC_BUFFERED);
    assert_int_equal(t.s.state, BOOK_SYNCING);
    assert_int_equal(t.s.since_ns, MS);
    assert_true(sync_wants_snapshot(&t.s));
    sync_snapshot_asked(&t.s);
    assert_false(sync_wants_snapshot(&t.s));
    assert_int_equal(update(&t, 25, 30, 20, "b100=8 a105=1"), SYNC_BUFFERED);
    assert_int_equal(update(&t, 31, 40, 30, "b100=7"), SYNC_BUFFERED);
    /* The snapshot's id lies inside the second: the first is skipped, the second has prev_id <= 27. */
    assert_int_equal(snapshot(&t, 27, "b100=5 b99=1 a101=1"), SYNC_JOINED);
    assert_int_equal(t.s.state, BOOK_TRUE);
    assert_int_equal(t.s.since_ns, 4 * MS);
    assert_int_equal(t.told_n, 3);
    assert_int_equal(t.told[0], 27);
    assert_int_equal(t.told[1], 30);
    assert_int_equal(t.told[2], 40);
    assert_int_equal(book_qty(t.s.book, SIDE_BID, 100), 7);
    assert_int_equal(book_qty(t.s.book, SIDE_ASK, 105), 1);
    assert_int_equal(t.s.last_id, 40);
    assert_int_equal(t.s.depth_events, 2);
    assert_int_equal(t.s.level_updates, 3);
    assert_int_equal(update(&t, 57, 60, 40, "a101=0"), SYNC_APPLIED);
    assert_int_equal(t.told_n, 1);
    assert_touch(&t, 100, 105);
    assert_int_equal(t.s.gaps + t.s.resyncs + t.s.crossed + t.s.refused, 0);
    sync_finish(&t.s);
    sync_finish(NULL);
}

static void test_join_when_the_id_is_an_updates_own(void **state)
{
    (void)state;
    struct bench t;
    setup(&t, BOOK_RULE_PREV_ID);
    assert_int_equal(update(&t, 11, 20, 10, "b100=9"), SYNC_BUFFERED);
    assert_int_equal(update(&t, 25, 30, 20, "b100=8"), SYNC_BUFFERED);
    assert_int_equal(snapshot(&t, 20, "b100=5 a101=1"), SYNC_JOINED);
    assert_int_equal(book_qty(t.s.book, SIDE_BID, 100), 8);
    assert_int_equal(t.s.last_id, 30);
    sync_finish(&t.s);
}

static void test_snapshot_ahead_of_the_stream(void **state)
{
    (void)state;
    struct bench t;
    setup(&t, BOOK_RULE_PREV_ID);
    assert_int_equal(update(&t, 11, 20, 10, "b100=9"), SYNC_BUFFERED);
    assert_int_equal(snapshot(&t, 45, "b100=5 a101=1"), SYNC_JOINED);
    assert_int_equal(update(&t, 21, 30, 20, "b100=6"), SYNC_BUFFERED);
    assert_int_equal(update(&t, 31, 40, 30, "b100=7"), SYNC_BUFFERED);
    assert_int_equal(book_qty(t.s.book, SIDE_BID, 100), 5);
    assert_int_equal(update(&t, 41, 50, 40, "b100=8"), SYNC_APPLIED);
    assert_int_equal(book_qty(t.s.book, SIDE_BID, 100), 8);
    assert_int_equal(update(&t, 51, 60, 50, "b100=9"), SYNC_APPLIED);
    /* Once it runs, the rule is strict: this one would have joined, but does not follow. */
    assert_int_equal(update(&t, 61, 70, 50, "b100=1"), SYNC_BROKEN);
    sync_finish(&t.s);
}

static void test_snapshot_older_than_what_is_kept(void **state)
{
    (void)state;
    struct bench t;
    setup(&t, BOOK_RULE_PREV_ID);
    assert_int_equal(update(&t, 31, 40, 30, "b100=9"), SYNC_BUFFERED);
    sync_snapshot_asked(&t.s);
    assert_int_equal(snapshot(&t, 29, "b100=5 a101=1"), SYNC_BUFFERED);
    assert_int_equal(t.s.state, BOOK_SYNCING);
    assert_true(sync_wants_snapshot(&t.s));
    assert_int_equal(book_count(t.s.book, SIDE_BID), 0);
    assert_int_equal(snapshot(&t, 30, "b100=5 a101=1"), SYNC_JOINED);
    assert_int_equal(book_qty(t.s.book, SIDE_BID, 100), 9);
    assert_false(sync_wants_snapshot(&t.s));
    sync_finish(&t.s);
}

static void test_gap_and_healing(void **state)
{
    (void)state;
    struct bench t;
    setup_true(&t);
    assert_int_equal(update(&t, 1001, 1010, 1000, "b100=2"), SYNC_APPLIED);
    assert_int_equal(update(&t, 1031, 1040, 1030, "b100=3"), SYNC_BROKEN);
    assert_int_equal(t.told_n, 0);
    assert_int_equal(t.s.state, BOOK_GAP);
    assert_int_equal(t.s.since_ns, t.now_ns);
    assert_int_equal(t.s.gaps, 1);
    assert_int_equal(t.s.last_cause, GAP_SEQUENCE);
    assert_int_equal(t.s.break_from_id, 1010);
    assert_int_equal(t.s.break_to_id, 1030);
    assert_true(sync_wants_snapshot(&t.s));
    assert_int_equal(book_qty(t.s.book, SIDE_BID, 100), 2); /* shown as it was, marked as not true */
    assert_int_equal(update(&t, 1041, 1050, 1040, "b100=4"), SYNC_BUFFERED);
    assert_int_equal(snapshot(&t, 1020, "b100=9 a101=9"), SYNC_BUFFERED); /* from before the hole */
    assert_int_equal(t.s.state, BOOK_GAP);
    assert_int_equal(snapshot(&t, 1035, "b100=9 a101=9"), SYNC_JOINED);
    assert_int_equal(book_qty(t.s.book, SIDE_BID, 100), 4);
    assert_int_equal(t.s.last_id, 1050);
    assert_int_equal(t.s.resyncs, 1);
    assert_int_equal(t.s.gaps, 1);
    sync_finish(&t.s);
}

static void test_a_second_hole_while_waiting(void **state)
{
    (void)state;
    struct bench t;
    setup_true(&t);
    assert_int_equal(update(&t, 0, 1040, 1030, "b100=3"), SYNC_BROKEN);
    assert_int_equal(update(&t, 0, 1050, 1040, "b100=4"), SYNC_BUFFERED);
    assert_int_equal(update(&t, 0, 1070, 1060, "b100=5"), SYNC_BUFFERED); /* 1050..1060 is missing */
    assert_int_equal(snapshot(&t, 1045, "b100=9 a101=9"), SYNC_BUFFERED);
    assert_int_equal(t.s.state, BOOK_GAP);
    assert_int_equal(snapshot(&t, 1065, "b100=9 a101=9"), SYNC_JOINED);
    assert_int_equal(book_qty(t.s.book, SIDE_BID, 100), 5);
    sync_finish(&t.s);
}

static void test_duplicates_and_reordering(void **state)
{
    (void)state;
    struct bench t;
    setup_true(&t);
    assert_int_equal(update(&t, 0, 1010, 1000, "b100=2"), SYNC_APPLIED);
    assert_int_equal(update(&t, 0, 1010, 1000, "b100=2"), SYNC_BUFFERED); /* the same again */
    assert_int_equal(t.s.state, BOOK_TRUE);
    assert_int_equal(update(&t, 0, 1020, 1010, "b100=3"), SYNC_APPLIED);
    assert_int_equal(update(&t, 0, 1010, 1000, "b100=2"),
                     SYNC_BROKEN); /* ids that go back are no book to trust */
    assert_int_equal(t.s.gaps, 1);
    sync_finish(&t.s);

    setup_true(&t);
    assert_int_equal(update(&t, 0, 1020, 1010, "b100=3"), SYNC_BROKEN); /* second before first */
    assert_int_equal(update(&t, 0, 1010, 1000, "b100=2"), SYNC_BUFFERED);
    assert_int_equal(update(&t, 0, 1030, 1020, "b100=4"), SYNC_BUFFERED);
    assert_int_equal(snapshot(&t, 1010, "b100=2 a101=9"), SYNC_JOINED);
    assert_int_equal(t.told_n, 3);
    assert_int_equal(book_qty(t.s.book, SIDE_BID, 100), 4);
    sync_finish(&t.s);
}

static void test_crossed(void **state)
{
    (void)state;
    struct bench t;
    setup_true(&t);
    assert_int_equal(update(&t, 0, 1010, 1000, "b101=2"), SYNC_BROKEN);
    assert_int_equal(t.told_n, 0);
    assert_int_equal(t.s.crossed, 1);
    assert_int_equal(t.s.gaps, 0);
    assert_int_equal(t.s.last_cause, GAP_CROSSED);
    assert_int_equal(t.s.state, BOOK_GAP);
    /* A snapshot from before it: what crossed is applied again, and crosses again. */
    assert_int_equal(snapshot(&t, 1005, "b100=1 a101=1"), SYNC_BROKEN);
    assert_int_equal(t.s.crossed, 2);
    assert_int_equal(t.s.state, BOOK_GAP);
    assert_int_equal(snapshot(&t, 1011, "b100=1 a100=1"), SYNC_BROKEN); /* itself crossed */
    assert_int_equal(t.s.crossed, 3);
    assert_int_equal(snapshot(&t, 1012, "b100=1 a101=1"), SYNC_JOINED);
    assert_int_equal(t.s.resyncs, 1);
    sync_finish(&t.s);
}

static void test_snapshots_while_true(void **state)
{
    (void)state;
    struct bench t;
    int64_t lo, hi;
    setup_true(&t);
    assert_int_equal(update(&t, 0, 1010, 1000, "b100=2 b50=8"), SYNC_APPLIED);
    assert_int_equal(snapshot(&t, 1005, "b100=7 a101=7"), SYNC_BUFFERED); /* no way back in time */
    assert_int_equal(book_qty(t.s.book, SIDE_BID, 100), 2);
    /* Of this very moment: more is known, what lies beyond it stays. */
    assert_int_equal(snapshot(&t, 1010, "b100=2 b80=1 a101=4 a120=1"), SYNC_JOINED);
    assert_true(book_known(t.s.book, &lo, &hi));
    assert_int_equal(lo, 80);
    assert_int_equal(hi, 120);
    assert_int_equal(book_qty(t.s.book, SIDE_BID, 50), 8);
    assert_int_equal(book_qty(t.s.book, SIDE_BID, 99), 0);
    assert_int_equal(update(&t, 0, 1020, 1010, "b100=3"), SYNC_APPLIED);
    /* Newer than the stream: it replaces all, and updates up to it are skipped. */
    assert_int_equal(snapshot(&t, 1035, "b100=9 a101=4"), SYNC_JOINED);
    assert_int_equal(book_qty(t.s.book, SIDE_BID, 50), 0);
    assert_int_equal(update(&t, 0, 1030, 1020, "b100=4"), SYNC_BUFFERED);
    assert_int_equal(update(&t, 0, 1040, 1030, "b100=5"), SYNC_APPLIED);
    assert_int_equal(t.s.resyncs + t.s.gaps, 0);
    sync_finish(&t.s);
}

static void test_refresh_brings_an_older_snapshot_up_to_date(void **state)
{
    (void)state;
    struct bench t;
    int64_t lo, hi;
    setup_true(&t);
    sync_refresh(&t.s);
    assert_true(sync_wants_snapshot(&t.s));
    sync_snapshot_asked(&t.s);
    assert_int_equal(update(&t, 0, 1010, 1000, "b99=0 b60=5 b40=1"), SYNC_APPLIED);
    assert_int_equal(update(&t, 0, 1020, 1010, "b60=6 a101=0"), SYNC_APPLIED);
    assert_int_equal(update(&t, 0, 1030, 1020, "a103=9"), SYNC_APPLIED);
    assert_int_equal(snapshot(&t, 999, "b100=1 a101=4"), SYNC_BUFFERED); /* older than what was kept */
    assert_true(sync_wants_snapshot(&t.s));
    assert_int_equal(snapshot(&t, 1010, "b100=1 b90=3 b60=5 b50=2 a101=4 a102=5 a110=6 a130=1"), SYNC_JOINED);
    assert_int_equal(t.told_n, 1); /* its updates were told before */
    assert_int_equal(t.s.state, BOOK_TRUE);
    assert_int_equal(t.s.last_id, 1030);
    assert_int_equal(t.s.depth_events, 3);
    assert_true(book_known(t.s.book, &lo, &hi));
    assert_int_equal(lo, 50);
    assert_int_equal(hi, 130);
    assert_touch(&t, 100, 102);
    assert_int_equal(book_qty(t.s.book, SIDE_BID, 60), 6);
    assert_int_equal(book_qty(t.s.book, SIDE_BID, 50), 2);
    assert_int_equal(book_qty(t.s.book, SIDE_BID, 40), 1);
    assert_int_equal(book_qty(t.s.book, SIDE_ASK, 103), 9);
    assert_int_equal(book_count(t.s.book, SIDE_BID), 5);
    assert_int_equal(book_count(t.s.book, SIDE_ASK), 4);
    assert_int_equal(update(&t, 0, 1040, 1030, "b100=3"), SYNC_APPLIED);
    assert_int_equal(t.s.pending.used, 0); /* not kept any more */
    sync_finish(&t.s);
}

static void test_spot(void **state)
{
    (void)state;
    struct bench t;
    setup(&t, BOOK_RULE_FIRST_ID);
    assert_int_equal(update(&t, 11, 20, 0, "b100=1"), SYNC_BUFFERED);
    assert_int_equal(update(&t, 21, 30, 0, "b100=2"), SYNC_BUFFERED);
    assert_int_equal(snapshot(&t, 9, "b100=9 a101=1"), SYNC_BUFFERED); /* 10 is missing */
    assert_int_equal(t.s.state, BOOK_SYNCING);
    assert_int_equal(snapshot(&t, 15, "b100=9 a101=1"), SYNC_JOINED);
    assert_int_equal(t.told_n, 3);
    assert_int_equal(book_qty(t.s.book, SIDE_BID, 100), 2);
    assert_int_equal(update(&t, 31, 31, 0, "b100=3"), SYNC_APPLIED);
    assert_int_equal(update(&t, 31, 31, 0, "b100=3"), SYNC_BUFFERED);
    assert_int_equal(update(&t, 33, 35, 0, "b100=4"), SYNC_BROKEN);
    assert_int_equal(t.s.break_from_id, 31);
    assert_int_equal(t.s.break_to_id, 33);
    assert_int_equal(snapshot(&t, 32, "b100=9 a101=1"), SYNC_JOINED);
    assert_int_equal(book_qty(t.s.book, SIDE_BID, 100), 4);
    sync_finish(&t.s);
}

static void test_sequence(void **state)
{
    (void)state;
    struct bench t;
    setup(&t, BOOK_RULE_SEQUENCE);
    assert_int_equal(snapshot(&t, 7, "b100=9 a101=1"), SYNC_JOINED);
    assert_int_equal(update(&t, 0, 8, 0, "b100=1"), SYNC_APPLIED);
    assert_int_equal(update(&t, 0, 10, 0, "b100=2"), SYNC_BROKEN);
    assert_int_equal(update(&t, 0, 11, 0, "b100=3"), SYNC_BUFFERED);
    assert_true(sync_wants_snapshot(&t.s));
    assert_int_equal(snapshot(&t, 11, "b100=3 a101=1"), SYNC_JOINED);
    assert_int_equal(update(&t, 0, 12, 0, "b100=4"), SYNC_APPLIED);
    /* In the stream a snapshot always counts: the venue began anew. */
    assert_int_equal(snapshot(&t, 1, "b90=9 a91=1"), SYNC_JOINED);
    assert_int_equal(t.s.last_id, 1);
    assert_int_equal(update(&t, 0, 2, 0, "b90=8"), SYNC_APPLIED);
    assert_int_equal(t.s.gaps, 1);
    sync_finish(&t.s);
}

static void test_whole_books(void **state)
{
    (void)state;
    struct bench t;
    setup(&t, BOOK_RULE_SNAPSHOTS);
    assert_err(update(&t, 0, 5, 0, "b100=9"), AP_EUNSUPPORTED);
    assert_int_equal(t.s.refused, 1);
    assert_int_equal(snapshot(&t, 0, "b100=9 a101=1"), SYNC_JOINED);
    assert_int_equal(snapshot(&t, 0, "b99=9 a101=1 a102=1"), SYNC_APPLIED);
    assert_int_equal(t.s.level_updates, 5);
    assert_int_equal(book_count(t.s.book, SIDE_BID), 1);
    assert_int_equal(snapshot(&t, 0, "b101=9 a101=1"), SYNC_BROKEN);
    assert_false(sync_wants_snapshot(&t.s)); /* the next one comes anyway */
    assert_int_equal(snapshot(&t, 0, "b100=9 a101=1"), SYNC_JOINED);
    assert_int_equal(t.s.resyncs, 1);
    sync_finish(&t.s);
}

static void test_no_rule(void **state)
{
    (void)state;
    struct bench t;
    setup(&t, BOOK_RULE_NONE);
    assert_int_equal(update(&t, 0, 0, 0, "b100=9"), SYNC_BUFFERED);
    assert_int_equal(t.s.state, BOOK_SYNCING);
    assert_int_equal(snapshot(&t, 0, "b99=9 a101=1"), SYNC_JOINED);
    assert_int_equal(book_qty(t.s.book, SIDE_BID, 100), 0); /* the snapshot came after it */
    assert_int_equal(update(&t, 0, 0, 0, "b100=8"), SYNC_APPLIED);
    assert_int_equal(update(&t, 0, 0, 0, "b101=8"), SYNC_BROKEN);
    sync_finish(&t.s);
}

static void test_lost_events(void **state)
{
    (void)state;
    struct bench t;
    setup(&t, BOOK_RULE_PREV_ID);
    sync_lose(&t.s, 5);
    assert_int_equal(t.s.state, BOOK_EMPTY);
    assert_int_equal(t.s.gaps, 0);
    sync_finish(&t.s);

    setup_true(&t);
    sync_lose(&t.s, 77);
    assert_int_equal(t.s.state, BOOK_GAP);
    assert_int_equal(t.s.since_ns, 77);
    assert_int_equal(t.s.gaps, 1);
    assert_true(sync_wants_snapshot(&t.s));
    sync_lose(&t.s, 78);
    assert_int_equal(t.s.gaps, 1);
    assert_int_equal(t.s.since_ns, 77);
    /* Even one that would have followed: who knows what is missing. */
    assert_int_equal(update(&t, 0, 1010, 1000, "b100=2"), SYNC_BUFFERED);
    assert_int_equal(snapshot(&t, 1003, "b100=9 a101=1"), SYNC_JOINED);
    assert_int_equal(t.s.resyncs, 1);
    sync_finish(&t.s);
}

static void test_parts(void **state)
{
    (void)state;
    struct bench t;
    for (int is_numbered = 0; is_numbered < 2; is_numbered++) {
        uint64_t one = is_numbered ? 1 : 0, two = is_numbered ? 2 : 0;
        int64_t lo, hi;
        setup(&t, BOOK_RULE_PREV_ID);
        assert_int_equal(part(&t, 20, 0, false, "b100=1 b99=1"), SYNC_BUFFERED);
        assert_int_equal(update(&t, 0, 20, 10, "b100=3"), SYNC_BUFFERED);
        assert_int_equal(part(&t, 20, one, false, "b98=1 a101=1"), SYNC_BUFFERED);
        assert_int_equal(t.s.state, BOOK_SYNCING);
        assert_int_equal(update(&t, 0, 30, 20, "b100=4"), SYNC_BUFFERED);
        assert_int_equal(part(&t, 20, two, true, "a102=1 a103=1"), SYNC_JOINED);
        assert_int_equal(book_count(t.s.book, SIDE_BID), 3);
        assert_int_equal(book_count(t.s.book, SIDE_ASK), 3);
        assert_true(book_known(t.s.book, &lo, &hi));
        assert_int_equal(lo, 98);
        assert_int_equal(hi, 103);
        assert_int_equal(book_qty(t.s.book, SIDE_BID, 100), 4);
        assert_int_equal(t.s.parts.used, 0);
        sync_finish(&t.s);
    }
}

static void test_parts_that_do_not_fit(void **state)
{
    (void)state;
    struct bench t;
    setup(&t, BOOK_RULE_PREV_ID);
    assert_int_equal(part(&t, 20, 0, false, "b100=1"), SYNC_BUFFERED);
    assert_int_equal(part(&t, 20, 1, false, "b99=1"), SYNC_BUFFERED);
    assert_int_equal(part(&t, 20, 3, true, "a101=1"), SYNC_BUFFERED); /* 2 is missing */
    assert_int_equal(t.s.state, BOOK_EMPTY);
    assert_int_equal(part(&t, 20, 1, true, "a101=1"), SYNC_BUFFERED); /* 0 is missing */
    assert_int_equal(t.s.state, BOOK_EMPTY);
    assert_int_equal(book_count(t.s.book, SIDE_ASK), 0);
    /* Another snapshot begins before the first has ended. */
    assert_int_equal(part(&t, 20, 0, false, "b100=1"), SYNC_BUFFERED);
    assert_int_equal(part(&t, 30, 0, false, "b90=1"), SYNC_BUFFERED);
    assert_int_equal(part(&t, 30, 1, true, "a101=1"), SYNC_JOINED);
    assert_touch(&t, 90, 101);
    assert_int_equal(book_count(t.s.book, SIDE_BID), 1);
    sync_finish(&t.s);

    /* Events are lost in the middle of one: its end alone is no book. */
    setup(&t, BOOK_RULE_PREV_ID);
    assert_int_equal(part(&t, 20, 0, false, "b100=1"), SYNC_BUFFERED);
    sync_lose(&t.s, 3);
    assert_int_equal(part(&t, 20, 1, true, "b99=1 a101=1"), SYNC_BUFFERED);
    assert_int_equal(t.s.state, BOOK_EMPTY);
    sync_finish(&t.s);
}

static void test_too_many_parts(void **state)
{
    (void)state;
    static struct level bids[65536];
    struct bench t;
    setup(&t, BOOK_RULE_PREV_ID);
    for (int64_t i = 0; i < 65536; i++) {
        bids[i] = (struct level){100000 + i, 1};
    }
    int result = SYNC_BUFFERED;
    for (int i = 0; i < 40 && result == SYNC_BUFFERED; i++) {
        t.flags = EVENT_MORE;
        struct event *ev = depth_event_of(EVENT_DEPTH_SNAPSHOT, bids, 65536, NULL, 0);
        ev->last_id = 20;
        result = feed(&t, ev);
        assert_true(t.s.parts.used <= SYNC_BUFFER_BYTES_MAX);
    }
    assert_err(result, AP_ETOOBIG);
    assert_int_equal(t.s.parts.used, 0);
    sync_finish(&t.s);
}

static void test_overflow_drops_the_oldest(void **state)
{
    (void)state;
    static struct level bids[4000];
    struct bench t;
    uint64_t id = 0, events = 2 * SYNC_BUFFER_BYTES_MAX / sizeof(bids);
    setup(&t, BOOK_RULE_PREV_ID);
    for (int64_t i = 0; i < 4000; i++) {
        bids[i] = (struct level){1000 + i, 1};
    }
    for (; id < events; id++) {
        struct event *ev = depth_event_of(EVENT_DEPTH, bids, 4000, NULL, 0);
        ev->prev_id = 10 + id;
        ev->last_id = 11 + id;
        assert_int_equal(feed(&t, ev), SYNC_BUFFERED);
        assert_true(t.s.pending.used <= SYNC_BUFFER_BYTES_MAX);
    }
    assert_int_equal(snapshot(&t, 11, "b100=1 a99999=1"), SYNC_BUFFERED); /* what follows it is gone */
    assert_true(sync_wants_snapshot(&t.s));
    assert_int_equal(snapshot(&t, 10 + events - 2, "b100=1 a99999=1"), SYNC_JOINED);
    assert_int_equal(t.s.last_id, 10 + events);
    assert_int_equal(t.told_n, 3);
    assert_int_equal(book_count(t.s.book, SIDE_BID), 4001);
    sync_finish(&t.s);
}

/* The venue begins to count anew and nobody says so: it must not stay "true" on nothing, nor wait for ever. */
static void test_ids_that_begin_anew(void **state)
{
    (void)state;
    struct bench t;
    setup(&t, BOOK_RULE_PREV_ID);
    assert_int_equal(snapshot(&t, 1000000000, "b100=1 a101=1"), SYNC_JOINED);
    uint64_t id = 1;
    while (t.s.state == BOOK_TRUE && id < 3 * SYNC_SKIP_MAX) {
        (void)!update(&t, id, id, id - 1, "b100=2");
        id++;
    }
    assert_int_equal(t.s.state, BOOK_GAP);
    assert_int_equal(t.s.gaps, 1);
    assert_int_equal(snapshot(&t, id - 1, "b100=1 a101=1"), SYNC_JOINED);
    sync_finish(&t.s);

    setup(&t, BOOK_RULE_PREV_ID);
    assert_int_equal(update(&t, 0, 1000000, 999999, "b100=2"), SYNC_BUFFERED);
    for (id = 1; id < 2 * SYNC_SKIP_MAX; id++) {
        assert_int_equal(update(&t, id, id, id - 1, "b100=2"), SYNC_BUFFERED);
    }
    assert_int_equal(snapshot(&t, id - 2, "b100=1 a101=1"), SYNC_JOINED);
    sync_finish(&t.s);

    /* Old ones between good ones are no such thing. */
    setup(&t, BOOK_RULE_PREV_ID);
    assert_int_equal(update(&t, 0, 1000000, 999999, "b100=2"), SYNC_BUFFERED);
    for (id = 1000001; id < 1000000 + 2 * SYNC_SKIP_MAX; id++) {
        assert_int_equal(update(&t, id, id, id - 1, "b100=2"), SYNC_BUFFERED);
        assert_int_equal(update(&t, 5, 5, 4, "b100=3"), SYNC_BUFFERED);
    }
    assert_int_equal(snapshot(&t, 1000001, "b100=1 a101=1"), SYNC_JOINED);
    assert_int_equal(t.s.last_id, id - 1);
    sync_finish(&t.s);
}

static void test_bad_rows(void **state)
{
    (void)state;
    struct bench t;
    setup_true(&t);
    assert_err(update(&t, 0, 1010, 1000, "b100=2 b0=1"), AP_ERANGE);
    assert_int_equal(t.s.state, BOOK_GAP);
    assert_int_equal(t.s.refused, 1);
    assert_int_equal(t.s.gaps, 1);
    assert_int_equal(t.s.last_cause, GAP_BAD_FRAME);
    assert_int_equal(book_qty(t.s.book, SIDE_BID, 100), 1);
    assert_int_equal(update(&t, 0, 1020, 1010, "b100=3"), SYNC_BUFFERED);
    assert_int_equal(update(&t, 0, 1030, 1020, "b100=-3"), SYNC_BUFFERED); /* found when it is needed */
    assert_int_equal(update(&t, 0, 1040, 1030, "b100=5"), SYNC_BUFFERED);
    assert_err(snapshot(&t, 1012, "b100=1 a101=1"), AP_ERANGE);
    assert_int_equal(t.s.state, BOOK_GAP);
    assert_true(sync_wants_snapshot(&t.s));
    assert_int_equal(snapshot(&t, 1033, "b100=1 a101=1"), SYNC_JOINED);
    assert_int_equal(book_qty(t.s.book, SIDE_BID, 100), 5);
    /* From the side: it says nothing about the book. */
    assert_int_equal(snapshot(&t, 1050, "b100=1 a-101=1"), SYNC_BUFFERED);
    assert_int_equal(t.s.state, BOOK_TRUE);
    assert_int_equal(t.s.refused, 3);
    sync_finish(&t.s);
}

static void test_events_that_do_not_hold_together(void **state)
{
    (void)state;
    struct bench t;
    setup_true(&t);
    struct event *ev = depth_event(EVENT_DEPTH, 0, 1010, 1000, "b100=2");
    struct depth_rows *rows = event_rows(ev);
    rows->ask_n = UINT32_MAX;
    assert_err(feed(&t, ev), AP_ECORRUPT);
    assert_int_equal(t.s.state, BOOK_GAP);
    ev = depth_event(EVENT_DEPTH, 0, 1020, 1010, "b100=2");
    ev->size = sizeof(*ev);
    assert_err(feed(&t, ev), AP_ECORRUPT);
    ev = depth_event(EVENT_DEPTH_SNAPSHOT, 0, 1020, 0, "b100=2 a101=1");
    ev->size += 1;
    assert_err(feed(&t, ev), AP_ECORRUPT);
    assert_err(feed(&t, depth_event(EVENT_TRADE, 0, 0, 0, "b1=1")), AP_EINVAL);
    assert_int_equal(t.s.state, BOOK_GAP);
    sync_finish(&t.s);
    struct sync s;
    assert_err(sync_init(&s, 17, 1), AP_EINVAL);
    assert_err(sync_init(&s, BOOK_RULE_NONE, 0), AP_EINVAL);
}

/* A server that has lost a book answers with an id and no levels: that is no book, and must not become one. */
static void test_empty_snapshot(void **state)
{
    (void)state;
    struct bench t;
    setup(&t, BOOK_RULE_PREV_ID);
    assert_int_equal(update(&t, 11, 20, 10, "b100=9 a105=1"), SYNC_BUFFERED);
    sync_snapshot_asked(&t.s);
    assert_int_equal(snapshot(&t, 15, ""), SYNC_BUFFERED);
    assert_int_equal(t.s.state, BOOK_SYNCING);
    assert_true(sync_wants_snapshot(&t.s));
    assert_int_equal(snapshot(&t, 15, "b99=1 a106=1"), SYNC_JOINED);
    assert_int_equal(t.s.state, BOOK_TRUE);
    assert_int_equal(snapshot(&t, 50, ""), SYNC_BUFFERED); /* nor does it blank a true one */
    assert_int_equal(t.s.state, BOOK_TRUE);
    assert_touch(&t, 100, 105);
    sync_finish(&t.s);
}

/* A listing too new for a book answers with id 0 or -1. */
static void test_snapshot_without_an_id(void **state)
{
    (void)state;
    struct bench t;
    setup(&t, BOOK_RULE_PREV_ID);
    assert_int_equal(snapshot(&t, 0, ""), SYNC_BUFFERED);
    assert_int_equal(snapshot(&t, UINT64_MAX, "b100=1 a101=1"), SYNC_BUFFERED);
    assert_int_equal(t.s.state, BOOK_EMPTY);
    assert_true(sync_wants_snapshot(&t.s));
    sync_finish(&t.s);
}

static void test_asks_again(void **state)
{
    (void)state;
    struct bench t;
    setup(&t, BOOK_RULE_PREV_ID);
    assert_int_equal(update(&t, 0, 20, 10, "b100=2"), SYNC_BUFFERED);
    sync_snapshot_asked(&t.s);
    assert_int_equal(update(&t, 0, 30, 20, "b100=2"), SYNC_BUFFERED);
    assert_false(sync_wants_snapshot(&t.s));
    t.now_ns += SYNC_ASK_AGAIN_NS;
    assert_int_equal(update(&t, 0, 40, 30, "b100=2"), SYNC_BUFFERED);
    assert_true(sync_wants_snapshot(&t.s));
    sync_finish(&t.s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_empty_snapshot),
        cmocka_unit_test(test_join_of_futures),
        cmocka_unit_test(test_join_when_the_id_is_an_updates_own),
        cmocka_unit_test(test_snapshot_ahead_of_the_stream),
        cmocka_unit_test(test_snapshot_older_than_what_is_kept),
        cmocka_unit_test(test_gap_and_healing),
        cmocka_unit_test(test_a_second_hole_while_waiting),
        cmocka_unit_test(test_duplicates_and_reordering),
        cmocka_unit_test(test_crossed),
        cmocka_unit_test(test_snapshots_while_true),
        cmocka_unit_test(test_refresh_brings_an_older_snapshot_up_to_date),
        cmocka_unit_test(test_spot),
        cmocka_unit_test(test_sequence),
        cmocka_unit_test(test_whole_books),
        cmocka_unit_test(test_no_rule),
        cmocka_unit_test(test_lost_events),
        cmocka_unit_test(test_parts),
        cmocka_unit_test(test_parts_that_do_not_fit),
        cmocka_unit_test(test_too_many_parts),
        cmocka_unit_test(test_overflow_drops_the_oldest),
        cmocka_unit_test(test_ids_that_begin_anew),
        cmocka_unit_test(test_bad_rows),
        cmocka_unit_test(test_events_that_do_not_hold_together),
        cmocka_unit_test(test_snapshot_without_an_id),
        cmocka_unit_test(test_asks_again),
    };
    return cmocka_run_group_tests_name("book/sync", tests, NULL, NULL);
}
