#include "vtab.h"

#include "schema.h"
#include "vtab_rows.h"
#include <alphaplus/journal/journal.h>
#include <stdlib.h>
#include <string.h>

/* Rows that an event can have: EVENT_SIZE_MAX / sizeof(struct level) is below this. */
enum { ROW_BITS = 20 };

struct module {
    const struct vtab_table *table;
    struct vtab_stats *stats; /* borrowed; NULL: nobody asks */
};

struct table {
    sqlite3_vtab base;
    sqlite3 *db; /* borrowed */
    const struct module *module;
};

struct cursor {
    sqlite3_vtab_cursor base;
    const struct module *module;
    struct scan scan;
    const struct event *ev; /* borrowed; NULL: at the end */
    const struct scan_instrument *in;
    uint32_t row, row_n;
};

static int say(sqlite3_vtab *t, int err, const char *why)
{
    sqlite3_free(t->zErrMsg);
    t->zErrMsg = sqlite3_mprintf("%s", why);
    return err == AP_ENOMEM ? SQLITE_NOMEM : err == AP_EAGAIN ? SQLITE_BUSY : SQLITE_CORRUPT_VTAB;
}

/* --- tables ---------------------------------------------------------------------------------------------------------- */

static int is_journal(sqlite3 *db, bool *ret_is)
{
    int64_t id = 0, version = 0;
    int err = sql_number(db, "PRAGMA main.application_id", 0, &id);
    if (err == 0) {
        err = sql_number(db, "PRAGMA main.user_version", 0, &version);
    }
    *ret_is = id == SCHEMA_APPLICATION_ID && version == JOURNAL_SCHEMA;
    return err;
}

static int on_connect(sqlite3 *db, void *aux, int argc, const char *const *argv, sqlite3_vtab **ret_table,
                      char **ret_why)
{
    const struct module *m = aux;
    bool is = false;
    (void)argc;
    (void)argv;
    int err = is_journal(db, &is);
    if (err != 0 || !is) {
        *ret_why = sqlite3_mprintf("the main file is not an AlphaPlus journal of schema %d", JOURNAL_SCHEMA);
        return SQLITE_ERROR;
    }
    int rc = sqlite3_declare_vtab(db, m->table->declaration);
    struct table *t = rc == SQLITE_OK ? sqlite3_malloc(sizeof(*t)) : NULL;
    if (t == NULL) {
        return rc != SQLITE_OK ? rc : SQLITE_NOMEM;
    }
    *t = (struct table){.db = db, .module = m};
    *ret_table = &t->base;
    return SQLITE_OK;
}

static int on_disconnect(sqlite3_vtab *t)
{
    sqlite3_free(t);
    return SQLITE_OK;
}

/* --- which limits go down: a letter each in the order of the arguments ------------------------------------------------ */

static char letter_of(const struct sqlite3_index_constraint *c)
{
    int at = c->iColumn == COLUMN_SEQ ? 'a' : c->iColumn == COLUMN_RECV ? 'A' : 0;
    switch (c->op) {
    case SQLITE_INDEX_CONSTRAINT_EQ:
        return at != 0 ? (char)at : c->iColumn == COLUMN_ID ? 'i' : c->iColumn == COLUMN_NAME ? 'n' : '\0';
    case SQLITE_INDEX_CONSTRAINT_GE: return at != 0 ? (char)(at + 1) : '\0';
    case SQLITE_INDEX_CONSTRAINT_GT: return at != 0 ? (char)(at + 2) : '\0';
    case SQLITE_INDEX_CONSTRAINT_LE: return at != 0 ? (char)(at + 3) : '\0';
    case SQLITE_INDEX_CONSTRAINT_LT: return at != 0 ? (char)(at + 4) : '\0';
    default: return '\0';
    }
}

static int on_best_index(sqlite3_vtab *t, sqlite3_index_info *info)
{
    int n = 0;
    bool is_one = false;
    double cost = 1e9;
    char *letters = sqlite3_malloc(info->nConstraint + 1);
    (void)t;
    if (letters == NULL) {
        return SQLITE_NOMEM;
    }
    for (int i = 0; i < info->nConstraint; i++) {
        char letter = letter_of(&info->aConstraint[i]);
        /* A name compared in another way than byte by byte finds more than we would. */
        if (letter == '\0' || !info->aConstraint[i].usable ||
            (letter == 'n' && sqlite3_stricmp(sqlite3_vtab_collation(info, i), "BINARY") != 0)) {
            continue;
        }
        letters[n++] = letter;
        info->aConstraintUsage[i].argvIndex = n; /* omit stays 0: SQLite looks again */
        is_one = is_one || letter == 'i' || letter == 'n';
        cost /= letter == 'a' || letter == 'A' ? 1e4 : 8;
    }
    letters[n] = '\0';
    info->idxStr = letters;
    info->needToFreeIdxStr = 1;
    info->estimatedCost = cost;
    info->estimatedRows = (sqlite3_int64)cost;
    info->orderByConsumed = is_one && info->nOrderBy == 1 && info->aOrderBy[0].iColumn == COLUMN_SEQ &&
                            info->aOrderBy[0].desc == 0;
    return SQLITE_OK;
}

/* Anything but a whole number is left to SQLite. */
static void narrow(int64_t *from, int64_t *to, int op, sqlite3_value *value)
{
    if (sqlite3_value_type(value) != SQLITE_INTEGER) {
        return;
    }
    int64_t v = sqlite3_value_int64(value);
    int64_t low = op == 0 || op == 1 ? v : op == 2 && v < INT64_MAX ? v + 1 : INT64_MIN;
    int64_t high = op == 0 || op == 3 ? v : op == 4 && v > INT64_MIN ? v - 1 : INT64_MAX;
    *from = low > *from ? low : *from;
    *to = high < *to ? high : *to;
}

static void read_limits(const struct cursor *c, const char *letters, int argc, sqlite3_value **argv,
                        struct scan_limits *ret_limits)
{
    struct scan_limits l = {.kind = c->module->table->kind,
                            .from_seq = 0,
                            .to_seq = INT64_MAX,
                            .from_ns = INT64_MIN,
                            .to_ns = INT64_MAX,
                            .instrument_id = -1};
    for (int i = 0; i < argc && letters[i] != '\0'; i++) {
        char letter = letters[i];
        if (letter == 'i') {
            bool is_id = sqlite3_value_type(argv[i]) == SQLITE_INTEGER && sqlite3_value_int64(argv[i]) >= 0;
            l.instrument_id = is_id ? sqlite3_value_int64(argv[i]) : l.instrument_id;
        } else if (letter == 'n') {
            const char *name = (const char *)sqlite3_value_text(argv[i]);
            size_t n = (size_t)sqlite3_value_bytes(argv[i]);
            if (sqlite3_value_type(argv[i]) == SQLITE_TEXT && n < sizeof(l.instrument)) {
                memcpy(l.instrument, name, n);
                l.instrument[n] = '\0';
            }
        } else if (letter >= 'a') {
            narrow(&l.from_seq, &l.to_seq, letter - 'a', argv[i]);
        } else {
            narrow(&l.from_ns, &l.to_ns, letter - 'A', argv[i]);
        }
    }
    *ret_limits = l;
}

/* --- cursors ----------------------------------------------------------------------------------------------------------- */

static int on_close(sqlite3_vtab_cursor *base)
{
    struct cursor *c = (struct cursor *)base;
    scan_finish(&c->scan);
    free(c);
    return SQLITE_OK;
}

static int on_open(sqlite3_vtab *base, sqlite3_vtab_cursor **ret_cursor)
{
    struct table *t = (struct table *)base;
    struct cursor *c = calloc(1, sizeof(*c));
    if (c == NULL) {
        return SQLITE_NOMEM;
    }
    c->module = t->module;
    struct vtab_stats *stats = t->module->stats;
    int err = scan_init(&c->scan, t->db, stats != NULL ? &stats->blocks : NULL);
    if (err != 0) {
        (void)on_close(&c->base);
        return say(base, err, sqlite3_errmsg(t->db));
    }
    *ret_cursor = &c->base;
    return SQLITE_OK;
}

static uint32_t rows_of(const struct vtab_table *t, const struct event *ev)
{
    const struct depth_rows *d = event_rows_const(ev);
    return t->has_levels ? d->bid_n + d->ask_n : 1;
}

static int on_next(sqlite3_vtab_cursor *base)
{
    struct cursor *c = (struct cursor *)base;
    if (c->ev != NULL && ++c->row < c->row_n) {
        return SQLITE_OK;
    }
    do {
        int got = scan_next(&c->scan, &c->ev);
        if (got <= 0) {
            c->ev = NULL;
            return got == 0 ? SQLITE_OK : say(base->pVtab, got, c->scan.why);
        }
        c->row = 0;
        c->row_n = rows_of(c->module->table, c->ev);
    } while (c->row_n == 0);
    c->in = scan_instrument_of(&c->scan, c->ev);
    return SQLITE_OK;
}

static int on_filter(sqlite3_vtab_cursor *base, int index, const char *letters, int argc,
                     sqlite3_value **argv)
{
    struct cursor *c = (struct cursor *)base;
    struct scan_limits limits;
    (void)index;
    read_limits(c, letters, argc, argv, &limits);
    c->ev = NULL;
    int err = scan_begin(&c->scan, &limits);
    return err != 0 ? say(base->pVtab, err, c->scan.why) : on_next(base);
}

static int on_eof(sqlite3_vtab_cursor *base)
{
    return ((struct cursor *)base)->ev == NULL;
}

static int on_column(sqlite3_vtab_cursor *base, sqlite3_context *ctx, int column)
{
    struct cursor *c = (struct cursor *)base;
    const struct event *ev = c->ev;
    switch (column) {
    case COLUMN_SEQ: sqlite3_result_int64(ctx, (int64_t)ev->seq); break;
    case COLUMN_SESSION: sqlite3_result_int64(ctx, c->scan.session); break;
    case COLUMN_RECV: sqlite3_result_int64(ctx, ev->recv_ns); break;
    case COLUMN_EXCH:
        if (ev->exch_ns != 0) {
            sqlite3_result_int64(ctx, ev->exch_ns);
        }
        break;
    case COLUMN_ID: sqlite3_result_int64(ctx, ev->instrument); break;
    case COLUMN_NAME:
        if (c->in != NULL) {
            sqlite3_result_text(ctx, c->in->name, -1, SQLITE_TRANSIENT);
        }
        break;
    default: c->module->table->column(ctx, column - COLUMN_OWN, ev, c->row, c->in); break;
    }
    return SQLITE_OK;
}

static int on_rowid(sqlite3_vtab_cursor *base, sqlite3_int64 *ret_rowid)
{
    struct cursor *c = (struct cursor *)base;
    *ret_rowid = (sqlite3_int64)(c->ev->seq << ROW_BITS | c->row);
    return SQLITE_OK;
}

/* Without xCreate: the tables are there under their names and cannot be made. */
static const sqlite3_module methods = {
    .xConnect = on_connect,
    .xBestIndex = on_best_index,
    .xDisconnect = on_disconnect,
    .xOpen = on_open,
    .xClose = on_close,
    .xFilter = on_filter,
    .xNext = on_next,
    .xEof = on_eof,
    .xColumn = on_column,
    .xRowid = on_rowid,
};

int vtab_register(sqlite3 *db, struct vtab_stats *stats)
{
    for (size_t i = 0; i < VTAB_TABLES; i++) {
        struct module *m = malloc(sizeof(*m));
        if (m == NULL) {
            return SQLITE_NOMEM;
        }
        *m = (struct module){.table = &vtab_tables[i], .stats = stats};
        int rc = sqlite3_create_module_v2(db, vtab_tables[i].name, &methods, m,
                                          free); /* frees m on failure too */
        if (rc != SQLITE_OK) {
            return rc;
        }
    }
    return SQLITE_OK;
}
