#include "sim/server.h"

#include "sim/conn.h"
#include "sim/faults.h"

#include <libwebsockets.h>
#include <stdio.h>
#include <string.h>

#define HEADER_BYTES_MAX 32768 /* a URL may name many streams */
#define TEARDOWN_TURNS   10000

const struct sim_tuning sim_tuning_default = {
    .queue_bytes = 16u << 20,
    .ping_ms = 180 * 1000,
    .pong_ms = 600 * 1000,
    .stall_ms = 10 * 1000,
};

/* The library would ping and hang up by itself; this exchange does it by the venue's rules. */
static const lws_retry_bo_t patience = {.secs_since_valid_ping = 0xfffe, .secs_since_valid_hangup = 0xffff};

static const struct lws_protocols protocols[] = {
    {.name = "sim",
     .callback = conn_callback,
     .per_session_data_size = sizeof(struct conn),
     .rx_buffer_size = 4096},
    {.name = NULL},
};

static struct sim_topic resolve(void *user, const struct stream *stream, const char *name)
{
    struct server *s = user;
    if (s->faults && faults_wrong_route(s->faults, stream->symbol)) {
        return (struct sim_topic){0};
    }
    return s->source->ops->resolve(s->source, stream, name);
}

static void watch(void *user, uint32_t topic, int delta)
{
    struct server *s = user;
    if (s->source) {
        s->source->ops->watch(s->source, topic, delta);
    }
}

static void on_ping(uv_timer_t *timer)
{
    struct server *s = timer->data;
    for (struct listener *l = s->hub.first; l; l = l->next) {
        conn_ping(l->user);
    }
}

static void on_stall(uv_timer_t *timer)
{
    struct server *s = timer->data;
    hub_cut_stalled(&s->hub, source_monotonic_ns() - s->tuning.stall_ms * INT64_C(1000000));
}

static void init_timers(struct server *s)
{
    uv_timer_init(s->loop, &s->ping_timer);
    uv_timer_init(s->loop, &s->stall_timer);
    s->ping_timer.data = s->stall_timer.data = s;
    uv_timer_start(&s->ping_timer, on_ping, (uint64_t)s->tuning.ping_ms, (uint64_t)s->tuning.ping_ms);
    uint64_t check_ms = (uint64_t)s->tuning.stall_ms / 4 + 1;
    uv_timer_start(&s->stall_timer, on_stall, check_ms, check_ms);
}

static int init_context(struct server *s, uint16_t port, char *why, size_t why_size)
{
    void *loops[] = {s->loop};
    struct lws_context_creation_info info = {
        .port = port,
        .iface = "127.0.0.1",
        .protocols = protocols,
        .gid = (gid_t)-1,
        .uid = (uid_t)-1,
        .options = LWS_SERVER_OPTION_LIBUV | LWS_SERVER_OPTION_EXPLICIT_VHOSTS |
                   LWS_SERVER_OPTION_DISABLE_IPV6 | LWS_SERVER_OPTION_SKIP_SERVER_CANONICAL_NAME,
        .user = s,
        .foreign_loops = loops,
        .pcontext = &s->context,
        .max_http_header_data2 = HEADER_BYTES_MAX,
        .retry_and_idle_policy = &patience,
    };
    lws_set_log_level(0, NULL);
    s->context = lws_create_context(&info);
    if (!s->context) {
        snprintf(why, why_size, "the socket library does not start (is its libuv plug-in installed?)");
        return AP_ENET;
    }
    s->vhost = lws_create_vhost(s->context, &info);
    int bound = s->vhost ? lws_get_vhost_listen_port(s->vhost) : 0;
    if (bound <= 0) {
        snprintf(why, why_size, "cannot listen on 127.0.0.1 port %u: in use by another program?", port);
        return AP_EBUSY;
    }
    s->port = (uint16_t)bound;
    return 0;
}

int server_init(struct server *s, uv_loop_t *loop, uint16_t port, const struct sim_tuning *tuning, char *why,
                size_t why_size)
{
    *s = (struct server){.loop = loop, .tuning = *tuning};
    hub_init(&s->hub, tuning->queue_bytes);
    s->hub.resolve = resolve;
    s->hub.watch = watch;
    s->hub.user = s;
    init_timers(s);
    int err = init_context(s, port, why, why_size);
    if (err < 0) {
        server_finish(s);
    }
    return err;
}

static bool has_room(void *user)
{
    const struct server *s = user;
    return s->answering == 0 && hub_has_room(&s->hub, HIGH_WATER);
}

static bool has_listeners(void *user)
{
    const struct server *s = user;
    return s->hub.listener_n > 0;
}

static void retry_held(void *user)
{
    conn_retry_held(user);
}

static void ended(void *user)
{
    struct server *s = user;
    s->has_ended = true;
    s->closing = s->hub.listener_n;
    for (struct listener *l = s->hub.first; l; l = l->next) {
        conn_count_at_end(l->user);
    }
    hub_close_all(&s->hub);
    if (s->closing == 0) {
        atomic_store(&s->is_done, true);
    }
}

struct source_host server_host(struct server *s)
{
    return (struct source_host){
        .loop = s->loop,
        .sink = hub_sink(&s->hub),
        .has_room = has_room,
        .has_listeners = has_listeners,
        .retry_held = retry_held,
        .ended = ended,
        .user = s,
    };
}

void server_attach(struct server *s, struct source *source)
{
    s->source = source;
}

void server_finish(struct server *s)
{
    uv_close((uv_handle_t *)&s->ping_timer, NULL);
    uv_close((uv_handle_t *)&s->stall_timer, NULL);
    /* On a loop that is not its own the library is destroyed twice: the first call closes sockets and
     * handles, and once the loop has seen those closes through, the second frees the rest. */
    if (s->context) {
        lws_context_destroy(s->context);
    }
    for (int i = 0; i < TEARDOWN_TURNS && uv_run(s->loop, UV_RUN_NOWAIT) != 0; i++) {
    }
    if (s->context) {
        lws_context_destroy(s->context);
    }
}
