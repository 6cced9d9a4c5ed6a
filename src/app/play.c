#include "play.h"

#include "worker.h"

#include <alphaplus/base/clock.h>
#include <alphaplus/base/text.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define BATCH_EVENTS 512
#define REST_NS      (20 * NS_PER_MS) /* between looks at the player while it runs */

int lookahead_peek(struct lookahead *l, const struct event **ret_event)
{
    if (!l->ev) {
        int more = source_next(l->source, &l->ev);
        if (more <= 0) {
            l->ev = NULL;
            return more;
        }
    }
    *ret_event = l->ev;
    return 1;
}

void lookahead_skip(struct lookahead *l)
{
    l->ev = NULL;
}

int play_until(struct lookahead *l, struct engine *e, int64_t until_ns)
{
    const struct event *ev;
    int more;

    while ((more = lookahead_peek(l, &ev)) > 0 && ev->recv_ns < until_ns) {
        int err = engine_apply(e, ev);
        if (err == AP_ENOMEM)
            return err;
        lookahead_skip(l);
    }
    if (more >= 0 && until_ns != INT64_MAX)
        engine_advance(e, until_ns);
    return more;
}

struct deck {
    struct source *source;           /* owned; the thread's alone */
    struct lookahead next;           /* of source; the thread's alone */
    struct worker *worker;           /* owned */
    struct engine *engine;           /* owned; the thread's alone */
    struct publication *publication; /* owned */
    pthread_t thread;
    pthread_mutex_t lock; /* guards what follows */
    pthread_cond_t changed;
    struct player player;
    char error[160];
    int64_t reached_ns; /* engine time */
    int64_t seek_ns;    /* being played up to; 0: none */
    bool is_rewind;     /* the source lies ahead of the player: begin again */
    bool stop;
};

static int64_t now_ns(void)
{
    return clock_system()->monotonic_ns(NULL);
}

static int make_engine(struct deck *d)
{
    const struct engine_hooks hooks = {.worker = worker_measures(d->worker)};
    return engine_create(d->publication, &hooks, &d->engine);
}

static int rewind_all(struct deck *d)
{
    int err = source_rewind(d->source);
    if (err < 0)
        return err;
    lookahead_skip(&d->next);
    engine_destroy(d->engine);
    d->engine = NULL;
    trail_clear(publication_liquidations(d->publication));
    trail_clear(publication_notes(d->publication));
    for (uint32_t i = 0; i < INSTRUMENT_MAX; i++)
        trail_clear(publication_tape(d->publication, i));
    return make_engine(d);
}

/* Plays up to `due` in batches, so that a key is never waited for; true when it got there or the recording ended. */
static int play_batch(struct deck *d, int64_t due, bool *ret_is_done)
{
    const struct event *ev;
    int more = 0;

    *ret_is_done = false;
    for (int i = 0; i < BATCH_EVENTS; i++) {
        more = lookahead_peek(&d->next, &ev);
        if (more <= 0 || ev->recv_ns > due)
            break;
        int err = engine_apply(d->engine, ev);
        if (err == AP_ENOMEM)
            return err;
        lookahead_skip(&d->next);
    }
    if (more > 0 && ev->recv_ns <= due)
        return 0;
    *ret_is_done = true;
    if (more > 0)
        engine_advance(d->engine, due);
    return more;
}

/* One event, up to and with the next book update, or one second. */
static int play_step(struct deck *d, enum player_step step, int64_t *ret_at)
{
    const struct event *ev;
    int more = lookahead_peek(&d->next, &ev);
    int64_t until = engine_time(d->engine) + NS_PER_S;

    while (more > 0 && (step != STEP_SECOND || ev->recv_ns <= until)) {
        int kind = ev->kind;
        int err = engine_apply(d->engine, ev);
        if (err == AP_ENOMEM)
            return err;
        *ret_at = ev->recv_ns;
        lookahead_skip(&d->next);
        if (step == STEP_EVENT || (step == STEP_DEPTH && kind == EVENT_DEPTH))
            break;
        more = lookahead_peek(&d->next, &ev);
    }
    if (step == STEP_SECOND && more > 0) {
        engine_advance(d->engine, until);
        *ret_at = until;
    }
    return more;
}

static void fail(struct deck *d, int err)
{
    const char *why = source_why(d->source);
    text_copy(d->error, sizeof d->error, why && why[0] ? why : ap_err_text(err));
    d->player.is_ended = true;
}

/* With the lock held; lets go of it while it works. True when there is more to do at once. */
static bool work(struct deck *d)
{
    struct player *p = &d->player;
    enum player_step step = p->step;
    bool is_rewind = d->is_rewind, is_done = true;
    int64_t seek = d->seek_ns, due = seek != 0 ? seek : player_due(p, now_ns()), at = 0;
    int more = 1;

    p->step = STEP_NONE;
    d->is_rewind = false;
    pthread_mutex_unlock(&d->lock);
    if (is_rewind)
        more = rewind_all(d);
    if (more >= 0 && step != STEP_NONE)
        more = play_step(d, step, &at);
    else if (more >= 0)
        more = play_batch(d, due, &is_done);
    if (d->engine)
        engine_publish(d->engine);
    pthread_mutex_lock(&d->lock);
    if (more < 0)
        fail(d, more);
    d->reached_ns = d->engine ? engine_time(d->engine) : 0;
    if (d->is_rewind || d->seek_ns != seek) /* another seek came meanwhile */
        return true;
    if (at != 0)
        player_reached(p, at, now_ns());
    else if (seek != 0 && is_done)
        player_reached(p, seek, now_ns());
    else if (seek == 0 && !is_done)
        player_reached(p, d->reached_ns, now_ns()); /* it cannot keep up: play goes on from here */
    if (is_done)
        d->seek_ns = 0;
    if (more == 0 && is_done)
        p->is_ended = true;
    return !is_done;
}

static void *run(void *arg)
{
    struct deck *d = arg;
    pthread_mutex_lock(&d->lock);
    while (!d->stop) {
        if (work(d))
            continue;
        struct timespec until;
        clock_gettime(CLOCK_MONOTONIC, &until);
        int64_t ns = until.tv_nsec + REST_NS;
        until.tv_sec += (time_t)(ns / NS_PER_S);
        until.tv_nsec = (long)(ns % NS_PER_S);
        pthread_cond_timedwait(&d->changed, &d->lock, &until);
    }
    pthread_mutex_unlock(&d->lock);
    return NULL;
}

static int init_lock(struct deck *d)
{
    pthread_condattr_t attr;
    if (pthread_condattr_init(&attr) != 0)
        return AP_ENOMEM;
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    int err = pthread_cond_init(&d->changed, &attr);
    pthread_condattr_destroy(&attr);
    return err != 0 || pthread_mutex_init(&d->lock, NULL) != 0 ? AP_ENOMEM : 0;
}

int deck_start(struct source *s, struct deck **ret_deck, char *why, size_t why_size)
{
    int64_t first, last;
    int err = source_span(s, &first, &last);
    struct deck *d = err == 0 ? calloc(1, sizeof *d) : NULL;
    if (d) {
        d->source = s;
        d->next.source = s;
        player_init(&d->player, first, last, now_ns());
        err = init_lock(d);
        if (err == 0)
            err = publication_create(&d->publication);
        if (err == 0)
            err = worker_create(&d->worker);
        if (err == 0)
            err = make_engine(d);
        if (err == 0 && pthread_create(&d->thread, NULL, run, d) != 0)
            err = AP_ENOMEM;
    } else if (err == 0) {
        err = AP_ENOMEM;
    }
    if (err < 0) {
        text_copy(why, why_size, source_why(s)[0] ? source_why(s) : ap_err_text(err));
        source_close(s);
        if (d) {
            engine_destroy(d->engine);
            worker_destroy(d->worker);
            publication_destroy(d->publication);
            free(d);
        }
        return err;
    }
    *ret_deck = d;
    return 0;
}

void deck_stop(struct deck *d)
{
    if (!d)
        return;
    pthread_mutex_lock(&d->lock);
    d->stop = true;
    pthread_cond_signal(&d->changed);
    pthread_mutex_unlock(&d->lock);
    pthread_join(d->thread, NULL);
    engine_destroy(d->engine);
    worker_destroy(d->worker);
    publication_destroy(d->publication);
    source_close(d->source);
    pthread_cond_destroy(&d->changed);
    pthread_mutex_destroy(&d->lock);
    free(d);
}

struct publication *deck_publication(struct deck *d)
{
    return d->publication;
}

void deck_state(struct deck *d, struct player *ret_player)
{
    pthread_mutex_lock(&d->lock);
    *ret_player = d->player;
    if (d->reached_ns != 0)
        ret_player->at_ns = d->reached_ns;
    pthread_mutex_unlock(&d->lock);
}

void deck_toggle_pause(struct deck *d)
{
    pthread_mutex_lock(&d->lock);
    player_pause(&d->player, !d->player.is_paused, now_ns());
    pthread_cond_signal(&d->changed);
    pthread_mutex_unlock(&d->lock);
}

void deck_faster(struct deck *d, int notches)
{
    pthread_mutex_lock(&d->lock);
    player_faster(&d->player, notches, now_ns());
    pthread_cond_signal(&d->changed);
    pthread_mutex_unlock(&d->lock);
}

void deck_set_speed(struct deck *d, double speed)
{
    pthread_mutex_lock(&d->lock);
    player_speed(&d->player, speed, now_ns());
    pthread_cond_signal(&d->changed);
    pthread_mutex_unlock(&d->lock);
}

void deck_step(struct deck *d, enum player_step step)
{
    pthread_mutex_lock(&d->lock);
    player_pause(&d->player, true, now_ns());
    d->player.step = step;
    pthread_cond_signal(&d->changed);
    pthread_mutex_unlock(&d->lock);
}

void deck_seek(struct deck *d, int64_t to_ns)
{
    pthread_mutex_lock(&d->lock);
    player_seek(&d->player, to_ns, now_ns());
    d->seek_ns = d->player.at_ns;
    d->is_rewind = d->is_rewind || d->seek_ns < d->reached_ns;
    pthread_cond_signal(&d->changed);
    pthread_mutex_unlock(&d->lock);
}

void deck_error(struct deck *d, char *buf, size_t size)
{
    pthread_mutex_lock(&d->lock);
    text_copy(buf, size, d->error);
    pthread_mutex_unlock(&d->lock);
}
