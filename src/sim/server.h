/* HTTP and WebSocket on one port of 127.0.0.1: libwebsockets on the sim's own uv loop. Knows paths and
 * clients, no market. */
#ifndef SIM_SERVER_H
#define SIM_SERVER_H

#include "sim/dialect.h"
#include "sim/hub.h"
#include "sim/source.h"

#include <alphaplus/base/err.h>
#include <stdatomic.h>
#include <uv.h>

/* What tests set otherwise. */
struct sim_tuning {
    size_t queue_bytes; /* ceiling of a client's send queue */
    int ping_ms;        /* between pings */
    int pong_ms;        /* a client that has not answered for so long is closed */
    int stall_ms;       /* a client that takes nothing for so long is closed */
    int send_buffer;    /* of the sockets; 0: the system's */
    int64_t life_ms;    /* that a socket lives */
    int weight;         /* of requests, in the venue's span; 0: the venue's own */
};
extern const struct sim_tuning sim_tuning_default;

struct lws_context;
struct lws_vhost;
struct conn;

struct server {
    uv_loop_t *loop; /* borrowed */
    struct lws_context *context;
    struct lws_vhost *vhost;
    struct sim_tuning tuning;
    const struct dialect *dialect; /* borrowed */
    struct source *source;         /* borrowed; set by server_attach */
    struct faults *faults;         /* borrowed; NULL: none */
    struct hub hub;
    struct conn *held; /* requests that wait for the market */
    size_t answering;  /* answers not yet written out */
    size_t closing;    /* clients at the market's end that are not gone yet */
    bool has_ended;
    bool is_retrying;
    atomic_bool is_done; /* ended, and all clients have everything */
    int weight;          /* used in the running span, */
    int64_t weight_span; /* which is this one since the clock began */
    int refusals;        /* in a row */
    int64_t banned_until_ns;
    uint16_t port;
    /* For who measures: a book's update goes out. */
    void (*on_book)(void *user, const char *symbol, uint64_t id, int64_t monotonic_ns);
    void *on_book_user; /* borrowed */
    uv_timer_t ping_timer, stall_timer;
};

AP_MUST_CHECK int server_init(struct server *s, uv_loop_t *loop, const struct dialect *dialect, uint16_t port,
                              const struct sim_tuning *tuning, char *why, size_t why_size);
/* What a request costs: 0, or the status to refuse it with and after how many seconds to come again. */
int server_charge(struct server *s, int weight, int64_t *ret_after_s);
int64_t server_life_ns(const struct server *s);
/* The server as a source sees it. */
struct source_host server_host(struct server *s);
void server_attach(struct server *s, struct source *source);
/* Closes all sockets and timers; runs the loop until they are gone. */
void server_finish(struct server *s);

#endif
