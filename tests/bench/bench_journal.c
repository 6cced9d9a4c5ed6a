/* The journal on recorded traffic: how small, how fast in, how fast out. The captures are decoded once; then their events are
 * repeated, shifted in time, sequence and ids, until there is enough to measure.
 *
 * Options: --capture FILE (default: the cuts among the test data), --levels N (level updates to write); --big GIGABYTES: by hand, one
 * journal of this size under /tmp, how long it takes to open, to sum up and to find a time in, and nothing else. */
#include "bench.h"

#include <alphaplus/base/buf.h>
#include <alphaplus/capture/capture.h>
#include <alphaplus/journal/journal.h>
#include <alphaplus/venue/venue.h>

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <zstd.h>

/* A day of BTCUSDT at 0 ms depth. */
#define DAY_LEVELS 154e6

enum { LEVELS = 3000000, QUICK_LEVELS = 60000, EVENTS_MAX = 512 << 20 };

struct traffic {
    struct buf raw;    /* frames, a line each */
    struct buf events; /* decoded, one behind the other */
    uint64_t levels, levels_wanted;
    int64_t span_ns;
    uint64_t event_n, span_id;
};

struct run {
    const struct traffic *t;
    char folder[32];
    char path[64];
    bool is_depth_only;
    struct journal_info info; /* of what was written last */
    double cpu_ns;
    uint64_t bytes_wanted; /* of the file; 0: as many levels as wanted */
};

static void die(const char *what)
{
    fprintf(stderr, "bench: %s\n", what);
    exit(1);
}

static uint64_t levels_of(const struct event *ev)
{
    const struct depth_rows *d = event_rows_const(ev);
    return ev->kind == EVENT_DEPTH || ev->kind == EVENT_DEPTH_SNAPSHOT ? (uint64_t)d->bid_n + d->ask_n : 0;
}

static void add_instrument(struct decoder *d, const struct venue *v, struct capture *c)
{
    struct venue_probe *probe = calloc(1, sizeof(*probe));
    struct capture_line line;
    if (probe == NULL) {
        die("out of memory");
    }
    while (capture_next(c, &line) == 1) {
        if (v->probe(probe, line.frame, line.n) != 0) {
            die("a frame cannot be read");
        }
    }
    for (uint32_t i = 0; i < probe->n; i++) {
        struct instrument in;
        if (venue_probe_widen(&probe->symbols[i], &probe->bare) != 0) {
            die("the capture's decimals do not fit");
        }
        v->infer(&probe->symbols[i], &in);
        in.id = i + 1;
        if (decoder_add(d, &in) != 0) {
            die("too many instruments");
        }
    }
    free(probe);
}

static void decode_line(struct decoder *d, const struct venue *v, const struct capture_line *line,
                        struct traffic *t)
{
    char *at;
    size_t before = t->events.len;
    if (buf_grow(&t->events, venue_events_bytes(line->n), &at) != 0) {
        die("out of memory");
    }
    struct event_buf out = {.data = (uint8_t *)at, .cap = t->events.len - before};
    int n = v->is_bare_snapshot(line->frame, line->n)
                ? v->decode_rest(d, REST_SNAPSHOT, &d->insts[0], line->frame, line->n, &out)
                : v->decode(d, line->frame, line->n, &out);
    if (n < 0) {
        die("a frame cannot be decoded");
    }
    t->events.len = before + out.used;
    for (size_t k = before; k < t->events.len; t->event_n++) {
        struct event *ev = (struct event *)(void *)(t->events.data + k);
        ev->recv_ns = line->recv_ns;
        t->levels += levels_of(ev);
        t->span_id = ev->last_id > t->span_id ? ev->last_id : t->span_id;
        k += ev->size;
    }
}

static void load(struct traffic *t, const char *path)
{
    const struct venue *v = venue_find("binance");
    struct decoder *d = malloc(sizeof(*d));
    struct capture *c = NULL;
    struct capture_line line;
    int64_t first_ns = 0, last_ns = 0;
    if (d == NULL || v == NULL || capture_open(&path, 1, &c, NULL) != 0) {
        die(path);
    }
    buf_init(&t->raw, EVENTS_MAX);
    buf_init(&t->events, EVENTS_MAX);
    decoder_init(d, v);
    add_instrument(d, v, c);
    if (capture_rewind(c) != 0) {
        die(path);
    }
    while (capture_next(c, &line) == 1) {
        (void)buf_append(&t->raw, line.frame, line.n);
        (void)buf_byte(&t->raw, '\n');
        decode_line(d, v, &line, t);
        first_ns = first_ns == 0 ? line.recv_ns : first_ns;
        last_ns = line.recv_ns;
    }
    t->span_ns = last_ns - first_ns + 1000000;
    capture_close(c);
    free(d);
}

static double cpu_now_ns(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
    return (double)ts.tv_sec * 1e9 + (double)ts.tv_nsec;
}

static double file_bytes(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 ? (double)st.st_size : 0;
}

struct shift {
    uint64_t seq;
    int64_t ns;
    int64_t commit_ns; /* recv_ns of the last commit */
    uint64_t levels;
};

/* Once through the events, shifted; commits as a live recording would: every 250 ms of recorded time. */
static void write_pass(struct run *r, struct journal_writer *w, struct buf *copy, struct shift *s)
{
    for (size_t at = 0; at < r->t->events.len;) {
        const struct event *from = (const void *)(r->t->events.data + at);
        at += from->size;
        if (r->is_depth_only && levels_of(from) == 0) {
            continue;
        }
        uint64_t noise = s->seq * UINT64_C(0x9e3779b97f4a7c15);
        buf_reset(copy);
        if (buf_append(copy, from, from->size) != 0) {
            die("out of memory");
        }
        struct event *ev = (struct event *)(void *)copy->data;
        ev->seq = ++s->seq;
        ev->recv_ns += s->ns;
        ev->exch_ns += ev->exch_ns != 0 ? s->ns / 1000000 * 1000000 : 0;
        for (uint64_t i = 0; r->bytes_wanted > 0 && i < levels_of(ev); i++) {
            struct depth_rows *d = event_rows(ev); /* repeats alone would pack too well */
            d->levels[i].qty ^= d->levels[i].qty != 0 ? (int64_t)(noise >> (i % 40)) & 0xfff : 0;
        }
        s->levels += levels_of(ev);
        if (journal_append(w, ev) != 0) {
            die("an event was not taken");
        }
        if (ev->recv_ns - s->commit_ns >= JOURNAL_COMMIT_NS) {
            s->commit_ns = ev->recv_ns;
            if (journal_commit(w) != 0) {
                die("a commit failed");
            }
        }
    }
    s->ns += r->t->span_ns;
}

static double write_round(void *user)
{
    struct run *r = user;
    struct journal_writer_options o = {.path = r->path, .program = "alphaplus bench"};
    struct journal_writer *w = NULL;
    struct journal *j = NULL;
    struct shift s = {0};
    struct buf copy;
    char why[256] = "";
    (void)unlink(r->path);
    buf_init(&copy, EVENT_SIZE_MAX);
    double cpu = cpu_now_ns();
    if (journal_writer_open(&o, &w, why, sizeof(why)) != 0) {
        die(why);
    }
    while (r->bytes_wanted == 0 ? s.levels < r->t->levels_wanted
                                : file_bytes(r->path) < (double)r->bytes_wanted) {
        write_pass(r, w, &copy, &s);
    }
    if (journal_writer_close(w) != 0) {
        die("the journal was not closed");
    }
    r->cpu_ns = (cpu_now_ns() - cpu) / (double)s.levels;
    buf_finish(&copy);
    if (journal_open(r->path, &j, why, sizeof(why)) != 0 || journal_info(j, &r->info) != 0) {
        die(why);
    }
    journal_close(j);
    return (double)s.levels;
}

static double read_round(void *user)
{
    struct run *r = user;
    struct journal *j = NULL;
    struct journal_cursor *c = NULL;
    const struct event *ev;
    uint64_t levels = 0;
    char why[256] = "";
    if (journal_open(r->path, &j, why, sizeof(why)) != 0 || journal_cursor_open(j, 1, &c) != 0) {
        die(why);
    }
    while (journal_next(c, &ev) == 1) {
        levels += levels_of(ev);
        bench_use(ev);
    }
    journal_cursor_close(c);
    journal_close(j);
    return levels == r->info.level_updates ? (double)levels : -1;
}

/* Where an hour's middle would be: open, find, decode up to it. */
static void measure_seek(struct bench *b, struct run *r, const char *name)
{
    double values[BENCH_MAX_ROUNDS];
    for (int i = 0; i < b->rounds; i++) {
        struct journal *j = NULL;
        struct journal_cursor *c = NULL;
        const struct event *ev;
        char why[256] = "";
        uint64_t seq = r->info.first_seq + (r->info.last_seq - r->info.first_seq) * (uint64_t)(i + 1) / 65;
        int64_t start = bench_now_ns();
        if (journal_open(r->path, &j, why, sizeof(why)) != 0 || journal_cursor_open(j, seq, &c) != 0 ||
            journal_next(c, &ev) != 1 || ev->seq != seq) {
            die("seek");
        }
        values[i] = (double)(bench_now_ns() - start) / 1e6;
        journal_cursor_close(c);
        journal_close(j);
    }
    bench_values(b, name, "ms", values, (size_t)b->rounds);
}

/* Of one pass, as zstd -19 packs the frames. */
static double zstd_19(const struct buf *raw)
{
    size_t bound = ZSTD_compressBound(raw->len);
    char *out = malloc(bound);
    ZSTD_CCtx *ctx = ZSTD_createCCtx();
    if (out == NULL || ctx == NULL) {
        die("out of memory");
    }
    size_t n = ZSTD_compressCCtx(ctx, out, bound, raw->data, raw->len, 19);
    ZSTD_freeCCtx(ctx);
    free(out);
    return (double)n;
}

/* The obvious table: a row a level update. Bytes of the file for one pass. */
static double plain_rows(const struct run *r)
{
    char path[80];
    sqlite3 *db;
    sqlite3_stmt *stmt;
    (void)snprintf(path, sizeof(path), "%s.rows", r->path);
    if (sqlite3_open(path, &db) != SQLITE_OK ||
        sqlite3_exec(
            db,
            "PRAGMA synchronous = OFF; BEGIN; CREATE TABLE levels (recv_ns INTEGER, id INTEGER, side INTEGER, "
            "px INTEGER, qty INTEGER)",
            NULL, NULL, NULL) != SQLITE_OK ||
        sqlite3_prepare_v2(db, "INSERT INTO levels VALUES (?, ?, ?, ?, ?)", -1, &stmt, NULL) != SQLITE_OK) {
        die("plain rows");
    }
    for (size_t at = 0; at < r->t->events.len;) {
        const struct event *ev = (const void *)(r->t->events.data + at);
        const struct depth_rows *d = event_rows_const(ev);
        for (uint64_t i = 0; i < levels_of(ev); i++) {
            sqlite3_bind_int64(stmt, 1, ev->recv_ns);
            sqlite3_bind_int64(stmt, 2, (int64_t)ev->last_id);
            sqlite3_bind_int64(stmt, 3, i >= d->bid_n);
            sqlite3_bind_int64(stmt, 4, d->levels[i].px);
            sqlite3_bind_int64(stmt, 5, d->levels[i].qty);
            if (sqlite3_step(stmt) != SQLITE_DONE) {
                die("plain rows");
            }
            sqlite3_reset(stmt);
        }
        at += ev->size;
    }
    sqlite3_finalize(stmt);
    sqlite3_exec(db, "COMMIT", NULL, NULL, NULL);
    sqlite3_close(db);
    double bytes = file_bytes(path);
    (void)unlink(path);
    return bytes;
}

static void value(struct bench *b, const char *capture, const char *what, const char *unit, double v)
{
    char name[64];
    (void)snprintf(name, sizeof(name), "journal.%s.%s", what, capture);
    bench_values(b, name, unit, &v, 1);
}

/* "btcusdt_20240718" out of ".../binance_usdm_btcusdt_20240718_cut.gz" */
static void short_name(const char *path, char *buf, size_t size)
{
    const char *slash = strrchr(path, '/'), *base = slash != NULL ? slash + 1 : path;
    const char *prefix = "binance_usdm_";
    base += strncmp(base, prefix, strlen(prefix)) == 0 ? strlen(prefix) : 0;
    (void)snprintf(buf, size, "%.*s", (int)strcspn(base, "."), base);
}

/* One pass: repeats would pack too well. Without the empty tables of a new file, which a long recording does not feel. */
static void measure_size(struct bench *b, const struct run *many, const char *capture)
{
    struct traffic once = *many->t;
    struct run r = *many;
    once.levels_wanted = 1;
    r.t = &once;
    (void)write_round(&r);
    double levels = (double)r.info.level_updates, bytes = (double)r.info.block_bytes;
    value(b, capture, "bytes", "bytes/level", bytes / levels);
    value(b, capture, "file", "bytes/level", file_bytes(r.path) / levels);
    value(b, capture, "day", "GB", bytes / levels * DAY_LEVELS / 1e9);
    value(b, capture, "to_raw", "ratio", bytes / (double)once.raw.len);
    value(b, capture, "to_zstd19", "ratio", bytes / zstd_19(&once.raw));
    value(b, capture, "to_rows", "ratio", bytes / plain_rows(&r));
    r.is_depth_only = true;
    (void)write_round(&r);
    value(b, capture, "depth_bytes", "bytes/level", (double)r.info.block_bytes / levels);
}

static void measure(struct bench *b, const char *path, uint64_t levels)
{
    struct traffic t = {.levels_wanted = levels};
    struct run r = {.t = &t, .folder = "/tmp/ap-bench-XXXXXX"};
    char capture[40], name[64];
    load(&t, path);
    short_name(path, capture, sizeof(capture));
    if (t.levels == 0 || mkdtemp(r.folder) == NULL) {
        die(path);
    }
    (void)snprintf(r.path, sizeof(r.path), "%s/bench.journal", r.folder);
    (void)snprintf(name, sizeof(name), "journal.write.%s", capture);
    bench_rate(b, name, "levels/s", write_round, &r);
    value(b, capture, "write_cpu", "ns/level", r.cpu_ns);
    value(b, capture, "write_cpu_at_100k", "% of a core", r.cpu_ns * 1e5 / 1e9 * 100);
    (void)snprintf(name, sizeof(name), "journal.read.%s", capture);
    bench_rate(b, name, "levels/s", read_round, &r);
    (void)snprintf(name, sizeof(name), "journal.seek.%s", capture);
    if (r.info.events > 0) {
        measure_seek(b, &r, name);
    }
    measure_size(b, &r, capture);
    (void)unlink(r.path);
    (void)rmdir(r.folder);
    buf_finish(&t.raw);
    buf_finish(&t.events);
}

static double ms_since(int64_t start_ns)
{
    return (double)(bench_now_ns() - start_ns) / 1e6;
}

/* Times spread over the file: find each, and read on from it. */
static double seek_times(struct journal *j, const struct journal_info *info, double *ret_worst)
{
    enum { TIMES = 40 };
    double sum = 0;
    *ret_worst = 0;
    for (int i = 0; i < TIMES; i++) {
        struct journal_cursor *c = NULL;
        const struct event *ev;
        uint64_t seq = 0;
        int64_t at = info->first_ns + (info->last_ns - info->first_ns) / TIMES * ((i * 17) % TIMES);
        int64_t start = bench_now_ns();
        if (journal_seq_at(j, at, &seq) != 0 || journal_cursor_open(j, seq, &c) != 0 ||
            journal_next(c, &ev) != 1 || ev->recv_ns < at) {
            die("seek");
        }
        double ms = ms_since(start);
        sum += ms;
        *ret_worst = ms > *ret_worst ? ms : *ret_worst;
        journal_cursor_close(c);
    }
    return sum / TIMES;
}

static void measure_big(struct bench *b, const char *path, double gigabytes)
{
    struct traffic t = {.levels_wanted = 1};
    struct run r = {.t = &t, .folder = "/tmp/ap-bench-XXXXXX", .bytes_wanted = (uint64_t)(gigabytes * 1e9)};
    struct journal *j = NULL;
    char why[256] = "";
    double worst = 0;
    load(&t, path);
    if (t.levels == 0 || mkdtemp(r.folder) == NULL) {
        die(path);
    }
    (void)snprintf(r.path, sizeof(r.path), "%s/bench.journal", r.folder);
    int64_t start = bench_now_ns();
    double levels = write_round(&r);
    value(b, "big", "write_all", "levels/s", levels / ms_since(start) * 1e3);
    value(b, "big", "levels", "levels", levels);
    value(b, "big", "file", "GB", file_bytes(r.path) / 1e9);
    value(b, "big", "write_cpu", "ns/level", r.cpu_ns);
    start = bench_now_ns();
    if (journal_open(r.path, &j, why, sizeof(why)) != 0) {
        die(why);
    }
    value(b, "big", "open", "ms", ms_since(start));
    start = bench_now_ns();
    if (journal_info(j, &r.info) != 0) {
        die("info");
    }
    value(b, "big", "info", "ms", ms_since(start));
    value(b, "big", "seek_mean", "ms", seek_times(j, &r.info, &worst));
    value(b, "big", "seek_worst", "ms", worst);
    journal_close(j);
    (void)unlink(r.path);
    (void)rmdir(r.folder);
    buf_finish(&t.raw);
    buf_finish(&t.events);
}

int main(int argc, char **argv)
{
    static const char *const cuts[] = {"binance_usdm_btcusdt_20240718_cut.gz",
                                       "binance_usdm_ethusdt_20240718_cut.gz",
                                       "binance_usdm_btcusdt_20230404_cut.gz"};
    struct bench b;
    bench_init(&b, argc, argv);
    const char *capture = bench_option(&b, "--capture", NULL), *levels = bench_option(&b, "--levels", NULL);
    const char *data = getenv("AP_TEST_DATA"), *big = bench_option(&b, "--big", NULL);
    uint64_t n = levels != NULL ? strtoull(levels, NULL, 10) : b.quick ? QUICK_LEVELS : LEVELS;
    if (big != NULL) {
        char path[512];
        (void)snprintf(path, sizeof(path), "%s/captures/%s", data != NULL ? data : "tests/data", cuts[0]);
        measure_big(&b, capture != NULL ? capture : path, strtod(big, NULL));
        return bench_finish(&b);
    }
    if (capture != NULL) {
        measure(&b, capture, n);
        return bench_finish(&b);
    }
    for (size_t i = 0; i < sizeof(cuts) / sizeof(cuts[0]); i++) {
        char path[512];
        (void)snprintf(path, sizeof(path), "%s/captures/%s", data != NULL ? data : "tests/data", cuts[i]);
        measure(&b, path, n);
    }
    return bench_finish(&b);
}
