#include "reader.h"
#include "vtab.h"

#include <alphaplus/base/text.h>
#include <stdio.h>
#include <string.h>

enum { QUERY_OPS = 20000, QUERY_COLUMNS_MAX = 256 };

static int on_ops(void *user)
{
    const struct journal_query *q = user;
    return q->go_on(q->user) ? 0 : 1;
}

/* One statement that only reads. */
static int prepare(struct journal *j, const char *sql, sqlite3_stmt **ret_stmt, char *why, size_t why_size)
{
    const char *rest = "";
    int rc = sqlite3_prepare_v2(j->db, sql, -1, ret_stmt, &rest);
    if (rc != SQLITE_OK) {
        text_sanitize(why, why_size, sqlite3_errmsg(j->db), strlen(sqlite3_errmsg(j->db)));
        return (rc & 0xff) == SQLITE_ERROR ? AP_EINVAL : sql_err(rc);
    }
    const char *what = *ret_stmt == NULL                                     ? "there is no statement"
                       : rest[strspn(rest, " \t\r\n;")] != '\0'              ? "more than one statement"
                       : sqlite3_stmt_readonly(*ret_stmt) == 0               ? "a journal can only be read"
                       : sqlite3_column_count(*ret_stmt) == 0                ? "it gives no rows"
                       : sqlite3_bind_parameter_count(*ret_stmt) > 0         ? "its parameters have no values"
                       : sqlite3_column_count(*ret_stmt) > QUERY_COLUMNS_MAX ? "too many columns"
                                                                             : NULL;
    if (what != NULL) {
        (void)snprintf(why, why_size, "%s", what);
    }
    return what != NULL ? AP_EINVAL : 0;
}

static int hand_out(sqlite3_stmt *stmt, const struct journal_query *q, bool is_header)
{
    struct journal_field fields[QUERY_COLUMNS_MAX];
    int n = sqlite3_column_count(stmt);
    for (int i = 0; i < n; i++) {
        struct journal_field *f = &fields[i];
        if (is_header) {
            f->text = sqlite3_column_name(stmt, i);
            f->n = f->text != NULL ? strlen(f->text) : 0;
        } else if (sqlite3_column_type(stmt, i) == SQLITE_BLOB) {
            *f = (struct journal_field){"(blob)", 6};
        } else {
            f->text = (const char *)sqlite3_column_text(stmt,
                                                        i); /* before the count of bytes: it may convert */
            f->n = (size_t)sqlite3_column_bytes(stmt, i);
        }
    }
    return q->on_row(q->user, fields, (size_t)n, is_header);
}

int journal_query(struct journal *j, const char *sql, const struct journal_query *q, char *why,
                  size_t why_size)
{
    sqlite3_stmt *stmt = NULL;
    why[0] = '\0';
    if (!j->has_tables) {
        int err = sql_err(vtab_register(j->db, NULL));
        if (err != 0) {
            return err;
        }
        j->has_tables = true;
    }
    sqlite3_progress_handler(j->db, QUERY_OPS, on_ops, (void *)q);
    int err = prepare(j, sql, &stmt, why, why_size);
    if (err == 0) {
        err = hand_out(stmt, q, true);
    }
    while (err == 0 && (err = sql_step(stmt)) == 1) {
        err = hand_out(stmt, q, false);
    }
    if (err < 0 && why[0] == '\0') {
        text_sanitize(why, why_size, sqlite3_errmsg(j->db), strlen(sqlite3_errmsg(j->db)));
    }
    sqlite3_finalize(stmt);
    sqlite3_progress_handler(j->db, 0, NULL, NULL);
    return err;
}
