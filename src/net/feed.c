/* The feed thread. All that lives here belongs to that thread once it runs; others only set the stop signal and fill the
 * command ring. */
#include "net/feed_private.h"
#include "net/source.h"
#include <alphaplus/base/text.h>
#include <alphaplus/net/feed.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define STOP_TICK_NS (10 * NS_PER_MS)
#define COMMANDER    0 /* our consumer of the command ring */

struct feed {
    pthread_t thread;
    uv_loop_t loop;
    uv_async_t stop;
    uv_timer_t tick, idle;
    uv_poll_t command_poll;
    struct wire wire;
    struct emitter emitter;
    struct tuning tuning;
    struct ring *commands; /* borrowed; may be NULL */
    struct feed_endpoint endpoints[VENUE_MAX];
    size_t endpoint_n;
    struct source *sources[VENUE_MAX]; /* owned */
    size_t source_n;
    char names[INSTRUMENT_MAX][INSTRUMENT_NAME_MAX]; /* of id i + 1: one that was removed keeps its id */
    uint32_t last_id;
    int64_t clock_checked_ns, gauged_ns;
    struct feed_gauge *gauge; /* borrowed; may be NULL */
    char no_proxy[1024];
    int64_t stop_deadline_ns; /* 0: running */
    bool has_poll;
};

static uint64_t to_ms(int64_t ns)
{
    return ns < NS_PER_MS ? 1 : (uint64_t)(ns / NS_PER_MS);
}

/* --- what is watched ----------------------------------------------------------------------------------------------- */

/* By way of the proxy goes what is encrypted, unless the user says not. */
static void choose_way(const struct feed *f, struct endpoint *ep)
{
    ep->is_proxied = f->wire.proxy.is_set && ep->is_tls && !proxy_is_bypassed(f->no_proxy, ep);
}

static int find_endpoints(const struct feed *f, const struct venue *venue, struct endpoint *ret_rest,
                          struct endpoint *ret_stream, char *why, size_t why_size)
{
    for (size_t i = 0; i < f->endpoint_n; i++) {
        if (strcmp(f->endpoints[i].venue, venue->name) == 0) {
            int err = endpoint_parse(f->endpoints[i].url, ret_rest, why, why_size);
            *ret_stream = *ret_rest;
            return err;
        }
    }
    int err = endpoint_parse(venue->rest_base, ret_rest, why, why_size);
    return err != 0 ? err : endpoint_parse(venue->ws_base, ret_stream, why, why_size);
}

static int source_for(struct feed *f, const char *name, struct source **ret_source, char *why,
                      size_t why_size)
{
    for (size_t i = 0; i < f->source_n; i++) {
        if (strcmp(f->sources[i]->venue->name, name) == 0) {
            *ret_source = f->sources[i];
            return 0;
        }
    }
    const struct venue *venue = venue_find(name);
    if (!venue) {
        snprintf(why, why_size, "no venue is called \"%s\"", name);
        return AP_ENOTFOUND;
    }
    if (f->source_n == VENUE_MAX) {
        snprintf(why, why_size, "more than %d venues", VENUE_MAX);
        return AP_EFULL;
    }
    struct endpoint rest, stream;
    int err = find_endpoints(f, venue, &rest, &stream, why, why_size);
    if (err == 0) {
        choose_way(f, &rest);
        choose_way(f, &stream);
        err = source_create(&f->wire, &f->emitter, &f->tuning, venue, &rest, &stream, ret_source);
    }
    if (err == 0) {
        f->sources[f->source_n++] = *ret_source;
    }
    return err;
}

static uint32_t id_for(const struct feed *f, const char *name)
{
    for (uint32_t i = 0; i < f->last_id; i++) {
        if (text_equal_nocase(f->names[i], name)) {
            return i + 1;
        }
    }
    return f->last_id + 1;
}

static int add(struct feed *f, const char *name, char *why, size_t why_size)
{
    char venue[VENUE_NAME_MAX], symbol[SYMBOL_MAX], safe[INSTRUMENT_NAME_MAX];
    struct source *s;
    text_sanitize(safe, sizeof safe, name, strlen(name));
    if (instrument_name_split(name, venue, sizeof venue, symbol, sizeof symbol) != 0) {
        snprintf(why, why_size, "\"%s\" is no instrument: write it as binance:BTCUSDT", safe);
        return AP_EINVAL;
    }
    int err = source_for(f, venue, &s, why, why_size);
    if (err != 0) {
        return err;
    }
    uint32_t id = id_for(f, name);
    if (id > INSTRUMENT_MAX) {
        snprintf(why, why_size, "more than %d instruments", INSTRUMENT_MAX);
        return AP_EFULL;
    }
    err = source_add(s, id, symbol);
    if (err != 0 && err != AP_EEXISTS) {
        snprintf(why, why_size, "%s: %s", safe, ap_err_text(err));
        return err;
    }
    if (err == 0 && id > f->last_id) {
        (void)text_copy(f->names[id - 1], sizeof f->names[0], name);
        f->last_id = id;
    }
    return 0; /* named twice is watched once */
}

/* --- commands ------------------------------------------------------------------------------------------------------ */

static void want_snapshot(struct feed *f, const struct feed_command *c)
{
    for (size_t i = 0; i < f->source_n; i++) {
        source_want_snapshot(f->sources[i], c->instrument);
    }
}

static void copy_name(char name[INSTRUMENT_NAME_MAX + 1], const struct feed_command *c)
{
    memcpy(name, c->name, sizeof c->name);
    name[sizeof c->name] = '\0';
}

static void add_by_command(struct feed *f, const struct feed_command *c)
{
    char why[160], name[INSTRUMENT_NAME_MAX + 1];
    copy_name(name, c);
    (void)add(f, name, why,
              sizeof why); /* who asks has checked the name; an unknown symbol shows in the FEED row */
}

static void remove_by_command(struct feed *f, const struct feed_command *c)
{
    char name[INSTRUMENT_NAME_MAX + 1];
    copy_name(name, c);
    uint32_t id = c->instrument != 0 ? c->instrument : id_for(f, name);
    for (size_t i = 0; i < f->source_n; i++) {
        source_remove(f->sources[i], id);
    }
}

static void (*const commands[])(struct feed *f, const struct feed_command *c) = {
    [FEED_WANT_SNAPSHOT] = want_snapshot,
    [FEED_ADD] = add_by_command,
    [FEED_REMOVE] = remove_by_command,
};

static void drain_commands(struct feed *f)
{
    do {
        const struct feed_command *c;
        while ((c = ring_peek(f->commands, COMMANDER)) != NULL) {
            if (c->size >= sizeof *c && c->kind < sizeof commands / sizeof *commands && commands[c->kind]) {
                commands[c->kind](f, c);
            }
            ring_advance(f->commands, COMMANDER);
        }
    } while (!ring_arm(f->commands, COMMANDER));
}

static void on_command(uv_poll_t *handle, int status, int events)
{
    struct feed *f = handle->data;
    (void)status;
    (void)events;
    ring_disarm(f->commands, COMMANDER);
    if (f->stop_deadline_ns == 0) {
        drain_commands(f);
    }
}

/* --- time ---------------------------------------------------------------------------------------------------------- */

static void on_idle(uv_timer_t *timer)
{
    struct feed *f = timer->data;
    int64_t now_ns = clock_stamp_now(&f->emitter.stamp->clock);
    int64_t left_ns = f->emitter.last_ns + f->tuning.idle_ns - now_ns;
    if (left_ns <= 0) {
        (void)emit_row(&f->emitter, EVENT_IDLE, 0, 0, NULL, 0);
        left_ns = f->tuning.idle_ns;
    }
    uv_timer_start(timer, on_idle, to_ms(left_ns + NS_PER_MS - 1), 0);
}

static void check_clock(struct feed *f, int64_t now_ns)
{
    if (now_ns - f->clock_checked_ns < NS_PER_S) {
        return;
    }
    f->clock_checked_ns = now_ns;
    struct count_row row = {.value = clock_stamp_step(&f->emitter.stamp->clock)};
    if (row.value != 0) {
        (void)emit_row(&f->emitter, EVENT_CLOCK_STEP, 0, 0, &row, sizeof row);
    }
}

static void tell_gauge(struct feed *f, int64_t now_ns)
{
    if (!f->gauge || now_ns - f->gauged_ns < NS_PER_S) {
        return;
    }
    f->gauged_ns = now_ns;
    atomic_store(&f->gauge->decode_p50_ns, latency_quantile(&f->wire.decode, 0.50));
    atomic_store(&f->gauge->decode_p99_ns, latency_quantile(&f->wire.decode, 0.99));
    atomic_store(&f->gauge->refused, f->emitter.refused);
}

static bool is_all_gone(const struct feed *f)
{
    for (size_t i = 0; i < f->source_n; i++) {
        if (!source_is_gone(f->sources[i])) {
            return false;
        }
    }
    return true;
}

static void on_tick(uv_timer_t *timer)
{
    struct feed *f = timer->data;
    int64_t now_ns = wire_now(&f->wire);
    for (size_t i = 0; i < f->source_n; i++) {
        source_tick(f->sources[i], now_ns);
        rotate_tick(f->sources[i], now_ns);
    }
    if (f->stop_deadline_ns == 0) {
        (void)emit_recover(&f->emitter);
        check_clock(f, now_ns);
        tell_gauge(f, now_ns);
    } else if (is_all_gone(f) || now_ns >= f->stop_deadline_ns) {
        uv_stop(&f->loop);
    }
}

static void on_stop(uv_async_t *async)
{
    struct feed *f = async->data;
    if (f->stop_deadline_ns != 0) {
        return;
    }
    f->stop_deadline_ns = wire_now(&f->wire) + f->tuning.goodbye_ns;
    uv_timer_stop(&f->idle);
    for (size_t i = 0; i < f->source_n; i++) {
        source_stop(f->sources[i]);
    }
    uv_timer_start(&f->tick, on_tick, 0, to_ms(STOP_TICK_NS));
}

/* --- life ---------------------------------------------------------------------------------------------------------- */

static int open_handles(struct feed *f)
{
    if (uv_async_init(&f->loop, &f->stop, on_stop) != 0) {
        return AP_ENOMEM;
    }
    (void)uv_timer_init(&f->loop, &f->tick);
    (void)uv_timer_init(&f->loop, &f->idle);
    f->stop.data = f->tick.data = f->idle.data = f->command_poll.data = f;
    if (f->commands && uv_poll_init(&f->loop, &f->command_poll, ring_fd(f->commands, COMMANDER)) == 0) {
        f->has_poll = true;
    }
    return f->commands && !f->has_poll ? AP_EIO : 0;
}

static void close_handles(struct feed *f)
{
    uv_close((uv_handle_t *)&f->stop, NULL);
    uv_close((uv_handle_t *)&f->tick, NULL);
    uv_close((uv_handle_t *)&f->idle, NULL);
    if (f->has_poll) {
        uv_close((uv_handle_t *)&f->command_poll, NULL);
    }
}

/* All that has to do with the loop; our own handles are being closed already, or never were open. */
static void tear_down(struct feed *f)
{
    for (size_t i = 0; i < f->source_n; i++) {
        source_shut(f->sources[i]);
    }
    wire_finish(&f->wire);
    (void)uv_run(&f->loop, UV_RUN_NOWAIT);
    for (size_t i = 0; i < f->source_n; i++) {
        source_destroy(f->sources[i]);
    }
    (void)uv_loop_close(&f->loop);
}

static void *run(void *arg)
{
    struct feed *f = arg;
    uv_timer_start(&f->tick, on_tick, 0, to_ms(f->tuning.tick_ns));
    uv_timer_start(&f->idle, on_idle, to_ms(f->tuning.idle_ns), 0);
    if (f->has_poll) {
        uv_poll_start(&f->command_poll, UV_READABLE, on_command);
        drain_commands(f);
    }
    (void)uv_run(&f->loop, UV_RUN_DEFAULT);
    close_handles(f);
    tear_down(f);
    return NULL;
}

static int start_thread(struct feed *f)
{
    /* Signals belong to the main thread; a peer that goes away must not raise SIGPIPE here. */
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int error = pthread_create(&f->thread, NULL, run, f);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return error == 0 ? 0 : AP_ENOMEM;
}

static int check(const struct feed_options *o, char *why, size_t why_size)
{
    struct endpoint ignored;
    for (size_t i = 0; i < o->endpoint_n && i < VENUE_MAX; i++) {
        int err = endpoint_parse(o->endpoints[i].url, &ignored, why, why_size);
        if (err != 0) {
            return err;
        }
        if (!venue_find(o->endpoints[i].venue)) {
            snprintf(why, why_size, "no venue is called \"%s\"", o->endpoints[i].venue);
            return AP_ENOTFOUND;
        }
    }
    struct stat about;
    if (o->ca_file && (stat(o->ca_file, &about) != 0 || access(o->ca_file, R_OK) != 0)) {
        snprintf(why, why_size, "the file of certificates cannot be read: %s", o->ca_file);
        return AP_EINVAL;
    }
    if (o->ca_file && !S_ISREG(about.st_mode)) { /* a pipe would be waited for without end */
        snprintf(why, why_size, "what shall hold the certificates is no file: %s", o->ca_file);
        return AP_EINVAL;
    }
    return 0;
}

static int prepare(struct feed *f, const struct feed_options *o, char *why, size_t why_size)
{
    f->commands = o->commands;
    f->gauge = o->gauge;
    f->endpoint_n = o->endpoint_n < VENUE_MAX ? o->endpoint_n : VENUE_MAX;
    memcpy(f->endpoints, o->endpoints, sizeof f->endpoints);
    emit_init(&f->emitter, o->events, o->stamp, o->journal_consumer);
    struct proxy proxy;
    int err = proxy_parse(o->proxy, &proxy, why, why_size);
    if (err == 0 && o->no_proxy && !text_copy(f->no_proxy, sizeof f->no_proxy, o->no_proxy)) {
        snprintf(why, why_size, "the list of hosts that need no proxy is too long");
        err = AP_EINVAL;
    }
    if (err == 0) {
        err = wire_init(&f->wire, &f->loop, o->ca_file, &proxy, o->stamp->clock.clock, why, why_size);
    }
    for (size_t i = 0; i < o->instrument_n && err == 0; i++) {
        err = add(f, o->instruments[i], why, why_size);
    }
    if (err != 0) {
        return err;
    }
    err = open_handles(f);
    if (err == 0) {
        err = start_thread(f);
        if (err != 0) {
            close_handles(f);
        }
    }
    if (err != 0) {
        snprintf(why, why_size, "the feed cannot start: %s", ap_err_text(err));
    }
    return err;
}

int feed_start_tuned(const struct feed_options *o, const struct tuning *t, struct feed **ret_feed, char *why,
                     size_t why_size)
{
    int err = check(o, why, why_size);
    if (err != 0) {
        return err;
    }
    struct feed *f = calloc(1, sizeof *f);
    if (!f || uv_loop_init(&f->loop) != 0) {
        free(f);
        snprintf(why, why_size, "the feed cannot start: %s", ap_err_text(AP_ENOMEM));
        return AP_ENOMEM;
    }
    f->tuning = *t;
    err = prepare(f, o, why, why_size);
    if (err != 0) {
        tear_down(f);
        free(f);
        return err;
    }
    *ret_feed = f;
    return 0;
}

int feed_start(const struct feed_options *o, struct feed **ret_feed, char *why, size_t why_size)
{
    return feed_start_tuned(o, &tuning_default, ret_feed, why, why_size);
}

void feed_stop(struct feed *f)
{
    if (!f) {
        return;
    }
    uv_async_send(&f->stop);
    pthread_join(f->thread, NULL);
    free(f);
}
