#include "deck.h"

#include "checkpoints.h"
#include "play.h"
#include "staff.h"

#include <alphaplus/base/clock.h>
#include <alphaplus/base/text.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define BATCH_EVENTS 512
#define REST_NS      (20 * NS_PER_MS) /* between looks at the player while it runs */
#define PUBLISH_NS   (15 * NS_PER_MS) /* nobody sees more than that */
#define BINS_NS      (500 * NS_PER_MS)

struct deck {
    struct deck_options o;
    /* the thread's alone */
    struct source *source; /* owned */
    struct lookahead next; /* of source */
    struct staff staff;    /* of the engine */
    struct engine *engine; /* owned */
    struct buf work;
    uint64_t since;    /* level updates and events since the last checkpoint */
    uint64_t kept_seq; /* of that one */
    int64_t kept_ns;
    int64_t published_ns; /* real time */
    uint64_t approached;  /* the seek that was set out for last */

    struct publication *publication; /* owned */
    struct checkpoints *checkpoints; /* owned */
    struct survey *survey;           /* owned; NULL: none */
    pthread_t thread;
    pthread_mutex_t lock; /* guards what follows */
    pthread_cond_t changed;
    struct player player;
    char error[160];
    int64_t reached_ns; /* engine time */
    int64_t seek_ns;    /* being played up to; 0: none */
    uint64_t seeks;     /* asked for so far */
    bool is_loop;
    bool stop;
    uint8_t bins[UI_BINS];
    uint64_t bins_version;
    int64_t bins_ns; /* real time when they were made */
    int64_t bins_first_ns, bins_last_ns;
};

static int64_t now_ns(void)
{
    return clock_system()->monotonic_ns(NULL);
}

/* --- getting there -------------------------------------------------------------------------------------------------- */

static int begin_at(struct deck *d, uint64_t seq)
{
    int err = seq == 0 ? source_rewind(d->source) : source_seek(d->source, seq);
    lookahead_skip(&d->next);
    d->since = 0;
    d->kept_seq = seq;
    d->kept_ns = engine_time(d->engine);
    return err;
}

/* An engine that knows nothing, and trails that show nothing. */
static int forget_all(struct deck *d)
{
    struct engine_hooks hooks = {0};
    staff_serve(&d->staff, &hooks);
    engine_destroy(d->engine);
    d->engine = NULL;
    trail_clear(publication_liquidations(d->publication));
    trail_clear(publication_notes(d->publication));
    for (uint32_t i = 0; i < INSTRUMENT_MAX; i++)
        trail_clear(publication_tape(d->publication, i));
    return engine_create(d->publication, &hooks, &d->engine);
}

/* Where to play from to reach to_ns: on from here, from the nearest checkpoint, or from the begin of the session. */
static int approach(struct deck *d, int64_t to_ns)
{
    struct checkpoint cp = {0};
    uint64_t session = checkpoints_session(source_journal(d->source), to_ns);
    int found = checkpoints_before(d->checkpoints, source_journal(d->source), to_ns, &cp, &d->work);
    int err = d->engine ? 0 : forget_all(d);

    if (err < 0 || found == AP_ENOMEM)
        return err < 0 ? err : found;
    uint64_t here = engine_seq(d->engine);
    bool is_here = here > session && engine_time(d->engine) <= to_ns;
    if (found < 0 || cp.seq <= session)
        cp.seq = 0;
    if (is_here && here >= cp.seq)
        return 0;
    if (cp.seq != 0) {
        err = checkpoints_load(d->checkpoints, &cp, &d->work, d->engine);
        if (err == 0)
            return begin_at(d, cp.seq);
        if (err == AP_ENOMEM)
            return err;
    }
    err = forget_all(d);
    return err < 0 ? err : begin_at(d, session);
}

/* --- playing -------------------------------------------------------------------------------------------------------- */

static int apply(struct deck *d, const struct event *ev)
{
    d->since += checkpoint_weight(ev);
    int err = engine_apply(d->engine, ev);
    lookahead_skip(&d->next);
    return err == AP_ENOMEM ? err : 0;
}

static int keep(struct deck *d)
{
    uint64_t seq = engine_seq(d->engine);
    int64_t now = engine_time(d->engine);
    bool is_due = d->since >= CHECKPOINT_EVERY || now - d->kept_ns >= CHECKPOINT_EVERY_NS;
    if (!is_due || !source_journal(d->source))
        return 0;
    bool has_one = checkpoints_has(d->checkpoints, d->kept_seq, seq);
    d->since = 0;
    d->kept_seq = seq;
    d->kept_ns = now;
    return has_one ? 0 : checkpoints_add(d->checkpoints, d->engine, &d->work);
}

/* Plays up to `due` in batches, so that a key is never waited for; *ret_is_done when it got there or the recording ended. */
static int play_batch(struct deck *d, int64_t due, bool *ret_is_done)
{
    const struct event *ev;
    int more = 0;

    *ret_is_done = false;
    for (int i = 0; i < BATCH_EVENTS; i++) {
        more = lookahead_peek(&d->next, &ev);
        if (more <= 0 || ev->recv_ns > due)
            break;
        int err = apply(d, ev);
        if (err < 0)
            return err;
    }
    int err = more < 0 ? more : keep(d);
    if (err < 0)
        return err;
    if (more > 0 && ev->recv_ns <= due)
        return 1;
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
        *ret_at = ev->recv_ns;
        int err = apply(d, ev);
        if (err < 0)
            return err;
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

static void publish(struct deck *d, bool is_done)
{
    int64_t now = now_ns();
    if (!d->engine || (!is_done && now - d->published_ns < PUBLISH_NS))
        return;
    engine_publish(d->engine);
    d->published_ns = now;
}

/* --- the thread ----------------------------------------------------------------------------------------------------- */

static void fail(struct deck *d, int err)
{
    const char *why = source_why(d->source);
    text_copy(d->error, sizeof d->error, why && why[0] ? why : ap_err_text(err));
    d->player.is_ended = true;
}

static void seek_locked(struct deck *d, int64_t to_ns)
{
    player_seek(&d->player, to_ns, now_ns());
    d->seek_ns = d->player.at_ns;
    d->seeks++;
    pthread_cond_signal(&d->changed);
}

/* Where it went, told to the player. */
static void settle(struct deck *d, int64_t seek, int64_t due, int64_t at, int more, bool is_done)
{
    struct player *p = &d->player;
    if (at != 0)
        player_reached(p, at, now_ns());
    else if (seek != 0 && is_done)
        player_reached(p, seek, now_ns());
    else if (seek == 0 && !is_done)
        player_reached(p, d->reached_ns, now_ns()); /* it cannot keep up: play goes on from here */
    else if (seek == 0 && !p->is_paused && p->speed <= 0)
        player_reached(p, due, now_ns());
    if (is_done)
        d->seek_ns = 0;
    if (more == 0 && is_done && !d->o.is_growing)
        p->is_ended = true;
    if (p->is_ended && d->is_loop && !p->is_paused && at == 0 && d->error[0] == '\0')
        seek_locked(d, p->first_ns);
}

/* The journal grew: its end moves on. */
static void extend(struct deck *d, int64_t last_ns)
{
    if (last_ns <= d->player.last_ns)
        return;
    d->player.last_ns = last_ns;
    d->player.is_ended = false;
}

/* With the lock held; lets go of it while it works. True when there is more to do at once. */
static bool work(struct deck *d)
{
    struct player *p = &d->player;
    enum player_step step = d->seek_ns == 0 ? p->step : STEP_NONE; /* one that waits is taken there */
    bool is_done = true;
    uint64_t seeks = d->seeks;
    if (d->o.is_growing && d->survey)
        extend(d, survey_reached(d->survey));
    int64_t seek = d->seek_ns, due = seek != 0 ? seek : player_due(p, now_ns()), at = 0;
    int more = 1;

    p->step = d->seek_ns == 0 ? STEP_NONE : p->step;
    pthread_mutex_unlock(&d->lock);
    if (seeks != d->approached || !d->engine)
        more = approach(d, due);
    d->approached = seeks;
    if (more >= 0 && step != STEP_NONE)
        more = play_step(d, step, &at);
    else if (more >= 0)
        more = play_batch(d, due, &is_done);
    publish(d, is_done);
    pthread_mutex_lock(&d->lock);
    if (more < 0)
        fail(d, more);
    d->reached_ns = d->engine ? engine_time(d->engine) : 0;
    if (d->seeks != seeks) /* another seek came meanwhile */
        return true;
    settle(d, seek, due, at, more, is_done || more < 0);
    return d->seek_ns != 0 || (!is_done && more >= 0);
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

/* --- life ----------------------------------------------------------------------------------------------------------- */

static void init_lock(struct deck *d)
{
    pthread_condattr_t attr;
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&d->changed, &attr);
    pthread_condattr_destroy(&attr);
    pthread_mutex_init(&d->lock, NULL);
}

static void set_player(struct deck *d, int64_t first, int64_t last)
{
    const struct deck_options *o = &d->o;
    int64_t now = now_ns();
    if (o->from_ns > first)
        first = o->from_ns < last ? o->from_ns : last;
    if (o->to_ns != 0 && o->to_ns < last)
        last = o->to_ns > first ? o->to_ns : first;
    player_init(&d->player, first, last, now);
    if (o->speed >= 0)
        player_speed(&d->player, o->speed, now);
    player_pause(&d->player, o->is_paused, now);
    d->is_loop = o->is_loop;
    if (o->at_ns != 0 || o->from_ns != 0)
        seek_locked(d, o->at_ns != 0 ? o->at_ns : first);
}

static int start(struct deck *d)
{
    const struct survey_options so = {.path = d->o.path,
                                      .checkpoints = d->checkpoints,
                                      .from_ns = d->o.survey_from_ns,
                                      .trade_usd = d->o.trade_usd,
                                      .is_growing = d->o.is_growing};
    int err = d->o.path ? survey_start(&so, &d->survey) : 0;
    if (err == 0 && pthread_create(&d->thread, NULL, run, d) != 0)
        err = AP_ENOMEM;
    return err;
}

static void finish(struct deck *d)
{
    survey_stop(d->survey);
    engine_destroy(d->engine);
    staff_finish(&d->staff);
    publication_destroy(d->publication);
    checkpoints_destroy(d->checkpoints);
    source_close(d->source);
    buf_finish(&d->work);
    pthread_cond_destroy(&d->changed);
    pthread_mutex_destroy(&d->lock);
    free(d);
}

int deck_start(const struct deck_options *o, struct deck **ret_deck, char *why, size_t why_size)
{
    int64_t first, last;
    struct deck *d = calloc(1, sizeof *d);
    if (!d) {
        source_close(o->source);
        text_copy(why, why_size, ap_err_text(AP_ENOMEM));
        return AP_ENOMEM;
    }
    d->o = *o;
    d->source = d->next.source = o->source;
    buf_init(&d->work, CHECKPOINT_STATE_MAX);
    init_lock(d);
    int err = source_span(d->source, &first, &last);
    if (err == 0)
        err = publication_create(&d->publication);
    if (err == 0)
        err = staff_init(&d->staff);
    if (err == 0)
        err = checkpoints_create(CHECKPOINT_BYTES_MAX, &d->checkpoints);
    if (err == 0) {
        set_player(d, first, last);
        err = start(d);
    }
    if (err < 0) {
        text_copy(why, why_size, source_why(d->source)[0] ? source_why(d->source) : ap_err_text(err));
        finish(d);
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
    finish(d);
}

struct publication *deck_publication(struct deck *d)
{
    return d->publication;
}

/* --- other threads -------------------------------------------------------------------------------------------------- */

/* Not each frame: there may be a quarter of a million marks. */
static void bring_bins(struct deck *d)
{
    const struct player *p = &d->player;
    int64_t now = now_ns();
    if (!d->survey || (d->bins_ns != 0 && now - d->bins_ns < BINS_NS))
        return;
    d->bins_ns = now;
    uint64_t version = survey_bins(d->survey, p->first_ns, p->last_ns, d->bins, UI_BINS);
    bool is_moved = d->bins_first_ns != p->first_ns || d->bins_last_ns != p->last_ns;
    d->bins_first_ns = p->first_ns;
    d->bins_last_ns = p->last_ns;
    d->bins_version = version * 2 + (is_moved ? ~d->bins_version & 1 : d->bins_version & 1);
}

void deck_state(struct deck *d, struct ui_replay *ret_state)
{
    pthread_mutex_lock(&d->lock);
    const struct player *p = &d->player;
    bring_bins(d);
    *ret_state = (struct ui_replay){.is_on = true,
                                    .is_paused = p->is_paused,
                                    .is_ended = p->is_ended,
                                    .is_seeking = d->seek_ns != 0,
                                    .is_loop = d->is_loop,
                                    .is_growing = d->o.is_growing,
                                    .speed = p->speed,
                                    .at_ns = d->reached_ns != 0 && d->seek_ns == 0 ? d->reached_ns : p->at_ns,
                                    .first_ns = p->first_ns,
                                    .last_ns = p->last_ns,
                                    .surveyed = d->survey ? survey_progress(d->survey) : 1.0,
                                    .bins_version = d->bins_version};
    memcpy(ret_state->bins, d->bins, sizeof d->bins);
    pthread_mutex_unlock(&d->lock);
}

void deck_pause(struct deck *d, bool is_paused)
{
    pthread_mutex_lock(&d->lock);
    player_pause(&d->player, is_paused, now_ns());
    pthread_cond_signal(&d->changed);
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
    seek_locked(d, to_ns);
    pthread_mutex_unlock(&d->lock);
}

int deck_jump(struct deck *d, unsigned kinds, int direction, struct ui_mark_at *ret_mark)
{
    if (!d->survey)
        return AP_ENOTFOUND;
    pthread_mutex_lock(&d->lock);
    struct player p = d->player;
    int64_t from = d->seek_ns != 0 ? d->seek_ns : d->reached_ns;
    pthread_mutex_unlock(&d->lock);
    int err = survey_find(d->survey, kinds, from, direction, ret_mark);
    bool is_outside = err == 0 && (ret_mark->time_ns < p.first_ns || ret_mark->time_ns > p.last_ns);
    if (err < 0 || is_outside)
        return survey_progress(d->survey) < 1.0 ? AP_EAGAIN : AP_ENOTFOUND;
    deck_seek(d, ret_mark->time_ns);
    return 0;
}

void deck_extend(struct deck *d, int64_t now)
{
    pthread_mutex_lock(&d->lock);
    extend(d, now);
    pthread_mutex_unlock(&d->lock);
}

void deck_error(struct deck *d, char *buf, size_t size)
{
    pthread_mutex_lock(&d->lock);
    text_copy(buf, size, d->error);
    pthread_mutex_unlock(&d->lock);
}
