#include "schema.h"

#include "sql.h"
#include <alphaplus/journal/journal.h>
#include <stdio.h>
#include <string.h>

#define TEXT_(x) #x
#define TEXT(x)  TEXT_(x)

/* seal: first_seq of the group of blocks that one seal wrote; their events interleave by seq. data lies last, so that the
 * numbers are read without it. */
#define TABLE_LIST(X)                                                                                           \
    X(meta, "key TEXT PRIMARY KEY, value TEXT NOT NULL", "WITHOUT ROWID, STRICT")                               \
    X(sessions,                                                                                                 \
      "id INTEGER PRIMARY KEY, first_seq INTEGER NOT NULL, last_seq INTEGER NOT NULL, "                         \
      "start_ns INTEGER NOT NULL, end_ns INTEGER NOT NULL, wall_ns INTEGER NOT NULL, program TEXT NOT NULL, "   \
      "source TEXT NOT NULL, libm_fingerprint INTEGER NOT NULL, is_closed INTEGER NOT NULL",                    \
      "STRICT")                                                                                                 \
    X(instruments,                                                                                              \
      "id INTEGER PRIMARY KEY, session INTEGER NOT NULL, instrument_id INTEGER NOT NULL, "                      \
      "version INTEGER NOT NULL, valid_from_seq INTEGER NOT NULL, instrument TEXT NOT NULL, "                   \
      "venue TEXT NOT NULL, symbol TEXT NOT NULL, base TEXT NOT NULL, quote TEXT NOT NULL, "                    \
      "settle TEXT NOT NULL, kind INTEGER NOT NULL, book_rule INTEGER NOT NULL, inverse INTEGER NOT NULL, "     \
      "inferred INTEGER NOT NULL, price_decimals INTEGER NOT NULL, qty_decimals INTEGER NOT NULL, "             \
      "mark_decimals INTEGER NOT NULL, rate_decimals INTEGER NOT NULL, tick INTEGER NOT NULL, "                 \
      "lot INTEGER NOT NULL, multiplier INTEGER NOT NULL, expiry_ns INTEGER NOT NULL, "                         \
      "funding_interval_s INTEGER NOT NULL, trading INTEGER NOT NULL, liq_completeness INTEGER NOT NULL",       \
      "STRICT")                                                                                                 \
    X(blocks,                                                                                                   \
      "id INTEGER PRIMARY KEY, seal INTEGER NOT NULL, session INTEGER NOT NULL, "                               \
      "instrument_id INTEGER NOT NULL, first_seq INTEGER NOT NULL, last_seq INTEGER NOT NULL, "                 \
      "first_ns INTEGER NOT NULL, last_ns INTEGER NOT NULL, events INTEGER NOT NULL, "                          \
      "levels INTEGER NOT NULL, kinds INTEGER NOT NULL, raw_bytes INTEGER NOT NULL, crc INTEGER NOT NULL, "     \
      "data BLOB NOT NULL",                                                                                     \
      "STRICT")                                                                                                 \
    X(block_kinds,                                                                                              \
      "block INTEGER NOT NULL, kind INTEGER NOT NULL, events INTEGER NOT NULL, rows INTEGER NOT NULL, "         \
      "PRIMARY KEY (block, kind)",                                                                              \
      "WITHOUT ROWID, STRICT")                                                                                  \
    X(tail,                                                                                                     \
      "id INTEGER PRIMARY KEY, first_seq INTEGER NOT NULL, last_seq INTEGER NOT NULL, "                         \
      "first_ns INTEGER NOT NULL, last_ns INTEGER NOT NULL, events INTEGER NOT NULL, "                          \
      "levels INTEGER NOT NULL, raw_bytes INTEGER NOT NULL, crc INTEGER NOT NULL, data BLOB NOT NULL",          \
      "STRICT")                                                                                                 \
    X(liquidation_events,                                                                                       \
      "seq INTEGER PRIMARY KEY, session INTEGER NOT NULL, instrument_id INTEGER NOT NULL, instrument TEXT, "    \
      "recv_ns INTEGER NOT NULL, exch_ns INTEGER, side TEXT NOT NULL, px INTEGER NOT NULL, "                    \
      "qty INTEGER NOT NULL, order_px INTEGER, price REAL, quantity REAL, order_price REAL, notional REAL, "    \
      "completeness TEXT NOT NULL, is_bankruptcy INTEGER NOT NULL",                                             \
      "STRICT")                                                                                                 \
    X(open_interest,                                                                                            \
      "seq INTEGER PRIMARY KEY, session INTEGER NOT NULL, instrument_id INTEGER NOT NULL, instrument TEXT, "    \
      "recv_ns INTEGER NOT NULL, exch_ns INTEGER, qty INTEGER NOT NULL, quantity REAL",                         \
      "STRICT")                                                                                                 \
    X(funding_rates,                                                                                            \
      "seq INTEGER PRIMARY KEY, session INTEGER NOT NULL, instrument_id INTEGER NOT NULL, instrument TEXT, "    \
      "recv_ns INTEGER NOT NULL, exch_ns INTEGER, mark INTEGER, index_px INTEGER, "                             \
      "funding_rate INTEGER NOT NULL, next_funding_ns INTEGER, mark_price REAL, index_price REAL, rate REAL",   \
      "STRICT")                                                                                                 \
    X(gaps,                                                                                                     \
      "id INTEGER PRIMARY KEY, seq INTEGER NOT NULL, session INTEGER NOT NULL, "                                \
      "instrument_id INTEGER NOT NULL, instrument TEXT, recv_ns INTEGER NOT NULL, origin TEXT NOT NULL, "       \
      "cause INTEGER NOT NULL, cause_name TEXT NOT NULL, error INTEGER, lost INTEGER, from_ns INTEGER, "        \
      "to_ns INTEGER, from_id INTEGER, to_id INTEGER, text TEXT NOT NULL",                                      \
      "STRICT")                                                                                                 \
    X(feeds,                                                                                                    \
      "seq INTEGER PRIMARY KEY, session INTEGER NOT NULL, recv_ns INTEGER NOT NULL, venue TEXT NOT NULL, "      \
      "state INTEGER NOT NULL, state_name TEXT NOT NULL, reconnects INTEGER NOT NULL, reason TEXT NOT NULL",    \
      "STRICT")                                                                                                 \
    X(series,                                                                                                   \
      "id INTEGER PRIMARY KEY, instrument TEXT NOT NULL, price_decimals INTEGER NOT NULL, "                     \
      "qty_decimals INTEGER NOT NULL, UNIQUE (instrument, price_decimals, qty_decimals)",                       \
      "STRICT")                                                                                                 \
    X(bar_sums,                                                                                                 \
      "width_s INTEGER NOT NULL, start_s INTEGER NOT NULL, series INTEGER NOT NULL, seconds INTEGER NOT NULL, " \
      "partial INTEGER NOT NULL, open INTEGER, high INTEGER, low INTEGER, close INTEGER, mid2_open INTEGER, "   \
      "mid2_high INTEGER, mid2_low INTEGER, mid2_close INTEGER, buy_usd REAL NOT NULL, "                        \
      "sell_usd REAL NOT NULL, buy_qty REAL NOT NULL, sell_qty REAL NOT NULL, vwap_qty REAL NOT NULL, "         \
      "trades INTEGER NOT NULL, buys INTEGER NOT NULL, true_ms INTEGER NOT NULL, spread_ms REAL NOT NULL, "     \
      "bid_usd_s INTEGER NOT NULL, ask_usd_s INTEGER NOT NULL, depth_is_bound INTEGER NOT NULL, "               \
      "long_usd REAL NOT NULL, short_usd REAL NOT NULL, longs INTEGER NOT NULL, shorts INTEGER NOT NULL, "      \
      "completeness INTEGER NOT NULL, PRIMARY KEY (width_s, start_s, series)",                                  \
      "WITHOUT ROWID, STRICT")                                                                                  \
    X(metrics,                                                                                                  \
      "id INTEGER PRIMARY KEY, metric TEXT NOT NULL UNIQUE, label TEXT NOT NULL, unit TEXT NOT NULL",           \
      "STRICT")                                                                                                 \
    X(figures,                                                                                                  \
      "time_s INTEGER NOT NULL, series INTEGER NOT NULL, metric INTEGER NOT NULL, is_bound INTEGER NOT NULL, "  \
      "value REAL NOT NULL, PRIMARY KEY (time_s, series, metric)",                                              \
      "WITHOUT ROWID, STRICT")                                                                                  \
    X(estimates,                                                                                                \
      "time_s INTEGER NOT NULL, series INTEGER NOT NULL, side INTEGER NOT NULL, px INTEGER NOT NULL, "          \
      "notional REAL NOT NULL, PRIMARY KEY (time_s, series, side, px)",                                         \
      "WITHOUT ROWID, STRICT")                                                                                  \
    X(checkpoints,                                                                                              \
      "id INTEGER PRIMARY KEY, session INTEGER, seq INTEGER NOT NULL, time_ns INTEGER NOT NULL, "               \
      "class INTEGER NOT NULL, engine_version INTEGER NOT NULL, layout INTEGER NOT NULL, "                      \
      "numbers INTEGER NOT NULL, digest_exact INTEGER NOT NULL, digest_all INTEGER NOT NULL, "                  \
      "raw_bytes INTEGER NOT NULL, crc INTEGER NOT NULL, data BLOB NOT NULL",                                   \
      "STRICT")                                                                                                 \
    X(results,                                                                                                  \
      "id INTEGER PRIMARY KEY, seq INTEGER NOT NULL, kind INTEGER NOT NULL, cause INTEGER NOT NULL, "           \
      "instrument_id INTEGER NOT NULL, time_ns INTEGER NOT NULL, from_id INTEGER NOT NULL, "                    \
      "to_id INTEGER NOT NULL, digest_exact INTEGER NOT NULL, digest_all INTEGER NOT NULL, "                    \
      "is_final INTEGER NOT NULL, "                                                                             \
      "text TEXT NOT NULL",                                                                                     \
      "STRICT")

#define INDEX_LIST(X)                                                                                        \
    X("CREATE UNIQUE INDEX blocks_by_seal ON blocks (seal, instrument_id)")                                  \
    X("CREATE INDEX blocks_by_time ON blocks (last_ns)")                                                     \
    X("CREATE INDEX sessions_by_seq ON sessions (first_seq)")                                                \
    X("CREATE INDEX liquidation_events_by_time ON liquidation_events (recv_ns)")                             \
    X("CREATE INDEX open_interest_by_time ON open_interest (recv_ns)")                                       \
    X("CREATE INDEX funding_rates_by_time ON funding_rates (recv_ns)")                                       \
    X("CREATE INDEX gaps_by_time ON gaps (recv_ns)")                                                         \
    X("CREATE INDEX feeds_by_time ON feeds (recv_ns)")                                                       \
    X("CREATE INDEX results_by_seq ON results (seq)")                                                        \
    X("CREATE UNIQUE INDEX checkpoints_by_seq ON checkpoints (seq, time_ns)")

int schema_create(sqlite3 *db, const char *program)
{
    static const char *const statements[] = {
#define X(name, columns, options) "CREATE TABLE " #name " (" columns ") " options,
        TABLE_LIST(X)
#undef X
#define X(sql) sql,
            INDEX_LIST(X)
#undef X
                "PRAGMA application_id = " TEXT(SCHEMA_APPLICATION_ID),
        "PRAGMA user_version = " TEXT(JOURNAL_SCHEMA),
    };
    sqlite3_stmt *stmt = NULL;
    for (size_t i = 0; i < sizeof(statements) / sizeof(statements[0]); i++) {
        int err = sql_exec(db, statements[i]);
        if (err != 0) {
            return err;
        }
    }
    for (size_t i = 0; i < schema_view_n; i++) {
        int err = sql_exec(db, schema_views[i]);
        if (err != 0) {
            return err;
        }
    }
    int err = sql_err(
        sqlite3_prepare_v2(db, "INSERT INTO meta (key, value) VALUES ('created_by', ?)", -1, &stmt, NULL));
    if (err == 0) {
        struct sql_row r = sql_row(stmt);
        sql_text(&r, program);
        err = sql_run(&r);
    }
    sqlite3_finalize(stmt);
    return err;
}

/* A view or a virtual table in the place of ours could run anything. */
static int check_tables(sqlite3 *db, char *why, size_t why_size)
{
    static const char *const names[] = {
#define X(name, columns, options) #name,
        TABLE_LIST(X)
#undef X
    };
    sqlite3_stmt *stmt = NULL;
    int err = sql_err(sqlite3_prepare_v2(
        db, "SELECT 1 FROM sqlite_schema WHERE name = ? AND type = 'table' AND rootpage > 1", -1, &stmt,
        NULL));
    for (size_t i = 0; err == 0 && i < sizeof(names) / sizeof(names[0]); i++) {
        err = sql_err(sqlite3_bind_text(stmt, 1, names[i], -1, SQLITE_STATIC));
        if (err == 0) {
            err = sql_step(stmt);
            (void)sqlite3_reset(stmt);
            if (err == 0) {
                (void)snprintf(why, why_size, "it has no table %s: damaged", names[i]);
                err = AP_ECORRUPT;
            }
            err = err == 1 ? 0 : err;
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

int schema_check(sqlite3 *db, bool *ret_is_empty, char *why, size_t why_size)
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
    *ret_is_empty = id == 0 && version == 0 && objects == 0;
    if (*ret_is_empty) {
        return 0;
    }
    if (id != SCHEMA_APPLICATION_ID) {
        (void)snprintf(why, why_size, "it is an SQLite file of another program, not an AlphaPlus journal");
        return AP_ECORRUPT;
    }
    if (version != JOURNAL_SCHEMA) {
        (void)snprintf(why, why_size, "%s: it has schema %lld, this program knows schema %d",
                       version > JOURNAL_SCHEMA ? "it was made by a newer alphaplus"
                                                : "its version is not known",
                       (long long)version, JOURNAL_SCHEMA);
        return AP_EVERSION;
    }
    why[0] = '\0';
    err = check_tables(db, why, why_size);
    if (err != 0 && why[0] == '\0') {
        sql_why(db, "it cannot be read", why, why_size);
    }
    return err;
}
