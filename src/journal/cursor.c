/* Reads a journal in order of seq: seal by seal, the blocks of each side by side; then the tail, row by row. Each look into the
 * file is one read transaction, so a seal that moves the tail into blocks meanwhile is seen wholly or not at all. */
#include "reader.h"
#include "tail.h"

#include <alphaplus/base/hash.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int journal_cursor_open(struct journal *j, uint64_t from_seq, struct journal_cursor **ret_cursor)
{
    struct journal_cursor *c = calloc(1, sizeof(*c));
    if (c == NULL) {
        return AP_ENOMEM;
    }
    c->journal = j;
    c->next_seq = from_seq > 0 ? from_seq : 1;
    buf_init(&c->tail, TAIL_ROW_MAX);
    *ret_cursor = c;
    return 0;
}

void journal_cursor_close(struct journal_cursor *c)
{
    if (c == NULL) {
        return;
    }
    for (size_t i = 0; i < c->lane_cap; i++) {
        codec_decoder_destroy(c->lanes[i].decoder);
    }
    free(c->lanes);
    buf_finish(&c->tail);
    free(c);
}

const char *journal_cursor_why(const struct journal_cursor *c)
{
    return c->why;
}

static int fail(struct journal_cursor *c, int err, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
static int fail(struct journal_cursor *c, int err, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    (void)vsnprintf(c->why, sizeof(c->why), format, args);
    va_end(args);
    c->err = err;
    return err;
}

static int fail_block(struct journal_cursor *c, const struct lane *l, int err, const char *what)
{
    return fail(c, err, "block %lld (instrument %u, events %llu to %llu): %s", (long long)l->block,
                l->instrument, (unsigned long long)l->claimed.first_seq,
                (unsigned long long)l->claimed.last_seq, what);
}

static int fail_sql(struct journal_cursor *c, int err)
{
    return fail(c, err, "reading event %llu: %s", (unsigned long long)c->next_seq,
                sqlite3_errmsg(c->journal->db));
}

static int add_lane(struct journal_cursor *c)
{
    if (c->lane_n == READER_LANES_MAX) {
        return fail(c, AP_ECORRUPT, "too many blocks in one seal, at event %llu",
                    (unsigned long long)c->next_seq);
    }
    if (c->lane_n == c->lane_cap) {
        struct lane *lanes = realloc(c->lanes, (c->lane_cap + 1) * sizeof(lanes[0]));
        if (lanes == NULL) {
            return fail(c, AP_ENOMEM, "%s", ap_err_text(AP_ENOMEM));
        }
        c->lanes = lanes;
        lanes[c->lane_cap] = (struct lane){0};
        int err = codec_decoder_create(&lanes[c->lane_cap].decoder);
        if (err != 0) {
            return fail(c, err, "%s", ap_err_text(err));
        }
        c->lane_cap++;
    }
    struct lane *l = &c->lanes[c->lane_n++];
    *l = (struct lane){.decoder = l->decoder};
    return 0;
}

static bool is_as_claimed(const struct lane *l)
{
    const struct codec_info *a = &l->claimed, *b = &l->found;
    return a->events == b->events && a->levels == b->levels && a->raw_bytes == b->raw_bytes &&
           a->first_seq == b->first_seq && a->last_seq == b->last_seq && a->first_ns == b->first_ns &&
           a->last_ns == b->last_ns && memcmp(a->kinds, b->kinds, sizeof(a->kinds)) == 0 &&
           l->claimed_kinds == codec_info_kinds(b);
}

/* The lane's next event that is wanted, into its head. */
static int advance(struct journal_cursor *c, struct lane *l)
{
    for (;;) {
        uint64_t last = l->found.last_seq;
        int err = codec_decoder_next(l->decoder, &l->head);
        if (err <= 0) {
            l->head = NULL;
            if (err == 0 && c->is_checking && !is_as_claimed(l)) {
                return fail_block(c, l, AP_ECORRUPT, "its row does not tell what it holds");
            }
            return err == 0 ? 0 : fail_block(c, l, err, "it cannot be decoded");
        }
        int check = event_check(l->head, l->head->size);
        if (check != 0 && check != AP_EUNKNOWN) {
            return fail_block(c, l, AP_ECORRUPT, "an event is malformed");
        }
        if (l->head->instrument != l->instrument) {
            return fail_block(c, l, AP_ECORRUPT, "it is of another instrument");
        }
        if (l->head->seq <= last || l->head->seq > l->claimed.last_seq) {
            return fail_block(c, l, AP_ECORRUPT, "events are out of order");
        }
        if (c->is_checking) {
            codec_info_add(&l->found, l->head);
        }
        l->found.last_seq = l->head->seq;
        if (l->head->seq >= c->next_seq) {
            return 0;
        }
    }
}

static int read_claimed_kinds(struct journal_cursor *c, struct lane *l)
{
    sqlite3_stmt *stmt = c->journal->stmts[READER_KINDS];
    int err = sql_err(sqlite3_bind_int64(stmt, 1, l->block));
    while (err == 0 && (err = sql_step(stmt)) == 1) {
        int64_t kind = sqlite3_column_int64(stmt, 0);
        if (kind >= 0 && kind < CODEC_KINDS) {
            l->claimed.kinds[kind].events = (uint64_t)sqlite3_column_int64(stmt, 1);
            l->claimed.kinds[kind].rows = (uint64_t)sqlite3_column_int64(stmt, 2);
        }
        err = 0;
    }
    (void)sqlite3_reset(stmt);
    return err != 0 ? fail_sql(c, err) : 0;
}

static int open_block(struct journal_cursor *c, sqlite3_stmt *stmt)
{
    int err = add_lane(c);
    if (err != 0) {
        return err;
    }
    struct lane *l = &c->lanes[c->lane_n - 1];
    l->block = sqlite3_column_int64(stmt, 0);
    l->instrument = (uint32_t)sqlite3_column_int64(stmt, 1);
    l->claimed.first_seq = (uint64_t)sqlite3_column_int64(stmt, 2);
    l->claimed.last_seq = (uint64_t)sqlite3_column_int64(stmt, 3);
    l->claimed.first_ns = sqlite3_column_int64(stmt, 4);
    l->claimed.last_ns = sqlite3_column_int64(stmt, 5);
    l->claimed.events = (uint64_t)sqlite3_column_int64(stmt, 6);
    l->claimed.levels = (uint64_t)sqlite3_column_int64(stmt, 7);
    l->claimed_kinds = (uint32_t)sqlite3_column_int64(stmt, 8);
    l->claimed.raw_bytes = (uint64_t)sqlite3_column_int64(stmt, 9);
    const void *bytes = sqlite3_column_blob(stmt, 11);
    size_t n = (size_t)sqlite3_column_bytes(stmt, 11);
    if (hash_crc32(0, bytes, n) != (uint32_t)sqlite3_column_int64(stmt, 10)) {
        return fail_block(c, l, AP_ECORRUPT, "the checksum differs");
    }
    err = codec_decoder_open(l->decoder, bytes, n, CODEC_ALL_KINDS);
    if (err != 0) {
        return fail_block(c, l, err, "it cannot be decoded");
    }
    err = c->is_checking ? read_claimed_kinds(c, l) : 0;
    return err != 0 ? err : advance(c, l);
}

static int open_seal(struct journal_cursor *c, uint64_t seal)
{
    sqlite3_stmt *stmt = c->journal->stmts[READER_BLOCKS];
    int err = sql_err(sqlite3_bind_int64(stmt, 1, (int64_t)seal));
    int step = 0;
    uint64_t first = UINT64_MAX;
    c->lane_n = 0;
    c->taken = NULL;
    while (err == 0 && (step = sql_step(stmt)) == 1) {
        err = open_block(c, stmt);
        if (err == 0 && c->lanes[c->lane_n - 1].claimed.first_seq < first) {
            first = c->lanes[c->lane_n - 1].claimed.first_seq;
        }
    }
    (void)sqlite3_reset(stmt);
    if (err == 0 && step < 0) {
        return fail_sql(c, step);
    }
    if (err == 0 && first != seal) {
        return fail(c, AP_ECORRUPT, "the blocks of seal %llu begin elsewhere", (unsigned long long)seal);
    }
    return err;
}

/* 1: *ret_seal holds or follows next_seq. */
static int find_seal(struct journal_cursor *c, uint64_t *ret_seal)
{
    static const enum reader_stmt ways[] = {READER_SEAL_AT, READER_SEAL_AFTER};
    for (int i = 0; i < 2; i++) {
        sqlite3_stmt *stmt = c->journal->stmts[ways[i]];
        int err = sql_err(sqlite3_bind_int64(stmt, 1, (int64_t)c->next_seq));
        bool is_found = false;
        if (err == 0) {
            err = sql_step(stmt);
        }
        if (err == 1 && sqlite3_column_type(stmt, 0) != SQLITE_NULL) {
            *ret_seal = (uint64_t)sqlite3_column_int64(stmt, 0);
            c->seal_last = (uint64_t)sqlite3_column_int64(stmt, 1);
            is_found = c->seal_last >= c->next_seq && c->seal_last <= INT64_MAX;
        }
        (void)sqlite3_reset(stmt);
        if (err < 0) {
            return fail_sql(c, err);
        }
        if (is_found) {
            return 1;
        }
    }
    return 0;
}

/* Steps over what lies before next_seq; false when that is all. */
static bool skip_in_tail(struct journal_cursor *c)
{
    while (c->tail_at < c->tail.len) {
        const struct event *ev = (const void *)(c->tail.data + c->tail_at);
        if (ev->seq >= c->next_seq) {
            return true;
        }
        c->tail_at += ev->size;
    }
    return false;
}

/* 1: c->tail holds a row with next_seq or what follows it. */
static int open_tail(struct journal_cursor *c)
{
    sqlite3_stmt *stmt = c->journal->stmts[READER_TAIL];
    const char *why = NULL;
    int err = sql_err(sqlite3_bind_int64(stmt, 1, (int64_t)c->next_seq));
    if (err == 0) {
        err = sql_step(stmt);
    }
    if (err < 0) {
        err = fail_sql(c, err);
    } else if (err == 1) {
        const void *bytes = sqlite3_column_blob(stmt, 4);
        buf_reset(&c->tail);
        c->tail_at = 0;
        int bad = tail_unpack(bytes, (size_t)sqlite3_column_bytes(stmt, 4),
                              (uint32_t)sqlite3_column_int64(stmt, 2), sqlite3_column_int64(stmt, 3),
                              &c->tail, &why);
        if (bad == 0 && !skip_in_tail(c)) {
            bad = AP_ECORRUPT;
            why = "its row does not tell what it holds";
        }
        if (bad != 0) {
            err = fail(c, bad, "tail row %lld: %s", (long long)sqlite3_column_int64(stmt, 0), why);
        }
    }
    (void)sqlite3_reset(stmt);
    return err;
}

/* The next stretch of events. 1: there is one. */
static int refill(struct journal_cursor *c)
{
    uint64_t seal = 0;
    if (c->next_seq > INT64_MAX) {
        return 0;
    }
    int err = sql_exec(c->journal->db, "SAVEPOINT look");
    if (err != 0) {
        return fail_sql(c, err);
    }
    int found = find_seal(c, &seal);
    if (found == 1) {
        int bad = open_seal(c, seal);
        found = bad != 0 ? bad : 1;
    } else if (found == 0) {
        found = open_tail(c);
    }
    err = sql_exec(c->journal->db, "RELEASE look");
    return found < 0 ? found : err != 0 ? fail_sql(c, err) : found;
}

/* 1: the seal's next event. */
static int next_of_seal(struct journal_cursor *c, const struct event **ret_event)
{
    struct lane *first = NULL;
    if (c->taken != NULL) {
        int err = advance(c, c->taken);
        if (err != 0) {
            return err;
        }
    }
    for (size_t i = 0; i < c->lane_n; i++) {
        struct lane *l = &c->lanes[i];
        if (l->head != NULL && (first == NULL || l->head->seq < first->head->seq)) {
            first = l;
        }
    }
    c->taken = first;
    if (first == NULL) {
        c->lane_n = 0;
        c->next_seq = c->seal_last >= c->next_seq ? c->seal_last + 1 : c->next_seq;
        return 0;
    }
    if (first->head->seq < c->next_seq) {
        return fail_block(c, first, AP_ECORRUPT, "an event is there twice");
    }
    *ret_event = first->head;
    return 1;
}

static int next_of_tail(struct journal_cursor *c, const struct event **ret_event)
{
    if (!skip_in_tail(c)) {
        return 0;
    }
    const struct event *ev = (const void *)(c->tail.data + c->tail_at);
    c->tail_at += ev->size;
    *ret_event = ev;
    return 1;
}

int journal_next(struct journal_cursor *c, const struct event **ret_event)
{
    if (c->err != 0) {
        return c->err;
    }
    for (;;) {
        const struct event *ev = NULL;
        int got = c->lane_n > 0 ? next_of_seal(c, &ev) : next_of_tail(c, &ev);
        if (got == 1 && ev != NULL) {
            c->next_seq = ev->seq + 1;
            *ret_event = ev;
            return 1;
        }
        got = got < 0 ? got : refill(c);
        if (got <= 0) {
            return got;
        }
    }
}

/* One number of the first row. 1: there is one. */
static int look_up(struct journal *j, enum reader_stmt which, int64_t time_ns, int64_t second,
                   uint64_t *ret_value)
{
    sqlite3_stmt *stmt = j->stmts[which];
    struct sql_row row = sql_row(stmt);
    sql_int(&row, time_ns);
    sql_int(&row, second);
    int err = sql_err(row.rc);
    if (err == 0) {
        err = sql_step(stmt);
    }
    if (err == 1) {
        *ret_value = (uint64_t)sqlite3_column_int64(stmt, 0);
    }
    (void)sqlite3_reset(stmt);
    return err;
}

/* Where to begin to look for time_ns, and the last seq of its session. */
static int find_start(struct journal *j, int64_t time_ns, uint64_t *ret_from, uint64_t *ret_last)
{
    sqlite3_stmt *stmt = j->stmts[READER_SESSION_AT];
    int err = sql_err(sqlite3_bind_int64(stmt, 1, time_ns));
    int64_t session = 0;
    uint64_t first = 0;
    if (err == 0) {
        err = sql_step(stmt);
    }
    *ret_from = 1;
    *ret_last = INT64_MAX;
    if (err == 1) {
        session = sqlite3_column_int64(stmt, 0);
        first = (uint64_t)sqlite3_column_int64(stmt, 1);
        *ret_last = (uint64_t)sqlite3_column_int64(stmt, 2);
    }
    (void)sqlite3_reset(stmt);
    if (err < 0) {
        return err;
    }
    bool has_session = err == 1;
    err = look_up(j, READER_SEAL_OF_TIME, time_ns, session, ret_from); /* session 0: blocks of none */
    if (!has_session) {
        return err < 0 ? err : 0;
    }
    if (err == 0) {
        err = look_up(j, READER_TAIL_OF_TIME, time_ns, (int64_t)first, ret_from);
    }
    if (err == 0) {
        *ret_from = *ret_last + 1;
    }
    return err < 0 ? err : 0;
}

int journal_seq_at(struct journal *j, int64_t time_ns, uint64_t *ret_seq)
{
    struct journal_cursor *c = NULL;
    uint64_t from = 0, last = 0, seq = 0;
    int err = find_start(j, time_ns, &from, &last);
    if (err == 0) {
        err = journal_cursor_open(j, from, &c);
    }
    for (int got = 1; err == 0 && seq == 0 && got == 1;) {
        const struct event *ev = NULL;
        got = journal_next(c, &ev);
        err = got < 0 ? got : 0;
        if (got == 1 && ev != NULL && (ev->recv_ns >= time_ns || ev->seq > last)) {
            seq = ev->seq;
        }
    }
    if (err >= 0) {
        *ret_seq = seq != 0 ? seq : c->next_seq;
    }
    journal_cursor_close(c);
    return err < 0 ? err : 0;
}
