#include "sim/server.h"

#include "sim/conn.h"
#include "sim/faults.h"

#include <libwebsockets.h>
#include <stdio.h>
#include <string.h>

#define HEADER_BYTES_MAX 32768 /* a URL may name many streams */
#define TEARDOWN_TURNS   10000
#define CHECK_MS         500 /* between looks at the sockets' ages */

const struct sim_tuning sim_tuning_default = {
    .queue_bytes = 16u << 20,
    .ping_ms = 180 * 1000,
    .pong_ms = 600 * 1000,
    .stall_ms = 10 * 1000,
    .life_ms = INT64_C(24) * 3600 * 1000,
};

#define BAN_NS INT64_C(120000000000)

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
    return s->source->ops->resolve(s->source, stream, name);
}

static bool is_muted(void *user, const struct stream *stream)
{
    struct server *s = user;
    return s->faults && faults_wrong_route(s->faults, stream->symbol);
}

static void greet(void *user, struct listener *l, uint32_t topic)
{
    struct server *s = user;
    if (s->source->ops->greet) {
        s->source->ops->greet(s->source, l, topic);
    }
}

static void sent(void *user, const struct sim_frame *f)
{
    struct server *s = user;
    if (s->on_book && f->symbol) {
        s->on_book(s->on_book_user, f->symbol, f->id, source_monotonic_ns());
    }
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
    int64_t now_ns = source_monotonic_ns();
    hub_cut_stalled(&s->hub, now_ns - s->tuning.stall_ms * INT64_C(1000000));
    for (struct listener *l = s->hub.first; l; l = l->next) {
        conn_check_age(l->user, now_ns);
    }
}

static void init_timers(struct server *s)
{
    uv_timer_init(s->loop, &s->ping_timer);
    uv_timer_init(s->loop, &s->stall_timer);
    s->ping_timer.data = s->stall_timer.data = s;
    if (s->tuning.ping_ms > 0) {
        uv_timer_start(&s->ping_timer, on_ping, (uint64_t)s->tuning.ping_ms, (uint64_t)s->tuning.ping_ms);
    }
    uint64_t check_ms = s->tuning.stall_ms < 4 * CHECK_MS ? (uint64_t)s->tuning.stall_ms / 4 + 1 : CHECK_MS;
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

int server_init(struct server *s, uv_loop_t *loop, const struct dialect *dialect, uint16_t port,
                const struct sim_tuning *tuning, char *why, size_t why_size)
{
    *s = (struct server){.loop = loop, .dialect = dialect, .tuning = *tuning};
    hub_init(&s->hub, tuning->queue_bytes);
    s->hub.parse = dialect->stream;
    s->hub.resolve = resolve;
    s->hub.watch = watch;
    s->hub.is_muted = is_muted;
    s->hub.greet = greet;
    s->hub.sent = sent;
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

static int64_t clock_shift_ms(void *user)
{
    const struct server *s = user;
    return s->faults ? faults_clock_ms(s->faults) : 0;
}

int64_t server_life_ns(const struct server *s)
{
    int64_t ns = s->faults ? faults_life_ns(s->faults) : 0;
    return ns > 0 ? ns : s->tuning.life_ms * INT64_C(1000000);
}

int server_charge(struct server *s, int weight, int64_t *ret_after_s)
{
    const struct rest_limit *limit = &s->dialect->limit;
    int64_t now = source_monotonic_ns(), span_ns = limit->window_s * INT64_C(1000000000);
    int most = s->tuning.weight > 0 ? s->tuning.weight : limit->weight;
    if (weight == 0 || span_ns == 0) {
        return 0;
    }
    if (now < s->banned_until_ns) {
        *ret_after_s = (s->banned_until_ns - now) / INT64_C(1000000000) + 1;
        return 418;
    }
    if (now / span_ns != s->weight_span) {
        s->weight_span = now / span_ns;
        s->weight = 0;
        s->refusals = 0;
    }
    if (s->weight + weight <= most) {
        s->weight += weight;
        return 0;
    }
    *ret_after_s = (span_ns - now % span_ns) / INT64_C(1000000000) + 1;
    if (limit->ban_after > 0 && ++s->refusals > limit->ban_after) {
        s->banned_until_ns = now + BAN_NS;
        *ret_after_s = BAN_NS / INT64_C(1000000000);
        return 418;
    }
    return limit->status;
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
        .clock_shift_ms = clock_shift_ms,
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
