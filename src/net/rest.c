#include "net/rest.h"
#include <alphaplus/base/text.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define READ_BYTES 16384
#define USER_AGENT "alphaplus"

static int on_event(struct wire_user *u, enum lws_callback_reasons reason, void *in, size_t n);

/* Lower goes first: a book without its snapshot is blank. */
static const int urgency[REST_KINDS] = {
    [REST_SNAPSHOT] = 0, [REST_INSTRUMENTS] = 1, [REST_FUNDING] = 1,
    [REST_TIME] = 2,     [REST_PREMIUM] = 3,     [REST_OPEN_INTEREST] = 4,
};

void rest_init(struct rest *r, struct wire *w, const struct venue *venue, const struct endpoint *ep,
               struct resolver *resolver, const struct tuning *t,
               void (*on_result)(void *, const struct rest_result *), void *user)
{
    memset(r, 0, sizeof *r);
    r->wire = w;
    r->venue = venue;
    r->endpoint = ep;
    r->resolver = resolver;
    r->tuning = t;
    r->on_result = on_result;
    r->user = user;
    budget_init(&r->budget, t->rest_weight > 0 ? t->rest_weight : venue->rest_weight / 4 * 3,
                venue->rest_window_s * NS_PER_S, wire_now(w));
}

void rest_finish(struct rest *r)
{
    for (size_t i = 0; r && i < REST_REQUESTS_MAX; i++) {
        if (r->requests[i].state != REQUEST_FREE) {
            buf_finish(&r->requests[i].body);
        }
    }
}

int rest_ask(struct rest *r, enum venue_rest what, uint32_t instrument, const char *path, const char *post,
             int weight)
{
    struct request *free_one = NULL;
    for (size_t i = 0; i < REST_REQUESTS_MAX; i++) {
        struct request *q = &r->requests[i];
        if (q->state != REQUEST_FREE && q->what == what && q->instrument == instrument) {
            return AP_EEXISTS;
        }
        if (q->state == REQUEST_FREE && !q->user.wsi && !free_one) {
            free_one = q;
        }
    }
    if (!free_one || r->is_stopping) {
        return AP_EFULL;
    }
    *free_one = (struct request){
        .user = {.wire = r->wire, .on_event = on_event},
        .rest = r,
        .state = REQUEST_QUEUED,
        .what = what,
        .instrument = instrument,
        .weight = weight,
        .order = ++r->order,
    };
    buf_init(&free_one->body, what == REST_INSTRUMENTS ? VENUE_LIST_MAX : REST_BODY_MAX);
    if (!text_copy(free_one->path, sizeof free_one->path, path) ||
        !text_copy(free_one->post, sizeof free_one->post, post)) {
        buf_finish(&free_one->body);
        free_one->state = REQUEST_FREE;
        return AP_ETOOBIG;
    }
    return 0;
}

/* --- the end of one ------------------------------------------------------------------------------------------------ */

static int judge(const struct request *q, const char *reason, char *why, size_t size)
{
    const char *host = q->rest->endpoint->host;
    bool is_whole = q->is_complete || q->is_open_ended;
    *why = '\0';
    if (q->is_too_big) {
        words_print(why, size, "%s sent an answer above its ceiling", host);
        return AP_ETOOBIG;
    }
    if (q->status >= 200 && q->status < 300 && is_whole) {
        return 0;
    }
    if (q->is_late) {
        words_print(why, size, "%s did not answer in time", host);
    } else if (q->status >= 200 && q->status < 300) {
        words_print(why, size, "%s cut its answer short", host);
    } else if (q->status == 0 && reason) {
        text_copy(why, size, reason);
    } else {
        words_status(why, size, host, q->status, q->retry_after_s);
    }
    return AP_ENET;
}

static void finish(struct request *q, const char *reason)
{
    struct rest *r = q->rest;
    char why[WORDS_MAX];
    if (q->state != REQUEST_RUNNING) {
        return;
    }
    if (q->user.wsi) {
        lws_set_opaque_user_data(q->user.wsi, NULL);
        q->user.wsi = NULL;
    }
    struct buf body = q->body;
    struct rest_result result = {.what = q->what,
                                 .instrument = q->instrument,
                                 .status = q->status,
                                 .asked_ns = q->asked_ns,
                                 .heard_ns = q->heard_ns};
    result.err = judge(q, reason, why, sizeof why);
    if (budget_refused(&r->budget, q->status, q->retry_after_s, wire_now(r->wire))) {
        result.err = AP_EACCESS;
    }
    result.bytes = body.data;
    result.n = body.len;
    result.why = why;
    q->state = REQUEST_FREE;
    r->running--;
    if (!r->is_stopping) {
        r->on_result(r->user, &result);
    }
    buf_finish(&body);
}

/* --- what the library tells ---------------------------------------------------------------------------------------- */

/* A header as a non-negative number; -1: not there, or not one. */
static int64_t to_number(const char *text, int n)
{
    char *end;
    if (n <= 0 || text[0] < '0' || text[0] > '9') {
        return -1;
    }
    long long value = strtoll(text, &end, 10);
    return *end == '\0' ? value : -1;
}

static int64_t custom_header(struct lws *wsi, const char *name)
{
    char text[24];
    int n = lws_hdr_custom_copy(wsi, text, sizeof text, name, (int)strlen(name));
    return to_number(text, n);
}

static int64_t known_header(struct lws *wsi, enum lws_token_indexes token)
{
    char text[24];
    int n = lws_hdr_copy(wsi, text, sizeof text, token);
    return to_number(text, n);
}

static void on_headers(struct request *q)
{
    struct lws *wsi = q->user.wsi;
    q->status = (int)lws_http_client_http_response(wsi);
    q->heard_ns = wire_now(q->rest->wire);
    int64_t used = q->rest->venue->rest_weight_header ? custom_header(wsi, q->rest->venue->rest_weight_header)
                                                      : -1;
    budget_report(&q->rest->budget, used > INT32_MAX ? INT32_MAX : (int)used, wire_now(q->rest->wire));
    int64_t wait_s = known_header(wsi, WSI_TOKEN_HTTP_RETRY_AFTER);
    q->retry_after_s = wait_s > 0 ? wait_s : 0;
    q->is_open_ended = lws_hdr_total_length(wsi, WSI_TOKEN_HTTP_CONTENT_LENGTH) <= 0 &&
                       lws_hdr_total_length(wsi, WSI_TOKEN_HTTP_TRANSFER_ENCODING) <= 0;
}

static int on_readable(struct request *q)
{
    char bytes[LWS_PRE + READ_BYTES];
    char *at = bytes + LWS_PRE;
    int n = READ_BYTES;
    return lws_http_client_read(q->user.wsi, &at, &n) < 0 ? -1 : 0; /* on_body follows from within */
}

static int on_body(struct request *q, const char *bytes, size_t n)
{
    if (n > q->body.ceiling - q->body.len || buf_append(&q->body, bytes, n) != 0) {
        q->is_too_big = true;
        return -1;
    }
    return 0;
}

static bool add_header(struct request *q, enum lws_token_indexes token, const char *value, unsigned char **at,
                       unsigned char *end)
{
    return lws_add_http_header_by_token(q->user.wsi, token, (const unsigned char *)value, (int)strlen(value),
                                        at, end) == 0;
}

static int add_headers(struct request *q, unsigned char **at, size_t n)
{
    unsigned char *end = *at + n;
    char length[24];
    if (!add_header(q, WSI_TOKEN_HTTP_USER_AGENT, USER_AGENT, at, end)) {
        return -1;
    }
    if (q->post[0] == '\0') {
        return 0;
    }
    snprintf(length, sizeof length, "%zu", strlen(q->post));
    if (!add_header(q, WSI_TOKEN_HTTP_CONTENT_TYPE, "application/json", at, end) ||
        !add_header(q, WSI_TOKEN_HTTP_CONTENT_LENGTH, length, at, end)) {
        return -1;
    }
    lws_client_http_body_pending(q->user.wsi, 1);
    lws_callback_on_writable(q->user.wsi);
    return 0;
}

static int send_post(struct request *q)
{
    unsigned char bytes[LWS_PRE + REST_POST_MAX];
    size_t n = strlen(q->post);
    if (n == 0 || q->is_posted) {
        return 0;
    }
    q->is_posted = true;
    memcpy(bytes + LWS_PRE, q->post, n);
    lws_client_http_body_pending(q->user.wsi, 0);
    return lws_write(q->user.wsi, bytes + LWS_PRE, n, LWS_WRITE_HTTP_FINAL) < (int)n ? -1 : 0;
}

static int on_event(struct wire_user *u, enum lws_callback_reasons reason, void *in, size_t n)
{
    struct request *q = (struct request *)u;
    char why[WORDS_MAX];
    switch (reason) {
    case LWS_CALLBACK_CLIENT_APPEND_HANDSHAKE_HEADER:
        q->asked_ns = wire_now(u->wire);
        return add_headers(q, in, n);
    case LWS_CALLBACK_CLIENT_HTTP_WRITEABLE: return send_post(q);
    case LWS_CALLBACK_ESTABLISHED_CLIENT_HTTP: on_headers(q); return 0;
    case LWS_CALLBACK_RECEIVE_CLIENT_HTTP: return on_readable(q);
    case LWS_CALLBACK_RECEIVE_CLIENT_HTTP_READ: return on_body(q, in, n);
    case LWS_CALLBACK_COMPLETED_CLIENT_HTTP: q->is_complete = true; return 0;
    case LWS_CALLBACK_CLOSED_CLIENT_HTTP: finish(q, NULL); return 0;
    case LWS_CALLBACK_CLIENT_CONNECTION_ERROR:
        wire_reason(u, q->rest->endpoint, in, why, sizeof why);
        finish(q, why);
        return 0;
    default: return 0;
    }
}

/* --- the queue ----------------------------------------------------------------------------------------------------- */

static struct request *next_queued(struct rest *r)
{
    struct request *best = NULL;
    for (size_t i = 0; i < REST_REQUESTS_MAX; i++) {
        struct request *q = &r->requests[i];
        if (q->state != REQUEST_QUEUED) {
            continue;
        }
        int before = best ? urgency[q->what] - urgency[best->what] : -1;
        if (before < 0 || (before == 0 && q->order < best->order)) {
            best = q;
        }
    }
    return best;
}

static void start(struct request *q, const char *address, int64_t now_ns)
{
    struct rest *r = q->rest;
    char why[WORDS_MAX];
    q->state = REQUEST_RUNNING;
    q->deadline_ns = now_ns + r->tuning->rest_ns;
    r->running++;
    budget_spend(&r->budget, q->weight, now_ns);
    const char *method = q->post[0] != '\0' ? "POST" : "GET";
    if (wire_connect(&q->user, r->endpoint, address, q->path, method) != 0 && q->state == REQUEST_RUNNING) {
        wire_reason(&q->user, r->endpoint, NULL, why, sizeof why);
        finish(q, why);
    }
}

static void end_late(struct rest *r, int64_t now_ns)
{
    for (size_t i = 0; i < REST_REQUESTS_MAX; i++) {
        struct request *q = &r->requests[i];
        if (q->state != REQUEST_RUNNING) {
            continue;
        }
        if (!q->user.wsi) {
            finish(q, NULL); /* the library may let go without a word */
        } else if (now_ns >= q->deadline_ns) {
            q->is_late = true;
            q->deadline_ns = now_ns + r->tuning->goodbye_ns;
            wire_kill(&q->user);
        }
    }
}

static void start_queued(struct rest *r, int64_t now_ns)
{
    while (r->running < r->tuning->rest_parallel && !r->is_stopping) {
        struct request *q = next_queued(r);
        if (!q || !budget_can(&r->budget, q->weight, now_ns)) {
            return;
        }
        int err;
        char why[WORDS_MAX];
        const char *address = resolver_address(r->resolver, now_ns, &err);
        if (!address && err == 0) {
            return;
        }
        if (address) {
            start(q, address, now_ns);
            continue;
        }
        words_lookup(why, sizeof why, r->endpoint->host, r->resolver->last_error);
        q->state = REQUEST_RUNNING;
        r->running++;
        finish(q, why);
    }
}

void rest_pump(struct rest *r, int64_t now_ns)
{
    if (r->is_pumping) {
        return; /* asked for from on_result: the loop below goes on anyway */
    }
    r->is_pumping = true;
    end_late(r, now_ns);
    start_queued(r, now_ns);
    r->is_pumping = false;
}

void rest_forget(struct rest *r, uint32_t instrument)
{
    for (size_t i = 0; i < REST_REQUESTS_MAX; i++) {
        struct request *q = &r->requests[i];
        if (q->state == REQUEST_QUEUED && q->instrument == instrument) {
            buf_finish(&q->body);
            q->state = REQUEST_FREE;
        }
    }
}

void rest_stop(struct rest *r)
{
    r->is_stopping = true;
    for (size_t i = 0; i < REST_REQUESTS_MAX; i++) {
        struct request *q = &r->requests[i];
        if (q->state == REQUEST_QUEUED) {
            buf_finish(&q->body);
            q->state = REQUEST_FREE;
        } else if (q->state == REQUEST_RUNNING) {
            wire_kill(&q->user);
        }
    }
}

bool rest_is_gone(const struct rest *r)
{
    return r->running == 0;
}
