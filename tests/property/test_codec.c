/* What goes into a block comes out of it, bit for bit, whatever it is; and what is read from damaged bytes is an error. */
#include "journal/codec.h"
#include "journal/codec_token.h"
#include "made_events.h"
#include "test.h"

#include <stdlib.h>
#include <string.h>

struct both {
    struct codec_encoder *encoder;
    struct codec_decoder *decoder;
    struct buf block;
};

static int setup(void **state)
{
    struct both *b = calloc(1, sizeof(*b));
    assert_non_null(b);
    assert_int_equal(codec_encoder_create(1, &b->encoder), 0);
    assert_int_equal(codec_decoder_create(&b->decoder), 0);
    buf_init(&b->block, CODEC_BLOCK_MAX);
    *state = b;
    return 0;
}

static int teardown(void **state)
{
    struct both *b = *state;
    codec_encoder_destroy(b->encoder);
    codec_decoder_destroy(b->decoder);
    buf_finish(&b->block);
    free(b);
    return 0;
}

/* The events of one instrument among those made; the caller frees the list. */
static size_t events_of(const struct made_events *m, uint32_t instrument, const struct event ***ret_list)
{
    const struct event **list = malloc((m->events + 1) * sizeof(list[0]));
    size_t n = 0;
    assert_non_null(list);
    for (size_t at = 0; at < m->n;) {
        const struct event *ev = (const void *)(m->data + at);
        if (ev->instrument == instrument) {
            list[n++] = ev;
        }
        at += ev->size;
    }
    *ret_list = list;
    return n;
}

static void encode(struct both *b, const struct event *const *list, size_t n)
{
    buf_reset(&b->block);
    assert_int_equal(codec_encode(b->encoder, list, n, &b->block), 0);
}

static void check_round_trip(struct both *b, const struct event *const *list, size_t n)
{
    const struct event *ev;
    encode(b, list, n);
    assert_int_equal(codec_decoder_open(b->decoder, b->block.data, b->block.len, CODEC_ALL_KINDS), 0);
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(codec_decoder_next(b->decoder, &ev), 1);
        assert_int_equal(ev->size, list[i]->size);
        assert_memory_equal(ev, list[i], ev->size);
    }
    assert_int_equal(codec_decoder_next(b->decoder, &ev), 0);
}

static void market_round_trip(void **state)
{
    for (uint64_t seed = 1; seed <= 12; seed++) {
        struct made_events m;
        const struct event **list;
        made_init(&m, seed, 2);
        made_session(&m);
        made_market(&m, 1 + made_random(&m, 3000));
        for (uint32_t instrument = 0; instrument <= 2; instrument++) {
            size_t n = events_of(&m, instrument, &list);
            if (n > 0) {
                check_round_trip(*state, list, n);
            }
            free(list);
        }
        made_finish(&m);
    }
}

static void odd_round_trip(void **state)
{
    for (uint64_t seed = 1; seed <= 60; seed++) {
        struct made_events m;
        const struct event **list;
        made_init(&m, seed, 1);
        made_odd(&m, 1 + made_random(&m, 400), 7);
        size_t n = events_of(&m, 7, &list);
        check_round_trip(*state, list, n);
        free(list);
        made_finish(&m);
    }
}

/* More prices than are remembered, so that all are forgotten on both sides at once. */
static void many_prices_round_trip(void **state)
{
    enum { PER_EVENT = 5000, EVENTS = 60 };
    struct made_events m;
    const struct event **list;
    struct depth_rows *rows = malloc(sizeof(*rows) + PER_EVENT * sizeof(struct level));
    assert_non_null(rows);
    made_init(&m, 1, 1);
    rows->bid_n = PER_EVENT;
    rows->ask_n = 0;
    for (int k = 0; k < EVENTS; k++) {
        for (int i = 0; i < PER_EVENT; i++) {
            int64_t px = k % 3 == 2 ? i : (int64_t)k * PER_EVENT + i;
            rows->levels[i] = (struct level){px, 1 + (int64_t)made_random(&m, 5)};
        }
        made_add(&m, EVENT_DEPTH, 1, rows, sizeof(*rows) + PER_EVENT * sizeof(struct level));
    }
    size_t n = events_of(&m, 1, &list);
    check_round_trip(*state, list, n);
    free(list);
    free(rows);
    made_finish(&m);
}

/* A mask of kinds gives the same events of those kinds, in order. */
static void kinds_alone(void **state)
{
    static const int wanted[] = {EVENT_TRADE, EVENT_DEPTH, EVENT_MARK};
    struct both *b = *state;
    struct made_events m;
    const struct event **list, *ev;
    made_init(&m, 5, 1);
    made_market(&m, 3000);
    size_t n = events_of(&m, 1, &list);
    encode(b, list, n);
    for (int k = 0; k < 3; k++) {
        size_t seen = 0, at = 0;
        assert_int_equal(codec_decoder_open(b->decoder, b->block.data, b->block.len, 1U << wanted[k]), 0);
        while (codec_decoder_next(b->decoder, &ev) == 1) {
            if (ev->kind != wanted[k]) {
                continue;
            }
            while (list[at]->kind != wanted[k]) {
                at++;
            }
            assert_memory_equal(ev, list[at], ev->size);
            at++;
            seen++;
        }
        while (at < n) {
            assert_int_not_equal(list[at]->kind, wanted[k]);
            at++;
        }
        assert_true(seen > 10);
    }
    free(list);
    made_finish(&m);
}

static int drain(struct codec_decoder *d)
{
    const struct event *ev;
    int err;
    while ((err = codec_decoder_next(d, &ev)) == 1) {
        assert_true(ev->size >= sizeof(*ev) && ev->size <= EVENT_SIZE_MAX && ev->size % 8 == 0);
    }
    return err;
}

static void cut_is_an_error(void **state)
{
    struct both *b = *state;
    struct made_events m;
    const struct event **list;
    made_init(&m, 3, 1);
    made_market(&m, 200);
    size_t n = events_of(&m, 1, &list);
    encode(b, list, n);
    for (size_t cut = 0; cut < b->block.len; cut++) {
        char *exact = malloc(cut + 1);
        assert_non_null(exact);
        memcpy(exact, b->block.data, cut);
        int err = codec_decoder_open(b->decoder, exact, cut, CODEC_ALL_KINDS);
        err = err == 0 ? drain(b->decoder) : err;
        assert_int_equal(err, AP_ECORRUPT);
        free(exact);
    }
    free(list);
    made_finish(&m);
}

/* Behind the checksum: a flipped bit gives other events or an error, never worse; the next block is read as ever. */
static void flips_do_no_harm(void **state)
{
    struct both *b = *state;
    struct made_events m;
    const struct event **list;
    made_init(&m, 4, 1);
    made_odd(&m, 60, 1);
    made_market(&m, 60);
    size_t n = events_of(&m, 1, &list), errors = 0;
    encode(b, list, n);
    for (size_t bit = 0; bit < 8 * b->block.len; bit++) {
        b->block.data[bit / 8] ^= (char)(1 << bit % 8);
        int err = codec_decoder_open(b->decoder, b->block.data, b->block.len, CODEC_ALL_KINDS);
        errors += err != 0 || drain(b->decoder) != 0;
        b->block.data[bit / 8] ^= (char)(1 << bit % 8);
    }
    assert_true(errors > b->block.len);
    check_round_trip(b, list, n);
    free(list);
    made_finish(&m);
}

static void refuses_what_is_no_stream(void **state)
{
    struct both *b = *state;
    struct made_events m;
    const struct event **list;
    made_init(&m, 1, 2);
    made_market(&m, 50);
    size_t n = events_of(&m, 1, &list);
    assert_true(n > 3);
    const struct event *backwards[] = {list[1], list[0]}, *same[] = {list[0], list[0]};
    const struct event **other;
    assert_true(events_of(&m, 2, &other) > 0);
    const struct event *mixed[] = {list[0], other[0]->seq > list[0]->seq ? other[0] : list[1]};
    assert_int_equal(codec_encode(b->encoder, backwards, 2, &b->block), AP_EINVAL);
    assert_int_equal(codec_encode(b->encoder, same, 2, &b->block), AP_EINVAL);
    assert_int_equal(codec_encode(b->encoder, list, 0, &b->block), AP_EINVAL);
    if (mixed[1]->instrument != 1) {
        assert_int_equal(codec_encode(b->encoder, mixed, 2, &b->block), AP_EINVAL);
    }
    assert_int_equal(b->block.len, 0);
    free(list);
    free(other);
    made_finish(&m);
}

static void tokens_round_trip(void **state)
{
    (void)state;
    for (unsigned shift = 0; shift < 64; shift++) {
        for (int64_t d = -3; d <= 3; d++) {
            uint64_t v = (UINT64_C(1) << shift) + (uint64_t)d;
            unsigned bits;
            uint8_t token = token_of(v, &bits);
            assert_int_equal(token_bits(token), bits);
            assert_true(token_value(token, bits == 0 ? 0 : v & ((UINT64_C(1) << bits) - 1)) == v);
            assert_true(unzigzag(zigzag(v)) == v);
        }
    }
    assert_true(zigzag(0) == 0 && zigzag(UINT64_MAX) == 1 && zigzag(1) == 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tokens_round_trip),
        cmocka_unit_test_setup_teardown(market_round_trip, setup, teardown),
        cmocka_unit_test_setup_teardown(odd_round_trip, setup, teardown),
        cmocka_unit_test_setup_teardown(many_prices_round_trip, setup, teardown),
        cmocka_unit_test_setup_teardown(kinds_alone, setup, teardown),
        cmocka_unit_test_setup_teardown(cut_is_an_error, setup, teardown),
        cmocka_unit_test_setup_teardown(flips_do_no_harm, setup, teardown),
        cmocka_unit_test_setup_teardown(refuses_what_is_no_stream, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
