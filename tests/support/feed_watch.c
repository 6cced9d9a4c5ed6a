#include "feed_watch.h"
#include "test.h"
#include <net/feed_private.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define DEADLINE_NS (10 * NS_PER_S)

void feed_watch_init(struct feed_watch *w, size_t ring_bytes, int consumers)
{
    memset(w, 0, sizeof *w);
    clock_stamp_init(&w->stamp.clock, clock_system());
    assert_ok(ring_create(ring_bytes, consumers, &w->events));
    assert_ok(ring_create(65536, 1, &w->commands));
    w->tuning = tuning_default;
    w->tuning.tick_ns = 10 * NS_PER_MS;
    w->tuning.backoff_base_ns = 20 * NS_PER_MS;
    w->tuning.backoff_cap_ns = 100 * NS_PER_MS;
    w->tuning.rest_retry_ns = 20 * NS_PER_MS;
    w->tuning.rest_retry_cap_ns = 100 * NS_PER_MS;
    w->tuning.snapshot_gap_ns = 20 * NS_PER_MS;
    w->tuning.snapshot_gap_cap_ns = 200 * NS_PER_MS;
    w->tuning.subscribe_gap_ns = 20 * NS_PER_MS;
}

int feed_watch_try(struct feed_watch *w, const char *url, const char *const *instruments, const char *ca_file,
                   char *why, size_t why_size)
{
    struct feed_options o = {
        .instruments = instruments,
        .ca_file = ca_file,
        .proxy = w->proxy,
        .no_proxy = w->no_proxy,
        .events = w->events,
        .commands = w->commands,
        .stamp = &w->stamp,
        .journal_consumer = -1,
    };
    while (instruments[o.instrument_n]) {
        o.instrument_n++;
    }
    if (url) {
        static const char *const others[] = {"bybit", "hyperliquid"};
        const char *venue = "binance";
        for (size_t i = 0; i < sizeof others / sizeof others[0] && instruments[0]; i++) {
            size_t n = strlen(others[i]);
            if (strncmp(instruments[0], others[i], n) == 0 && instruments[0][n] == ':') {
                venue = others[i];
            }
        }
        snprintf(o.endpoints[0].venue, sizeof o.endpoints[0].venue, "%s", venue);
        snprintf(o.endpoints[0].url, sizeof o.endpoints[0].url, "%s", url);
        o.endpoint_n = 1;
    }
    return feed_start_tuned(&o, &w->tuning, &w->feed, why, why_size);
}

void feed_watch_start(struct feed_watch *w, const char *url, const char *const *instruments)
{
    char why[200] = "";
    int err = feed_watch_try(w, url, instruments, NULL, why, sizeof why);
    if (err != 0) {
        fail_msg("feed_start: %s (%s)", ap_err_name(err), why);
    }
}

static void note_gap(struct feed_watch *w, const struct event *ev)
{
    memcpy(&w->gap, event_rows_const(ev), sizeof w->gap);
    assert_true(w->gap.cause < FEED_WATCH_CAUSES);
    w->gaps[w->gap.cause]++;
    w->lost += w->gap.lost;
    if (w->gap.cause == GAP_RING_FULL || w->gap.cause == GAP_DISCONNECT) {
        w->last_id = 0;
    }
}

static void note_row(struct feed_watch *w, const struct event *ev)
{
    memcpy(&w->row, event_rows_const(ev), sizeof w->row);
    w->states[w->row.state % 8]++;
    if (w->row.state == FEED_DOWN) {
        w->down = w->row;
    }
}

void feed_watch_note(struct feed_watch *w, const struct event *ev)
{
    assert_ok(event_check(ev, ev->size));
    assert_true(ev->seq == w->seq + 1);
    assert_true(ev->recv_ns >= w->recv_ns);
    assert_true(ev->kind < FEED_WATCH_KINDS);
    w->seq = ev->seq;
    w->recv_ns = ev->recv_ns;
    w->kinds[ev->kind]++;
    if (ev->kind == EVENT_GAP) {
        note_gap(w, ev);
    } else if (ev->kind == EVENT_FEED) {
        note_row(w, ev);
    } else if (ev->kind == EVENT_INSTRUMENT) {
        memcpy(&w->inst[ev->instrument], event_rows_const(ev), sizeof w->inst[0]);
    } else if (ev->kind == EVENT_DEPTH) {
        w->breaks += w->last_id != 0 && ev->prev_id != w->last_id;
        w->last_id = ev->last_id;
    }
    if (ev->kind >= EVENT_DEPTH_SNAPSHOT) {
        assert_true(ev->instrument >= 1 && ev->instrument <= INSTRUMENT_MAX);
        assert_true(w->inst[ev->instrument].id == ev->instrument); /* announced before it speaks */
        assert_true(w->inst[ev->instrument].version == ev->version);
    }
}

void feed_watch_drain(struct feed_watch *w)
{
    const struct event *ev;
    while ((ev = ring_peek(w->events, 0)) != NULL) {
        feed_watch_note(w, ev);
        ring_advance(w->events, 0);
    }
}

void feed_watch_until(struct feed_watch *w, bool (*is_met)(const struct feed_watch *w, const void *user),
                      const void *user)
{
    const struct clock *clock = clock_system();
    int64_t end_ns = clock->monotonic_ns(clock->user) + DEADLINE_NS;
    for (;;) {
        feed_watch_drain(w);
        if (is_met(w, user)) {
            return;
        }
        if (clock->monotonic_ns(clock->user) > end_ns) {
            fail_msg("not in time; the feed is %s: %s (seq %llu, depth %llu, snapshots %llu, gaps %llu)",
                     feed_state_name(w->row.state), w->row.reason, (unsigned long long)w->seq,
                     (unsigned long long)w->kinds[EVENT_DEPTH],
                     (unsigned long long)w->kinds[EVENT_DEPTH_SNAPSHOT],
                     (unsigned long long)w->kinds[EVENT_GAP]);
        }
        ring_wait(w->events, 0, 20 * NS_PER_MS);
    }
}

void feed_watch_wait(bool (*is_met)(void *user), void *user)
{
    const struct clock *clock = clock_system();
    int64_t end_ns = clock->monotonic_ns(clock->user) + DEADLINE_NS;
    while (!is_met(user)) {
        assert_true(clock->monotonic_ns(clock->user) < end_ns);
        (void)poll(NULL, 0, 1);
    }
}

void feed_watch_ask(struct feed_watch *w, enum feed_command_kind kind, uint32_t instrument, const char *name)
{
    struct feed_command *c = ring_reserve(w->commands, sizeof *c);
    assert_non_null(c);
    *c = (struct feed_command){.size = sizeof *c, .kind = kind, .instrument = instrument};
    if (name) {
        snprintf(c->name, sizeof c->name, "%s", name);
    }
    ring_commit(w->commands, sizeof *c);
}

void feed_watch_finish(struct feed_watch *w)
{
    feed_stop(w->feed);
    feed_watch_drain(w);
    ring_destroy(w->events);
    ring_destroy(w->commands);
}
