/* Whole journals with bytes changed: opened, read to the end, queried, checked, upgraded, gone on with. The input is where and what:
 * four bytes each, three of place and one of value. The first byte says whether the file is cut, and whether the blocks' checksums are
 * made to fit, so that what lies behind them is reached. */
#include "fuzz.h"
#include "made_events.h"

#include <alphaplus/base/hash.h>
#include <alphaplus/journal/checkpoint.h>
#include <alphaplus/journal/journal.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { CUT = 1, FIT = 2, OLD = 4, WRITE = 8, EVENTS_MAX = 20000 };

struct base {
    char path[64];
    uint8_t *bytes;
    size_t n;
};

static const struct journal_maker maker = {.engine_version = 1};

static void remove_all(const char *path)
{
    static const char *const ends[] = {"", "-wal", "-shm", "-journal", "-writer"};
    char name[96];
    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        (void)snprintf(name, sizeof(name), "%s%s", path, ends[i]);
        (void)unlink(name);
    }
}

/* A small journal with a bit of everything: two sessions, blocks, a checkpoint, a bar. */
static void make(struct base *b)
{
    const struct journal_writer_options o = {.path = b->path, .program = "fuzz"};
    struct made_events m;
    char why[256];
    made_init(&m, 9, 2);
    for (int session = 0; session < 2; session++) {
        struct journal_writer *w = NULL;
        FUZZ_CHECK(journal_writer_open(&o, &w, why, sizeof(why)) == 0);
        made_clear(&m);
        made_session(&m);
        made_market(&m, 120);
        for (size_t at = 0; at < m.n;) {
            const struct event *ev = (const void *)(m.data + at);
            FUZZ_CHECK(journal_append(w, ev) == 0);
            at += ev->size;
        }
        const struct journal_checkpoint c = {
            .seq = m.seq, .time_ns = m.recv_ns, .maker = maker, .state = m.data, .n = 500};
        const struct rollup_bar bar = {.head = {.size = sizeof(bar), .kind = RESULT_BAR, .instrument = 1},
                                       .bar = {.start_ns = m.recv_ns, .trades = 1}};
        const struct result r = {.size = sizeof(r), .kind = RESULT_DIGEST, .seq = m.seq};
        FUZZ_CHECK(journal_checkpoint_put(w, &c) == 0 && journal_append_rollup(w, &bar.head) == 0 &&
                   journal_append_result(w, &r) == 0 && journal_writer_close(w) == 0);
    }
    made_finish(&m);
}

static const struct base *base(void)
{
    static struct base b;
    if (b.bytes == NULL) {
        const char *folder = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
        (void)snprintf(b.path, sizeof(b.path), "%s/ap-fuzz-journal-%ld", folder, (long)getpid());
        remove_all(b.path);
        make(&b);
        FILE *f = fopen(b.path, "rb");
        FUZZ_CHECK(f != NULL && fseek(f, 0, SEEK_END) == 0);
        b.n = (size_t)ftell(f);
        b.bytes = malloc(b.n);
        rewind(f);
        FUZZ_CHECK(b.bytes != NULL && fread(b.bytes, 1, b.n, f) == b.n && fclose(f) == 0);
    }
    return &b;
}

static void on_crc(sqlite3_context *ctx, int n, sqlite3_value **v)
{
    (void)n;
    sqlite3_result_int64(ctx, hash_crc32(0, sqlite3_value_blob(v[0]), (size_t)sqlite3_value_bytes(v[0])));
}

/* As someone would who knows how. */
static void fit_checksums(const char *path)
{
    sqlite3 *db = NULL;
    if (sqlite3_open(path, &db) == SQLITE_OK) {
        (void)sqlite3_create_function(db, "crc", 1, SQLITE_UTF8, NULL, on_crc, NULL, NULL);
        (void)sqlite3_exec(db, "UPDATE blocks SET crc = crc(data)", NULL, NULL, NULL);
        (void)sqlite3_exec(db, "UPDATE tail SET crc = crc(data)", NULL, NULL, NULL);
        (void)sqlite3_exec(db, "UPDATE checkpoints SET crc = crc(data)", NULL, NULL, NULL);
    }
    sqlite3_close(db);
}

static void write_mutant(const struct base *b, const uint8_t *data, size_t size)
{
    uint8_t *bytes = malloc(b->n);
    size_t n = b->n;
    FUZZ_CHECK(bytes != NULL);
    memcpy(bytes, b->bytes, n);
    for (size_t i = 1; i + 4 <= size; i += 4) {
        size_t at = ((size_t)data[i] << 16 | (size_t)data[i + 1] << 8 | data[i + 2]) % b->n;
        bytes[at] = data[i + 3];
        n = (data[0] & CUT) != 0 ? at : n;
    }
    if ((data[0] & OLD) != 0) {
        bytes[63] = 1; /* user_version */
    }
    remove_all(b->path);
    int fd = open(b->path, O_RDWR | O_CREAT | O_TRUNC, 0600);
    FUZZ_CHECK(fd >= 0 && write(fd, bytes, n) == (ssize_t)n && close(fd) == 0);
    free(bytes);
    if ((data[0] & FIT) != 0) {
        fit_checksums(b->path);
    }
}

static int on_row(void *user, const struct journal_field *fields, size_t n, bool is_header)
{
    int *left = user;
    (void)is_header;
    for (size_t i = 0; i < n; i++) {
        FUZZ_CHECK(fields[i].text != NULL || fields[i].n == 0);
    }
    return --*left > 0 ? 0 : AP_EAGAIN;
}

static bool go_on(void *user)
{
    int *left = user;
    return --*left > 0;
}

static void query(struct journal *j, const char *sql)
{
    char why[256] = "";
    int left = 400;
    const struct journal_query q = {.on_row = on_row, .go_on = go_on, .user = &left};
    int err = journal_query(j, sql, &q, why, sizeof(why));
    FUZZ_CHECK(err == 0 || err == AP_EAGAIN || err == AP_ENOMEM || why[0] != '\0');
}

static void read_events(struct journal *j)
{
    struct journal_cursor *c = NULL;
    const struct event *ev;
    uint64_t seq = 0;
    int got = 1;
    FUZZ_CHECK(journal_cursor_open(j, 1, &c) == 0);
    for (int i = 0; got == 1 && i < EVENTS_MAX; i++) {
        got = journal_next(c, &ev);
        if (got == 1) {
            int check = event_check(ev, ev->size);
            FUZZ_CHECK(ev->seq > seq && (check == 0 || check == AP_EUNKNOWN));
            seq = ev->seq;
        }
    }
    FUZZ_CHECK(got >= 0 || journal_cursor_why(c)[0] != '\0');
    journal_cursor_close(c);
}

static void read_rest(struct journal *j)
{
    struct journal_session s;
    struct journal_gap g;
    struct instrument in;
    struct result r;
    struct journal_checkpoint c;
    uint64_t seq;
    for (uint32_t i = 0; i < 50; i++) {
        bool is_any = journal_session(j, i, &s) == 0;
        is_any = journal_gap(j, i, &g) == 0 || is_any;
        is_any = journal_instrument(j, i, &in) == 0 || is_any;
        is_any = journal_result_at(j, i, &r) == 1 || is_any;
        if (!is_any) {
            break;
        }
    }
    if (journal_checkpoint_before(j, &maker, UINT64_MAX, INT64_MAX, &c) == 0) {
        FUZZ_CHECK(c.n > 0 && c.n <= JOURNAL_CHECKPOINT_MAX);
        FUZZ_CHECK(hash_bytes(HASH_SEED, c.state, c.n) != 1); /* all of it is there */
    }
    int err = journal_seq_at(j, INT64_C(1700000000000000000), &seq);
    (void)err;
}

static void read_all(const char *path)
{
    static const char *const queries[] = {"SELECT * FROM order_book_deltas",
                                          "SELECT * FROM trades WHERE instrument = 'binance:AAA1USDT'",
                                          "SELECT * FROM marks WHERE recv_ns > 5 ORDER BY seq",
                                          "SELECT * FROM bars",
                                          "SELECT * FROM market_depth_analysis",
                                          "SELECT * FROM gaps"};
    struct journal *j = NULL;
    struct journal_info info;
    char why[256] = "";
    int err = journal_open(path, &j, why, sizeof(why));
    FUZZ_CHECK(err == 0 ? j != NULL : why[0] != '\0');
    if (err != 0) {
        return;
    }
    err = journal_info(j, &info);
    why[0] = '\0';
    err = journal_verify(j, NULL, NULL, why, sizeof(why));
    FUZZ_CHECK(err == 0 || err == AP_ENOMEM || why[0] != '\0');
    read_events(j);
    read_rest(j);
    for (size_t i = 0; i < sizeof(queries) / sizeof(queries[0]); i++) {
        query(j, queries[i]);
    }
    journal_close(j);
}

static void write_on(const char *path)
{
    const struct journal_writer_options o = {.path = path, .program = "fuzz"};
    struct journal_writer *w = NULL;
    struct made_events m;
    char why[256] = "";
    int err = journal_writer_open(&o, &w, why, sizeof(why));
    FUZZ_CHECK(err == 0 || why[0] != '\0');
    if (err != 0) {
        return;
    }
    made_init(&m, 3, 1);
    m.seq = journal_last_seq(w);
    made_session(&m);
    for (size_t at = 0; at < m.n && m.seq < INT64_MAX;) {
        const struct event *ev = (const void *)(m.data + at);
        err = journal_append(w, ev);
        at += ev->size;
    }
    err = journal_commit(w);
    (void)journal_writer_close(w);
    made_finish(&m);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct base *b = base();
    if (size == 0) {
        return 0;
    }
    write_mutant(b, data, size);
    if ((data[0] & OLD) != 0) {
        const struct journal_upgrade_options o = {.path = b->path};
        char why[256] = "";
        int from, err = journal_upgrade(&o, &from, why, sizeof(why));
        FUZZ_CHECK(err == 0 || why[0] != '\0');
    }
    read_all(b->path);
    if ((data[0] & WRITE) != 0) {
        struct journal_prune_report report;
        const struct journal_prune_options o = {.path = b->path, .max_bytes = 1};
        char why[256] = "";
        int err = journal_prune(&o, &report, why, sizeof(why));
        FUZZ_CHECK(err == 0 || why[0] != '\0');
        write_on(b->path);
        read_all(b->path);
    }
    remove_all(b->path);
    return 0;
}
