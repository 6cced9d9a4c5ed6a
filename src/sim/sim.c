#include <alphaplus/sim/sim.h>

#include "sim/faults.h"
#include "sim/server.h"
#include "sim/sim_private.h"

#include "sim/market/market.h"

#include <alphaplus/base/text.h>
#include <stdio.h>
#include <stdlib.h>
#include <uv.h>

struct sim {
    struct sim_options options; /* its captures are borrowed during sim_start only */
    const struct dialect *dialect;
    struct sim_tuning tuning;
    uv_thread_t thread;
    uv_sem_t started;
    uv_loop_t loop;
    uv_async_t stop;
    struct server server;
    struct source *source; /* owned */
    struct fault_plan plan;
    struct faults faults; /* when server.faults points here */
    int err;              /* of the start */
    char *why;            /* borrowed during sim_start only */
    size_t why_size;
};

static int create_source(struct sim *s)
{
    struct source_host host = server_host(&s->server);
    if (s->server.faults) {
        host.sink = faults_sink(&s->faults);
    }
    int err = s->options.captures ? source_capture_create(&s->options, &host, &s->source, s->why, s->why_size)
                                  : source_market_create(&s->options, s->dialect, &host, &s->source);
    if (err == AP_ENOMEM) {
        text_copy(s->why, s->why_size, ap_err_text(err));
    }
    return err;
}

static void on_stop(uv_async_t *stop)
{
    uv_stop(stop->loop);
}

static void close_faults(struct sim *s)
{
    if (s->server.faults) {
        faults_close(&s->faults);
    }
}

static void finish_faults(struct sim *s)
{
    if (s->server.faults) {
        faults_finish(&s->faults);
    }
}

/* The source goes last: while sockets close they still tell it. */
static void close_all(struct sim *s)
{
    s->source->ops->close(s->source);
    close_faults(s);
    server_finish(&s->server);
    s->source->ops->destroy(s->source);
    finish_faults(s);
}

static int open_all(struct sim *s)
{
    int err = server_init(&s->server, &s->loop, s->dialect, s->options.port, &s->tuning, s->why, s->why_size);
    if (err < 0) {
        return err;
    }
    s->server.on_book = s->options.on_book;
    s->server.on_book_user = s->options.user;
    if (s->options.faults) {
        faults_init(&s->faults, &s->plan, s->options.seed, s->dialect, &s->server.hub, &s->loop);
        s->server.faults = &s->faults;
    }
    err = create_source(s);
    if (err < 0) {
        close_faults(s);
        server_finish(&s->server);
        finish_faults(s);
        return err;
    }
    server_attach(&s->server, s->source);
    if (uv_async_init(&s->loop, &s->stop, on_stop) < 0) {
        close_all(s);
        return AP_ENOMEM;
    }
    return 0;
}

static void run(void *arg)
{
    struct sim *s = arg;
    int err = open_all(s);
    s->err = err;
    uv_sem_post(&s->started);
    if (err < 0) {
        return;
    }
    uv_run(&s->loop, UV_RUN_DEFAULT);
    uv_close((uv_handle_t *)&s->stop, NULL);
    close_all(s);
}

static int start_thread(struct sim *s)
{
    if (uv_loop_init(&s->loop) < 0) {
        return AP_ENOMEM;
    }
    int err = AP_ENOMEM;
    if (uv_sem_init(&s->started, 0) == 0) {
        if (uv_thread_create(&s->thread, run, s) == 0) {
            uv_sem_wait(&s->started);
            err = s->err;
            if (err < 0) {
                uv_thread_join(&s->thread);
            }
        }
        uv_sem_destroy(&s->started);
    }
    if (err < 0) {
        uv_loop_close(&s->loop);
    }
    return err;
}

static void refuse_venue(const struct sim_options *o, char *why, size_t why_size)
{
    int n = o->captures ? snprintf(why, why_size, "captures can be served as %s only", dialect_at(0)->venue)
                        : snprintf(why, why_size,
                                   "the loopback exchange does not speak as '%.40s'; there are", o->venue);
    for (size_t i = 0; !o->captures && dialect_at(i) && n > 0 && (size_t)n < why_size; i++) {
        n += snprintf(why + n, why_size - (size_t)n, " %s", dialect_at(i)->venue);
    }
}

int sim_start_tuned(const struct sim_options *o, const struct sim_tuning *tuning, struct sim **ret_sim,
                    char *why, size_t why_size)
{
    if (why_size > 0) {
        why[0] = '\0';
    }
    if (!(o->speed >= 0.0 && o->speed <= SIM_SPEED_MAX) || (o->captures && o->capture_n == 0)) {
        text_copy(why, why_size,
                  "the speed of the loopback exchange is from 0 (as fast as it is read) to 100000");
        return AP_EINVAL;
    }
    const struct dialect *dialect = dialect_find(o->venue);
    if (!dialect || (o->captures && dialect != dialect_at(0))) {
        refuse_venue(o, why, why_size);
        return AP_EINVAL;
    }
    struct sim *s = calloc(1, sizeof *s);
    if (!s) {
        text_copy(why, why_size, ap_err_text(AP_ENOMEM));
        return AP_ENOMEM;
    }
    s->options = *o;
    s->dialect = dialect;
    s->tuning = *tuning;
    s->why = why;
    if (o->faults && fault_plan_parse(o->faults, &s->plan, why, why_size) < 0) {
        free(s);
        return AP_EINVAL;
    }
    s->why_size = why_size;
    int err = start_thread(s);
    if (err < 0) {
        free(s);
        return err;
    }
    *ret_sim = s;
    return 0;
}

int sim_start(const struct sim_options *o, struct sim **ret_sim, char *why, size_t why_size)
{
    struct sim_tuning tuning = sim_tuning_default;
    const struct dialect *dialect = dialect_find(o->venue);
    if (dialect) {
        tuning.ping_ms = dialect->ping_ms;
        tuning.pong_ms = dialect->pong_ms;
    }
    return sim_start_tuned(o, &tuning, ret_sim, why, why_size);
}

uint16_t sim_port(const struct sim *s)
{
    return s->server.port;
}

bool sim_is_done(const struct sim *s)
{
    return atomic_load(&s->server.is_done);
}

void sim_faults_tell(const struct sim *s, struct buf *out)
{
    if (s->server.faults) {
        faults_tell(s->server.faults, out);
    }
}

void sim_stop(struct sim *s)
{
    if (s) {
        (void)sim_stop_counting(s);
    }
}

struct hub_counts sim_stop_counting(struct sim *s)
{
    uv_async_send(&s->stop);
    uv_thread_join(&s->thread);
    struct hub_counts counts = s->server.hub.counts;
    uv_loop_close(&s->loop);
    free(s);
    return counts;
}

bool sim_symbol(const char *venue, size_t index, char *buf, size_t size)
{
    const struct dialect *dialect = dialect_find(venue);
    struct listing in;
    if (!dialect || index >= MARKET_INSTRUMENTS) {
        return false;
    }
    dialect->list(sim_market_spec((int)index), &in);
    return text_copy(buf, size, in.symbol);
}

const char *sim_venue(size_t index)
{
    const struct dialect *dialect = dialect_at(index);
    return dialect ? dialect->venue : NULL;
}
