/* SQLite in our words: errors as AP_E*, statements prepared once, values bound and read in order. */
#ifndef ALPHAPLUS_JOURNAL_SQL_H
#define ALPHAPLUS_JOURNAL_SQL_H

#include <alphaplus/base/err.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* SQLITE_OK, _ROW, _DONE: 0. */
AP_MUST_CHECK int sql_err(int rc);
/* "%s: what SQLite says". */
void sql_why(sqlite3 *db, const char *what, char *why, size_t why_size);
AP_MUST_CHECK int sql_exec(sqlite3 *db, const char *sql);
/* COMMIT when err is 0, else ROLLBACK; the first error. */
AP_MUST_CHECK int sql_end(sqlite3 *db, int err);
/* The first column of the first row; `fallback` when there is no row or it is NULL. */
AP_MUST_CHECK int sql_number(sqlite3 *db, const char *sql, int64_t fallback, int64_t *ret_value);

/* Prepares n statements that live as long as the connection. */
AP_MUST_CHECK int sql_prepare_all(sqlite3 *db, const char *const *sql, size_t n, sqlite3_stmt **ret_stmts);
void sql_finalize_all(sqlite3_stmt **stmts, size_t n);

/* Binds the values of one statement in order. */
struct sql_row {
    sqlite3_stmt *stmt; /* borrowed */
    int at;
    int rc; /* sticky */
};
struct sql_row sql_row(sqlite3_stmt *stmt);
void sql_int(struct sql_row *r, int64_t value);
void sql_u64(struct sql_row *r, uint64_t value); /* as the int64 of the same bits */
void sql_real(struct sql_row *r, double value);
void sql_null(struct sql_row *r);
void sql_text(struct sql_row *r, const char *text);            /* copied */
void sql_blob(struct sql_row *r, const void *bytes, size_t n); /* borrowed until sql_run */
/* Runs a statement that gives no row, and resets it. */
AP_MUST_CHECK int sql_run(struct sql_row *r);

/* 1: a row; 0: none; or an error. Reset it when done. */
AP_MUST_CHECK int sql_step(sqlite3_stmt *stmt);
/* Text of a column, cut to fit, "" for NULL. */
void sql_column_text(sqlite3_stmt *stmt, int column, char *buf, size_t size);

#endif
