/* Bytes as a feed: any order of updates, snapshots, parts, losses, damaged events. Held to: a book that calls itself true is not
 * crossed and equals the plainest twin that was told the same events; results, states and counts fit each other. */
#define TWIN_LEVELS 512
#include "book_twin.h"
#include "depth_events.h"
#include "fuzz.h"
#include <alphaplus/base/fixed.h>
#include <alphaplus/base/hash.h>
#include <alphaplus/book/sync.h>

struct input {
    const uint8_t *data;
    size_t size, at;
};

struct world {
    struct sync s;
    struct twin twin;
    struct depth_rows *whole; /* owned: rows of the snapshot being told, all its parts */
    int told;
};

static uint8_t take(struct input *in)
{
    return in->at < in->size ? in->data[in->at++] : 0;
}

/* Mostly small numbers close to each other, so that ids and prices meet. */
static int64_t take_number(struct input *in, int64_t around)
{
    uint8_t b = take(in);
    if (b < 240) {
        return around + (b & 31) - 8;
    }
    static const int64_t odd[] = {0,         -1,        1,      FIXED_VALUE_MAX, FIXED_VALUE_MAX + 1,
                                  INT64_MAX, INT64_MIN, 1 << 30};
    return odd[b & 7];
}

static struct event *take_event(struct input *in, int kind, uint64_t id)
{
    struct level rows[2][16];
    uint8_t counts = take(in);
    uint32_t n[2] = {counts & 15, counts >> 4};
    for (int side = 0; side < 2; side++) {
        for (uint32_t i = 0; i < n[side]; i++) {
            rows[side][i].px = take_number(in, side == SIDE_ASK ? 120 : 100);
            rows[side][i].qty = take_number(in, 8);
        }
    }
    struct event *ev = depth_event_of(kind, rows[0], n[0], rows[1], n[1]);
    ev->prev_id = (uint64_t)take_number(in, (int64_t)id);
    ev->first_id = (uint64_t)take_number(in, (int64_t)id + 1);
    ev->last_id = (uint64_t)take_number(in, (int64_t)id + 2);
    return ev;
}

/* Rows of the snapshot as it was given: the parts are gathered by the one who gives them. */
static void on_applied(void *user, const struct event *ev)
{
    struct world *w = user;
    w->told++;
    FUZZ_CHECK(!book_is_crossed(w->s.book));
    if (ev->kind == EVENT_DEPTH) {
        twin_apply(&w->twin, event_rows_const(ev));
    } else if (w->s.parts.used == 0 && w->whole == NULL) {
        twin_load(&w->twin, event_rows_const(ev));
    }
}

/* What a splice or a snapshot in parts makes is taken over as it is. */
static void adopt(struct world *w)
{
    struct book_iter it;
    struct level level;
    memset(&w->twin, 0, sizeof(w->twin));
    for (int side = 0; side < 2; side++) {
        for (book_iter_init(&it, w->s.book, (enum side)side); book_iter_next(&it, &level);) {
            twin_set(&w->twin, side, level.px, level.qty);
        }
    }
    (void)book_known(w->s.book, &w->twin.known_lo, &w->twin.known_hi);
}

static void check_twin(const struct world *w)
{
    const struct twin *t = &w->twin;
    int64_t lo = 0, hi = 0;
    (void)book_known(w->s.book, &lo, &hi);
    FUZZ_CHECK(lo == t->known_lo && hi == t->known_hi);
    for (int side = 0; side < 2; side++) {
        struct book_iter it;
        struct level level;
        int i = 0;
        FUZZ_CHECK(book_count(w->s.book, (enum side)side) == (uint32_t)t->n[side]);
        for (book_iter_init(&it, w->s.book, (enum side)side); book_iter_next(&it, &level); i++) {
            FUZZ_CHECK(level.px == t->levels[side][i].px && level.qty == t->levels[side][i].qty &&
                       level.qty > 0);
        }
    }
}

static void give(struct world *w, struct event *ev)
{
    struct sync *s = &w->s;
    uint8_t was = s->state;
    bool was_in_parts = s->parts.used > 0, is_snapshot = ev->kind == EVENT_DEPTH_SNAPSHOT;
    uint64_t gaps = s->gaps + s->crossed;
    uint64_t hash = book_hash(s->book, HASH_SEED);
    w->told = 0;
    int result = sync_event(s, ev, on_applied, w);
    FUZZ_CHECK(result != 0 && result <= SYNC_BROKEN);
    if (result < 0 || result == SYNC_BROKEN) {
        FUZZ_CHECK(s->state != BOOK_TRUE);
        FUZZ_CHECK(was != BOOK_TRUE || s->gaps + s->crossed > gaps);
    } else if (result == SYNC_BUFFERED) {
        FUZZ_CHECK(book_hash(s->book, HASH_SEED) == hash && w->told == 0);
    } else {
        FUZZ_CHECK(s->state == BOOK_TRUE && w->told > 0);
    }
    if (s->state != BOOK_TRUE) {
        FUZZ_CHECK(was != BOOK_TRUE || s->rule == BOOK_RULE_SNAPSHOTS || sync_wants_snapshot(s));
        return;
    }
    FUZZ_CHECK(!book_is_crossed(s->book));
    if (is_snapshot && result != SYNC_BUFFERED && (was_in_parts || was == BOOK_TRUE)) {
        adopt(w);
    }
    check_twin(w);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct world w;
    struct input in = {data, size, 0};
    int rule = take(&in) % 5;
    uint64_t id = 1000;
    memset(&w, 0, sizeof(w));
    if (sync_init(&w.s, rule, 1 + take(&in) % 4) < 0) {
        return 0;
    }
    for (int64_t now = 0; in.at < in.size && now < 600; now++) {
        uint8_t op = take(&in);
        if (op >= 250) {
            sync_lose(&w.s, now);
        } else if (op >= 244) {
            sync_refresh(&w.s);
        } else if (op >= 238) {
            sync_snapshot_asked(&w.s);
        } else {
            struct event *ev = take_event(&in, op % 3 == 0 ? EVENT_DEPTH_SNAPSHOT : EVENT_DEPTH, id);
            ev->recv_ns = now * (SYNC_ASK_AGAIN_NS / 8);
            if (op % 3 == 0) {
                ev->flags = op & 64 ? EVENT_MORE : 0;
                ev->aux = op & 128 ? op & 3 : 0;
            } else if (op & 64) { /* one that follows: bytes seldom make it */
                ev->prev_id = w.s.state == BOOK_TRUE ? w.s.last_id : w.s.kept_id;
                ev->first_id = ev->prev_id + 1;
                ev->last_id = ev->first_id + (rule == BOOK_RULE_SEQUENCE ? 0 : op & 3);
                id = ev->last_id <= INT64_MAX / 2 ? ev->last_id : 1000;
            }
            if (op % 64 == 5) {
                ((struct depth_rows *)event_rows(ev))->ask_n += take(&in);
            }
            give(&w, ev);
            free(ev);
        }
    }
    sync_finish(&w.s);
    return 0;
}
