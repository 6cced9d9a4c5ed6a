/* The exchange over real loopback sockets, its market from the model. */
#include "sim/control.h"
#include "sim/sim_private.h"
#include "tiny_client.h"

#include "test.h"
#include <stdio.h>
#include <string.h>

#define PATIENCE_MS 20000

static struct sim *start(double speed, const struct sim_tuning *tuning)
{
    const struct sim_options o = {.speed = speed, .seed = 1};
    struct sim *s = NULL;
    char why[256];
    if (sim_start_tuned(&o, tuning ? tuning : &sim_tuning_default, &s, why, sizeof why) < 0) {
        print_error("%s\n", why);
        fail();
    }
    return s;
}

static void get(uint16_t port, const char *path, int status, const char *holds)
{
    char *head = NULL, *body = NULL;
    assert_int_equal(tiny_get(port, path, &head, &body), status);
    assert_non_null(strcasestr(head, "x-mbx-used-weight-1m:"));
    if (!strstr(body, holds)) {
        print_error("%s: %s lacks %s\n", path, body, holds);
        fail();
    }
    free(head);
    free(body);
}

static void test_rest(void **state)
{
    (void)state;
    struct sim *s = start(1, NULL);
    uint16_t port = sim_port(s);
    get(port, "/fapi/v1/ping", 200, "{}");
    get(port, "/fapi/v1/time", 200, "{\"serverTime\":");
    char name[SYMBOL_MAX];
    for (size_t i = 0; sim_symbol(NULL, i, name, sizeof name); i++) {
        char path[80], symbol[64];
        snprintf(symbol, sizeof symbol, "\"symbol\":\"%s\"", name);
        get(port, "/fapi/v1/exchangeInfo", 200, symbol);
        get(port, "/fapi/v1/premiumIndex", 200, symbol);
        snprintf(path, sizeof path, "/fapi/v1/openInterest?symbol=%s", name);
        get(port, path, 200, symbol);
        snprintf(path, sizeof path, "/fapi/v1/premiumIndex?symbol=%s", name);
        get(port, path, 200, symbol);
        snprintf(path, sizeof path, "/fapi/v1/depth?symbol=%s&limit=5", name);
        get(port, path, 200, "\"lastUpdateId\":");
    }
    get(port, "/fapi/v1/klines?symbol=BTCUSDT&interval=5m&limit=3", 200, "[[");
    get(port, "/fapi/v1/klines?symbol=BTCUSDT&interval=7x", 400, "-1102");
    get(port, "/fapi/v1/klines?interval=1m", 400, "-1102");
    get(port, "/fapi/v1/fundingInfo", 200, "\"fundingIntervalHours\":8");
    get(port, "/fapi/v1/nothing", 404, "{\"code\":-1121,\"msg\":\"Invalid symbol.\"}");
    get(port, "/", 404, "-1121");
    get(port, "/fapi/v1/depth", 400, "-1102");
    get(port, "/fapi/v1/depth?symbol=NOSUCH", 400, "-1121");
    get(port, "/fapi/v1/depth?symbol=BTCUSDT&limit=7", 400, "-1102");
    sim_stop(s);
}

static long header(const char *head, const char *name)
{
    const char *at = strcasestr(head, name);
    assert_non_null(at);
    return strtol(at + strlen(name), NULL, 10);
}

static void test_weight_is_counted(void **state)
{
    (void)state;
    struct sim *s = start(1, NULL);
    char *head = NULL;
    assert_int_equal(tiny_get(sim_port(s), "/fapi/v1/depth?symbol=BTCUSDT&limit=1000", &head, NULL), 200);
    assert_int_equal(header(head, "x-mbx-used-weight-1m:"), 20);
    free(head);
    sim_stop(s);
}

static uint64_t number(const char *text, const char *key)
{
    const char *at = strstr(text, key);
    assert_non_null(at);
    return strtoull(at + strlen(key), NULL, 10);
}

static bool begins(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

/* The next frame as text of the caller. */
static char *next(struct tiny *t)
{
    const char *payload;
    size_t n;
    assert_int_equal(tiny_text(t, PATIENCE_MS, &payload, &n), TINY_TEXT);
    return tiny_copy(payload, n);
}

static void test_depth_joins_the_snapshot_and_follows_itself(void **state)
{
    (void)state;
    struct sim *s = start(1, NULL);
    struct tiny t;
    assert_int_equal(
        tiny_open(&t, sim_port(s), "/public/stream?streams=btcusdt@depth@100ms/ethusdt@bookTicker", 0), 101);
    char *body = NULL;
    uint64_t last = 0, snapshot = 0;
    bool joined = false;
    int quotes = 0;
    for (int events = 0; events < 8 || quotes == 0;) {
        char *text = next(&t);
        if (begins(text, "{\"stream\":\"ethusdt@bookTicker\",\"data\":{\"e\":\"bookTicker\"")) {
            quotes++;
            free(text);
            continue;
        }
        assert_true(begins(text, "{\"stream\":\"btcusdt@depth@100ms\",\"data\":{\"e\":\"depthUpdate\""));
        uint64_t prev = number(text, "\"pu\":"), id = number(text, "\"u\":");
        assert_true(last == 0 || prev == last);
        last = id;
        if (snapshot == 0) {
            assert_int_equal(tiny_get(sim_port(s), "/fapi/v1/depth?symbol=BTCUSDT&limit=1000", NULL, &body),
                             200);
            snapshot = number(body, "\"lastUpdateId\":");
            assert_true(snapshot >= last); /* a frame that was told is in it */
        } else if (!joined && id > snapshot) {
            assert_true(prev <= snapshot);
            joined = true;
        }
        events++;
        free(text);
    }
    assert_true(joined);
    free(body);
    tiny_close(&t);
    sim_stop(s);
}

static void test_all_depth_speeds_and_raw_frames(void **state)
{
    (void)state;
    static const char *const streams[] = {"btcusdt@depth@0ms", "btcusdt@depth", "btcusdt@depth@500ms"};
    struct sim *s = start(1, NULL);
    for (int i = 0; i < 3; i++) {
        struct tiny t;
        char path[80];
        snprintf(path, sizeof path, "/public/ws/%s", streams[i]);
        assert_int_equal(tiny_open(&t, sim_port(s), path, 0), 101);
        uint64_t last = 0;
        for (int events = 0; events < 3; events++) {
            char *text = next(&t);
            assert_true(begins(text, "{\"e\":\"depthUpdate\""));
            assert_true(last == 0 || number(text, "\"pu\":") == last);
            last = number(text, "\"u\":");
            free(text);
        }
        tiny_close(&t);
    }
    sim_stop(s);
}

static void test_live_subscriptions_on_a_bare_path(void **state)
{
    (void)state;
    struct sim *s = start(1, NULL);
    struct tiny t;
    assert_int_equal(tiny_open(&t, sim_port(s), "/market/ws", 0), 101);
    assert_int_equal(
        tiny_say(
            &t,
            "{\"method\":\"SUBSCRIBE\",\"params\":[\"btcusdt@markPrice@1s\",\"btcusdt@aggTrade\"],\"id\":1}"),
        0);
    char *text = next(&t);
    assert_string_equal(text, "{\"result\":null,\"id\":1}");
    free(text);
    bool marks = false, trades = false;
    while (!marks || !trades) {
        text = next(&t);
        marks = marks || begins(text, "{\"e\":\"markPriceUpdate\"");
        trades = trades || begins(text, "{\"e\":\"aggTrade\"");
        free(text);
    }
    assert_int_equal(tiny_say(&t, "{\"method\":\"LIST_SUBSCRIPTIONS\",\"id\":2}"), 0);
    do {
        text = next(&t);
        marks = strcmp(text, "{\"result\":[\"btcusdt@markPrice@1s\",\"btcusdt@aggTrade\"],\"id\":2}") == 0;
        free(text);
    } while (!marks);
    tiny_close(&t);
    sim_stop(s);
}

/* The venue's trap: acknowledged, and never a frame. */
/* The best levels whole each time, and the best prices of all instruments. */
static void test_windows_and_all_quotes(void **state)
{
    (void)state;
    struct sim *s = start(20, NULL);
    struct tiny t;
    int windows = 0, quotes = 0;
    assert_int_equal(tiny_open(&t, sim_port(s),
                               "/public/stream?streams=ethusdt@depth5@100ms/btcusdt@depth20/!bookTicker", 0),
                     101);
    while (windows < 5 || quotes < 3) {
        char *text = next(&t);
        if (begins(text, "{\"stream\":\"ethusdt@depth5@100ms\",\"data\":{\"e\":\"depthUpdate\"")) {
            const char *bids = strstr(text, "\"b\":["), *asks = strstr(text, "\"a\":[");
            int n = 0;
            for (const char *at = bids; at < asks; at++) {
                n += at[0] == '[' && at[1] == '"';
            }
            assert_int_equal(n, 5);
            windows++;
        } else if (begins(text, "{\"stream\":\"!bookTicker\",\"data\":{\"e\":\"bookTicker\"")) {
            quotes++;
        } else {
            assert_true(begins(text, "{\"stream\":\"btcusdt@depth20\""));
        }
        free(text);
    }
    tiny_close(&t);
    sim_stop(s);
}

static void test_a_stream_on_the_wrong_path_stays_silent(void **state)
{
    (void)state;
    static const char *const paths[] = {"/market/stream?streams=btcusdt@depth@100ms",
                                        "/stream?streams=btcusdt@depth@100ms", "/ws/btcusdt@depth@100ms"};
    struct sim *s = start(1, NULL);
    struct tiny silent[3], speaking;
    for (int i = 0; i < 3; i++) {
        assert_int_equal(tiny_open(&silent[i], sim_port(s), paths[i], 0), 101);
        assert_int_equal(
            tiny_say(&silent[i], "{\"method\":\"SUBSCRIBE\",\"params\":[\"btcusdt@bookTicker\"],\"id\":1}"),
            0);
        char *text = next(&silent[i]);
        assert_string_equal(text, "{\"result\":null,\"id\":1}");
        free(text);
    }
    assert_int_equal(tiny_open(&speaking, sim_port(s), "/public/ws/btcusdt@depth@100ms", 0), 101);
    for (int i = 0; i < 5; i++) {
        free(next(&speaking));
    }
    for (int i = 0; i < 3; i++) {
        const char *payload;
        size_t n;
        assert_int_equal(tiny_text(&silent[i], 50, &payload, &n), TINY_TIMEOUT);
        tiny_close(&silent[i]);
    }
    tiny_close(&speaking);
    sim_stop(s);
}

static void test_paths_that_are_refused(void **state)
{
    (void)state;
    struct sim *s = start(1, NULL);
    struct tiny t;
    assert_int_equal(tiny_open(&t, sim_port(s), "/private/ws/key", 0), 403);
    assert_int_equal(tiny_open(&t, sim_port(s), "/publicity/ws", 0), 404);
    assert_int_equal(tiny_open(&t, sim_port(s), "/", 0), 404);
    sim_stop(s);
}

/* The connection's end: the close code if one came, else TINY_GONE. */
static int read_to_the_end(struct tiny *t, bool answers)
{
    for (;;) {
        const char *payload;
        size_t n;
        int opcode = answers ? tiny_text(t, PATIENCE_MS, &payload, &n)
                             : tiny_read(t, PATIENCE_MS, &payload, &n);
        if (opcode == TINY_CLOSE && n >= 2) {
            return (unsigned char)payload[0] << 8 | (unsigned char)payload[1];
        }
        if (opcode < 0) {
            return opcode;
        }
    }
}

static void test_a_client_that_sends_too_much_is_closed(void **state)
{
    (void)state;
    struct sim *s = start(1, NULL);
    struct tiny t;
    assert_int_equal(tiny_open(&t, sim_port(s), "/public/ws", 0), 101);
    for (int i = 0; i < 11; i++) {
        assert_int_equal(tiny_say(&t, "{\"method\":\"LIST_SUBSCRIPTIONS\",\"id\":1}"), 0);
    }
    assert_int_equal(read_to_the_end(&t, true), 1008);
    tiny_close(&t);

    static char large[60000];
    memset(large, ' ', sizeof large);
    assert_int_equal(tiny_open(&t, sim_port(s), "/public/ws", 0), 101);
    assert_int_equal(tiny_send(&t, TINY_TEXT, large, sizeof large), 0); /* below the ceiling: an answer */
    char *text = next(&t);
    assert_non_null(strstr(text, "Invalid JSON"));
    free(text);
    tiny_close(&t);

    static char huge[CONTROL_BYTES_MAX + 10000];
    memset(huge, ' ', sizeof huge);
    assert_int_equal(tiny_open(&t, sim_port(s), "/public/ws", 0), 101);
    tiny_send(&t, TINY_TEXT, huge, sizeof huge);
    int end = read_to_the_end(&t, true);
    assert_true(end == 1009 || end == TINY_GONE);
    tiny_close(&t);
    assert_int_equal(sim_stop_counting(s).noisy_closed, 1);
}

static void test_pings_come_and_want_an_answer(void **state)
{
    (void)state;
    struct sim_tuning tuning = sim_tuning_default;
    tuning.ping_ms = 150;
    tuning.pong_ms = 1000;
    struct sim *s = start(1, &tuning);
    struct tiny deaf, polite;
    const char *payload;
    size_t n;
    assert_int_equal(tiny_open(&deaf, sim_port(s), "/market/ws", 0), 101);
    assert_int_equal(tiny_open(&polite, sim_port(s), "/market/ws", 0), 101);
    assert_int_equal(tiny_read(&deaf, PATIENCE_MS, &payload, &n), TINY_PING);
    /* The polite one is still there when the deaf one has been closed. */
    int pings = 0;
    for (bool is_open = true; is_open;) {
        int opcode = tiny_read(&polite, PATIENCE_MS, &payload, &n);
        assert_int_equal(opcode, TINY_PING);
        assert_int_equal(tiny_send(&polite, 10, payload, n), 0);
        pings++;
        opcode = tiny_read(&deaf, 1, &payload, &n);
        is_open = opcode != TINY_GONE && opcode != TINY_CLOSE;
    }
    assert_true(pings >= 5);
    assert_int_equal(tiny_say(&polite, "{\"method\":\"LIST_SUBSCRIPTIONS\",\"id\":1}"), 0);
    char *text = next(&polite);
    assert_string_equal(text, "{\"result\":[],\"id\":1}");
    free(text);
    tiny_close(&deaf);
    tiny_close(&polite);
    sim_stop(s);
}

static int64_t server_time_ms(const struct sim *s)
{
    char *body = NULL;
    assert_int_equal(tiny_get(sim_port(s), "/fapi/v1/time", NULL, &body), 200);
    int64_t ms = (int64_t)number(body, "\"serverTime\":");
    free(body);
    return ms;
}

static void test_a_slow_reader_is_closed_and_counted(void **state)
{
    (void)state;
    struct sim_tuning tuning = sim_tuning_default;
    tuning.queue_bytes = 64u << 10;
    tuning.send_buffer = 4096;
    tuning.weight = 1000000; /* the time is asked for again and again */
    struct sim *s = start(50, &tuning);
    struct tiny slow;
    assert_int_equal(tiny_open(&slow, sim_port(s), "/public/ws/btcusdt@depth@0ms/ethusdt@depth@0ms", 4096),
                     101);
    /* A minute and a half of market: far more than queue and sockets can hold. */
    int64_t begin_ms = server_time_ms(s);
    while (server_time_ms(s) < begin_ms + 90000) {
    }
    assert_true(read_to_the_end(&slow, false) != TINY_TIMEOUT);
    tiny_close(&slow);
    struct hub_counts counts = sim_stop_counting(s);
    assert_int_equal(counts.slow_closed, 1);
    assert_int_equal(counts.clients, 1);
}

/* 100 of weight: refused beyond, with how long to wait, and banned when that is not heeded. */
static void test_weight_is_counted_and_refused(void **state)
{
    (void)state;
    struct sim_tuning tuning = sim_tuning_default;
    tuning.weight = 100;
    struct sim *s = start(1, &tuning);
    char *head = NULL, *body = NULL;
    int good = 0, refused = 0, status = 200;
    for (int i = 0; i < 200 && status != 418; i++) {
        status = tiny_get(sim_port(s), "/fapi/v1/depth?symbol=BTCUSDT&limit=1000", &head, &body);
        good += status == 200;
        refused += status == 429;
        if (status == 200) {
            assert_true(header(head, "x-mbx-used-weight-1m:") <= 100);
        } else {
            assert_true(header(head, "retry-after:") >= 1);
            assert_non_null(strstr(body, "-1003"));
        }
        free(head);
        free(body);
    }
    /* The minute may turn once on the way. */
    assert_true(good == 5 || good == 10);
    assert_true(refused >= 20);
    assert_int_equal(status, 418);
    assert_int_equal(tiny_get(sim_port(s), "/fapi/v1/time", NULL, NULL), 418);
    assert_int_equal(tiny_get(sim_port(s), "/sim/pause", NULL, NULL), 200);
    sim_stop(s);
}

static void test_sockets_live_only_so_long(void **state)
{
    (void)state;
    struct sim_tuning tuning = sim_tuning_default;
    tuning.life_ms = 300;
    struct sim *s = start(1, &tuning);
    struct tiny t;
    assert_int_equal(tiny_open(&t, sim_port(s), "/public/ws/btcusdt@depth@100ms", 0), 101);
    assert_int_equal(read_to_the_end(&t, true), 1001);
    tiny_close(&t);
    sim_stop(s);
}

/* As fast as it is read: no frame is lost however slowly that is. */
static void test_without_speed_the_market_waits_for_its_reader(void **state)
{
    (void)state;
    struct sim *s = start(0, NULL);
    struct tiny t;
    assert_int_equal(tiny_open(&t, sim_port(s), "/public/ws/btcusdt@depth@0ms", 0), 101);
    uint64_t last = 0;
    for (int i = 0; i < 20000; i++) {
        const char *payload;
        size_t n;
        assert_int_equal(tiny_text(&t, PATIENCE_MS, &payload, &n), TINY_TEXT);
        uint64_t prev = number(payload, "\"pu\":");
        assert_true(last == 0 || prev == last);
        last = number(payload, "\"u\":");
    }
    tiny_close(&t);
    assert_int_equal(sim_stop_counting(s).slow_closed, 0);
}

static void test_a_waiting_market_begins_with_its_first_reader(void **state)
{
    (void)state;
    const struct sim_options o = {.speed = 1, .seed = 1, .waits = true};
    uint64_t first_id = 0;
    for (int round = 0; round < 2; round++) {
        struct sim *s;
        struct tiny t;
        char why[256];
        assert_ok(sim_start(&o, &s, why, sizeof why));
        assert_int_equal(tiny_open(&t, sim_port(s), "/public/ws/btcusdt@depth@100ms", 0), 101);
        char *text = next(&t);
        uint64_t id = number(text, "\"u\":");
        assert_true(round == 0 || id == first_id);
        first_id = id;
        free(text);
        tiny_close(&t);
        sim_stop(s);
    }
}

static void test_start_and_stop_many_times(void **state)
{
    (void)state;
    for (int i = 0; i < 100; i++) {
        struct sim *s = start(1, NULL);
        struct tiny t, asking;
        assert_int_equal(tiny_open(&t, sim_port(s), "/public/ws/btcusdt@depth@100ms", 0), 101);
        assert_int_equal(tiny_ask(&asking, sim_port(s), "/fapi/v1/exchangeInfo"), 0);
        if (i % 2 == 0) {
            tiny_close(&t);
        }
        sim_stop(s);
        tiny_close(&asking);
        if (i % 2 != 0) {
            tiny_close(&t);
        }
    }
    sim_stop(NULL);
}

static void test_starts_that_fail_say_why(void **state)
{
    (void)state;
    struct sim *s = start(1, NULL), *other = NULL;
    char why[256] = "";
    struct sim_options o = {.speed = 1, .port = sim_port(s)};
    assert_err(sim_start(&o, &other, why, sizeof why), AP_EBUSY);
    assert_non_null(strstr(why, "in use"));
    o = (struct sim_options){.speed = -1};
    assert_err(sim_start(&o, &other, why, sizeof why), AP_EINVAL);
    o.speed = (double)NAN;
    assert_err(sim_start(&o, &other, why, sizeof why), AP_EINVAL);
    assert_null(other);
    sim_stop(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rest),
        cmocka_unit_test(test_weight_is_counted),
        cmocka_unit_test(test_depth_joins_the_snapshot_and_follows_itself),
        cmocka_unit_test(test_all_depth_speeds_and_raw_frames),
        cmocka_unit_test(test_live_subscriptions_on_a_bare_path),
        cmocka_unit_test(test_windows_and_all_quotes),
        cmocka_unit_test(test_a_stream_on_the_wrong_path_stays_silent),
        cmocka_unit_test(test_paths_that_are_refused),
        cmocka_unit_test(test_a_client_that_sends_too_much_is_closed),
        cmocka_unit_test(test_pings_come_and_want_an_answer),
        cmocka_unit_test(test_a_slow_reader_is_closed_and_counted),
        cmocka_unit_test(test_weight_is_counted_and_refused),
        cmocka_unit_test(test_sockets_live_only_so_long),
        cmocka_unit_test(test_without_speed_the_market_waits_for_its_reader),
        cmocka_unit_test(test_a_waiting_market_begins_with_its_first_reader),
        cmocka_unit_test(test_start_and_stop_many_times),
        cmocka_unit_test(test_starts_that_fail_say_why),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
