#include "tiny_client.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static int64_t now_ms(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static int dial(struct tiny *t, uint16_t port, int receive_buffer)
{
    struct sockaddr_in to = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int on = 1;
    *t = (struct tiny){.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    if (receive_buffer > 0) {
        setsockopt(t->fd, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    }
    if (t->fd < 0 || connect(t->fd, (struct sockaddr *)&to, sizeof to) < 0) {
        tiny_close(t);
        return TINY_GONE;
    }
    setsockopt(t->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return 0;
}

void tiny_close(struct tiny *t)
{
    if (t->fd >= 0) {
        close(t->fd);
    }
    free(t->data);
    *t = (struct tiny){.fd = -1};
}

static int send_all(struct tiny *t, const void *bytes, size_t n)
{
    const char *at = bytes;
    while (n > 0) {
        ssize_t sent = send(t->fd, at, n, MSG_NOSIGNAL);
        if (sent <= 0) {
            return TINY_GONE;
        }
        at += sent;
        n -= (size_t)sent;
    }
    return 0;
}

/* Until `want` unread bytes are there. */
static int fill(struct tiny *t, size_t want, int64_t deadline_ms)
{
    while (t->n - t->at < want) {
        if (t->at > 0) {
            memmove(t->data, t->data + t->at, t->n - t->at);
            t->n -= t->at;
            t->at = 0;
        }
        if (t->cap < want + 65536) {
            t->cap = 2 * want + 65536;
            t->data = realloc(t->data, t->cap + 1);
        }
        int64_t left = deadline_ms - now_ms();
        struct pollfd p = {.fd = t->fd, .events = POLLIN};
        if (left <= 0 || poll(&p, 1, (int)left) <= 0) {
            return TINY_TIMEOUT;
        }
        ssize_t got = recv(t->fd, t->data + t->n, t->cap - t->n, 0);
        if (got <= 0) {
            return TINY_GONE;
        }
        t->n += (size_t)got;
        t->data[t->n] = '\0';
    }
    return 0;
}

char *tiny_copy(const char *from, size_t n)
{
    char *text = malloc(n + 1);
    memcpy(text, from, n);
    text[n] = '\0';
    return text;
}

/* Reads up to the blank line; the head's length. */
static int read_head(struct tiny *t, int64_t deadline_ms, size_t *ret_n)
{
    for (size_t want = 1;; want = t->n - t->at + 1) {
        int err = fill(t, want, deadline_ms);
        if (err < 0) {
            return err;
        }
        char *end = strstr(t->data + t->at, "\r\n\r\n");
        if (end) {
            *ret_n = (size_t)(end + 4 - (t->data + t->at));
            return (int)strtol(t->data + t->at + 9, NULL, 10);
        }
    }
}

int tiny_ask(struct tiny *t, uint16_t port, const char *path)
{
    char request[2048];
    int err = dial(t, port, 0);
    if (err < 0) {
        return err;
    }
    int n = snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", path);
    return send_all(t, request, (size_t)n);
}

int tiny_answer(struct tiny *t, int timeout_ms, char **ret_head, char **ret_body)
{
    int64_t deadline_ms = now_ms() + timeout_ms;
    size_t head_n = 0;
    int status = read_head(t, deadline_ms, &head_n);
    if (status < 0) {
        return status;
    }
    char *head = tiny_copy(t->data + t->at, head_n);
    char *length = strcasestr(head, "content-length:");
    size_t body_n = length ? strtoull(length + 15, NULL, 10) : 0;
    t->at += head_n;
    int err = fill(t, body_n, deadline_ms);
    if (err == 0 && ret_body) {
        *ret_body = tiny_copy(t->data + t->at, body_n);
    }
    t->at += err == 0 ? body_n : 0;
    if (err == 0 && ret_head) {
        *ret_head = head;
    } else {
        free(head);
    }
    return err < 0 ? err : status;
}

int tiny_get(uint16_t port, const char *path, char **ret_head, char **ret_body)
{
    struct tiny t;
    int status = tiny_ask(&t, port, path);
    if (status == 0) {
        status = tiny_answer(&t, 10000, ret_head, ret_body);
    }
    tiny_close(&t);
    return status;
}

int tiny_open(struct tiny *t, uint16_t port, const char *path, int receive_buffer)
{
    char request[40000];
    size_t head_n = 0;
    int status = dial(t, port, receive_buffer);
    if (status < 0) {
        return status;
    }
    int n = snprintf(request, sizeof request,
                     "GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                     "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n",
                     path);
    status = send_all(t, request, (size_t)n);
    if (status == 0) {
        status = read_head(t, now_ms() + 10000, &head_n);
    }
    if (status == 101) {
        t->at += head_n;
    } else {
        tiny_close(t);
    }
    return status;
}

int tiny_send(struct tiny *t, int opcode, const void *bytes, size_t n)
{
    unsigned char head[16] = {(unsigned char)(0x80 | opcode), 0x80};
    size_t head_n = 2;
    if (n < 126) {
        head[1] |= (unsigned char)n;
    } else if (n < 65536) {
        head[1] |= 126;
        head[2] = (unsigned char)(n >> 8);
        head[3] = (unsigned char)n;
        head_n = 4;
    } else {
        head[1] |= 127;
        for (int i = 0; i < 8; i++) {
            head[9 - i] = (unsigned char)(n >> 8 * i);
        }
        head_n = 10;
    }
    head_n += 4; /* a mask of zeros leaves the payload as it is */
    return send_all(t, head, head_n) < 0 ? TINY_GONE : send_all(t, bytes, n);
}

int tiny_say(struct tiny *t, const char *text)
{
    return tiny_send(t, TINY_TEXT, text, strlen(text));
}

int tiny_read(struct tiny *t, int timeout_ms, const char **ret_payload, size_t *ret_n)
{
    int64_t deadline_ms = now_ms() + timeout_ms;
    int err = fill(t, 2, deadline_ms);
    if (err < 0) {
        return err;
    }
    size_t head_n = 2, n = t->data[t->at + 1] & 0x7f;
    size_t more = n == 126 ? 2 : n == 127 ? 8 : 0;
    if ((err = fill(t, 2 + more, deadline_ms)) < 0) {
        return err;
    }
    const unsigned char *head = (const unsigned char *)t->data + t->at;
    int opcode = head[0] & 0x0f;
    for (size_t i = 0, long_n = 0; i < more; i++) {
        long_n = long_n << 8 | head[2 + i];
        n = long_n;
    }
    head_n += more;
    if ((err = fill(t, head_n + n, deadline_ms)) < 0) {
        return err;
    }
    *ret_payload = t->data + t->at + head_n;
    *ret_n = n;
    t->at += head_n + n;
    return opcode;
}

int tiny_text(struct tiny *t, int timeout_ms, const char **ret_payload, size_t *ret_n)
{
    for (;;) {
        int opcode = tiny_read(t, timeout_ms, ret_payload, ret_n);
        if (opcode != TINY_PING) {
            return opcode;
        }
        tiny_send(t, 10, *ret_payload, *ret_n);
    }
}
