/* Frames made from known numbers, written in every way JSON allows: keys in any order, white space, fields nobody knows, zeros that
 * mean nothing, escapes. The decoder must give the numbers back; and none once the frame is cut. */
#include "test.h"

#include "binance_twin.h"
#include <alphaplus/base/fixed.h>
#include <alphaplus/venue/venue.h>
#include <stdio.h>
#include <string.h>

enum { ROUNDS = 4000, LEVELS_MAX = 60, MEMBERS_MAX = 24, TEXT_MAX = 32768 };

struct text {
    char bytes[TEXT_MAX];
    size_t n;
};

struct members {
    struct text at[MEMBERS_MAX];
    int n;
};

struct made {
    struct depth_rows *rows; /* owned */
    uint64_t first, last, prev;
    int64_t time_ms;
    struct instrument in;
};

__attribute__((format(printf, 2, 3))) static void add(struct text *t, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int n = vsnprintf(t->bytes + t->n, sizeof(t->bytes) - t->n, format, args);
    va_end(args);
    assert_true(n >= 0 && (size_t)n < sizeof(t->bytes) - t->n);
    t->n += (size_t)n;
}

static void space(struct text *t, uint64_t *rng, bool is_spaced)
{
    while (is_spaced && test_below(rng, 3) == 0) {
        add(t, "%c", " \t\r\n"[test_below(rng, 4)]);
    }
}

/* Any text of the same number: zeros in front and behind, the point left out where there is nothing behind it. */
static void number(struct text *t, uint64_t *rng, int64_t value, int decimals)
{
    char buf[FIXED_TEXT_MAX];
    size_t n = fixed_format(buf, value, decimals);
    if (decimals > 0 && test_below(rng, 2) == 0) {
        while (buf[n - 1] == '0') {
            n--;
        }
        n -= buf[n - 1] == '.';
    } else if (decimals > 0 && test_below(rng, 4) == 0) {
        buf[n++] = '0';
    }
    buf[n] = '\0';
    add(t, "\"%s", test_below(rng, 10) == 0 ? "0" : "");
    for (size_t i = 0; i < n; i++) {
        add(t, test_below(rng, 400) == 0 ? "\\u%04x" : "%c", (unsigned)buf[i]);
    }
    add(t, "\"");
}

static void levels(struct text *t, uint64_t *rng, const struct made *m, uint32_t from, uint32_t n,
                   bool is_spaced)
{
    add(t, "[");
    for (uint32_t i = from; i < from + n; i++) {
        add(t, i > from ? "," : "");
        space(t, rng, is_spaced);
        add(t, "[");
        space(t, rng, is_spaced);
        number(t, rng, m->rows->levels[i].px, m->in.price_decimals);
        space(t, rng, is_spaced);
        add(t, ",");
        space(t, rng, is_spaced);
        number(t, rng, m->rows->levels[i].qty, m->in.qty_decimals);
        space(t, rng, is_spaced);
        add(t, "]");
        space(t, rng, is_spaced);
    }
    add(t, "]");
}

static void make(struct made *m, uint64_t *rng)
{
    static const int shapes[][2] = {{1, 3}, {2, 3}, {0, 0}, {7, 0}, {8, 8}, {12, 9}, {4, 1}};
    size_t shape = test_below(rng, sizeof(shapes) / sizeof(shapes[0]));
    twin_instrument(&m->in, "BTCUSDT", 3, shapes[shape][0], shapes[shape][1]);
    m->rows->bid_n = (uint32_t)test_below(rng, LEVELS_MAX / 2);
    m->rows->ask_n = (uint32_t)test_below(rng, LEVELS_MAX / 2);
    for (uint32_t i = 0; i < m->rows->bid_n + m->rows->ask_n; i++) {
        /* All magnitudes up to the largest. */
        m->rows->levels[i].px = 1 + (int64_t)(test_random(rng) >> 14 >> test_below(rng, 50));
        m->rows->levels[i].qty = test_below(rng, 4) == 0
                                     ? 0
                                     : (int64_t)(test_random(rng) >> 14 >> test_below(rng, 50));
    }
    m->first = test_random(rng) >> 1 >> test_below(rng, 40);
    m->last = test_random(rng) >> 1 >> test_below(rng, 40);
    m->prev = test_random(rng) >> 1 >> test_below(rng, 40);
    m->time_ms = (int64_t)(test_random(rng) >> 22);
}

static void write_members(struct members *all, uint64_t *rng, const struct made *m, bool is_spaced)
{
    static const char *const strange[] = {
        "\"ps\":\"BTCUSDT\"",    "\"st\":1",     "\"x\":null", "\"long name\":[1,{\"e\":2.5e3}]",
        "\"E\\u0045\":\"\\\"\"", "\"\":-0.0e-7", "\"y\":{}",   "\"b2\":[[\"1\",\"2\"]]"};
    uint32_t bid_n = m->rows->bid_n;
    for (int i = 0; i < MEMBERS_MAX; i++) {
        all->at[i].n = 0;
    }
    all->n = 0;
    add(&all->at[all->n++], "\"e\":\"depthUpdate\"");
    add(&all->at[all->n++], "\"s\":\"BTCUSDT\"");
    add(&all->at[all->n++], "\"E\":%lld", (long long)m->time_ms + 3);
    add(&all->at[all->n++], "\"T\":%lld", (long long)m->time_ms);
    add(&all->at[all->n++], "\"U\":%llu", (unsigned long long)m->first);
    add(&all->at[all->n++], "\"u\":%llu", (unsigned long long)m->last);
    add(&all->at[all->n++], "\"pu\":%llu", (unsigned long long)m->prev);
    add(&all->at[all->n], "\"b\":");
    levels(&all->at[all->n++], rng, m, 0, bid_n, is_spaced);
    add(&all->at[all->n], "\"a\":");
    levels(&all->at[all->n++], rng, m, bid_n, m->rows->ask_n, is_spaced);
    for (size_t i = 0; i < sizeof(strange) / sizeof(strange[0]); i++) {
        if (test_below(rng, 4) == 0) {
            add(&all->at[all->n++], "%s", strange[i]);
        }
    }
}

static void write_frame(struct text *t, struct members *all, uint64_t *rng, const struct made *m)
{
    static struct text swapped;
    bool is_spaced = test_below(rng, 4) == 0, is_combined = test_below(rng, 2) == 0;
    t->n = 0;
    write_members(all, rng, m, is_spaced);
    for (int i = all->n - 1; i > 0 && test_below(rng, 3) != 0; i--) {
        int k = (int)test_below(rng, (uint64_t)i + 1);
        memcpy(&swapped, &all->at[i], sizeof(swapped));
        memmove(&all->at[i], &all->at[k], sizeof(swapped));
        memcpy(&all->at[k], &swapped, sizeof(swapped));
    }
    add(t, "%s{", is_combined ? "{\"stream\":\"btcusdt@depth@100ms\",\"data\":" : "");
    for (int i = 0; i < all->n; i++) {
        add(t, i > 0 ? "," : "");
        space(t, rng, is_spaced);
        add(t, "%s", all->at[i].bytes);
        space(t, rng, is_spaced);
    }
    add(t, is_combined ? "}}" : "}");
    space(t, rng, is_spaced);
}

static int decode(struct decoder *d, const char *bytes, size_t n, struct event_buf *out)
{
    char *exact = malloc(n > 0 ? n : 1);
    assert_non_null(exact);
    memcpy(exact, bytes, n);
    out->used = 0;
    int got = d->venue->decode(d, exact, n, out);
    free(exact);
    return got;
}

static void numbers_come_back(void **state)
{
    static struct text t;
    static struct members all;
    static uint64_t data[TEXT_MAX];
    struct decoder *d = malloc(sizeof(*d));
    struct made m = {.rows = calloc(1, sizeof(*m.rows) + LEVELS_MAX * sizeof(struct level))};
    struct event_buf out = {.data = (uint8_t *)data, .cap = sizeof(data)};
    const struct event *ev = (const struct event *)data;
    uint64_t rng = 20260806;
    (void)state;
    assert_true(d != NULL && m.rows != NULL);
    for (int i = 0; i < ROUNDS; i++) {
        make(&m, &rng);
        write_frame(&t, &all, &rng, &m);
        decoder_init(d, venue_find("binance"));
        assert_ok(decoder_add(d, &m.in));
        int got = decode(d, t.bytes, t.n, &out);
        size_t rows_bytes = sizeof(*m.rows) + (m.rows->bid_n + m.rows->ask_n) * sizeof(struct level);
        if (got != 1 || memcmp(event_rows_const(ev), m.rows, rows_bytes) != 0) {
            print_error("%s: round %d: %s\n", got < 0 ? ap_err_name(got) : "other numbers", i, t.bytes);
            fail();
        }
        assert_true(ev->kind == EVENT_DEPTH && ev->instrument == 3 && ev->size == sizeof(*ev) + rows_bytes);
        assert_true(ev->first_id == m.first && ev->last_id == m.last && ev->prev_id == m.prev);
        assert_true(ev->exch_ns == (m.time_ms != 0 ? m.time_ms : m.time_ms + 3) * 1000000);
        size_t whole = t.n;
        while (t.bytes[whole - 1] != '}') {
            whole--;
        }
        assert_true(decode(d, t.bytes, test_below(&rng, whole), &out) < 0);
        assert_int_equal(out.used, 0);
    }
    free(m.rows);
    free(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(numbers_come_back)};
    return cmocka_run_group_tests_name("property/binance_frames", tests, NULL, NULL);
}
