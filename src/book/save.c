/* Book and sync as bytes. Levels go by their distances to the one before. The grid goes along, so that it need not be
 * found anew level by level. */
#include <alphaplus/book/sync.h>

#include "keep.h"

#include <alphaplus/base/fixed.h>
#include <stdlib.h>
#include <string.h>

static void save_side(const struct book *b, enum side side, struct buf *out)
{
    struct book_iter it;
    struct level level;
    int64_t last = 0;
    save_u64(out, book_count(b, side));
    for (book_iter_init(&it, b, side); book_iter_next(&it, &level); last = level.px) {
        save_i64(out, level.px - last);
        save_u64(out, (uint64_t)level.qty);
    }
}

void book_save(const struct book *b, struct buf *out)
{
    int64_t lo = 0, hi = 0;
    (void)book_known(b, &lo, &hi);
    save_i64(out, book_quantum(b));
    save_i64(out, lo);
    save_i64(out, hi);
    save_side(b, SIDE_BID, out);
    save_side(b, SIDE_ASK, out);
}

static void load_side(struct load *l, uint32_t n, struct level *levels)
{
    int64_t last = 0;
    for (uint32_t i = 0; i < n && l->err == 0; i++) {
        int64_t step = load_i64(l);
        load_expect(l, step >= -FIXED_VALUE_MAX && step <= FIXED_VALUE_MAX);
        levels[i] = (struct level){last + step, (int64_t)load_count(l, FIXED_VALUE_MAX)};
        load_expect(l, levels[i].px > 0 && levels[i].px <= FIXED_VALUE_MAX && levels[i].qty > 0);
        last = levels[i].px;
    }
}

/* A level takes two bytes or more: no count makes us ask for more memory than what was read can fill. */
static uint32_t load_side_count(struct load *l)
{
    uint32_t n = (uint32_t)load_count(l, BOOK_LEVELS_MAX);
    load_expect(l, n <= (size_t)(l->end - l->at) / 2);
    return l->err == 0 ? n : 0;
}

static int load_levels(struct book *b, struct load *l)
{
    uint32_t bid_n = load_side_count(l);
    struct depth_rows *rows = malloc(sizeof(*rows) + ((size_t)bid_n + 1) * sizeof(struct level));
    if (rows == NULL) {
        return AP_ENOMEM;
    }
    load_side(l, bid_n, rows->levels);
    uint32_t ask_n = load_side_count(l);
    struct depth_rows *more = realloc(rows,
                                      sizeof(*rows) + ((size_t)bid_n + ask_n + 1) * sizeof(struct level));
    if (more == NULL) {
        free(rows);
        return AP_ENOMEM;
    }
    rows = more;
    load_side(l, ask_n, rows->levels + bid_n);
    rows->bid_n = bid_n;
    rows->ask_n = ask_n;
    int err = l->err < 0 ? l->err : book_load(b, rows);
    free(rows);
    return err;
}

int book_restore(struct book *b, struct load *l)
{
    struct book *fresh;
    int64_t quantum = load_i64(l), lo = load_i64(l), hi = load_i64(l);
    if (l->err < 0) {
        return l->err;
    }
    int err = book_create(quantum, &fresh);
    if (err < 0) {
        return err == AP_EINVAL ? AP_ECORRUPT : err;
    }
    err = load_levels(fresh, l);
    if (err == 0) {
        book_set_known(fresh, lo, hi);
        book_swap(b, fresh);
    }
    book_destroy(fresh);
    return err;
}

static void save_kept(const struct event_buf *kept, struct buf *out)
{
    save_u64(out, kept->used);
    save_bytes(out, kept->data, kept->used);
}

/* Updates kept (DEPTH), or parts of a snapshot (DEPTH_SNAPSHOT): each sound, and all of that kind. */
static int load_kept(struct load *l, int kind, struct event_buf *kept, uint32_t *ret_n)
{
    size_t used = load_count(l, SYNC_BUFFER_BYTES_MAX);
    load_expect(l, used <= (size_t)(l->end - l->at));
    if (l->err < 0 || used == 0) {
        return l->err;
    }
    uint8_t *data = malloc(used);
    if (data == NULL) {
        return AP_ENOMEM;
    }
    load_bytes(l, data, used);
    uint32_t n = 0;
    for (size_t at = 0; at < used && l->err == 0; n++) {
        const struct event *ev = (const struct event *)(const void *)(data + at);
        load_expect(l, used - at >= sizeof(*ev) && event_check(ev, used - at) == 0 && ev->kind == kind);
        at += l->err == 0 ? ev->size : 0;
    }
    if (l->err < 0) {
        free(data);
        return l->err;
    }
    *kept = (struct event_buf){.data = data, .cap = used, .used = used};
    *ret_n = n;
    return 0;
}

void sync_save(const struct sync *s, struct buf *out)
{
    const uint64_t words[] = {s->break_from_id, s->break_to_id,   s->last_id, s->kept_id,   s->gaps,
                              s->resyncs,       s->crossed,       s->refused, s->checksums, s->mismatches,
                              s->depth_events,  s->level_updates, s->skipped};
    const uint8_t flags[] = {s->rule,      s->state,        s->wants_snapshot, s->is_refreshing,
                             s->is_window, s->awaits_first, s->last_cause};
    save_bytes(out, flags, sizeof(flags));
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        save_u64(out, words[i]);
    }
    save_i64(out, s->since_ns);
    save_i64(out, s->now_ns);
    save_i64(out, s->asked_ns);
    save_kept(&s->pending, out);
    save_kept(&s->parts, out);
    book_save(s->book, out);
}

static void load_figures(struct sync *s, struct load *l)
{
    uint8_t flags[7];
    uint64_t skipped = 0;
    uint64_t *const words[] = {&s->break_from_id, &s->break_to_id, &s->last_id,      &s->kept_id,
                               &s->gaps,          &s->resyncs,     &s->crossed,      &s->refused,
                               &s->checksums,     &s->mismatches,  &s->depth_events, &s->level_updates,
                               &skipped};
    load_bytes(l, flags, sizeof(flags));
    load_expect(l, flags[0] == s->rule && flags[1] <= BOOK_GAP);
    for (size_t i = 2; i < 6; i++) {
        load_expect(l, flags[i] <= 1);
    }
    s->state = flags[1];
    s->wants_snapshot = flags[2];
    s->is_refreshing = flags[3];
    s->is_window = flags[4];
    s->awaits_first = flags[5];
    s->last_cause = flags[6];
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        *words[i] = load_u64(l);
    }
    load_expect(l, skipped <= UINT32_MAX);
    s->skipped = (uint32_t)skipped;
    s->since_ns = load_i64(l);
    s->now_ns = load_i64(l);
    s->asked_ns = load_i64(l);
}

int sync_restore(struct sync *s, struct load *l)
{
    uint32_t n;
    load_figures(s, l);
    int err = load_kept(l, EVENT_DEPTH, &s->pending, &n);
    if (err == 0) {
        err = load_kept(l, EVENT_DEPTH_SNAPSHOT, &s->parts, &s->part_n);
    }
    if (err == 0) {
        err = book_restore(s->book, l);
    }
    if (err == 0 && s->state == BOOK_TRUE && book_is_crossed(s->book)) {
        err = AP_ECORRUPT;
    }
    return err;
}
