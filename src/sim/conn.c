#include "sim/conn.h"

#include "sim/faults.h"

#include <stdio.h>
#include <string.h>

#define BODY_CEILING  (8u << 20)
#define URL_MAX       32768
#define CHUNK         16384
#define WRITES_A_TURN 128
#define HEAD_MAX      1024

_Static_assert(SENDQ_FRONT >= LWS_PRE, "room for the frame header");

static struct server *server_of(struct lws *wsi)
{
    return lws_context_user(lws_get_context(wsi));
}

/* ---- WebSocket ---- */

static void wake(void *user)
{
    struct conn *c = user;
    lws_callback_on_writable(c->wsi);
}

static void cut(void *user)
{
    struct conn *c = user;
    lws_set_timeout(c->wsi, PENDING_TIMEOUT_USER_OK, LWS_TO_KILL_ASYNC);
}

static int subscribe_url(struct conn *c, const char *rest)
{
    char argument[URL_MAX];
    int err = control_subscribe_list(&c->listener, rest, strlen(rest));
    for (int i = 0; err == 0 &&
                    lws_hdr_copy_fragment(c->wsi, argument, sizeof argument, WSI_TOKEN_HTTP_URI_ARGS, i) >= 0;
         i++) {
        if (strncmp(argument, "streams=", 8) == 0) {
            err = control_subscribe_list(&c->listener, argument + 8, strlen(argument + 8));
        }
    }
    return err;
}

/* Before the upgrade: 0 lets it happen. */
static int filter_upgrade(struct lws *wsi)
{
    char path[URL_MAX];
    struct listener would = {0};
    const char *rest;
    if (lws_hdr_copy(wsi, path, sizeof path, WSI_TOKEN_GET_URI) < 0 ||
        !server_of(wsi)->dialect->open(path, &would, &rest)) {
        lws_return_http_status(wsi, HTTP_STATUS_NOT_FOUND, NULL);
        return 1;
    }
    if (would.route == ROUTE_PRIVATE) {
        lws_return_http_status(wsi, HTTP_STATUS_FORBIDDEN, NULL);
        return 1;
    }
    return 0;
}

static int open_socket(struct conn *c, struct lws *wsi)
{
    char path[URL_MAX];
    const char *rest;
    struct server *s = server_of(wsi);
    *c = (struct conn){.server = s, .wsi = wsi};
    if (lws_hdr_copy(wsi, path, sizeof path, WSI_TOKEN_GET_URI) < 0 ||
        !s->dialect->open(path, &c->listener, &rest)) {
        return -1;
    }
    if (s->tuning.send_buffer > 0) {
        int fd = lws_get_socket_fd(wsi);
        setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &s->tuning.send_buffer, sizeof s->tuning.send_buffer);
    }
    buf_init(&c->message, CONTROL_BYTES_MAX);
    c->opened_ns = c->last_word_ns = c->last_pong_ns = source_monotonic_ns();
    c->listener.wake = wake;
    c->listener.cut = cut;
    c->listener.user = c;
    hub_join(&s->hub, &c->listener, c->last_pong_ns);
    return subscribe_url(c, rest) < 0 ? -1 : 0;
}

static int close_for(struct conn *c, enum lws_close_status status, const char *why)
{
    unsigned char text[64];
    int n = snprintf((char *)text, sizeof text, "%s", why);
    lws_close_reason(c->wsi, status, text, (size_t)n);
    c->listener.is_cut = true;
    return -1;
}

static int count_incoming(struct conn *c)
{
    c->last_word_ns = source_monotonic_ns();
    if (control_rate_allows(&c->rate, c->server->dialect->messages_a_second, c->last_word_ns)) {
        return 0;
    }
    c->server->hub.counts.noisy_closed++;
    return close_for(c, LWS_CLOSE_STATUS_POLICY_VIOLATION, "Too many requests");
}

static int receive(struct conn *c, const char *in, size_t len)
{
    if (lws_is_first_fragment(c->wsi)) {
        buf_reset(&c->message);
    }
    if (buf_append(&c->message, in, len) < 0) {
        return close_for(c, LWS_CLOSE_STATUS_MESSAGE_TOO_LARGE, "Message too large");
    }
    if (lws_remaining_packet_payload(c->wsi) > 0 || !lws_is_final_fragment(c->wsi)) {
        return 0;
    }
    if (count_incoming(c) < 0) {
        return -1;
    }
    if (c->server->dialect->handle(&c->listener, c->message.data, c->message.len) < 0) {
        return close_for(c, LWS_CLOSE_STATUS_POLICY_VIOLATION, "Too many streams");
    }
    buf_reset(&c->message);
    return 0;
}

static int write_ping(struct conn *c)
{
    unsigned char text[LWS_PRE + 32];
    int n = snprintf((char *)text + LWS_PRE, 32, "%lld", (long long)source_wall_ms());
    c->ping_due = false;
    return lws_write(c->wsi, text + LWS_PRE, (size_t)n, LWS_WRITE_PING) < 0 ? -1 : 0;
}

static int write_queue(struct conn *c)
{
    struct sendq *q = &c->listener.queue;
    size_t n;
    if (c->server->faults && faults_is_stalled(c->server->faults)) {
        return 0;
    }
    for (int i = 0; i < WRITES_A_TURN && sendq_bytes(q) > 0; i++) {
        unsigned char *message = sendq_front(q, &n);
        if (lws_write(c->wsi, message, n, LWS_WRITE_TEXT) < 0) {
            return -1;
        }
        sendq_pop(q);
        if (lws_send_pipe_choked(c->wsi)) {
            break;
        }
    }
    c->listener.last_progress_ns = c->last_word_ns = source_monotonic_ns();
    c->server->source->ops->drained(c->server->source);
    return 0;
}

static int writeable(struct conn *c)
{
    if (c->listener.is_cut) {
        return -1;
    }
    if (lws_send_pipe_choked(c->wsi)) {
        lws_callback_on_writable(c->wsi);
        return 0;
    }
    if (c->ping_due) {
        if (write_ping(c) < 0) {
            return -1;
        }
    } else if (write_queue(c) < 0) {
        return -1;
    }
    if (c->server->faults && faults_is_stalled(c->server->faults)) {
        return 0; /* woken when that is over */
    }
    if (sendq_bytes(&c->listener.queue) > 0 || (c->listener.is_closing && lws_send_pipe_choked(c->wsi))) {
        lws_callback_on_writable(c->wsi);
    } else if (c->listener.is_closing) {
        /* Ended from within this callback the library drops its close frame: the timer's callback ends it. */
        lws_set_timer_usecs(c->wsi, 1);
    }
    return 0;
}

static void close_socket(struct conn *c)
{
    struct server *s = c->server;
    if (!c->listener.hub) {
        return;
    }
    hub_leave(&s->hub, &c->listener);
    buf_finish(&c->message);
    if (c->counts_at_end && --s->closing == 0) {
        atomic_store(&s->is_done, true);
    }
    if (s->source) {
        s->source->ops->drained(s->source);
    }
}

void conn_count_at_end(void *user)
{
    struct conn *c = user;
    c->counts_at_end = true;
}

void conn_check_age(void *user, int64_t now_ns)
{
    struct conn *c = user;
    int64_t idle_ns = c->server->dialect->idle_ms * INT64_C(1000000);
    bool is_idle = idle_ns > 0 && now_ns - c->last_word_ns > idle_ns;
    if (is_idle || now_ns - c->opened_ns > server_life_ns(c->server)) {
        if (!is_idle && c->server->faults) {
            faults_count_life(c->server->faults);
        }
        c->listener.is_closing = true;
        wake(c);
    }
}

void conn_ping(void *user)
{
    struct conn *c = user;
    if (source_monotonic_ns() - c->last_pong_ns > c->server->tuning.pong_ms * INT64_C(1000000)) {
        c->listener.is_cut = true;
        cut(c);
        return;
    }
    c->ping_due = true;
    lws_callback_on_writable(c->wsi);
}

/* ---- HTTP ---- */

static int ask(struct conn *c)
{
    struct faults *faults = c->server->faults;
    switch (c->request.kind) {
    case REST_SIM_HEAL:
        if (faults) {
            faults_end(faults);
        }
        buf_text(&c->body, "{}");
        return 200;
    case REST_SIM_FAULTS:
        if (faults) {
            faults_tell(faults, &c->body);
        } else {
            buf_text(&c->body, "{}");
        }
        return 200;
    default: return c->server->source->ops->rest(c->server->source, &c->request, &c->body);
    }
}

static int tell_error(struct conn *c, int status, int code, const char *message)
{
    buf_reset(&c->body);
    c->server->dialect->error(&c->body, code, message);
    return status;
}

static void answer(struct conn *c, int status)
{
    c->status = status;
    c->is_answering = true;
    c->server->answering++;
    lws_callback_on_writable(c->wsi);
}

static void refuse(struct conn *c, int status, int code, const char *message)
{
    answer(c, tell_error(c, status, code, message));
}

/* Asks the source; false while the answer is held back. */
static bool find_answer(struct conn *c)
{
    int status = ask(c);
    if (status == AP_EAGAIN) {
        return false;
    }
    answer(c, c->body.failed < 0 || status < 0 ? tell_error(c, 500, -1000, "Internal error.") : status);
    return true;
}

/* True when a snapshot goes wrong on purpose, other than by what is in it. */
static bool goes_wrong(struct conn *c)
{
    if (c->request.kind != REST_DEPTH || !c->server->faults) {
        return false;
    }
    struct depth_fault fault = faults_depth(c->server->faults, c->request.symbol);
    c->request.spoil = fault.spoil;
    c->is_ignored = fault.is_ignored;
    c->retry_after_s = fault.retry_after_s;
    if (fault.status != 0) {
        refuse(c, fault.status, fault.code, fault.message);
    }
    return fault.status != 0 || fault.is_ignored;
}

/* The request is read. */
static void take(struct conn *c)
{
    int status = server_charge(c->server, c->request.weight, &c->retry_after_s);
    if (status != 0) {
        refuse(c, status, -1003,
               status == 418 ? "Way too many requests; IP banned until later." : "Too many requests.");
    } else if (!goes_wrong(c) && !find_answer(c)) {
        c->is_held = true;
        c->next_held = c->server->held;
        c->server->held = c;
    }
}

static int read_arguments(struct conn *c)
{
    char argument[256];
    for (int i = 0;; i++) {
        int n = lws_hdr_copy_fragment(c->wsi, argument, sizeof argument, WSI_TOKEN_HTTP_URI_ARGS, i);
        if (n < 0) {
            return rest_parse_end(c->server->dialect, &c->request);
        }
        int err = rest_parse_argument(&c->request, argument);
        if (err < 0) {
            return err;
        }
    }
}

static int begin_request(struct conn *c, struct lws *wsi, const char *path)
{
    buf_finish(&c->body); /* of an earlier request on this connection */
    buf_finish(&c->message);
    *c = (struct conn){.server = server_of(wsi), .wsi = wsi};
    buf_init(&c->body, BODY_CEILING);
    buf_init(&c->message, CONTROL_BYTES_MAX);
    lws_set_timeout(wsi, NO_PENDING_TIMEOUT, 0);
    const struct dialect *d = c->server->dialect;
    bool is_get = lws_hdr_total_length(wsi, WSI_TOKEN_GET_URI) > 0;
    c->is_post = !is_get && d->post && lws_hdr_total_length(wsi, WSI_TOKEN_POST_URI) > 0;
    if (c->is_post) {
        dialect_text(c->path, sizeof c->path, path, strlen(path));
    } else if (rest_parse_path(d, path, &c->request) < 0) {
        refuse(c, 404, -1121, "Invalid symbol.");
    } else if (!is_get) {
        refuse(c, 405, -1000, "Method not allowed.");
    } else if (read_arguments(c) < 0) {
        refuse(c, 400, -1102, "A mandatory parameter was not sent, was empty/null, or malformed.");
    } else {
        take(c);
    }
    return 0;
}

static int receive_body(struct conn *c, const char *in, size_t len)
{
    return c->is_post ? buf_append(&c->message, in, len) : 0;
}

static int end_body(struct conn *c)
{
    if (!c->is_post) {
        return 0;
    }
    int err = c->server->dialect->post(c->path, c->message.data, c->message.len, &c->request);
    if (err == AP_ENOTFOUND) {
        refuse(c, 404, -1121, "Not found");
    } else if (err < 0) {
        refuse(c, 422, -1102, "Failed to deserialize the JSON body into the target type");
    } else {
        take(c);
    }
    return 0;
}

static void unhold(struct conn *c)
{
    struct conn **at = &c->server->held;
    while (*at && *at != c) {
        at = &(*at)->next_held;
    }
    if (*at) {
        *at = c->next_held;
    }
    c->is_held = false;
}

void conn_retry_held(struct server *s)
{
    struct conn *c = s->held;
    while (c) {
        struct conn *next = c->next_held;
        if (find_answer(c)) {
            unhold(c);
        }
        c = next;
    }
}

static int add_number(struct conn *c, const char *name, int64_t value, unsigned char **p, unsigned char *end)
{
    char text[24];
    int n = snprintf(text, sizeof text, "%lld", (long long)value);
    return lws_add_http_header_by_name(c->wsi, (const unsigned char *)name, (const unsigned char *)text, n, p,
                                       end);
}

static int write_head(struct conn *c)
{
    unsigned char head[LWS_PRE + HEAD_MAX], *start = head + LWS_PRE, *p = start,
                                            *end = head + sizeof head - 1;
    c->has_head = true;
    if (lws_add_http_common_headers(c->wsi, (unsigned)c->status, "application/json;charset=UTF-8",
                                    c->body.len, &p, end) ||
        (c->server->dialect->tells_weight &&
         add_number(c, "X-MBX-USED-WEIGHT-1M:", c->server->weight, &p, end)) ||
        (c->retry_after_s > 0 && add_number(c, "Retry-After:", c->retry_after_s, &p, end)) ||
        lws_finalize_write_http_header(c->wsi, start, &p, end)) {
        return -1;
    }
    lws_callback_on_writable(c->wsi);
    return 0;
}

static void end_answer(struct conn *c)
{
    struct server *s = c->server;
    buf_finish(&c->body);
    if (!c->listener.hub) {
        buf_finish(&c->message);
    }
    if (c->is_held) {
        unhold(c);
    }
    if (c->is_answering) {
        c->is_answering = false;
        s->answering--;
        if (s->source) {
            s->source->ops->drained(s->source);
        }
    }
}

static int write_body(struct conn *c)
{
    unsigned char chunk[LWS_PRE + CHUNK];
    if (!c->is_answering) {
        return 0;
    }
    if (!c->has_head) {
        return write_head(c);
    }
    size_t left = c->body.len - c->sent, n = left < CHUNK ? left : CHUNK;
    memcpy(chunk + LWS_PRE, c->body.data + c->sent, n);
    c->sent += n;
    bool is_last = c->sent == c->body.len;
    if (lws_write(c->wsi, chunk + LWS_PRE, n, is_last ? LWS_WRITE_HTTP_FINAL : LWS_WRITE_HTTP) < 0) {
        return -1;
    }
    if (!is_last) {
        lws_callback_on_writable(c->wsi);
        return 0;
    }
    end_answer(c);
    return lws_http_transaction_completed(c->wsi) ? -1 : 0;
}

static void close_any(struct conn *c)
{
    if (c && c->server) {
        end_answer(c);
        close_socket(c);
    }
}

int conn_callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
    struct conn *c = user;
    switch (reason) {
    case LWS_CALLBACK_FILTER_PROTOCOL_CONNECTION: return filter_upgrade(wsi);
    case LWS_CALLBACK_ESTABLISHED: return open_socket(c, wsi);
    case LWS_CALLBACK_RECEIVE: return receive(c, in, len);
    case LWS_CALLBACK_RECEIVE_PONG: c->last_pong_ns = source_monotonic_ns(); return count_incoming(c);
    case LWS_CALLBACK_SERVER_WRITEABLE: return writeable(c);
    case LWS_CALLBACK_TIMER:
        return c->listener.hub ? close_for(c, LWS_CLOSE_STATUS_GOINGAWAY, "End of data") : 0;
    case LWS_CALLBACK_HTTP: return begin_request(c, wsi, in);
    case LWS_CALLBACK_HTTP_BODY: return receive_body(c, in, len);
    case LWS_CALLBACK_HTTP_BODY_COMPLETION: return end_body(c);
    case LWS_CALLBACK_HTTP_WRITEABLE: return write_body(c);
    case LWS_CALLBACK_CLOSED:
    case LWS_CALLBACK_CLOSED_HTTP:
    case LWS_CALLBACK_HTTP_DROP_PROTOCOL: close_any(c); return 0;
    default: return 0;
    }
}
