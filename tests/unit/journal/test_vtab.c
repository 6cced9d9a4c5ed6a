/* What lies in blocks and in the tail as rows of SQL: all of it, exact, and no more decoded than asked for. */
#include "journal/vtab.h"
#include "place.h"

#include <string.h>

struct view {
    sqlite3 *db;
    struct vtab_stats stats;
};

static void open_view(struct view *v, const struct place *p)
{
    *v = (struct view){0};
    assert_int_equal(sqlite3_open_v2(p->path, &v->db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    assert_int_equal(vtab_register(v->db, &v->stats), SQLITE_OK);
}

static void close_view(struct view *v)
{
    assert_int_equal(sqlite3_close(v->db), SQLITE_OK);
}

static void ask(sqlite3 *db, const char *sql, char *ret_text, size_t size)
{
    sqlite3_stmt *stmt;
    int rc = sqlite3_prepare_v2(db, sql, -1, &stmt, NULL);
    if (rc != SQLITE_OK) {
        print_error("%s: %s\n", sql, sqlite3_errmsg(db));
    }
    assert_int_equal(rc, SQLITE_OK);
    rc = sqlite3_step(stmt);
    if (rc != SQLITE_ROW) {
        print_error("%s: %s\n", sql, sqlite3_errmsg(db));
    }
    assert_int_equal(rc, SQLITE_ROW);
    const char *text = (const char *)sqlite3_column_text(stmt, 0);
    (void)snprintf(ret_text, size, "%s", text != NULL ? text : "NULL");
    assert_int_equal(sqlite3_step(stmt), SQLITE_DONE);
    sqlite3_finalize(stmt);
}

static int64_t count(sqlite3 *db, const char *sql)
{
    char text[64];
    ask(db, sql, text, sizeof(text));
    return strtoll(text, NULL, 10);
}

/* As the made events are, told without SQL. */
struct tally {
    int64_t rows, qty, px_first, px_last, seq_first;
};

static struct tally tally(const struct made_events *m, int kind, uint32_t instrument, int64_t from_ns,
                          int64_t to_ns)
{
    struct tally t = {0};
    for (size_t at = 0; at < m->n;) {
        const struct event *ev = (const void *)(m->data + at);
        at += ev->size;
        if (ev->kind != kind || (instrument != 0 && ev->instrument != instrument) || ev->recv_ns < from_ns ||
            ev->recv_ns > to_ns) {
            continue;
        }
        const struct depth_rows *d = event_rows_const(ev);
        const struct trade_row *trade = event_rows_const(ev);
        uint32_t n = kind == EVENT_DEPTH || kind == EVENT_DEPTH_SNAPSHOT ? d->bid_n + d->ask_n : 1;
        for (uint32_t i = 0; i < n; i++) {
            struct level l = kind == EVENT_TRADE ? (struct level){trade->px, trade->qty}
                             : n > 0 && kind != EVENT_QUOTE && kind != EVENT_MARK ? d->levels[i]
                                                                                  : (struct level){0};
            t.qty += l.qty;
            t.px_first = t.rows == 0 ? l.px : t.px_first;
            t.px_last = l.px;
            t.seq_first = t.rows == 0 ? (int64_t)ev->seq : t.seq_first;
            t.rows++;
        }
    }
    return t;
}

static void compare(struct view *v, const struct made_events *m)
{
    static const struct {
        const char *name;
        int kind;
    } tables[] = {{"order_book_deltas", EVENT_DEPTH},
                  {"order_book_snapshots", EVENT_DEPTH_SNAPSHOT},
                  {"trades", EVENT_TRADE},
                  {"quotes", EVENT_QUOTE},
                  {"marks", EVENT_MARK}};
    char sql[256];
    for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
        struct tally t = tally(m, tables[i].kind, 0, INT64_MIN, INT64_MAX);
        (void)snprintf(sql, sizeof(sql), "SELECT count(*) FROM %s", tables[i].name);
        assert_int_equal(count(v->db, sql), t.rows);
        (void)snprintf(sql, sizeof(sql), "SELECT count(DISTINCT rowid) FROM %s", tables[i].name);
        assert_int_equal(count(v->db, sql), t.rows);
    }
    struct tally t = tally(m, EVENT_DEPTH, 0, INT64_MIN, INT64_MAX);
    assert_int_equal(count(v->db, "SELECT sum(qty_int) FROM order_book_deltas"), t.qty);
    t = tally(m, EVENT_TRADE, 2, INT64_MIN, INT64_MAX);
    assert_true(t.rows > 100);
    assert_int_equal(count(v->db, "SELECT count(*) FROM trades WHERE instrument = 'binance:AAA2USDT'"),
                     t.rows);
    assert_int_equal(count(v->db, "SELECT sum(qty_int) FROM trades WHERE instrument_id = 2"), t.qty);
    assert_int_equal(count(v->db, "SELECT px_int FROM trades WHERE instrument_id = 2 ORDER BY seq LIMIT 1"),
                     t.px_first);
    assert_int_equal(
        count(v->db, "SELECT count(*) FROM trades WHERE instrument = 'BINANCE:aaa2usdt' COLLATE NOCASE"),
        t.rows);
    assert_int_equal(count(v->db, "SELECT count(*) FROM trades WHERE instrument = 'binance:AAA9USDT'"), 0);
    assert_int_equal(count(v->db, "SELECT count(*) FROM trades WHERE session <> 1 OR session IS NULL"), 0);
}

static void all_rows(void **state)
{
    const struct place *p = *state;
    struct made_events m;
    struct view v;
    made_init(&m, 31, 3);
    made_session(&m);
    made_market(&m, 24000);
    struct journal_writer *w = open_writer(p);
    write_all(w, &m, 500);
    assert_true(number(p, "SELECT count(*) FROM tail") > 0 && number(p, "SELECT count(*) FROM blocks") > 3);
    open_view(&v, p);
    compare(&v, &m); /* blocks and tail, while it is open */
    close_view(&v);
    assert_ok(journal_writer_close(w));
    open_view(&v, p);
    compare(&v, &m);
    close_view(&v);
    made_finish(&m);
}

static void exact_decimals(void **state)
{
    const struct place *p = *state;
    struct made_events m;
    struct view v;
    char text[64];
    write_small(p, &m);
    open_view(&v, p);
    /* 2 and 3 decimals: see made_session. */
    assert_int_equal(
        count(v.db,
              "SELECT count(*) FROM trades WHERE price <> printf('%d.%02d', px_int / 100, px_int % 100)"),
        0);
    assert_int_equal(
        count(
            v.db,
            "SELECT count(*) FROM trades WHERE CAST(price AS TEXT) <> printf('%d.%02d', px_int / 100, px_int % 100)"),
        0);
    assert_int_equal(
        count(
            v.db,
            "SELECT count(*) FROM order_book_deltas WHERE CAST(quantity AS TEXT) <> printf('%d.%03d', qty_int / 1000, qty_int % 1000)"),
        0);
    /* It compares as the number that it is. */
    int64_t dear = count(v.db,
                         "SELECT count(*) FROM trades WHERE px_int > (SELECT max(px_int) - 50 FROM trades)");
    assert_true(dear > 0);
    assert_int_equal(
        count(v.db,
              "SELECT count(*) FROM trades WHERE price > (SELECT (max(px_int) - 50) / 100.0 FROM trades)"),
        dear);
    ask(v.db, "SELECT typeof(price) || ' ' || typeof(px_int) FROM trades WHERE price > 0 LIMIT 1", text,
        sizeof(text));
    assert_string_equal(text, "text integer");
    close_view(&v);
    made_finish(&m);
}

/* The counter of decoded blocks is the proof. */
static void limits_choose_blocks(void **state)
{
    const struct place *p = *state;
    struct made_events m;
    struct view v;
    char sql[256];
    made_init(&m, 32, 4);
    made_session(&m);
    made_market(&m, 60000);
    struct journal_writer *w = open_writer(p);
    write_all(w, &m, 500);
    assert_ok(journal_writer_close(w));
    open_view(&v, p);
    int64_t blocks = count(v.db, "SELECT count(*) FROM blocks WHERE kinds & (1 << 17)");
    int64_t seals = count(v.db, "SELECT count(DISTINCT seal) FROM blocks");
    int64_t from = count(v.db, "SELECT min(first_ns) + (max(last_ns) - min(first_ns)) / 2 FROM blocks");
    assert_true(seals >= 4);
    v.stats.blocks = 0;
    (void)count(v.db, "SELECT count(*) FROM order_book_deltas");
    assert_int_equal(v.stats.blocks, blocks);

    v.stats.blocks = 0;
    struct tally t = tally(&m, EVENT_DEPTH, 0, from, from + 1000000000);
    (void)snprintf(sql, sizeof(sql),
                   "SELECT count(*) FROM order_book_deltas WHERE recv_ns BETWEEN %lld AND %lld",
                   (long long)from, (long long)from + 1000000000);
    assert_true(t.rows > 0);
    assert_int_equal(count(v.db, sql), t.rows);
    assert_true(v.stats.blocks > 0 &&
                v.stats.blocks <= 8); /* one second: a seal or two of four instruments */

    v.stats.blocks = 0;
    t = tally(&m, EVENT_DEPTH, 3, from, from + 1000000000);
    (void)snprintf(
        sql, sizeof(sql),
        "SELECT count(*) FROM order_book_deltas WHERE instrument = 'binance:AAA3USDT' AND recv_ns >= %lld "
        "AND recv_ns <= %lld",
        (long long)from, (long long)from + 1000000000);
    assert_int_equal(count(v.db, sql), t.rows);
    assert_true(v.stats.blocks > 0 && v.stats.blocks <= 2);

    v.stats.blocks = 0;
    (void)snprintf(sql, sizeof(sql), "SELECT count(*) FROM trades WHERE seq > %llu",
                   (unsigned long long)m.seq - 10);
    (void)count(v.db, sql);
    assert_true(v.stats.blocks <= 4);
    v.stats.blocks = 0;
    assert_int_equal(count(v.db, "SELECT count(*) FROM trades WHERE recv_ns < 5"), 0);
    assert_int_equal(v.stats.blocks, 0);
    close_view(&v);
    made_finish(&m);
}

static void damage_is_an_error(void **state)
{
    const struct place *p = *state;
    struct made_events m;
    struct view v;
    sqlite3_stmt *stmt;
    write_small(p, &m);
    change(p, "UPDATE blocks SET crc = crc + 1 WHERE instrument_id = 1");
    open_view(&v, p);
    assert_int_equal(sqlite3_prepare_v2(v.db, "SELECT count(*) FROM trades", -1, &stmt, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(stmt) & 0xff, SQLITE_CORRUPT);
    assert_non_null(strstr(sqlite3_errmsg(v.db), "checksum"));
    sqlite3_finalize(stmt);
    close_view(&v);
    made_finish(&m);
}

static void other_files_are_refused(void **state)
{
    sqlite3 *db;
    sqlite3_stmt *stmt;
    (void)state;
    assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
    assert_int_equal(vtab_register(db, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, "SELECT * FROM trades", -1, &stmt, NULL), SQLITE_ERROR);
    assert_non_null(strstr(sqlite3_errmsg(db), "not an AlphaPlus journal"));
    sqlite3_close(db);
}

/* The same as another program loads it. */
static void extension(void **state)
{
    const struct place *p = *state;
    struct made_events m;
    sqlite3 *db;
    char path[512], *why = NULL;
    const char *build = getenv("AP_TEST_BUILD");
    if (build == NULL) {
        skip();
    }
    (void)snprintf(path, sizeof(path), "%s/../src/journal/libalphaplus_journal", build);
    write_small(p, &m);
    assert_int_equal(sqlite3_open_v2(p->path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 1, NULL), SQLITE_OK);
    if (sqlite3_load_extension(db, path, NULL, &why) != SQLITE_OK) {
        print_error("%s\n", why);
        fail();
    }
    struct tally t = tally(&m, EVENT_DEPTH, 0, INT64_MIN, INT64_MAX);
    assert_int_equal(count(db, "SELECT count(*) FROM order_book_deltas"), t.rows);
    assert_int_equal(count(db, "SELECT sum(qty_int) FROM order_book_deltas"), t.qty);
    sqlite3_close(db);
    made_finish(&m);
}

static int keep_row(void *user, const struct journal_field *fields, size_t n, bool is_header)
{
    char *text = user;
    for (size_t i = 0; i < n; i++) {
        size_t used = strlen(text);
        (void)snprintf(text + used, 256 - used, "%s%s", fields[i].text != NULL ? fields[i].text : "NULL",
                       i + 1 < n   ? ","
                       : is_header ? ":"
                                   : ";");
    }
    return 0;
}

static bool yes(void *user)
{
    (void)user;
    return true;
}

static bool no(void *user)
{
    (void)user;
    return false;
}

static void queries(void **state)
{
    static const char *const refused[] = {
        "",         "DELETE FROM meta",        "SELECT 1; SELECT 2",         "SELECT nonsense FROM trades",
        "SELECT ?", "CREATE TEMP TABLE t (x)", "SELECT load_extension('x')",
    };
    const struct place *p = *state;
    struct made_events m;
    char text[256] = "", why[256];
    struct journal_query q = {.on_row = keep_row, .go_on = yes, .user = text};
    write_small(p, &m);
    struct journal *j = open_reader(p);
    assert_ok(journal_query(j, "SELECT 1 AS one, NULL AS none, 'x' AS \"a,b\" ; ", &q, why, sizeof(why)));
    assert_string_equal(text, "one,none,a,b:1,NULL,x;");
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        int err = journal_query(j, refused[i], &q, why, sizeof(why));
        assert_true(err < 0);
        assert_true(why[0] != '\0');
    }
    q.go_on = no;
    assert_err(journal_query(
                   j, "WITH RECURSIVE t(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM t) SELECT sum(x) FROM t",
                   &q, why, sizeof(why)),
               AP_EAGAIN);
    journal_close(j);
    made_finish(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(all_rows, setup, teardown),
        cmocka_unit_test_setup_teardown(exact_decimals, setup, teardown),
        cmocka_unit_test_setup_teardown(limits_choose_blocks, setup, teardown),
        cmocka_unit_test_setup_teardown(damage_is_an_error, setup, teardown),
        cmocka_unit_test(other_files_are_refused),
        cmocka_unit_test_setup_teardown(extension, setup, teardown),
        cmocka_unit_test_setup_teardown(queries, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
