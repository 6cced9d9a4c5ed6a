/* One connection: an HTTP request and its answer, or a WebSocket client. The socket library's callback. */
#ifndef SIM_CONN_H
#define SIM_CONN_H

#include "sim/control.h"
#include "sim/hub.h"
#include "sim/rest.h"
#include "sim/server.h"

#include <alphaplus/base/buf.h>
#include <libwebsockets.h>

struct conn {
    struct server *server; /* borrowed */
    struct lws *wsi;       /* borrowed */
    /* a WebSocket */
    struct listener listener; /* joined while listener.hub is set */
    struct control_rate rate;
    struct buf message; /* coming in */
    bool ping_due, counts_at_end;
    int64_t opened_ns, last_pong_ns, last_word_ns;
    /* a request */
    struct rest_request request;
    bool is_held, is_answering, has_head;
    bool is_ignored; /* gets no answer, ever */
    bool is_post;
    char path[64];         /* of a POST, until its body is there: in `message` */
    int64_t retry_after_s; /* 0: not said */
    int status;
    struct buf body;
    size_t sent;
    struct conn *next_held;
};

int conn_callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len);
void conn_ping(void *user);
void conn_count_at_end(void *user);
/* Ends a socket that is too old, or on which nobody has said a word for too long. */
void conn_check_age(void *user, int64_t now_ns);
void conn_retry_held(struct server *s);

#endif
