#include "survey.h"

#include <alphaplus/base/clock.h>
#include <alphaplus/base/text.h>
#include <alphaplus/replay/source.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define BATCH_EVENTS 64 /* between looks at the trails: fewer than these hold */
#define REST_NS      (250 * NS_PER_MS)

struct survey {
    struct survey_options o;
    char path[4096];
    struct source *source;   /* owned; like all up to the thread, the thread's own */
    struct publication *pub; /* owned */
    struct engine *engine;   /* owned */
    struct buf work;
    uint64_t note_at, tape_at[INSTRUMENT_MAX]; /* trail indices read so far */
    uint64_t since;                            /* level updates and events since the last checkpoint */
    uint64_t first_seq, last_seq;              /* of the journal when it was opened */
    int64_t kept_ns;
    uint64_t kept_seq; /* of the last checkpoint */
    pthread_t thread;
    atomic_bool stop;
    _Atomic uint64_t seq; /* came up to here */
    _Atomic int64_t time_ns;
    atomic_bool is_done;
    pthread_mutex_t lock; /* guards what follows */
    pthread_cond_t changed;
    struct ui_mark_at *marks; /* owned; in order of time but where a clock was set back */
    size_t mark_n, mark_cap;
    uint64_t left_out;
};

static void add_mark(struct survey *s, int64_t time_ns, enum ui_mark kind)
{
    pthread_mutex_lock(&s->lock);
    if (s->mark_n == s->mark_cap && s->mark_cap < SURVEY_MARKS_MAX) {
        size_t cap = s->mark_cap ? s->mark_cap * 2 : 1024;
        struct ui_mark_at *more = realloc(s->marks, cap * sizeof *more);
        if (more) {
            s->marks = more;
            s->mark_cap = cap;
        }
    }
    if (s->mark_n < s->mark_cap)
        s->marks[s->mark_n++] = (struct ui_mark_at){.time_ns = time_ns, .kind = kind};
    else
        s->left_out++;
    pthread_mutex_unlock(&s->lock);
}

static int mark_of_note(int kind)
{
    switch (kind) {
    case NOTE_BIG_LIQ: return UI_MARK_LIQUIDATION;
    case NOTE_WALL_BORN: return UI_MARK_FORMED;
    case NOTE_WALL_GONE: return UI_MARK_PULLED;
    case NOTE_GAP:
    case NOTE_LOST: return UI_MARK_GAP;
    default: return -1;
    }
}

static void read_notes(struct survey *s)
{
    const struct trail *t = publication_notes(s->pub);
    struct note_item item;
    for (uint64_t head = trail_head(t); s->note_at < head; s->note_at++) {
        int kind = trail_read(t, s->note_at, &item) ? mark_of_note(item.kind) : -1;
        if (kind >= 0)
            add_mark(s, item.time_ns, (enum ui_mark)kind);
    }
}

/* The newest item may still grow; those before it do not. */
static void read_tape(struct survey *s, uint32_t market)
{
    const struct trail *t = publication_tape(s->pub, market);
    struct tape_item item;
    uint64_t head = trail_head(t);
    for (; s->tape_at[market] + 1 < head; s->tape_at[market]++) {
        if (trail_read(t, s->tape_at[market], &item) && item.usd >= s->o.trade_usd)
            add_mark(s, item.recv_ns, UI_MARK_TRADE);
    }
}

static void look(struct survey *s)
{
    read_notes(s);
    for (uint32_t i = 0; i < engine_market_count(s->engine); i++)
        read_tape(s, i);
    atomic_store(&s->time_ns, engine_time(s->engine));
    atomic_store(&s->seq, engine_seq(s->engine));
}

/* One in each span, whoever made it. */
static int keep(struct survey *s)
{
    int64_t now = engine_time(s->engine);
    if (s->since < CHECKPOINT_EVERY && now - s->kept_ns < CHECKPOINT_EVERY_NS)
        return 0;
    uint64_t seq = engine_seq(s->engine);
    int err = checkpoints_has(s->o.checkpoints, s->kept_seq, seq)
                  ? 0
                  : checkpoints_add(s->o.checkpoints, s->engine, &s->work);
    s->kept_seq = seq;
    s->kept_ns = now;
    s->since = 0;
    return err;
}

/* 1: there is more; 0: the end for now. */
static int play_batch(struct survey *s)
{
    const struct event *ev;
    for (int i = 0; i < BATCH_EVENTS; i++) {
        int more = source_next(s->source, &ev);
        if (more <= 0)
            return more;
        int err = engine_apply(s->engine, ev);
        if (err == AP_ENOMEM)
            return err;
        s->since += checkpoint_weight(ev);
    }
    return 1;
}

static void rest(struct survey *s)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    int64_t ns = until.tv_nsec + REST_NS;
    until.tv_sec += (time_t)(ns / NS_PER_S);
    until.tv_nsec = (long)(ns % NS_PER_S);
    pthread_mutex_lock(&s->lock);
    if (!atomic_load(&s->stop))
        pthread_cond_timedwait(&s->changed, &s->lock, &until);
    pthread_mutex_unlock(&s->lock);
}

static void *run(void *arg)
{
    struct survey *s = arg;
    int more = 1;
    while (!atomic_load(&s->stop) && more >= 0) {
        more = play_batch(s);
        look(s);
        if (more >= 0 && keep(s) < 0)
            break;
        if (more != 0)
            continue;
        atomic_store(&s->is_done, true);
        if (!s->o.is_growing)
            break;
        rest(s);
    }
    atomic_store(&s->is_done, more == 0);
    if (more == 0 && !s->o.is_growing)
        checkpoints_keep(s->o.checkpoints, s->path);
    return NULL;
}

static void finish(struct survey *s)
{
    engine_destroy(s->engine);
    publication_destroy(s->pub);
    source_close(s->source);
    buf_finish(&s->work);
    pthread_cond_destroy(&s->changed);
    pthread_mutex_destroy(&s->lock);
    free(s->marks);
    free(s);
}

static void init_lock(struct survey *s)
{
    pthread_condattr_t attr;
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&s->changed, &attr);
    pthread_condattr_destroy(&attr);
    pthread_mutex_init(&s->lock, NULL);
}

/* From the checkpoint before from_ns, if there is one: what lies before it is not looked at. */
static int begin(struct survey *s)
{
    struct journal_info info;
    struct checkpoint cp;
    struct journal *j = source_journal(s->source);
    int err = journal_info(j, &info);
    if (err < 0)
        return err;
    s->first_seq = info.first_seq;
    s->last_seq = info.last_seq;
    if (s->o.from_ns == 0 || checkpoints_before(s->o.checkpoints, j, s->o.from_ns, &cp, &s->work) < 0 ||
        checkpoints_load(s->o.checkpoints, &cp, &s->work, s->engine) < 0)
        return 0;
    s->first_seq = s->kept_seq = cp.seq;
    s->note_at = trail_head(publication_notes(s->pub));
    for (uint32_t i = 0; i < INSTRUMENT_MAX; i++)
        s->tape_at[i] = trail_head(publication_tape(s->pub, i));
    return source_seek(s->source, cp.seq);
}

int survey_start(const struct survey_options *o, struct survey **ret_survey)
{
    char why[256];
    struct survey *s = calloc(1, sizeof *s);
    if (!s)
        return AP_ENOMEM;
    s->o = *o;
    init_lock(s);
    buf_init(&s->work, CHECKPOINT_STATE_MAX);
    int err = text_copy(s->path, sizeof s->path, o->path) ? 0 : AP_ETOOBIG;
    if (err == 0)
        err = source_open_journal(s->path, &s->source, why, sizeof why);
    if (err == 0)
        err = publication_create(&s->pub);
    if (err == 0)
        err = engine_create(s->pub, NULL, &s->engine);
    if (err == 0)
        err = begin(s);
    if (err == 0 && pthread_create(&s->thread, NULL, run, s) != 0)
        err = AP_ENOMEM;
    if (err < 0) {
        finish(s);
        return err;
    }
    *ret_survey = s;
    return 0;
}

void survey_stop(struct survey *s)
{
    if (!s)
        return;
    pthread_mutex_lock(&s->lock);
    atomic_store(&s->stop, true);
    pthread_cond_signal(&s->changed);
    pthread_mutex_unlock(&s->lock);
    pthread_join(s->thread, NULL);
    finish(s);
}

double survey_progress(struct survey *s)
{
    uint64_t seq = atomic_load(&s->seq);
    if (atomic_load(&s->is_done))
        return 1.0;
    if (seq < s->first_seq || s->last_seq <= s->first_seq)
        return 0.0;
    double part = (double)(seq - s->first_seq) / (double)(s->last_seq - s->first_seq);
    return part < 0.999 ? part : 0.999;
}

int64_t survey_reached(struct survey *s)
{
    return atomic_load(&s->time_ns);
}

int survey_find(struct survey *s, unsigned kinds, int64_t time_ns, int direction, struct ui_mark_at *ret_mark)
{
    const struct ui_mark_at *found = NULL;
    pthread_mutex_lock(&s->lock);
    for (size_t i = 0; i < s->mark_n; i++) {
        const struct ui_mark_at *m = &s->marks[i];
        bool is_there = direction < 0 ? m->time_ns < time_ns : m->time_ns > time_ns;
        if (!is_there || !(kinds & 1u << m->kind))
            continue;
        if (!found || (direction < 0 ? m->time_ns >= found->time_ns : m->time_ns < found->time_ns))
            found = m;
    }
    if (found)
        *ret_mark = *found;
    pthread_mutex_unlock(&s->lock);
    return found ? 0 : AP_ENOTFOUND;
}

uint64_t survey_bins(struct survey *s, int64_t first_ns, int64_t last_ns, uint8_t *bins, size_t n)
{
    memset(bins, 0, n);
    double span = (double)(last_ns - first_ns) + 1.0;
    pthread_mutex_lock(&s->lock);
    for (size_t i = 0; i < s->mark_n; i++) {
        const struct ui_mark_at *m = &s->marks[i];
        if (m->time_ns >= first_ns && m->time_ns <= last_ns)
            bins[(size_t)((double)(m->time_ns - first_ns) / span * (double)n)] |= (uint8_t)(1u << m->kind);
    }
    uint64_t version = s->mark_n;
    pthread_mutex_unlock(&s->lock);
    return version;
}
