/* Every line of the recorded captures: the venue's decoder and its twin on jansson say the same, and the ids of the book follow. */
#include "test.h"

#include "binance_twin.h"
#include <alphaplus/capture/capture.h>
#include <alphaplus/venue/venue.h>
#include <stdio.h>
#include <string.h>

struct tally {
    int depth, levels, quotes, trades, marks, snapshots;
};

static void count(struct tally *t, const struct event *ev)
{
    const struct depth_rows *rows = event_rows_const(ev);
    t->depth += ev->kind == EVENT_DEPTH;
    t->levels += ev->kind == EVENT_DEPTH ? (int)(rows->bid_n + rows->ask_n) : 0;
    t->quotes += ev->kind == EVENT_QUOTE;
    t->trades += ev->kind == EVENT_TRADE;
    t->marks += ev->kind == EVENT_MARK;
    t->snapshots += ev->kind == EVENT_DEPTH_SNAPSHOT;
}

static struct tally read_cut(const char *name, const struct instrument *in)
{
    struct decoder *d = malloc(sizeof(*d));
    const struct venue *v = venue_find(in->venue);
    struct tally t = {0};
    struct capture *c;
    struct capture_line line;
    char path[4096];
    const char *paths[] = {path};
    uint64_t last_id = 0;
    int got;
    assert_non_null(d);
    decoder_init(d, v);
    assert_ok(decoder_add(d, in));
    (void)snprintf(path, sizeof(path), "%s/captures/%s", getenv("AP_TEST_DATA"), name);
    assert_ok(capture_open(paths, 1, &c, NULL));
    while ((got = capture_next(c, &line)) == 1) {
        size_t room = venue_events_bytes(line.n);
        uint8_t *mine = calloc(1, room), *twin = calloc(1, room);
        struct event_buf out = {.data = mine, .cap = room}, twin_out = {.data = twin, .cap = room};
        const struct event *ev = (const struct event *)(void *)mine;
        assert_true(mine != NULL && twin != NULL);
        if (v->is_bare_snapshot(line.frame, line.n)) {
            assert_int_equal(v->decode_rest(d, REST_SNAPSHOT, in, line.frame, line.n, &out), 1);
        } else {
            assert_int_equal(v->decode(d, line.frame, line.n, &out), 1);
            assert_int_equal(twin_decode(in, 1, line.frame, line.n, &twin_out), 1);
            assert_int_equal(out.used, twin_out.used);
            assert_memory_equal(mine, twin, out.used);
        }
        assert_ok(event_check(ev, out.used));
        if (ev->kind == EVENT_DEPTH) {
            assert_true(last_id == 0 || (in->book_rule == BOOK_RULE_FIRST_ID ? ev->first_id == last_id + 1
                                                                             : ev->prev_id == last_id));
            last_id = ev->last_id;
        }
        count(&t, ev);
        free(mine);
        free(twin);
    }
    assert_int_equal(got, 0);
    assert_int_equal(d->bad, 0);
    assert_int_equal(d->unknown, 0);
    capture_close(c);
    free(d);
    return t;
}

/* The counts are those of grep and wc over the same lines. */
static void btcusdt_2024(void **state)
{
    struct instrument in;
    (void)state;
    twin_instrument(&in, "BTCUSDT", 1, 1, 3);
    struct tally t = read_cut("binance_usdm_btcusdt_20240718_cut.gz", &in);
    assert_int_equal(t.depth + t.quotes + t.trades + t.marks + t.snapshots, 2500);
    assert_true(t.depth == 782 && t.levels == 17841 && t.quotes == 1494 && t.trades == 223 &&
                t.snapshots == 1);
}

static void ethusdt_2024(void **state)
{
    struct instrument in;
    (void)state;
    twin_instrument(&in, "ETHUSDT", 1, 2, 3);
    struct tally t = read_cut("binance_usdm_ethusdt_20240718_cut.gz", &in);
    assert_int_equal(t.depth + t.quotes + t.trades + t.marks + t.snapshots, 2500);
    assert_true(t.depth == 616 && t.levels == 13412 && t.quotes == 1515 && t.trades == 368 &&
                t.snapshots == 1);
}

static void btcusdt_2023(void **state)
{
    struct instrument in;
    (void)state;
    twin_instrument(&in, "BTCUSDT", 1, 1, 3);
    struct tally t = read_cut("binance_usdm_btcusdt_20230404_cut.gz", &in);
    assert_true(t.depth == 1135 && t.levels == 15949 && t.quotes == 1258 && t.trades == 581 &&
                t.marks == 25 && t.snapshots == 1);
}

static void spot_2024(void **state)
{
    struct instrument in;
    (void)state;
    twin_instrument(&in, "BTCUSDT", 1, 2, 8); /* one order in it is finer than the step of 0.00001 */
    twin_move(&in, "binance-spot");
    struct tally t = read_cut("binance_spot_btcusdt_20240808_cut.gz", &in);
    assert_true(t.depth == 281 && t.levels == 8095 && t.quotes == 2200 && t.trades == 518 &&
                t.snapshots == 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(btcusdt_2024),
        cmocka_unit_test(ethusdt_2024),
        cmocka_unit_test(btcusdt_2023),
        cmocka_unit_test(spot_2024),
    };
    return cmocka_run_group_tests_name("venue/cuts", tests, NULL, NULL);
}
