/* A small HTTP proxy on loopback that knows CONNECT and takes every name for this machine's own. */
#ifndef AP_TEST_SUPPORT_LOOP_PROXY_H
#define AP_TEST_SUPPORT_LOOP_PROXY_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>

#define LOOP_PROXY_MAX 64

struct loop_proxy {
    const char *wants;    /* borrowed: the value of Proxy-Authorization it asks for; NULL: none */
    int status;           /* what it answers whatever is asked; 0: it does its work */
    _Atomic int asked;    /* CONNECTs */
    _Atomic int tunnels;  /* of these, let through */
    char target[128];     /* the last one asked for: "name:port" */
    _Atomic int stopping; /* below: its own */
    int fd;
    uint16_t port;
    pthread_t thread, threads[LOOP_PROXY_MAX];
    int ends[LOOP_PROXY_MAX];
    _Atomic int n;
};
/* Set the first two, then start. */
void loop_proxy_start(struct loop_proxy *p);
void loop_proxy_stop(struct loop_proxy *p);

#endif
