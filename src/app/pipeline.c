#include "pipeline.h"

#include "asked.h"
#include "fingerprint.h"
#include "recorder.h"
#include "rollup.h"
#include "saver.h"
#include "seal_key.h"
#include "staff.h"
#include "version.h"

#include <alphaplus/analytics/measure.h>
#include <alphaplus/base/clock.h>
#include <alphaplus/base/latency.h>
#include <alphaplus/base/text.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define EVENTS_RING_BYTES  (32u << 20)
#define SMALL_RING_BYTES   (64u << 10)
#define RESULTS_RING_BYTES (1u << 20)
#define PUBLISH_EVERY      256 /* events */
#define WAIT_NS            (100 * NS_PER_MS)
#define HOST_EVERY_NS      (500 * NS_PER_MS)

enum { CONSUMER_ENGINE = 0, CONSUMER_JOURNAL = 1 };

struct pipeline {
    struct pipeline_options o;
    struct ring *events, *commands, *results; /* owned */
    struct publication *publication;          /* owned */
    struct staff staff;                       /* of the engine */
    struct engine *engine;                    /* owned; its thread's alone after the start */
    struct recorder *recorder;                /* owned; NULL: no journal */
    struct saver saver;                       /* checkpoints, where there is a journal */
    struct rollup rollup;                     /* what the journal keeps beside events */
    struct feed *feed;                        /* owned */
    struct event_stamp stamp;
    struct feed_gauge gauge;
    pthread_t thread;
    bool is_thread;
    atomic_bool stop;
    atomic_bool wants_snapshots;
    struct asked asked;
    /* engine thread's own */
    uint64_t applied, applied_at_host;
    uint64_t unsent; /* results that found no room */
    int64_t host_ns;
    struct latency apply, publish;
};

/* Puts one event in before the feed takes the ring over. */
static int put(struct pipeline *p, enum event_kind kind, uint32_t instrument, const void *row, size_t bytes)
{
    struct event *ev = ring_reserve(p->events, event_size_for(bytes));
    if (!ev)
        return AP_EFULL;
    memset(ev, 0, event_size_for(bytes));
    ev->size = event_size_for(bytes);
    ev->kind = (uint16_t)kind;
    ev->instrument = instrument;
    ev->seq = ++p->stamp.seq;
    ev->recv_ns = clock_stamp_now(&p->stamp.clock);
    memcpy(event_rows(ev), row, bytes);
    ring_commit(p->events, ev->size);
    return 0;
}

static int put_preamble(struct pipeline *p)
{
    struct session_row session = {.libm_fingerprint = libm_fingerprint(),
                                  .wall_ns = clock_system()->wall_ns(NULL)};
    text_copy(session.program, sizeof session.program, ALPHAPLUS_PROGRAM);
    text_copy(session.source, sizeof session.source, p->o.source);
    int err = put(p, EVENT_SESSION, 0, &session, sizeof session);
    const struct parameters *params = p->o.parameters;
    for (size_t i = 0; err == 0 && params && i < params->n; i++)
        err = put(p, EVENT_PARAM, 0, &params->rows[i], sizeof params->rows[i]);
    const struct positions *own = p->o.positions;
    for (size_t i = 0; err == 0 && own && i < own->account_n; i++)
        err = put(p, EVENT_ACCOUNT, 0, &own->accounts[i], sizeof own->accounts[i]);
    for (size_t i = 0; err == 0 && own && i < own->position_n; i++)
        err = put(p, EVENT_POSITION, 0, &own->positions[i], sizeof own->positions[i]);
    for (size_t i = 0; err == 0 && own && i < own->position_n; i++) {
        struct margin_tiers row = {0};
        const char *date;
        text_copy(row.instrument, sizeof row.instrument, own->positions[i].instrument);
        row.n = (uint32_t)tiers_builtin(row.instrument, row.tiers, MARGIN_TIER_MAX, &date);
        if (row.n > 0)
            err = put(p, EVENT_TIERS, 0, &row, sizeof row);
    }
    return err;
}

static bool send_wish(struct pipeline *p, uint32_t instrument)
{
    struct feed_command *c = ring_reserve(p->commands, sizeof *c);
    if (!c)
        return false; /* the feed is far behind; the engine will wish again at the next break */
    *c = (struct feed_command){.size = sizeof *c, .kind = FEED_WANT_SNAPSHOT, .instrument = instrument};
    ring_commit(p->commands, sizeof *c);
    return true;
}

static void send_wishes(struct pipeline *p)
{
    uint32_t instrument;
    asked_send(&p->asked, p->commands);
    while (engine_next_wish(p->engine, &instrument) && send_wish(p, instrument))
        ;
    if (!atomic_exchange(&p->wants_snapshots, false))
        return;
    for (uint32_t i = 0; i < engine_market_count(p->engine); i++)
        send_wish(p, engine_market(p->engine, i)->inst.id);
}

static void send_result(struct pipeline *p, const void *record, size_t n)
{
    void *to = p->recorder ? ring_reserve(p->results, n) : NULL;
    if (to) {
        memcpy(to, record, n);
        ring_commit(p->results, n);
    } else {
        p->unsent += p->recorder != NULL;
    }
}

static void send_results(struct pipeline *p)
{
    struct result r;
    while (engine_next_result(p->engine, &r)) {
        send_result(p, &r, sizeof r);
    }
}

static void send_rollup(void *user, const struct rollup_head *record)
{
    send_result(user, record, record->size);
}

static uint64_t resident_bytes(void)
{
    unsigned long total, resident = 0;
    FILE *f = fopen("/proc/self/statm", "re");
    if (!f)
        return 0;
    if (fscanf(f, "%lu %lu", &total, &resident) != 2)
        resident = 0;
    fclose(f);
    return (uint64_t)resident * (uint64_t)sysconf(_SC_PAGESIZE);
}

static void publish_host(struct pipeline *p, int64_t now)
{
    if (now - p->host_ns < HOST_EVERY_NS)
        return;
    struct board *board = publication_host(p->publication);
    struct host_view *v = board_begin(board);
    *v = (struct host_view){
        .events = p->applied,
        .events_per_s = p->host_ns ? (p->applied - p->applied_at_host) * (uint64_t)NS_PER_S /
                                         (uint64_t)(now - p->host_ns)
                                   : 0,
        .ring_used = ring_used(p->events, CONSUMER_ENGINE),
        .ring_size = ring_size(p->events),
        .apply_p50_ns = latency_quantile(&p->apply, 0.50),
        .apply_p99_ns = latency_quantile(&p->apply, 0.99),
        .apply_max_ns = p->apply.max_ns,
        .publish_p50_ns = latency_quantile(&p->publish, 0.50),
        .publish_p99_ns = latency_quantile(&p->publish, 0.99),
        .publish_max_ns = p->publish.max_ns,
        .resident_bytes = resident_bytes(),
        .decode_p50_ns = atomic_load(&p->gauge.decode_p50_ns),
        .decode_p99_ns = atomic_load(&p->gauge.decode_p99_ns),
        .ring_refused = atomic_load(&p->gauge.refused),
    };
    recorder_view(p->recorder, v);
    if (p->o.on_host)
        p->o.on_host(p->o.user, v);
    v->journal_lost += p->unsent;
    board_publish(board);
    p->host_ns = now;
    p->applied_at_host = p->applied;
}

/* Events between two publications. */
struct batch {
    int n;
    int64_t begun_ns; /* monotonic */
    int64_t oldest_recv_ns;
};

/* Time from an event's receipt to the boards that cover it; and what each event took. */
static void publish(struct pipeline *p, const struct batch *b)
{
    if (b->n > 0) {
        engine_settle(p->engine);
        latency_add(&p->apply, (clock_system()->monotonic_ns(NULL) - b->begun_ns) / b->n);
    }
    engine_publish(p->engine);
    int64_t now = clock_system()->monotonic_ns(NULL);
    if (b->n > 0)
        latency_add(&p->publish, now + p->stamp.clock.offset_ns - b->oldest_recv_ns);
    if (p->o.on_publish)
        p->o.on_publish(p->o.user, p->engine);
    send_wishes(p);
    send_results(p);
    publish_host(p, now);
}

static void *run_engine(void *arg)
{
    struct pipeline *p = arg;
    struct batch b = {0};

    for (;;) {
        const struct event *ev = ring_peek(p->events, CONSUMER_ENGINE);
        if (!ev || b.n >= PUBLISH_EVERY) {
            publish(p, &b);
            b = (struct batch){0};
        }
        if (!ev) {
            if (atomic_load(&p->stop))
                break;
            ring_wait(p->events, CONSUMER_ENGINE, WAIT_NS);
            continue;
        }
        if (b.n++ == 0) {
            b.begun_ns = clock_system()->monotonic_ns(NULL);
            b.oldest_recv_ns = ev->recv_ns;
        }
        int err = engine_apply(p->engine, ev);
        (void)err; /* a bad event was counted by the engine; nothing to do here */
        if (p->recorder)
            saver_event(&p->saver, p->engine, ev);
        ring_advance(p->events, CONSUMER_ENGINE);
        p->applied++;
    }
    engine_seal(p->engine);
    send_results(p);
    return NULL;
}

static void tick_hook(void *user, struct engine *e, int64_t tick_ns)
{
    struct pipeline *p = user;
    if (p->recorder)
        rollup_tick(&p->rollup, e, tick_ns);
    if (p->o.on_tick && p->o.tick_every_ns > 0 && tick_ns % p->o.tick_every_ns == 0)
        p->o.on_tick(p->o.user, e, tick_ns);
}

static void book_hook(void *user, const struct instrument *in, const struct book *book,
                      const struct event *ev)
{
    struct pipeline *p = user;
    p->o.on_book(p->o.user, in, book, ev);
}

static void bar_hook(void *user, const struct instrument *in, const struct bar *bar)
{
    struct pipeline *p = user;
    rollup_bar(&p->rollup, in, bar);
}

/* Seldom, if nobody wants it often: at such ticks assets wait for each other. */
static int64_t tick_every(const struct pipeline *p)
{
    bool is_often = p->o.on_tick && p->o.tick_every_ns > 0 && p->o.tick_every_ns % NS_PER_S != 0;
    return is_often ? TICK_NS : NS_PER_S;
}

static int make_parts(struct pipeline *p, char *why, size_t why_size)
{
    int consumers = p->o.journal_path ? 2 : 1;
    int err = ring_create(p->o.ring_bytes > 0 ? p->o.ring_bytes : EVENTS_RING_BYTES, consumers, &p->events);
    if (err == 0)
        err = ring_create(SMALL_RING_BYTES, 1, &p->commands);
    if (err == 0)
        err = ring_create(RESULTS_RING_BYTES, 1, &p->results);
    if (err == 0)
        err = publication_create(&p->publication);
    p->rollup = (struct rollup){.emit = send_rollup, .user = p};
    if (err == 0)
        err = staff_init(&p->staff);
    struct engine_hooks hooks = {.on_tick = tick_hook,
                                 .on_book = p->o.on_book ? book_hook : NULL,
                                 .on_bar = p->o.journal_path ? bar_hook : NULL,
                                 .user = p,
                                 .tick_every_ns = tick_every(p)};
    staff_serve(&p->staff, &hooks);
    if (err == 0)
        err = engine_create(p->publication, &hooks, &p->engine);
    if (err < 0) {
        snprintf(why, why_size, "cannot start: %s", ap_err_text(err));
        return err;
    }
    if (!p->o.journal_path)
        return 0;
    struct mac_key key;
    seal_key(&key);
    struct recorder_options ro = {.path = p->o.journal_path,
                                  .keep_ns = p->o.keep_ns,
                                  .max_bytes = p->o.max_bytes,
                                  .events = p->events,
                                  .consumer = CONSUMER_JOURNAL,
                                  .results = p->results,
                                  .key = key,
                                  .wants_snapshots = &p->wants_snapshots};
    char reason[256] = "";
    err = recorder_open(&ro, &p->recorder, reason, sizeof reason);
    if (err < 0)
        snprintf(why, why_size, "%s: %s", p->o.journal_path, reason[0] ? reason : ap_err_text(err));
    saver_init(&p->saver, p->recorder, &key);
    return err;
}

int pipeline_start(const struct pipeline_options *o, struct pipeline **ret_pipeline, char *why,
                   size_t why_size)
{
    struct pipeline *p = calloc(1, sizeof *p);
    if (!p)
        return AP_ENOMEM;
    p->o = *o;
    asked_init(&p->asked);
    int err = make_parts(p, why, why_size);
    if (err == 0) {
        clock_stamp_init(&p->stamp.clock, clock_system());
        p->stamp.seq = p->recorder ? recorder_last_seq(p->recorder) : 0;
        err = put_preamble(p);
    }
    if (err == 0 && p->recorder)
        err = recorder_start(p->recorder);
    if (err == 0 && pthread_create(&p->thread, NULL, run_engine, p) != 0)
        err = AP_ENOMEM;
    else
        p->is_thread = err == 0;
    if (err == 0) {
        struct feed_options fo = o->feed;
        fo.events = p->events;
        fo.commands = p->commands;
        fo.stamp = &p->stamp;
        fo.gauge = &p->gauge;
        fo.journal_consumer = p->recorder ? CONSUMER_JOURNAL : -1;
        err = feed_start(&fo, &p->feed, why, why_size);
    }
    if (err < 0) {
        pipeline_stop(p);
        return err;
    }
    *ret_pipeline = p;
    return 0;
}

int pipeline_stop(struct pipeline *p)
{
    if (!p)
        return 0;
    feed_stop(p->feed);
    if (p->is_thread) {
        atomic_store(&p->stop, true);
        ring_wake(p->events, CONSUMER_ENGINE);
        pthread_join(p->thread, NULL);
    }
    int err = recorder_stop(p->recorder);
    engine_destroy(p->engine);
    staff_finish(&p->staff);
    publication_destroy(p->publication);
    ring_destroy(p->results);
    ring_destroy(p->commands);
    ring_destroy(p->events);
    saver_finish(&p->saver);
    asked_finish(&p->asked);
    free(p);
    return err;
}

int pipeline_watch(struct pipeline *p, bool is_removal, const char *name, char *why, size_t why_size)
{
    return asked_watch(&p->asked, is_removal, name, why, why_size);
}

struct publication *pipeline_publication(struct pipeline *p)
{
    return p->publication;
}
