#include "worker.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

struct job {
    void (*run)(void *block);
    void *block; /* borrowed until it was waited for */
};

/* jobs[0, n) were begun and not taken yet, oldest first; `running` is the block that the thread works on. A block is in one of the
 * two places at most, and in neither when its fit is done. */
struct worker {
    struct measure_worker measures;
    pthread_t thread;
    pthread_mutex_t lock; /* guards what follows */
    pthread_cond_t is_work, is_done;
    struct job jobs[WORKER_JOBS];
    int n;
    void *running; /* NULL: none */
    bool stop;
};

static struct job take(struct worker *w, int i)
{
    struct job j = w->jobs[i];
    w->n--;
    for (; i < w->n; i++)
        w->jobs[i] = w->jobs[i + 1];
    return j;
}

static void *run(void *arg)
{
    struct worker *w = arg;
    pthread_mutex_lock(&w->lock);
    for (;;) {
        while (w->n == 0 && !w->stop)
            pthread_cond_wait(&w->is_work, &w->lock);
        if (w->stop)
            break;
        struct job j = take(w, 0);
        w->running = j.block;
        pthread_mutex_unlock(&w->lock);
        j.run(j.block);
        pthread_mutex_lock(&w->lock);
        w->running = NULL;
        pthread_cond_broadcast(&w->is_done);
    }
    pthread_mutex_unlock(&w->lock);
    return NULL;
}

static void begin(void *user, void (*run_block)(void *block), void *block)
{
    struct worker *w = user;
    pthread_mutex_lock(&w->lock);
    bool has_room = w->n < WORKER_JOBS;
    if (has_room) {
        w->jobs[w->n++] = (struct job){run_block, block};
        pthread_cond_signal(&w->is_work);
    }
    pthread_mutex_unlock(&w->lock);
    if (!has_room)
        run_block(block);
}

/* What the thread has not begun is done here: waiting for its turn could only take longer. */
static void wait_for(void *user, void *block)
{
    struct worker *w = user;
    struct job mine = {NULL, NULL};

    pthread_mutex_lock(&w->lock);
    for (int i = 0; i < w->n && !mine.run; i++) {
        if (w->jobs[i].block == block)
            mine = take(w, i);
    }
    while (!mine.run && w->running == block)
        pthread_cond_wait(&w->is_done, &w->lock);
    pthread_mutex_unlock(&w->lock);
    if (mine.run)
        mine.run(block);
}

int worker_create(struct worker **ret_worker)
{
    struct worker *w = calloc(1, sizeof *w);
    if (!w)
        return AP_ENOMEM;
    w->measures = (struct measure_worker){.begin = begin, .wait = wait_for, .user = w};
    pthread_mutex_init(&w->lock, NULL);
    pthread_cond_init(&w->is_work, NULL);
    pthread_cond_init(&w->is_done, NULL);
    if (pthread_create(&w->thread, NULL, run, w) != 0) {
        free(w);
        return AP_ENOMEM;
    }
    *ret_worker = w;
    return 0;
}

void worker_destroy(struct worker *w)
{
    if (!w)
        return;
    pthread_mutex_lock(&w->lock);
    w->stop = true;
    pthread_cond_signal(&w->is_work);
    pthread_mutex_unlock(&w->lock);
    pthread_join(w->thread, NULL);
    pthread_cond_destroy(&w->is_done);
    pthread_cond_destroy(&w->is_work);
    pthread_mutex_destroy(&w->lock);
    free(w);
}

const struct measure_worker *worker_measures(const struct worker *w)
{
    return w ? &w->measures : NULL;
}
