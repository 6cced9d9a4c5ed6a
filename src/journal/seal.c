#include "seal.h"

#include <alphaplus/base/hash.h>
#include <stdlib.h>
#include <string.h>

/* Streams in one group of blocks; with more the group ends early. */
enum { STREAMS_MAX = 256 };

static const char *const sql[SEAL_STMTS] = {
    [SEAL_SESSION] = "SELECT id FROM sessions WHERE first_seq <= ? ORDER BY first_seq DESC LIMIT 1",
    [SEAL_BLOCK] =
        "INSERT INTO blocks (seal, session, instrument_id, first_seq, last_seq, first_ns, last_ns, events, "
        "levels, kinds, raw_bytes, crc, data) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    [SEAL_KIND] = "INSERT INTO block_kinds (block, kind, events, rows) VALUES (?, ?, ?, ?)",
};

int sealer_init(struct sealer *s, sqlite3 *db)
{
    memset(s, 0, sizeof(*s));
    s->db = db;
    buf_init(&s->block, CODEC_BLOCK_MAX);
    int err = sql_prepare_all(db, sql, SEAL_STMTS, s->stmts);
    return err != 0 ? err : codec_encoder_create(SEAL_ZSTD_LEVEL, &s->encoder);
}

void sealer_finish(struct sealer *s)
{
    sql_finalize_all(s->stmts, SEAL_STMTS);
    codec_encoder_destroy(s->encoder);
    buf_finish(&s->block);
    free(s->events);
    free(s->streams);
}

/* A group: events that lie one behind the other, and which streams they are of. */
struct group {
    const uint8_t *bytes;
    size_t n, event_n;
    uint32_t instruments[STREAMS_MAX];
    size_t counts[STREAMS_MAX];
    size_t stream_n;
};

static size_t stream_of(struct group *g, uint32_t instrument)
{
    size_t i = 0;
    while (i < g->stream_n && g->instruments[i] != instrument) {
        i++;
    }
    return i;
}

static int make_room(struct sealer *s, size_t events)
{
    if (events <= s->cap) {
        return 0;
    }
    size_t cap = s->cap == 0 ? 4096 : s->cap;
    while (cap < events) {
        cap *= 2;
    }
    const struct event **list = realloc(s->events, cap * sizeof(list[0]));
    s->events = list != NULL ? list : s->events;
    uint16_t *streams = realloc(s->streams, cap * sizeof(streams[0]));
    s->streams = streams != NULL ? streams : s->streams;
    if (list == NULL || streams == NULL) {
        return AP_ENOMEM;
    }
    s->cap = cap;
    return 0;
}

/* The group that begins at bytes: up to the next session, the next stream too many, or the end. */
static int find_group(struct sealer *s, const uint8_t *bytes, size_t n, struct group *ret_group)
{
    struct group *g = ret_group;
    *g = (struct group){.bytes = bytes};
    while (g->n < n) {
        const struct event *ev = (const void *)(bytes + g->n);
        size_t i = stream_of(g, ev->instrument);
        if ((ev->kind == EVENT_SESSION && g->event_n > 0) || i == STREAMS_MAX) {
            break;
        }
        if (i == g->stream_n) {
            g->instruments[g->stream_n++] = ev->instrument;
            g->counts[i] = 0;
        }
        int err = make_room(s, g->event_n + 1);
        if (err != 0) {
            return err;
        }
        s->streams[g->event_n++] = (uint16_t)i;
        g->counts[i]++;
        g->n += ev->size;
    }
    return 0;
}

/* Sorts the group's events by stream, in order within each. */
static void sort_group(struct sealer *s, const struct group *g)
{
    size_t next[STREAMS_MAX], at = 0;
    const uint8_t *p = g->bytes;
    for (size_t i = 0; i < g->stream_n; i++) {
        next[i] = at;
        at += g->counts[i];
    }
    for (size_t i = 0; i < g->event_n; i++) {
        const struct event *ev = (const void *)p;
        s->events[next[s->streams[i]]++] = ev;
        p += ev->size;
    }
}

static int find_session(struct sealer *s, uint64_t seq, int64_t *ret_session)
{
    sqlite3_stmt *stmt = s->stmts[SEAL_SESSION];
    int err = sql_err(sqlite3_bind_int64(stmt, 1, (int64_t)seq));
    if (err == 0) {
        err = sql_step(stmt);
        *ret_session = err == 1 ? sqlite3_column_int64(stmt, 0) : 0;
    }
    (void)sqlite3_reset(stmt);
    return err < 0 ? err : 0;
}

static int insert_kinds(struct sealer *s, int64_t block, const struct codec_info *info)
{
    for (int kind = 0; kind < CODEC_KINDS; kind++) {
        if (info->kinds[kind].events == 0) {
            continue;
        }
        struct sql_row row = sql_row(s->stmts[SEAL_KIND]);
        sql_int(&row, block);
        sql_int(&row, kind);
        sql_u64(&row, info->kinds[kind].events);
        sql_u64(&row, info->kinds[kind].rows);
        int err = sql_run(&row);
        if (err != 0) {
            return err;
        }
    }
    return 0;
}

static int insert_block(struct sealer *s, uint64_t seal, int64_t session, uint32_t instrument,
                        const struct event *const *events, size_t n)
{
    struct codec_info info = {0};
    buf_reset(&s->block);
    int err = codec_encode(s->encoder, events, n, &s->block);
    if (err != 0) {
        return err;
    }
    for (size_t i = 0; i < n; i++) {
        codec_info_add(&info, events[i]);
    }
    struct sql_row row = sql_row(s->stmts[SEAL_BLOCK]);
    sql_u64(&row, seal);
    sql_int(&row, session);
    sql_int(&row, instrument);
    sql_u64(&row, info.first_seq);
    sql_u64(&row, info.last_seq);
    sql_int(&row, info.first_ns);
    sql_int(&row, info.last_ns);
    sql_u64(&row, info.events);
    sql_u64(&row, info.levels);
    sql_int(&row, codec_info_kinds(&info));
    sql_u64(&row, info.raw_bytes);
    sql_int(&row, hash_crc32(0, s->block.data, s->block.len));
    sql_blob(&row, s->block.data, s->block.len);
    err = sql_run(&row);
    return err != 0 ? err : insert_kinds(s, sqlite3_last_insert_rowid(s->db), &info);
}

static int seal_group(struct sealer *s, const struct group *g)
{
    int64_t session = 0;
    size_t at = 0;
    uint64_t seal = ((const struct event *)(const void *)g->bytes)->seq;
    int err = find_session(s, seal, &session);
    sort_group(s, g);
    for (size_t i = 0; err == 0 && i < g->stream_n; i++) {
        err = insert_block(s, seal, session, g->instruments[i], s->events + at, g->counts[i]);
        at += g->counts[i];
    }
    return err;
}

int sealer_run(struct sealer *s, const uint8_t *bytes, size_t n)
{
    struct group g;
    for (size_t at = 0; at < n; at += g.n) {
        int err = find_group(s, bytes + at, n - at, &g);
        if (err == 0) {
            err = seal_group(s, &g);
        }
        if (err != 0) {
            return err;
        }
    }
    return 0;
}
