#include "net/wire.h"
#include <alphaplus/base/text.h>
#include <errno.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#define RX_BYTES      65536
#define HEADERS_BYTES 16384
#define FDS_MAX       160
#define FINISH_TURNS  1000

/* OpenSSL asks once for each fault of a chain; the first is the one to tell. */
static void note_certificate(struct lws *wsi, X509_STORE_CTX *store, int is_good)
{
    struct wire_user *u = lws_get_opaque_user_data(wsi);
    int code = X509_STORE_CTX_get_error(store);
    if (u && !is_good && u->certificate_code == 0) {
        u->certificate_code = code;
    }
}

static int on_lws(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t n)
{
    if (reason == LWS_CALLBACK_OPENSSL_PERFORM_SERVER_CERT_VERIFICATION) {
        note_certificate(wsi, user, (int)n);
        return 0;
    }
    struct wire_user *u = wsi ? lws_get_opaque_user_data(wsi) : NULL;
    if (!u || (u->wsi && u->wsi != wsi)) {
        return 0;
    }
    if (reason == LWS_CALLBACK_WSI_DESTROY) {
        u->wsi = NULL;
        return 0;
    }
    return u->on_event ? u->on_event(u, reason, in, n) : 0;
}

static const struct lws_protocols protocols[] = {
    {.name = "alphaplus", .callback = on_lws, .rx_buffer_size = RX_BYTES},
    {.name = NULL},
};

/* It sets SIGPIPE aside for the whole process; how the program treats signals is not ours to change. Our own thread blocks
 * them all. */
static struct lws_context *create_context(const struct lws_context_creation_info *info)
{
    sigset_t mask;
    struct sigaction on_pipe;
    pthread_sigmask(SIG_SETMASK, NULL, &mask);
    sigaction(SIGPIPE, NULL, &on_pipe);
    struct lws_context *context = lws_create_context(info);
    sigaction(SIGPIPE, &on_pipe, NULL);
    pthread_sigmask(SIG_SETMASK, &mask, NULL);
    return context;
}

int wire_init(struct wire *w, uv_loop_t *loop, const char *ca_file, const struct proxy *proxy,
              const struct clock *clock, char *why, size_t why_size)
{
    void *loops[1] = {loop};
    *w = (struct wire){.loop = loop, .clock = clock, .proxy = *proxy};
    if (getrandom(&w->random, sizeof w->random, GRND_NONBLOCK) != (ssize_t)sizeof w->random) {
        w->random = (uint64_t)wire_now(w);
    }
    lws_set_log_level(0, NULL);
    struct lws_context_creation_info info = {
        .port = CONTEXT_PORT_NO_LISTEN,
        .protocols = protocols,
        .options = LWS_SERVER_OPTION_LIBUV | LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT |
                   LWS_SERVER_OPTION_EXPLICIT_VHOSTS,
        .foreign_loops = loops,
        .pt_serv_buf_size = RX_BYTES,
        .max_http_header_data2 = HEADERS_BYTES,
        .fd_limit_per_thread = FDS_MAX,
        .gid = (gid_t)-1,
        .uid = (uid_t)-1,
    };
    w->context = create_context(&info);
    if (!w->context) {
        snprintf(why, why_size, "the network library cannot start (is libwebsockets-evlib-uv installed?)");
        return AP_ENET;
    }
    /* An address given here, even an empty one, keeps libwebsockets from taking http_proxy out of the environment. */
    info.http_proxy_address = "";
    info.vhost_name = "direct";
    info.client_ssl_ca_filepath = ca_file;
    if (ca_file) {
        info.options |= LWS_SERVER_OPTION_DISABLE_OS_CA_CERTS;
    }
    w->direct = lws_create_vhost(w->context, &info);
    info.vhost_name = "proxied";
    w->proxied = proxy->is_set ? lws_create_vhost(w->context, &info) : NULL;
    if (!w->direct || (proxy->is_set && !w->proxied)) {
        snprintf(why, why_size, "TLS cannot start%s%s", ca_file ? ": " : "", ca_file ? ca_file : "");
        wire_finish(w);
        return AP_ENET;
    }
    return 0;
}

void wire_finish(struct wire *w)
{
    if (!w || !w->context) {
        return;
    }
    /* On a loop that is not its own it needs two calls: the first closes sockets and handles, and once the loop has seen
     * those closes through, the second frees the rest. */
    lws_context_destroy(w->context);
    for (int i = 0; i < FINISH_TURNS && uv_run(w->loop, UV_RUN_NOWAIT) != 0; i++) {
    }
    lws_context_destroy(w->context);
    w->context = NULL;
    w->direct = w->proxied = NULL;
}

/* "user:password@address:port", as the library reads it. */
static bool aim_proxy(struct wire *w, const char *address)
{
    char text[PROXY_SECRET_MAX + 80];
    bool is_six = strchr(address, ':') != NULL;
    int n = snprintf(text, sizeof text, "%s%s%s%s%s:%u", w->proxy.secret, w->proxy.secret[0] ? "@" : "",
                     is_six ? "[" : "", address, is_six ? "]" : "", (unsigned)w->proxy.endpoint.port);
    bool is_aimed = n > 0 && (size_t)n < sizeof text && lws_set_proxy(w->proxied, text) == 0;
    explicit_bzero(text, sizeof text);
    return is_aimed;
}

int wire_connect(struct wire_user *u, const struct endpoint *ep, const char *address, const char *path,
                 const char *method)
{
    char authority[ENDPOINT_AUTHORITY_MAX];
    endpoint_authority(ep, authority);
    u->certificate_code = 0;
    struct lws_client_connect_info info = {
        .context = u->wire->context,
        .vhost = ep->is_proxied ? u->wire->proxied : u->wire->direct,
        .address = ep->is_proxied ? ep->host : address,
        .port = ep->port,
        .ssl_connection = ep->is_tls ? LCCSCF_USE_SSL | LCCSCF_HTTP_NO_FOLLOW_REDIRECT
                                     : LCCSCF_HTTP_NO_FOLLOW_REDIRECT,
        .path = path,
        .host = authority,
        .method = method,
        .local_protocol_name = protocols[0].name,
        .alpn = "http/1.1",
        .opaque_user_data = u,
        .pwsi = &u->wsi,
    };
    errno = 0;
    if (ep->is_proxied && !aim_proxy(u->wire, address)) {
        return AP_ENET;
    }
    if (!lws_client_connect_via_info(&info)) {
        u->wsi = NULL;
        return AP_ENET;
    }
    return 0;
}

void wire_kill(struct wire_user *u)
{
    if (u->wsi) {
        lws_set_timeout(u->wsi, PENDING_TIMEOUT_USER_OK, LWS_TO_KILL_ASYNC);
    }
}

void wire_reason(const struct wire_user *u, const struct endpoint *ep, const char *said, char *buf,
                 size_t size)
{
    char authority[ENDPOINT_AUTHORITY_MAX];
    endpoint_authority(ep, authority);
    if (u->certificate_code != 0) {
        words_certificate(buf, size, ep->host, u->certificate_code);
        return;
    }
    int error = 0;
    socklen_t n = sizeof error;
    int fd = u->wsi ? (int)lws_get_socket_fd(u->wsi) : -1;
    if (fd >= 0) {
        (void)getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &n);
    }
    if (!ep->is_proxied) {
        words_connect(buf, size, authority, error, said);
        return;
    }
    char proxy[ENDPOINT_AUTHORITY_MAX], by[ENDPOINT_AUTHORITY_MAX + 16];
    endpoint_authority(&u->wire->proxy.endpoint, proxy);
    words_print(by, sizeof by, "the proxy %s", proxy);
    if (error != 0) {
        words_connect(buf, size, by, error, said);
    } else if (said && strncmp(said, "proxy", 5) == 0) {
        words_print(buf, size,
                    u->wire->proxy.secret[0] ? "%s lets nobody through to %s by this user and password"
                                             : "%s lets nobody through to %s (does it want a password?)",
                    by, ep->host);
    } else {
        words_connect(buf, size, authority, error, said);
    }
}

int64_t wire_now(const struct wire *w)
{
    return w->clock->monotonic_ns(w->clock->user);
}
