#include "net/resolve.h"
#include <alphaplus/base/text.h>
#include <netdb.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

struct resolve_job {
    pthread_mutex_t lock;    /* holds all below */
    struct resolver *waiter; /* borrowed; NULL: nobody waits any more */
    bool is_done;
    int error;
    char host[ENDPOINT_HOST_MAX];
    char addresses[RESOLVE_ADDRESSES_MAX][RESOLVE_TEXT_MAX];
    int address_n;
};

static void job_destroy(struct resolve_job *job)
{
    pthread_mutex_destroy(&job->lock);
    free(job);
}

static void job_look_up(struct resolve_job *job)
{
    struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = AI_ADDRCONFIG};
    struct addrinfo *list = NULL;
    job->error = getaddrinfo(job->host, NULL, &hints, &list);
    if (job->error != 0) {
        return;
    }
    for (struct addrinfo *a = list; a && job->address_n < RESOLVE_ADDRESSES_MAX; a = a->ai_next) {
        char *text = job->addresses[job->address_n];
        if (getnameinfo(a->ai_addr, a->ai_addrlen, text, RESOLVE_TEXT_MAX, NULL, 0, NI_NUMERICHOST) == 0) {
            job->address_n++;
        }
    }
    freeaddrinfo(list);
    job->error = job->address_n == 0 ? EAI_NONAME : 0;
}

static void *job_thread(void *arg)
{
    struct resolve_job *job = arg;
    job_look_up(job);
    pthread_mutex_lock(&job->lock);
    job->is_done = true;
    bool is_waited_for = job->waiter != NULL;
    if (is_waited_for) {
        uv_async_send(&job->waiter->async);
    }
    pthread_mutex_unlock(&job->lock);
    if (!is_waited_for) {
        job_destroy(job);
    }
    return NULL;
}

static int job_start(struct resolver *r)
{
    struct resolve_job *job = calloc(1, sizeof *job);
    if (!job) {
        return AP_ENOMEM;
    }
    pthread_mutex_init(&job->lock, NULL);
    job->waiter = r;
    memcpy(job->host, r->endpoint.host, sizeof job->host);

    /* Signals belong to the main thread. */
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pthread_attr_t attr;
    pthread_attr_init(&attr);
    pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
    pthread_t thread;
    int error = pthread_create(&thread, &attr, job_thread, job);
    pthread_attr_destroy(&attr);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (error != 0) {
        job_destroy(job);
        return AP_ENOMEM;
    }
    r->job = job;
    return 0;
}

static void take_answer(uv_async_t *async)
{
    struct resolver *r = async->data;
    struct resolve_job *job = r->job;
    if (!job) {
        return;
    }
    pthread_mutex_lock(&job->lock);
    bool is_done = job->is_done;
    pthread_mutex_unlock(&job->lock);
    if (!is_done) {
        return;
    }
    r->job = NULL;
    r->error = r->last_error = job->error;
    r->address_n = job->address_n;
    r->next = 0;
    r->found_ns = 0;
    memcpy(r->addresses, job->addresses, sizeof r->addresses);
    job_destroy(job);
    r->on_done(r->user);
}

int resolver_init(struct resolver *r, uv_loop_t *loop, const struct endpoint *ep, void (*on_done)(void *),
                  void *user)
{
    *r = (struct resolver){.endpoint = *ep, .on_done = on_done, .user = user};
    if (ep->is_address) {
        text_copy(r->addresses[0], sizeof r->addresses[0], ep->host);
        r->address_n = 1;
        return 0;
    }
    if (uv_async_init(loop, &r->async, take_answer) != 0) {
        return AP_ENOMEM;
    }
    r->async.data = r;
    r->is_open = true;
    return 0;
}

void resolver_close(struct resolver *r)
{
    if (!r || !r->is_open) {
        return;
    }
    struct resolve_job *job = r->job;
    if (job) {
        pthread_mutex_lock(&job->lock);
        job->waiter = NULL;
        bool is_done = job->is_done;
        pthread_mutex_unlock(&job->lock);
        if (is_done) {
            job_destroy(job);
        }
        r->job = NULL;
    }
    uv_close((uv_handle_t *)&r->async, NULL);
    r->is_open = false;
}

const char *resolver_address(struct resolver *r, int64_t now_ns, int *ret_err)
{
    *ret_err = 0;
    if (r->endpoint.is_address) {
        return r->addresses[0];
    }
    if (r->job) {
        return NULL;
    }
    if (r->error != 0) {
        *ret_err = AP_ENET;
        r->error = 0;
        r->address_n = 0;
        return NULL;
    }
    if (r->address_n > 0 && r->found_ns == 0) {
        r->found_ns = now_ns;
    }
    if (r->address_n > 0 && now_ns - r->found_ns < RESOLVE_FRESH_NS) {
        return r->addresses[r->next++ % r->address_n];
    }
    if (job_start(r) != 0) {
        *ret_err = AP_ENOMEM;
    }
    return NULL;
}
