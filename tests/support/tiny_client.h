/* The smallest HTTP and WebSocket client, on blocking sockets with deadlines: for tests of servers on
 * loopback. */
#ifndef AP_TEST_SUPPORT_TINY_CLIENT_H
#define AP_TEST_SUPPORT_TINY_CLIENT_H

#include <stddef.h>
#include <stdint.h>

enum { TINY_GONE = -1, TINY_TIMEOUT = -2, TINY_TEXT = 1, TINY_CLOSE = 8, TINY_PING = 9 };

struct tiny {
    int fd;
    char *data; /* owned */
    size_t at, n, cap;
};

/* The status of a GET, or TINY_*; head and body are NUL-terminated and the caller's to free (either may be
 * NULL). */
int tiny_get(uint16_t port, const char *path, char **ret_head, char **ret_body);
/* The first half of tiny_get: a request that is not answered yet; tiny_answer reads the rest. */
int tiny_ask(struct tiny *t, uint16_t port, const char *path);
int tiny_answer(struct tiny *t, int timeout_ms, char **ret_head, char **ret_body);
/* The status of the handshake: 101 when it worked. receive_buffer 0: the system's. */
int tiny_open(struct tiny *t, uint16_t port, const char *path, int receive_buffer);
void tiny_close(struct tiny *t);
int tiny_send(struct tiny *t, int opcode, const void *bytes, size_t n);
int tiny_say(struct tiny *t, const char *text);
/* The opcode of the next frame (pings are handed out, not answered), or TINY_*. The payload lives until
 * the next call. */
int tiny_read(struct tiny *t, int timeout_ms, const char **ret_payload, size_t *ret_n);
/* The next text; pings are answered on the way. */
int tiny_text(struct tiny *t, int timeout_ms, const char **ret_payload, size_t *ret_n);
/* n bytes as text of the caller. */
char *tiny_copy(const char *from, size_t n);

#endif
