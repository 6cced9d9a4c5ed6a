#include "reader.h"

#include <alphaplus/base/hash.h>
#include <stdio.h>

enum { PROGRESS_OPS = 100000, PROGRESS_EVENTS = 65536 };

struct verify {
    struct journal *journal;
    bool (*progress)(void *user, double part);
    void *user;
    uint64_t first_seq, last_seq; /* of the file */
    uint64_t events;              /* seen */
    uint64_t seq;
    int64_t recv_ns;
};

/* SQLite's own check cannot tell how far it is. */
static int on_ops(void *user)
{
    struct verify *v = user;
    return v->progress(v->user, 0) ? 0 : 1;
}

static int check_file(struct verify *v, char *why, size_t why_size)
{
    sqlite3 *db = v->journal->db;
    sqlite3_stmt *stmt = NULL;
    char said[160] = "";
    if (v->progress != NULL) {
        sqlite3_progress_handler(db, PROGRESS_OPS, on_ops, v);
    }
    int err = sql_err(sqlite3_prepare_v2(db, "PRAGMA quick_check(1)", -1, &stmt, NULL));
    if (err == 0) {
        err = sql_step(stmt);
    }
    if (err == 1) {
        sql_column_text(stmt, 0, said, sizeof(said));
    }
    if (err < 0) {
        sql_why(db, "the file cannot be checked", why, why_size);
    } else if (said[0] != 'o' || said[1] != 'k') {
        (void)snprintf(why, why_size, "the file is damaged: %s", said);
        err = AP_ECORRUPT;
    } else {
        err = 0;
    }
    sqlite3_finalize(stmt);
    sqlite3_progress_handler(db, 0, NULL, NULL);
    return err;
}

/* Numbers follow, or a gap says how many do not; time rises within a session. */
static int check_event(struct verify *v, const struct event *ev, char *why, size_t why_size)
{
    const struct gap_row *gap = event_rows_const(ev);
    uint64_t missing = ev->seq - v->seq - 1;
    if (v->seq != 0 && missing != 0 && (ev->kind != EVENT_GAP || gap->lost != missing + 1)) {
        (void)snprintf(why, why_size, "%llu events are missing before %llu and no gap says so",
                       (unsigned long long)missing, (unsigned long long)ev->seq);
        return AP_ECORRUPT;
    }
    if (v->seq != 0 && ev->kind != EVENT_SESSION && ev->recv_ns < v->recv_ns) {
        (void)snprintf(why, why_size, "time goes backwards at event %llu", (unsigned long long)ev->seq);
        return AP_ECORRUPT;
    }
    v->seq = ev->seq;
    v->recv_ns = ev->recv_ns;
    v->events++;
    return 0;
}

static bool is_stopped(const struct verify *v)
{
    if (v->progress == NULL || v->events % PROGRESS_EVENTS != 0) {
        return false;
    }
    double whole = (double)(v->last_seq - v->first_seq) + 1;
    return !v->progress(v->user, (double)(v->seq - v->first_seq) / whole);
}

static int check_events(struct verify *v, char *why, size_t why_size)
{
    struct journal_cursor *c = NULL;
    const struct event *ev;
    int err = journal_cursor_open(v->journal, 1, &c);
    if (err != 0) {
        return err;
    }
    c->is_checking = true;
    while ((err = journal_next(c, &ev)) == 1) {
        /* What came while we looked is of the next check. */
        if (ev->seq > v->last_seq) {
            err = 0;
            break;
        }
        err = check_event(v, ev, why, why_size);
        if (err == 0 && is_stopped(v)) {
            (void)snprintf(why, why_size, "stopped");
            err = AP_EAGAIN;
        }
        if (err != 0) {
            break;
        }
    }
    if (err < 0 && c->err != 0) {
        (void)snprintf(why, why_size, "%s", journal_cursor_why(c));
    }
    journal_cursor_close(c);
    return err;
}

/* A reader passes over a damaged one; here it is told. */
static int check_checkpoints(struct verify *v, char *why, size_t why_size)
{
    sqlite3_stmt *stmt = NULL;
    int err = sql_err(
        sqlite3_prepare_v2(v->journal->db, "SELECT seq, crc, data FROM checkpoints", -1, &stmt, NULL));
    while (err == 0 && (err = sql_step(stmt)) == 1) {
        const void *bytes = sqlite3_column_blob(stmt, 2);
        size_t n = (size_t)sqlite3_column_bytes(stmt, 2);
        err = 0;
        if (hash_crc32(0, bytes, n) != (uint32_t)sqlite3_column_int64(stmt, 1)) {
            (void)snprintf(why, why_size, "the checkpoint after event %lld is damaged: the checksum differs",
                           (long long)sqlite3_column_int64(stmt, 0));
            err = AP_ECORRUPT;
        }
    }
    sqlite3_finalize(stmt);
    if (err < 0 && err != AP_ECORRUPT) {
        sql_why(v->journal->db, "its checkpoints cannot be read", why, why_size);
    }
    return err;
}

int journal_verify(struct journal *j, bool (*progress)(void *user, double part), void *user, char *why,
                   size_t why_size)
{
    struct verify v = {.journal = j, .progress = progress, .user = user};
    struct journal_info info;
    int err = check_file(&v, why, why_size);
    if (err != 0) {
        return err;
    }
    err = journal_info(j, &info);
    if (err != 0) {
        sql_why(j->db, "its tables cannot be read", why, why_size);
        return err;
    }
    v.first_seq = info.first_seq;
    v.last_seq = info.last_seq;
    err = check_events(&v, why, why_size);
    if (err == 0) {
        err = check_checkpoints(&v, why, why_size);
    }
    if (err == 0 && v.events != info.events) {
        (void)snprintf(why, why_size, "its blocks claim %llu events, %llu can be reached",
                       (unsigned long long)info.events, (unsigned long long)v.events);
        err = AP_ECORRUPT;
    }
    return err;
}
