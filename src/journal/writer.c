/* Events gather in memory; a commit puts them as one row into the tail, and a full tail is sealed into blocks: small commits and
 * large blocks. Each is one transaction, so the file is whole at any moment. A commit that fails leaves everything pending. */
#include "writer.h"

#include "tail.h"
#include <alphaplus/base/hash.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int journal_writer_open(const struct journal_writer_options *o, struct journal_writer **ret_writer, char *why,
                        size_t why_size)
{
    struct journal_writer *w = calloc(1, sizeof(*w));
    if (w == NULL) {
        return AP_ENOMEM;
    }
    w->lock.fd = -1;
    buf_init(&w->pending, PENDING_MAX + EVENT_SIZE_MAX);
    buf_init(&w->packed, (size_t)TAIL_ROW_MAX + (1 << 20));
    buf_init(&w->unpacked, (size_t)SEAL_BYTES + TAIL_ROW_MAX);
    int err = writer_attach(w, o, why, why_size);
    if (err != 0) {
        (void)journal_writer_close(w);
        return err;
    }
    w->retry_bytes = SEAL_BYTES;
    *ret_writer = w;
    return 0;
}

static int add_tail(struct journal_writer *w)
{
    const struct codec_info *info = &w->pending_info;
    buf_reset(&w->packed);
    int err = tail_pack(w->zstd, w->pending.data, w->pending.len, &w->packed);
    if (err != 0) {
        return err;
    }
    struct sql_row row = sql_row(w->stmts[WRITER_TAIL_ADD]);
    sql_u64(&row, info->first_seq);
    sql_u64(&row, info->last_seq);
    sql_int(&row, info->first_ns);
    sql_int(&row, info->last_ns);
    sql_u64(&row, info->events);
    sql_u64(&row, info->levels);
    sql_u64(&row, info->raw_bytes);
    sql_int(&row, hash_crc32(0, w->packed.data, w->packed.len));
    sql_blob(&row, w->packed.data, w->packed.len);
    return sql_run(&row);
}

static const struct instrument *find_instrument(const void *user, uint32_t id)
{
    return rows_instrument(user, id);
}

static int add_rows(struct journal_writer *w)
{
    int err = 0;
    for (size_t at = 0; err == 0 && at < w->pending.len;) {
        const struct event *ev = (const void *)(w->pending.data + at);
        err = rows_event(&w->rows, ev);
        at += ev->size;
    }
    for (size_t i = 0; err == 0 && i < w->result_n; i++) {
        err = rows_result(&w->rows, &w->results[i]);
    }
    if (err == 0) {
        err = rollups_store(&w->rollups, find_instrument, &w->rows);
    }
    if (err == 0 && w->pending.len > 0) {
        err = rows_session_end(&w->rows, w->pending_info.last_seq, w->pending_info.last_ns);
    }
    return err;
}

/* Much at once and nothing before it: straight to blocks. */
static bool is_block_at_once(const struct journal_writer *w)
{
    return w->tail_bytes == 0 && w->pending.len >= SEAL_BYTES;
}

static int store_pending(struct journal_writer *w)
{
    const struct rows_state before = w->rows.state;
    bool is_at_once = is_block_at_once(w);
    int err = sql_exec(w->db, "BEGIN IMMEDIATE");
    if (err != 0) {
        return err;
    }
    err = add_rows(w);
    if (err == 0 && w->pending.len > 0) {
        err = is_at_once ? sealer_run(&w->sealer, (const uint8_t *)w->pending.data, w->pending.len)
                         : add_tail(w);
    }
    err = sql_end(w->db, err);
    if (err != 0) {
        w->rows.state = before;
        rollups_undo(&w->rollups);
        return err;
    }
    if (!is_at_once && w->pending.len > 0) {
        w->tail_ns = w->tail_bytes == 0 ? w->pending_info.first_ns : w->tail_ns;
        w->tail_bytes += w->pending.len;
    }
    return 0;
}

/* Reads tail rows until SEAL_BYTES are there. */
static int read_tail(struct journal_writer *w, int64_t *ret_last_id, const char **ret_why)
{
    sqlite3_stmt *stmt = w->stmts[WRITER_TAIL_READ];
    int err = 0, step = 0;
    buf_reset(&w->unpacked);
    while (err == 0 && w->unpacked.len < SEAL_BYTES && (step = sql_step(stmt)) == 1) {
        *ret_last_id = sqlite3_column_int64(stmt, 0);
        const void *bytes = sqlite3_column_blob(stmt, 3);
        err = tail_unpack(bytes, (size_t)sqlite3_column_bytes(stmt, 3),
                          (uint32_t)sqlite3_column_int64(stmt, 1), sqlite3_column_int64(stmt, 2),
                          &w->unpacked, ret_why);
    }
    (void)sqlite3_reset(stmt);
    return err != 0 ? err : step < 0 ? step : 0;
}

static int seal_once(struct journal_writer *w, const char **ret_why)
{
    int64_t last_id = 0;
    int err = read_tail(w, &last_id, ret_why);
    if (err != 0) {
        return err;
    }
    size_t n = w->unpacked.len;
    err = sql_exec(w->db, "BEGIN IMMEDIATE");
    if (err != 0) {
        return err;
    }
    if (n > 0) {
        err = sealer_run(&w->sealer, (const uint8_t *)w->unpacked.data, n);
    }
    if (err == 0) {
        struct sql_row row = sql_row(w->stmts[WRITER_TAIL_DROP]);
        sql_int(&row, last_id);
        err = sql_run(&row);
    }
    err = sql_end(w->db, err);
    if (err == 0) {
        w->tail_bytes = n == 0 || n > w->tail_bytes ? 0 : w->tail_bytes - n;
        w->tail_ns = w->last_ns;
    }
    return err;
}

int writer_seal(struct journal_writer *w, bool is_all, const char **ret_why)
{
    int err = 0;
    while (err == 0 &&
           (is_all ? w->tail_bytes > 0 : w->tail_bytes >= SEAL_BYTES || w->last_ns - w->tail_ns >= SEAL_NS)) {
        if (w->tail_bytes == 0) {
            break;
        }
        err = seal_once(w, ret_why);
    }
    return err;
}

static int take(struct journal_writer *w, const struct event *ev)
{
    int err = buf_append(&w->pending, ev, ev->size);
    if (err != 0) {
        w->pending.failed = 0;
        return err;
    }
    codec_info_add(&w->pending_info, ev);
    w->last_seq = ev->seq;
    w->last_ns = ev->recv_ns;
    return 0;
}

/* Says in the stream itself that (last_seq, seq] is missing: an event with the last missing number. */
static int take_gap(struct journal_writer *w, uint64_t seq, int64_t to_ns)
{
    struct {
        struct event ev;
        struct gap_row row;
    } gap = {.ev = {.size = sizeof(gap), .kind = EVENT_GAP, .seq = seq, .recv_ns = to_ns}};
    checkpointer_lag(&w->checkpointer, w->last_seq);
    gap.row.cause = w->lost > 0 ? GAP_DISK : GAP_JOURNAL_LAG;
    gap.row.error = w->lost > 0 ? w->lost_err : 0;
    gap.row.lost = seq - w->last_seq;
    gap.row.from_ns = w->last_ns;
    gap.row.to_ns = to_ns;
    (void)snprintf(gap.row.text, sizeof(gap.row.text), "%s",
                   w->lost > 0 ? "the disk did not take them" : "the journal could not keep up");
    int err = take(w, &gap.ev);
    if (err == 0) {
        w->lost = 0;
    }
    return err;
}

static int drop(struct journal_writer *w, const struct event *ev)
{
    w->lost++;
    w->lost_seq = ev->seq;
    w->lost_ns = ev->recv_ns;
    w->lost_err = w->err != 0 ? w->err : AP_EFULL;
    w->stats.dropped++;
    return w->lost_err;
}

int journal_append(struct journal_writer *w, const struct event *ev)
{
    int check = event_check(ev, ev->size);
    uint64_t newest = w->lost > 0 ? w->lost_seq : w->last_seq;
    if ((check != 0 && check != AP_EUNKNOWN) || ev->seq <= newest || ev->seq > INT64_MAX) {
        return AP_EINVAL;
    }
    if (w->pending.len >= w->retry_bytes) {
        int err = journal_commit(w);
        w->retry_bytes = err == 0 ? SEAL_BYTES : w->pending.len + (1 << 20);
    }
    if (w->pending.len > PENDING_MAX) {
        checkpointer_lag(&w->checkpointer, w->last_seq);
        return drop(w, ev);
    }
    if (w->last_seq != 0 && ev->seq != w->last_seq + 1) {
        int err = take_gap(w, ev->seq - 1, ev->recv_ns);
        if (err != 0) {
            return err;
        }
    }
    if (ev->kind == EVENT_SESSION) {
        w->checkpointer.is_lagged = false;
    }
    return take(w, ev);
}

int journal_append_result(struct journal_writer *w, const struct result *r)
{
    if (w->result_n == w->result_cap) {
        size_t cap = w->result_cap == 0 ? 64 : 2 * w->result_cap;
        struct result *results = cap > RESULTS_MAX ? NULL : realloc(w->results, cap * sizeof(results[0]));
        if (results == NULL) {
            w->stats.dropped++;
            return cap > RESULTS_MAX ? AP_EFULL : AP_ENOMEM;
        }
        w->results = results;
        w->result_cap = cap;
    }
    w->results[w->result_n++] = *r;
    return 0;
}

int journal_append_rollup(struct journal_writer *w, const struct rollup_head *record)
{
    int err = rollups_add(&w->rollups, record);
    w->stats.dropped += err != 0;
    return err;
}

int journal_commit(struct journal_writer *w)
{
    const char *why = NULL;
    if (w->lost > 0 && w->pending.len <= PENDING_MAX && take_gap(w, w->lost_seq, w->lost_ns) != 0) {
        return AP_ENOMEM;
    }
    if (w->pending.len == 0 && w->result_n == 0 && w->rollups.pending.len == 0) {
        int kept = checkpointer_store(&w->checkpointer, w->last_seq);
        return kept == AP_EFULL ? 0 : kept;
    }
    int err = store_pending(w);
    w->err = err;
    if (err != 0) {
        return err;
    }
    if (w->pending_info.events > 0) {
        w->stats.last_commit_ns = w->pending_info.last_ns;
    }
    w->stats.events += w->pending_info.events;
    w->stats.level_updates += w->pending_info.levels;
    w->pending_info = (struct codec_info){0};
    buf_reset(&w->pending);
    w->result_n = 0;
    rollups_clear(&w->rollups);
    w->retry_bytes = SEAL_BYTES;
    int kept = checkpointer_store(&w->checkpointer, w->last_seq);
    (void)kept; /* a cache */
    /* All is durable by now; a seal that finds no room is tried again at the next commit. */
    err = writer_seal(w, false, &why);
    return err == AP_ECORRUPT || err == AP_ENOMEM ? err : 0;
}

/* Gives the room of the sealed tail back (at most 16 MiB, so that it takes no time) and goes out of WAL, so that a journal at rest is one file that can be read anywhere without others beside it. Not while a reader has it
 * open; then it stays as it is, which is as good. */
static void leave_one_file(struct journal_writer *w)
{
    if (w->db != NULL && w->retry_bytes > 0) {
        (void)sqlite3_busy_timeout(w->db, 0);
        int err = sql_exec(w->db, "PRAGMA incremental_vacuum(4096); PRAGMA journal_mode = DELETE");
        (void)err;
    }
}

int journal_writer_close(struct journal_writer *w)
{
    const char *why = NULL;
    int err = 0;
    if (w == NULL) {
        return 0;
    }
    if (w->db != NULL && w->retry_bytes > 0) {
        err = journal_commit(w);
        if (err == 0 && w->lost > 0) {
            err = journal_commit(w);
        }
        if (err == 0) {
            err = writer_seal(w, true, &why);
        }
        int closed = w->rows.state.session != 0 && err == 0 ? rows_session_close(&w->rows) : 0;
        err = err != 0 ? err : closed;
    }
    sql_finalize_all(w->stmts, WRITER_STMTS);
    rows_finish(&w->rows);
    sealer_finish(&w->sealer);
    checkpointer_finish(&w->checkpointer);
    rollups_finish(&w->rollups);
    leave_one_file(w);
    (void)sqlite3_close(w->db);
    writer_lock_drop(&w->lock);
    ZSTD_freeCCtx(w->zstd);
    buf_finish(&w->pending);
    buf_finish(&w->packed);
    buf_finish(&w->unpacked);
    free(w->results);
    free(w->path);
    free(w);
    return err;
}

void journal_writer_stats(const struct journal_writer *w, struct journal_writer_stats *ret_stats)
{
    char wal[4096];
    struct stat st;
    *ret_stats = w->stats;
    ret_stats->file_bytes = stat(w->path, &st) == 0 ? (uint64_t)st.st_size : 0;
    int n = snprintf(wal, sizeof(wal), "%s-wal", w->path);
    if (n > 0 && (size_t)n < sizeof(wal) && stat(wal, &st) == 0) {
        ret_stats->file_bytes += (uint64_t)st.st_size;
    }
}

uint64_t journal_last_seq(const struct journal_writer *w)
{
    return w->opened_seq;
}
