#include "schema.h"
#include "writer.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BUSY_MS = 2000 };

static int say_errno(const char *path, char *why, size_t why_size)
{
    int e = errno;
    (void)snprintf(why, why_size, "%s: %s", path, strerror(e));
    return e == EACCES || e == EPERM || e == EROFS ? AP_EACCESS
           : e == ENOSPC || e == EDQUOT            ? AP_EFULL
                                                   : AP_EIO;
}

/* Makes an empty file if there is none; its real path. An existing file is not opened: closing it again would drop locks that
 * another connection of this process may hold on it. */
static int find_file(struct journal_writer *w, const char *path, char *why, size_t why_size)
{
    struct stat st;
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (fd >= 0) {
        (void)close(fd);
    } else if (errno != EEXIST) {
        return say_errno(path, why, why_size);
    }
    if (stat(path, &st) != 0) {
        return say_errno(path, why, why_size);
    }
    if (!S_ISREG(st.st_mode)) {
        (void)snprintf(why, why_size, "%s: it is %s, not a file", path,
                       S_ISDIR(st.st_mode) ? "a directory" : "a device or pipe");
        return AP_EINVAL;
    }
    w->path = realpath(path, NULL);
    return w->path != NULL ? 0 : say_errno(path, why, why_size);
}

/* Before anything is written: whose file is it? */
static int open_file(struct journal_writer *w, bool *ret_is_empty, char *why, size_t why_size)
{
    int err = sql_err(sqlite3_open_v2(
        w->path, &w->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, NULL));
    if (err == 0) {
        (void)sqlite3_busy_timeout(w->db, BUSY_MS);
        (void)sqlite3_db_config(w->db, SQLITE_DBCONFIG_DEFENSIVE, 1, (int *)NULL);
        (void)sqlite3_db_config(w->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, (int *)NULL);
        (void)sqlite3_db_config(w->db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, (int *)NULL);
        return schema_check(w->db, ret_is_empty, why, why_size);
    }
    sql_why(w->db, w->path, why, why_size);
    return err;
}

static int prepare_file(struct journal_writer *w, const struct journal_writer_options *o, bool is_empty)
{
    /* Only an empty file takes the first; then free pages can be given back, after a seal or when old blocks go. */
    int err = is_empty ? sql_exec(w->db, "PRAGMA auto_vacuum = INCREMENTAL") : 0;
    if (err == 0) {
        err = sql_exec(w->db,
                       "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA secure_delete = OFF; "
                       "PRAGMA journal_size_limit = 16777216; PRAGMA foreign_keys = OFF");
    }
    if (err == 0 && o->page_ceiling > 0) {
        char sql[64];
        (void)snprintf(sql, sizeof(sql), "PRAGMA max_page_count = %lld", (long long)o->page_ceiling);
        err = sql_exec(w->db, sql);
    }
    if (err == 0 && is_empty) {
        err = sql_exec(w->db, "BEGIN IMMEDIATE");
        if (err == 0) {
            err = schema_create(w->db, o->program != NULL ? o->program : "");
            int end = sql_exec(w->db, err == 0 ? "COMMIT" : "ROLLBACK");
            err = err != 0 ? err : end;
        }
    }
    return err;
}

static int prepare_statements(struct journal_writer *w, const struct journal_writer_options *o)
{
    static const char *const sql[WRITER_STMTS] = {
        [WRITER_TAIL_ADD] =
            "INSERT INTO tail (first_seq, last_seq, first_ns, last_ns, events, levels, raw_bytes, crc, "
            "data) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [WRITER_TAIL_READ] = "SELECT id, crc, raw_bytes, data FROM tail ORDER BY id",
        [WRITER_TAIL_DROP] = "DELETE FROM tail WHERE id <= ?",
    };
    int err = sql_prepare_all(w->db, sql, WRITER_STMTS, w->stmts);
    if (err == 0) {
        err = rows_init(&w->rows, w->db);
    }
    if (err == 0) {
        err = sealer_init(&w->sealer, w->db);
    }
    w->zstd = ZSTD_createCCtx();
    if (err == 0 &&
        (w->zstd == NULL || ZSTD_isError(ZSTD_CCtx_setParameter(w->zstd, ZSTD_c_compressionLevel, 1)))) {
        err = AP_ENOMEM;
    }
    if (err == 0) {
        err = rollups_init(&w->rollups, w->db, o->metrics);
    }
    return err != 0 ? err : checkpointer_init(&w->checkpointer, w->db, w->zstd);
}

/* Where the file ends, and whether its last session was closed. */
static int read_end(struct journal_writer *w)
{
    static const char *const queries[] = {
        "SELECT max((SELECT coalesce(max(last_seq), 0) FROM blocks WHERE seal = (SELECT max(seal) FROM blocks)), "
        "(SELECT coalesce(max(last_seq), 0) FROM tail))",
        "SELECT max((SELECT coalesce(max(last_ns), 0) FROM blocks WHERE seal = (SELECT max(seal) FROM blocks)), "
        "(SELECT coalesce(last_ns, 0) FROM (SELECT max(id), last_ns FROM tail)))",
        "SELECT coalesce(sum(raw_bytes), 0) FROM tail",
        "SELECT coalesce(min(first_ns), 0) FROM tail",
        "SELECT is_closed = 0 FROM sessions ORDER BY id DESC LIMIT 1",
    };
    int64_t values[5];
    for (size_t i = 0; i < sizeof(queries) / sizeof(queries[0]); i++) {
        int err = sql_number(w->db, queries[i], 0, &values[i]);
        if (err != 0) {
            return err;
        }
    }
    w->opened_seq = w->last_seq = (uint64_t)values[0];
    w->last_ns = w->stats.last_commit_ns = values[1];
    w->tail_bytes = (uint64_t)values[2];
    w->tail_ns = values[3];
    w->rows.state.has_crashed = values[4] != 0;
    w->rows.state.crash_ns = values[1];
    return 0;
}

int writer_attach(struct journal_writer *w, const struct journal_writer_options *o, char *why,
                  size_t why_size)
{
    bool is_empty = false;
    const char *what = NULL;
    int err = find_file(w, o->path, why, why_size);
    if (err == 0) {
        err = writer_lock_take(w->path, &w->lock, why, why_size);
    }
    if (err == 0) {
        err = open_file(w, &is_empty, why, why_size);
    }
    if (err != 0) {
        return err;
    }
    err = prepare_file(w, o, is_empty);
    if (err == 0) {
        err = prepare_statements(w, o);
    }
    if (err == 0) {
        err = read_end(w);
    }
    if (err == 0 && w->tail_bytes > 0) {
        err = writer_seal(w, true, &what);
        /* No room to seal is no reason not to go on: the tail is whole as it is. */
        err = err == AP_EFULL && what == NULL ? 0 : err;
    }
    if (err != 0 && what != NULL) {
        (void)snprintf(why, why_size,
                       "its tail is damaged: %s; see `alphaplus journal verify`, and record to another file",
                       what);
    } else if (err != 0) {
        sql_why(w->db, "it cannot be written", why, why_size);
    }
    return err;
}
