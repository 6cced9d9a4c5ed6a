/* A market whose true book is known at every id, seen through a feed that drops, repeats, reorders and damages updates and
 * brings snapshots too early, too late and in parts. Whenever the book calls itself true it must be the market's book at its
 * id: every level it has is right, and within the known range none is missing. */
#define TWIN_LEVELS 256
#include "book_twin.h"
#include "depth_events.h"
#include "test.h"
#include <alphaplus/base/hash.h>
#include <alphaplus/book/sync.h>

enum { STEPS = 800, DEPTH = 60, QUEUE = 8 };

struct market {
    int rule;
    uint64_t rng;
    struct twin now;
    struct twin at[STEPS + 1];        /* the book after update i */
    uint64_t ids[STEPS + 1];          /* last_id of update i; ids[0]: where it begins */
    struct event *updates[STEPS + 1]; /* owned; [0] is NULL */
    int n;
};

static int64_t between(struct market *m, int64_t lo, int64_t hi)
{
    return lo + (int64_t)test_below(&m->rng, (uint64_t)(hi - lo + 1));
}

static int64_t best_of(const struct twin *t, int side, int64_t otherwise)
{
    return t->n[side] > 0 ? t->levels[side][0].px : otherwise;
}

/* A few levels of both sides; never crossed. */
static void step(struct market *m)
{
    struct level rows[2][8];
    uint32_t n[2] = {0, 0};
    struct twin *t = &m->now;
    for (int k = (int)between(m, 0, 7); k > 0; k--) {
        int side = (int)test_below(&m->rng, 2);
        int64_t other = best_of(t, !side, 1000);
        int64_t px = side == SIDE_ASK ? other + between(m, 1, DEPTH) : other - between(m, 1, DEPTH);
        int64_t qty = test_below(&m->rng, 3) == 0 ? 0 : between(m, 1, 99);
        px = px < 1 ? 1 : px;
        if (side == SIDE_ASK ? px <= best_of(t, SIDE_BID, 0) : px >= best_of(t, SIDE_ASK, 100000)) {
            continue;
        }
        rows[side][n[side]++] = (struct level){px, qty};
        twin_set(t, side, px, qty);
        assert_true(t->n[side] < TWIN_LEVELS);
    }
    struct event *ev = depth_event_of(EVENT_DEPTH, rows[SIDE_BID], n[SIDE_BID], rows[SIDE_ASK], n[SIDE_ASK]);
    uint64_t before = m->ids[m->n],
             last = before + (m->rule == BOOK_RULE_SEQUENCE ? 1 : 1 + test_below(&m->rng, 5));
    ev->first_id = m->rule == BOOK_RULE_FIRST_ID ? before + 1 : last;
    ev->last_id = last;
    ev->prev_id = m->rule == BOOK_RULE_PREV_ID ? before : 0;
    m->n++;
    m->updates[m->n] = ev;
    m->ids[m->n] = last;
    m->at[m->n] = *t;
}

static struct market *make_market(int rule, uint64_t seed)
{
    struct market *m = calloc(1, sizeof(*m));
    assert_non_null(m);
    m->rule = rule;
    m->rng = seed;
    m->ids[0] = 1000;
    for (int64_t i = 1; i <= 30; i++) {
        twin_set(&m->now, SIDE_BID, 1000 - i, i);
        twin_set(&m->now, SIDE_ASK, 1000 + i, i);
    }
    m->at[0] = m->now;
    while (m->n < STEPS) {
        step(m);
    }
    return m;
}

static void free_market(struct market *m)
{
    for (int i = 1; i <= m->n; i++) {
        free(m->updates[i]);
    }
    free(m);
}

/* The market's best `depth` levels a side after update i. */
static struct event *snapshot_of(const struct market *m, int i, uint32_t depth)
{
    const struct twin *t = &m->at[i];
    uint32_t bid_n = (uint32_t)t->n[0] < depth ? (uint32_t)t->n[0] : depth;
    uint32_t ask_n = (uint32_t)t->n[1] < depth ? (uint32_t)t->n[1] : depth;
    struct event *ev = depth_event_of(EVENT_DEPTH_SNAPSHOT, t->levels[0], bid_n, t->levels[1], ask_n);
    ev->last_id = m->ids[i];
    return ev;
}

static int update_at(const struct market *m, uint64_t id)
{
    int i = 0;
    while (i < m->n && m->ids[i + 1] <= id) {
        i++;
    }
    return i;
}

static void check_true(const struct market *m, const struct sync *s)
{
    const struct twin *truth = &m->at[update_at(m, s->last_id)];
    int64_t lo = 1, hi = 0;
    bool is_known = book_known(s->book, &lo, &hi);
    assert_false(book_is_crossed(s->book));
    for (int side = 0; side < 2; side++) {
        struct book_iter it;
        struct level level;
        for (book_iter_init(&it, s->book, (enum side)side); book_iter_next(&it, &level);) {
            assert_int_equal(level.qty, twin_qty(truth, side, level.px));
        }
        for (int i = 0; is_known && i < truth->n[side]; i++) {
            const struct level *l = &truth->levels[side][i];
            if (l->px >= lo && l->px <= hi) {
                assert_int_equal(book_qty(s->book, (enum side)side, l->px), l->qty);
            }
        }
    }
}

struct tally {
    int breaks, joins, applied, errors, splices;
};

static void give(struct market *m, struct sync *s, const struct event *ev, struct tally *t)
{
    static int64_t now_ns;
    struct event *copy = malloc(ev->size);
    assert_non_null(copy);
    memcpy(copy, ev, ev->size);
    copy->recv_ns = now_ns += SYNC_ASK_AGAIN_NS / 20;
    uint8_t was = s->state;
    int result = sync_event(s, copy, NULL, NULL);
    free(copy);
    t->breaks += result == SYNC_BROKEN;
    t->joins += result == SYNC_JOINED;
    t->splices += result == SYNC_JOINED && was == BOOK_TRUE;
    t->applied += result == SYNC_APPLIED;
    t->errors += result < 0;
    assert_true(result != SYNC_APPLIED || (was == BOOK_TRUE && s->state == BOOK_TRUE));
    assert_true(result != SYNC_JOINED || s->state == BOOK_TRUE);
    assert_true((result != SYNC_BROKEN && result >= 0) || s->state != BOOK_TRUE);
    assert_true(s->state == BOOK_TRUE || was != BOOK_TRUE || sync_wants_snapshot(s));
    if (s->state == BOOK_TRUE) {
        check_true(m, s);
    }
}

static void give_in_parts(struct market *m, struct sync *s, struct event *whole, struct tally *t)
{
    const struct depth_rows *rows = event_rows_const(whole);
    uint32_t bid_half = rows->bid_n / 2;
    struct event *a = depth_event_of(EVENT_DEPTH_SNAPSHOT, rows->levels, bid_half, NULL, 0);
    struct event *b = depth_event_of(EVENT_DEPTH_SNAPSHOT, rows->levels + bid_half, rows->bid_n - bid_half,
                                     rows->levels + rows->bid_n, rows->ask_n);
    a->last_id = b->last_id = whole->last_id;
    a->flags = EVENT_MORE;
    b->aux = 1;
    uint64_t fault = test_below(&m->rng, 10);
    if (fault != 0) {
        give(m, s, a, t);
    }
    if (fault == 1) {
        sync_lose(s, 0);
    }
    if (fault != 2) {
        give(m, s, b, t);
    }
    free(a);
    free(b);
}

static void damage(struct market *m, struct sync *s, const struct event *ev, struct tally *t)
{
    struct event *bad = malloc(ev->size);
    assert_non_null(bad);
    memcpy(bad, ev, ev->size);
    struct depth_rows *rows = event_rows(bad);
    if (rows->bid_n + rows->ask_n > 0) {
        rows->levels[0].px = test_below(&m->rng, 2) ? 0 : INT64_MAX;
    } else {
        rows->bid_n = 1000;
    }
    give(m, s, bad, t);
    free(bad);
}

/* One update of the market, or what the feed makes of it. */
static int pass_on(struct market *m, struct sync *s, int i, int faults, struct tally *t)
{
    uint64_t roll = test_below(&m->rng, 400);
    if (roll >= (uint64_t)faults * 6) {
        give(m, s, m->updates[i], t);
        return i;
    }
    switch (roll % 6) {
    case 0: return i; /* lost */
    case 1:           /* twice */
        give(m, s, m->updates[i], t);
        give(m, s, m->updates[i], t);
        return i;
    case 2: /* two change places */
        if (i < m->n) {
            give(m, s, m->updates[i + 1], t);
            give(m, s, m->updates[i], t);
            return i + 1;
        }
        return i;
    case 3: damage(m, s, m->updates[i], t); return i;
    case 4: /* an old one again */
        give(m, s, m->updates[i], t);
        give(m, s, m->updates[i > 20 ? i - (int)test_below(&m->rng, 20) : i], t);
        return i;
    default: sync_lose(s, 0); return i;
    }
}

/* Snapshots answer wishes after a delay; those from the side may be of a moment before or after the stream's. */
static void answer(struct market *m, struct sync *s, int i, int *due, struct tally *t)
{
    if (*due < 0 && sync_wants_snapshot(s)) {
        sync_snapshot_asked(s);
        *due = i + (int)test_below(&m->rng, QUEUE);
    }
    if (*due < 0 || i < *due) {
        return;
    }
    *due = -1;
    int off = m->rule == BOOK_RULE_SEQUENCE ? 0 : (int)between(m, -6, 4);
    int at = i + off < 0 ? 0 : i + off > m->n ? m->n : i + off;
    struct event *ev = snapshot_of(m, at, (uint32_t)between(m, 3, 40));
    if (test_below(&m->rng, 3) == 0) {
        give_in_parts(m, s, ev, t);
    } else {
        give(m, s, ev, t);
    }
    free(ev);
}

static void run(int rule, int faults, uint64_t seed, struct tally *t)
{
    struct market *m = make_market(rule, seed);
    struct sync s;
    int due = -1;
    assert_ok(sync_init(&s, rule, 1));
    if (rule == BOOK_RULE_SEQUENCE) {
        struct event *ev = snapshot_of(m, 0, 30);
        give(m, &s, ev, t);
        free(ev);
    }
    for (int i = 1; i <= m->n; i++) {
        int last = m->n - 100;
        i = pass_on(m, &s, i, i < last ? faults : 0, t);
        if (i % 40 == 0) {
            sync_refresh(&s);
        }
        answer(m, &s, i, &due, t);
    }
    assert_int_equal(s.state, BOOK_TRUE); /* a hundred updates without a fault heal it */
    assert_int_equal(s.last_id, m->ids[m->n]);
    sync_finish(&s);
    free_market(m);
}

static void run_rule(int rule)
{
    struct tally none = {0}, some = {0};
    for (uint64_t seed = 1; seed <= 5; seed++) {
        run(rule, 0, seed, &none);
        run(rule, 3, seed * 77, &some);
    }
    assert_int_equal(none.breaks + none.errors, 0);
    assert_true(none.splices > 0);
    assert_true(some.breaks > 10 && some.errors > 3 && some.joins > 10 && some.applied > 500);
}

static void test_futures(void **state)
{
    (void)state;
    run_rule(BOOK_RULE_PREV_ID);
}

static void test_spot(void **state)
{
    (void)state;
    run_rule(BOOK_RULE_FIRST_ID);
}

static void test_sequence(void **state)
{
    (void)state;
    run_rule(BOOK_RULE_SEQUENCE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_futures),
        cmocka_unit_test(test_spot),
        cmocka_unit_test(test_sequence),
    };
    return cmocka_run_group_tests_name("property/sync", tests, NULL, NULL);
}
