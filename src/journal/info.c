#include "reader.h"

#include <sys/stat.h>

static uint64_t file_bytes(const struct journal *j)
{
    struct stat st;
    return stat(j->path, &st) == 0 ? (uint64_t)st.st_size : 0;
}

static int add_kinds(struct journal *j, struct journal_info *info)
{
    sqlite3_stmt *stmt = NULL;
    int err = sql_err(sqlite3_prepare_v2(
        j->db, "SELECT kind, sum(events), sum(rows) FROM block_kinds GROUP BY kind", -1, &stmt, NULL));
    while (err == 0 && (err = sql_step(stmt)) == 1) {
        int64_t kind = sqlite3_column_int64(stmt, 0);
        if (kind >= 0 && kind < CODEC_KINDS) {
            info->kinds[kind].events += (uint64_t)sqlite3_column_int64(stmt, 1);
            info->kinds[kind].rows += (uint64_t)sqlite3_column_int64(stmt, 2);
        }
        err = 0;
    }
    sqlite3_finalize(stmt);
    return err;
}

static int add_tail_kinds(struct journal *j, uint64_t from_seq, struct journal_info *info)
{
    struct journal_cursor *c = NULL;
    const struct event *ev;
    struct codec_info found = {0};
    int err = journal_cursor_open(j, from_seq, &c);
    while (err == 0 && (err = journal_next(c, &ev)) == 1) {
        codec_info_add(&found, ev);
        err = 0;
    }
    journal_cursor_close(c);
    for (int i = 0; i < CODEC_KINDS; i++) {
        info->kinds[i].events += found.kinds[i].events;
        info->kinds[i].rows += found.kinds[i].rows;
    }
    return err;
}

static int read_totals(struct journal *j, struct journal_info *info, int64_t *ret_tail_seq)
{
    int64_t v[16] = {0};
    static const char *const queries[] = {
        "SELECT count(*) FROM blocks",
        "SELECT sum(length(data)) FROM blocks",
        "SELECT sum(length(data)) FROM tail",
        "SELECT (SELECT coalesce(sum(events), 0) FROM blocks) + (SELECT coalesce(sum(events), 0) FROM tail)",
        "SELECT (SELECT coalesce(sum(levels), 0) FROM blocks) + (SELECT coalesce(sum(levels), 0) FROM tail)",
        "SELECT min(v) FROM (SELECT min(first_ns) AS v FROM blocks UNION ALL SELECT min(first_ns) FROM tail)",
        "SELECT max(v) FROM (SELECT max(last_ns) AS v FROM blocks UNION ALL SELECT max(last_ns) FROM tail)",
        "SELECT min(v) FROM (SELECT min(first_seq) AS v FROM blocks UNION ALL SELECT min(first_seq) FROM tail)",
        "SELECT max(v) FROM (SELECT max(last_seq) AS v FROM blocks UNION ALL SELECT max(last_seq) FROM tail)",
        "SELECT count(*) FROM sessions",
        "SELECT count(*) FROM instruments",
        "SELECT count(*) FROM gaps",
        "SELECT min(first_seq) FROM tail",
        "SELECT max(seq) FROM gaps WHERE origin = 'prune'",
        "SELECT max(to_ns) FROM gaps WHERE origin = 'prune'",
    };
    for (size_t i = 0; i < sizeof(queries) / sizeof(queries[0]); i++) {
        int err = sql_number(j->db, queries[i], 0, &v[i]);
        if (err != 0) {
            return err;
        }
    }
    *info = (struct journal_info){
        .schema = JOURNAL_SCHEMA,
        .file_bytes = file_bytes(j),
        .blocks = (uint64_t)v[0],
        .block_bytes = (uint64_t)v[1],
        .tail_bytes = (uint64_t)v[2],
        .events = (uint64_t)v[3],
        .level_updates = (uint64_t)v[4],
        .first_ns = v[5],
        .last_ns = v[6],
        .first_seq = (uint64_t)v[7],
        .last_seq = (uint64_t)v[8],
        .sessions = (uint32_t)v[9],
        .instruments = (uint32_t)v[10],
        .gaps = (uint32_t)v[11],
        .pruned_seq = (uint64_t)v[13],
        .pruned_ns = v[14],
    };
    *ret_tail_seq = v[12];
    return 0;
}

/* The head of a block tells what its columns take: the rest of it is not read. */
static int add_block_sizes(struct journal *j, int64_t block, sqlite3_blob **blob, struct journal_sizes *sizes)
{
    uint8_t head[CODEC_HEAD_MAX];
    struct codec_sizes s;
    int err = sql_err(*blob == NULL ? sqlite3_blob_open(j->db, "main", "blocks", "data", block, 0, blob)
                                    : sqlite3_blob_reopen(*blob, block));
    if (err != 0) {
        return err;
    }
    int whole = sqlite3_blob_bytes(*blob), n = whole < CODEC_HEAD_MAX ? whole : CODEC_HEAD_MAX;
    err = sql_err(sqlite3_blob_read(*blob, head, n, 0));
    if (err == 0 && codec_sizes(head, (size_t)n, (uint64_t)whole, &s) != 0) {
        sizes->damaged++;
    } else if (err == 0) {
        sizes->depth += s.depth;
        sizes->quotes += s.quotes;
        sizes->trades += s.trades;
        sizes->other += s.other;
    }
    return err;
}

static int add_sizes(struct journal *j, struct journal_sizes *sizes)
{
    sqlite3_stmt *stmt = NULL;
    sqlite3_blob *blob = NULL;
    int err = sql_err(sqlite3_prepare_v2(j->db, "SELECT id, levels FROM blocks", -1, &stmt, NULL));
    while (err == 0 && (err = sql_step(stmt)) == 1) {
        sizes->levels += (uint64_t)sqlite3_column_int64(stmt, 1);
        err = add_block_sizes(j, sqlite3_column_int64(stmt, 0), &blob, sizes);
    }
    (void)sqlite3_blob_close(blob);
    sqlite3_finalize(stmt);
    return err;
}

int journal_info(struct journal *j, struct journal_info *ret_info)
{
    struct journal_info info = {0};
    int64_t tail_seq = 0;
    int err = sql_exec(j->db, "SAVEPOINT info"); /* one moment, though it is being written */
    if (err != 0) {
        return err;
    }
    err = read_totals(j, &info, &tail_seq);
    if (err == 0) {
        err = add_kinds(j, &info);
    }
    if (err == 0 && tail_seq > 0) {
        err = add_tail_kinds(j, (uint64_t)tail_seq, &info);
    }
    if (err == 0) {
        err = add_sizes(j, &info.sizes);
    }
    int end = sql_exec(j->db, "RELEASE info");
    err = err != 0 ? err : end;
    if (err == 0) {
        *ret_info = info;
    }
    return err;
}

int journal_gap(struct journal *j, uint32_t index, struct journal_gap *ret_gap)
{
    sqlite3_stmt *stmt = NULL;
    int err = sql_err(sqlite3_prepare_v2(
        j->db,
        "SELECT seq, recv_ns, lost, from_ns, to_ns, origin, cause_name, coalesce(instrument, ''), text "
        "FROM gaps ORDER BY recv_ns, id LIMIT 1 OFFSET ?1",
        -1, &stmt, NULL));
    if (err == 0) {
        err = sql_err(sqlite3_bind_int64(stmt, 1, index));
    }
    if (err == 0) {
        err = sql_step(stmt);
    }
    if (err == 1) {
        struct journal_gap g = {.seq = (uint64_t)sqlite3_column_int64(stmt, 0),
                                .recv_ns = sqlite3_column_int64(stmt, 1),
                                .lost = (uint64_t)sqlite3_column_int64(stmt, 2),
                                .from_ns = sqlite3_column_int64(stmt, 3),
                                .to_ns = sqlite3_column_int64(stmt, 4)};
        sql_column_text(stmt, 5, g.origin, sizeof(g.origin));
        sql_column_text(stmt, 6, g.cause, sizeof(g.cause));
        sql_column_text(stmt, 7, g.instrument, sizeof(g.instrument));
        sql_column_text(stmt, 8, g.text, sizeof(g.text));
        *ret_gap = g;
    }
    sqlite3_finalize(stmt);
    return err == 1 ? 0 : err == 0 ? AP_ENOTFOUND : err;
}
