/* A connection's place is taken by a new one before the venue ends it: nothing lost, nothing told twice.
 *
 *   old  ----- b3 -- b4 -- b5 -- b6 -|            goes on to the engine until the change
 *   new          (b4) - b5 -- b6 -- b7 -- b8      kept until its first is no later than the last of the old one,
 *                                 ^               for each stream that speaks; then b7 and what follows goes on
 *
 * While streams of the new one are still behind, what the old one told comes once more: that is left out (fresh.h). */
#include "net/source.h"
#include <stdlib.h>
#include <string.h>

#define KEPT_BYTES_MAX   (16u << 20)
#define KEPT_BYTES_FIRST (64u << 10)
#define REPEATS_NS       (10 * NS_PER_S)

static void clear(struct rotation *r)
{
    free(r->kept.data);
    memset(r, 0, sizeof *r);
}

void rotate_finish(struct source *s)
{
    conn_finish(s->rotation.conn);
    free(s->rotation.conn);
    clear(&s->rotation);
    conn_finish(s->leaving);
    free(s->leaving);
    s->leaving = NULL;
}

/* Without a word to anybody: what it told was never used, or is told by another now. */
static void say_goodbye(struct source *s, struct conn *c)
{
    s->leaving = c;
    conn_stop(c);
}

static void release(struct source *s)
{
    if (s->leaving && conn_is_gone(s->leaving)) {
        conn_finish(s->leaving);
        free(s->leaving);
        s->leaving = NULL;
    } else if (s->leaving) {
        conn_pump(s->leaving, wire_now(s->wire));
    }
}

static void drop(struct source *s)
{
    struct rotation *r = &s->rotation;
    struct conn *c = r->conn;
    s->lanes[r->lane].rotate_due_ns = wire_now(s->wire) + s->tuning->rotate_again_ns;
    clear(r);
    say_goodbye(s, c);
}

void rotate_abandon(struct source *s)
{
    s->rotation.is_broken = s->rotation.conn != NULL;
}

static void begin(struct source *s, int lane, int64_t now_ns)
{
    struct rotation *r = &s->rotation;
    const struct conn *old = s->lanes[lane].conn;
    memset(r, 0, sizeof *r);
    r->conn = source_new_conn(s, old->path);
    if (!r->conn) {
        s->lanes[lane].rotate_due_ns = now_ns + s->tuning->rotate_again_ns;
        return;
    }
    r->lane = lane;
    r->start_ns = now_ns;
    r->decoder = s->decoder;
    r->decoder.unknown = 0;
    memset(r->decoder.unknown_kinds, 0, sizeof r->decoder.unknown_kinds);
    conn_copy_wants(r->conn, old);
}

/* --- what both tell ------------------------------------------------------------------------------------------------ */

static bool make_room(struct event_buf *kept, size_t bytes)
{
    if (bytes <= kept->cap - kept->used) {
        return true;
    }
    size_t cap = kept->cap > 0 ? kept->cap : KEPT_BYTES_FIRST;
    while (cap - kept->used < bytes) {
        cap *= 2;
    }
    if (cap > KEPT_BYTES_MAX) {
        return false;
    }
    uint8_t *data = realloc(kept->data, cap);
    if (!data) {
        return false;
    }
    kept->data = data;
    kept->cap = cap;
    return true;
}

static void note_first(struct source *s, size_t from)
{
    struct rotation *r = &s->rotation;
    for (size_t at = from; at < r->kept.used;) {
        const struct event *ev = (const struct event *)(const void *)(r->kept.data + at);
        const struct wish *w = source_wish(s, ev->instrument);
        int kind = watch_kind_of(ev->kind);
        at += ev->size;
        if (w && kind >= 0 && !r->has_first[w - s->wishes][kind]) {
            r->has_first[w - s->wishes][kind] = true;
            r->first[w - s->wishes][kind] = fresh_key_of(ev);
        }
    }
}

bool rotate_on_frame(struct source *s, const char *bytes, size_t n)
{
    struct rotation *r = &s->rotation;
    size_t from = r->kept.used;
    if (!make_room(&r->kept, venue_events_bytes(n))) {
        r->is_broken = true;
        return true;
    }
    /* What it cannot read the other cannot either, and that one counts it. */
    if (s->venue->decode(&r->decoder, bytes, n, &r->kept) > 0) {
        note_first(s, from);
    }
    return true;
}

void rotate_on_old(struct source *s, uint32_t wish, int kind)
{
    const struct rotation *r = &s->rotation;
    if (r->conn && r->subscribed_ns != 0 &&
        wire_now(s->wire) - r->subscribed_ns > s->tuning->rotate_settle_ns / 2) {
        s->rotation.is_old_heard[wish][kind] = true;
    }
}

/* Does each of its streams join what was told? Those that the old connection is silent on need not. */
static bool is_joined(const struct source *s)
{
    const struct rotation *r = &s->rotation;
    if (r->subscribed_ns == 0) {
        return false;
    }
    for (uint32_t i = 0; i < s->wish_n; i++) {
        const struct wish *w = &s->wishes[i];
        for (int kind = 0; kind < WATCH_KINDS; kind++) {
            bool is_told = w->watch.streams[kind].lane == r->lane && r->is_old_heard[i][kind];
            if (is_told && (!r->has_first[i][kind] || !fresh_covers(&w->fresh, kind, r->first[i][kind]))) {
                return false;
            }
        }
    }
    return true;
}

/* --- the change ---------------------------------------------------------------------------------------------------- */

/* Of an instrument that is watched no more, or is another version by now: no. */
static bool is_current(struct source *s, const struct event *ev)
{
    const struct wish *w = source_wish(s, ev->instrument);
    return w && w->in.version == ev->version;
}

static void emit_kept(struct source *s, struct event_buf *kept, bool is_joining)
{
    for (size_t at = 0; at < kept->used;) {
        const struct event *ev = (const struct event *)(const void *)(kept->data + at);
        struct event_buf out;
        at += ev->size;
        if (!is_current(s, ev) || !emit_begin(s->emitter, ev->size, &out)) {
            continue;
        }
        memcpy(out.data, ev, ev->size);
        out.used = ev->size;
        (void)source_admit(s, &out, is_joining);
        emit_end(s->emitter, &out);
    }
}

static void take_over(struct source *s)
{
    struct rotation *r = &s->rotation;
    struct lane *lane = &s->lanes[r->lane];
    struct conn *old = lane->conn;
    struct event_buf kept = r->kept;
    int at = r->lane;
    lane->conn = r->conn;
    r->kept = (struct event_buf){.data = NULL};
    if (s->lane_n == 1) {
        memcpy(s->decoder.last, r->decoder.last, sizeof s->decoder.last);
    }
    clear(r);
    source_lane_up(s, at);
    s->lanes[at].repeats_until_ns = wire_now(s->wire) + REPEATS_NS;
    s->rotations++;
    emit_kept(s, &kept, true);
    free(kept.data);
    say_goodbye(s, old);
}

bool rotate_rescue(struct source *s, int lane)
{
    if (!s->rotation.conn || s->rotation.lane != lane) {
        return false;
    }
    if (s->rotation.is_broken || s->rotation.conn->state != CONN_UP || !is_joined(s)) {
        s->rotation.is_broken = true;
        return false;
    }
    take_over(s);
    return true;
}

static void start_what_is_due(struct source *s, int64_t now_ns)
{
    for (int i = 0; i < s->lane_n && !s->rotation.conn; i++) {
        const struct lane *lane = &s->lanes[i];
        if (lane->rotate_due_ns != 0 && now_ns >= lane->rotate_due_ns && lane->conn->state == CONN_UP) {
            begin(s, i, now_ns);
        }
    }
}

void rotate_tick(struct source *s, int64_t now_ns)
{
    struct rotation *r = &s->rotation;
    release(s);
    if (s->is_stopping && r->conn) {
        conn_pump(r->conn, now_ns);
    }
    if (s->leaving || s->is_stopping) {
        return;
    }
    start_what_is_due(s, now_ns);
    if (r->conn && !r->is_broken) {
        conn_pump(r->conn, now_ns);
    }
    if (!r->conn) {
        return;
    }
    if (r->subscribed_ns == 0 && r->conn->state == CONN_UP) {
        r->subscribed_ns = r->conn->subscribed_ns;
    }
    bool is_settled = r->subscribed_ns != 0 && now_ns - r->subscribed_ns >= s->tuning->rotate_settle_ns;
    if (r->is_broken || now_ns - r->start_ns > s->tuning->rotate_most_ns) {
        drop(s);
    } else if (is_settled && r->conn->state == CONN_UP && is_joined(s)) {
        take_over(s);
    }
}
