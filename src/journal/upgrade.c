/* Brings an older journal up to date in place, in one transaction: before it the file is the old one, behind it the new one. */
#include "lock.h"
#include "schema.h"
#include "sql.h"

#include <alphaplus/journal/journal.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { COPY_PAGES = 2048, BUSY_MS = 2000 };

static int say(int err, char *why, size_t why_size, const char *path, const char *what)
{
    (void)snprintf(why, why_size, "%s: %s", path, what);
    return err;
}

static int open_old(const char *path, sqlite3 **ret_db, char *why, size_t why_size)
{
    int err = sql_err(sqlite3_open_v2(
        path, ret_db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, NULL));
    if (err != 0) {
        sql_why(*ret_db, path, why, why_size);
        return err;
    }
    (void)sqlite3_busy_timeout(*ret_db, BUSY_MS);
    (void)sqlite3_db_config(*ret_db, SQLITE_DBCONFIG_DEFENSIVE, 1, (int *)NULL);
    (void)sqlite3_db_config(*ret_db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, (int *)NULL);
    (void)sqlite3_db_config(*ret_db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, (int *)NULL);
    return 0;
}

/* 0: all of it. */
static int copy_pages(sqlite3_backup *backup, const struct journal_upgrade_options *o)
{
    int rc = SQLITE_OK;
    while (rc == SQLITE_OK) {
        rc = sqlite3_backup_step(backup, COPY_PAGES);
        double whole = (double)sqlite3_backup_pagecount(backup),
               left = (double)sqlite3_backup_remaining(backup);
        if (rc == SQLITE_OK && o->progress != NULL &&
            !o->progress(o->user, whole > 0 ? 1 - left / whole : 0)) {
            return AP_EAGAIN;
        }
    }
    return sql_err(rc);
}

static int copy_to(sqlite3 *db, const struct journal_upgrade_options *o, char *why, size_t why_size)
{
    sqlite3 *to = NULL;
    int fd = open(o->copy, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (fd < 0) {
        int e = errno;
        return say(e == EEXIST                               ? AP_EEXISTS
                   : e == EACCES || e == EPERM || e == EROFS ? AP_EACCESS
                                                             : AP_EIO,
                   why, why_size, o->copy, strerror(e));
    }
    (void)close(fd);
    int err = sql_err(sqlite3_open_v2(o->copy, &to, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL));
    sqlite3_backup *backup = err == 0 ? sqlite3_backup_init(to, "main", db, "main") : NULL;
    if (backup != NULL) {
        err = copy_pages(backup, o);
        int end = sql_err(sqlite3_backup_finish(backup));
        err = err != 0 ? err : end;
    } else if (err == 0) {
        err = sql_err(sqlite3_errcode(to));
    }
    if (err == AP_EAGAIN) {
        (void)snprintf(why, why_size, "stopped; nothing was changed");
    } else if (err != 0) {
        sql_why(to, o->copy, why, why_size);
    }
    (void)sqlite3_close(to);
    if (err != 0) {
        (void)unlink(o->copy);
    }
    return err;
}

static int extend(sqlite3 *db, int version, char *why, size_t why_size)
{
    int err = sql_exec(db, "BEGIN IMMEDIATE");
    if (err == 0) {
        err = schema_extend(db, version);
        if (err != 0) {
            sql_why(db, "it cannot be upgraded", why, why_size);
        }
        err = sql_end(db, err);
    }
    if (err != 0 && why[0] == '\0') {
        sql_why(db, "it cannot be upgraded", why, why_size);
    }
    return err;
}

static int upgrade(const char *path, const struct journal_upgrade_options *o, int *ret_from, char *why,
                   size_t why_size)
{
    sqlite3 *db = NULL;
    int version = 0;
    int err = open_old(path, &db, why, why_size);
    if (err == 0) {
        err = schema_read(db, &version, why, why_size);
    }
    if (err == 0 && version == 0) {
        err = say(AP_ECORRUPT, why, why_size, o->path, "it is empty");
    }
    if (err == 0 && version < JOURNAL_SCHEMA && o->copy != NULL) {
        err = copy_to(db, o, why, why_size);
    }
    if (err == 0 && version < JOURNAL_SCHEMA) {
        err = extend(db, version, why, why_size);
    }
    (void)sqlite3_close(db);
    if (err == 0) {
        *ret_from = version;
    }
    return err;
}

int journal_upgrade(const struct journal_upgrade_options *o, int *ret_from, char *why, size_t why_size)
{
    struct writer_lock lock = {.fd = -1};
    char *path = realpath(o->path, NULL);
    why[0] = '\0';
    if (path == NULL) {
        int e = errno;
        return say(e == ENOENT   ? AP_ENOTFOUND
                   : e == EACCES ? AP_EACCESS
                                 : AP_EIO,
                   why, why_size, o->path, strerror(e));
    }
    int err = writer_lock_take(path, &lock, why, why_size);
    if (err == 0) {
        err = upgrade(path, o, ret_from, why, why_size);
    }
    writer_lock_drop(&lock);
    free(path);
    return err;
}
