/* A scripted HTTP and WebSocket server on loopback, with or without TLS: one thread a connection, plain blocking calls, so that a
 * test can misbehave in any way it likes. */
#ifndef AP_TEST_SUPPORT_LOOP_SERVER_H
#define AP_TEST_SUPPORT_LOOP_SERVER_H

#include <openssl/ssl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct loop_server;
struct loop_conn;

struct loop_script {
    /* A GET without an upgrade; afterwards the connection is closed. */
    void (*on_get)(void *user, struct loop_conn *c, const char *path);
    /* NULL, or: the same for a POST. */
    void (*on_post)(void *user, struct loop_conn *c, const char *path, const char *body);
    /* A WebSocket, upgraded; closed when it returns. */
    void (*on_ws)(void *user, struct loop_conn *c, const char *path);
    /* NULL, or: the status to refuse this upgrade with; 0: none. */
    int (*refuse_ws)(void *user, const char *path);
    void *user;   /* borrowed */
    SSL_CTX *tls; /* borrowed; NULL: plain */
    bool is_deaf; /* accepts and never says a word */
};

enum loop_opcode {
    LOOP_CONT = 0,
    LOOP_TEXT = 1,
    LOOP_BINARY = 2,
    LOOP_CLOSE = 8,
    LOOP_PING = 9,
    LOOP_PONG = 10
};

/* Fails the test when it cannot. */
struct loop_server *loop_server_start(const struct loop_script *script);
uint16_t loop_server_port(const struct loop_server *s);
/* Ends all connections and joins their threads. */
void loop_server_stop(struct loop_server *s);

/* For scripts; false when the peer is gone or the server stops. */
bool loop_bytes(struct loop_conn *c, const void *bytes, size_t n);
bool loop_answer(struct loop_conn *c, int status, const char *more_headers, const char *body, size_t n);
bool loop_frame(struct loop_conn *c, enum loop_opcode opcode, bool is_final, const void *bytes, size_t n);
bool loop_text(struct loop_conn *c, const char *text);
/* Waits for one frame of the client, at most timeout_ms (it may pass without one: *ret_n is 0 and true comes back). */
bool loop_receive(struct loop_conn *c, int timeout_ms, char *buf, size_t size, size_t *ret_n,
                  int *ret_opcode);
void loop_reset(struct loop_conn *c); /* RST instead of FIN */
void loop_hold(struct loop_conn *c);  /* until the peer goes or the server stops */
bool loop_is_stopping(const struct loop_conn *c);

#endif
