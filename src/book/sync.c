#include <alphaplus/book/sync.h>

#include "checksum.h"
#include "keep.h"

#include <stdlib.h>
#include <string.h>

/* The caller's wish to be told. */
struct told {
    void (*on_applied)(void *user, const struct event *ev);
    void *user; /* borrowed */
};

static void tell(const struct told *told, const struct event *ev)
{
    if (told->on_applied != NULL) {
        told->on_applied(told->user, ev);
    }
}

int sync_init(struct sync *s, int rule, int64_t quantum)
{
    struct book *book;
    if (rule < BOOK_RULE_NONE || rule > BOOK_RULE_SNAPSHOTS) {
        return AP_EINVAL;
    }
    int err = book_create(quantum, &book);
    if (err < 0) {
        return err;
    }
    *s = (struct sync){.book = book, .rule = (uint8_t)rule, .state = BOOK_EMPTY};
    return 0;
}

void sync_finish(struct sync *s)
{
    if (s == NULL) {
        return;
    }
    book_destroy(s->book);
    keep_finish(&s->pending);
    keep_finish(&s->parts);
    s->book = NULL;
}

/* --- how one update follows another ---------------------------------------------------------------------------- */

static bool has_ids(const struct sync *s)
{
    return s->rule == BOOK_RULE_PREV_ID || s->rule == BOOK_RULE_FIRST_ID || s->rule == BOOK_RULE_SEQUENCE;
}

/* Do snapshots come from the side, with no place of their own in the stream? */
static bool is_apart(const struct sync *s)
{
    return s->rule == BOOK_RULE_PREV_ID || s->rule == BOOK_RULE_FIRST_ID;
}

static bool follows(const struct sync *s, uint64_t id, const struct event *ev)
{
    switch (s->rule) {
    case BOOK_RULE_PREV_ID: return ev->prev_id == id && ev->last_id > id;
    case BOOK_RULE_FIRST_ID: return ev->first_id == id + 1 && ev->last_id > id;
    case BOOK_RULE_SEQUENCE: return ev->last_id == id + 1;
    default: return true;
    }
}

/* Is ev, newer than a snapshot, the first update behind it? */
static bool follows_snapshot(const struct sync *s, uint64_t id, const struct event *ev)
{
    switch (s->rule) {
    case BOOK_RULE_PREV_ID: return ev->prev_id <= id;
    case BOOK_RULE_FIRST_ID: return ev->first_id <= id + 1;
    default: return follows(s, id, ev);
    }
}

/* The id that was there instead of the one to be followed. */
static uint64_t came_id(const struct sync *s, const struct event *ev)
{
    return s->rule == BOOK_RULE_PREV_ID    ? ev->prev_id
           : s->rule == BOOK_RULE_FIRST_ID ? ev->first_id
                                           : ev->last_id;
}

/* --- states ---------------------------------------------------------------------------------------------------- */

static void want_snapshot(struct sync *s)
{
    s->wants_snapshot = s->rule != BOOK_RULE_SNAPSHOTS;
}

static void forget_kept(struct sync *s)
{
    s->pending.used = 0;
    s->skipped = 0;
    s->is_refreshing = 0;
}

static void stop_being_true(struct sync *s, int64_t time_ns)
{
    if (s->state == BOOK_TRUE) {
        s->state = BOOK_GAP;
        s->since_ns = time_ns;
    }
    s->awaits_first = 0;
    want_snapshot(s);
}

static void note_break(struct sync *s, int cause, uint64_t came)
{
    *(cause == GAP_CROSSED ? &s->crossed : &s->gaps) += 1;
    s->last_cause = (uint8_t)cause;
    s->break_from_id = s->last_id;
    s->break_to_id = came;
}

/* What is wrong with the book that ev made; 0: nothing. */
static int judge_book(struct sync *s, const struct event *ev)
{
    if (book_is_crossed(s->book)) {
        return GAP_CROSSED;
    }
    if ((ev->flags & EVENT_CHECKSUM) == 0) {
        return 0;
    }
    bool is_right = checksum_of(s->book, ev->aux) == (uint32_t)ev->aux;
    s->checksums++;
    s->mismatches += !is_right;
    return is_right ? 0 : GAP_CHECKSUM;
}

static void become_true(struct sync *s, int64_t time_ns)
{
    if (s->state != BOOK_TRUE) {
        s->resyncs += s->state == BOOK_GAP;
        s->state = BOOK_TRUE;
        s->since_ns = time_ns;
    }
    s->wants_snapshot = 0;
    forget_kept(s);
}

/* --- updates kept ---------------------------------------------------------------------------------------------- */

static int push_kept(struct sync *s, const struct event *ev)
{
    if (s->pending.used + ev->size > SYNC_BUFFER_BYTES_MAX) {
        keep_drop(&s->pending, s->pending.used - SYNC_BUFFER_BYTES_MAX / 2);
    }
    int err = keep_push(&s->pending, ev, SYNC_BUFFER_BYTES_MAX);
    if (err < 0) {
        forget_kept(s);
        return err;
    }
    s->kept_id = ev->last_id;
    s->skipped = 0;
    return 0;
}

/* Keeps ev for the next join. What is kept always follows on: a snapshot that could use what lies before a hole is older than
 * what lies behind it. */
static int keep_update(struct sync *s, const struct event *ev)
{
    if (!has_ids(s)) {
        return SYNC_BUFFERED; /* nothing tells how it lies to a snapshot that comes later: that one holds it */
    }
    if (s->pending.used > 0 && !follows(s, s->kept_id, ev)) {
        if (ev->last_id <= s->kept_id && ++s->skipped <= SYNC_SKIP_MAX) {
            return SYNC_BUFFERED;
        }
        forget_kept(s);
    }
    int err = push_kept(s, ev);
    return err < 0 ? err : SYNC_BUFFERED;
}

/* Offset of the first update kept that is newer than id. */
static size_t newer_than(const struct sync *s, uint64_t id)
{
    size_t at = 0;
    while (at < s->pending.used && keep_at(&s->pending, at)->last_id <= id) {
        at += keep_at(&s->pending, at)->size;
    }
    return at;
}

/* --- updates --------------------------------------------------------------------------------------------------- */

static int break_at(struct sync *s, const struct event *ev, int cause)
{
    note_break(s, cause, came_id(s, ev));
    forget_kept(s);
    stop_being_true(s, ev->recv_ns);
    int err = cause == GAP_BAD_FRAME ? 0 : keep_update(s, ev);
    return err < 0 ? err : SYNC_BROKEN;
}

static int apply(struct sync *s, const struct event *ev)
{
    const struct depth_rows *rows = event_rows_const(ev);
    int err = book_apply(s->book, rows);
    if (err < 0) {
        return err;
    }
    s->is_window = (ev->flags & EVENT_WINDOW) != 0;
    if (s->is_window) {
        book_know_window(s->book, rows);
    }
    s->last_id = ev->last_id;
    s->awaits_first = 0;
    s->skipped = 0;
    s->depth_events++;
    s->level_updates += (uint64_t)rows->bid_n + rows->ask_n;
    return 0;
}

/* Is ev no newer than the book, in a way that is to be expected: not yet past the snapshot, or the last update again? */
static bool is_older(struct sync *s, const struct event *ev)
{
    bool is_so = s->awaits_first ? ev->last_id <= s->last_id : ev->last_id == s->last_id;
    return has_ids(s) && is_so && ++s->skipped <= SYNC_SKIP_MAX;
}

static int refuse_update(struct sync *s, const struct event *ev, int err)
{
    s->refused++;
    if (s->state == BOOK_TRUE) {
        (void)break_at(s, ev, GAP_BAD_FRAME);
    }
    return err;
}

static int update_true(struct sync *s, const struct event *ev, const struct told *told)
{
    if (is_older(s, ev)) {
        return SYNC_BUFFERED;
    }
    bool is_next = s->awaits_first ? follows_snapshot(s, s->last_id, ev) : follows(s, s->last_id, ev);
    if (!is_next || (has_ids(s) && ev->last_id <= s->last_id)) {
        return break_at(s, ev, GAP_SEQUENCE);
    }
    int err = apply(s, ev);
    if (err < 0) {
        return refuse_update(s, ev, err);
    }
    int cause = judge_book(s, ev);
    if (cause != 0) {
        return break_at(s, ev, cause);
    }
    tell(told, ev);
    if (s->is_refreshing && push_kept(s, ev) < 0) {
        want_snapshot(s); /* it begins to keep again when asked once more; the book is true all the same */
    }
    return SYNC_APPLIED;
}

static int on_update(struct sync *s, const struct event *ev, const struct told *told)
{
    if (s->rule == BOOK_RULE_SNAPSHOTS) {
        return refuse_update(s, ev, AP_EUNSUPPORTED);
    }
    if (s->state == BOOK_TRUE) {
        return update_true(s, ev, told);
    }
    if (s->state == BOOK_EMPTY) {
        s->state = BOOK_SYNCING;
        s->since_ns = ev->recv_ns;
        want_snapshot(s);
    }
    return keep_update(s, ev);
}

/* --- snapshots ------------------------------------------------------------------------------------------------- */

/* What cannot be used; a book that is not true needs another one. */
static int pass_over(struct sync *s)
{
    if (s->state != BOOK_TRUE || s->is_refreshing) {
        want_snapshot(s);
    }
    return SYNC_BUFFERED;
}

/* One that cannot be read. From the side it tells nothing about the book; in the stream it was the book. */
static int refuse_snapshot(struct sync *s, const struct event *ev, int err)
{
    s->refused++;
    if (s->state == BOOK_TRUE && is_apart(s)) {
        return pass_over(s);
    }
    if (s->state == BOOK_TRUE) {
        (void)break_at(s, ev, GAP_BAD_FRAME);
    }
    want_snapshot(s);
    return err;
}

/* What was kept behind the snapshot. Stops with the error, or with SYNC_BROKEN, at the first that cannot be. */
static int apply_kept(struct sync *s, size_t at, const struct told *told)
{
    while (at < s->pending.used) {
        const struct event *ev = keep_at(&s->pending, at);
        int err = apply(s, ev);
        if (err < 0) {
            s->refused++;
            note_break(s, GAP_BAD_FRAME, came_id(s, ev));
            keep_drop(&s->pending, at + ev->size);
            return err;
        }
        int cause = judge_book(s, ev);
        if (cause != 0) {
            note_break(s, cause, came_id(s, ev));
            return SYNC_BROKEN; /* ev stays kept: a snapshot from before it needs it */
        }
        tell(told, ev);
        at += ev->size;
    }
    return SYNC_JOINED;
}

static int load(struct sync *s, const struct event *ev, const struct depth_rows *rows, size_t kept_at,
                const struct told *told)
{
    int err = book_load(s->book, rows);
    if (err < 0) {
        return refuse_snapshot(s, ev, err);
    }
    bool was_true = s->state == BOOK_TRUE;
    s->is_window = (ev->flags & EVENT_WINDOW) != 0;
    s->last_id = ev->last_id;
    s->awaits_first = has_ids(s);
    int result = SYNC_BROKEN;
    int cause = judge_book(s, ev);
    if (cause != 0) {
        note_break(s, cause, ev->last_id);
    } else {
        tell(told, ev);
        result = apply_kept(s, kept_at, told);
    }
    if (result != SYNC_JOINED) {
        stop_being_true(s, ev->recv_ns);
        return result;
    }
    if (s->rule == BOOK_RULE_SNAPSHOTS) {
        s->depth_events++;
        s->level_updates += (uint64_t)rows->bid_n + rows->ask_n;
        result = was_true ? SYNC_APPLIED : SYNC_JOINED;
    }
    become_true(s, ev->recv_ns);
    return result;
}

/* Levels of `from` outside lo..hi go over; they are as true as their book. */
static int copy_outside(const struct book *from, int64_t lo, int64_t hi, struct book *to)
{
    struct book_iter it;
    struct level level;
    int err = 0;
    for (int side = 0; side < 2 && err == 0; side++) {
        for (book_iter_init(&it, from, (enum side)side); err == 0 && book_iter_next(&it, &level);) {
            if (level.px < lo || level.px > hi) {
                err = book_set(to, (enum side)side, level.px, level.qty);
            }
        }
    }
    return err;
}

static int make_fresh(const struct sync *s, const struct depth_rows *rows, size_t at, struct book *fresh)
{
    int64_t lo, hi, old_lo, old_hi;
    int err = book_load(fresh, rows);
    if (err == 0 && !book_known(fresh, &lo, &hi)) {
        err = AP_EINVAL;
    }
    for (; err == 0 && at < s->pending.used; at += keep_at(&s->pending, at)->size) {
        err = book_apply(fresh, event_rows_const(keep_at(&s->pending, at)));
    }
    if (err == 0) {
        err = copy_outside(s->book, lo, hi, fresh);
    }
    if (err == 0 && book_known(s->book, &old_lo, &old_hi) && old_lo <= hi && lo <= old_hi) {
        book_set_known(fresh, lo < old_lo ? lo : old_lo, hi > old_hi ? hi : old_hi);
    }
    return err;
}

/* A snapshot no newer than the true book, and the updates since then: more is known, nothing else changes. */
static int splice(struct sync *s, const struct event *ev, const struct depth_rows *rows, size_t at,
                  const struct told *told)
{
    struct book *fresh;
    int err = book_create(book_quantum(s->book), &fresh);
    if (err < 0) {
        return refuse_snapshot(s, ev, err);
    }
    err = make_fresh(s, rows, at, fresh);
    bool is_usable = err == 0 && !book_is_crossed(fresh);
    if (is_usable) {
        book_swap(s->book, fresh);
    }
    book_destroy(fresh);
    if (!is_usable) {
        return refuse_snapshot(s, ev, err);
    }
    become_true(s, ev->recv_ns);
    tell(told, ev);
    return SYNC_JOINED;
}

static int on_snapshot(struct sync *s, const struct event *ev, const struct depth_rows *rows,
                       const struct told *told)
{
    uint64_t id = ev->last_id;
    if (!is_apart(s)) {
        size_t at = has_ids(s) && s->state != BOOK_TRUE ? newer_than(s, id) : s->pending.used;
        if (at < s->pending.used && !follows_snapshot(s, id, keep_at(&s->pending, at))) {
            at = s->pending.used; /* it stands in the stream: what came before it is in it */
        }
        return load(s, ev, rows, at, told);
    }
    if (id == 0 || id > INT64_MAX || rows->bid_n + rows->ask_n == 0) {
        return pass_over(s); /* a listing too new to have a book, or a server that has lost it */
    }
    bool is_true = s->state == BOOK_TRUE;
    if (is_true && id > s->last_id) {
        forget_kept(s);
        return load(s, ev, rows, 0, told);
    }
    size_t at = newer_than(s, id);
    bool is_late = at < s->pending.used ? !follows_snapshot(s, id, keep_at(&s->pending, at))
                                        : is_true && id < s->last_id;
    if (is_late) {
        return pass_over(s);
    }
    return is_true ? splice(s, ev, rows, at, told) : load(s, ev, rows, at, told);
}

/* --- parts of a snapshot --------------------------------------------------------------------------------------- */

static void forget_parts(struct sync *s)
{
    s->parts.used = 0;
    s->part_n = 0;
}

/* Does ev go on where the parts end? Unnumbered parts all have aux 0. */
static bool is_next_part(const struct sync *s, const struct event *ev)
{
    const struct event *first = keep_at(&s->parts, 0);
    bool is_numbered = s->part_n > 1 && keep_at(&s->parts, first->size)->aux == 1;
    bool is_plain = s->part_n > 1 && !is_numbered;
    return ev->last_id == first->last_id &&
           ((ev->aux == s->part_n && !is_plain) || (ev->aux == 0 && !is_numbered));
}

static int on_snapshot_part(struct sync *s, const struct event *ev, const struct told *told)
{
    bool is_whole = (ev->flags & (EVENT_MORE | EVENT_CHECKSUM)) == EVENT_CHECKSUM;
    if (s->part_n > 0 && (is_whole || !is_next_part(s, ev))) {
        s->refused++;
        forget_parts(s);
    }
    if (s->part_n == 0 && ev->aux > 0 && !is_whole) {
        s->refused++;
        return pass_over(s); /* the parts before it are lost */
    }
    if (ev->flags & EVENT_MORE) {
        int err = keep_push(&s->parts, ev, SYNC_BUFFER_BYTES_MAX);
        if (err < 0) {
            forget_parts(s);
            return refuse_snapshot(s, ev, err == AP_EFULL ? AP_ETOOBIG : err);
        }
        s->part_n++;
        return SYNC_BUFFERED;
    }
    if (s->part_n == 0) {
        return on_snapshot(s, ev, event_rows_const(ev), told);
    }
    struct depth_rows *rows;
    int err = keep_rows(&s->parts, ev, &rows);
    forget_parts(s);
    if (err < 0) {
        return refuse_snapshot(s, ev, err);
    }
    int result = on_snapshot(s, ev, rows, told);
    free(rows);
    return result;
}

/* --- the way in ------------------------------------------------------------------------------------------------ */

static bool is_sound(const struct event *ev)
{
    const struct depth_rows *rows = event_rows_const(ev);
    if (ev->size < sizeof(*ev) + sizeof(*rows) || ev->size > EVENT_SIZE_MAX || ev->size % 8 != 0) {
        return false;
    }
    uint64_t levels = (uint64_t)rows->bid_n + rows->ask_n;
    return levels <= (ev->size - sizeof(*ev) - sizeof(*rows)) / sizeof(struct level);
}

int sync_event(struct sync *s, const struct event *ev, void (*on_applied)(void *user, const struct event *ev),
               void *user)
{
    struct told told = {on_applied, user};
    if (ev->kind != EVENT_DEPTH && ev->kind != EVENT_DEPTH_SNAPSHOT) {
        return AP_EINVAL;
    }
    s->now_ns = ev->recv_ns;
    bool is_waiting = s->state == BOOK_SYNCING || s->state == BOOK_GAP;
    if (is_waiting && !s->wants_snapshot && s->now_ns - s->asked_ns >= SYNC_ASK_AGAIN_NS) {
        want_snapshot(s);
    }
    if (!is_sound(ev) && ev->kind == EVENT_DEPTH_SNAPSHOT) {
        forget_parts(s);
        return refuse_snapshot(s, ev, AP_ECORRUPT);
    }
    if (!is_sound(ev)) {
        return refuse_update(s, ev, AP_ECORRUPT);
    }
    return ev->kind == EVENT_DEPTH ? on_update(s, ev, &told) : on_snapshot_part(s, ev, &told);
}

void sync_lose(struct sync *s, int64_t time_ns)
{
    forget_parts(s);
    forget_kept(s);
    s->now_ns = time_ns;
    if (s->state == BOOK_TRUE) {
        s->gaps++;
        s->last_cause = 0;
        s->break_from_id = s->break_to_id = s->last_id;
    }
    if (s->state != BOOK_EMPTY) {
        stop_being_true(s, time_ns);
    }
}

void sync_refresh(struct sync *s)
{
    if (s->state != BOOK_TRUE || s->is_window) {
        return;
    }
    want_snapshot(s);
    if (is_apart(s) && !s->is_refreshing) {
        s->pending.used = 0;
        s->is_refreshing = 1;
    }
}

bool sync_wants_snapshot(const struct sync *s)
{
    return s->wants_snapshot;
}

void sync_snapshot_asked(struct sync *s)
{
    s->wants_snapshot = 0;
    s->asked_ns = s->now_ns;
}
