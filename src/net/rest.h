/* REST requests to one venue: queued by urgency, held to its budget, each with a deadline and a ceiling. */
#ifndef ALPHAPLUS_NET_REST_H
#define ALPHAPLUS_NET_REST_H

#include "net/budget.h"
#include "net/resolve.h"
#include "net/tuning.h"
#include "net/wire.h"
#include <alphaplus/base/buf.h>
#include <alphaplus/venue/venue.h>

#define REST_REQUESTS_MAX (INSTRUMENT_MAX * 3 + 3) /* three kinds are of an instrument, three of the venue */
#define REST_PATH_MAX     160
#define REST_POST_MAX     160
#define REST_BODY_MAX     (4u << 20)

struct rest_result {
    enum venue_rest what;
    uint32_t instrument;        /* 0: of the venue */
    int err;                    /* 0; AP_EACCESS: told to wait; AP_ETOOBIG; AP_ENET: all else */
    int status;                 /* HTTP; 0: no answer */
    int64_t asked_ns, heard_ns; /* monotonic: when the request went out, and when its answer began */
    const char *bytes;          /* borrowed during the call */
    size_t n;
    const char *why; /* in words; "" when err is 0 */
};

enum request_state { REQUEST_FREE = 0, REQUEST_QUEUED, REQUEST_RUNNING };

struct request {
    struct wire_user user; /* first */
    struct rest *rest;     /* borrowed */
    enum request_state state;
    enum venue_rest what;
    uint32_t instrument;
    int weight;
    uint64_t order;
    int64_t deadline_ns;
    int64_t asked_ns, heard_ns;
    int status;
    bool is_complete;   /* the whole body is there */
    bool is_open_ended; /* no length given: it ends when the connection does */
    bool is_too_big;
    bool is_late;
    bool is_posted;
    int64_t retry_after_s;
    char path[REST_PATH_MAX];
    char post[REST_POST_MAX]; /* "": a GET */
    struct buf body;
};

struct rest {
    struct wire *wire;
    const struct venue *venue;
    const struct endpoint *endpoint;
    const struct tuning *tuning;
    struct resolver *resolver; /* all five borrowed */
    struct budget budget;
    uint64_t order;
    int running;
    bool is_stopping, is_pumping;
    void (*on_result)(void *user, const struct rest_result *result);
    void *user; /* borrowed */
    struct request requests[REST_REQUESTS_MAX];
};

void rest_init(struct rest *r, struct wire *w, const struct venue *venue, const struct endpoint *ep,
               struct resolver *resolver, const struct tuning *t,
               void (*on_result)(void *, const struct rest_result *), void *user);
/* After the context is gone. NULL is fine. */
void rest_finish(struct rest *r);
/* Queues it, as a POST when `post` is not empty; the outcome comes by on_result, never from within. AP_EEXISTS when the same is on its
 * way already; AP_ETOOBIG. */
AP_MUST_CHECK int rest_ask(struct rest *r, enum venue_rest what, uint32_t instrument, const char *path,
                           const char *post, int weight);
/* Starts what may start, ends what is late. Call it after asking, at every tick and when a look-up ended. */
void rest_pump(struct rest *r, int64_t now_ns);
/* Forgets what is queued for this instrument. */
void rest_forget(struct rest *r, uint32_t instrument);
void rest_stop(struct rest *r);
bool rest_is_gone(const struct rest *r); /* after rest_stop */

#endif
