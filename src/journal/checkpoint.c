#include "checkpoint.h"

#include "codec.h"
#include "reader.h"
#include "writer.h"
#include <alphaplus/base/hash.h>
#include <stdlib.h>
#include <string.h>

#define MINUTE_NS (60 * INT64_C(1000000000))
#define HOUR_NS   (60 * MINUTE_NS)

/* A checkpoint's class is how long it stays: the first of each span of the next longer class outlives the others of its own. */
static const struct {
    int64_t every_ns, keep_ns;
} classes[] = {{0, HOUR_NS}, {5 * MINUTE_NS, 24 * HOUR_NS}, {30 * MINUTE_NS, INT64_MAX}};
enum { CLASSES = sizeof(classes) / sizeof(classes[0]) };

static const char *const statements[CHECKPOINT_STMTS] = {
    [CHECKPOINT_ADD] =
        "INSERT OR REPLACE INTO checkpoints (session, seq, time_ns, class, engine_version, layout, numbers, "
        "digest_exact, digest_all, raw_bytes, crc, data) VALUES ((SELECT id FROM sessions WHERE first_seq <= ?1 "
        "ORDER BY first_seq DESC LIMIT 1), ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
    [CHECKPOINT_NEWEST] =
        "SELECT time_ns FROM checkpoints WHERE seq < ?1 AND seq >= (SELECT max(first_seq) FROM sessions WHERE "
        "first_seq <= ?1) ORDER BY seq DESC LIMIT 1",
    [CHECKPOINT_THIN] = "DELETE FROM checkpoints WHERE class = ?1 AND time_ns < ?2",
    [CHECKPOINT_OLDEST] = "SELECT id, length(data) FROM checkpoints ORDER BY class, seq",
    [CHECKPOINT_DROP] = "DELETE FROM checkpoints WHERE id = ?1",
};

int checkpointer_init(struct checkpointer *k, sqlite3 *db, ZSTD_CCtx *zstd)
{
    *k = (struct checkpointer){.db = db, .zstd = zstd};
    return sql_prepare_all(db, statements, CHECKPOINT_STMTS, k->stmts);
}

static void forget(struct checkpointer *k, size_t first)
{
    for (size_t i = first; i < k->waiting_n; i++) {
        free(k->waiting[i].packed);
    }
    k->waiting_n = first < k->waiting_n ? first : k->waiting_n;
}

void checkpointer_finish(struct checkpointer *k)
{
    forget(k, 0);
    sql_finalize_all(k->stmts, CHECKPOINT_STMTS);
}

void checkpointer_lag(struct checkpointer *k, uint64_t last_seq)
{
    size_t n = 0;
    while (n < k->waiting_n && k->waiting[n].c.seq <= last_seq) {
        n++;
    }
    forget(k, n);
    k->is_lagged = true;
}

int journal_checkpoint_put(struct journal_writer *w, const struct journal_checkpoint *c)
{
    struct checkpointer *k = &w->checkpointer;
    if (c->n == 0 || c->seq == 0 || c->seq > INT64_MAX) {
        return AP_EINVAL;
    }
    if (c->n > JOURNAL_CHECKPOINT_MAX) {
        return AP_ETOOBIG;
    }
    bool is_behind = k->waiting_n > 0 && c->seq < k->waiting[k->waiting_n - 1].c.seq;
    if (k->is_lagged || is_behind || k->waiting_n == CHECKPOINTS_WAITING_MAX) {
        return AP_EAGAIN;
    }
    size_t bound = ZSTD_compressBound(c->n);
    void *packed = malloc(bound);
    size_t n = packed != NULL ? ZSTD_compress2(k->zstd, packed, bound, c->state, c->n) : 0;
    if (packed == NULL || ZSTD_isError(n)) {
        free(packed);
        return AP_ENOMEM;
    }
    if (n > CODEC_BLOCK_MAX) {
        free(packed);
        return AP_ETOOBIG;
    }
    void *fit = realloc(packed, n);
    if (fit != NULL) {
        packed = fit;
    }
    k->waiting[k->waiting_n++] = (struct checkpoint_waiting){.c = *c, .packed = packed, .packed_n = n};
    return 0;
}

/* The longest that it begins a span of, since the one before it in its session. */
static int class_of(struct checkpointer *k, const struct journal_checkpoint *c, int *ret_class)
{
    sqlite3_stmt *stmt = k->stmts[CHECKPOINT_NEWEST];
    int err = sql_err(sqlite3_bind_int64(stmt, 1, (int64_t)c->seq));
    if (err == 0) {
        err = sql_step(stmt);
    }
    bool is_first = err == 0;
    int64_t before = err == 1 ? sqlite3_column_int64(stmt, 0) : 0;
    int class = is_first ? CLASSES - 1 : 0;
    for (int i = 1; i < CLASSES && !is_first; i++) {
        if (before / classes[i].every_ns != c->time_ns / classes[i].every_ns) {
            class = i;
        }
    }
    (void)sqlite3_reset(stmt);
    *ret_class = class;
    return err < 0 ? err : 0;
}

static int add(struct checkpointer *k, const struct checkpoint_waiting *x)
{
    int class = 0;
    int err = class_of(k, &x->c, &class);
    if (err != 0) {
        return err;
    }
    struct sql_row row = sql_row(k->stmts[CHECKPOINT_ADD]);
    sql_u64(&row, x->c.seq);
    sql_int(&row, x->c.time_ns);
    sql_int(&row, class);
    sql_int(&row, x->c.maker.engine_version);
    sql_u64(&row, x->c.maker.layout);
    sql_u64(&row, x->c.maker.numbers);
    sql_u64(&row, x->c.digest_exact);
    sql_u64(&row, x->c.digest_all);
    sql_u64(&row, x->c.n);
    sql_int(&row, hash_crc32(0, x->packed, x->packed_n));
    sql_blob(&row, x->packed, x->packed_n);
    err = sql_run(&row);
    for (int i = 0; err == 0 && i < CLASSES; i++) {
        if (classes[i].keep_ns != INT64_MAX) {
            row = sql_row(k->stmts[CHECKPOINT_THIN]);
            sql_int(&row, i);
            sql_int(&row, x->c.time_ns - classes[i].keep_ns);
            err = sql_run(&row);
        }
    }
    return err;
}

static int drop(struct checkpointer *k, int64_t id)
{
    struct sql_row row = sql_row(k->stmts[CHECKPOINT_DROP]);
    sql_int(&row, id);
    return sql_run(&row);
}

/* The short-lived go first, the oldest of them first. */
static int hold_share(struct checkpointer *k)
{
    int64_t all = 0, blocks = 0;
    int err = sql_number(k->db, "SELECT sum(length(data)) FROM checkpoints", 0, &all);
    if (err != 0 || all <= CHECKPOINTS_BYTES) {
        return err;
    }
    /* The pages of the file stand for its blocks: adding up a big file's blocks takes its time. */
    int64_t page_bytes = 0, pages = 0;
    err = sql_number(k->db, "PRAGMA page_count", 0, &pages);
    if (err == 0) {
        err = sql_number(k->db, "PRAGMA page_size", 0, &page_bytes);
    }
    blocks = pages * page_bytes - all;
    int64_t most = blocks / CHECKPOINTS_SHARE > CHECKPOINTS_BYTES ? blocks / CHECKPOINTS_SHARE
                                                                  : CHECKPOINTS_BYTES;
    sqlite3_stmt *stmt = k->stmts[CHECKPOINT_OLDEST];
    int64_t ids[64];
    size_t n = 0;
    while (err == 0 && all > most && n < sizeof(ids) / sizeof(ids[0]) && (err = sql_step(stmt)) == 1) {
        ids[n++] = sqlite3_column_int64(stmt, 0);
        all -= sqlite3_column_int64(stmt, 1);
        err = 0;
    }
    (void)sqlite3_reset(stmt);
    for (size_t i = 0; err == 0 && i < n; i++) {
        err = drop(k, ids[i]);
    }
    return err;
}

int checkpointer_store(struct checkpointer *k, uint64_t last_seq)
{
    size_t n = 0;
    while (n < k->waiting_n && k->waiting[n].c.seq <= last_seq) {
        n++;
    }
    if (n == 0) {
        return 0;
    }
    int err = sql_exec(k->db, "BEGIN IMMEDIATE");
    if (err != 0) {
        return err;
    }
    for (size_t i = 0; err == 0 && i < n; i++) {
        err = add(k, &k->waiting[i]);
    }
    if (err == 0) {
        err = hold_share(k);
    }
    err = sql_end(k->db, err);
    for (size_t i = 0; i < n; i++) {
        free(k->waiting[i].packed);
    }
    k->waiting_n -= n;
    memmove(k->waiting, k->waiting + n, k->waiting_n * sizeof(k->waiting[0]));
    return err;
}

int journal_checkpoints_drop(struct journal_writer *w)
{
    forget(&w->checkpointer, 0);
    return sql_exec(w->db, "DELETE FROM checkpoints");
}

/* --- reading ------------------------------------------------------------------------------------------------------- */

/* AP_ECORRUPT: as if it were not there. */
static int unpack(struct journal *j, sqlite3_stmt *stmt, struct journal_checkpoint *ret_checkpoint)
{
    char *at;
    const void *bytes = sqlite3_column_blob(stmt, 9);
    size_t n = (size_t)sqlite3_column_bytes(stmt, 9);
    int64_t raw = sqlite3_column_int64(stmt, 7);
    if (raw <= 0 || raw > JOURNAL_CHECKPOINT_MAX ||
        hash_crc32(0, bytes, n) != (uint32_t)sqlite3_column_int64(stmt, 8)) {
        return AP_ECORRUPT;
    }
    buf_reset(&j->checkpoint);
    int err = buf_grow(&j->checkpoint, (size_t)raw, &at);
    if (err != 0) {
        return err;
    }
    if (ZSTD_decompress(at, (size_t)raw, bytes, n) != (size_t)raw) {
        return AP_ECORRUPT;
    }
    *ret_checkpoint = (struct journal_checkpoint){
        .seq = (uint64_t)sqlite3_column_int64(stmt, 0),
        .time_ns = sqlite3_column_int64(stmt, 1),
        .maker = {.engine_version = (uint32_t)sqlite3_column_int64(stmt, 2),
                  .layout = (uint64_t)sqlite3_column_int64(stmt, 3),
                  .numbers = (uint64_t)sqlite3_column_int64(stmt, 4)},
        .digest_exact = (uint64_t)sqlite3_column_int64(stmt, 5),
        .digest_all = (uint64_t)sqlite3_column_int64(stmt, 6),
        .state = at,
        .n = (size_t)raw,
    };
    return 0;
}

/* The first sound one of what the statement finds. */
static int find(struct journal *j, sqlite3_stmt *stmt, const struct journal_maker *maker, uint64_t seq,
                int64_t ns, struct journal_checkpoint *ret_checkpoint)
{
    struct sql_row row = sql_row(stmt);
    sql_int(&row, seq > INT64_MAX ? INT64_MAX : (int64_t)seq);
    sql_int(&row, ns);
    sql_int(&row, maker->engine_version);
    sql_u64(&row, maker->layout);
    sql_u64(&row, maker->numbers);
    int err = sql_err(row.rc);
    if (err == 0) {
        err = AP_ECORRUPT;
    }
    while (err == AP_ECORRUPT) {
        int step = sql_step(stmt);
        err = step == 1 ? unpack(j, stmt, ret_checkpoint) : step == 0 ? AP_ENOTFOUND : step;
        if (step < 0) {
            break;
        }
    }
    (void)sqlite3_reset(stmt);
    return err;
}

int journal_checkpoint_before(struct journal *j, const struct journal_maker *maker, uint64_t max_seq,
                              int64_t max_ns, struct journal_checkpoint *ret_checkpoint)
{
    return find(j, j->stmts[READER_CHECKPOINT_BEFORE], maker, max_seq, max_ns, ret_checkpoint);
}

int journal_checkpoint_after(struct journal *j, const struct journal_maker *maker, uint64_t after_seq,
                             struct journal_checkpoint *ret_checkpoint)
{
    return find(j, j->stmts[READER_CHECKPOINT_AFTER], maker, after_seq, 0, ret_checkpoint);
}
