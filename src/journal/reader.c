#include "reader.h"

#include "schema.h"
#include <alphaplus/base/text.h>
#include <alphaplus/journal/checkpoint.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { READ_BUSY_MS = 2000, BLOB_MAX = CODEC_BLOCK_MAX + (1 << 20) };

#define CHECKPOINT_COLUMNS                                                                                   \
    "seq, time_ns, engine_version, layout, numbers, digest_exact, digest_all, raw_bytes, crc, data "         \
    "FROM checkpoints WHERE engine_version = ?3 AND layout = ?4 AND numbers = ?5 AND "

#define RESULT_COLUMNS                                                                                       \
    "seq, id, kind, cause, instrument_id, time_ns, from_id, to_id, digest_exact, digest_all, is_final, text"

static const char *const statements[READER_STMTS] = {
    [READER_SEAL_AT] =
        "SELECT seal, max(last_seq) FROM blocks WHERE seal = (SELECT max(seal) FROM blocks WHERE seal <= ?1)",
    [READER_SEAL_AFTER] =
        "SELECT seal, max(last_seq) FROM blocks WHERE seal = (SELECT min(seal) FROM blocks WHERE seal > ?1)",
    [READER_BLOCKS] =
        "SELECT id, instrument_id, first_seq, last_seq, first_ns, last_ns, events, levels, kinds, "
        "raw_bytes, crc, data FROM blocks WHERE seal = ?1",
    [READER_KINDS] = "SELECT kind, events, rows FROM block_kinds WHERE block = ?1",
    [READER_TAIL] =
        "SELECT id, last_seq, crc, raw_bytes, data FROM tail WHERE last_seq >= ?1 ORDER BY id LIMIT 1",
    [READER_SESSION] = "SELECT id, start_ns, end_ns, first_seq, last_seq, libm_fingerprint, program, source "
                       "FROM sessions ORDER BY id LIMIT 1 OFFSET ?1",
    [READER_INSTRUMENT] =
        "SELECT venue, symbol, base, quote, settle, instrument_id, version, kind, book_rule, inverse, inferred, "
        "price_decimals, qty_decimals, mark_decimals, rate_decimals, tick, lot, multiplier, expiry_ns, "
        "funding_interval_s, trading, liq_completeness FROM instruments ORDER BY id LIMIT 1 OFFSET ?1",
    [READER_RESULT] = "SELECT " RESULT_COLUMNS " FROM results ORDER BY seq, id LIMIT 1 OFFSET ?1",
    [READER_RESULT_NEXT] = "SELECT " RESULT_COLUMNS
                           " FROM results WHERE (seq, id) > (?1, ?2) ORDER BY seq, id LIMIT 1",
    [READER_SESSION_AT] =
        "SELECT id, first_seq, last_seq FROM sessions WHERE start_ns <= ?1 ORDER BY start_ns "
        "DESC, id DESC LIMIT 1",
    [READER_SEAL_OF_TIME] =
        "SELECT seal FROM blocks WHERE last_ns >= ?1 AND session = ?2 ORDER BY last_ns, id LIMIT 1",
    [READER_TAIL_OF_TIME] =
        "SELECT first_seq FROM tail WHERE last_ns >= ?1 AND last_seq >= ?2 ORDER BY id LIMIT 1",
    [READER_CHECKPOINT_BEFORE] = "SELECT " CHECKPOINT_COLUMNS
                                 "seq <= ?1 AND time_ns <= ?2 ORDER BY seq DESC, time_ns DESC",
    [READER_CHECKPOINT_AFTER] = "SELECT " CHECKPOINT_COLUMNS "seq > ?1 AND ?2 = 0 ORDER BY seq, time_ns",
};

/* Is it a file that can hold a journal at all? */
static int check_file(const char *path, char *why, size_t why_size)
{
    struct stat st;
    if (stat(path, &st) != 0) {
        int e = errno;
        (void)snprintf(why, why_size, "%s: %s", path, strerror(e));
        return e == ENOENT ? AP_ENOTFOUND : e == EACCES ? AP_EACCESS : AP_EIO;
    }
    if (!S_ISREG(st.st_mode)) {
        (void)snprintf(why, why_size, "%s: it is %s, not a file", path,
                       S_ISDIR(st.st_mode) ? "a directory" : "a device or pipe");
        return AP_EINVAL;
    }
    if (access(path, R_OK) != 0) {
        (void)snprintf(why, why_size, "%s: %s", path, strerror(errno));
        return AP_EACCESS;
    }
    return 0;
}

/* "file:..." with what a URI cannot hold escaped. */
static char *uri_of(const char *path, const char *query)
{
    static const char hex[] = "0123456789abcdef";
    struct buf b;
    buf_init(&b, 3 * 4096 + 64);
    (void)buf_text(&b, path[0] == '/' ? "file://" : "file:"); /* "//x" would be a host */
    for (const unsigned char *p = (const unsigned char *)path; *p != '\0'; p++) {
        if (*p == '%' || *p == '?' || *p == '#' || *p < 0x20) {
            (void)buf_printf(&b, "%%%c%c", hex[*p >> 4], hex[*p & 15]);
        } else {
            (void)buf_byte(&b, (char)*p);
        }
    }
    (void)buf_text(&b, query);
    char *uri = b.failed != 0 ? NULL : strdup(b.data);
    buf_finish(&b);
    return uri;
}

static int connect_to(struct journal *j, const char *query, char *why, size_t why_size)
{
    char *uri = uri_of(j->path, query);
    bool is_empty = false;
    if (uri == NULL) {
        return AP_ENOMEM;
    }
    int err = sql_err(sqlite3_open_v2(
        uri, &j->db, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
        NULL));
    free(uri);
    if (err != 0) {
        sql_why(j->db, j->path, why, why_size);
        return err;
    }
    (void)sqlite3_busy_timeout(j->db, READ_BUSY_MS);
    (void)sqlite3_db_config(j->db, SQLITE_DBCONFIG_DEFENSIVE, 1, (int *)NULL);
    (void)sqlite3_db_config(j->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, (int *)NULL);
    (void)sqlite3_limit(j->db, SQLITE_LIMIT_LENGTH, BLOB_MAX);
    err = sql_exec(j->db, "PRAGMA query_only = ON; PRAGMA cell_size_check = ON; PRAGMA mmap_size = 0");
    if (err == 0) {
        err = schema_check(j->db, &is_empty, why, why_size);
    } else {
        sql_why(j->db, j->path, why, why_size);
    }
    if (err == 0 && is_empty) {
        (void)snprintf(why, why_size, "it is empty");
        err = AP_ECORRUPT;
    }
    if (err == 0) {
        err = sql_prepare_all(j->db, statements, READER_STMTS, j->stmts);
        if (err != 0) {
            sql_why(j->db, "its tables are not those of a journal", why, why_size);
        }
    }
    return err;
}

static void disconnect(struct journal *j)
{
    sql_finalize_all(j->stmts, READER_STMTS);
    (void)sqlite3_close(j->db);
    j->db = NULL;
}

/* Nobody can be writing where nothing can be written; then the files that SQLite wants beside it are not needed. */
static bool has_no_wal(const struct journal *j)
{
    char wal[4096];
    struct stat st;
    int n = snprintf(wal, sizeof(wal), "%s-wal", j->path);
    return n > 0 && (size_t)n < sizeof(wal) && (stat(wal, &st) != 0 || st.st_size == 0);
}

int journal_open(const char *path, struct journal **ret_journal, char *why, size_t why_size)
{
    int err = check_file(path, why, why_size);
    if (err != 0) {
        return err;
    }
    struct journal *j = calloc(1, sizeof(*j));
    if (j == NULL) {
        return AP_ENOMEM;
    }
    buf_init(&j->checkpoint, JOURNAL_CHECKPOINT_MAX);
    j->path = strdup(path);
    err = j->path == NULL ? AP_ENOMEM : connect_to(j, "", why, why_size);
    if (err == AP_EACCESS && has_no_wal(j)) {
        disconnect(j);
        err = connect_to(j, "?immutable=1", why, why_size);
    }
    if (err != 0) {
        journal_close(j);
        return err;
    }
    *ret_journal = j;
    return 0;
}

void journal_close(struct journal *j)
{
    if (j == NULL) {
        return;
    }
    disconnect(j);
    buf_finish(&j->checkpoint);
    free(j->path);
    free(j);
}

/* The row at `index`: AP_ENOTFOUND when there is none. */
static int row_at(sqlite3_stmt *stmt, uint64_t index)
{
    if (index > INT64_MAX) {
        return AP_ENOTFOUND;
    }
    (void)sqlite3_reset(stmt);
    int err = sql_err(sqlite3_bind_int64(stmt, 1, (int64_t)index));
    if (err == 0) {
        err = sql_step(stmt);
    }
    return err == 1 ? 0 : err == 0 ? AP_ENOTFOUND : err;
}

int journal_session(struct journal *j, uint32_t index, struct journal_session *ret_session)
{
    sqlite3_stmt *stmt = j->stmts[READER_SESSION];
    int err = row_at(stmt, index);
    if (err == 0) {
        struct journal_session s = {
            .id = sqlite3_column_int64(stmt, 0),
            .start_ns = sqlite3_column_int64(stmt, 1),
            .end_ns = sqlite3_column_int64(stmt, 2),
            .first_seq = (uint64_t)sqlite3_column_int64(stmt, 3),
            .last_seq = (uint64_t)sqlite3_column_int64(stmt, 4),
            .libm_fingerprint = (uint64_t)sqlite3_column_int64(stmt, 5),
        };
        sql_column_text(stmt, 6, s.program, sizeof(s.program));
        sql_column_text(stmt, 7, s.source, sizeof(s.source));
        *ret_session = s;
    }
    (void)sqlite3_reset(stmt);
    return err;
}

int journal_instrument(struct journal *j, uint32_t index, struct instrument *ret_instrument)
{
    sqlite3_stmt *stmt = j->stmts[READER_INSTRUMENT];
    struct instrument in = {0};
    int err = row_at(stmt, index);
    if (err == 0) {
        sql_column_text(stmt, 0, in.venue, sizeof(in.venue));
        sql_column_text(stmt, 1, in.symbol, sizeof(in.symbol));
        sql_column_text(stmt, 2, in.base, sizeof(in.base));
        sql_column_text(stmt, 3, in.quote, sizeof(in.quote));
        sql_column_text(stmt, 4, in.settle, sizeof(in.settle));
        in.id = (uint32_t)sqlite3_column_int64(stmt, 5);
        in.version = (uint32_t)sqlite3_column_int64(stmt, 6);
        uint8_t *const bytes[] = {&in.kind,           &in.book_rule,    &in.inverse,       &in.inferred,
                                  &in.price_decimals, &in.qty_decimals, &in.mark_decimals, &in.rate_decimals};
        for (int i = 0; i < 8; i++) {
            *bytes[i] = (uint8_t)sqlite3_column_int64(stmt, 7 + i);
        }
        in.tick = sqlite3_column_int64(stmt, 15);
        in.lot = sqlite3_column_int64(stmt, 16);
        in.multiplier = sqlite3_column_int64(stmt, 17);
        in.expiry_ns = sqlite3_column_int64(stmt, 18);
        in.funding_interval_s = (uint32_t)sqlite3_column_int64(stmt, 19);
        in.trading = (uint8_t)sqlite3_column_int64(stmt, 20);
        in.liq_completeness = (uint8_t)sqlite3_column_int64(stmt, 21);
        err = instrument_check(&in) != 0 ? AP_ECORRUPT : 0;
    }
    (void)sqlite3_reset(stmt);
    if (err == 0) {
        *ret_instrument = in;
    }
    return err;
}

static void read_result(struct journal *j, sqlite3_stmt *stmt, struct result *ret_result)
{
    j->result_seq = sqlite3_column_int64(stmt, 0);
    j->result_id = sqlite3_column_int64(stmt, 1);
    struct result r = {
        .size = sizeof(r),
        .seq = (uint64_t)j->result_seq,
        .kind = (uint16_t)sqlite3_column_int64(stmt, 2),
        .cause = (uint16_t)sqlite3_column_int64(stmt, 3),
        .instrument = (uint32_t)sqlite3_column_int64(stmt, 4),
        .time_ns = sqlite3_column_int64(stmt, 5),
        .from_id = (uint64_t)sqlite3_column_int64(stmt, 6),
        .to_id = (uint64_t)sqlite3_column_int64(stmt, 7),
        .digest_exact = (uint64_t)sqlite3_column_int64(stmt, 8),
        .digest_all = (uint64_t)sqlite3_column_int64(stmt, 9),
        .is_final = sqlite3_column_int(stmt, 10) != 0,
    };
    sql_column_text(stmt, 11, r.text, sizeof(r.text));
    *ret_result = r;
}

/* One after the other is the usual way: each is found from the one before, not by counting. */
static int find_result(struct journal *j, uint64_t index, sqlite3_stmt **ret_stmt)
{
    bool is_next = index > 0 && index == j->result_next;
    sqlite3_stmt *stmt = j->stmts[is_next ? READER_RESULT_NEXT : READER_RESULT];
    int err = index > INT64_MAX ? AP_EINVAL : 0;
    *ret_stmt = stmt;
    if (err == 0) {
        err = sql_err(sqlite3_bind_int64(stmt, 1, is_next ? j->result_seq : (int64_t)index));
    }
    if (err == 0 && is_next) {
        err = sql_err(sqlite3_bind_int64(stmt, 2, j->result_id));
    }
    return err == 0 ? sql_step(stmt) : err;
}

int journal_result_at(struct journal *j, uint64_t index, struct result *ret_result)
{
    sqlite3_stmt *stmt;
    int err = find_result(j, index, &stmt);
    if (err == 1) {
        read_result(j, stmt, ret_result);
        j->result_next = index + 1;
    }
    (void)sqlite3_reset(stmt);
    return err;
}
