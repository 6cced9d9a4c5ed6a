#include "staff.h"

#include "crew.h"
#include "worker.h"

#include <unistd.h>

int staff_init(struct staff *s)
{
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    *s = (struct staff){0};
    int err = worker_create(&s->worker);
    if (err == 0 && processors > 1)
        err = crew_create(processors < CREW_MAX ? (int)processors : CREW_MAX, &s->crew);
    if (err < 0)
        staff_finish(s);
    return err;
}

void staff_finish(struct staff *s)
{
    crew_destroy(s->crew);
    worker_destroy(s->worker);
    *s = (struct staff){0};
}

void staff_serve(const struct staff *s, struct engine_hooks *hooks)
{
    hooks->worker = worker_measures(s->worker);
    hooks->crew = crew_of_engine(s->crew);
}
