#include "loop_server.h"
#include "test.h"
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <openssl/evp.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define CONNS_MAX 64
#define HEAD_MAX  8192
#define POLL_MS   20
#define WS_GUID   "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

struct loop_conn {
    struct loop_server *server;
    pthread_t thread;
    int fd;
    SSL *ssl;
    _Atomic int state; /* 0 free, 1 running, 2 done */
    char head[HEAD_MAX];
};

struct loop_server {
    struct loop_script script;
    int fd;
    uint16_t port;
    pthread_t thread;
    atomic_bool is_stopping;
    struct loop_conn conns[CONNS_MAX];
};

bool loop_is_stopping(const struct loop_conn *c)
{
    return atomic_load(&c->server->is_stopping);
}

/* 1 readable, 0 not in time, -1 stop. */
static int wait_readable(struct loop_conn *c, int timeout_ms)
{
    for (int left = timeout_ms; !loop_is_stopping(c);) {
        int slice = left < POLL_MS ? left : POLL_MS;
        struct pollfd p = {.fd = c->fd, .events = POLLIN};
        if (c->ssl && SSL_pending(c->ssl) > 0) {
            return 1;
        }
        int n = poll(&p, 1, slice);
        if (n != 0) {
            return n < 0 ? -1 : 1;
        }
        left -= slice;
        if (left <= 0) {
            return 0;
        }
    }
    return -1;
}

static bool read_some(struct loop_conn *c, void *buf, size_t n, size_t *ret_n)
{
    int got = c->ssl ? SSL_read(c->ssl, buf, (int)n) : (int)recv(c->fd, buf, n, 0);
    *ret_n = got > 0 ? (size_t)got : 0;
    return got > 0;
}

static bool read_exactly(struct loop_conn *c, void *buf, size_t n)
{
    for (size_t at = 0; at < n;) {
        size_t got;
        if (wait_readable(c, 5000) != 1 || !read_some(c, (char *)buf + at, n - at, &got)) {
            return false;
        }
        at += got;
    }
    return true;
}

bool loop_bytes(struct loop_conn *c, const void *bytes, size_t n)
{
    for (size_t at = 0; at < n && !loop_is_stopping(c);) {
        struct pollfd p = {.fd = c->fd, .events = POLLOUT};
        if (poll(&p, 1, POLL_MS) == 0) {
            continue;
        }
        const char *from = (const char *)bytes + at;
        int put = c->ssl ? SSL_write(c->ssl, from, (int)(n - at))
                         : (int)send(c->fd, from, n - at, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (put <= 0) {
            return false;
        }
        at += (size_t)put;
    }
    return !loop_is_stopping(c);
}

bool loop_answer(struct loop_conn *c, int status, const char *more_headers, const char *body, size_t n)
{
    char head[512];
    int length = snprintf(
        head, sizeof head,
        "HTTP/1.1 %d Status\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n%s\r\n", status, n,
        more_headers ? more_headers : "");
    return loop_bytes(c, head, (size_t)length) && loop_bytes(c, body, n);
}

bool loop_frame(struct loop_conn *c, enum loop_opcode opcode, bool is_final, const void *bytes, size_t n)
{
    unsigned char head[10] = {(unsigned char)((is_final ? 0x80 : 0) | (int)opcode)};
    size_t length = 2;
    if (n < 126) {
        head[1] = (unsigned char)n;
    } else if (n < 65536) {
        head[1] = 126;
        head[2] = (unsigned char)(n >> 8);
        head[3] = (unsigned char)n;
        length = 4;
    } else {
        head[1] = 127;
        for (int i = 0; i < 8; i++) {
            head[2 + i] = (unsigned char)((uint64_t)n >> (56 - 8 * i));
        }
        length = 10;
    }
    return loop_bytes(c, head, length) && loop_bytes(c, bytes, n);
}

bool loop_text(struct loop_conn *c, const char *text)
{
    return loop_frame(c, LOOP_TEXT, true, text, strlen(text));
}

bool loop_receive(struct loop_conn *c, int timeout_ms, char *buf, size_t size, size_t *ret_n, int *ret_opcode)
{
    unsigned char head[2], more[8], mask[4];
    *ret_n = 0;
    int ready = wait_readable(c, timeout_ms);
    if (ready <= 0) {
        return ready == 0;
    }
    if (!read_exactly(c, head, 2)) {
        return false;
    }
    uint64_t n = head[1] & 0x7f;
    int extra = n == 126 ? 2 : n == 127 ? 8 : 0;
    if (!read_exactly(c, more, (size_t)extra) || !read_exactly(c, mask, 4)) {
        return false;
    }
    n = extra > 0 ? 0 : n;
    for (int i = 0; i < extra; i++) {
        n = n << 8 | more[i];
    }
    if (n >= size || !read_exactly(c, buf, n)) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        buf[i] = (char)(buf[i] ^ mask[i % 4]);
    }
    buf[n] = '\0';
    *ret_n = n;
    *ret_opcode = head[0] & 0x0f;
    return *ret_opcode != LOOP_CLOSE;
}

void loop_reset(struct loop_conn *c)
{
    struct linger hard = {.l_onoff = 1, .l_linger = 0};
    setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
}

void loop_hold(struct loop_conn *c)
{
    char buf[4096];
    size_t n = 1;
    while (n > 0 && wait_readable(c, 60000) == 1 && read_some(c, buf, sizeof buf, &n)) {
    }
}

static bool read_head(struct loop_conn *c)
{
    size_t n = 0;
    while (n < HEAD_MAX - 1) {
        if (!read_exactly(c, c->head + n, 1)) {
            return false;
        }
        c->head[++n] = '\0';
        if (n >= 4 && memcmp(c->head + n - 4, "\r\n\r\n", 4) == 0) {
            return true;
        }
    }
    return false;
}

static bool find_header(const char *head, const char *name, char *value, size_t size)
{
    const char *at = strcasestr(head, name);
    if (!at) {
        return false;
    }
    at += strlen(name);
    at += strspn(at, ": ");
    snprintf(value, size, "%.*s", (int)strcspn(at, "\r\n"), at);
    return true;
}

static bool upgrade(struct loop_conn *c, const char *key)
{
    char text[128], answer[256];
    unsigned char digest[EVP_MAX_MD_SIZE], encoded[64];
    unsigned n = 0;
    int length = snprintf(text, sizeof text, "%s%s", key, WS_GUID);
    EVP_Digest(text, (size_t)length, digest, &n, EVP_sha1(), NULL);
    EVP_EncodeBlock(encoded, digest, (int)n);
    length = snprintf(answer, sizeof answer,
                      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                      "Sec-WebSocket-Accept: %s\r\n\r\n",
                      (const char *)encoded);
    return loop_bytes(c, answer, (size_t)length);
}

static void serve_post(struct loop_conn *c, const char *path)
{
    char length[24], body[1024];
    if (!c->server->script.on_post || !find_header(c->head, "Content-Length", length, sizeof length)) {
        return;
    }
    size_t n = strtoul(length, NULL, 10);
    if (n < sizeof body && read_exactly(c, body, n)) {
        body[n] = '\0';
        c->server->script.on_post(c->server->script.user, c, path, body);
    }
}

static void serve(struct loop_conn *c)
{
    const struct loop_script *script = &c->server->script;
    char path[1024], key[64];
    if (script->is_deaf) {
        loop_hold(c);
        return;
    }
    if (c->ssl && SSL_accept(c->ssl) != 1) {
        return;
    }
    if (!read_head(c)) {
        return;
    }
    if (sscanf(c->head, "POST %1023s", path) == 1) {
        serve_post(c, path);
        return;
    }
    if (sscanf(c->head, "GET %1023s", path) != 1) {
        return;
    }
    if (!find_header(c->head, "Sec-WebSocket-Key", key, sizeof key)) {
        script->on_get(script->user, c, path);
        return;
    }
    int status = script->refuse_ws ? script->refuse_ws(script->user, path) : 0;
    if (status != 0) {
        loop_answer(c, status, NULL, "{}", 2);
    } else if (upgrade(c, key)) {
        script->on_ws(script->user, c, path);
    }
}

static void *conn_thread(void *arg)
{
    struct loop_conn *c = arg;
    serve(c);
    if (c->ssl) {
        SSL_free(c->ssl);
    }
    close(c->fd);
    atomic_store(&c->state, 2);
    return NULL;
}

static void adopt(struct loop_server *s, int fd)
{
    for (int i = 0; i < CONNS_MAX; i++) {
        struct loop_conn *c = &s->conns[i];
        if (atomic_load(&c->state) == 2) {
            pthread_join(c->thread, NULL);
            atomic_store(&c->state, 0);
        }
        if (atomic_load(&c->state) == 0) {
            int on = 1;
            setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
            c->server = s;
            c->fd = fd;
            c->ssl = s->script.tls ? SSL_new(s->script.tls) : NULL;
            if (c->ssl) {
                SSL_set_fd(c->ssl, fd);
            }
            atomic_store(&c->state, 1);
            if (pthread_create(&c->thread, NULL, conn_thread, c) == 0) {
                return;
            }
            atomic_store(&c->state, 0);
            break;
        }
    }
    close(fd);
}

static void *accept_thread(void *arg)
{
    struct loop_server *s = arg;
    while (!atomic_load(&s->is_stopping)) {
        struct pollfd p = {.fd = s->fd, .events = POLLIN};
        if (poll(&p, 1, POLL_MS) == 1) {
            int fd = accept(s->fd, NULL, NULL);
            if (fd >= 0) {
                adopt(s, fd);
            }
        }
    }
    return NULL;
}

struct loop_server *loop_server_start(const struct loop_script *script)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof at;
    struct loop_server *s = calloc(1, sizeof *s);
    assert_non_null(s);
    s->script = *script;
    signal(SIGPIPE, SIG_IGN); /* OpenSSL writes without MSG_NOSIGNAL */
    s->fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_true(s->fd >= 0);
    assert_int_equal(bind(s->fd, (struct sockaddr *)&at, sizeof at), 0);
    assert_int_equal(listen(s->fd, 32), 0);
    assert_int_equal(getsockname(s->fd, (struct sockaddr *)&at, &n), 0);
    s->port = ntohs(at.sin_port);
    assert_int_equal(pthread_create(&s->thread, NULL, accept_thread, s), 0);
    return s;
}

uint16_t loop_server_port(const struct loop_server *s)
{
    return s->port;
}

void loop_server_stop(struct loop_server *s)
{
    if (!s) {
        return;
    }
    atomic_store(&s->is_stopping, true);
    pthread_join(s->thread, NULL);
    close(s->fd);
    for (int i = 0; i < CONNS_MAX; i++) {
        if (atomic_load(&s->conns[i].state) != 0) {
            pthread_join(s->conns[i].thread, NULL);
        }
    }
    free(s);
}
