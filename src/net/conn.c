#include "net/conn.h"
#include <alphaplus/base/text.h>
#include <string.h>

#define SEND_BYTES_MAX 8192
#define SEND_CHUNK_MAX 100

static int on_event(struct wire_user *u, enum lws_callback_reasons reason, void *in, size_t n);

void conn_init(struct conn *c, struct wire *w, const struct venue *venue, const struct endpoint *ep,
               struct resolver *resolver, const struct tuning *t, const char *path,
               const struct conn_hooks *hooks)
{
    memset(c, 0, sizeof *c);
    c->user.wire = w;
    c->user.on_event = on_event;
    c->venue = venue;
    c->endpoint = ep;
    c->resolver = resolver;
    c->tuning = t;
    c->hooks = *hooks;
    text_copy(c->path, sizeof c->path, path);
    backoff_init(&c->backoff, t->backoff_base_ns, t->backoff_cap_ns);
    buf_init(&c->message, FRAME_BYTES_MAX);
}

void conn_finish(struct conn *c)
{
    if (c) {
        buf_finish(&c->message);
    }
}

static int64_t now_of(const struct conn *c)
{
    return wire_now(c->user.wire);
}

/* --- what is wanted ------------------------------------------------------------------------------------------------ */

static struct conn_stream *find_stream(struct conn *c, const char *name)
{
    for (size_t i = 0; i < c->stream_n; i++) {
        if (strcmp(c->streams[i].name, name) == 0) {
            return &c->streams[i];
        }
    }
    return NULL;
}

/* Drops what is neither wanted nor subscribed. */
static void compact(struct conn *c)
{
    size_t kept = 0;
    for (size_t i = 0; i < c->stream_n; i++) {
        if (c->streams[i].is_wanted || c->streams[i].is_subscribed) {
            c->streams[kept++] = c->streams[i];
        }
    }
    c->stream_n = kept;
}

static bool is_due(const struct conn_stream *s)
{
    return s->is_wanted != s->is_subscribed || s->is_renewing;
}

static bool has_wishes(const struct conn *c)
{
    for (size_t i = 0; i < c->stream_n; i++) {
        if (is_due(&c->streams[i])) {
            return true;
        }
    }
    return false;
}

int conn_want(struct conn *c, const char (*streams)[VENUE_STREAM_MAX], size_t n)
{
    int result = 0;
    for (size_t i = 0; i < c->stream_n; i++) {
        c->streams[i].is_wanted = false;
    }
    for (size_t i = 0; i < n; i++) {
        struct conn_stream *s = find_stream(c, streams[i]);
        if (!s && c->stream_n == CONN_STREAMS_MAX) {
            result = AP_EFULL;
            break;
        }
        if (!s) {
            s = &c->streams[c->stream_n++];
            *s = (struct conn_stream){.is_subscribed = false};
            text_copy(s->name, sizeof s->name, streams[i]);
        }
        s->is_wanted = true;
    }
    compact(c);
    if (has_wishes(c)) {
        c->subscribed_ns = 0;
    }
    if (c->state == CONN_IDLE && n > 0) {
        c->state = CONN_WAITING;
        c->due_ns = 0;
    }
    conn_pump(c, now_of(c));
    return result;
}

void conn_copy_wants(struct conn *c, const struct conn *from)
{
    for (size_t i = 0; i < from->stream_n; i++) {
        if (from->streams[i].is_wanted) {
            c->streams[c->stream_n] = (struct conn_stream){.is_wanted = true};
            text_copy(c->streams[c->stream_n++].name, sizeof c->streams[0].name, from->streams[i].name);
        }
    }
    if (c->stream_n > 0) {
        c->state = CONN_WAITING;
    }
}

bool conn_renew(struct conn *c, const char *stream)
{
    struct conn_stream *s = find_stream(c, stream);
    if (!s || !s->is_subscribed || !s->is_wanted) {
        return false;
    }
    s->is_renewing = true;
    conn_pump(c, now_of(c));
    return true;
}

/* --- up and down --------------------------------------------------------------------------------------------------- */

void conn_blame(struct conn *c, const char *reason)
{
    text_copy(c->reason, sizeof c->reason, reason);
    c->is_reason_fixed = true;
}

/* The library has let go of it, or never had it. */
static void lost(struct conn *c, const char *reason)
{
    bool was_up = c->up_ns != 0;
    int64_t now_ns = now_of(c);
    if (!c->is_reason_fixed) {
        text_copy(c->reason, sizeof c->reason, reason);
    }
    if (was_up && now_ns - c->up_ns >= c->tuning->stable_ns) {
        backoff_reset(&c->backoff);
    }
    if (c->user.wsi) {
        lws_set_opaque_user_data(c->user.wsi, NULL);
        c->user.wsi = NULL;
    }
    for (size_t i = 0; i < c->stream_n; i++) {
        c->streams[i].is_subscribed = c->streams[i].is_renewing = false;
    }
    compact(c);
    buf_reset(&c->message);
    c->is_reason_fixed = false;
    c->up_ns = 0;
    c->subscribed_ns = 0;
    c->state = c->stream_n > 0 && !c->is_stopping ? CONN_WAITING : CONN_IDLE;
    c->due_ns = now_ns + backoff_next(&c->backoff, backoff_random(&c->user.wire->random));
    c->hooks.on_down(c->hooks.user, c, was_up);
}

void conn_drop(struct conn *c, const char *reason)
{
    if (c->state != CONN_UP && c->state != CONN_CONNECTING) {
        return;
    }
    conn_blame(c, reason);
    c->state = CONN_CLOSING;
    c->deadline_ns = now_of(c) + c->tuning->goodbye_ns;
    wire_kill(&c->user);
}

void conn_stop(struct conn *c)
{
    c->is_stopping = true;
    if (c->state == CONN_UP) {
        conn_blame(c, "stopped");
        c->state = CONN_CLOSING;
        c->deadline_ns = now_of(c) + c->tuning->goodbye_ns;
        /* Not by a -1 from its own callback: on libuv this version then closes twice, and the second time at once, before
         * the close frame went out. */
        lws_close_reason(c->user.wsi, LWS_CLOSE_STATUS_NORMAL, NULL, 0);
        lws_set_timeout(c->user.wsi, PENDING_TIMEOUT_USER_OK, LWS_TO_KILL_SYNC);
    } else if (c->state == CONN_CONNECTING) {
        conn_drop(c, "stopped");
    } else if (c->state == CONN_WAITING) {
        c->state = CONN_IDLE;
    }
}

bool conn_is_gone(const struct conn *c)
{
    return !c->user.wsi;
}

static void connect_now(struct conn *c, int64_t now_ns)
{
    char reason[WORDS_MAX];
    int err;
    const char *address = resolver_address(c->resolver, now_ns, &err);
    if (!address && err == 0) {
        return; /* looked up at this moment */
    }
    if (!address) {
        words_lookup(reason, sizeof reason, c->endpoint->host, c->resolver->last_error);
        lost(c, reason);
        return;
    }
    c->state = CONN_CONNECTING;
    c->deadline_ns = now_ns + c->tuning->connect_ns;
    if (wire_connect(&c->user, c->endpoint, address, c->path, NULL) != 0 && c->state == CONN_CONNECTING) {
        wire_reason(&c->user, c->endpoint, NULL, reason, sizeof reason);
        lost(c, reason);
    }
}

/* Some venues want to be told in words of their own that somebody is there. */
static bool is_ping_due(const struct conn *c, int64_t now_ns)
{
    return c->venue->ping_s > 0 && c->ping_due_ns > 0 && now_ns >= c->ping_due_ns;
}

void conn_pump(struct conn *c, int64_t now_ns)
{
    char text[WORDS_MAX];
    bool is_held = c->state == CONN_CONNECTING || c->state == CONN_UP || c->state == CONN_CLOSING;
    if (is_held && !c->user.wsi) {
        lost(c, "connection closed"); /* the library may let go without a word */
    } else if (c->state == CONN_WAITING && now_ns >= c->due_ns && !c->is_stopping) {
        connect_now(c, now_ns);
    } else if (c->state == CONN_CONNECTING && now_ns >= c->deadline_ns) {
        words_print(text, sizeof text, "%s%s did not answer in time", c->endpoint->host, c->path);
        conn_drop(c, text);
    } else if (c->state == CONN_CLOSING && now_ns >= c->deadline_ns) {
        c->deadline_ns = now_ns + c->tuning->goodbye_ns;
        wire_kill(&c->user);
    } else if (c->state == CONN_UP && c->stream_n == 0) {
        conn_drop(c, "nothing is wanted of it any more");
    } else if (c->state == CONN_UP && now_ns >= c->send_due_ns && (has_wishes(c) || is_ping_due(c, now_ns))) {
        lws_callback_on_writable(c->user.wsi);
    }
}

/* --- sending ------------------------------------------------------------------------------------------------------- */

/* Takes the next streams of one sort: to subscribe, or to leave. */
static size_t collect(const struct conn *c, char (*names)[VENUE_STREAM_MAX], size_t most,
                      bool *ret_is_leaving)
{
    size_t n = 0;
    for (size_t i = 0; i < c->stream_n && n < most; i++) {
        const struct conn_stream *s = &c->streams[i];
        if (is_due(s) && (n == 0 || s->is_subscribed == *ret_is_leaving)) {
            *ret_is_leaving = s->is_subscribed;
            memcpy(names[n++], s->name, sizeof s->name);
        }
    }
    return n;
}

static int send_wishes(struct conn *c)
{
    char names[SEND_CHUNK_MAX][VENUE_STREAM_MAX];
    char frame[LWS_PRE + SEND_BYTES_MAX];
    bool is_leaving = false;
    size_t most = c->tuning->subscribe_chunk < SEND_CHUNK_MAX ? c->tuning->subscribe_chunk : SEND_CHUNK_MAX;
    size_t n = collect(c, names, most, &is_leaving);
    int length = AP_ETOOBIG;
    if (n == 0) {
        return 0;
    }
    const char(*view)[VENUE_STREAM_MAX] = (const char(*)[VENUE_STREAM_MAX])names;
    for (; n > 0 && length == AP_ETOOBIG; n = length == AP_ETOOBIG ? n / 2 : n) {
        length = c->venue->subscribe(frame + LWS_PRE, SEND_BYTES_MAX, view, n, c->next_id + 1, is_leaving);
    }
    if (length <= 0) {
        conn_blame(c, "cannot write the subscription");
        return -1;
    }
    c->next_id++;
    if (lws_write(c->user.wsi, (unsigned char *)frame + LWS_PRE, (size_t)length, LWS_WRITE_TEXT) < length) {
        return -1;
    }
    for (size_t i = 0; i < n; i++) {
        struct conn_stream *s = find_stream(c, names[i]);
        s->is_subscribed = !is_leaving;
        s->is_renewing = false;
    }
    compact(c);
    int64_t now_ns = now_of(c);
    c->send_due_ns = now_ns + c->tuning->subscribe_gap_ns;
    if (!has_wishes(c)) {
        c->subscribed_ns = now_ns;
    }
    return 0;
}

static int send_ping(struct conn *c)
{
    char frame[LWS_PRE + 64];
    size_t n = strnlen(c->venue->ping_text, 64);
    memcpy(frame + LWS_PRE, c->venue->ping_text, n);
    c->ping_due_ns = now_of(c) + c->venue->ping_s * NS_PER_S;
    return lws_write(c->user.wsi, (unsigned char *)frame + LWS_PRE, n, LWS_WRITE_TEXT) < (int)n ? -1 : 0;
}

static int on_writable(struct conn *c)
{
    int64_t now_ns = now_of(c);
    if (c->state != CONN_UP || now_ns < c->send_due_ns) {
        return 0;
    }
    if (is_ping_due(c, now_ns)) {
        return send_ping(c); /* one message a turn; what else is due comes with the next */
    }
    return send_wishes(c);
}

/* --- receiving ----------------------------------------------------------------------------------------------------- */

static int on_receive(struct conn *c, const char *bytes, size_t n)
{
    if (c->state != CONN_UP) {
        return 0;
    }
    c->rx_ns = now_of(c);
    bool is_final = lws_is_final_fragment(c->user.wsi) != 0;
    if (is_final && c->message.len == 0) {
        return c->hooks.on_frame(c->hooks.user, c, bytes, n) ? 0 : -1;
    }
    if (n > FRAME_BYTES_MAX - c->message.len || buf_append(&c->message, bytes, n) != 0) {
        char text[WORDS_MAX];
        words_print(text, sizeof text, "a message larger than %u bytes", FRAME_BYTES_MAX);
        conn_blame(c, text);
        c->hooks.on_oversize(c->hooks.user, c, c->message.len + n);
        return -1;
    }
    if (!is_final) {
        return 0;
    }
    bool is_fine = c->hooks.on_frame(c->hooks.user, c, c->message.data, c->message.len);
    buf_reset(&c->message);
    return is_fine ? 0 : -1;
}

static void on_established(struct conn *c)
{
    c->state = CONN_UP;
    c->up_ns = c->rx_ns = now_of(c);
    c->send_due_ns = 0;
    c->ping_due_ns = c->up_ns + c->venue->ping_s * NS_PER_S;
    c->ups++;
    c->reason[0] = '\0';
    c->is_reason_fixed = false;
    c->hooks.on_up(c->hooks.user, c);
    lws_callback_on_writable(c->user.wsi);
}

/* Two bytes of code, then text. */
static void note_close(struct conn *c, const unsigned char *in, size_t n)
{
    char said[48] = "";
    char reason[WORDS_MAX];
    unsigned code = n >= 2 ? (unsigned)in[0] << 8 | in[1] : 0;
    if (n > 2) {
        text_sanitize(said, sizeof said, (const char *)in + 2, n - 2);
    }
    words_print(reason, sizeof reason, "closed by the venue (%u%s%s)", code, *said ? " " : "", said);
    if (!c->is_reason_fixed) {
        conn_blame(c, reason);
    }
}

static void note_failure(struct conn *c, const char *said)
{
    char reason[WORDS_MAX];
    unsigned status = lws_http_client_http_response(c->user.wsi);
    if (status != 0 && status != 101) {
        words_status(reason, sizeof reason, c->endpoint->host, (int)status, 0);
    } else {
        wire_reason(&c->user, c->endpoint, said, reason, sizeof reason);
    }
    lost(c, reason);
}

static int on_event(struct wire_user *u, enum lws_callback_reasons reason, void *in, size_t n)
{
    struct conn *c = (struct conn *)u;
    switch (reason) {
    case LWS_CALLBACK_CLIENT_ESTABLISHED: on_established(c); return 0;
    case LWS_CALLBACK_CLIENT_RECEIVE: return on_receive(c, in, n);
    case LWS_CALLBACK_CLIENT_WRITEABLE: return on_writable(c);
    case LWS_CALLBACK_CLIENT_RECEIVE_PONG: c->rx_ns = now_of(c); return 0;
    case LWS_CALLBACK_WS_PEER_INITIATED_CLOSE: note_close(c, in, n); return 0;
    case LWS_CALLBACK_CLIENT_CONNECTION_ERROR: note_failure(c, in); return 0;
    case LWS_CALLBACK_CLIENT_CLOSED: lost(c, "connection lost"); return 0;
    default: return 0;
    }
}
