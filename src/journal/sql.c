#include "sql.h"

#include <alphaplus/base/text.h>
#include <stdio.h>
#include <string.h>

int sql_err(int rc)
{
    switch (rc & 0xff) {
    case SQLITE_OK:
    case SQLITE_ROW:
    case SQLITE_DONE: return 0;
    case SQLITE_NOMEM: return AP_ENOMEM;
    case SQLITE_FULL: return AP_EFULL;
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return AP_EAGAIN;
    case SQLITE_INTERRUPT: return AP_EAGAIN;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_ERROR: /* a statement that does not fit the schema */
    case SQLITE_CONSTRAINT:
    case SQLITE_SCHEMA: return AP_ECORRUPT;
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_AUTH:
    case SQLITE_READONLY: return AP_EACCESS;
    case SQLITE_TOOBIG: return AP_ETOOBIG;
    case SQLITE_RANGE:
    case SQLITE_MISUSE: return AP_EINVAL;
    default: return AP_EIO;
    }
}

void sql_why(sqlite3 *db, const char *what, char *why, size_t why_size)
{
    (void)snprintf(why, why_size, "%s: %s", what, db != NULL ? sqlite3_errmsg(db) : "out of memory");
}

int sql_exec(sqlite3 *db, const char *sql)
{
    return sql_err(sqlite3_exec(db, sql, NULL, NULL, NULL));
}

int sql_end(sqlite3 *db, int err)
{
    if (err == 0) {
        err = sql_exec(db, "COMMIT");
    }
    if (err != 0 && sqlite3_get_autocommit(db) == 0) {
        int undo = sql_exec(db, "ROLLBACK");
        (void)
            undo; /* the first error is the one to tell; what cannot be undone now is undone at the next open */
    }
    return err;
}

int sql_number(sqlite3 *db, const char *sql, int64_t fallback, int64_t *ret_value)
{
    sqlite3_stmt *stmt = NULL;
    int err = sql_err(sqlite3_prepare_v2(db, sql, -1, &stmt, NULL));
    if (err == 0) {
        err = sql_step(stmt);
    }
    if (err >= 0) {
        bool is_there = err == 1 && sqlite3_column_type(stmt, 0) != SQLITE_NULL;
        *ret_value = is_there ? sqlite3_column_int64(stmt, 0) : fallback;
        err = 0;
    }
    sqlite3_finalize(stmt);
    return err;
}

int sql_prepare_all(sqlite3 *db, const char *const *sql, size_t n, sqlite3_stmt **ret_stmts)
{
    memset(ret_stmts, 0, n * sizeof(ret_stmts[0]));
    for (size_t i = 0; i < n; i++) {
        int err = sql_err(sqlite3_prepare_v3(db, sql[i], -1, SQLITE_PREPARE_PERSISTENT, &ret_stmts[i], NULL));
        if (err != 0) {
            return err;
        }
    }
    return 0;
}

void sql_finalize_all(sqlite3_stmt **stmts, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        sqlite3_finalize(stmts[i]);
        stmts[i] = NULL;
    }
}

struct sql_row sql_row(sqlite3_stmt *stmt)
{
    return (struct sql_row){.stmt = stmt};
}

static void note(struct sql_row *r, int rc)
{
    r->rc = r->rc != SQLITE_OK ? r->rc : rc;
}

void sql_int(struct sql_row *r, int64_t value)
{
    note(r, sqlite3_bind_int64(r->stmt, ++r->at, value));
}

void sql_u64(struct sql_row *r, uint64_t value)
{
    sql_int(r, (int64_t)value);
}

void sql_real(struct sql_row *r, double value)
{
    note(r, sqlite3_bind_double(r->stmt, ++r->at, value));
}

void sql_null(struct sql_row *r)
{
    note(r, sqlite3_bind_null(r->stmt, ++r->at));
}

void sql_text(struct sql_row *r, const char *text)
{
    note(r, sqlite3_bind_text(r->stmt, ++r->at, text, -1, SQLITE_TRANSIENT));
}

void sql_blob(struct sql_row *r, const void *bytes, size_t n)
{
    note(r, sqlite3_bind_blob64(r->stmt, ++r->at, bytes, n, SQLITE_STATIC));
}

int sql_run(struct sql_row *r)
{
    if (r->rc == SQLITE_OK) {
        r->rc = sqlite3_step(r->stmt);
    }
    (void)sqlite3_reset(r->stmt);
    (void)sqlite3_clear_bindings(r->stmt);
    return sql_err(r->rc);
}

int sql_step(sqlite3_stmt *stmt)
{
    int rc = sqlite3_step(stmt);
    return rc == SQLITE_ROW ? 1 : sql_err(rc);
}

void sql_column_text(sqlite3_stmt *stmt, int column, char *buf, size_t size)
{
    const unsigned char *text = sqlite3_column_text(stmt, column);
    int n = sqlite3_column_bytes(stmt, column);
    text_sanitize(buf, size, text != NULL ? (const char *)text : "", text != NULL ? (size_t)n : 0);
}
