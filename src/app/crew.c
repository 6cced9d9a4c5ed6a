/* A turn is one call of run: its number rises, every hand sees it, works and counts itself out. Hands look for the next turn for a few
 * microseconds and then sleep, since turns come close together when there is much to do and not at all when there is not. */
#include "crew.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#define LOOKS 4000 /* at the next turn before sleeping; some ten microseconds */

struct crew {
    struct engine_crew engine;
    struct hand {
        struct crew *crew; /* borrowed */
        int index;
        pthread_t thread;
    } hands[CREW_MAX];
    int started;
    /* of the turn; written before its number rises */
    void (*work)(void *arg, int hand);
    void *arg; /* borrowed */
    atomic_uint turn;
    atomic_int at_work; /* hands that have not counted themselves out */
    atomic_bool stop;
    pthread_mutex_t lock; /* for sleepers */
    pthread_cond_t is_turn, is_done;
};

static inline void look_again(void)
{
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#endif
}

/* The number of the next turn after `seen`. */
static unsigned await_turn(struct crew *c, unsigned seen)
{
    unsigned now;
    for (int i = 0; i < LOOKS; i++) {
        now = atomic_load(&c->turn);
        if (now != seen)
            return now;
        look_again();
    }
    pthread_mutex_lock(&c->lock);
    while ((now = atomic_load(&c->turn)) == seen)
        pthread_cond_wait(&c->is_turn, &c->lock);
    pthread_mutex_unlock(&c->lock);
    return now;
}

static void *stand_by(void *arg)
{
    struct hand *h = arg;
    struct crew *c = h->crew;
    unsigned seen = 0;

    for (;;) {
        seen = await_turn(c, seen);
        if (atomic_load(&c->stop))
            return NULL;
        c->work(c->arg, h->index);
        if (atomic_fetch_sub(&c->at_work, 1) == 1) {
            pthread_mutex_lock(&c->lock);
            pthread_cond_signal(&c->is_done);
            pthread_mutex_unlock(&c->lock);
        }
    }
}

static void next_turn(struct crew *c)
{
    pthread_mutex_lock(&c->lock);
    atomic_fetch_add(&c->turn, 1);
    pthread_cond_broadcast(&c->is_turn);
    pthread_mutex_unlock(&c->lock);
}

static void run(void *user, void (*work)(void *arg, int hand), void *arg)
{
    struct crew *c = user;
    c->work = work;
    c->arg = arg;
    atomic_store(&c->at_work, c->started);
    next_turn(c);
    work(arg, 0);
    for (int i = 0; i < LOOKS && atomic_load(&c->at_work) > 0; i++)
        look_again();
    pthread_mutex_lock(&c->lock);
    while (atomic_load(&c->at_work) > 0)
        pthread_cond_wait(&c->is_done, &c->lock);
    pthread_mutex_unlock(&c->lock);
}

int crew_create(int hands, struct crew **ret_crew)
{
    if (hands < 1 || hands > CREW_MAX)
        return AP_EINVAL;
    struct crew *c = calloc(1, sizeof *c);
    if (!c)
        return AP_ENOMEM;
    pthread_mutex_init(&c->lock, NULL);
    pthread_cond_init(&c->is_turn, NULL);
    pthread_cond_init(&c->is_done, NULL);
    c->engine = (struct engine_crew){.hands = hands, .run = run, .user = c};
    for (int i = 1; i < hands; i++) {
        struct hand *h = &c->hands[c->started];
        *h = (struct hand){.crew = c, .index = i};
        if (pthread_create(&h->thread, NULL, stand_by, h) != 0) {
            crew_destroy(c);
            return AP_ENOMEM;
        }
        c->started++;
    }
    *ret_crew = c;
    return 0;
}

void crew_destroy(struct crew *c)
{
    if (!c)
        return;
    atomic_store(&c->stop, true);
    next_turn(c);
    for (int i = 0; i < c->started; i++)
        pthread_join(c->hands[i].thread, NULL);
    pthread_cond_destroy(&c->is_turn);
    pthread_cond_destroy(&c->is_done);
    pthread_mutex_destroy(&c->lock);
    free(c);
}

const struct engine_crew *crew_of_engine(const struct crew *c)
{
    return c ? &c->engine : NULL;
}
