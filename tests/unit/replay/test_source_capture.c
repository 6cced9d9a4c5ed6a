#include "test.h"

#include <alphaplus/book/sync.h>
#include <alphaplus/capture/capture.h>
#include <alphaplus/replay/source.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { PLACES = 4 };

struct place {
    char dir[64];
    char path[PLACES][128];
    char why[512];
};

static int set_up(void **state)
{
    struct place *p = calloc(1, sizeof(*p));
    assert_non_null(p);
    (void)snprintf(p->dir, sizeof(p->dir), "/tmp/ap-source-XXXXXX");
    assert_non_null(mkdtemp(p->dir));
    for (int i = 0; i < PLACES; i++) {
        (void)snprintf(p->path[i], sizeof(p->path[i]), "%s/file%d", p->dir, i);
    }
    *state = p;
    return 0;
}

static int tear_down(void **state)
{
    struct place *p = *state;
    for (int i = 0; i < PLACES; i++) {
        (void)unlink(p->path[i]);
    }
    (void)rmdir(p->dir);
    free(p);
    return 0;
}

static void put(const char *path, const char *text)
{
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_true(fputs(text, f) >= 0);
    assert_int_equal(fclose(f), 0);
}

static const char *data_path(char *buf, size_t size, const char *name)
{
    (void)snprintf(buf, size, "%s/%s", getenv("AP_TEST_DATA"), name);
    return buf;
}

static int open_paths(struct place *p, const char *const *paths, size_t n, const char *instruments,
                      struct source **ret_source)
{
    struct source_capture_options o = {.venue = "binance",
                                       .paths = paths,
                                       .path_n = n,
                                       .instruments_path = instruments,
                                       .program = "alphaplus test",
                                       .libm_fingerprint = 77};
    return source_open_capture(&o, ret_source, p->why, sizeof(p->why));
}

static struct source *open_ok(struct place *p, const char *const *paths, size_t n, const char *instruments)
{
    struct source *s = NULL;
    if (open_paths(p, paths, n, instruments, &s) < 0) {
        print_error("%s\n", p->why);
        fail();
    }
    return s;
}

static void open_fails(struct place *p, const char *const *paths, size_t n, int err, const char *word)
{
    struct source *s = NULL;
    assert_err(open_paths(p, paths, n, NULL, &s), err);
    assert_null(s);
    if (strstr(p->why, word) == NULL) {
        print_error("\"%s\" says nothing of \"%s\"\n", p->why, word);
        fail();
    }
}

static const struct event *want(struct source *s, int kind)
{
    const struct event *ev = NULL;
    assert_int_equal(source_next(s, &ev), 1);
    assert_ok(event_check(ev, ev->size));
    assert_string_equal(event_kind_name(ev->kind), event_kind_name(kind));
    return ev;
}

static const struct instrument *want_instrument(struct source *s, const char *symbol, uint32_t id)
{
    const struct event *ev = want(s, EVENT_INSTRUMENT);
    const struct instrument *in = event_rows_const(ev);
    assert_string_equal(in->symbol, symbol);
    assert_true(in->id == id && ev->instrument == id && in->version == 1 && ev->version == 1);
    return in;
}

/* A quote of `symbol` whose update id is `id`, at the id-th microsecond. */
static size_t quote_line(char *buf, size_t size, const char *symbol, int id)
{
    return (size_t)snprintf(
        buf, size,
        "16806527000%05d {\"e\":\"bookTicker\",\"u\":%d,\"s\":\"%s\",\"b\":\"1.0\",\"B\":\"1\",\"a\":\"2.0\",\"A\":"
        "\"1\"}\n",
        id, id, symbol);
}

static void put_quotes(const char *path, const char *symbol, const int *ids, size_t n)
{
    char text[4096];
    size_t used = 0;
    for (size_t i = 0; i < n; i++) {
        used += quote_line(text + used, sizeof(text) - used, symbol, ids[i]);
    }
    put(path, text);
}

/* --- recorded ------------------------------------------------------------------------------------------------------ */

struct quote {
    uint64_t id;
    struct quote_row row;
};

static int by_id(const void *a, const void *b)
{
    const struct quote *x = a, *y = b;
    return (x->id > y->id) - (x->id < y->id);
}

struct oracle {
    struct sync sync;
    struct quote quotes[4096];
    size_t n;
    int compared, wrong;
};

/* Best bid and ask after an update are those of the last quote that is not younger than it. */
static void compare(void *user, const struct event *ev)
{
    struct oracle *o = user;
    struct level bid = {0}, ask = {0};
    size_t i = o->n;
    while (i > 0 && o->quotes[i - 1].id > ev->last_id) {
        i--;
    }
    if (i == 0 || o->quotes[i - 1].id <= ev->prev_id) {
        return; /* no quote within this update */
    }
    const struct quote_row *q = &o->quotes[i - 1].row;
    o->compared++;
    o->wrong += !book_best(o->sync.book, SIDE_BID, &bid) || !book_best(o->sync.book, SIDE_ASK, &ask) ||
                bid.px != q->bid_px || bid.qty != q->bid_qty || ask.px != q->ask_px || ask.qty != q->ask_qty;
}

static void check_recorded(struct place *p, const char *name, uint64_t frames, int compared)
{
    char path[4096];
    const char *paths[] = {data_path(path, sizeof(path), name)};
    struct source *s = open_ok(p, paths, 1, NULL);
    struct oracle *o = calloc(1, sizeof(*o));
    const struct event *ev;
    uint64_t seq = 0;
    int64_t recv_ns = 0, first_ns, last_ns, tick = 0;
    int got;
    assert_non_null(o);
    while ((got = source_next(s, &ev)) == 1) {
        assert_ok(event_check(ev, ev->size));
        assert_true(ev->seq == ++seq && ev->recv_ns >= recv_ns);
        recv_ns = ev->recv_ns;
        if (ev->kind == EVENT_INSTRUMENT) {
            tick = ((const struct instrument *)event_rows_const(ev))->tick;
        } else if (ev->kind == EVENT_QUOTE) {
            assert_true(o->n < 4096);
            o->quotes[o->n++] = (struct quote){ev->last_id, *(const struct quote_row *)event_rows_const(ev)};
        }
    }
    assert_int_equal(got, 0);
    assert_true(seq == frames + 2 && source_bad_frames(s) == 0);
    assert_ok(source_span(s, &first_ns, &last_ns));
    assert_true(last_ns == recv_ns && first_ns < last_ns);
    assert_near(source_progress(s), 1.0, 0.0);
    qsort(o->quotes, o->n, sizeof(o->quotes[0]), by_id);
    assert_ok(source_rewind(s));
    assert_ok(sync_init(&o->sync, BOOK_RULE_PREV_ID, tick));
    while ((got = source_next(s, &ev)) == 1) {
        if (ev->kind == EVENT_DEPTH || ev->kind == EVENT_DEPTH_SNAPSHOT) {
            int result = sync_event(&o->sync, ev, compare, o);
            assert_true(result > 0 && result != SYNC_BROKEN);
        }
        assert_true(ev->recv_ns >= first_ns);
    }
    assert_int_equal(got, 0);
    assert_true(o->sync.gaps == 0 && o->sync.crossed == 0 && o->sync.refused == 0);
    assert_int_equal(o->wrong, 0);
    assert_true(o->compared >= compared);
    sync_finish(&o->sync);
    free(o);
    source_close(s);
}

static void recorded_books_are_true(void **state)
{
    check_recorded(*state, "captures/binance_usdm_btcusdt_20240718_cut.gz", 2500, 300);
    check_recorded(*state, "captures/binance_usdm_ethusdt_20240718_cut.gz", 2500, 300);
    check_recorded(*state, "captures/binance_usdm_btcusdt_20230404_cut.gz", 3000, 300);
}

static void two_recordings_are_merged(void **state)
{
    char btc[4096], eth[4096];
    const char *paths[] = {data_path(btc, sizeof(btc), "captures/binance_usdm_btcusdt_20240718_cut.gz"),
                           data_path(eth, sizeof(eth), "captures/binance_usdm_ethusdt_20240718_cut.gz")};
    struct source *s = open_ok(*state, paths, 2, NULL);
    const struct event *ev = want(s, EVENT_SESSION);
    const struct session_row *session = event_rows_const(ev);
    int64_t recv_ns = ev->recv_ns;
    int snapshots[3] = {0}, got, n = 0;
    assert_string_equal(session->program, "alphaplus test");
    assert_string_equal(session->source, "import");
    assert_true(session->libm_fingerprint == 77 && session->wall_ns == INT64_C(1721347020984480942) &&
                ev->seq == 1);
    const struct instrument *in = want_instrument(s, "BTCUSDT", 1);
    assert_true(in->price_decimals == 2 && in->tick == 10 && in->qty_decimals == 3 && in->inferred == 1);
    in = want_instrument(s, "ETHUSDT", 2);
    assert_true(in->price_decimals == 2 && in->tick == 1);
    while ((got = source_next(s, &ev)) == 1) {
        assert_true(ev->recv_ns >= recv_ns && (ev->instrument == 1 || ev->instrument == 2));
        snapshots[ev->instrument] += ev->kind == EVENT_DEPTH_SNAPSHOT;
        recv_ns = ev->recv_ns;
        n++;
    }
    assert_int_equal(got, 0);
    assert_int_equal(n, 5000);
    assert_true(snapshots[1] == 1 && snapshots[2] == 1);
    source_close(s);
}

static void the_venues_list_rules(void **state)
{
    char btc[4096], list[4096];
    const char *paths[] = {data_path(btc, sizeof(btc), "captures/binance_usdm_btcusdt_20240718_cut.gz")};
    struct source *s = open_ok(*state, paths, 1,
                               data_path(list, sizeof(list), "rest/binance_usdm_exchange_info.json"));
    const struct event *ev;
    int got;
    (void)want(s, EVENT_SESSION);
    const struct instrument *in = want_instrument(s, "BTCUSDT", 1);
    assert_true(in->price_decimals == 1 && in->tick == 1 && in->inferred == 0);
    assert_string_equal(in->base, "BTC");
    while ((got = source_next(s, &ev)) == 1) {
        assert_true(ev->kind != EVENT_GAP);
    }
    assert_int_equal(got, 0);
    source_close(s);
    struct place *p = *state;
    assert_err(open_paths(p, paths, 1, btc, &s), AP_ESYNTAX);
    assert_err(open_paths(p, paths, 1, "/nonexistent", &s), AP_ENOTFOUND);
    assert_non_null(strstr(p->why, "/nonexistent"));
}

/* --- made ---------------------------------------------------------------------------------------------------------- */

static void files_group_by_instrument(void **state)
{
    struct place *p = *state;
    const char *paths[] = {p->path[0], p->path[1], p->path[2], p->path[3]};
    static const int ids[4][3] = {{50, 60, 70}, {10, 40, 65}, {5, 20, 30}, {66, 67, 71}};
    static const int expected[] = {5, 10, 20, 30, 40, 50, 60, 65, 66, 67, 70, 71};
    put_quotes(p->path[0], "AUSDT", ids[0], 3); /* the later half first */
    put_quotes(p->path[1], "BUSDT", ids[1], 3);
    put_quotes(p->path[2], "AUSDT", ids[2], 3);
    put_quotes(p->path[3], "BUSDT", ids[3], 3);
    struct source *s = open_ok(p, paths, 4, NULL);
    (void)want(s, EVENT_SESSION);
    (void)want_instrument(s, "AUSDT", 1);
    (void)want_instrument(s, "BUSDT", 2);
    for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
        const struct event *ev = want(s, EVENT_QUOTE);
        assert_int_equal(ev->last_id, expected[i]);
        assert_true(ev->recv_ns == INT64_C(1680652700000000000) + expected[i] * 1000 && ev->seq == i + 4);
    }
    const struct event *ev;
    assert_int_equal(source_next(s, &ev), 0);
    assert_int_equal(source_next(s, &ev), 0);
    source_close(s);
}

static void time_never_goes_back(void **state)
{
    struct place *p = *state;
    const char *paths[] = {p->path[0]};
    static const int ids[] = {50, 20, 60};
    put_quotes(p->path[0], "AUSDT", ids, 3);
    struct source *s = open_ok(p, paths, 1, NULL);
    const int64_t t = INT64_C(1680652700000000000);
    assert_true(want(s, EVENT_SESSION)->recv_ns == t + 20000);
    (void)want_instrument(s, "AUSDT", 1);
    assert_true(want(s, EVENT_QUOTE)->recv_ns == t + 50000);
    assert_true(want(s, EVENT_QUOTE)->recv_ns == t + 50000);
    assert_true(want(s, EVENT_QUOTE)->recv_ns == t + 60000);
    source_close(s);
}

static void bad_frames_are_told(void **state)
{
    struct place *p = *state;
    const char *paths[] = {p->path[0]};
    put(p->path[0],
        "1680652700000001 {\"e\":\"trade\",\"s\":\"AUSDT\",\"t\":1,\"p\":\"1.5\",\"q\":\"1\",\"m\":true}\n"
        "1680652700000002 {\"e\":\"trade\",\"s\":\"AUSDT\",\"t\":2,\"p\":\"1.5\",\"q\"\n"
        "no line of a capture\n"
        "1680652700000003 {\"e\":\"trade\",\"s\":\"AUSDT\",\"t\":3,\"p\":\"-1.5\",\"q\":\"1\",\"m\":true}\n"
        "1680652700000004 {\"e\":\"kline\",\"s\":\"AUSDT\"}\n"
        "1680652700000005 {\"e\":\"trade\",\"s\":\"AUSDT\",\"t\":4,\"p\":\"1.5\",\"q\":\"1\",\"m\":true}\n");
    struct source *s = open_ok(p, paths, 1, NULL);
    static const struct {
        int error;
        const char *text;
    } bad[] = {{AP_ESYNTAX, "line 2 of file0: "},
               {AP_ESYNTAX, "line 3 of file0: "},
               {AP_ERANGE, "line 4 of file0: "}};
    for (int round = 0; round < 2; round++) {
        (void)want(s, EVENT_SESSION);
        (void)want_instrument(s, "AUSDT", 1);
        (void)want(s, EVENT_TRADE);
        for (size_t i = 0; i < 3; i++) {
            const struct gap_row *gap = event_rows_const(want(s, EVENT_GAP));
            assert_int_equal(gap->cause, GAP_BAD_FRAME);
            assert_int_equal(gap->error, bad[i].error);
            assert_int_equal(gap->lost, 1);
            assert_memory_equal(gap->text, bad[i].text, strlen(bad[i].text));
        }
        assert_int_equal(want(s, EVENT_TRADE)->seq, 7);
        assert_int_equal(source_bad_frames(s), 3);
        assert_ok(source_rewind(s));
    }
    source_close(s);
}

static void a_cut_file_ends_in_words(void **state)
{
    struct place *p = *state;
    const char *paths[] = {p->path[0]};
    struct capture_writer *w;
    const struct event *ev;
    char line[512];
    int got, n = 0;
    assert_ok(capture_create(p->path[0], CAPTURE_GZIP, &w));
    for (int i = 0; i < 20000; i++) {
        size_t len = quote_line(line, sizeof(line), "AUSDT", i % 99999) - 1;
        const char *frame = strchr(line, ' ') + 1;
        assert_ok(capture_write(w, INT64_C(1680652700000000000) + i, frame, len - (size_t)(frame - line)));
    }
    assert_ok(capture_finish(w));
    FILE *f = fopen(p->path[0], "rb");
    assert_non_null(f);
    assert_int_equal(fseek(f, 0, SEEK_END), 0);
    assert_int_equal(truncate(p->path[0], (off_t)ftell(f) * 2 / 3), 0);
    (void)fclose(f);
    struct source *s = open_ok(p, paths, 1, NULL);
    while ((got = source_next(s, &ev)) == 1) {
        n++;
    }
    assert_err(got, AP_ECORRUPT);
    assert_err(source_next(s, &ev), AP_ECORRUPT);
    assert_true(n > 5000 && n < 20002);
    (void)snprintf(line, sizeof(line), "%s: damaged or cut at line %d", p->path[0], n - 1);
    assert_memory_equal(source_why(s), line, strlen(line));
    source_close(s);
}

#define SNAPSHOT                                                                                             \
    "1680652700000001 {\"lastUpdateId\":5,\"bids\":[[\"1.0\",\"1\"]],\"asks\":[[\"2.125\",\"1\"]]}\n"
#define DIFF(symbol)                                                                                         \
    "1680652700000002 {\"e\":\"depthUpdate\",\"s\":\"" symbol                                                \
    "\",\"U\":5,\"u\":6,\"pu\":4,\"b\":[[\"1.0\",\"2\"]],\"a\":[]}\n"

static void snapshots_without_a_name(void **state)
{
    struct place *p = *state;
    const char *paths[] = {p->path[0], p->path[1]};
    /* Before the first update, and finer than any. */
    put(p->path[0], SNAPSHOT DIFF("AUSDT"));
    struct source *s = open_ok(p, paths, 1, NULL);
    (void)want(s, EVENT_SESSION);
    const struct instrument *in = want_instrument(s, "AUSDT", 1);
    assert_true(in->price_decimals == 3 && in->tick == 125);
    const struct event *ev = want(s, EVENT_DEPTH_SNAPSHOT);
    assert_true(ev->instrument == 1 && ev->last_id == 5);
    (void)want(s, EVENT_DEPTH);
    source_close(s);
    /* In a file of its own, beside the only book there is. */
    put(p->path[0], SNAPSHOT);
    put(p->path[1], DIFF("AUSDT"));
    s = open_ok(p, paths, 2, NULL);
    (void)want(s, EVENT_SESSION);
    (void)want_instrument(s, "AUSDT", 1);
    assert_int_equal(want(s, EVENT_DEPTH_SNAPSHOT)->instrument, 1);
    source_close(s);
    /* Of one of two. */
    put(p->path[0], SNAPSHOT DIFF("AUSDT") DIFF("BUSDT"));
    open_fails(p, paths, 1, AP_EAMBIGUOUS, "AUSDT, BUSDT");
}

static void what_cannot_be_opened(void **state)
{
    struct place *p = *state;
    const char *paths[] = {p->path[0], p->path[1]}, *dir[] = {p->dir};
    struct source *s = NULL;
    open_fails(p, paths, 1, AP_ENOTFOUND, p->path[0]);
    open_fails(p, dir, 1, AP_EINVAL, "not a file");
    open_fails(p, paths, 0, AP_EINVAL, "capture");
    put(p->path[0], "");
    open_fails(p, paths, 1, AP_EEOF, "empty");
    put(p->path[0], "This is a letter.\nIt is no capture.\n");
    open_fails(p, paths, 1, AP_ESYNTAX, "Binance");
    put(p->path[0], DIFF("AUSDT"));
    open_fails(p, paths, 2, AP_ENOTFOUND, p->path[1]);
    struct source_capture_options o = {.venue = "nowhere", .paths = paths, .path_n = 1};
    assert_err(source_open_capture(&o, &s, p->why, sizeof(p->why)), AP_ENOTFOUND);
    assert_non_null(strstr(p->why, "nowhere"));
    char text[16384];
    size_t used = 0;
    for (int i = 0; i <= INSTRUMENT_MAX; i++) {
        char symbol[16];
        (void)snprintf(symbol, sizeof(symbol), "A%dUSDT", i);
        used += quote_line(text + used, sizeof(text) - used, symbol, i);
    }
    put(p->path[0], text);
    open_fails(p, paths, 1, AP_EFULL, "64");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(recorded_books_are_true),   TEST(two_recordings_are_merged), TEST(the_venues_list_rules),
        TEST(files_group_by_instrument), TEST(time_never_goes_back),      TEST(bad_frames_are_told),
        TEST(a_cut_file_ends_in_words),  TEST(snapshots_without_a_name),  TEST(what_cannot_be_opened),
    };
    return cmocka_run_group_tests_name("replay/source_capture", tests, NULL, NULL);
}
