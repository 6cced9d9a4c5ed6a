#include "recorder.h"

#include "version.h"

#include <alphaplus/analytics/measure.h>
#include <alphaplus/base/clock.h>
#include <alphaplus/base/text.h>
#include <alphaplus/journal/journal.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RETRY_NS (1 * NS_PER_S)
/* Pruning: looked after this often; a part of the work, then a rest for what waits in the ring. */
#define PRUNE_EVERY_NS (600 * NS_PER_S)
#define PRUNE_FIRST_NS (30 * NS_PER_S)
#define PRUNE_REST_NS  (1 * NS_PER_S)
#define PRUNE_PART_NS  (50 * NS_PER_MS)

struct recorder {
    struct recorder_options o;
    struct journal_writer *writer; /* owned */
    pthread_t thread;
    bool is_started;
    atomic_bool stop;
    uint64_t last_seq; /* taken from the ring */
    int64_t commit_ns; /* monotonic time of the last try */
    int error;         /* of the last commit */
    uint64_t lost;
    int64_t prune_ns;                     /* monotonic time of the next look */
    char prune_why[64];                   /* it cannot be done; "": it can */
    pthread_mutex_t lock;                 /* guards view and checkpoint */
    struct host_view view;                /* the journal's fields only */
    struct journal_checkpoint checkpoint; /* its state is owned; NULL: none waits */
};

int recorder_open(const struct recorder_options *o, struct recorder **ret_recorder, char *why,
                  size_t why_size)
{
    struct recorder *r = calloc(1, sizeof *r);
    if (!r)
        return AP_ENOMEM;
    r->o = *o;
    pthread_mutex_init(&r->lock, NULL);
    struct journal_writer_options wo = {
        .path = o->path, .program = ALPHAPLUS_PROGRAM, .metrics = metric_registry()};
    int err = journal_writer_open(&wo, &r->writer, why, why_size);
    if (err < 0) {
        pthread_mutex_destroy(&r->lock);
        free(r);
        return err;
    }
    r->last_seq = journal_last_seq(r->writer);
    text_copy(r->view.journal_path, sizeof r->view.journal_path, o->path);
    r->view.journal_state = JOURNAL_RECORDING;
    *ret_recorder = r;
    return 0;
}

uint64_t recorder_last_seq(const struct recorder *r)
{
    return r->last_seq;
}

static void update_view(struct recorder *r)
{
    struct journal_writer_stats s;
    journal_writer_stats(r->writer, &s);
    pthread_mutex_lock(&r->lock);
    struct host_view *v = &r->view;
    v->journal_bytes = s.file_bytes;
    v->journal_events = s.events;
    v->journal_lost = s.dropped + r->lost;
    v->journal_commit_ns = s.last_commit_ns;
    v->journal_lag_bytes = ring_used(r->o.events, r->o.consumer);
    if (r->error < 0) {
        v->journal_state = JOURNAL_STOPPED;
        snprintf(v->journal_text, sizeof v->journal_text, "%s: %s",
                 r->error == AP_EFULL ? "disk full, recording stopped" : "cannot write, recording stopped",
                 ap_err_text(r->error));
    } else {
        v->journal_state = v->journal_lag_bytes > ring_size(r->o.events) / 2 ? JOURNAL_LAGGING
                                                                             : JOURNAL_RECORDING;
        text_copy(v->journal_text, sizeof v->journal_text, r->prune_why);
    }
    pthread_mutex_unlock(&r->lock);
}

/* The ring went on without us. What is lost is a span of seq; the books behind it need snapshots. */
static void note_lost_span(struct recorder *r, const struct event *next)
{
    struct result gap = {.size = sizeof gap,
                         .kind = RESULT_GAP,
                         .cause = GAP_JOURNAL_LAG,
                         .seq = r->last_seq,
                         .time_ns = next->recv_ns,
                         .from_id = r->last_seq + 1,
                         .to_id = next->seq - 1};
    text_copy(gap.text, sizeof gap.text, "the journal could not keep up");
    r->lost += next->seq - 1 - r->last_seq;
    int err = journal_append_result(r->writer, &gap);
    if (err < 0)
        r->error = err;
    atomic_store(r->o.wants_snapshots, true);
}

static void drain(struct recorder *r)
{
    const struct event *ev;
    const struct result *result; /* or a record of model/rollup.h */

    ring_rejoin(r->o.events, r->o.consumer);
    while ((ev = ring_peek(r->o.events, r->o.consumer))) {
        if (ev->seq > r->last_seq + 1 && r->last_seq != 0)
            note_lost_span(r, ev);
        int err = journal_append(r->writer, ev);
        if (err < 0)
            r->error = err;
        r->last_seq = ev->seq;
        ring_advance(r->o.events, r->o.consumer);
        if (clock_system()->monotonic_ns(NULL) - r->commit_ns >= JOURNAL_COMMIT_NS)
            break;
    }
    while ((result = ring_peek(r->o.results, 0))) {
        int err = result->kind >= RESULT_BAR ? journal_append_rollup(r->writer, (const void *)result)
                                             : journal_append_result(r->writer, result);
        if (err < 0)
            r->error = err;
        ring_advance(r->o.results, 0);
    }
}

int recorder_checkpoint(struct recorder *r, const struct journal_checkpoint *c)
{
    pthread_mutex_lock(&r->lock);
    bool is_free = r->checkpoint.state == NULL;
    pthread_mutex_unlock(&r->lock);
    if (!is_free)
        return AP_EAGAIN;
    void *state = malloc(c->n + sizeof(uint64_t)); /* and the seal */
    if (!state)
        return AP_ENOMEM;
    memcpy(state, c->state, c->n);
    pthread_mutex_lock(&r->lock);
    r->checkpoint = *c;
    r->checkpoint.state = state;
    pthread_mutex_unlock(&r->lock);
    return 0;
}

static void take_checkpoint(struct recorder *r)
{
    pthread_mutex_lock(&r->lock);
    struct journal_checkpoint c = r->checkpoint;
    r->checkpoint.state = NULL;
    pthread_mutex_unlock(&r->lock);
    if (!c.state)
        return;
    uint64_t tag = mac_of(&r->o.key, c.state, c.n);
    memcpy((uint8_t *)(uintptr_t)c.state + c.n, &tag, sizeof tag);
    c.n += sizeof tag;
    int err = journal_checkpoint_put(r->writer, &c);
    (void)err; /* one less: the replay of this span takes longer */
    free((void *)(uintptr_t)c.state);
}

static void commit(struct recorder *r)
{
    int64_t now = clock_system()->monotonic_ns(NULL);
    if (now - r->commit_ns < (r->error < 0 ? RETRY_NS : JOURNAL_COMMIT_NS))
        return;
    r->commit_ns = now;
    take_checkpoint(r);
    r->error = journal_commit(r->writer);
    update_view(r);
}

static bool is_within_part(void *user, double part)
{
    const int64_t *until_ns = user;
    (void)part;
    return clock_system()->monotonic_ns(NULL) < *until_ns;
}

/* Between two commits, a part at a time: the ring holds what comes meanwhile. */
static void prune(struct recorder *r)
{
    int64_t now = clock_system()->monotonic_ns(NULL), until = now + PRUNE_PART_NS;
    struct journal_prune_report report;
    char why[200];

    if ((r->o.keep_ns == 0 && r->o.max_bytes == 0) || r->error < 0 || now < r->prune_ns)
        return;
    struct journal_prune_options o = {
        .keep_ns = r->o.keep_ns, .max_bytes = r->o.max_bytes, .progress = is_within_part, .user = &until};
    int err = journal_writer_prune(r->writer, &o, &report, why, sizeof why);
    r->prune_ns = clock_system()->monotonic_ns(NULL) + (err == AP_EAGAIN ? PRUNE_REST_NS : PRUNE_EVERY_NS);
    r->prune_why[0] = '\0';
    if (err < 0 && err != AP_EAGAIN)
        snprintf(r->prune_why, sizeof r->prune_why, "cannot prune: %.40s", why[0] ? why : ap_err_text(err));
}

static void *run(void *arg)
{
    struct recorder *r = arg;
    while (!atomic_load(&r->stop)) {
        ring_wait(r->o.events, r->o.consumer, JOURNAL_COMMIT_NS);
        drain(r);
        commit(r);
        prune(r);
    }
    drain(r);
    while (ring_peek(r->o.events, r->o.consumer)) {
        r->commit_ns = clock_system()->monotonic_ns(NULL);
        drain(r);
    }
    r->error = journal_commit(r->writer);
    return NULL;
}

int recorder_start(struct recorder *r)
{
    r->commit_ns = clock_system()->monotonic_ns(NULL);
    r->prune_ns = r->commit_ns + PRUNE_FIRST_NS;
    if (pthread_create(&r->thread, NULL, run, r) != 0)
        return AP_ENOMEM;
    r->is_started = true;
    return 0;
}

int recorder_stop(struct recorder *r)
{
    if (!r)
        return 0;
    if (r->is_started) {
        atomic_store(&r->stop, true);
        ring_wake(r->o.events, r->o.consumer);
        pthread_join(r->thread, NULL);
    }
    int err = r->error;
    int closed = journal_writer_close(r->writer);
    free((void *)(uintptr_t)r->checkpoint.state);
    pthread_mutex_destroy(&r->lock);
    free(r);
    return err < 0 ? err : closed;
}

void recorder_view(struct recorder *r, struct host_view *v)
{
    if (!r) {
        v->journal_state = JOURNAL_OFF;
        return;
    }
    pthread_mutex_lock(&r->lock);
    const struct host_view *own = &r->view;
    v->journal_state = own->journal_state;
    v->journal_bytes = own->journal_bytes;
    v->journal_events = own->journal_events;
    v->journal_lost = own->journal_lost;
    v->journal_lag_bytes = own->journal_lag_bytes;
    v->journal_commit_ns = own->journal_commit_ns;
    memcpy(v->journal_path, own->journal_path, sizeof v->journal_path);
    memcpy(v->journal_text, own->journal_text, sizeof v->journal_text);
    pthread_mutex_unlock(&r->lock);
}
