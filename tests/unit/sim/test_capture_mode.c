/* The exchange over real loopback sockets, its market from recorded frames. */
#include "sim/cap_frame.h"
#include "sim/plain_book.h"
#include "sim/sim_private.h"
#include "tiny_client.h"

#include "test.h"
#include <alphaplus/capture/capture.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define PATIENCE_MS 20000
#define BTC         "binance_usdm_btcusdt_20240718_cut.gz"
#define ETH         "binance_usdm_ethusdt_20240718_cut.gz"
#define OLD         "binance_usdm_btcusdt_20230404_cut.gz"

static const char *data_path(const char *name)
{
    static char paths[4][512];
    static int at;
    char *path = paths[at++ % 4];
    snprintf(path, sizeof paths[0], "%s/captures/%s", getenv("AP_TEST_DATA"), name);
    return path;
}

static struct sim *start(const char *const *files, size_t n, double speed, bool waits, bool is_loop)
{
    const struct sim_options o = {
        .captures = files, .capture_n = n, .speed = speed, .waits = waits, .is_loop = is_loop};
    struct sim *s = NULL;
    char why[256];
    if (sim_start(&o, &s, why, sizeof why) < 0) {
        print_error("%s\n", why);
        fail();
    }
    return s;
}

static void expect_done(const struct sim *s)
{
    for (int i = 0; i < PATIENCE_MS && !sim_is_done(s); i++) {
        (void)poll(NULL, 0, 1);
    }
    assert_true(sim_is_done(s));
}

/* What is to be compared: the capture itself, read beside the exchange. */
struct original {
    struct capture *capture;
    struct capture_line line;
    struct cap_frame frame;
    char *snapshot;
};

static void original_open(struct original *o, const char *const *files, size_t n)
{
    struct capture *each[4];
    *o = (struct original){0};
    for (size_t i = 0; i < n; i++) {
        assert_ok(capture_open(&files[i], 1, &each[i], NULL));
    }
    assert_ok(capture_merge(each, n, &o->capture));
}

/* The next stream frame; keeps the last snapshot seen on the way. False at the end. */
static bool original_next(struct original *o)
{
    while (capture_next(o->capture, &o->line) == 1) {
        assert_ok(cap_frame_read(o->line.frame, o->line.n, &o->frame));
        if (!o->frame.is_snapshot) {
            return true;
        }
        free(o->snapshot);
        o->snapshot = tiny_copy(o->line.frame, o->line.n);
    }
    return false;
}

static void original_close(struct original *o)
{
    capture_close(o->capture);
    free(o->snapshot);
}

/* Everything, asked for under its own names, comes byte for byte, and the snapshot too. */
static void check_bytes(const char *file, const char *path, const char *symbol)
{
    const char *files[] = {data_path(file)};
    struct sim *s = start(files, 1, 0, true, false);
    struct tiny t, rest;
    struct original o;
    char ask[80];
    assert_int_equal(tiny_open(&t, sim_port(s), path, 0), 101);
    snprintf(ask, sizeof ask, "/fapi/v1/depth?symbol=%s&limit=1000", symbol);
    assert_int_equal(tiny_ask(&rest, sim_port(s), ask), 0);
    original_open(&o, files, 1);
    size_t frames = 0;
    while (original_next(&o)) {
        const char *payload;
        size_t n;
        if (o.frame.stream.kind == STREAM_MARK) { /* another path's */
            continue;
        }
        assert_int_equal(tiny_text(&t, PATIENCE_MS, &payload, &n), TINY_TEXT);
        assert_int_equal(n, o.line.n);
        assert_memory_equal(payload, o.line.frame, n);
        frames++;
    }
    assert_true(frames > 2000);
    const char *payload;
    size_t n;
    assert_int_equal(tiny_text(&t, PATIENCE_MS, &payload, &n), TINY_CLOSE);
    char *body = NULL;
    assert_int_equal(tiny_answer(&rest, PATIENCE_MS, NULL, &body), 200);
    assert_string_equal(body, o.snapshot);
    free(body);
    original_close(&o);
    tiny_close(&rest);
    tiny_close(&t);
    expect_done(s);
    sim_stop(s);
}

static void test_frames_keep_their_bytes(void **state)
{
    (void)state;
    check_bytes(BTC, "/public/stream?streams=btcusdt@depth@0ms/btcusdt@bookTicker/btcusdt@trade", "BTCUSDT");
    check_bytes(ETH, "/public/stream?streams=ethusdt@depth@0ms/ethusdt@bookTicker/ethusdt@trade", "ETHUSDT");
    check_bytes(OLD, "/public/stream?streams=btcusdt@depth@0ms/btcusdt@bookTicker/btcusdt@trade", "BTCUSDT");
}

/* Other speeds of a stream get what there is, under the name that was asked; raw clients get the bare
 * object. */
static void test_names_that_were_asked(void **state)
{
    (void)state;
    const char *files[] = {data_path(OLD)};
    struct sim *s = start(files, 1, 0, true, false);
    struct tiny depth, tape, raw;
    struct original o;
    assert_int_equal(
        tiny_open(&tape, sim_port(s), "/market/stream?streams=btcusdt@aggTrade/btcusdt@markPrice", 0), 101);
    assert_int_equal(tiny_open(&raw, sim_port(s), "/public/ws/btcusdt@depth@500ms", 0), 101);
    assert_int_equal(tiny_open(&depth, sim_port(s), "/public/stream?streams=btcusdt@depth@100ms", 0), 101);
    original_open(&o, files, 1);
    size_t seen[STREAM_ALL_MARK + 1] = {0};
    while (original_next(&o)) {
        const char *payload;
        size_t n;
        char head[80] = "";
        struct tiny *t = &tape;
        switch (o.frame.stream.kind) {
        case STREAM_DEPTH:
            t = &depth;
            snprintf(head, sizeof head, "{\"stream\":\"btcusdt@depth@100ms\",\"data\":");
            assert_int_equal(tiny_text(&raw, PATIENCE_MS, &payload, &n), TINY_TEXT);
            assert_int_equal(n, o.frame.data_n);
            assert_memory_equal(payload, o.frame.data, n);
            break;
        case STREAM_TRADE: snprintf(head, sizeof head, "{\"stream\":\"btcusdt@trade\",\"data\":"); break;
        case STREAM_MARK: snprintf(head, sizeof head, "{\"stream\":\"btcusdt@markPrice\",\"data\":"); break;
        default: continue;
        }
        assert_int_equal(tiny_text(t, PATIENCE_MS, &payload, &n), TINY_TEXT);
        assert_int_equal(n, strlen(head) + o.frame.data_n + 1);
        assert_memory_equal(payload, head, strlen(head));
        assert_memory_equal(payload + strlen(head), o.frame.data, o.frame.data_n);
        assert_int_equal(payload[n - 1], '}');
        seen[o.frame.stream.kind]++;
    }
    assert_true(seen[STREAM_DEPTH] > 500 && seen[STREAM_TRADE] > 200 && seen[STREAM_MARK] > 10);
    original_close(&o);
    tiny_close(&depth);
    tiny_close(&tape);
    tiny_close(&raw);
    sim_stop(s);
}

/* A snapshot given late joins the frames after it and leads to the same book as the captured one. */
static void test_a_late_snapshot_is_true(void **state)
{
    (void)state;
    const char *files[] = {data_path(BTC)};
    struct sim *s = start(files, 1, 0, true, false);
    struct tiny t;
    struct plain_book early, late;
    char *first = NULL, *later = NULL;
    plain_book_init(&early, 2, 3);
    plain_book_init(&late, 2, 3);
    assert_int_equal(tiny_open(&t, sim_port(s), "/public/ws/btcusdt@depth", 0), 101);
    assert_int_equal(tiny_get(sim_port(s), "/fapi/v1/depth?symbol=BTCUSDT&limit=1000", NULL, &first), 200);
    for (int i = 0;; i++) {
        const char *payload;
        size_t n;
        if (tiny_text(&t, PATIENCE_MS, &payload, &n) != TINY_TEXT) {
            break;
        }
        assert_ok(plain_book_diff(&early, payload, n));
        assert_ok(plain_book_diff(&late, payload, n));
        if (i == 50) {
            assert_ok(plain_book_snapshot(&early, first, strlen(first)));
        }
        if (i == 400) {
            assert_int_equal(tiny_get(sim_port(s), "/fapi/v1/depth?symbol=BTCUSDT&limit=1000", NULL, &later),
                             200);
            assert_string_not_equal(first, later);
            assert_ok(plain_book_snapshot(&late, later, strlen(later)));
        }
    }
    assert_int_equal(early.state, PLAIN_TRUE);
    assert_int_equal(late.state, PLAIN_TRUE);
    assert_true(early.last_id == late.last_id);
    for (int side = 0; side < 2; side++) {
        struct price_level a[1000], b[1000];
        size_t an = plain_book_top(&early, side, 1000, a), bn = plain_book_top(&late, side, 1000, b);
        size_t n = an < bn ? an : bn;
        assert_true(n > 800);
        assert_memory_equal(a, b, n * sizeof a[0]);
    }
    free(first);
    free(later);
    plain_book_finish(&early);
    plain_book_finish(&late);
    tiny_close(&t);
    sim_stop(s);
}

/* Several instruments are merged by time; each has its own snapshot and its own entry in the list. */
static void test_two_instruments(void **state)
{
    (void)state;
    const char *files[] = {data_path(ETH), data_path(BTC)};
    struct sim *s = start(files, 2, 0, true, false);
    struct tiny t, rest[2];
    struct original o;
    assert_int_equal(
        tiny_open(
            &t, sim_port(s),
            "/public/stream?streams=btcusdt@depth@0ms/ethusdt@depth@0ms/btcusdt@bookTicker/ethusdt@bookTicker/"
            "btcusdt@trade/ethusdt@trade",
            0),
        101);
    assert_int_equal(tiny_ask(&rest[0], sim_port(s), "/fapi/v1/depth?symbol=BTCUSDT&limit=1000"), 0);
    assert_int_equal(tiny_ask(&rest[1], sim_port(s), "/fapi/v1/depth?symbol=ETHUSDT&limit=1000"), 0);
    original_open(&o, files, 2);
    size_t frames = 0;
    for (; original_next(&o); frames++) {
        const char *payload;
        size_t n;
        assert_int_equal(tiny_text(&t, PATIENCE_MS, &payload, &n), TINY_TEXT);
        assert_int_equal(n, o.line.n);
        assert_memory_equal(payload, o.line.frame, n);
    }
    assert_int_equal(frames, 4998);
    static const char *const begins[] = {"{\"lastUpdateId\":4984028384061,",
                                         "{\"lastUpdateId\":4984028386786,"};
    for (int i = 0; i < 2; i++) {
        char *body = NULL;
        assert_int_equal(tiny_answer(&rest[i], PATIENCE_MS, NULL, &body), 200);
        assert_memory_equal(body, begins[i], strlen(begins[i]));
        free(body);
        tiny_close(&rest[i]);
    }
    char *list = NULL;
    assert_int_equal(tiny_get(sim_port(s), "/fapi/v1/exchangeInfo", NULL, &list), 200);
    char *btc = strstr(list, "{\"symbol\":\"BTCUSDT\""), *eth = strstr(list, "{\"symbol\":\"ETHUSDT\"");
    assert_non_null(btc);
    assert_non_null(eth);
    assert_non_null(strstr(btc, "\"tickSize\":\"0.10\""));
    assert_non_null(strstr(btc, "\"stepSize\":\"0.001\""));
    assert_non_null(strstr(eth, "\"tickSize\":\"0.01\""));
    assert_non_null(strstr(eth, "\"baseAsset\":\"ETH\",\"quoteAsset\":\"USDT\""));
    free(list);
    original_close(&o);
    tiny_close(&t);
    sim_stop(s);
}

static int64_t now_ns(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

/* Frames are never early. */
static void test_spacing(void **state)
{
    (void)state;
    const double speed = 20;
    const char *files[] = {data_path(BTC)};
    struct sim *s = start(files, 1, speed, true, false);
    struct tiny t;
    struct original o;
    int64_t first_real = 0, first_recv = 0;
    assert_int_equal(
        tiny_open(&t, sim_port(s), "/public/ws/btcusdt@depth@0ms/btcusdt@bookTicker/btcusdt@trade", 0), 101);
    original_open(&o, files, 1);
    while (original_next(&o)) {
        const char *payload;
        size_t n;
        assert_int_equal(tiny_text(&t, PATIENCE_MS, &payload, &n), TINY_TEXT);
        int64_t real = now_ns();
        first_real = first_real ? first_real : real;
        first_recv = first_recv ? first_recv : o.line.recv_ns;
        /* The first may itself have been read late, by a little that a loaded machine makes larger. */
        assert_true((double)(real - first_real) > (double)(o.line.recv_ns - first_recv) / speed - 200e6);
    }
    assert_true(now_ns() - first_real > 1500000000);
    original_close(&o);
    tiny_close(&t);
    sim_stop(s);
}

static void test_loop_begins_again(void **state)
{
    (void)state;
    const char *files[] = {data_path(BTC)};
    struct sim *s = start(files, 1, 0, true, true);
    struct tiny t;
    assert_int_equal(tiny_open(&t, sim_port(s), "/public/ws/btcusdt@trade/btcusdt@depth", 0), 101);
    const char *payload;
    size_t n;
    char *first = NULL;
    int rounds = 0;
    while (rounds < 3) {
        assert_int_equal(tiny_text(&t, PATIENCE_MS, &payload, &n), TINY_TEXT);
        if (!first) {
            first = tiny_copy(payload, n);
        }
        rounds += strlen(first) == n && memcmp(first, payload, n) == 0;
    }
    assert_false(sim_is_done(s));
    free(first);
    tiny_close(&t);
    sim_stop(s);
}

static void test_what_a_capture_cannot_answer(void **state)
{
    (void)state;
    const char *files[] = {data_path(BTC)};
    struct sim *s = start(files, 1, 0, true, false);
    assert_int_equal(tiny_get(sim_port(s), "/fapi/v1/openInterest?symbol=BTCUSDT", NULL, NULL), 400);
    assert_int_equal(tiny_get(sim_port(s), "/fapi/v1/premiumIndex?symbol=BTCUSDT", NULL, NULL), 400);
    assert_int_equal(tiny_get(sim_port(s), "/fapi/v1/depth?symbol=ETHUSDT", NULL, NULL), 400);
    char *body = NULL;
    assert_int_equal(tiny_get(sim_port(s), "/fapi/v1/time", NULL, &body), 200);
    assert_string_equal(body, "{\"serverTime\":1721347020984}");
    free(body);
    sim_stop(s);
}

static void write_file(const char *path, const char *text)
{
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    assert_true(fputs(text, f) >= 0);
    assert_int_equal(fclose(f), 0);
}

static void test_captures_that_are_none(void **state)
{
    (void)state;
    char empty[512], words[512];
    snprintf(empty, sizeof empty, "%s/sim_empty_%d", getenv("AP_TEST_BUILD"), (int)getpid());
    snprintf(words, sizeof words, "%s/sim_words_%d", getenv("AP_TEST_BUILD"), (int)getpid());
    write_file(empty, "");
    write_file(words, "1721347020984480942 {\"hello\":1}\n1721347020984480943 not json\nnot even a time\n");
    const char *const bad[] = {"/nonexistent/capture", getenv("AP_TEST_BUILD"), empty, words};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        const struct sim_options o = {.captures = &bad[i], .capture_n = 1, .speed = 1};
        struct sim *s = NULL;
        char why[256] = "";
        assert_true(sim_start(&o, &s, why, sizeof why) < 0);
        assert_null(s);
        assert_true(strlen(why) > 10);
    }
    unlink(empty);
    unlink(words);
}

/* Frames that are not whole JSON are passed on as they are, and the market goes on. */
static void test_broken_frames_pass_through(void **state)
{
    (void)state;
    char path[512];
    snprintf(path, sizeof path, "%s/sim_broken_%d", getenv("AP_TEST_BUILD"), (int)getpid());
    write_file(
        path,
        "1000000000000000001 {\"stream\":\"xusdt@depth\",\"data\":{\"U\":1,\"u\":2,\"pu\":0,\"b\":[[\"1.5\",\"2\"]],\"a\":[]}}\n"
        "1000000000000000002 {\"lastUpdateId\":2,\"bids\":[[\"1.5\",\"oops\"]],\"asks\":[]}\n"
        "1000000000000000003 {\"stream\":\"xusdt@depth\",\"data\":{\"U\":3,\"u\":4,\"pu\":2,\"b\":[[\"1.5\"],\"a\":[]}}\n"
        "1000000000000000004 {\"stream\":\"xusdt@kline_1m\",\"data\":{\"k\":1}}\n"
        "1000000000000000005 {\"result\":null,\"id\":1}\n");
    const char *files[] = {path};
    struct sim *s = start(files, 1, 0, true, false);
    struct tiny t, rest;
    assert_int_equal(tiny_open(&t, sim_port(s), "/public/stream?streams=xusdt@depth/xusdt@kline_1m", 0), 101);
    assert_int_equal(tiny_ask(&rest, sim_port(s), "/fapi/v1/depth?symbol=XUSDT&limit=1000"), 0);
    for (int i = 0; i < 3; i++) {
        const char *payload;
        size_t n;
        assert_int_equal(tiny_text(&t, PATIENCE_MS, &payload, &n), TINY_TEXT);
        assert_memory_equal(payload, "{\"stream\":\"xusdt@", 17);
    }
    assert_int_equal(tiny_answer(&rest, PATIENCE_MS, NULL, NULL), 503); /* no true snapshot, and it says so */
    tiny_close(&rest);
    tiny_close(&t);
    expect_done(s);
    sim_stop(s);
    unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_frames_keep_their_bytes),
        cmocka_unit_test(test_names_that_were_asked),
        cmocka_unit_test(test_a_late_snapshot_is_true),
        cmocka_unit_test(test_two_instruments),
        cmocka_unit_test(test_spacing),
        cmocka_unit_test(test_loop_begins_again),
        cmocka_unit_test(test_what_a_capture_cannot_answer),
        cmocka_unit_test(test_captures_that_are_none),
        cmocka_unit_test(test_broken_frames_pass_through),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
