/* Drops the oldest seals of a journal, a bounded number a transaction: after each of them the file is whole, so that it can be
 * stopped, or killed, anywhere.
 *
 * Where a session is cut in its midst, what the rest is read with (session, instruments, own positions ...) is put in front of
 * it, with its numbers and the time of the cut, and gap events for all between: every reader sees a session that lost a span. */
#include "carry.h"
#include "writer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BATCH_SEALS = 64, BATCH_BYTES = 32 << 20, VACUUM_PAGES = 2048, SEALS_MAX = 1 << 24 };

struct seal_row {
    uint64_t seal, last_seq, bytes;
    int64_t last_ns;
};

enum prune_stmt {
    PRUNE_BLOCKS,
    PRUNE_DROP_KINDS,
    PRUNE_DROP_BLOCKS,
    PRUNE_IS_SESSION,
    PRUNE_DROP_GAP,
    PRUNE_GAP,
    PRUNE_LIQUIDATIONS,
    PRUNE_INTEREST,
    PRUNE_FUNDING,
    PRUNE_FEEDS,
    PRUNE_RESULTS,
    PRUNE_CHECKPOINTS,
    PRUNE_FIGURES,
    PRUNE_ESTIMATES,
    PRUNE_STMTS
};

struct pruner {
    const struct journal_prune_options *o; /* borrowed */
    struct journal_writer *w;              /* borrowed */
    sqlite3_stmt *stmts[PRUNE_STMTS];
    struct seal_row *seals; /* owned */
    size_t seal_n, drop_n;
    struct carry carry;
    uint64_t first_seq; /* the file ever had */
    int64_t first_ns, cut_ns;
    struct buf bytes; /* scratch */
};

static const char *const statements[PRUNE_STMTS] = {
    [PRUNE_BLOCKS] = "SELECT id, crc, data FROM blocks WHERE seal = ?1 AND kinds & ?2 ORDER BY instrument_id",
    [PRUNE_DROP_KINDS] = "DELETE FROM block_kinds WHERE block IN (SELECT id FROM blocks WHERE seal <= ?1)",
    [PRUNE_DROP_BLOCKS] = "DELETE FROM blocks WHERE seal <= ?1",
    [PRUNE_IS_SESSION] = "SELECT 1 FROM sessions WHERE first_seq = ?1",
    [PRUNE_DROP_GAP] = "DELETE FROM gaps WHERE origin = 'prune' AND seq <= ?1",
    [PRUNE_GAP] =
        ("INSERT INTO gaps (seq, session, instrument_id, recv_ns, origin, cause, cause_name, lost, from_ns, "
         "to_ns, text) SELECT ?1, coalesce(max(id), 0), 0, ?2, 'prune', 0, 'pruned', ?3, ?4, ?2, "
         "'what came before was pruned' FROM sessions WHERE first_seq <= ?1"),
    [PRUNE_LIQUIDATIONS] = "DELETE FROM liquidation_events WHERE seq <= ?1",
    [PRUNE_INTEREST] = "DELETE FROM open_interest WHERE seq <= ?1",
    [PRUNE_FUNDING] = "DELETE FROM funding_rates WHERE seq <= ?1",
    [PRUNE_FEEDS] = "DELETE FROM feeds WHERE seq <= ?1",
    [PRUNE_RESULTS] = "DELETE FROM results WHERE seq <= ?1",
    [PRUNE_CHECKPOINTS] = "DELETE FROM checkpoints WHERE seq <= ?1",
    /* Bars stay. ?1 of these is a time. */
    [PRUNE_FIGURES] = "DELETE FROM figures WHERE time_s <= ?1",
    [PRUNE_ESTIMATES] = "DELETE FROM estimates WHERE time_s <= ?1",
};

static int read_seals(struct pruner *p)
{
    sqlite3_stmt *stmt = NULL;
    size_t cap = 0;
    int err = sql_err(
        sqlite3_prepare_v2(p->w->db,
                           "SELECT seal, max(last_seq), max(last_ns), sum(length(data)) FROM blocks "
                           "GROUP BY seal ORDER BY seal",
                           -1, &stmt, NULL));
    while (err == 0 && (err = sql_step(stmt)) == 1) {
        if (p->seal_n == cap) {
            cap = cap == 0 ? 256 : 2 * cap;
            struct seal_row *seals = cap <= SEALS_MAX ? realloc(p->seals, cap * sizeof(seals[0])) : NULL;
            if (seals == NULL) {
                err = AP_ENOMEM;
                break;
            }
            p->seals = seals;
        }
        p->seals[p->seal_n++] = (struct seal_row){.seal = (uint64_t)sqlite3_column_int64(stmt, 0),
                                                  .last_seq = (uint64_t)sqlite3_column_int64(stmt, 1),
                                                  .last_ns = sqlite3_column_int64(stmt, 2),
                                                  .bytes = (uint64_t)sqlite3_column_int64(stmt, 3)};
        err = 0;
    }
    sqlite3_finalize(stmt);
    return err;
}

static int used_bytes(sqlite3 *db, uint64_t *ret_bytes)
{
    int64_t pages = 0, unused = 0, size = 0;
    int err = sql_number(db, "PRAGMA page_count", 0, &pages);
    if (err == 0) {
        err = sql_number(db, "PRAGMA freelist_count", 0, &unused);
    }
    if (err == 0) {
        err = sql_number(db, "PRAGMA page_size", 0, &size);
    }
    if (err == 0) {
        *ret_bytes = (uint64_t)((pages - unused) * size);
    }
    return err;
}

/* How many seals go: those too old, then as many as are too much. The last one stays. */
static int plan(struct pruner *p)
{
    uint64_t used = 0;
    int64_t newest = INT64_MIN, pruned = 0;
    int err = read_seals(p);
    if (err == 0) {
        err = used_bytes(p->w->db, &used);
    }
    if (err == 0) {
        err = sql_number(p->w->db, "SELECT min(first_seq) FROM sessions", 1, (int64_t *)&p->first_seq);
    }
    if (err == 0) {
        err = sql_number(p->w->db, "SELECT min(start_ns) FROM sessions", 0, &p->first_ns);
    }
    for (size_t i = 0; i < p->seal_n; i++) {
        newest = p->seals[i].last_ns > newest ? p->seals[i].last_ns : newest;
    }
    for (; err == 0 && p->drop_n + 1 < p->seal_n; p->drop_n++) {
        const struct seal_row *s = &p->seals[p->drop_n];
        bool is_old = p->o->keep_ns > 0 && newest - s->last_ns > p->o->keep_ns;
        bool is_much = p->o->max_bytes > 0 && used > p->o->max_bytes;
        if (!is_old && !is_much) {
            break;
        }
        used -= s->bytes < used ? s->bytes : used;
    }
    /* What an earlier pruning carried over is old, and stays. */
    if (err == 0) {
        err = sql_number(p->w->db, "SELECT max(seq) FROM gaps WHERE origin = 'prune'", 0, &pruned);
    }
    if (p->drop_n > 0 && p->seals[p->drop_n - 1].last_seq <= (uint64_t)pruned) {
        p->drop_n = 0;
    }
    return err;
}

static int take_seal(struct pruner *p, uint64_t seal, char *why, size_t why_size)
{
    sqlite3_stmt *stmt = p->stmts[PRUNE_BLOCKS];
    struct sql_row row = sql_row(stmt);
    sql_u64(&row, seal);
    sql_int(&row, CARRY_KINDS);
    int err = sql_err(row.rc);
    while (err == 0 && (err = sql_step(stmt)) == 1) {
        err = carry_block(&p->carry, sqlite3_column_blob(stmt, 2), (size_t)sqlite3_column_bytes(stmt, 2),
                          (uint32_t)sqlite3_column_int64(stmt, 1));
        if (err != 0) {
            (void)snprintf(why, why_size, "block %lld: %s", (long long)sqlite3_column_int64(stmt, 0),
                           err == AP_ETOOBIG ? "too much would have to be kept of what is pruned"
                                             : "it cannot be read");
        }
    }
    (void)sqlite3_reset(stmt);
    return err;
}

static int run_with(struct pruner *p, enum prune_stmt which, uint64_t seq)
{
    struct sql_row row = sql_row(p->stmts[which]);
    sql_u64(&row, seq);
    return sql_run(&row);
}

static int is_session_at(struct pruner *p, uint64_t seq, bool *ret_is)
{
    sqlite3_stmt *stmt = p->stmts[PRUNE_IS_SESSION];
    int err = sql_err(sqlite3_bind_int64(stmt, 1, (int64_t)seq));
    if (err == 0) {
        err = sql_step(stmt);
    }
    *ret_is = err == 1;
    (void)sqlite3_reset(stmt);
    return err < 0 ? err : 0;
}

static int say_pruned(struct pruner *p, uint64_t cut)
{
    int err = run_with(p, PRUNE_DROP_GAP, cut);
    struct sql_row row = sql_row(p->stmts[PRUNE_GAP]);
    sql_u64(&row, cut);
    sql_int(&row, p->cut_ns);
    sql_u64(&row, cut - p->first_seq + 1 - p->carry.n);
    sql_int(&row, p->first_ns);
    return err != 0 ? err : sql_run(&row);
}

/* Seals first..last go; within a transaction. */
static int drop_seals(struct pruner *p, size_t first, size_t last, char *why, size_t why_size)
{
    bool is_clean = false;
    uint64_t cut = p->seals[last].last_seq;
    int err = 0;
    for (size_t i = first; err == 0 && i <= last; i++) {
        p->cut_ns = p->seals[i].last_ns;
        err = take_seal(p, p->seals[i].seal, why, why_size);
    }
    for (int i = PRUNE_DROP_KINDS; err == 0 && i <= PRUNE_DROP_BLOCKS; i++) {
        err = run_with(p, (enum prune_stmt)i, p->seals[last].seal);
    }
    for (int i = PRUNE_LIQUIDATIONS; err == 0 && i <= PRUNE_CHECKPOINTS; i++) {
        err = run_with(p, (enum prune_stmt)i, cut);
    }
    for (int i = PRUNE_FIGURES; err == 0 && i <= PRUNE_ESTIMATES; i++) {
        err = run_with(p, (enum prune_stmt)i, (uint64_t)(p->cut_ns / 1000000000));
    }
    if (err == 0) {
        err = is_session_at(p, p->seals[last + 1].seal, &is_clean);
    }
    if (err == 0 && is_clean) {
        carry_clear(&p->carry);
    }
    if (err == 0 && p->carry.n > 0) {
        buf_reset(&p->bytes);
        err = carry_write(&p->carry, cut, p->cut_ns, &p->bytes);
        err = err != 0 ? err : sealer_run(&p->w->sealer, (const uint8_t *)p->bytes.data, p->bytes.len);
    }
    return err != 0 ? err : say_pruned(p, cut);
}

static int run_batch(struct pruner *p, size_t *at, char *why, size_t why_size)
{
    size_t last = *at;
    uint64_t bytes = p->seals[last].bytes;
    while (last + 1 < p->drop_n && last + 1 - *at < BATCH_SEALS && bytes < BATCH_BYTES) {
        bytes += p->seals[++last].bytes;
    }
    int err = sql_exec(p->w->db, "BEGIN IMMEDIATE");
    if (err == 0) {
        err = drop_seals(p, *at, last, why, why_size);
        err = sql_end(p->w->db, err);
    }
    *at = last + 1;
    return err;
}

/* Free pages go back to the system, some at a time. */
static int give_back(struct pruner *p, double done, double whole)
{
    int64_t left = 0, before = INT64_MAX;
    char sql[64];
    (void)snprintf(sql, sizeof(sql), "PRAGMA incremental_vacuum(%d)", VACUUM_PAGES);
    for (;;) {
        int err = sql_number(p->w->db, "PRAGMA freelist_count", 0, &left);
        if (err != 0 || left == 0 || left >= before) {
            return err;
        }
        before = left;
        if (p->o->progress != NULL && !p->o->progress(p->o->user, done / whole)) {
            return AP_EAGAIN;
        }
        err = sql_exec(p->w->db, sql);
        if (err != 0) {
            return err;
        }
    }
}

static int run(struct pruner *p, struct journal_prune_report *report, char *why, size_t why_size)
{
    int err = sql_prepare_all(p->w->db, statements, PRUNE_STMTS, p->stmts);
    err = err != 0 ? err : carry_init(&p->carry);
    err = err != 0 ? err : plan(p);
    err = err != 0 ? err : used_bytes(p->w->db, &report->bytes_before);
    for (size_t at = 0; err == 0 && at < p->drop_n;) {
        if (p->o->progress != NULL && !p->o->progress(p->o->user, (double)at / (double)p->drop_n)) {
            err = AP_EAGAIN;
            break;
        }
        err = run_batch(p, &at, why, why_size);
        if (err == 0) {
            report->seals = at;
            report->before_ns = p->cut_ns;
            err = give_back(p, (double)at, (double)p->drop_n);
        }
    }
    if (err < 0 && err != AP_EAGAIN && why[0] == '\0') {
        sql_why(p->w->db, "it cannot be pruned", why, why_size);
    }
    int last = used_bytes(p->w->db, &report->bytes_after);
    return err != 0 ? err : last;
}

int journal_writer_prune(struct journal_writer *w, const struct journal_prune_options *o,
                         struct journal_prune_report *ret_report, char *why, size_t why_size)
{
    struct pruner p = {.o = o, .w = w};
    struct journal_prune_report report = {0};
    why[0] = '\0';
    buf_init(&p.bytes, CODEC_RAW_MAX);
    int err = run(&p, &report, why, why_size);
    sql_finalize_all(p.stmts, PRUNE_STMTS);
    carry_finish(&p.carry);
    buf_finish(&p.bytes);
    free(p.seals);
    *ret_report = report;
    return err;
}

int journal_prune(const struct journal_prune_options *o, struct journal_prune_report *ret_report, char *why,
                  size_t why_size)
{
    const struct journal_writer_options wo = {.path = o->path};
    struct journal_writer *w = NULL;
    struct journal *j = NULL;
    why[0] = '\0';
    /* Only what is a journal is opened for writing. */
    int err = journal_open(o->path, &j, why, why_size);
    journal_close(j);
    if (err == 0) {
        err = journal_writer_open(&wo, &w, why, why_size);
    }
    if (err != 0) {
        return err;
    }
    err = journal_writer_prune(w, o, ret_report, why, why_size);
    int closed = journal_writer_close(w);
    return err != 0 ? err : closed;
}
