#include "schema.h"

#include "sql.h"
#include "vtab_rows.h"
#include <alphaplus/journal/journal.h>
#include <stdio.h>
#include <string.h>

#define TEXT_(x) #x
#define TEXT(x)  TEXT_(x)

/* With the schema that brought it. seal: first_seq of the group of blocks that one seal wrote; their events interleave by seq. data lies last, so that the
 * numbers are read without it. */
#define TABLE_LIST(X)                                                                                           \
    X(1, meta, "key TEXT PRIMARY KEY, value TEXT NOT NULL", "WITHOUT ROWID, STRICT")                            \
    X(1, sessions,                                                                                              \
      "id INTEGER PRIMARY KEY, first_seq INTEGER NOT NULL, last_seq INTEGER NOT NULL, "                         \
      "start_ns INTEGER NOT NULL, end_ns INTEGER NOT NULL, wall_ns INTEGER NOT NULL, program TEXT NOT NULL, "   \
      "source TEXT NOT NULL, libm_fingerprint INTEGER NOT NULL, is_closed INTEGER NOT NULL",                    \
      "STRICT")                                                                                                 \
    X(1, instruments,                                                                                           \
      "id INTEGER PRIMARY KEY, session INTEGER NOT NULL, instrument_id INTEGER NOT NULL, "                      \
      "version INTEGER NOT NULL, valid_from_seq INTEGER NOT NULL, instrument TEXT NOT NULL, "                   \
      "venue TEXT NOT NULL, symbol TEXT NOT NULL, base TEXT NOT NULL, quote TEXT NOT NULL, "                    \
      "settle TEXT NOT NULL, kind INTEGER NOT NULL, book_rule INTEGER NOT NULL, inverse INTEGER NOT NULL, "     \
      "inferred INTEGER NOT NULL, price_decimals INTEGER NOT NULL, qty_decimals INTEGER NOT NULL, "             \
      "mark_decimals INTEGER NOT NULL, rate_decimals INTEGER NOT NULL, tick INTEGER NOT NULL, "                 \
      "lot INTEGER NOT NULL, multiplier INTEGER NOT NULL, expiry_ns INTEGER NOT NULL, "                         \
      "funding_interval_s INTEGER NOT NULL, trading INTEGER NOT NULL, liq_completeness INTEGER NOT NULL",       \
      "STRICT")                                                                                                 \
    X(1, blocks,                                                                                                \
      "id INTEGER PRIMARY KEY, seal INTEGER NOT NULL, session INTEGER NOT NULL, "                               \
      "instrument_id INTEGER NOT NULL, first_seq INTEGER NOT NULL, last_seq INTEGER NOT NULL, "                 \
      "first_ns INTEGER NOT NULL, last_ns INTEGER NOT NULL, events INTEGER NOT NULL, "                          \
      "levels INTEGER NOT NULL, kinds INTEGER NOT NULL, raw_bytes INTEGER NOT NULL, crc INTEGER NOT NULL, "     \
      "data BLOB NOT NULL",                                                                                     \
      "STRICT")                                                                                                 \
    X(1, block_kinds,                                                                                           \
      "block INTEGER NOT NULL, kind INTEGER NOT NULL, events INTEGER NOT NULL, rows INTEGER NOT NULL, "         \
      "PRIMARY KEY (block, kind)",                                                                              \
      "WITHOUT ROWID, STRICT")                                                                                  \
    X(1, tail,                                                                                                  \
      "id INTEGER PRIMARY KEY, first_seq INTEGER NOT NULL, last_seq INTEGER NOT NULL, "                         \
      "first_ns INTEGER NOT NULL, last_ns INTEGER NOT NULL, events INTEGER NOT NULL, "                          \
      "levels INTEGER NOT NULL, raw_bytes INTEGER NOT NULL, crc INTEGER NOT NULL, data BLOB NOT NULL",          \
      "STRICT")                                                                                                 \
    X(1, liquidation_events,                                                                                    \
      "seq INTEGER PRIMARY KEY, session INTEGER NOT NULL, instrument_id INTEGER NOT NULL, instrument TEXT, "    \
      "recv_ns INTEGER NOT NULL, exch_ns INTEGER, side TEXT NOT NULL, px INTEGER NOT NULL, "                    \
      "qty INTEGER NOT NULL, order_px INTEGER, price REAL, quantity REAL, order_price REAL, notional REAL, "    \
      "completeness TEXT NOT NULL, is_bankruptcy INTEGER NOT NULL",                                             \
      "STRICT")                                                                                                 \
    X(1, open_interest,                                                                                         \
      "seq INTEGER PRIMARY KEY, session INTEGER NOT NULL, instrument_id INTEGER NOT NULL, instrument TEXT, "    \
      "recv_ns INTEGER NOT NULL, exch_ns INTEGER, qty INTEGER NOT NULL, quantity REAL",                         \
      "STRICT")                                                                                                 \
    X(1, funding_rates,                                                                                         \
      "seq INTEGER PRIMARY KEY, session INTEGER NOT NULL, instrument_id INTEGER NOT NULL, instrument TEXT, "    \
      "recv_ns INTEGER NOT NULL, exch_ns INTEGER, mark INTEGER, index_px INTEGER, "                             \
      "funding_rate INTEGER NOT NULL, next_funding_ns INTEGER, mark_price REAL, index_price REAL, rate REAL",   \
      "STRICT")                                                                                                 \
    X(1, gaps,                                                                                                  \
      "id INTEGER PRIMARY KEY, seq INTEGER NOT NULL, session INTEGER NOT NULL, "                                \
      "instrument_id INTEGER NOT NULL, instrument TEXT, recv_ns INTEGER NOT NULL, origin TEXT NOT NULL, "       \
      "cause INTEGER NOT NULL, cause_name TEXT NOT NULL, error INTEGER, lost INTEGER, from_ns INTEGER, "        \
      "to_ns INTEGER, from_id INTEGER, to_id INTEGER, text TEXT NOT NULL",                                      \
      "STRICT")                                                                                                 \
    X(1, feeds,                                                                                                 \
      "seq INTEGER PRIMARY KEY, session INTEGER NOT NULL, recv_ns INTEGER NOT NULL, venue TEXT NOT NULL, "      \
      "state INTEGER NOT NULL, state_name TEXT NOT NULL, reconnects INTEGER NOT NULL, reason TEXT NOT NULL",    \
      "STRICT")                                                                                                 \
    X(2, series,                                                                                                \
      "id INTEGER PRIMARY KEY, instrument TEXT NOT NULL, price_decimals INTEGER NOT NULL, "                     \
      "qty_decimals INTEGER NOT NULL, UNIQUE (instrument, price_decimals, qty_decimals)",                       \
      "STRICT")                                                                                                 \
    X(2, bar_sums,                                                                                              \
      "width_s INTEGER NOT NULL, start_s INTEGER NOT NULL, series INTEGER NOT NULL, seconds INTEGER NOT NULL, " \
      "partial INTEGER NOT NULL, open INTEGER, high INTEGER, low INTEGER, close INTEGER, mid2_open INTEGER, "   \
      "mid2_high INTEGER, mid2_low INTEGER, mid2_close INTEGER, buy_usd REAL NOT NULL, "                        \
      "sell_usd REAL NOT NULL, buy_qty REAL NOT NULL, sell_qty REAL NOT NULL, vwap_qty REAL NOT NULL, "         \
      "trades INTEGER NOT NULL, buys INTEGER NOT NULL, true_ms INTEGER NOT NULL, spread_ms REAL NOT NULL, "     \
      "bid_usd_s INTEGER NOT NULL, ask_usd_s INTEGER NOT NULL, depth_is_bound INTEGER NOT NULL, "               \
      "long_usd REAL NOT NULL, short_usd REAL NOT NULL, longs INTEGER NOT NULL, shorts INTEGER NOT NULL, "      \
      "completeness INTEGER NOT NULL, PRIMARY KEY (width_s, start_s, series)",                                  \
      "WITHOUT ROWID, STRICT")                                                                                  \
    X(2, metrics,                                                                                               \
      "id INTEGER PRIMARY KEY, metric TEXT NOT NULL UNIQUE, label TEXT NOT NULL, unit TEXT NOT NULL",           \
      "STRICT")                                                                                                 \
    X(2, figures,                                                                                               \
      "time_s INTEGER NOT NULL, series INTEGER NOT NULL, metric INTEGER NOT NULL, is_bound INTEGER NOT NULL, "  \
      "value REAL NOT NULL, PRIMARY KEY (time_s, series, metric)",                                              \
      "WITHOUT ROWID, STRICT")                                                                                  \
    X(2, estimates,                                                                                             \
      "time_s INTEGER NOT NULL, series INTEGER NOT NULL, side INTEGER NOT NULL, px INTEGER NOT NULL, "          \
      "notional REAL NOT NULL, PRIMARY KEY (time_s, series, side, px)",                                         \
      "WITHOUT ROWID, STRICT")                                                                                  \
    X(2, checkpoints,                                                                                           \
      "id INTEGER PRIMARY KEY, session INTEGER, seq INTEGER NOT NULL, time_ns INTEGER NOT NULL, "               \
      "class INTEGER NOT NULL, engine_version INTEGER NOT NULL, layout INTEGER NOT NULL, "                      \
      "numbers INTEGER NOT NULL, digest_exact INTEGER NOT NULL, digest_all INTEGER NOT NULL, "                  \
      "raw_bytes INTEGER NOT NULL, crc INTEGER NOT NULL, data BLOB NOT NULL",                                   \
      "STRICT")                                                                                                 \
    X(1, results,                                                                                               \
      "id INTEGER PRIMARY KEY, seq INTEGER NOT NULL, kind INTEGER NOT NULL, cause INTEGER NOT NULL, "           \
      "instrument_id INTEGER NOT NULL, time_ns INTEGER NOT NULL, from_id INTEGER NOT NULL, "                    \
      "to_id INTEGER NOT NULL, digest_exact INTEGER NOT NULL, digest_all INTEGER NOT NULL, "                    \
      "is_final INTEGER NOT NULL, "                                                                             \
      "text TEXT NOT NULL",                                                                                     \
      "STRICT")

#define INDEX_LIST(X)                                                                                        \
    X(1, "CREATE UNIQUE INDEX blocks_by_seal ON blocks (seal, instrument_id)")                               \
    X(1, "CREATE INDEX blocks_by_time ON blocks (last_ns)")                                                  \
    X(1, "CREATE INDEX sessions_by_seq ON sessions (first_seq)")                                             \
    X(1, "CREATE INDEX liquidation_events_by_time ON liquidation_events (recv_ns)")                          \
    X(1, "CREATE INDEX open_interest_by_time ON open_interest (recv_ns)")                                    \
    X(1, "CREATE INDEX funding_rates_by_time ON funding_rates (recv_ns)")                                    \
    X(1, "CREATE INDEX gaps_by_time ON gaps (recv_ns)")                                                      \
    X(1, "CREATE INDEX feeds_by_time ON feeds (recv_ns)")                                                    \
    X(1, "CREATE INDEX results_by_seq ON results (seq)")                                                     \
    X(2, "CREATE UNIQUE INDEX checkpoints_by_seq ON checkpoints (seq, time_ns)")

static int run_all(sqlite3 *db, const char *const *statements, size_t n)
{
    int err = 0;
    for (size_t i = 0; err == 0 && i < n; i++) {
        err = sql_exec(db, statements[i]);
    }
    return err;
}

int schema_extend(sqlite3 *db, int version)
{
    static const struct {
        int since;
        const char *sql;
    } parts[] = {
#define X(since, name, columns, options) {since, "CREATE TABLE " #name " (" columns ") " options},
        TABLE_LIST(X)
#undef X
#define X(since, sql) {since, sql},
            INDEX_LIST(X)
#undef X
    };
    static const char *const marks[] = {"PRAGMA application_id = " TEXT(SCHEMA_APPLICATION_ID),
                                        "PRAGMA user_version = " TEXT(JOURNAL_SCHEMA)};
    int err = 0;
    for (size_t i = 0; err == 0 && i < sizeof(parts) / sizeof(parts[0]); i++) {
        err = parts[i].since > version ? sql_exec(db, parts[i].sql) : 0;
    }
    if (err == 0) {
        err = run_all(db, schema_views, schema_view_n);
    }
    return err != 0 ? err : run_all(db, marks, sizeof(marks) / sizeof(marks[0]));
}

int schema_create(sqlite3 *db, const char *program)
{
    sqlite3_stmt *stmt = NULL;
    int err = schema_extend(db, 0);
    if (err == 0) {
        err = sql_err(sqlite3_prepare_v2(db, "INSERT INTO meta (key, value) VALUES ('created_by', ?)", -1,
                                         &stmt, NULL));
    }
    if (err == 0) {
        struct sql_row r = sql_row(stmt);
        sql_text(&r, program);
        err = sql_run(&r);
    }
    sqlite3_finalize(stmt);
    return err;
}

/* A view or a virtual table in the place of ours could run anything. */
static int check_tables(sqlite3 *db, int version, char *why, size_t why_size)
{
    static const struct {
        int since;
        const char *name;
    } tables[] = {
#define X(since, name, columns, options) {since, #name},
        TABLE_LIST(X)
#undef X
    };
    sqlite3_stmt *stmt = NULL;
    int err = sql_err(sqlite3_prepare_v2(
        db, "SELECT 1 FROM sqlite_schema WHERE name = ? AND type = 'table' AND rootpage > 1", -1, &stmt,
        NULL));
    for (size_t i = 0; err == 0 && i < sizeof(tables) / sizeof(tables[0]); i++) {
        if (tables[i].since > version) {
            continue;
        }
        err = sql_err(sqlite3_bind_text(stmt, 1, tables[i].name, -1, SQLITE_STATIC));
        if (err == 0) {
            err = sql_step(stmt);
            (void)sqlite3_reset(stmt);
            if (err == 0) {
                (void)snprintf(why, why_size, "it has no table %s: damaged", tables[i].name);
                err = AP_ECORRUPT;
            }
            err = err == 1 ? 0 : err;
        }
    }
    sqlite3_finalize(stmt);
    return err;
}

/* A real table under a virtual one's name would be read in its place. */
static int check_names(sqlite3 *db, char *why, size_t why_size)
{
    sqlite3_stmt *stmt = NULL;
    int err = sql_err(
        sqlite3_prepare_v2(db, "SELECT 1 FROM sqlite_schema WHERE name = ? COLLATE NOCASE", -1, &stmt, NULL));
    for (size_t i = 0; err == 0 && i < VTAB_TABLES; i++) {
        err = sql_err(sqlite3_bind_text(stmt, 1, vtab_tables[i].name, -1, SQLITE_STATIC));
        if (err == 0) {
            err = sql_step(stmt);
            (void)sqlite3_reset(stmt);
        }
        if (err == 1) {
            (void)snprintf(why, why_size,
                           "it has a table %s of its own, which no journal has: not to be trusted",
                           vtab_tables[i].name);
            err = AP_ECORRUPT;
        }
    }
    sqlite3_finalize(stmt);
    return err;
}

static int read_marks(sqlite3 *db, int64_t *ret_id, int64_t *ret_version, int64_t *ret_objects)
{
    int err = sql_number(db, "PRAGMA application_id", 0, ret_id);
    if (err == 0) {
        err = sql_number(db, "PRAGMA user_version", 0, ret_version);
    }
    if (err == 0) {
        err = sql_number(db, "SELECT count(*) FROM (SELECT 1 FROM sqlite_schema LIMIT 1)", 0, ret_objects);
    }
    return err;
}

int schema_read(sqlite3 *db, int *ret_version, char *why, size_t why_size)
{
    int64_t id = 0, version = 0, objects = 0;
    int err = read_marks(db, &id, &version, &objects);
    if (err != 0) {
        if (sqlite3_errcode(db) == SQLITE_NOTADB) {
            (void)snprintf(why, why_size, "it is not an AlphaPlus journal (not an SQLite file)");
            return AP_ECORRUPT;
        }
        sql_why(db, "it cannot be read", why, why_size);
        return err;
    }
    if (id == 0 && version == 0 && objects == 0) {
        *ret_version = 0;
        return 0;
    }
    if (id != SCHEMA_APPLICATION_ID) {
        (void)snprintf(why, why_size, "it is an SQLite file of another program, not an AlphaPlus journal");
        return AP_ECORRUPT;
    }
    if (version > JOURNAL_SCHEMA || version < 1) {
        (void)snprintf(why, why_size, "%s: it has schema %lld, this program knows schema %d",
                       version > JOURNAL_SCHEMA ? "it was made by a newer alphaplus"
                                                : "its version is not known",
                       (long long)version, JOURNAL_SCHEMA);
        return AP_EVERSION;
    }
    why[0] = '\0';
    err = check_tables(db, (int)version, why, why_size);
    if (err == 0) {
        err = check_names(db, why, why_size);
    }
    if (err != 0 && why[0] == '\0') {
        sql_why(db, "it cannot be read", why, why_size);
    }
    if (err == 0) {
        *ret_version = (int)version;
    }
    return err;
}

int schema_check(sqlite3 *db, bool *ret_is_empty, char *why, size_t why_size)
{
    int version = 0;
    int err = schema_read(db, &version, why, why_size);
    if (err == 0 && version != 0 && version < JOURNAL_SCHEMA) {
        (void)snprintf(
            why, why_size,
            "it was made by an older alphaplus (schema %d, now %d): `alphaplus journal upgrade` brings it up "
            "to date",
            version, JOURNAL_SCHEMA);
        return AP_EVERSION;
    }
    if (err == 0) {
        *ret_is_empty = version == 0;
    }
    return err;
}
