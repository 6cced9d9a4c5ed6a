#include "scan.h"

#include "tail.h"
#include <alphaplus/base/hash.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const statements[SCAN_STMTS] = {
    /* Numbers only: the data of a block is read when its turn comes. */
    [SCAN_FIND] =
        "SELECT id FROM main.blocks AS b WHERE last_ns >= ?1 AND first_ns <= ?2 AND last_seq >= ?3 AND "
        "first_seq <= ?4 AND kinds & ?5 AND (?6 < 0 OR instrument_id = ?6) AND (?7 = '' OR EXISTS "
        "(SELECT 1 FROM main.instruments AS i WHERE i.session = b.session AND i.instrument_id = "
        "b.instrument_id AND i.instrument = ?7)) ORDER BY seal, instrument_id",
    [SCAN_BLOCK] = "SELECT session, crc, data FROM main.blocks WHERE id = ?1",
    [SCAN_TAIL] = "SELECT id, crc, raw_bytes, data FROM main.tail WHERE id > ?1 AND last_ns >= ?2 AND "
                  "first_ns <= ?3 AND last_seq >= ?4 AND first_seq <= ?5 ORDER BY id LIMIT 1",
    [SCAN_INSTRUMENT] =
        "SELECT instrument, price_decimals, qty_decimals, mark_decimals, rate_decimals FROM main.instruments "
        "WHERE session = ?1 AND instrument_id = ?2 AND valid_from_seq <= ?3 ORDER BY valid_from_seq DESC LIMIT 1",
    [SCAN_SESSION] = "SELECT id FROM main.sessions WHERE first_seq <= ?1 ORDER BY first_seq DESC LIMIT 1",
};

int scan_init(struct scan *s, sqlite3 *db, uint64_t *decoded)
{
    memset(s, 0, sizeof(*s));
    s->db = db;
    s->decoded = decoded;
    buf_init(&s->tail, TAIL_ROW_MAX);
    int err = sql_prepare_all(db, statements, SCAN_STMTS, s->stmts);
    return err != 0 ? err : codec_decoder_create(&s->decoder);
}

void scan_finish(struct scan *s)
{
    sql_finalize_all(s->stmts, SCAN_STMTS);
    codec_decoder_destroy(s->decoder);
    buf_finish(&s->tail);
    free(s->blocks);
}

static int fail(struct scan *s, int err, const char *what, int64_t id, const char *why)
{
    (void)snprintf(s->why, sizeof(s->why), "%s %lld: %s", what, (long long)id, why);
    return err;
}

static int add_block(struct scan *s, int64_t id)
{
    if (s->block_n == s->block_cap) {
        size_t cap = s->block_cap == 0 ? 256 : 2 * s->block_cap;
        int64_t *blocks = cap <= SCAN_BLOCKS_MAX ? realloc(s->blocks, cap * sizeof(blocks[0])) : NULL;
        if (blocks == NULL) {
            return fail(s, AP_ENOMEM, "block", id, ap_err_text(AP_ENOMEM));
        }
        s->blocks = blocks;
        s->block_cap = cap;
    }
    s->blocks[s->block_n++] = id;
    return 0;
}

int scan_begin(struct scan *s, const struct scan_limits *limits)
{
    const struct scan_limits *l = limits;
    s->limits = *limits;
    s->block_n = s->block_at = 0;
    s->is_in_block = false;
    s->tail_id = s->session = 0;
    s->tail_at = 0;
    buf_reset(&s->tail);
    s->why[0] = '\0';

    sqlite3_stmt *stmt = s->stmts[SCAN_FIND];
    struct sql_row row = sql_row(stmt);
    sql_int(&row, l->from_ns);
    sql_int(&row, l->to_ns);
    sql_int(&row, l->from_seq);
    sql_int(&row, l->to_seq);
    sql_int(&row, INT64_C(1) << l->kind);
    sql_int(&row, l->instrument_id);
    sql_text(&row, l->instrument);
    int err = sql_err(row.rc);
    while (err == 0 && (err = sql_step(stmt)) == 1) {
        err = add_block(s, sqlite3_column_int64(stmt, 0));
    }
    (void)sqlite3_reset(stmt);
    return err < 0 && s->why[0] == '\0' ? fail(s, err, "blocks from", l->from_seq, sqlite3_errmsg(s->db))
                                        : err;
}

static int open_block(struct scan *s, int64_t id)
{
    sqlite3_stmt *stmt = s->stmts[SCAN_BLOCK];
    int err = sql_err(sqlite3_bind_int64(stmt, 1, id));
    if (err == 0) {
        err = sql_step(stmt);
    }
    if (err == 1) {
        const void *bytes = sqlite3_column_blob(stmt, 2);
        size_t n = (size_t)sqlite3_column_bytes(stmt, 2);
        s->session = sqlite3_column_int64(stmt, 0);
        err = hash_crc32(0, bytes, n) != (uint32_t)sqlite3_column_int64(stmt, 1)
                  ? fail(s, AP_ECORRUPT, "block", id, "the checksum differs")
                  : codec_decoder_open(s->decoder, bytes, n, UINT32_C(1) << s->limits.kind);
        if (s->decoded != NULL) {
            ++*s->decoded;
        }
    } else if (err == 0) {
        err = AP_ECORRUPT;
    }
    (void)sqlite3_reset(stmt);
    if (err < 0 && s->why[0] == '\0') {
        return fail(s, err, "block", id, "it cannot be decoded");
    }
    s->is_in_block = err == 0;
    return err;
}

/* 1: a row of the tail is at hand. */
static int open_tail(struct scan *s)
{
    const struct scan_limits *l = &s->limits;
    sqlite3_stmt *stmt = s->stmts[SCAN_TAIL];
    struct sql_row row = sql_row(stmt);
    sql_int(&row, s->tail_id);
    sql_int(&row, l->from_ns);
    sql_int(&row, l->to_ns);
    sql_int(&row, l->from_seq);
    sql_int(&row, l->to_seq);
    int err = sql_err(row.rc);
    if (err == 0) {
        err = sql_step(stmt);
    }
    if (err == 1) {
        const char *why = "";
        const void *bytes = sqlite3_column_blob(stmt, 3);
        s->tail_id = sqlite3_column_int64(stmt, 0);
        buf_reset(&s->tail);
        s->tail_at = 0;
        s->session = 0;
        int bad = tail_unpack(bytes, (size_t)sqlite3_column_bytes(stmt, 3),
                              (uint32_t)sqlite3_column_int64(stmt, 1), sqlite3_column_int64(stmt, 2),
                              &s->tail, &why);
        err = bad != 0 ? fail(s, bad, "tail row", s->tail_id, why) : 1;
    } else if (err < 0) {
        err = fail(s, err, "the tail behind row", s->tail_id, sqlite3_errmsg(s->db));
    }
    (void)sqlite3_reset(stmt);
    return err;
}

static bool is_within(const struct scan *s, const struct event *ev)
{
    const struct scan_limits *l = &s->limits;
    return ev->kind == l->kind && ev->recv_ns >= l->from_ns && ev->recv_ns <= l->to_ns &&
           (int64_t)ev->seq >= l->from_seq && (int64_t)ev->seq <= l->to_seq &&
           (l->instrument_id < 0 || ev->instrument == l->instrument_id);
}

/* 1: an event within the limits; 0: the block has no more. */
static int next_of_block(struct scan *s, const struct event **ret_event)
{
    int got;
    while ((got = codec_decoder_next(s->decoder, ret_event)) == 1) {
        const struct event *ev = *ret_event;
        if (ev->recv_ns > s->limits.to_ns || ev->seq > (uint64_t)s->limits.to_seq) {
            return 0; /* neither decreases within a block */
        }
        if (is_within(s, ev)) {
            return event_check(ev, ev->size) == 0
                       ? 1
                       : fail(s, AP_ECORRUPT, "block", s->blocks[s->block_at - 1], "an event is malformed");
        }
    }
    return got < 0 ? fail(s, got, "block", s->blocks[s->block_at - 1], "it cannot be decoded") : 0;
}

static int find_session(struct scan *s, uint64_t seq)
{
    sqlite3_stmt *stmt = s->stmts[SCAN_SESSION];
    int err = sql_err(sqlite3_bind_int64(stmt, 1, (int64_t)seq));
    if (err == 0) {
        err = sql_step(stmt);
        s->session = err == 1 ? sqlite3_column_int64(stmt, 0) : 0;
    }
    (void)sqlite3_reset(stmt);
    return err < 0 ? fail(s, err, "the session of event", (int64_t)seq, sqlite3_errmsg(s->db)) : 0;
}

static bool has_name(struct scan *s, const struct event *ev)
{
    const struct scan_instrument *in = s->limits.instrument[0] != '\0' ? scan_instrument_of(s, ev) : NULL;
    return s->limits.instrument[0] == '\0' || (in != NULL && strcmp(in->name, s->limits.instrument) == 0);
}

static int next_of_tail(struct scan *s, const struct event **ret_event)
{
    while (s->tail_at < s->tail.len) {
        const struct event *ev = (const void *)(s->tail.data + s->tail_at);
        s->tail_at += ev->size;
        if (ev->kind == EVENT_SESSION) {
            s->session = 0;
        }
        if (!is_within(s, ev)) {
            continue;
        }
        int err = s->session == 0 ? find_session(s, ev->seq) : 0;
        if (err != 0) {
            return err;
        }
        if (has_name(s, ev)) {
            *ret_event = ev;
            return 1;
        }
    }
    return 0;
}

int scan_next(struct scan *s, const struct event **ret_event)
{
    for (;;) {
        int got = s->is_in_block ? next_of_block(s, ret_event) : next_of_tail(s, ret_event);
        if (got != 0) {
            return got;
        }
        s->is_in_block = false;
        if (s->block_at < s->block_n) {
            got = open_block(s, s->blocks[s->block_at++]);
        } else {
            got = open_tail(s);
            if (got == 0) {
                return 0;
            }
        }
        if (got < 0) {
            return got;
        }
    }
}

const struct scan_instrument *scan_instrument_of(struct scan *s, const struct event *ev)
{
    struct scan_instrument *in = &s->instruments[ev->instrument <= INSTRUMENT_MAX ? ev->instrument : 0];
    if (in->session == s->session && in->id == ev->instrument && in->version == ev->version &&
        in->session != 0) {
        return in->name[0] != '\0' ? in : NULL;
    }
    sqlite3_stmt *stmt = s->stmts[SCAN_INSTRUMENT];
    struct sql_row row = sql_row(stmt);
    sql_int(&row, s->session);
    sql_int(&row, ev->instrument);
    sql_u64(&row, ev->seq);
    *in = (struct scan_instrument){.session = s->session, .id = ev->instrument, .version = ev->version};
    if (row.rc == SQLITE_OK && sql_step(stmt) == 1) {
        sql_column_text(stmt, 0, in->name, sizeof(in->name));
        uint8_t *const decimals[] = {&in->price_decimals, &in->qty_decimals, &in->mark_decimals,
                                     &in->rate_decimals};
        for (int i = 0; i < 4; i++) {
            int64_t d = sqlite3_column_int64(stmt, 1 + i);
            *decimals[i] = (uint8_t)d;
            if (d < 0 || d > 18) {
                in->name[0] = '\0';
            }
        }
    }
    (void)sqlite3_reset(stmt);
    return in->name[0] != '\0' ? in : NULL;
}
