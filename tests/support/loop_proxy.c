#include "loop_proxy.h"
#include "test.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct end {
    struct loop_proxy *proxy;
    int fd;
};

static int dial(uint16_t port)
{
    struct sockaddr_in to = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd >= 0 && connect(fd, (const struct sockaddr *)&to, sizeof to) != 0) {
        close(fd);
        fd = -1;
    }
    return fd;
}

static void relay(struct loop_proxy *p, int a, int b)
{
    struct pollfd fds[2] = {{.fd = a, .events = POLLIN}, {.fd = b, .events = POLLIN}};
    char bytes[16384];
    while (!atomic_load(&p->stopping)) {
        if (poll(fds, 2, 20) <= 0) {
            continue;
        }
        for (int i = 0; i < 2; i++) {
            if (!fds[i].revents) {
                continue;
            }
            ssize_t n = recv(fds[i].fd, bytes, sizeof bytes, 0);
            if (n <= 0 || send(fds[1 - i].fd, bytes, (size_t)n, MSG_NOSIGNAL) != n) {
                return;
            }
        }
    }
}

static void answer(int fd, int status)
{
    char text[128];
    int n = snprintf(text, sizeof text, "HTTP/1.1 %d %s\r\n\r\n", status,
                     status == 200 ? "Connection established" : "No");
    (void)send(fd, text, (size_t)n, MSG_NOSIGNAL);
}

/* One request; the port to go to, or 0. */
static uint16_t read_request(struct loop_proxy *p, int fd)
{
    char head[4096] = "", authorization[256];
    size_t n = 0;
    while (!strstr(head, "\r\n\r\n") && n < sizeof head - 1) {
        ssize_t got = recv(fd, head + n, sizeof head - 1 - n, 0);
        if (got <= 0) {
            return 0;
        }
        n += (size_t)got;
        head[n] = '\0';
    }
    if (sscanf(head, "CONNECT %127s HTTP/1.", p->target) != 1) {
        answer(fd, 405);
        return 0;
    }
    atomic_fetch_add(&p->asked, 1);
    if (p->status != 0) {
        answer(fd, p->status);
        return 0;
    }
    snprintf(authorization, sizeof authorization, "\r\nProxy-authorization: %s\r\n",
             p->wants ? p->wants : "");
    if (p->wants && !strcasestr(head, authorization)) {
        answer(fd, 407);
        return 0;
    }
    const char *colon = strrchr(p->target, ':');
    return colon ? (uint16_t)strtoul(colon + 1, NULL, 10) : 0;
}

static void *serve(void *arg)
{
    struct end *e = arg;
    uint16_t port = read_request(e->proxy, e->fd);
    int to = port != 0 ? dial(port) : -1;
    if (to >= 0) {
        atomic_fetch_add(&e->proxy->tunnels, 1);
        answer(e->fd, 200);
        relay(e->proxy, e->fd, to);
        close(to);
    }
    shutdown(e->fd, SHUT_RDWR);
    free(e);
    return NULL;
}

static void *run(void *arg)
{
    struct loop_proxy *p = arg;
    while (!atomic_load(&p->stopping)) {
        int fd = accept(p->fd, NULL, NULL);
        int n = atomic_load(&p->n);
        struct end *e = fd >= 0 && n < LOOP_PROXY_MAX ? malloc(sizeof *e) : NULL;
        if (!e) {
            if (fd >= 0) {
                close(fd);
            }
            continue;
        }
        *e = (struct end){.proxy = p, .fd = fd};
        p->ends[n] = fd;
        if (pthread_create(&p->threads[n], NULL, serve, e) != 0) {
            abort();
        }
        atomic_fetch_add(&p->n, 1);
    }
    return NULL;
}

void loop_proxy_start(struct loop_proxy *p)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t n = sizeof at;
    p->fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_true(p->fd >= 0);
    assert_int_equal(bind(p->fd, (const struct sockaddr *)&at, sizeof at), 0);
    assert_int_equal(listen(p->fd, 32), 0);
    assert_int_equal(getsockname(p->fd, (struct sockaddr *)&at, &n), 0);
    p->port = ntohs(at.sin_port);
    assert_int_equal(pthread_create(&p->thread, NULL, run, p), 0);
}

void loop_proxy_stop(struct loop_proxy *p)
{
    atomic_store(&p->stopping, 1);
    shutdown(p->fd, SHUT_RDWR);
    pthread_join(p->thread, NULL);
    for (int i = 0; i < atomic_load(&p->n); i++) {
        shutdown(p->ends[i], SHUT_RDWR);
        pthread_join(p->threads[i], NULL);
        close(p->ends[i]);
    }
    close(p->fd);
}
