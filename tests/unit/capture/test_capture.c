#include "test.h"

#include <alphaplus/capture/capture.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct place {
    char dir[64];
    char path[4][128];
};

static int set_up(void **state)
{
    struct place *p = calloc(1, sizeof(*p));
    assert_non_null(p);
    (void)snprintf(p->dir, sizeof(p->dir), "/tmp/ap-capture-XXXXXX");
    assert_non_null(mkdtemp(p->dir));
    for (int i = 0; i < 4; i++) {
        (void)snprintf(p->path[i], sizeof(p->path[i]), "%s/%c", p->dir, 'a' + i);
    }
    *state = p;
    return 0;
}

static int tear_down(void **state)
{
    struct place *p = *state;
    for (int i = 0; i < 4; i++) {
        (void)unlink(p->path[i]);
    }
    (void)rmdir(p->dir);
    free(p);
    return 0;
}

static void put(const char *path, const void *bytes, size_t n)
{
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(bytes, 1, n, f), n);
    assert_int_equal(fclose(f), 0);
}

static void put_text(const char *path, const char *text)
{
    put(path, text, strlen(text));
}

static struct capture *open_one(const char *path)
{
    struct capture *c = NULL;
    assert_ok(capture_open(&path, 1, &c, NULL));
    return c;
}

static int open_error(const char *path)
{
    struct capture *c = NULL;
    size_t bad = 7;
    int err = capture_open(&path, 1, &c, &bad);
    assert_null(c);
    assert_int_equal(bad, 0);
    return err;
}

static void expect(struct capture *c, int64_t recv_ns, const char *frame, uint32_t file, uint64_t number)
{
    struct capture_line line;
    assert_int_equal(capture_next(c, &line), 1);
    assert_true(line.recv_ns == recv_ns);
    assert_int_equal(line.n, strlen(frame));
    assert_memory_equal(line.frame, frame, line.n);
    assert_int_equal(line.file, file);
    assert_int_equal(line.line, number);
}

static void expect_end(struct capture *c)
{
    struct capture_line line;
    assert_int_equal(capture_next(c, &line), 0);
    assert_int_equal(capture_next(c, &line), 0);
    assert_near(capture_progress(c), 1.0, 0.0);
}

static void what_is_no_capture(void **state)
{
    struct place *p = *state;
    struct capture *c = NULL;
    assert_err(open_error(p->dir), AP_EINVAL);
    assert_err(open_error(p->path[0]), AP_ENOTFOUND);
    put(p->path[0], "", 0);
    assert_err(open_error(p->path[0]), AP_EEOF);
    put(p->path[0],
        "\x7f"
        "ELF\0\0\0binary",
        13);
    assert_err(open_error(p->path[0]), AP_ESYNTAX);
    put(p->path[0], "\x1f\x8b\x08\x00", 4);
    assert_err(open_error(p->path[0]), AP_ECORRUPT);
    put(p->path[0], "\x28\xb5\x2f\xfd\x04", 5);
    assert_err(open_error(p->path[0]), AP_ECORRUPT);
    assert_int_equal(mkfifo(p->path[1], 0600), 0);
    assert_err(open_error(p->path[1]), AP_EINVAL);
    assert_err(capture_open(NULL, 0, &c, NULL), AP_EINVAL);
    /* The second of two is the bad one. */
    put_text(p->path[0], "1680652700423575 {}\n");
    const char *two[] = {p->path[0], p->path[2]};
    size_t bad = 7;
    assert_err(capture_open(two, 2, &c, &bad), AP_ENOTFOUND);
    assert_int_equal(bad, 1);
}

static void lines_and_times(void **state)
{
    struct place *p = *state;
    struct capture_line line;
    put_text(p->path[0], "1680652700423575 {\"us\":1}\n"
                         "1721347020984480942 {\"ns\":1}\r\n"
                         "\n"
                         "1721347020984 {\"ms\":1}\n"
                         "no time\n"
                         "1721347020984480942\n"
                         "1721347020984480942 \n"
                         "9999999999999999999 {}\n"
                         "17213470209844809421 {}\n"
                         "-721347020984480942 {}\n"
                         "1721347020984480943 last, no newline");
    struct capture *c = open_one(p->path[0]);
    for (int round = 0; round < 2; round++) {
        expect(c, INT64_C(1680652700423575000), "{\"us\":1}", 0, 1);
        expect(c, INT64_C(1721347020984480942), "{\"ns\":1}", 0, 2);
        for (uint64_t number = 4; number <= 10; number++) {
            assert_err(capture_next(c, &line), AP_ESYNTAX);
            assert_int_equal(line.line, number);
        }
        expect(c, INT64_C(1721347020984480943), "last, no newline", 0, 11);
        expect_end(c);
        assert_ok(capture_rewind(c));
    }
    capture_close(c);
}

/* Bytes, no string: there is no end mark to copy. */
static void lay(void *to, const void *from, size_t n)
{
    memcpy(to, from, n);
}

static void lines_have_a_ceiling(void **state)
{
    struct place *p = *state;
    struct capture_line line;
    size_t most = CAPTURE_LINE_MAX;
    char *text = malloc(2 * most + 100);
    assert_non_null(text);
    memset(text, 'x', 2 * most + 100);
    lay(text, "1680652700423575 {", 18);
    text[most - 1] = '\n'; /* the longest there is */
    lay(text + most, "1680652700423576 {", 18);
    text[2 * most] = '\n'; /* one byte more */
    lay(text + 2 * most + 1, "1680652700423577 {}\n", 20);
    put(p->path[0], text, 2 * most + 21);
    struct capture *c = open_one(p->path[0]);
    assert_int_equal(capture_next(c, &line), 1);
    assert_int_equal(line.n, most - 1 - 17);
    assert_memory_equal(line.frame, text + 17, line.n);
    assert_err(capture_next(c, &line), AP_ETOOBIG);
    assert_int_equal(line.line, 2);
    expect(c, INT64_C(1680652700423577000), "{}", 0, 3);
    expect_end(c);
    capture_close(c);
    /* Too long to the very end of the file. */
    put(p->path[1], text + most, most);
    c = open_one(p->path[1]);
    assert_err(capture_next(c, &line), AP_ETOOBIG);
    assert_int_equal(capture_next(c, &line), 0);
    capture_close(c);
    free(text);
}

static size_t write_many(const char *path, enum capture_format format, int n)
{
    struct capture_writer *w;
    char frame[256];
    struct stat st;
    uint64_t rng = 7;
    (void)unlink(path);
    assert_ok(capture_create(path, format, &w));
    for (int i = 0; i < n; i++) {
        int len = snprintf(frame, sizeof(frame), "{\"i\":%d,\"r\":%llu}", i,
                           (unsigned long long)test_random(&rng));
        assert_ok(capture_write(w, INT64_C(1721347020984480942) + i, frame, (size_t)len));
    }
    assert_ok(capture_finish(w));
    assert_int_equal(stat(path, &st), 0);
    return (size_t)st.st_size;
}

static int read_many(const char *path, int *ret_lines)
{
    struct capture *c = open_one(path);
    struct capture_line line;
    char frame[256];
    uint64_t rng = 7;
    int got, n = 0;
    double before = 0;
    while ((got = capture_next(c, &line)) == 1) {
        int len = snprintf(frame, sizeof(frame), "{\"i\":%d,\"r\":%llu}", n,
                           (unsigned long long)test_random(&rng));
        assert_int_equal(line.n, len);
        assert_memory_equal(line.frame, frame, line.n);
        assert_true(line.recv_ns == INT64_C(1721347020984480942) + n);
        double now = capture_progress(c);
        assert_true(now >= before && now <= 1.0);
        before = now;
        n++;
        assert_int_equal(line.line, n);
    }
    if (got < 0) {
        assert_int_equal(line.line, n + 1);
        assert_err(capture_next(c, &line), got); /* final */
    }
    capture_close(c);
    *ret_lines = n;
    return got;
}

static void what_is_written_is_read(void **state)
{
    enum { LINES = 20000 };
    struct place *p = *state;
    static const enum capture_format formats[] = {CAPTURE_PLAIN, CAPTURE_GZIP, CAPTURE_ZSTD};
    size_t plain = 0;
    int n;
    for (size_t i = 0; i < 3; i++) {
        size_t size = write_many(p->path[0], formats[i], LINES);
        plain = i == 0 ? size : plain;
        assert_true(i == 0 || size < plain * 3 / 4);
        assert_int_equal(read_many(p->path[0], &n), 0);
        assert_int_equal(n, LINES);
    }
}

/* Wherever a file is cut: whole lines up to somewhere, then the truth. */
static void cut_files(void **state)
{
    enum { LINES = 20000 };
    struct place *p = *state;
    static const enum capture_format formats[] = {CAPTURE_GZIP, CAPTURE_ZSTD};
    for (size_t i = 0; i < 2; i++) {
        size_t size = write_many(p->path[0], formats[i], LINES);
        int n = 0, before = 0;
        for (size_t cut = size - 1; cut > size / 5; cut -= size / 7) {
            assert_int_equal(truncate(p->path[0], (off_t)cut), 0);
            assert_err(read_many(p->path[0], &n), AP_ECORRUPT);
            assert_true(n <= LINES && (before == 0 || n <= before));
            /* No more is lost than what was not yet flushed, and the rest of its block. */
            assert_true(n > (int)((double)LINES * (double)cut / (double)size) - LINES / 2);
            before = n;
        }
    }
}

static void damaged_files(void **state)
{
    struct place *p = *state;
    static const enum capture_format formats[] = {CAPTURE_GZIP, CAPTURE_ZSTD};
    for (size_t i = 0; i < 2; i++) {
        size_t size = write_many(p->path[0], formats[i], 5000);
        FILE *f = fopen(p->path[0], "r+b");
        assert_non_null(f);
        assert_int_equal(fseek(f, (long)(size / 2), SEEK_SET), 0);
        for (int k = 0; k < 64; k++) {
            assert_int_equal(fputc(0x55, f), 0x55);
        }
        assert_int_equal(fclose(f), 0);
        struct capture *c = open_one(p->path[0]);
        struct capture_line line;
        int got;
        do {
            got = capture_next(c, &line);
        } while (got == 1 || got == AP_ESYNTAX || got == AP_ETOOBIG);
        assert_err(got, AP_ECORRUPT);
        capture_close(c);
    }
}

static void append_file(const char *to, const char *from)
{
    char bytes[4096];
    FILE *in = fopen(from, "rb"), *out = fopen(to, "ab");
    size_t n;
    assert_true(in != NULL && out != NULL);
    while ((n = fread(bytes, 1, sizeof(bytes), in)) > 0) {
        assert_int_equal(fwrite(bytes, 1, n, out), n);
    }
    (void)fclose(in);
    assert_int_equal(fclose(out), 0);
}

/* As `cat a.gz b.gz` makes them. */
static void members_follow_each_other(void **state)
{
    struct place *p = *state;
    static const enum capture_format formats[] = {CAPTURE_GZIP, CAPTURE_ZSTD};
    for (size_t i = 0; i < 2; i++) {
        struct capture_line line;
        int got, n = 0;
        (void)write_many(p->path[0], formats[i], 300);
        (void)write_many(p->path[1], formats[i], 200);
        append_file(p->path[0], p->path[1]);
        struct capture *c = open_one(p->path[0]);
        while ((got = capture_next(c, &line)) == 1) {
            n++;
        }
        assert_int_equal(got, 0);
        assert_int_equal(n, 500);
        capture_close(c);
    }
}

static void files_in_order_and_captures_merged(void **state)
{
    struct place *p = *state;
    struct capture *parts[2], *c;
    put_text(p->path[0], "1680652700000001 a1\n1680652700000004 a2\n");
    put_text(p->path[1], "1680652700000005 a3\n1680652700000009 a4");
    put_text(p->path[2],
             "1680652700000001 b1\n1680652700000004 b2\nbad\n1680652700000002 b3\n1680652700000010 b4\n");
    const char *a[] = {p->path[0], p->path[1]}, *b[] = {p->path[2]};
    assert_ok(capture_open(a, 2, &parts[0], NULL));
    assert_ok(capture_open(b, 1, &parts[1], NULL));
    assert_ok(capture_merge(parts, 2, &c));
    for (int round = 0; round < 2; round++) {
        struct capture_line line;
        const int64_t t = INT64_C(1680652700000000000);
        expect(c, t + 1000, "a1", 0, 1);
        expect(c, t + 1000, "b1", 2, 1);
        expect(c, t + 4000, "a2", 0, 2);
        expect(c, t + 4000, "b2", 2, 2);
        assert_err(capture_next(c, &line), AP_ESYNTAX);
        assert_true(line.file == 2 && line.line == 3);
        expect(c, t + 2000, "b3", 2, 4);
        expect(c, t + 5000, "a3", 1, 1);
        expect(c, t + 9000, "a4", 1, 2);
        expect(c, t + 10000, "b4", 2, 5);
        expect_end(c);
        assert_ok(capture_rewind(c));
    }
    capture_close(c);
}

static void the_writer_keeps_lines_whole(void **state)
{
    struct place *p = *state;
    struct capture_writer *w, *other;
    assert_ok(capture_create(p->path[0], CAPTURE_PLAIN, &w));
    assert_err(capture_create(p->path[0], CAPTURE_PLAIN, &other), AP_EEXISTS);
    assert_ok(capture_write(w, INT64_C(1680652700000000001), "{\n\"a\":1\r\n}\n", 11));
    assert_err(capture_write(w, 1680652700000000, "{}", 2), AP_ERANGE);
    assert_err(capture_write(w, INT64_C(1680652700000000001), "", 0), AP_EINVAL);
    assert_err(capture_write(w, INT64_C(1680652700000000001), "{}", CAPTURE_LINE_MAX), AP_ETOOBIG);
    assert_ok(capture_write(w, INT64_C(1680652700000000002), "{}", 2));
    assert_ok(capture_finish(w));
    struct capture *c = open_one(p->path[0]);
    expect(c, INT64_C(1680652700000000001), "{ \"a\":1  } ", 0, 1);
    expect(c, INT64_C(1680652700000000002), "{}", 0, 2);
    expect_end(c);
    capture_close(c);
    assert_err(capture_create("/nonexistent/x", CAPTURE_GZIP, &w), AP_ENOTFOUND);
    assert_ok(capture_create(p->path[1], CAPTURE_ZSTD, &w));
    assert_ok(capture_finish(w));
    assert_ok(capture_finish(NULL));
    assert_err(open_error(p->path[1]), AP_EEOF); /* packed nothing is nothing */
}

static void recorded_captures(void **state)
{
    static const struct {
        const char *name;
        int lines;
    } cuts[] = {{"binance_usdm_btcusdt_20240718_cut.gz", 2500},
                {"binance_usdm_ethusdt_20240718_cut.gz", 2500},
                {"binance_usdm_btcusdt_20230404_cut.gz", 3000}};
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        char path[4096];
        struct capture_line line;
        int n = 0, got;
        (void)snprintf(path, sizeof(path), "%s/captures/%s", getenv("AP_TEST_DATA"), cuts[i].name);
        struct capture *c = open_one(path);
        while ((got = capture_next(c, &line)) == 1) {
            assert_true(line.frame[0] == '{' && line.frame[line.n - 1] == '}');
            assert_true(line.recv_ns > INT64_C(1680652700000000000) &&
                        line.recv_ns < INT64_C(1721348000000000000));
            n++;
        }
        assert_int_equal(got, 0);
        assert_int_equal(n, cuts[i].lines);
        capture_close(c);
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(what_is_no_capture),
        TEST(lines_and_times),
        TEST(lines_have_a_ceiling),
        TEST(what_is_written_is_read),
        TEST(cut_files),
        TEST(damaged_files),
        TEST(members_follow_each_other),
        TEST(files_in_order_and_captures_merged),
        TEST(the_writer_keeps_lines_whole),
        TEST(recorded_captures),
    };
    return cmocka_run_group_tests_name("capture", tests, NULL, NULL);
}
