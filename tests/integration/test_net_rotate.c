/* Connections are replaced before the venue would end them, and nobody can tell: a feed whose connections live a second brings
 * what a client beside it gets, whose connections stay. */
#include "feed_watch.h"
#include "test.h"
#include "tiny_client.h"
#include <alphaplus/sim/sim.h>
#include <alphaplus/venue/venue.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RING_BYTES (8u << 20)
#define SPEED      20.0
#define ROTATIONS  6 /* of both connections together */
#define EVENTS_MAX 400000

static const char *const two[] = {"binance:BTCUSDT", "binance:ETHUSDT", NULL};

/* What an event says, in a few numbers. */
struct told {
    uint32_t kind, instrument;
    uint64_t first_id, last_id, prev_id, sum;
    int64_t exch_ns;
};
struct teller {
    struct told *told; /* owned */
    size_t n;
};
/* Two sockets of the exchange's own, decoded as they come. */
struct witness {
    struct teller teller;
    struct tiny sockets[2];
    struct decoder decoder;
    uint8_t room[1 << 20] __attribute__((aligned(8)));
};

static uint64_t sum_of(const struct event *ev)
{
    const uint8_t *at = event_rows_const(ev);
    uint64_t sum = 1469598103934665603u;
    for (size_t i = 0; i < ev->size - sizeof *ev; i++) {
        sum = (sum ^ at[i]) * 1099511628211u;
    }
    return sum;
}

static void note(struct teller *t, const struct event *ev)
{
    if (ev->kind >= EVENT_DEPTH && ev->kind <= EVENT_LIQUIDATION && t->n < EVENTS_MAX) {
        t->told[t->n++] = (struct told){.kind = ev->kind,
                                        .instrument = ev->instrument,
                                        .first_id = ev->first_id,
                                        .last_id = ev->last_id,
                                        .prev_id = ev->prev_id,
                                        .exch_ns = ev->exch_ns,
                                        .sum = sum_of(ev)};
    }
}

static void read_feed(struct teller *t, struct feed_watch *w)
{
    const struct event *ev;
    while ((ev = ring_peek(w->events, 0)) != NULL) {
        feed_watch_note(w, ev);
        note(t, ev);
        ring_advance(w->events, 0);
    }
}

static void open_witness(struct witness *w, uint16_t port, const struct feed_watch *feed)
{
    static const char *const paths[2] = {"/public/ws", "/market/ws"};
    static struct venue_plan plan;
    const struct venue *venue = venue_find("binance");
    decoder_init(&w->decoder, venue);
    assert_ok(decoder_add(&w->decoder, &feed->inst[1]));
    assert_ok(decoder_add(&w->decoder, &feed->inst[2]));
    venue->plan(w->decoder.insts, 2, &plan);
    for (uint32_t i = 0; i < 2; i++) {
        char text[1024];
        const char(*streams)[VENUE_STREAM_MAX] = (const char(*)[VENUE_STREAM_MAX]) &
                                                 plan.streams[plan.conns[i].first];
        assert_string_equal(plan.conns[i].path, paths[i]);
        assert_true(venue->subscribe(text, sizeof text, streams, plan.conns[i].n, 1, 0) > 0);
        assert_int_equal(tiny_open(&w->sockets[i], port, paths[i], 0), 101);
        assert_true(tiny_say(&w->sockets[i], text) >= 0);
    }
}

static void read_witness(struct witness *w)
{
    const char *text;
    size_t n;
    for (int i = 0; i < 2; i++) {
        while (tiny_text(&w->sockets[i], 1, &text, &n) == TINY_TEXT) {
            struct event_buf out = {.data = w->room, .cap = sizeof w->room};
            assert_true(w->decoder.venue->decode(&w->decoder, text, n, &out) >= 0);
            for (size_t at = 0; at < out.used;) {
                const struct event *ev = (const struct event *)(const void *)(out.data + at);
                note(&w->teller, ev);
                at += ev->size;
            }
        }
    }
}

/* The events of one stream, as they came. */
static size_t pick(const struct teller *t, uint32_t kind, uint32_t instrument, const struct told **ret)
{
    size_t n = 0;
    for (size_t i = 0; i < t->n; i++) {
        if (t->told[i].kind == kind && t->told[i].instrument == instrument) {
            ret[n++] = &t->told[i];
        }
    }
    return n;
}

/* From the first that both have to the last that both have: the same, one for one. */
static void hold_together(const struct teller *a, const struct teller *b, uint32_t kind, uint32_t instrument)
{
    const struct told **in_a = calloc(EVENTS_MAX, sizeof(void *)),
                      **in_b = calloc(EVENTS_MAX, sizeof(void *));
    assert_true(in_a && in_b);
    size_t a_n = pick(a, kind, instrument, in_a), b_n = pick(b, kind, instrument, in_b), i = 0, k = 0,
           same = 0;
    if (a_n <= 10 || b_n <= 10) {
        fail_msg("kind %u of %u: only %zu and %zu", kind, instrument, a_n, b_n);
    }
    while (i < a_n && memcmp(in_a[i], in_b[0], sizeof *in_a[i]) != 0) {
        i++;
    }
    for (; i == a_n && k < b_n && memcmp(in_b[k], in_a[0], sizeof *in_b[k]) != 0; k++) {
        continue;
    }
    i = i == a_n ? 0 : i;
    for (; i < a_n && k < b_n; i++, k++, same++) {
        if (memcmp(in_a[i], in_b[k], sizeof *in_a[i]) != 0) {
            fail_msg("kind %u of %u: after %zu alike, %llu (%llu) and %llu (%llu)", kind, instrument, same,
                     (unsigned long long)in_a[i]->last_id, (unsigned long long)in_a[i]->prev_id,
                     (unsigned long long)in_b[k]->last_id, (unsigned long long)in_b[k]->prev_id);
        }
    }
    if (same <= 10 || same * 10 < a_n * 8) {
        fail_msg("kind %u of %u: only %zu alike of %zu and %zu", kind, instrument, same, a_n, b_n);
    }
    free(in_a);
    free(in_b);
}

static bool is_live(const struct feed_watch *w, const void *user)
{
    (void)user;
    return w->row.state == FEED_LIVE;
}

static void nothing_is_lost_and_nothing_told_twice(void **state)
{
    (void)state;
    static const uint32_t kinds[] = {EVENT_DEPTH, EVENT_QUOTE, EVENT_TRADE, EVENT_MARK};
    static struct witness witness;
    const struct clock *clock = clock_system();
    struct sim_options o = {.speed = SPEED, .seed = 7};
    struct teller turning = {.told = calloc(EVENTS_MAX, sizeof *turning.told)};
    struct feed_watch w;
    struct sim *sim;
    char why[200] = "", url[64];
    witness.teller.told = calloc(EVENTS_MAX, sizeof *turning.told);
    assert_true(turning.told && witness.teller.told);
    assert_ok(sim_start(&o, &sim, why, sizeof why));
    snprintf(url, sizeof url, "http://127.0.0.1:%u", (unsigned)sim_port(sim));
    feed_watch_init(&w, RING_BYTES, 1);
    w.tuning.rotate_ns = NS_PER_S;
    w.tuning.rotate_settle_ns = 100 * NS_PER_MS;
    w.tuning.rotate_again_ns = 100 * NS_PER_MS;
    feed_watch_start(&w, url, two);
    feed_watch_until(&w, is_live, NULL);
    open_witness(&witness, sim_port(sim), &w);
    int64_t end_ns = clock->monotonic_ns(clock->user) + 30 * NS_PER_S;
    while (w.row.rotations < ROTATIONS) {
        read_feed(&turning, &w);
        read_witness(&witness);
        if (clock->monotonic_ns(clock->user) > end_ns) {
            fail_msg("only %llu turns: %s", (unsigned long long)w.row.rotations, w.row.reason);
        }
        ring_wait(w.events, 0, 5 * NS_PER_MS);
    }
    assert_int_equal(w.kinds[EVENT_GAP], 0);
    assert_int_equal(w.row.reconnects, 0);
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        hold_together(&turning, &witness.teller, kinds[i], 1);
        hold_together(&turning, &witness.teller, kinds[i], 2);
    }
    feed_watch_finish(&w);
    tiny_close(&witness.sockets[0]);
    tiny_close(&witness.sockets[1]);
    sim_stop(sim);
    free(turning.told);
    free(witness.teller.told);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_lost_and_nothing_told_twice),
    };
    return cmocka_run_group_tests_name("integration/net_rotate", tests, NULL, NULL);
}
